"""An order less some of its refunds, as if those pieces and amounts had never been ordered."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ..base import ZERO, TaxLine
from ..life import Refund, RefundLine, RefundPart
from ..models import Charge, Discount, Line, Order, Shipping
from ..money import digits_of, spread, total
from ..settings import StoreSettings


def reduced(order: Order, refunds: Sequence[Refund]) -> Order:
	"""Lines keep their places, also those of which nothing is left; amounts beyond lines lower their prices.

	Where no line is left to bear such an amount, a charge does.
	"""
	if not refunds:
		return order
	lines = [_line(line, _lines_of(refunds, line.id)) for line in order.lines]
	shipping = [_part(each, _parts_of(refunds, f"shipping:{each.id}")) for each in order.shipping]
	charges = [_part(each, _parts_of(refunds, f"charge:{each.id}")) for each in order.charges]
	whole = order.total - total(refund.credited(order.taxes_included) for refund in refunds)
	rest = _rest(order, lines, shipping, charges) - whole
	borne = _discounted(lines, rest, digits_of(order.total))
	beyond = rest - total(old.total - new.total for old, new in zip(lines, borne, strict=True))
	return order.model_copy(
		update={
			"lines": tuple(borne),
			"shipping": tuple(shipping),
			"charges": (*charges, *_beyond(beyond if whole >= 0 else ZERO)),
			"total": whole,
			"taxes": (),
			"refunds": tuple(refund for refund in order.refunds if refund not in refunds),
		}
	)


def absorbable(order: Order, settings: StoreSettings) -> tuple[Refund, ...]:
	"""The refunds that a Sales Order with nothing delivered or billed is simply less by.

	Not those of goods that the store has shipped, where its shipments become deliveries here: they went out.
	"""
	if settings.deliveries_in == "no":
		return order.refunds
	left = {line.id: line.quantity for line in order.lines}
	for shipped in (f for f in order.fulfilments if f.status == "success"):
		for part in shipped.lines:
			left[part.line_id] = left.get(part.line_id, ZERO) - part.quantity
	found = []
	for refund in sorted(order.refunds, key=lambda each: each.created_at):
		if all(
			line.restock == "cancel" or line.quantity <= left.get(line.line_id, ZERO) for line in refund.lines
		):
			found.append(refund)
			for line in refund.lines:
				left[line.line_id] = left.get(line.line_id, ZERO) - line.quantity
	return tuple(found)


def _lines_of(refunds: Sequence[Refund], line_id: str) -> list[RefundLine]:
	return [line for refund in refunds for line in refund.lines if line.line_id == line_id]


def _parts_of(refunds: Sequence[Refund], part_id: str) -> list[RefundPart]:
	return [part for refund in refunds for part in refund.parts if part.part_id == part_id]


def _line(line: Line, refunded: Sequence[RefundLine]) -> Line:
	if not refunded or not line.quantity:
		return line
	left = max(ZERO, line.quantity - total(each.quantity for each in refunded))
	amount = max(ZERO, line.total - total(each.amount for each in refunded)) if left else ZERO
	subtotal = max(line.subtotal * left / line.quantity, amount)
	first = line.discounts[0] if line.discounts else Discount(amount=ZERO)
	off = subtotal - amount
	return line.model_copy(
		update={
			"quantity": left,
			"subtotal": subtotal,
			"discounts": (first.model_copy(update={"amount": off}),) if off else (),
			"taxes": _less_tax(line.taxes, refunded) if left else (),
		}
	)


def _part(part: Shipping | Charge, refunded: Sequence[RefundPart]) -> Shipping | Charge:
	if not refunded:
		return part
	name = "price" if isinstance(part, Shipping) else "amount"
	left = getattr(part, name) - total(each.amount for each in refunded)
	return part.model_copy(update={name: left, "taxes": _less_tax(part.taxes, refunded)})


def _less_tax(
	taxes: Sequence[TaxLine], refunded: Sequence[RefundLine] | Sequence[RefundPart]
) -> tuple[TaxLine, ...]:
	"""By title and rate; what fits none goes off the first."""
	amounts = [tax.amount for tax in taxes]
	for off in (tax for each in refunded for tax in each.taxes):
		same = [n for n, tax in enumerate(taxes) if tax.title == off.title and tax.rate in (off.rate, None)]
		if amounts:
			amounts[same[0] if same else 0] -= off.amount
	return tuple(
		tax.model_copy(update={"amount": amount})
		for tax, amount in zip(taxes, amounts, strict=True)
		if amount
	)


def _rest(
	order: Order,
	lines: Sequence[Line],
	shipping: Sequence[Shipping | Charge],
	charges: Sequence[Shipping | Charge],
) -> Decimal:
	"""What the parts still come to, tax included, on the basis that they balanced on before."""
	before = _sum((*order.lines, *order.shipping, *order.charges), order.taxes_included)
	after = _sum((*lines, *shipping, *charges), order.taxes_included)
	return order.total - (before - after)


def _sum(parts: Sequence[Line | Shipping | Charge], taxes_included: bool) -> Decimal:
	amounts = total(part.total for part in parts)
	return amounts if taxes_included else amounts + total(tax.amount for part in parts for tax in part.taxes)


def _beyond(amount: Decimal) -> tuple[Charge, ...]:
	"""What no line is left to bear: kept of goods that are all called off, or paid back beyond what they cost."""
	title = "Not refunded" if amount < 0 else "Refund"
	return (Charge(id="refunds", kind="fee", title=title, amount=-amount),) if amount else ()


def _discounted(lines: Sequence[Line], amount: Decimal, digits: int) -> list[Line]:
	"""The lines less an amount, spread by what they cost; as they are where they cannot bear it."""
	bearing = [line.total if line.quantity else ZERO for line in lines]
	if not amount or total(bearing) < amount or not total(bearing):
		return list(lines)
	return [
		line.model_copy(update={"discounts": (*line.discounts, Discount(amount=off, title="Refund"))})
		if off
		else line
		for line, off in zip(lines, spread(amount, bearing, digits), strict=True)
	]
