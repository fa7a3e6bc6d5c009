"""The site under the lives of orders: its stores with every policy on, the warehouse at the Desk, the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import frappe
from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note

from ecommerce_sync.core.life import Parcel
from ecommerce_sync.demo_site import SiteWorld
from ecommerce_sync.demo_site.person import Ground
from ecommerce_sync.sandbox.generator import LOCATIONS
from ecommerce_sync.sandbox.world import Shop

_IMBALANCE = """select ifnull(sum(abs(off)), 0) from (select sum(g.debit) - sum(g.credit) as off from `tabGL Entry` g
	where g.company = %s and g.is_cancelled = 0 group by g.voucher_type, g.voucher_no) each_voucher"""
_RECEIVABLE = """select g.party, sum(g.debit_in_account_currency) - sum(g.credit_in_account_currency)
	from `tabGL Entry` g join `tabAccount` a on a.name = g.account
	where g.party_type = 'Customer' and a.account_type = 'Receivable' and g.is_cancelled = 0
	and g.party in %(customers)s group by g.party"""


def policies(ground: Ground, shop: Shop, company: str) -> dict[str, Any]:
	"""Fields of the Store Connection; the invoice policy differs by payment method so that both are lived."""
	bank = _bank(company)
	places = [{"location_id": str(each), "warehouse": ground.warehouse, "priority": 1} for each in LOCATIONS]
	return {
		"warehouse": ground.warehouse,
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


def _bank(company: str) -> str:
	"""The company's bank account in the ledger, made where there is none."""
	ours = {"company": company, "is_group": 0, "account_type": ["in", ["Bank", "Cash"]]}
	if found := frappe.db.get_value("Account", ours):
		return str(found)
	parent = frappe.db.get_value("Account", {"company": company, "is_group": 1, "root_type": "Asset"})
	account = {
		"doctype": "Account",
		"account_name": "Life Bank",
		"company": company,
		"parent_account": parent,
	}
	return str(frappe.get_doc({**account, "account_type": "Bank"}).insert().name)


class SiteDesk:
	"""See `sandbox.life_run.Desk`: ERPNext's own functions, as an Administrator at the Desk."""

	def __init__(self, world: SiteWorld) -> None:
		self.world = world

	def deliver(self, store: str, order_id: str, pieces: dict[str, Decimal], parcel: Parcel) -> str | None:
		frappe.db.rollback()
		name = frappe.db.get_value(
			"Sales Order",
			{
				"ecommerce_store": store,
				"store_order_id": order_id,
				"docstatus": 1,
				"status": ["!=", "Closed"],
			},
		)
		note = make_delivery_note(name) if name else None
		if note is None or not _keep(note, pieces):
			return None
		note.append("store_parcels", {"carrier": parcel.carrier, "tracking_number": parcel.number})
		try:
			note.insert()
			note.submit()
		except frappe.ValidationError:
			frappe.db.rollback()
			return None
		frappe.db.commit()
		return str(note.name)

	def cancel_delivery(self, store: str, order_id: str, delivery: str) -> bool:
		frappe.db.rollback()
		try:
			frappe.get_doc("Delivery Note", delivery).cancel()
		except frappe.ValidationError:
			frappe.db.rollback()
			return False
		frappe.db.commit()
		return True

	def add_parcel(self, store: str, order_id: str, delivery: str, parcel: Parcel) -> None:
		frappe.db.rollback()
		note = frappe.get_doc("Delivery Note", delivery)
		if note.docstatus == 1:
			note.append("store_parcels", {"carrier": parcel.carrier, "tracking_number": parcel.number})
			note.save()
			frappe.db.commit()


def _keep(note: Any, pieces: dict[str, Decimal]) -> bool:
	"""Only the pieces that the warehouse has packed; whether all of them are still to be sent."""
	rows = []
	for row in note.items:
		wanted = min(pieces.get(row.store_line_id, Decimal(0)), Decimal(str(row.qty)))
		if wanted > 0:
			row.qty = float(wanted)
			pieces[row.store_line_id] -= wanted
			rows.append(row)
	note.set("items", rows)
	return bool(rows) and not any(pieces.values())


def imbalance(company: str) -> Decimal:
	"""Debit less credit of each voucher, summed without their signs."""
	frappe.db.rollback()
	return Decimal(str(frappe.db.sql(_IMBALANCE, company)[0][0]))


def receivables(customers: Sequence[str]) -> Mapping[str, Decimal]:
	"""What customers owe by the ledger, in their accounts' currency."""
	frappe.db.rollback()
	rows = frappe.db.sql(_RECEIVABLE, {"customers": [*customers, ""]})
	return {party: Decimal(str(amount)) for party, amount in rows}
