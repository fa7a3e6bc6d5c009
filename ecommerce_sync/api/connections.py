"""What the Connections of ERPNext's documents show of the app: hooks.py, `override_doctype_dashboards`."""

from __future__ import annotations

from typing import Any

from frappe import _

_SYNC_LOG, _PAYOUT = "Sync Log", "Store Payout"


def sales_order(data: Any) -> Any:
	"""Messages about the order, and the payouts that its money came with."""
	return _with_payouts(_with_log(data, "Sales Order"), "sales_order")


def payment_entry(data: Any) -> Any:
	"""The payout that the money came with."""
	return _with_payouts(data, "payment_entry")


def delivery_note(data: Any) -> Any:
	"""Messages that ended in the delivery."""
	return _with_log(data, "Delivery Note")


def sales_invoice(data: Any) -> Any:
	"""Messages that ended in the invoice."""
	return _with_log(data, "Sales Invoice")


def _with_log(data: Any, doctype: str) -> Any:
	"""Sync Log names a document by DocType and name."""
	data.setdefault("dynamic_links", {})["reference_name"] = [doctype, "reference_doctype"]
	return _with(data, _SYNC_LOG, "reference_name")


def _with_payouts(data: Any, fieldname: str) -> Any:
	"""The rows of Store Payout name documents."""
	return _with(data, _PAYOUT, fieldname)


def _with(data: Any, doctype: str, fieldname: str) -> Any:
	data.setdefault("non_standard_fieldnames", {})[doctype] = fieldname
	groups = data.setdefault("transactions", [])
	label = _("Online Store")
	group = next((each for each in groups if each.get("label") == label), None)
	if group is None:
		groups.append(group := {"label": label, "items": []})
	if doctype not in group["items"]:
		group["items"].append(doctype)
	return data
