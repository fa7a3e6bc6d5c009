"""The site under the lives of orders: its stores with every policy on, and what its ledger says at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import frappe

from ecommerce_sync.demo_site.desk import bank_account
from ecommerce_sync.demo_site.person import Ground
from ecommerce_sync.sandbox.generator import LOCATIONS
from ecommerce_sync.sandbox.world import Shop
from ecommerce_sync.storefronts.base import platform

_IMBALANCE = """select ifnull(sum(abs(off)), 0) from (select sum(g.debit) - sum(g.credit) as off from `tabGL Entry` g
	where g.company = %s and g.is_cancelled = 0 group by g.voucher_type, g.voucher_no) each_voucher"""
_RECEIVABLE = """select g.party, sum(g.debit_in_account_currency) - sum(g.credit_in_account_currency)
	from `tabGL Entry` g join `tabAccount` a on a.name = g.account
	where g.party_type = 'Customer' and a.account_type = 'Receivable' and g.is_cancelled = 0
	and (g.voucher_no in (select name from `tabSales Invoice` where ecommerce_store in %(stores)s)
	or g.voucher_no in (select name from `tabPayment Entry` where ecommerce_store in %(stores)s))
	group by g.party"""


def policies(ground: Ground, shop: Shop, company: str) -> dict[str, Any]:
	"""Fields of the Store Connection; the invoice policy differs by payment method so that both are lived."""
	bank = bank_account(company)
	places = [{"location_id": str(each), "warehouse": ground.warehouse, "priority": 1} for each in LOCATIONS]
	return {
		"warehouse": ground.warehouse,
		"statuses": "\n".join(platform(shop.platform).capabilities.statuses),
		"locations": places if shop.place else [],
		"invoice_policy": "On payment",
		"record_payments": 1,
		"payment_account": bank,
		"payment_methods": [
			{"method": method, "account": bank, "invoice_policy": "On shipment"}
			for method in ("paypal", "manual", "bacs")
		],
		"fulfil_orders": 1,
		"deliveries_in": "Submitted Delivery Note",
		"returns_in": "Submitted Return",
	}


def imbalance(company: str) -> Decimal:
	"""Debit less credit of each voucher, summed without their signs."""
	frappe.db.rollback()
	return Decimal(str(frappe.db.sql(_IMBALANCE, company)[0][0]))


def receivables(stores: Sequence[str]) -> Mapping[str, Decimal]:
	"""What customers owe by the ledger for these stores' invoices and payments, in their accounts' currency."""
	frappe.db.rollback()
	rows = frappe.db.sql(_RECEIVABLE, {"stores": list(stores)})
	return {party: Decimal(str(amount)) for party, amount in rows}
