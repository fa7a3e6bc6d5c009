"""Credit notes for refunds: return Sales Invoices without stock, to the amount that the store paid back.

The recipes, each proved by test_credit_notes:

- Goods: a row with the pieces taken back, tied to the row of the invoice (`sales_invoice_item`), the Sales
  Order (`so_detail`) and the Delivery Note (`dn_detail`). ERPNext counts it as returned of the invoice and
  takes its amount off what is billed of the order; stock moves by a Delivery Note only.
- An amount without goods: a row of the Item with quantity 0 and the amount as rate. It is tied to order and
  delivery but not to the row of the invoice: of a row that is returned in whole ERPNext takes no more, and
  its rate may not be higher than a piece's. The goods can still be returned.
  Where prices include a template's tax it is the amount without: ERPNext takes no tax out of such a row.
- Shipping, taxes or charges only: one row without an Item, without quantity and at no price, because ERPNext wants
  one; the charges stand in the taxes table as Actual rows with their accounts. With an Item ERPNext would
  fill in its price.
- Actual rows carry the negative amounts, with their shares per part of the order; the hook that restates
  partial documents leaves them alone (`flags.store_shares_exact`).
- An invoice by tax template: the rows that ERPNext computes are copied and computed again; what rounding
  leaves goes to the rounding account, more is held.
- An open invoice is credited against itself (`update_outstanding_for_self` off), a paid one keeps the
  credit's own outstanding until a payment out clears it. Currency and rate are the invoice's.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import frappe
from erpnext.controllers.sales_and_purchase_return import make_return_doc
from frappe.utils import getdate

from ...core.commands import ChargeRow
from ...core.errors import Held
from ...core.followups import CreateCreditNote, CreditRow
from ...core.models import Order
from ...core.money import rounded, total
from ...core.settings import StoreSettings
from .fields import decimal, number
from .posting import insert, keep_untaxed, posted, submit
from .refusals import refusals
from .unit import Unit

DOCTYPE = "Sales Invoice"

# What is copied of a tax row that ERPNext computes.
_COMPUTED = (
	"charge_type",
	"row_id",
	"account_head",
	"description",
	"rate",
	"cost_center",
	"included_in_print_rate",
	"store_charge_kind",
)


def create_credit_note(
	command: CreateCreditNote, order: Order, settings: StoreSettings, unit: Unit
) -> tuple[str, str]:
	"""Insert, check the total, submit. Raises `Held` where ERPNext comes to another total than the refund."""
	invoice = frappe.get_doc(DOCTYPE, command.invoice)
	with refusals(invoice.customer):
		doc = make_return_doc(DOCTYPE, command.invoice)
		_head(doc, invoice, command)
		_rows(doc, invoice, command.rows)
		_charges(doc, invoice, command, settings)
		insert(doc)
		_check(doc, command)
		submit(doc)
	return DOCTYPE, str(doc.name)


def _head(doc: Any, invoice: Any, command: CreateCreditNote) -> None:
	posted(doc, max(command.posted_on, getdate(invoice.posting_date)))
	doc.posting_time = (
		invoice.posting_time if doc.posting_date == getdate(invoice.posting_date) else "00:00:00"
	)
	doc.due_date = doc.posting_date
	doc.update({"payment_terms_template": None, "payment_schedule": [], "advances": [], "payments": []})
	doc.update({"is_pos": 0, "update_stock": 0, "disable_rounded_total": 1, "ignore_pricing_rule": 1})
	doc.update({"update_billed_amount_in_sales_order": 1, "update_billed_amount_in_delivery_note": 1})
	doc.update({"discount_amount": 0, "additional_discount_percentage": 0, "packed_items": []})
	doc.update({"debit_to": invoice.debit_to, "conversion_rate": invoice.conversion_rate})
	doc.update({"store_refund_id": command.refund_id, "remarks": command.note or None})
	doc.update_outstanding_for_self = int(not command.against_itself)
	doc.flags.store_shares_exact = True


def _rows(doc: Any, invoice: Any, rows: tuple[CreditRow, ...]) -> None:
	mapped = {row.sales_invoice_item: row.as_dict(no_default_fields=True) for row in doc.items}
	doc.set("items", [])
	for row in rows:
		if row.invoice_row not in mapped:
			frappe.throw(f"Sales Invoice {invoice.name} has no row {row.invoice_row}")
		billed = mapped[row.invoice_row]
		rate = row.rate if row.quantity else _without_included_tax(row.rate, billed, invoice)
		doc.append("items", {**billed, **_credited(row, rate)})
	if not rows:
		doc.append("items", _empty_row(invoice))


def _without_included_tax(amount: Decimal, billed: Any, invoice: Any) -> Decimal:
	"""ERPNext takes the tax out of prices that include it only where there is a quantity."""
	if not any(tax.included_in_print_rate for tax in invoice.taxes):
		return amount
	net, gross = (billed.net_rate, billed.rate) if billed.rate else (invoice.net_total, invoice.total)
	digits = int(invoice.precision("grand_total") or 2)
	return rounded(amount * decimal(net) / decimal(gross), digits) if gross else amount


def _credited(row: CreditRow, rate: Decimal) -> dict[str, Any]:
	"""The price is what is credited for a piece: no list price, discount or margin that ERPNext would apply."""
	values = {
		"qty": -float(row.quantity),
		"rate": number(rate),
		"price_list_rate": number(rate),
		"discount_percentage": 0,
		"discount_amount": 0,
		"margin_type": None,
		"margin_rate_or_amount": 0,
		"pricing_rules": None,
	}
	return values if row.quantity else {**values, "qty": 0, "stock_qty": 0, "sales_invoice_item": None}


def _empty_row(invoice: Any) -> dict[str, Any]:
	"""Stands for charges that are credited without goods."""
	first = invoice.items[0]
	words = frappe._("Credit Note")
	return {
		"item_name": words,
		"description": words,
		"qty": 0,
		"uom": first.uom,
		"conversion_factor": 1,
		"rate": 0,
		"price_list_rate": 0,
		"income_account": first.income_account,
		"expense_account": first.expense_account,
		"cost_center": first.cost_center,
		"sales_order": first.sales_order,
	}


def _charges(doc: Any, invoice: Any, command: CreateCreditNote, settings: StoreSettings) -> None:
	computed = [row for row in invoice.taxes if row.charge_type != "Actual"]
	doc.taxes_and_charges = None
	doc.set("taxes", [{field: row.get(field) for field in _COMPUTED} for row in computed])
	for charge in command.charges:
		doc.append("taxes", _actual(charge, doc))
	keep_untaxed(doc)
	_calculate(doc)  # ERPNext compares the total with what is open of the invoice before it calculates
	if computed:
		_settle(doc, command, settings)


def _actual(charge: ChargeRow, doc: Any) -> dict[str, Any]:
	shares = {share.line_id: str(-share.amount) for share in charge.shares}
	row = {
		"charge_type": "Actual",
		"account_head": charge.account,
		"description": charge.description or charge.kind,
		"tax_amount": -float(charge.amount),
		"cost_center": charge.cost_center or doc.cost_center or _cost_center(doc.company),
		"store_charge_kind": charge.kind,
		"store_shares": json.dumps(shares, ensure_ascii=False) if shares else None,
	}
	return row | _item_wise(charge, doc)


def _cost_center(company: str) -> str | None:
	return frappe.get_cached_value("Company", company, "cost_center")


def _item_wise(charge: ChargeRow, doc: Any) -> dict[str, Any]:
	"""Which Item the tax was charged on, in the company's currency, as on the Sales Order (see order_charges)."""
	meta = frappe.get_meta("Sales Taxes and Charges")
	if charge.kind != "tax" or not meta.get_field("item_wise_tax_detail"):
		return {}
	items = {row.store_line_id: row.item_code for row in doc.items if row.item_code}
	detail: dict[str, list[float]] = {}
	for share in charge.shares:
		if item := items.get(share.line_id):
			entry = detail.setdefault(item, [float((charge.rate or Decimal(0)) * 100), 0.0])
			entry[1] -= float(share.amount) * doc.conversion_rate
	return {"item_wise_tax_detail": json.dumps(detail), "dont_recompute_tax": 1}


def _calculate(doc: Any) -> None:
	doc.run_method("set_missing_values")
	doc.calculate_taxes_and_totals()


def _settle(doc: Any, command: CreateCreditNote, settings: StoreSettings) -> None:
	"""A visible row takes what a template's own rounding leaves: a minor unit a row."""
	difference = -command.total - decimal(doc.grand_total)
	step = Decimal(1).scaleb(-int(doc.precision("grand_total") or 2))
	bound = step * (len(command.rows) + len(doc.taxes))
	if difference and abs(difference) <= bound and settings.rounding_account:
		account = settings.rounding_account
		rounding = ChargeRow(kind="rounding", account=account, description="Rounding", amount=-difference)
		doc.append("taxes", _actual(rounding, doc))
		_calculate(doc)


def _check(doc: Any, command: CreateCreditNote) -> None:
	ours = -decimal(doc.grand_total)
	if ours == command.total:
		return
	charges = total(charge.amount for charge in command.charges)
	raise Held(
		"credit_mismatch",
		refund=command.refund_id,
		adjustment=f"ERPNext comes to {ours:f} {doc.currency} (charges {charges:f}), the refund is {command.total:f}",
	)
