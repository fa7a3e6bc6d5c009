"""What a store is known to show, in Store Stock Level: confirmed by its answers, or told by its messages.

`confirmed_at` stands in the site's zone, as the Desk shows it; times of messages are compared with their zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import frappe
from frappe.utils import now_datetime

from ...core.products import StockLevel
from ..goods import Confirmed, Told
from . import bulk, due
from .fields import aware_time, site_time

DOCTYPE = "Store Stock Level"
Place = tuple[str, str]  # Store Listing and location

# In a statement that sets columns from left to right: before `quantity`.
_MOVES = "known = 1 AND VALUES(known) = 1 AND quantity != VALUES(quantity)"
_MOVED = (
	f"base_quantity = IF(moved = 0 AND {_MOVES}, quantity, base_quantity),"
	f" base_at = IF(moved = 0 AND {_MOVES}, confirmed_at, base_at), moved = IF({_MOVES}, 1, moved)"
)
_NUMBER = (
	"quantity = VALUES(quantity), known = VALUES(known), stocked = VALUES(stocked),"
	" confirmed_at = VALUES(confirmed_at), modified = VALUES(modified)"
)


def confirm(store: str, levels: Sequence[Confirmed]) -> None:
	"""See `GoodsBooks.confirm`. A number that we wrote has not moved; one that we only read may have."""
	now, sharing = now_datetime(), _sharing({level.listing for level in levels})
	for pushed, moved in ((True, "moved = 0"), (False, _MOVED)):
		rows = {
			(name, level.location_id): {**_row(store, level, now), "listing": name}
			for level in levels
			for name in sharing.get(level.listing, [level.listing])
			if level.pushed == pushed
		}
		_write([row for _, row in sorted(rows.items())], moved)
	_learn({level.listing: level.inventory_id for level in levels if level.inventory_id})


def _sharing(names: set[str]) -> dict[str, list[str]]:
	"""All listings that show the number of one that shares its product's."""
	found: dict[str, list[str]] = {}
	for portion in bulk.portions(sorted(names)):
		rows = frappe.db.sql(
			"SELECT a.name, b.name FROM `tabStore Listing` a JOIN `tabStore Listing` b"
			" ON b.store = a.store AND b.product_id = a.product_id AND b.stock_holder = 'product'"
			f" WHERE a.name IN ({bulk.marks(portion)}) AND a.stock_holder = 'product'",
			list(portion),
		)
		for name, other in rows:
			found.setdefault(name, []).append(other)
	return found


def _row(store: str, level: Confirmed, at: datetime | None) -> dict[str, Any]:
	return {
		"listing": level.listing,
		"store": store,
		"location_id": level.location_id,
		"known": int(level.quantity is not None),
		"quantity": level.quantity or 0,
		"stocked": int(level.stocked),
		"confirmed_at": at,
	}


def _write(rows: Sequence[dict[str, Any]], moved: str) -> None:
	"""One statement for each portion; rows come in one order for all workers."""
	now, user = now_datetime(), frappe.session.user
	for portion in bulk.portions(rows):
		columns = list(portion[0])
		one = f"(%s, %s, %s, %s, %s, {bulk.marks(columns)})"
		frappe.db.sql(
			f"INSERT INTO `tab{DOCTYPE}` (name, creation, modified, owner, modified_by, {', '.join(columns)})"
			f" VALUES {', '.join([one] * len(portion))} ON DUPLICATE KEY UPDATE {moved}, {_NUMBER}",
			[
				value
				for row in portion
				for value in (frappe.generate_hash(length=16), now, now, user, user, *row.values())
			],
		)


def _learn(inventory_ids: dict[str, str]) -> None:
	"""Ids by which the platform names the numbers; rows that have them are not written."""
	for portion in bulk.portions(sorted(inventory_ids)):
		cases = " ".join(["WHEN %s THEN %s"] * len(portion))
		values = [value for name in portion for value in (name, inventory_ids[name])]
		frappe.db.sql(
			f"UPDATE `tabStore Listing` SET inventory_item_id = CASE name {cases} END WHERE name IN"
			f" ({bulk.marks(portion)}) AND NOT (inventory_item_id <=> CASE name {cases} END)",
			(*values, *portion, *values),
		)


def told(store: str, levels: Sequence[StockLevel]) -> list[Told]:
	"""See `GoodsBooks.told`. A level of a shared number is recorded for all that share it, and returned once."""
	meant = _meant(store, levels)
	known = _locked({row.name for rows, _ in meant for row in rows})
	news: dict[Place, tuple[StockLevel, Any]] = {}
	found: dict[Place, Told] = {}
	told_of: set[str] = set()
	for rows, level in meant:
		changed = [row for row in rows if _is_news(level, known.get((row.name, level.location_id)))]
		told_of |= {row.name for row in changed if row.item_code}
		news |= {
			(row.name, level.location_id): (level, row)
			for row in changed
			if not _is_in_doubt(known.get((row.name, level.location_id)))
		}
		if bound := [row for row in rows if row in changed and row.item_code]:
			found[bound[0].name, level.location_id] = _told(bound[0], level, known)
	_record(store, news, known)
	if told_of:
		due.mark(store, due.STOCK, sorted(told_of))
	return list(found.values())


