"""Orders that stores have taken and ERPNext has not, and what finding them costs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import frappe

from ..base import EventState, NewEvent, OpenOrder, Outcome, Subject
from ..contract_goods_support import GoodsContract
from ..contract_support import unique
from .open_orders import read_open_orders
from .test_in_one_go import statements
from .testing_goods import Goods

MANY = 20_000


class TestOpenOrders(Goods, GoodsContract):
	"""By the newest message of each order."""

	def setUp(self) -> None:
		super().setUp()
		self.goods = GoodsContract.goods.func(self)  # type: ignore[attr-defined]

	def message(
		self, order_id: str, state: EventState | None = None, reason: str | None = None, **more: Any
	) -> str:
		"""One stored message of an order, done with in this way."""
		known: dict[str, Any] = {"topic": "orders/updated", "payload": unique().encode(), "kind": "order"}
		event = NewEvent(store=self.store, external_id=order_id, event_key=unique(), **{**known, **more})
		name = self.journal.receive(event)
		if state:
			subject = Subject(store=self.store, kind=event.kind, external_id=order_id)
			self.journal.settle_apart(self.journal.pending(subject), Outcome(state=state, reason=reason))
		return name or ""

	def open(self) -> dict[str, OpenOrder]:
		return {each.external_id: each for each in self.journal.open_orders() if each.store == self.store}

	def test_every_state_that_waits(self) -> None:
		for state, reason in (
			(None, None),
			("Waiting to retry", "network"),
			("Held", "total_mismatch"),
			("Failed", "sku_unknown"),
			("Skipped", "unpaid"),
		):
			self.message(str(state), state, reason)  # type: ignore[arg-type]
		for state, reason in (("Done", None), ("Skipped", "unchanged"), ("Skipped", "test_order")):
			self.message(f"{state} {reason}", state, reason)  # type: ignore[arg-type]
		self.message("a product", kind="product")
		self.assertEqual(set(self.open()), {"None", "Waiting to retry", "Held", "Failed", "Skipped"})

	def test_the_newest_message_tells(self) -> None:
		self.message("1", "Failed", "sku_unknown", payload=b"old")
		newest = self.message("1", payload=b"new")
		found = self.open()["1"]
		self.assertEqual((found.event, found.payload), (newest, b"new"))

	def test_a_message_without_a_payload_asks_for_the_last_one(self) -> None:
		told = self.message("1", "Failed", "sku_unknown", payload=b"said")
		self.message("1", payload=b"", whole=False)
		self.assertEqual(self.open()["1"].event, told)
		self.message("2", payload=b"")
		self.assertNotIn("2", self.open())

	def test_what_was_dealt_with_since_is_open_no_more(self) -> None:
		self.message("1", "Skipped", "unpaid")
		self.message("1", "Skipped", "cancelled_before_import")
		self.message("2", "Skipped", "unpaid")
		self.message("2", deleted=True)
		self.assertEqual(self.open(), {})

	def test_an_order_with_a_document_reserves_by_itself(self) -> None:
		item = self.new_item()
		for submit in (True, False):
			order, name = self.sell(item, "1", submit=submit)
			self.message(order.id, "Held", "order_changed")
			self.assertNotIn(order.id, self.open())
			if submit:
				self.cancel_by_hand(name)
				self.assertIn(order.id, self.open())

	def test_a_disabled_stores_orders_are_nobodys(self) -> None:
		self.message("1")
		frappe.db.set_value("Store Connection", self.store, "enabled", 0)
		frappe.db.commit()
		self.assertEqual(self.open(), {})

	def test_what_is_done_costs_nothing(self) -> None:
		"""Twenty thousand finished orders: the same statements, and no row of them is read."""
		self.message("1")
		few, rows = statements(self.journal.open_orders), self._read(read_open_orders)
		self._finish_many()
		self.assertEqual(statements(self.journal.open_orders), few)
		self.assertLess(self._read(read_open_orders), rows + 100)

	def _read(self, work: Callable[[], Any]) -> int:
		"""Rows that the database touched."""
		before = _rows_read()
		work()
		return _rows_read() - before

	def _finish_many(self) -> None:
		now = datetime.now(timezone.utc).replace(tzinfo=None)
		states = (("Done", None), ("Skipped", "unchanged"))
		rows = [
			(unique() + unique(), now, now, self.store, "In", "order", f"d{i}", f"d{i}", *states[i % 2])
			for i in range(MANY)
		]
		columns = "name, creation, modified, store, direction, kind, external_id, event_key, state, reason"
		frappe.db.bulk_insert("Sync Log", columns.split(", "), rows, chunk_size=5000)
		frappe.db.commit()
		self.addCleanup(self._forget)

	def _forget(self) -> None:
		frappe.db.delete("Sync Log", {"store": self.store})
		frappe.db.commit()


def _rows_read() -> int:
	handlers = frappe.db.sql("SHOW SESSION STATUS LIKE 'Handler_read%'")
	return sum(int(value) for _, value in handlers)
