"""`StockBooks`: the stock and price methods of the `Erp` protocol on a Frappe site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from functools import partial
from hashlib import sha256

import frappe

from ...core.models import Line
from ...core.prices import PricedListing
from ...core.products import Price, StockLevel
from ...core.settings import StoreSettings
from ...core.stock import Listing, StockPart
from ..goods import Confirmed, Told, Work
from . import adopt, changes, due, price_periods, stock
from . import levels as store_levels
from . import prices as asked
from .items import Found
from .parts import parts_of
from .unit import apart, sync_user


class StockBooks:
	"""Each method is a transaction of its own."""

	@contextmanager
	def alone(self, store: str, work: str) -> Iterator[bool]:
		"""See `GoodsBooks.alone`. A lock of the database's, which goes with the connection."""
		whole = f"{frappe.conf.db_name}:{store}:{work}"
		name = f"ecommerce_sync:{sha256(whole.encode()).hexdigest()[:32]}"
		mine = frappe.db.sql("SELECT IF(IS_USED_LOCK(%s) IS NULL, GET_LOCK(%s, 0), 0)", (name, name))[0][0]
		try:
			yield bool(mine)
		finally:
			if mine:
				frappe.db.sql("SELECT RELEASE_LOCK(%s)", name)

	def note_changed_bins(self) -> int:
		"""See `GoodsBooks.note_changed_bins`."""
		return apart(changes.note_changed_bins)

	def note_price_periods(self) -> int:
		"""See `GoodsBooks.note_price_periods`."""
		return apart(price_periods.note_price_periods)

	def take_changes(self) -> int:
		"""See `GoodsBooks.take_changes`."""
		return apart(changes.take)

	def touch(self, store: str, lines: Sequence[Line]) -> None:
		"""See `GoodsBooks.touch`."""

		def work() -> None:
			found = self._parts(store, lines)
			sold, _ = Found(store, lines).resolved()
			codes = {ref.item_code for ref in sold.values()}
			changes.write("stock", codes | {part.item_code for parts in found.values() for part in parts})

		apart(work)

	def mark_due(self, store: str, work: Work, listings: Sequence[str] | None = None) -> None:
		"""See `GoodsBooks.mark_due`."""
		apart(partial(due.mark, store, due.COLUMNS[work], listings))

	def stock_due(self, store: str, limit: int) -> tuple[datetime, list[Listing]]:
		"""See `GoodsBooks.stock_due`. Eight queries at most."""
		return apart(partial(due.stock_due, store, limit))

	def listings_of(self, store: str, names: Sequence[str]) -> list[Listing]:
		"""See `GoodsBooks.listings_of`."""
		return apart(partial(due.listings_of, store, names))

	def bound_listings(self, store: str) -> Iterator[list[Listing]]:
		"""See `GoodsBooks.bound_listings`."""
		after = ""
		while portion := apart(partial(due.bound_listings, store, after)):
			yield portion
			after = portion[-1].product_id

	def free_stock(
		self, items: Iterable[str], warehouses: Iterable[str]
	) -> Mapping[tuple[str, str], Decimal]:
		"""See `GoodsBooks.free_stock`. Synced orders that are on hold count like drafts."""
		return apart(partial(stock.free_stock, list(items), list(warehouses)))

	def parts_of(self, store: str, lines: Sequence[Line]) -> dict[str, tuple[StockPart, ...]]:
		"""See `GoodsBooks.parts_of`."""
		return apart(partial(self._parts, store, lines))

	def _parts(self, store: str, lines: Sequence[Line]) -> dict[str, tuple[StockPart, ...]]:
		sold, _ = Found(store, lines).resolved()
		wanted = {line: (ref.item_code, ref.uom) for line, ref in sold.items()}
		parts = parts_of(wanted.values())
		return {line: parts[key] for line, key in wanted.items()}

	def confirm(self, store: str, levels: Sequence[Confirmed]) -> None:
		"""See `GoodsBooks.confirm`."""
		apart(partial(store_levels.confirm, store, levels))

	def settle_stock(self, store: str, listings: Sequence[str], read_at: datetime) -> None:
		"""See `GoodsBooks.settle_stock`."""
		apart(partial(due.settle, store, due.STOCK, listings, read_at))

	def told(self, store: str, levels: Sequence[StockLevel]) -> list[Told]:
		"""See `GoodsBooks.told`."""
		return apart(partial(store_levels.told, store, levels))

	def refuse(self, store: str, listings: Mapping[str, str]) -> None:
		"""See `GoodsBooks.refuse`."""
		apart(partial(due.refuse, store, listings))

	def adopt(self, level: Told, warehouse: str, difference: int, settings: StoreSettings) -> tuple[str, str]:
		"""See `GoodsBooks.adopt`."""
		with sync_user():
			return apart(partial(adopt.adopt, level, warehouse, difference, settings))

	def price_due(self, settings: StoreSettings, limit: int) -> tuple[datetime, list[PricedListing]]:
		"""See `GoodsBooks.price_due`. Nine queries at most, for a portion of a thousand."""
		return apart(partial(asked.price_due, settings, limit))

	def confirm_prices(self, store: str, prices: Mapping[str, Price]) -> None:
		"""See `GoodsBooks.confirm_prices`."""
		apart(partial(asked.confirm, store, prices))

	def settle_prices(self, store: str, listings: Sequence[str], read_at: datetime) -> None:
		"""See `GoodsBooks.settle_prices`."""
		apart(partial(due.settle, store, due.PRICE, listings, read_at))
