"""One extra field that is carried from the store's document to ERPNext's, or from an Item to the store."""

from __future__ import annotations

from typing import ClassVar

import frappe
import jmespath
from frappe import _
from frappe.model.document import Document
from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jmespath.exceptions import JMESPathError

TARGETS = {
	"Order": "Sales Order",
	"Order Line": "Sales Order Item",
	"Customer": "Customer",
	"Product": "Item",
	"Variant": "Item",
}
# What the sync itself decides about: a mapping would fight with it.
_OWN_FIELDS = ("name", "item_code", "has_variants", "variant_of", "disabled", "is_stock_item", "stock_uom")
_NO_VALUE = ("Table", "Table MultiSelect", "Button", "HTML", "Password", "Fold", "Heading", "Image")


class FieldMapping(Document):
	_syntax: ClassVar = ImmutableSandboxedEnvironment(autoescape=False)

	def validate(self) -> None:
		"""Path, text and table must be readable, the target must be a field that takes a value."""
		if self.entity == "Item":
			self._check_store_field()
		else:
			self._check_target()
		self._check_source()
		if self.transform == "Jinja":
			self._check_jinja()
		if self.transform == "Lookup":
			self._check_lookup()
		if self.when_missing == "Use default" and not self.default_value:
			self._refuse("default_value", _("is needed when a missing value is to be replaced by it."))

	def _check_store_field(self) -> None:
		"""The store's own fields are nobody's DocType: any key that is one word."""
		self.target_doctype = None
		if not self.target_field or any(sign.isspace() for sign in self.target_field.strip()):
			self._refuse("target_field", _("is the store's key: namespace.key of a metafield, or one word."))
		self.target_field = self.target_field.strip()

	def _check_target(self) -> None:
		wanted = TARGETS[self.entity]
		if self.target_doctype != wanted:
			self._refuse("target_doctype", _("must be {0} for {1}.").format(wanted, self.entity))
		if wanted == "Item" and self.target_field in _OWN_FIELDS:
			self._refuse("target_field", _("is decided by the sync itself."))
		field = frappe.get_meta(self.target_doctype).get_field(self.target_field)
		if not field:
			remedy = _("{0} has no field '{1}'. Choose one of the list; a Custom Field can be added first.")
			self._refuse("target_field", remedy.format(self.target_doctype, self.target_field))
		if field.fieldtype in (*frappe.model.no_value_fields, *_NO_VALUE) or field.is_virtual:
			self._refuse("target_field", _("a field of type {0} takes no value.").format(field.fieldtype))

	def _check_source(self) -> None:
		if not self.source:
			if self.transform != "Jinja":
				self._refuse("source", _("is needed; only a Jinja text can do without."))
			return
		try:
			jmespath.compile(self.source)
		except JMESPathError as error:
			self._refuse("source", _("is no JMESPath: {0}").format(frappe.utils.escape_html(str(error))))

	def _check_jinja(self) -> None:
		if not self.argument:
			self._refuse("argument", _("is needed: a text such as {0}").format("<code>{{ value }}</code>"))
		try:
			self._syntax.from_string(self.argument)
		except TemplateError as error:
			self._refuse("argument", _("is no Jinja text: {0}").format(frappe.utils.escape_html(str(error))))

	def _check_lookup(self) -> None:
		lines = [line for line in (self.argument or "").splitlines() if line.strip()]
		if not lines:
			self._refuse("argument", _("needs one 'theirs = ours' a line."))
		for number, line in enumerate(lines, 1):
			if "=" not in line:
				self._refuse("argument", _("line {0} has no '=': write 'theirs = ours'.").format(number))

	def _refuse(self, fieldname: str, problem: str) -> None:
		label = _(self.meta.get_label(fieldname))
		frappe.throw(f"<b>{label}</b>: {problem}", title=_("Field Mapping"))
