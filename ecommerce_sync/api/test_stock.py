"""What the Desk shows of stock: a listing's numbers on both sides, and what runs low."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import frappe
from frappe.tests.utils import FrappeTestCase

from ..core.stock import plan_stock
from ..erps.erpnext import due
from ..testing import company, new_item, new_store, remove_store, user_with
from . import stock

STORE = "Stock-Page-Test"


class StockPage(FrappeTestCase):
	"""A store with two warehouses and one Item of which 12 and 30 are there."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.warehouses = [_warehouse(name) for name in ("Stock Page One", "Stock Page Two")]
		rows = [{"warehouse": name} for name in cls.warehouses]
		new_store(STORE, warehouse=cls.warehouses[0], locations=rows, push_stock=1, stock_buffer=2)
		cls.item = _stocked(f"STOCK-PAGE-{frappe.generate_hash(length=6)}")
		for warehouse, quantity in zip(cls.warehouses, (12, 30), strict=True):
			_receive(cls.item, warehouse, quantity)
		cls.listing = _listing(cls.item)
		frappe.db.commit()
		cls.addClassCleanup(cls._forget)

	@classmethod
	def _forget(cls) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()
		frappe.db.delete("Store Stock Level", {"store": STORE})
		remove_store(STORE)
		frappe.db.commit()

	def tearDown(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()
		frappe.db.delete("Store Stock Level", {"store": STORE})
		frappe.db.delete("Item Reorder", {"parent": ["like", "STOCK-PAGE-%"]})
		frappe.db.commit()

	def shows(self, quantity: int) -> None:
		level = {"doctype": "Store Stock Level", "listing": self.listing, "store": STORE, "location_id": ""}
		frappe.get_doc({**level, "known": 1, "quantity": quantity, "stocked": 1}).insert()
		frappe.db.commit()


class TestListing(StockPage):
	def test_what_goes_out_and_what_buyers_see(self) -> None:
		[row] = stock.stock_of(self.listing)
		self.assertEqual(
			(row["available"], row["buffer"], row["known"], row["due"]), (12 + 30 - 2, 2.0, None, True)
		)
		self.assertEqual(row["warehouses"], self.warehouses)
		self.shows(7)
		[row] = stock.stock_of(self.listing)
		self.assertEqual((row["known"], row["due"]), (7, True))
		frappe.db.set_value("Store Stock Level", {"listing": self.listing}, "quantity", 40)
		frappe.db.commit()
		[row] = stock.stock_of(self.listing)
		self.assertFalse(row["due"])

	def test_it_is_what_the_planner_would_push(self) -> None:
		from ..bootstrap import machine, store_settings

		self.shows(3)
		settings, erp = store_settings(STORE), machine().erp
		free = erp.free_stock([self.item], self.warehouses)
		[quantity] = plan_stock(erp.listings_of(STORE, [self.listing]), free, settings)
		self.assertEqual(stock.stock_of(self.listing)[0]["available"], quantity.quantity)

	def test_an_unbound_listing_has_no_numbers(self) -> None:
		self.assertEqual(stock.stock_of(_listing(None)), [])

	def test_push_now_makes_it_due(self) -> None:
		frappe.db.set_value("Store Listing", self.listing, {"stock_due": None, "price_due": None})
		frappe.db.commit()
		with patch.object(frappe, "enqueue") as enqueue:
			stock.push_listing(self.listing)
		self.assertEqual(enqueue.call_args.kwargs["store"], STORE)
		self.assertEqual([each.name for each in due.stock_due(STORE, 10)[1]], [self.listing])

	def test_who_may_look_and_who_may_push(self) -> None:
		with user_with("Ecommerce Sync User"):
			self.assertEqual(len(stock.stock_of(self.listing)), 1)
			self.assertRaises(frappe.PermissionError, stock.push_listing, self.listing)
			self.assertEqual(stock.low_stock(STORE)["total"], 0)
		with user_with("Website Manager"):
			for method, name in ((stock.stock_of, self.listing), (stock.low_stock, STORE)):
				self.assertRaises(frappe.PermissionError, method, name)


class TestLowStock(StockPage):
	def test_an_item_is_low_at_its_reorder_level_and_below(self) -> None:
		for level, low in ((11, False), (12, True), (20, True)):
			with self.subTest(level):
				_reorder(self.item, self.warehouses[0], level)
				found = stock.low_stock(STORE)
				self.assertEqual(found["total"], int(low))
		[row] = found["rows"]
		self.assertEqual(
			(row.item_code, row.place, row.available, row.reorder_level),
			(self.item, self.warehouses[0], 12.0, 20.0),
		)

	def test_only_the_stores_warehouses_and_bound_items_count(self) -> None:
		_reorder(self.item, _warehouse("Stock Page Elsewhere"), 100)
		_reorder(_stocked(f"STOCK-PAGE-{frappe.generate_hash(length=6)}"), self.warehouses[0], 100)
		self.assertEqual(stock.low_stock(STORE)["total"], 0)

	def test_a_row_that_checks_in_a_group_is_compared_with_the_group(self) -> None:
		group = frappe.db.get_value("Warehouse", self.warehouses[0], "parent_warehouse")
		_reorder(self.item, self.warehouses[0], 41, group)
		self.assertEqual(stock.low_stock(STORE)["total"], 0)
		_reorder(self.item, self.warehouses[0], 42, group)
		[row] = stock.low_stock(STORE)["rows"]
		self.assertEqual((row.place, row.available), (group, 42.0))

	def test_the_first_rows_are_the_furthest_below_and_all_can_be_had(self) -> None:
		items = [_stocked(f"STOCK-PAGE-{frappe.generate_hash(length=6)}") for _ in range(4)]
		for position, item in enumerate(items, 1):
			_listing(item)
			_reorder(item, self.warehouses[1], 10 * position)
		found = stock.low_stock(STORE, limit=2)
		self.assertEqual((found["total"], [row.item_code for row in found["rows"]]), (4, items[:1:-1]))
		self.assertEqual(len(stock.low_stock(STORE, limit=0)["rows"]), 4)

	def test_the_number_of_queries_does_not_grow(self) -> None:
		counts = []
		for _ in range(2):
			for _ in range(5):
				item = _stocked(f"STOCK-PAGE-{frappe.generate_hash(length=6)}")
				_listing(item)
				_reorder(item, self.warehouses[0], 10)
			counts.append(_queries(lambda: stock.low_stock(STORE)))
		self.assertEqual(counts[0], counts[1])


def _queries(work: Any) -> int:
	work()  # what is cached is cached
	with patch.object(frappe.db, "sql", wraps=frappe.db.sql) as execute:
		work()
	return int(execute.call_count)


def _warehouse(name: str) -> str:
	found = frappe.db.get_value("Warehouse", {"warehouse_name": name, "company": company()})
	doc = {"doctype": "Warehouse", "warehouse_name": name, "company": company()}
	parent = frappe.db.get_value("Warehouse", {"warehouse_name": "Stock Page", "company": company()})
	if not parent:
		parent = frappe.get_doc({**doc, "warehouse_name": "Stock Page", "is_group": 1}).insert().name
	return str(found or frappe.get_doc({**doc, "parent_warehouse": parent}).insert().name)


def _stocked(code: str) -> str:
	item = new_item(code)
	item.db_set("is_stock_item", 1)
	frappe.clear_document_cache("Item", code)
	return code


def _receive(item: str, warehouse: str, quantity: int) -> None:
	entry = frappe.new_doc("Stock Entry")
	entry.update({"stock_entry_type": "Material Receipt", "company": company()})
	entry.append("items", {"item_code": item, "qty": quantity, "t_warehouse": warehouse, "basic_rate": 1})
	entry.insert()
	entry.submit()


def _listing(item: str | None) -> str:
	doc = frappe.new_doc("Store Listing")
	number = frappe.generate_hash(length=8)
	doc.update({"store": STORE, "product_id": number, "title": number, "item_code": item})
	return str(doc.insert().name)


def _reorder(item: str, warehouse: str, level: int, group: str | None = None) -> None:
	"""The Item's only row; as ERPNext keeps it."""
	frappe.db.delete("Item Reorder", {"parent": item})
	row = frappe.new_doc("Item Reorder")
	row.update({"parent": item, "parenttype": "Item", "parentfield": "reorder_levels", "idx": 1})
	row.update({"warehouse": warehouse, "warehouse_group": group, "warehouse_reorder_level": level})
	row.update({"material_request_type": "Purchase", "warehouse_reorder_qty": 5})
	row.db_insert()
