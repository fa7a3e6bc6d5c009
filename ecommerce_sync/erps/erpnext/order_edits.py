"""Changes of a submitted Sales Order: its rows by ERPNext's "Update Items", all else in one save behind it.

`update_child_qty_rate` changes rates and quantities, removes rows and checks what is delivered, billed and
approved; new rows are written before, because it would give them neither Warehouse nor line id, and an
Item that the order has already would be refused on sites that want it once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, Decimal
from typing import Any

import frappe
from erpnext.controllers.accounts_controller import update_child_qty_rate
from erpnext.stock.stock_balance import get_reserved_qty, update_bin_qty
from frappe.contacts.doctype.address.address import get_address_display

from ...core.commands import Row, SalesOrderDraft
from ...core.erp import SalesOrderRow
from ...core.errors import Held
from ...core.followups import ChangeSalesOrder
from ...core.models import Order
from ...core.row_edits import RowEdit, row_edits
from ...core.settings import StoreSettings
from . import observe, oversold, pick_lists
from .addresses import ensure_addresses
from .fields import decimal, number, plain
from .order_charges import add_charges
from .refusals import refusals
from .sales_orders import DOCTYPE, by_day, check_total, header, places, row_values
from .unit import Unit

# Of the header only what may differ later; the customer, the dates and the currency are the document's own.
_HEADER = (
	"po_no",
	"store_order_number",
	"store_order_url",
	"store_order_status",
	"store_coupon_codes",
	"store_note",
	"store_refund_ids",
)


def change(command: ChangeSalesOrder, order: Order, settings: StoreSettings, unit: Unit) -> tuple[str, str]:
	"""Bring the document to the draft. Raises `Held` when delivered or billed pieces would have to go."""
	doc: Any = frappe.get_doc(DOCTYPE, command.document, for_update=True)
	draft = command.draft
	with refusals(doc.customer):
		doc.check_permission("write")
		_places_of_customer(doc, draft, unit)
		picking = pick_lists.drafts(doc.name)
		for name in picking:
			frappe.get_doc(pick_lists.DOCTYPE, name).delete(ignore_permissions=True)
		edits = _edits(doc, draft)
		taken = _reserved_places(doc)
		doc = _change_rows(doc, edits, draft, settings, unit)
		_save_rest(doc, edits, draft, settings, unit)
		check_total(doc, draft)
		_settle(doc, taken)
		if picking:
			pick_lists.again(doc.name)
	oversold.notify(doc, draft)
	return DOCTYPE, str(doc.name)


def _places_of_customer(doc: Any, draft: SalesOrderDraft, unit: Unit) -> None:
	"""The document keeps its Customer, whoever the store's order names by now: the addresses must be his."""
	if unit.customer != doc.customer:
		unit.customer, unit.contact = doc.customer, None
		observe.locate_places(draft.customer, unit)
		ensure_addresses(draft.customer, draft.company, unit)


def _edits(doc: Any, draft: SalesOrderDraft) -> list[RowEdit]:
	rows = [_known(row) for row in doc.items]
	settled = {row.name: _settled(row) for row in doc.items}
	edits = row_edits(rows, draft.rows, settled, draft.digits)
	planned = {edit.name: edit.row for edit in edits}
	short = [row for row in doc.items if settled[row.name] and not _kept(row, settled, planned.get(row.name))]
	if short:
		raise Held(
			"order_changed",
			document=doc.name,
			changes=", ".join(f"{row.item_code} ({row.qty:g})" for row in short),
			ours=f"{decimal(doc.grand_total):f}",
			theirs=f"{draft.total:f}",
		)
	return edits


def _kept(row: Any, settled: Mapping[str, Decimal], wanted: Row | None) -> bool:
	"""Whether what is delivered or billed of a row stays as it is."""
	return wanted is not None and wanted.quantity >= settled[row.name] and wanted.rate == decimal(row.rate)


def _known(row: Any) -> SalesOrderRow:
	return SalesOrderRow(
		name=row.name,
		line_id=row.store_line_id or "",
		item_code=row.item_code,
		quantity=decimal(row.qty),
		rate=decimal(row.rate),
		list_rate=decimal(row.price_list_rate),
		warehouse=row.warehouse or None,
	)


def _settled(row: Any) -> Decimal:
	"""Pieces that are delivered or billed; of an amount without pieces, as many as it pays for."""
	billed = decimal(row.billed_amt) / decimal(row.rate) if row.rate else Decimal(0)
	pieces = billed.quantize(Decimal("1e-6")).to_integral_value(ROUND_CEILING) if billed > 0 else Decimal(0)
	return max(decimal(row.delivered_qty), min(pieces, decimal(row.qty)))


