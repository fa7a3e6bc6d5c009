"""The worker: takes subjects that have events due and has each one's pass bring both sides to agree."""

from __future__ import annotations

import random
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from time import monotonic

from ..core.errors import Busy, Fixable, Held, PayloadRefused, SyncError, Transient
from ..core.reasons import describe
from ..erps.base import Event, Outcome, Subject
from . import (
	customer_pass,
	level_pass,
	order_pass,
	privacy_pass,
	product_pass,
	publish,
	refund_pass,
	shipment_pass,
)
from .events import settle_apart
from .machine import Machine

MAX_ATTEMPTS = 20
BATCH = 50
Pass = Callable[[Machine, Subject, list[Event]], Outcome]
# What is done with the events of a subject, by its kind. A pass settles them itself, or raises.
PASSES: dict[str, Pass] = {
	"order": order_pass.take,
	"product": product_pass.take,
	"stock": level_pass.take,
	"drift": level_pass.correct,
	"publish": publish.take,
	"shipment": shipment_pass.take,
	"refund": refund_pass.take,
	"customer": customer_pass.take,
	"privacy": privacy_pass.take,
}


def drain(machine: Machine, budget: float, limit: int | None = None) -> Counter[str]:
	"""Do what is due until nothing is left, `budget` seconds are over or `limit` subjects are done.

	Returns how many subjects ended in which state; `Busy` ones are another worker's.
	"""
	done: Counter[str] = Counter()
	end = monotonic() + budget
	tried: set[Subject] = set()
	while subjects := [s for s in machine.journal.subjects_due(machine.now(), BATCH) if s not in tried]:
		random.shuffle(subjects)  # workers that start together should not meet at every subject
		for subject in subjects:
			if monotonic() > end or (limit is not None and done.total() >= limit):
				return done
			outcome = process(machine, subject)
			tried.update([subject] if outcome in ("Busy", "Nothing", "Waiting to retry") else [])
			done[outcome] += 1
	return done


def process(machine: Machine, subject: Subject) -> str:
	"""Do all open events of one subject; returns the state they ended in, `Busy` or `Nothing`."""
	events = machine.journal.pending(subject)
	if not events:
		return "Nothing"
	try:
		outcome = PASSES[subject.kind](machine, subject, events)
	except Busy:
		return "Busy"
	except Exception as error:
		outcome = failure(error, events)
		settle_apart(machine, events, outcome)
	return outcome.state


def failure(error: Exception, events: list[Event]) -> Outcome:
	"""How an error ends: by who must act."""
	if isinstance(error, Transient):
		return _again(error, max(event.attempts for event in events))
	if isinstance(error, Held):
		return Outcome(state="Held", reason=error.reason, params=error.params)
	if isinstance(error, Fixable | PayloadRefused):
		cause = getattr(error, "cause", None)
		return Outcome(
			state="Failed", reason=error.reason, params=error.params, cause=cause, error_class="Fixable"
		)
	detail = str(error) if isinstance(error, SyncError) else f"{type(error).__name__}: {error}"
	return Outcome(
		state="Failed",
		reason="bug",
		params={"detail": detail[:500]},
		error_class="Bug",
		traceback="".join(traceback.format_exception(error)),
	)


def _again(error: Transient, attempts: int) -> Outcome:
	"""Exponential backoff with jitter, never before the store's own wish."""
	given_up = attempts + 1 >= MAX_ATTEMPTS
	wait = min(3600.0, 10.0 * 2**attempts) * random.uniform(0.75, 1.25)
	return Outcome(
		state="Failed" if given_up else "Waiting to retry",
		reason=error.reason,
		params=error.params,
		error_class="Transient",
		again_in=timedelta(seconds=max(wait, error.retry_after or 0)),
	)


def explain(outcome: Outcome) -> str:
	"""The outcome in English, for the console and the demo."""
	return describe(outcome.reason, outcome.params).message if outcome.reason else outcome.state
