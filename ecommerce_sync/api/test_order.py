"""What the forms of a store's documents show: its words, what waits, their Connections, and who may ask it."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import patch

import frappe
from frappe.desk.form.meta import get_meta
from frappe.desk.notifications import get_open_count
from frappe.tests.utils import FrappeTestCase

from ..testing import new_store, remove_store, user_with
from . import order

STORE = "Order-Form-Test"
URL = "https://shop.example/admin/orders/77"


class TestInStore(FrappeTestCase):
	"""A Sales Order of a store, with one message that waits for a person."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		new_store(STORE)
		frappe.db.commit()
		cls.addClassCleanup(cls._forget)

	@classmethod
	def _forget(cls) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()
		frappe.db.delete("Sync Log", {"store": STORE})
		remove_store(STORE)
		frappe.db.commit()

	def setUp(self) -> None:
		self.order = self._row(
			"Sales Order",
			store_order_url=URL,
			store_order_status="paid",
			store_oversold="2 × TEE",
			customer="Ada",
		)

	def tearDown(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()

	def _row(self, doctype: str, **values: Any) -> str:
		"""A submitted document as the database has it; only what the form asks for."""
		doc = frappe.new_doc(doctype)
		doc.update({"ecommerce_store": STORE, "store_order_id": "77", "store_order_number": "#77", **values})
		doc.name, doc.docstatus = f"{doctype[:2]}-{frappe.generate_hash(length=8)}", 1
		doc.db_insert()
		return str(doc.name)

	def _event(self, **values: Any) -> str:
		event = {
			"doctype": "Sync Log",
			"store": STORE,
			"external_id": "77",
			"kind": "order",
			"topic": "orders/edited",
		}
		key = frappe.generate_hash(length=12)
		return str(
			frappe.get_doc({**event, "event_key": key, "direction": "In", **values})
			.insert(ignore_links=True)
			.name
		)

	def test_the_stores_words_and_the_way_there(self) -> None:
		found = order.in_store("Sales Order", self.order)
		self.assertEqual((found["status"], found["url"], found["oversold"]), ("paid", URL, "2 × TEE"))
		self.assertIsNone(found["told"])
		self.assertEqual(found["open"], [])

	def test_all_payments_of_the_order_are_named(self) -> None:
		names = [self._row("Payment Entry", store_payment_id=each) for each in ("1", "2")]
		self._row("Payment Entry", store_order_id="78")
		self.assertCountEqual(order.in_store("Sales Order", self.order)["payments"], names)
		self.assertEqual(order.in_store("Payment Entry", names[0])["payments"], [])

	def test_what_waits_is_told_with_its_remedy(self) -> None:
		params = json.dumps({"line": "5", "title": "T-Shirt"})
		name = self._event(state="Failed", reason="sku_missing", params=params)
		self._event(state="Done")
		[waiting] = order.in_store("Sales Order", self.order)["open"]
		self.assertEqual(waiting["name"], name)
		self.assertIn("T-Shirt", waiting["words"])

	def test_a_delivery_says_whether_the_store_knows_of_it(self) -> None:
		told = {
			"": "Not told to the store",
			'{"ids": ["5"], "told": [], "by_sync": false}': "The store knows of it",
			'{"ids": ["5"], "told": null, "by_sync": true}': "Shipped by the store",
		}
		for known, words in told.items():
			name = self._row("Delivery Note", store_fulfilments=known)
			found = order.in_store("Delivery Note", name)
			self.assertEqual((found["told"], found["url"]), (words, URL), known)

	def test_documents_of_no_store_show_nothing(self) -> None:
		name = self._row("Sales Invoice", ecommerce_store=None)
		self.assertEqual(order.in_store("Sales Invoice", name), {})
		with self.assertRaises(frappe.ValidationError):
			order.sync_now("Sales Invoice", name)
		with self.assertRaises(frappe.ValidationError):
			order.in_store("User", "Administrator")

	def test_sync_now_asks_for_the_order(self) -> None:
		order.sync_now("Sales Order", self.order)
		[row] = frappe.get_all("Sync Log", {"store": STORE}, ["external_id", "topic", "state", "kind"])
		self.assertEqual(
			dict(row), {"external_id": "77", "topic": "resync", "state": "Queued", "kind": "order"}
		)

	def test_only_clerks_may_ask_and_only_readers_may_look(self) -> None:
		with user_with("Sales User"):
			self.assertFalse(order.in_store("Sales Order", self.order)["may_sync"])
			with self.assertRaises(frappe.PermissionError), patch.dict(frappe.local.flags, in_test=False):
				order.sync_now("Sales Order", self.order)
		with user_with("Employee"), self.assertRaises(frappe.PermissionError):
			order.in_store("Sales Order", self.order)

	def test_connections_count_messages_and_payouts(self) -> None:
		self._event(state="Done", reference_doctype="Sales Order", reference_name=self.order)
		self._event(state="Done", reference_doctype="Delivery Note", reference_name=self.order)
		payout = {"doctype": "Store Payout", "store": STORE, "payout_id": "1", "issued_on": "2026-09-01"}
		frappe.get_doc({**payout, "entries": [{"entry_id": "1", "sales_order": self.order}]}).insert(
			ignore_links=True
		)
		found = get_open_count("Sales Order", self.order)["count"]["external_links_found"]
		counts = {row["doctype"]: row["count"] for row in found}
		self.assertEqual((counts["Sync Log"], counts["Store Payout"]), (1, 1))
		self.assertIn("Delivery Note", counts)

	def test_forms_get_their_scripts(self) -> None:
		for doctype in ("Sales Order", "Delivery Note", "Sales Invoice", "Payment Entry"):
			self.assertIn("show_store", get_meta(doctype, cached=False).get("__js"), doctype)
		form = get_meta("Store Connection", cached=False).get("__js")
		for function in ("show_what_applies", "test_connection", "read_profile", "show_low_stock"):
			self.assertIn(f"function {function}", form)
