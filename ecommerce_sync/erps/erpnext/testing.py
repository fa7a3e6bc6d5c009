"""A site made ready for the tests on real ERPNext: a store, two Items, accounts, and a second worker."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import frappe

from ...core.settings import StoreSettings
from ..base import Erp, Journal
from ..contract_support import SKUS
from .erp import ErpNext
from .journal import FrappeJournal

T = TypeVar("T")
STORE = "Contract Store"


def prepare() -> StoreSettings:
	"""Insert what is missing, commit, and give the settings that use it."""
	settings = _settings()
	for sku in SKUS:
		_ensure("Item", sku, item_code=sku, item_group=_leaf("Item Group"), stock_uom="Nos", is_stock_item=1)
	_ensure_store(settings.company)
	# A test that ships what was never received says so itself; what it committed is not for the others.
	frappe.db.set_single_value("Stock Settings", "allow_negative_stock", 0)
	frappe.db.commit()
	return settings


def _settings() -> StoreSettings:
	company = frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
	currency, cost_center = frappe.db.get_value("Company", company, ["default_currency", "cost_center"])
	expense = _account(company, root_type="Expense", account_type="Chargeable")
	return StoreSettings(
		store=STORE,
		company=company,
		company_currency=currency,
		tax_account=_account(company, account_type="Tax"),
		shipping_account=expense,
		fee_account=expense,
		tip_account=expense,
		gift_card_account=expense,
		rounding_account=_account(company, account_type="Round Off"),
		cost_center=cost_center,
		custom_item=SKUS[0],
		warehouse=frappe.db.get_value("Warehouse", {"company": company, "is_group": 0, "warehouse_type": ""})
		or frappe.db.get_value("Warehouse", {"company": company, "is_group": 0}),
		timezone=frappe.utils.get_system_timezone(),
	)


def _account(company: str, **filters: str) -> str:
	return str(frappe.db.get_value("Account", {"company": company, "is_group": 0, **filters}))


def _leaf(doctype: str) -> str:
	return str(frappe.db.get_value(doctype, {"is_group": 0}))


def _ensure(doctype: str, name: str, **values: Any) -> None:
	if not frappe.db.exists(doctype, name):
		frappe.get_doc({"doctype": doctype, **values}).insert(ignore_permissions=True)


def _ensure_store(company: str) -> None:
	"""The bare row: the tests here need no connection."""
	if frappe.db.exists("Store Connection", STORE):
		return
	store = frappe.new_doc("Store Connection")
	store.update({"name": STORE, "store_name": STORE, "platform": "Shopify", "company": company})
	store.set_user_and_timestamp()
	store.db_insert()


def elsewhere(work: Callable[[Erp, Journal], T], site: str | None = None) -> T:
	"""Run `work` on a connection of its own and wait for it. Threads without a site name theirs."""
	name = site or frappe.local.site

	def worker() -> T:
		frappe.init(site=name)
		frappe.connect()
		frappe.flags.in_test = True
		try:
			return work(ErpNext(), FrappeJournal())
		finally:
			frappe.destroy()

	with ThreadPoolExecutor(1) as pool:
		return pool.submit(worker).result()
