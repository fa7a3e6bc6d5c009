"""Prices on real ERPNext: ERPNext's choice among Item Prices, Pricing Rules, and what has to be noted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import getdate

from ...core.prices import PricedListing, Reduced
from ..contract_goods_support import GoodsContract
from ..contract_support import unique
from . import changes
from .test_in_one_go import statements
from .testing_goods import Goods

TEN, TWENTY = Decimal(10), Decimal(20)


class Prices(Goods, GoodsContract):
	"""An Item at 20.00 that a store sells, and nothing due."""

	def setUp(self) -> None:
		super().setUp()
		self.goods = GoodsContract.goods.func(self)  # type: ignore[attr-defined]
		self.today = getdate()
		self.item = self.new_item(brand=_brand())
		(self.name,) = self.sold(self.item)
		self.base, self.sale = self.price_lists
		self.set_price(self.base, self.item, TWENTY)
		self.calm()

	def asked(self, name: str = "") -> PricedListing:
		self.erp.mark_due(self.store, "prices")
		found = self.erp.price_due(self.goods, 1000)[1]
		return next(listing for listing in found if listing.name == (name or self.name))

	def day(self, distance: int) -> date:
		return self.today + timedelta(days=distance)

	def price(self, rate: float, **values: Any) -> Any:
		"""One more Item Price, written by ERPNext's own document."""
		doc = frappe.new_doc("Item Price")
		doc.update({"item_code": self.item, "price_list": self.base, "price_list_rate": rate, **values})
		doc.insert()
		frappe.db.commit()
		return doc

	def rule(self, **values: Any) -> Any:
		doc = frappe.new_doc("Pricing Rule")
		doc.update(
			{"title": unique(), "apply_on": "Item Code", "selling": 1, "company": self.settings.company}
		)
		doc.update({"rate_or_discount": "Discount Percentage", "discount_percentage": 25, "currency": "USD"})
		doc.update(values)
		table, field, value = {
			"Item Code": ("items", "item_code", self.item),
			"Item Group": ("item_groups", "item_group", "All Item Groups"),
			"Brand": ("brands", "brand", _brand()),
		}[doc.apply_on]
		doc.append(table, {field: value})
		doc.insert()
		frappe.db.commit()
		self.addCleanup(_delete, doc)
		return doc


class TestItemPrices(Prices):
	"""Which Item Price is the one."""

	def test_as_erpnext_chooses(self) -> None:
		"""The rate is what ERPNext itself puts on a Sales Order of one piece."""
		self.assertEqual(self.asked().rate, self._erpnext())
		self.price(18, valid_from=self.day(-3))
		self.price(17, valid_from=self.day(-1), valid_upto=self.day(1))
		self.price(9, valid_from=self.day(2))
		self.assertEqual((self.asked().rate, self._erpnext()), (Decimal(17), Decimal(17)))

	def _erpnext(self) -> Decimal:
		from erpnext.stock.get_item_details import get_price_list_rate_for

		item = {"price_list": self.base, "uom": "Nos", "stock_uom": "Nos", "qty": 1, "conversion_factor": 1}
		args = frappe._dict(item, transaction_date=str(self.today), customer=None, supplier=None)
		return Decimal(str(get_price_list_rate_for(args, self.item)))

	def test_nobodys_own_price_counts(self) -> None:
		customer = frappe.db.get_value("Customer", {"disabled": 0})
		self.price(5, customer=customer, valid_from=self.day(-1))
		self.assertEqual(self.asked().rate, TWENTY)

	def test_a_price_for_the_unit_sold_goes_before_one_for_the_piece(self) -> None:
		self.sell_as(self.name, Decimal(6))
		self.assertEqual(self.asked().rate, Decimal(120))
		self.price(99, uom="Pack of 6", valid_from=self.day(-1))
		self.assertEqual(self.asked().rate, Decimal(99))

	def test_a_variant_without_a_price_has_its_templates(self) -> None:
		template = self.item
		variant = self.new_item()
		(name,) = self.sold(variant)
		frappe.db.set_value("Item", template, "has_variants", 1)
		frappe.db.set_value("Item", variant, "variant_of", template)
		frappe.db.commit()
		self.assertEqual(self.asked(name).rate, TWENTY)
		self.calm()
		changes.note("price", [template])  # ERPNext refuses new prices of templates; old ones stay
		frappe.db.commit()
		self.assertIn(name, self.prices_due())

	def test_a_disabled_list_asks_nothing(self) -> None:
		frappe.db.set_value("Price List", self.base, "enabled", 0)
		self.addCleanup(_enable, self.base)
		frappe.db.commit()
		self.assertIsNone(self.asked().rate)

	def test_a_sale_list_in_another_currency_reduces_nothing(self) -> None:
		self.set_price(self.sale, self.item, TEN)
		self.assertEqual(self.asked().reduced, Reduced(rate=TEN))
		frappe.db.set_value("Price List", self.sale, "currency", "EUR")
		self.addCleanup(_currency, self.sale, self.goods.company_currency)
		frappe.db.commit()
		self.assertIsNone(self.asked().reduced)

	def test_an_item_price_of_long_ago_is_not_read(self) -> None:
		self.price(1, valid_from=self.day(-20), valid_upto=self.day(-10))
		self.assertEqual(self.asked().rate, TWENTY)


