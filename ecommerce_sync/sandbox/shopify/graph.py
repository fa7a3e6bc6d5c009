"""An order as data for the Admin GraphQL schema's `Order`, executed by `execution`.

Keys are the schema's field names. A connection is a plain list, which the executor pages; a callable is
called when its field is asked for, so that an order and its parts can point at each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecommerce_sync.sandbox.shopify import facts
from ecommerce_sync.sandbox.shopify.graph_life import (
	display_status,
	fulfillment_orders,
	fulfillments,
	return_status,
	returns,
)
from ecommerce_sync.sandbox.shopify.graph_lines import (
	discount_applications,
	line_items,
	shipping_lines,
	tax_lines,
)
from ecommerce_sync.sandbox.shopify.graph_payments import payment_terms, refunds, transactions
from ecommerce_sync.sandbox.shopify.graph_people import address, customer, purchasing_entity
from ecommerce_sync.sandbox.shopify.money import ZERO, total
from ecommerce_sync.sandbox.shopify.pricing import Pricing

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder

Json = dict[str, Any]


def order_data(order: ShopifyOrder) -> Json:
	"""All fields of `Order` that the trimmed schema has."""
	data: Json = {
		"__typename": "Order",
		**_identity(order),
		**_state(order),
		**_money(order),
		**_current_money(order),
		**_parties(order),
		**_unused(),
	}
	data.update(_parts(order, data))
	return data


def _identity(order: ShopifyOrder) -> Json:
	story = order.story
	return {
		"id": order.gid,
		"legacyResourceId": str(order.id),
		"name": order.name,
		"number": story.number,
		"confirmationNumber": facts.confirmation_number(order),
		"statusPageUrl": facts.status_url(order),
		"app": {"id": "gid://shopify/App/580111", "name": "Online Store"},
		"sourceName": story.source,
		"note": story.note,
		"customAttributes": [{"key": name, "value": value} for name, value in story.attributes],
		"tags": sorted(story.tags),
		"poNumber": story.po_number,
		"test": story.test,
		"currencyCode": order.currencies.shop,
		"presentmentCurrencyCode": order.currencies.presentment,
		"paymentGatewayNames": facts.gateways(order),
	}


def _state(order: ShopifyOrder) -> Json:
	created, cancelled = facts.timestamp(order.story.created_at), order.cancelled_at is not None
	shipped = any(facts.is_shipped(line.bought) for line in order.original.lines)
	return {
		"createdAt": created,
		"processedAt": created,
		"updatedAt": facts.timestamp(order.updated_at),
		"cancelledAt": facts.timestamp(order.cancelled_at),
		"cancelReason": order.cancel_reason.upper() if order.cancel_reason else None,
		"cancellation": {"staffNote": None} if cancelled else None,
		"closed": False,
		"closedAt": None,
		"confirmed": True,
		"edited": bool(order.quantities or order.life.edits),
		"displayFinancialStatus": order.financial_status.upper(),
		"displayFulfillmentStatus": display_status(order),
		"returnStatus": return_status(order),
		"fullyPaid": not order.outstanding,
		"capturable": order.financial_status == "authorized",
		"unpaid": bool(order.outstanding) and not order.received,
		"canMarkAsPaid": bool(order.outstanding.shop > 0 and not cancelled),
		"fulfillable": not cancelled,
		"refundable": bool(order.received) and not cancelled,
		"restockable": not cancelled,
		"requiresShipping": shipped,
		"merchantEditable": not cancelled,
	}


def _money(order: ShopifyOrder) -> Json:
	pricing, bag = order.original, order.currencies.bag
	return {
		"taxesIncluded": pricing.taxes_included,
		"subtotalPriceSet": bag(pricing.subtotal),
		"totalDiscountsSet": bag(pricing.discounts),
		"cartDiscountAmountSet": bag(_line_discounts(pricing)) if pricing.discounts else None,
		"totalShippingPriceSet": bag(pricing.shipping),
		"totalTaxSet": bag(pricing.tax),
		"totalTipReceivedSet": bag(_tips(pricing)),
		"totalPriceSet": bag(pricing.total),
		"originalTotalPriceSet": bag(order.as_placed),
		"totalReceivedSet": bag(order.received),
		"totalRefundedSet": bag(order.refunded),
		"totalRefundedShippingSet": bag(_refunded_shipping(order)),
		"netPaymentSet": bag(order.received - order.refunded),
		"totalOutstandingSet": bag(order.outstanding),
		"totalCapturableSet": bag(order.outstanding if order.financial_status == "authorized" else ZERO),
		"refundDiscrepancySet": bag(ZERO - total(refund.beyond for refund in order.life.refunds)),
		"totalCashRoundingAdjustment": {"paymentSet": bag(ZERO), "refundSet": bag(ZERO)},
		"subtotalLineItemsQuantity": sum(line.quantity for line in pricing.lines),
		"totalWeight": str(_weight(pricing)),
		"taxLines": tax_lines(order, pricing.taxes),
	}


def _current_money(order: ShopifyOrder) -> Json:
	pricing, bag = order.current, order.currencies.bag
	return {
		"currentSubtotalPriceSet": bag(pricing.subtotal),
		"currentTotalDiscountsSet": bag(pricing.discounts),
		"currentCartDiscountAmountSet": bag(_line_discounts(pricing)),
		"currentShippingPriceSet": bag(pricing.shipping_discounted),
		"currentTotalTaxSet": bag(pricing.tax),
		"currentTotalPriceSet": bag(order.current_total),
		"currentSubtotalLineItemsQuantity": sum(line.quantity for line in pricing.lines),
		"currentTotalWeight": str(_weight(pricing)),
		"currentTaxLines": tax_lines(order, pricing.taxes),
	}


def _parties(order: ShopifyOrder) -> Json:
	story = order.story
	billing, shipping = address(order, story.billing, 1), address(order, story.shipping, 2)
	location = story.location_id
	return {
		"email": story.person.email if story.person else None,
		"phone": story.person.phone if story.person else None,
		"customer": customer(order),
		"purchasingEntity": purchasing_entity(order),
		"billingAddress": billing,
		"shippingAddress": shipping,
		"displayAddress": shipping or billing,
		"billingAddressMatchesShippingAddress": story.billing == story.shipping,
		"retailLocation": None if location is None else {"locationId": location},
	}


def _parts(order: ShopifyOrder, data: Json) -> Json:
	lines, shipping, payments = line_items(order), shipping_lines(order), transactions(order, data)
	codes = [a.code for a in order.original.applications if a.code is not None]
	return {
		"lineItems": lines,
		"nonFulfillableLineItems": [],
		"shippingLines": shipping,
		"shippingLine": shipping[0] if shipping else None,
		"discountApplications": discount_applications(order),
		"discountCode": codes[0] if codes else None,
		"discountCodes": codes,
		"transactions": payments,
		"transactionsCount": {"count": len(payments), "precision": "EXACT"},
		"paymentTerms": payment_terms(order, data),
		"refunds": refunds(order, data),
		"fulfillments": lambda **_: fulfillments(order, data),
		"fulfillmentsCount": {"count": len(order.life.fulfilments), "precision": "EXACT"},
		"fulfillmentOrders": lambda **_: fulfillment_orders(order, data),
		"returns": lambda **_: returns(order, data),
	}


def _unused() -> Json:
	"""What the emulated store never has."""
	empty = """cartToken checkoutToken clientIp customerLocale merchantOfRecordApp registeredSourceUrl
		sourceIdentifier originalTotalAdditionalFeesSet originalTotalDutiesSet currentTotalAdditionalFeesSet
		currentTotalDutiesSet publication"""
	no = """canNotifyCustomer customerAcceptsMarketing dutiesIncluded estimatedTaxes
		hasTimelineComment productNetwork taxExempt"""
	return {
		**dict.fromkeys(empty.split()),
		**dict.fromkeys(no.split(), False),
		"additionalFees": [],
		"merchantEditableErrors": [],
		"metafields": [],
		"metafield": lambda key, namespace=None: None,
	}


def _refunded_shipping(order: ShopifyOrder) -> Any:
	return total(part.net for refund in order.life.refunds for part in refund.deliveries)


def _line_discounts(pricing: Pricing) -> Any:
	return total(line.discount for line in pricing.lines)


def _tips(pricing: Pricing) -> Any:
	return pricing.tip + total(line.gross for line in pricing.lines if line.bought.kind == "tip")


def _weight(pricing: Pricing) -> int:
	return sum(line.quantity * facts.GRAMS for line in pricing.lines if facts.is_shipped(line.bought))
