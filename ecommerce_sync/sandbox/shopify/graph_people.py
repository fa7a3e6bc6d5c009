"""GraphQL data of who bought and where it goes: customer, addresses, company and its location."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import GraphQLEnumType

from ecommerce_sync.sandbox.shopify import facts
from ecommerce_sync.sandbox.shopify.schema import schema
from ecommerce_sync.sandbox.story import Person, Place

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder

Json = dict[str, Any]


def customer(order: ShopifyOrder) -> Json | None:
	"""`Order.customer`; None for a guest."""
	person = order.story.person
	if person is None or person.id is None:
		return None
	home = address(order, order.story.shipping or order.story.billing, 0)
	return {
		"__typename": "Customer",
		"id": f"gid://shopify/Customer/{person.id}",
		"legacyResourceId": str(person.id),
		"firstName": person.first_name,
		"lastName": person.last_name,
		"displayName": facts.full_name(person) or person.email or "",
		"defaultEmailAddress": _email(person),
		"defaultPhoneNumber": {"phoneNumber": person.phone} if person.phone else None,
		"defaultAddress": home,
		"addressesV2": [home] if home else [],
		"locale": "en",
		"note": None,
		"state": "DISABLED",
		"tags": [],
		"taxExempt": False,
		"taxExemptions": [],
		"verifiedEmail": True,
		"dataSaleOptOut": False,
	}


def address(order: ShopifyOrder, place: Place | None, number: int) -> Json | None:
	"""A `MailingAddress`; `number` tells an order's addresses apart."""
	if place is None:
		return None
	regions = ", ".join(part for part in (place.city, place.province_code, place.country) if part)
	return {
		"__typename": "MailingAddress",
		"id": f"gid://shopify/MailingAddress/{order.other_id(facts.ADDRESS, number)}",
		"firstName": place.first_name,
		"lastName": place.last_name,
		"name": facts.full_name(place),
		"company": place.company,
		"address1": place.address1,
		"address2": place.address2,
		"city": place.city,
		"province": place.province,
		"provinceCode": place.province_code,
		"zip": place.zip,
		"country": place.country,
		"countryCodeV2": known_country(place),
		"phone": place.phone,
		"formatted": [line for line in (place.address1, place.address2, place.city, place.country) if line],
		"formattedArea": regions,
		"coordinatesValidated": False,
		**dict.fromkeys(("latitude", "longitude", "timeZone", "validationResultSummary")),
	}


def purchasing_entity(order: ShopifyOrder) -> Json | None:
	"""`Order.purchasingEntity`: the company that ordered, else the customer."""
	business = order.story.business
	if business is None:
		return customer(order)
	company: Json = {
		"__typename": "Company",
		"id": f"gid://shopify/Company/{business.id}",
		"name": business.name,
		"externalId": None,
		"note": None,
		"hasTimelineComment": False,
	}
	contact = _contact(order, company)
	company["mainContact"] = contact
	company["contacts"] = [contact] if contact else []
	location = _company_location(order, company)
	company["locations"] = [location]
	return {"__typename": "PurchasingCompany", "company": company, "contact": contact, "location": location}


def _email(person: Person) -> Json | None:
	if not person.email:
		return None
	return {"emailAddress": person.email, "validFormat": "@" in person.email}


def _contact(order: ShopifyOrder, company: Json) -> Json | None:
	buyer = customer(order)
	if buyer is None:
		return None
	return {
		"__typename": "CompanyContact",
		"id": f"gid://shopify/CompanyContact/{buyer['legacyResourceId']}",
		"customer": buyer,
		"company": company,
		"isMainContact": True,
		"locale": "en",
		"title": None,
	}


def _company_location(order: ShopifyOrder, company: Json) -> Json:
	business, story = order.story.business, order.story
	assert business is not None, "asked for a company only"
	return {
		"__typename": "CompanyLocation",
		"id": f"gid://shopify/CompanyLocation/{business.location_id}",
		"name": business.location_name,
		"company": company,
		"currency": story.currency,
		"externalId": None,
		"locale": "en",
		"note": None,
		"phone": None,
		"hasTimelineComment": False,
		"billingAddress": _company_address(order, story.billing, 3),
		"shippingAddress": _company_address(order, story.shipping, 4),
	}


def _company_address(order: ShopifyOrder, place: Place | None, number: int) -> Json | None:
	"""A `CompanyAddress`, which Shopify never leaves without street and country."""
	business = order.story.business
	if place is None or business is None or not (place.address1 and known_country(place)):
		return None
	return {
		"__typename": "CompanyAddress",
		"id": f"gid://shopify/CompanyAddress/{order.other_id(facts.ADDRESS, number)}",
		"companyName": place.company or business.name,
		"address1": place.address1,
		"address2": place.address2,
		"city": place.city,
		"country": place.country,
		"countryCode": known_country(place),
		"firstName": place.first_name,
		"lastName": place.last_name,
		"recipient": facts.full_name(place),
		"phone": place.phone,
		"province": place.province,
		"zoneCode": place.province_code,
		"zip": place.zip,
		"formattedArea": place.city,
	}


def known_country(place: Place) -> str | None:
	"""Only what Shopify's enum knows can be answered."""
	known = schema().type_map["CountryCode"]
	assert isinstance(known, GraphQLEnumType), "by the schema"
	return place.country_code if place.country_code in known.values else None
