"""GraphQL data of an order's lines: line items, shipping lines, taxes and discounts."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ecommerce_sync.sandbox.shopify import facts
from ecommerce_sync.sandbox.shopify.money import ZERO, Money, money_v2, total
from ecommerce_sync.sandbox.shopify.pricing import Allocation, Application, PricedDelivery, PricedLine, Tax
from ecommerce_sync.sandbox.story import Bought

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder

Json = dict[str, Any]


def line_items(order: ShopifyOrder) -> list[Json]:
	"""`Order.lineItems`."""
	now = {line.number: line for line in order.current.lines}
	return [_line_item(order, line, now[line.number]) for line in order.original.lines]


def shipping_lines(order: ShopifyOrder) -> list[Json]:
	"""`Order.shippingLines`."""
	return [shipping_line(order, delivery) for delivery in order.original.deliveries]


def discount_applications(order: ShopifyOrder) -> list[Json]:
	"""`Order.discountApplications`, in the order of their indexes."""
	return [_application(order, application) for application in order.original.applications]


def tax_lines(order: ShopifyOrder, taxes: tuple[Tax, ...]) -> list[Json]:
	"""`taxLines` of an order, a line item or a shipping line."""
	return [
		{
			"title": tax.title,
			"rate": float(tax.rate),
			"ratePercentage": float(tax.rate * 100),
			"priceSet": order.currencies.bag(tax.amount),
			"channelLiable": False,
			"source": "Shopify",
		}
		for tax in taxes
	]


def shipping_line(order: ShopifyOrder, delivery: PricedDelivery) -> Json:
	"""One `ShippingLine`."""
	bag = order.currencies.bag
	empty = "carrierIdentifier deliveryCategory phone shippingRateHandle".split()
	return {
		**dict.fromkeys(empty),
		"id": f"gid://shopify/ShippingLine/{order.other_id(facts.SHIPPING, delivery.number)}",
		"title": delivery.delivery.title,
		"code": delivery.delivery.code,
		"custom": False,
		"isRemoved": delivery.number in order.gone,
		"source": "shopify",
		"originalPriceSet": bag(delivery.price),
		"discountedPriceSet": bag(delivery.discounted),
		"currentDiscountedPriceSet": bag(facts.still_charged(order, delivery.number)),
		"discountAllocations": _allocations(order, delivery.allocations),
		"taxLines": tax_lines(order, delivery.taxes),
	}


def _line_item(order: ShopifyOrder, line: PricedLine, now: PricedLine) -> Json:
	bought = line.bought
	return {
		"__typename": "LineItem",
		"id": f"gid://shopify/LineItem/{order.line_id(line)}",
		"name": facts.line_name(bought),
		"title": facts.title(bought),
		"variantTitle": bought.variant_title,
		"sku": bought.sku,
		"vendor": "Emulated" if facts.is_listed(bought) else None,
		"customAttributes": [{"key": name, "value": value} for name, value in bought.properties],
		"isGiftCard": bought.kind == "gift_card",
		"requiresShipping": facts.is_shipped(bought),
		"taxable": facts.is_taxable(bought),
		"weight": {"unit": "GRAMS", "value": float(facts.GRAMS)} if facts.is_shipped(bought) else None,
		"product": _of_catalogue(order, line, "Product"),
		"variant": _of_catalogue(order, line, "ProductVariant"),
		"sellingPlan": None,
		"lineItemGroup": _group(order, bought),
		"duties": [],
		"discountAllocations": _allocations(order, line.allocations),
		"taxLines": tax_lines(order, line.taxes),
		**_quantities(order, line, now),
		**_line_money(order, line, now),
	}


def _quantities(order: ShopifyOrder, line: PricedLine, now: PricedLine) -> Json:
	return {
		"quantity": line.quantity,
		"currentQuantity": now.quantity,
		"unfulfilledQuantity": order.to_ship(line.number),
		"refundableQuantity": now.quantity,
		"nonFulfillableQuantity": 0,
		"restockable": order.cancelled_at is None,
		"merchantEditable": order.cancelled_at is None,
	}


def _line_money(order: ShopifyOrder, line: PricedLine, now: PricedLine) -> Json:
	"""`discountedTotalSet` leaves code discounts out, as Shopify's does unless asked otherwise."""
	bag, automatic = order.currencies.bag, line.bought.code is None
	off = line.discount if automatic else ZERO
	discounted = {False: bag(line.gross - off), True: bag(line.net)}
	tax = total(tax.amount for tax in line.taxes) if order.story.taxes_included else ZERO
	return {
		"originalUnitPriceSet": bag(line.price),
		"originalTotalSet": bag(line.gross),
		"totalDiscountSet": bag(off),
		"discountedTotalSet": lambda withCodeDiscounts=False: discounted[bool(withCodeDiscounts)],
		"discountedUnitPriceSet": bag(_per_piece(order, line, off)),
		"discountedUnitPriceAfterAllDiscountsSet": bag(_per_piece(order, line, line.discount)),
		"priceAfterAllDiscountsBeforeTaxesSet": bag(line.net - tax),
		"unfulfilledOriginalTotalSet": bag(now.gross),
		"unfulfilledDiscountedTotalSet": bag(now.net if automatic else now.gross),
	}


def _per_piece(order: ShopifyOrder, line: PricedLine, off: Money) -> Money:
	pieces = Decimal(line.quantity or 1)
	return order.currencies.each(lambda price, gone: price - gone / pieces, line.price, off)


def _allocations(order: ShopifyOrder, allocations: tuple[Allocation, ...]) -> list[Json]:
	return [
		{
			"allocatedAmountSet": order.currencies.bag(share.amount),
			"discountApplication": _application(order, order.original.applications[share.application]),
		}
		for share in allocations
	]


def _application(order: ShopifyOrder, application: Application) -> Json:
	is_percentage, value = facts.is_percentage(order, application), facts.discount_value(order, application)
	percentage = {"__typename": "PricingPercentageValue", "percentage": float(value)}
	names = {"code": application.code} if application.code else {"title": application.title}
	return {
		"__typename": "DiscountCodeApplication" if application.code else "AutomaticDiscountApplication",
		"index": application.index,
		"allocationMethod": "EACH" if is_percentage else "ACROSS",
		"targetSelection": "ALL" if application.is_for_all else "ENTITLED",
		"targetType": application.target.upper(),
		"value": percentage if is_percentage else money_v2(value, order.currencies.shop),
		**names,
	}


def _group(order: ShopifyOrder, bought: Bought) -> Json | None:
	if bought.group is None:
		return None
	return {
		"id": f"gid://shopify/LineItemGroup/{facts.groups(order)[bought.group]}",
		"title": bought.group,
		"quantity": 1,
		"productId": None,
		"variantId": None,
		"variantSku": None,
		"customAttributes": [],
	}


def _of_catalogue(order: ShopifyOrder, line: PricedLine, kind: str) -> Any:
	"""The product or variant behind a line: as the store has it now, if a store took the order."""
	listed = order.listed(line)
	if listed is None:
		return None
	number = listed[kind == "ProductVariant"]
	if order.shelf is None:
		return {"__typename": kind, "id": f"gid://shopify/{kind}/{number}", "legacyResourceId": str(number)}
	shelf = order.shelf
	return lambda: shelf(kind, number)
