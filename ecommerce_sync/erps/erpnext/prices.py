"""What ERPNext asks for a listing: Item Prices of the store's lists by ERPNext's own choice, or a Pricing Rule.

Item Prices are only read. As in `erpnext.stock.get_item_details.get_item_price`: nobody's own price, valid
today, the latest beginning first, one for the unit before one for any; a variant without has its
template's. Of several packings the smallest one counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import getdate

from ...core.prices import PricedListing, Reduced
from ...core.products import Price
from ...core.settings import StoreSettings
from . import bulk, due
from .fields import aware_time, decimal, site_time
from .parts import Factors, factors
from .pricing_rules import Rules

_FACTS = """l.name, l.product_id, l.variant_id, l.item_code, l.uom, l.store_price, l.store_compare_at,
	l.sale_from, l.sale_until, l.price_known"""


def price_due(settings: StoreSettings, limit: int) -> tuple[datetime, list[PricedListing]]:
	"""See `GoodsBooks.price_due`."""
	read_at = due.clock()
	rows = frappe.db.sql(
		f"SELECT {_FACTS} FROM `tabStore Listing` l WHERE l.store = %s AND l.price_due IS NOT NULL AND {due.BOUND}"
		" ORDER BY l.price_due LIMIT %s",
		(settings.store, limit),
		as_dict=True,
	)
	asked = Asked(settings, rows) if rows else None
	return read_at, [asked.listing(row) for row in rows] if asked else []


class Asked:
	"""Everything that decides about the prices of some listings, read at once."""

	def __init__(self, settings: StoreSettings, rows: Sequence[Any]) -> None:
		self.settings = settings
		self.today = getdate()
		self.lists = _lists(settings)
		self.items = _items({row.item_code for row in rows})
		sold = [(row.item_code, self._uom(row)) for row in rows if row.item_code in self.items]
		self.factors: Factors = factors(sold, self.items)
		self.prices = _prices(self.lists, self.items)
		base = self.lists.get(settings.store_price_list or "")
		self.rules = Rules(settings, base.currency if base else None, self.items, self.today)

	def listing(self, row: Any) -> PricedListing:
		"""The listing with what is asked and what is known."""
		base = self.lists.get(self.settings.store_price_list or "")
		rate = self._rate(base, row, self._today) if base else None
		return PricedListing(
			name=row.name,
			store=self.settings.store,
			product_id=row.product_id,
			variant_id=row.variant_id or "",
			item_code=row.item_code,
			rate=rate,
			currency=base.currency if base else None,
			reduced=self._reduced(row, base, rate) if base and rate is not None else None,
			known=known_price(row) if row.price_known else None,
		)

	def _reduced(self, row: Any, base: Any, rate: Decimal) -> Reduced | None:
		"""By the second list (in the same currency), else by a rule."""
		sale = self.lists.get(self.settings.sale_price_list or "")
		if sale and sale.currency == base.currency:
			found = self._choose(sale, row, self._today) or self._choose(sale, row, self._to_come)
			if found:
				return Reduced(
					rate=self._per_piece(found, sale, row),
					valid_from=found.valid_from,
					valid_upto=found.valid_upto,
				)
		return self.rules.reduced(row.item_code, self._uom(row), rate, self._factor(row))

	def _rate(self, price_list: Any, row: Any, which: Any) -> Decimal | None:
		found = self._choose(price_list, row, which)
		return self._per_piece(found, price_list, row) if found else None

	def _choose(self, price_list: Any, row: Any, which: Any) -> Any | None:
		item = self.items.get(row.item_code)
		if item is None or self._factor(row) is None:
			return None
		for code in filter(None, (row.item_code, item.variant_of)):
			prices = self.prices.get((price_list.name, code), [])
			for uom in dict.fromkeys((self._uom(row), item.stock_uom)):
				if fitting := which([price for price in prices if (price.uom or "") in ("", uom)]):
					return fitting
		return None

	def _today(self, prices: list[Any]) -> Any | None:
		holding = [
			price
			for price in prices
			if (price.valid_from or self.today) <= self.today <= (price.valid_upto or self.today)
		]
		return max(holding, key=_preference, default=None)

	def _to_come(self, prices: list[Any]) -> Any | None:
		coming = [price for price in prices if price.valid_from and price.valid_from > self.today]
		first = min((price.valid_from for price in coming), default=None)
		return max((price for price in coming if price.valid_from == first), key=_preference, default=None)

	def _per_piece(self, price: Any, price_list: Any, row: Any) -> Decimal:
		"""A price for another unit than the one sold is for the stock unit."""
		rate = decimal(price.price_list_rate)
		same = price.uom == self._uom(row) or price_list.price_not_uom_dependent
		return rate if same else rate * (self._factor(row) or Decimal(1))

	def _uom(self, row: Any) -> str:
		item = self.items.get(row.item_code)
		return str(row.uom or (item.stock_uom if item else ""))

	def _factor(self, row: Any) -> Decimal | None:
		return self.factors.get((row.item_code, self._uom(row)))


def _preference(price: Any) -> tuple[Any, ...]:
	"""ERPNext's order, and then the smallest packing and the lowest name."""
	return price.valid_from or date.min, price.uom or "", -(price.packing_unit or 0), price.name


