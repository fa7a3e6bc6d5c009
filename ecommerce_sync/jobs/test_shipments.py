"""From a Delivery Note submitted at the Desk to the fulfilment in the store, and the other way, on a real site."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from unittest.mock import patch

import frappe
import redis

from ..core.life import Parcel
from ..erps.contract_support import unique
from ..sandbox.sellers import ShopifySeller, WooCommerceSeller
from ..sandbox.shopify import facts
from ..sandbox.shopify.server import EmulatedShopify
from ..sandbox.shopify.shop import Shop
from ..sandbox.woocommerce.server import EmulatedWooCommerce
from ..sandbox.woocommerce.settings import StoreSettings as WooSettings
from . import sweep
from .testing_shipments import Shipments, redis_stopped


class OnBothStores:
	"""Mixin of tests."""

	def test_delivery_note_is_fulfilled(self: Any) -> None:
		order_id = self.place()
		note = self.note_of(order_id, commit=False)
		self.assertEqual(self.events(order_id, "direction", "state"), (("Out", "Queued"),))
		self.assertEqual(self.elsewhere(lambda erp, journal: len(self.events(order_id))), 0)
		frappe.db.commit()
		self.assertEqual(self.shipped(order_id), [0, 0])
		self.drain()
		self.assertEqual(self.events(order_id), (("Done",),))
		self.assertEqual(self.shipped(order_id), [3, 2])
		(live,) = self.live(order_id)
		self.assertEqual([each.number for each in live.parcels], ["1Z999"])
		told = self.told(note)
		self.assertEqual((list(told["ids"]), told["told"]), ([live.id], live.parcels))
		self.assertEqual(told["by_sync"], False)
		self.hear(order_id)
		where = {"ecommerce_store": self.store, "store_order_id": order_id}
		self.assertEqual(frappe.get_all("Delivery Note", where, pluck="name"), [note.name])

	def test_nothing_of_a_submit_that_is_rolled_back(self: Any) -> None:
		order_id = self.place()
		self.note_of(order_id, commit=False)
		frappe.db.rollback()
		self.drain()
		self.assertEqual((len(self.events(order_id)), self.shipped(order_id)), (0, [0, 0]))

	def test_in_parts_then_one_is_cancelled(self: Any) -> None:
		order_id = self.place()
		notes = [self.note_of(order_id, 2, 0, parcel=False)]
		self.drain()
		self.assertEqual(self.shipped(order_id), [2, 0])
		notes.append(self.note_of(order_id, 1, 2))
		self.drain()
		self.assertEqual(self.shipped(order_id), [3, 2])
		self.assertFalse(set(self.told(notes[0])["ids"]) & set(self.told(notes[1])["ids"]))
		self.desk.cancel(notes[1])
		frappe.db.commit()
		self.drain()
		self.assertEqual(self.shipped(order_id), [2, 0])
		self.assertEqual([each.id for each in self.live(order_id)], self.told(notes[0])["ids"])
		self.hear(order_id)
		self.assertEqual(frappe.db.get_value("Delivery Note", notes[0].name, "docstatus"), 1)

	def test_parcels_edited_after_submit(self: Any) -> None:
		order_id = self.place()
		note = self.note_of(order_id)
		self.drain()
		ids = self.told(note)["ids"]
		note = frappe.get_doc("Delivery Note", note.name)
		note.store_parcels[0].update({"tracking_number": "2Z", "tracking_url": "https://example.com/2Z"})
		note.save()
		frappe.db.commit()
		self.drain()
		(live,) = self.live(order_id)
		self.assertEqual(live.parcels, (Parcel(carrier="UPS", number="2Z", url="https://example.com/2Z"),))
		self.assertEqual((self.told(note)["ids"], self.told(note)["told"]), (ids, live.parcels))

	def test_returned_goods_leave_the_fulfilment_alone(self: Any) -> None:
		order_id = self.place()
		note = self.note_of(order_id)
		self.drain()
		self.desk.give_back(note, {self.lines(order_id)[0]: 1})
		frappe.db.commit()
		self.drain()
		self.assertEqual((self.shipped(order_id), len(self.asked(order_id).fulfilments)), ([3, 2], 1))

	def test_store_down_and_redis_stopped(self: Any) -> None:
		order_id = self.place()
		address = frappe.db.get_value("Store Connection", self.store, "url")
		self.switch(url="http://127.0.0.1:9")
		with redis_stopped():
			self.assertRaises(redis.ConnectionError, frappe.cache.ping)
			note = self.note_of(order_id)
			self.assertEqual(frappe.db.get_value("Delivery Note", note.name, "docstatus"), 1)
		self.assertEqual(self.events(order_id, "direction", "state"), (("Out", "Queued"),))
		self.drain()
		self.assertEqual(self.events(order_id, "state", "reason"), (("Waiting to retry", "network"),))
		self.switch(url=address)
		self.assertEqual(self.shipped(order_id), [0, 0])
		self.again(order_id)
		self.assertEqual((self.shipped(order_id), len(self.live(order_id))), ([3, 2], 1))
		self.assertEqual(self.told(note)["ids"], [self.live(order_id)[0].id])

	def test_minute_sweep_finds_what_no_worker_was_woken_for(self: Any) -> None:
		order_id = self.place()
		with redis_stopped():
			self.note_of(order_id)
		try:
			with patch.object(sweep.push, "run"):
				sweep.minute()
		finally:
			frappe.db.rollback()
			frappe.set_user("Administrator")
		self.assertEqual(self.shipped(order_id), [3, 2])

	def test_shipped_by_the_store_and_called_back(self: Any) -> None:
		order_id = self.place()
		made = self.seller.fulfil(order_id, {0: 3, 1: 2}, "1Z1", "UPS")
		self.hear(order_id)
		where = {"ecommerce_store": self.store, "store_order_id": order_id}
		(note,) = frappe.get_all("Delivery Note", where, ["name", "docstatus"])
		self.assertEqual(note.docstatus, 1)
		self.assertEqual(self.events(order_id), ())
		self.seller.cancel_fulfilment(order_id, made)
		self.hear(order_id)
		self.assertEqual(frappe.db.get_value("Delivery Note", note.name, "docstatus"), 2)
		self.seller.fulfil(order_id, {0: 3, 1: 2})
		self.hear(order_id)
		notes = frappe.get_all("Delivery Note", where, pluck="docstatus", order_by="creation")
		self.assertEqual((notes, self.shipped(order_id)), ([2, 1], [3, 2]))

	def test_goods_with_serial_numbers_stay_a_draft(self: Any) -> None:
		numbered = self.new_item(has_serial_no=1, serial_no_series="S-.########")
		self.receive(numbered, self.warehouses[0], Decimal(3))
		field = "auto_create_serial_and_batch_bundle_for_outward"
		before = frappe.db.get_single_value("Stock Settings", field)
		self.addCleanup(
			lambda: (frappe.db.set_single_value("Stock Settings", field, before), frappe.db.commit())
		)
		frappe.db.set_single_value("Stock Settings", field, 0)
		frappe.db.commit()
		order_id = self.place(numbered)
		self.seller.fulfil(order_id, {0: 3})
		self.hear(order_id)
		where = {"ecommerce_store": self.store, "store_order_id": order_id}
		(note,) = frappe.get_all("Delivery Note", where, ["name", "docstatus", "total_qty"])
		self.assertEqual((note.docstatus, note.total_qty), (0, 3))
		said = {"reference_name": note.name, "comment_type": "Comment"}
		self.assertIn(numbered, " ".join(frappe.get_all("Comment", said, pluck="content")))
		self.hear(order_id)
		self.assertEqual(frappe.db.count("Delivery Note", where), 1)


class TestOnShopify(OnBothStores, Shipments):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		shop = Shop(currency=cls.settings.company_currency)
		cls.emulator = cls.enterClassContext(EmulatedShopify(shop=shop, points=1e9))
		cls.seller = ShopifySeller(cls.emulator, f"Ship {unique()}")
		cls.open_shop()

	def test_held_goods_wait_for_their_release(self) -> None:
		order_id = self.place()
		group = facts.life_id(self.emulator.order(int(order_id)), facts.TO_SHIP, 0)
		self.emulator.hold(int(order_id), group, "OTHER", "next week")
		self.note_of(order_id)
		self.drain()
		waits = (("Waiting to retry", "fulfilment_on_hold"),)
		self.assertEqual(self.events(order_id, "state", "reason"), waits)
		self.emulator.release(int(order_id), group)
		self.again(order_id)
		self.assertEqual(self.shipped(order_id), [3, 2])


class TestOnWooCommerce(OnBothStores, Shipments):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		settings = WooSettings(currency=cls.settings.company_currency)
		cls.emulator = cls.enterClassContext(EmulatedWooCommerce(settings=settings))
		cls.seller = WooCommerceSeller(cls.emulator, f"Ship {unique()}")
		cls.open_shop()

	def test_status_and_note(self) -> None:
		order_id = self.place()
		self.note_of(order_id)
		self.drain()
		self.assertEqual(self.asked(order_id).status, "completed")
		said = [note.text for note in self.emulator.notes.of(int(order_id))]
		self.assertTrue(any("1Z999" in text for text in said))


del Shipments  # it has no tests of its own
