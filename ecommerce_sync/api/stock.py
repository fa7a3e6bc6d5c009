"""What a person sees of stock: a listing's numbers on both sides, and the Items of a store that run low."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.utils import cint

from ..bootstrap import machine, store_settings
from ..core.settings import StoreSettings
from ..core.stock import Listing, buffer_of, plan_stock
from ..erps.erpnext.low_stock import low_items
from ..sync.open_orders import OpenOrders
from .rights import store_to_manage

Row = dict[str, Any]
FIRST = 20


@frappe.whitelist(methods=["POST"])
def stock_of(listing: str) -> list[Row]:
	"""Per location of the listing's store what buyers see and what ERPNext would show now.

	`available` is the number that goes out, `buffer` what it keeps back, `known` what the store is known to
	show (None: never read), `confirmed_at` since when, `due` whether both differ. Empty when nothing is pushed.
	"""
	doc = frappe.get_doc("Store Listing", listing)
	doc.check_permission("read")
	settings = store_settings(doc.store)
	group = machine().erp.listings_of(doc.store, [listing])
	mine = next((each for each in group if each.name == listing), None)
	if mine is None:
		return []
	wanted = _wanted(mine, group, settings)
	seen = _seen(listing)
	names = {row.location_id: row.location_name for row in _locations(doc.store)}
	return [
		{
			"location_id": place.location_id,
			"location": names.get(place.location_id) or place.location_id,
			"warehouses": list(place.warehouses),
			"available": wanted[place.location_id],
			"buffer": float(buffer_of(mine, place, settings)),
			"known": mine.level(place.location_id).shown,
			"confirmed_at": seen.get(place.location_id),
			"due": mine.level(place.location_id).shown != wanted[place.location_id],
		}
		for place in settings.stock_places()
		if place.location_id in wanted
	]


@frappe.whitelist(methods=["POST"])
def push_listing(listing: str) -> None:
	"""Compute number and price of one listing anew, in the background."""
	store = frappe.get_doc("Store Listing", listing).store
	store_to_manage(store)
	erp = machine().erp
	for work in ("stock", "prices"):
		erp.mark_due(store, work, [listing])
	frappe.enqueue("ecommerce_sync.jobs.push.one", queue="long", store=store)


@frappe.whitelist(methods=["POST"])
def low_stock(store: str, limit: int = FIRST) -> Row:
	"""Bound Items at or below their reorder level in the store's warehouses, the furthest below first.

	`total`, and of the first `limit` (0: all) `rows` of `item_code`, `item_name`, `place` (a Warehouse), `available`,
	`reorder_level`. ERPNext's own reorder makes the Material Requests.
	"""
	frappe.get_doc("Store Connection", store).check_permission("read")
	found = low_items(store, store_settings(store).warehouses())
	return {"total": len(found), "rows": found[: cint(limit) or None]}


def _wanted(mine: Listing, group: list[Listing], settings: StoreSettings) -> dict[str, int]:
	"""The planner's own numbers by location: with nothing known, all of them are differences."""
	engine = machine()
	orders = OpenOrders(engine)
	orders.read()
	items = {part.item_code for each in group for part in each.parts}
	places = {name for place in settings.stock_places() for name in place.warehouses}
	free = orders.taken_from(engine.erp.free_stock(items, places))
	unknown = [each.model_copy(update={"levels": ()}) for each in group]
	return {
		each.location_id: each.quantity
		for each in plan_stock(unknown, free, settings)
		if each.listing.name == mine.name or mine.stock_holder == "product"
	}


def _seen(listing: str) -> dict[str, Any]:
	rows = frappe.get_all("Store Stock Level", {"listing": listing}, ["location_id", "confirmed_at"])
	return {row.location_id or "": row.confirmed_at for row in rows}


def _locations(store: str) -> list[Any]:
	return list(
		frappe.get_all(
			"Store Location",
			{"parent": store, "parenttype": "Store Connection"},
			["location_id", "location_name"],
		)
	)
