"""Who may press the app's buttons."""

from __future__ import annotations

import frappe
from frappe.model.document import Document

MANAGERS = ("Ecommerce Sync Manager", "System Manager")


def store_to_manage(name: str) -> Document:
	"""The Store Connection, for a manager who may write it; raises `frappe.PermissionError` for others."""
	frappe.only_for(MANAGERS)
	doc = frappe.get_doc("Store Connection", name)
	doc.check_permission("write")
	return doc
