"""GraphQL data of an order's shipments and returns: fulfilment orders, fulfilments, announced returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecommerce_sync.sandbox.shopify import facts
from ecommerce_sync.sandbox.shopify.graph_lines import line_items
from ecommerce_sync.sandbox.shopify.graph_people import known_country
from ecommerce_sync.sandbox.shopify.life import Fulfilment, FulfilmentOrder, Hold, Return, ToShip
from ecommerce_sync.sandbox.shopify.lines import line_of
from ecommerce_sync.sandbox.shopify.shipments import links

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder

Json = dict[str, Any]
_ACTIONS = {
	"open": ("CREATE_FULFILLMENT", "MOVE", "HOLD", "SPLIT"),
	"in_progress": ("CREATE_FULFILLMENT", "REPORT_PROGRESS", "HOLD", "MARK_AS_OPEN"),
	"on_hold": ("RELEASE_HOLD", "HOLD", "MOVE"),
}


def display_status(order: ShopifyOrder) -> str:
	"""`displayFulfillmentStatus`."""
	if order.cancelled_at is not None and order.fulfillment_status is None:
		return "UNFULFILLED"
	if any(each.status == "on_hold" for each in order.life.orders) and order.fulfillment_status is None:
		return "ON_HOLD"
	words = {None: "UNFULFILLED", "partial": "PARTIALLY_FULFILLED", "fulfilled": "FULFILLED"}
	return words[order.fulfillment_status]


def return_status(order: ShopifyOrder) -> str:
	"""`returnStatus`."""
	found = {each.status for each in order.life.returns}
	for status, word in (("requested", "RETURN_REQUESTED"), ("open", "IN_PROGRESS"), ("closed", "RETURNED")):
		if status in found:
			return word
	return "NO_RETURN"


def fulfillment_orders(order: ShopifyOrder, data: Json) -> list[Json]:
	"""`Order.fulfillmentOrders`, closed ones among them."""
	return [fulfillment_order(order, each, data) for each in order.life.orders]


def fulfillment_order_gid(order: ShopifyOrder, number: int) -> str:
	"""A fulfilment order's id."""
	return f"gid://shopify/FulfillmentOrder/{facts.life_id(order, facts.TO_SHIP, number)}"


def to_ship_gid(order: ShopifyOrder, number: int, line: int) -> str:
	"""The id of a line of a fulfilment order."""
	return f"gid://shopify/FulfillmentOrderLineItem/{facts.life_id(order, facts.TO_SHIP_LINE, number, line)}"


def fulfillment_gid(order: ShopifyOrder, number: int) -> str:
	"""A fulfilment's id."""
	return f"gid://shopify/Fulfillment/{facts.life_id(order, facts.FULFILMENT, number)}"


def fulfillment_order(order: ShopifyOrder, each: FulfilmentOrder, data: Json) -> Json:
	"""A `FulfillmentOrder`."""
	sent = [one for one in order.life.fulfilments if any(n == each.number for n, _, _ in one.pieces)]
	return {
		"__typename": "FulfillmentOrder",
		"id": fulfillment_order_gid(order, each.number),
		"order": data,
		"orderId": order.gid,
		"orderName": order.name,
		"orderProcessedAt": facts.timestamp(order.story.created_at),
		"status": each.status.upper(),
		"requestStatus": "UNSUBMITTED",
		"createdAt": facts.timestamp(each.created_at),
		"updatedAt": facts.timestamp(each.updated_at),
		"fulfillAt": facts.timestamp(each.created_at),
		"fulfillBy": None,
		"assignedLocation": _assigned(order, each.location_id),
		"destination": _destination(order, each),
		"deliveryMethod": _method(order, each),
		"fulfillmentHolds": [_hold(order, hold) for hold in each.holds],
		"supportedActions": [
			{"action": action, "externalUrl": None} for action in _ACTIONS.get(each.status, ())
		],
		"fulfillmentOrdersForMerge": lambda **_: [],
		"remainingLineItemsWeight": {
			"unit": "GRAMS",
			"value": float(facts.GRAMS * sum(map(each.remaining, {part.line for part in each.lines}))),
		},
		"fulfillments": lambda **_: [fulfillment(order, one, data) for one in sent],
		"lineItems": lambda **_: [_to_ship(order, each, part) for part in each.lines],
	}


