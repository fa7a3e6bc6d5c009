"""What happens to an order after its checkout: paid, edited, sent, refunded, thrown away and restored.

Each act moves `date_modified` and tells of `order.updated`, whether or not anything changed by it; notes tell
nobody. The store's own notes are written as WooCommerce writes them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from ecommerce_sync.sandbox.story import Bought, Place
from ecommerce_sync.sandbox.woocommerce import trackings
from ecommerce_sync.sandbox.woocommerce.goods import Goods
from ecommerce_sync.sandbox.woocommerce.notes import Notes
from ecommerce_sync.sandbox.woocommerce.order_lines import SHIPPING
from ecommerce_sync.sandbox.woocommerce.orders import Shipment, WooOrder, moved_on
from ecommerce_sync.sandbox.woocommerce.refund_requests import staff_parts
from ecommerce_sync.sandbox.woocommerce.refunds import Refund, RefundedPart, remaining, with_refund
from ecommerce_sync.sandbox.woocommerce.settings import RateTable, StoreSettings
from ecommerce_sync.sandbox.woocommerce.statuses import OFFLINE_GATEWAYS, PAYABLE, moved, paid_status
from ecommerce_sync.sandbox.woocommerce.stock import restocked, settled
from ecommerce_sync.sandbox.woocommerce.story_edits import edited_by_staff
from ecommerce_sync.sandbox.woocommerce.totals import Typed
from ecommerce_sync.sandbox.woocommerce.webhooks import Webhooks

FIRST_REFUND_ID = 800_000_000  # refunds are numbered like orders in a real store; here they stay apart
Change = Callable[[WooOrder, datetime], WooOrder]


class OrderLife:
	"""The half of a store that works on orders. Unknown orders raise KeyError."""

	settings: StoreSettings
	goods: Goods
	rates: RateTable
	webhooks: Webhooks
	notes: Notes
	orders: dict[int, WooOrder]
	now: Callable[[], datetime]
	_lock: threading.RLock
	_refund_ids: count[int]

	def order(self, order: WooOrder | int) -> WooOrder:
		"""The current state of an order. Raises KeyError."""
		return self.orders[order.id if isinstance(order, WooOrder) else order]

	def save(
		self, order: WooOrder | int, change: Change, at: datetime | None = None, added: Collection[int] = ()
	) -> WooOrder:
		"""The order as `change` makes it, its stock moved (of lines at the positions `added`, too), and told."""
		with self._lock:
			old = self.order(order)
			time = at or moved_on(old, self.now())
			new = settled(replace(change(old, time), date_modified=time), self.goods, added)
			if new.status == "refunded" and old.status != "refunded" and remaining(new) > 0:
				new = self._rest_refunded(new, time)
			self.orders[new.id] = new
			self._note_status(old, new)
		self.webhooks.happened("order.updated", new.id)
		return new

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
		the address, the price of shipping. Raises IndexError for a line that is not there."""
		quantities = quantities or {}
		first = len(self.order(order).story.lines)

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

	def ship(
		self,
		order: WooOrder | int,
		pieces: Mapping[int, int],
		number: str | None = None,
		carrier: str | None = None,
	) -> str:
		"""The shop sends pieces by position: a note, an entry of the tracking plugin where there is one, and the
		status: completed when nothing is left to send, before that partly shipped where the shop has that
		status. The tracking entry's id, else one of the shop's own."""
		old = self.order(order)
		item = self._entry(old, pieces, number, carrier)
		shipment = Shipment(
			item["tracking_id"] if item else f"{old.id}-{len(old.shipments) + 1}", dict(pieces)
		)
		if item:
			self.track(old, [*trackings.items_of(old), item])
		self._write_shipped(old, pieces, number, carrier)
		self.save(old, lambda each, at: self._sent(each, (*each.shipments, shipment), at))
		return shipment.id

	def call_back(self, order: WooOrder | int, shipment_id: str) -> WooOrder:
		"""A shipment did not happen: its tracking entry goes, and the order is to be worked on again."""
		old = self.order(order)
		kept = [item for item in trackings.items_of(old) if item.get("tracking_id") != shipment_id]
		if len(kept) != len(trackings.items_of(old)):
			self.track(old, kept)
		self.notes.add(old.id, f"Shipment {shipment_id} was called back.", author="admin")
		left = tuple(shipment for shipment in old.shipments if shipment.id != shipment_id)
		return self.save(old, lambda each, at: self._sent(each, left, at))

	def track(self, order: WooOrder | int, items: list[dict[str, Any]]) -> WooOrder:
		"""Replace the tracking plugin's entries."""
		return self.save(order, lambda old, at: old.changed(at, meta=((trackings.KEY, items),)))

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
		refund = Refund(next(self._refund_ids), self.now(), amount, reason, parts, paid, restock, meta)

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

	def _rest_refunded(self, order: WooOrder, at: datetime) -> WooOrder:
		"""wc_order_fully_refunded: who sets the status by hand gets a refund of what is left, without lines."""
		reason = "Order fully refunded."
		return with_refund(order, Refund(next(self._refund_ids), at, remaining(order), reason), at)

	def _note_status(self, old: WooOrder, new: WooOrder) -> None:
		if old.status != new.status:
			names = [each.status.replace("-", " ").capitalize() for each in (old, new)]
			self.notes.add(new.id, f"Order status changed from {names[0]} to {names[1]}.")

	def _entry(
		self, order: WooOrder, pieces: Mapping[int, int], number: str | None, carrier: str | None
	) -> dict[str, Any] | None:
		if not self.settings.shipment_tracking or not number:
			return None
		known = {trackings.slug(name) for country in trackings.PROVIDERS.values() for name in country}
		field = "tracking_provider" if trackings.slug(carrier or "") in known else "custom_tracking_provider"
		salt = f"{order.id}-{len(order.shipments)}"
		item = trackings.entry({field: carrier, "tracking_number": number}, self.now(), salt)
		return item | (
			trackings.products(order, pieces) if self.settings.shipment_tracking == "advanced" else {}
		)

	def _write_shipped(
		self, order: WooOrder, pieces: Mapping[int, int], number: str | None, carrier: str | None
	) -> None:
		goods = ", ".join(f"{order.story.lines[at].title} × {quantity}" for at, quantity in pieces.items())
		by = f" with {carrier or 'a parcel service'}, number {number}" if number else ""
		self.notes.add(order.id, f"Shipped: {goods}{by}.", author="admin")

	def _sent(self, order: WooOrder, shipments: tuple[Shipment, ...], at: datetime) -> WooOrder:
		"""The order with these shipments, in the status that the shop's staff gives it for them."""
		order = replace(order, shipments=shipments)
		partly = [name for name in self.settings.custom_statuses if name.startswith("partial")]
		if _all_sent(order):
			return moved(order, "completed", at)
		if shipments and partly:
			return moved(order, partly[0], at)
		back = order.completed or order.status in partly
		return moved(order, "processing", at) if back else order


def payment_complete(order: WooOrder, at: datetime, transaction_id: str) -> WooOrder:
	"""WC_Order::payment_complete; cash on delivery, which waits in processing, is completed."""
	waits = order.status == "processing" and order.date_paid is None
	if order.status not in PAYABLE and not waits:
		return order
	gateway = order.story.gateway
	made = f"txn_{order.story.number}" if gateway not in OFFLINE_GATEWAYS and gateway != "cod" else ""
	order = replace(order, transaction_id=transaction_id or order.transaction_id or made)
	order = moved(order, paid_status(order), at)
	return order if order.date_paid else replace(order, date_paid=at)


def _all_sent(order: WooOrder) -> bool:
	for position, line in order.lines:
		sent = sum(shipment.pieces.get(position, 0) for shipment in order.shipments)
		unsent = sum(p.unsent for refund in order.refunds for p in refund.parts if p.place == position + 1)
		if sent < line.quantity - unsent:
			return False
	return bool(order.shipments)


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
