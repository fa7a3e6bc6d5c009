"""A submitted Sales Order as the planner sees it: its rows, its charges and whether anything is left to do on it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import frappe

from ...core.base import ZERO
from ...core.erp import ErpCharge, SalesOrderRow, SalesOrderState
from .fields import decimal
from .order_money import charge_of

_ROWS = """SELECT name, store_line_id, item_code, qty, rate, price_list_rate, warehouse, delivered_qty, billed_amt
	FROM `tabSales Order Item` WHERE parent = %s ORDER BY idx"""
_CHARGES = """SELECT store_charge_kind, store_shares, charge_type, account_head, description, rate,
	tax_amount_after_discount_amount AS amount, item_wise_tax_detail
	FROM `tabSales Taxes and Charges` WHERE parent = %s AND parenttype = %s ORDER BY idx"""


def with_rows(state: SalesOrderState, unlinked: Mapping[str, Decimal]) -> SalesOrderState:
	"""The state with rows and charges. Two queries.

	`unlinked` are pieces by row that came back while ERPNext counts them as delivered still, see `returns`.
	"""
	rows = tuple(_row(row, unlinked) for row in frappe.db.sql(_ROWS, state.name, as_dict=True))
	return state.model_copy(update={"rows": rows, "charges": charges_of("Sales Order", state.name)})


def charges_of(doctype: str, name: str) -> tuple[ErpCharge, ...]:
	"""A document's Sales Taxes and Charges rows, signed as they stand on it. One query."""
	return tuple(charge_of(row) for row in frappe.db.sql(_CHARGES, (name, doctype), as_dict=True))


def _row(row: Any, unlinked: Mapping[str, Decimal]) -> SalesOrderRow:
	return SalesOrderRow(
		name=row.name,
		line_id=row.store_line_id or "",
		item_code=row.item_code,
		quantity=decimal(row.qty),
		rate=decimal(row.rate),
		list_rate=decimal(row.price_list_rate),
		warehouse=row.warehouse or None,
		delivered=decimal(row.delivered_qty) - unlinked.get(row.name, ZERO),
		billed=decimal(row.billed_amt),
	)
