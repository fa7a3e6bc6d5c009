"""The background steps of the catalogue import, with a progress that the page shows and a person can stop."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _

from ..bootstrap import SYNC_USER, machine
from ..core.errors import SyncError
from ..core.reasons import describe
from ..sync import catalogue
from ..sync.catalogue import Progress
from ..sync.machine import Machine
from . import health
from .wake import heard, wake_push

_SILENT = timedelta(minutes=10)  # a step that has not told anything for so long was killed
_EVERY = 10  # products between two tellings
_WORK = "Catalogue"


def read(store: str) -> dict[str, int]:
	"""Read the store's products into Store Listing and propose Items for them."""
	return _step(store, "read", catalogue.read_catalogue)


def match(store: str) -> dict[str, int]:
	"""Propose Items anew for what was read before, without asking the store."""
	return _step(store, "match", _propose)


def run(store: str) -> dict[str, int]:
	"""Bind and create what was decided."""
	return _step(store, "run", catalogue.import_products)


def progress(store: str) -> dict[str, Any]:
	"""`step` (read, match, run), `state` (Running, Stopped, Done, Failed), `done`, `expected`, `counts`; empty before the first."""
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


def _propose(machine: Machine, store: str, progress: Progress) -> Counter[str]:
	return catalogue.propose_items(machine, store)


def _step(store: str, step: str, work: Callable[[Machine, str, Progress], Counter[str]]) -> dict[str, int]:
	frappe.set_user(SYNC_USER)
	heard(f"catalogue:{store}")
	engine = machine()
	with engine.erp.alone(store, "catalogue") as alone:
		if not alone:  # the other worker tells how far it is
			return {}
		counts = _done(store, step, lambda: work(engine, store, _progress_of(store, step)))
	wake_push()  # what was bound shows its number and price
	return counts


def _done(store: str, step: str, work: Callable[[], Counter[str]]) -> dict[str, int]:
	"""The step's counts; a step that breaks off says why on the page and on the store."""
	try:
		counts = work()
	except SyncError as error:
		health.failed(store, _WORK, str(error))
		words = describe(error.reason, error.params, _)
		_tell(store, step, "Failed", 0, 0, problem=f"{words.message} {words.remedy}")
		return {}
	except Exception as error:
		health.failed(store, _WORK, type(error).__name__)
		_tell(store, step, "Failed", 0, 0, problem=_("An unexpected error. Error Log tells more."))
		frappe.log_error(f"Catalogue import: {store}")
		frappe.db.commit()
		return {}
	health.succeeded(store, _WORK)
	done = counts["read"] or counts["done"] + counts["failed"]
	_tell(store, step, "Stopped" if _stop_asked(store) else "Done", done, done, counts=dict(counts))
	return dict(counts)


def _progress_of(store: str, step: str) -> Progress:
	def progressed(done: int, expected: int) -> bool:
		if done % _EVERY == 0 or done == expected:
			_tell(store, step, "Running", done, expected)
		return not _stop_asked(store)

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


def _stop_asked(store: str) -> bool:
	"""From Redis each time: what `get_value` once read without `expires`, a process sees for ever."""
	return bool(frappe.cache.get_value(_stop_key(store), expires=True))


def _stop_key(store: str) -> str:
	return f"ecommerce_sync:stop_catalogue:{store}"
