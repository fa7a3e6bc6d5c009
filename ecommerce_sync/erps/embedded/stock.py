"""Stock: what stands in each warehouse, what orders reserve of it, and what persons do to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from ...core.errors import Held
from ...core.settings import StoreSettings
from ..goods import Told
from .documents import AMONG, DISABLED, Document, many, stamp
from .items import Items

Pieces = dict[tuple[str, str], Decimal]  # by Item and Warehouse
ZERO = Decimal(0)


class Stock(Items):
	"""Balances by Item and Warehouse. Drafts of orders are reserved like submitted ones."""

	def receive(self, item_code: str, warehouse: str, quantity: Decimal) -> None:
		"""Goods come in."""
		self._book("Stock Entry", {(item_code, warehouse): quantity})

	def issue(self, item_code: str, warehouse: str, quantity: Decimal) -> None:
		"""Goods go out, for no order."""
		self._book("Stock Entry", {(item_code, warehouse): -quantity})

	def adopt(self, level: Told, warehouse: str, difference: int, settings: StoreSettings) -> Document:
		parts = self._item_parts([level.item_code]).get(level.item_code, ())
		if [part.item_code for part in parts] != [level.item_code]:  # which of its components moved?
			raise Held(
				"stock_drift",
				item=level.item_code,
				sku=level.item_code,
				location=level.location_id,
				theirs=level.quantity,
				ours=level.before,
			)
		return self._book("Stock Reconciliation", {(level.item_code, warehouse): Decimal(difference)})

	def free_stock(
		self, items: Iterable[str], warehouses: Iterable[str]
	) -> Mapping[tuple[str, str], Decimal]:
		rows = self._all(
			f"SELECT * FROM stock WHERE item_code {AMONG} AND warehouse {AMONG}"
			f" AND NOT {DISABLED.format(name='stock.item_code')}",
			many(items),
			many(warehouses),
		)
		return {
			(row["item_code"], row["warehouse"]): Decimal(row["actual"]) - Decimal(row["reserved"])
			for row in rows
		}

	def note_changed_bins(self) -> int:
		with self.database.transaction():
			since, _ = self._look("stock")
			rows = self._all("SELECT DISTINCT item_code FROM stock WHERE moved_at > ?", since)
			self._note("stock", *(row["item_code"] for row in rows))
		return len(rows)

	def _look(self, name: str) -> tuple[str, str]:
		"""When something was looked at before, and now; remembered."""
		rows, now = self._all("SELECT at FROM look WHERE name = ?", name), stamp()
		self.database.execute("INSERT OR REPLACE INTO look VALUES (?, ?)", name, now)
		return (rows[0]["at"] if rows else ""), now

	# balances

	def _book(self, doctype: str, moved: Pieces) -> Document:
		"""A submitted stock document and what it does to the balances."""
		with self.database.transaction():
			rows = [[item, warehouse, f"{amount:f}"] for (item, warehouse), amount in moved.items()]
			prefix = "".join(word[0] for word in doctype.split())
			document = self._write(doctype, self._name(prefix), {"rows": rows}, 1)
			self._move("actual", moved)
		return document

	def _move(self, column: str, moved: Pieces) -> None:
		"""Add to one column of the balances, exactly, and note the Items."""
		for (item_code, warehouse), amount in moved.items():
			key = (item_code, warehouse)
			rows = self._all(f"SELECT {column} AS n FROM stock WHERE item_code = ? AND warehouse = ?", *key)
			now = (Decimal(rows[0]["n"]) if rows else ZERO) + amount
			self.database.execute(
				f"INSERT INTO stock (item_code, warehouse, {column}, moved_at) VALUES (?, ?, ?, ?)"
				f" ON CONFLICT DO UPDATE SET {column} = excluded.{column}, moved_at = excluded.moved_at",
				*key,
				f"{now:f}",
				stamp(),
			)
		self._note("stock", *(item for item, _ in moved))

	def _release(self, data: Mapping[str, Any]) -> None:
		self._move("reserved", {key: -amount for key, amount in _pieces(data).items()})


def _pieces(data: Mapping[str, Any]) -> Pieces:
	return {(item, warehouse): Decimal(amount) for item, warehouse, amount in data.get("reserved", ())}
