"""The background steps of the catalogue import, with a progress that the page shows and a person can stop."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import frappe

from ..bootstrap import SYNC_USER, machine
from ..core.errors import SyncError
from ..sync import catalogue
from ..sync.catalogue import Progress
from ..sync.machine import Machine
from . import health
from .wake import heard, wake_push

_SILENT = timedelta(minutes=10)  # a step that has not told anything for so long was killed
_EVERY = 10  # products between two tellings


def read(store: str) -> dict[str, int]:
	"""Read the store's products into Store Listing and propose Items for them."""
	return _step(store, "read", catalogue.read_catalogue)


def run(store: str) -> dict[str, int]:
	"""Bind and create what was decided."""
	return _step(store, "run", catalogue.import_products)


def progress(store: str) -> dict[str, Any]:
	"""`step`, `state` (Running, Stopped, Done, Failed), `done`, `expected`, `counts`; empty before the first."""
	found = json.loads(frappe.db.get_value("Store Connection", store, "import_progress") or "{}")
	if found.get("state") == "Running" and datetime.fromisoformat(found["at"]) < datetime.now() - _SILENT:
		found["state"] = "Stopped"
	return found


def begin(store: str, step: str) -> None:
	"""A step was asked for."""
	frappe.cache.delete_value(_stop_key(store))
	_tell(store, step, "Running", 0, 0)


def stop(store: str) -> None:
	"""The running step ends after its product."""
	frappe.cache.set_value(_stop_key(store), 1, expires_in_sec=3600)


def _step(store: str, step: str, work: Callable[[Machine, str, Progress], Counter[str]]) -> dict[str, int]:
	frappe.set_user(SYNC_USER)
	heard(f"catalogue:{store}")
	try:
		counts = work(machine(), store, _progress_of(store, step))
	except SyncError as error:
		health.failed(store, "Catalogue", str(error))
		_tell(store, step, "Failed", 0, 0, problem=str(error))
		return {}
	health.succeeded(store, "Catalogue")
	state = "Stopped" if frappe.cache.get_value(_stop_key(store)) else "Done"
	done = counts["read"] or counts["done"] + counts["failed"]
	_tell(store, step, state, done, done, counts=dict(counts))
	wake_push()  # what was bound shows its number and price
	return dict(counts)


def _progress_of(store: str, step: str) -> Progress:
	def progressed(done: int, expected: int) -> bool:
		if done % _EVERY == 0 or done == expected:
			_tell(store, step, "Running", done, expected)
		return not frappe.cache.get_value(_stop_key(store))

	return progressed


def _tell(store: str, step: str, state: str, done: int, expected: int, **more: Any) -> None:
	now = datetime.now().isoformat(timespec="seconds")
	told = {"step": step, "state": state, "done": done, "expected": expected, "at": now, **more}
	health.write(store, {"import_progress": json.dumps(told)})
	try:
		frappe.publish_realtime(
			"ecommerce_sync_catalogue", {"store": store, **told}, doctype="Store Connection"
		)
	except Exception as error:  # the page asks by itself too
		frappe.logger("ecommerce_sync").warning(f"no realtime: {type(error).__name__}")


def _stop_key(store: str) -> str:
	return f"ecommerce_sync:stop_catalogue:{store}"
