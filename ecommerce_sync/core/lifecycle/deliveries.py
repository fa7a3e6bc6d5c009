"""Shipments that the store made: Delivery Notes for those that ERPNext does not know."""

from __future__ import annotations

from collections.abc import Iterator

from ..base import ZERO
from ..erp import Delivery
from ..errors import Held
from ..followups import Adopt, CancelDelivery, CreateDelivery
from ..life import Fulfilment, LineQuantity
from ..plan import Command
from .view import Life, Pieces, pieces_of


def deliveries(life: Life) -> Iterator[Command]:
	"""One fulfilment at a time: what it leads to changes what the next one needs."""
	gone = _gone(life)
	for fulfilment in life.order.fulfilments:
		known = [each for each in life.erp.deliveries if fulfilment.id in each.fulfilment_ids]
		if fulfilment.status == "cancelled":
			commands = list(_called_back(life, known))
		elif fulfilment.status == "success" and not known:
			commands = list(_shipped(life, fulfilment, gone))
		else:
			commands = _cancelled_by_hand(life, fulfilment, known)
		if commands:
			yield from commands
			return
	for delivery in gone:
		yield _cancel(life, delivery)


def _gone(life: Life) -> list[Delivery]:
	"""Deliveries of fulfilments that the store does not tell of any more, and whose pieces it has not shipped
	otherwise: where no fulfilments are kept, the entry of a parcel is simply deleted."""
	told = {each.id for each in life.order.fulfilments}
	over = pieces_of(row for each in life.erp.deliveries if _stands(each) for row in each.rows)
	for fulfilment in life.order.fulfilments:
		for line in fulfilment.lines if fulfilment.status in ("success", "pending") else ():
			over[line.line_id] = over.get(line.line_id, ZERO) - line.quantity
	return [
		each
		for each in life.erp.deliveries
		if _stands(each) and each.by_sync and life.order.live and not told.intersection(each.fulfilment_ids)
		if all(over[line] >= n for line, n in pieces_of(each.rows).items())
	]


def _stands(delivery: Delivery) -> bool:
	return bool(delivery.docstatus != 2 and delivery.fulfilment_ids and not delivery.is_return)


def _shipped(life: Life, fulfilment: Fulfilment, gone: list[Delivery]) -> Iterator[Command]:
	"""The delivery of the same pieces that ERPNext has already, else a new one for those that it has not delivered."""
	pieces = {line.line_id: line.quantity for line in fulfilment.lines}
	unknown = [each for each in life.shipments if not each.fulfilment_ids]
	for delivery in (*unknown, *gone):
		if pieces_of(delivery.rows) == pieces:
			yield Adopt(
				doctype=delivery.doctype,
				document=delivery.name,
				what="fulfilment",
				external_id=fulfilment.id,
			)
			return
	lines = tuple(_missing(life, pieces, unknown))
	if lines and life.settings.deliveries_in != "no" and life.order.live and not life.document.closed:
		yield CreateDelivery(
			document=life.document.name,
			fulfilment_id=fulfilment.id,
			lines=lines,
			posted_on=life.day(fulfilment.created_at),
			warehouse=_warehouse(life, fulfilment),
			parcels=fulfilment.parcels,
			submit=life.settings.deliveries_in == "submit",
		)


def _missing(life: Life, pieces: Pieces, unknown: list[Delivery]) -> Iterator[LineQuantity]:
	"""Less what was delivered here without the store being told, and no more than is still open."""
	told = pieces_of(row for each in unknown for row in each.rows)
	waiting = pieces_of(row for each in life.erp.deliveries if each.docstatus == 0 for row in each.rows)
	for line, n in pieces.items():
		open_ = (
			life.ordered.get(line, ZERO) - life.shipped.get(line, ZERO) - max(ZERO, waiting.get(line, ZERO))
		)
		if (left := min(n - told.get(line, ZERO), open_)) > 0:
			yield LineQuantity(line_id=line, quantity=left)


def _warehouse(life: Life, fulfilment: Fulfilment) -> str | None:
	"""That of the place that shipped, where it is mapped."""
	rules = life.settings.locations
	mapped = [rule for rule in rules if rule.location_id and rule.location_id == fulfilment.location_id]
	return mapped[0].warehouses[0] if mapped and mapped[0].warehouses else None


def _called_back(life: Life, known: list[Delivery]) -> Iterator[Command]:
	"""The delivery goes when all the fulfilments that it stands for were cancelled."""
	cancelled = {each.id for each in life.order.fulfilments if each.status == "cancelled"}
	for delivery in known:
		if delivery.docstatus == 2 or not cancelled.issuperset(delivery.fulfilment_ids):
			continue
		if not delivery.by_sync and life.settings.deliveries_in == "no":
			raise Held("fulfilment_cancelled", document=delivery.name)
		yield _cancel(life, delivery)


def _cancel(life: Life, delivery: Delivery) -> CancelDelivery:
	"""Raises `Held` for one that is billed."""
	rows = {row.name for row in delivery.rows}
	if any(row.delivery_row in rows for invoice in life.invoices for row in invoice.rows):
		raise Held("fulfilment_cancelled", document=delivery.name)
	return CancelDelivery(document=delivery.name)


def _cancelled_by_hand(life: Life, fulfilment: Fulfilment, known: list[Delivery]) -> list[Command]:
	"""Somebody cancelled the Delivery Note of a shipment that the store still knows."""
	if fulfilment.status == "success" and all(each.docstatus == 2 and each.by_sync for each in known):
		raise Held("document_cancelled", doctype=known[-1].doctype, document=known[-1].name)
	return []
