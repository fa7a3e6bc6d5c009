"""The parts of an Item that stores know too (`ITEM_FIELDS`), read from Items and written to their fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

import frappe
from frappe.utils import get_url
from frappe.utils.html_utils import clean_html

from . import bulk
from .fields import decimal, document_name, fit

COLUMNS = (
	"name",
	"variant_of",
	"has_variants",
	"is_stock_item",
	"disabled",
	"item_name",
	"description",
	"image",
	"item_group",
	"weight_per_unit",
	"weight_uom",
	"customs_tariff_number",
	"country_of_origin",
)
NAME_LENGTH = 140
_UNITS = {"kg": Decimal(1), "kilogram": Decimal(1), "gram": Decimal("0.001"), "g": Decimal("0.001")}
_POUND = Decimal("0.45359237")
_UNITS |= {"pound": _POUND, "lb": _POUND, "ounce": _POUND / 16, "oz": _POUND / 16, "tonne": Decimal(1000)}


def read(codes: Iterable[str], more: Iterable[str] = (), templates: bool = False) -> dict[str, Any]:
	"""Rows of the Items by code, with the columns above and `more`; one query, templates of them on request."""
	wanted = sorted(set(codes))
	if not wanted:
		return {}
	columns = ", ".join(f"i.`{column}`" for column in dict.fromkeys((*COLUMNS, *more)))
	marks = bulk.marks(wanted)
	where, values = f"i.name IN ({marks})", wanted
	if templates:
		where += f" OR i.name IN (SELECT v.variant_of FROM `tabItem` v WHERE v.name IN ({marks}))"
		values = wanted * 2
	query = f"SELECT {columns}, UPPER(c.code) AS country_code FROM `tabItem` i LEFT JOIN `tabCountry` c"
	rows = frappe.db.sql(f"{query} ON c.name = i.country_of_origin WHERE {where}", values, as_dict=True)
	return {row.name: row for row in rows}


def values_of(row: Any, barcodes: Iterable[str] = ()) -> dict[str, Any]:
	"""The values as `ITEM_FIELDS` describes them; parts that the Item has nothing of are None."""
	customs = (row.customs_tariff_number or None, row.country_code or None)
	return {
		"title": row.item_name or None,
		"description": row.description or None,
		"images": address_of(row.image),
		"categories": row.item_group or None,
		"weight": weight_of(row),
		"barcode": next(iter(barcodes), None),
		"customs": customs if any(customs) else None,
	}


def address_of(image: str | None) -> str | None:
	"""The picture's address for others; None for one that only users of the site may see."""
	if not image or image.startswith("/private/"):
		return None
	return get_url(image) if image.startswith("/") else image


def weight_of(row: Any) -> Decimal | None:
	"""Kilograms; None for no weight, and for a unit that is not known here."""
	factor = _kilograms(row.weight_uom or "Kg")
	weight = decimal(row.weight_per_unit)
	return (weight * factor).normalize() + 0 if weight and factor else None


@lru_cache(maxsize=64)
def _static_factor(unit: str) -> Decimal | None:
	return _UNITS.get(unit.strip().casefold())


def _kilograms(unit: str) -> Decimal | None:
	"""How many kilograms the unit is: known ones, else what the site's conversion factors say."""
	if known := _static_factor(unit):
		return known
	filters = {"category": "Mass", "from_uom": unit, "to_uom": ["in", ["Kg", "Kilogram"]]}
	factor = frappe.db.get_value("UOM Conversion Factor", filters, "value", cache=True)
	return decimal(factor) if factor else None


def fields_of(values: Mapping[str, Any], group: str | None = None) -> dict[str, Any]:
	"""Item fields for the values; barcodes are no field, and the Item Group is found or made by the caller."""
	fields: dict[str, Any] = {}
	for part, value in values.items():
		if writer := _WRITERS.get(part):
			fields |= writer(value)
	return fields | ({"item_group": group} if group else {})


def _title(value: str | None) -> dict[str, Any]:
	title = fit(value, NAME_LENGTH)
	return {"item_name": title} if title else {}


def _description(value: str | None) -> dict[str, Any]:
	"""Cleaned as ERPNext would: of a description whose picture it takes out itself it means to tell, and fails."""
	cleans = frappe.db.get_single_value("Stock Settings", "clean_description_html")
	return {"description": clean_html(value or "") if cleans else value or ""}


def _image(value: str | None) -> dict[str, Any]:
	return {"image": value or None}


def _weight(value: Decimal | None) -> dict[str, Any]:
	unit = weight_unit()
	return {"weight_per_unit": float(value or 0), "weight_uom": unit if value else None} if unit else {}


def weight_unit() -> str | None:
	"""The site's unit for kilograms; weights stay away where there is none."""
	return next((unit for unit in ("Kg", "Kilogram") if frappe.db.exists("UOM", unit, cache=True)), None)


def _customs(value: tuple[str | None, str | None] | None) -> dict[str, Any]:
	number, country = value or (None, None)
	fields: dict[str, Any] = {"customs_tariff_number": ensure_tariff_number(number) if number else None}
	if not country:
		return fields | {"country_of_origin": None}
	found = frappe.db.get_value("Country", {"code": country.lower()}, cache=True)
	return fields | ({"country_of_origin": found} if found else {})


def ensure_tariff_number(number: str) -> str | None:
	"""The Customs Tariff Number, made when it is not there; only stock managers may otherwise make one."""
	name = document_name(number, "Customs Tariff Number", NAME_LENGTH)
	if not name or frappe.db.exists("Customs Tariff Number", name):
		return name or None
	doc = frappe.new_doc("Customs Tariff Number")
	doc.tariff_number = name
	return str(doc.insert(ignore_permissions=True).name)


def ensure_group(wanted: str | None, parent: str | None) -> str | None:
	"""The Item Group of that name, made as a leaf under `parent` (or its group) when it is not there."""
	name = document_name(wanted, "Item Group", NAME_LENGTH)
	if not name:
		return None
	if found := frappe.db.get_value("Item Group", name, ["name", "is_group"]):
		return None if found[1] else str(found[0])
	doc = frappe.new_doc("Item Group")
	doc.update({"item_group_name": name, "parent_item_group": _branch(parent), "is_group": 0})
	return str(doc.insert().name)


def _branch(group: str | None) -> str:
	"""A group that may hold others: the given one, the one above it, else the root."""
	if group:
		is_group, above = frappe.db.get_value("Item Group", group, ["is_group", "parent_item_group"]) or (
			0,
			"",
		)
		if is_group or above:
			return group if is_group else str(above)
	return str(frappe.db.get_value("Item Group", {"is_group": 1}, order_by="lft"))


_WRITERS: dict[str, Callable[[Any], dict[str, Any]]] = {
	"title": _title,
	"description": _description,
	"images": _image,
	"weight": _weight,
	"customs": _customs,
}
