"""Items of a store's products: templates, their variants, Items by themselves; created, and kept up to date."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import frappe

from ...core.catalogue import CreateItem, UpdateItem
from ...core.errors import Fixable
from ...core.settings import StoreSettings
from . import attributes, items, told_values
from .fields import plain
from .item_values import NAME_LENGTH, ensure_group, fields_of
from .refusals import refusals

DOCTYPE = "Item"
# What a variant never has from its template.
_OWN = frozenset(
	"name doctype docstatus idx owner naming_series item_code item_name attributes __islocal __unsaved".split()
)


def create(command: CreateItem, settings: StoreSettings) -> str:
	"""The Item; an existing one of the code, or a variant of the same attributes, is taken as it is."""
	code = items.code_of(command.item_code)
	if found := items.named(code):
		return _existing(found, code, command)
	with refusals():
		if command.template:
			item = _create_template(code, command, settings)
		elif command.variant_of:
			item = _create_variant(code, command, settings)
		else:
			item = items.insert(code, _fields(command, settings), command.values.get("barcode"))
	_check_kept(item, command.fields, settings)
	return str(item.name)


def _check_kept(item: Any, fields: Mapping[str, Any], settings: StoreSettings) -> None:
	"""ERPNext computes some fields itself: a mapping to one of them would be written again for ever."""
	kept = told_values.cleaned(plain(fields))
	for name, value in fields.items():
		if told_values.differ(item.get(name), value) and told_values.differ(item.get(name), kept[name]):
			rule = next((rule.name for rule in settings.fields if rule.target_field == name), name)
			detail = f"Item {item.name} does not keep '{value}' in the field {name}."
			raise Fixable("mapping_failed", cause=f"mapping:{rule}", mapping=rule, detail=detail)


def _existing(found: str, code: str, command: CreateItem) -> str:
	"""What the database takes for the same code is another Item where only case or signs agree by chance."""
	is_template = bool(frappe.db.get_value(DOCTYPE, found, "has_variants"))
	if found.casefold() == code.casefold() and is_template == command.template:
		return found
	detail = f"Item {found} has the code that {code} needs" + (
		", and it is a template." if is_template else "."
	)
	raise Fixable("erp_refused", cause=f"item:{found}", detail=detail)


def _fields(command: CreateItem, settings: StoreSettings) -> dict[str, Any]:
	group = ensure_group(command.values.get("categories"), settings.item_group) or settings.item_group
	return {
		"item_name": command.item_code[:NAME_LENGTH],
		**fields_of(command.values, group),
		"is_stock_item": int(command.stock),
		**plain(command.fields),
	}


def _create_template(code: str, command: CreateItem, settings: StoreSettings) -> Any:
	fields = {
		**_fields(command, settings),
		"has_variants": 1,
		"variant_based_on": "Item Attribute",
		"attributes": attributes.rows(command.attributes),
	}
	return items.insert(code, fields)


def _create_variant(code: str, command: CreateItem, settings: StoreSettings) -> Any:
	from erpnext.controllers.item_variant import ItemVariantExistsError, find_variant

	rows, template = attributes.rows(command.attributes), items.code_of(str(command.variant_of))
	fields = {
		**_inherited(template),
		"attributes": rows,
		**_fields(command, settings),
		"variant_of": template,
	}
	try:
		return items.insert(code, fields, command.values.get("barcode"))
	except ItemVariantExistsError:
		own = {row["attribute"]: row.get("attribute_value") for row in rows}
		return frappe.get_doc(DOCTYPE, find_variant(template, own, code))


def _inherited(template: str) -> dict[str, Any]:
	"""What ERPNext copies from a template to its variants: Item Variant Settings say which fields."""
	stand = frappe.db.get_value(DOCTYPE, template, "modified")
	rules = frappe.db.get_value("Item Variant Settings", None, "modified", cache=True)
	return _copied(frappe.local.site, template, stand, rules)


@lru_cache(maxsize=16)
def _copied(site: str, template: str, *stand: Any) -> dict[str, Any]:
	"""Kept for the variants that follow, until template or settings change."""
	from erpnext.controllers.item_variant import copy_attributes_to_variant

	variant = frappe.new_doc(DOCTYPE)
	variant.variant_based_on = "Item Attribute"
	copy_attributes_to_variant(frappe.get_doc(DOCTYPE, template), variant)
	values = variant.as_dict()
	return {name: value for name, value in values.items() if name not in _OWN and value not in (None, [])}


def update(command: UpdateItem, settings: StoreSettings) -> str | None:
	"""Write what differs; the Item, None when nothing did. Barcodes are added, never taken away."""
	with refusals():
		item = frappe.get_doc(DOCTYPE, command.item_code)
		group = ensure_group(command.values.get("categories"), settings.item_group)
		wanted = {**fields_of(command.values, group), **plain(command.fields)}
		changed = items.add_barcode(item, command.values.get("barcode"))
		if not _set(item, wanted) and not changed:
			return None
		item.flags.dont_update_variants = True  # each variant is planned for by itself
		item.save()
	_check_kept(item, command.fields, settings)
	return str(item.name)


def _set(item: Any, wanted: Mapping[str, Any]) -> bool:
	"""Whether any of the fields had another value."""
	different = {
		name: value for name, value in wanted.items() if str(item.get(name) or "") != str(value or "")
	}
	item.update(different)
	return bool(different)
