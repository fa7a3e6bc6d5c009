"""The site that a check runs on: connected, with a company, Items, exchange rates and base prices."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe.installer import update_site_config

from ecommerce_sync.bootstrap import SYNC_USER
from ecommerce_sync.demo_site import create_items
from ecommerce_sync.sandbox.catalogue import VARIANTS
from ecommerce_sync.sandbox.generator import EPOCH

# What one unit is worth in US dollars, roughly; a check needs some rate, not today's.
_DOLLARS = {
	"USD": "1",
	"EUR": "1.0819",
	"GBP": "1.2801",
	"CHF": "1.1235",
	"CAD": "0.7331",
	"DKK": "0.1451",
	"JPY": "0.0066",
	"KRW": "0.00073",
	"KWD": "3.2573",
	"BHD": "2.6525",
}
_COUNTRIES = {"USD": ("United States", "America/New_York"), "KWD": ("Kuwait", "Asia/Kuwait")}


def site_name() -> str:
	"""The site to run on, from the variable SITE."""
	name = os.environ.get("SITE", "")
	if not os.path.isfile(f"{name}/site_config.json"):
		sys.exit(
			f"There is no site '{name}' in {os.getcwd()}. Run this in the bench's sites folder with SITE=name;"
			" CONTRIBUTING.md says how to make one."
		)
	return name


@contextmanager
def connected(site: str, user: str = "Administrator") -> Iterator[None]:
	"""The calling process connected to the site. Emulated stores are plain http on this machine."""
	frappe.init(site=site)
	frappe.connect()
	frappe.set_user(user)
	frappe.conf.update({"ecommerce_sync_allow_http": 1, "ecommerce_sync_allow_private_hosts": 1})
	try:
		yield
	finally:
		frappe.destroy()


def prepare(currencies: Iterable[str], home: str = "USD") -> str:
	"""Everything that the orders need besides the stores, made where it is missing; returns the company.

	A site that nobody has set up gets a company in the currency `home` through ERPNext's own wizard.
	"""
	if "ecommerce_sync" not in frappe.get_installed_apps():
		sys.exit(f"Install the app first: bench --site {frappe.local.site} install-app ecommerce_sync")
	if not frappe.db.count("Company"):
		_run_wizard(home)
	company = frappe.defaults.get_global_default("company") or frappe.get_all("Company", pluck="name")[0]
	books = frappe.get_cached_value("Company", company, "default_currency")
	for currency in {*currencies} - {books}:
		_exchange_rate(currency, books)
	# The companies in the stories use a purchase-order number again; by default ERPNext refuses the second.
	frappe.db.set_single_value("Selling Settings", "allow_against_multiple_purchase_orders", 1)
	create_items()
	_base_prices()
	frappe.db.commit()
	return str(company)


@contextmanager
def emulated_stores_allowed() -> Iterator[None]:
	"""For Frappe's own processes, which read the site's config: plain http on this machine."""
	keys = ("ecommerce_sync_allow_http", "ecommerce_sync_allow_private_hosts")
	for key in keys:
		update_site_config(key, 1)
	try:
		yield
	finally:
		for key in keys:
			update_site_config(key, "None")


def digits() -> int:
	"""The decimals that the site rounds money to."""
	return int(frappe.get_precision("Sales Order", "grand_total") or 2)


def fresh() -> None:
	"""End the transaction, so that the next statement sees what others have committed."""
	frappe.db.rollback()


def scalar(query: str, values: Any = ()) -> Any:
	"""The first column of the first row, as committed now."""
	fresh()
	return frappe.db.sql(query, values)[0][0]


def as_sync_user(site: str) -> Any:
	"""Connected as the user that workers are."""
	return connected(site, SYNC_USER)


def _run_wizard(currency: str) -> None:
	from frappe.desk.page.setup_wizard.setup_wizard import setup_complete

	country, timezone = _COUNTRIES[currency]
	year = date.today().year
	answer = setup_complete(
		{
			"language": "English",
			"country": country,
			"timezone": timezone,
			"currency": currency,
			"full_name": "Check Admin",
			"email": "check.admin@example.com",
			"company_name": f"Check Company {currency}",
			"company_abbr": f"C{currency[0]}",
			"company_tagline": "",
			"bank_account": "Main Bank",
			"chart_of_accounts": "Standard",
			"fy_start_date": f"{year}-01-01",
			"fy_end_date": f"{year}-12-31",
			"domains": ["Retail"],
			"setup_demo": 0,
			"enable_telemetry": 0,
		}
	)
	if answer.get("status") != "ok" or not frappe.db.count("Company"):
		sys.exit(f"ERPNext's set-up wizard did not finish: {answer}")
	if currency == "KWD":
		frappe.db.set_single_value("System Settings", {"currency_precision": "3", "float_precision": "3"})
	frappe.db.commit()
	frappe.clear_cache()


def _exchange_rate(currency: str, books: str) -> None:
	if currency not in _DOLLARS or books not in _DOLLARS:
		sys.exit(f"No exchange rate is known for {currency} to {books}; add it to checks/bench_site.py.")
	day = EPOCH.date().replace(year=2000)  # before every order
	key = {"from_currency": currency, "to_currency": books, "date": day}
	if not frappe.db.exists("Currency Exchange", key):
		rate = Decimal(_DOLLARS[currency]) / Decimal(_DOLLARS[books])
		values = {"exchange_rate": float(rate), "for_selling": 1, "for_buying": 1}
		frappe.get_doc({"doctype": "Currency Exchange", **key, **values}).insert()


def _base_prices() -> None:
	"""Every second SKU has a base price that no order asks: to be changed, or added, by mistake."""
	price_list = frappe.db.get_single_value("Selling Settings", "selling_price_list") or "Standard Selling"
	for variant in VARIANTS[::2]:
		key = {"item_code": variant.sku, "price_list": price_list}
		if variant.sku and not frappe.db.exists("Item Price", key):
			frappe.get_doc({"doctype": "Item Price", **key, "price_list_rate": 7.77}).insert()
