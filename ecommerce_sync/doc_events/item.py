"""Notes Items that stores are to have: those that carry a store's flag, or whose template does; lets go of deleted ones.

Only a row is inserted: nobody's save waits or fails.
"""

from __future__ import annotations

from typing import Any

import frappe

from ..erps.erpnext import changes
from ..jobs.wake import wake_push_after_commit


def note(doc: Any, method: str | None = None, *args: Any) -> None:
	"""Frappe's doc event: an Item was saved or renamed."""
	if _flagged(doc) and changes.note("product", [doc.name]):
		wake_push_after_commit()


def forget(doc: Any, method: str | None = None) -> None:
	"""Frappe's doc event: an Item is deleted. Its listings are bound to nothing any more."""
	frappe.db.sql(
		"UPDATE `tabStore Listing` SET item_code = NULL, `match` = '', stock_due = NULL, price_due = NULL"
		" WHERE item_code = %s",
		doc.name,
	)


def _flagged(doc: Any) -> bool:
	if doc.get("ecommerce_stores"):
		return True
	return bool(
		doc.variant_of and frappe.db.exists("Item Store", {"parent": doc.variant_of, "parenttype": "Item"})
	)
