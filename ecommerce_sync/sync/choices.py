"""What a person may choose for an order whose Sales Order was cancelled in ERPNext. Amending it needs no choice:
an amended document is followed by itself.
"""

from __future__ import annotations

from uuid import uuid4

from ..erps.base import NewEvent, Subject
from .machine import Machine
from .resync import forget
from .work import process


def cancel_in_store(machine: Machine, store: str, order_id: str) -> str:
	"""Cancel the order in its store: it cannot be undone. Goods go back on the shelf; money is paid back by the
	store's staff, who can see what was captured. Returns the state that the order's event ended in.
	"""
	storefront = machine.connect(store).storefront()
	storefront.cancel_order(order_id, "other", refund=False, restock=True, notify=False)
	return _look(machine, store, order_id)


def import_again(machine: Machine, store: str, order_id: str) -> str:
	"""Forget the cancelled Sales Order and make a new one of what the store says now."""
	forget(machine, store, order_id)
	return _look(machine, store, order_id)


def _look(machine: Machine, store: str, order_id: str) -> str:
	subject = Subject(store=store, kind="order", external_id=order_id)
	machine.journal.receive(
		NewEvent(
			store=store,
			topic="choice",
			kind=subject.kind,
			external_id=order_id,
			event_key=f"choice:{order_id}:{uuid4().hex}",
			whole=False,
		)
	)
	return process(machine, subject)
