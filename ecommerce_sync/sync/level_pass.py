"""The pass over quantities that a store tells, and a person's word on one that was changed there."""

from __future__ import annotations

from ..core.products import StockLevel
from ..erps.base import Event, Outcome, Subject
from .events import load, settle_apart
from .machine import Machine


def take(machine: Machine, subject: Subject, events: list[Event]) -> Outcome:
	"""Record what the messages tell. What differs from what was known becomes due; the pusher decides."""
	connection = machine.connect(subject.store)
	levels: list[StockLevel] = []
	for event in events:
		if event.whole and not event.deleted:
			levels += connection.platform.parse_levels(load(event.payload))
	told = machine.erp.told(subject.store, levels)
	outcome = Outcome(state="Done") if told else Outcome(state="Skipped", reason="echo")
	settle_apart(machine, events, outcome)
	return outcome


def correct(machine: Machine, subject: Subject, events: list[Event]) -> Outcome:
	"""A person retries a difference that was only reported: ERPNext's number is written to the store."""
	listing = subject.external_id.partition(":")[0]
	machine.erp.mark_due(subject.store, "stock", [listing])
	outcome = Outcome(state="Done")
	settle_apart(machine, events, outcome)
	return outcome
