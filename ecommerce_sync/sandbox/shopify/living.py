"""The acts of buyers and staff on the emulated store: each changes one order and queues the store's messages.

Lines are named by their place in the order (`order.story.lines`), parts by the numbers of their ids. Every
act moves `updated_at` by a second at least, as people do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from threading import RLock
from typing import Any

from ecommerce_sync.sandbox.shopify import acts, facts, fulfilling, messages, refunding
from ecommerce_sync.sandbox.shopify.acts import Edit
from ecommerce_sync.sandbox.shopify.life import UNTRACKED, Life, Refund, Restock, Tracking
from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder
from ecommerce_sync.sandbox.shopify.refunding import Wanted
from ecommerce_sync.sandbox.shopify.sales import Sales
from ecommerce_sync.sandbox.story import Bought, Place

Json = dict[str, Any]


class Lives:
	"""What `EmulatedShopify` offers after the checkout. Refusals are ValueErrors that name the field."""

	sales: Sales
	_lock: RLock
	_orders: dict[int, ShopifyOrder]
	now: Callable[[], datetime]
	order: Callable[[int], ShopifyOrder]
	_tell: Callable[[str, Callable[[], Json]], None]

	# Money

	def pay(self, order_id: int, amount: Decimal | None = None, gateway: str | None = None) -> ShopifyOrder:
		"""What is owed comes in, or a part of it in the shop's currency; captures what was authorised."""
		return self.act(order_id, lambda order, at: acts.paid(order, amount, gateway, at))

	def authorize(self, order_id: int) -> ShopifyOrder:
		"""The checkout's money is reserved, not taken."""
		return self.act(order_id, acts.authorized)

	def void(self, order_id: int) -> ShopifyOrder:
		"""The reservation is given up."""
		return self.act(order_id, acts.voided)

	def decline_card(self, order_id: int) -> ShopifyOrder:
		"""An attempt to pay that fails."""
		return self.act(order_id, acts.failed)

	# Edits

	def edit(
		self,
		order_id: int,
		quantities: Mapping[int, int] | None = None,
		added: tuple[Bought, ...] = (),
		shipping: Place | None = None,
		delivery: Decimal | None = None,
	) -> ShopifyOrder:
		"""Staff edits the order: pieces as ordered now, new lines, the address, the price of shipping."""
		edit = Edit(dict(quantities or {}), added, shipping, delivery)

		def change(order: ShopifyOrder, at: datetime) -> ShopifyOrder:
			story = replace(order.story, lines=added, created_at=at)
			listed = self.sales.list_lines(story)
			grown = replace(order, goods=(*order.goods, *listed))
			lines = (*order.story.lines, *added)
			grown = replace(grown, story=replace(order.story, lines=lines))
			return acts.edited(order, edit, at, lambda n: self.sales.place_of(grown, n), listed)

		return self.act(order_id, change)

	# Shipment

	def fulfil(
		self, order_id: int, lines: Mapping[int, int], tracking: Tracking = UNTRACKED
	) -> tuple[int, ...]:
		"""Pieces are shipped from where they wait: one fulfilment for each location; their ids."""
		before = self.order(order_id)
		picks = fulfilling.picked(before.life, lines)

		def change(order: ShopifyOrder, at: datetime) -> ShopifyOrder:
			for of_place in picks.values():
				order = fulfilling.shipped(order, of_place, tracking, at)
			return order

		after = self.act(order_id, change)
		new = after.life.fulfilments[len(before.life.fulfilments) :]
		return tuple(facts.life_id(after, facts.FULFILMENT, each.number) for each in new)

	def cancel_fulfilment(self, order_id: int, fulfilment_id: int) -> ShopifyOrder:
		"""A shipment is called back; one that was called back already stays so."""
		number = self._number(order_id, facts.FULFILMENT, fulfilment_id)
		if not self.order(order_id).life.fulfilments[number].is_live:
			return self.order(order_id)
		return self.act(order_id, lambda order, at: fulfilling.called_back(order, number, at))

	def track(self, order_id: int, fulfilment_id: int, tracking: Tracking) -> ShopifyOrder:
		"""Other carriers, numbers or links of a shipment."""
		number = self._number(order_id, facts.FULFILMENT, fulfilment_id)

		def change(order: ShopifyOrder, at: datetime) -> ShopifyOrder:
			known = replace(order.life.fulfilments[number], tracking=tracking, updated_at=at)
			return replace(order, life=order.life.with_fulfilment(known), updated_at=at)

		return self.act(order_id, change)

	def hold(
		self, order_id: int, fulfilment_order_id: int, reason: str = "OTHER", notes: str | None = None
	) -> ShopifyOrder:
		"""A fulfilment order must wait."""
		number = self._number(order_id, facts.TO_SHIP, fulfilment_order_id)
		return self._ship(order_id, lambda life, at: fulfilling.held(life, number, reason, notes, at))

	def release(self, order_id: int, fulfilment_order_id: int) -> ShopifyOrder:
		"""It need not wait any longer."""
		number = self._number(order_id, facts.TO_SHIP, fulfilment_order_id)
		return self._ship(order_id, lambda life, at: fulfilling.released(life, number, at))

	def split(self, order_id: int, fulfilment_order_id: int, lines: Mapping[int, int]) -> ShopifyOrder:
		"""These pieces stay in it, the others go to a new one."""
		number = self._number(order_id, facts.TO_SHIP, fulfilment_order_id)
		return self._ship(order_id, lambda life, at: fulfilling.split(life, number, lines, at))

	def move(
		self,
		order_id: int,
		fulfilment_order_id: int,
		location_id: int,
		lines: Mapping[int, int] | None = None,
	) -> ShopifyOrder:
		"""What is left of it, or these pieces, are to be shipped from another place: under a new id."""
		number = self._number(order_id, facts.TO_SHIP, fulfilment_order_id)
		return self._ship(order_id, lambda life, at: fulfilling.moved(life, number, location_id, lines, at))

	# Refunds and returns

	def refund(
		self,
		order_id: int,
		lines: Mapping[int, int] | None = None,
		shipping: Decimal = Decimal(0),
		amount: Decimal = Decimal(0),
		restock: Restock = "no_restock",
		pay: bool = True,
		return_id: int | None = None,
		note: str | None = None,
	) -> Refund:
		"""Pieces, shipping (on the order's basis) and an amount beyond them are paid back or only credited."""
		number = None if return_id is None else self._number(order_id, facts.RETURN, return_id)

		def change(order: ShopifyOrder, at: datetime) -> ShopifyOrder:
			money = order.currencies.money
			parts = tuple((line, pieces, restock, None) for line, pieces in (lines or {}).items())
			wanted = Wanted(parts, money(shipping), money(amount), pay, None, note, number)
			done = refunding.refunded(order, wanted, at)
			return done if number is None else acts.processed(done, number)

		return self.act(order_id, change).life.refunds[-1]

	def announce_return(self, order_id: int, lines: Mapping[int, int], *, approve: bool = True) -> int:
		"""The buyer asks to send shipped pieces back, and staff agrees with `approve`; the return's id."""
		order = self.act(order_id, lambda o, at: acts.announced(o, lines, "requested", at))
		number = facts.life_id(order, facts.RETURN, len(order.life.returns) - 1)
		if approve:
			self.decide_return(order_id, number, "open")
		return number

	def decide_return(self, order_id: int, return_id: int, status: str) -> ShopifyOrder:
		"""It is approved ("open"), "declined", "cancelled" or "closed"."""
		number = self._number(order_id, facts.RETURN, return_id)
		return self.act(order_id, lambda order, at: acts.decided(order, number, status, at))

	def cancel(
		self,
		order_id: int,
		at: datetime | None = None,
		reason: str = "customer",
		*,
		notify: bool = True,
		pay: bool = True,
		restock: bool = True,
	) -> ShopifyOrder:
		"""Cancel an order of which nothing is on its way; what was paid goes back with `pay`."""

		def change(order: ShopifyOrder, moment: datetime) -> ShopifyOrder:
			if order.cancelled_at is not None or order.fulfillment_status is not None:
				raise ValueError(f"{order.name}: is cancelled already or on its way.")
			return refunding.cancelled(order, moment, reason, pay=pay, restock=restock)

		return self.act(order_id, change, notify=notify, at=at)

	# How

	def _ship(self, order_id: int, change: Callable[[Life, datetime], Life]) -> ShopifyOrder:
		return self.act(order_id, lambda o, at: replace(o, life=change(o.life, at), updated_at=at))

	def act(
		self,
		order_id: int,
		change: Callable[[ShopifyOrder, datetime], ShopifyOrder],
		*,
		notify: bool = True,
		at: datetime | None = None,
	) -> ShopifyOrder:
		"""Change an order, queue what the store tells of it, and let stock follow."""
		with self._lock:
			before = self.order(order_id)
			moment = at or max(self.now(), before.updated_at + timedelta(seconds=1))
			after = change(before, moment)
			self._orders[order_id] = after
			for topic, payload in messages.of_change(before, after) if notify else ():
				self._tell(topic, payload)
			self.sales.follow(after, notify=notify)
		return after

	def _number(self, order_id: int, kind: int, part_id: int) -> int:
		"""The number of a part by its id. Raises ValueError for one of something else."""
		found = facts.of_life(kind, part_id)
		if found is None or found[0] != self.order(order_id).story.number or found[2]:
			raise ValueError(f"{part_id}: is no such part of order {order_id}.")
		return found[1]
