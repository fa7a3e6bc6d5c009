"""Sync Log: unique events, who sees what, and the clearing of old rows."""

from __future__ import annotations

import frappe
from frappe.tests.utils import FrappeTestCase
from frappe.utils import add_days, now_datetime

from ....api.sync_log import describe, dismiss, retry
from ....testing import user_with
from .sync_log import SyncLog

EVENT = {"doctype": "Sync Log", "store": "", "kind": "order", "external_id": "1", "event_key": "test-1"}


class TestSyncLog(FrappeTestCase):
	def tearDown(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()

	def test_an_event_is_there_once(self) -> None:
		frappe.get_doc(EVENT).insert()
		self.assertRaises(frappe.UniqueValidationError, frappe.get_doc(EVENT).insert)

	def test_links_and_listings_are_unique_too(self) -> None:
		link = {"doctype": "Store Link", "kind": "Order", "external_id": "test-1"}
		frappe.get_doc(link).insert()
		self.assertRaises(frappe.UniqueValidationError, frappe.get_doc(link).insert)
		for table, index in (("Store Listing", "unique_variant"), ("Store Link", "unique_external")):
			self.assertTrue(frappe.db.has_index(f"tab{table}", index))

	def test_payload_plan_and_traceback_are_for_managers(self) -> None:
		event = frappe.get_doc({**EVENT, "payload": "x", "plan": "[]", "traceback": "t"}).insert()
		private = ("payload", "plan", "traceback")
		for role, sees in (("Ecommerce Sync User", False), ("Ecommerce Sync Manager", True)):
			with user_with(role):
				doc = frappe.get_doc("Sync Log", event.name)
				doc.apply_fieldlevel_read_permissions()
				self.assertEqual([bool(doc.get(field)) for field in private], [sees] * 3, role)

	def test_nobody_writes_events_by_hand(self) -> None:
		with user_with("Ecommerce Sync Manager"):
			self.assertRaises(frappe.PermissionError, frappe.get_doc(EVENT).insert)

	def test_the_reason_is_told_in_words(self) -> None:
		params = '{"line": 2, "title": "Hat", "sku": "H-1"}'
		event = frappe.get_doc(
			{**EVENT, "state": "Failed", "reason": "sku_unknown", "params": params}
		).insert()
		words = describe(event.name)
		self.assertIn("Line 2 'Hat'", words["message"])
		self.assertIn("H-1", words["remedy"])

	def test_a_clerk_retries_and_dismisses(self) -> None:
		event = frappe.get_doc({**EVENT, "state": "Failed", "attempts": 3, "cause": "sku:X"}).insert()
		with user_with("Ecommerce Sync User"):
			retry(event.name, "1")
			event.reload()
			self.assertEqual((event.state, event.attempts, event.refetch), ("Queued", 0, 1))
			dismiss(event.name)
			event.reload()
			self.assertEqual((event.state, event.cause), ("Skipped", None))
			self.assertRaises(frappe.ValidationError, retry, event.name)

	def test_others_do_neither(self) -> None:
		event = frappe.get_doc({**EVENT, "state": "Failed"}).insert()
		with user_with("Sales User"):
			for action in (retry, dismiss, describe):
				self.assertRaises(frappe.PermissionError, action, event.name)

	def test_clearing_keeps_what_is_open_or_new(self) -> None:
		old = add_days(now_datetime(), -100)
		for number, state in enumerate(("Done", "Skipped", "Queued", "Held", "Failed", "Waiting to retry")):
			event = frappe.get_doc({**EVENT, "event_key": f"old-{number}", "state": state}).insert()
			event.db_set("creation", old, update_modified=False)
		frappe.get_doc({**EVENT, "event_key": "new", "state": "Done"}).insert()
		SyncLog.clear_old_logs(90)
		left = {row.event_key for row in frappe.get_all("Sync Log", {"store": ""}, ["event_key"])}
		self.assertEqual(left & {f"old-{n}" for n in range(6)}, {"old-2", "old-3", "old-4", "old-5"})
		self.assertIn("new", left)

	def test_frappe_clears_it(self) -> None:
		settings = frappe.get_doc("Log Settings")
		settings.save()
		self.assertIn("Sync Log", [row.ref_doctype for row in settings.logs_to_clear])
