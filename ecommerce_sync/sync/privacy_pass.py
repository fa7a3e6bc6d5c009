"""The pass over requests about personal data: each is answered by itself, with a report of what was found or done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ..core.errors import PayloadRefused
from ..core.privacy import PrivacyRequest
from ..erps.base import Event, Outcome, Subject
from ..erps.life import Erasure
from .events import load
from .links import account_link
from .machine import Machine

MAX_ROUNDS = 10_000
_LISTED = 500  # documents that the event itself lists
_NAMED = 20  # that its words name; more are counted
Document = tuple[str, str]


def take(machine: Machine, subject: Subject, events: list[Event]) -> Outcome:
	"""Answer all open requests of one person or store, the oldest first. Raises what stopped it."""
	outcome = Outcome(state="Skipped", reason="superseded")
	for event in sorted(events, key=lambda each: each.state == "Failed"):
		events[:] = [event]  # what stops this one says nothing about the others
		outcome = _answer(machine, subject, event)
	return outcome


def _answer(machine: Machine, subject: Subject, event: Event) -> Outcome:
	connect = machine.connect_any or machine.connect  # what is to be redacted may be of a store that has left
	spoken = connect(subject.store).platform
	if not event.payload:  # redacted by the request before it
		outcome = Outcome(state="Skipped", reason="superseded")
		with machine.erp.transaction([]):
			machine.journal.settle([event], outcome)
		return outcome
	request = spoken.parse_privacy(event.topic, load(event.payload))
	return (_report if request.what == "data_request" else _erase)(machine, event, request)


def _report(machine: Machine, event: Event, request: PrivacyRequest) -> Outcome:
	with machine.erp.transaction([]):
		found = machine.erp.personal_data(
			event.store, request.customer_id or "", request.email, request.order_ids
		)
		outcome = Outcome(
			state="Done",
			reason="data_requested",
			params={"customer": request.customer_id or event.external_id, "documents": _words(found)},
			documents=found[:_LISTED],
		)
		machine.journal.settle([event], outcome)
	return outcome


def _erase(machine: Machine, event: Event, request: PrivacyRequest) -> Outcome:
	"""Of a person in one go; of a store in as many as the ERP wants, for there may be very many persons."""
	if request.what == "customer" and not (request.customer_id or request.email or request.order_ids):
		raise PayloadRefused("customer", "is missing")
	locks = [account_link(event.store, request.customer_id)] if request.customer_id else []
	machine.erp.ensure_links(locks)
	redacted: list[Document] = []
	for _ in range(MAX_ROUNDS):
		with machine.erp.transaction(locks, wait=True):
			found = _round(machine, event, request)
			redacted += found.redacted
			if request.what == "customer" or not found.redacted:
				return _settle(machine, event, redacted, found.kept)
	raise RuntimeError(f"the redaction of store {event.store} found no end")


def _round(machine: Machine, event: Event, request: PrivacyRequest) -> Erasure:
	what = "store" if request.what == "store" else "customer"
	return machine.erp.erase(
		event.store,
		what,  # type: ignore[arg-type]
		request.customer_id or "",
		request.email,
		request.order_ids,
	)


def _settle(
	machine: Machine, event: Event, redacted: Iterable[Document], kept: Iterable[Document]
) -> Outcome:
	gone, left = tuple(dict.fromkeys(redacted)), tuple(dict.fromkeys(kept))
	outcome = Outcome(
		state="Done",
		reason="erased",
		params={"redacted": _words(gone), "kept": _words(left)},
		documents=(*gone, *left)[:_LISTED],
	)
	machine.journal.settle([event], outcome)
	return outcome


def _words(documents: Iterable[Document]) -> str:
	"""`Customer A, Sales Order B`; of many documents of one kind the number: `312 Sync Log`."""
	kinds: dict[str, list[str]] = {}
	for doctype, name in documents:
		kinds.setdefault(doctype, []).append(name)
	counts = Counter({doctype: len(names) for doctype, names in kinds.items()})
	parts = [
		f"{counts[doctype]} {doctype}"
		if doctype == "Sync Log" or counts[doctype] > _NAMED
		else ", ".join(f"{doctype} {name}" for name in names)
		for doctype, names in kinds.items()
	]
	return ", ".join(parts) or "nothing"