def _lists(settings: StoreSettings) -> dict[str, Any]:
	names = [name for name in (settings.store_price_list, settings.sale_price_list) if name]
	if not names:
		return {}
	rows = frappe.db.sql(
		"SELECT name, currency, price_not_uom_dependent FROM `tabPrice List`"
		" WHERE enabled = 1 AND selling = 1 AND name IN %(names)s",
		{"names": names},
		as_dict=True,
	)
	return {row.name: row for row in rows}


def _items(codes: set[str]) -> dict[str, Any]:
	found: dict[str, Any] = {}
	for portion in bulk.portions(sorted(codes)):
		rows = frappe.db.sql(
			"SELECT name, stock_uom, variant_of, item_group, brand FROM `tabItem`"
			f" WHERE name IN ({bulk.marks(portion)})",
			list(portion),
			as_dict=True,
		)
		found |= {row.name: row for row in rows}
	return found


def _prices(lists: Mapping[str, Any], items: Mapping[str, Any]) -> dict[tuple[str, str], list[Any]]:
	"""Prices that hold today or later, by list and Item; templates included."""
	codes = {*items, *(item.variant_of for item in items.values() if item.variant_of)}
	found: dict[tuple[str, str], list[Any]] = {}
	for portion in bulk.portions(sorted(codes) if lists else []):
		rows = frappe.db.sql(
			"""SELECT name, item_code, price_list, uom, price_list_rate, valid_from, valid_upto, packing_unit
			FROM `tabItem Price` WHERE item_code IN %(codes)s AND price_list IN %(lists)s
				AND IFNULL(customer, '') = '' AND IFNULL(supplier, '') = '' AND IFNULL(batch_no, '') = ''
				AND (valid_upto IS NULL OR valid_upto >= %(today)s)""",
			{"codes": list(portion), "lists": sorted(lists), "today": getdate()},
			as_dict=True,
		)
		for row in rows:
			found.setdefault((row.price_list, row.item_code), []).append(row)
	return found


def known_price(row: Any) -> Price:
	"""What the store is known to ask; its times stand in the site's zone."""
	return Price(
		price=decimal(row.store_price),
		compare_at=decimal(row.store_compare_at) or None,
		sale_from=aware_time(row.sale_from),
		sale_until=aware_time(row.sale_until),
	)


def confirm(store: str, prices: Mapping[str, Price]) -> None:
	"""See `GoodsBooks.confirm_prices`."""
	for portion in bulk.portions(sorted(prices)):
		one = "SELECT %s AS name, %s AS price, %s AS compare_at, %s AS since, %s AS until"
		frappe.db.sql(
			f"UPDATE `tabStore Listing` l JOIN ({' UNION ALL '.join([one] * len(portion))}) v ON v.name = l.name"
			" SET l.store_price = v.price, l.store_compare_at = v.compare_at, l.sale_from = v.since,"
			" l.sale_until = v.until, l.price_known = 1 WHERE l.store = %s",
			[*(value for name in portion for value in _columns(name, prices[name])), store],
		)


def _columns(name: str, price: Price) -> tuple[Any, ...]:
	return (
		name,
		price.price,
		price.compare_at or Decimal(0),
		site_time(price.sale_from) if price.sale_from else None,
		site_time(price.sale_until) if price.sale_until else None,
	)
