"""The pass over one account's events: the Customer that it leads to follows what the store changed of it.

Nothing is ever written to the store here, so nothing comes back. Without `StoreSettings.sync_customers`
Customers follow with their orders alone; merged and deleted accounts are followed even then, because they
decide where the next order goes.
"""

from __future__ import annotations

from ..core.accounts import CustomerState, account_draft, update_of
from ..core.commands import EnsureCustomer
from ..core.errors import Gone, PayloadRefused
from ..core.models import CustomerRecord
from ..erps.base import Event, LinkKey, Outcome, Subject
from .events import load, settle
from .links import account_link, customer_guards
from .machine import Connection, Machine


def take(machine: Machine, subject: Subject, events: list[Event]) -> Outcome:
	"""Do all open events of one account."""
	connection = machine.connect(subject.store)
	record, fetched = _record_of(connection, events)
	if record and record.merged_into:
		return _merged(machine, subject, events, record.merged_into)
	if record and not connection.settings.sync_customers:
		return _left_out(machine, subject, events)
	if record and not fetched:
		outcome = _follow(machine, connection, events, record, fetched=False)
		if outcome:
			return outcome
		record = _fetched(connection, subject.external_id)
	if record is None:
		return _gone(machine, subject, events)
	outcome = _follow(machine, connection, events, record, fetched=True)
	assert outcome is not None
	return outcome


def _record_of(connection: Connection, events: list[Event]) -> tuple[CustomerRecord | None, bool]:
	"""The newest account that the events hold, or what the store says; whether it was asked.

	A merge is the last thing that happens to an account.
	"""
	found: list[CustomerRecord] = []
	refused: list[PayloadRefused] = []
	for event in (each for each in events if each.payload and not each.deleted):
		try:
			found.append(connection.platform.parse_customer(load(event.payload)))
		except PayloadRefused as error:
			refused.append(error)
	merges = [record for record in found if record.merged_into]
	if merges:
		return merges[-1], False
	if any(event.refetch or event.deleted or not event.whole for event in events):
		return _fetched(connection, events[-1].external_id), True
	if not found:
		raise refused[-1]
	timed = [record.updated_at for record in found if record.updated_at]
	newest = [record for record in found if not timed or record.updated_at == max(timed)]
	if any(record != newest[0] for record in newest):  # of one second: only the store knows the last one
		return _fetched(connection, events[-1].external_id), True
	return newest[0], False


def _fetched(connection: Connection, customer_id: str) -> CustomerRecord | None:
	try:
		return connection.platform.parse_customer(connection.storefront().fetch_customer(customer_id))
	except Gone:
		return None


def _follow(
	machine: Machine, connection: Connection, events: list[Event], record: CustomerRecord, fetched: bool
) -> Outcome | None:
	"""Create or update under the locks of the account's guards. None: the store must be asked first."""
	settings, store = connection.settings, connection.store
	draft = account_draft(record, settings)
	account = account_link(store, record.customer.id or "")
	guards = list(dict.fromkeys([account, *customer_guards(draft, store)]))
	machine.erp.ensure_links(guards)
	with machine.erp.transaction(guards, wait=True):
		state = machine.erp.customer_state(store, record.customer.id or "")
		if _is_stale(record, state) and not fetched:
			outcome = Outcome(state="Skipped", reason="stale")
			settle(machine, events, outcome)
			return outcome
		update = update_of(record, state, settings)
		if not fetched and (state.gone or _is_doubtful(record, state, update.told)):
			return None
		made = None
		if not state.customer:
			made = machine.erp.add_customer(EnsureCustomer(customer=draft), settings)
			state = machine.erp.customer_state(store, record.customer.id or "")
			update = update_of(record, state, settings)
		changed = machine.erp.update_customer(update, settings)
		document = made or changed
		outcome = Outcome(
			state="Done" if document else "Skipped",
			reason=None if document else "unchanged",
			documents=(document,) if document else (),
			plan=f"[{update.model_dump_json()}]" if document else None,
		)
		settle(machine, events, outcome)
	return outcome


def _is_stale(record: CustomerRecord, state: CustomerState) -> bool:
	return bool(record.updated_at and state.version and record.updated_at < state.version)


def _is_doubtful(record: CustomerRecord, state: CustomerState, told: str) -> bool:
	"""Another content with the same time, or without one."""
	return state.version is not None and record.updated_at in (None, state.version) and told != state.told


def _left_out(machine: Machine, subject: Subject, events: list[Event]) -> Outcome:
	outcome = Outcome(
		state="Skipped", reason="customers_not_followed", params={"customer": subject.external_id}
	)
	with machine.erp.transaction([]):
		settle(machine, events, outcome)
	return outcome


def _merged(machine: Machine, subject: Subject, events: list[Event], kept: str) -> Outcome:
	"""Orders of either account go to the Customer of the one that goes on."""
	links = [account_link(subject.store, each) for each in (subject.external_id, kept)]
	machine.erp.ensure_links(links)
	with machine.erp.transaction(links, wait=True):
		document = machine.erp.merge_customer(subject.store, subject.external_id, kept)
		return _settled(machine, events, document, "unchanged")


def _gone(machine: Machine, subject: Subject, events: list[Event]) -> Outcome:
	"""Nothing is deleted; the account leads nowhere any more."""
	link: LinkKey = account_link(subject.store, subject.external_id)
	machine.erp.ensure_links([link])
	with machine.erp.transaction([link], wait=True):
		merged = machine.erp.customer_state(subject.store, subject.external_id).gone
		document = (
			None if merged else machine.erp.forget_customer(subject.store, subject.external_id)
		)  # an account that was merged away keeps leading to the one that took its place
		params = {"kind": "customer", "id": subject.external_id}
		return _settled(machine, events, document, "gone_in_store", params)


def _settled(
	machine: Machine,
	events: list[Event],
	document: tuple[str, str] | None,
	reason: str,
	params: dict[str, str] | None = None,
) -> Outcome:
	outcome = Outcome(
		state="Done" if document else "Skipped",
		reason=None if document and not params else reason,
		params=params or {},
		documents=(document,) if document else (),
	)
	settle(machine, events, outcome)
	return outcome
