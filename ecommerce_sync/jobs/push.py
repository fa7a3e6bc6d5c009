"""The jobs that tell stores what changed: stock, prices, Items. Started within seconds of a change.

`run` finds the stores that have something due. One store is done by one worker at a time; a job that meets
another leaves, because every job looks again for what became due after it has let go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import frappe

from ..bootstrap import SYNC_USER, machine
from ..core.errors import SyncError
from ..sync.audit import audit_stock
from ..sync.machine import Machine
from ..sync.prices import push_prices
from ..sync.publish import publish_items
from ..sync.stock import push_stock
from . import health
from .wake import heard, once, push_awake, wake

_ROUNDS = 20  # looks again after its own work; then the minute sweep goes on
_WORK = "Push"
Push = Callable[[Machine, str], "Counter[str] | None"]
_PUSHES: tuple[Push, ...] = (publish_items, push_stock, push_prices)


def run() -> list[str]:
	"""Take the notes of what changed, and do the stores that have something due, one after the other.

	Jobs for all but the first are started too: with more workers nobody waits for a slow store.
	"""
	push_awake()
	frappe.set_user(SYNC_USER)
	erp = machine().erp
	erp.take_changes()
	stores = erp.stores_due()
	for store in stores[1:]:
		once(f"push:{store}", "ecommerce_sync.jobs.push.one", store=store)
	for store in stores:
		one(store)
	return stores


def one(store: str) -> dict[str, int]:
	"""Everything that is due for one store; the counts of all pushes."""
	frappe.set_user(SYNC_USER)
	engine, done = machine(), Counter[str]()
	heard(f"push:{store}")
	try:
		for _ in range(_ROUNDS):
			done += sum((push(engine, store) or Counter() for push in _PUSHES), Counter[str]())
			if store not in engine.erp.stores_due():
				break
	except SyncError as error:
		health.failed(store, _WORK, str(error))
		return dict(done)
	except Exception as error:  # a bug or a broken setting of one store stops no other
		health.failed(store, _WORK, f"{type(error).__name__}: {error}"[:500])
		frappe.log_error(f"Push to {store}")
		return dict(done)
	values = {"last_stock_push": frappe.utils.now()} if done["pushed"] else {}
	health.succeeded(store, _WORK, **values)
	_wake_for_orders(engine)
	return dict(done)


def audit(store: str) -> dict[str, int]:
	"""The daily look at what the store really shows."""
	frappe.set_user(SYNC_USER)
	engine = machine()
	heard(f"audit:{store}")
	try:
		done = audit_stock(engine, store)
	except SyncError as error:
		health.failed(store, "Audit", str(error))
		return {}
	health.succeeded(store, "Audit", last_audit=frappe.utils.now())
	_wake_for_orders(engine)
	return dict(done or {})


def _wake_for_orders(engine: Machine) -> None:
	"""Orders that were found on the way."""
	if engine.journal.subjects_due(engine.now(), 1):
		wake()
