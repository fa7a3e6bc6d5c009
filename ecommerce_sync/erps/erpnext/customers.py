"""Customers: found by the store's id, by e-mail, by phone; else created, with a contact and addresses.

Runs under the locks of the customer's guards: of twenty first orders one creates, nineteen find.
"""

from __future__ import annotations

from typing import Any

import frappe

from ...core.accounts import told
from ...core.commands import CustomerDraft
from ...core.parties import normal_phone
from ...core.settings import StoreSettings
from . import links, observe
from .addresses import country_name, ensure_addresses
from .contacts import create_contact, make_primary
from .fields import document_name, fit, plain
from .refusals import refusals
from .unit import Unit

_NAME_LENGTH = 120  # ERPNext adds a number to a name that is taken
_PHONE_TAIL = 7  # digits that any way of writing a number ends with


def ensure_customer(draft: CustomerDraft, settings: StoreSettings, unit: Unit) -> str:
	"""The Customer with the order's addresses and the person who ordered. Existing data stays as it is."""
	observe.locate_parties(draft, settings.store, unit)
	with refusals():
		if not unit.customer:
			unit.customer = _by_email(draft) or _by_phone(draft) or _create(draft, settings, unit)
			observe.locate_places(draft, unit)
		_bind(draft, settings.store, unit)
		if draft.contact_key and not unit.contact:
			unit.contact = _contact_of_company(draft, unit.customer)
		ensure_addresses(draft, settings.company, unit)
	return unit.customer


def _bind(draft: CustomerDraft, store: str, unit: Unit) -> None:
	"""Every guard names the customer: the next order is found by whichever it carries."""
	if draft.keys and not draft.existing:
		keys = [links.customer_key(store, key) for key in draft.keys]
		links.point(keys, "Customer", unit.customer or "")
		for key in (key for key in keys if key.external_id.startswith("id:")):
			links.remember(key, told(draft, addresses=False))


def _by_email(draft: CustomerDraft) -> str | None:
	"""A company stands for itself: its buyers' addresses belong to persons."""
	if not draft.email or not _is_person_key(draft, "email:"):
		return None
	rows = frappe.db.sql(
		"""SELECT c.name FROM `tabCustomer` c WHERE c.email_id = %(email)s AND c.disabled = 0
		UNION SELECT c.name FROM `tabContact Email` e
		JOIN `tabDynamic Link` d ON d.parent = e.parent AND d.parenttype = 'Contact' AND d.link_doctype = 'Customer'
		JOIN `tabCustomer` c ON c.name = d.link_name AND c.disabled = 0
		WHERE e.email_id = %(email)s AND e.parenttype = 'Contact'""",
		{"email": draft.email},
	)
	return _oldest([name for (name,) in rows])


def _by_phone(draft: CustomerDraft) -> str | None:
	if not draft.phone or not _is_person_key(draft, "phone:"):
		return None
	rows = frappe.db.sql(
		"""SELECT c.name, c.mobile_no FROM `tabCustomer` c
		WHERE c.disabled = 0 AND REGEXP_REPLACE(c.mobile_no, '[^0-9]', '') LIKE %(tail)s
		UNION SELECT c.name, p.phone FROM `tabContact Phone` p
		JOIN `tabDynamic Link` d ON d.parent = p.parent AND d.parenttype = 'Contact' AND d.link_doctype = 'Customer'
		JOIN `tabCustomer` c ON c.name = d.link_name AND c.disabled = 0
		WHERE REGEXP_REPLACE(p.phone, '[^0-9]', '') LIKE %(tail)s AND p.parenttype = 'Contact'""",
		{"tail": f"%{draft.phone[-_PHONE_TAIL:]}"},
	)
	countries = {place.address.country_code for place in draft.addresses} | {None}
	same = [name for name, phone in rows if draft.phone in {normal_phone(phone, c) for c in countries}]
	return _oldest(same)


def _is_person_key(draft: CustomerDraft, kind: str) -> bool:
	return any(key.startswith(kind) for key in draft.keys)


def _oldest(names: list[str]) -> str | None:
	if len(names) < 2:
		return names[0] if names else None
	return str(frappe.get_all("Customer", {"name": ["in", names]}, order_by="creation", pluck="name")[0])


def _create(draft: CustomerDraft, settings: StoreSettings, unit: Unit) -> str:
	"""Without e-mail and phone at first: ERPNext would make the Contact, and ask Gravatar for a picture."""
	customer = frappe.new_doc("Customer")
	customer.update(_values(draft, settings))
	customer.update(plain(draft.fields))
	name = _insert(customer)
	unit.customer = name
	if not draft.contact_key and (not draft.company or draft.email or draft.phone):
		make_primary(create_contact(draft, name, primary=True), name)
	return name


def _insert(customer: Any) -> str:
	"""By ERPNext's naming; by a name of our own where its next number is taken.

	Two workers may count the same namesakes, and ERPNext cannot count names with % or a backslash.
	"""
	second = frappe.copy_doc(customer)
	frappe.db.savepoint("before_customer")
	try:
		customer.insert()
		return str(customer.name)
	except frappe.DuplicateEntryError:
		frappe.db.rollback(save_point="before_customer")
	second.insert(set_name=f"{second.customer_name} - {frappe.generate_hash(length=8)}")
	return str(second.name)


def _values(draft: CustomerDraft, settings: StoreSettings) -> dict[str, Any]:
	return {
		"customer_name": free_name(draft.name),
		"customer_type": "Company" if draft.company else "Individual",
		"customer_group": _group(draft),
		"territory": _territory(draft, settings),
		"default_price_list": draft.price_list,
		"tax_id": fit(draft.tax_id) or None,
		"payment_terms": draft.payment_terms,
	}


def free_name(name: str) -> str:
	"""A name that ERPNext takes: no markup signs, and not that of a Customer Group."""
	clean = document_name(name, "Customer", _NAME_LENGTH) or "Unnamed"
	return f"{clean} (Customer)" if frappe.db.exists("Customer Group", clean) else clean


def _group(draft: CustomerDraft) -> str | None:
	"""The store's, the site's default, ERPNext's own for such customers, else any that may hold customers."""
	usual = "Commercial" if draft.company else "Individual"
	return (
		draft.customer_group
		or frappe.db.get_single_value("Selling Settings", "customer_group")
		or frappe.db.get_value("Customer Group", {"name": usual, "is_group": 0})
		or frappe.db.get_value("Customer Group", {"is_group": 0}, order_by="lft")
	)


def _territory(draft: CustomerDraft, settings: StoreSettings) -> str | None:
	"""The store's, the site's default unless that is the whole world, the country's, else the whole world."""
	usual = frappe.db.get_single_value("Selling Settings", "territory")
	countries = [country_name(place.address, settings.company) for place in draft.addresses]
	return (
		draft.territory
		or frappe.db.get_value("Territory", {"name": usual or "", "parent_territory": ["is", "set"]})
		or frappe.db.get_value("Territory", {"name": ["in", countries or [""]]})
		or frappe.db.get_value("Territory", {"is_group": 1}, order_by="lft")
	)


def _contact_of_company(draft: CustomerDraft, customer: str) -> str:
	"""The person who orders for a company, once per person."""
	contact = create_contact(draft, customer, primary=False)
	links.point([links.party_key("Contact", customer, draft.contact_key or "")], "Contact", contact)
	return contact
