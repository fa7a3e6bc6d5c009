"""Exchange rates for documents, from the site's own Currency Exchange records only.

ERPNext's own lookup asks a web service when there is no record; nothing may be called while a lock is held.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import frappe
from frappe.utils import add_days

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
