"""The background job that works through the inbox: many events per job, because a fork per event costs more."""

from __future__ import annotations

import frappe

from ..bootstrap import SYNC_USER, machine
from ..sync import work
from .wake import awake, wake

BUDGET = 240.0  # seconds; the job's own timeout leaves room for a last slow order


def run(budget: float = BUDGET) -> dict[str, int]:
	"""Do what is due; how many orders ended in which state. Asks for a successor when time ran out."""
	awake()
	frappe.set_user(SYNC_USER)
	engine = machine()
	done = work.drain(engine, budget)
	if set(done) - {"Busy", "Nothing"} and engine.journal.subjects_due(engine.now(), 1):
		wake()
	return dict(done)
