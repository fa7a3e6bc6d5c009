"""Payment Entries on real ERPNext: what is paid with them, in which currency, and what remains on the customer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import frappe
from frappe.utils import add_days

from ...core.errors import Fixable
from ...core.followups import Adopt
from ..contract_support import raises, unique
from .testing_money import Money
from .testing_orders import decimal_of, line, plain_order

TOTAL = Decimal("38.16")


class TestPayments(Money):
	"""In the company's currency."""

	def test_an_open_invoice_is_paid(self) -> None:
		with self.placed():
			invoice = self.bill()
			entry = self.pay("38.16", reference="pi_123", posted_on=add_days(self.today, -2), payment_id="t1")
			self.assertEqual(
				(entry.docstatus, entry.payment_type, entry.party), (1, "Receive", self.sold.customer)
			)
			self.assertEqual((entry.reference_no, entry.reference_date), ("pi_123", add_days(self.today, -2)))
			self.assertEqual((entry.posting_date, entry.store_payment_id), (add_days(self.today, -2), "t1"))
			self.assertEqual(
				(entry.store_order_id, entry.ecommerce_store), (self.order.id, self.settings.store)
			)
			self.assertEqual((self.outstanding(invoice), self.owed()), (0, 0))
			(seen,) = self.observed()[1]
			self.assertEqual((seen.amount, seen.payment_id, seen.docstatus), (TOTAL, "t1", 1))

	def test_advances_then_the_invoice(self) -> None:
		with self.placed():
			self.pay("10")
			self.pay("20")
			self.assertEqual(self.order_now().advance_paid, 30)
			invoice = self.bill()
			self.assertEqual(self.outstanding(invoice), TOTAL - 30)
			self.assertEqual(sum(each.amount for each in self.observed()[1]), 30)
			self.pay("8.16")
			self.assertEqual((self.outstanding(invoice), self.owed()), (0, 0))

	def test_more_than_the_order_stays_unallocated(self) -> None:
		with self.placed():
			entry = self.pay("50")
			self.assertEqual((entry.total_allocated_amount, entry.unallocated_amount), (38.16, 11.84))
			self.assertEqual(self.observed()[1][0].amount, 50)
			invoice = self.bill()
			self.assertEqual(self.outstanding(invoice), 0)
			more = self.pay("5")
			self.assertEqual(more.unallocated_amount, 5)

	def test_several_invoices_and_then_the_order(self) -> None:
		with self.placed(**plain_order("30", line(subtotal="10"), line(subtotal="20"))) as sold:
			by_hand = self._billed_by_hand(sold)
			entry = self.pay("25")
			self.assertEqual(
				[(row.reference_doctype, row.allocated_amount) for row in entry.references],
				[("Sales Invoice", 10), ("Sales Order", 15)],
			)
			rest = self.bill()
			self.assertEqual((self.outstanding(by_hand), self.outstanding(rest)), (0, 5))

	def _billed_by_hand(self, sold: Any) -> Any:
		from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice

		doc = make_sales_invoice(sold.name)
		doc.items = doc.items[:1]
		doc.flags.ignore_permissions = True
		doc.insert()
		doc.submit()
		return doc

	def test_a_closed_order_takes_no_advance(self) -> None:
		with self.placed():
			self.order_now().update_status("Closed")
			entry = self.pay("38.16")
			self.assertEqual((len(entry.references), entry.unallocated_amount), (0, 38.16))
			self.assertEqual(self.observed()[1][0].amount, TOTAL)

	def test_what_the_gateway_keeps(self) -> None:
		fees = self.own_account("Expense")
		for invoiced in (True, False):
			with self.placed():
				invoice = self.bill() if invoiced else None
				entry = self.pay("38.16", fee=Decimal("1.41"), fee_account=fees)
				self.assertEqual((entry.paid_amount, entry.total_allocated_amount), (36.75, 38.16))
				self.assertEqual(
					(self.booked(fees), self.booked(self.bank())), (Decimal("1.41"), Decimal("36.75"))
				)
				self.assertEqual(
					(self.owed(), self.observed()[1][0].amount), (-TOTAL if not invoice else 0, TOTAL)
				)

	def test_a_fee_on_money_that_goes_out(self) -> None:
		fees = self.own_account("Expense")
		with self.placed():
			self.pay("38.16")
			self.pay("10", "out", fee=Decimal("0.30"), fee_account=fees)
			self.assertEqual((self.booked(fees), self.owed()), (Decimal("0.30"), 10 - TOTAL))
			self.assertEqual(self.booked(self.bank()), TOTAL - Decimal("10.30"))
			self.assertEqual([each.amount for each in self.observed()[1]], [TOTAL, -10])

	def test_money_out_clears_its_own_credit(self) -> None:
		with self.placed():
			invoice = self.bill()
			self.pay("38.16")
			first = self.credit(invoice, "10", [(0, "1", "10")])
			second = self.credit(invoice, "3", [(1, "1", "3")])
			entry = self.pay("5", "out", refund_id=second.store_refund_id)
			self.assertEqual((self.outstanding(second), self.outstanding(first)), (0, -8))
			self.assertEqual((entry.payment_type, entry.unallocated_amount), ("Pay", 0))
			entry = self.pay("10", "out", refund_id="another")
			self.assertEqual((self.outstanding(first), entry.unallocated_amount), (0, 2))
			self.assertEqual(self.owed(), 2)

	def test_the_account_of_the_mode_of_payment(self) -> None:
		with self.placed():
			mode = frappe.get_doc({"doctype": "Mode of Payment", "mode_of_payment": unique(), "type": "Bank"})
			mode.append(
				"accounts", {"company": self.settings.company, "default_account": self.account("Cash")}
			)
			mode.insert(ignore_permissions=True)
			entry = self.pay("10", account=None, mode_of_payment=mode.name)
			self.assertEqual((entry.paid_to, entry.mode_of_payment), (self.account("Cash"), mode.name))

	def test_no_account_is_told(self) -> None:
		with self.placed():
			with raises(Fixable) as caught:
				self.pay("10", account=None)
			self.assertEqual(caught[0].reason, "setting_missing")
			self.assertEqual(caught[0].cause, f"setting:{self.settings.store}:payment_account")

	def test_a_gift_card_pays_from_its_account(self) -> None:
		with self.placed():
			invoice = self.bill()
			cards = self.own_account("Liability")
			self.pay("15", account=cards)
			self.assertEqual((self.outstanding(invoice), self.booked(cards)), (TOTAL - 15, 15))

	def test_terms_that_take_payments_one_by_one(self) -> None:
		with self.placed() as sold:
			sold.db_set("payment_terms_template", self._terms())
			invoice = self.bill()
			self.assertEqual([row.payment_amount for row in invoice.payment_schedule], [19.08, 19.08])
			entry = self.pay("25")
			self.assertEqual([row.allocated_amount for row in entry.references], [19.08, 5.92])
			self.pay("13.16")
			self.assertEqual(self.outstanding(invoice), 0)

	def _terms(self) -> str:
		template = frappe.new_doc("Payment Terms Template")
		template.update({"template_name": unique(), "allocate_payment_based_on_payment_terms": 1})
		for days in (0, 30):
			term = frappe.get_doc(
				{"doctype": "Payment Term", "payment_term_name": unique(), "invoice_portion": 50}
				| {"due_date_based_on": "Day(s) after invoice date", "credit_days": days}
			).insert(ignore_permissions=True)
			template.append(
				"terms",
				{"payment_term": term.name, "invoice_portion": 50, "credit_days": days}
				| {"due_date_based_on": "Day(s) after invoice date"},
			)
		return str(template.insert(ignore_permissions=True).name)

	def test_a_cancelled_order_leaves_the_money_on_the_customer(self) -> None:
		with self.placed():
			self.pay("38.16")
			doc = self.order_now()
			doc.flags.ignore_permissions = True
			doc.cancel()
			(seen,) = self.observed()[1]
			self.assertEqual((seen.docstatus, seen.amount), (1, TOTAL))
			self.pay("38.16", "out")
			self.assertEqual(self.owed(), 0)

	def test_advances_on_an_account_of_their_own(self) -> None:
		with self.placed():
			company = frappe.get_doc("Company", self.settings.company)
			account = self.new_account("Receivable", "Liability")
			company.db_set(
				{
					"book_advance_payments_in_separate_party_account": 1,
					"default_advance_received_account": account,
				}
			)
			entry = self.pay("38.16")
			self.assertEqual((entry.paid_from, self.booked(account)), (account, -TOTAL))
			self.assertEqual(self.order_now().advance_paid, 38.16)
			invoice = self.bill()
			self.assertEqual((self.outstanding(invoice), self.booked(account), self.owed()), (0, 0, 0))
			self.assertEqual(self.observed()[1][0].amount, TOTAL)

	def test_a_persons_payment_is_adopted(self) -> None:
		with self.placed():
			invoice = self.bill()
			entry = self._by_hand(invoice)
			(seen,) = self.observed()[1]
			self.assertEqual((seen.name, seen.amount, seen.payment_id), (entry.name, TOTAL, None))
			command = Adopt(doctype="Payment Entry", document=entry.name, what="payment", external_id="t7")
			adopted = self.do(command)
			self.assertEqual((adopted.store_payment_id, adopted.store_order_id), ("t7", self.order.id))
			self.assertEqual(adopted.modified, entry.modified)
			self.assertEqual(self.observed()[1][0].payment_id, "t7")

	def _by_hand(self, invoice: Any) -> Any:
		from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry

		entry = get_payment_entry(
			"Sales Invoice", invoice.name, bank_account=self.bank(), ignore_permissions=True
		)
		entry.update({"reference_no": "x", "reference_date": self.today})
		entry.flags.ignore_permissions = True
		entry.insert()
		entry.submit()
		return frappe.get_doc("Payment Entry", entry.name)


