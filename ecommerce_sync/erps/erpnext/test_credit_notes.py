"""Credit notes on real ERPNext: every recipe, its amounts, its ledger, and what can still be returned afterwards."""

from __future__ import annotations

from decimal import Decimal

import frappe
from frappe.utils import add_days

from ...core.errors import Fixable, Held
from ...core.models import Shipping
from ...core.settings import StoreSettings
from ..contract_support import raises, unique
from .testing_money import Money
from .testing_orders import decimal_of, line, plain_order

# The sample order: two pieces at 10, three pieces for 9 net in the rows 3 x 3.00, shipping 7, tax 2.16.
TOTAL = Decimal("38.16")


class TestCreditNotes(Money):
	"""Of an order as its store charged it."""

	def test_goods_with_their_tax_fall_off_what_is_billed(self) -> None:
		with self.placed():
			invoice = self.bill()
			self.pay("38.16")
			tax = self.charge("tax", {"1": "0.60"})
			note = self.credit(invoice, "10.60", [(0, "1", "10")], (tax,))
			self.assertEqual((decimal_of(note.grand_total), note.docstatus), (Decimal("-10.60"), 1))
			self.assertEqual((note.update_stock, note.is_return, note.return_against), (0, 1, invoice.name))
			self.assertEqual([row.billed_amt for row in self.order_now().items], [10, 9])
			self.assertEqual(self.outstanding(note), Decimal("-10.60"))
			self.assertEqual((self.outstanding(invoice), self.owed()), (0, Decimal("-10.60")))
			self.assertEqual(self.booked(self.settings.tax_account or ""), Decimal("-1.56"))
			(seen,) = (each for each in self.observed()[0] if each.is_return)
			self.assertEqual(seen.refund_id, note.store_refund_id)
			self.assertEqual(seen.charges[0].shares, {"1": Decimal("-0.60")})
			self.assertEqual(seen.rows[0].source_row, invoice.items[0].name)
			self.assertEqual((seen.rows[0].quantity, seen.rows[0].line_id), (-1, "1"))

	def test_an_amount_without_goods_may_be_more_than_a_piece(self) -> None:
		with self.placed():
			invoice = self.bill()
			note = self.credit(invoice, "15", [(0, "0", "15")], against_itself=True)
			self.assertEqual(decimal_of(note.grand_total), Decimal(-15))
			self.assertEqual((note.items[0].qty, note.items[0].stock_qty), (0, 0))
			self.assertEqual([row.billed_amt for row in self.order_now().items], [5, 9])
			self.assertEqual(self.outstanding(invoice), TOTAL - 15)
			row = self.seen_row(note.name)
			self.assertEqual((row.quantity, row.amount, row.line_id), (0, -15, "1"))
			self.assertEqual(row.source_row, invoice.items[0].name)
			self.credit(invoice, "20", [(0, "2", "10")], against_itself=True)

	def test_an_amount_of_goods_that_are_returned_in_whole(self) -> None:
		with self.placed():
			invoice = self.bill()
			self.credit(invoice, "16", [(0, "2", "8")], against_itself=True)
			note = self.credit(invoice, "4", [(0, "0", "4")], against_itself=True)
			self.assertEqual(decimal_of(note.grand_total), Decimal(-4))
			self.assertEqual(self.order_now().items[0].billed_amt, 0)

	def test_shipping_and_its_tax_alone(self) -> None:
		with self.placed():
			invoice = self.bill()
			self.pay("38.16")
			charges = (
				self.charge("shipping", {"shipping:s": "5"}),
				self.charge("tax", {"shipping:s": "0.30"}),
			)
			note = self.credit(invoice, "5.30", (), charges)
			self.assertEqual(decimal_of(note.grand_total), Decimal("-5.30"))
			self.assertEqual([(row.item_code, row.qty, row.amount) for row in note.items], [(None, 0, 0)])
			self.assertEqual(self.booked(self.settings.shipping_account or ""), Decimal(-2))
			self.assertEqual(self.booked(self.settings.tax_account or ""), Decimal("-1.86"))
			self.assertEqual([row.billed_amt for row in self.order_now().items], [20, 9])
			self.assertEqual(self.order_now().per_billed, 100)
			self.pay("5.30", "out", refund_id=note.store_refund_id)
			self.assertEqual((self.outstanding(note), self.owed()), (0, 0))

	def test_taxes_alone(self) -> None:
		with self.placed():
			invoice = self.bill()
			note = self.credit(invoice, "1.74", (), (self.charge("tax", {"1": "1.20", "2": "0.54"}),))
			self.assertEqual(decimal_of(note.grand_total), Decimal("-1.74"))
			self.assertEqual(self.booked(self.settings.tax_account or ""), Decimal("-0.42"))

	def test_all_in_several_notes(self) -> None:
		with self.placed():
			invoice = self.bill()
			self.pay("38.16")
			self.credit(invoice, "10.60", [(0, "1", "10")], (self.charge("tax", {"1": "0.60"}),))
			tax = self.charge("tax", {"1": "0.60", "2": "0.54"})
			self.credit(invoice, "20.14", [(0, "1", "10"), (1, "3", "3")], (tax,))
			shipping = self.charge("shipping", {"shipping:s": "7"})
			self.credit(invoice, "7.42", (), (shipping, self.charge("tax", {"shipping:s": "0.42"})))
			self.assertEqual([row.billed_amt for row in self.order_now().items], [0, 0])
			for account in (self.settings.tax_account, self.settings.shipping_account):
				self.assertEqual(self.booked(account or ""), 0)
			self.assertEqual(self.owed(), -TOTAL)
			self.pay("38.16", "out")
			self.assertEqual(self.owed(), 0)
			self.assertEqual({each.outstanding for each in self.observed()[0]}, {Decimal(0)})

	def test_a_partly_paid_invoice(self) -> None:
		with self.placed():
			invoice = self.bill()
			self.pay("20")
			self.credit(invoice, "10", [(0, "1", "10")], against_itself=True)
			self.assertEqual(self.outstanding(invoice), Decimal("8.16"))
			note = self.credit(invoice, "9", [(1, "3", "3")], against_itself=True)
			self.assertEqual(self.outstanding(note), -9)  # more than is open: it keeps its own
			self.assertEqual(self.owed(), Decimal("-0.84"))

	def test_goods_at_a_lower_rate_and_for_nothing(self) -> None:
		with self.placed():
			invoice = self.bill()
			note = self.credit(invoice, "7.25", [(0, "1", "7.25"), (1, "1", "0")])
			self.assertEqual(
				[(row.qty, row.rate, row.amount) for row in note.items], [(-1, 7.25, -7.25), (-1, 0, 0)]
			)

	def test_not_before_the_invoice(self) -> None:
		with self.placed():
			invoice = self.bill()
			note = self.credit(invoice, "10", [(0, "1", "10")], posted_on=add_days(self.today, -3))
			self.assertEqual(note.posting_date, invoice.posting_date)

	def test_on_the_day_of_the_refund(self) -> None:
		with self.placed():
			invoice = self.bill(on=add_days(self.today, -5))
			note = self.credit(
				invoice, "10", [(0, "1", "10")], posted_on=add_days(self.today, -3), note="Broken"
			)
			self.assertEqual((note.posting_date, note.remarks), (add_days(self.today, -3), "Broken"))

	def test_another_total_is_held(self) -> None:
		with self.placed():
			invoice = self.bill()
			with raises(Held) as caught:
				self.credit(invoice, "10.01", [(0, "1", "10")])
			self.assertEqual(caught[0].reason, "credit_mismatch")

	def test_more_than_was_billed_is_refused(self) -> None:
		with self.placed():
			invoice = self.bill()
			with raises(Fixable) as caught:
				self.credit(invoice, "30", [(0, "3", "10")])
			self.assertEqual(caught[0].reason, "erp_refused")


