"""The price planner: what a store should ask, with and without periods, and when nothing is sent."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from ecommerce_sync.core.prices import PricedListing, Reduced, plan_prices, wanted_price
from ecommerce_sync.core.products import Price

from .worlds import settings

D = Decimal
TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)


def listing(rate: str | None = "10", reduced: Reduced | None = None, **more: Any) -> PricedListing:
	given_ = {"name": "L", "store": "Shop", "product_id": "7", "item_code": "MUG"}
	return PricedListing(**{**given_, "rate": rate and D(rate), "reduced": reduced, **more})


def off(rate: str = "8", start: date | None = None, end: date | None = None) -> Reduced:
	return Reduced(rate=D(rate), valid_from=start, valid_upto=end)


def wanted(one: PricedListing, dates: bool = True, digits: int = 2, zone: str = "UTC") -> Price | None:
	return wanted_price(one, settings(timezone=zone), dates, TODAY, digits)


def test_without_an_item_price_nothing_is_pushed() -> None:
	assert wanted(listing(None, off())) is None
	assert plan_prices([listing(None, known=Price(price=D(3)))], settings(), True, TODAY, 2) == []


@pytest.mark.parametrize(
	("rate", "digits", "price"),
	[
		("10.005", 2, "10.01"),
		("10.5", 0, "11"),
		("1.2345", 3, "1.235"),
		("0", 2, "0"),
		("9.994999", 2, "9.99"),
	],
)
def test_prices_are_rounded_to_the_currency(rate: str, digits: int, price: str) -> None:
	assert wanted(listing(rate), digits=digits) == Price(price=D(price))


@pytest.mark.parametrize("rate", ["10", "10.01", "9.999"])
def test_a_reduction_that_is_none_is_not_shown(rate: str) -> None:
	assert wanted(listing("10", off(rate))) == Price(price=D(10))


@pytest.mark.parametrize("dates", [True, False])
def test_a_reduction_without_a_period(dates: bool) -> None:
	assert wanted(listing("10", off("7.999")), dates) == Price(price=D(8), compare_at=D(10))


@pytest.mark.parametrize(
	("start", "end", "holds"),
	[
		(None, TODAY, True),
		(TODAY, None, True),
		(TODAY, TODAY, True),
		(TODAY + DAY, None, False),
		(None, TODAY - DAY, False),
		(TODAY - DAY, TODAY + DAY, True),
	],
)
def test_a_platform_without_periods_gets_what_holds_today(
	start: date | None, end: date | None, holds: bool
) -> None:
	found = wanted(listing("10", off("8", start, end)), dates=False)
	assert found == (Price(price=D(8), compare_at=D(10)) if holds else Price(price=D(10)))


def test_a_period_is_whole_days_of_the_site() -> None:
	found = wanted(listing("10", off("8", TODAY + DAY, TODAY + DAY)), zone="Asia/Tokyo")
	tokyo = ZoneInfo("Asia/Tokyo")
	assert found == Price(
		price=D(8),
		compare_at=D(10),
		sale_from=datetime(2026, 11, 23, tzinfo=tokyo),
		sale_until=datetime(2026, 11, 23, 23, 59, 59, tzinfo=tokyo),
	)
	assert found and found.sale_from == datetime(2026, 11, 22, 15, tzinfo=timezone.utc)


def test_a_day_on_which_the_clocks_change_is_whole_too() -> None:
	day = date(2026, 10, 25)
	found = wanted_price(listing("10", off("8", day, day)), settings(timezone="Europe/Berlin"), True, day, 2)
	assert found and found.sale_from and found.sale_until
	assert found.sale_from.utcoffset() == timedelta(hours=2)
	assert found.sale_until.utcoffset() == timedelta(hours=1)


def test_a_period_that_is_over_is_taken_away() -> None:
	assert wanted(listing("10", off("8", None, TODAY - DAY))) == Price(price=D(10))


def test_only_differences_are_planned() -> None:
	same = listing("10", name="A", known=Price(price=D("10.00")))
	other = listing("10", name="B", known=Price(price=D("10.01")))
	never = listing("10", name="C")
	ended = listing("10", name="D", known=Price(price=D(10), compare_at=D(12)))
	found = plan_prices([same, other, never, ended], settings(), True, TODAY, 2)
	assert [(each.listing.name, each.price) for each in found] == [(n, Price(price=D(10))) for n in "BCD"]


def test_the_same_moment_in_another_zone_is_no_difference() -> None:
	known = Price(price=D(8), compare_at=D(10), sale_from=datetime(2026, 11, 21, 15, tzinfo=timezone.utc))
	one = listing("10", off("8", TODAY), known=known)
	assert plan_prices([one], settings(timezone="Asia/Tokyo"), True, TODAY, 2) == []
	assert plan_prices([one], settings(timezone="UTC"), True, TODAY, 2) != []


_days = st.one_of(st.none(), st.integers(-3, 3).map(lambda n: TODAY + n * DAY))
_rates = st.integers(0, 99999).map(lambda n: D(n).scaleb(-3))


@given(
	rate=_rates,
	reduced=st.one_of(st.none(), st.builds(Reduced, rate=_rates, valid_from=_days, valid_upto=_days)),
	dates=st.booleans(),
	digits=st.sampled_from([0, 2, 3]),
	zone=st.sampled_from(["UTC", "Asia/Kolkata", "America/New_York"]),
)
@profile(max_examples=300)
def test_prices_make_sense(
	rate: Decimal, reduced: Reduced | None, dates: bool, digits: int, zone: str
) -> None:
	"""In whole minor units, a compared price is higher, periods only with it, and what is known is not sent."""
	one, store = listing(str(rate), reduced), settings(timezone=zone)
	(found,) = plan_prices([one], store, dates, TODAY, digits)
	price = found.price
	for amount in (price.price, price.compare_at or D(0)):
		assert amount == round(amount, digits)
	assert price.compare_at is None or price.compare_at > price.price
	assert dates or (price.sale_from, price.sale_until) == (None, None)
	assert price.compare_at or (price.sale_from, price.sale_until) == (None, None)
	half = D(1).scaleb(-digits) / 2
	asked = reduced.rate if price.compare_at is not None and reduced else rate
	assert abs(price.price - asked) <= half
	confirmed = one.model_copy(update={"known": Price.model_validate(price.model_dump())})
	assert plan_prices([confirmed], store, dates, TODAY, digits) == []