class TestForeignCurrency(Money):
	"""An order in euros at 1.1, books in dollars: the receivable account in one or the other."""

	@contextmanager
	def in_euros(self, own_account: bool) -> Iterator[Any]:
		order = plain_order("33.33", line(quantity="3", subtotal="33.33"), currency="EUR")
		with self.placed(**order, exchange_rate=Decimal("1.1"), shop_currency="USD") as sold:
			frappe.db.delete("Currency Exchange", {"from_currency": "EUR"})
			if own_account:
				self.account("Receivable", "EUR")
			else:
				setting = "allow_multi_currency_invoices_against_single_party_account"
				frappe.db.set_single_value("Accounts Settings", setting, 1)
			with patch("requests.get") as web:
				yield sold
				web.assert_not_called()
			self.assertFalse(frappe.db.exists("Currency Exchange", {"date": ["<", "1990-01-01"]}))

	def cases(self) -> Iterator[tuple[bool, str]]:
		for own_account in (True, False):
			for bank in ("USD", "EUR"):
				with self.subTest(own_account=own_account, bank=bank), self.in_euros(own_account):
					yield own_account, self.account("Bank", bank)

	def test_an_invoice_is_paid_in_parts(self) -> None:
		for own_account, bank in self.cases():
			invoice = self.bill()
			self.assertEqual(invoice.party_account_currency, "EUR" if own_account else "USD")
			self.assertEqual(self.outstanding(invoice), Decimal("33.33"))
			for part in ("11.11", "11.11", "11.11"):
				self.pay(part, account=bank)
			self.assertEqual((self.outstanding(invoice), self.owed()), (0, 0))
			self.assertEqual([each.amount for each in self.observed()[1]], [Decimal("11.11")] * 3)

	def test_an_advance_is_taken_by_the_invoice(self) -> None:
		for _, bank in self.cases():
			self.pay("33.33", account=bank)
			self.assertEqual(self.observed()[1][0].amount, Decimal("33.33"))
			invoice = self.bill()
			self.assertEqual((self.outstanding(invoice), self.owed()), (0, 0))

	def test_fees_credits_and_money_back(self) -> None:
		fees = self.own_account("Expense")
		for _, bank in self.cases():
			invoice = self.bill()
			self.pay("33.33", account=bank, fee=Decimal("1.03"), fee_account=fees)
			self.assertEqual((self.outstanding(invoice), self.owed()), (0, 0))
			self.assertAlmostEqual(self.booked(fees), Decimal("1.13"), delta=Decimal("0.01"))
			note = self.credit(invoice, "11.11", [(0, "1", "11.11")])
			self.assertEqual(decimal_of(note.grand_total), Decimal("-11.11"))
			self.assertEqual(self.outstanding(note), Decimal("-11.11"))
			self.pay("11.11", "out", account=bank, refund_id=note.store_refund_id)
			self.assertEqual((self.outstanding(note), self.owed()), (0, 0))

	def test_an_open_invoice_is_credited_against_itself(self) -> None:
		for _ in self.cases():
			invoice = self.bill()
			self.credit(invoice, "11.11", [(0, "1", "11.11")], against_itself=True)
			self.assertEqual(self.outstanding(invoice), Decimal("22.22"))
