"""Whether an Item has what a store tells, as far as its fields can hold it.

ERPNext cleans HTML, cuts texts and refuses some Item Groups: a value that would end as what stands there
already counts as the store's, so that planning again after writing plans nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import frappe
from frappe.utils.html_utils import clean_html

from ...core.catalogue.values import plain
from ...core.settings import StoreSettings
from . import fields
from .item_values import NAME_LENGTH, fields_of

_PARTS = ("title", "description", "images", "customs")


def mapped_columns(settings: StoreSettings) -> list[str]:
	"""The Item fields that Field Mappings write and that have a column."""
	meta = frappe.get_meta("Item")
	named = {rule.target_field for rule in settings.fields if rule.target_doctype == "Item"}
	return sorted(name for name in named if (field := meta.get_field(name)) and not _without_column(field))


def _without_column(field: Any) -> bool:
	return (
		bool(field.is_virtual) or field.fieldtype in frappe.model.no_value_fields + frappe.model.table_fields
	)


def settled(
	values: Mapping[str, Any], wanted: Mapping[str, Any], row: Any, settings: StoreSettings
) -> dict[str, Any]:
	"""The Item's values, with the store's own words for those that writing would not change."""
	ours = settings.masters.fields("store")
	differing = {part: told for part, told in wanted.items() if part in ours and values.get(part) != told}
	return dict(values) | {part: told for part, told in differing.items() if _would_stay(part, told, row)}


def _would_stay(part: str, told: Any, row: Any) -> bool:
	if part == "categories":
		return not _group_of(told) or _group_of(told) == row.item_group
	if part not in _PARTS:
		return False
	kept = cleaned(fields_of({part: told}) if part != "customs" else _customs(told))
	return all(_same(row.get(name), value) for name, value in kept.items())


def _customs(told: tuple[str | None, str | None]) -> dict[str, Any]:
	"""Without making the tariff number, as `fields_of` would; what the store leaves open may be anything."""
	number, country = told
	found = fields_of({"customs": (None, country)}) if country else {}
	found.pop("customs_tariff_number", None)
	if number:
		found["customs_tariff_number"] = fields.document_name(number, "Customs Tariff Number", NAME_LENGTH)
	return found


def _group_of(told: str) -> str | None:
	"""What the name would become: an existing leaf, the name itself, or nothing where it is a branch."""
	name = fields.document_name(told, "Item Group", NAME_LENGTH)
	found = frappe.db.get_value("Item Group", name, ["name", "is_group"]) if name else None
	return (None if found[1] else str(found[0])) if found else name or None


def cleaned(wanted: Mapping[str, Any]) -> dict[str, Any]:
	"""The fields as saving an Item would leave them."""
	item = frappe.new_doc("Item")
	item.update(dict(wanted))
	if item.description and frappe.db.get_single_value("Stock Settings", "clean_description_html"):
		item.description = clean_html(item.description)
	item._sanitize_content()
	return {name: item.get(name) for name in wanted}


def _same(ours: Any, theirs: Any) -> bool:
	return str(ours or "").strip() == str(theirs or "").strip()


def settled_fields(row: Any, columns: Sequence[str], wanted: Mapping[str, Any]) -> dict[str, Any]:
	"""The mapped fields, likewise."""
	found = {name: row.get(name) for name in columns}
	differing = {name: told for name, told in wanted.items() if name in found and differ(found[name], told)}
	kept = cleaned(fields.plain(differing)) if differing else {}
	return found | {name: told for name, told in differing.items() if not differ(found[name], kept[name])}


def differ(ours: Any, theirs: Any) -> bool:
	"""As the planner compares them."""
	return bool(plain(ours) != plain(theirs))
