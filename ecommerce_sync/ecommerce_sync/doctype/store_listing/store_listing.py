"""One sellable variant of a store and the Item it stands for."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html


class StoreListing(Document):
	def before_insert(self) -> None:
		self.variant_id = self.variant_id or ""  # NULL would escape the unique index

	def validate(self) -> None:
		"""What a person chose must be an Item that can be sold; binding makes the listing due."""
		if self.item_code and self.has_value_changed("item_code"):
			self._check_item("item_code")
			self._bound()
		if self.has_value_changed("proposed_item"):
			self.chosen = int(bool(self.proposed_item))
		if self.proposed_item and self.has_value_changed("proposed_item"):
			self._check_item("proposed_item")
		self.chosen = int(bool(self.chosen and self.proposed_item))
		self._leave_out()

	def _check_item(self, fieldname: str) -> None:
		"""Templates are not sold, and disabled Items neither."""
		code = self.get(fieldname)
		item = frappe.db.get_value(
			"Item", code, ["disabled", "has_variants", "is_sales_item", "item_name"], as_dict=True
		)
		problem = (
			(not item and _("there is no such Item."))
			or (item.has_variants and _("is a template; choose one of its variants."))
			or (item.disabled and _("is disabled."))
			or (not item.is_sales_item and _("cannot be sold; tick Allow Sales on it."))
		)
		if problem:
			label = _(self.meta.get_label(fieldname))
			frappe.throw(f"<b>{label}</b>: {escape_html(code)} {problem}", title=_("Store Listing"))

	def _bound(self) -> None:
		"""The store is told stock and price of the Item, and nothing has to be chosen any more."""
		now = frappe.db.sql("SELECT UTC_TIMESTAMP(6)")[0][0]
		self.update({"stock_due": now, "price_due": now, "match": "bound", "ignored": 0})
		self.update({"proposed_item": None, "candidates": None, "chosen": 0, "match_score": 0})

	def _leave_out(self) -> None:
		"""A variant that is not sold through ERPNext waits for nobody's choice."""
		if self.ignored and not self.item_code:
			self.match = "ignored"
		elif self.match == "ignored" or (self.match == "bound" and not self.item_code):
			self.match = ""  # the next matching proposes anew


def on_doctype_update() -> None:
	"""The unique key and the indexes of `Store Listing`."""
	frappe.db.add_unique(
		"Store Listing", ["store", "product_id", "variant_id"], constraint_name="unique_variant"
	)
	frappe.db.add_index("Store Listing", ["store", "sku"])
	frappe.db.add_index("Store Listing", ["item_code"])
	frappe.db.add_index("Store Listing", ["store", "stock_due"])
	frappe.db.add_index("Store Listing", ["store", "price_due"])
	frappe.db.add_index("Store Listing", ["store", "inventory_item_id"])
