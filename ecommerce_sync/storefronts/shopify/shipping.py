"""Shipments of an order: what may be shipped, telling the store what was, tracking, taking back.

Shopify ships by fulfilment orders, which are split, moved, merged and held under changing ids; they are read
just before something is written, and once more when they were changed in between.
Source: https://shopify.dev/docs/apps/build/orders-fulfillment/order-management-apps/build-fulfillment-solutions
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NoReturn

from ...core.errors import Fixable, Gone, Transient
from ...core.life import Parcel
from ...core.shipping import Fulfil, Fulfillable, FulfilPart, StoreShipments
from .client import Admin, Json
from .fulfilments import fulfilment
from .graphql_life import fulfillment
from .graphql_parts import nodes, number_in
from .orders import gid, with_all
from .reading import Node

_OPEN = {"OPEN", "IN_PROGRESS", "SCHEDULED"}
_HELD = {"ON_HOLD", "INCOMPLETE"}


def shipments(admin: Admin, order_id: str) -> StoreShipments:
	"""Open and held pieces by fulfilment order, and the fulfilments. Raises `Gone`."""
	order = _read(admin, order_id)
	shipped = [with_all(admin, each, *_LINES_OF["fulfillments"]) for each in order["fulfillments"]]
	return StoreShipments(
		order_id=order_id,
		status=(order.get("displayFinancialStatus") or "pending").lower(),
		live=order.get("cancelledAt") is None,
		open=tuple(part for each in order["fulfillmentOrders"] for part in _fulfillable(admin, each)),
		fulfilments=tuple(fulfilment(Node(fulfillment(each))) for each in shipped),
	)


_LINES_OF = {
	"fulfillments": ("fulfillment_lines", "fulfillment", "fulfillmentLineItems"),
	"fulfillmentOrders": ("to_ship", "fulfillmentOrder", "lineItems"),
}


def _read(admin: Admin, order_id: str) -> Json:
	"""The order with all its fulfilment orders."""
	given: Json = {"id": gid("Order", order_id), "after": None}
	found: list[Json] = []
	while True:
		order = admin.query("shipments", given).get("order")
		if not order:
			raise Gone("Order", order_id)
		connection = order.get("fulfillmentOrders") or {}
		found += nodes(order, "fulfillmentOrders")
		info = connection.get("pageInfo") or {}
		if not (info.get("hasNextPage") and info.get("endCursor")):
			return {**order, "fulfillmentOrders": found, "fulfillments": order.get("fulfillments") or []}
		given = {**given, "after": info["endCursor"]}


def _fulfillable(admin: Admin, each: Json) -> Iterator[Fulfillable]:
	status = each.get("status") or ""
	if status not in _OPEN | _HELD:
		return
	held = _held(each) if status in _HELD else None
	place = (each.get("assignedLocation") or {}).get("location") or {}
	for line in nodes(with_all(admin, each, *_LINES_OF["fulfillmentOrders"]), "lineItems"):
		if line.get("remainingQuantity"):
			yield Fulfillable(
				line_id=_number(line["lineItem"]),
				quantity=Decimal(line["remainingQuantity"]),
				group=_number(each),
				item=_number(line),
				location_id=_number(place) or None,
				held=held,
			)


def _held(each: Json) -> str:
	"""The store's reasons in its own words."""
	holds = each.get("fulfillmentHolds") or ()
	words = (": ".join(w for w in (h.get("displayReason"), h.get("reasonNotes")) if w) for h in holds)
	return "; ".join(word for word in words if word) or (each.get("status") or "").replace("_", " ").lower()


def _number(holder: Json) -> str:
	found = number_in(holder.get("id"))
	return "" if found is None else str(found)


def fulfil(admin: Admin, order_id: str, order: Fulfil) -> tuple[str, ...]:
	"""One fulfilment for each location; the ids. Raises `Transient` for goods on hold, `Fixable`, `Gone`."""
	if not order.parts:
		shipments(admin, order_id)
		return ()
	done: list[str] = []
	for parts in _by_location(order.parts):
		done += _created(admin, order_id, order, parts, again=True)
	return tuple(done)


def _by_location(parts: Sequence[FulfilPart]) -> list[list[FulfilPart]]:
	found: dict[str | None, list[FulfilPart]] = {}
	for part in parts:
		found.setdefault(part.location_id, []).append(part)
	return list(found.values())


def _created(
	admin: Admin, order_id: str, order: Fulfil, parts: Sequence[FulfilPart], again: bool
) -> list[str]:
	"""The fulfilment's id; several where the pieces wait at several locations since they were read."""
	given = {"fulfillment": _input(order, parts)}
	payload = admin.attempt("fulfillment_create", given, repeatable=False).get("fulfillmentCreate") or {}
	if made := payload.get("fulfillment"):
		return [_number(made)]
	words = "; ".join(str(error.get("message")) for error in payload.get("userErrors") or ())
	fresh = followed(shipments(admin, order_id), parts)
	if again and fresh and fresh != list(parts):
		places = _by_location(fresh)
		return [each for here in places for each in _created(admin, order_id, order, here, again=False)]
	_refused(order_id, words or "It made no fulfilment.")


