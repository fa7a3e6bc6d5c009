"""From the stored message to the Sales Order, with a pause for a person."""

from __future__ import annotations

from unittest.mock import patch

import frappe
from frappe.tests.utils import FrappeTestCase

from ..api.store import create_helpers
from ..bootstrap import SYNC_USER
from ..testing import body_of, events, in_thread, new_item, new_store, order, post, remove_store
from . import drain, sweep, wake

STORE = "Jobs-Test"


class TestJobs(FrappeTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		new_store(STORE)
		create_helpers(STORE)
		new_item("JOBS-KNOWN")

	@classmethod
	def tearDownClass(cls) -> None:
		frappe.set_user("Administrator")
		remove_store(STORE)
		frappe.db.commit()
		super().tearDownClass()

	def setUp(self) -> None:
		frappe.set_user("Administrator")

	def _take(self, document: dict) -> None:
		self.assertEqual(post(STORE, body_of(document)).status_code, 200)

	def _drain(self) -> None:
		site = frappe.local.site

		def work() -> None:
			frappe.init(site=site)
			frappe.connect()
			try:
				drain.run(60)
			finally:
				frappe.destroy()

		in_thread(work)

	def _event(self, order_id: str):
		return next(row for row in events(STORE) if row.external_id == order_id)

	def test_an_order_becomes_a_submitted_sales_order(self) -> None:
		self._take(order(201, "JOBS-KNOWN"))
		self._drain()
		event = self._event("201")
		self.assertEqual((event.state, event.reference_doctype), ("Done", "Sales Order"))
		made = frappe.get_doc("Sales Order", event.reference_name)
		self.assertEqual((made.docstatus, made.grand_total, made.owner), (1, 20.0, SYNC_USER))
		self.assertEqual((made.ecommerce_store, made.store_order_id), (STORE, "201"))

	def test_an_order_waits_for_its_item_and_goes_on_by_itself(self) -> None:
		sku = f"JOBS-{frappe.generate_hash(length=6)}"
		self._take(order(202, sku))
		self._drain()
		waiting = self._event("202")
		self.assertEqual((waiting.state, waiting.cause), ("Failed", f"sku:{sku}"))
		new_item(sku)
		self.assertEqual(self._event("202").state, "Queued")
		frappe.db.commit()
		self._drain()
		self.assertEqual(self._event("202").state, "Done")

	def test_a_price_below_cost_waits_for_the_selling_settings(self) -> None:
		sku = f"JOBS-{frappe.generate_hash(length=6)}"
		new_item(sku)
		frappe.db.set_value("Item", sku, "last_purchase_rate", 1000)
		frappe.clear_document_cache("Item", sku)
		self._check_selling_price(True)
		self.addCleanup(self._check_selling_price, False)
		self._take(order(211, sku))
		self._drain()
		waiting = self._event("211")
		self.assertEqual((waiting.state, waiting.reason), ("Failed", "erp_refused"))
		self.assertIn(sku, waiting.params)
		self._check_selling_price(False)
		self._drain()
		self.assertEqual(self._event("211").state, "Done")

	def _check_selling_price(self, checked: bool) -> None:
		settings = frappe.get_doc("Selling Settings")
		settings.validate_selling_price = int(checked)
		settings.save()
		frappe.db.commit()

	def test_a_released_event_stays_when_the_save_is_rolled_back(self) -> None:
		sku = f"JOBS-{frappe.generate_hash(length=6)}"
		self._take(order(203, sku))
		self._drain()
		new_item(sku)
		frappe.db.rollback()
		self.assertEqual(self._event("203").state, "Failed")

	def test_saving_the_store_sets_free_what_waits_for_its_settings(self) -> None:
		self._take(order(204, "JOBS-KNOWN"))
		frappe.db.set_value(
			"Sync Log",
			{"store": STORE, "external_id": "204"},
			{"state": "Failed", "cause": f"tax:{STORE}:VAT"},
		)
		frappe.get_doc("Store Connection", STORE).save()
		self.assertEqual(self._event("204").state, "Queued")

	def test_nobodys_save_fails_because_redis_is_down(self) -> None:
		frappe.db.set_value(
			"Sync Log",
			{"store": STORE},
			{"state": "Failed", "cause": "sku:JOBS-KNOWN"},
			update_modified=False,
		)
		with patch.object(frappe, "enqueue", side_effect=ConnectionError("no Redis")):
			frappe.get_doc("Item", "JOBS-KNOWN").save()
			frappe.db.commit()

	def test_the_minute_sweep_finds_what_no_job_was_started_for(self) -> None:
		with patch.object(wake, "wake"):
			self._take(order(205, "JOBS-KNOWN"))
		sweep.minute()
		self.assertEqual(self._event("205").state, "Done")

	def test_events_of_a_disabled_store_wait_until_it_is_enabled(self) -> None:
		self._take(order(206, "JOBS-KNOWN"))
		store = frappe.get_doc("Store Connection", STORE)
		store.enabled = 0
		store.save()
		frappe.db.commit()
		self._drain()
		self.assertEqual(self._event("206").reason, "store_disabled")
		store.reload()
		store.enabled = 1
		store.save()
		frappe.db.commit()
		self._drain()
		self.assertEqual(self._event("206").state, "Done")

	def test_a_store_that_cannot_be_reached_is_red_and_says_why(self) -> None:
		with patch("ecommerce_sync.jobs.sweep.sweep.reconcile") as reconcile:
			from ..core.errors import Transient

			reconcile.side_effect = Transient("network", detail="refused")
			self.assertEqual(sweep.reconcile(STORE), 0)
		health, note = frappe.db.get_value("Store Connection", STORE, ["health", "health_note"])
		self.assertEqual(health, "Red")
		self.assertIn("refused", note)

	def test_one_hint_is_enough(self) -> None:
		wake.awake()
		with patch.object(frappe, "enqueue") as enqueue:
			wake.wake()
			wake.wake()
			self.assertEqual(enqueue.call_count, 1)
			wake.awake()
			wake.wake()
			self.assertEqual(enqueue.call_count, 2)
