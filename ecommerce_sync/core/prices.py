"""The price planner: what each listing should cost in the store, and the differences. Pure.

The store's price list gives the price; a second list (or a Pricing Rule) gives the reduced one with its
period. Item Prices are only read: no order and no push ever writes one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from .models import Model
from .money import rounded
from .products import Price
from .settings import StoreSettings


class Reduced(Model):
	"""A reduced price and the days on which it holds, both included, in the site's zone."""

	rate: Decimal
	valid_from: date | None = None
	valid_upto: date | None = None

	def holds_on(self, day: date) -> bool:
		"""Whether the day lies in the period."""
		return (self.valid_from or day) <= day <= (self.valid_upto or day)

	def is_over(self, day: date) -> bool:
		"""Whether the period ended before the day."""
		return self.valid_upto is not None and self.valid_upto < day


class PricedListing(Model):
	"""A bound listing with what ERPNext asks for it and what the store is known to ask."""

	name: str  # Store Listing
	store: str
	product_id: str
	variant_id: str = ""
	item_code: str
	rate: Decimal | None = None  # per piece sold; None: no Item Price, nothing is pushed
	currency: str | None = None
	reduced: Reduced | None = None  # the one that holds now, else the next one to come
	known: Price | None = None


class PriceDifference(Model):
	"""A listing and the price that its store should show."""

	listing: PricedListing
	price: Price


def wanted_price(
	listing: PricedListing, settings: StoreSettings, sale_dates: bool, today: date, digits: int
) -> Price | None:
	"""What the store should ask; None where ERPNext names no price.

	Where the platform keeps no periods (`sale_dates`), only a reduction that holds today counts.
	"""
	if listing.rate is None:
		return None
	rate, reduced = rounded(listing.rate, digits), listing.reduced
	if reduced is None or rounded(reduced.rate, digits) >= rate or reduced.is_over(today):
		return Price(price=rate)
	if not sale_dates:
		price = rounded(reduced.rate, digits)
		return Price(price=price, compare_at=rate) if reduced.holds_on(today) else Price(price=rate)
	return Price(
		price=rounded(reduced.rate, digits),
		compare_at=rate,
		sale_from=_start(reduced.valid_from, settings),
		sale_until=_end(reduced.valid_upto, settings),
	)


def plan_prices(
	listings: Iterable[PricedListing], settings: StoreSettings, sale_dates: bool, today: date, digits: int
) -> list[PriceDifference]:
	"""The differences to what the stores are known to ask."""
	found = ((listing, wanted_price(listing, settings, sale_dates, today, digits)) for listing in listings)
	return [
		PriceDifference(listing=listing, price=price)
		for listing, price in found
		if price is not None and price != listing.known
	]


def _start(day: date | None, settings: StoreSettings) -> datetime | None:
	return datetime.combine(day, time(), ZoneInfo(settings.timezone)) if day else None


def _end(day: date | None, settings: StoreSettings) -> datetime | None:
	return datetime.combine(day, time(23, 59, 59), ZoneInfo(settings.timezone)) if day else None
