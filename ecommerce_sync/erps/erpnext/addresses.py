"""Addresses: each one that an order names once per Customer, never changed afterwards."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.utils import validate_email_address, validate_phone_number

from ...core.commands import AddressDraft, CustomerDraft
from ...core.models import Address
from ...core.parties import normal_email, normal_phone
from . import links
from .fields import DATA_LENGTH, document_name, fit
from .unit import Unit

_TITLE_LENGTH = 80  # the name becomes title, type and a number of a series, whose names are short
_EMPTY = "-"  # for what ERPNext insists on and the store does not


def ensure_addresses(draft: CustomerDraft, company: str, unit: Unit) -> None:
	"""Create those of the order's addresses that the customer does not have; `unit.addresses` knows all then."""
	customer = unit.customer or ""
	for place in draft.addresses:
		if place.key not in unit.addresses:
			name = _create(place, draft, customer, company)
			links.point([links.party_key("Address", customer, place.key)], "Address", name)
			unit.addresses[place.key] = name


def _create(place: AddressDraft, draft: CustomerDraft, customer: str, company: str) -> str:
	address = frappe.new_doc("Address")
	address.update(_where(place.address, company))
	address.address_title = _title(place, draft)
	address.address_type = "Billing" if place.billing or not place.shipping else "Shipping"
	address.append("links", {"link_doctype": "Customer", "link_name": customer})
	address.insert()
	return str(address.name)


def _title(place: AddressDraft, draft: CustomerDraft) -> str:
	"""The company's location where one ordered, else the person."""
	title = f"{draft.location} - {place.title}" if draft.location else place.title
	return document_name(title, "Address", _TITLE_LENGTH) or _EMPTY


def _where(address: Address, company: str) -> dict[str, Any]:
	first, second = _lines(address)
	phone = normal_phone(address.phone, address.country_code)
	email = normal_email(address.email)
	return {
		"address_line1": first or _EMPTY,
		"address_line2": second or None,
		"city": fit(address.city) or _EMPTY,
		"state": fit(address.state or address.state_code) or None,
		"pincode": fit(address.postal_code) or None,
		"country": country_name(address, company),
		"phone": phone if phone and validate_phone_number(phone) else None,
		"email_id": email if email and validate_email_address(email) else None,
	}


def _lines(address: Address) -> tuple[str, str]:
	"""The street first; what does not fit, the second line and the company stand below it."""
	first = (address.line1 or "").strip()
	company = address.company if address.name else None  # else it is the title
	below = [first[DATA_LENGTH:], address.line2, company]
	return fit(first), fit(", ".join(part.strip() for part in below if part and part.strip()))


def country_name(address: Address, company: str) -> str:
	"""ERPNext's name of the country; the company's own where the store's is unknown."""
	names = _countries()
	code = (address.country_code or "").strip().lower()
	known = names.get(code) or names.get((address.country or "").strip().casefold())
	return known or str(frappe.get_cached_value("Company", company, "country"))


def _countries() -> dict[str, str]:
	"""Code and name, both in lower case, to name; read once a request or job."""
	cached: dict[str, str] | None = getattr(frappe.local, "ecommerce_sync_countries", None)
	if cached is None:
		rows = frappe.get_all("Country", fields=["name", "code"])
		cached = {row.code.lower(): row.name for row in rows if row.code}
		cached |= {row.name.casefold(): row.name for row in rows}
		frappe.local.ecommerce_sync_countries = cached
	return cached
