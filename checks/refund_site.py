"""The site under the refunds of payload files: two stores that nobody serves, a warehouse, Items with stock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import frappe
from bench_site import prepare
from shops import next_prefix, open_shop

from ecommerce_sync.bootstrap import connection, machine
from ecommerce_sync.demo_site import create_item
from ecommerce_sync.storefronts.base import names
from ecommerce_sync.sync.machine import Connection, Machine

PIECES = 100_000  # of every Item
Ground = tuple[Machine, Callable[[str, str], Connection], Callable[[list[str]], None]]


@contextmanager
def ground(policies: Callable[[str], dict[str, Any]]) -> Iterator[Ground]:
	"""A machine, a store of each platform under an invoice policy, and Items on stock."""
	company = prepare(("USD", "EUR", "GBP", "CAD", "DKK"))
	prefix = next_prefix("Check Refunds")
	warehouse = str(_insert("Warehouse", warehouse_name=prefix, company=company).name)
	bank = _bank(company)
	with ExitStack() as stack:  # the orders stand in the payloads: no store is asked
		stores = {name: open_shop(stack, prefix, name, "any", company).store for name in names()}
	frappe.db.commit()
	there: set[str] = set()

	def connect(name: str, policy: str) -> Connection:
		known = connection(stores[name])
		changes = {**policies(policy), "payment_account": bank, "warehouse": warehouse, "locations": ()}
		return replace(known, settings=known.settings.model_copy(update=changes))

	def stock(items: list[str]) -> None:
		new = sorted(set(items) - there)
		there.update(new)
		for item in new:
			create_item(item, item)
		if new:
			_receive(new, warehouse, company)
		frappe.db.commit()

	yield machine(), connect, stock


def _receive(items: list[str], warehouse: str, company: str) -> None:
	"""Before the orders were shipped."""
	rows = [{"item_code": item, "qty": PIECES, "t_warehouse": warehouse, "basic_rate": 5} for item in items]
	day = frappe.utils.add_days(frappe.utils.nowdate(), -30)
	values = {"stock_entry_type": "Material Receipt", "company": company, "items": rows}
	_insert("Stock Entry", **values, set_posting_time=1, posting_date=day).submit()


def _bank(company: str) -> str:
	"""The company's bank or cash account, made where there is none."""
	ours = {"company": company, "is_group": 0, "account_type": ["in", ["Bank", "Cash"]]}
	if found := frappe.db.get_value("Account", ours):
		return str(found)
	parent = frappe.db.get_value("Account", {"company": company, "is_group": 1, "root_type": "Asset"})
	values = {"account_name": "Check Bank", "company": company, "parent_account": parent}
	return str(_insert("Account", **values, account_type="Bank").name)


def _insert(doctype: str, **values: Any) -> Any:
	return frappe.get_doc({"doctype": doctype, **values}).insert()
