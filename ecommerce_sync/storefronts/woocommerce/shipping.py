"""Tells a store what was shipped: WooCommerce keeps no fulfilments, so notes, a plugin and the status stand for them.

Each shipment is written in this order: its parcels in the shipment-tracking plugin, a note, then our memory of
it on the order with its new status. The first two look for what an interrupted attempt left, and the memory
comes last: while it is not written, the shipment is told again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...core.errors import Fixable, Gone
from ...core.life import LineQuantity, Parcel
from ...core.models import ZERO, Order
from ...core.shipping import Fulfil, Fulfillable, StoreShipments, lines_of
from . import fulfilments, memory, orders, parse, payments
from .api import Api, rows_of
from .fields import Fields, cleaned
from .tracking import Tracking

_ENDED = {"cancelled", "refunded", "trash"}


class Shipping:
	"""The shipments of one store's orders. Unknown orders raise `Gone`."""

	def __init__(self, api: Api) -> None:
		self._api = api
		self._tracking = Tracking(api)

	def shipments(self, order_id: str) -> StoreShipments:
		"""What can be shipped and what was."""
		return _shipments(parse.parse_order(orders.fetch(self._api, order_id)))

	def fulfil(self, order_id: str, command: Fulfil) -> tuple[str, ...]:
		"""Write a shipment down; its id is the document's. One that was written is found again."""
		order = parse.parse_order(orders.fetch(self._api, order_id))
		entries = memory.read(Fields(order.raw))
		if not command.parts:
			return self._finish(order, entries)
		lines = lines_of(command.parts)
		known = next((each for each in entries if _is_same(each, command.document, lines)), None)
		if known:
			return (known.id,)
		self._check(order, lines)
		waits = _would_be_paid(order)
		completed = command.complete and not waits
		entry = memory.Entry(
			id=_free_id(command.document, entries), lines=lines, parcels=command.parcels, completed=completed
		)
		self._tracking.replace(order_id, (), entry.parcels)
		self._note(order, entries, entry, command.notify)
		part = None if command.complete or waits else command.status
		status = fulfilments.COMPLETED if completed else part
		self._save(order, memory.replaced(entries, entry), status)
		return (entry.id,)

	def update_tracking(
		self, order_id: str, fulfilment_id: str, parcels: tuple[Parcel, ...], notify: bool
	) -> None:
		"""Replace the parcels of a shipment. Raises `Gone` for one that the order does not know."""
		order = parse.parse_order(orders.bare(self._api, order_id))
		found = next((each for each in order.fulfilments if each.id == fulfilment_id), None)
		if found is None:
			raise Gone("Fulfilment", fulfilment_id)
		if found.parcels == parcels:
			return
		self._tracking.replace(order_id, found.parcels, parcels)
		entries = memory.read(Fields(order.raw))
		before = [each for each in entries if each.id != fulfilment_id]
		ours = next((each for each in entries if each.id == fulfilment_id), None)
		entry = (ours or memory.Entry(id=fulfilment_id, lines=found.lines)).model_copy(
			update={"parcels": parcels}
		)
		self._note(order, before, entry, notify)
		if fulfilment_id != fulfilments.COMPLETED:  # that one follows the status, whatever we remember
			self._save(order, memory.replaced(entries, entry))

	def cancel_fulfilment(self, order_id: str, fulfilment_id: str) -> None:
		"""Take a shipment back; an order that it had completed is to be worked on again."""
		order = parse.parse_order(orders.bare(self._api, order_id))
		found = next((each for each in order.fulfilments if each.id == fulfilment_id), None)
		if found is None or found.status == "cancelled":
			return
		entries = memory.read(Fields(order.raw))
		ours = any(each.completed for each in entries) or fulfilment_id == fulfilments.COMPLETED
		status = "processing" if order.status == fulfilments.COMPLETED and ours else None
		self._tracking.replace(order_id, found.parcels, ())
		kept = [
			each.model_copy(
				update={
					"status": "cancelled" if each.id == fulfilment_id else each.status,
					"completed": each.completed and not status,
				}
			)
			for each in entries
		]
		self._save(order, kept, status)

	def _check(self, order: Order, lines: Sequence[LineQuantity]) -> None:
		"""Raises `Fixable` for pieces that are not open."""
		open_ = {each.line_id: each.quantity for each in _shipments(order).open}
		for line in lines:
			left = open_.get(line.line_id, ZERO)
			if line.quantity > left:
				detail = (
					f"order {order.name} ({order.status}) has {left} pieces of line {line.line_id} left to ship,"
					f" {line.quantity} were delivered. Look at the order's status and refunds in the store."
				)
				raise Fixable("store_refused", f"store:{self._api.host}", detail=detail, store=self._api.host)

	def _finish(self, order: Order, entries: Sequence[memory.Entry]) -> tuple[str, ...]:
		"""All was shipped before; only the status waited for the payment."""
		if _unfinished(order):
			last = next(each for each in reversed(entries) if each.live)
			done = last.model_copy(update={"completed": True})
			self._save(order, memory.replaced(entries, done), fulfilments.COMPLETED)
		return ()

	def _note(
		self, order: Order, others: Sequence[memory.Entry], entry: memory.Entry, to_customer: bool
	) -> None:
		"""A note to the buyer, which is mailed, or one for the staff; not where it is written already."""
		text = _words(order, entry)
		meant = sum(_words(order, each) == text for each in others if each.live)
		rows = rows_of(self._api.get(f"orders/{order.id}/notes", params={"type": "any"}))
		if sum(cleaned(str(row.get("note") or "")) == text for row in rows) <= meant:
			body = {"note": text, "customer_note": to_customer}
			self._api.post(f"orders/{order.id}/notes", body)

	def _save(self, order: Order, entries: Sequence[memory.Entry], status: str | None = None) -> None:
		body: dict[str, Any] = memory.written(entries)
		self._api.put(f"orders/{order.id}", {**body, "status": status} if status else body)


