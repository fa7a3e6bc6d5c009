"""Delivery Notes for what a store or its logistics partner has shipped.

A note that ERPNext cannot submit without a person (serial or batch numbers are to be chosen, stock is not
there) stays a draft that says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note
from erpnext.stock.stock_ledger import NegativeStockError
from frappe import _
from frappe.model.workflow import get_workflow_name
from frappe.utils import getdate, nowtime, today

from ...core.base import ZERO
from ...core.errors import Fixable, Held
from ...core.followups import Adopt, CancelDelivery, CreateDelivery
from ...core.life import LineQuantity, Parcel
from ...core.models import Order
from ...core.settings import StoreSettings
from .fields import decimal, fit
from .order_deliveries import stored_told, told_of
from .refusals import refusals
from .unit import Unit

DOCTYPE = "Delivery Note"
_END_OF_DAY = "23:59:59"


def create(command: CreateDelivery, order: Order, settings: StoreSettings, unit: Unit) -> tuple[str, str]:
	"""A Delivery Note of the given pieces, submitted when asked and possible."""
	customer = frappe.db.get_value("Sales Order", command.document, "customer") or ""
	with refusals(customer):
		_not_finished(command.document)
		doc = make_delivery_note(command.document)
		_keep_pieces(doc, command)
		post_on(doc, command.posted_on)
		doc.update({"ecommerce_store": settings.store, "store_order_id": order.id})
		doc.store_fulfilments = stored_told((command.fulfilment_id,), command.parcels, by_sync=True)
		doc.set("store_parcels", [_parcel(parcel) for parcel in command.parcels])
		insert(doc)
		if command.submit:
			submit_or_keep(doc, _unnumbered(doc))
	return DOCTYPE, str(doc.name)


def cancel(command: CancelDelivery, order: Order, settings: StoreSettings, unit: Unit) -> tuple[str, str]:
	"""Cancel, or delete a draft. Raises `Held` when it was billed or goods came back: that is a person's to undo."""
	doc: Any = frappe.get_doc(DOCTYPE, command.document, for_update=True)
	if doc.docstatus == 1 and (doc.per_billed or doc.per_returned):
		raise Held("fulfilment_cancelled", document=doc.name)
	doc.flags.by_sync = True
	with refusals(doc.customer):
		if doc.docstatus == 1:
			doc.cancel()
			_forget(doc)
		elif doc.docstatus == 0:
			doc.delete()
	return DOCTYPE, str(command.document)


def _forget(doc: Any) -> None:
	"""The store has called it back: should the same fulfilment come again, it needs a delivery again."""
	known = told_of(doc.store_fulfilments)
	value = stored_told((), known["told"], known["by_sync"])
	frappe.db.set_value(DOCTYPE, doc.name, "store_fulfilments", value, update_modified=False)


def adopt(command: Adopt, order: Order, settings: StoreSettings, unit: Unit) -> tuple[str, str]:
	"""A fulfilment of the store is the shipment that a person entered; `modified` stays."""
	place = (command.doctype, command.document)
	known = told_of(frappe.db.get_value(*place, "store_fulfilments"))
	ids = dict.fromkeys((*known["ids"], command.external_id))
	values = {"store_fulfilments": stored_told(ids, known["told"], known["by_sync"])}
	if not frappe.db.get_value(*place, "store_order_id"):
		values |= {"ecommerce_store": settings.store, "store_order_id": order.id}
		values |= {"store_order_number": fit(order.name)}
	frappe.db.set_value(*place, values, update_modified=False)
	return place


def _not_finished(name: str) -> None:
	"""ERPNext makes a Delivery Note of a closed order and refuses it only when it is saved, in other words."""
	status = frappe.db.get_value("Sales Order", name, "status")
	if status in ("Closed", "On Hold"):
		frappe.throw(_("Sales Order {0} is {1}").format(name, _(status)))


def insert(doc: Any) -> None:
	"""The sync user's rights on the document itself decide, see `sales_orders`."""
	doc.check_permission("create")
	doc.flags.ignore_permissions = True
	doc.flags.by_sync = True
	doc.insert()


def post_on(doc: Any, day: date) -> None:
	"""At the end of a past day, so that all that came in on it counts; now for today. ERPNext takes no later day."""
	doc.set_posting_time = 1
	past = day < getdate(today())
	doc.posting_date = day if past else today()
	doc.posting_time = _END_OF_DAY if past else nowtime()


