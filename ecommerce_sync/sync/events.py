"""What every pass over a subject's events shares: reading payloads and writing how the events ended."""

from __future__ import annotations

import json
from typing import Any

from ..core.errors import PayloadRefused
from ..erps.base import Event, Outcome
from .machine import Machine


def load(payload: bytes) -> dict[str, Any]:
	"""The JSON object of a message. Raises `PayloadRefused`."""
	try:
		found = json.loads(payload)
	except ValueError as error:
		raise PayloadRefused("", f"no JSON: {error}") from error
	if not isinstance(found, dict):
		raise PayloadRefused("", "not an object")
	return found


def settle(machine: Machine, events: list[Event], outcome: Outcome) -> None:
	"""The newest event carries the outcome, the others were superseded by it."""
	machine.journal.settle(events[-1:], outcome)
	if len(events) > 1:
		machine.journal.settle(events[:-1], Outcome(state="Skipped", reason="superseded"))


def settle_apart(machine: Machine, events: list[Event], outcome: Outcome) -> None:
	"""Likewise in a transaction of its own; what is to be tried again keeps all its events."""
	machine.journal.settle_apart(events[-1:], outcome)
	if len(events) > 1:
		rest = (
			outcome if outcome.state == "Waiting to retry" else Outcome(state="Skipped", reason="superseded")
		)
		machine.journal.settle_apart(events[:-1], rest)
