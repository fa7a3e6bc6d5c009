"""Whether the site fits a store: precision, books per currency, price settings, fiscal year, defaults."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import frappe
from frappe.utils import cint, get_number_format_info, getdate, nowdate

from ...core.money import minor_digits
from ...core.settings import StoreSettings
from ..base import SiteCheck
from .books import prove_books

FIX_STOCK_SETTINGS = "stock_settings"
_PRICE_SETTINGS = ("auto_insert_price_list_rate_if_missing", "update_existing_price_list_rate")
_COMPANY_DEFAULTS = (
	"default_receivable_account",
	"default_income_account",
	"cost_center",
	"round_off_account",
)


def prove_site(settings: StoreSettings, currencies: Iterable[str] = ()) -> list[SiteCheck]:
	"""All checks for the currencies that the store's orders come in; the company's where none is given.

	Posts documents to prove the books and rolls everything back. Ends the caller's transaction.
	"""
	wanted = sorted(set(currencies)) or [settings.company_currency]
	checks = [*_precisions(wanted), _prices(), _rounding(), _fiscal_year(settings), *_defaults(settings)]
	checks += [prove_books(settings, currency) for currency in wanted]
	return [check.model_copy(update={"remedy": ""}) if check.ok else check for check in checks]


def fix_stock_settings() -> None:
	"""Switch off what lets documents write base prices. Needs the right to change Stock Settings."""
	settings = frappe.get_doc("Stock Settings")
	for field in _PRICE_SETTINGS:
		if settings.meta.get_field(field):
			settings.set(field, 0)
	settings.save()


def site_digits() -> int:
	"""Decimals that Frappe rounds amounts to on this site: the setting, else what the number format shows."""
	if precision := cint(frappe.db.get_default("currency_precision")):
		return precision
	number_format = frappe.db.get_default("number_format") or "#,###.##"
	return int(get_number_format_info(number_format)[2])


def _precisions(currencies: list[str]) -> Iterator[SiteCheck]:
	digits = site_digits()
	for currency in currencies:
		needed = minor_digits(currency)
		yield SiteCheck(
			name=f"Currency precision for {currency}",
			ok=needed <= digits,
			detail=f"{currency} has {needed} decimals, this site rounds to {digits}.",
			remedy=f"Set System Settings > Currency Precision to {needed} or more.",
		)


def _prices() -> SiteCheck:
	meta = frappe.get_meta("Stock Settings")
	on = [
		str(meta.get_label(field))
		for field in _PRICE_SETTINGS
		if meta.get_field(field) and cint(frappe.db.get_single_value("Stock Settings", field))
	]
	return SiteCheck(
		name="Base prices",
		ok=not on,
		detail="Documents that people enter write Item Prices: " + ", ".join(on) if on else "",
		remedy="Switch these off in Stock Settings; imported orders write no Item Price either way.",
		fix=FIX_STOCK_SETTINGS if on else "",
	)


def _rounding() -> SiteCheck:
	there = frappe.get_meta("Sales Order").get_field("disable_rounded_total")
	return SiteCheck(
		name="Rounded totals",
		ok=bool(there),
		detail="Orders of the store are written with rounded totals off." if there else "",
		remedy="Show the field 'Disable Rounded Total' of Sales Order again (Customize Form).",
	)


def _fiscal_year(settings: StoreSettings) -> SiteCheck:
	from erpnext.accounts.utils import FiscalYearError, get_fiscal_year

	today = getdate(nowdate())
	try:
		year = get_fiscal_year(today, company=settings.company)[0]
	except FiscalYearError:
		return SiteCheck(
			name="Fiscal Year",
			ok=False,
			detail=f"No Fiscal Year of {settings.company} has {today}.",
			remedy="Create the Fiscal Year, or add the company to it.",
		)
	return SiteCheck(name="Fiscal Year", ok=True, detail=str(year))


def _defaults(settings: StoreSettings) -> Iterator[SiteCheck]:
	meta = frappe.get_meta("Company")
	values: dict[str, Any] = frappe.db.get_value("Company", settings.company, _COMPANY_DEFAULTS, as_dict=True)
	missing = [str(meta.get_label(field)) for field in _COMPANY_DEFAULTS if not values.get(field)]
	yield SiteCheck(
		name="Defaults of the company",
		ok=not missing,
		detail=f"{settings.company} has no {', '.join(missing)}." if missing else "",
		remedy=f"Set {', '.join(missing)} in Company {settings.company}." if missing else "",
		fatal=False,
	)
	lists = settings.price_list or frappe.db.get_value("Price List", {"selling": 1, "enabled": 1})
	yield SiteCheck(
		name="Price list",
		ok=bool(lists),
		detail=str(lists or "There is no price list for selling."),
		remedy="Create a Price List for selling.",
	)
