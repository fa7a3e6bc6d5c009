"""What a document's form shows of its order in the store, and its button that asks the store."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import frappe
from frappe import _

from ..bootstrap import journal
from ..core import reasons
from ..erps.base import NewEvent
from ..jobs.wake import wake_after_commit
from .rights import MANAGERS

_CLERKS = (*MANAGERS, "Ecommerce Sync User")
_SHOWN = ("Sales Order", "Delivery Note", "Sales Invoice", "Payment Entry")
_OPEN = ("Held", "Failed", "Waiting to retry", "Queued")


@frappe.whitelist(methods=["POST"])
def in_store(doctype: str, name: str) -> dict[str, Any]:
	"""The store's state of the order: `status`, `url`, `oversold`, `told`, `open`; empty for no store's document.

	`told` says in words what the store knows of a shipment; `open` lists messages that wait, newest first, for
	those who may read Sync Log; `payments` names the order's Payment Entries, which ERPNext's Connections find
	only where they refer to the very document.
	"""
	doc = _readable(doctype, name)
	if not doc.get("ecommerce_store") or not doc.get("store_order_id"):
		return {}
	return {
		**_of_order(doc),
		"told": _told(doc),
		"open": _waiting(doc),
		"payments": _payments(doc),
		"may_sync": bool(set(_CLERKS) & set(frappe.get_roles())),
	}


@frappe.whitelist(methods=["POST"])
def sync_now(doctype: str, name: str) -> str:
	"""Have the order read from the store and brought up to date in the background; a word for the person."""
	frappe.only_for(_CLERKS)
	doc = _readable(doctype, name)
	if not doc.get("ecommerce_store") or not doc.get("store_order_id"):
		frappe.throw(_("{0} belongs to no order of an online store.").format(doc.name))
	journal().note(_asking(doc.ecommerce_store, doc.store_order_id))
	wake_after_commit()
	return _("The store is being asked for order {0}.").format(doc.store_order_number or doc.store_order_id)


def _asking(store: str, order_id: str) -> NewEvent:
	return NewEvent(
		store=store,
		topic="resync",
		kind="order",
		external_id=order_id,
		event_key=f"resync:{order_id}:{uuid4().hex}",
		whole=False,
	)


def _readable(doctype: str, name: str) -> Any:
	if doctype not in _SHOWN:
		frappe.throw(_("{0} is no document of an online store.").format(frappe.utils.escape_html(doctype)))
	doc = frappe.get_doc(doctype, name)
	doc.check_permission("read")
	return doc


def _of_order(doc: Any) -> dict[str, Any]:
	"""The Sales Order holds the store's words for all documents that follow it."""
	fields = ["name", "store_order_url as url", "store_order_status as status", "store_oversold as oversold"]
	ours = {"ecommerce_store": doc.ecommerce_store, "store_order_id": doc.store_order_id}
	rows = frappe.get_all(
		"Sales Order", {**ours, "docstatus": ["<", 2]}, fields, order_by="creation desc", limit=1
	)
	found = rows[0] if rows else frappe._dict()
	return {"url": found.url, "status": found.status, "oversold": found.oversold}


def _told(doc: Any) -> str | None:
	"""Only shipments are told; an empty field was told nothing."""
	if not doc.meta.has_field("store_fulfilments") or doc.get("is_return") or doc.docstatus != 1:
		return None
	if doc.doctype == "Sales Invoice" and not doc.update_stock:
		return None
	known = frappe.parse_json(doc.store_fulfilments or "{}")
	if known.get("by_sync"):
		return _("Shipped by the store")
	if known.get("told") is None and not known.get("ids"):
		return _("Not told to the store")
	return _("The store knows of it")


def _waiting(doc: Any) -> list[dict[str, str]]:
	if not frappe.has_permission("Sync Log", "read"):
		return []
	rows = frappe.get_list(
		"Sync Log",
		{"store": doc.ecommerce_store, "external_id": doc.store_order_id, "state": ["in", _OPEN]},
		["name", "state", "reason", "params"],
		order_by="creation desc",
		limit=5,
	)
	return [{"name": row.name, "state": _(row.state), "words": _words(row)} for row in rows]


def _payments(doc: Any) -> list[str]:
	if doc.doctype == "Payment Entry" or not frappe.has_permission("Payment Entry", "read"):
		return []
	ours = {"ecommerce_store": doc.ecommerce_store, "store_order_id": doc.store_order_id}
	filters = {**ours, "docstatus": ["<", 2]}
	return frappe.get_list("Payment Entry", filters, pluck="name", order_by="creation asc", limit=10)


def _words(row: Any) -> str:
	if not row.reason:
		return ""
	words = reasons.describe(row.reason, frappe.parse_json(row.params or "{}"), _)
	return f"{words.message} {words.remedy}"
