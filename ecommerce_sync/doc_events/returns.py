"""Return Delivery Notes of synced orders, those that people make included: the order stays delivered.

Why is told in `erps.erpnext.returns`. ERPNext checks the links while it validates, so they are taken off
after that; an amended return gets them back for the same checks.
"""

from __future__ import annotations

from typing import Any

import frappe


def before_validate(doc: Any, method: str | None = None) -> None:
	"""Frappe's doc event."""
	if not _concerned(doc):
		return
	bare = {row.dn_detail: row for row in doc.items if row.against_sales_order and not row.so_detail}
	if bare:
		found = frappe.get_all(
			"Delivery Note Item", {"name": ["in", [name for name in bare if name]]}, ["name", "so_detail"]
		)
		for source in found:
			bare[source.name].so_detail = source.so_detail


def before_submit(doc: Any, method: str | None = None) -> None:
	"""Frappe's doc event: behind ERPNext's validation, before anything is written."""
	if _concerned(doc):
		for row in doc.items:
			row.so_detail = None


def _concerned(doc: Any) -> bool:
	return bool(doc.get("ecommerce_store") and doc.is_return and doc.return_against)
