"""From noted changes to due listings, and from due to done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from ...core.stock import KnownLevel, Listing, StockPart
from ..goods import Stamp, Work
from .documents import AMONG, many, stamp
from .stock import Stock

_LIVE = "item_code IS NOT NULL AND NOT gone"
_COLUMNS = {"stock": "stock_due", "prices": "price_due"}
_PORTION = 500  # products


class Changes(Stock):
	"""Which listings are due, as stamps of the time since when."""

	def alone(self, store: str, work: str) -> AbstractContextManager[bool]:
		return self.database.alone(store, work)

	def take_changes(self) -> int:
		if not self._all("SELECT 1 FROM change LIMIT 1"):
			return 0
		with self.database.transaction():
			notes = self._all("SELECT * FROM change")
			items: dict[str, set[str]] = {"stock": set(), "price": set(), "product": set()}
			for note in notes:
				items[note["kind"]].add(note["item_code"])
			self._stock_changed(items["stock"])
			self._set_due("price_due", f"item_code {AMONG}", many(items["price"]))
			self._products_changed(items["product"])
			self.database.execute("DELETE FROM change")
		return len(notes)

	def _stock_changed(self, items: set[str]) -> None:
		"""Listings of the Items, of bundles they are in, and those that share a number with one of them."""
		bundles = self._all(f"SELECT bundle FROM bundle_part WHERE item_code {AMONG}", many(items))
		names = many(items | {row["bundle"] for row in bundles})
		self._set_due("stock_due", f"item_code {AMONG}", names)
		shared = (
			"SELECT DISTINCT store, product_id FROM listing"
			f" WHERE stock_holder = 'product' AND item_code {AMONG}"
		)
		for row in self._all(shared, names):
			sharing = "store = ? AND product_id = ? AND stock_holder = 'product'"
			self._set_due("stock_due", sharing, row["store"], row["product_id"])

	def _products_changed(self, items: set[str]) -> None:
		"""The Items that a store is to have, or their templates."""
		templates = {str(data.get("variant_of") or "") for data in self._read_all("Item", items).values()}
		self.database.execute(
			f"UPDATE offer SET due = ? WHERE item_code {AMONG}", stamp(), many(items | templates)
		)

	def _set_due(self, column: str, where: str, *values: Any) -> None:
		self.database.execute(f"UPDATE listing SET {column} = ? WHERE {_LIVE} AND {where}", stamp(), *values)

	def mark_due(self, store: str, work: Work, listings: Sequence[str] | None = None) -> None:
		if work == "products":
			self.database.execute("UPDATE offer SET due = ? WHERE store = ?", stamp(), store)
		elif work in _COLUMNS:
			named = ("", ()) if listings is None else (f" AND name {AMONG}", (many(listings),))
			self._set_due(_COLUMNS[work], f"store = ?{named[0]}", store, *named[1])

	def stores_due(self) -> list[str]:
		rows = self._all(
			"SELECT store FROM listing WHERE stock_due IS NOT NULL"
			" UNION SELECT store FROM listing WHERE price_due IS NOT NULL"
			" UNION SELECT store FROM offer WHERE due IS NOT NULL"
		)
		return [row["store"] for row in rows]

	def _due(self, store: str, column: str, limit: int) -> tuple[Stamp, list[dict[str, Any]]]:
		"""The time of reading, taken first, and the rows that are due longest."""
		read_at = datetime.now(timezone.utc)
		rows = self._all(
			f"SELECT * FROM listing WHERE store = ? AND {column} IS NOT NULL ORDER BY {column} LIMIT ?",
			store,
			limit,
		)
		return read_at, rows

	def _settle(self, column: str, listings: Sequence[str], read_at: Stamp) -> None:
		self.database.execute(
			f"UPDATE listing SET {column} = NULL WHERE name {AMONG} AND {column} <= ?",
			many(listings),
			stamp(read_at),
		)

	def settle_stock(self, store: str, listings: Sequence[str], read_at: Stamp) -> None:
		with self.database.transaction():
			self._settle("stock_due", listings, read_at)
			self.database.execute(
				"UPDATE level SET moved = 0 WHERE moved AND listing IN (SELECT name FROM listing"
				f" WHERE name {AMONG} AND stock_due IS NULL)",
				many(listings),
			)

	def settle_prices(self, store: str, listings: Sequence[str], read_at: Stamp) -> None:
		self._settle("price_due", listings, read_at)

	def refuse(self, store: str, listings: Mapping[str, str]) -> None:
		with self.database.transaction():
			for name, detail in listings.items():
				self.database.execute(
					"UPDATE listing SET state = ?, stock_due = NULL, price_due = NULL"
					" WHERE store = ? AND name = ?",
					detail,
					store,
					name,
				)

	# listings as the pushers see them

	def stock_due(self, store: str, limit: int) -> tuple[Stamp, list[Listing]]:
		read_at, rows = self._due(store, "stock_due", limit)
		return read_at, self._with_levels(self._with_sharing(store, rows))

	def listings_of(self, store: str, names: Sequence[str]) -> list[Listing]:
		where = f"store = ? AND name {AMONG} AND {_LIVE}"
		rows = self._all(f"SELECT * FROM listing WHERE {where} ORDER BY rowid", store, many(names))
		return self._with_levels(self._with_sharing(store, rows))

	def bound_listings(self, store: str) -> Iterator[list[Listing]]:
		found = self._all(f"SELECT DISTINCT product_id FROM listing WHERE store = ? AND {_LIVE}", store)
		products = [row["product_id"] for row in found]
		for start in range(0, len(products), _PORTION):
			portion = many(products[start : start + _PORTION])
			where = f"store = ? AND product_id {AMONG} AND {_LIVE}"
			yield self._with_levels(
				self._all(f"SELECT * FROM listing WHERE {where} ORDER BY rowid", store, portion)
			)

	def _with_sharing(self, store: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
		"""And those that share a number with one of them."""
		products = {row["product_id"] for row in rows if row["stock_holder"] == "product"}
		sharing = self._all(
			f"SELECT * FROM listing WHERE store = ? AND product_id {AMONG}"
			f" AND stock_holder = 'product' AND {_LIVE} ORDER BY rowid",
			store,
			many(products),
		)
		alone = [row for row in rows if row["stock_holder"] != "product"]
		return [*alone, *sharing]

	def _with_levels(self, rows: Sequence[Mapping[str, Any]]) -> list[Listing]:
		parts = self._item_parts(row["item_code"] for row in rows)
		levels: dict[str, list[KnownLevel]] = {}
		for level in self._levels(row["name"] for row in rows):
			levels.setdefault(level["listing"], []).append(_known(level))
		return [_listing(row, parts.get(row["item_code"], ()), levels.get(row["name"], [])) for row in rows]

	def _levels(self, listings: Iterable[str]) -> list[dict[str, Any]]:
		return self._all(f"SELECT * FROM level WHERE listing {AMONG} ORDER BY location_id", many(listings))


def _known(row: Mapping[str, Any]) -> KnownLevel:
	return KnownLevel(
		location_id=row["location_id"],
		quantity=row["quantity"],
		stocked=bool(row["stocked"]),
		moved=bool(row["moved"]),
		base=row["base"] if row["moved"] else None,
		base_at=datetime.fromisoformat(row["base_at"]) if row["moved"] and row["base_at"] else None,
	)


def _listing(row: Mapping[str, Any], parts: tuple[StockPart, ...], levels: list[KnownLevel]) -> Listing:
	pieces = Decimal(row["pieces"])
	return Listing(
		name=row["name"],
		store=row["store"],
		product_id=row["product_id"],
		variant_id=row["variant_id"],
		item_code=row["item_code"],
		sku=row["sku"],
		inventory_id=row["inventory_id"],
		stock_holder=row["stock_holder"],
		own_buffer=Decimal(row["own_buffer"]) if row["own_buffer"] is not None else None,
		parts=tuple(StockPart(item_code=p.item_code, quantity=p.quantity * pieces) for p in parts),
		levels=tuple(levels),
	)
