"""Which listings are due, as the pushers see them, and when they are done.

A stamp is the time of the change by the database's clock, in UTC: it neither jumps in autumn nor differs
between workers. A listing is done when its stamp is not later than the reading that was pushed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

import frappe

from ...core.stock import KnownLevel, Listing
from . import bulk
from .fields import aware_time, decimal, fit
from .parts import parts_of

STOCK, PRICE = "stock_due", "price_due"
COLUMNS = {"stock": STOCK, "prices": PRICE}
BOUND = "l.gone = 0 AND IFNULL(l.item_code, '') != ''"
PORTION = 2000

_FACTS = """l.name, l.store, l.product_id, l.variant_id, l.item_code, l.sku, l.inventory_item_id,
	l.stock_holder, l.own_buffer, l.buffer, l.uom"""
_ORDER = "ORDER BY l.product_id, l.variant_id"


def clock() -> datetime:
	"""The database's time."""
	now: datetime = frappe.db.sql("SELECT UTC_TIMESTAMP(6)")[0][0]
	return now.replace(tzinfo=timezone.utc)


def stored_stamp(stamp: datetime) -> datetime:
	"""A stamp as the column holds it."""
	return stamp.astimezone(timezone.utc).replace(tzinfo=None)


def mark(store: str, column: str, names: Sequence[str] | None = None) -> None:
	"""Bound listings become due: these, or all of the store."""
	sets = f"UPDATE `tabStore Listing` l SET l.{column} = UTC_TIMESTAMP(6) WHERE l.store = %s AND {BOUND}"
	if names is None:
		frappe.db.sql(sets, store)
		return
	for portion in bulk.portions(sorted(set(names))):
		frappe.db.sql(f"{sets} AND l.name IN ({bulk.marks(portion)})", (store, *portion))


def settle(store: str, column: str, names: Sequence[str], read_at: datetime) -> None:
	"""Done, unless due again since. What a store had refused before is no news any more."""
	until = stored_stamp(read_at)
	for portion in bulk.portions(sorted(set(names))):
		which = f"l.store = %s AND l.name IN ({bulk.marks(portion)})"
		if column == STOCK:
			frappe.db.sql(
				"UPDATE `tabStore Stock Level` v JOIN `tabStore Listing` l ON l.name = v.listing SET v.moved = 0"
				f" WHERE {which} AND v.moved = 1 AND (l.{column} IS NULL OR l.{column} <= %s)",
				(store, *portion, until),
			)
		frappe.db.sql(
			f"UPDATE `tabStore Listing` l SET l.{column} = NULL, l.state = NULL WHERE {which} AND l.{column} <= %s",
			(store, *portion, until),
		)


def refuse(store: str, reasons: Mapping[str, str]) -> None:
	"""See `GoodsBooks.refuse`. For people to read, so cut to what fits a note."""
	for portion in bulk.portions(sorted(reasons)):
		cases = " ".join(["WHEN %s THEN %s"] * len(portion))
		frappe.db.sql(
			f"UPDATE `tabStore Listing` SET state = CASE name {cases} END, stock_due = NULL, price_due = NULL"
			f" WHERE store = %s AND name IN ({bulk.marks(portion)})",
			(*(value for name in portion for value in (name, fit(reasons[name], 1000))), store, *portion),
		)


def stock_due(store: str, limit: int) -> tuple[datetime, list[Listing]]:
	"""See `GoodsBooks.stock_due`."""
	read_at = clock()
	rows = _select(
		f"l.store = %s AND l.stock_due IS NOT NULL AND {BOUND} ORDER BY l.stock_due LIMIT %s", store, limit
	)
	return read_at, _listings(_with_siblings(store, rows))


def listings_of(store: str, names: Sequence[str]) -> list[Listing]:
	"""See `GoodsBooks.listings_of`."""
	rows: list[Any] = []
	for portion in bulk.portions(sorted(set(names))):
		rows += _select(f"l.store = %s AND l.name IN ({bulk.marks(portion)}) AND {BOUND}", store, *portion)
	return _listings(_with_siblings(store, rows))


