"""How every ERP invoices an order and books its payments, as a mixin."""

from __future__ import annotations

from decimal import Decimal

from ..core.followups import CreateInvoice
from .contract_life_support import PIECES, TOTAL, LifeContract, pieces_of, shares_of

ONE, TWO, TEN, ZERO, HUNDRED = Decimal(1), Decimal(2), Decimal(10), Decimal(0), Decimal(100)


class InvoiceContract(LifeContract):
	"""Sales Invoices."""

	def test_the_whole_order_is_invoiced(self) -> None:
		order = self.place()
		invoice = self.invoice(order, self.bill(order))
		assert (invoice.docstatus, invoice.is_return, invoice.refund_id) == (1, False, None)
		assert (invoice.total, invoice.outstanding) == (TOTAL, TOTAL)
		assert pieces_of(invoice.rows) == PIECES
		document = self.sales_order_of(order)
		assert {row.order_row for row in invoice.rows} == {row.name for row in document.rows}
		assert all(row.amount == row.rate * row.quantity for row in invoice.rows)
		assert all(row.billed == row.rate * row.quantity for row in document.rows)
		assert shares_of(invoice.charges) == shares_of(document.charges)
		assert document.per_billed == 100
		assert self.owed(order) == TOTAL

	def test_a_delivery_is_invoiced_and_then_the_rest(self) -> None:
		order = self.place()
		first = self.deliver_lines(order, {"1": ONE, "2": TWO})
		invoice = self.invoice(order, self.bill(order, first))
		rows = {row.name for row in self.delivery(order, first).rows}
		assert {row.delivery_row for row in invoice.rows} == rows
		assert pieces_of(invoice.rows) == {"1": ONE, "2": TWO}
		assert 0 < self.sales_order_of(order).per_billed < 100
		second = self.deliver_lines(order, {"1": ONE, "2": ONE})
		other = self.invoice(order, self.bill(order, second))
		rest = self.invoice(order, self.bill(order))
		assert pieces_of(rest.rows) == {"3": ONE}
		invoices = (invoice, other, rest)
		assert sum(each.total for each in invoices) == TOTAL
		together = shares_of(charge for each in invoices for charge in each.charges)
		assert together == shares_of(self.sales_order_of(order).charges)
		assert (self.sales_order_of(order).per_billed, self.owed(order)) == (HUNDRED, TOTAL)

	def test_what_a_person_billed_is_not_billed_again(self) -> None:
		order = self.place()
		by_hand = self.invoice_by_hand(self.sales_order_of(order).name, {"1": TWO})
		rest = self.invoice(order, self.bill(order))
		assert pieces_of(rest.rows) == {"2": Decimal(3), "3": ONE}
		assert self.invoice(order, by_hand).total + rest.total == TOTAL
		document = self.sales_order_of(order).name
		assert self.refused(order, CreateInvoice(document=document, posted_on=self.today))


class PaymentContract(LifeContract):
	"""Payment Entries."""

	def test_a_payment_settles_the_open_invoice(self) -> None:
		order = self.place()
		invoice = self.bill(order)
		before = self.booked(self.bank)
		payment = self.payment(order, self.pay(order, TOTAL, payment_id="t1"))
		assert (payment.docstatus, payment.amount, payment.payment_id) == (1, TOTAL, "t1")
		assert self.invoice(order, invoice).outstanding == ZERO
		assert (self.owed(order), self.booked(self.bank) - before) == (ZERO, TOTAL)

	def test_parts_are_paid_one_after_another(self) -> None:
		order = self.place()
		invoice = self.bill(order)
		self.pay(order, TEN)
		assert self.invoice(order, invoice).outstanding == TOTAL - TEN
		self.pay(order, TOTAL - TEN)
		assert self.invoice(order, invoice).outstanding == ZERO
		assert len(self.look(order).payments) == 2

	def test_one_payment_settles_several_invoices(self) -> None:
		order = self.place()
		invoices = [self.bill(order, self.deliver_lines(order, {line: PIECES[line]})) for line in PIECES]
		self.pay(order, TOTAL)
		assert [self.invoice(order, name).outstanding for name in invoices] == [ZERO] * 3

	def test_money_that_came_first_is_an_advance_on_the_order(self) -> None:
		order = self.place()
		self.pay(order, TEN)
		self.pay(order, TWO)
		assert (self.sales_order_of(order).advance_paid, self.owed(order)) == (TEN + TWO, -TEN - TWO)
		invoice = self.invoice(order, self.bill(order))
		assert (invoice.total, invoice.outstanding) == (TOTAL, TOTAL - TEN - TWO)
		self.pay(order, TOTAL - TEN - TWO)
		assert self.invoice(order, invoice.name).outstanding == ZERO

	def test_an_advance_goes_to_the_invoices_one_after_another(self) -> None:
		order = self.place()
		self.pay(order, TOTAL)
		invoices = [self.bill(order, self.deliver_lines(order, {line: PIECES[line]})) for line in PIECES]
		assert [self.invoice(order, name).outstanding for name in invoices] == [ZERO] * 3
		assert self.owed(order) == ZERO

	def test_more_than_is_owed_stays_on_the_customer(self) -> None:
		order = self.place()
		invoice = self.bill(order)
		payment = self.payment(order, self.pay(order, TOTAL + TEN))
		assert (payment.amount, self.invoice(order, invoice).outstanding) == (TOTAL + TEN, ZERO)
		assert self.owed(order) == -TEN

	def test_what_the_gateway_keeps_is_booked_as_its_fee(self) -> None:
		order = self.place()
		invoice = self.bill(order)
		before = self.booked(self.bank), self.booked(self.fee_account)
		name = self.pay(order, TOTAL, fee=Decimal("1.73"), fee_account=self.fee_account)
		assert self.payment(order, name).amount == TOTAL
		assert (self.invoice(order, invoice).outstanding, self.owed(order)) == (ZERO, ZERO)
		assert self.booked(self.bank) - before[0] == TOTAL - Decimal("1.73")
		assert self.booked(self.fee_account) - before[1] == Decimal("1.73")

	def test_money_goes_back_without_a_credit_note(self) -> None:
		order = self.place()
		self.pay(order, TOTAL)
		before = self.booked(self.bank)
		payment = self.payment(order, self.pay(order, TEN, "out"))
		assert payment.amount == -TEN
		assert (self.owed(order), self.booked(self.bank) - before) == (TEN - TOTAL, -TEN)

	def test_a_persons_payment_is_seen(self) -> None:
		order = self.place()
		invoice = self.bill(order)
		payment = self.payment(order, self.pay_by_hand(invoice, TEN))
		assert (payment.amount, payment.payment_id) == (TEN, None)
		assert self.invoice(order, invoice).outstanding == TOTAL - TEN