def followed(now: StoreShipments, parts: Sequence[FulfilPart]) -> list[FulfilPart]:
	"""The same pieces where they wait now: all at one location if that can be, else at several, none if they are gone.

	Raises `Transient` where the store keeps pieces back.
	"""
	places = dict.fromkeys([parts[0].location_id, *(part.location_id for part in now.open)])
	for place in places:
		waiting = [part for part in now.open if part.location_id == place and part.held is None]
		if found := _taken(waiting, parts):
			return found
	if found := _taken([part for part in now.open if part.held is None], parts):
		return found
	wanted = {part.line_id for part in parts}
	held = [part.held for part in now.open if part.held and part.line_id in wanted]
	if held:
		raise Transient("fulfilment_on_hold", detail="; ".join(dict.fromkeys(held)))
	return []


def _taken(waiting: Sequence[Fulfillable], parts: Sequence[FulfilPart]) -> list[FulfilPart]:
	"""The wanted pieces out of what waits, from the same groups where they still have them; or none."""
	left = {(part.group, part.item): part.quantity for part in waiting}
	found: dict[tuple[str, str], FulfilPart] = {}
	for part in parts:
		missing = part.quantity
		for place in sorted(waiting, key=lambda each: each.group != part.group):
			key = (place.group, place.item)
			count = min(missing, left[key]) if place.line_id == part.line_id else Decimal(0)
			if count:
				before = found[key].quantity if key in found else Decimal(0)
				fields = place.model_dump(include={"line_id", "group", "item", "location_id"})
				found[key] = FulfilPart(quantity=before + count, **fields)
				left[key] -= count
				missing -= count
		if missing:
			return []
	return list(found.values())


def _refused(order_id: str, words: str) -> NoReturn:
	raise Fixable("store_refused", cause=f"shipment:{order_id}", detail=words)


def _input(order: Fulfil, parts: Sequence[FulfilPart]) -> Json:
	groups: dict[str, list[Json]] = {}
	for part in parts:
		item = {"id": gid("FulfillmentOrderLineItem", part.item), "quantity": int(part.quantity)}
		groups.setdefault(part.group, []).append(item)
	lines = [
		{"fulfillmentOrderId": gid("FulfillmentOrder", group), "fulfillmentOrderLineItems": items}
		for group, items in groups.items()
	]
	tracking = {"trackingInfo": tracking_of(order.parcels)} if order.parcels else {}
	return {"lineItemsByFulfillmentOrder": lines, "notifyCustomer": order.notify, **tracking}


def tracking_of(parcels: Sequence[Parcel]) -> Json:
	"""`FulfillmentTrackingInput`: one carrier for all parcels, links beside numbers only where each has one."""
	carrier = next((parcel.carrier for parcel in parcels if parcel.carrier), None)
	numbers = [parcel.number for parcel in parcels if parcel.number]
	links = [parcel.url for parcel in parcels if parcel.url]
	beside = links if len(links) == len(numbers) or not numbers else []
	return {**({"company": carrier} if carrier else {}), "numbers": numbers, "urls": beside}


def update_tracking(admin: Admin, fulfilment_id: str, parcels: Sequence[Parcel], notify: bool) -> None:
	"""Replace carrier, numbers and links. Raises `Gone`."""
	given = {"id": gid("Fulfillment", fulfilment_id), "tracking": tracking_of(parcels), "notify": notify}
	data = admin.attempt("tracking_update", given, repeatable=True)
	payload = data.get("fulfillmentTrackingInfoUpdate") or {}
	if errors := payload.get("userErrors"):
		_status(admin, fulfilment_id)
		_refused(fulfilment_id, "; ".join(str(error.get("message")) for error in errors))


def cancel(admin: Admin, fulfilment_id: str) -> None:
	"""Take a fulfilment back; one that is cancelled stays so. Raises `Gone`."""
	given = {"id": gid("Fulfillment", fulfilment_id)}
	payload = admin.attempt("fulfillment_cancel", given, repeatable=True).get("fulfillmentCancel") or {}
	errors = payload.get("userErrors")
	if errors and _status(admin, fulfilment_id) != "CANCELLED":
		_refused(fulfilment_id, "; ".join(str(error.get("message")) for error in errors))


def _status(admin: Admin, fulfilment_id: str) -> str:
	"""The fulfilment's state. Raises `Gone`."""
	found = admin.query("fulfillment_status", {"id": gid("Fulfillment", fulfilment_id)}).get("fulfillment")
	if not found:
		raise Gone("Fulfillment", fulfilment_id)
	return str(found.get("status"))
