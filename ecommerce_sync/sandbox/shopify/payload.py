"""The REST shape of an order, key by key as Shopify sends it in webhooks of version 2026-07.

Checked against the JSON Schema of orders/create (see `webhook_schemas_2026-07.json.gz`).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from ecommerce_sync.sandbox.shopify import facts
from ecommerce_sync.sandbox.shopify.lines import discount_code, line_item, shipping_line, tax_line
from ecommerce_sync.sandbox.shopify.money import ZERO, decimal_text, total
from ecommerce_sync.sandbox.shopify.people import address, customer
from ecommerce_sync.sandbox.shopify.pricing import Application, Pricing
from ecommerce_sync.sandbox.shopify.refunds import refunds
from ecommerce_sync.sandbox.shopify.shipments import fulfillments

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder

Json = dict[str, Any]


def order_payload(order: ShopifyOrder) -> Json:
	"""The payload of orders/create, orders/updated, orders/cancelled and orders/paid."""
	return {
		**_identity(order),
		**_state(order),
		**_texts(order),
		**_origin(order),
		**_totals(order),
		**_current_totals(order),
		**_parties(order),
		**_parts(order),
	}


def _identity(order: ShopifyOrder) -> Json:
	return {
		"id": order.id,
		"admin_graphql_api_id": order.gid,
		"name": order.name,
		"number": order.story.number,
		"order_number": order.story.number,
		"confirmation_number": facts.confirmation_number(order),
		"token": facts.token(order),
		"order_status_url": facts.status_url(order),
		"merchant_business_entity_id": "MTU0ODM4MDAwOQ",
	}


def _state(order: ShopifyOrder) -> Json:
	created = _time(order.story.created_at)
	return {
		"created_at": created,
		"processed_at": created,
		"updated_at": _time(order.updated_at),
		"cancelled_at": _time(order.cancelled_at),
		"cancel_reason": order.cancel_reason,
		"closed_at": None,
		"confirmed": True,
		"financial_status": order.financial_status,
		"fulfillment_status": order.fulfillment_status,
		"test": order.story.test,
		"payment_gateway_names": facts.gateways(order),
		"payment_terms": _payment_terms(order),
	}


def _texts(order: ShopifyOrder) -> Json:
	story = order.story
	return {
		"note": story.note,
		"note_attributes": [{"name": name, "value": value} for name, value in story.attributes],
		"tags": ", ".join(story.tags),
		"po_number": story.po_number,
		"reference": None,
	}


def _origin(order: ShopifyOrder) -> Json:
	empty = """browser_ip cart_token checkout_token client_details device_id landing_site landing_site_ref
		merchant_of_record_app_id referring_site source_identifier source_url user_id customer_locale"""
	return {
		**dict.fromkeys(empty.split()),
		"app_id": 580111,
		"source_name": order.story.source,
		"location_id": order.story.location_id,
		"buyer_accepts_marketing": False,
	}


def _totals(order: ShopifyOrder) -> Json:
	pricing, money = order.original, order.currencies
	amounts = {
		"subtotal_price": pricing.subtotal,
		"total_discounts": pricing.discounts,
		"total_line_items_price": pricing.gross,
		"total_price": pricing.total,
		"total_tax": pricing.tax,
	}
	sets = {
		"total_shipping_price_set": pricing.shipping,
		"total_cash_rounding_payment_adjustment_set": ZERO,
		"total_cash_rounding_refund_adjustment_set": ZERO,
	}
	return {
		"currency": money.shop,
		"presentment_currency": money.presentment,
		"taxes_included": pricing.taxes_included,
		"tax_exempt": False,
		"duties_included": False,
		"estimated_taxes": False,
		"total_outstanding": money.text(order.outstanding),
		"total_tip_received": money.text(_tips(pricing)),
		"total_weight": sum(line.quantity * _grams(line.bought) for line in pricing.lines),
		"original_total_additional_fees_set": None,
		"original_total_duties_set": None,
		**{name: money.text(amount) for name, amount in amounts.items()},
		**{f"{name}_set": money.rest_set(amount) for name, amount in amounts.items()},
		**{name: money.rest_set(amount) for name, amount in sets.items()},
	}


def _current_totals(order: ShopifyOrder) -> Json:
	pricing, money = order.current, order.currencies
	amounts = {
		"current_subtotal_price": pricing.subtotal,
		"current_total_discounts": pricing.discounts,
		"current_total_price": order.current_total,
		"current_total_tax": pricing.tax,
	}
	return {
		**{name: money.text(amount) for name, amount in amounts.items()},
		**{f"{name}_set": money.rest_set(amount) for name, amount in amounts.items()},
		"current_shipping_price_set": money.rest_set(pricing.shipping_discounted),
		"current_total_additional_fees_set": None,
		"current_total_duties_set": None,
	}


def _parties(order: ShopifyOrder) -> Json:
	story = order.story
	email = story.person.email if story.person else None
	business = story.business
	# Left out of other orders' payloads altogether.
	company = {"company": {"id": business.id, "location_id": business.location_id}} if business else {}
	return {
		"email": email or "",
		"contact_email": email,
		"phone": story.person.phone if story.person else None,
		"customer": customer(order),
		**company,
		"billing_address": address(story.billing),
		"shipping_address": address(story.shipping),
	}


def _parts(order: ShopifyOrder) -> Json:
	pricing, money = order.original, order.currencies
	codes = [a for a in pricing.applications if a.code is not None]
	return {
		"discount_applications": [_application(order, a) for a in pricing.applications],
		"discount_codes": [discount_code(order, application) for application in codes],
		"tax_lines": [tax_line(money, tax) for tax in pricing.taxes],
		"line_items": [line_item(order, line) for line in pricing.lines],
		"line_item_groups": _groups(order),
		"shipping_lines": [shipping_line(order, delivery) for delivery in pricing.deliveries],
		"fulfillments": fulfillments(order),
		"refunds": refunds(order),
		"returns": [_return(order, each.number) for each in order.life.returns],
	}


def _return(order: ShopifyOrder, number: int) -> Json:
	return_id = facts.life_id(order, facts.RETURN, number)
	return {"id": return_id, "admin_graphql_api_id": f"gid://shopify/Return/{return_id}"}


def _application(order: ShopifyOrder, application: Application) -> Json:
	is_percentage = facts.is_percentage(order, application)
	names = {"code": application.code} if application.code else {"title": application.title}
	return {
		"target_type": application.target,
		"type": "discount_code" if application.code else "automatic",
		"value": decimal_text(facts.discount_value(order, application)),
		"value_type": "percentage" if is_percentage else "fixed_amount",
		"allocation_method": "each" if is_percentage else "across",
		"target_selection": "all" if application.is_for_all else "entitled",
		**names,
	}


def _groups(order: ShopifyOrder) -> list[Json]:
	return [
		{
			"id": group_id,
			"title": name,
			"quantity": 1,
			"product_id": None,
			"variant_id": None,
			"variant_sku": None,
			"properties": [],
		}
		for name, group_id in facts.groups(order).items()
	]


def _payment_terms(order: ShopifyOrder) -> Json | None:
	days = order.story.payment_terms_days
	if days is None:
		return None
	created = _time(order.story.created_at)
	return {
		"id": order.other_id(facts.TERMS),
		"created_at": created,
		"updated_at": created,
		"due_in_days": days or None,
		"payment_terms_name": facts.terms_name(days),
		"payment_terms_type": "net" if days else "receipt",
		"payment_schedules": [_payment_schedule(order)],
	}


def _payment_schedule(order: ShopifyOrder) -> Json:
	money, created = order.currencies, _time(order.story.created_at)
	return {
		"id": order.other_id(facts.SCHEDULE),
		"payment_terms_id": order.other_id(facts.TERMS),
		"created_at": created,
		"updated_at": created,
		"issued_at": created,
		"due_at": _time(order.due_at),
		"completed_at": _time(facts.settled_at(order)),
		"amount": money.text(order.total),
		"currency": money.shop,
		"presentment_currency": money.presentment,
		"balance_due": money.text(order.outstanding),
		"total_balance": money.text(order.outstanding),
		"total_price": money.text(order.total),
	}


def _tips(pricing: Pricing) -> Any:
	on_lines = (line.gross for line in pricing.lines if line.bought.kind == "tip")
	return pricing.tip + total(on_lines)


def _grams(bought: Any) -> int:
	return facts.GRAMS if facts.is_shipped(bought) else 0


def _time(moment: datetime | None) -> str | None:
	return None if moment is None else moment.isoformat(timespec="seconds")
