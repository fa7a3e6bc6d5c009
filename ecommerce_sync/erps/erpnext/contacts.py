"""Contacts: the persons behind a Customer."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.utils import validate_email_address, validate_phone_number

from ...core.commands import CustomerDraft
from .fields import DATA_LENGTH, document_name

_NAME_LENGTH = 60
_PICTURE = "/assets/frappe/images/ui/user.png"


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


def follow_contact(draft: CustomerDraft, customer: Any) -> bool:
	"""The Customer's primary Contact gets the draft's name, e-mail and phone as far as it has them.

	Another e-mail or phone becomes the primary one, the old one stays beside it. Whether anything was written.
	"""
	name = customer.customer_primary_contact
	if not name or not frappe.db.exists("Contact", name):
		if not (draft.email or draft.phone or draft.first_name or draft.last_name):
			return False
		make_primary(create_contact(draft, customer.name, primary=True), customer.name)
		return True
	contact = frappe.get_doc("Contact", name)
	changed = [_rename(contact, draft), _set_email(contact, draft.email), _set_phone(contact, draft.phone)]
	if any(changed):
		_save_offline(contact)
		make_primary(contact.name, customer.name)
	return any(changed)


def _rename(contact: Any, draft: CustomerDraft) -> bool:
	first, last = _clean(draft.first_name), _clean(draft.last_name)
	if not (first or last) or (contact.first_name or "", contact.last_name or "") == (first, last):
		return False
	contact.update({"first_name": first or None, "last_name": last or None})
	return True


def _set_email(contact: Any, email: str | None) -> bool:
	if not email or contact.email_id == email or not validate_email_address(email):
		return False
	for row in contact.email_ids:
		row.is_primary = int(row.email_id == email)
	if not any(row.is_primary for row in contact.email_ids):
		contact.append("email_ids", {"email_id": email, "is_primary": 1})
	return True


def _set_phone(contact: Any, phone: str | None) -> bool:
	if not phone or contact.mobile_no == phone or not validate_phone_number(phone):
		return False
	for row in contact.phone_nos:
		row.is_primary_mobile_no = int(row.phone == phone)
	if not any(row.is_primary_mobile_no for row in contact.phone_nos):
		contact.append("phone_nos", {"phone": phone, "is_primary_mobile_no": 1})
	return True


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


def _save_offline(contact: Any) -> None:
	"""As `_insert_offline`; a picture that a person chose stays."""
	chosen = contact.image
	contact.image = chosen or _PICTURE
	contact.save()
	if not chosen:
		frappe.db.set_value("Contact", contact.name, "image", None, update_modified=False)


def _insert_offline(contact: Any, customer: str) -> None:
	"""With a picture of its own for a moment: for a Contact without one Frappe asks Gravatar, over the network."""
	contact.image = _PICTURE
	contact.insert(set_name=_short_name(contact, customer))
	frappe.db.set_value("Contact", contact.name, "image", None, update_modified=False)


def _short_name(contact: Any, customer: str) -> str | None:
	"""Frappe names it by person and customer, which may be longer than a name can be."""
	parts = (contact.first_name, contact.last_name, contact.company_name)
	length = len(" ".join(part for part in parts if part)) + len(customer)
	return f"{customer[:100]}-{frappe.generate_hash(length=10)}" if length > DATA_LENGTH - 10 else None
