"""Which Items one piece takes from stock: the Item itself in its stock unit, or the parts of its Product Bundle.

What keeps no stock has no parts: service Items, bundles of nothing but services, and templates that
somebody bound by mistake. A disabled bundle is one part of itself, of which nothing is free.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import frappe

from ...core.stock import StockPart
from .fields import decimal

Sold = tuple[str, str]  # Item and UOM; "" is the stock UOM
Factors = dict[Sold, Decimal]  # how many of the stock UOM


def parts_of(sold: Iterable[Sold]) -> dict[Sold, tuple[StockPart, ...]]:
	"""For each Item in a UOM what one of it takes. One query, two more when a UOM is not the stock UOM."""
	wanted = sorted(set(sold))
	rows = _rows({item for item, _ in wanted})
	units = factors([(item, uom) for item, uom in wanted if uom], {row.item: row for row in rows})
	found: dict[str, list[Any]] = {}
	for row in rows:
		found.setdefault(row.item, []).append(row)
	return {
		(item, uom): _scaled(found.get(item, []), units.get((item, uom), Decimal(1 if not uom else 0)))
		for item, uom in wanted
	}


def units_of(sold: Iterable[Sold]) -> Factors:
	"""Conversion factors of Items in other units than their own; no query when there are none."""
	named = sorted({(item, uom) for item, uom in sold if uom})
	if not named:
		return {}
	rows = frappe.get_all(
		"Item",
		{"name": ["in", [item for item, _ in named]]},
		["name", "stock_uom", "variant_of"],
		order_by=None,
	)
	items = {row.name: row for row in rows}
	return {key: factor for key, factor in factors(named, items).items() if key[1] != items[key[0]].stock_uom}


def factors(sold: Iterable[Sold], items: dict[str, Any]) -> Factors:
	"""Conversion factors of the Items (rows with `stock_uom` and `variant_of`): their own, their template's, the site's.

	A UOM without any is left out: guessing 1 would sell a box for the stock of a piece.
	"""
	wanted = [(item, uom) for item, uom in sold if item in items]
	foreign = {(item, uom) for item, uom in wanted if uom != items[item].stock_uom}
	found = {pair: Decimal(1) for pair in wanted if pair not in foreign}
	if not foreign:
		return found
	own, common = _conversions(foreign, items), _common({uom for _, uom in foreign})
	for item, uom in foreign:
		row = items[item]
		factor = (
			own.get((item, uom)) or own.get((row.variant_of or "", uom)) or common.get((uom, row.stock_uom))
		)
		if factor:
			found[item, uom] = factor
	return found


def _rows(items: set[str]) -> list[Any]:
	"""Each Item, once for every part of its bundle."""
	if not items:
		return []
	return list(
		frappe.db.sql(
			"""SELECT i.name AS item, i.stock_uom, i.variant_of, i.is_stock_item, i.has_variants, i.disabled,
				p.name AS bundle, b.item_code AS part, b.qty, c.is_stock_item AS part_in_stock
			FROM `tabItem` i
			LEFT JOIN `tabProduct Bundle` p ON p.new_item_code = i.name AND p.disabled = 0
			LEFT JOIN `tabProduct Bundle Item` b ON b.parent = p.name AND b.parenttype = 'Product Bundle'
			LEFT JOIN `tabItem` c ON c.name = b.item_code
			WHERE i.name IN %(items)s ORDER BY i.name, b.idx""",
			{"items": sorted(items)},
			as_dict=True,
		)
	)


def _scaled(rows: list[Any], factor: Decimal) -> tuple[StockPart, ...]:
	if not rows or not factor or rows[0].has_variants:
		return ()
	if not rows[0].bundle:
		return (StockPart(item_code=rows[0].item, quantity=factor),) if rows[0].is_stock_item else ()
	taken: dict[str, Decimal] = {}
	for row in rows:
		if row.part_in_stock and row.qty > 0:
			taken[row.part] = taken.get(row.part, Decimal(0)) + decimal(row.qty) * factor
	if taken and rows[0].disabled:
		return (StockPart(item_code=rows[0].item),)
	return tuple(StockPart(item_code=item, quantity=quantity) for item, quantity in taken.items())


def _conversions(sold: set[Sold], items: dict[str, Any]) -> Factors:
	parents = {item for item, _ in sold} | {items[item].variant_of for item, _ in sold}
	rows = frappe.db.sql(
		"""SELECT parent, uom, conversion_factor FROM `tabUOM Conversion Detail`
		WHERE parenttype = 'Item' AND parent IN %(parents)s AND uom IN %(uoms)s""",
		{"parents": sorted(filter(None, parents)), "uoms": sorted({uom for _, uom in sold})},
	)
	return {(parent, uom): decimal(factor) for parent, uom, factor in rows}


def _common(uoms: set[str]) -> dict[tuple[str, str], Decimal]:
	rows = frappe.db.sql(
		"SELECT from_uom, to_uom, value FROM `tabUOM Conversion Factor` WHERE from_uom IN %(uoms)s",
		{"uoms": sorted(uoms)},
	)
	return {(from_uom, to_uom): decimal(value) for from_uom, to_uom, value in rows}
