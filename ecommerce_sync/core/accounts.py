"""A customer's account in a store: the ERP's customer that it becomes, and what of it the store changed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from .commands import AddressDraft, CustomerDraft
from .followups import CustomerField, UpdateCustomer
from .models import Address, Customer, CustomerRecord, Model
from .parties import fingerprint, normal_email, normal_phone
from .settings import StoreSettings

_PRINT = 10  # characters: enough to tell a change


class CustomerState(Model):
	"""What is known of a store's account. `gone`: deleted, merged away or redacted in the store.

	`told` is what the store said of it last, in the form of `told`; `version` when the account was that way.
	"""

	customer: str | None = None
	version: datetime | None = None
	told: str = ""
	gone: bool = False


def account_draft(record: CustomerRecord, settings: StoreSettings) -> CustomerDraft:
	"""The customer to find or create for an account that has not bought yet."""
	person = record.customer
	named = _first(person.company, *(place.company for place in record.addresses))
	business = named if person.tax_id else None  # a company alone is often a private buyer's employer
	email, phone = _email(record), _phone(record)
	names = (business, person.name, *(place.name for place in record.addresses), named, email, phone)
	title = " ".join((_first(*names) or f"Customer {person.id}").split())[:140].strip()
	other = [f"email:{email}"] if email else [f"phone:{phone}"] if phone else []
	return CustomerDraft(
		keys=(f"id:{person.id}", *other),
		name=title,
		company=bool(business),
		email=email,
		phone=phone,
		first_name=_first(person.first_name, *(place.first_name for place in record.addresses)),
		last_name=_first(person.last_name, *(place.last_name for place in record.addresses)),
		customer_group=settings.customer_group,
		territory=settings.territory,
		tax_id=person.tax_id,
		addresses=address_drafts(record.addresses, title),
	)


def address_drafts(places: tuple[Address, ...], title: str) -> tuple[AddressDraft, ...]:
	"""Each address once. The default one stands for billing, as stores offer it."""
	drafts: dict[str, AddressDraft] = {}
	for place in places:
		key = fingerprint(place)
		name = " ".join((place.name or place.company or title).split())[:140]
		drafts.setdefault(
			key, AddressDraft(key=key, address=place, billing=not drafts, shipping=True, title=name)
		)
	return tuple(drafts.values())


def told(draft: CustomerDraft, addresses: bool = True) -> str:
	"""Prints of what a store says of a customer: `name:… email:…`. What it does not say is left out.

	Orders say nothing about the account's own address: they name those that they go to.
	"""
	said: dict[CustomerField, str | None] = {
		"name": " ".join(f"{draft.first_name or ''} {draft.last_name or ''}".split()),
		"email": draft.email,
		"phone": draft.phone,
		"tax_id": draft.tax_id,
		"address": draft.addresses[0].key if addresses and draft.addresses else None,
	}
	return _written({key: _print(value) for key, value in said.items() if value})


def update_of(record: CustomerRecord, state: CustomerState, settings: StoreSettings) -> UpdateCustomer:
	"""What the store changed since it was told last is written; what it never said fills what is empty."""
	now, before = _read(told(account_draft(record, settings))), _read(state.told)
	return UpdateCustomer(
		name=state.customer or "",
		customer=record.customer.model_copy(update={"email": _email(record), "phone": _phone(record)}),
		addresses=record.addresses,
		updated_at=record.updated_at,
		changed=frozenset(key for key, value in now.items() if before.get(key, value) != value),
		fill=frozenset(key for key in now if key not in before),
		told=_written({**before, **now}),
	)


def told_by(person: Customer, addresses: tuple[Address, ...]) -> dict[CustomerField, str]:
	"""The fields' values as the ERP holds them, for those that the store tells."""
	country = _first(*(place.country_code for place in addresses))
	said: dict[CustomerField, str | None] = {
		"name": person.name,
		"email": normal_email(person.email),
		"phone": normal_phone(person.phone, country),
		"tax_id": person.tax_id,
	}
	return {key: value for key, value in said.items() if value}


def _email(record: CustomerRecord) -> str | None:
	own = record.customer.email
	return _first(*(normal_email(e) for e in (own, *(place.email for place in record.addresses))))


def _phone(record: CustomerRecord) -> str | None:
	country = _first(*(place.country_code for place in record.addresses))
	own = record.customer.phone
	return _first(*(normal_phone(p, country) for p in (own, *(place.phone for place in record.addresses))))


def _print(value: str) -> str:
	return sha256(value.encode()).hexdigest()[:_PRINT]


def _written(prints: Mapping[CustomerField, str]) -> str:
	return " ".join(f"{key}:{prints[key]}" for key in sorted(prints))


def _read(text: str) -> dict[CustomerField, str]:
	parts = (part.partition(":") for part in text.split())
	return {key: value for key, _, value in parts}  # type: ignore[misc]


def _first(*values: str | None) -> str | None:
	return next((value for value in values if value and value.strip()), None)
