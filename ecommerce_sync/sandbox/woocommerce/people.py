"""The store's customers: who buys, registers, is changed or deleted, and what of it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from ecommerce_sync.sandbox.story import Story
from ecommerce_sync.sandbox.woocommerce.customers import Customer, registered
from ecommerce_sync.sandbox.woocommerce.orders import WooOrder
from ecommerce_sync.sandbox.woocommerce.webhooks import Webhooks


class People:
	"""The part of a store that knows its customers. Unknown ones raise KeyError."""

	customers: dict[int, Customer]
	orders: dict[int, WooOrder]
	webhooks: Webhooks
	now: Callable[[], datetime]
	_lock: threading.RLock

	def edit_customer(self, id_: int, **fields: Any) -> Customer:
		"""Somebody changes an account; fields are those of REST v3. Raises RestError."""
		with self._lock:
			changed = self.customers[id_].edited(fields, max(self.now(), self.customers[id_].modified))
			self.customers[id_] = changed
		self.webhooks.happened("customer.updated", id_)
		return changed

	def delete_customer(self, id_: int) -> Customer:
		"""An account goes; its orders are a guest's from then on, which nobody is told."""
		with self._lock:
			gone = self.customers.pop(id_)
			for order in list(self.orders.values()):
				person = order.story.person
				if person and person.id == id_:
					story = replace(order.story, person=replace(person, id=None))
					self.orders[order.id] = replace(order, story=story)
		self.webhooks.happened("customer.deleted", id_)
		return gone

	def _meet(self, story: Story) -> None:
		"""A checkout makes an account, or takes over what its owner typed."""
		if not story.person or not story.person.id:
			return
		known = self.customers.get(story.person.id)
		at = story.created_at if known is None else max(story.created_at, known.modified)
		self.customers[story.person.id] = (known or registered(story)).bought(story, at)
		self.webhooks.happened("customer.updated" if known else "customer.created", story.person.id)
