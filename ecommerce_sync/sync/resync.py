"""One order on a person's wish: the store is asked again, whatever was received before."""

from __future__ import annotations

from uuid import uuid4

from ..core.errors import Gone
from ..erps.base import LinkKey, NewEvent, Subject
from .machine import Machine
from .work import process


def resync(machine: Machine, store: str, order: str, again: bool = False) -> str:
	"""Read the order (its id, or the number people call it by) from the store and do it now.

	`again` forgets the Sales Order that the order has, for one that a person cancelled and wants anew.
	Returns the state the event ended in. Raises `Gone` when the store knows no such order.
	"""
	order_id = machine.connect(store).storefront().find_order(order)
	if order_id is None:
		raise Gone("order", order)
	if again:
		_forget(machine, store, order_id)
	subject = Subject(store=store, kind="order", external_id=order_id)
	machine.journal.receive(
		NewEvent(
			store=store,
			topic="resync",
			kind=subject.kind,
			external_id=order_id,
			event_key=f"resync:{order_id}:{uuid4().hex}",
			whole=False,
		)
	)
	return process(machine, subject)


def _forget(machine: Machine, store: str, order_id: str) -> None:
	link = LinkKey(store=store, kind="Order", external_id=order_id)
	machine.erp.ensure_links([link])
	with machine.erp.transaction([link], wait=True):
		machine.erp.unlink(store, order_id)
