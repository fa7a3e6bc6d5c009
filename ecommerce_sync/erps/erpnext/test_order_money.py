"""What is seen of an order's money on real ERPNext: drafts, cancelled documents, other people's, in few queries."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from unittest.mock import patch

import frappe

from ...core.followups import Adopt
from ..contract_support import unique
from . import posting
from .testing_money import Money

TOTAL = Decimal("38.16")


class TestObserved(Money):
	"""Invoices, credit notes and payments of one Sales Order."""

	def _queries(self) -> int:
		with patch.object(frappe.db, "sql", side_effect=frappe.db.sql) as sql:
			self.observed()
		return sql.call_count

	def test_the_number_of_queries_does_not_grow(self) -> None:
		with self.placed():
			self.pay("1")
			self.assertLessEqual(self._queries(), 2)
			invoice = self.bill()
			before = self._queries()
			for _ in range(3):
				self.pay("1")
			self.credit(invoice, "1", [(0, "0", "1")], against_itself=True)
			self.assertEqual((before, self._queries()), (3, 3))
			self.assertEqual([len(each) for each in self.observed()], [2, 4])

	def test_drafts_and_cancelled_documents(self) -> None:
		with self.placed():
			invoice = self.bill()
			payment = self.pay("5")
			note = self.credit(invoice, "3", [(1, "1", "3")])
			for doc in (note, frappe.get_doc("Payment Entry", payment.name)):
				doc = frappe.get_doc(doc.doctype, doc.name)
				doc.flags.ignore_permissions = True
				doc.cancel()
			with patch.object(posting, "get_workflow_name", return_value="Approval"):
				draft = self.pay("7", payment_id="t2")
			invoices, payments = self.observed()
			self.assertEqual([each.docstatus for each in invoices], [1, 2])
			self.assertEqual(invoices[1].refund_id, note.store_refund_id)
			self.assertEqual(
				{(each.name, each.docstatus) for each in payments}, {(payment.name, 2), (draft.name, 0)}
			)
			self.assertEqual(next(each for each in payments if not each.docstatus).payment_id, "t2")

	def test_a_persons_credit_note_of_charges_only(self) -> None:
		with self.placed():
			invoice = self.bill()
			shipping = self.charge("shipping", {"shipping:s": "5"})
			note = self.credit(invoice, "5", (), (shipping,))
			frappe.db.set_value("Sales Invoice Item", {"parent": note.name}, "sales_order", None)
			seen = self.seen_invoice(note.name)
			self.assertEqual((seen.total, seen.return_against), (-5, invoice.name))

	def test_a_credit_note_is_adopted(self) -> None:
		with self.placed():
			note = self._by_hand(self.bill())
			command = Adopt(doctype="Sales Invoice", document=note.name, what="refund", external_id="r5")
			adopted = self.do(command)
			self.assertEqual((adopted.store_refund_id, adopted.modified), ("r5", note.modified))
			self.assertEqual(self.seen_invoice(note.name).refund_id, "r5")

	def _by_hand(self, invoice: Any) -> Any:
		from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return

		note = make_sales_return(invoice.name)
		note.flags.ignore_permissions = True
		note.insert()
		note.submit()
		return frappe.get_doc("Sales Invoice", note.name)

	def test_one_payment_for_two_orders(self) -> None:
		with self.placed():
			first = self.bill()
			other = self._other_invoice()
			doc = frappe.new_doc("Payment Entry")
			doc.update({"payment_type": "Receive", "party_type": "Customer", "party": self.sold.customer})
			doc.update({"company": self.settings.company, "paid_to": self.bank(), "paid_amount": 48.16})
			doc.update({"paid_from": first.debit_to, "received_amount": 48.16, "reference_no": "x"})
			doc.update({"source_exchange_rate": 1, "target_exchange_rate": 1, "reference_date": self.today})
			for invoice, amount in ((first, 38.16), (other, 10)):
				doc.append(
					"references",
					{
						"reference_doctype": "Sales Invoice",
						"reference_name": invoice.name,
						"allocated_amount": amount,
					},
				)
			doc.flags.ignore_permissions = True
			doc.insert()
			doc.submit()
			(seen,) = self.observed()[1]
			self.assertEqual((seen.name, seen.amount, seen.payment_id), (doc.name, TOTAL, None))

	def _other_invoice(self) -> Any:
		doc = frappe.new_doc("Sales Invoice")
		doc.update({"customer": self.sold.customer, "company": self.settings.company, "due_date": self.today})
		doc.append(
			"items", {"item_name": unique(), "qty": 1, "rate": 10, "uom": "Nos", "conversion_factor": 1}
		)
		doc.items[0].income_account = frappe.get_cached_value(
			"Company", self.settings.company, "default_income_account"
		)
		doc.flags.ignore_permissions = True
		doc.insert()
		doc.submit()
		return doc
