"""Sales Invoices of synced orders: for the whole order, or for what one Delivery Note shipped.

ERPNext's own mapping makes them, so that a person's click would have made the same. Three things differ:

- What was billed is not billed again because it was credited: a refund is no correction. Of every row the
  pieces are taken off that invoices bill, whatever their credit notes say.
- Only money of the order itself is allocated: ERPNext would take any that the customer has paid, also for
  another order of a guest account that many buyers share.
- Payment terms that the store granted are those of the Sales Order; they do not begin before the invoice.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice as invoice_for_order
from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_invoice as invoice_for_delivery
from frappe.utils import flt, getdate

from ...core.errors import Held
from ...core.followups import CreateInvoice
from ...core.models import Order
from ...core.settings import StoreSettings
from .fields import decimal
from .posting import from_store, insert, keep_untaxed, posted, receivable_of, submit
from .refusals import refusals
from .unit import Unit

DOCTYPE = "Sales Invoice"


def create_invoice(
	command: CreateInvoice, order: Order, settings: StoreSettings, unit: Unit
) -> tuple[str, str]:
	"""Insert, allocate the order's advances, submit. Raises `Fixable` for what ERPNext refuses."""
	sold = frappe.get_doc("Sales Order", command.document)
	with refusals(sold.customer):
		doc = _mapped(command)
		_leave_billed(doc)
		_head(doc, sold, order, command.posted_on)
		insert(doc)
		_check(doc, sold)
		_allocate(doc, order, settings)
		submit(doc)
	return DOCTYPE, str(doc.name)


def _mapped(command: CreateInvoice) -> Any:
	if command.delivery:
		return invoice_for_delivery(command.delivery)
	return invoice_for_order(command.document, ignore_permissions=True)


def _leave_billed(doc: Any) -> None:
	"""Rows and pieces that nothing bills yet."""
	billed = _billed([row.so_detail for row in doc.items if row.so_detail])
	for row in list(doc.items):
		if row.so_detail not in billed or not row.qty:
			continue
		ordered, in_invoices = billed[row.so_detail]
		row.qty = min(flt(row.qty), float(ordered - in_invoices))
		if row.qty <= 0:
			doc.remove(row)
	if not doc.items:
		frappe.throw(frappe._("All these items have already been Invoiced/Returned"))


def _billed(rows: list[str]) -> dict[str, tuple[Decimal, Decimal]]:
	"""Of Sales Order Items: the pieces ordered, and those in submitted invoices."""
	found = frappe.db.sql(
		"""SELECT sold.name, sold.qty, SUM(billed.qty)
		FROM `tabSales Order Item` sold
		JOIN `tabSales Invoice Item` billed ON billed.so_detail = sold.name AND billed.docstatus = 1
		JOIN `tabSales Invoice` si ON si.name = billed.parent AND si.is_return = 0
		WHERE sold.name IN %(rows)s GROUP BY sold.name, sold.qty""",
		{"rows": rows or [""]},
	)
	return {name: (decimal(ordered), decimal(billed)) for name, ordered, billed in found}


def _head(doc: Any, sold: Any, order: Order, on: date) -> None:
	posted(doc, on)
	doc.update(from_store(sold, order))
	doc.update({"update_stock": 0, "is_pos": 0, "disable_rounded_total": 1, "ignore_pricing_rule": 1})
	doc.update({"currency": sold.currency, "conversion_rate": sold.conversion_rate})
	doc.update({"allocate_advances_automatically": 0, "advances": []})
	doc.debit_to = receivable_of(sold.customer, sold.company, sold.currency)
	_terms(doc, sold, order)
	if not sold.taxes:
		doc.set("taxes", [])
		keep_untaxed(doc)


def _terms(doc: Any, sold: Any, order: Order) -> None:
	"""The store's terms, else those that ERPNext finds for the customer; dates are reckoned anew from the posting."""
	doc.payment_schedule = []
	doc.due_date = None
	if sold.payment_terms_template:
		doc.payment_terms_template = sold.payment_terms_template
	elif order.payment_terms and sold.payment_schedule:
		doc.payment_terms_template, doc.ignore_default_payment_terms_template = None, 1
		last = max(getdate(due.due_date) for due in sold.payment_schedule)
		doc.due_date = max(last, getdate(doc.posting_date))


def _check(doc: Any, sold: Any) -> None:
	"""An invoice of all that was ordered comes to the order's total, whatever the site adds to invoices."""
	pieces = {row.so_detail: decimal(row.qty) for row in doc.items}
	whole = all(pieces.get(row.name) == decimal(row.qty) for row in sold.items)
	ours, theirs = decimal(doc.grand_total), decimal(sold.grand_total)
	if whole and ours != theirs:
		raise Held(
			"total_mismatch",
			ours=f"{ours:f}",
			theirs=f"{theirs:f}",
			difference=f"{theirs - ours:+f}",
			currency=doc.currency,
		)


def _allocate(doc: Any, order: Order, settings: StoreSettings) -> None:
	"""Advances of this order, up to the total, in the currency of the receivable account."""
	same = doc.party_account_currency == doc.company_currency
	left = flt(doc.base_grand_total if same else doc.grand_total)
	for entry in _own_advances(doc, order, settings):
		allocated = min(left, flt(entry.amount))
		if allocated > 0:
			left = flt(left - allocated, doc.precision("grand_total"))
			doc.append("advances", _advance(doc, entry, allocated))


def _own_advances(doc: Any, order: Order, settings: StoreSettings) -> list[Any]:
	own = {"ecommerce_store": settings.store, "store_order_id": order.id, "docstatus": 1}
	named = set(frappe.get_all("Payment Entry", own, pluck="name"))
	entries = doc.get_advance_entries(include_unallocated=True)
	return [entry for entry in entries if entry.get("against_order") or entry.reference_name in named]


def _advance(doc: Any, entry: Any, allocated: float) -> dict[str, Any]:
	"""As ERPNext's `set_advances` writes it."""
	return {
		"reference_type": entry.reference_type,
		"reference_name": entry.reference_name,
		"reference_row": entry.reference_row,
		"remarks": entry.remarks,
		"advance_amount": flt(entry.amount),
		"allocated_amount": allocated,
		"ref_exchange_rate": flt(entry.exchange_rate),
		"difference_posting_date": doc.posting_date,
		"account": entry.get("paid_from") or entry.get("paid_to"),
	}
