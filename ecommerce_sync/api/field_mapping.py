"""The button of the Field Mapping form: what the mapping finds in an order that really came."""

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
	"""Values of the unsaved or saved mapping (as JSON) in the store's latest whole order, one per line or one.

	Each row: `of` (what it was read from), `value`, or `error`.
	"""
	frappe.only_for(MANAGERS)
	frappe.has_permission("Field Mapping", "write", throw=True)
	doc = frappe.get_doc(frappe.parse_json(mapping))
	doc.validate()
	order = _latest_order(doc.store)
	return [{"of": of, **_value(doc, source)} for of, source in _sources(doc.entity, order)]


def _latest_order(store: str | None) -> dict[str, Any]:
	filters = {"kind": "order", "whole": 1, "payload": ["is", "set"], **({"store": store} if store else {})}
	rows = frappe.get_all("Sync Log", filters, ["store", "payload"], order_by="creation desc", limit=1)
	if not rows:
		frappe.throw(_("No order has come from the store yet. Press Sync now in its Store Connection."))
	payload = json.loads(decompress(b64decode(rows[0].payload)))
	return connection(rows[0].store).parse(payload).raw


def _sources(entity: str, order: dict[str, Any]) -> list[tuple[str, Any]]:
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