def _meant(store: str, levels: Sequence[StockLevel]) -> list[tuple[list[Any], StockLevel]]:
	"""The newest level of each number, oldest first, with the listings that show it. Two queries."""
	named = [level for level in levels if level.product_id or level.inventory_id]
	rows = _listings(store, named)
	by_variant = {(row.product_id, row.variant_id or ""): row for row in rows}
	by_inventory = {row.inventory_item_id: row for row in rows if row.inventory_item_id}
	shared: dict[str, list[Any]] = {}
	for row in rows:
		if row.stock_holder == "product":
			shared.setdefault(row.product_id, []).append(row)
	meant: dict[Place, tuple[list[Any], StockLevel]] = {}
	for level in sorted(named, key=lambda level: level.at.timestamp() if level.at else 0):
		row = by_variant.get((level.product_id, level.variant_id)) if level.product_id else None
		row = row or by_inventory.get(level.inventory_id)
		group = _group(row, level, shared)
		if group:
			meant[group[0].name, level.location_id] = group, level
	return list(meant.values())


def _group(row: Any | None, level: StockLevel, shared: dict[str, list[Any]]) -> list[Any]:
	if row is not None and row.stock_holder != "product":
		return [row]
	if row is None and level.variant_id:
		return []
	return shared.get(row.product_id if row is not None else level.product_id, [])


def _listings(store: str, levels: Iterable[StockLevel]) -> list[Any]:
	products = sorted({level.product_id for level in levels if level.product_id})
	inventories = sorted({level.inventory_id for level in levels if level.inventory_id})
	found: dict[str, Any] = {}
	for column, values in (("product_id", products), ("inventory_item_id", inventories)):
		for portion in bulk.portions(values):
			rows = frappe.db.sql(
				"SELECT name, item_code, product_id, variant_id, inventory_item_id, stock_holder"
				f" FROM `tabStore Listing` WHERE store = %s AND gone = 0 AND {column} IN ({bulk.marks(portion)})",
				(store, *portion),
				as_dict=True,
			)
			found |= {row.name: row for row in rows}
	return sorted(found.values(), key=lambda row: (row.product_id, row.variant_id or ""))


def _locked(names: Iterable[str]) -> dict[Place, Any]:
	"""The known levels; nobody else changes them until the transaction ends."""
	found: dict[Place, Any] = {}
	for portion in bulk.portions(sorted(names)):
		rows = frappe.db.sql(
			f"SELECT listing, location_id, known, quantity, stocked, moved, confirmed_at FROM `tab{DOCTYPE}`"
			f" WHERE listing IN ({bulk.marks(portion)}) ORDER BY listing, location_id FOR UPDATE",
			list(portion),
			as_dict=True,
		)
		found |= {(row.listing, row.location_id or ""): row for row in rows}
	return found


def _is_news(level: StockLevel, row: Any | None) -> bool:
	"""Whether it differs from what is known and is not older than that."""
	if row is None:
		return level.quantity is not None or not level.stocked
	if level.older_than(aware_time(row.confirmed_at) if row.confirmed_at else None):
		return False
	return (_quantity(row), bool(row.stocked)) != (level.quantity, level.stocked)


def _is_in_doubt(row: Any | None) -> bool:
	"""A write of ours was cut short: the pusher reads it and asks for orders, whatever a message says."""
	return row is not None and not row.known


def _quantity(row: Any | None) -> int | None:
	return int(row.quantity) if row is not None and row.known else None


def _told(row: Any, level: StockLevel, known: dict[Place, Any]) -> Told:
	before = _quantity(known.get((row.name, level.location_id)))
	return Told(
		listing=row.name,
		item_code=row.item_code,
		location_id=level.location_id,
		before=before,
		quantity=level.quantity,
	)


def _record(store: str, news: dict[Place, tuple[StockLevel, Any]], known: dict[Place, Any]) -> None:
	rows = []
	for (listing, place), (level, _) in sorted(news.items(), key=lambda item: item[0]):
		before = known.get((listing, place))
		at = site_time(level.at) if level.at else (before.confirmed_at if before is not None else None)
		confirmed = Confirmed(
			listing=listing, location_id=place, quantity=level.quantity, stocked=level.stocked, pushed=False
		)
		rows.append(_row(store, confirmed, at))
	_write(rows, _MOVED)
