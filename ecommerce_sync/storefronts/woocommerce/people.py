"""Who bought and where it goes: the customer and the addresses of a wc/v3 order, and customers' accounts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from babel import Locale

from ...core.errors import Gone
from ...core.models import Address, Customer, CustomerRecord
from . import documents
from .api import Api, Refused, object_of
from .catalogue import ID
from .fields import Fields, meta, meta_text

_TAX_ID_META = ("_billing_vat_number", "_vat_number", "vat_number", "_billing_eu_vat_number")
_PLACE = ("first_name", "last_name", "company", "line1", "line2", "city", "state", "postal_code", "country")
_STATE_CODE = re.compile(r"[A-Z0-9]{1,3}(-[A-Z0-9]{1,3})?")


def customer(order: Fields) -> Customer | None:
	"""The buyer, named by the billing address; None when the order says nothing about one."""
	billing = order.child("billing")
	found = Customer(
		id=order.id("customer_id"),
		email=billing.text("email"),
		phone=billing.text("phone"),
		first_name=billing.text("first_name"),
		last_name=billing.text("last_name"),
		company=billing.text("company"),
		tax_exempt=meta(order, "is_vat_exempt") in ("yes", "1", True, 1),
		tax_id=meta_text(order, *_TAX_ID_META),
		locale=meta_text(order, "wpml_language"),
	)
	return found if found != Customer(tax_exempt=found.tax_exempt, locale=found.locale) else None


def parse_customer(payload: Mapping[str, Any]) -> CustomerRecord:
	"""A customer of wc/v3 or of a webhook. Raises `PayloadRefused` with the offending path, nothing else.

	https://woocommerce.github.io/woocommerce-rest-api-docs/#customer-properties
	"""
	return documents.read(payload, "a customer", _record)


def fetch_customer(api: Api, customer_id: str) -> dict[str, Any]:
	"""The customer's account. Raises `Gone` when there is none of that id."""
	if not ID.fullmatch(customer_id):
		raise Gone("Customer", customer_id)
	try:
		return object_of(api.get(f"customers/{customer_id}"))
	except Refused as error:
		if error.code.endswith("_invalid_id"):
			raise Gone("Customer", customer_id) from None
		raise


def _record(fields: Fields) -> CustomerRecord:
	customer_id = fields.id("id")
	if not customer_id:
		raise fields.refuse("id", "is missing")
	billing = fields.child("billing")
	found = (address(fields, "billing"), address(fields, "shipping"))
	return CustomerRecord(
		customer=Customer(
			id=customer_id,
			email=fields.text("email") or billing.text("email"),
			phone=billing.text("phone"),
			first_name=fields.text("first_name") or billing.text("first_name"),
			last_name=fields.text("last_name") or billing.text("last_name"),
			company=billing.text("company"),
			tax_exempt=meta(fields, "is_vat_exempt") in ("yes", "1", True, 1),
			tax_id=meta_text(fields, *_TAX_ID_META, "billing_vat_number"),
		),
		addresses=tuple(dict.fromkeys(place for place in found if place)),
		updated_at=fields.time("date_modified") or fields.time("date_created"),
	)


def address(order: Fields, key: str) -> Address | None:
	"""`billing` or `shipping`; None when no part of a place is filled."""
	fields = order.child(key)
	code, country = _country(fields.text("country"))
	state = fields.text("state")
	found = Address(
		first_name=fields.text("first_name"),
		last_name=fields.text("last_name"),
		company=fields.text("company"),
		line1=fields.text("address_1"),
		line2=fields.text("address_2"),
		city=fields.text("city"),
		state=state,
		state_code=state if state and _STATE_CODE.fullmatch(state) else None,
		postal_code=fields.text("postcode"),
		country=country,
		country_code=code,
		phone=fields.text("phone"),
		email=fields.text("email"),
	)
	return found if any(getattr(found, part) for part in _PLACE) else None


def _country(value: str | None) -> tuple[str | None, str | None]:
	"""Code and English name of WooCommerce's country: a code, or what an importer wrote there."""
	if not value or not re.fullmatch("[A-Za-z]{2}", value):
		return None, value
	code = value.upper()
	return code, Locale("en").territories.get(code, code)
