"""Sales Orders on real ERPNext: what only ERPNext can get wrong."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import frappe
from frappe.utils import add_days, getdate

from ...core.errors import Fixable, Held
from ...core.models import Customer, Discount, Order, PaymentTerms
from ..contract_support import SKUS, raises, sample_order, unique
from . import sales_orders
from .testing_orders import SalesOrders, decimal_of, line, plain_order


class TestPrices(SalesOrders):
	"""Importing changes no base price, and no rule of the site changes the store's price."""

	def setUp(self) -> None:
		super().setUp()
		frappe.db.set_single_value("Stock Settings", "auto_insert_price_list_rate_if_missing", 1)
		frappe.db.set_single_value("Stock Settings", "update_existing_price_list_rate", 1)
		self._ensure_price()
		frappe.db.commit()
		frappe.clear_document_cache("Stock Settings", "Stock Settings")

	def tearDown(self) -> None:
		super().tearDown()
		frappe.db.set_single_value("Stock Settings", "update_existing_price_list_rate", 0)
		frappe.db.commit()

	def _ensure_price(self) -> None:
		price = {"item_code": SKUS[0], "price_list": "Standard Selling"}
		if not frappe.db.exists("Item Price", price):
			frappe.get_doc({"doctype": "Item Price", **price, "price_list_rate": 77}).insert()

	def _prices(self) -> list[Any]:
		return frappe.get_all("Item Price", fields=["name", "price_list_rate", "modified"], order_by="name")

	def test_no_item_price_is_added_or_changed(self) -> None:
		before = self._prices()
		self.assertEqual(frappe.session.user, "Administrator")
		order = self.with_customer()
		self.bring_about(order)
		frappe.db.rollback()
		self.assertEqual(self._prices(), before)

	def test_a_pricing_rule_does_not_fire(self) -> None:
		order = self.with_customer()
		with self.undone(order):
			self._insert_rule()
			doc = self.create(order)
			self.assertEqual(decimal_of(doc.grand_total), order.total)
			self.assertEqual([row.pricing_rules for row in doc.items], [None, None])

	def _insert_rule(self) -> None:
		rule = frappe.new_doc("Pricing Rule")
		rule.update(
			{"title": unique(), "apply_on": "Item Code", "selling": 1, "company": self.settings.company}
		)
		rule.update({"rate_or_discount": "Discount Percentage", "discount_percentage": 50, "currency": "USD"})
		rule.append("items", {"item_code": SKUS[0]})
		rule.insert(ignore_permissions=True)

	def test_a_line_for_nothing_stays_free(self) -> None:
		free = line(subtotal="10", discounts=(Discount(amount=Decimal(10)),))
		order = self.with_customer(**plain_order("4", free, line(SKUS[1], "2", "4")))
		with self.undone(order):
			doc = self.create(order)
			self.assertEqual([(row.price_list_rate, row.rate) for row in doc.items], [(10, 0), (2, 2)])
			self.assertEqual(doc.grand_total, 4)


