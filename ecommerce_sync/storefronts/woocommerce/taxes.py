"""The taxes of a wc/v3 order: the order's `tax_lines` and, joined with them by rate id, each row's `taxes`.

Rows carry their tax with up to six decimals where prices include tax or tax is rounded on the whole;
`tax_lines` are rounded. The rows are rounded so that they come to the order's figure exactly.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from ...core.models import TaxLine
from ...core.money import digits_of, minor_digits, rounded, total, unit
from .fields import Fields

UNNAMED = "Tax"
_FINEST = 6  # decimals that a store may show


class _Rate(NamedTuple):
	"""A row of `tax_lines`: what the tax is called, and what it comes to on goods and fees and on shipping."""

	tax: TaxLine
	goods: Decimal
	shipping: Decimal


class _Share(NamedTuple):
	"""What one row (by its path) pays of one rate."""

	path: str
	rate_id: str
	amount: Decimal


class Taxes:
	"""All taxes of one order, rounded to `digits`; `of(row)` are those of a line, fee or shipping line."""

	def __init__(self, order: Fields, currency: str) -> None:
		rows = order.rows("tax_lines")
		self._rates = {row.id("rate_id") or row.path: _rate(row) for row in rows}
		self.order = tuple(_rate(row).tax for row in rows) or _unnamed(order)
		self.digits = _digits(order, currency, self.order)
		self._rows: dict[str, list[TaxLine]] = defaultdict(list)
		self._join(
			order.rows("line_items") + order.rows("fee_lines"), {k: r.goods for k, r in self._rates.items()}
		)
		self._join(order.rows("shipping_lines"), {k: r.shipping for k, r in self._rates.items()})

	def of(self, row: Fields) -> tuple[TaxLine, ...]:
		"""The taxes of one row of `line_items`, `fee_lines` or `shipping_lines`."""
		return tuple(self._rows.get(row.path, ()))

	def _join(self, rows: list[Fields], wanted: dict[str, Decimal]) -> None:
		shares: dict[str, list[_Share]] = defaultdict(list)
		for row in rows:
			for share in self._shares(row):
				shares[share.rate_id].append(share)
		for rate_id, found in shares.items():
			named = (
				self._rates[rate_id].tax
				if rate_id in self._rates
				else TaxLine(title=UNNAMED, amount=Decimal(0))
			)
			amounts = _settled([share.amount for share in found], wanted.get(rate_id), self.digits)
			for share, amount in zip(found, amounts, strict=True):
				self._rows[share.path].append(named.model_copy(update={"amount": amount}))

	def _shares(self, row: Fields) -> list[_Share]:
		paid = [(tax.id("id"), tax.optional_amount("total")) for tax in _tax_rows(row)]
		found = [_Share(row.path, self._known(rate), amount) for rate, amount in paid if amount is not None]
		whole = row.amount("total_tax")
		return found or ([_Share(row.path, self._known(None), whole)] if whole else [])

	def _known(self, rate_id: str | None) -> str:
		"""The rate's key; a rate that the order does not list can only be its only one."""
		if rate_id not in self._rates and len(self._rates) == 1:
			return next(iter(self._rates))
		return rate_id or ""


def _tax_rows(row: Fields) -> list[Fields]:
	"""`taxes` as rows, also of its stored form `{"total": {rate id: amount}, "subtotal": {...}}`."""
	stored = row.data.get("taxes")
	totals = stored.get("total") if isinstance(stored, dict) else None
	if not isinstance(totals, dict):
		return row.rows("taxes")
	path = f"{row.at('taxes')}.total"
	return [Fields({"id": rate, "total": amount}, f"{path}.{rate}") for rate, amount in totals.items()]


def _rate(row: Fields) -> _Rate:
	goods, shipping = row.amount("tax_total"), row.amount("shipping_tax_total")
	percent = row.optional_amount("rate_percent")
	tax = TaxLine(
		title=row.text("label") or row.text("rate_code") or UNNAMED,
		amount=goods + shipping,
		rate=None if percent is None else percent / 100,
		code=row.text("rate_code"),
	)
	return _Rate(tax, goods, shipping)


def _unnamed(order: Fields) -> tuple[TaxLine, ...]:
	whole = order.amount("total_tax")
	return (TaxLine(title=UNNAMED, amount=whole),) if whole else ()


def _digits(order: Fields, currency: str, taxes: tuple[TaxLine, ...]) -> int:
	"""The currency's decimals, or more where the store shows more."""
	shown = [order.amount("total"), *(tax.amount for tax in taxes)]
	return max(minor_digits(currency), min(_FINEST, max(digits_of(amount) for amount in shown)))


def _settled(amounts: list[Decimal], wanted: Decimal | None, digits: int) -> list[Decimal]:
	"""The amounts rounded so that they come to `wanted`; only rounded where more than rounding is between.

	A missing or spare minor unit goes to the amounts that rounding wronged most.
	"""
	shares = [rounded(amount, digits) for amount in amounts]
	spare = int((wanted - total(shares)) / unit(digits)) if wanted is not None else 0
	if not spare or abs(spare) > len(shares):
		return shares
	sign = 1 if spare > 0 else -1
	wronged = sorted(range(len(shares)), key=lambda i: sign * (shares[i] - amounts[i]))
	for i in wronged[: abs(spare)]:
		shares[i] += sign * unit(digits)
	return shares
