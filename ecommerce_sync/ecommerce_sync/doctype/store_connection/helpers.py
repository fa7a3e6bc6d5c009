"""The Items and accounts that orders need besides goods: made on a person's wish, never by themselves."""

from __future__ import annotations

from typing import NamedTuple

import frappe
from frappe import _
from frappe.model.document import Document

Made = tuple[str, str]  # DocType, name


class _NewAccount(NamedTuple):
	title: str
	root_type: str
	account_type: str


_ITEMS = {"custom_item": "Store Custom Line", "gift_card_item": "Gift Card"}
_ACCOUNTS = {
	"tax_account": _NewAccount("Store Sales Tax", "Liability", "Tax"),
	"shipping_account": _NewAccount("Shipping Income", "Income", "Income Account"),
	"fee_account": _NewAccount("Store Fees", "Income", "Income Account"),
	"tip_account": _NewAccount("Tips Received", "Liability", ""),
	"duty_account": _NewAccount("Import Duties Collected", "Liability", "Tax"),
	"gift_card_account": _NewAccount("Gift Cards Outstanding", "Liability", ""),
	"rounding_account": _NewAccount("Store Rounding", "Expense", ""),
}


def create(doc: Document) -> list[Made]:
	"""Fill the store's empty Item and account fields, with what exists under the name or a new document."""
	made: list[Made] = []
	for fieldname, code in _ITEMS.items():
		if not doc.get(fieldname):
			made += _item(code, doc.item_group)
			doc.set(fieldname, code)
	for fieldname, wanted in _ACCOUNTS.items():
		if not doc.get(fieldname):
			name, new = _account(doc.company, wanted)
			made += new
			doc.set(fieldname, name)
	return made


def _item(code: str, item_group: str | None) -> list[Made]:
	if frappe.db.exists("Item", code):
		return []
	item = frappe.new_doc("Item")
	item.update(
		{
			"item_code": code,
			"item_name": code,
			"item_group": item_group or frappe.db.get_value("Item Group", {"is_group": 0}),
			"stock_uom": frappe.db.get_single_value("Stock Settings", "stock_uom") or "Nos",
			"is_stock_item": 0,
			"is_purchase_item": 0,
			"include_item_in_manufacturing": 0,
		}
	)
	item.insert()
	return [("Item", item.name)]


def _account(company: str, wanted: _NewAccount) -> tuple[str, list[Made]]:
	found = frappe.db.get_value("Account", {"company": company, "account_name": wanted.title, "is_group": 0})
	if found:
		return found, []
	account = frappe.new_doc("Account")
	account.update(
		{
			"account_name": wanted.title,
			"company": company,
			"parent_account": _parent(company, wanted),
			"account_type": wanted.account_type,
		}
	)
	account.insert()
	return account.name, [("Account", account.name)]


def _parent(company: str, wanted: _NewAccount) -> str:
	"""Beside the accounts of the same kind, else in the last group of the root."""
	usable = {"company": company, "root_type": wanted.root_type}
	if wanted.account_type:
		like = {**usable, "account_type": wanted.account_type, "is_group": 0}
		if beside := frappe.db.get_value("Account", like, "parent_account", order_by="lft asc"):
			return beside
	groups = {**usable, "is_group": 1, "parent_account": ["is", "set"]}
	parent = frappe.db.get_value("Account", groups, order_by="rgt - lft asc, lft asc")
	parent = parent or frappe.db.get_value("Account", {**usable, "is_group": 1})
	if not parent:
		frappe.throw(
			_("{0} has no group account of type {1}; create the account '{2}' by hand.").format(
				company, wanted.root_type, wanted.title
			)
		)
	return parent
