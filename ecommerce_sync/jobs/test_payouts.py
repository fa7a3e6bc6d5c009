"""Which stores are asked for payouts and for customers' messages, and what becomes of what goes wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from unittest.mock import patch

import frappe
from frappe.tests.utils import FrappeTestCase

from .. import bootstrap
from ..api import store as buttons
from ..core.errors import Transient
from ..core.payouts import Payout
from ..testing import new_store, remove_store
from . import payouts

STORE, OFF = "Payouts-Test", "Payouts-Off"


class _Shop:
	"""A store that pays out, or that cannot be reached."""

	def __init__(self, broken: bool = False) -> None:
		self.broken = broken
		self.asked: list[Any] = []

	def payouts(self, since: datetime) -> list[Payout]:
		if self.broken:
			raise Transient("network", detail="no route")
		self.asked.append(since)
		day = datetime.now().date()
		return [Payout(id="po_1", issued_on=day, currency="USD", amount=5, status="paid", entries=())]

	def register_webhooks(self, address: str, topics: tuple[str, ...]) -> list[Any]:
		self.asked += topics
		return []


class TestPayoutsJob(FrappeTestCase):
	def setUp(self) -> None:
		frappe.set_user("Administrator")
		new_store(STORE, enabled=1)
		new_store(OFF, enabled=0)
		frappe.db.commit()

	def tearDown(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.delete("Store Payout", {"store": STORE})
		for store in (STORE, OFF):
			remove_store(store)
		frappe.db.commit()

	def _run(self, shop: _Shop) -> int:
		with patch.object(bootstrap, "connect", lambda doc: shop):
			frappe.local.ecommerce_sync_connections = {}
			return payouts.run(STORE)

	def test_enabled_stores_are_asked(self) -> None:
		with patch.object(payouts, "once") as asked:
			payouts.start()
		stores = {call.kwargs["store"] for call in asked.call_args_list}
		self.assertIn(STORE, stores)
		self.assertNotIn(OFF, stores)

	def test_payouts_are_listed_once(self) -> None:
		shop = _Shop()
		self.assertEqual((self._run(shop), self._run(shop)), (1, 0))
		(found,) = frappe.get_all("Store Payout", {"store": STORE}, ["payout_id", "amount", "difference"])
		self.assertEqual((found.payout_id, found.amount, found.difference), ("po_1", 5, 5))
		self.assertGreater(shop.asked[1], shop.asked[0])

	def test_a_store_that_does_not_answer_turns_red_and_green_again(self) -> None:
		self._run(_Shop(broken=True))
		health = frappe.db.get_value("Store Connection", STORE, ["health", "health_note"])
		self.assertEqual(health[0], "Red")
		self.assertIn("no route", health[1])
		self._run(_Shop())
		self.assertEqual(frappe.db.get_value("Store Connection", STORE, "health"), "Green")

	def test_customers_messages_are_asked_for_by_option(self) -> None:
		for wanted in (0, 1):
			doc = frappe.get_doc("Store Connection", STORE)
			doc.sync_customers = wanted
			doc.save()
			shop = _Shop()
			with patch.object(buttons, "connect", lambda doc, shop=shop: shop):
				buttons.register_webhooks(STORE)
			self.assertEqual("customer.updated" in shop.asked, bool(wanted))
			self.assertIn("order.updated", shop.asked)
