"""What the store tells when an order changes, read off the two states of it: topics with their payloads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from ecommerce_sync.sandbox.shopify.fulfilment_messages import routing_messages
from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder
from ecommerce_sync.sandbox.shopify.refunds import refund_message
from ecommerce_sync.sandbox.shopify.shipments import (
	edit_message,
	fulfillment_message,
	return_closed,
	return_message,
)
from ecommerce_sync.sandbox.shopify.transactions import transaction_payload

Json = dict[str, Any]
Told = tuple[str, Callable[[], Json]]
_RETURNS = {"requested": "returns/request", "open": "returns/approve", "closed": "returns/close"}


def of_placing(order: ShopifyOrder) -> Iterator[Told]:
	"""After a checkout."""
	yield "orders/create", order.as_webhook
	yield from _payments(None, order)
	if order.received and order.outstanding.shop <= 0:
		yield "orders/paid", order.as_webhook
	yield from routing_messages(None, order)


def of_change(before: ShopifyOrder, after: ShopifyOrder) -> Iterator[Told]:
	"""After an act of somebody."""
	if before.cancelled_at is None and after.cancelled_at is not None:
		yield "orders/cancelled", after.as_webhook
	if before.life.edits != after.life.edits:
		yield "orders/edited", partial(edit_message, before, after, after.updated_at)
	yield from _payments(before, after)
	if after.received.shop > before.received.shop and after.outstanding.shop <= 0:
		yield "orders/paid", after.as_webhook
	yield from _shipments(before, after)
	for refund in after.life.refunds[len(before.life.refunds) :]:
		yield "refunds/create", partial(refund_message, after, refund)
	yield from _returns(before, after)
	yield from routing_messages(before, after)
	yield "orders/updated", after.as_webhook


def _payments(before: ShopifyOrder | None, after: ShopifyOrder) -> Iterator[Told]:
	known = len(before.transactions) if before else 0
	for each in after.transactions[known:]:
		yield "order_transactions/create", partial(transaction_payload, after, each)


def _shipments(before: ShopifyOrder, after: ShopifyOrder) -> Iterator[Told]:
	old = before.life.fulfilments
	for place, each in enumerate(after.life.fulfilments):
		if place >= len(old):
			yield "fulfillments/create", partial(fulfillment_message, after, each)
		elif each != old[place]:
			yield "fulfillments/update", partial(fulfillment_message, after, each)
	if len(after.life.fulfilments) > len(old):
		word = "fulfilled" if after.fulfillment_status == "fulfilled" else "partially_fulfilled"
		yield f"orders/{word}", after.as_webhook


def _returns(before: ShopifyOrder, after: ShopifyOrder) -> Iterator[Told]:
	old = {each.number: each.status for each in before.life.returns}
	for each in after.life.returns:
		topic = _RETURNS.get(each.status)
		if topic and old.get(each.number) != each.status:
			short = topic == "returns/close"
			yield topic, partial(return_closed if short else return_message, after, each)
