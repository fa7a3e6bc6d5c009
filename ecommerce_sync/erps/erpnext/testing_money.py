"""What the tests of invoices, payments and credit notes share: orders with documents, and the General Ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import flt, getdate

from ...core.commands import ChargeRow, Share
from ...core.erp import DocumentRow, ErpPayment, Invoice
from ...core.followups import CreateCreditNote, CreateInvoice, CreatePayment, CreditRow
from ...core.models import Order
from ...core.settings import StoreSettings
from ..contract_support import unique
from . import order_money
from .testing_orders import SalesOrders

CENT = Decimal("0.01")


class Money(SalesOrders):
	"""Commands and what they lead to, inside a unit of work that is undone."""

	order: Order
	sold: Any  # the Sales Order
	chosen: StoreSettings

	@contextmanager
	def placed(self, settings: StoreSettings | None = None, **changes: Any) -> Iterator[Any]:
		"""An order with its Sales Order, undone at the end; its ledger is checked before."""
		self.order, self.chosen = self.with_customer(**changes), settings or self.settings
		with self.undone(self.order):
			self.sold = self.create(self.order, self.chosen)
			yield self.sold
			self.check_ledger()

	def do(self, command: Any) -> Any:
		"""The document that the command leads to."""
		found = self.erp.apply(command, self.order, self.chosen)
		assert found is not None
		return frappe.get_doc(*found)

	@property
	def today(self) -> date:
		return getdate()

	def bill(self, delivery: str | None = None, on: date | None = None) -> Any:
		return self.do(CreateInvoice(document=self.sold.name, posted_on=on or self.today, delivery=delivery))

	def pay(self, amount: str, direction: str = "in", **more: Any) -> Any:
		known = {
			"document": self.sold.name,
			"payment_id": unique(),
			"direction": direction,
			"amount": Decimal(amount),
			"posted_on": self.today,
			"account": self.bank(),
		}
		return self.do(CreatePayment(**{**known, **more}))

	def credit(
		self, invoice: Any, total: str, rows: Any = (), charges: tuple[ChargeRow, ...] = (), **more: Any
	) -> Any:
		"""`rows` are place in the invoice, pieces and rate."""
		known = {
			"invoice": invoice.name,
			"refund_id": unique(),
			"posted_on": self.today,
			"rows": tuple(
				CreditRow(invoice_row=invoice.items[at].name, quantity=Decimal(n), rate=Decimal(rate))
				for at, n, rate in rows
			),
			"charges": charges,
			"total": Decimal(total),
		}
		return self.do(CreateCreditNote(**{**known, **more}))

	def bank(self) -> str:
		return self.account("Bank")

	def account(self, account_type: str, currency: str | None = None) -> str:
		"""An account of the type, made where there is none in the currency."""
		currency = currency or self.settings.company_currency
		known = {"company": self.settings.company, "account_type": account_type, "is_group": 0}
		found = frappe.db.get_value("Account", {**known, "account_currency": currency})
		return str(found or self._new_account(known, account_type, currency))

	def new_account(self, account_type: str, root_type: str) -> str:
		"""A new account of the type beside others of the root."""
		known = {"company": self.settings.company, "root_type": root_type, "is_group": 0}
		parent = frappe.db.get_value("Account", known, "parent_account")
		doc = frappe.new_doc("Account")
		doc.update(
			{**known, "account_name": unique(), "parent_account": parent, "account_type": account_type}
		)
		return str(doc.insert(ignore_permissions=True).name)

	def own_account(self, root_type: str) -> str:
		"""An account that nothing else of the order is booked on."""
		known = {"company": self.settings.company, "root_type": root_type, "is_group": 0, "account_type": ""}
		return str(
			frappe.db.get_value("Account", {**known, "account_currency": self.settings.company_currency})
		)

	def _new_account(self, known: dict[str, Any], account_type: str, currency: str) -> str:
		parent = frappe.db.get_value(
			"Account", {**known, "account_currency": self.settings.company_currency}, "parent_account"
		)
		group = {"company": self.settings.company, "root_type": "Asset", "is_group": 1}
		parent = parent or frappe.db.get_value("Account", {**group, "parent_account": ["is", "set"]})
		doc = frappe.new_doc("Account")
		doc.update(
			{**known, "account_name": f"{account_type} {unique()}", "parent_account": parent}
			| {"account_currency": currency}
		)
		return str(doc.insert(ignore_permissions=True).name)

	def charge(self, kind: Any, shares: Mapping[str, str], account: str | None = None) -> ChargeRow:
		"""A charge to credit, on the accounts of the settings."""
		own = self.settings.shipping_account if kind == "shipping" else self.settings.tax_account
		amounts = {part: Decimal(amount) for part, amount in shares.items()}
		return ChargeRow(
			kind=kind,
			account=account or own or "",
			description=kind,
			amount=sum(amounts.values(), Decimal(0)),
			rate=Decimal("0.06") if kind == "tax" else None,
			shares=tuple(Share(line_id=part, amount=amount) for part, amount in amounts.items()),
		)

	# what there is then

	def observed(self) -> tuple[tuple[Invoice, ...], tuple[ErpPayment, ...]]:
		return order_money.observe(self.sold.name)

	def seen_invoice(self, name: str) -> Invoice:
		return next(each for each in self.observed()[0] if each.name == name)

	def seen_row(self, name: str) -> DocumentRow:
		return self.seen_invoice(name).rows[0]

	def outstanding(self, doc: Any) -> Decimal:
		"""In the order's currency."""
		return self.seen_invoice(doc.name).outstanding

	def order_now(self) -> Any:
		return frappe.get_doc("Sales Order", self.sold.name)

	def booked(self, account: str) -> Decimal:
		"""Debit less credit of the order's documents, in the company's currency."""
		rows = [row for row in self._ledger() if row.account == account]
		return Decimal(str(flt(sum(row.debit - row.credit for row in rows), 2)))

	def owed(self) -> Decimal:
		"""By the customer, in the company's currency."""
		rows = frappe.db.sql(
			"SELECT SUM(debit - credit) FROM `tabGL Entry` WHERE party = %s AND is_cancelled = 0",
			self.sold.customer,
		)
		return Decimal(str(flt(rows[0][0], 2)))

	def check_ledger(self) -> None:
		"""Every document of the order balances by itself."""
		balances: dict[str, float] = {}
		for row in self._ledger():
			balances[row.voucher_no] = balances.get(row.voucher_no, 0.0) + row.debit - row.credit
		assert all(flt(balance, 2) == 0 for balance in balances.values()), balances

	def _ledger(self) -> list[Any]:
		invoices, payments = self.observed()
		names = [self.sold.name, *(each.name for each in invoices), *(each.name for each in payments)]
		return list(
			frappe.db.sql(
				"SELECT voucher_no, account, debit, credit FROM `tabGL Entry`"
				" WHERE voucher_no IN %(names)s AND is_cancelled = 0",
				{"names": names},
				as_dict=True,
			)
		)
