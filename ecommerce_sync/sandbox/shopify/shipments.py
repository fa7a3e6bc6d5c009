"""The REST shape of shipments and announced returns, and the deltas of an order edit."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from ecommerce_sync.sandbox.shopify import facts
from ecommerce_sync.sandbox.shopify.life import Fulfilment, Return
from ecommerce_sync.sandbox.shopify.lines import line_of, plain_line_item
from ecommerce_sync.sandbox.shopify.people import address

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder

Json = dict[str, Any]
_LINKS = {
	"UPS": "https://www.ups.com/WebTracking?trackNums={}",
	"DHL Express": "https://www.dhl.com/en/express/tracking.html?AWB={}",
	"FedEx": "https://www.fedex.com/fedextrack/?trknbr={}",
	"USPS": "https://tools.usps.com/go/TrackConfirmAction_input?qtc_tLabels1={}",
}


def fulfillments(order: ShopifyOrder) -> list[Json]:
	"""`fulfillments` of an order, cancelled ones among them."""
	return [fulfillment(order, each) for each in order.life.fulfilments]


def fulfillment(order: ShopifyOrder, each: Fulfilment) -> Json:
	"""An entry of `fulfillments`; its lines' `quantity` is what was shipped with it."""
	number, urls = facts.life_id(order, facts.FULFILMENT, each.number), links(each)
	numbers = list(each.tracking.numbers)
	return {
		"id": number,
		"admin_graphql_api_id": f"gid://shopify/Fulfillment/{number}",
		"order_id": order.id,
		"name": f"{order.name}.{each.number + 1}",
		"status": each.status,
		"created_at": each.created_at.isoformat(timespec="seconds"),
		"updated_at": each.updated_at.isoformat(timespec="seconds"),
		"service": "manual",
		"shipment_status": None,
		"location_id": each.location_id,
		"origin_address": {},
		"tracking_company": each.tracking.company,
		"tracking_number": numbers[0] if numbers else None,
		"tracking_numbers": numbers,
		"tracking_url": urls[0] if urls else None,
		"tracking_urls": urls,
		"receipt": {},
		"line_items": [
			{**plain_line_item(order, line_of(order, line)), **_counts(order, line, pieces)}
			for line, pieces in each.lines.items()
		],
	}


def fulfillment_message(order: ShopifyOrder, each: Fulfilment) -> Json:
	"""The payload of fulfillments/create and fulfillments/update."""
	email = order.story.person.email if order.story.person else None
	lines = [
		{**plain_line_item(order, line_of(order, line)), "quantity": pieces}
		for line, pieces in each.lines.items()
	]
	told = {"email": email, "destination": address(order.story.shipping), "line_items": lines}
	return {**fulfillment(order, each), **told}


def _counts(order: ShopifyOrder, line: int, pieces: int) -> Json:
	return {"quantity": pieces, "current_quantity": order.ordered(line) - order.life.refunded(line)}


def links(each: Fulfilment) -> list[str]:
	"""The links given, else those that Shopify makes for carriers that it knows."""
	if each.tracking.urls:
		return list(each.tracking.urls)
	form = _LINKS.get(each.tracking.company or "")
	return [form.format(number) for number in each.tracking.numbers] if form else []


def return_message(order: ShopifyOrder, each: Return) -> Json:
	"""The payload of returns/request and returns/approve."""
	number = facts.life_id(order, facts.RETURN, each.number)
	lines = [return_line(order, each, line, pieces) for line, pieces in each.lines]
	return {
		"id": number,
		"admin_graphql_api_id": f"gid://shopify/Return/{number}",
		"status": each.status,
		"name": None,
		"order": {"id": order.id, "admin_graphql_api_id": order.gid},
		"total_return_line_items": sum(pieces for _, pieces in each.lines),
		"return_line_items": lines,
		"return_shipping_fees": [],
		"exchange_line_items": [],
		"total_exchange_line_items": 0,
	}


def return_closed(order: ShopifyOrder, each: Return) -> Json:
	"""The payload of returns/close."""
	shown = return_message(order, each)
	return {**{name: shown[name] for name in ("id", "admin_graphql_api_id", "status")}, "order_id": order.id}


def return_line(order: ShopifyOrder, each: Return, line: int, pieces: int) -> Json:
	"""An entry of `return_line_items`."""
	number = facts.life_id(order, facts.RETURN_LINE, each.number, line)
	return {
		"id": number,
		"admin_graphql_api_id": f"gid://shopify/ReturnLineItem/{number}",
		"fulfillment_line_item": {"id": None, "line_item": {"id": order.line_id(line_of(order, line))}},
		"quantity": pieces,
		"return_reason": "other",
		"return_reason_note": "",
		"customer_note": None,
	}


def edit_message(before: ShopifyOrder, after: ShopifyOrder, at: datetime) -> Json:
	"""The payload of orders/edited: what was added and taken away, in pieces."""
	moved = {
		n: after.ordered(n) - (before.ordered(n) if n < len(before.story.lines) else 0)
		for n in range(len(after.story.lines))
	}
	moment = at.isoformat(timespec="seconds")
	new = range(len(before.story.deliveries), len(after.story.deliveries))
	gone = set(after.gone) - set(before.gone)
	return {
		"order_edit": {
			"id": facts.life_id(after, facts.EDIT, after.life.edits),
			"app_id": None,
			"created_at": moment,
			"committed_at": moment,
			"notify_customer": False,
			"order_id": after.id,
			"staff_note": "",
			"user_id": None,
			"line_items": {
				"additions": _deltas(after, {n: d for n, d in moved.items() if d > 0}),
				"removals": _deltas(after, {n: -d for n, d in moved.items() if d < 0}),
			},
			"discounts": {"line_item": {"additions": [], "removals": []}},
			"shipping_lines": {
				"additions": [{"id": after.other_id(facts.SHIPPING, n)} for n in new],
				"removals": [{"id": after.other_id(facts.SHIPPING, n)} for n in sorted(gone)],
			},
		}
	}


def _deltas(order: ShopifyOrder, moved: dict[int, int]) -> list[Json]:
	return [{"id": order.line_id(line_of(order, n)), "delta": delta} for n, delta in moved.items()]
