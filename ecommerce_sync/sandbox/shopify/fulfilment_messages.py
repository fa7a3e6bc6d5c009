"""Payloads of fulfillment_orders/*: routed, held, released, moved, split, cancelled. Ids stand in GraphQL's form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from ecommerce_sync.sandbox.shopify import facts
from ecommerce_sync.sandbox.shopify.graph_life import fulfillment_order_gid, to_ship_gid
from ecommerce_sync.sandbox.shopify.life import FulfilmentOrder, Hold

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder

Json = dict[str, Any]
Told = tuple[str, Callable[[], Json]]


def routing_messages(before: ShopifyOrder | None, after: ShopifyOrder) -> Iterator[Told]:
	"""What became of the fulfilment orders between two states of an order."""
	old = before.life.orders if before else ()
	pairs = list(zip(old, after.life.orders, strict=False))
	for known, each in pairs:
		if len(each.holds) > len(known.holds):
			yield "fulfillment_orders/placed_on_hold", partial(_held, after, each, each.holds[-1])
		elif known.status == "on_hold" and each.status in ("open", "in_progress"):
			yield "fulfillment_orders/hold_released", partial(_plain, after, each)
	source = _source(old, after.life.orders) if _sent(before) == _sent(after) else None
	for each in after.life.orders[len(old) :]:
		yield _made(after, source, each)
	if before and before.cancelled_at is None and after.cancelled_at is not None:
		for known, each in pairs:
			if known.is_open:
				yield "fulfillment_orders/cancelled", partial(_cancelled, after, each)


def _made(order: ShopifyOrder, source: FulfilmentOrder | None, each: FulfilmentOrder) -> Told:
	"""A new one comes from routing, or from one that gave pieces away."""
	if source is None:
		return "fulfillment_orders/order_routing_complete", partial(_plain, order, each)
	if each.location_id != source.location_id:
		return "fulfillment_orders/moved", partial(_moved, order, source, each)
	return "fulfillment_orders/split", partial(_split, order, source, each)


def _source(old: tuple[FulfilmentOrder, ...], now: tuple[FulfilmentOrder, ...]) -> FulfilmentOrder | None:
	"""The fulfilment order that gave pieces away."""
	changed = (each for known, each in zip(old, now, strict=False) if _pieces(each) < _pieces(known))
	return next(changed, None)


def _pieces(each: FulfilmentOrder) -> int:
	return sum(part.total for part in each.lines)


def _sent(order: ShopifyOrder | None) -> int:
	return sum(sum(each.lines.values()) for each in order.life.fulfilments if each.is_live) if order else 0


def _named(order: ShopifyOrder, each: FulfilmentOrder) -> Json:
	return {"id": fulfillment_order_gid(order, each.number), "status": each.status}


def _plain(order: ShopifyOrder, each: FulfilmentOrder) -> Json:
	return {"fulfillment_order": _named(order, each)}


def _cancelled(order: ShopifyOrder, each: FulfilmentOrder) -> Json:
	return {"fulfillment_order": _named(order, each), "replacement_fulfillment_order": None}


def _held(order: ShopifyOrder, each: FulfilmentOrder, hold: Hold) -> Json:
	shown = {
		"id": f"gid://shopify/FulfillmentHold/{facts.life_id(order, facts.HOLD, hold.number)}",
		"reason": hold.reason.lower(),
		"reason_notes": hold.notes,
		"handle": None,
		"held_by_app": None,
		"held_by_requesting_app": False,
	}
	return {
		"fulfillment_order": {**_named(order, each), "fulfillment_holds": [shown]},
		"created_fulfillment_hold": shown,
		"held_fulfillment_order_line_items": [
			{"id": to_ship_gid(order, each.number, part.line), "quantity": part.remaining}
			for part in each.lines
		],
		"remaining_fulfillment_order": None,
	}


def _moved(order: ShopifyOrder, source: FulfilmentOrder, each: FulfilmentOrder) -> Json:
	def placed(one: FulfilmentOrder) -> Json:
		location = f"gid://shopify/Location/{one.location_id}"
		return {**_named(order, one), "assigned_location_id": location}

	return {
		"original_fulfillment_order": placed(source),
		"moved_fulfillment_order": placed(each),
		"source_location": {"id": f"gid://shopify/Location/{source.location_id}"},
		"destination_location_id": f"gid://shopify/Location/{each.location_id}",
		"fulfillment_order_line_items_requested": _lines(order, each),
	}


def _split(order: ShopifyOrder, source: FulfilmentOrder, each: FulfilmentOrder) -> Json:
	return {
		"fulfillment_order": _named(order, source),
		"remaining_fulfillment_order": _named(order, each),
		"replacement_fulfillment_order": None,
		"split_line_items": _lines(order, each),
	}


def _lines(order: ShopifyOrder, each: FulfilmentOrder) -> list[Json]:
	return [{"id": to_ship_gid(order, each.number, part.line), "quantity": part.total} for part in each.lines]
