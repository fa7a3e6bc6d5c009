"""The guided import of a store's catalogue: what its page asks and what its buttons do."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import cint

from ..jobs import catalogue
from ..jobs.wake import once
from .rights import store_to_manage

Row = dict[str, Any]
PAGE = 50
_SHOWN = (
	"name",
	"title",
	"sku",
	"barcode",
	"match",
	"item_code",
	"proposed_item",
	"candidates",
	"match_score",
	"product_id",
	"variant_id",
)


@frappe.whitelist(methods=["POST"])
def summary(store: str) -> Row:
	"""How many listings of each match, and how far the running step is."""
	store_to_manage(store)
	rows = frappe.get_all(
		"Store Listing", {"store": store}, ["match", "count(name) as listings"], group_by="`match`"
	)
	return {"matches": {row.match or "": row.listings for row in rows}, "progress": catalogue.progress(store)}


@frappe.whitelist(methods=["POST"])
def listings(store: str, match: str = "", search: str = "", start: int = 0) -> list[Row]:
	"""A page of listings: of one match, or whose title or SKU holds `search`."""
	store_to_manage(store)
	like = ["like", f"%{search}%"]
	return frappe.get_all(
		"Store Listing",
		filters={"store": store, **({"match": match} if match else {})},
		or_filters={"title": like, "sku": like} if search else None,
		fields=list(_SHOWN),
		order_by="title, name",
		start=cint(start),
		page_length=PAGE,
	)


@frappe.whitelist(methods=["POST"])
def read(store: str) -> None:
	"""Read the store's products and propose, in the background."""
	_start(store, "read")


@frappe.whitelist(methods=["POST"])
def run(store: str) -> None:
	"""Bind and create what was decided, in the background."""
	_start(store, "run")


@frappe.whitelist(methods=["POST"])
def stop(store: str) -> None:
	"""Stop the running step after the product that is being done; it can be taken up again."""
	store_to_manage(store)
	catalogue.stop(store)


@frappe.whitelist(methods=["POST"])
def choose(listing: str, item_code: str = "", ignore: int = 0) -> Row:
	"""A person's decision on one listing: an Item to bind, or to leave it out; the listing as it is then."""
	doc = frappe.get_doc("Store Listing", listing)
	store_to_manage(doc.store)
	doc.check_permission("write")
	doc.proposed_item, doc.ignored = item_code or None, cint(ignore)
	doc.save()
	return frappe.db.get_value("Store Listing", listing, list(_SHOWN), as_dict=True)


def _start(store: str, step: str) -> None:
	store_to_manage(store)
	if catalogue.progress(store).get("state") == "Running":
		frappe.throw(_("A step of the import is running. Wait for it or stop it."))
	catalogue.begin(store, step)
	once(
		f"catalogue:{store}", f"ecommerce_sync.jobs.catalogue.{step}", queue="long", timeout=7200, store=store
	)
