"""The pass over an order's deliveries: the store is told what was shipped, once, and what changed since.

The store is read just before it is written. A worker that dies between writing to the store and remembering
it leaves the event queued; the next one finds the fulfilment by its pieces.
"""

from __future__ import annotations

from ..core.errors import Busy
from ..core.lifecycle.view import to_ship
from ..core.models import Order
from ..core.settings import StoreSettings
from ..core.shipping import CancelFulfilment, Fulfil, ShipmentCommand, Told, UpdateTracking, plan_shipments
from ..erps.base import Event, LinkKey, NewEvent, Outcome, Subject
from ..storefronts.base import Storefront
from .events import settle
from .links import order_link
from .machine import Connection, Machine

MAX_ROUNDS = 100


def take(machine: Machine, subject: Subject, events: list[Event]) -> Outcome:
	"""Tell the store of all deliveries of one order. Raises what stopped it."""
	connection = machine.connect(subject.store)
	link = order_link(subject)
	machine.erp.ensure_links([link])
	with machine.erp.alone(subject.store, f"shipment {subject.external_id}") as mine:
		if not mine:
			raise Busy
		documents = _tell(machine, connection, link) if connection.settings.fulfil else []
	outcome = Outcome(state="Done", documents=tuple(dict.fromkeys(documents)))
	with machine.erp.transaction([link], wait=True):
		settle(machine, events, outcome)
		if _concerns_the_order(connection.settings):
			machine.journal.note(look_again(subject, events[-1].event_key))
	return outcome


def look_again(subject: Subject, why: str) -> NewEvent:
	"""An event that has the order read from the store and planned again."""
	return NewEvent(
		store=subject.store,
		topic="follow-up",
		kind="order",
		external_id=subject.external_id,
		event_key=f"follow-up:{why}"[:140],
		whole=False,
	)


def to_finish(connection: Connection, order: Order) -> NewEvent | None:
	"""An event that looks whether the store's status can say now that all is shipped: it was paid since, or the
	rest was refunded. None where it says so, knows no such status, or pieces are still to be shipped."""
	shipped = connection.platform.capabilities.shipped_status
	if not (connection.settings.fulfil and shipped and order.live and order.fulfilments):
		return None
	if order.status == shipped or order.payment_status == "pending" or to_ship(order):
		return None
	return NewEvent(
		store=connection.store,
		topic="shipped",
		kind="shipment",
		external_id=order.id,
		event_key=f"shipped:{order.id}:{order.updated_at.isoformat()}",
		direction="Out",
	)


def _concerns_the_order(settings: StoreSettings) -> bool:
	"""Invoices and cash on delivery follow the shipment."""
	policies = {settings.invoice, *(rule.invoice for rule in settings.payment_methods)}
	return "on_shipment" in policies or any(rule.on_delivery for rule in settings.payment_methods)


def _tell(machine: Machine, connection: Connection, link: LinkKey) -> list[tuple[str, str]]:
	storefront = connection.storefront()
	documents: list[tuple[str, str]] = []
	for _ in range(MAX_ROUNDS):
		with machine.erp.transaction([link], wait=True):
			deliveries = machine.erp.deliveries(link.store, link.external_id, connection.settings)
		shipments = storefront.shipments(link.external_id)
		commands = plan_shipments(shipments, deliveries, connection.settings)
		if not commands:
			return documents
		ids: dict[str, tuple[str, ...]] = {}
		for command in commands:
			known = next((each.fulfilment_ids for each in deliveries if each.name == command.document), ())
			ids[command.document] = (*ids.get(command.document, known), *_send(storefront, link, command))
			_remember(machine, link, command, tuple(dict.fromkeys(ids[command.document])))
			documents.append((command.doctype, command.document))
	raise RuntimeError(f"the shipments of order {link.external_id} did not come to agree")


def _send(storefront: Storefront, link: LinkKey, command: ShipmentCommand) -> tuple[str, ...]:
	"""Write one command to the store; the fulfilment ids that came of it."""
	order_id = link.external_id
	if isinstance(command, Fulfil):
		return storefront.fulfil(order_id, command)
	if isinstance(command, UpdateTracking):
		storefront.update_tracking(order_id, command.fulfilment_id, command.parcels, command.notify)
	elif isinstance(command, CancelFulfilment):
		storefront.cancel_fulfilment(order_id, command.fulfilment_id)
	return command.fulfilment_ids if isinstance(command, Told) else ()


def _remember(machine: Machine, link: LinkKey, command: ShipmentCommand, ids: tuple[str, ...]) -> None:
	if isinstance(command, CancelFulfilment):
		return  # the store knows it as cancelled; nothing else is asked of it
	with machine.erp.transaction([link], wait=True):
		machine.erp.shipment_told(command.doctype, command.document, ids, command.parcels)
