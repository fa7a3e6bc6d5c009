"""Amounts of the emulated shops: minor units, prices in any currency, and splitting without losing a cent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from babel.numbers import get_currency_precision

# What a dollar-like price becomes, so that prices look as in that country and use its decimals.
_SCALE = {"JPY": Decimal(150), "KRW": Decimal(1300), "KWD": Decimal("0.307"), "BHD": Decimal("0.377")}


def unit(currency: str) -> Decimal:
	"""The smallest amount: 0.01 for USD, 1 for JPY, 0.001 for KWD."""
	return Decimal(1).scaleb(-get_currency_precision(currency))


def rounded(amount: Decimal, currency: str) -> Decimal:
	"""To the currency's smallest amount, halves away from zero."""
	return amount.quantize(unit(currency), ROUND_HALF_UP)


def in_currency(price: Decimal, currency: str) -> Decimal:
	"""A price of the catalogue, which is in dollar-like units, as the shop that books in `currency` asks it."""
	return rounded(price * _SCALE.get(currency, Decimal(1)), currency)


def spread(amount: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
	"""`amount` in parts proportional to `weights`, by largest remainder: the parts add up to it exactly."""
	whole, smallest = sum(weights, Decimal(0)), unit(currency)
	exact = [amount * weight / whole for weight in weights]
	parts = [part.quantize(smallest, ROUND_DOWN) for part in exact]
	missing = int((amount - sum(parts)) / smallest)
	by_remainder = sorted(range(len(parts)), key=lambda place: parts[place] - exact[place])
	for place in by_remainder[:missing]:
		parts[place] += smallest
	return parts
