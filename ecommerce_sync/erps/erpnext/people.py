"""Customers that follow their account in a store: name, e-mail, phone, tax id and addresses.

Only what the store changed is written (see `core.accounts`): what a person made of a Customer stays until then.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe.contacts.doctype.address.address import get_address_display

from ...core.accounts import CustomerState, address_drafts, told_by
from ...core.commands import CustomerDraft
from ...core.followups import CustomerField, UpdateCustomer
from ...core.settings import StoreSettings
from . import links, observe
from .addresses import ensure_addresses
from .contacts import follow_contact
from .customers import free_name
from .fields import fit
from .refusals import refusals
from .unit import Unit

Document = tuple[str, str]
# Where a Customer shows a field; one that is empty there may be filled.
_SHOWN: dict[CustomerField, str] = {
	"name": "customer_name",
	"email": "email_id",
	"phone": "mobile_no",
	"tax_id": "tax_id",
	"address": "customer_primary_address",
}


def state(store: str, customer_id: str) -> CustomerState:
	"""The link of the account; a Customer that somebody disabled is its Customer still."""
	row = links.read(links.account_key(store, customer_id))
	name = row.get("document")
	return CustomerState(
		customer=name if name and frappe.db.exists("Customer", name) else None,
		version=links.read_version(row.get("version")),
		told=row.get("digest") or "",
		gone=row.get("state") == "Gone",
	)


def update(command: UpdateCustomer, settings: StoreSettings, unit: Unit) -> Document | None:
	"""None when nothing differs. Raises `Fixable` for what ERPNext refuses."""
	customer = frappe.get_doc("Customer", command.name)
	due = _due(command, customer)
	with refusals(command.name):
		draft = _draft(command, customer, due)
		added = _add_addresses(draft, customer, settings, unit)
		followed = follow_contact(draft, customer) if due.keys() & {"name", "email", "phone"} else False
		if followed:
			customer.reload()
		written = _write(customer, draft, due, unit)
	_remember(command, settings.store)
	if draft.email:
		_bind_email(draft.email, settings.store, command.name)
	return ("Customer", command.name) if added or followed or written else None


def _due(command: UpdateCustomer, customer: Any) -> dict[CustomerField, str]:
	"""The fields to be written with the store's values."""
	said = told_by(command.customer, command.addresses)
	if places := address_drafts(command.addresses, command.name):
		said["address"] = places[0].key

	def is_due(field: CustomerField) -> bool:
		empty = field in command.fill and not customer.get(_SHOWN[field])
		return command.changed is None or field in command.changed or empty

	return {field: value for field, value in said.items() if is_due(field)}


def _draft(command: UpdateCustomer, customer: Any, due: dict[CustomerField, str]) -> CustomerDraft:
	"""What is written, in the form that addresses and contacts are made of."""
	person = command.customer if "name" in due else None
	company = customer.customer_type == "Company"
	named = (person.company if company else person.name) if person else None
	return CustomerDraft(
		keys=(),
		name=named or customer.customer_name,
		company=company,
		email=due.get("email"),
		phone=due.get("phone"),
		first_name=person.first_name if person else None,
		last_name=person.last_name if person else None,
		tax_id=due.get("tax_id"),
		addresses=address_drafts(command.addresses, command.customer.name or customer.customer_name),
	)


def _add_addresses(draft: CustomerDraft, customer: Any, settings: StoreSettings, unit: Unit) -> bool:
	unit.customer = customer.name
	observe.locate_places(draft, unit)
	before = set(unit.addresses)
	ensure_addresses(draft, settings.company, unit)
	return set(unit.addresses) != before


def _write(customer: Any, draft: CustomerDraft, due: dict[CustomerField, str], unit: Unit) -> bool:
	"""The Customer itself, saved with the sync user's rights where something differs."""
	values: dict[str, Any] = {}
	if "name" in due:
		values["customer_name"] = free_name(draft.name)
	if "tax_id" in due:
		values["tax_id"] = fit(due["tax_id"])
	if place := unit.addresses.get(due.get("address", "")):
		values["customer_primary_address"] = place
	differing = {field: value for field, value in values.items() if (customer.get(field) or "") != value}
	if not differing:
		return False
	if place := differing.get("customer_primary_address"):
		differing["primary_address"] = get_address_display(frappe.get_doc("Address", place).as_dict())
	customer.update(differing)
	customer.save()
	return True


def _remember(command: UpdateCustomer, store: str) -> None:
	"""What the store said, so that the next message is compared with it."""
	if command.customer.id and command.told:
		key = links.account_key(store, command.customer.id)
		version = links.stored_version(command.updated_at)
		links.update(key, digest=command.told, version=version, state="")


def _bind_email(email: str, store: str, customer: str) -> None:
	"""The e-mail leads to the Customer from now on, unless it leads to another one."""
	key = links.customer_key(store, f"email:{email}")
	if not links.names_of([key], "Customer"):
		links.point([key], "Customer", customer)


def merge(store: str, gone_id: str, kept_id: str) -> Document | None:
	"""Both accounts lead to the kept one's Customer, else to the gone one's. See `LifeBooks.merge_customer`."""
	gone, kept = state(store, gone_id), state(store, kept_id)
	name = kept.customer or gone.customer
	if name:
		if gone.customer and gone.customer != name:
			links.hand_over(store, gone.customer, name)
		keys = [links.account_key(store, each) for each in (gone_id, kept_id)]
		links.point(keys, "Customer", name)
	links.mark_gone(links.account_key(store, gone_id))
	changed = not gone.gone or gone.customer != name or kept.customer != name
	return ("Customer", name) if name and changed else None


def forget(store: str, customer_id: str) -> Document | None:
	"""Nothing leads from the account to its Customer any more; returns the Customer, which stays."""
	name = state(store, customer_id).customer
	key = links.account_key(store, customer_id)
	links.mark_gone(key)
	links.update(key, document_type=None, document=None, digest=None, version=None)
	return ("Customer", name) if name else None
