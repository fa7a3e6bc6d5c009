"""To the warehouse without a click: draft Pick Lists of a submitted Sales Order, and its stock reservations.

ERPNext submits no Pick List of an order that has reservations, so where stock reservation is on an order's
goods are reserved, and Pick Lists are made only where nothing could be.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import frappe
from erpnext.selling.doctype.sales_order.sales_order import create_pick_list
from erpnext.stock.doctype.stock_reservation_entry.stock_reservation_entry import (
	cancel_stock_reservation_entries,
	has_reserved_stock,
)

from ...core.followups import CreatePickList
from ...core.models import Order
from ...core.settings import StoreSettings
from .unit import Unit

DOCTYPE = "Pick List"
_ORDER = "Sales Order"
_MADE = """SELECT EXISTS(SELECT 1 FROM `tabPick List Item` WHERE sales_order = %(name)s)
	OR EXISTS(SELECT 1 FROM `tabStock Reservation Entry`
		WHERE voucher_no = %(name)s AND voucher_type = 'Sales Order' AND docstatus = 1)"""


def picked(document: str) -> bool:
	"""Whether a Pick List was made of the Sales Order, or its goods are reserved. One query."""
	return bool(frappe.db.sql(_MADE, {"name": document})[0][0])


def create(
	command: CreatePickList, order: Order, settings: StoreSettings, unit: Unit
) -> tuple[str, str] | None:
	"""Reserve, or make one draft Pick List for each Warehouse. What ERPNext refuses is undone: no order waits for it."""
	return again(command.document)


def again(document: str) -> tuple[str, str] | None:
	"""The same for an order whose Pick Lists went because it changed."""
	frappe.db.savepoint("pick_list")
	messages = len(frappe.local.message_log)
	try:
		return _create(document)
	except (frappe.ValidationError, frappe.PermissionError):
		frappe.db.rollback(save_point="pick_list")
		return None
	finally:
		del frappe.local.message_log[messages:]


def _create(name: str) -> tuple[str, str] | None:
	if frappe.db.get_single_value("Stock Settings", "enable_stock_reservation"):
		frappe.get_doc(_ORDER, name).create_stock_reservation_entries(notify=False)
		if has_reserved_stock(_ORDER, name):
			return _ORDER, name
	lists = [_pick_list(name, rows) for rows in _by_warehouse(_open_locations(name))]
	made = [each.insert() for each in lists if each.locations]
	return (DOCTYPE, str(made[0].name)) if made else None


def _open_locations(name: str) -> list[Any]:
	"""What ERPNext would pick, before it looks for it in the Warehouses."""
	by_hand = frappe.new_doc(DOCTYPE)
	by_hand.pick_manually = 1
	mapped = create_pick_list(name, target_doc=by_hand)
	return [row for row in mapped.locations if row.stock_qty > 0 and _keeps_stock(row.item_code)]


def _keeps_stock(item_code: str) -> bool:
	return bool(frappe.get_cached_value("Item", item_code, "is_stock_item"))


def _by_warehouse(rows: Iterable[Any]) -> list[list[Any]]:
	found: dict[str, list[Any]] = {}
	for row in rows:
		found.setdefault(row.warehouse or "", []).append(row)
	return list(found.values())


def _pick_list(name: str, rows: list[Any]) -> Any:
	doc = frappe.new_doc(DOCTYPE)
	sold = frappe.db.get_value(_ORDER, name, ["company", "customer", "customer_name"], as_dict=True)
	doc.update({"purpose": "Delivery", "parent_warehouse": rows[0].warehouse, **sold})
	for row in rows:
		row.name = row.parent = None
		doc.append("locations", row)
	doc.set_item_locations()
	return doc


def drafts(document: str) -> list[str]:
	"""The order's Pick Lists that nobody has submitted."""
	rows = frappe.db.sql(
		"""SELECT DISTINCT p.name FROM `tabPick List Item` r JOIN `tabPick List` p ON p.name = r.parent
		WHERE r.sales_order = %s AND p.docstatus = 0""",
		document,
	)
	return [name for (name,) in rows]


def remove(document: str) -> bool:
	"""Draft Pick Lists and reservations of the order go; whether there were any."""
	names = drafts(document)
	for name in names:
		frappe.get_doc(DOCTYPE, name).delete(ignore_permissions=True)
	reserved = has_reserved_stock(_ORDER, document)
	if reserved:
		cancel_stock_reservation_entries(_ORDER, document, notify=False)
	return bool(names) or reserved