class TestTemplates(Money):
	"""Of an order whose taxes ERPNext computes."""

	def _by_template(self, rate: float) -> StoreSettings:
		template = frappe.new_doc("Sales Taxes and Charges Template")
		template.update({"title": unique(), "company": self.settings.company})
		row = {"charge_type": "On Net Total", "account_head": self.settings.tax_account, "rate": rate}
		template.append("taxes", {**row, "description": "Tax"})
		template.insert(ignore_permissions=True)
		frappe.db.commit()  # the order is placed in a unit of work of its own
		self.addCleanup(self._delete, template.name)
		return self.settings.model_copy(update={"tax_mode": "template", "tax_template": template.name})

	def _delete(self, template: str) -> None:
		frappe.db.rollback()
		frappe.delete_doc("Sales Taxes and Charges Template", template, force=True)
		frappe.db.commit()

	def test_the_taxes_follow_the_rows(self) -> None:
		order = plain_order("22", line(quantity="2", subtotal="20"))
		with self.placed(self._by_template(10), **order):
			invoice = self.bill()
			note = self.credit(invoice, "11", [(0, "1", "10")])
			self.assertEqual((note.grand_total, note.net_total, note.taxes[0].tax_amount), (-11, -10, -1))
			self.credit(invoice, "5.50", [(0, "0", "5")])
			self.assertEqual(self.booked(self.settings.tax_account or ""), Decimal("-0.50"))

	def test_prices_that_include_the_tax(self) -> None:
		order = plain_order("22", line(quantity="2", subtotal="22"), taxes_included=True)
		with self.placed(self._by_template(10), **order):
			invoice = self.bill()
			note = self.credit(invoice, "11", [(0, "1", "11")])
			self.assertEqual((note.grand_total, note.net_total, note.items[0].rate), (-11, -10, 11))
			self.assertEqual(self.observed()[0][1].rows[0].amount, -11)
			self.credit(invoice, "5.50", [(0, "0", "5.50")])
			self.assertEqual(self.booked(self.settings.tax_account or ""), Decimal("-0.50"))

	def test_a_cent_of_rounding_and_more_than_that(self) -> None:
		order = plain_order("22", line(quantity="2", subtotal="20"))
		with self.placed(self._by_template(10), **order):
			invoice = self.bill()
			note = self.credit(invoice, "11.01", [(0, "1", "10")])
			self.assertEqual(decimal_of(note.grand_total), Decimal("-11.01"))
			self.assertEqual(note.taxes[-1].store_charge_kind, "rounding")
			with raises(Held) as caught:
				self.credit(invoice, "11.50", [(0, "1", "10")])
			self.assertEqual(caught[0].reason, "credit_mismatch")

	def test_shipping_alone(self) -> None:
		order = plain_order("32", line(quantity="2", subtotal="20"))
		post = Shipping(id="s", title="Post", price=Decimal(10))
		with self.placed(self._by_template(10), **{**order, "shipping": (post,)}):
			invoice = self.bill()
			note = self.credit(invoice, "4", (), (self.charge("shipping", {"shipping:s": "4"}),))
			self.assertEqual((note.grand_total, note.net_total), (-4, 0))
			self.assertEqual(self.booked(self.settings.shipping_account or ""), -6)
