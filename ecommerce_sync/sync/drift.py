"""A number that a store changed by itself and that no order explains: corrected, adopted or reported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..core.errors import Held
from ..core.settings import StoreSettings
from ..core.stock import Quantity
from ..erps.base import NewEvent, Outcome, Subject
from ..erps.goods import Told
from .machine import Machine


class Drift(NamedTuple):
	"""A number and by how many pieces the store changed it beside its orders."""

	wanted: Quantity
	pieces: int


def settle_drift(machine: Machine, settings: StoreSettings, drifted: Sequence[Drift]) -> list[Quantity]:
	"""Tell each in the journal, by the store's policy; returns those whose number is not to be written now."""
	left_alone = []
	for drift in drifted:
		outcome, leave = _decide(machine, settings, drift)
		_tell(machine, settings, drift.wanted, outcome)
		left_alone += [drift.wanted] if leave else []
	return left_alone


def _decide(machine: Machine, settings: StoreSettings, drift: Drift) -> tuple[Outcome, bool]:
	params = _params(drift.wanted)
	if settings.drift == "report":
		return Outcome(state="Held", reason="stock_drift", params=params), True
	if settings.drift == "adopt":
		return _adopt(machine, settings, drift, params), True
	return Outcome(state="Done", reason="drift_corrected", params=params), False


def _adopt(machine: Machine, settings: StoreSettings, drift: Drift, params: dict[str, object]) -> Outcome:
	"""Book the difference; the listing is due again by that and then agrees."""
	wanted = drift.wanted
	place = next(p for p in settings.stock_places() if p.location_id == wanted.location_id)
	known = wanted.known.quantity or 0
	told = Told(
		listing=wanted.listing.name,
		item_code=wanted.listing.item_code,
		location_id=wanted.location_id,
		before=wanted.quantity,
		quantity=known,
	)
	try:
		document = machine.erp.adopt(told, place.warehouses[0], drift.pieces, settings)
	except Held as held:
		return Outcome(state="Held", reason=held.reason, params={**params, **held.params})
	return Outcome(state="Done", reason="drift_adopted", params=params, documents=(document,))


def _params(wanted: Quantity) -> dict[str, object]:
	return {
		"item": wanted.listing.item_code,
		"sku": wanted.listing.sku or "",
		"location": wanted.location_id,
		"theirs": wanted.known.quantity,
		"ours": wanted.quantity,
	}


def _tell(machine: Machine, settings: StoreSettings, wanted: Quantity, outcome: Outcome) -> None:
	"""One event per number and discovery; the same difference found again says nothing new."""
	subject = Subject(
		store=settings.store, kind="drift", external_id=f"{wanted.listing.name}:{wanted.location_id}"
	)
	stamp = machine.now().isoformat(timespec="seconds")
	key = f"drift:{subject.external_id}:{wanted.known.quantity}:{wanted.quantity}:{stamp}"
	event = NewEvent(
		store=settings.store,
		topic="stock.drift",
		kind=subject.kind,
		external_id=subject.external_id,
		event_key=key,
		direction="Out",
	)
	older = machine.journal.pending(subject)
	if machine.journal.receive(event, outcome):
		machine.journal.settle_apart(older, Outcome(state="Skipped", reason="superseded"))
