"""Any order that balances comes to its total, whatever is in it; one that does not is corrected or held."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from ecommerce_sync.core.commands import Row
from ecommerce_sync.core.errors import Held
from ecommerce_sync.core.models import Line
from ecommerce_sync.core.rows import Rows

from .worlds import Balanced, balanced, by_title, corrections, erpnext_total, round_to, rows_of, tax

D = Decimal


@given(balanced())
@profile(max_examples=150, deadline=None)
def test_balanced_orders_come_to_their_total(case: Balanced) -> None:
	rows = rows_of(case.order, site_digits=case.site_digits)
	assert erpnext_total(rows, case.site_digits) == case.order.total
	assert not corrections(rows)
	check_charges(case, rows)
	check_rows(case, rows)
	check_discounts(case, rows)


@given(balanced(fine=True))
@profile(max_examples=90, deadline=None)
def test_so_do_those_whose_taxes_are_rounded_in_their_sum_only(case: Balanced) -> None:
	rows = rows_of(case.order, site_digits=case.site_digits)
	assert erpnext_total(rows, case.site_digits) == case.order.total
	assert not corrections(rows)
	check_charges(case, rows)


def check_charges(case: Balanced, rows: Rows) -> None:
	"""Taxes as the store has them, shares that come to their charge, nothing empty."""
	assert by_title(rows) == {title: amount for title, amount in case.taxes.items() if amount}
	assert rows.rows or not rows.charges
	for charge in rows.charges:
		assert sum((share.amount for share in charge.shares), D(0)) == charge.amount
		assert all(share.amount for share in charge.shares)


def check_rows(case: Balanced, rows: Rows) -> None:
	"""No row below zero or above its list rate; every line with its pieces and its net amount."""
	assert all(0 <= row.rate <= row.list_rate and row.quantity > 0 for row in rows.rows)
	for sold, ours in sold_lines(case, rows):
		taxes = sum((one.amount for one in sold.taxes), D(0)) if case.order.taxes_included else D(0)
		amounts = [round_to(row.rate * row.quantity, case.site_digits) for row in ours]
		assert sum(row.quantity for row in ours) == sold.quantity
		assert sum(amounts, D(0)) == sold.total - taxes


def check_discounts(case: Balanced, rows: Rows) -> None:
	"""The discount that ERPNext shows is the store's, net of tax, but for a minor unit a piece."""
	for sold, ours in sold_lines(case, rows):
		shown = sum((row.list_rate - row.rate) * row.quantity for row in ours)
		rate = sum((one.rate or D(0) for one in sold.taxes), D(0)) if case.order.taxes_included else D(0)
		assert abs(shown - sold.discount / (1 + rate)) <= case.unit * (sold.quantity + 2)


def sold_lines(case: Balanced, rows: Rows) -> Iterator[tuple[Line, list[Row]]]:
	for sold in case.order.lines:
		if sold.kind != "tip" and sold.quantity > 0 and sold.total >= 0:
			yield sold, [row for row in rows.rows if row.line_id == sold.id]


@given(balanced(), st.integers(1, 9), st.booleans())
@profile(max_examples=90, deadline=None)
def test_a_minor_unit_a_part_goes_to_rounding_and_more_is_held(
	case: Balanced, units: int, minus: bool
) -> None:
	signed = -units if minus else units
	one = case.off_by(signed)
	if units <= case.parts:
		rows = rows_of(one, site_digits=case.site_digits)
		assert [c.amount for c in corrections(rows)] == [signed * case.unit]
		assert corrections(rows)[0].account == "Rounding"
		assert erpnext_total(rows, case.site_digits) == one.total
	else:
		with pytest.raises(Held) as held:
			rows_of(one, site_digits=case.site_digits)
		assert held.value.reason == "total_mismatch"
		found = {key: D(held.value.params[key]) for key in ("ours", "theirs", "difference")}
		assert found == {"ours": case.order.total, "theirs": one.total, "difference": signed * case.unit}


def template_total(rows: Rows, included: bool, rate: Decimal, digits: int) -> Decimal:
	"""ERPNext with one On Net Total row: of the net total, or inside the prices; then the Actual charges."""
	amounts = [round_to(row.rate * row.quantity, digits) for row in rows.rows]
	taxes = D(0) if included else round_to(sum(amounts, D(0)) * rate, digits)
	return sum(amounts, D(0)) + taxes + sum((charge.amount for charge in rows.charges), D(0))


@given(case=balanced(wider_site=False), percent=st.sampled_from([0, 7, 20]))
@profile(max_examples=90, deadline=None)
def test_a_template_comes_within_the_tolerance(case: Balanced, percent: int) -> None:
	"""Every row taxed with one rate; everything else as charged."""
	rate, digits, included = D(percent) / 100, case.digits, case.order.taxes_included

	def taxed(part: Any) -> Any:
		amount = part.total * rate / (1 + rate) if included else part.total * rate
		return part.model_copy(update={"taxes": (tax(round_to(amount, digits), str(rate)),)})

	one = case.order
	lines = tuple(taxed(part) for part in one.lines)
	added = sum((t.amount for part in lines for t in part.taxes), D(0))
	before = sum((t.amount for part in one.lines for t in part.taxes), D(0))
	change = {"lines": lines, "taxes": (), "total": one.total + (D(0) if included else added - before)}
	rows = rows_of(one.model_copy(update=change), tax_mode="template", site_digits=digits)
	ours = template_total(rows, included, rate, digits)
	assert abs(change["total"] - ours) <= rows.tolerance
	assert not corrections(rows)
