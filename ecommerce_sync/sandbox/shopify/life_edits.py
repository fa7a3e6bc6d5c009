"""Mutations of an order's life: fulfil, track, call back, refund, cancel; in Shopify's words when refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import InvalidOperation
from itertools import count
from typing import Any

from ecommerce_sync.sandbox.shopify import facts, fulfilling
from ecommerce_sync.sandbox.shopify.graph_life import fulfillment_gid, fulfillment_order_gid, to_ship_gid
from ecommerce_sync.sandbox.shopify.idempotency import Idempotent
from ecommerce_sync.sandbox.shopify.life import FulfilmentOrder, Tracking
from ecommerce_sync.sandbox.shopify.living import Lives
from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder
from ecommerce_sync.sandbox.shopify.refund_inputs import RefundRefused, wanted_of
from ecommerce_sync.sandbox.shopify.refunding import refunded

Json = dict[str, Any]
Shown = Callable[[ShopifyOrder], Json]


@dataclass
class Refused(Exception):
	"""What a userError says."""

	message: str
	field: tuple[str, ...] = ("fulfillment",)


class LifeEdits:
	"""Resolvers over a store's orders. `shown` makes an order into GraphQL data."""

	shown: Shown

	def __init__(self, store: Lives, orders: Callable[[], list[ShopifyOrder]]) -> None:
		self.store, self.orders = store, orders
		self._jobs = count(1)
		self.jobs: set[str] = set()

	def mutations(self) -> dict[str, Any]:
		"""By field of Mutation."""
		return {
			"fulfillmentCreate": self._create,
			"fulfillmentTrackingInfoUpdate": self._track,
			"fulfillmentCancel": self._call_back,
			"refundCreate": Idempotent(self._refund, _refused_refund),
			"orderCancel": self._cancel,
		}

	def job(self, gid: str) -> Json | None:
		"""`job(id)`: done at once."""
		return {"__typename": "Job", "id": gid, "done": True} if gid in self.jobs else None

	def order_of(self, kind: int, gid: str, type_: str) -> tuple[ShopifyOrder, int] | None:
		"""The order and the number of a part, by the part's id."""
		head, _, tail = gid.rpartition("/")
		found = facts.of_life(kind, int(tail)) if head.endswith(f"/{type_}") and tail.isdigit() else None
		if found is None:
			return None
		of_number = (order for order in self.orders() if order.story.number == found[0])
		order = next(of_number, None)
		return None if order is None else (order, found[1])

	# Fulfilments

	def _create(self, fulfillment: Json, message: str | None = None) -> Json:
		try:
			chosen = [self._chosen(given) for given in fulfillment["lineItemsByFulfillmentOrder"]]
			order = self._one_order(chosen)
			picks = tuple(pick for _, part, lines in chosen for pick in _picks(part, lines))
		except Refused as refused:
			return _not_fulfilled(refused)
		tracking = tracking_of(fulfillment.get("trackingInfo") or {})
		after = self.store.act(order.id, lambda o, at: fulfilling.shipped(o, picks, tracking, at))
		return self._fulfilled(after, len(after.life.fulfilments) - 1)

	def _chosen(self, given: Json) -> tuple[ShopifyOrder, FulfilmentOrder, dict[int, int]]:
		found = self.order_of(facts.TO_SHIP, given["fulfillmentOrderId"], "FulfillmentOrder")
		if found is None or found[1] >= len(found[0].life.orders):
			raise Refused("Fulfillment order does not exist.")
		order, part = found[0], found[0].life.orders[found[1]]
		if part.status == "on_hold":
			raise Refused(f"Fulfillment order {_number(order, part)} is on hold and cannot be fulfilled.")
		if not part.is_open:
			words = f"Fulfillment order {_number(order, part)} has an unfulfillable status= {part.status}."
			raise Refused(words)
		return order, part, _wanted_lines(order, part, given.get("fulfillmentOrderLineItems"))

	def _one_order(
		self, chosen: Sequence[tuple[ShopifyOrder, FulfilmentOrder, dict[int, int]]]
	) -> ShopifyOrder:
		if not chosen:
			raise Refused("At least one fulfillment order is required.")
		if len({order.id for order, _, _ in chosen}) > 1:
			raise Refused("All fulfillment orders must belong to the same order.")
		if len({part.location_id for _, part, _ in chosen}) > 1:
			raise Refused("All fulfillment orders must be assigned to the same location.")
		return chosen[0][0]

	def _track(self, fulfillmentId: str, trackingInfoInput: Json, notifyCustomer: bool | None = None) -> Json:
		found = self._fulfilment(fulfillmentId)
		if found is None:
			return _not_fulfilled(Refused("Fulfillment does not exist.", ("fulfillmentId",)))
		order, number = found
		if not order.life.fulfilments[number].is_live:
			return _not_fulfilled(Refused("Fulfillment is cancelled.", ("fulfillmentId",)))
		part_id = facts.life_id(order, facts.FULFILMENT, number)
		return self._fulfilled(self.store.track(order.id, part_id, tracking_of(trackingInfoInput)), number)

	def _call_back(self, id: str) -> Json:
		found = self._fulfilment(id)
		if found is None:
			return _not_fulfilled(Refused("Fulfillment not found.", ("id",)))
		order, number = found
		if not order.life.fulfilments[number].is_live:
			return _not_fulfilled(Refused("Fulfillment is already cancelled.", ("id",)))
		try:
			after = self.store.cancel_fulfilment(order.id, facts.life_id(order, facts.FULFILMENT, number))
		except ValueError:
			return _not_fulfilled(Refused("Fulfillment cannot be cancelled: it has returned items.", ("id",)))
		return self._fulfilled(after, number)

	def _fulfilment(self, gid: str) -> tuple[ShopifyOrder, int] | None:
		found = self.order_of(facts.FULFILMENT, gid, "Fulfillment")
		return found if found and found[1] < len(found[0].life.fulfilments) else None

	def _fulfilled(self, order: ShopifyOrder, number: int) -> Json:
		wanted = fulfillment_gid(order, number)
		parts = self.shown(order)["fulfillments"]()
		return {"fulfillment": next(part for part in parts if part["id"] == wanted), "userErrors": []}

	# Refunds and cancellation

	def _refund(self, input: Json) -> Json:
		order = self._by_gid(input["orderId"])
		try:
			if order is None:
				raise RefundRefused("Order does not exist", "orderId")
			wanted = wanted_of(order, input)
			after = self.store.act(order.id, lambda o, at: refunded(o, wanted, at))
		except RefundRefused as refused:
			return _refused_refund("", refused.message, *refused.field)
		except (ValueError, InvalidOperation) as wrong:
			return _refused_refund("", str(wrong), "input")
		data = self.shown(after)
		return {"order": data, "refund": data["refunds"][-1], "userErrors": []}

	def _cancel(
		self,
		orderId: str,
		reason: str,
		restock: bool,
		refund: bool | None = None,
		refundMethod: Json | None = None,
		notifyCustomer: bool | None = None,
		staffNote: str | None = None,
	) -> Json:
		order = self._by_gid(orderId)
		refusal = _not_cancellable(order)
		if refusal or order is None:
			code, words = refusal or ("NOT_FOUND", "Order does not exist")
			error = {"code": code, "field": ["orderId"], "message": words}
			return {"job": None, "orderCancelUserErrors": [error], "userErrors": [error]}
		pays = bool((refundMethod or {}).get("originalPaymentMethodsRefund", refund))
		self.store.cancel(order.id, None, reason.lower(), pay=pays, restock=restock)
		gid = f"gid://shopify/Job/{next(self._jobs)}"
		self.jobs.add(gid)
		return {"job": self.job(gid), "orderCancelUserErrors": [], "userErrors": []}

	def _by_gid(self, gid: str) -> ShopifyOrder | None:
		return next((order for order in self.orders() if order.gid == gid), None)


