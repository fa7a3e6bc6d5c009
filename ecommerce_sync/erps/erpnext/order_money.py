"""Money of an order on the site: Sales Invoices, credit notes and Payment Entries. Three queries at most.

An invoice belongs to the order when one of its rows names it, a credit note also when it is made against
such an invoice: one of charges only has no row of the order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import flt

from ...core.commands import ChargeRowKind
from ...core.erp import DocumentRow, ErpCharge, ErpPayment, Invoice
from .fields import decimal

# Kinds of rows that carry none: a person's own, those of a template are taxes.
_OTHER_KIND: ChargeRowKind = "fee"
_TAX_KIND: ChargeRowKind = "tax"

INVOICES = """
	SELECT parent AS name FROM `tabSales Invoice Item` WHERE sales_order = %(order)s
	UNION
	SELECT note.name FROM `tabSales Invoice` note
	JOIN `tabSales Invoice Item` billed ON billed.parent = note.return_against
	WHERE billed.sales_order = %(order)s"""

_ROWS = f"""
	SELECT si.name AS invoice, si.docstatus, si.grand_total, si.outstanding_amount, si.currency,
		si.conversion_rate, si.party_account_currency, si.is_return, si.return_against, si.store_refund_id,
		row.name, row.qty, row.rate, row.amount, row.so_detail, row.dn_detail, row.sales_invoice_item,
		row.warehouse, COALESCE(NULLIF(row.store_line_id, ''), sold.store_line_id, '') AS line_id
	FROM ({INVOICES}) mine
	JOIN `tabSales Invoice` si ON si.name = mine.name
	JOIN `tabSales Invoice Item` row ON row.parent = si.name
	LEFT JOIN `tabSales Order Item` sold ON sold.name = row.so_detail
	ORDER BY si.posting_date, si.posting_time, si.creation, row.idx"""

_CHARGES = """
	SELECT parent, charge_type, account_head, description, rate, tax_amount_after_discount_amount AS amount,
		item_wise_tax_detail, store_charge_kind, store_shares
	FROM `tabSales Taxes and Charges` WHERE parenttype = 'Sales Invoice' AND parent IN %(invoices)s
	ORDER BY idx"""

_PAYMENTS = """
	SELECT pe.name, pe.docstatus, pe.payment_type, pe.store_payment_id, pe.store_order_id, pe.ecommerce_store,
		pe.total_allocated_amount, pe.unallocated_amount,
		IF(pe.payment_type = 'Receive', pe.paid_from_account_currency, pe.paid_to_account_currency) AS currency,
		so.currency AS order_currency, so.conversion_rate, so.ecommerce_store AS store,
		so.store_order_id AS order_id, ref.reference_name, ref.allocated_amount
	FROM (
		SELECT parent AS name FROM `tabPayment Entry Reference`
		WHERE parenttype = 'Payment Entry' AND reference_name IN %(documents)s
		UNION
		SELECT own.name FROM `tabPayment Entry` own
		JOIN `tabSales Order` sold ON sold.store_order_id = own.store_order_id
			AND sold.ecommerce_store = own.ecommerce_store
		WHERE sold.name = %(order)s AND IFNULL(sold.store_order_id, '') != ''
	) mine
	JOIN `tabPayment Entry` pe ON pe.name = mine.name
	JOIN `tabSales Order` so ON so.name = %(order)s
	LEFT JOIN `tabPayment Entry Reference` ref ON ref.parent = pe.name
	WHERE pe.party_type = 'Customer'
	ORDER BY pe.posting_date, pe.creation, ref.idx"""


def observe(sales_order: str) -> tuple[tuple[Invoice, ...], tuple[ErpPayment, ...]]:
	"""All of a submitted Sales Order, drafts and cancelled ones too, oldest first."""
	rows = _grouped(frappe.db.sql(_ROWS, {"order": sales_order}, as_dict=True), "invoice")
	charges = _charges(list(rows))
	billed = {(row.invoice, row.so_detail): row.name for found in rows.values() for row in found}
	invoices = tuple(_invoice(found, charges.get(name, []), billed) for name, found in rows.items())
	return invoices, _payments(sales_order, list(rows))


def _grouped(rows: Iterable[Any], key: str) -> dict[str, list[Any]]:
	found: dict[str, list[Any]] = {}
	for row in rows:
		found.setdefault(row[key], []).append(row)
	return found


def _charges(invoices: list[str]) -> dict[str, list[Any]]:
	if not invoices:
		return {}
	return _grouped(frappe.db.sql(_CHARGES, {"invoices": invoices}, as_dict=True), "parent")


Billed = dict[tuple[str, str | None], str]  # invoice and Sales Order Item to the invoice's row


def _invoice(rows: list[Any], charges: list[Any], billed: Billed) -> Invoice:
	head = rows[0]
	return Invoice(
		name=head.invoice,
		docstatus=head.docstatus,
		total=decimal(head.grand_total),
		outstanding=_outstanding(head),
		rows=tuple(_row(row, billed) for row in rows),
		charges=tuple(charge_of(charge) for charge in charges),
		is_return=bool(head.is_return),
		return_against=head.return_against or None,
		refund_id=head.store_refund_id or None,
	)


def _outstanding(head: Any) -> Decimal:
	"""Kept in the currency of the party's account: where that is the company's, back in the invoice's."""
	return in_currency(
		head.outstanding_amount, head.party_account_currency, head.currency, head.conversion_rate
	)


