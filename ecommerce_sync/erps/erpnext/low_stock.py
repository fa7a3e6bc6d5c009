"""Which Items that a store sells are at or below their reorder level. Nothing is ordered: ERPNext does that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import frappe

from .fields import decimal
from .stock import free_stock

# Items of bound listings and the parts of bundles. A variant without rows of its own has its template's.
_LEVELS = """
	SELECT i.name AS item_code, i.item_name, IFNULL(NULLIF(r.warehouse_group, ''), r.warehouse) AS place,
		MAX(r.warehouse_reorder_level) AS reorder_level
	FROM (
		SELECT l.item_code FROM `tabStore Listing` l
		WHERE l.store = %(store)s AND l.gone = 0 AND IFNULL(l.item_code, '') != ''
		UNION
		SELECT p.item_code FROM `tabStore Listing` l
		JOIN `tabProduct Bundle` b ON b.new_item_code = l.item_code AND b.disabled = 0
		JOIN `tabProduct Bundle Item` p ON p.parent = b.name AND p.parenttype = 'Product Bundle'
		WHERE l.store = %(store)s AND l.gone = 0
	) sold
	JOIN `tabItem` i ON i.name = sold.item_code AND i.disabled = 0 AND i.is_stock_item = 1
	JOIN `tabItem Reorder` r ON r.parenttype = 'Item' AND r.warehouse IN %(warehouses)s
		AND (r.parent = i.name OR (r.parent = i.variant_of AND NOT EXISTS (
			SELECT 1 FROM `tabItem Reorder` own WHERE own.parenttype = 'Item' AND own.parent = i.name)))
	WHERE r.warehouse_reorder_level > 0 OR r.warehouse_reorder_qty > 0
	GROUP BY i.name, i.item_name, place
"""


def low_items(store: str, warehouses: Sequence[str]) -> list[dict[str, Any]]:
	"""`item_code`, `item_name`, `place`, `available` and `reorder_level`, the furthest below first.

	The place is the warehouse of the Item's reorder row, or the group in which the row says to check. Four queries.
	"""
	if not warehouses:
		return []
	names = {"store": store, "warehouses": tuple(warehouses)}
	levels = frappe.db.sql(_LEVELS, names, as_dict=True)
	free = free_stock({row.item_code for row in levels}, {row.place for row in levels})
	for row in levels:
		row.available = float(free.get((row.item_code, row.place), 0))
	low = [row for row in levels if decimal(row.available) <= decimal(row.reorder_level)]
	return sorted(low, key=lambda row: (row.available - row.reorder_level, row.item_code, row.place))