def tracking_of(given: Json) -> Tracking:
	"""`FulfillmentTrackingInput`: one number and link, or lists of them."""
	numbers = given.get("numbers") or ([given["number"]] if given.get("number") else [])
	urls = given.get("urls") or ([given["url"]] if given.get("url") else [])
	return Tracking(given.get("company"), tuple(numbers), tuple(urls))


def _number(order: ShopifyOrder, part: FulfilmentOrder) -> str:
	return fulfillment_order_gid(order, part.number).rpartition("/")[2]


def _wanted_lines(order: ShopifyOrder, part: FulfilmentOrder, given: list[Json] | None) -> dict[int, int]:
	"""Line to pieces; without any, all that is left."""
	if not given:
		return {each.line: each.remaining for each in part.lines if each.remaining}
	known = {to_ship_gid(order, part.number, each.line): each for each in part.lines}
	found: dict[int, int] = {}
	for wanted in given:
		each = known.get(wanted["id"])
		if each is None:
			raise Refused("Fulfillment order line item does not exist.")
		found[each.line] = found.get(each.line, 0) + wanted["quantity"]
		if not 0 < found[each.line] <= each.remaining:
			raise Refused("Invalid fulfillment order line item quantity requested.")
	return found


def _picks(part: FulfilmentOrder, lines: dict[int, int]) -> Iterator[tuple[int, int, int]]:
	return ((part.number, line, pieces) for line, pieces in lines.items())


def _not_cancellable(order: ShopifyOrder | None) -> tuple[str, str] | None:
	if order is None:
		return "NOT_FOUND", "Order does not exist"
	if order.cancelled_at is not None:
		return "INVALID", "Order has already been cancelled"
	if order.fulfillment_status is not None:
		return "INVALID", "Cannot cancel an order that has been fulfilled"
	return None


def _not_fulfilled(refused: Refused) -> Json:
	error = {"field": list(refused.field), "message": refused.message}
	return {"fulfillment": None, "userErrors": [error]}


def _refused_refund(code: str, message: str, *field: str) -> Json:
	"""`UserError` has no code; the words have to do."""
	return {"order": None, "refund": None, "userErrors": [{"field": list(field) or None, "message": message}]}
