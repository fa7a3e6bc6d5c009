"""The REST shape of an order's transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecommerce_sync.sandbox.shopify import facts
from ecommerce_sync.sandbox.shopify.life import Transaction
from ecommerce_sync.sandbox.shopify.money import ZERO, decimal_text

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder

Json = dict[str, Any]
MANUAL = ("manual", "cash_on_delivery", "Cash on Delivery (COD)", "Bank Deposit", "Money Order")


def transaction_payload(order: ShopifyOrder, each: Transaction) -> Json:
	"""An entry of a refund's `transactions`, and the payload of order_transactions/create."""
	number, money = order.other_id(facts.TRANSACTION, each.number), order.currencies
	at = each.at.isoformat(timespec="seconds")
	empty = "authorization device_id error_code location_id message user_id amount_rounding".split()
	parent = None if each.parent is None else order.other_id(facts.TRANSACTION, each.parent)
	return {
		**dict.fromkeys(empty),
		"id": number,
		"admin_graphql_api_id": f"gid://shopify/OrderTransaction/{number}",
		"order_id": order.id,
		"parent_id": parent,
		"kind": each.kind,
		"status": each.status,
		"gateway": each.gateway,
		"amount": money.text(each.amount),
		"currency": money.shop,
		"created_at": at,
		"processed_at": at,
		"manual_payment_gateway": each.gateway in MANUAL,
		"payment_id": payment_id(order, each),
		"receipt": {},
		"source_name": order.story.source,
		"test": order.story.test,
		"total_unsettled_set": _unsettled(order),
	}


def payment_id(order: ShopifyOrder, each: Transaction) -> str:
	"""How the gateway knows it."""
	return f"{order.name}.{each.number + 1}"


def _unsettled(order: ShopifyOrder) -> Json:
	"""Here Shopify says `currency` and drops trailing zeros."""
	owed = order.outstanding if order.outstanding.shop > 0 else ZERO
	money = order.currencies
	return {
		"shop_money": {"amount": decimal_text(owed.shop), "currency": money.shop},
		"presentment_money": {"amount": decimal_text(owed.presentment), "currency": money.presentment},
	}
