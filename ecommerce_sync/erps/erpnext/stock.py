"""How much of an Item is free in a Warehouse: what is there and neither reserved nor sold.

Bin knows what is there and what submitted documents reserve, the parts of bundles included (ERPNext
reserves those by Packed Item). Taken off besides, because Bin does not: Sales Orders of a store that are
still drafts or on hold, and batches that are expired or disabled. Of disabled Items and of those past
their end of life nothing is free.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import nowdate

from .fields import decimal

Place = tuple[str, str]  # Item and Warehouse

_FREE = "b.actual_qty - b.reserved_qty - b.reserved_qty_for_production - b.reserved_qty_for_sub_contract"
_ALIVE = (
	"i.disabled = 0 AND (i.end_of_life IS NULL OR i.end_of_life < '1900-01-01' OR i.end_of_life > %(today)s)"
)
_OF_STORES = (
	"o.status IN ('Draft', 'On Hold') AND o.docstatus < 2 AND IFNULL(o.ecommerce_store, '') != ''"
	" AND o.name != %(but)s"
)
_STILL_OPEN = "GREATEST(r.qty - r.delivered_qty, 0) / r.qty"

# What Bin counts and nobody may sell. Drafts are few, so they come first and the Items after.
_NOT_FREE = f"""
	SELECT STRAIGHT_JOIN r.item_code, r.warehouse, r.stock_qty * {_STILL_OPEN} AS quantity
	FROM `tabSales Order` o JOIN `tabSales Order Item` r ON r.parent = o.name
	WHERE {_OF_STORES} AND r.qty > 0 AND r.delivered_by_supplier = 0
		AND r.item_code IN %(items)s AND r.warehouse IN %(warehouses)s
	UNION ALL
	SELECT STRAIGHT_JOIN p.item_code, p.warehouse, p.qty * {_STILL_OPEN}
	FROM `tabSales Order` o
	JOIN `tabPacked Item` p ON p.parent = o.name AND p.parenttype = 'Sales Order' AND p.item_code != p.parent_item
	JOIN `tabSales Order Item` r ON r.name = p.parent_detail_docname
	WHERE {_OF_STORES} AND r.qty > 0 AND r.delivered_by_supplier = 0
		AND p.item_code IN %(items)s AND p.warehouse IN %(warehouses)s
	UNION ALL
	SELECT item_code, warehouse, GREATEST(SUM(quantity), 0) FROM (
		SELECT s.item_code, e.warehouse, e.batch_no, e.qty AS quantity
		FROM `tabBatch` t JOIN `tabSerial and Batch Entry` e ON e.batch_no = t.name
		JOIN `tabSerial and Batch Bundle` s ON s.name = e.parent
		WHERE t.item IN %(items)s AND (t.disabled = 1 OR t.expiry_date < %(today)s)
			AND s.docstatus = 1 AND s.is_cancelled = 0 AND s.voucher_type != 'Pick List'
			AND e.warehouse IN %(warehouses)s
		UNION ALL
		SELECT l.item_code, l.warehouse, l.batch_no, l.actual_qty
		FROM `tabBatch` t JOIN `tabStock Ledger Entry` l ON l.item_code = t.item AND l.batch_no = t.name
		WHERE t.item IN %(items)s AND (t.disabled = 1 OR t.expiry_date < %(today)s)
			AND l.is_cancelled = 0 AND IFNULL(l.serial_and_batch_bundle, '') = ''
			AND l.warehouse IN %(warehouses)s
	) batches GROUP BY item_code, warehouse, batch_no
"""


def free_stock(items: Iterable[str], warehouses: Iterable[str]) -> dict[Place, Decimal]:
	"""See `GoodsBooks.free_stock`. Three queries; a group Warehouse is the sum of those in it."""
	leaves = _leaves(sorted(set(warehouses)))
	names = {"items": sorted(set(items)), "warehouses": sorted(leaves), "today": nowdate(), "but": ""}
	if not names["items"] or not leaves:
		return {}
	bins = frappe.db.sql(
		f"""SELECT b.item_code, b.warehouse, {_FREE} FROM `tabBin` b
		JOIN `tabItem` i ON i.name = b.item_code AND {_ALIVE}
		WHERE b.item_code IN %(items)s AND b.warehouse IN %(warehouses)s""",
		names,
	)
	return _under_their_names(_less(bins, names), leaves)


def locked_free_stock(items: Iterable[str], warehouses: Iterable[str], but: str = "") -> dict[Place, Decimal]:
	"""The same, and nobody reserves or moves these Items until the transaction ends. Two queries.

	All workers lock in the same order, by the unique index. `but` is a draft that takes nothing.
	"""
	places = {"items": sorted(set(items)), "warehouses": sorted(set(warehouses))}
	names = {**places, "today": nowdate(), "but": but}
	if not names["items"] or not names["warehouses"]:
		return {}
	bins = frappe.db.sql(
		f"""SELECT b.item_code, b.warehouse, {_FREE} FROM `tabBin` b FORCE INDEX (unique_item_warehouse)
		WHERE b.item_code IN %(items)s AND b.warehouse IN %(warehouses)s
		ORDER BY b.item_code, b.warehouse FOR UPDATE""",
		names,
	)
	return _less(bins, names)


def _less(bins: Iterable[Any], names: Mapping[str, Any]) -> dict[Place, Decimal]:
	"""What the Bins say, less what they do not know of."""
	free = {(item, warehouse): decimal(quantity) for item, warehouse, quantity in bins}
	taken = frappe.db.sql(
		f"SELECT item_code, warehouse, SUM(quantity) FROM ({_NOT_FREE}) taken GROUP BY item_code, warehouse",
		names,
	)
	for item, warehouse, quantity in taken:
		free[item, warehouse] = free.get((item, warehouse), Decimal(0)) - decimal(quantity)
	return free


def _leaves(warehouses: list[str]) -> dict[str, list[str]]:
	"""Each Warehouse that keeps stock, and under which of the names it counts: its own or its groups'."""
	if not warehouses:
		return {}
	rows = frappe.db.sql(
		"""SELECT c.name, p.name FROM `tabWarehouse` p
		JOIN `tabWarehouse` c ON c.is_group = 0 AND c.lft >= p.lft AND c.rgt <= p.rgt
		WHERE p.name IN %(names)s""",
		{"names": warehouses},
	)
	leaves: dict[str, list[str]] = {}
	for leaf, name in rows:
		leaves.setdefault(leaf, []).append(name)
	return leaves


def _under_their_names(
	free: Mapping[Place, Decimal], leaves: Mapping[str, list[str]]
) -> dict[Place, Decimal]:
	total: dict[Place, Decimal] = {}
	for (item, leaf), quantity in free.items():
		for name in leaves.get(leaf, []):
			total[item, name] = total.get((item, name), Decimal(0)) + quantity
	return total
