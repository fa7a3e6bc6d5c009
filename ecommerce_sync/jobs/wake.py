"""The hint that there is work: at most one waiting drain job, and never an error for whoever gives it.

The events are in the database; should the hint be lost, the minute sweep finds them.
"""

from __future__ import annotations

import frappe

_FLAG = "ecommerce_sync:drain_waits"
_FLAG_SECONDS = 20  # when a job was lost with its flag, the next hint is heard after these


def wake() -> None:
	"""Have a worker drain the inbox, unless a job for that is waiting already."""
	try:
		if frappe.cache.set(frappe.cache.make_key(_FLAG), 1, nx=True, ex=_FLAG_SECONDS):
			frappe.enqueue("ecommerce_sync.jobs.drain.run", queue="default", timeout=900)
	except Exception as error:  # Redis may be down or full: what is stored must stay stored
		frappe.logger("ecommerce_sync").warning(f"no drain job: {type(error).__name__}")


def wake_after_commit() -> None:
	"""Like `wake`, when and if the caller's transaction is committed."""
	frappe.db.after_commit.add(wake)


def awake() -> None:
	"""Called by the drain job as it starts: events from now on may have another job."""
	try:
		frappe.cache.delete(frappe.cache.make_key(_FLAG))
	except Exception as error:
		frappe.logger("ecommerce_sync").warning(f"drain flag stays: {type(error).__name__}")
