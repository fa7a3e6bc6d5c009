"""The REST shape of an order's customer and addresses; what a shopper left out is null."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecommerce_sync.sandbox.shopify import facts
from ecommerce_sync.sandbox.story import Place

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder

Json = dict[str, Any]
_POSTAL = "first_name last_name company address1 address2 city province province_code zip country".split()


def address(place: Place | None) -> Json | None:
	"""`billing_address` or `shipping_address`."""
	if place is None:
		return None
	return {**_postal(place), "latitude": None, "longitude": None}


def customer(order: ShopifyOrder) -> Json | None:
	"""`customer` with its default address; None for a guest."""
	person = order.story.person
	if person is None or person.id is None:
		return None
	created = order.story.created_at.isoformat(timespec="seconds")
	return {
		"id": person.id,
		"admin_graphql_api_id": f"gid://shopify/Customer/{person.id}",
		"created_at": created,
		"updated_at": created,
		"first_name": person.first_name,
		"last_name": person.last_name,
		"email": person.email,
		"phone": person.phone,
		"state": "disabled",
		"note": None,
		"verified_email": True,
		"multipass_identifier": None,
		"tax_exempt": False,
		"tax_exemptions": [],
		"currency": order.story.currency,
		"tags": "",
		"email_marketing_consent": {
			"state": "not_subscribed",
			"opt_in_level": "single_opt_in",
			"consent_updated_at": None,
		},
		"sms_marketing_consent": None,
		"default_address": _default_address(order, person.id),
	}


def _default_address(order: ShopifyOrder, customer_id: int) -> Json | None:
	place = order.story.shipping or order.story.billing
	if place is None:
		return None
	return {
		**_postal(place),
		"id": order.other_id(facts.ADDRESS),
		"customer_id": customer_id,
		"country_name": place.country,
		"default": True,
	}


def _postal(place: Place) -> Json:
	fields = {name: getattr(place, name) for name in (*_POSTAL, "country_code", "phone")}
	return {**fields, "name": facts.full_name(place)}