class TestTotals(SalesOrders):
	"""The document comes to the store's total or is Held."""

	def test_the_sites_tax_rules_do_not_tax_an_untaxed_order(self) -> None:
		order = self.with_customer(**plain_order("10", line()))
		with self.undone(order):
			template = self._template(10)
			frappe.get_doc(
				{
					"doctype": "Tax Rule",
					"tax_type": "Sales",
					"company": self.settings.company,
					"sales_tax_template": template,
				}
			).insert(ignore_permissions=True)
			doc = self.create(order)
			self.assertEqual((doc.grand_total, len(doc.taxes)), (10, 0))

	def _template(self, rate: float) -> str:
		template = frappe.new_doc("Sales Taxes and Charges Template")
		template.update({"title": unique(), "company": self.settings.company})
		row = {"charge_type": "On Net Total", "account_head": self.settings.tax_account, "rate": rate}
		template.append("taxes", {**row, "description": "Tax"})
		return str(template.insert(ignore_permissions=True).name)

	def _by_template(self, order: Order, rate: float) -> Any:
		settings = self.settings.model_copy(
			update={"tax_mode": "template", "tax_template": self._template(rate)}
		)
		return self.create(order, settings)

	def test_a_template_computes_prices_with_tax(self) -> None:
		order = self.with_customer(
			**plain_order("22", line(quantity="2", subtotal="22"), taxes_included=True)
		)
		with self.undone(order):
			doc = self._by_template(order, 10)
			self.assertEqual((doc.grand_total, doc.net_total, doc.items[0].rate), (22, 20, 11))

	def test_a_template_computes_prices_without_tax(self) -> None:
		order = self.with_customer(**plain_order("22", line(quantity="2", subtotal="20")))
		with self.undone(order):
			doc = self._by_template(order, 10)
			self.assertEqual((doc.grand_total, doc.net_total), (22, 20))

	def test_a_template_that_is_a_cent_off_gets_a_rounding_row(self) -> None:
		order = self.with_customer(**plain_order("22.01", line(quantity="2", subtotal="20")))
		with self.undone(order):
			doc = self._by_template(order, 10)
			self.assertEqual(decimal_of(doc.grand_total), order.total)
			self.assertEqual(doc.taxes[-1].store_charge_kind, "rounding")

	def test_a_template_that_is_further_off_is_held(self) -> None:
		order = self.with_customer(**plain_order("23", line(quantity="2", subtotal="20")))
		with self.undone(order), raises(Held) as caught:
			self._by_template(order, 10)
		self.assertEqual(caught[0].reason, "template_total_mismatch")
		self.assertEqual(caught[0].params["difference"], "+1.00")

	def test_another_total_than_the_stores_is_held(self) -> None:
		order = self.with_customer()
		with self.undone(order), raises(Held) as caught:
			self.create(order, total=Decimal("40.00"))
		self.assertEqual(caught[0].reason, "total_mismatch")
		self.assertEqual((caught[0].params["ours"], caught[0].params["theirs"]), ("38.16", "40.00"))

	def test_half_a_cent_is_settled_visibly(self) -> None:
		order = self.with_customer(**plain_order("1.67", line(quantity="0.5", subtotal="1.67")))
		half = {"quantity": Decimal("0.5"), "rate": Decimal("3.33"), "list_rate": Decimal("3.33")}
		for method, rows in (("Banker's Rounding", 1), ("Commercial Rounding", 0)):
			with self.undone(order), patch.object(frappe.local, "system_settings", None, create=True):
				frappe.db.set_value("UOM", "Nos", "must_be_whole_number", 0)
				frappe.db.set_single_value("System Settings", "rounding_method", method)
				frappe.clear_document_cache("System Settings", "System Settings")
				row = self.plan(order).rows[0].model_copy(update=half)
				doc = self.create(order, rows=(row,))
				self.assertEqual((doc.grand_total, len(doc.taxes)), (1.67, rows), method)

	def test_the_same_item_on_several_rows_where_the_site_forbids_it(self) -> None:
		lines = (line(quantity="3", subtotal="10"), line(quantity="1", subtotal="5"))
		order = self.with_customer(**plain_order("15", *lines))
		with self.undone(order):
			frappe.db.set_single_value("Selling Settings", "allow_multiple_items", 0)
			doc = self.create(order)
			self.assertEqual(doc.grand_total, 15)
			self.assertEqual([row.store_line_id for row in doc.items], [lines[0].id] * 2 + [lines[1].id])

	def test_the_stores_words_stay_on_the_order(self) -> None:
		order = self.with_customer(note="Ring twice", discount_codes=("SPRING", "VIP"), po_number="PO 9")
		with self.undone(order):
			doc = self.create(order)
			self.assertEqual((doc.po_no, doc.store_note), ("PO 9", "Ring twice"))
			self.assertEqual(doc.store_coupon_codes, "SPRING, VIP")
			self.assertEqual((doc.ecommerce_store, doc.store_order_id), (self.settings.store, order.id))
			shares = json.loads(doc.taxes[1].store_shares)
			self.assertEqual(shares, {"1": "1.20", "2": "0.54", "shipping:s": "0.42"})