def bound_listings(store: str, after: str) -> list[Listing]:
	"""The bound listings of the next products behind the product id `after`: whole products, about `PORTION`."""
	rows = _select(f"l.store = %s AND l.product_id > %s AND {BOUND} {_ORDER} LIMIT {PORTION}", store, after)
	if len(rows) == PORTION:
		last = rows[-1]
		rows += _select(
			f"l.store = %s AND l.product_id = %s AND l.variant_id > %s AND {BOUND} {_ORDER}",
			*(store, last.product_id, last.variant_id),
		)
	return _listings(rows)


def stores_due() -> list[str]:
	"""Enabled stores with a due listing of what they are told. Two queries.

	Each store is named: only so does the database read the few listings that are due, by their index, and
	not all that are not.
	"""
	stores = frappe.db.sql(
		"SELECT name, push_stock, push_prices FROM `tabStore Connection` WHERE enabled = 1"
	)
	asked = [(name, STOCK) for name, stock, _ in stores if stock]
	asked += [(name, PRICE) for name, _, prices in stores if prices]
	if not asked:
		return []
	found = " UNION ".join(
		f"(SELECT l.store FROM `tabStore Listing` l WHERE l.store = %s AND l.{column} IS NOT NULL AND {BOUND} LIMIT 1)"
		for _, column in asked
	)
	return sorted({name for (name,) in frappe.db.sql(found, [name for name, _ in asked])})


def _select(where: str, *values: Any) -> list[Any]:
	return list(
		frappe.db.sql(f"SELECT {_FACTS} FROM `tabStore Listing` l WHERE {where}", values, as_dict=True)
	)


def _with_siblings(store: str, rows: list[Any]) -> list[Any]:
	"""Variants that share a number come together, always in the same order: the first one keeps its level."""
	products = sorted({row.product_id for row in rows if row.stock_holder == "product"})
	found = {row.name: row for row in rows}
	for portion in bulk.portions(products):
		siblings = _select(
			f"l.store = %s AND l.product_id IN ({bulk.marks(portion)}) AND l.stock_holder = 'product' AND {BOUND}",
			*(store, *portion),
		)
		found |= {row.name: row for row in siblings}
	return sorted(found.values(), key=lambda row: (row.product_id, row.variant_id))


def _listings(rows: list[Any]) -> list[Listing]:
	levels = _levels([row.name for row in rows])
	parts = parts_of((row.item_code, row.uom or "") for row in rows)
	return [
		Listing(
			name=row.name,
			store=row.store,
			product_id=row.product_id,
			variant_id=row.variant_id or "",
			item_code=row.item_code,
			sku=row.sku or None,
			inventory_id=row.inventory_item_id or None,
			stock_holder=row.stock_holder or "variant",
			own_buffer=decimal(row.buffer) if row.own_buffer else None,
			parts=parts[row.item_code, row.uom or ""],
			levels=levels.get(row.name, ()),
		)
		for row in rows
	]


def _levels(names: Sequence[str]) -> dict[str, tuple[KnownLevel, ...]]:
	found: dict[str, tuple[KnownLevel, ...]] = {}
	for portion in bulk.portions(names):
		rows = frappe.db.sql(
			"SELECT listing, location_id, known, quantity, stocked, moved, base_quantity, base_at"
			" FROM `tabStore Stock Level`"
			f" WHERE listing IN ({bulk.marks(portion)}) ORDER BY listing, location_id",
			list(portion),
		)
		for listing, place, known, quantity, stocked, moved, base, base_at in rows:
			level = KnownLevel(
				location_id=place or "",
				quantity=int(quantity) if known else None,
				stocked=bool(stocked),
				moved=bool(moved),
				base=int(base) if moved and base_at else None,
				base_at=aware_time(base_at) if moved else None,
			)
			found[listing] = (*found.get(listing, ()), level)
	return found
