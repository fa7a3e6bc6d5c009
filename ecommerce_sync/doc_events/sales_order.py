"""Completes a Sales Order that was written as submitted in one go, so that it equals one inserted first.

ERPNext leaves three things out for such a document: other apps' `before_save`, the status with its label
in the timeline, and the Version that shows the submission there.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

_USUAL_STATUS = "To Deliver and Bill"


def before_submit(doc: Any, method: str | None = None) -> None:
	"""Between validation and writing: `before_save` for all who listen, and the status to be written."""
	if doc.flags.written_submitted:
		doc.run_method("before_save")
		doc.status = _USUAL_STATUS


def on_submit(doc: Any, method: str | None = None) -> None:
	"""ERPNext's own status rule, which passes over new documents, and what the timeline shows."""
	if doc.flags.written_submitted:
		_settle_status(doc)
		_leave_version(doc)


def _settle_status(doc: Any) -> None:
	doc.set("__islocal", False)
	doc.set_status()  # writes the label itself where the status is another than the usual one
	doc.set("__islocal", True)
	if doc.status == _USUAL_STATUS:
		doc.add_comment("Label", _(doc.status))
	else:
		frappe.db.set_value(doc.doctype, doc.name, "status", doc.status, update_modified=False)


def _leave_version(doc: Any) -> None:
	if doc.flags.ignore_version or not doc.meta.track_changes:
		return
	draft = frappe.get_doc(doc.as_dict())
	draft.docstatus, draft.status = 0, "Draft"
	version = frappe.new_doc("Version")
	if version.update_version_info(draft, doc):
		version.insert(ignore_permissions=True)
