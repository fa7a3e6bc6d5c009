"""The end of a Sales Order: closed or cancelled, with the drafts and reservations that would keep it alive."""

from __future__ import annotations

from typing import Any

import frappe

from ...core.followups import CloseSalesOrder
from ...core.models import Order
from ...core.settings import StoreSettings
from . import pick_lists
from .fields import fit
from .refusals import refusals
from .unit import Unit

DOCTYPE = "Sales Order"
_CLOSED = "Closed"


def close(command: CloseSalesOrder, order: Order, settings: StoreSettings, unit: Unit) -> tuple[str, str]:
	"""ERPNext's own status; what was delivered and billed stays."""
	doc: Any = frappe.get_doc(DOCTYPE, command.document, for_update=True)
	with refusals(doc.customer):
		doc.check_permission("write")
		remove_followers(doc.name)
		doc.reload()
		doc.flags.by_sync = True
		if doc.status != _CLOSED:
			doc.update_status(_CLOSED)
	if command.status:
		values = {"store_order_status": fit(command.status)}
		frappe.db.set_value(DOCTYPE, doc.name, values, update_modified=False)
	frappe.clear_document_cache(DOCTYPE, doc.name)
	return DOCTYPE, str(doc.name)


def cancel(doc: Any) -> None:
	"""Cancel a submitted document. ERPNext unlinks its advances where Accounts Settings say so, else it refuses."""
	remove_followers(doc.name)
	doc.reload()
	doc.flags.by_sync = True
	if doc.status == _CLOSED:  # ERPNext cancels no closed order
		doc.update_status("Draft")
	doc.cancel()


def remove_followers(name: str) -> None:
	"""Draft deliveries, draft Pick Lists and reservations. Each draft returns no goods and ships none."""
	for delivery in _draft_deliveries(name):
		doc = frappe.get_doc("Delivery Note", delivery)
		doc.flags.by_sync = True
		doc.delete(ignore_permissions=True)
	pick_lists.remove(name)


def _draft_deliveries(name: str) -> list[str]:
	"""Of this order only: a draft that ships another order's goods too stays a person's business."""
	rows = frappe.db.sql(
		"""SELECT d.name FROM `tabDelivery Note Item` r JOIN `tabDelivery Note` d ON d.name = r.parent
		WHERE d.docstatus = 0 AND d.is_return = 0 AND d.name IN (
			SELECT parent FROM `tabDelivery Note Item` WHERE against_sales_order = %(name)s)
		GROUP BY d.name HAVING SUM(IFNULL(r.against_sales_order, '') != %(name)s) = 0""",
		{"name": name},
	)
	return [delivery for (delivery,) in rows]
