"""Notes prices whose period begins or ended lately: nothing is saved on such a day that would tell."""

from __future__ import annotations

from datetime import timedelta

import frappe
from frappe.utils import getdate

from .changes import EVERY_ITEM, write

_DAYS = 2  # looked back, so that a day without a running scheduler is made up for


def note_price_periods() -> int:
	"""See `GoodsBooks.note_price_periods`. Inside a transaction; rules concern every listing."""
	today = getdate()
	days = {
		"begun": today - timedelta(days=_DAYS - 1),
		"ended": today - timedelta(days=_DAYS),
		"today": today,
	}
	period = """((valid_from >= %(begun)s AND valid_from <= %(today)s)
		OR (valid_upto >= %(ended)s AND valid_upto < %(today)s))"""
	prices = frappe.db.sql(
		f"SELECT DISTINCT item_code FROM `tabItem Price` WHERE selling = 1 AND {period}", days
	)
	rules = frappe.db.sql(
		f"SELECT 1 FROM `tabPricing Rule` WHERE disable = 0 AND selling = 1 AND {period} LIMIT 1", days
	)
	return write("price", {item for (item,) in prices} | ({EVERY_ITEM} if rules else set()))
