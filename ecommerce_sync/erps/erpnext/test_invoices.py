"""Sales Invoices of synced orders on real ERPNext: what is billed, on which day and account, and with whose money."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import frappe
from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note
from frappe.utils import add_days, getdate

from ...core.errors import Fixable
from ...core.models import Discount, PaymentTerms
from ..contract_support import raises, unique
from .testing_money import Money
from .testing_orders import decimal_of, line, plain_order

TOTAL = Decimal("38.16")


class TestInvoices(Money):
	"""The whole order, deliveries, and the rest."""

	def test_the_whole_order(self) -> None:
		with self.placed() as sold:
			invoice = self.bill(on=add_days(self.today, -4))
			self.assertEqual((decimal_of(invoice.grand_total), invoice.docstatus), (TOTAL, 1))
			self.assertEqual(invoice.posting_date, add_days(self.today, -4))
			self.assertEqual((invoice.update_stock, invoice.rounded_total), (0, 0))
			self.assertEqual(invoice.ecommerce_store, self.settings.store)
			self.assertEqual(invoice.store_order_id, self.order.id)
			self.assertEqual([row.store_line_id for row in invoice.items], ["1", "2"])
			self.assertEqual(self.order_now().per_billed, 100)
			self.assertEqual((self.owed(), self.outstanding(invoice)), (TOTAL, TOTAL))
			(seen,) = self.observed()[0]
			self.assertEqual([row.order_row for row in seen.rows], [row.name for row in sold.items])
			self.assertEqual({charge.kind for charge in seen.charges}, {"tax", "shipping"})

	def test_what_is_billed_is_not_billed_again_when_it_was_credited(self) -> None:
		with self.placed():
			invoice = self.bill()
			self.credit(invoice, "10", [(0, "1", "10")], against_itself=True)
			with raises(Fixable) as caught:
				self.bill()
			self.assertEqual(caught[0].reason, "erp_refused")
			self.assertEqual(len(self.observed()[0]), 2)

	def test_a_delivery_and_the_rest(self) -> None:
		with self.placed(**plain_order("44", line(quantity="4", subtotal="40"), line(subtotal="4"))) as sold:
			delivery = self._delivered(sold, 3)
			first = self.bill(delivery.name)
			self.assertEqual([(row.qty, row.dn_detail) for row in first.items], [(3, delivery.items[0].name)])
			self.assertEqual(decimal_of(first.grand_total), 30)
			self.credit(first, "10", [(0, "1", "10")], against_itself=True)
			rest = self.bill()
			self.assertEqual([(row.qty, row.rate) for row in rest.items], [(1, 10), (1, 4)])
			self.assertEqual(self.seen_row(first.name).delivery_row, delivery.items[0].name)

	def _delivered(self, sold: Any, quantity: float) -> Any:
		"""A submitted Delivery Note of the first row."""
		frappe.db.set_single_value("Stock Settings", "allow_negative_stock", 1)
		doc = make_delivery_note(sold.name)
		doc.items = doc.items[:1]
		doc.items[0].qty = quantity
		doc.flags.ignore_permissions = True
		for row in doc.items:
			row.allow_zero_valuation_rate = 1
		doc.insert()
		doc.submit()
		return doc

	def test_goods_that_were_credited_can_still_come_back(self) -> None:
		from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_return

		with self.placed(**plain_order("40", line(quantity="4", subtotal="40"))) as sold:
			delivery = self._delivered(sold, 4)
			invoice = self.bill(delivery.name)
			self.credit(invoice, "10", [(0, "1", "10")], against_itself=True)
			self.credit(invoice, "5", [(0, "0", "5")], against_itself=True)
			back = make_sales_return(delivery.name)
			back.items[0].qty = -4
			back.flags.ignore_permissions = True
			back.insert()
			back.submit()
			self.assertEqual((back.docstatus, back.return_against), (1, delivery.name))
			self.assertEqual(back.items[0].dn_detail, delivery.items[0].name)

	def test_an_order_for_nothing(self) -> None:
		free = line(subtotal="10", discounts=(Discount(amount=Decimal(10)),))
		with self.placed(**plain_order("0", free)):
			invoice = self.bill()
			self.assertEqual((invoice.docstatus, invoice.grand_total, invoice.items[0].rate), (1, 0, 0))
			self.assertEqual(self.observed()[0][0].outstanding, 0)

	def test_the_sites_taxes_stay_away_from_an_order_without(self) -> None:
		with self.placed(**plain_order("10", line())):
			frappe.db.set_single_value("Accounts Settings", "add_taxes_from_taxes_and_charges_template", 1)
			template = frappe.new_doc("Sales Taxes and Charges Template")
			template.update({"title": unique(), "company": self.settings.company, "is_default": 1})
			row = {"charge_type": "On Net Total", "account_head": self.settings.tax_account, "rate": 10}
			template.append("taxes", {**row, "description": "Tax"})
			template.insert(ignore_permissions=True)
			rule = {"doctype": "Tax Rule", "tax_type": "Sales", "company": self.settings.company}
			frappe.get_doc({**rule, "sales_tax_template": template.name}).insert(ignore_permissions=True)
			invoice = self.bill()
			self.assertEqual((invoice.grand_total, invoice.total_taxes_and_charges), (10, 0))
			note = self.credit(invoice, "10", [(0, "1", "10")], against_itself=True)
			self.assertEqual((note.grand_total, note.total_taxes_and_charges), (-10, 0))

	def test_terms_that_the_store_granted(self) -> None:
		with self.placed(payment_terms=PaymentTerms(name="Net 30", due_in_days=30)) as sold:
			invoice = self.bill(on=getdate(sold.transaction_date))
			self.assertEqual(invoice.due_date, add_days(sold.transaction_date, 30))

	def test_terms_that_have_passed(self) -> None:
		with self.placed(payment_terms=PaymentTerms(name="Net 1", due_in_days=1)):
			invoice = self.bill(on=self.today)
			self.assertEqual((invoice.due_date, invoice.docstatus), (self.today, 1))

	def test_a_closed_period_is_told(self) -> None:
		with self.placed():
			frappe.db.set_single_value("Accounts Settings", "acc_frozen_upto", add_days(self.today, 1))
			frappe.clear_document_cache("Accounts Settings", "Accounts Settings")
			with raises(Fixable) as caught:
				self.bill()
			self.assertEqual(caught[0].reason, "erp_refused")
			frappe.db.set_single_value("Accounts Settings", "acc_frozen_upto", None)

	def test_only_the_orders_own_money_is_allocated(self) -> None:
		with self.placed():
			customer = self.sold.customer
			self._unallocated(customer)
			self.pay("10")
			invoice = self.bill()
			self.assertEqual(self.outstanding(invoice), TOTAL - 10)
			self.assertEqual([row.allocated_amount for row in invoice.advances], [10])

	def _unallocated(self, customer: str) -> None:
		"""Money of the same customer for something else."""
		doc = frappe.new_doc("Payment Entry")
		doc.update({"payment_type": "Receive", "party_type": "Customer", "party": customer})
		doc.update({"company": self.settings.company, "paid_to": self.bank(), "paid_amount": 99})
		doc.update({"paid_from": self.account("Receivable"), "received_amount": 99})
		doc.update({"source_exchange_rate": 1, "target_exchange_rate": 1})
		doc.update({"reference_no": "x", "reference_date": self.today})
		doc.flags.ignore_permissions = True
		doc.insert()
		doc.submit()
