"""What may happen to a Sales Order later: rewritten while a draft, soft fields, cancelled, taken over, gone."""

from __future__ import annotations

from typing import Any

import frappe

from ...core.commands import CancelSalesOrder, ReplaceSalesOrder, TakeOver, UpdateSalesOrder
from ...core.errors import Held
from ...core.models import Order
from ...core.settings import StoreSettings
from . import links, order_closing
from .fields import fit
from .observe import sales_order_state
from .refusals import refusals
from .sales_orders import DOCTYPE, check_total, notes, write
from .unit import Unit


def replace(command: ReplaceSalesOrder, settings: StoreSettings, unit: Unit) -> str:
	"""Write the draft document anew, in place. It stays a draft: a person is looking at it."""
	doc = frappe.get_doc(DOCTYPE, command.document, for_update=True)
	with refusals(unit.customer or ""):
		doc.check_permission("write")
		write(doc, command.draft, settings, unit)
		doc.flags.ignore_permissions = (
			True  # as in sales_orders: some fields are of a higher permission level
		)
		doc.save()
	check_total(doc, command.draft)
	return str(doc.name)


def update(command: UpdateSalesOrder, order: Order) -> str:
	"""One statement on fields that no validation depends on, so no conflict with a person's open form."""
	number = fit(command.po_number) or None
	written = frappe.db.get_value(DOCTYPE, command.document, "po_no") or ""
	values = {
		"po_no": written if number and written.startswith(f"{number} (") else number,
		"store_note": notes(command.note, order.attributes),
		"store_order_status": fit(command.status),
	}
	frappe.db.set_value(DOCTYPE, command.document, values, update_modified=False)
	frappe.clear_document_cache(DOCTYPE, command.document)
	return command.document


def cancel(command: CancelSalesOrder, order: Order, settings: StoreSettings) -> str:
	"""Cancel what is submitted, delete what is a draft; the link remembers that the sync did it."""
	key = links.order_key(settings.store, order.id)
	links.update(key, state="Cancelled", **_remove(command.document))
	if order.status:
		frappe.db.set_value(
			DOCTYPE, command.document, "store_order_status", fit(order.status), update_modified=False
		)
	return command.document


def _remove(name: str) -> dict[str, None]:
	"""Cancel what was submitted; delete a draft, whose name may come again, so that the link must drop it.

	Returns the link's columns to empty.
	"""
	doc: Any = frappe.get_doc(DOCTYPE, name, for_update=True)
	with refusals(doc.customer):
		if doc.docstatus == 1:
			order_closing.cancel(doc)
		elif doc.docstatus == 0:
			doc.flags.by_sync = True
			doc.delete()
			return {"document_type": None, "document": None}
	return {}


def take_over(command: TakeOver, order: Order, settings: StoreSettings) -> str:
	"""The link follows a person's amendment; the version applied to the old document is not that of the new."""
	key = links.order_key(settings.store, order.id)
	links.update(key, document=command.amended, state="")
	return command.amended


def remove_gone(store: str, order_id: str) -> tuple[str, str] | None:
	"""The store deleted the order: cancel or delete its document and mark the link."""
	key = links.order_key(store, order_id)
	name = links.read(key).get("document")
	state = sales_order_state(name) if name else None
	if state and state.docstatus == 1 and state.progress:
		raise Held("cancelled_after_progress", document=state.name, progress=state.progress)
	emptied = _remove(state.name) if state and state.docstatus < 2 else {}
	links.update(key, state="Gone", **emptied)
	return (DOCTYPE, state.name) if state and state.docstatus < 2 else None


def unlink(store: str, order_id: str) -> None:
	"""Forget the document and what was applied to it; it stays as it is."""
	nothing = dict.fromkeys(("document_type", "document", "version", "digest"))
	links.update(links.order_key(store, order_id), **nothing, state="")
