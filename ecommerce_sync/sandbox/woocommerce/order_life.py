"""What happens to an order after its checkout: paid, edited, sent, refunded, thrown away and restored.

Each act moves `date_modified` and tells of `order.updated`, whether or not anything changed by it; notes tell
nobody. The store's own notes are written as WooCommerce writes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from ecommerce_sync.sandbox.story import Bought, Place
from ecommerce_sync.sandbox.woocommerce.order_lines import SHIPPING
from ecommerce_sync.sandbox.woocommerce.order_sending import Sending
from ecommerce_sync.sandbox.woocommerce.orders import WooOrder, moved_on
from ecommerce_sync.sandbox.woocommerce.payouts import GATEWAY, refund_marks
from ecommerce_sync.sandbox.woocommerce.refund_requests import parts_left, staff_parts
from ecommerce_sync.sandbox.woocommerce.refunds import (
	Refund,
	RefundedPart,
	refunded_quantity,
	remaining,
	with_refund,
)
from ecommerce_sync.sandbox.woocommerce.statuses import PAYABLE, moved, paid_status, reference
from ecommerce_sync.sandbox.woocommerce.stock import restocked
from ecommerce_sync.sandbox.woocommerce.story_edits import edited_by_staff
from ecommerce_sync.sandbox.woocommerce.totals import Typed


class OrderLife(Sending):
	"""The half of a store that works on orders. Unknown orders raise KeyError."""

	def pay(self, order: WooOrder | int, gateway: str | None = None) -> WooOrder:
		"""All that is owed comes in, by another payment method when one is named: payment_complete. Of cash on
		delivery the store learns when the order is completed; nothing is paid twice."""

		def paid(old: WooOrder, at: datetime) -> WooOrder:
			named = old if gateway is None else replace(old, story=replace(old.story, gateway=gateway))
			return payment_complete(named, at, "")

		return self.save(order, paid)

	def edit(
		self,
		order: WooOrder | int,
		quantities: Mapping[int, int] | None = None,
		added: tuple[Bought, ...] = (),
		shipping: Place | None = None,
		delivery: Decimal | None = None,
	) -> WooOrder:
		"""Staff edits the order's form: pieces by position (0 takes a line off), new lines behind the others,
		the address, the price of shipping. Raises IndexError for a line that is not there, ValueError for fewer
		pieces than were refunded."""
		quantities = quantities or {}
		first = len(self.order(order).story.lines)
		_check_refunded(self.order(order), quantities)

		def edited(old: WooOrder, at: datetime) -> WooOrder:
			story = edited_by_staff(old.story, quantities, added, delivery)
			self.goods.shelves.learn(story)
			story = replace(story, shipping=shipping or story.shipping)
			return replace(
				old,
				story=story,
				removed=old.removed | {position for position, pieces in quantities.items() if not pieces},
				dropped=old.dropped - ({SHIPPING} if delivery is not None else set()),
				typed=dict(_typed_after(old, quantities, delivery is not None)),
				bought=(*old.bought, *map(self.goods.shelves.line_ids, added)),
			)

		return self.save(order, edited, added=range(first, first + len(added)))

	def refund(
		self,
		order: WooOrder | int,
		lines: Mapping[int, int] | None = None,
		shipping: Decimal = Decimal(0),
		amount: Decimal = Decimal(0),
		restock: bool = False,
		pay: bool = False,
		reason: str = "",
	) -> Refund:
		"""Staff refunds pieces by position, a net amount of shipping (at most what is left of it) and an amount
		beyond them. `pay`: through the gateway. Raises ValueError, RestError for more than is left."""
		found = self.order(order)
		parts = staff_parts(found, lines or {}, shipping)
		whole = sum((part.gross for part in parts), Decimal(0)) + amount
		if not amount:
			whole = min(whole, remaining(found))  # a cent of rounding may be missing
		if not whole and not parts:
			raise ValueError("There is nothing left of it to refund.")
		return self.add_refund(found, whole, parts, reason, pay, restock)

	def refund_rest(self, order: WooOrder | int, pay: bool = False, restock: bool = False) -> Refund | None:
		"""Everything that is left, all lines named; None when there is no money left to give back."""
		found = self.order(order)
		if not remaining(found):
			return None
		parts = tuple(parts_left(found))
		return self.add_refund(found, remaining(found), parts, "Cancelled", pay, restock)

	def add_refund(
		self,
		order: WooOrder | int,
		amount: Decimal,
		parts: tuple[RefundedPart, ...] = (),
		reason: str = "",
		paid: bool = False,
		restock: bool = False,
		meta: tuple[tuple[str, Any], ...] = (),
	) -> Refund:
		"""wc_create_refund. Raises RestError as the REST API words its refusals."""
		number = next(self._refund_ids)
		if paid and self.order(order).story.gateway == GATEWAY:
			meta = (*meta, *refund_marks(number))
		refund = Refund(number, self.now(), amount, reason, parts, paid, restock, meta)

		def refunded(old: WooOrder, at: datetime) -> WooOrder:
			new = with_refund(old, replace(refund, created_at=at), at)
			return restocked(new, _pieces_of(parts), self.goods) if restock else new

		return self.save(order, refunded).refunds[-1]

	def remove_refund(self, order: WooOrder | int, refund: Refund) -> WooOrder:
		"""A refund is deleted; what it put back on the shelf stays there."""
		kept = tuple(each for each in self.order(order).refunds if each.id != refund.id)
		return self.save(order, lambda old, at: replace(old, refunds=kept))

	def restore(self, order: WooOrder | int) -> WooOrder:
		"""Out of the trash."""
		with self._lock:
			old = self.order(order)
			new = self.orders[old.id] = old.restored(moved_on(old, self.now()))
		self.webhooks.happened("order.restored", new.id)
		return new


def payment_complete(order: WooOrder, at: datetime, transaction_id: str) -> WooOrder:
	"""WC_Order::payment_complete; cash on delivery, which waits in processing, is completed."""
	waits = order.status == "processing" and order.date_paid is None
	if order.status not in PAYABLE and not waits:
		return order
	known = transaction_id or order.transaction_id or reference(order.story)
	order = replace(order, transaction_id=known)
	order = moved(order, paid_status(order), at)
	return order if order.date_paid else replace(order, date_paid=at)


def _check_refunded(order: WooOrder, quantities: Mapping[int, int]) -> None:
	for position, quantity in quantities.items():
		if quantity < (gone := refunded_quantity(order, position + 1)):
			raise ValueError(f"line {position}: {gone} pieces of it are refunded, {quantity} cannot be all.")


def _typed_after(
	order: WooOrder, quantities: Mapping[int, int], shipping_changed: bool
) -> Iterator[tuple[int, Typed]]:
	"""Amounts that were written follow the pieces."""
	for place, typed in order.typed.items():
		pieces = quantities.get(place - 1)
		before = order.story.lines[place - 1].quantity if place <= len(order.story.lines) else 0
		if pieces is not None and before:
			yield place, Typed(typed.subtotal * pieces / before, typed.total * pieces / before)
		elif place != SHIPPING or not shipping_changed:
			yield place, typed


def _pieces_of(parts: tuple[RefundedPart, ...]) -> Iterator[tuple[int, int]]:
	return ((part.place - 1, part.quantity) for part in parts if part.place < SHIPPING and part.quantity)
