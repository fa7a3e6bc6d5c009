"""What the tests of shipments on a real site share: an emulated store that is connected, orders, a person and a worker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from itertools import count
from time import time
from typing import Any
from unittest.mock import patch

import frappe
import redis
from frappe.utils import background_jobs

from ..demo_site import allowed_for_the_demo, connect_shop
from ..erps.base import NewEvent
from ..erps.contract_support import unique
from ..erps.erpnext.journal import FrappeJournal
from ..erps.erpnext.order_deliveries import told_of
from ..erps.erpnext.testing_goods import Goods
from ..erps.erpnext.testing_splits import Desk, cut
from ..sandbox.story import Bought, Delivery, Person, Place, Story
from ..storefronts.base import platform
from ..testing import remove_store
from . import drain, wake

HOME = Place("Ada", "Byron", None, "1 Mill Road", None, "York", zip="YO1 7HH", country_code="GB")
PARCEL = {"carrier": "UPS", "tracking_number": "1Z999", "tracking_url": "https://example.com/1Z999"}
NUMBERS = count(int(time()) % 1_000_000)
_DEAD = "redis://127.0.0.1:9"
_IN = "Submitted Delivery Note"
_WAKE = wake.wake


@contextmanager
def redis_stopped() -> Iterator[None]:
	"""Nothing answers where this process looks for Redis: neither the queue nor the cache."""
	nobody = redis.ConnectionPool.from_url(_DEAD)
	with (
		patch.object(background_jobs, "_redis_queue_conn", redis.Redis.from_url(_DEAD)),
		patch.object(frappe.cache, "connection_pool", nobody),
		patch.object(wake, "wake", _WAKE),
	):
		yield


class Shipments(Goods):
	"""One store, two Items with stock: three cups and two pots are ordered."""

	seller: Any
	store: str

	@classmethod
	def open_shop(cls) -> None:
		"""Connect the class's `seller`."""
		cls.enterClassContext(allowed_for_the_demo())
		cls.store = cls.seller.store
		cls.addClassCleanup(cls._forget)
		values = {"warehouse": cls.warehouses[0], "fulfil_orders": 1, "notify_customer": 0}
		connect_shop(cls.seller.shop(), cls.settings.company, **values, deliveries_in=_IN)
		cls.switch(fulfil_orders=1, notify_customer=0, deliveries_in=_IN, record_payments=0)

	@classmethod
	def _forget(cls) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()
		remove_store(cls.store)
		frappe.db.commit()

	@classmethod
	def switch(cls, **values: Any) -> None:
		frappe.db.set_value("Store Connection", cls.store, values)
		frappe.db.commit()

	def setUp(self) -> None:
		super().setUp()
		self.desk = Desk()
		due = FrappeJournal.subjects_due

		def mine(journal: Any, now: Any, limit: int) -> list[Any]:
			return [each for each in due(journal, now, 1000) if each.store == self.store][:limit]

		for patched in (patch.object(FrappeJournal, "subjects_due", mine), patch.object(wake, "wake")):
			patched.start()  # what other tests left due is not ours to do, and no worker is to be first
			self.addCleanup(patched.stop)
		self.items = [self.new_item(), self.new_item()]
		for item in self.items:
			self.receive(item, self.warehouses[0], Decimal(20))

	# both sides

	def place(self, *items: str) -> str:
		"""A buyer's order, imported; its id."""
		skus = items or self.items
		lines = tuple(Bought(sku, Decimal("9.90"), 3 - n, sku=sku) for n, sku in enumerate(skus))
		at = datetime.now(timezone.utc) - timedelta(hours=1)
		number = next(NUMBERS)
		story = Story(
			number,
			at,
			self.settings.company_currency,
			lines,
			deliveries=(Delivery("Post", Decimal("4.90")),),
			person=Person(number, "Ada", "Byron", f"ada{number}@example.com"),
			billing=HOME,
			shipping=HOME,
		)
		order_id = str(self.seller.place(story))
		self.hear(order_id)
		return order_id

	def hear(self, order_id: str) -> None:
		"""A message of the store comes in and is worked off."""
		event = NewEvent(
			store=self.store,
			topic="test",
			kind="order",
			external_id=order_id,
			event_key=unique(),
			whole=False,
		)
		FrappeJournal().receive(event)
		frappe.db.commit()
		self.drain()

	def drain(self) -> dict[str, int]:
		"""Be the worker."""
		frappe.db.rollback()
		try:
			return drain.run(60)
		finally:
			frappe.db.rollback()
			frappe.set_user("Administrator")

	def order_of(self, order_id: str) -> str:
		found = {"ecommerce_store": self.store, "store_order_id": order_id, "docstatus": 1}
		return str(frappe.db.get_value("Sales Order", found))

	def lines(self, order_id: str) -> list[str]:
		return [line.id for line in self.asked(order_id).lines]

	def asked(self, order_id: str) -> Any:
		spoken = platform(self.seller.platform)
		return spoken.parse_order(spoken.connect(self.seller.shop().credentials).fetch_order(order_id))

	def live(self, order_id: str) -> list[Any]:
		return [each for each in self.asked(order_id).fulfilments if each.status == "success"]

	def shipped(self, order_id: str) -> list[int]:
		"""Pieces of the two lines that the store counts as shipped."""
		found = dict.fromkeys(self.lines(order_id), 0)
		for part in (line for each in self.live(order_id) for line in each.lines):
			found[part.line_id] += int(part.quantity)
		return list(found.values())

	def note_of(self, order_id: str, *pieces: int, parcel: bool = True, commit: bool = True) -> Any:
		"""A Delivery Note submitted by a person."""
		from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note

		note = make_delivery_note(self.order_of(order_id))
		wanted = zip(self.lines(order_id), pieces or (3, 2), strict=False)
		cut(note, {line: n for line, n in wanted if n})
		if parcel:
			note.append("store_parcels", PARCEL)
		note.insert()
		note.submit()
		if commit:
			frappe.db.commit()
		return note

	def told(self, note: Any) -> dict[str, Any]:
		frappe.db.rollback()
		return told_of(frappe.db.get_value(note.doctype, note.name, "store_fulfilments"))

	def events(self, order_id: str, *fields: str) -> list[Any]:
		"""Shipment events, oldest first."""
		where = {"store": self.store, "external_id": order_id, "kind": "shipment"}
		return frappe.get_all("Sync Log", where, [*(fields or ("state",))], order_by="creation", as_list=True)

	def again(self, order_id: str) -> dict[str, int]:
		"""The time of the next attempt has come."""
		past = frappe.utils.add_to_date(None, hours=-1)
		where = {"store": self.store, "external_id": order_id, "state": "Waiting to retry"}
		frappe.db.set_value("Sync Log", where, "next_attempt", past)
		frappe.db.commit()
		return self.drain()
