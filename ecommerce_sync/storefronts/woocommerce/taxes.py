"""The taxes of a wc/v3 order: the order's `tax_lines` and, joined with them by rate id, each row's `taxes`.

Rows carry their tax with up to six decimals where prices include tax or tax is rounded on the whole;
`tax_lines` are rounded, and where rows and they differ by rounding the rows are brought to them. Only when
`tax_lines` miss the order's `total_tax` and the rows meet it (a fee's tax enters the former unrounded) are
the rows the truth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from ...core.models import TaxLine
from ...core.money import digits_of, minor_digits, rounded, settled, total, unit
from .fields import Fields

UNNAMED = "Tax"
_CARRIERS = ("line_items", "fee_lines", "shipping_lines")
_SHOWN = ("subtotal", "total", "subtotal_tax", "total_tax", "tax_total", "shipping_tax_total")
_FINEST = 6  # decimals that a store may show


class _Rate(NamedTuple):
	"""A row of `tax_lines`: what the tax is called, and what it comes to on goods and fees and on shipping."""

	tax: TaxLine
	goods: Decimal
	shipping: Decimal


class _Share(NamedTuple):
	"""What one row (by its path) pays of one rate: rounded, and as the store wrote it."""

	path: str
	rate: str
	on_shipping: bool
	amount: Decimal
	exact: Decimal


class Taxes:
	"""All taxes of one order, rounded to `digits`; `of(row)` are those of a line, fee or shipping line."""

	def __init__(self, order: Fields, currency: str) -> None:
		self._rates = _rates(order)
		rows = [row for carrier in _CARRIERS for row in order.rows(carrier)]
		self.digits = _digits(order, rows, currency)
		paid = [share for row in rows for share in self._shares(row)]
		if self._rows_are_right(order, paid):
			self.order = tuple(self._summed(paid))
		else:
			paid = list(self._agreed(paid))
			self.order = tuple(rate.tax for rate in self._rates.values()) or _unnamed(order)
		self._of: dict[str, list[TaxLine]] = defaultdict(list)
		for share in paid:
			self._of[share.path].append(self._named(share.rate, share.amount))

	def of(self, row: Fields) -> tuple[TaxLine, ...]:
		"""The taxes of one row of `line_items`, `fee_lines` or `shipping_lines`."""
		return tuple(self._of.get(row.path, ()))

	def refunded(self, row: Fields) -> tuple[TaxLine, ...]:
		"""The taxes of a row of a refund, negative as they stand there, named as the order's."""
		return tuple(self._named(share.rate, share.amount) for share in self._shares(row))

	def on_shipping(self, order: Fields) -> tuple[TaxLine, ...]:
		"""The taxes of shipping that has no row: of the tax lines, else the order's `shipping_tax`."""
		told = [(rate, row.shipping) for rate, row in self._rates.items() if row.shipping]
		paid = told or [(self._known(None), order.amount("shipping_tax"))]
		return tuple(self._named(rate, amount) for rate, amount in paid if amount)

	def _rows_are_right(self, order: Fields, paid: list[_Share]) -> bool:
		told = total(rate.tax.amount for rate in self._rates.values())
		whole = order.optional_amount("total_tax")
		return whole is not None and total(share.amount for share in paid) == whole != told

	def _summed(self, paid: list[_Share]) -> Iterator[TaxLine]:
		"""The order's taxes as its rows pay them."""
		sums = {rate: Decimal(0) for rate in self._rates}
		for share in paid:
			sums[share.rate] = sums.get(share.rate, Decimal(0)) + share.amount
		return (self._named(rate, amount) for rate, amount in sums.items())

	def _named(self, rate: str, amount: Decimal) -> TaxLine:
		if rate not in self._rates:
			return TaxLine(title=UNNAMED, amount=amount)
		return self._rates[rate].tax.model_copy(update={"amount": amount})

	def _agreed(self, shares: list[_Share]) -> Iterator[_Share]:
		"""The shares brought to what the tax lines say, where only rounding lies between."""
		groups: dict[tuple[str, bool], list[_Share]] = defaultdict(list)
		for share in shares:
			groups[share.rate, share.on_shipping].append(share)
		for (rate, on_shipping), found in groups.items():
			known = self._rates.get(rate)
			wanted = (known.shipping if on_shipping else known.goods) if known else None
			amounts = _near([share.exact for share in found], wanted, self.digits)
			yield from (share._replace(amount=amount) for share, amount in zip(found, amounts, strict=True))

	def _shares(self, row: Fields) -> list[_Share]:
		paid = [(tax.id("id"), tax.optional_amount("total")) for tax in _tax_rows(row)]
		exact = [(self._known(rate), amount) for rate, amount in paid if amount is not None]
		whole = row.optional_amount("total_tax")
		if not exact and whole:
			exact = [(self._known(None), whole)]
		amounts = _near([amount for _rate, amount in exact], whole, self.digits)
		shipping = row.path.startswith("shipping_lines")
		pairs = zip(exact, amounts, strict=True)
		return [_Share(row.path, rate, shipping, amount, told) for (rate, told), amount in pairs]

	def _known(self, rate_id: str | None) -> str:
		"""The rate's key; a rate that the order does not list can only be its only one."""
		if rate_id not in self._rates and len(self._rates) == 1:
			return next(iter(self._rates))
		return rate_id or ""


def _rates(order: Fields) -> dict[str, _Rate]:
	"""The tax lines by rate id; by their path where a tax service gave none."""
	found: dict[str, _Rate] = {}
	for row in order.rows("tax_lines"):
		rate_id = row.id("rate_id")
		found[row.path if not rate_id or rate_id in found else rate_id] = _rate(row)
	return found


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


def _digits(order: Fields, rows: list[Fields], currency: str) -> int:
	"""The currency's decimals, or more where the store shows more."""
	amounts = (row.amount(key) for row in (order, *rows, *order.rows("tax_lines")) for key in _SHOWN)
	return max(minor_digits(currency), min(_FINEST, max(map(digits_of, amounts))))


def _near(exact: list[Decimal], wanted: Decimal | None, digits: int) -> list[Decimal]:
	"""The amounts rounded so that they come to `wanted`; only rounded where more than rounding is between."""
	shares = [rounded(amount, digits) for amount in exact]
	if wanted is None or abs(total(shares) - wanted) > unit(digits) * len(exact):
		return shares
	return settled(wanted, exact, digits)
