"""Product Bundles for bundles of a store."""

from __future__ import annotations

import frappe

from ...core.catalogue import CreateBundle
from .fields import number
from .refusals import refusals

DOCTYPE = "Product Bundle"


def create(command: CreateBundle) -> str | None:
	"""The Product Bundle; None when the Item has one already, which then stays as people made it."""
	if frappe.db.exists(DOCTYPE, {"new_item_code": command.item_code}):
		return None
	units = _stock_units([code for code, _ in command.parts])
	bundle = frappe.new_doc(DOCTYPE)
	bundle.new_item_code = command.item_code
	for code, quantity in command.parts:
		bundle.append("items", {"item_code": code, "qty": number(quantity), "uom": units.get(code)})
	with refusals():
		return str(bundle.insert().name)


def _stock_units(codes: list[str]) -> dict[str, str]:
	rows = frappe.get_all("Item", {"name": ["in", codes]}, ["name", "stock_uom"])
	return {row.name: row.stock_uom for row in rows}