class TestTerms(SalesOrders):
	"""Currency, payment terms, approval and credit."""

	def test_a_foreign_currency_needs_a_rate(self) -> None:
		order = self.with_customer(**plain_order("10", line(), currency="SEK"))
		with self.undone(order), raises(Fixable) as caught:
			self.create(order)
		self.assertEqual((caught[0].reason, caught[0].cause), ("exchange_rate_missing", "exchange:SEK"))

	def test_the_sites_own_rate_is_used(self) -> None:
		order = self.with_customer(**plain_order("10", line(), currency="SEK"))
		with self.undone(order):
			self._rate("SEK", order)
			doc = self.create(order)
			self.assertEqual((doc.currency, doc.conversion_rate, doc.grand_total), ("SEK", 0.1, 10))
			self.assertEqual(doc.base_grand_total, 1)

	def _rate(self, currency: str, order: Order) -> None:
		frappe.get_doc(
			{
				"doctype": "Currency Exchange",
				"date": add_days(getdate(order.created_at), -1),
				"from_currency": currency,
				"to_currency": self.settings.company_currency,
				"exchange_rate": 0.1,
				"for_selling": 1,
			}
		).insert(ignore_permissions=True)

	def test_the_orders_own_rate_is_kept(self) -> None:
		shop = {"currency": "SEK", "exchange_rate": Decimal("0.2"), "shop_currency": "USD"}
		order = self.with_customer(**plain_order("10", line(), **shop))
		with self.undone(order):
			self.assertEqual(self.create(order).conversion_rate, 0.2)

	def test_payment_terms_become_a_schedule(self) -> None:
		terms = PaymentTerms(name="Net 30", due_in_days=30)
		order = self.with_customer(payment_terms=terms)
		with self.undone(order):
			doc = self.create(order)
			(due,) = doc.payment_schedule
			self.assertEqual(due.due_date, add_days(doc.transaction_date, 30))
			self.assertEqual(decimal_of(due.payment_amount), order.total)

	def test_a_purchase_order_number_used_again_stops_no_order(self) -> None:
		first = self.with_customer(po_number="PO 7")
		with self.undone(first):
			frappe.db.set_single_value("Selling Settings", "allow_against_multiple_purchase_orders", 0)
			self.assertEqual(self.create(first).po_no, "PO 7")
			second = first.model_copy(update={"id": unique(), "name": "#1002"})
			doc = self.create(second)
			self.assertEqual((doc.po_no, doc.docstatus), ("PO 7 (#1002)", 1))

	def test_an_approval_workflow_keeps_the_order_a_draft(self) -> None:
		order = self.with_customer()
		path = f"{sales_orders.__name__}.get_workflow_name"
		with self.undone(order), patch(path, return_value="Approval"):
			doc = self.create(order)
			self.assertEqual((doc.docstatus, doc.status), (0, "Draft"))

	def test_the_credit_limit_is_fixable_and_then_forgotten(self) -> None:
		order = self.with_customer()
		with self.undone(order):
			customer = frappe.get_doc("Customer", self.erp.observe(order, self.settings).customer)
			limit = {"company": self.settings.company, "credit_limit": 1}
			customer.append("credit_limits", limit).db_insert()
			with raises(Fixable) as caught:
				self.create(order)
			self.assertEqual(caught[0].reason, "credit_limit")
			self.assertEqual(caught[0].cause, f"credit:{customer.name}")

	def test_a_refusal_says_in_plain_words_what_erpnext_says(self) -> None:
		order = self.with_customer()
		with self.undone(order), raises(Fixable) as caught:
			self.create(order, warehouse="Nowhere", rows=self._rows_in(order, "Nowhere"))
		self.assertEqual(caught[0].reason, "erp_refused")
		self.assertIn("Nowhere", caught[0].params["detail"])
		self.assertNotIn("<", caught[0].params["detail"])

	def _rows_in(self, order: Order, warehouse: str) -> tuple[Any, ...]:
		return tuple(row.model_copy(update={"warehouse": warehouse}) for row in self.plan(order).rows)

	def test_a_guest_without_address_gets_nobody_elses(self) -> None:
		member = self.with_customer()
		with self.undone(member):
			shared = self.erp.observe(member, self.settings).customer
			settings = self.settings.model_copy(
				update={"guests": "shared_customer", "guest_customer": shared}
			)
			nowhere = {"billing_address": None, "shipping_address": None}
			guest = sample_order(unique(), unique(), customer=Customer(email="a@example.com"), **nowhere)
			doc = self.create(guest, settings)
			self.assertEqual(
				(doc.customer, doc.customer_address, doc.shipping_address_name), (shared, None, None)
			)


del SalesOrders  # it has no tests of its own
