"""What the scheduler starts: the minute sweep over the inbox, and the hourly look for missed orders."""

from __future__ import annotations

from typing import Any

import frappe

from ..bootstrap import SYNC_USER, machine
from ..core.errors import SyncError
from ..sync import sweep
from . import drain
from .wake import wake

_NOTE = "Look-up: "
MINUTE_BUDGET = 50.0  # seconds


def minute() -> None:
	"""Events that no job was started for: Redis was down, or a worker died."""
	engine = machine()
	if engine.journal.subjects_due(engine.now(), 1):
		drain.run(MINUTE_BUDGET)


def hourly() -> None:
	"""One job per store, so that a store that does not answer keeps no other waiting."""
	for store in frappe.get_all("Store Connection", {"enabled": 1}, pluck="name"):
		frappe.enqueue("ecommerce_sync.jobs.sweep.reconcile", queue="long", store=store)


def reconcile(store: str) -> int:
	"""Store events for the orders changed since the last look; how many were new. Writes the store's health."""
	frappe.set_user(SYNC_USER)
	try:
		new = sweep.reconcile(machine(), store)
	except SyncError as error:
		frappe.db.rollback()
		_report_failure(store, str(error))
		return 0
	_report_success(store)
	if new:
		wake()
	return new


def _report_failure(store: str, problem: str) -> None:
	_write(store, {"health": "Red", "health_note": f"{_NOTE}{problem}"})


def _report_success(store: str) -> None:
	"""What Test connection found wrong stays until it is tested again; only this job's own note goes."""
	values: dict[str, Any] = {"last_webhook": _last_message(store)}
	if (frappe.db.get_value("Store Connection", store, "health_note") or "").startswith(_NOTE):
		values |= {"health": "Green", "health_note": ""}
	_write(store, values)


def _write(store: str, values: dict[str, Any]) -> None:
	"""Without touching `modified`: nobody's open form goes stale."""
	frappe.db.set_value("Store Connection", store, values, update_modified=False)
	frappe.db.commit()


def _last_message(store: str) -> str | None:
	newest = frappe.get_all(
		"Sync Log",
		filters={"store": store, "kind": "order", "topic": ["not in", ["sweep", "resync"]]},
		order_by="creation desc",
		limit=1,
		pluck="creation",
	)
	return newest[0] if newest else None
