"""Invoices, payments, credits and money back in any order and currency: what is owed is what the store says."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

import frappe
from frappe.utils import flt

from .testing_money import CENT, Money
from .testing_orders import line, plain_order

TOTAL = Decimal("66.66")
_ALLOW = "allow_multi_currency_invoices_against_single_party_account"


class TestMoneyAtRandom(Money):
	"""Seeded: a failing seed is in the message."""

	def test_what_is_owed_is_what_the_store_says(self) -> None:
		for seed in range(4):
			with self.subTest(seed=seed):
				self._life(Random(seed))

	def _life(self, rng: Random) -> None:
		lines = (line(quantity="3", subtotal="33.33"), line(quantity="1", subtotal="33.33"))
		rate = Decimal(rng.choice(["1.0837", "0.0067"]))
		foreign = {"currency": "EUR", "exchange_rate": rate, "shop_currency": "USD"}
		order = plain_order(str(TOTAL), *lines, **(foreign if rng.random() < 0.7 else {}))
		with self.placed(**order) as sold:
			self.rng, self.owing, self.invoice, self.left = rng, TOTAL, None, TOTAL
			self.banks = [self.bank(), self.account("Bank", "EUR")]
			own = rng.random() < 0.5 and bool(self.account("Receivable", sold.currency))
			frappe.db.set_single_value("Accounts Settings", _ALLOW, int(not own))
			for _ in range(rng.randint(4, 8)):
				rng.choice(self._acts())()
			self._check(sold)

	def _acts(self) -> list[Callable[[], None]]:
		acts = [self._pay, self._bill] if self.invoice is None else [self._pay, self._credit, self._pay_back]
		return acts if self.owing < TOTAL else acts[:2]

	def _pay(self) -> None:
		amount = self._part(TOTAL)
		self.pay(str(amount), account=self.rng.choice(self.banks))
		self.owing -= amount

	def _bill(self) -> None:
		self.invoice = self.bill()

	def _credit(self) -> None:
		amount = self._part(self.left)
		if amount <= 0:
			return
		itself = self.outstanding(self.invoice) >= amount
		self.credit(self.invoice, str(amount), [(0, "0", str(amount))], against_itself=itself)
		self.left -= amount
		self.owing -= amount

	def _pay_back(self) -> None:
		amount = self._part(TOTAL)
		self.pay(str(amount), "out", account=self.rng.choice(self.banks))
		self.owing += amount

	def _part(self, most: Decimal) -> Decimal:
		"""All of it now and then."""
		share = Decimal(self.rng.choice(["1", "0.5", "0.333", "0.1", "0.07"]))
		return (most * share).quantize(CENT)

	def _check(self, sold: Any) -> None:
		"""By the ledger in the receivable account's currency, and by what is told of each document."""
		billed = TOTAL if self.invoice is not None else Decimal(0)
		currency, owed = self._balance(sold)
		rate = Decimal(1) if currency == sold.currency else Decimal(str(sold.conversion_rate))
		wanted = (self.owing - TOTAL + billed) * rate
		documents = len(self.observed()[0]) + len(self.observed()[1])
		leeway = Decimal(0) if rate == 1 else CENT * documents
		self.assertLessEqual(abs(owed - wanted), leeway, (currency, owed, wanted))
		paid = sum(each.amount for each in self.observed()[1])
		credited = TOTAL - self.left
		told = abs(TOTAL - credited - paid - self.owing)
		self.assertLessEqual(told, leeway / rate if rate < 1 else leeway)

	def _balance(self, sold: Any) -> tuple[str, Decimal]:
		rows = frappe.db.sql(
			"""SELECT account_currency, SUM(debit_in_account_currency - credit_in_account_currency)
			FROM `tabGL Entry` WHERE party = %s AND is_cancelled = 0 GROUP BY account_currency""",
			sold.customer,
		)
		if not rows:
			return str(sold.currency), Decimal(0)
		((currency, balance),) = rows
		return currency, Decimal(str(flt(balance, 2)))
