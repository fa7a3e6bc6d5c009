"""What the scheduler starts: the minute sweep over inbox and notes, the hourly look for missed orders, the
daily audit of what the stores show and look for payouts.
"""

from __future__ import annotations

import frappe

from ..bootstrap import SYNC_USER, machine
from ..core.errors import SyncError
from ..sync import sweep
from . import drain, health, payouts, push
from .wake import once, wake

_WORK = "Look-up"
MINUTE_BUDGET = 50.0  # seconds


def minute() -> None:
	"""Work that no job was started for: Redis was down, a worker died, or stock moved without a document."""
	engine = machine()
	if engine.journal.subjects_due(engine.now(), 1):
		drain.run(MINUTE_BUDGET)
	engine.erp.note_changed_bins()
	push.run()


def hourly() -> None:
	"""One job per store, so that a store that does not answer keeps no other waiting."""
	for store in frappe.get_all("Store Connection", {"enabled": 1}, pluck="name"):
		frappe.enqueue("ecommerce_sync.jobs.sweep.reconcile", queue="long", store=store)


def daily() -> None:
	"""Prices whose period begins or ends, one audit per store that shows our stock, and what stores paid out."""
	machine().erp.note_price_periods()
	for store in frappe.get_all("Store Connection", {"enabled": 1, "push_stock": 1}, pluck="name"):
		once(f"audit:{store}", "ecommerce_sync.jobs.push.audit", queue="long", store=store)
	payouts.start()


def reconcile(store: str) -> int:
	"""Store events for the orders changed since the last look; how many were new. Writes the store's health."""
	frappe.set_user(SYNC_USER)
	try:
		new = sweep.reconcile(machine(), store)
	except SyncError as error:
		health.failed(store, _WORK, str(error))
		return 0
	health.succeeded(store, _WORK, last_webhook=_last_message(store))
	if new:
		wake()
	return new


def _last_message(store: str) -> str | None:
	newest = frappe.get_all(
		"Sync Log",
		filters={"store": store, "kind": "order", "topic": ["not in", ["sweep", "resync"]]},
		order_by="creation desc",
		limit=1,
		pluck="creation",
	)
	return newest[0] if newest else None
