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


def split_evenly(
	net: Decimal, quantity: Decimal, digits: int, site_digits: int | None = None
) -> list[Pieces]:
	"""Rows of one line that come to `net` exactly, for a net amount of zero or more in whole minor units.

	ERPNext rounds the rate per piece before it multiplies. A whole quantity gives q-k pieces at r and
	k pieces at r plus one minor unit. A fractional one gets its fraction a row of its own: below one
	piece every amount can be reached. ERPNext rounds that row to the site's decimals (`site_digits`,
	where they are more than the currency's), by half up or half even: the row comes to the same by all.
	"""
	whole = int(quantity)
	fraction = quantity - whole
	rows = []
	if fraction:
		rows.append(_fraction(net, quantity, digits, max(digits, site_digits or 0)))
		net -= row_amount(rows[0], digits)
	if whole:
		rate, more = divmod(int(net.scaleb(digits)), whole)
		rows.append(Pieces(Decimal(whole - more), Decimal(rate).scaleb(-digits)))
		rows.append(Pieces(Decimal(more), Decimal(rate + 1).scaleb(-digits)))
	return [row for row in rows if row.quantity]


def _fraction(net: Decimal, quantity: Decimal, digits: int, site_digits: int) -> Pieces:
	"""The row of the pieces after the point, at the line's own rate or the nearest that rounds well."""
	fraction = quantity % 1
	rate = rounded(net / quantity, digits)
	if abs(rate * fraction % unit(digits)) == unit(digits) / 2:
		rate += unit(digits)  # half a minor unit: commercial and banker's rounding would differ
	amount = rounded(rate * fraction, digits)
	if rounded(rate * fraction, site_digits) != amount:
		rate = rounded(amount / fraction, site_digits)
	return Pieces(fraction, rate)


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
	return settled(amount, exact, digits)


def settled(amount: Decimal, exact: Sequence[Decimal], digits: int) -> list[Decimal]:
	"""The exact amounts rounded so that they come to `amount`, for what rounding alone explains.

	A missing or spare minor unit goes to the amounts that rounding wronged most; never more than one to each.
	"""
	shares = [rounded(share, digits) for share in exact]
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