class TestPricingRules(Prices):
	"""Simple rules are reduced prices."""

	def test_percentage_amount_and_rate(self) -> None:
		for values, rate in (
			({}, 15),
			({"rate_or_discount": "Discount Amount", "discount_amount": 4}, 16),
			({"rate_or_discount": "Rate", "rate": 12}, 12),
		):
			doc = self.rule(**values)
			self.assertEqual(self.asked().reduced, Reduced(rate=Decimal(rate), valid_from=doc.valid_from))
			_delete(doc)
		self.assertIsNone(self.asked().reduced)

	def test_groups_above_and_brands(self) -> None:
		for apply_on in ("Item Group", "Brand"):
			doc = self.rule(apply_on=apply_on)
			reduced = self.asked().reduced
			self.assertEqual(reduced and reduced.rate, Decimal(15), apply_on)
			_delete(doc)

	def test_the_higher_priority_then_the_items_own(self) -> None:
		self.rule(apply_on="Item Group", discount_percentage=50)
		self.rule(discount_percentage=10)
		self.assertEqual(self._rate(), Decimal(18))
		self.rule(apply_on="Brand", discount_percentage=40, has_priority=1, priority="3")
		self.assertEqual(self._rate(), Decimal(12))

	def _rate(self) -> Decimal | None:
		reduced = self.asked().reduced
		return reduced.rate if reduced else None

	def test_periods(self) -> None:
		self.rule(valid_from=self.day(3), valid_upto=self.day(5))
		expected = Reduced(rate=Decimal(15), valid_from=self.day(3), valid_upto=self.day(5))
		self.assertEqual(self.asked().reduced, expected)
		self.rule(valid_from=self.day(-1), discount_percentage=10)
		self.assertEqual(self._rate(), Decimal(18))

	def test_rules_that_are_not_for_everybody_are_left_out(self) -> None:
		customer = frappe.db.get_value("Customer", {"disabled": 0})
		for values in (
			{"applicable_for": "Customer", "customer": customer},
			{"min_qty": 2},
			{"min_amt": 100},
			{"mixed_conditions": 1},
			{"disable": 1},
			{"for_price_list": self.sale},
			{"condition": "doc.grand_total > 1"},
			{"margin_type": "Percentage", "margin_rate_or_amount": 5},
			{"valid_from": self.day(-9), "valid_upto": self.day(-8)},
		):
			doc = self.rule(**values)
			self.assertIsNone(self.asked().reduced, values)
			_delete(doc)

	def test_the_second_list_goes_before_rules(self) -> None:
		self.rule()
		self.set_price(self.sale, self.item, Decimal(19))
		self.assertEqual(self._rate(), Decimal(19))


class TestHeardPrices(Prices):
	"""What makes a listing's price due."""

	def _heard(self, work: Callable[[], Any]) -> None:
		self.calm()
		work()
		frappe.db.commit()
		self.assertIn(self.name, self.prices_due())
		self.assertEqual(self.stock_due(), {})

	def test_prices_and_rules_come_change_and_go(self) -> None:
		doc = self.price(18, valid_from=self.day(-3))
		self.assertEqual(self.prices_due(), {self.name})
		self._heard(lambda: doc.update({"price_list_rate": 17}).save())
		self._heard(doc.delete)
		for apply_on in ("Item Code", "Item Group", "Brand"):
			rule = self.rule(apply_on=apply_on)
			self.assertIn(self.name, self.prices_due())
			self._heard(rule.update({"discount_percentage": 30}).save)
			self._heard(rule.delete)

	def test_another_group_of_the_item(self) -> None:
		group = frappe.get_all("Item Group", {"is_group": 0}, pluck="name", limit=2)[-1]
		self._heard(lambda: self._save_item(self.item, item_group=group))

	def test_days_on_which_a_period_begins_or_ends(self) -> None:
		for since, until, noted in ((0, 5, 1), (-5, -1, 1), (-5, 5, 0), (-9, -7, 0), (1, 2, 0)):
			self.erp.note_price_periods()
			self.calm()
			doc = self.price(11, valid_from=self.day(since), valid_upto=self.day(until))
			self.calm()
			self.erp.note_price_periods()
			self.assertEqual(self.name in self.prices_due(), bool(noted), (since, until))
			_delete(doc)

	def test_buying_prices_are_no_stores(self) -> None:
		buying = frappe.db.get_value("Price List", {"buying": 1, "selling": 0, "enabled": 1})
		self.price(3, price_list=buying)
		self.assertEqual(self.prices_due(), set())

	def test_many_cost_the_same(self) -> None:
		names = self.sold(*(self.new_item() for _ in range(5)))
		costs = []
		for due in ([self.name], names):
			self.erp.mark_due(self.store, "prices", due)
			costs.append(statements(lambda: self.erp.price_due(self.goods, 100)))
			read_at, found = self.erp.price_due(self.goods, 100)
			self.assertEqual(len(found), len(due))
			self.erp.settle_prices(self.store, due, read_at)
		self.assertEqual(costs[0], costs[1])
		self.assertLessEqual(costs[0], 10)


def _brand() -> str:
	if not frappe.db.exists("Brand", "Goods Brand"):
		frappe.get_doc({"doctype": "Brand", "brand": "Goods Brand"}).insert()
	return "Goods Brand"


def _delete(doc: Any) -> None:
	frappe.delete_doc(doc.doctype, doc.name, force=True, ignore_missing=True)
	frappe.db.commit()


def _enable(price_list: str) -> None:
	frappe.db.set_value("Price List", price_list, "enabled", 1)
	frappe.db.commit()


def _currency(price_list: str, currency: str) -> None:
	frappe.db.set_value("Price List", price_list, "currency", currency)
	frappe.db.commit()


del Prices  # it has no tests of its own
