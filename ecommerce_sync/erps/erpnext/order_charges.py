"""Sales Taxes and Charges rows of a Sales Order: the store's own amounts, or an ERPNext template's."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import frappe
from erpnext.controllers.accounts_controller import get_taxes_and_charges
from frappe.utils import flt

from ...core.commands import ChargeRow, SalesOrderDraft
from ...core.errors import Fixable, Held
from .fields import decimal, number

_TEMPLATE = "Sales Taxes and Charges Template"


def add_charges(doc: Any, draft: SalesOrderDraft) -> None:
	"""Append the rows; in template mode ERPNext computes, and a small difference gets a rounding row."""
	if draft.tax_template:
		_add_template(doc, draft)
	for charge in draft.charges:
		doc.append("taxes", _actual_row(charge, doc, draft))
	if draft.tax_template:
		_settle_with_template(doc, draft)
	else:
		_settle(doc, draft, _sum(doc, draft))
	if not doc.get("taxes"):
		# ERPNext would add the customer's Tax Rule or the Items' tax templates to an order without tax;
		# it asks for this attribute, which Sales Order has no field for, before it does.
		doc.is_pos = 1


def _actual_row(charge: ChargeRow, doc: Any, draft: SalesOrderDraft) -> dict[str, Any]:
	shares = {share.line_id: str(share.amount) for share in charge.shares}
	row = {
		"charge_type": "Actual",
		"account_head": charge.account,
		"description": charge.description or charge.kind,
		"tax_amount": number(charge.amount),
		"cost_center": charge.cost_center or draft.cost_center or _cost_center(draft.company),
		"store_charge_kind": charge.kind,
		"store_shares": json.dumps(shares, ensure_ascii=False) if shares else None,
	}
	return row | _item_wise(charge, doc, draft)


def _cost_center(company: str) -> str | None:
	return frappe.get_cached_value("Company", company, "cost_center")


def _item_wise(charge: ChargeRow, doc: Any, draft: SalesOrderDraft) -> dict[str, Any]:
	"""Which Item the tax was charged on, in the company's currency. ERPNext 16 keeps that in a table of its own and computes it."""
	meta = frappe.get_meta("Sales Taxes and Charges")
	if charge.kind != "tax" or not meta.get_field("item_wise_tax_detail"):
		return {}
	rate = float((charge.rate or Decimal(0)) * 100)
	amounts = _amounts_by_item(charge, draft)
	detail = {item: [rate, float(amount) * doc.conversion_rate] for item, amount in amounts.items()}
	return {"item_wise_tax_detail": json.dumps(detail), "dont_recompute_tax": 1}


def _amounts_by_item(charge: ChargeRow, draft: SalesOrderDraft) -> dict[str, Decimal]:
	"""In the order's currency; the tax on shipping belongs to no Item."""
	items = {row.line_id: row.item_code for row in draft.rows}
	found: dict[str, Decimal] = {}
	for share in charge.shares:
		if item := items.get(share.line_id):
			found[item] = found.get(item, Decimal(0)) + share.amount
	return found


def _add_template(doc: Any, draft: SalesOrderDraft) -> None:
	"""The template's rows, on the store's basis. Fixed amounts stand for nothing that the store charged."""
	doc.taxes_and_charges = draft.tax_template
	for row in get_taxes_and_charges(_TEMPLATE, draft.tax_template):
		if row.get("charge_type") != "Actual":
			row["included_in_print_rate"] = int(draft.prices_include_tax)
			row["store_charge_kind"] = "tax"
			doc.append("taxes", row)


def _settle_with_template(doc: Any, draft: SalesOrderDraft) -> None:
	doc.run_method("set_missing_values")
	doc.calculate_taxes_and_totals()
	ours = decimal(doc.grand_total)
	_settle(doc, draft, ours)
	if abs(draft.total - ours) > draft.tolerance:
		raise mismatch("template_total_mismatch", ours, draft)


def _sum(doc: Any, draft: SalesOrderDraft) -> Decimal:
	"""As ERPNext will add up: half a cent (0.5 kg at 3.33) goes where the site's rounding method sends it."""
	rows = (decimal(flt(row.rate * row.qty, draft.digits)) for row in doc.items)
	return sum(rows, Decimal(0)) + sum((charge.amount for charge in draft.charges), Decimal(0))


def _settle(doc: Any, draft: SalesOrderDraft, ours: Decimal) -> None:
	"""A visible row takes what rounding leaves; more than that stays, for the total's check to find."""
	difference = draft.total - ours
	if not difference or abs(difference) > draft.tolerance:
		return
	if not draft.rounding_account:
		cause = f"setting:{doc.ecommerce_store}:rounding_account"
		words = {"label": "Account for rounding", "order": draft.order_name, "store": doc.ecommerce_store}
		raise Fixable("setting_missing", cause=cause, **words)
	rounding = ChargeRow(
		kind="rounding", account=draft.rounding_account, description="Rounding", amount=difference
	)
	doc.append("taxes", _actual_row(rounding, doc, draft))


def mismatch(reason: str, ours: Decimal, draft: SalesOrderDraft) -> Held:
	"""Both totals and what lies between them, for a person."""
	return Held(
		reason,
		ours=f"{ours:.{draft.digits}f}",
		theirs=f"{draft.total:.{draft.digits}f}",
		difference=f"{draft.total - ours:+.{draft.digits}f}",
		currency=draft.currency,
	)
