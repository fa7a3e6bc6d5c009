"""The Item Price table, and a site that would write to it by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import frappe
from bench_site import fresh
from frappe.utils.nestedset import get_root_of


@dataclass
class BasePrices:
	"""The Item Price table: how many rows, the last change, and a sum over its contents."""

	rows: int
	modified: str
	checksum: str

	@classmethod
	def now(cls) -> BasePrices:
		fresh()
		count, modified = frappe.db.sql("select count(*), max(modified) from `tabItem Price`")[0]
		return cls(count, str(modified), str(frappe.db.sql("checksum table `tabItem Price`")[0][1]))


class Ordinary(NamedTuple):
	"""What a Sales Order that a person types does to base prices: Item Prices added, rule applied."""

	added: int
	ruled: bool


class Tempted:
	"""A site that writes base prices by itself and halves every price by rule, for the length of the block.

	Gives what an ordinary Sales Order does there (rolled back).
	"""

	_SETTINGS = ("auto_insert_price_list_rate_if_missing", "update_existing_price_list_rate")

	def __enter__(self) -> Ordinary:
		self.before = {key: frappe.db.get_single_value("Stock Settings", key) for key in self._SETTINGS}
		frappe.db.set_single_value("Stock Settings", dict.fromkeys(self._SETTINGS, 1))
		self.rule = frappe.get_doc(
			{
				"doctype": "Pricing Rule",
				"title": "Check: half of everything",
				"apply_on": "Item Group",
				"item_groups": [{"item_group": get_root_of("Item Group")}],
				"selling": 1,
				"rate_or_discount": "Discount Percentage",
				"discount_percentage": 50,
				"company": frappe.defaults.get_global_default("company"),
			}
		).insert()
		frappe.db.commit()
		frappe.clear_cache()
		return self._control()

	def __exit__(self, *_error: object) -> None:
		frappe.db.rollback()
		frappe.db.set_single_value("Stock Settings", self.before)
		self.rule.delete()
		frappe.db.commit()
		frappe.clear_cache()

	def _control(self) -> Ordinary:
		"""Somebody with all rights types an order for an Item that has no base price."""
		item = frappe.db.sql(
			"""select name from tabItem where disabled = 0 and is_sales_item = 1 and is_stock_item = 1
			and name not in (select item_code from `tabItem Price`) limit 1"""
		)[0][0]
		customer = frappe.get_doc({"doctype": "Customer", "customer_name": "Check Control"}).insert()
		before = frappe.db.count("Item Price")
		day = frappe.utils.today()
		row = {"item_code": item, "qty": 1, "rate": 5, "price_list_rate": 5, "delivery_date": day}
		order = {"doctype": "Sales Order", "customer": customer.name, "delivery_date": day, "items": [row]}
		doc = frappe.get_doc(order).insert()
		done = Ordinary(frappe.db.count("Item Price") - before, bool(doc.items[0].pricing_rules))
		frappe.db.rollback()
		return done
