"""What a shopkeeper sets once in an emulated WooCommerce: currency, rounding, clock, plugins, tax rates."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Literal

from babel.numbers import get_currency_name, get_currency_precision, get_currency_symbol

from ecommerce_sync.sandbox.story import Rate

Tracking = Literal["official", "advanced"]
VERSION = "10.5.0"
WORDPRESS = "6.9.1"


@dataclass(frozen=True)
class StoreSettings:
	"""`price_decimals` None takes the currency's own. `gmt_offset` is the site's clock in hours from UTC."""

	currency: str = "EUR"
	price_decimals: int | None = None
	prices_include_tax: bool = False  # what new products are priced with; an order carries its own
	round_at_subtotal: bool = False  # woocommerce_tax_round_at_subtotal
	gmt_offset: float = 1
	base_country: str = "FR"
	title: str = "Emulated shop"
	first_id: int = 0  # added to a story's number to make the order's id
	sequential_numbers: bool = False  # a plugin numbers orders apart from their ids
	multi_currency: bool = False  # a plugin sells in the buyer's currency; core knows only one
	po_number_key: str = "_po_number"
	weight_unit: str = "kg"  # or g, lbs, oz: what products' weights are typed in
	product_bundles: bool = False  # the Product Bundles plugin: sets are bundles, else grouped products
	shipment_tracking: Tracking | None = None  # Shipment Tracking, or Advanced Shipment Tracking Pro
	custom_statuses: tuple[str, ...] = ()  # of a plugin, without "wc-": partial-shipped, delivered
	woopayments: bool = False  # the gateway woocommerce_payments, which reports payouts

	def places(self, currency: str) -> int:
		"""wc_get_price_decimals: how many decimals amounts in `currency` are shown with."""
		return self.price_decimals if self.price_decimals is not None else decimals_of(currency)

	def local(self, moment: datetime) -> str:
		"""`moment` in site time as WordPress writes it: to the second, without a zone."""
		return written(moment.astimezone(self.zone))

	@property
	def zone(self) -> timezone:
		return timezone(timedelta(hours=self.gmt_offset))


def decimals_of(currency: str) -> int:
	"""Decimals of an ISO 4217 currency: 0 for JPY, 3 for KWD."""
	return int(get_currency_precision(currency))


def symbol_of(currency: str) -> str:
	return str(get_currency_symbol(currency, locale="en"))


def name_of(currency: str) -> str:
	return str(get_currency_name(currency, locale="en"))


def written(moment: datetime) -> str:
	return moment.replace(microsecond=0, tzinfo=None).isoformat()


def gmt(moment: datetime) -> str:
	return written(moment.astimezone(timezone.utc))


@dataclass(frozen=True)
class StoreRate:
	"""One row of WooCommerce's tax table; `rate` is a fraction."""

	id: int
	title: str
	rate: Decimal
	priority: int


@dataclass
class RateTable:
	"""The store's tax rates, numbered in the order in which they were first seen."""

	_rows: dict[Rate, StoreRate] = field(default_factory=dict)
	_lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

	def row(self, rate: Rate, priority: int = 1) -> StoreRate:
		"""The row of `rate`, added when new. Rates that are charged together have different priorities."""
		with self._lock:
			if rate not in self._rows:
				self._rows[rate] = StoreRate(len(self._rows) + 1, rate.title, rate.rate, priority)
			return self._rows[rate]

	def rows(self, rates: tuple[Rate, ...]) -> list[StoreRate]:
		return [self.row(rate, priority) for priority, rate in enumerate(rates, 1)]

	def __iter__(self) -> Iterator[StoreRate]:
		return iter(list(self._rows.values()))
