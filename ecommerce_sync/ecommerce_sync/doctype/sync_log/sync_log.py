"""One event: durable inbox, audit trail and failed queue at once. Written by `erps.erpnext` only."""

import frappe
from frappe.model.document import Document
from frappe.query_builder import Interval
from frappe.query_builder.functions import Now

OPEN_STATES = ("Queued", "Waiting to retry", "Held", "Failed")


class SyncLog(Document):
	def before_insert(self) -> None:
		self.store = self.store or ""  # NULL would escape the unique index

	@staticmethod
	def clear_old_logs(days: int = 90) -> None:
		"""Frappe's log clearing: what is finished and older than `days` goes; open events stay."""
		table = frappe.qb.DocType("Sync Log")
		old = table.creation < (Now() - Interval(days=days))
		frappe.db.delete("Sync Log", filters=(old & table.state.notin(OPEN_STATES)))


def on_doctype_update() -> None:
	"""The unique key and the indexes of `Sync Log`."""
	frappe.db.add_unique("Sync Log", ["store", "event_key"], constraint_name="unique_event")
	frappe.db.add_index("Sync Log", ["state", "next_attempt"])
	frappe.db.add_index("Sync Log", ["store", "kind", "external_id", "state"])
	frappe.db.add_index("Sync Log", ["state", "reason"])
	frappe.db.add_index("Sync Log", ["cause"])
	frappe.db.add_index("Sync Log", ["creation"])
