"""The documents that ship an order's goods or take them back, as planners see them.

Delivery Notes, Sales Invoices that update stock, and Purchase Orders whose supplier delivers to the buyer:
ERPNext makes no Purchase Receipt for those, the Purchase Order itself becomes Delivered.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import frappe

from ...core.base import ZERO
from ...core.erp import Delivery, DocumentRow
from ...core.life import Parcel
from ...core.settings import StoreSettings
from . import bulk
from .fields import decimal

_OF_ORDER = """SELECT parent AS name FROM `tab{doctype} Item` WHERE {order} = %(document)s
	UNION SELECT name FROM `tab{doctype}` WHERE store_order_id = %(order)s AND ecommerce_store = %(store)s"""
# Rows of the same document that belong to another order are not read.
_OWN = """LEFT JOIN `tabSales Order Item` o ON o.name = {order_row}
	LEFT JOIN `tabSales Order` so ON so.name = o.parent
	WHERE (so.name IS NULL OR so.name = %(document)s
		OR (so.store_order_id = %(order)s AND so.ecommerce_store = %(store)s))"""
_HEAD = "d.name AS document, d.docstatus, d.store_fulfilments, d.creation"
_ROW = "r.name, r.qty, r.rate, r.amount, r.warehouse, r.idx, o.store_line_id AS ordered_line"

_DELIVERY_NOTES = f"""SELECT 'Delivery Note' AS doctype, {_HEAD}, d.posting_date, d.is_return, d.return_against,
	d.store_refund_id, d.store_return_id, {_ROW}, r.store_line_id, r.so_detail AS linked_row,
	COALESCE(NULLIF(r.so_detail, ''), s.so_detail) AS order_row, r.dn_detail AS source_row
	FROM ({_OF_ORDER.format(doctype="Delivery Note", order="against_sales_order")}) found
	JOIN `tabDelivery Note` d ON d.name = found.name JOIN `tabDelivery Note Item` r ON r.parent = d.name
	LEFT JOIN `tabDelivery Note Item` s ON s.name = r.dn_detail
	{_OWN.format(order_row="COALESCE(NULLIF(r.so_detail, ''), s.so_detail)")}"""
_INVOICES = f"""SELECT 'Sales Invoice' AS doctype, {_HEAD}, d.posting_date, d.is_return, d.return_against,
	d.store_refund_id, NULL AS store_return_id, {_ROW}, r.store_line_id, r.so_detail AS linked_row,
	r.so_detail AS order_row, r.sales_invoice_item AS source_row
	FROM ({_OF_ORDER.format(doctype="Sales Invoice", order="sales_order")}) found
	JOIN `tabSales Invoice` d ON d.name = found.name AND d.update_stock = 1
	JOIN `tabSales Invoice Item` r ON r.parent = d.name
	{_OWN.format(order_row="r.so_detail")}"""
_DROP_SHIPPED = f"""SELECT 'Purchase Order' AS doctype, {_HEAD}, DATE(d.modified) AS posting_date, 0 AS is_return,
	NULL AS return_against, NULL AS store_refund_id, NULL AS store_return_id, {_ROW},
	o.store_line_id, o.name AS linked_row, o.name AS order_row, NULL AS source_row, d.status
	FROM `tabPurchase Order Item` r JOIN `tabPurchase Order` d ON d.name = r.parent
	{_OWN.format(order_row="r.sales_order_item")} AND r.sales_order = %(document)s AND r.delivered_by_supplier = 1"""
_PARCELS = "SELECT parent, carrier, tracking_number, tracking_url FROM `tabStore Parcel` WHERE parent IN ({marks}) ORDER BY idx"


class Shipments(NamedTuple):
	"""`unlinked`: pieces by Sales Order row that came back while ERPNext counts them as delivered, see `returns`."""

	deliveries: tuple[Delivery, ...]
	unlinked: Mapping[str, Decimal]


def read(document: str | None, store: str, order_id: str, settings: StoreSettings) -> Shipments:
	"""All documents of the order, cancelled ones included, oldest first. Four queries."""
	names = {"document": document or "", "store": store, "order": order_id}
	rows: list[Any] = []
	for query in (_DELIVERY_NOTES, _INVOICES, _DROP_SHIPPED):
		rows += frappe.db.sql(query, names, as_dict=True)
	rows.sort(key=lambda row: (row.creation, row.document, row.idx))
	documents: dict[tuple[str, str], list[Any]] = {}
	for row in rows:
		documents.setdefault((row.doctype, row.document), []).append(row)
	parcels = _parcels([name for _, name in documents])
	deliveries = (_delivery(each, parcels.get(each[0].document, ()), settings) for each in documents.values())
	return Shipments(tuple(deliveries), _unlinked(rows))


def _delivery(rows: Sequence[Any], parcels: tuple[Parcel, ...], settings: StoreSettings) -> Delivery:
	head = rows[0]
	known = told_of(head.store_fulfilments)
	return Delivery(
		doctype=head.doctype,
		name=head.document,
		docstatus=_docstatus(head),
		rows=tuple(_row(row) for row in rows),
		is_return=bool(head.is_return),
		return_against=head.return_against or None,
		fulfilment_ids=tuple(known["ids"]),
		refund_id=head.store_refund_id or None,
		return_id=head.store_return_id or None,
		by_sync=bool(known["by_sync"]),
		parcels=parcels,
		told=known["told"],
		posted_on=head.posting_date,
		location_id=_location(rows, settings),
	)


def _docstatus(head: Any) -> int:
	"""A Purchase Order ships nothing before it is marked as delivered."""
	if head.doctype == "Purchase Order" and head.docstatus == 1 and head.status != "Delivered":
		return 0
	return int(head.docstatus)


def _row(row: Any) -> DocumentRow:
	return DocumentRow(
		name=row.name,
		line_id=row.store_line_id or row.ordered_line or "",
		quantity=decimal(row.qty),
		rate=decimal(row.rate),
		amount=decimal(row.amount),
		order_row=row.order_row or None,
		source_row=row.source_row or None,
		warehouse=row.warehouse or None,
	)


def told_of(text: str | None) -> dict[str, Any]:
	"""What `store_fulfilments` says: `ids`, `by_sync`, and the parcels told, None before the first time."""
	stored = json.loads(text) if text else {}
	told = stored.get("told")
	return {
		"ids": [str(each) for each in stored.get("ids") or ()],
		"told": None if told is None else tuple(Parcel(**each) for each in told),
		"by_sync": bool(stored.get("by_sync")),
	}


def stored_told(ids: Iterable[str], told: Iterable[Parcel] | None, by_sync: bool) -> str:
	"""The same as `store_fulfilments` holds it."""
	parcels = None if told is None else [each.model_dump() for each in told]
	return json.dumps({"ids": list(ids), "told": parcels, "by_sync": by_sync}, ensure_ascii=False)


def _parcels(names: Sequence[str]) -> dict[str, tuple[Parcel, ...]]:
	found: dict[str, tuple[Parcel, ...]] = {}
	for portion in bulk.portions(sorted(set(names))):
		query = _PARCELS.format(marks=bulk.marks(portion))
		for parent, carrier, number, url in frappe.db.sql(query, list(portion)):
			parcel = Parcel(carrier=carrier or None, number=number or None, url=url or None)
			found[parent] = (*found.get(parent, ()), parcel)
	return found


def _location(rows: Iterable[Any], settings: StoreSettings) -> str | None:
	"""The store's place of the first row whose Warehouse is mapped."""
	places = {warehouse: rule.location_id for rule in settings.locations for warehouse in rule.warehouses}
	return next((places[row.warehouse] for row in rows if places.get(row.warehouse)), None)


def _unlinked(rows: Iterable[Any]) -> dict[str, Decimal]:
	found: dict[str, Decimal] = {}
	for row in rows:
		if row.is_return and row.docstatus == 1 and row.order_row and not row.linked_row:
			found[row.order_row] = found.get(row.order_row, ZERO) - decimal(row.qty)
	return found