def _change_rows(
	doc: Any, edits: Sequence[RowEdit], draft: SalesOrderDraft, settings: StoreSettings, unit: Unit
) -> Any:
	"""The document after ERPNext has changed its rows; as it is where none of them differ."""
	kept = {edit.name: edit.row for edit in edits if edit.name}
	added = [edit.row for edit in edits if not edit.name]
	current = {row.name: row for row in doc.items}
	same = not added and kept.keys() == current.keys()
	if same and all(_equal(current[name], row) for name, row in kept.items()):
		return doc
	places = [_insert(doc, row, draft, settings, unit) for row in added]
	rows = [_as_told(current[name], row) for name, row in kept.items()] + places
	update_child_qty_rate(DOCTYPE, json.dumps(rows, default=str), doc.name)
	return frappe.get_doc(DOCTYPE, doc.name)


def _equal(row: Any, wanted: Row) -> bool:
	return (decimal(row.qty), decimal(row.rate)) == (wanted.quantity, wanted.rate)


def _as_told(row: Any, wanted: Row | None = None) -> dict[str, Any]:
	"""One row as the form "Update Items" sends it."""
	return {
		"docname": row.name,
		"idx": row.idx,
		"item_code": row.item_code,
		"qty": number(wanted.quantity) if wanted else row.qty,
		"rate": number(wanted.rate) if wanted else row.rate,
		"uom": row.uom,
		"conversion_factor": row.conversion_factor,
		"delivery_date": row.delivery_date,
	}


def _insert(
	doc: Any, wanted: Row, draft: SalesOrderDraft, settings: StoreSettings, unit: Unit
) -> dict[str, Any]:
	"""Write a new row of the submitted document; how "Update Items" is told of it."""
	same = 1 + sum(
		row.item_code == wanted.item_code and row.warehouse == wanted.warehouse for row in doc.items
	)
	row = doc.append("items", row_values(wanted, draft, settings, unit, same))
	row.docstatus = 1
	doc.set_missing_item_details(for_validate=True)
	doc.set_qty_as_per_stock_uom()
	row.set_new_name()
	row.db_insert()
	return _as_told(row)


def _save_rest(
	doc: Any, edits: Sequence[RowEdit], draft: SalesOrderDraft, settings: StoreSettings, unit: Unit
) -> None:
	"""Taxes, list prices, line ids, notes, addresses, terms and totals in one save."""
	doc.flags.ignore_validate_update_after_submit = True
	doc.flags.ignore_permissions = doc.flags.by_sync = True
	wanted = {edit.name: edit.row for edit in edits if edit.name}
	for row in doc.items:
		if row.name in wanted:
			_dress(row, wanted[row.name])
	doc.update({key: value for key, value in header(draft, settings, unit).items() if key in _HEADER})
	doc.update(_addresses(doc, draft, unit))
	doc.store_oversold = oversold.told(draft.oversold) or doc.store_oversold
	doc.update(plain(draft.fields))
	doc.set("taxes", [])
	add_charges(doc, draft)
	doc.calculate_taxes_and_totals()
	_reschedule(doc, draft)
	doc.set_total_in_words()
	doc.save()


def _dress(row: Any, wanted: Row) -> None:
	"""What "Update Items" does not know of."""
	row.update(
		{
			"price_list_rate": number(wanted.list_rate),
			"discount_percentage": 100.0 if wanted.list_rate and not wanted.rate else 0.0,
			"discount_amount": 0.0,
			"margin_type": "",
			"margin_rate_or_amount": 0.0,
			"rate": number(wanted.rate),
			"store_unit_price": number(wanted.shown_unit_price),
			"additional_notes": wanted.note,
			"store_bundle": wanted.group,
			**plain(wanted.fields),
		}
	)


def _addresses(doc: Any, draft: SalesOrderDraft, unit: Unit) -> dict[str, Any]:
	"""With the text that ERPNext shows; addresses that are not known are left as they are."""
	names = {key: value for key, value in places(draft, unit).items() if value}
	found: dict[str, Any] = {}
	for field, text in (
		("customer_address", "address_display"),
		("shipping_address_name", "shipping_address"),
	):
		if names.get(field) and names[field] != doc.get(field):
			found |= {field: names[field], text: get_address_display(names[field])}
	return found


def _reschedule(doc: Any, draft: SalesOrderDraft) -> None:
	if draft.dues:
		doc.set("payment_schedule", [])
		for due in by_day(draft.dues):
			doc.append("payment_schedule", due)
	doc.set_payment_schedule()


def _reserved_places(doc: Any) -> set[tuple[str, str]]:
	"""Where the document's rows and the parts of its bundles are reserved."""
	rows = (*doc.items, *(doc.get("packed_items") or ()))
	return {(row.item_code, row.warehouse) for row in rows if row.warehouse}


def _settle(doc: Any, before: set[tuple[str, str]]) -> None:
	"""Reservations where the order was and where it is now, and its status."""
	for item, warehouse in sorted(before | _reserved_places(doc)):
		if frappe.get_cached_value("Item", item, "is_stock_item"):
			update_bin_qty(item, warehouse, {"reserved_qty": get_reserved_qty(item, warehouse)})
	doc.update_delivery_status()
	doc.update_billing_percentage()
	doc.reload()
	doc.set_status(update=True)
