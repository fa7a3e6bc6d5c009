"""The pass over one order's events: the ERP is brought to what the store says.

Two workers never do the same order at once: the order's Store Link row is locked by the first statement
of every transaction that writes. Reading the store happens while nothing is locked. A worker killed
anywhere leaves its events queued and its transaction rolled back.
"""

from __future__ import annotations

from time import monotonic

from ..core.commands import CreateItems, EnsureCustomer, TakeOver
from ..core.erp import ErpOrder
from ..core.errors import Fixable, Gone, Held, PayloadRefused
from ..core.models import Order
from ..core.orders import digest, plan_order
from ..core.plan import Command, Plan
from ..erps.base import SOLD_BUT_SKIPPED, Applied, Event, LinkKey, Outcome, Subject
from .events import load, settle
from .links import customer_guards, order_link
from .machine import Connection, Machine
from .open_orders import lowered

MAX_ROUNDS = 6
_PREPARING = (EnsureCustomer, CreateItems, TakeOver)
# Orders without a document that were sold, and those that may have been before.
_MOVE_STOCK = (*SOLD_BUT_SKIPPED, "status_not_imported", "cancelled_before_import")


def take(machine: Machine, subject: Subject, events: list[Event]) -> Outcome:
	"""Do all open events of one order. Raises what stopped it; what the store has sold counts all the same."""
	started = monotonic()
	connection = machine.connect(subject.store)
	link = order_link(subject)
	machine.erp.ensure_links([link])
	order, fetched = _order_of(connection, events)
	try:
		outcome = _rounds(machine, connection, link, order, fetched, events, started)
	except (Fixable, Held):
		_touch(machine, connection, order)
		raise
	if outcome.reason in _MOVE_STOCK:
		_touch(machine, connection, order)
	return outcome


def _touch(machine: Machine, connection: Connection, order: Order | None) -> None:
	"""The store has lowered its stock for an order that reserves nothing here, or no longer counts it."""
	if order:
		machine.erp.touch(connection.store, order.lines)


def _rounds(
	machine: Machine,
	connection: Connection,
	link: LinkKey,
	order: Order | None,
	fetched: bool,
	events: list[Event],
	started: float,
) -> Outcome:
	for _ in range(MAX_ROUNDS):
		if order is None:
			return _apply_gone(machine, link, events)
		outcome = _round(machine, connection, link, order, fetched, events, started)
		if outcome == "fetch":
			order, fetched = _fetch(connection, link.external_id), True
		elif isinstance(outcome, Outcome):
			return outcome
	raise RuntimeError(f"the plan for order {link.external_id} did not become empty in {MAX_ROUNDS} rounds")


def _round(
	machine: Machine,
	connection: Connection,
	link: LinkKey,
	order: Order,
	fetched: bool,
	events: list[Event],
	started: float,
) -> Outcome | str:
	"""Lock, observe, plan, apply. An outcome when all is done, `fetch` to ask the store, `again` to replan."""
	erp, settings = machine.erp, connection.settings
	with erp.transaction([link]):
		seen = erp.observe(order, settings)
		if not fetched and _must_ask(order, seen):
			return "fetch"
		plan = _plan(order, seen, connection)
		if plan.commands and isinstance(plan.commands[0], EnsureCustomer):
			guards = customer_guards(plan.commands[0].customer, link.store)
		else:
			return _apply(machine, connection, order, plan, events, started)
	_prepare_customer(machine, connection, link, order, guards)
	return "again"


def _must_ask(order: Order, seen: ErpOrder) -> bool:
	"""Whether the payload alone cannot tell: deleted before, or another content with the same time."""
	same_time = seen.version == order.updated_at
	return seen.gone or (same_time and seen.digest is not None and seen.digest != digest(order))