def _shipments(order: Order) -> StoreShipments:
	ended = order.status in _ENDED or fulfilments.all_shipped(Fields(order.raw), order.status)
	left = () if ended else fulfilments.unshipped(order.lines, order.fulfilments, order.refunds)
	return StoreShipments(
		order_id=order.id,
		status=order.status,
		live=order.live,
		open=tuple(Fulfillable(line_id=line.line_id, quantity=line.quantity) for line in left),
		fulfilments=order.fulfilments,
		unfinished=not left and _unfinished(order),
	)


def _unfinished(order: Order) -> bool:
	"""Whether we shipped the last pieces while the order could not be completed, and it can be now.

	An order that was completed before stays as the shop's staff has it, and so does one in a status of their own.
	"""
	fields = Fields(order.raw)
	if order.status != "processing" and not order.status.startswith("partial"):
		return False
	if fields.time("date_completed") or _would_be_paid(order):
		return False
	ours = [each for each in memory.read(fields) if each.live]
	left = fulfilments.unshipped(order.lines, order.fulfilments, order.refunds)
	return bool(ours) and not left and not any(each.completed for each in ours)


def _would_be_paid(order: Order) -> bool:
	"""Whether completing the order would say that its money has come; cash on delivery has, then."""
	return not payments.was_paid(Fields(order.raw), order.status) and order.gateways != ("cod",)


def _is_same(entry: memory.Entry, document: str, lines: tuple[LineQuantity, ...]) -> bool:
	ours = entry.id == document or entry.id.startswith(f"{document}#")
	return ours and entry.live and entry.lines == lines


def _free_id(document: str, entries: Sequence[memory.Entry]) -> str:
	"""The document's name; with a number when it shipped something before that is live or was called back."""
	taken = {each.id for each in entries}
	names = (document, *(f"{document}#{n}" for n in range(2, len(taken) + 3)))
	return next(name for name in names if name not in taken)


def _words(order: Order, entry: memory.Entry) -> str:
	"""What the note says: `Shipped: 2 × Cup. UPS 1Z999 https://…`"""
	titles = {line.id: line.title for line in order.lines}
	goods = ", ".join(
		f"{line.quantity.normalize():f} × {titles.get(line.line_id, line.line_id)}" for line in entry.lines
	)
	sentences = [f"Shipped: {goods}." if goods else "Shipped."]
	sentences += [" ".join(filter(None, (each.carrier, each.number, each.url))) for each in entry.parcels]
	return cleaned("\n".join(filter(None, sentences))) or ""
