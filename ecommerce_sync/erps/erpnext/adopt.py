"""Books a difference that somebody made in the store: a Stock Reconciliation of one Item in one Warehouse.

Under the lock of its Bin, so that what is counted is what is there. The valuation rate stays.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import flt

from ...core.errors import Held
from ...core.settings import StoreSettings
from ..goods import Told
from . import due
from .fields import decimal, number
from .refusals import refusals

DOCTYPE = "Stock Reconciliation"


def adopt(level: Told, warehouse: str, difference: int, settings: StoreSettings) -> tuple[str, str]:
	"""See `GoodsBooks.adopt`. Inside a transaction as the sync user."""
	pieces = _stock_units(level, settings.store) * difference
	there, rate = _bin(level.item_code, warehouse)
	wanted = there + pieces
	if wanted < 0:
		raise _held(level, f"Warehouse {warehouse} has {there:f}, {-pieces:f} would have to go")
	with refusals():
		doc = _document(level, warehouse, wanted, rate, settings)
		doc.insert()
		doc._submit()  # `submit` would queue long documents; this one has a single row
	return DOCTYPE, str(doc.name)


def _stock_units(level: Told, store: str) -> Decimal:
	"""What one piece is in the Item's stock unit. Raises `Held` for what one row cannot book."""
	listings = due.listings_of(store, [level.listing])
	parts = listings[0].parts if listings else ()
	item = frappe.db.get_value("Item", level.item_code, ["has_batch_no", "has_serial_no"], as_dict=True)
	if not item or len(parts) != 1 or parts[0].item_code != level.item_code:
		raise _held(level, "it keeps no stock of its own, like a bundle")
	if item.has_batch_no or item.has_serial_no:
		raise _held(level, "it has batches or serial numbers")
	return parts[0].quantity


def _held(level: Told, why: str) -> Held:
	return Held("drift_not_adoptable", item=level.item_code, why=why)


def _bin(item: str, warehouse: str) -> tuple[Decimal, float]:
	rows = frappe.db.sql(
		"SELECT actual_qty, valuation_rate FROM `tabBin` WHERE item_code = %s AND warehouse = %s FOR UPDATE",
		(item, warehouse),
	)
	quantity, rate = rows[0] if rows else (0, 0)
	return decimal(quantity), flt(rate)


def _document(level: Told, warehouse: str, wanted: Decimal, rate: float, settings: StoreSettings) -> Any:
	doc = frappe.new_doc(DOCTYPE)
	doc.update({"purpose": DOCTYPE, "company": settings.company, "set_posting_time": 0})
	doc.update({"cost_center": settings.cost_center or None})
	value = rate or _known_rate(level.item_code)
	row = {"item_code": level.item_code, "warehouse": warehouse, "qty": number(wanted)}
	doc.append("items", {**row, "valuation_rate": value, "allow_zero_valuation_rate": int(not value)})
	return doc


def _known_rate(item: str) -> float:
	"""What an Item that the Warehouse has none of was worth last."""
	found = frappe.db.get_value("Item", item, ["valuation_rate", "last_purchase_rate", "standard_rate"])
	return next((flt(rate) for rate in found or () if flt(rate)), 0.0)