def _plan(order: Order, seen: ErpOrder, connection: Connection) -> Plan:
	if seen.version and order.updated_at < seen.version:
		return Plan(skip="stale")
	plan = plan_order(order, seen, connection.settings)
	if plan.skip == "status_not_imported" and not order.closed_at and lowered(connection, order):
		return plan.model_copy(update={"skip": "sold_not_imported"})
	return plan


def _apply(
	machine: Machine, connection: Connection, order: Order, plan: Plan, events: list[Event], started: float
) -> Outcome | str:
	"""The first command; the last one is committed together with the link and the events' state."""
	documents = []
	for command in plan.commands:
		if document := machine.erp.apply(command, order, connection.settings):
			documents.append(document)
		if isinstance(command, _PREPARING):
			return "again"
	outcome = Outcome(
		state="Skipped" if plan.skip else "Done",
		reason=plan.skip,
		params=plan.params,
		plan=_as_json(plan.commands),
		documents=tuple(documents),
		timings={"seconds": round(monotonic() - started, 4)},
	)
	if plan.skip != "stale":
		machine.erp.record(
			order, connection.settings, Applied(version=order.updated_at, digest=digest(order))
		)
	settle(machine, events, outcome)
	return outcome


def _prepare_customer(
	machine: Machine, connection: Connection, link: LinkKey, order: Order, guards: list[LinkKey]
) -> None:
	"""The customer in a transaction of its own, under the order's and the customer's locks."""
	machine.erp.ensure_links(guards)
	with machine.erp.transaction([link, *guards], wait=True):
		seen = machine.erp.observe(order, connection.settings)
		for command in _plan(order, seen, connection).commands:
			if isinstance(command, EnsureCustomer):
				machine.erp.apply(command, order, connection.settings)


def _order_of(connection: Connection, events: list[Event]) -> tuple[Order | None, bool]:
	"""The newest order that the events hold, or what the store says; whether the store was asked.

	The event that carried the newest moves to the end of `events`: it is the one that lives on if this fails.
	"""
	asking = [event for event in events if event.refetch or not event.whole]
	if asking:
		_move_last(events, asking[-1])
		return _fetch(connection, asking[-1].external_id), True
	newest = _newest(connection, events)
	_move_last(events, newest[0][1])
	if len({digest(order) for order, _ in newest}) > 1:  # of one second: only the store knows the last one
		return _fetch(connection, events[-1].external_id), True
	return newest[0][0], False


def _newest(connection: Connection, events: list[Event]) -> list[tuple[Order, Event]]:
	"""The orders with the latest time; several when messages share it.

	Messages that are no orders do not stop the others; when none is one, the refusal is the result.
	"""
	refused: list[PayloadRefused] = []
	found: list[tuple[Order, Event]] = []
	for event in events:
		try:
			found.append((connection.parse(load(event.payload)), event))
		except PayloadRefused as error:
			refused.append(error)
	if not found:
		raise refused[-1]
	latest = max(order.updated_at for order, _ in found)
	return [(order, event) for order, event in found if order.updated_at == latest]


def _move_last(events: list[Event], event: Event) -> None:
	events.remove(event)
	events.append(event)


def _fetch(connection: Connection, order_id: str) -> Order | None:
	try:
		return connection.parse(connection.storefront().fetch_order(order_id))
	except Gone:
		return None


def _apply_gone(machine: Machine, link: LinkKey, events: list[Event]) -> Outcome:
	"""The store has no such order any more: what was imported is cancelled if nothing followed."""
	with machine.erp.transaction([link]):
		document = machine.erp.remove_gone(link.store, link.external_id)
		outcome = Outcome(
			state="Done" if document else "Skipped",
			reason="gone_in_store",
			params={"kind": "order", "id": link.external_id},
			documents=(document,) if document else (),
		)
		settle(machine, events, outcome)
	return outcome


def _as_json(commands: tuple[Command, ...]) -> str:
	return "[" + ",".join(command.model_dump_json(exclude_defaults=False) for command in commands) + "]"
