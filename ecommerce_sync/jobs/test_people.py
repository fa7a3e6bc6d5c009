"""Messages about accounts and about personal data, from the journal to the documents, on real ERPNext."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import frappe
from frappe.tests.utils import FrappeTestCase

from ..core.errors import Gone
from ..core.models import Company, Customer, Order
from ..erps.base import NewEvent, Subject
from ..erps.contract_support import SKUS, Contract, sample_address, sample_order, unique
from ..erps.erpnext import ErpNext, FrappeJournal
from ..erps.erpnext.testing import prepare
from ..storefronts.base import platform
from ..sync.machine import Connection, Machine
from ..sync.work import process

START = datetime(2026, 5, 4, 8, tzinfo=timezone.utc)


class Shop:
	"""What the store answers."""

	def __init__(self) -> None:
		self.accounts: dict[str, dict[str, Any]] = {}

	def fetch_customer(self, customer_id: str) -> dict[str, Any]:
		if customer_id not in self.accounts:
			raise Gone("Customer", customer_id)
		return self.accounts[customer_id]


class TestPeople(FrappeTestCase, Contract):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.settings = prepare()
		cls.erp, cls.journal = ErpNext(), FrappeJournal()

	def setUp(self) -> None:
		self.shop, self.minutes = Shop(), 0
		self.chosen = self.settings.model_copy(update={"sync_customers": True})

	def tearDown(self) -> None:
		frappe.db.rollback()
		frappe.set_user("Administrator")

	# messages

	@property
	def machine(self) -> Machine:
		def connect(store: str) -> Connection:
			return Connection(store, platform("shopify"), self.chosen, lambda: self.shop)  # type: ignore[arg-type, return-value]

		return Machine(self.erp, self.journal, connect, lambda: datetime.now(timezone.utc))

	def account(self, buyer: str, **changes: Any) -> dict[str, Any]:
		"""The account of a sample order's buyer, some minutes later at every call."""
		self.minutes += 5
		home = {"first_name": "Ann", "last_name": buyer, "address1": "1 Main Street", "city": "Boston"}
		home |= {"province": "MA", "zip": "02108", "country_code": "US"}
		known = {"id": int(buyer), "email": f"{buyer}@example.com", "first_name": "Ann", "last_name": buyer}
		moment = (START + timedelta(minutes=self.minutes)).isoformat()
		return {**known, "default_address": home, "updated_at": moment, **changes}

	def take(self, kind: str, topic: str, external_id: str, payload: dict[str, Any]) -> dict[str, Any]:
		"""One message through the worker; how its event ended."""
		key = unique()
		event = NewEvent(
			store=self.settings.store,
			topic=topic,
			kind=kind,
			external_id=external_id,
			event_key=key,
			payload=json.dumps(payload).encode(),
		)
		self.journal.receive(event)
		process(self.machine, Subject(store=self.settings.store, kind=kind, external_id=external_id))
		frappe.db.rollback()
		fields = ["state", "reason", "params", "documents", "traceback"]
		found: dict[str, Any] = frappe.db.get_value("Sync Log", {"event_key": key}, fields, as_dict=True)
		return found

	def told(self, buyer: str, **changes: Any) -> str:
		"""customers/update; the event's state."""
		found = self.take("customer", "customers/update", buyer, self.account(buyer, **changes))
		self.assertIsNone(found["traceback"])
		return str(found["state"])

	def redact(self, buyer: str, *order_ids: str) -> dict[str, Any]:
		payload = {
			"customer": {"id": int(buyer), "email": f"{buyer}@example.com"},
			"orders_to_redact": list(order_ids),
		}
		found = self.take("privacy", "customers/redact", buyer, payload)
		self.assertEqual((found["state"], found["reason"]), ("Done", "erased"), found["traceback"])
		return found

	def number(self) -> str:
		return str(int(unique()[:10], 16))

	def bought(self) -> tuple[Order, str, Any]:
		"""An order with its buyer and Customer."""
		buyer = self.number()
		order = sample_order(unique(), buyer, note="Ring at Ann's")
		self.bring_about(order, self.chosen)
		return order, buyer, frappe.get_doc("Customer", self.seen(order, self.chosen).customer)

	# accounts

	def test_an_account_becomes_a_customer_that_the_order_finds(self) -> None:
		buyer = self.number()
		self.assertEqual(self.told(buyer), "Done")
		self.assertEqual(self.told(buyer), "Skipped")
		order = sample_order(unique(), buyer)
		before = self.counted()
		self.bring_about(order, self.chosen)
		self.assertEqual(self.counted(), before)
		customer = frappe.get_doc("Customer", self.seen(order, self.chosen).customer)
		self.assertEqual(
			(customer.customer_name, customer.email_id), (f"Ann {buyer}", f"{buyer}@example.com")
		)

	def counted(self) -> tuple[int, ...]:
		return tuple(frappe.db.count(doctype) for doctype in ("Customer", "Contact", "Address"))

	def test_what_the_store_changed_is_written_and_nothing_else(self) -> None:
		_, buyer, customer = self.bought()
		customer.customer_name = f"Known as {buyer}"
		customer.save()
		frappe.db.commit()
		self.assertEqual(self.told(buyer, email=f"new-{buyer}@example.com"), "Done")
		customer.reload()
		self.assertEqual(customer.customer_name, f"Known as {buyer}")
		self.assertEqual(customer.email_id, f"new-{buyer}@example.com")
		contact = frappe.get_doc("Contact", customer.customer_primary_contact)
		self.assertEqual(
			{row.email_id for row in contact.email_ids}, {f"{buyer}@example.com", f"new-{buyer}@example.com"}
		)
		self.assertEqual(self.told(buyer, email=f"new-{buyer}@example.com", first_name="Joan"), "Done")
		customer.reload()
		self.assertEqual(customer.customer_name, f"Joan {buyer}")

	def test_a_new_default_address_becomes_the_primary_one(self) -> None:
		_, buyer, customer = self.bought()
		self.told(buyer)
		first = frappe.db.get_value("Customer", customer.name, "customer_primary_address")
		home = {"first_name": "Ann", "last_name": buyer, "address1": "9 New Road", "country_code": "US"}
		self.assertEqual(self.told(buyer, default_address=home), "Done")
		second = frappe.db.get_value("Customer", customer.name, "customer_primary_address")
		self.assertNotEqual(first, second)
		self.assertEqual(frappe.db.get_value("Address", second, "address_line1"), "9 New Road")
		self.assertTrue(frappe.db.exists("Address", first))

	def test_a_merged_account_leads_to_the_kept_ones_customer(self) -> None:
		(_, gone, lost), (_, kept, customer) = self.bought(), self.bought()
		gid = "gid://shopify/Customer/{}"
		payload = {
			"admin_graphql_api_customer_kept_id": gid.format(kept),
			"admin_graphql_api_customer_deleted_id": gid.format(gone),
		}
		self.assertEqual(self.take("customer", "customers/merge", gone, payload)["state"], "Done")
		self.assertEqual(self.erp.customer_of(self.settings.store, gone), customer.name)
		self.assertTrue(frappe.db.exists("Customer", lost.name))
		self.assertEqual(self.told(gone, first_name="Late"), "Skipped")
		self.assertEqual(self.erp.customer_of(self.settings.store, gone), customer.name)
		self.assertEqual(frappe.db.get_value("Customer", customer.name, "customer_name"), f"Ann {kept}")

	# personal data

	def test_a_person_is_redacted_and_the_books_stay(self) -> None:
		order, buyer, customer = self.bought()
		self.told(buyer, first_name="Joan", note="secret")
		customer.add_comment("Comment", f"Ann {buyer} called")
		frappe.db.commit()
		document = self.seen(order, self.chosen).document
		found = self.redact(buyer, order.id)
		self.assertEqual(self.where(buyer), {("tabSales Order", document.name)})
		sold = frappe.get_doc("Sales Order", document.name)
		self.assertTrue(sold.customer.startswith("Redacted"))
		self.assertEqual((sold.customer_name, sold.store_note or "", sold.docstatus), (f"Ann {buyer}", "", 1))
		self.assertIn(f"Sales Order {document.name}", json.loads(found["params"])["kept"])
		self.assertEqual(self.told(buyer), "Skipped")
		self.assertIsNone(self.erp.customer_of(self.settings.store, buyer))

	def where(self, word: str) -> set[tuple[str, str]]:
		"""The rows of everything that is about persons in which the word stands, links of orders aside."""
		tables = [
			"Customer",
			"Contact",
			"Contact Email",
			"Contact Phone",
			"Address",
			"Dynamic Link",
			"Version",
		]
		tables += ["Comment", "Sales Order", "Sync Log", "Store Link"]
		found = set()
		for table in (f"tab{each}" for each in tables):
			for row in frappe.db.sql(f"SELECT * FROM `{table}`", as_dict=True):
				allowed = {"external_id", "event_key"} if table in ("tabSync Log", "tabStore Link") else set()
				if any(word in str(value) for key, value in row.items() if key not in allowed):
					found.add((table, row["name"]))
		return found

	def test_a_customer_with_other_business_is_kept_and_reported(self) -> None:
		order, buyer, customer = self.bought()
		self.sell_by_hand(customer.name)
		found = self.redact(buyer, order.id)
		self.assertIn(f"Customer {customer.name}", json.loads(found["params"])["kept"])
		self.assertEqual(frappe.db.get_value("Customer", customer.name, "customer_name"), f"Ann {buyer}")
		self.assertIsNone(self.erp.customer_of(self.settings.store, buyer))

	def sell_by_hand(self, customer: str) -> None:
		"""A person enters a Sales Order that no store knows."""
		by_hand = frappe.new_doc("Sales Order")
		known = {
			"customer": customer,
			"company": self.settings.company,
			"currency": self.settings.company_currency,
		}
		by_hand.update({**known, "delivery_date": frappe.utils.nowdate()})
		row = {"item_code": SKUS[0], "qty": 1, "rate": 10, "warehouse": self.settings.warehouse}
		by_hand.append("items", row)
		by_hand.insert()
		by_hand.submit()
		frappe.db.commit()

	def test_who_asks_is_told_where_their_data_stands(self) -> None:
		order, buyer, customer = self.bought()
		payload = {"customer": {"id": int(buyer)}, "orders_requested": [order.id]}
		found = self.take("privacy", "customers/data_request", buyer, payload)
		self.assertEqual((found["state"], found["reason"]), ("Done", "data_requested"))
		documents = [tuple(each) for each in json.loads(found["documents"])]
		self.assertIn(("Customer", customer.name), documents)
		self.assertIn(("Contact", customer.customer_primary_contact), documents)
		self.assertIn(("Sales Order", self.seen(order, self.chosen).document.name), documents)
		self.assertIn("Address", {doctype for doctype, _ in documents})

	def test_a_person_of_whom_nothing_is_known_is_reported_so(self) -> None:
		found = self.redact(self.number())
		self.assertEqual(json.loads(found["params"])["kept"], "nothing")

	def test_the_buyer_of_a_company_is_redacted_and_the_company_stays(self) -> None:
		buyer = self.number()
		order = sample_order(
			unique(),
			buyer,
			company=Company(id=unique(), name=f"Works {unique()}"),
			billing_address=sample_address(first_name=None, last_name=None, company="Works"),
			shipping_address=None,
			customer=Customer(id=buyer, email=f"{buyer}@example.com", first_name="Ann", last_name=buyer),
		)
		self.bring_about(order, self.chosen)
		company = self.seen(order, self.chosen).customer
		self.redact(buyer, order.id)
		self.assertNotIn("tabContact", {table for table, _ in self.where(f"{buyer}@example.com")})
		self.assertTrue(frappe.db.exists("Customer", company))
