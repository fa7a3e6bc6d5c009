"""GraphQL data of an order's money: transactions, payment terms and the refund of a cancellation."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from ecommerce_sync.sandbox.shopify import facts
from ecommerce_sync.sandbox.shopify.graph_lines import line_items, shipping_line
from ecommerce_sync.sandbox.shopify.money import ZERO, Money, money_v2, total
from ecommerce_sync.sandbox.shopify.pricing import PricedDelivery, PricedLine

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder

Json = dict[str, Any]


def transactions(order: ShopifyOrder, data: Json) -> list[Json]:
	"""`Order.transactions`: the sale (pending while unpaid) and, when cancelled, its refund."""
	if not facts.gateways(order):
		return []
	status = "SUCCESS" if order.story.paid else "PENDING"
	amount = order.received if order.story.paid else order.total
	sale = _transaction(order, data, 0, "SALE", status, amount, order.story.created_at)
	if not (order.refunded and order.cancelled_at):
		return [sale]
	refund = _transaction(order, data, 1, "REFUND", "SUCCESS", order.refunded, order.cancelled_at)
	return [sale, {**refund, "parentTransaction": sale}]


def payment_terms(order: ShopifyOrder, data: Json) -> Json | None:
	"""`Order.paymentTerms` with its one schedule."""
	days = order.story.payment_terms_days
	if days is None:
		return None
	terms: Json = {
		"__typename": "PaymentTerms",
		"id": f"gid://shopify/PaymentTerms/{order.other_id(facts.TERMS)}",
		"order": data,
		"due": False,
		"overdue": False,
		"dueInDays": days or None,
		"paymentTermsName": facts.terms_name(days),
		"translatedName": facts.terms_name(days),
		"paymentTermsType": "NET" if days else "RECEIPT",
	}
	terms["paymentSchedules"] = [_schedule(order, terms)]
	return terms


def refunds(order: ShopifyOrder, data: Json) -> list[Json]:
	"""`Order.refunds`: one for a cancelled order."""
	if order.cancelled_at is None:
		return []
	number, at = order.other_id(facts.REFUND), facts.timestamp(order.cancelled_at)
	shipping = [d for d in order.original.deliveries if order.refunded and d.discounted]
	return [
		{
			"__typename": "Refund",
			"id": f"gid://shopify/Refund/{number}",
			"legacyResourceId": str(number),
			"order": data,
			"createdAt": at,
			"processedAt": at,
			"updatedAt": at,
			"note": None,
			"duties": [],
			"orderAdjustments": [],
			"totalRefundedSet": order.currencies.bag(order.refunded),
			"refundLineItems": [_refund_line(order, line) for line in facts.refunded_lines(order)],
			"refundShippingLines": [_refund_shipping(order, delivery) for delivery in shipping],
			"transactions": [t for t in transactions(order, data) if t["kind"] == "REFUND"],
		}
	]


def _transaction(
	order: ShopifyOrder, data: Json, number: int, kind: str, status: str, amount: Money, at: datetime
) -> Json:
	money, gateway = order.currencies, order.story.gateway
	empty = """accountNumber amountRoundingSet authorizationExpiresAt currencyExchangeAdjustment errorCode
		location parentTransaction paymentDetails settlementCurrency settlementCurrencyRate totalUnsettledSet"""
	return {
		**dict.fromkeys(empty.split()),
		"__typename": "OrderTransaction",
		"id": f"gid://shopify/OrderTransaction/{order.other_id(facts.TRANSACTION, number)}",
		"order": data,
		"kind": kind,
		"status": status,
		"gateway": gateway,
		"formattedGateway": gateway.replace("_", " ").title(),
		"manualPaymentGateway": gateway in ("manual", "Cash on Delivery (COD)", "Bank Deposit"),
		"manuallyCapturable": False,
		"multiCapturable": False,
		"amountSet": money.bag(amount),
		"maximumRefundableV2": money_v2(
			order.received.shop - order.refunded.shop if kind == "SALE" else ZERO.shop, money.shop
		),
		"createdAt": facts.timestamp(at),
		"processedAt": facts.timestamp(at),
		"paymentId": f"{order.name}.{number + 1}",
		"receiptJson": "{}",
		"fees": [],
		"test": order.story.test,
	}


def _schedule(order: ShopifyOrder, terms: Json) -> Json:
	created, shop = facts.timestamp(order.story.created_at), order.currencies.shop
	left = money_v2(order.outstanding.shop, shop)
	return {
		"__typename": "PaymentSchedule",
		"id": f"gid://shopify/PaymentSchedule/{order.other_id(facts.SCHEDULE)}",
		"paymentTerms": terms,
		"due": False,
		"issuedAt": created,
		"dueAt": facts.timestamp(order.due_at),
		"completedAt": created if order.story.paid else None,
		"balanceDue": left,
		"totalBalance": left,
	}


def _refund_line(order: ShopifyOrder, line: PricedLine) -> Json:
	bag, wanted = order.currencies.bag, f"gid://shopify/LineItem/{order.line_id(line)}"
	return {
		"id": f"gid://shopify/RefundLineItem/{order.other_id(facts.REFUND_LINE, line.number)}",
		"lineItem": lambda: next(item for item in line_items(order) if item["id"] == wanted),
		"location": None,
		"quantity": line.quantity,
		"restockType": "CANCEL",
		"restocked": True,
		"priceSet": bag(line.price),
		"subtotalSet": bag(line.net),
		"totalTaxSet": bag(total(tax.amount for tax in line.taxes)),
	}


def _refund_shipping(order: ShopifyOrder, delivery: PricedDelivery) -> Json:
	bag = order.currencies.bag
	return {
		"__typename": "RefundShippingLine",
		"id": f"gid://shopify/RefundShippingLine/{order.other_id(facts.REFUND_SHIPPING, delivery.number)}",
		"shippingLine": shipping_line(order, delivery),
		"subtotalAmountSet": bag(delivery.discounted),
		"taxAmountSet": bag(total(tax.amount for tax in delivery.taxes)),
	}
