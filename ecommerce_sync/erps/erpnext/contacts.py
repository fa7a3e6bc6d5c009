"""Contacts: the persons behind a Customer."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.utils import validate_email_address, validate_phone_number

from ...core.commands import CustomerDraft
from .fields import DATA_LENGTH, document_name

_NAME_LENGTH = 60


def create_contact(draft: CustomerDraft, customer: str, primary: bool) -> str:
	"""A Contact of the Customer with what the order says; returns its name."""
	contact = frappe.new_doc("Contact")
	contact.update(_person(draft))
	contact.is_primary_contact = int(primary)
	if draft.email and validate_email_address(draft.email):
		contact.append("email_ids", {"email_id": draft.email, "is_primary": 1})
	if draft.phone and validate_phone_number(draft.phone):
		contact.append("phone_nos", {"phone": draft.phone, "is_primary_mobile_no": 1})
	contact.append("links", {"link_doctype": "Customer", "link_name": customer})
	_insert_offline(contact, customer)
	return str(contact.name)


def make_primary(contact: str, customer: str) -> None:
	"""Show the Contact on the Customer, as ERPNext does for Customers that people enter."""
	email, phone = frappe.db.get_value("Contact", contact, ["email_id", "mobile_no"])
	values = {"customer_primary_contact": contact, "email_id": email or None, "mobile_no": phone or None}
	frappe.db.set_value("Customer", customer, values, update_modified=False)


def _person(draft: CustomerDraft) -> dict[str, Any]:
	first, last = _clean(draft.first_name), _clean(draft.last_name)
	company = _clean(draft.name) if draft.company else None
	return {
		"first_name": first or (None if last or company else _clean(draft.name)),
		"last_name": last or None,
		"company_name": company,
	}


def _clean(name: str | None) -> str:
	return document_name(name, "Contact", _NAME_LENGTH)


def _insert_offline(contact: Any, customer: str) -> None:
	"""With a picture of its own for a moment: for a Contact without one Frappe asks Gravatar, over the network."""
	contact.image = "/assets/frappe/images/ui/user.png"
	contact.insert(set_name=_short_name(contact, customer))
	frappe.db.set_value("Contact", contact.name, "image", None, update_modified=False)


def _short_name(contact: Any, customer: str) -> str | None:
	"""Frappe names it by person and customer, which may be longer than a name can be."""
	parts = (contact.first_name, contact.last_name, contact.company_name)
	length = len(" ".join(part for part in parts if part)) + len(customer)
	return f"{customer[:100]}-{frappe.generate_hash(length=10)}" if length > DATA_LENGTH - 10 else None
