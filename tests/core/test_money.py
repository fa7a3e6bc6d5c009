"""Exact money: currencies, rounding, rows that come to a total under ERPNext's arithmetic, shares."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecommerce_sync.core.money import (
	Pieces,
	digits_of,
	minor_digits,
	rounded,
	settled,
	split_evenly,
	spread,
	total,
	unit,
)

D = Decimal
DIGITS = st.sampled_from([0, 2, 3])
WHOLE = st.integers(1, 100_000).map(D)
FRACTIONAL = st.one_of(
	st.integers(1, 1_000_000).map(lambda n: D(n).scaleb(-3)),
	st.integers(1, 60).map(lambda n: D(n) / 2),
	st.integers(1, 60).map(lambda n: D(n) / 8),
)
ROUNDINGS = (ROUND_HALF_UP, ROUND_HALF_EVEN)  # ERPNext's "Commercial Rounding" and "Banker's Rounding"


def erpnext_amount(row: Pieces, site_digits: int, rounding: str) -> Decimal:
	"""Sales Order Item: the rate is rounded, then multiplied, and the product rounded to the site's decimals."""
	rate = row.rate.quantize(D(1).scaleb(-site_digits), rounding=rounding)
	return (rate * row.quantity).quantize(D(1).scaleb(-site_digits), rounding=rounding)


@pytest.mark.parametrize(
	("currency", "digits"), [("USD", 2), ("usd", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("XXY", 2)]
)
def test_minor_digits(currency: str, digits: int) -> None:
	assert minor_digits(currency) == digits


@pytest.mark.parametrize(
	("amount", "digits"), [("10", 0), ("10.50", 1), ("0.001", 3), ("1E+3", 0), ("0.00", 0), ("-2.25", 2)]
)
def test_digits_of(amount: str, digits: int) -> None:
	assert digits_of(D(amount)) == digits


@pytest.mark.parametrize(
	("amount", "digits", "result"),
	[("0.005", 2, "0.01"), ("-0.005", 2, "-0.01"), ("2.5", 0, "3"), ("1.2344", 3, "1.234"), ("7", 2, "7.00")],
)
def test_rounds_half_away_from_zero(amount: str, digits: int, result: str) -> None:
	assert rounded(D(amount), digits) == D(result)


def test_two_rows_where_a_net_amount_does_not_divide() -> None:
	assert split_evenly(D("10.00"), D(3), 2) == [Pieces(D(2), D("3.33")), Pieces(D(1), D("3.34"))]


def test_one_row_where_it_does() -> None:
	assert split_evenly(D("9.99"), D(3), 2) == [Pieces(D(3), D("3.33"))]


def test_the_thousand_pieces_that_one_rate_would_miss_by_five() -> None:
	rows = split_evenly(D("2005.00"), D(1000), 2)
	assert rows == [Pieces(D(500), D("2.00")), Pieces(D(500), D("2.01"))]


def test_nothing_for_everything_free() -> None:
	assert split_evenly(D(0), D(7), 2) == [Pieces(D(7), D(0))]


def test_half_a_minor_unit_is_avoided() -> None:
	"""0.33 a piece would be 0.165 for half a piece: 0.17 or 0.16, by the site's rounding method."""
	rows = split_evenly(D("0.50"), D("1.5"), 2)
	assert rows == [Pieces(D("0.5"), D("0.34")), Pieces(D(1), D("0.33"))]
	for how in ROUNDINGS:
		assert total(erpnext_amount(row, 2, how) for row in rows) == D("0.50")


@given(net=st.integers(0, 10**9), quantity=st.one_of(WHOLE, FRACTIONAL), digits=DIGITS, wider=st.booleans())
@settings(max_examples=300, deadline=None)
def test_rows_come_to_the_net_amount(net: int, quantity: Decimal, digits: int, wider: bool) -> None:
	amount, site = D(net).scaleb(-digits), digits + (1 if wider else 0)
	rows = split_evenly(amount, quantity, digits, site)
	for rounding in ROUNDINGS:
		assert total(erpnext_amount(row, site, rounding) for row in rows) == amount
	assert total(row.quantity for row in rows) == quantity
	assert all(row.quantity > 0 and row.rate >= 0 for row in rows)
	assert len(rows) <= 3


@given(net=st.integers(0, 10**9), quantity=st.one_of(WHOLE, FRACTIONAL), digits=DIGITS)
@settings(max_examples=150, deadline=None)
def test_rates_are_whole_minor_units_next_to_the_true_one(net: int, quantity: Decimal, digits: int) -> None:
	amount = D(net).scaleb(-digits)
	for row in split_evenly(amount, quantity, digits):
		assert digits_of(row.rate) <= digits
		if quantity == int(quantity):
			assert abs(row.rate - amount / quantity) <= unit(digits)


@given(net=st.integers(0, 10**6), digits=DIGITS, whole=st.integers(1, 999))
@settings(max_examples=100, deadline=None)
def test_whole_quantities_need_no_more_than_the_currency_has(net: int, digits: int, whole: int) -> None:
	"""Also on a site that rounds finer."""
	amount = D(net).scaleb(-digits)
	assert split_evenly(amount, D(whole), digits, digits + 2) == split_evenly(amount, D(whole), digits)


@given(
	amount=st.integers(-(10**7), 10**7),
	weights=st.lists(st.integers(0, 10**6).map(D), min_size=1, max_size=12),
	digits=DIGITS,
)
@settings(max_examples=150, deadline=None)
def test_shares_come_to_the_amount_in_proportion(amount: int, weights: list[Decimal], digits: int) -> None:
	whole = D(amount).scaleb(-digits)
	shares = spread(whole, weights, digits)
	assert total(shares) == whole and len(shares) == len(weights)
	assert all(digits_of(share) <= digits for share in shares)
	if sum(weights):
		for share, weight in zip(shares, weights, strict=True):
			assert abs(share - whole * weight / sum(weights)) < unit(digits)
			assert weight or not share


def test_shares_of_no_weight() -> None:
	assert spread(D(5), [], 2) == []
	assert spread(D(5), [D(0), D(0)], 2) == [D(5), D(0)]


@given(exact=st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=30), digits=DIGITS)
@settings(max_examples=100, deadline=None)
def test_settled_amounts_come_to_the_rounded_sum(exact: list[int], digits: int) -> None:
	fine = [D(number).scaleb(-digits - 4) for number in exact]
	wanted = rounded(total(fine), digits)
	shares = settled(wanted, fine, digits)
	assert total(shares) == wanted
	assert all(abs(share - amount) < unit(digits) * 2 for share, amount in zip(shares, fine, strict=True))


def test_total_of_nothing_is_a_decimal() -> None:
	assert isinstance(total([]), Decimal)