def in_currency(amount: float, kept_in: str | None, currency: str, conversion_rate: float) -> Decimal:
	"""An amount in the order's currency; `conversion_rate` is the company's currency for one unit of it."""
	same = not kept_in or kept_in == currency or not conversion_rate
	converted = amount if same else amount / conversion_rate
	return decimal(flt(converted, frappe.get_precision("Sales Invoice", "grand_total")))


def _row(row: Any, billed: Billed) -> DocumentRow:
	"""A row of an amount only is not tied to the row that it lowers: see `credit_notes`."""
	lowered = billed.get((row.return_against, row.so_detail)) if row.is_return and row.so_detail else None
	return DocumentRow(
		name=row.name,
		line_id=row.line_id,
		quantity=decimal(row.qty),
		rate=decimal(row.rate),
		amount=decimal(row.amount),
		order_row=row.so_detail or None,
		delivery_row=row.dn_detail or None,
		source_row=row.sales_invoice_item or lowered,
		warehouse=row.warehouse or None,
	)


def charge_of(row: Any) -> ErpCharge:
	"""A Sales Taxes and Charges row, as read from the database or as part of a document."""
	amount = row.get("amount") if row.get("amount") is not None else row.tax_amount_after_discount_amount
	kind = row.store_charge_kind or (_OTHER_KIND if row.charge_type == "Actual" else _TAX_KIND)
	return ErpCharge(
		kind=kind,
		account=row.account_head,
		description=row.description or "",
		amount=decimal(amount),
		rate=_rate(row),
		shares=shares_of(row.store_shares),
	)


def shares_of(text: str | None) -> dict[str, Decimal]:
	"""The JSON of a row's `store_shares`, by part of the order."""
	found = json.loads(text) if text else {}
	return {part: Decimal(str(amount)) for part, amount in found.items()} if isinstance(found, dict) else {}


def _rate(row: Any) -> Decimal | None:
	"""A fraction. An Actual row has none of its own; the detail by Item keeps the one that was charged."""
	if row.charge_type != "Actual":
		return decimal(row.rate) / 100
	detail = json.loads(row.get("item_wise_tax_detail") or "{}")
	values = [value for value in detail.values() if isinstance(value, list) and value]
	return decimal(values[0][0]) / 100 if values and values[0][0] else None


def _payments(sales_order: str, invoices: list[str]) -> tuple[ErpPayment, ...]:
	mine = {sales_order, *invoices}
	rows = frappe.db.sql(_PAYMENTS, {"order": sales_order, "documents": sorted(mine)}, as_dict=True)
	return tuple(_payment(found, mine) for found in _grouped(rows, "name").values())


def _payment(rows: list[Any], mine: set[str]) -> ErpPayment:
	head = rows[0]
	amount = in_currency(_part(rows, mine), head.currency, head.order_currency, head.conversion_rate)
	return ErpPayment(
		name=head.name,
		docstatus=head.docstatus,
		amount=-amount if head.payment_type == "Pay" else amount,
		payment_id=head.store_payment_id or None,
	)


def _part(rows: list[Any], mine: set[str]) -> float:
	"""What of a payment belongs to the order: all of its own one, else what is allocated to its documents."""
	head = rows[0]
	own = bool(head.order_id) and (head.store_order_id, head.ecommerce_store) == (head.order_id, head.store)
	named = [row for row in rows if row.reference_name]
	if own or all(row.reference_name in mine for row in named):
		return float(head.total_allocated_amount + head.unallocated_amount)
	return abs(float(sum(row.allocated_amount for row in named if row.reference_name in mine)))
