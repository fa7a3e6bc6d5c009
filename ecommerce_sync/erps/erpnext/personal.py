"""Where the site holds something about a person who bought in a store: Customers, their addresses and contacts, orders
and what followed them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import frappe

from ...core.parties import normal_email
from . import links

Document = tuple[str, str]
_FOLLOWERS = ("Delivery Note", "Sales Invoice", "Payment Entry", "Purchase Receipt")
_MANY = 500  # values of one query


def customers_of(store: str, customer_id: str, email: str | None) -> list[str]:
	"""The Customer of the account, else that of the e-mail address."""
	keys = [links.account_key(store, customer_id)] if customer_id else []
	keys += [links.customer_key(store, f"email:{found}")] if (found := normal_email(email)) else []
	for key in keys:
		row = links.read(key)
		if row.get("document") and frappe.db.exists("Customer", row["document"]):
			return [str(row["document"])]
	return []


def customers_of_store(store: str, limit: int) -> list[str]:
	"""Customers that accounts or companies of the store lead to."""
	rows = frappe.db.sql(
		"""SELECT DISTINCT l.document FROM `tabStore Link` l JOIN `tabCustomer` c ON c.name = l.document
		WHERE l.kind = 'Customer' AND l.store = %s AND l.document_type = 'Customer' ORDER BY l.document LIMIT %s""",
		(store, limit),
	)
	return [str(name) for (name,) in rows]


def buyers_for_companies(store: str, customer_id: str) -> list[str]:
	"""Contacts of companies that the person ordered for."""
	if not customer_id:
		return []
	rows = frappe.get_all(
		"Store Link",
		{"store": store, "kind": "Customer", "external_id": ["like", "company:%"]},
		pluck="document",
	)
	keys = [links.party_key("Contact", name, customer_id) for name in dict.fromkeys(filter(None, rows))]
	found = [name for part in _parts(keys) for name in links.names_of(part, "Contact").values()]
	return list(dict.fromkeys(found))


def orders_of(store: str, customers: Sequence[str], order_ids: Iterable[str]) -> list[str]:
	"""The store's Sales Orders of those ids or Customers, cancelled ones too."""
	found = []
	for part in _parts(list(order_ids)):
		filters = {"store": store, "kind": "Order", "external_id": ["in", part]}
		found += frappe.get_all("Store Link", filters, pluck="document")
	for part in _parts(list(customers)):
		filters = {"ecommerce_store": store, "customer": ["in", part]}
		found += frappe.get_all("Sales Order", filters, pluck="name")
	return sorted({str(name) for name in found if name and frappe.db.exists("Sales Order", name)})


def order_ids_of(sales_orders: Sequence[str]) -> list[str]:
	"""The store's ids of the orders."""
	return [
		order_id
		for part in _parts(list(sales_orders))
		for order_id in frappe.get_all("Sales Order", {"name": ["in", part]}, pluck="store_order_id")
		if order_id
	]


def followers_of(store: str, order_ids: Sequence[str]) -> list[Document]:
	"""What was shipped, billed and paid for the orders."""
	return [
		(doctype, str(name))
		for doctype in _FOLLOWERS
		for part in _parts(list(order_ids))
		for name in frappe.get_all(
			doctype, {"ecommerce_store": store, "store_order_id": ["in", part]}, pluck="name"
		)
	]


def parties_of(customer: str, doctype: str, alone: bool = True) -> list[str]:
	"""The Customer's Addresses or Contacts; `alone`: those that are of nobody else."""
	filters = {"link_doctype": "Customer", "link_name": customer, "parenttype": doctype}
	names = list(dict.fromkeys(frappe.get_all("Dynamic Link", filters, pluck="parent")))
	return [str(name) for name in names if not alone or not _is_shared(name, doctype, customer)]


def _is_shared(name: str, doctype: str, customer: str) -> bool:
	rows = frappe.get_all(
		"Dynamic Link", {"parent": name, "parenttype": doctype}, ["link_doctype", "link_name"]
	)
	return any((row.link_doctype, row.link_name) != ("Customer", customer) for row in rows)


def used_otherwise(store: str, customer: str) -> bool:
	"""Whether another store knows the Customer, or documents of it came from elsewhere than this store."""
	if links.known_elsewhere(store, customer):
		return True
	for doctype in ("Sales Order", "Sales Invoice", "Delivery Note"):
		filters = {"customer": customer, "docstatus": 1}
		stores = frappe.get_all(doctype, filters, pluck="ecommerce_store", distinct=True)
		if set(stores) - {store}:
			return True
	return bool(
		frappe.db.exists("Quotation", {"party_name": customer, "quotation_to": "Customer", "docstatus": 1})
	)


def personal_data(
	store: str, customer_id: str, email: str | None, order_ids: tuple[str, ...]
) -> tuple[Document, ...]:
	"""All of it, for those who ask."""
	customers = customers_of(store, customer_id, email)
	orders = orders_of(store, customers, order_ids)
	ids = list(dict.fromkeys([*order_ids, *order_ids_of(orders)]))
	own = [
		(doctype, name)
		for doctype in ("Address", "Contact")
		for customer in customers
		for name in parties_of(customer, doctype, alone=False)
	]
	contacts = [("Contact", name) for name in buyers_for_companies(store, customer_id)]
	found = [("Customer", name) for name in customers] + own + contacts
	found += [("Sales Order", name) for name in orders] + followers_of(store, ids)
	return tuple(dict.fromkeys(found))


def _parts(values: list[Any]) -> list[list[Any]]:
	return [values[start : start + _MANY] for start in range(0, len(values), _MANY)]
