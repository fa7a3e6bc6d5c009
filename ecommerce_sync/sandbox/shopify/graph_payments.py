"""GraphQL data of an order's money: transactions, payment terms and refunds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecommerce_sync.sandbox.shopify import facts
from ecommerce_sync.sandbox.shopify.fees import FLAT, RATE
from ecommerce_sync.sandbox.shopify.graph_lines import line_items, shipping_line
from ecommerce_sync.sandbox.shopify.life import Refund, RefundedDelivery, Transaction
from ecommerce_sync.sandbox.shopify.lines import line_of
from ecommerce_sync.sandbox.shopify.money import ZERO, money_v2, total
from ecommerce_sync.sandbox.shopify.transactions import MANUAL, payment_id

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder

Json = dict[str, Any]


def transactions(order: ShopifyOrder, data: Json) -> list[Json]:
	"""`Order.transactions`, by age."""
	found: dict[int, Json] = {}
	for each in order.transactions:
		found[each.number] = _transaction(order, data, each, found.get(each.parent or 0))
	return list(found.values())


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
	"""`Order.refunds`, by age."""
	payments = {each["id"]: each for each in transactions(order, data)}
	return [_refund(order, data, refund, payments) for refund in order.life.refunds]


def _refund(order: ShopifyOrder, data: Json, refund: Refund, payments: Json) -> Json:
	number, at = order.other_id(facts.REFUND, refund.number), facts.timestamp(refund.at)
	paid = [each for each in order.transactions if each.refund == refund.number]
	return {
		"__typename": "Refund",
		"id": f"gid://shopify/Refund/{number}",
		"legacyResourceId": str(number),
		"order": data,
		"createdAt": at,
		"processedAt": at,
		"updatedAt": at,
		"note": refund.note,
		"duties": [],
		"orderAdjustments": [_adjustment(order, refund)] if refund.beyond else [],
		"totalRefundedSet": order.currencies.bag(total(each.paid_back for each in paid)),
		"refundLineItems": [_refund_line(order, refund, n) for n in range(len(refund.lines))],
		"refundShippingLines": [_refund_shipping(order, refund, part) for part in refund.deliveries],
		"transactions": [payments[transaction_gid(order, each)] for each in paid],
		"return": lambda: _return(order, data, refund),
	}


def transaction_gid(order: ShopifyOrder, each: Transaction) -> str:
	"""A transaction's id."""
	return f"gid://shopify/OrderTransaction/{order.other_id(facts.TRANSACTION, each.number)}"


def _return(order: ShopifyOrder, data: Json, refund: Refund) -> Json | None:
	if refund.return_number is None:
		return None
	wanted = f"gid://shopify/Return/{facts.life_id(order, facts.RETURN, refund.return_number)}"
	found: Json = next(each for each in data["returns"]() if each["id"] == wanted)
	return found


def _transaction(order: ShopifyOrder, data: Json, each: Transaction, parent: Json | None) -> Json:
	money, gateway = order.currencies, each.gateway
	empty = """accountNumber amountRoundingSet authorizationExpiresAt currencyExchangeAdjustment errorCode
		location paymentDetails settlementCurrency settlementCurrencyRate totalUnsettledSet"""
	back = total(other.paid_back for other in order.transactions if other.parent == each.number)
	is_reserved = (each.kind, each.status) == ("authorization", "success")
	return {
		**dict.fromkeys(empty.split()),
		"__typename": "OrderTransaction",
		"id": transaction_gid(order, each),
		"order": data,
		"kind": each.kind.upper(),
		"status": each.status.upper(),
		"gateway": gateway,
		"formattedGateway": gateway.replace("_", " ").title(),
		"manualPaymentGateway": gateway in MANUAL,
		"manuallyCapturable": is_reserved and order.financial_status == "authorized",
		"multiCapturable": False,
		"amountSet": money.bag(each.amount),
		"maximumRefundableV2": money_v2(
			(each.received - back).shop if each.received else ZERO.shop, money.shop
		),
		"createdAt": facts.timestamp(each.at),
		"processedAt": facts.timestamp(each.at),
		"parentTransaction": None if each.parent is None else parent,
		"paymentId": payment_id(order, each),
		"receiptJson": "{}",
		"fees": [_fee(order, each)] if each.fee else [],
		"test": order.story.test,
	}


def _fee(order: ShopifyOrder, each: Transaction) -> Json:
	shop = order.currencies.shop
	return {
		"id": f"gid://shopify/TransactionFee/{order.other_id(facts.TRANSACTION, each.number)}",
		"amount": money_v2(each.fee, shop),
		"flatFee": money_v2(FLAT, shop),
		"flatFeeName": "transaction_fee",
		"rate": str(RATE),
		"rateName": "card_rate",
		"taxAmount": money_v2(ZERO.shop, shop),
		"type": "processing_fee",
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
		"completedAt": facts.timestamp(facts.settled_at(order)),
		"balanceDue": left,
		"totalBalance": left,
	}


def _refund_line(order: ShopifyOrder, refund: Refund, place: int) -> Json:
	part = refund.lines[place]
	bag, line = order.currencies.bag, line_of(order, part.line)
	wanted = f"gid://shopify/LineItem/{order.line_id(line)}"
	shelf, location_id = order.shelf, part.location_id if part.restock != "no_restock" else None
	return {
		"id": f"gid://shopify/RefundLineItem/{order.other_id(facts.REFUND_LINE, refund.number * 50 + place)}",
		"lineItem": lambda: next(item for item in line_items(order) if item["id"] == wanted),
		"location": shelf("Location", location_id) if shelf and location_id is not None else None,
		"quantity": part.quantity,
		"restockType": part.restock.upper(),
		"restocked": part.restock != "no_restock",
		"priceSet": bag(line.price),
		"subtotalSet": bag(part.net),
		"totalTaxSet": bag(part.tax),
	}


def _refund_shipping(order: ShopifyOrder, refund: Refund, part: RefundedDelivery) -> Json:
	bag, number = (
		order.currencies.bag,
		order.other_id(facts.REFUND_SHIPPING, refund.number * 50 + part.number),
	)
	delivery = next(each for each in order.original.deliveries if each.number == part.number)
	return {
		"__typename": "RefundShippingLine",
		"id": f"gid://shopify/RefundShippingLine/{number}",
		"shippingLine": shipping_line(order, delivery),
		"subtotalAmountSet": bag(part.net),
		"taxAmountSet": bag(part.tax),
	}


def _adjustment(order: ShopifyOrder, refund: Refund) -> Json:
	"""GraphQL tells the discrepancy only, negative where more is paid back than parts come to."""
	bag = order.currencies.bag
	return {
		"__typename": "OrderAdjustment",
		"id": f"gid://shopify/OrderAdjustment/{facts.life_id(order, facts.ADJUSTMENT, refund.number, len(refund.deliveries))}",
		"amountSet": bag(ZERO - refund.beyond),
		"taxAmountSet": bag(ZERO),
		"reason": "REFUND_DISCREPANCY",
	}
