"""What is left of an order: its pricing less refunds, line by line and tax by tax, so that parts add up.

What is credited for some pieces of a line is their share of what is left of it, rounded to the minor unit;
the last piece takes the rest. Each tax is shared the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from ecommerce_sync.sandbox.shopify.life import Life, RefundedDelivery, RefundedLine
from ecommerce_sync.sandbox.shopify.money import Currencies, Money, total
from ecommerce_sync.sandbox.shopify.pricing import (
	Allocation,
	PricedDelivery,
	PricedLine,
	Pricing,
	Tax,
	applications_of,
)

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder

Credit = RefundedLine | RefundedDelivery


def left_of(agreed: Pricing, life: Life) -> Pricing:
	"""`agreed` less what refunds credited of lines and shipping; discrepancies are no part of it."""
	lines = tuple(line_left(line, life) for line in agreed.lines)
	deliveries = tuple(delivery_left(delivery, life) for delivery in agreed.deliveries)
	applications = applications_of(agreed.applications, lines, deliveries)
	return replace(agreed, lines=lines, deliveries=deliveries, applications=applications)


def line_left(line: PricedLine, life: Life) -> PricedLine:
	"""A line less its refunds; its discount is what keeps its amount right."""
	credits = life.refunded_lines.get(line.number, ())
	if not credits:
		return line
	pieces = line.quantity - life.refunded(line.number)
	gross, net = line.price * pieces, line.net - total(part.net for part in credits)
	allocations = _lowered(line.allocations, gross - net)
	taxes = _taxes_left(line.taxes, credits)
	return replace(line, quantity=pieces, gross=gross, allocations=allocations, taxes=taxes)


def delivery_left(delivery: PricedDelivery, life: Life) -> PricedDelivery:
	"""A shipping line less its refunds."""
	credits = life.delivery_credits(delivery.number)
	if not credits:
		return delivery
	price = delivery.price - total(part.net for part in credits)
	return replace(delivery, price=price, taxes=_taxes_left(delivery.taxes, credits))


def pieces_share(order: ShopifyOrder, number: int, pieces: int) -> tuple[Money, tuple[Money, ...]]:
	"""What so many pieces of a line are worth now: amount and taxes. Raises ValueError for too many."""
	left = next((line for line in order.current.lines if line.number == number), None)
	if left is None or not 0 < pieces <= left.quantity:
		raise ValueError(f"lines[{number}]: {pieces} pieces, {left.quantity if left else 0} can be refunded.")
	part = Decimal(pieces) / left.quantity
	amounts = share(order.currencies, part, [left.net, *(tax.amount for tax in left.taxes)])
	return amounts[0], tuple(amounts[1:])


def delivery_share(
	order: ShopifyOrder, delivery: PricedDelivery, wanted: Money
) -> tuple[Money, tuple[Money, ...]]:
	"""Of a shipping line's rest the amount that is wanted (at most all), with the part of its taxes."""
	rest = delivery.discounted
	if wanted.shop >= rest.shop:
		return rest, tuple(tax.amount for tax in delivery.taxes)
	part = wanted.shop / rest.shop
	return wanted, tuple(share(order.currencies, part, [tax.amount for tax in delivery.taxes]))


def share(currencies: Currencies, part: Decimal, amounts: Sequence[Money]) -> list[Money]:
	"""The same part of each amount, rounded."""
	if part == 1:
		return list(amounts)
	return [currencies.each(lambda amount: amount * part, amount) for amount in amounts]


def _taxes_left(taxes: tuple[Tax, ...], credits: Iterable[Credit]) -> tuple[Tax, ...]:
	found = list(taxes)
	for credit in credits:
		for place, amount in enumerate(credit.taxes[: len(found)]):
			found[place] = replace(found[place], amount=found[place].amount - amount)
	return tuple(found)


def _lowered(allocations: tuple[Allocation, ...], discount: Money) -> tuple[Allocation, ...]:
	"""A line has one allocation at most."""
	return tuple(replace(share, amount=discount) for share in allocations)
