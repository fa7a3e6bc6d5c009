"""The store's orders as everything else changes them: one at a time, their stock moved, told, noted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from itertools import count

from ecommerce_sync.sandbox.woocommerce.goods import Goods
from ecommerce_sync.sandbox.woocommerce.notes import Notes
from ecommerce_sync.sandbox.woocommerce.orders import WooOrder, moved_on
from ecommerce_sync.sandbox.woocommerce.refunds import Refund, remaining, with_refund
from ecommerce_sync.sandbox.woocommerce.settings import RateTable, StoreSettings
from ecommerce_sync.sandbox.woocommerce.stock import settled
from ecommerce_sync.sandbox.woocommerce.webhooks import Webhooks

FIRST_REFUND_ID = 800_000_000  # refunds are numbered like orders in a real store; here they stay apart
Change = Callable[[WooOrder, datetime], WooOrder]


class OrderBook:
	"""What a store keeps of its orders. Unknown ones raise KeyError."""

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

	def _rest_refunded(self, order: WooOrder, at: datetime) -> WooOrder:
		"""wc_order_fully_refunded: who sets the status by hand gets a refund of what is left, without lines."""
		reason = "Order fully refunded."
		return with_refund(order, Refund(next(self._refund_ids), at, remaining(order), reason), at)

	def _note_status(self, old: WooOrder, new: WooOrder) -> None:
		if old.status != new.status:
			names = [each.status.replace("-", " ").capitalize() for each in (old, new)]
			self.notes.add(new.id, f"Order status changed from {names[0]} to {names[1]}.")
