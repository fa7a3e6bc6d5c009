"""The REST shape of refunds: lines, shipping, discrepancies and the transactions that paid them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecommerce_sync.sandbox.shopify import facts
from ecommerce_sync.sandbox.shopify.life import Refund, RefundedDelivery, RefundedLine
from ecommerce_sync.sandbox.shopify.lines import line_item, line_of, plain_line_item
from ecommerce_sync.sandbox.shopify.money import ZERO, Money
from ecommerce_sync.sandbox.shopify.transactions import transaction_payload

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder

Json = dict[str, Any]


def refunds(order: ShopifyOrder) -> list[Json]:
	"""`refunds` of an order, by age."""
	return [refund_payload(order, refund) for refund in order.life.refunds]


def refund_message(order: ShopifyOrder, refund: Refund) -> Json:
	"""The payload of refunds/create: without what is told of an order's refunds only."""
	left_out = ("additional_fees", "total_additional_fees_set")
	shown = {key: value for key, value in refund_payload(order, refund).items() if key not in left_out}
	lines = zip(shown["refund_line_items"], refund.lines, strict=True)
	plain = [{**line, "line_item": plain_line_item(order, line_of(order, part.line))} for line, part in lines]
	return {**shown, "refund_line_items": plain}


def refund_payload(order: ShopifyOrder, refund: Refund) -> Json:
	"""An entry of `refunds`."""
	refund_id, at = order.other_id(facts.REFUND, refund.number), refund.at.isoformat(timespec="seconds")
	nothing = order.currencies.rest_set(ZERO)
	paid = [each for each in order.transactions if each.refund == refund.number]
	return {
		"id": refund_id,
		"admin_graphql_api_id": f"gid://shopify/Refund/{refund_id}",
		"order_id": order.id,
		"created_at": at,
		"processed_at": at,
		"note": refund.note,
		"user_id": None,
		"restock": any(part.restock != "no_restock" for part in refund.lines),
		"return": _return(order, refund),
		"duties": [],
		"total_duties_set": nothing,
		"additional_fees": [],
		"total_additional_fees_set": nothing,
		"order_adjustments": _adjustments(order, refund),
		"refund_shipping_lines": [_shipping(order, refund, part) for part in refund.deliveries],
		"refund_line_items": [_line(order, refund, n, part) for n, part in enumerate(refund.lines)],
		"transactions": [transaction_payload(order, each) for each in paid],
	}


def _return(order: ShopifyOrder, refund: Refund) -> Json | None:
	if refund.return_number is None:
		return None
	number = facts.life_id(order, facts.RETURN, refund.return_number)
	return {"id": number, "admin_graphql_api_id": f"gid://shopify/Return/{number}"}


def _line(order: ShopifyOrder, refund: Refund, place: int, part: RefundedLine) -> Json:
	money, line = order.currencies, line_of(order, part.line)
	return {
		"id": order.other_id(facts.REFUND_LINE, refund.number * 50 + place),
		"line_item_id": order.line_id(line),
		"location_id": part.location_id if part.restock != "no_restock" else None,
		"quantity": part.quantity,
		"restock_type": part.restock,
		# Shopify sends these two as numbers.
		"subtotal": float(part.net.shop),
		"subtotal_set": money.rest_set(part.net),
		"total_tax": float(part.tax.shop),
		"total_tax_set": money.rest_set(part.tax),
		"line_item": line_item(order, line),
	}


def _shipping(order: ShopifyOrder, refund: Refund, part: RefundedDelivery) -> Json:
	money = order.currencies
	return {
		"id": order.other_id(facts.REFUND_SHIPPING, refund.number * 50 + part.number),
		"shipping_line_id": order.other_id(facts.SHIPPING, part.number),
		"subtotal_amount_set": money.rest_set(part.net),
		"tax_amount_set": money.rest_set(part.tax),
	}


def _adjustments(order: ShopifyOrder, refund: Refund) -> list[Json]:
	"""The same shipping again as `shipping_refund`, negative and without its tax, and the discrepancy:

	negative where more is paid back than lines and shipping come to, positive where it is less.
	"""
	included, found = order.story.taxes_included, []
	for part in refund.deliveries:
		net = part.net - part.tax if included else part.net
		found.append(("shipping_refund", "Shipping refund", net, part.tax))
	if refund.beyond:
		found.append(("refund_discrepancy", "Refund discrepancy", refund.beyond, ZERO))
	return [_adjustment(order, refund, place, *entry) for place, entry in enumerate(found)]


def _adjustment(
	order: ShopifyOrder, refund: Refund, place: int, kind: str, reason: str, amount: Money, tax: Money
) -> Json:
	money = order.currencies
	return {
		"id": facts.life_id(order, facts.ADJUSTMENT, refund.number, place),
		"order_id": order.id,
		"refund_id": order.other_id(facts.REFUND, refund.number),
		"kind": kind,
		"reason": reason,
		"amount": money.text(ZERO - amount),
		"amount_set": money.rest_set(ZERO - amount),
		"tax_amount": money.text(ZERO - tax),
		"tax_amount_set": money.rest_set(ZERO - tax),
	}
