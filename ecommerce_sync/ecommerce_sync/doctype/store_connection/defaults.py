"""What a new store starts with: the company's and the site's own defaults, looked up, never created."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import frappe
from frappe.model.document import Document

from ....core.settings import StoreSettings

Filters = dict[str, Any]
_ACCOUNT_FIELDS = (
	"tax_account",
	"shipping_account",
	"fee_account",
	"tip_account",
	"gift_card_account",
	"duty_account",
	"rounding_account",
)


def of_company(company: str) -> dict[str, str | None]:
	"""Fieldname of Store Connection to the value that suits the company; None where there is none."""
	shipping = _account(company, _shipping_filters(company))
	return {
		"cost_center": _company(company, "cost_center"),
		"rounding_account": _company(company, "round_off_account"),
		"tax_account": _account(company, [{"account_type": "Tax", "root_type": "Liability"}]),
		"shipping_account": shipping,
		"fee_account": shipping,
		"warehouse": _warehouse(company),
		"price_list": _price_list(),
		"customer_group": _leaf("Customer Group", "customer_group", "Individual"),
		"territory": _leaf("Territory", "territory", "Rest Of The World"),
		"item_group": _leaf("Item Group", "item_group", "Products", "Stock Settings"),
	}


def site_wide_groups(doc: Document) -> list[str]:
	"""The fields that Frappe filled with a site default that is a whole tree, such as All Territories."""
	trees = {"customer_group": "Customer Group", "territory": "Territory", "item_group": "Item Group"}
	return [
		fieldname
		for fieldname, doctype in trees.items()
		if doc.get(fieldname) and frappe.get_cached_value(doctype, doc.get(fieldname), "is_group")
	]


def _company(company: str, fieldname: str) -> str | None:
	return frappe.get_cached_value("Company", company, fieldname)


def _shipping_filters(company: str) -> Iterator[Filters]:
	"""An income account that says so, then any freight account, then the company's sales account."""
	for word in ("Shipping", "Freight", "Delivery"):
		yield {"root_type": "Income", "account_name": ["like", f"%{word}%"]}
	yield {"name": _company(company, "default_income_account")}
	yield {"account_name": ["like", "%Freight%"]}


def _account(company: str, choices: Any) -> str | None:
	usable = {"company": company, "is_group": 0, "disabled": 0}
	return next(
		filter(None, (_first("Account", {**usable, **choice}, "lft asc") for choice in choices)), None
	)


def _warehouse(company: str) -> str | None:
	usable = {"company": company, "is_group": 0, "disabled": 0}
	default = frappe.db.get_single_value("Stock Settings", "default_warehouse")
	choices = ({"name": default}, {"warehouse_name": "Stores"}, {"warehouse_type": ["is", "not set"]}, {})
	return next(
		filter(None, (_first("Warehouse", {**usable, **choice}, "lft asc") for choice in choices)), None
	)


def _price_list() -> str | None:
	usable = {"selling": 1, "enabled": 1}
	default = frappe.db.get_single_value("Selling Settings", "selling_price_list")
	return _first("Price List", {**usable, "name": default}) or _first("Price List", usable, "creation asc")


def _leaf(doctype: str, setting: str, usual: str, settings: str = "Selling Settings") -> str | None:
	"""The site's default when it is no group, else the usual one, else the first."""
	chosen = frappe.db.get_single_value(settings, setting)
	choices = ({"name": chosen}, {"name": usual}, {})
	return next(
		filter(None, (_first(doctype, {"is_group": 0, **choice}, "lft asc") for choice in choices)), None
	)


def _first(doctype: str, filters: Filters, order_by: str | None = None) -> str | None:
	if filters.get("name", "") is None:
		return None
	return frappe.db.get_value(doctype, filters, "name", order_by=order_by)


def for_preview(settings: StoreSettings) -> StoreSettings:
	"""The store's settings with a stand-in for every empty account and Item: a preview should not stop there."""
	found = of_company(settings.company)
	income = _company(settings.company, "default_income_account")
	accounts = {field: found.get(field) or income for field in _ACCOUNT_FIELDS}
	items = {field: _stand_in_item() for field in ("custom_item", "gift_card_item")}
	groups = {field: found[field] for field in ("customer_group", "territory", "warehouse", "price_list")}
	stand_ins = {**accounts, **items, **groups}
	return settings.model_copy(
		update={field: value for field, value in stand_ins.items() if not getattr(settings, field)}
	)


def _stand_in_item() -> str | None:
	sold = {"is_sales_item": 1, "disabled": 0, "has_variants": 0}
	return _first("Item", {**sold, "is_stock_item": 0}, "creation asc") or _first(
		"Item", sold, "creation asc"
	)
