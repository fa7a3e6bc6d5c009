"""The pass over an order's credit notes that a person made: by policy the store pays them back, never twice."""

from __future__ import annotations

from ..core.errors import Busy
from ..erps.base import Event, LinkKey, Outcome, Subject
from ..erps.life import CreditToTell
from ..storefronts.life import RefundRequest
from .events import settle
from .links import order_link
from .machine import Connection, Machine
from .shipment_pass import look_again


def take(machine: Machine, subject: Subject, events: list[Event]) -> Outcome:
	"""Refund what stands open, then have the order looked at again: the money is booked as the store tells it."""
	connection = machine.connect(subject.store)
	link = order_link(subject)
	machine.erp.ensure_links([link])
	with machine.erp.alone(subject.store, f"refund {subject.external_id}") as mine:
		if not mine:
			raise Busy
		documents = _refund(machine, connection, link) if connection.settings.refund else []
	outcome = Outcome(state="Done", documents=tuple(("Sales Invoice", name) for name in documents))
	with machine.erp.transaction([link], wait=True):
		settle(machine, events, outcome)
		if documents:
			machine.journal.note(look_again(subject, events[-1].event_key))
	return outcome


def _refund(machine: Machine, connection: Connection, link: LinkKey) -> list[str]:
	with machine.erp.transaction([link], wait=True):
		credits = machine.erp.credits_to_tell(link.store, link.external_id)
	storefront = connection.storefront() if credits else None
	for credit in credits:
		assert storefront is not None
		refund_id = storefront.refund(link.external_id, _request(credit))
		with machine.erp.transaction([link], wait=True):
			machine.erp.credit_told(credit.document, refund_id)
	return [credit.document for credit in credits]


def _request(credit: CreditToTell) -> RefundRequest:
	return RefundRequest(
		key=credit.document,
		lines=credit.lines,
		shipping=credit.shipping,
		amount=credit.total,
		restock=credit.restock,
		note=credit.note,
		currency=credit.currency,
	)
