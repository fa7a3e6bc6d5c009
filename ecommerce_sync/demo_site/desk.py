"""The warehouse at the Desk of a Frappe site: Delivery Notes by ERPNext's own functions, parcels on them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import frappe
from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note

from ..core.life import Parcel
from .world import SiteWorld


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


def bank_account(company: str) -> str:
	"""The company's bank account in the ledger, made where there is none."""
	ours = {"company": company, "is_group": 0, "account_type": ["in", ["Bank", "Cash"]]}
	if found := frappe.db.get_value("Account", ours):
		return str(found)
	parent = frappe.db.get_value("Account", {"company": company, "is_group": 1, "root_type": "Asset"})
	account = {
		"doctype": "Account",
		"account_name": "Demo Bank",
		"company": company,
		"parent_account": parent,
	}
	return str(frappe.get_doc({**account, "account_type": "Bank"}).insert().name)