def fulfillments(order: ShopifyOrder, data: Json) -> list[Json]:
	"""`Order.fulfillments`, cancelled ones among them."""
	return [fulfillment(order, each, data) for each in order.life.fulfilments]


def fulfillment(order: ShopifyOrder, each: Fulfilment, data: Json) -> Json:
	"""A `Fulfillment`."""
	numbers = dict.fromkeys(number for number, _, _ in each.pieces)
	return {
		"__typename": "Fulfillment",
		"id": fulfillment_gid(order, each.number),
		"legacyResourceId": str(facts.life_id(order, facts.FULFILMENT, each.number)),
		"name": f"{order.name}-F{each.number + 1}",
		"order": data,
		"status": each.status.upper(),
		"displayStatus": "FULFILLED" if each.is_live else "CANCELED",
		"createdAt": facts.timestamp(each.created_at),
		"updatedAt": facts.timestamp(each.updated_at),
		**dict.fromkeys(("deliveredAt", "estimatedDeliveryAt", "inTransitAt")),
		"location": _location(order, each.location_id),
		"requiresShipping": True,
		"totalQuantity": sum(each.lines.values()),
		"trackingInfo": lambda first=None: _tracking(each)[:first],
		"fulfillmentLineItems": lambda **_: [
			fulfillment_line(order, each, line, pieces) for line, pieces in each.lines.items()
		],
		"fulfillmentOrders": lambda **_: [
			fulfillment_order(order, order.life.orders[number], data) for number in numbers
		],
	}


def fulfillment_line(order: ShopifyOrder, each: Fulfilment, line: int, pieces: int) -> Json:
	"""A `FulfillmentLineItem`."""
	priced, bag = line_of(order, line), order.currencies.bag
	part = order.currencies.each(lambda net: net * pieces / max(priced.quantity, 1), priced.net)
	return {
		"__typename": "FulfillmentLineItem",
		"id": f"gid://shopify/FulfillmentLineItem/{facts.life_id(order, facts.FULFILMENT_LINE, each.number, line)}",
		"lineItem": lambda: line_data(order, line),
		"quantity": pieces,
		"originalTotalSet": bag(priced.price * pieces),
		"discountedTotalSet": bag(part),
	}


def returns(order: ShopifyOrder, data: Json) -> list[Json]:
	"""`Order.returns`."""
	return [return_data(order, each, data) for each in order.life.returns]


def return_data(order: ShopifyOrder, each: Return, data: Json) -> Json:
	"""A `Return`."""
	numbers = [refund.number for refund in order.life.refunds if refund.return_number == each.number]
	paid = [payment for payment in order.transactions if payment.refund in numbers]
	status, at = each.status, facts.timestamp(each.at)
	return {
		"__typename": "Return",
		"id": f"gid://shopify/Return/{facts.life_id(order, facts.RETURN, each.number)}",
		"name": f"{order.name}-R{each.number + 1}",
		"order": data,
		"status": {"cancelled": "CANCELED"}.get(status, status.upper()),
		"createdAt": at,
		"closedAt": facts.timestamp(order.updated_at) if status == "closed" else None,
		"requestApprovedAt": at if status in ("open", "closed") else None,
		"decline": None,
		"totalQuantity": sum(pieces for _, pieces in each.lines),
		"returnLineItems": lambda **_: [
			_return_line(order, each, numbers, line, pieces) for line, pieces in each.lines
		],
		"exchangeLineItems": lambda **_: [],
		"refunds": lambda **_: [data["refunds"][number] for number in numbers],
		"transactions": lambda **_: [
			shown
			for shown, payment in zip(data["transactions"], order.transactions, strict=True)
			if payment in paid
		],
	}


def line_data(order: ShopifyOrder, line: int) -> Json:
	"""The `LineItem` at a place in the story."""
	wanted = f"gid://shopify/LineItem/{order.line_id(line_of(order, line))}"
	return next(item for item in line_items(order) if item["id"] == wanted)


