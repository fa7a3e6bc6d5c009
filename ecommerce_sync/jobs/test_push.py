"""From a stock document to the store's number: one waiting job, nobody held up, and what went wrong is told."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import frappe

from ..demo_site import allowed_for_the_demo, connect_shop
from ..erps.erpnext.erp import ErpNext
from ..erps.erpnext.testing_goods import Goods
from ..sandbox.catalogue import PRODUCTS
from ..sandbox.sellers import WooCommerceSeller
from ..sandbox.woocommerce.server import EmulatedWooCommerce
from ..testing import remove_store
from . import catalogue, push, sweep, wake

STORE = "Push-Test"
SOLD = [product for product in PRODUCTS if product.title == "Desk Lamp"]
PUSH = "ecommerce_sync.jobs.push.run"


class TestPush(Goods):
	"""One store with one product, whose Item is bound and pushed."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.emulator = cls.enterClassContext(EmulatedWooCommerce(catalogue=SOLD, stock=5))
		cls.enterClassContext(allowed_for_the_demo())
		cls._forget()
		cls.addClassCleanup(cls._forget)
		values = {"push_stock": 1, "warehouse": cls.warehouses[0]}
		connect_shop(WooCommerceSeller(cls.emulator, STORE).shop(), cls.settings.company, **values)
		frappe.db.set_value("Store Connection", STORE, {"enabled": 1, **values})
		frappe.db.commit()

	@classmethod
	def _forget(cls) -> None:
		frappe.set_user("Administrator")
		frappe.db.delete("Store Stock Level", {"store": STORE})
		remove_store(STORE)
		frappe.db.commit()

	def setUp(self) -> None:
		super().setUp()
		due = ErpNext.stores_due
		mine = patch.object(ErpNext, "stores_due", lambda erp: [name for name in due(erp) if name == STORE])
		mine.start()  # what other tests left due is not ours to push
		self.addCleanup(mine.stop)
		self.item = self.new_item()
		frappe.db.delete("Store Listing", {"store": STORE})
		frappe.db.commit()
		with patch.object(frappe, "enqueue"):
			catalogue.read(STORE)
			frappe.set_user("Administrator")
			listing = frappe.get_doc("Store Listing", {"store": STORE})
			listing.item_code = self.item
			listing.save()
			frappe.db.commit()
			self.work(push.one, STORE)

	def work(self, job: Any, *given: Any) -> Any:
		"""Be the worker."""
		try:
			return job(*given)
		finally:
			frappe.set_user("Administrator")

	def shown(self) -> int | None:
		return self.emulator.stock_of(self.emulator.id_of(SOLD[0].variants[0].sku))

	def store(self, *fields: str) -> Any:
		return frappe.db.get_value("Store Connection", STORE, fields, as_dict=True)

	def receive_quietly(self, quantity: int) -> None:
		with patch.object(frappe, "enqueue"):
			self.receive(self.item, self.warehouses[0], quantity)

	def test_a_submit_leads_to_one_waiting_job(self) -> None:
		wake.push_awake()
		with patch.object(frappe, "enqueue") as enqueue:
			self.receive(self.item, self.warehouses[0], 7)
			self.receive(self.item, self.warehouses[0], 2)
			asked = [call.args[0] for call in enqueue.call_args_list if call.args]
			self.assertEqual(asked.count(PUSH), 1)
			self.work(push.run)
			self.assertEqual(self.shown(), 9)
			enqueue.reset_mock()
			self.issue(self.item, self.warehouses[0], 1)
			asked = [call.args[0] for call in enqueue.call_args_list if call.args]
			self.assertEqual(asked.count(PUSH), 1)

	def test_a_submit_that_is_rolled_back_starts_none(self) -> None:
		wake.push_awake()
		with (
			patch.object(frappe, "enqueue") as enqueue,
			patch.object(frappe.db, "commit", frappe.db.rollback),
		):
			self.receive(self.item, self.warehouses[0], 7)
			self.assertNotIn(PUSH, [call.args[0] for call in enqueue.call_args_list if call.args])

	def test_nobodys_submit_fails_because_redis_is_away_and_the_sweep_pushes(self) -> None:
		away = ConnectionError("no Redis")
		with patch.object(wake.frappe, "enqueue", side_effect=away):
			wake.push_awake()
			self.receive(self.item, self.warehouses[0], 4)
			self.assertEqual(self.shown(), 0)
			with patch.object(sweep.drain, "run"):
				self.work(sweep.minute)
		self.assertEqual(self.shown(), 4)

	def test_the_audit_is_written_down(self) -> None:
		self.receive_quietly(3)
		self.work(push.run)
		frappe.db.set_value("Store Connection", STORE, "last_audit", None)
		self.emulator.set_stock(self.emulator.id_of(SOLD[0].variants[0].sku), 99)
		with patch.object(frappe, "enqueue"):
			done = self.work(push.audit, STORE)
		self.assertEqual((done["drifted"], self.shown()), (1, 3))
		self.assertTrue(self.store("last_audit").last_audit)

	def test_a_store_that_is_away_says_so_until_it_is_back(self) -> None:
		self.receive_quietly(6)

		def broken(_call: object) -> None:
			raise RuntimeError("the database of the store is away")

		with patch.object(self.emulator, "before_write", broken), patch.object(frappe, "enqueue"):
			self.work(push.one, STORE)
		state = self.store("health", "health_note")
		self.assertEqual((state.health, state.health_note.partition(":")[0]), ("Red", "Push"))
		with patch.object(frappe, "enqueue"):
			self.work(push.one, STORE)
		state = self.store("health", "health_note", "last_stock_push")
		self.assertEqual((state.health, state.health_note or "", self.shown()), ("Green", "", 6))
		self.assertTrue(state.last_stock_push)


del Goods  # it has no tests of its own
