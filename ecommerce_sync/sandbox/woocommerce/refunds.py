"""Refunds of an order: what each gave back, what is left, and what the store refuses (wc_create_refund).

A refund names pieces and amounts as its maker typed them. The store checks its amount alone: never more than
is left of the order's total. Quantities and line amounts may be anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ecommerce_sync.sandbox.woocommerce.errors import RestError
from ecommerce_sync.sandbox.woocommerce.order_lines import FEES, SHIPPING
from ecommerce_sync.sandbox.woocommerce.statuses import moved, refunds_money
from ecommerce_sync.sandbox.woocommerce.totals import ZERO, Taxed
from ecommerce_sync.sandbox.woocommerce.trackings import shipped_pieces

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.woocommerce.orders import WooOrder


@dataclass(frozen=True)
class RefundedPart:
	"""What is given back of one line, by its place in the order (`order_lines`); amounts are positive."""

	place: int
	quantity: int
	net: Decimal
	taxes: Mapping[int, Decimal] = field(default_factory=dict)  # by rate id
	unsent: int = 0  # pieces that had not been shipped

	@property
	def gross(self) -> Decimal:
		return self.net + sum(self.taxes.values(), ZERO)


@dataclass(frozen=True)
class Refund:
	"""One refund. `paid`: the gateway has sent the money; `restocked`: its pieces went back on the shelf."""

	id: int
	created_at: datetime
	amount: Decimal
	reason: str
	parts: tuple[RefundedPart, ...] = ()
	paid: bool = False
	restocked: bool = False
	meta: tuple[tuple[str, Any], ...] = ()


def remaining(order: WooOrder) -> Decimal:
	"""What can be refunded yet."""
	return order.totals.total - sum((refund.amount for refund in order.refunds), ZERO)


def refunded_quantity(order: WooOrder, place: int) -> int:
	return sum(part.quantity for part in _parts(order) if part.place == place)


def refunded_amounts(order: WooOrder, place: int) -> Taxed:
	"""Net amount and taxes that earlier refunds gave back of a line."""
	net, taxes = ZERO, dict[int, Decimal]()
	for part in _parts(order):
		if part.place == place:
			net += part.net
			taxes = {id_: taxes.get(id_, ZERO) + part.taxes.get(id_, ZERO) for id_ in {*taxes, *part.taxes}}
	return Taxed(net, taxes)


def with_refund(order: WooOrder, refund: Refund, at: datetime) -> WooOrder:
	"""The order with a refund, moved to `refunded` when nothing is left. Raises RestError 500 as the REST API
	words it for more than is left and for a gateway that cannot send money back."""
	if not 0 <= refund.amount <= remaining(order):
		raise cannot_create("Invalid refund amount.")
	if refund.paid and not refunds_money(order.story.gateway):
		raise cannot_create("The payment gateway for this order does not support automatic refunds.")
	whole = _is_whole(order, refund)
	kind = ("_refund_type", "full" if whole else "partial")
	made = replace(refund, parts=tuple(_unsent(order, refund.parts)), meta=(*refund.meta, kind))
	order = replace(order, refunds=(*order.refunds, made), date_modified=at)
	return moved(order, "refunded", at) if whole else order


def cannot_create(message: str) -> RestError:
	return RestError("woocommerce_rest_cannot_create_order_refund", message, 500)


def amounts_at(order: WooOrder, place: int) -> Taxed:
	"""A line's net amount and taxes as the order counts them. Raises KeyError for a place without a line."""
	found: dict[int, Taxed] = {}
	for (position, _), item in zip(order.lines, order.totals.items, strict=True):
		found[position + 1] = item.after
	for (at, _), taxed in zip(order.deliveries, order.totals.shipping, strict=True):
		found[SHIPPING + at] = taxed
	for (at, _), taxed in zip(order.fees, order.totals.fees, strict=True):
		found[FEES + at] = taxed
	return found[place]


def _parts(order: WooOrder) -> Iterator[RefundedPart]:
	return (part for refund in order.refunds for part in refund.parts)


def _is_whole(order: WooOrder, refund: Refund) -> bool:
	"""Whether the refund ends the order; lines that cost nothing must have been named, too."""
	if remaining(order) > refund.amount:
		return False
	free = any(not item.after.net for item in order.totals.items)
	if not refund.parts or not free:
		return True
	ordered = sum(line.quantity for _, line in order.lines)
	given = [*_parts(order), *refund.parts]
	return ordered <= sum(part.quantity for part in given if part.place < SHIPPING)


def _unsent(order: WooOrder, parts: Iterable[RefundedPart]) -> Iterator[RefundedPart]:
	"""The parts with how many of their pieces the shop had not shipped, as far as it can know."""
	sent = shipped_pieces(order)
	ordered = {position: line.quantity for position, line in order.lines}
	for part in parts:
		position = part.place - 1
		before = sum(each.unsent for each in _parts(order) if each.place == part.place)
		left = ordered.get(position, 0) - sent.get(position, 0) - before
		yield replace(part, unsent=max(0, min(part.quantity, left)))
