"""Proves that invoices, payments and credit notes in a currency can be posted: posts one of each, rolls back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import frappe
from frappe.utils import getdate, nowdate

from ...core.errors import SyncError
from ...core.reasons import describe
from ...core.settings import StoreSettings
from ..base import SiteCheck
from .currency import exchange_rate
from .refusals import refusals
from .unit import end_transaction

_AMOUNT = 10
_REMEDY = (
	"Create a receivable account in {currency} for {company}, or allow several currencies per party account"
	" (Accounts Settings > Allow multi-currency invoices against single party account)."
)


def prove_books(settings: StoreSettings, currency: str) -> SiteCheck:
	"""One Sales Invoice, Payment Entry and credit note in the currency for a new customer; nothing stays."""
	name = f"Books in {currency}"
	try:
		with _nothing_stays(), refusals():
			account = _post(settings, currency)
	except SyncError as error:
		return SiteCheck(name=name, ok=False, detail=str(error), remedy=_remedy(error, currency, settings))
	return SiteCheck(
		name=name, ok=True, detail=f"Invoice, payment and credit note can be posted ({account})."
	)


def _remedy(error: SyncError, currency: str, settings: StoreSettings) -> str:
	if error.reason == "erp_refused" and currency != settings.company_currency:
		return _REMEDY.format(currency=currency, company=settings.company)
	return describe(error.reason, error.params).remedy


@contextmanager
def _nothing_stays() -> Iterator[None]:
	"""No row, no mail, no message on the screen."""
	end_transaction()
	muted, messages = frappe.flags.mute_emails, len(frappe.local.message_log)
	frappe.flags.mute_emails = True
	try:
		yield
	finally:
		frappe.db.rollback()
		frappe.flags.mute_emails = muted
		del frappe.local.message_log[messages:]


def _post(settings: StoreSettings, currency: str) -> str:
	invoice = _invoice(settings, currency)
	_submit(invoice)
	_submit(_payment(invoice))
	_submit(_credit_note(invoice))
	return str(invoice.debit_to)


def _submit(doc: Any) -> None:
	doc.flags.ignore_permissions = True
	doc.insert()
	doc.submit()


def receivable_account(company: str, currency: str) -> str | None:
	"""The company's own where it is in the currency, else one that is."""
	default = frappe.get_cached_value("Company", company, "default_receivable_account")
	if default and frappe.get_cached_value("Account", default, "account_currency") == currency:
		return str(default)
	filters = {
		"company": company,
		"account_type": "Receivable",
		"account_currency": currency,
		"is_group": 0,
		"disabled": 0,
	}
	return frappe.db.get_value("Account", filters) or default


def _invoice(settings: StoreSettings, currency: str) -> Any:
	today: date = getdate(nowdate())
	invoice = frappe.new_doc("Sales Invoice")
	invoice.update(
		{
			"company": settings.company,
			"customer": _customer(settings),
			"posting_date": today,
			"due_date": today,
			"currency": currency,
			"conversion_rate": exchange_rate(currency, settings.company, today),
			"debit_to": receivable_account(settings.company, currency),
			"ignore_pricing_rule": 1,
			"disable_rounded_total": 1,
		}
	)
	invoice.append("items", {"item_code": _item(), "qty": 1, "rate": _AMOUNT, "price_list_rate": _AMOUNT})
	return invoice


def _payment(invoice: Any) -> Any:
	from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry

	payment = get_payment_entry("Sales Invoice", invoice.name, ignore_permissions=True)
	payment.update({"reference_no": "TEST", "reference_date": invoice.posting_date})
	return payment


def _credit_note(invoice: Any) -> Any:
	from erpnext.controllers.sales_and_purchase_return import make_return_doc

	note = make_return_doc("Sales Invoice", invoice.name)
	note.flags.ignore_permissions = True
	return note


def _customer(settings: StoreSettings) -> str:
	"""A new one: what currency a customer was billed in before must not decide."""
	customer = frappe.new_doc("Customer")
	customer.update(
		{"customer_name": f"Test {frappe.generate_hash(length=8)}", "customer_type": "Individual"}
	)
	customer.update({"customer_group": settings.customer_group, "territory": settings.territory})
	customer.flags.ignore_permissions = True
	customer.flags.ignore_mandatory = True
	return str(customer.insert().name)


def _item() -> str:
	item = frappe.new_doc("Item")
	group = frappe.db.get_value("Item Group", {"is_group": 0})
	code = f"TEST-{frappe.generate_hash(length=8)}"
	item.update({"item_code": code, "item_group": group, "stock_uom": "Nos", "is_stock_item": 0})
	item.flags.ignore_permissions = True
	return str(item.insert().name)
