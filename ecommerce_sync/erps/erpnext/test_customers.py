"""Customers, contacts and addresses on real ERPNext."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import frappe
from frappe.tests.utils import FrappeTestCase

from ...core.models import Address, Company, Customer, Order
from ...core.parties import fingerprint
from ..base import Erp, Journal
from ..contract_support import Contract, sample_address, sample_order, unique
from . import ErpNext, unit
from .testing import elsewhere, prepare

_WORKERS = 6


class TestCustomers(FrappeTestCase, Contract):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.settings = prepare()
		cls.erp = ErpNext()

	def customer_of(self, order: Order) -> Any:
		self.bring_about(order)
		return frappe.get_doc("Customer", self.seen(order).customer)

	def enter_by_hand(self, **values: Any) -> str:
		"""A person enters a Customer in the Desk."""
		customer = frappe.new_doc("Customer")
		customer.update({"customer_name": f"By hand {unique()}", "customer_type": "Individual", **values})
		customer.insert()
		frappe.db.commit()
		return str(customer.name)

	def test_a_customer_that_people_entered_is_found_by_email(self) -> None:
		email = f"{unique()}@example.com"
		known = self.enter_by_hand(email_id=email)
		order = sample_order(unique(), unique(), customer=Customer(id=unique(), email=email.upper()))
		self.assertEqual(self.customer_of(order).name, known)

	def test_a_customer_that_people_entered_is_found_by_phone(self) -> None:
		number = f"{int(unique()[:8], 16) % 10000000:07d}"
		known = self.enter_by_hand(mobile_no=f"(617) {number[:3]}-{number[3:]}")
		order = sample_order(unique(), unique(), customer=Customer(phone=f"+1617{number}"))
		self.assertEqual(self.customer_of(order).name, known)

	def test_a_disabled_customer_is_not_used(self) -> None:
		email = f"{unique()}@example.com"
		known = self.enter_by_hand(email_id=email)
		frappe.db.set_value("Customer", known, "disabled", 1)
		frappe.db.commit()
		order = sample_order(unique(), unique(), customer=Customer(email=email))
		self.assertNotEqual(self.customer_of(order).name, known)

	def test_a_new_customer_gets_contact_and_defaults(self) -> None:
		group = frappe.db.get_value("Customer Group", {"is_group": 0})
		settings = self.settings.model_copy(update={"customer_group": group})
		buyer = unique()
		order = sample_order(unique(), buyer)
		self.bring_about(order, settings)
		customer = frappe.get_doc("Customer", self.seen(order).customer)
		self.assertEqual((customer.customer_name, customer.customer_type), (f"Ann {buyer}", "Individual"))
		self.assertEqual((customer.customer_group, customer.email_id), (group, f"{buyer}@example.com"))
		self.assertEqual(customer.territory, "United States")
		contact = frappe.get_doc("Contact", customer.customer_primary_contact)
		self.assertEqual((contact.first_name, contact.image), ("Ann", None))

	def test_a_company_has_its_people_as_contacts_and_its_location_in_the_address(self) -> None:
		company = Company(id=unique(), name=f"Acme {unique()}", location_name="North")
		order = sample_order(unique(), unique(), company=company)
		customer = self.customer_of(order)
		self.assertEqual((customer.customer_name, customer.customer_type), (company.name, "Company"))
		self.assertEqual(len(self._linked("Contact", customer.name)), 1)
		(address,) = self._linked("Address", customer.name)
		self.assertIn("North", address)

	def _linked(self, doctype: str, customer: str) -> list[str]:
		link = {"parenttype": doctype, "link_doctype": "Customer", "link_name": customer}
		return frappe.get_all("Dynamic Link", link, pluck="parent")

	def test_an_address_with_next_to_nothing_in_it(self) -> None:
		odd = Address(country="Atlantis", phone="call me", email="not an address", line1="x" * 200)
		order = sample_order(unique(), unique(), billing_address=odd, shipping_address=odd)
		(name,) = self._linked("Address", self.customer_of(order).name)
		address = frappe.get_doc("Address", name)
		home = frappe.db.get_value("Company", self.settings.company, "country")
		self.assertEqual((address.country, address.city), (home, "-"))
		self.assertEqual((address.address_line1, address.address_line2), ("x" * 140, "x" * 60))

	def test_a_renamed_customer_keeps_its_addresses(self) -> None:
		buyer = unique()
		customer = self.customer_of(sample_order(unique(), buyer))
		renamed = frappe.rename_doc("Customer", customer.name, f"Renamed {buyer}")
		frappe.db.commit()
		order = sample_order(unique(), buyer)
		self.assertEqual(self.customer_of(order).name, renamed)
		self.assertEqual(len(self._linked("Address", renamed)), 1)

	def test_the_order_shows_its_own_addresses(self) -> None:
		ship = sample_address(line1="9 Harbour Road", country_code="DE", city="Kiel")
		order = sample_order(unique(), unique(), shipping_address=ship)
		self.bring_about(order)
		doc = frappe.get_doc("Sales Order", self.document_of(order))
		self.assertIn("1 Main Street", doc.address_display)
		self.assertIn("9 Harbour Road", doc.shipping_address)
		self.assertEqual(frappe.db.get_value("Address", doc.shipping_address_name, "country"), "Germany")
		self.assertIn(fingerprint(ship), self.seen(order).addresses)

	def test_odd_names(self) -> None:
		for name in (
			"<b>Bob</b>",
			"💐 花子",
			"O'Neil \\ %s",
			"x" * 200,
			"Commercial",
			"New Customer",
			"Customer",
			"<>",
		):
			person = Customer(id=unique(), email=f"{unique()}@example.com", first_name=name)
			place = sample_address(first_name=name, last_name=None)
			order = sample_order(
				unique(), "x", customer=person, billing_address=place, shipping_address=place
			)
			self.assertEqual(self.erp.sales_order(self._imported(order)).docstatus, 1, name)

	def _imported(self, order: Order) -> str:
		self.bring_about(order)
		return self.document_of(order)

	def test_many_first_orders_of_one_customer_at_once_make_one_customer(self) -> None:
		buyer = unique()
		orders = [sample_order(unique(), buyer) for _ in range(_WORKERS)]
		before = self.count("Customer"), self.count("Sales Order")
		with ThreadPoolExecutor(_WORKERS) as pool:
			list(pool.map(_import, [self.settings] * _WORKERS, orders, [frappe.local.site] * _WORKERS))
		after = self.count("Customer"), self.count("Sales Order")
		self.assertEqual(after, (before[0] + 1, before[1] + _WORKERS))
		self.assertEqual(len(self._linked("Address", self.seen(orders[0]).customer)), 1)

	def test_one_order_by_many_workers_at_once_makes_one_document(self) -> None:
		order = sample_order(unique(), unique())
		before = self.count("Sales Order")
		with ThreadPoolExecutor(_WORKERS) as pool:
			list(
				pool.map(
					_import, [self.settings] * _WORKERS, [order] * _WORKERS, [frappe.local.site] * _WORKERS
				)
			)
		self.assertEqual(self.count("Sales Order"), before + 1)

	def count(self, doctype: str) -> int:
		frappe.db.rollback()
		return frappe.db.count(doctype)

	def test_the_sync_user_is_the_one_that_install_makes(self) -> None:
		from ecommerce_sync.install import SYNC_USER

		self.assertEqual(unit.SYNC_USER, SYNC_USER)
		self.assertTrue(frappe.db.exists("User", SYNC_USER))


def _import(settings: Any, order: Order, site: str) -> None:
	"""One worker."""

	def work(erp: Erp, journal: Journal) -> None:
		contract = Contract()
		contract.erp, contract.journal, contract.settings = erp, journal, settings
		contract.bring_about(order)

	elsewhere(work, site)
