"""Notes of what a person did to a store's order in ERPNext: rows of Sync Log in the person's own transaction.

A job does the rest after the commit, so that nobody's save waits for a store or fails because Redis is down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

import frappe

from ..bootstrap import SYNC_USER, journal
from ..erps.base import NewEvent
from ..jobs.wake import wake_after_commit

ORDER_COLUMNS = {
	"Delivery Note": "against_sales_order",
	"Sales Invoice": "sales_order",
	"Purchase Order": "sales_order",
}


ON_SHIPMENT = "On shipment"


class StoreOrder(NamedTuple):
	"""An order as its store names it."""

	store: str
	order_id: str


def by_person(doc: Any) -> bool:
	"""Not written by the sync itself."""
	return not doc.flags.by_sync and frappe.session.user != SYNC_USER


def orders_of(doc: Any, switch: str) -> Iterator[StoreOrder]:
	"""The orders that the document's rows belong to, of enabled stores that have the switch on.

	No query for documents of no store.
	"""
	rows = doc.get("items") or ()
	own = (doc.get("ecommerce_store"), doc.get("store_order_id"))
	names = {row.get(ORDER_COLUMNS[doc.doctype]) for row in rows} - {None, ""}
	marked = any(own) or any(row.get("store_line_id") for row in rows) or doc.doctype == "Purchase Order"
	if marked and (names or all(own)):
		yield from _told(sorted(names), own, switch)


def _told(names: list[str], own: tuple[str | None, str | None], switch: str) -> Iterator[StoreOrder]:
	"""By the Sales Orders of the rows; by the document's own mark where no row names one."""
	store, order = frappe.qb.DocType("Store Connection"), frappe.qb.DocType("Sales Order")
	query = frappe.qb.from_(store).where(store.enabled == 1).where(_wants(store, switch))
	if names:
		query = query.join(order).on(order.ecommerce_store == store.name).where(order.name.isin(names))
		found = query.select(store.name, order.store_order_id).distinct().run()
	else:
		found = query.where(store.name == own[0]).select(store.name).run()
		found = [(name, own[1]) for (name,) in found]
	yield from (StoreOrder(name, order_id) for name, order_id in found if order_id)


def _wants(store: Any, switch: str) -> Any:
	"""Shipments also concern stores that are told nothing but whose invoices or payments follow the shipment."""
	if switch != "fulfil_orders":
		return store[switch] == 1
	method = frappe.qb.DocType("Store Payment Method")
	by_method = (method.invoice_policy == ON_SHIPMENT) | (method.paid_on_delivery == 1)
	stores = frappe.qb.from_(method).where(by_method).select(method.parent)
	return (store[switch] == 1) | (store.invoice_policy == ON_SHIPMENT) | store.name.isin(stores)


def note(
	doc: Any,
	what: str,
	kind: str,
	orders: Iterable[StoreOrder],
	version: Any = None,
	direction: Literal["In", "Out"] = "Out",
) -> None:
	"""One event for each order, new for each version of the document; a worker is woken after the commit.

	`version` is that before the change, for changes that Frappe tells of several times.
	"""
	key = f"{doc.doctype}:{doc.name}:{int(doc.docstatus)}:{what}:{version or doc.modified}"
	for order in orders:
		event = NewEvent(
			store=order.store,
			topic=f"{frappe.scrub(doc.doctype)}/{what}",
			kind=kind,
			external_id=order.order_id,
			event_key=f"{key}:{order.store}:{order.order_id}",
			direction=direction,
		)
		if journal().note(event):
			wake_after_commit()
