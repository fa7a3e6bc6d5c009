"""What stores are known to show: confirmed by them, told by their messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from ...core.products import StockLevel
from ..goods import Confirmed, Told
from .changes import Changes
from .documents import AMONG, many, stamp

Rows = list[dict[str, Any]]


class Levels(Changes):
	"""One row per listing and location; variants that share a number have the same in theirs."""

	def confirm(self, store: str, levels: Sequence[Confirmed]) -> None:
		with self.database.transaction():
			for level in levels:
				for row in self._sharing(self._all("SELECT * FROM listing WHERE name = ?", level.listing)):
					self._confirm_one(row["name"], level)

	def _confirm_one(self, name: str, level: Confirmed) -> None:
		before = self._level(name, level.location_id)
		known = before.get("quantity")
		moved = not level.pushed and (
			before.get("moved") or (None not in (known, level.quantity) and known != level.quantity)
		)
		self._set_level(name, level.location_id, level.quantity, level.stocked, moved, stamp())
		self.database.execute(
			"UPDATE listing SET inventory_id = COALESCE(?, inventory_id),"
			" state = CASE WHEN ? THEN NULL ELSE state END WHERE name = ?",
			level.inventory_id,
			level.pushed,
			name,
		)

	def told(self, store: str, levels: Sequence[StockLevel]) -> list[Told]:
		with self.database.transaction():
			found = (self._tell(self._meant(store, level), level) for level in levels)
			return [told for told in found if told]

	def _meant(self, store: str, level: StockLevel) -> Rows:
		"""The listings that show this number; none for a variant that nobody listed."""
		rows: Rows = []
		if level.product_id:
			row = self._listed(store, level.product_id, level.variant_id)
			rows = [row] if row else self._shared(store, level.product_id) if not level.variant_id else []
		if not rows and level.inventory_id:
			rows = self._all(
				"SELECT * FROM listing WHERE store = ? AND inventory_id = ?", store, level.inventory_id
			)
		return self._sharing(rows)

	def _shared(self, store: str, product_id: str) -> Rows:
		return self._all(
			"SELECT * FROM listing WHERE store = ? AND product_id = ? AND stock_holder = 'product'"
			" ORDER BY rowid",
			store,
			product_id,
		)

	def _sharing(self, rows: Rows) -> Rows:
		"""The rows and those that share a number with them."""
		shared = [r for row in rows if row["stock_holder"] == "product" for r in self._shared_with(row)]
		return list({row["name"]: row for row in (*rows, *shared)}.values())

	def _shared_with(self, row: dict[str, Any]) -> Rows:
		return self._shared(row["store"], row["product_id"])

	def _tell(self, rows: Rows, level: StockLevel) -> Told | None:
		"""Write the level to the listings; what changed, where an Item is bound and the store changed it."""
		before = self._level(rows[0]["name"], level.location_id) if rows else {}
		at = stamp(level.at)
		known_at = datetime.fromisoformat(before["known_at"]) if before.get("known_at") else None
		if not rows or level.older_than(known_at):
			return None
		known = before.get("quantity")
		differs = known != level.quantity
		moved = bool(before.get("moved")) or (differs and known is not None)
		in_doubt = bool(before) and known is None  # a write of ours was cut short: the pusher reads it itself
		for row in () if in_doubt else rows:
			self._set_level(row["name"], level.location_id, level.quantity, level.stocked, moved, at)
		bound = [row for row in rows if row["item_code"] and not row["gone"]]
		if not differs or not bound:
			return None
		self._set_due("stock_due", f"name {AMONG}", many(row["name"] for row in bound))
		return Told(
			listing=bound[0]["name"],
			item_code=bound[0]["item_code"],
			location_id=level.location_id,
			before=known,
			quantity=level.quantity,
		)

	def _level(self, listing: str, location_id: str) -> dict[str, Any]:
		rows = self._all("SELECT * FROM level WHERE listing = ? AND location_id = ?", listing, location_id)
		return rows[0] if rows else {}

	def _set_level(
		self, listing: str, location_id: str, quantity: int | None, stocked: bool, moved: Any, at: str
	) -> None:
		before = self._level(listing, location_id)
		kept = bool(before.get("moved")) or not moved  # the base is what was known before the first move
		self.database.execute(
			"INSERT OR REPLACE INTO level VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			listing,
			location_id,
			quantity,
			stocked,
			bool(moved),
			at,
			before.get("base") if kept else before.get("quantity"),
			before.get("base_at") if kept else before.get("known_at"),
		)

	def _levels_listed(self, told: Iterable[tuple[dict[str, Any], StockLevel]]) -> set[str]:
		"""Record what products tell of their listings; the names of those whose number differed."""
		pairs = list(told)
		rows = self._levels(row["name"] for row, _ in pairs)
		known = {
			(row["listing"], row["location_id"]): (row["quantity"], bool(row["stocked"])) for row in rows
		}
		differing = [
			(row, level)
			for row, level in pairs
			if known.get((row["name"], level.location_id)) != (level.quantity, level.stocked)
		]
		for row, level in differing:
			self._tell(self._sharing([row]), level)
		return {row["name"] for row, _ in differing}
