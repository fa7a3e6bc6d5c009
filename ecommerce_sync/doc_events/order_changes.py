"""Has an order looked at again when a person submits, cancels, deletes or amends its Sales Order.

So what follows a submitted order is made, what there is to choose shows at once, and links follow an amendment.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import frappe

from .outgoing import StoreOrder, by_person, note


def cancelled(doc: Any, method: str | None = None) -> None:
	"""Frappe's doc event."""
	_note(doc, "cancelled")


def deleted(doc: Any, method: str | None = None) -> None:
	"""Frappe's doc event."""
	_note(doc, "deleted")


def submitted(doc: Any, method: str | None = None) -> None:
	"""Frappe's doc event: a person submitted an imported draft, or an amendment."""
	_note(doc, "amended" if doc.get("amended_from") else "submitted")


def _note(doc: Any, what: str) -> None:
	"""Without a payload: the store is asked for the order."""
	if by_person(doc):
		note(doc, what, "order", _own(doc), direction="In")


def _own(doc: Any) -> Iterator[StoreOrder]:
	store, order_id = doc.get("ecommerce_store"), doc.get("store_order_id")
	if store and order_id and frappe.db.get_value("Store Connection", store, "enabled"):
		yield StoreOrder(store, order_id)
