"""What the site has for an order: link, Sales Order, customer, addresses, Items. A constant number of queries."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import frappe

from ...core.commands import CustomerDraft
from ...core.erp import ErpOrder, ItemRef, SalesOrderState
from ...core.models import Order
from ...core.parties import customer_draft
from ...core.settings import StoreSettings
from ...core.stock import StockPart
from ..base import LinkKey
from . import items, links, order_deliveries, order_money, pick_lists, stock
from .fields import decimal
from .order_state import with_rows
from .parts import Sold, parts_of, units_of
from .unit import Unit

_STATE = "name, docstatus, status, grand_total, per_delivered, per_billed, advance_paid, store_refund_ids"
_MAX_AMENDMENTS = 50


def observe(order: Order, settings: StoreSettings, unit: Unit) -> ErpOrder:
	"""Also remembers in `unit` where customer, addresses and contact are, for the commands that follow."""
	key = links.order_key(settings.store, order.id)
	link = unit.links.get(key) or links.read(key)
	draft = customer_draft(order, settings)
	locate_parties(draft, settings.store, unit)
	resolved, ambiguous = items.resolve(order, settings.store)
	document = sales_order_state(link["document"]) if link.get("document") else None
	placed = document and document.docstatus == 1  # nothing is allocated any more
	parts, free = ({}, {}) if placed else _stock(resolved, settings, document.name if document else "")
	unit.units = _units(resolved)
	found = ErpOrder(
		version=links.read_version(link.get("version")),
		digest=link.get("digest") or None,
		gone=link.get("state") == "Gone",
		linked=link.get("document") or None,
		cancelled_by_sync=link.get("state") in ("Cancelled", "Gone"),
		document=document,
		customer=unit.customer,
		addresses=frozenset(unit.addresses),
		contact_known=unit.contact is not None,
		items=resolved,
		ambiguous=ambiguous,
		parts=parts,
		free=free,
	)
	if not document or not document.docstatus:
		return found
	if placed:
		return _with_followers(found, document, order, settings)
	return found.model_copy(update={"payments": order_money.observe(document.name)[1]})  # to be paid back


def _with_followers(
	found: ErpOrder, document: SalesOrderState, order: Order, settings: StoreSettings
) -> ErpOrder:
	"""What followed the submitted document; nothing of it is read for orders that have none."""
	shipments = order_deliveries.read(document.name, settings.store, order.id, settings)
	invoices, payments = order_money.observe(document.name)
	return found.model_copy(
		update={
			"document": with_rows(document, shipments.unlinked),
			"deliveries": shipments.deliveries,
			"invoices": invoices,
			"payments": payments,
			"picked": pick_lists.picked(document.name),
		}
	)


def _stock(
	resolved: dict[str, ItemRef], settings: StoreSettings, draft: str
) -> tuple[dict[str, tuple[StockPart, ...]], dict[stock.Place, Decimal]]:
	"""What the order's Items take, and what of that is free: locked, so that nobody else sells it meanwhile.

	What the order's own draft takes is free for the draft that replaces it.
	"""
	taken = parts_of((ref.item_code, ref.uom) for ref in resolved.values())
	codes = {part.item_code for parts in taken.values() for part in parts}
	free = stock.locked_free_stock(codes, settings.warehouses(), draft)
	return _by_item(taken), free


def _by_item(taken: dict[Sold, tuple[StockPart, ...]]) -> dict[str, tuple[StockPart, ...]]:
	"""An order that has an Item in two units is planned by the larger one: rather too little is found than too much."""
	by_size = sorted(taken.items(), key=lambda each: sum(part.quantity for part in each[1]))
	return {item: parts for (item, _), parts in by_size}


def _units(resolved: dict[str, ItemRef]) -> dict[str, tuple[str, Decimal]]:
	found = units_of((ref.item_code, ref.uom) for ref in resolved.values())
	return {
		line: (ref.uom, found[ref.item_code, ref.uom])
		for line, ref in resolved.items()
		if (ref.item_code, ref.uom) in found
	}


def locate_parties(draft: CustomerDraft, store: str, unit: Unit) -> None:
	"""The customer by its guards, the strongest first, then its addresses and the person who ordered."""
	unit.customer = _customer(draft, store)
	unit.addresses, unit.contact = {}, None
	if unit.customer:
		locate_places(draft, unit)


def sales_order_state(name: str) -> SalesOrderState | None:
	"""The document, and for a cancelled one the live document that amends it in the end."""
	rows = _states("name = %s", name)
	if not rows:
		return None
	row = rows[0]
	return SalesOrderState(
		name=row.name,
		docstatus=row.docstatus,
		total=decimal(row.grand_total),
		per_delivered=decimal(row.per_delivered),
		per_billed=decimal(row.per_billed),
		advance_paid=decimal(row.advance_paid),
		closed=row.status == "Closed",
		refund_ids=tuple((row.store_refund_ids or "").split()),
		amended_to=_live_amendment(row.name) if row.docstatus == 2 else None,
	)


def _states(where: str, value: str) -> list[Any]:
	return list(
		frappe.db.sql(
			f"SELECT {_STATE} FROM `tabSales Order` WHERE {where} ORDER BY docstatus", value, as_dict=True
		)
	)


def _live_amendment(name: str) -> str | None:
	"""A person may amend, cancel and amend again."""
	for _ in range(_MAX_AMENDMENTS):
		rows = _states("amended_from = %s", name)
		if not rows:
			return None
		if rows[0].docstatus < 2:
			return str(rows[0].name)
		name = rows[0].name
	return None


def _customer(draft: CustomerDraft, store: str) -> str | None:
	if draft.existing:
		return draft.existing
	keys = [links.customer_key(store, key) for key in draft.keys]
	found = links.names_of(keys, "Customer")
	return next((found[key.external_id] for key in keys if key.external_id in found), None)


def locate_places(draft: CustomerDraft, unit: Unit) -> None:
	keys = address_keys(draft, unit.customer or "")
	found = links.names_of(list(keys.values()), "Address")
	unit.addresses = {part: found[key.external_id] for part, key in keys.items() if key.external_id in found}
	if draft.contact_key:
		key = links.party_key("Contact", unit.customer or "", draft.contact_key)
		unit.contact = links.names_of([key], "Contact").get(key.external_id)


def address_keys(draft: CustomerDraft, customer: str) -> dict[str, LinkKey]:
	"""Fingerprint to link, for the addresses of one customer."""
	return {place.key: links.party_key("Address", customer, place.key) for place in draft.addresses}
