"""Writing Items to a store: created or updated there as far as ERPNext is their master."""

from __future__ import annotations

from collections import Counter
from time import monotonic

from ..core.catalogue import ItemState, plan_publish
from ..core.errors import Fixable, Gone
from ..erps.base import Event, NewEvent, Outcome, Subject
from ..erps.goods import Stamp
from .events import settle_apart
from .machine import Connection, Machine

PORTION = 100


def publish_items(machine: Machine, store: str, budget: float = 600.0) -> Counter[str] | None:
	"""Write the Items that changed; how many were `published`, `unchanged` and `failed`.

	None while another worker is at it. An Item that the store refuses waits in the failed queue.
	"""
	connection, end = machine.connect(store), monotonic() + budget
	done: Counter[str] = Counter()
	with machine.erp.alone(store, "products") as alone:
		if not alone:
			return None
		machine.erp.take_changes()
		while monotonic() < end and connection.settings.push_items:
			items = machine.erp.items_due(store, PORTION)
			if not items:
				break
			done.update(_publish_or_queue(machine, connection, item_code) for item_code in items)
	return done


def take(machine: Machine, subject: Subject, events: list[Event]) -> Outcome:
	"""The pass over an Item that could not be published before."""
	connection = machine.connect(subject.store)
	_publish(machine, connection, *machine.erp.item_state(subject.external_id, connection.settings))
	outcome = Outcome(state="Done", documents=(("Item", subject.external_id),))
	settle_apart(machine, events, outcome)
	return outcome


def _publish_or_queue(machine: Machine, connection: Connection, item_code: str) -> str:
	read_at, state = machine.erp.item_state(item_code, connection.settings)
	try:
		return _publish(machine, connection, read_at, state)
	except Fixable as error:
		_queue_failed(machine, connection.store, item_code, error)
		machine.erp.published(item_code, None, connection.settings, None, read_at)
		return "failed"


def _publish(machine: Machine, connection: Connection, read_at: Stamp, state: ItemState) -> str:
	settings, item_code = connection.settings, state.item_code
	planned = plan_publish(state, settings)
	if planned is None:
		machine.erp.published(item_code, None, settings, state.pushed, read_at)
		return "unchanged"
	draft, digest = planned
	try:
		payload = connection.storefront().save_product(draft)
	except Gone:  # deleted in the store: written anew
		unbound = {"variant_id": None}
		variants = tuple(variant.model_copy(update=unbound) for variant in draft.variants)
		payload = connection.storefront().save_product(
			draft.model_copy(update={"product_id": None, "variants": variants})
		)
	machine.erp.published(item_code, connection.parse_product(payload), settings, digest, read_at)
	return "published"


def _queue_failed(machine: Machine, store: str, item_code: str, error: Fixable) -> None:
	"""The Item waits as an event; saving it, or the store, queues it again."""
	subject = Subject(store=store, kind="publish", external_id=item_code)
	event = NewEvent(
		store=store,
		topic="item",
		kind=subject.kind,
		external_id=item_code,
		event_key=f"publish:{item_code}:{machine.now().isoformat()}",
		direction="Out",
	)
	machine.journal.receive(event)
	outcome = Outcome(
		state="Failed", reason=error.reason, params=error.params, cause=error.cause, error_class="Fixable"
	)
	machine.journal.settle_apart(machine.journal.pending(subject), outcome)
