"""What the connection test proves about a site, and that proving leaves nothing behind."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.tests.utils import FrappeTestCase

from ..base import SiteCheck
from .books import prove_books
from .site import FIX_STOCK_SETTINGS, fix_stock_settings, prove_site, site_digits
from .testing import prepare

_POSTED = (
	"Sales Invoice",
	"Payment Entry",
	"GL Entry",
	"Customer",
	"Item",
	"Email Queue",
	"Comment",
	"Version",
)
_SINGLE_ACCOUNT = "allow_multi_currency_invoices_against_single_party_account"


class TestSite(FrappeTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.settings = prepare()

	def tearDown(self) -> None:
		self._set("Stock Settings", "auto_insert_price_list_rate_if_missing", 1)
		self._set("Accounts Settings", _SINGLE_ACCOUNT, 0)

	def _set(self, doctype: str, field: str, value: int) -> None:
		frappe.db.set_single_value(doctype, field, value)
		frappe.db.commit()
		frappe.clear_document_cache(doctype, doctype)

	def checks(self, *currencies: str) -> dict[str, SiteCheck]:
		return {check.name: check for check in prove_site(self.settings, currencies)}

	def test_a_site_that_fits(self) -> None:
		fix_stock_settings()
		frappe.db.commit()
		wrong = [check for check in self.checks().values() if not check.ok]
		self.assertEqual(wrong, [])

	def test_settings_that_write_base_prices_are_red_and_can_be_fixed(self) -> None:
		self._set("Stock Settings", "auto_insert_price_list_rate_if_missing", 1)
		check = self.checks()["Base prices"]
		self.assertEqual((check.ok, check.fix), (False, FIX_STOCK_SETTINGS))
		fix_stock_settings()
		frappe.db.commit()
		self.assertTrue(self.checks()["Base prices"].ok)

	def test_a_currency_with_more_decimals_than_the_site(self) -> None:
		check = self.checks("KWD")["Currency precision for KWD"]
		self.assertEqual(check.ok, site_digits() >= 3)
		self.assertTrue(self.checks("JPY")["Currency precision for JPY"].ok)

	def test_proving_the_books_leaves_nothing(self) -> None:
		before = self._rows()
		check = prove_books(self.settings, self.settings.company_currency)
		self.assertTrue(check.ok, check.detail)
		self.assertEqual(self._rows(), before)

	def _rows(self) -> dict[str, Any]:
		frappe.db.rollback()
		rows = {doctype: frappe.db.count(doctype) for doctype in _POSTED}
		return rows | {"series": frappe.db.sql("SELECT name, current FROM `tabSeries` ORDER BY name")}

	def test_a_foreign_currency_without_a_rate_says_so(self) -> None:
		check = prove_books(self.settings, "SEK")
		self.assertEqual((check.ok, "Currency Exchange" in check.remedy), (False, True))

	def test_a_foreign_currency_needs_a_receivable_account(self) -> None:
		self._add_rate("NOK")
		check = prove_books(self.settings, "NOK")
		self.assertFalse(check.ok)
		self.assertIn("receivable account in NOK", check.remedy)
		self._set("Accounts Settings", _SINGLE_ACCOUNT, 1)
		check = prove_books(self.settings, "NOK")
		self.assertTrue(check.ok, check.detail)

	def _add_rate(self, currency: str) -> None:
		pair = {"from_currency": currency, "to_currency": self.settings.company_currency}
		if not frappe.db.exists("Currency Exchange", pair):
			rate = {
				"doctype": "Currency Exchange",
				**pair,
				"date": frappe.utils.nowdate(),
				"exchange_rate": 0.1,
			}
			frappe.get_doc({**rate, "for_selling": 1, "for_buying": 1}).insert()
		frappe.db.commit()
