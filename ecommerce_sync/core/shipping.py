"""The shipment planner: what ERPNext has delivered, what the store knows of it, and what to tell it. Pure.

Quantities decide, not messages: a delivery is told once, what the store has fulfilled already is taken as
told, and what was sent by a worker that died is found again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Literal

from .base import ZERO, Model
from .erp import Delivery
from .errors import Transient
from .life import Fulfilment, LineQuantity, Parcel
from .settings import StoreSettings


class Fulfillable(Model):
	"""Pieces of a line that the store lets be fulfilled from one place (Shopify: a fulfilment order's line).

	`group` is what one fulfilment may span (Shopify: a fulfilment order), `item` its line's own id. Pieces on
	hold have `held` set to the store's reason.
	"""

	line_id: str
	quantity: Decimal
	group: str = ""
	item: str = ""
	location_id: str | None = None
	held: str | None = None


class StoreShipments(Model):
	"""What the store knows about an order's shipment, read just before something is written.

	`unfinished`: all is shipped by what was told from here, and the order's status does not say so, though nothing
	(an open payment) is against it any more.
	"""

	order_id: str
	status: str  # the platform's word for the order
	live: bool  # False: cancelled or gone
	open: tuple[Fulfillable, ...]
	fulfilments: tuple[Fulfilment, ...]
	unfinished: bool = False


class FulfilPart(Model):
	"""Pieces to fulfil of one `Fulfillable`."""

	line_id: str
	quantity: Decimal
	group: str = ""
	item: str = ""
	location_id: str | None = None


class Fulfil(Model):
	"""Tell the store that goods are on their way. Parts are of one location. `complete`: nothing is left to ship.

	Without parts: nothing goes out with it, all has gone; only the order's status is to say so.
	"""

	doctype: str
	document: str
	parts: tuple[FulfilPart, ...]
	parcels: tuple[Parcel, ...]
	notify: bool
	complete: bool
	status: str | None = None  # for an order shipped in part, where the store has such a status
	kind: Literal["Fulfil"] = "Fulfil"


class UpdateTracking(Model):
	"""The delivery's parcels changed since the store was told."""

	doctype: str
	document: str
	fulfilment_id: str
	parcels: tuple[Parcel, ...]
	notify: bool
	kind: Literal["UpdateTracking"] = "UpdateTracking"


class CancelFulfilment(Model):
	"""The delivery was cancelled."""

	doctype: str
	document: str
	fulfilment_id: str
	kind: Literal["CancelFulfilment"] = "CancelFulfilment"


class Told(Model):
	"""Nothing to send: the store knows the delivery by these ids already (none: it has nothing to do with it)."""

	doctype: str
	document: str
	fulfilment_ids: tuple[str, ...]
	parcels: tuple[Parcel, ...] | None = None
	kind: Literal["Told"] = "Told"


ShipmentCommand = Fulfil | UpdateTracking | CancelFulfilment | Told


ShipmentPieces = dict[str, Decimal]  # by line id


def plan_shipments(
	store: StoreShipments, deliveries: Sequence[Delivery], settings: StoreSettings
) -> tuple[ShipmentCommand, ...]:
	"""The commands for the first delivery that the store does not know as it is; none when it knows all.

	Raises `Transient` when the store holds back what was delivered: the hold may end.
	"""
	known = {each for delivery in deliveries for each in delivery.fulfilment_ids}
	unknown = [each for each in store.fulfilments if each.status == "success" and each.id not in known]
	for delivery in deliveries:
		if delivery.is_return or not delivery.docstatus:
			continue
		if commands := _plan_one(store, delivery, unknown, settings):
			return commands
	return tuple(_finish(store, deliveries))


def _finish(store: StoreShipments, deliveries: Sequence[Delivery]) -> Iterator[Fulfil]:
	"""The status that the order could not get with its last delivery, which was not paid then."""
	told = [each for each in deliveries if each.docstatus == 1 and each.fulfilment_ids and not each.by_sync]
	if store.live and store.unfinished and told:
		last = told[-1]
		yield Fulfil(
			doctype=last.doctype,
			document=last.name,
			parts=(),
			parcels=last.parcels,
			notify=False,
			complete=True,
		)


def _plan_one(
	store: StoreShipments, delivery: Delivery, unknown: list[Fulfilment], settings: StoreSettings
) -> tuple[ShipmentCommand, ...]:
	if delivery.docstatus == 2:
		return _take_back(store, delivery)
	pieces = _untold(store, delivery)
	if store.live and any(n > 0 for n in pieces.values()):
		return _fulfil(store, delivery, pieces, unknown, settings)
	return _tracking(store, delivery, settings)


def _untold(store: StoreShipments, delivery: Delivery) -> ShipmentPieces:
	"""Pieces that the store was not told of: all of a new delivery, the second place's if a worker died between two.

	A fulfilment that the store cancelled was told all the same.
	"""
	ids = set(delivery.fulfilment_ids)
	told = [each for each in store.fulfilments if each.id in ids]
	if delivery.by_sync or (delivery.told is not None and not ids) or len(told) < len(ids):
		return {}
	pieces: ShipmentPieces = {}
	for row in delivery.rows:
		pieces[row.line_id] = pieces.get(row.line_id, ZERO) + row.quantity
	for part in (line for each in told for line in each.lines):
		pieces[part.line_id] = pieces.get(part.line_id, ZERO) - part.quantity
	return pieces


def _take_back(store: StoreShipments, delivery: Delivery) -> tuple[ShipmentCommand, ...]:
	"""What the store shipped by itself is not called back from here: a person decides.

	Stores without fulfilments of their own name them after the document: one of a worker that died is found.
	"""
	return tuple(
		CancelFulfilment(doctype=delivery.doctype, document=delivery.name, fulfilment_id=each.id)
		for each in store.fulfilments
		if each.status in ("success", "pending") and not delivery.by_sync
		if each.id in delivery.fulfilment_ids or each.id.split("#")[0] == delivery.name
	)


def _tracking(
	store: StoreShipments, delivery: Delivery, settings: StoreSettings
) -> tuple[ShipmentCommand, ...]:
	live = {each.id for each in store.fulfilments if each.status == "success"}
	if delivery.parcels == (delivery.told or ()):
		return ()
	return tuple(
		UpdateTracking(
			doctype=delivery.doctype,
			document=delivery.name,
			fulfilment_id=each,
			parcels=delivery.parcels,
			notify=settings.notify_customer,
		)
		for each in delivery.fulfilment_ids
		if each in live
	)


def _fulfil(
	store: StoreShipments,
	delivery: Delivery,
	pieces: ShipmentPieces,
	unknown: list[Fulfilment],
	settings: StoreSettings,
) -> tuple[ShipmentCommand, ...]:
	"""What the store knows already is taken as told; the rest is fulfilled, one command for each place."""
	found = [each for each in unknown if _covered(each, pieces)]
	if found:
		ids = (*delivery.fulfilment_ids, *(each.id for each in found))
		return (
			Told(
				doctype=delivery.doctype, document=delivery.name, fulfilment_ids=ids, parcels=found[0].parcels
			),
		)
	parts = _parts(store, pieces, delivery.location_id)
	if not parts:
		_refuse_held(store, pieces)
		return _nothing_to_tell(store, delivery, settings)
	return tuple(_at_each_place(store, delivery, parts, settings))


def _nothing_to_tell(
	store: StoreShipments, delivery: Delivery, settings: StoreSettings
) -> tuple[ShipmentCommand, ...]:
	"""The store has nothing left to fulfil of it: delivered twice, refunded meanwhile, or no goods to it."""
	if delivery.fulfilment_ids or delivery.told is not None:
		return _tracking(store, delivery, settings)
	told = Told(doctype=delivery.doctype, document=delivery.name, fulfilment_ids=(), parcels=delivery.parcels)
	return (told,)


def _covered(fulfilment: Fulfilment, pieces: ShipmentPieces) -> bool:
	"""Whether the delivery has all its pieces; they are taken off `pieces` then."""
	if not fulfilment.lines or any(
		pieces.get(each.line_id, ZERO) < each.quantity for each in fulfilment.lines
	):
		return False
	for each in fulfilment.lines:
		pieces[each.line_id] -= each.quantity
	return True


def _parts(store: StoreShipments, pieces: ShipmentPieces, location: str | None) -> list[FulfilPart]:
	"""Open pieces, those of the delivery's own place first."""
	found = []
	for each in sorted(store.open, key=lambda each: each.location_id != location):
		n = min(each.quantity, pieces.get(each.line_id, ZERO))
		if n > 0 and each.held is None:
			pieces[each.line_id] -= n
			same = each.model_dump(include={"line_id", "group", "item", "location_id"})
			found.append(FulfilPart(quantity=n, **same))
	return found


def _refuse_held(store: StoreShipments, pieces: ShipmentPieces) -> None:
	held = [each for each in store.open if each.held is not None and pieces.get(each.line_id)]
	if held:
		raise Transient("fulfilment_on_hold", detail=held[0].held)


def _at_each_place(
	store: StoreShipments, delivery: Delivery, parts: Sequence[FulfilPart], settings: StoreSettings
) -> Iterator[Fulfil]:
	left = sum((each.quantity for each in store.open), ZERO) - sum((part.quantity for part in parts), ZERO)
	places = list(dict.fromkeys(part.location_id for part in parts))
	for place in places:
		last = place == places[-1]
		yield Fulfil(
			doctype=delivery.doctype,
			document=delivery.name,
			parts=tuple(part for part in parts if part.location_id == place),
			parcels=delivery.parcels,
			notify=settings.notify_customer,
			complete=last and not left,
			status=settings.part_status if last and left else None,
		)


def lines_of(parts: tuple[FulfilPart, ...]) -> tuple[LineQuantity, ...]:
	"""The parts summed by line."""
	found: dict[str, Decimal] = {}
	for part in parts:
		found[part.line_id] = found.get(part.line_id, Decimal(0)) + part.quantity
	return tuple(LineQuantity(line_id=line, quantity=pieces) for line, pieces in found.items())