def _return_line(order: ShopifyOrder, each: Return, refunds: list[int], line: int, pieces: int) -> Json:
	back = sum(
		part.quantity for number in refunds for part in order.life.refunds[number].lines if part.line == line
	)
	sent = next((one for one in order.life.fulfilments if line in one.lines), None)
	return {
		"__typename": "ReturnLineItem",
		"id": f"gid://shopify/ReturnLineItem/{facts.life_id(order, facts.RETURN_LINE, each.number, line)}",
		"quantity": pieces,
		"refundedQuantity": back,
		"refundableQuantity": pieces - back,
		"processedQuantity": back,
		"processableQuantity": pieces - back,
		"unprocessedQuantity": pieces - back,
		"customerNote": None,
		"returnReasonNote": "",
		"totalWeight": None,
		"withCodeDiscountedTotalPriceSet": order.currencies.bag(line_of(order, line).price * pieces),
		"fulfillmentLineItem": None
		if sent is None
		else fulfillment_line(order, sent, line, sent.lines[line]),
	}


def _to_ship(order: ShopifyOrder, each: FulfilmentOrder, part: ToShip) -> Json:
	bought, listed = order.story.lines[part.line], order.listed(line_of(order, part.line))
	shelf = order.shelf
	variant = shelf("ProductVariant", listed[1]) if shelf and listed else None
	return {
		"__typename": "FulfillmentOrderLineItem",
		"id": to_ship_gid(order, each.number, part.line),
		"lineItem": lambda: line_data(order, part.line),
		"totalQuantity": part.total,
		"remainingQuantity": part.remaining if each.is_open else 0,
		"requiresShipping": facts.is_shipped(bought),
		"productTitle": facts.title(bought),
		"variantTitle": bought.variant_title,
		"sku": bought.sku,
		"vendor": "Emulated" if facts.is_listed(bought) else None,
		"variant": variant,
		"inventoryItemId": variant["inventoryItem"]["id"] if variant else None,
		"image": None,
		"shippingLine": None,
		"weight": {"unit": "GRAMS", "value": float(facts.GRAMS)},
		"warnings": [],
	}


def _location(order: ShopifyOrder, location_id: int) -> Any:
	return order.shelf("Location", location_id) if order.shelf else None


def _assigned(order: ShopifyOrder, location_id: int) -> Json:
	location = _location(order, location_id)
	place = location["address"] if location else {}
	return {
		"location": location,
		"name": location["name"] if location else str(location_id),
		"countryCode": place.get("countryCode") or "FR",
		**{name: place.get(name) for name in ("address1", "address2", "city", "phone", "province", "zip")},
	}


def _destination(order: ShopifyOrder, each: FulfilmentOrder) -> Json | None:
	place, person = order.story.shipping, order.story.person
	if place is None:
		return None
	names = "address1 address2 city company phone province zip".split()
	return {
		**{name: getattr(place, name) for name in names},
		"id": f"gid://shopify/FulfillmentOrderDestination/{facts.life_id(order, facts.TO_SHIP, each.number)}",
		"firstName": place.first_name,
		"lastName": place.last_name,
		"countryCode": known_country(place),
		"email": person.email if person else None,
		"location": None,
	}


def _method(order: ShopifyOrder, each: FulfilmentOrder) -> Json:
	delivery = order.story.deliveries[0] if order.story.deliveries else None
	return {
		"__typename": "DeliveryMethod",
		"id": f"gid://shopify/DeliveryMethod/{facts.life_id(order, facts.TO_SHIP, each.number)}",
		"methodType": "SHIPPING",
		"presentedName": delivery.title if delivery else None,
		"serviceCode": delivery.code if delivery else None,
		**dict.fromkeys(("maxDeliveryDateTime", "minDeliveryDateTime", "sourceReference")),
	}


def _hold(order: ShopifyOrder, hold: Hold) -> Json:
	return {
		"__typename": "FulfillmentHold",
		"id": f"gid://shopify/FulfillmentHold/{facts.life_id(order, facts.HOLD, hold.number)}",
		"reason": hold.reason,
		"displayReason": hold.reason.replace("_", " ").capitalize(),
		"reasonNotes": hold.notes,
		"handle": None,
		"heldByApp": None,
		"heldByRequestingApp": False,
	}


def _tracking(each: Fulfilment) -> list[Json]:
	numbers, urls = each.tracking.numbers, links(each)
	count = max(len(numbers), len(urls), 1 if each.tracking.company else 0)
	return [
		{
			"company": each.tracking.company,
			"number": numbers[place] if place < len(numbers) else None,
			"url": urls[place] if place < len(urls) else None,
		}
		for place in range(count)
	]
