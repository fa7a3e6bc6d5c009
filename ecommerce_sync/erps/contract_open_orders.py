"""Which orders a store has taken that no Sales Order reserves for, as a mixin; see `contract_goods`."""

from __future__ import annotations

from typing import Any

from .base import NewEvent, OpenOrder, Outcome, Subject
from .contract_goods_support import GoodsContract
from .contract_support import unique


class OpenOrdersContract(GoodsContract):
	"""The journal's and the links' word together."""

	def _message(self, order_id: str, payload: bytes = b"{}", **changes: Any) -> str:
		known = {"store": self.store, "topic": "orders/create", "kind": "order", "external_id": order_id}
		event = NewEvent(**{**known, "event_key": unique(), "payload": payload, **changes})
		return self.journal.receive(event) or ""

	def _settle(self, order_id: str, **outcome: Any) -> None:
		subject = Subject(store=self.store, kind="order", external_id=order_id)
		self.journal.settle_apart(self.journal.pending(subject), Outcome(**outcome))

	def _open(self) -> list[OpenOrder]:
		return [order for order in self.journal.open_orders() if order.store == self.store]

	def test_an_order_is_open_until_it_is_done(self) -> None:
		order_id = unique()
		name = self._message(order_id, b'{"id": 1}')
		found = OpenOrder(store=self.store, external_id=order_id, event=name, payload=b'{"id": 1}')
		assert self._open() == [found]
		self._settle(order_id, state="Failed", reason="sku_unknown", cause=f"sku:{unique()}")
		assert self._open() == [found]
		self._settle(order_id, state="Done")
		assert self._open() == []

	def test_held_and_waiting_orders_are_open(self) -> None:
		for state in ("Held", "Waiting to retry"):
			order_id = unique()
			self._message(order_id)
			self._settle(order_id, state=state)
		assert len(self._open()) == 2

	def test_an_order_that_is_sold_but_skipped_is_open(self) -> None:
		unpaid, waiting = unique(), unique()
		reasons = {unpaid: "unpaid", waiting: "sold_not_imported", unique(): "test_order"}
		for order_id, reason in ({**reasons, unique(): "status_not_imported"}).items():
			self._message(order_id)
			self._settle(order_id, state="Skipped", reason=reason)
		assert {order.external_id for order in self._open()} == {unpaid, waiting}

	def test_a_message_that_says_nothing_new_leaves_an_order_open(self) -> None:
		stale, superseded = unique(), unique()
		for order_id, reason in ((stale, "stale"), (superseded, "superseded")):
			self._message(order_id, b'{"newer": 1}')
			self._settle(order_id, state="Skipped", reason="unpaid")
			self._message(order_id, b'{"older": 1}')
			self._settle(order_id, state="Skipped", reason=reason)
		assert {order.external_id for order in self._open()} == {stale, superseded}
		assert {order.payload for order in self._open()} == {b'{"newer": 1}'}

	def test_a_hint_leads_to_the_newest_whole_message(self) -> None:
		order_id, hinted = unique(), unique()
		name = self._message(order_id, b'{"whole": 1}')
		self._message(order_id, b'{"part": 1}', whole=False)
		self._message(order_id, b"")
		self._message(hinted, b"")
		assert [(order.event, order.payload) for order in self._open()] == [(name, b'{"whole": 1}')]

	def test_an_order_that_is_only_told_in_parts_counts_all_the_same(self) -> None:
		order_id = unique()
		self._message(order_id, b'{"part": 1}', whole=False)
		name = self._message(order_id, b'{"part": 2}', whole=False)
		assert [(order.event, order.payload) for order in self._open()] == [(name, b'{"part": 2}')]

	def test_the_newest_message_counts(self) -> None:
		order_id, cancelled, deleted = unique(), unique(), unique()
		self._message(order_id, b"{}")
		self._message(order_id, b'{"newer": 1}')
		for gone in (cancelled, deleted):
			self._message(gone)
			self._settle(gone, state="Skipped", reason="unpaid")
		self._message(cancelled)
		self._settle(cancelled, state="Skipped", reason="cancelled_before_import")
		self._message(deleted, deleted=True)
		assert [(order.external_id, order.payload) for order in self._open()] == [(order_id, b'{"newer": 1}')]

	def test_an_order_with_a_sales_order_is_not_open(self) -> None:
		item = self.new_item()
		submitted, _ = self.sell(item, "1")
		draft, _ = self.sell(item, "1", submit=False)
		for order in (submitted, draft):
			self._message(order.id)
		assert self._open() == []

	def test_messages_about_products_are_no_orders(self) -> None:
		self._message(unique(), kind="product", topic="products/update")
		assert self._open() == []
