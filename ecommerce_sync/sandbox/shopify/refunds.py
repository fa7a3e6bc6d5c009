"""The REST shape of what a cancellation gives back: one refund of all lines, restocked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecommerce_sync.sandbox.shopify import facts
from ecommerce_sync.sandbox.shopify.lines import line_item
from ecommerce_sync.sandbox.shopify.money import ZERO, total
from ecommerce_sync.sandbox.shopify.pricing import PricedDelivery, PricedLine

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder

Json = dict[str, Any]


def refunds(order: ShopifyOrder) -> list[Json]:
	"""`refunds`: one for a cancelled order, its money only when the order was paid."""
	if order.cancelled_at is None:
		return []
	refund_id, at = order.other_id(facts.REFUND), order.cancelled_at.isoformat(timespec="seconds")
	nothing = order.currencies.rest_set(ZERO)
	shipping = [_shipping(order, d) for d in order.original.deliveries if order.refunded and d.discounted]
	return [
		{
			"id": refund_id,
			"admin_graphql_api_id": f"gid://shopify/Refund/{refund_id}",
			"order_id": order.id,
			"created_at": at,
			"processed_at": at,
			"note": None,
			"user_id": None,
			"restock": True,
			"return": None,
			"duties": [],
			"total_duties_set": nothing,
			"additional_fees": [],
			"total_additional_fees_set": nothing,
			"order_adjustments": [],
			"refund_shipping_lines": shipping,
			"refund_line_items": [_line(order, line) for line in facts.refunded_lines(order)],
			"transactions": [_transaction(order)] if order.refunded else [],
		}
	]


def _line(order: ShopifyOrder, line: PricedLine) -> Json:
	money, tax = order.currencies, total(tax.amount for tax in line.taxes)
	return {
		"id": order.other_id(facts.REFUND_LINE, line.number),
		"line_item_id": order.line_id(line),
		"location_id": order.story.location_id,
		"quantity": line.quantity,
		"restock_type": "cancel",
		# Shopify sends these two as numbers.
		"subtotal": float(line.net.shop),
		"subtotal_set": money.rest_set(line.net),
		"total_tax": float(tax.shop),
		"total_tax_set": money.rest_set(tax),
		"line_item": line_item(order, line),
	}


def _shipping(order: ShopifyOrder, delivery: PricedDelivery) -> Json:
	money = order.currencies
	return {
		"id": order.other_id(facts.REFUND_SHIPPING, delivery.number),
		"shipping_line_id": order.other_id(facts.SHIPPING, delivery.number),
		"subtotal_amount_set": money.rest_set(delivery.discounted),
		"tax_amount_set": money.rest_set(total(tax.amount for tax in delivery.taxes)),
	}


def _transaction(order: ShopifyOrder) -> Json:
	transaction_id, money = order.other_id(facts.TRANSACTION, 1), order.currencies
	at = order.cancelled_at.isoformat(timespec="seconds") if order.cancelled_at else None
	return {
		"id": transaction_id,
		"admin_graphql_api_id": f"gid://shopify/OrderTransaction/{transaction_id}",
		"order_id": order.id,
		"parent_id": order.other_id(facts.TRANSACTION),
		"kind": "refund",
		"status": "success",
		"gateway": order.story.gateway,
		"amount": money.text(order.refunded),
		"currency": money.shop,
		"authorization": None,
		"created_at": at,
		"processed_at": at,
		"device_id": None,
		"error_code": None,
		"location_id": None,
		"message": None,
		"payment_id": f"{order.name}.2",
		"receipt": {},
		"source_name": order.story.source,
		"test": order.story.test,
		"user_id": None,
	}
