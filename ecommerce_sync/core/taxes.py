"""Which part of an order pays how much of which tax, in whole minor units that come to the store's own sums.

A store may round a tax on every line, or only in its sum (then lines carry it with four or six decimals).
Where rounding alone lies between the two, the order's sum is what was charged, and the lines share it.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from .commands import Share
from .models import ZERO, Charge, Line, Order, Shipping, TaxLine
from .money import rounded, settled, total, unit

Part = Line | Shipping | Charge
Tax = tuple[str, Decimal | None]  # title and rate


def parts_of(order: Order) -> Iterator[tuple[str, Part]]:
	"""Everything that an order charges, each under the name that a `Share` has for it."""
	yield from ((line.id, line) for line in order.lines)
	yield from ((f"shipping:{shipping.id}", shipping) for shipping in order.shipping)
	yield from ((f"charge:{charge.id}", charge) for charge in order.charges)


def tax_shares(order: Order, digits: int) -> dict[Tax, tuple[Share, ...]]:
	"""The shares of each tax, zero ones left out. Taxes in the order of their first appearance."""
	found: dict[Tax, list[tuple[str, Decimal]]] = {}
	for part_id, part in parts_of(order):
		for tax in part.taxes:
			if tax.amount:
				found.setdefault((tax.title, tax.rate), []).append((part_id, tax.amount))
	return {tax: shares for tax in found if (shares := _rounded_shares(order, tax, found, digits))}


def _rounded_shares(
	order: Order, tax: Tax, found: dict[Tax, list[tuple[str, Decimal]]], digits: int
) -> tuple[Share, ...]:
	exact = [amount for _, amount in found[tax]]
	amounts = [rounded(amount, digits) for amount in exact]
	charged = _charged(order.taxes, tax, list(found), digits)
	if charged is not None and abs(charged - total(amounts)) <= unit(digits) * len(amounts):
		amounts = settled(charged, exact, digits)
	pairs = zip(found[tax], amounts, strict=True)
	return tuple(Share(line_id=part_id, amount=amount) for (part_id, _), amount in pairs if amount)


def _charged(sums: tuple[TaxLine, ...], tax: Tax, taxes: list[Tax], digits: int) -> Decimal | None:
	"""The order's own sum of a tax; by its title alone where no other rate has the same title."""
	title, rate = tax
	named = [one for one in sums if one.title == title]
	same = [one for one in named if one.rate == rate]
	if not same and [other for other, _ in taxes].count(title) > 1:
		return None
	chosen = same or named
	return total(rounded(one.amount, digits) for one in chosen) if chosen else None


def taxes_by_part(shares: dict[Tax, tuple[Share, ...]]) -> dict[str, Decimal]:
	"""What each part pays of all taxes together."""
	found: dict[str, Decimal] = {}
	for share in (share for of_tax in shares.values() for share in of_tax):
		found[share.line_id] = found.get(share.line_id, ZERO) + share.amount
	return found
