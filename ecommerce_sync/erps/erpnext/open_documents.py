"""What a payment of an order can be allocated to: invoices and credit notes with an outstanding amount, then the order.

Amounts in the currency of the receivable account, as ERPNext keeps outstanding amounts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import frappe
from frappe.utils import flt

from ...core.followups import CreatePayment
from .order_money import INVOICES
from .posting import receivable_of

_OPEN = f"""
	SELECT si.name, si.outstanding_amount, si.debit_to, si.store_refund_id, si.payment_terms_template, si.is_return
	FROM ({INVOICES}) mine JOIN `tabSales Invoice` si ON si.name = mine.name
	WHERE si.docstatus = 1 AND ABS(si.outstanding_amount) > 0.000001
	ORDER BY si.posting_date, si.posting_time, si.creation"""

_BILLED = f"""
	SELECT IFNULL(SUM(si.grand_total), 0), IFNULL(SUM(si.base_grand_total), 0)
	FROM ({INVOICES}) mine JOIN `tabSales Invoice` si ON si.name = mine.name
	WHERE si.docstatus = 1 AND si.is_return = 0"""


class OpenDocument(NamedTuple):
	"""A document, or one term of it; `amount` is positive, `sign` -1 where it stands below zero."""

	doctype: str
	name: str
	account: str
	amount: float
	sign: int = 1
	term: str | None = None


def open_documents(sold: Any, command: CreatePayment) -> list[OpenDocument]:
	"""In the order in which money goes to them; all of one receivable account, which a Payment Entry has one of."""
	rows = frappe.db.sql(_OPEN, {"order": sold.name}, as_dict=True)
	if command.direction == "in":
		found = [part for row in rows if row.outstanding_amount > 0 for part in _parts(row)]
		account = found[0].account if found else receivable_of(sold.customer, sold.company, sold.currency)
		found += _advance(sold, account)
	else:
		below = [row for row in rows if row.outstanding_amount < 0]
		below.sort(key=lambda row: not command.refund_id or row.store_refund_id != command.refund_id)
		found = [_open(row, -row.outstanding_amount, -1) for row in below]
	return [each for each in found if each.account == found[0].account]


def _open(row: Any, amount: float, sign: int = 1, term: str | None = None) -> OpenDocument:
	return OpenDocument("Sales Invoice", row.name, row.debit_to, flt(amount, 9), sign, term)


def _parts(row: Any) -> Iterator[OpenDocument]:
	"""The whole invoice; its terms one by one where their template wants payments allocated so."""
	if not _by_terms(row.payment_terms_template):
		yield _open(row, row.outstanding_amount)
		return
	invoice = frappe.get_doc("Sales Invoice", row.name)
	rate = 1.0 if invoice.party_account_currency == invoice.currency else flt(invoice.conversion_rate)
	left = flt(row.outstanding_amount)
	for due in invoice.payment_schedule:
		amount = min(left, flt(due.outstanding * rate, invoice.precision("outstanding_amount")))
		if amount > 0:
			left -= amount
			yield _open(row, amount, 1, due.payment_term)


def _by_terms(template: str | None) -> bool:
	field = "allocate_payment_based_on_payment_terms"
	return bool(template and frappe.get_cached_value("Payment Terms Template", template, field))


def _advance(sold: Any, account: str) -> Iterator[OpenDocument]:
	"""What of the order is neither billed nor advanced; ERPNext takes nothing for a closed or fully billed one."""
	if sold.docstatus != 1 or sold.status == "Closed" or abs(100 - flt(sold.per_billed)) <= 0.01:
		return
	if _by_terms(sold.payment_terms_template):
		return
	billed, base_billed = frappe.db.sql(_BILLED, {"order": sold.name})[0]
	same = frappe.get_cached_value("Account", account, "account_currency") == sold.currency
	left = sold.grand_total - billed if same else sold.base_grand_total - base_billed
	amount = flt(left - sold.advance_paid, sold.precision("grand_total"))
	if amount > 0:
		yield OpenDocument("Sales Order", sold.name, account, amount)
