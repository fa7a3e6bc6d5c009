"""Return Delivery Notes: goods of a synced order that come back.

ERPNext links a return to the order's row (`so_detail`). Submitted like that it lowers the row's delivered
quantity: the order is "To Deliver" again and reserves the pieces that have just come back, so that no store
sells them; only Selling Settings' `dont_reserve_sales_order_qty_on_sales_return` keeps the reservation away,
and the order is open all the same. Without the link the order stays delivered and Bin's `reserved_qty` is
right, and the delivery still knows what was returned (`dn_detail`: its `per_returned` and "Return Issued").
The link is taken off as the note is submitted, behind ERPNext's checks of it (`doc_events.returns`), and
`against_sales_order` stays, so that the order's Connections show the return.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import frappe
from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_return
from frappe import _
from frappe.utils import get_datetime, getdate

from ...core.errors import Fixable
from ...core.followups import CreateReturn, SubmitReturn
from ...core.models import Order
from ...core.settings import StoreSettings
from .deliveries import DOCTYPE, insert, needs_numbers, post_on, stock_rows, submit_or_keep
from .fields import decimal
from .refusals import refusals
from .unit import Unit


def create(command: CreateReturn, order: Order, settings: StoreSettings, unit: Unit) -> tuple[str, str]:
	"""A return of the given rows and pieces, submitted when asked and possible."""
	_only_delivery_notes(command.delivery)
	with refusals():
		doc = make_sales_return(command.delivery)
		_keep_rows(doc, command.rows, command.warehouse)
		_post(doc, command)
		doc.update({"store_refund_id": command.refund_id, "store_return_id": command.return_id})
		doc.update({"store_fulfilments": None, "store_parcels": []})
		insert(doc)
		if command.submit:
			doc = _loaded(doc.name)
			submit_or_keep(doc, _unnumbered(doc))
	return DOCTYPE, str(doc.name)


def submit(command: SubmitReturn, order: Order, settings: StoreSettings, unit: Unit) -> tuple[str, str]:
	"""The draft with what has come back really; a document that is submitted already only learns its refund."""
	doc: Any = frappe.get_doc(DOCTYPE, command.document, for_update=True)
	doc.store_refund_id = command.refund_id
	with refusals(doc.customer):
		if doc.docstatus == 0:
			doc.check_permission("write")
			doc.flags.ignore_permissions = doc.flags.by_sync = True
			_replace_rows(doc, command.rows)
			doc.save()
			submit_or_keep(doc, _unnumbered(doc))
		else:
			doc.db_set("store_refund_id", command.refund_id, update_modified=False)
	return DOCTYPE, str(doc.name)


def _loaded(name: str) -> Any:
	"""As the form opens it: ERPNext counts what was returned only for a document that began as a return."""
	doc = frappe.get_doc(DOCTYPE, name)
	doc.flags.ignore_permissions = doc.flags.by_sync = True
	return doc


def _replace_rows(doc: Any, rows: Mapping[str, Decimal]) -> None:
	"""Rows that were not announced are taken from the delivery."""
	warehouse = doc.items[0].warehouse if doc.items else None
	fresh = make_sales_return(doc.return_against)
	known = {row.dn_detail: row for row in doc.items}
	wanted = [known.get(row.dn_detail, row) for row in fresh.items if row.dn_detail in rows]
	doc.set("items", [])
	for row in wanted:
		doc.append("items", row)
	_keep_rows(doc, rows, warehouse)


def _only_delivery_notes(name: str) -> None:
	if not frappe.db.exists(DOCTYPE, name):
		detail = _(
			"{0} is no Delivery Note: return its goods with a credit note that updates the stock"
		).format(name)
		raise Fixable("erp_refused", cause="erp:refused", detail=detail)


def _keep_rows(doc: Any, rows: Mapping[str, Decimal], warehouse: str | None) -> None:
	"""Of what ERPNext would return, the given pieces of the given rows of the delivery."""
	doc.items = [row for row in doc.items if rows.get(row.dn_detail)]
	for place, row in enumerate(doc.items, start=1):
		_set_pieces(row, rows[row.dn_detail])
		row.idx = place
		row.warehouse = warehouse or row.warehouse
	_all_found(doc, rows)
	doc.set("packed_items", [])
	doc.set_warehouse = warehouse or doc.set_warehouse
	doc.run_method("calculate_taxes_and_totals")


def _set_pieces(row: Any, quantity: Decimal) -> None:
	"""Numbers of more pieces than come back are taken off: which of them it are is a person's to say."""
	if -decimal(row.qty) != quantity:
		row.serial_no = row.serial_and_batch_bundle = None
	row.qty = -float(quantity)
	row.stock_qty = row.qty * row.conversion_factor


def _unnumbered(doc: Any) -> list[str]:
	"""Items with numbers of which less comes back than was sent; of the whole ERPNext takes the delivery's numbers."""
	if not any(map(needs_numbers, stock_rows(doc))):
		return []
	sent = dict(
		frappe.get_all(
			"Delivery Note Item",
			{"parent": doc.return_against},
			["name", "qty"],
			as_list=True,
		)
	)
	partial = {row.name for row in doc.items if -row.qty != sent.get(row.dn_detail)}
	return [
		row.item_code
		for row in stock_rows(doc)
		if needs_numbers(row) and (row.get("parent_detail_docname") or row.name) in partial
	]


def _all_found(doc: Any, rows: Mapping[str, Decimal]) -> None:
	missing = {name for name, quantity in rows.items() if quantity} - {row.dn_detail for row in doc.items}
	if missing:
		detail = _("{0} has no rows {1} to return").format(doc.return_against, ", ".join(sorted(missing)))
		raise Fixable("erp_refused", cause="erp:refused", detail=detail)


def _post(doc: Any, command: CreateReturn) -> None:
	"""Not before the delivery: ERPNext refuses that."""
	post_on(doc, command.posted_on)
	sent = frappe.db.get_value(DOCTYPE, command.delivery, ["posting_date", "posting_time"], as_dict=True)
	if get_datetime(f"{doc.posting_date} {doc.posting_time}") < get_datetime(
		f"{sent.posting_date} {sent.posting_time}"
	):
		post_on(doc, getdate())
