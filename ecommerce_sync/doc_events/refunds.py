"""Notes credit notes that a person makes for a store's order, for the store to pay back; off unless chosen."""

from __future__ import annotations

from typing import Any

from .outgoing import by_person, note, orders_of


def submitted(doc: Any, method: str | None = None) -> None:
	"""Frappe's doc event, of a Sales Invoice. One that a refund of the store stands behind is known there."""
	if doc.is_return and not doc.get("store_refund_id") and by_person(doc):
		note(doc, "credited", "refund", orders_of(doc, "refund_credit_notes"))
