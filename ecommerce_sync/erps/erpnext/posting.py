"""What documents of account have in common: how they are submitted, and the customer's receivable account."""

from __future__ import annotations

from datetime import date
from typing import Any

import frappe
from erpnext.accounts.party import get_party_account, get_party_gle_currency
from frappe.model.workflow import get_workflow_name

from ...core.models import Order
from .books import receivable_account
from .fields import fit


def insert(doc: Any) -> None:
	"""The sync user's rights on the document itself decide, not those on single fields (see sales_orders)."""
	doc.check_permission("create")
	doc.flags.ignore_permissions = True
	doc.insert()


def submit(doc: Any) -> None:
	"""Submit, unless the site's Workflow leaves that to a person."""
	if get_workflow_name(doc.doctype):
		return
	doc.flags.ignore_permissions = False
	doc.check_permission("submit")
	doc.flags.ignore_permissions = True
	doc.submit()


def receivable_of(customer: str, company: str, currency: str) -> str:
	"""The account that the customer owes in: one of the currency where there is one.

	A customer that was billed in another currency before has only accounts of that one (ERPNext's rule).
	"""
	own = str(get_party_account("Customer", customer, company))
	wanted = get_party_gle_currency("Customer", customer, company) or currency
	return own if _currency_of(own) == wanted else receivable_account(company, wanted) or own


def _currency_of(account: str) -> str:
	return str(frappe.get_cached_value("Account", account, "account_currency"))


def posted(doc: Any, on: date) -> None:
	"""Book on the day, also on one that has passed."""
	doc.set_posting_time = 1
	doc.posting_date = on


def from_store(sales_order: Any, order: Order) -> dict[str, Any]:
	"""The store and the order on a document that does not map them from the Sales Order."""
	return {
		"ecommerce_store": sales_order.ecommerce_store,
		"store_order_id": sales_order.store_order_id or order.id,
		"store_order_number": sales_order.store_order_number or fit(order.name),
	}


def keep_untaxed(doc: Any) -> None:
	"""ERPNext gives a document without taxes those of the site's templates and rules; the store charged none.

	It leaves alone what has a row already, so where it would add some, one of nothing stands for them.
	"""
	if doc.get("taxes"):
		return
	doc.run_method("set_missing_values")
	doc.set_taxes_and_charges()
	if doc.get("taxes"):
		account, words = doc.taxes[0].account_head, doc.taxes[0].description
		nothing = {"charge_type": "Actual", "account_head": account, "description": words, "tax_amount": 0}
		doc.set("taxes", [{**nothing, "cost_center": doc.taxes[0].cost_center}])
	doc.taxes_and_charges = None
