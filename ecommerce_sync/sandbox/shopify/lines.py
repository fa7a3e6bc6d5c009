"""The REST shape of an order's lines: line items, shipping lines, their taxes and discounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecommerce_sync.sandbox.shopify import facts
from ecommerce_sync.sandbox.shopify.money import ZERO, Currencies
from ecommerce_sync.sandbox.shopify.pricing import Allocation, Application, PricedDelivery, PricedLine, Tax

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder

Json = dict[str, Any]


def line_item(order: ShopifyOrder, line: PricedLine) -> Json:
	"""An entry of `line_items`; `total_discount` stays zero, as for every code or automatic discount."""
	return {**_identity(order, line), **_catalogue(order, line), **_amounts(order, line)}


def plain_line_item(order: ShopifyOrder, line: PricedLine) -> Json:
	"""A line inside the messages of refunds and fulfilments, which know less of it."""
	left_out = ("attributed_staffs", "current_quantity", "sales_line_item_group_id")
	return {key: value for key, value in line_item(order, line).items() if key not in left_out}


def line_of(order: ShopifyOrder, number: int) -> PricedLine:
	"""A line by its place in the story."""
	return next(line for line in order.original.lines if line.number == number)


def shipping_line(order: ShopifyOrder, delivery: PricedDelivery) -> Json:
	"""An entry of `shipping_lines`."""
	money = order.currencies
	return {
		"id": order.other_id(facts.SHIPPING, delivery.number),
		"carrier_identifier": None,
		"code": delivery.delivery.code,
		"current_discounted_price_set": money.rest_set(facts.still_charged(order, delivery.number)),
		"discounted_price": money.text(delivery.discounted),
		"discounted_price_set": money.rest_set(delivery.discounted),
		"is_removed": delivery.number in order.gone,
		"phone": None,
		"price": money.text(delivery.price),
		"price_set": money.rest_set(delivery.price),
		"requested_fulfillment_service_id": None,
		"source": "shopify",
		"title": delivery.delivery.title,
		"tax_lines": [tax_line(money, tax) for tax in delivery.taxes],
		"discount_allocations": [_allocation(money, share) for share in delivery.allocations],
	}


def tax_line(money: Currencies, tax: Tax) -> Json:
	"""An entry of `tax_lines` of the order, a line item or a shipping line."""
	return {
		"channel_liable": False,
		"price": money.text(tax.amount),
		"price_set": money.rest_set(tax.amount),
		"rate": float(tax.rate),
		"title": tax.title,
	}


def discount_code(order: ShopifyOrder, application: Application) -> Json:
	"""An entry of `discount_codes`."""
	amount = order.currencies.text(application.amount)
	return {"code": application.code, "amount": amount, "type": "fixed_amount"}


def _allocation(money: Currencies, share: Allocation) -> Json:
	return {
		"amount": money.text(share.amount),
		"amount_set": money.rest_set(share.amount),
		"discount_application_index": share.application,
	}


def _identity(order: ShopifyOrder, line: PricedLine) -> Json:
	line_id, bought = order.line_id(line), line.bought
	pieces = order.ordered(line.number) - order.life.refunded(line.number)
	return {
		"id": line_id,
		"admin_graphql_api_id": f"gid://shopify/LineItem/{line_id}",
		"attributed_staffs": [],
		"name": facts.line_name(bought),
		"title": facts.title(bought),
		"variant_title": bought.variant_title,
		"sku": bought.sku,
		"quantity": line.quantity,
		"current_quantity": pieces,
		"fulfillable_quantity": order.to_ship(line.number),
		"fulfillment_service": "gift_card" if bought.kind == "gift_card" else "manual",
		"fulfillment_status": _fulfillment_status(order, line.number),
		"properties": [{"name": name, "value": value} for name, value in bought.properties],
		"sales_line_item_group_id": facts.groups(order).get(bought.group or ""),
	}


def _fulfillment_status(order: ShopifyOrder, line: int) -> str | None:
	if not order.life.shipped(line):
		return None
	return "partial" if order.to_ship(line) else "fulfilled"


def _catalogue(order: ShopifyOrder, line: PricedLine) -> Json:
	bought, listed = line.bought, order.listed(line)
	return {
		"product_exists": facts.is_listed(bought),
		"product_id": listed[0] if listed else None,
		"variant_id": listed[1] if listed else None,
		"variant_inventory_management": "shopify" if bought.kind == "product" else None,
		"vendor": "Emulated" if facts.is_listed(bought) else None,
		"gift_card": bought.kind == "gift_card",
		"grams": facts.GRAMS if facts.is_shipped(bought) else 0,
		"requires_shipping": facts.is_shipped(bought),
		"taxable": facts.is_taxable(bought),
	}


def _amounts(order: ShopifyOrder, line: PricedLine) -> Json:
	money = order.currencies
	return {
		"price": money.text(line.price),
		"price_set": money.rest_set(line.price),
		"total_discount": money.text(ZERO),
		"total_discount_set": money.rest_set(ZERO),
		"tax_lines": [tax_line(money, tax) for tax in line.taxes],
		"duties": [],
		"discount_allocations": [_allocation(money, share) for share in line.allocations],
	}
