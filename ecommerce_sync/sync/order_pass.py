"""The pass over one order's events: the ERP is brought to what the store says.

Two workers never do the same order at once: the order's Store Link row is locked by the first statement
of every transaction that writes. Reading the store happens while nothing is locked. A worker killed
anywhere leaves its events queued and its transaction rolled back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from time import monotonic

from ..core.commands import (
	CancelSalesOrder,
	CreateItems,
	CreateSalesOrder,
	EnsureCustomer,
	ReplaceSalesOrder,
	TakeOver,
	UpdateSalesOrder,
)
from ..core.digests import changes, digest, happened_since
from ..core.erp import ErpOrder
from ..core.errors import Fixable, Gone, Held, PayloadRefused
from ..core.followups import ChangeSalesOrder, CreatePickList
from ..core.models import Order
from ..core.orders import plan_order
from ..core.plan import Command, Plan
from ..core.settings import StoreSettings
from ..erps.base import SOLD_BUT_SKIPPED, Applied, Event, LinkKey, Outcome, Subject
from .events import load, settle
from .links import customer_guards, order_link
from .machine import Connection, Machine
from .open_orders import lowered
from .shipment_pass import to_finish

MAX_ROUNDS = 100
_PREPARING = (EnsureCustomer, CreateItems, TakeOver)
# What brings the Sales Order itself to the store's order, so that this is what was applied from then on.
_APPLYING = (CreateSalesOrder, ReplaceSalesOrder, ChangeSalesOrder)
# Orders without a document that were sold, and those that may have been before.
_MOVE_STOCK = (*SOLD_BUT_SKIPPED, "status_not_imported", "cancelled_before_import")


@dataclass
class _Work:
	"""One pass: what is known of the order, and what was done for it so far."""

	machine: Machine
	connection: Connection
	link: LinkKey
	events: list[Event]
	order: Order | None
	fetched: bool
	started: float
	done: list[Command] = field(default_factory=list)
	documents: list[tuple[str, str]] = field(default_factory=list)
	picked: bool = False  # a Pick List was tried
	total: Decimal | None = None  # of the Sales Order

	def fetch(self) -> None:
		"""Ask the store."""
		self.order, self.fetched = _fetch(self.connection, self.link.external_id), True


def take(machine: Machine, subject: Subject, events: list[Event]) -> Outcome:
	"""Do all open events of one order. Raises what stopped it; what the store has sold counts all the same."""
	started = monotonic()
	connection = machine.connect(subject.store)
	link = order_link(subject)
	machine.erp.ensure_links([link])
	order, fetched = _order_of(connection, events)
	work = _Work(machine, connection, link, events, order, fetched, started)
	try:
		outcome = _rounds(work)
	except (Fixable, Held):
		_touch(work)
		raise
	if outcome.reason in _MOVE_STOCK:
		_touch(work)
	return outcome


def _touch(work: _Work) -> None:
	"""The store has lowered its stock for an order that reserves nothing here, or no longer counts it."""
	if work.order:
		work.machine.erp.touch(work.connection.store, work.order.lines)


def _rounds(work: _Work) -> Outcome:
	"""Look, plan and apply until nothing is left to do."""
	for _ in range(MAX_ROUNDS):
		if work.order is None:
			return _apply_gone(work.machine, work.link, work.events)
		outcome = _round(work, work.order)
		if outcome == "fetch":
			work.fetch()
		elif isinstance(outcome, Outcome):
			return outcome
	number = work.link.external_id
	raise RuntimeError(f"the plan for order {number} did not become empty in {MAX_ROUNDS} rounds")


def _round(work: _Work, order: Order) -> Outcome | str:
	"""Lock, observe, plan, apply. An outcome when all is done, `fetch` to ask the store, `again` to replan."""
	erp, settings = work.machine.erp, work.connection.settings
	with erp.transaction([work.link]):
		seen = erp.observe(order, settings)
		work.total = seen.document.total if seen.document else None
		if not work.fetched and _must_ask(order, seen):
			return "fetch"
		plan = _plan(order, seen.model_copy(update={"picked": seen.picked or work.picked}), work.connection)
		if plan.ask:
			return _ask(work, order)
		if plan.commands and isinstance(plan.commands[0], EnsureCustomer):
			guards = customer_guards(plan.commands[0].customer, work.link.store)
		else:
			return _apply(work, order, plan)
	_prepare_customer(work.machine, work.connection, work.link, order, guards)
	return "again"


def _ask(work: _Work, order: Order) -> str:
	"""The payments are asked for; a store that tells none even so has none."""
	if not work.fetched:
		return "fetch"
	work.order = order.model_copy(update={"payments": ()})
	return "again"


def _must_ask(order: Order, seen: ErpOrder) -> bool:
	"""Whether the payload alone cannot tell: deleted before, or another content with the same time."""
	if seen.gone:
		return True
	if seen.version != order.updated_at or seen.digest is None:
		return False
	now = digest(order)
	return bool(changes(seen.digest, now)) or (" l:" in seen.digest and happened_since(seen.digest, now))


def _plan(order: Order, seen: ErpOrder, connection: Connection) -> Plan:
	if seen.version and order.updated_at < seen.version:
		return Plan(skip="stale")
	plan = plan_order(order, seen, connection.settings)
	if plan.skip == "status_not_imported" and not order.closed_at and lowered(connection, order):
		return plan.model_copy(update={"skip": "sold_not_imported"})
	return plan


def _apply(work: _Work, order: Order, plan: Plan) -> Outcome | str:
	"""The commands of one step; what they change of the Sales Order is recorded with them."""
	settings = work.connection.settings
	if plan.commands and list(plan.commands) == work.done[-len(plan.commands) :]:
		raise RuntimeError(f"applied without effect: {_as_json(plan.commands)[:400]}")
	for command in plan.commands:
		if document := work.machine.erp.apply(command, order, settings):
			work.documents += [] if document in work.documents else [document]
		if isinstance(command, _PREPARING):
			return "again"
		if isinstance(command, _APPLYING):
			work.total = command.draft.total
	work.done += plan.commands
	work.picked = work.picked or any(isinstance(each, CreatePickList) for each in plan.commands)
	if plan.commands and not _is_last(plan, order, settings):
		if any(isinstance(command, _APPLYING) for command in plan.commands):
			_record(work, order, life=False)
		return "again"
	return _settle(work, order, plan)


def _is_last(plan: Plan, order: Order, settings: StoreSettings) -> bool:
	"""Whether nothing can follow: notes and status come last, and a new order may have nothing beside it yet."""
	if all(isinstance(command, UpdateSalesOrder | CancelSalesOrder) for command in plan.commands):
		return not settings.record_payments or isinstance(plan.commands[-1], UpdateSalesOrder)
	policies = (settings.payment_rule(*order.gateways).invoice, settings.deliveries_in, settings.returns_in)
	happened = order.fulfilments or order.refunds or order.returns
	wanted = settings.record_payments or settings.pick_list or policies[0] != "never"
	return not wanted and not happened


def _record(work: _Work, order: Order, life: bool = True) -> None:
	applied = Applied(version=order.updated_at, digest=digest(order, work.total, life))
	work.machine.erp.record(order, work.connection.settings, applied)


def _settle(work: _Work, order: Order, plan: Plan) -> Outcome:
	"""All agrees: the version and how the events ended, in the transaction that saw it."""
	skip = None if work.done else plan.skip
	outcome = Outcome(
		state="Skipped" if skip else "Done",
		reason=skip,
		params=plan.params if skip else {},
		plan=_as_json(tuple(work.done)),
		documents=tuple(work.documents),
		timings={"seconds": round(monotonic() - work.started, 4)},
	)
	if plan.skip != "stale":
		_record(work, order)
	settle(work.machine, work.events, outcome)
	if event := to_finish(work.connection, order):
		work.machine.journal.note(event)
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
