"""Store Payouts beside Payment Entries on real ERPNext."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import frappe

from ...core.payouts import Payout, PayoutEntry
from ..contract_support import unique
from . import payouts
from .testing_money import Money

ZERO = Decimal(0)


class TestPayouts(Money):
	"""In the company's currency."""

	home: dict[str, Any]

	def setUp(self) -> None:
		super().setUp()
		digits = int(frappe.get_precision("Sales Order", "grand_total"))
		self.home = {
			"settings": self.settings.model_copy(update={"site_digits": digits}),
			"currency": self.settings.company_currency,
			"exchange_rate": Decimal(1),
		}

	def entry(self, amount: str, fee: str = "0", payment: str | None = None, **more: Any) -> PayoutEntry:
		gross, kept = Decimal(amount), Decimal(fee)
		known = {"id": unique(), "kind": "charge", "amount": gross, "fee": kept, "net": gross - kept}
		return PayoutEntry(**{**known, "payment_id": payment, "order_id": self.order.id, **more})

	def payout(self, *entries: PayoutEntry, **more: Any) -> Payout:
		amount = sum((each.net for each in entries), ZERO)
		known = {"id": unique(), "issued_on": self.today, "currency": self.settings.company_currency}
		return Payout(**{**known, "amount": amount, "status": "paid", "entries": entries, **more})

	def record(self, payout: Payout) -> Any:
		found = self.erp.record_payout(self.settings.store, payout)
		assert found is not None
		return frappe.get_doc(*found)

	def test_a_payment_with_its_fee_leaves_no_difference(self) -> None:
		with self.placed(**self.home):
			more = {"fee": Decimal("1.40"), "fee_account": self.own_account("Expense")}
			paid = self.pay("38.16", payment_id="t-fee", **more)
			payout = self.payout(self.entry("38.16", "1.40", "t-fee"))
			doc = self.record(payout)
			(row,) = doc.entries
			self.assertEqual((row.payment_entry, row.difference), (paid.name, 0))
			self.assertEqual((doc.amount, doc.fees, doc.difference), (36.76, 1.4, 0))
			self.assertIsNone(self.erp.record_payout(self.settings.store, payout))
			again = self.record(payout.model_copy(update={"status": "failed"}))
			self.assertEqual((again.name, again.status), (doc.name, "failed"))

	def test_a_fee_that_is_not_booked_is_the_difference(self) -> None:
		with self.placed(**self.home):
			self.pay("38.16", payment_id="t-gross")
			doc = self.record(self.payout(self.entry("38.16", "1.40", "t-gross")))
			self.assertEqual((doc.entries[0].difference, doc.difference), (-1.4, -1.4))

	def test_refunds_and_what_nobody_booked(self) -> None:
		with self.placed(**self.home):
			self.pay("38.16", payment_id="t-in")
			self.pay("8.16", "out", payment_id="t-out")
			entries = (
				self.entry("38.16", payment="t-in"),
				self.entry("-8.16", payment="t-out", kind="refund"),
			)
			adjustment = self.entry("-5", kind="adjustment", order_id=None)
			doc = self.record(self.payout(*entries, adjustment))
			self.assertEqual([row.difference for row in doc.entries], [0, 0, -5])
			self.assertEqual((doc.amount, doc.difference), (25, -5))
			self.assertIsNone(doc.entries[2].payment_entry)

	def test_a_payment_is_settled_once(self) -> None:
		with self.placed(**self.home):
			paid = self.pay("38.16", payment_id="t-once")
			charge = self.entry("38.16", payment="t-once")
			dispute = self.entry("-38.16", payment="t-once", kind="dispute")
			doc = self.record(self.payout(charge, dispute))
			self.assertEqual([row.payment_entry for row in doc.entries], [paid.name, None])
			won = self.record(self.payout(self.entry("38.16", payment="t-once", kind="dispute_reversal")))
			self.assertEqual((won.entries[0].payment_entry, won.difference), (None, 38.16))

	def test_a_payment_that_is_booked_later_is_found_then(self) -> None:
		with self.placed(**self.home):
			payout = self.payout(self.entry("38.16", payment="t-late"))
			self.assertEqual(self.record(payout).difference, 38.16)
			self.pay("38.16", payment_id="t-late")
			doc = self.record(payout)
			self.assertEqual(doc.difference, 0)
			self.assertEqual(payouts.last(self.settings.store), self.today)

	def test_who_may_see_and_make_them(self) -> None:
		meta = frappe.get_meta(payouts.DOCTYPE)
		rights = {row.role: (row.read, row.create, row.write) for row in meta.permissions}
		self.assertEqual(rights["Ecommerce Sync User"], (1, 0, 0))
		self.assertEqual(rights["Ecommerce Sync Manager"], (1, 1, 1))
