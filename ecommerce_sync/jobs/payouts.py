"""The daily job that lists what stores' payment providers paid out."""

from __future__ import annotations

import frappe

from ..bootstrap import SYNC_USER, machine, platform
from ..core.errors import SyncError
from ..sync.payouts import record_payouts
from . import health
from .wake import heard, once

_WORK = "Payouts"


def start() -> None:
	"""One job per enabled store whose platform tells of payouts."""
	for store in frappe.get_all("Store Connection", {"enabled": 1}, ["name", "platform"]):
		if platform(store.platform).capabilities.payouts:
			once(_flag(store.name), "ecommerce_sync.jobs.payouts.run", queue="long", store=store.name)


def run(store: str) -> int:
	"""List the store's new payouts; how many were written. What went wrong stands on the Store Connection."""
	heard(_flag(store))
	frappe.set_user(SYNC_USER)
	try:
		written = record_payouts(machine(), store)
	except SyncError as error:
		health.failed(store, _WORK, str(error))
		return 0
	health.succeeded(store, _WORK)
	return written


def _flag(store: str) -> str:
	return f"payouts:{store}"
