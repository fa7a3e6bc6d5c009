"""What install leaves on the site."""

from __future__ import annotations

import frappe
from frappe.tests.utils import FrappeTestCase

from ..bootstrap import SYNC_USER
from ..custom_fields import CUSTOM_FIELDS
from ..doc_events.causes import CAUSES
from ..install import INDEXED, ROLES, SYNC_USER_ROLES, after_install


class TestInstall(FrappeTestCase):
	def test_the_custom_fields_are_there(self) -> None:
		for doctype, fields in CUSTOM_FIELDS.items():
			meta = frappe.get_meta(doctype)
			for field in fields:
				self.assertEqual(meta.get_field(field["fieldname"]).fieldtype, field["fieldtype"])

	def test_the_sync_user_can_do_its_work_and_no_more(self) -> None:
		user = frappe.get_doc("User", SYNC_USER)
		self.assertEqual({row.role for row in user.roles}, set(SYNC_USER_ROLES))
		self.assertFalse(
			frappe.db.sql("select 1 from `__Auth` where name = %s and doctype = 'User'", SYNC_USER)
		)
		for doctype, right, allowed in (
			("Sales Order", "submit", True),
			("Customer", "create", True),
			("Address", "create", True),
			("Contact", "create", True),
			("Item", "create", True),
			("Stock Reconciliation", "submit", True),
			("Stock Entry", "read", True),
			("Delivery Note", "submit", True),
			("Sales Invoice", "submit", True),
			("Payment Entry", "submit", True),
			("Item Price", "write", False),
			("Company", "write", False),
		):
			with self.subTest(doctype):
				self.assertEqual(bool(frappe.has_permission(doctype, right, user=SYNC_USER)), allowed)

	def test_uninstall_knows_every_field_and_index_of_ours(self) -> None:
		ours = {(doctype, field["fieldname"]) for doctype, rows in CUSTOM_FIELDS.items() for field in rows}
		there = frappe.get_all(
			"Custom Field", {"module": "Ecommerce Sync"}, ["dt", "fieldname"], as_list=True, order_by=None
		)
		self.assertEqual(set(there), ours)
		linked = frappe.get_all(
			"Custom Field",
			{"options": ["in", frappe.get_all("DocType", {"module": "Ecommerce Sync"}, pluck="name")]},
			["dt", "fieldname"],
			as_list=True,
			order_by=None,
		)
		self.assertLessEqual(set(linked), ours)

	def test_a_role_that_a_newer_version_needs_is_added(self) -> None:
		user = frappe.get_doc("User", SYNC_USER)
		user.roles = [row for row in user.roles if row.role != "Stock Manager"]
		user.save()
		after_install()
		roles = {row.role for row in frappe.get_doc("User", SYNC_USER).roles}
		self.assertEqual(roles, set(SYNC_USER_ROLES))

	def test_installing_again_changes_nothing(self) -> None:
		def count() -> list[int]:
			return [frappe.db.count(doctype) for doctype in ("Custom Field", "Role", "User", "Has Role")]

		before = count()
		after_install()
		self.assertEqual(count(), before)

	def test_first_time_buyers_are_found_by_an_index(self) -> None:
		for doctype, fieldname in INDEXED:
			plan = frappe.db.sql(
				f"EXPLAIN SELECT name FROM `tab{doctype}` WHERE {fieldname} = 'a@b.c'", as_dict=True
			)
			self.assertEqual(plan[0]["key"], f"{fieldname}_index")

	def test_the_roles_are_there(self) -> None:
		for role in ROLES:
			self.assertTrue(frappe.db.exists("Role", role))

	def test_every_hook_has_its_cause_and_every_cause_its_hook(self) -> None:
		path = "ecommerce_sync.doc_events.causes.release"
		hooked = {
			(doctype, event)
			for doctype, handlers in frappe.get_hooks("doc_events", app_name="ecommerce_sync").items()
			for event, handler in handlers.items()
			if path in (handler if isinstance(handler, list) else [handler])
		}
		self.assertEqual(hooked, set(CAUSES))

	def test_the_scheduler_knows_its_jobs(self) -> None:
		jobs = frappe.get_hooks("scheduler_events", app_name="ecommerce_sync")
		for methods in (jobs["cron"]["* * * * *"], jobs["hourly_long"], jobs["daily_long"]):
			for method in methods:
				self.assertTrue(callable(frappe.get_attr(method)))
