"""One order on a person's wish: the store is asked again, whatever was received before."""

from __future__ import annotations

from uuid import uuid4

from ..erps.base import LinkKey, NewEvent, Subject
from .machine import Machine
from .work import process


def resync(machine: Machine, store: str, order: str, again: bool = False) -> str:
	"""Read the order (its id, or the number people call it by) from the store and do it now.

	`again` forgets the Sales Order that the order has, for one that a person cancelled and wants anew.
	Returns the state the event ended in. Raises `Gone` when the store knows no such order.
	"""
	storefront = machine.connect(store).storefront()
	order_id = storefront.find_order(order)
	if order_id is None:
		storefront.fetch_order(order)  # people also paste the id from the admin's address; raises `Gone`
		order_id = order
	if again:
		forget(machine, store, order_id)
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


def forget(machine: Machine, store: str, order_id: str) -> None:
	"""The order has no Sales Order any more; the document stays as it is."""
	link = LinkKey(store=store, kind="Order", external_id=order_id)
	machine.erp.ensure_links([link])
	with machine.erp.transaction([link], wait=True):
		machine.erp.unlink(store, order_id)
