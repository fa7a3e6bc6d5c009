"""What the Sync Log form shows: the reason in the reader's language."""

from __future__ import annotations

import frappe
from frappe import _

from ..core import reasons


@frappe.whitelist(methods=["POST"])
def describe(name: str) -> dict[str, str]:
	"""Message and remedy of one event."""
	doc = frappe.get_doc("Sync Log", name)
	doc.check_permission("read")
	if not doc.reason:
		return {"message": _(doc.state), "remedy": ""}
	return reasons.describe(doc.reason, frappe.parse_json(doc.params or "{}"), _)._asdict()
