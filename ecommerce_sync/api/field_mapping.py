"""The button of the Field Mapping form: what the mapping finds in an order, product or Item that really is."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any
from zlib import decompress

import frappe
from frappe import _

from ..bootstrap import connection, field_rule
from ..core.errors import SyncError
from ..core.mapping import value_of
from .rights import MANAGERS

Row = dict[str, Any]


@frappe.whitelist(methods=["POST"])
def try_out(mapping: str) -> list[Row]:
	"""Values of the unsaved or saved mapping (as JSON) in the store's latest whole order or product, or in an Item.

	Each row: `of` (which line, variant or document it was read from), `value`, or `error`.
	"""
	frappe.only_for(MANAGERS)
	frappe.has_permission("Field Mapping", "write", throw=True)
	doc = frappe.get_doc(frappe.parse_json(mapping))
	doc.validate()
	return [{"of": of, **_value(doc, source)} for of, source in _sources(doc.entity, doc.store)]


def _sources(entity: str, store: str | None) -> list[tuple[str, Any]]:
	if entity == "Item":
		return [_item(store)]
	if entity in ("Product", "Variant"):
		return _of_product(entity, store)
	store, payload = _latest("order", store)
	return _of_order(entity, connection(store).parse(payload).raw)


def _latest(kind: str, store: str | None) -> tuple[str, dict[str, Any]]:
	"""The store and the payload of the newest whole message of a kind."""
	filters = {"kind": kind, "whole": 1, "payload": ["is", "set"], **({"store": store} if store else {})}
	rows = frappe.get_all("Sync Log", filters, ["store", "payload"], order_by="creation desc", limit=1)
	if not rows:
		frappe.throw(
			_("No order has come from the store yet. Press Sync now in its Store Connection.")
			if kind == "order"
			else _("No product has come from the store yet. Save one there, then try again.")
		)
	return rows[0].store, json.loads(decompress(b64decode(rows[0].payload)))


def _item(store: str | None) -> tuple[str, dict[str, Any]]:
	"""An Item that the store is to have, the one changed last; else any that can be sold."""
	flagged = frappe.get_all("Item Store", {"store": store} if store else {}, pluck="parent", limit=1000)
	filters = {"name": ["in", flagged]} if flagged else {"is_sales_item": 1}
	found = frappe.get_all("Item", filters, pluck="name", order_by="modified desc", limit=1)
	if not found:
		frappe.throw(_("There is no Item yet."))
	return _("Item {0}").format(found[0]), frappe.get_doc("Item", found[0]).as_dict()


def _of_product(entity: str, store: str | None) -> list[tuple[str, Any]]:
	store, payload = _latest("product", store)
	product = connection(store).parse_product(payload)
	if entity == "Product":
		return [(_("Product {0}").format(product.title), product.raw)]
	return [
		(_("Variant {0}").format(each.sku or each.title or each.id), each.raw) for each in product.variants
	]


def _of_order(entity: str, order: dict[str, Any]) -> list[tuple[str, Any]]:
	if entity == "Order Line":
		lines = order.get("line_items") or []
		return [(_("Line {0}").format(number), line) for number, line in enumerate(lines, 1)]
	return [(_("Order {0}").format(order.get("name") or order.get("number") or order.get("id")), order)]


def _value(doc: Any, source: Any) -> Row:
	try:
		value = value_of(field_rule(doc), source)
	except SyncError as error:
		return {"error": str(error)}
	return {"value": None if value is None else str(value)}
