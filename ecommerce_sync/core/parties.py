"""Who buys: the customer, contact and addresses that an order asks for. Pure."""

from __future__ import annotations

from hashlib import sha256

import phonenumbers

from .commands import AddressDraft, CustomerDraft
from .mapping import mapped_fields
from .models import Address, Customer, Order
from .settings import StoreSettings

_NAME_LENGTH = 140  # Data fields of Frappe


def customer_draft(order: Order, settings: StoreSettings) -> CustomerDraft:
	"""The customer to find or create for the order, with every address it names."""
	person = order.customer or Customer()
	rule = settings.company_rule(order.company.id, order.company.name) if order.company else None
	existing = _shared_guest(order, settings)
	return CustomerDraft(
		keys=() if existing else tuple(_keys(order)),
		existing=existing,
		name=_title(_name(order)),
		company=bool(order.company) or _is_business(order),
		email=_email(order),
		phone=_phone(order),
		first_name=_first(person.first_name, *(a.first_name for a in _places(order))),
		last_name=_first(person.last_name, *(a.last_name for a in _places(order))),
		customer_group=(rule and rule.customer_group) or settings.customer_group,
		territory=settings.territory,
		price_list=rule.price_list if rule else None,
		payment_terms=rule.payment_terms if rule else None,
		tax_id=person.tax_id,
		addresses=tuple(_addresses(order)),
		contact_key=_contact_key(order),
		location=order.company.location_name if order.company else None,
		fields=mapped_fields(settings.fields, "Customer", "Customer", order.raw, settings.timezone),
	)


def fingerprint(address: Address) -> str:
	"""Equal for addresses that a person would call the same: case and spaces do not count."""
	parts = [
		" ".join(str(value or "").split()).casefold()
		for value in (
			address.name,
			address.company,
			address.line1,
			address.line2,
			address.city,
			address.state or address.state_code,
			address.postal_code,
			address.country_code or address.country,
			address.phone,
		)
	]
	return sha256("\n".join(parts).encode()).hexdigest()[:24]


def guard_store(store: str, key: str) -> str:
	"""The store that a guard of `CustomerDraft.keys` belongs to: e-mail and phone guard across all of them."""
	return "" if key.startswith(("email:", "phone:")) else store


def normal_email(email: str | None) -> str | None:
	"""Lower case without spaces; None for what is no address."""
	text = (email or "").strip().lower()
	return text if "@" in text.strip("@") and not any(c.isspace() for c in text) else None


def normal_phone(phone: str | None, country: str | None) -> str | None:
	"""E.164, None for what is no number in that country."""
	try:
		number = phonenumbers.parse(phone or "", (country or "").upper() or None)
	except phonenumbers.NumberParseException:
		return None
	if not phonenumbers.is_possible_number(number):
		return None
	return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _keys(order: Order) -> list[str]:
	"""Guards, the strongest first. A company stands for itself: its buyers' e-mails do not."""
	if order.company:
		return [f"company:{order.company.id}"]
	keys = [f"id:{order.customer.id}"] if order.customer and order.customer.id else []
	if email := _email(order):
		keys.append(f"email:{email}")
	elif phone := _phone(order):
		keys.append(f"phone:{phone}")
	return keys or [f"order:{order.id}"]


def _shared_guest(order: Order, settings: StoreSettings) -> str | None:
	guest = not order.company and not (order.customer and order.customer.id)
	return settings.guest_customer if guest and settings.guests == "shared_customer" else None


def _places(order: Order) -> list[Address]:
	return [place for place in (order.billing_address, order.shipping_address) if place]


def _is_business(order: Order) -> bool:
	"""A company name alone is often a private buyer's employer; with a tax id it is a business."""
	return bool(order.customer and order.customer.tax_id and _company_name(order))


def _company_name(order: Order) -> str | None:
	own = order.customer.company if order.customer else None
	return _first(own, *(place.company for place in _places(order)))


def _name(order: Order) -> str:
	if order.company:
		return _first(order.company.name, _company_name(order)) or f"Company {order.company.id}"
	if _is_business(order):
		return _company_name(order) or ""
	names = [order.customer.name if order.customer else None, *(place.name for place in _places(order))]
	return (
		_first(*names, _company_name(order), _email(order), _phone(order)) or f"Guest of order {order.name}"
	)


def _email(order: Order) -> str | None:
	own = order.customer.email if order.customer else None
	return _first(*(normal_email(e) for e in (own, *(place.email for place in _places(order)))))


def _phone(order: Order) -> str | None:
	country = _first(*(place.country_code for place in _places(order)))
	own = order.customer.phone if order.customer else None
	return _first(*(normal_phone(p, country) for p in (own, *(place.phone for place in _places(order)))))


def _contact_key(order: Order) -> str | None:
	"""The person who ordered for a company."""
	if not order.company or not order.customer:
		return None
	return order.customer.id or _email(order)


def _addresses(order: Order) -> list[AddressDraft]:
	billing, shipping = order.billing_address, order.shipping_address
	drafts = {}
	for place in _places(order):
		key = fingerprint(place)
		drafts[key] = AddressDraft(
			key=key,
			address=place,
			billing=bool(billing) and key == fingerprint(billing or place),
			shipping=bool(shipping) and key == fingerprint(shipping or place),
			title=_title(_first(place.name, place.company) or _name(order)),
		)
	return list(drafts.values())


def _first(*values: str | None) -> str | None:
	return next((value for value in values if value and value.strip()), None)


def _title(name: str) -> str:
	"""As long as a Data field takes, on one line."""
	return " ".join(name.split())[:_NAME_LENGTH].strip()
