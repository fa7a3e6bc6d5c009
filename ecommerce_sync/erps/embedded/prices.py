"""Prices: those of the lists, and those that stores are known to ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ...core.prices import PricedListing, Reduced
from ...core.products import Price
from ...core.settings import StoreSettings
from ..goods import Stamp
from .documents import AMONG, many
from .levels import Levels

ItemPrices = dict[tuple[str, str], list[Reduced]]  # by Item and price list


class Prices(Levels):
	"""One rate per Item, price list and first day."""

	def set_price(
		self,
		price_list: str,
		item_code: str,
		rate: Decimal,
		valid_from: date | None = None,
		valid_upto: date | None = None,
	) -> None:
		"""Write an Item Price, as a person would; one that begins on the same day is replaced."""
		with self.database.transaction():
			self.database.execute(
				"INSERT OR REPLACE INTO price VALUES (?, ?, ?, ?, ?)",
				price_list,
				item_code,
				f"{rate:f}",
				valid_from.isoformat() if valid_from else "",
				valid_upto.isoformat() if valid_upto else None,
			)
			self._note("price", item_code)

	def note_price_periods(self) -> int:
		with self.database.transaction():
			since, now = self._look("prices")
			rows = self._all(
				"SELECT item_code FROM price WHERE valid_from > ?1 AND valid_from <= ?2"
				" UNION SELECT item_code FROM price WHERE valid_upto >= ?1 AND valid_upto < ?2",
				since[:10],
				now[:10],
			)
			self._note("price", *(row["item_code"] for row in rows))
		return len(rows)

	def price_due(self, settings: StoreSettings, limit: int) -> tuple[Stamp, list[PricedListing]]:
		read_at, rows = self._due(settings.store, "price_due", limit)
		found = self._prices_of((row["item_code"] for row in rows), settings)
		today = datetime.now(ZoneInfo(settings.timezone)).date()
		return read_at, [_priced(row, found, settings, today) for row in rows]

	def _prices_of(self, items: Iterable[str], settings: StoreSettings) -> ItemPrices:
		rows = self._all(
			f"SELECT * FROM price WHERE item_code {AMONG} AND price_list {AMONG} ORDER BY valid_from",
			many(items),
			many([settings.store_price_list, settings.sale_price_list]),
		)
		found: ItemPrices = {}
		for row in rows:
			found.setdefault((row["item_code"], row["price_list"]), []).append(_period(row))
		return found

	def confirm_prices(self, store: str, prices: Mapping[str, Price]) -> None:
		with self.database.transaction():
			for name, price in prices.items():
				self.database.execute(
					"UPDATE listing SET price = ?, state = NULL WHERE store = ? AND name = ?",
					price.model_dump_json(),
					store,
					name,
				)


def _period(row: Mapping[str, Any]) -> Reduced:
	return Reduced(
		rate=Decimal(row["rate"]),
		valid_from=row["valid_from"] or None,
		valid_upto=row["valid_upto"],
	)


def _priced(
	row: Mapping[str, Any], prices: ItemPrices, settings: StoreSettings, today: date
) -> PricedListing:
	pieces = Decimal(row["pieces"])
	base = _of_today(prices.get((row["item_code"], settings.store_price_list or ""), []), today)
	sale = prices.get((row["item_code"], settings.sale_price_list or ""), [])
	reduced = _of_today(sale, today) or _next(sale, today)
	return PricedListing(
		name=row["name"],
		store=row["store"],
		product_id=row["product_id"],
		variant_id=row["variant_id"],
		item_code=row["item_code"],
		rate=base.rate * pieces if base else None,
		currency=settings.company_currency,
		reduced=reduced.model_copy(update={"rate": reduced.rate * pieces}) if reduced else None,
		known=Price.model_validate_json(row["price"]) if row["price"] else None,
	)


def _of_today(periods: Sequence[Reduced], today: date) -> Reduced | None:
	"""The one that began last of those that hold."""
	return next((each for each in reversed(periods) if each.holds_on(today)), None)


def _next(periods: Sequence[Reduced], today: date) -> Reduced | None:
	return next((each for each in periods if each.valid_from and each.valid_from > today), None)
