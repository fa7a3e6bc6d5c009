"""Exchange rates for documents, from the site's own Currency Exchange records only.

ERPNext's own lookup asks a web service when there is no record; nothing may be called while a lock is held.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import add_days, getdate

from ...core.errors import Fixable


def exchange_rate(currency: str, company: str, on: date, given: Decimal | None = None) -> float:
	"""Company currency for one unit. Raises `Fixable` when nothing says how much."""
	home = str(frappe.get_cached_value("Company", company, "default_currency"))
	if currency == home:
		return 1.0
	if given:
		return float(given)
	if rate := _recorded(currency, home, on):
		return rate
	raise Fixable(
		"exchange_rate_missing",
		cause=f"exchange:{currency}",
		currency=currency,
		company_currency=home,
	)


@contextmanager
def rate_at_hand(sold: Any, currency: str) -> Iterator[None]:
	"""ERPNext looks up a rate for each open order of a customer who pays in a foreign currency, and uses none of them.

	So that it finds one without asking the web, the order's own is there for as long as the work takes, inside
	its transaction and older than any other: what the site has comes first.
	"""
	home = str(frappe.get_cached_value("Company", sold.company, "default_currency"))
	if currency == home:
		yield
		return
	stale = frappe.get_cached_doc("Accounts Settings").allow_stale
	doc = frappe.new_doc("Currency Exchange")
	doc.update({"name": frappe.generate_hash(), "from_currency": currency, "to_currency": home})
	doc.update({"date": getdate("1900-01-01") if stale else getdate(sold.transaction_date)})
	doc.update({"exchange_rate": sold.conversion_rate, "for_buying": 1, "for_selling": 1})
	doc.set_user_and_timestamp()
	doc.db_insert()
	yield
	frappe.db.delete("Currency Exchange", {"name": doc.name})


def _recorded(currency: str, home: str, on: date) -> float | None:
	"""The latest record up to the day, not older than Accounts Settings allow."""
	filters: list[list[object]] = [
		["from_currency", "=", currency],
		["to_currency", "=", home],
		["for_selling", "=", 1],
		["date", "<=", on],
	]
	settings = frappe.get_cached_doc("Accounts Settings")
	if not settings.allow_stale:
		filters.append(["date", ">", add_days(on, -int(settings.stale_days or 0))])
	found = frappe.get_all("Currency Exchange", filters, pluck="exchange_rate", order_by="date desc", limit=1)
	return float(found[0]) if found and found[0] else None