def submit_or_keep(doc: Any, numbered: Iterable[str]) -> None:
	"""Submit; where that is a person's to do, the draft says why. `numbered` are Items that wait for numbers."""
	if why := _waits_for(doc, list(dict.fromkeys(numbered))):
		doc.add_comment("Comment", why)
		return
	if _submitted(doc):
		return
	if getdate(doc.posting_date) < getdate(today()):  # booked in later than the store shipped it
		post_on(doc, getdate(today()))
		if _submitted(doc):
			return
	doc.set_posting_time = 0  # whoever submits it when the stock is there does that then
	doc.save()
	doc.add_comment("Comment", _("Not submitted: the stock is not there."))


def _submitted(doc: Any) -> bool:
	"""Undone again where the stock is missing."""
	frappe.db.savepoint("delivery")
	doc.check_permission("submit")
	try:
		doc.submit()
	except NegativeStockError:
		frappe.db.rollback(save_point="delivery")
		frappe.clear_document_cache(doc.doctype, doc.name)
		doc.reload()
		doc.flags.ignore_permissions = doc.flags.by_sync = True
		return False
	return True


def _waits_for(doc: Any, numbered: list[str]) -> str | None:
	if get_workflow_name(doc.doctype):
		return _("Not submitted: a Workflow decides about that.")
	if numbered:
		items = ", ".join(numbered)
		return _("Not submitted: choose the serial or batch numbers of {0}.").format(items)
	return None


def _unnumbered(doc: Any) -> list[str]:
	"""Items whose serial or batch numbers ERPNext does not choose by itself."""
	if frappe.db.get_single_value("Stock Settings", "auto_create_serial_and_batch_bundle_for_outward"):
		return []
	return [row.item_code for row in stock_rows(doc) if needs_numbers(row)]


def stock_rows(doc: Any) -> Iterator[Any]:
	"""Rows that may move stock: Items, and the parts of bundles."""
	yield from doc.items
	yield from doc.get("packed_items") or ()


def needs_numbers(row: Any) -> bool:
	"""Whether the row's Item has serial or batch numbers and none are on it."""
	if row.get("serial_and_batch_bundle") or row.get("serial_no") or row.get("batch_no"):
		return False
	return any(frappe.get_cached_value("Item", row.item_code, ["has_serial_no", "has_batch_no"]) or ())


def _keep_pieces(doc: Any, command: CreateDelivery) -> None:
	"""Only the given pieces stay on the note. ERPNext has put on it all that is not delivered yet."""
	rows = sorted(doc.items, key=lambda row: (row.warehouse != command.warehouse, row.idx))
	kept: dict[str, Decimal] = {}
	for line in command.lines:
		_spread(line, [row for row in rows if row.store_line_id == line.line_id], kept)
	doc.items = [row for row in doc.items if kept.get(row.so_detail)]
	for place, row in enumerate(doc.items, start=1):
		row.idx, row.qty = place, float(kept[row.so_detail])
		row.stock_qty = row.qty * row.conversion_factor
		row.warehouse = command.warehouse or row.warehouse
	doc.set("packed_items", [])
	doc.set_warehouse = command.warehouse or doc.get("set_warehouse")
	doc.run_method("calculate_taxes_and_totals")


def _spread(line: LineQuantity, rows: Iterable[Any], kept: dict[str, Decimal]) -> None:
	"""Over the line's rows, in the order given. Raises `Fixable` when more was shipped than is open."""
	left = line.quantity
	for row in rows:
		before = kept.get(row.so_detail, ZERO)
		taken = min(left, decimal(row.qty) - before)
		kept[row.so_detail] = before + taken
		left -= taken
	if left:
		shipped, open_pieces = f"{line.quantity:f}", f"{line.quantity - left:f}"
		detail = _("Line {0}: {1} pieces were shipped, {2} are open").format(
			line.line_id, shipped, open_pieces
		)
		raise Fixable("erp_refused", cause="erp:refused", detail=detail)


def _parcel(parcel: Parcel) -> dict[str, Any]:
	return {
		"carrier": fit(parcel.carrier),
		"tracking_number": fit(parcel.number),
		"tracking_url": fit(parcel.url, 2000),
	}
