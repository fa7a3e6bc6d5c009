"""Exact money: minor units, rounding, and rows that come to a total to the last minor unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from babel.core import get_global

ZERO = Decimal(0)


def minor_digits(currency: str) -> int:
	"""Decimals of a currency (ISO 4217 as in CLDR): 2 for USD, 0 for JPY, 3 for KWD."""
	fractions: dict[str, tuple[int, ...]] = get_global("currency_fractions")  # type: ignore[assignment]
	return fractions.get(currency.upper(), fractions["DEFAULT"])[0]


def digits_of(amount: Decimal) -> int:
	"""Decimals that an amount really uses; trailing zeros do not count (1 for 10.50)."""
	exponent = amount.normalize().as_tuple().exponent
	return max(0, -exponent) if isinstance(exponent, int) else 0


def rounded(amount: Decimal, digits: int) -> Decimal:
	"""Half away from zero, as stores and ERPNext's commercial rounding do."""
	return amount.quantize(unit(digits), rounding=ROUND_HALF_UP)


def unit(digits: int) -> Decimal:
	"""The smallest amount: 0.01 for two digits."""
	return Decimal(1).scaleb(-digits)


class Pieces(NamedTuple):
	"""So many pieces at one rate."""

	quantity: Decimal
	rate: Decimal


def split_evenly(net: Decimal, quantity: Decimal, digits: int) -> list[Pieces]:
	"""Rows of one line that come to `net` exactly, for a net amount of zero or more.

	ERPNext rounds the rate per piece before it multiplies. A whole quantity gives q-k pieces at r and
	k pieces at r plus one minor unit. A fractional one gets its fraction a row of its own: below one
	piece every amount can be reached.
	"""
	whole = int(quantity)
	fraction = quantity - whole
	rows = []
	if fraction:
		rows.append(Pieces(fraction, rounded(net / quantity, digits)))
		if not whole:
			return rows
		net -= row_amount(rows[0], digits)
	rate, more = divmod(int(net.scaleb(digits)), whole)
	rows.append(Pieces(Decimal(whole - more), Decimal(rate).scaleb(-digits)))
	rows.append(Pieces(Decimal(more), Decimal(rate + 1).scaleb(-digits)))
	return [row for row in rows if row.quantity]


def row_amount(pieces: Pieces, digits: int) -> Decimal:
	"""What ERPNext makes of one row: rate times quantity, rounded."""
	return rounded(pieces.rate * pieces.quantity, digits)


def spread(amount: Decimal, weights: Sequence[Decimal], digits: int) -> list[Decimal]:
	"""`amount` shared in proportion to `weights`, in whole minor units, the sum exact (largest remainder)."""
	total = sum(weights, ZERO)
	if not weights:
		return []
	if not total:
		return [amount] + [ZERO] * (len(weights) - 1)
	exact = [amount * weight / total for weight in weights]
	shares = [rounded(share, digits) for share in exact]
	return _settle(amount, shares, exact, digits)


def _settle(amount: Decimal, shares: list[Decimal], exact: list[Decimal], digits: int) -> list[Decimal]:
	"""Give the rounding remainder to the shares that rounding wronged most."""
	step = unit(digits)
	left = int((amount - sum(shares, ZERO)) / step)
	sign = 1 if left > 0 else -1
	wronged = sorted(range(len(shares)), key=lambda i: sign * (shares[i] - exact[i]))
	for i in wronged[: abs(left)]:
		shares[i] += sign * step
	return shares


def total(amounts: Iterable[Decimal]) -> Decimal:
	"""Sum that is a Decimal for an empty sequence too."""
	return sum(amounts, ZERO)
