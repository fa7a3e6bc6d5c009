"""What edits of an order took out: the order's lines as they stand after its edits and before its refunds.

Shopify keeps a line's first `quantity` and tells what is left as `current_quantity`. What is missing between
them and is not in a refund was removed by an edit. (Some removals come as a refund without money instead.)
Source: https://shopify.dev/docs/apps/build/orders-fulfillment/order-management-apps/edit-orders
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from ...core.models import Line, TaxLine
from ...core.money import minor_digits, rounded, settled, unit
from .money import ZERO, Basis
from .reading import Node
from .refunded import money_of_lines, pieces_by_line, shipping_tax

Numbered = tuple[int, int]  # the places of a line and of its tax or discount


def is_certain(order: Node) -> bool:
	"""Whether the message tells removed pieces from refunded ones. A cancellation may clear all without a refund."""
	if order.value.get("refunds") is None:
		return False
	return order.time("cancelled_at") is None or bool(pieces_by_line(order))


def without_removed(order: Node, basis: Basis, lines: Sequence[Line]) -> tuple[Line, ...]:
	"""The lines less removed pieces, amounts in proportion, to the minor unit as the store's current sums are.

	A line of which nothing is left keeps its place here, with quantity 0.
	"""
	left = _left(order, lines)
	if left == [line.quantity for line in lines]:
		return tuple(lines)
	digits, included = minor_digits(basis.currency), order.flag("taxes_included")
	pairs = list(zip(lines, left, strict=True))
	exact = [_discounted(line, rest) for line, rest in pairs]
	lowered = _settled_discounts(order, basis, exact, digits)
	exact = [_taxed(line, now, included) for line, now in zip(lines, lowered, strict=True)]
	return tuple(_settled_taxes(order, basis, exact, digits))


def _left(order: Node, lines: Sequence[Line]) -> list[Decimal]:
	refunded = pieces_by_line(order)
	nodes = order.children("line_items")
	return [_left_of(node, line, refunded) for node, line in zip(nodes, lines, strict=True)]


def _left_of(node: Node, line: Line, refunded: dict[str, Decimal]) -> Decimal:
	current = node.number("current_quantity")
	if current is None:
		return line.quantity
	removed = line.quantity - current - refunded.get(line.id, ZERO)
	return line.quantity - min(max(removed, ZERO), max(line.quantity, ZERO))


def _discounted(line: Line, left: Decimal) -> Line:
	"""The line at fewer pieces, its discounts in exact proportion."""
	if left == line.quantity:
		return line
	if not left:
		return line.model_copy(update={"quantity": ZERO, "subtotal": ZERO, "discounts": (), "taxes": ()})
	part = left / line.quantity
	discounts = tuple(off.model_copy(update={"amount": off.amount * part}) for off in line.discounts)
	subtotal = (line.shown_unit_price or ZERO) * left
	return line.model_copy(update={"quantity": left, "subtotal": subtotal, "discounts": discounts})


def _taxed(sold: Line, now: Line, included: bool) -> Line:
	"""The line's taxes at its new amount: by the rate where the first amount was, else in proportion."""
	if now.quantity == sold.quantity or not now.quantity:
		return now
	part = now.total / sold.total if sold.total else now.quantity / sold.quantity
	inside = 1 + sum((tax.rate or ZERO for tax in sold.taxes), ZERO) if included else Decimal(1)
	taxes = tuple(_tax(tax, sold.total / inside, now.total / inside, part) for tax in sold.taxes)
	return now.model_copy(update={"taxes": taxes})


def _tax(tax: TaxLine, sold: Decimal, now: Decimal, part: Decimal) -> TaxLine:
	by_rate = tax.rate is not None and abs(tax.amount - sold * tax.rate) <= unit(2)
	amount = now * tax.rate if by_rate and tax.rate is not None else tax.amount * part
	return tax.model_copy(update={"amount": amount})


def _settled_discounts(order: Node, basis: Basis, lines: list[Line], digits: int) -> list[Line]:
	"""Whole minor units that come to the store's current subtotal, where rounding alone lies between."""
	places = [(n, m) for n, line in enumerate(lines) for m, _ in enumerate(line.discounts)]
	exact = [lines[n].discounts[m].amount for n, m in places]
	subtotal, wanted = basis.amount(order, "current_subtotal_price"), None
	if subtotal is not None:
		before = sum((line.subtotal for line in lines), ZERO)
		wanted = before - subtotal - money_of_lines(order, basis).amount
	amounts = dict(zip(places, _whole(wanted, exact, digits), strict=True))
	return [_with_discounts(line, n, amounts) for n, line in enumerate(lines)]


def _with_discounts(line: Line, place: int, amounts: dict[Numbered, Decimal]) -> Line:
	offs = (off.model_copy(update={"amount": amounts[place, m]}) for m, off in enumerate(line.discounts))
	return line.model_copy(update={"discounts": tuple(off for off in offs if off.amount)})


def _settled_taxes(order: Node, basis: Basis, lines: list[Line], digits: int) -> Iterator[Line]:
	"""Likewise the taxes, to the store's current tax less that of shipping."""
	places = [(n, m) for n, line in enumerate(lines) for m, _ in enumerate(line.taxes)]
	exact = [lines[n].taxes[m].amount for n, m in places]
	tax, wanted = basis.amount(order, "current_total_tax"), None
	if tax is not None:
		wanted = tax + money_of_lines(order, basis).tax + shipping_tax(order, basis)
		wanted -= _tax_of_shipping(order, basis)
	amounts = dict(zip(places, _whole(wanted, exact, digits), strict=True))
	for n, line in enumerate(lines):
		taxes = (tax.model_copy(update={"amount": amounts[n, m]}) for m, tax in enumerate(line.taxes))
		yield line.model_copy(update={"taxes": tuple(tax for tax in taxes if tax.amount)})


def _tax_of_shipping(order: Node, basis: Basis) -> Decimal:
	kept = (node for node in order.children("shipping_lines") if not node.flag("is_removed"))
	taxes = (tax for node in kept for tax in node.children("tax_lines"))
	return sum((basis.amount(tax, "price") or ZERO for tax in taxes), ZERO)


def _whole(wanted: Decimal | None, exact: list[Decimal], digits: int) -> list[Decimal]:
	"""Amounts that are whole already stay; the others come to `wanted` where that is near, else are rounded."""
	open_ones = [amount for amount in exact if amount != rounded(amount, digits)]
	kept = sum((amount for amount in exact if amount == rounded(amount, digits)), ZERO)
	plain = sum((rounded(amount, digits) for amount in open_ones), ZERO)
	near = wanted is not None and abs(wanted - kept - plain) <= unit(digits) * len(open_ones)
	goal = wanted - kept if wanted is not None and near else plain
	shares = iter(settled(goal, open_ones, digits))
	return [amount if amount == rounded(amount, digits) else next(shares) for amount in exact]
