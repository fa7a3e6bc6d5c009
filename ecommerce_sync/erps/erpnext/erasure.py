"""Erasure requests: what personal data the law lets go is replaced, the rest is reported.

A Customer, its Addresses and Contacts stay as documents, because submitted ones name them, under a name that
says nothing; country and state stay, because taxes are reported by them. Submitted documents keep the names
and addresses that are printed on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import frappe
from frappe.model.rename_doc import rename_doc

from ..life import Erasure
from . import links
from .personal import (
	buyers_for_companies,
	customers_of,
	customers_of_store,
	followers_of,
	order_ids_of,
	orders_of,
	parties_of,
	used_otherwise,
)

Document = tuple[str, str]
REDACTED = "Redacted"
_AT_ONCE = 50  # Customers of a store in one transaction
_EMPTY = "-"  # where a field is mandatory
_CUSTOMER = (
	"tax_id",
	"email_id",
	"mobile_no",
	"first_name",
	"last_name",
	"primary_address",
	"website",
	"image",
)
_CONTACT = (
	*(
		"middle_name",
		"last_name",
		"email_id",
		"phone",
		"mobile_no",
		"company_name",
		"designation",
		"department",
	),
	*("image", "user", "salutation", "gender"),
)
_ADDRESS = ("address_line2", "county", "pincode", "phone", "fax", "email_id")
# What drafts have copied of their parties.
_COPIED = (
	*("address_display", "shipping_address", "dispatch_address", "contact_display", "contact_mobile"),
	*("contact_phone", "contact_email", "tax_id", "company_tax_id"),
)
_DRAFTS = ("Sales Order", "Delivery Note", "Sales Invoice")


def erase(
	store: str,
	what: Literal["customer", "store"],
	customer_id: str,
	email: str | None,
	order_ids: tuple[str, ...],
) -> Erasure:
	"""See `LifeBooks.erase`: of a store a part of its Customers, and with the last ones everything else."""
	whole = what == "store"
	found = customers_of_store(store, _AT_ONCE) if whole else customers_of(store, customer_id, email)
	orders = _all_orders(store) if whole else orders_of(store, found, order_ids)
	ids = list(dict.fromkeys([*order_ids, *order_ids_of(orders)]))
	kept = [("Sales Order", name) for name in orders] + followers_of(store, ids)
	redacted: list[Document] = []
	for customer in found:
		used = used_otherwise(store, customer)
		links.forget_customer(store, customer, everywhere=not used)
		if used:
			kept.append(("Customer", customer))
		else:
			redacted += _redact_customer(customer)
	redacted += [_redact_contact(name) for name in buyers_for_companies(store, customer_id) if not whole]
	if not whole or not found:
		redacted += _redact_notes(orders) + _redact_messages(store, None if whole else [customer_id, *ids])
	if customer_id and not whole:
		links.mark_gone(links.account_key(store, customer_id))
	return Erasure(redacted=tuple(dict.fromkeys(redacted)), kept=tuple(dict.fromkeys(kept)))


def _all_orders(store: str) -> list[str]:
	return [str(name) for name in frappe.get_all("Sales Order", {"ecommerce_store": store}, pluck="name")]


def _redact_customer(customer: str) -> list[Document]:
	"""The Customer and what is its own alone, and copies on drafts."""
	drafts = _redact_drafts(customer)
	contacts = [_redact_contact(name) for name in parties_of(customer, "Contact")]
	addresses = [_redact_address(name) for name in parties_of(customer, "Address")]
	row = frappe.db.get_value("Customer", customer, ["customer_name", "customer_details"], as_dict=True)
	if row.customer_name.startswith(REDACTED):
		return drafts
	values = {**dict.fromkeys(_CUSTOMER), "customer_details": None, "customer_name": REDACTED}
	_set("Customer", customer, values)
	frappe.db.set_value(
		"Dynamic Link", {"link_doctype": "Customer", "link_name": customer}, "link_title", REDACTED
	)
	return [_renamed("Customer", customer), *contacts, *addresses, *drafts]


def _redact_contact(name: str) -> Document:
	for table in ("Contact Email", "Contact Phone"):
		frappe.db.delete(table, {"parent": name, "parenttype": "Contact"})
	_set("Contact", name, {**dict.fromkeys(_CONTACT), "first_name": REDACTED, "full_name": REDACTED})
	return _renamed("Contact", name)


def _redact_address(name: str) -> Document:
	empty = {**dict.fromkeys(_ADDRESS), "address_line1": _EMPTY, "city": _EMPTY, "address_title": REDACTED}
	_set("Address", name, empty)
	return _renamed("Address", name)


def _redact_drafts(customer: str) -> list[Document]:
	"""Documents that are not submitted are no books yet."""
	found: list[Document] = []
	for doctype in _DRAFTS:
		for name in frappe.get_all(doctype, {"customer": customer, "docstatus": 0}, pluck="name"):
			_set(doctype, name, {**dict.fromkeys(_COPIED), "customer_name": REDACTED, "title": REDACTED})
			found.append((doctype, str(name)))
	return found


def _redact_notes(orders: Sequence[str]) -> list[Document]:
	"""What the buyer wrote; no law asks for it."""
	found: list[Document] = []
	for name in orders:
		if frappe.db.get_value("Sales Order", name, "store_note"):
			_set("Sales Order", name, {"store_note": None})
			found.append(("Sales Order", name))
	return found


def _redact_messages(store: str, ids: list[str] | None) -> list[Document]:
	"""What the messages say, and plans made of them. Messages that still wait are asked for again."""
	named = "" if ids is None else "AND external_id IN %(ids)s"
	where = f"""store = %(store)s AND kind IN ('order', 'customer', 'privacy') {named}
		AND (payload IS NOT NULL OR plan IS NOT NULL OR traceback IS NOT NULL)"""
	over = "state IN ('Done', 'Skipped') AND COALESCE(reason, '') <> 'erased'"  # its report names nobody
	values = {"store": store, "ids": ids or [""]}
	rows = frappe.db.sql(f"SELECT name FROM `tabSync Log` WHERE {where}", values)
	frappe.db.sql(
		f"""UPDATE `tabSync Log` SET payload = NULL, plan = NULL, traceback = NULL,
		params = IF({over}, NULL, params), documents = IF({over}, NULL, documents) WHERE {where}""",
		values,
	)
	return [("Sync Log", str(name)) for (name,) in rows]


def _set(doctype: str, name: str, values: dict[str, Any]) -> None:
	"""Plainly: neither validations nor a site's Workflow may keep what must go."""
	columns = set(frappe.db.get_table_columns(doctype))
	known = {field: value for field, value in values.items() if field in columns}
	known |= {"_comments": None} if "_comments" in columns else {}
	frappe.db.set_value(doctype, name, known)


def _renamed(doctype: str, name: str) -> Document:
	"""Documents are named by persons; so are their history and what was said about them."""
	new = f"{REDACTED} {frappe.generate_hash(length=10)}"
	rename_doc(
		doctype, name, new, force=True, ignore_permissions=True, show_alert=False, rebuild_search=False
	)
	_forget_history(doctype, [name, new])
	return doctype, new


def _forget_history(doctype: str, names: Iterable[str]) -> None:
	among = ["in", list(names)]
	frappe.db.delete("Version", {"ref_doctype": doctype, "docname": among})
	frappe.db.delete("Comment", {"reference_doctype": doctype, "reference_name": among})
	frappe.db.delete("__global_search", {"doctype": doctype, "name": among})
