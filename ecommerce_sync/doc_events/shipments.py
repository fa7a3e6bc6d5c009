"""Notes shipments of stores' orders, for the stores, and fills the table of their parcels.

What ships is a Delivery Note, a Sales Invoice that updates stock, or a Purchase Order whose supplier
delivers to the buyer: ERPNext makes no receipt for those, a person marks the order itself as Delivered.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe.utils import now

from .outgoing import by_person, note, orders_of

_SWITCH = "fulfil_orders"
_DELIVERED = "Delivered"


def submitted(doc: Any, method: str | None = None) -> None:
	"""Frappe's doc event, of a Delivery Note or Sales Invoice."""
	_note(doc, "submitted")


def cancelled(doc: Any, method: str | None = None) -> None:
	"""Frappe's doc event, of a Delivery Note or Sales Invoice."""
	_note(doc, "cancelled")


def updated(doc: Any, method: str | None = None) -> None:
	"""Frappe's doc event: a submitted document was saved. Only its parcels concern the store."""
	before = doc.get_doc_before_save()
	if before is not None and _parcels(doc) != _parcels(before):
		_note(doc, "parcels")


def ordered(doc: Any, method: str | None = None) -> None:
	"""Frappe's doc event: a Purchase Order has changed in any way, its status alone included."""
	before = doc.get_doc_before_save()
	if before is None or doc.status == before.status or _DELIVERED not in (doc.status, before.status):
		return
	if any(row.delivered_by_supplier for row in doc.items):
		_note(doc, "delivered" if doc.status == _DELIVERED else "withdrawn", before.modified)


def _note(doc: Any, what: str, version: Any = None) -> None:
	ships = doc.doctype != "Sales Invoice" or doc.update_stock
	if ships and by_person(doc):
		note(doc, what, "shipment", orders_of(doc, _SWITCH), version)


def _parcels(doc: Any) -> list[tuple[str, str, str]]:
	rows = doc.get("store_parcels") or ()
	return [(row.carrier or "", row.tracking_number or "", row.tracking_url or "") for row in rows]


def fill_parcels(doc: Any, method: str | None = None) -> None:
	"""Frappe's doc event before a Delivery Note is submitted: its transporter's receipt becomes a parcel."""
	if doc.get("ecommerce_store") and not doc.is_return and doc.get("lr_no") and not doc.store_parcels:
		carrier = doc.transporter_name or doc.transporter
		doc.append("store_parcels", {"carrier": carrier, "tracking_number": doc.lr_no})


def shipped(doc: Any, method: str | None = None) -> None:
	"""Frappe's doc event: a Shipment has changed. Its number becomes the parcel of Delivery Notes that have none.

	Programs of carriers write the number after it was submitted, without saving.
	"""
	if doc.docstatus != 1 or not (doc.awb_number or doc.tracking_url):
		return
	for name in sorted({row.delivery_note for row in doc.shipment_delivery_note if row.delivery_note}):
		note_doc = frappe.get_doc("Delivery Note", name)
		if note_doc.get("ecommerce_store") and note_doc.docstatus == 1 and not note_doc.store_parcels:
			_add_parcel(note_doc, doc)


def _add_parcel(delivery: Any, shipment: Any) -> None:
	"""Written beside the form, which a person who has it open must load again before saving."""
	parcel = {
		"carrier": shipment.carrier or shipment.service_provider,
		"tracking_number": shipment.awb_number,
		"tracking_url": shipment.tracking_url,
	}
	delivery.append("store_parcels", parcel).db_insert()
	delivery.modified = now()
	frappe.db.set_value("Delivery Note", delivery.name, "modified", delivery.modified, update_modified=False)
	frappe.clear_document_cache("Delivery Note", delivery.name)
	_note(delivery, "parcels")
