"""Orders at the same time on real ERPNext: none sees a piece that another has taken, and none goes unnoticed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import frappe

from ...core.errors import Transient
from ...core.models import Line, Order
from ...core.orders import plan_order
from ...core.settings import StoreSettings
from ..contract_goods_support import GoodsContract, sample_product, sample_variant
from ..contract_support import unique
from . import oversold
from .erp import ErpNext
from .test_in_one_go import statements
from .testing_goods import ONE, TEN, THREE, Goods

WORKERS = 4


class TestAllocation(Goods, GoodsContract):
	"""Warehouses by what is free, under lock."""

	def setUp(self) -> None:
		super().setUp()
		self.goods = GoodsContract.goods.func(self)  # type: ignore[attr-defined]
		self.first, self.second = self.warehouses

	def _rows(self, name: str) -> list[tuple[str, float]]:
		return [(row.warehouse, row.qty) for row in frappe.get_doc("Sales Order", name).items]

	def test_lines_go_where_the_goods_are(self) -> None:
		item = self.new_item()
		self.receive(item, self.first, ONE)
		self.receive(item, self.second, TEN)
		_, name = self.sell(item, "3")
		self.assertEqual(self._rows(name), [(self.second, 3)])
		self.assertFalse(frappe.db.get_value("Sales Order", name, "store_oversold"))

	def test_an_oversold_order_says_so_and_tells_the_managers(self) -> None:
		manager = self._manager()
		item = self.new_item()
		self.receive(item, self.first, ONE)
		order, name = self.sell(item, "4")
		said = frappe.db.get_value("Sales Order", name, "store_oversold")
		self.assertEqual(said, f"3 × {item} in {self.first}")
		(notice,) = frappe.get_all("Notification Log", {"document_name": name, "for_user": manager}, ["*"])
		self.assertIn(item, notice.subject)
		self.assertIn(order.name, notice.subject)
		self.assertEqual(self.free(item), Decimal(-3))

	def test_where_nobody_manages_stores_system_managers_are_told(self) -> None:
		item = self.new_item()
		with patch.object(oversold, "ROLE", "Nobody Has This Role"):
			_, name = self.sell(item, "1")
		notices = frappe.get_all("Notification Log", {"document_name": name}, pluck="for_user")
		self.assertIn("Administrator", notices)

	def _manager(self) -> str:
		email = "goods-manager@example.com"
		if not frappe.db.exists("User", email):
			user = frappe.new_doc("User")
			user.update(
				{"email": email, "first_name": "Goods", "send_welcome_email": 0, "user_image": "/x.png"}
			)
			user.append_roles(oversold.ROLE)
			user.insert()
			frappe.db.commit()
		return email

	def test_a_notice_is_undone_with_its_order(self) -> None:
		manager, item = self._manager(), self.new_item()
		before = frappe.db.count("Notification Log", {"for_user": manager})
		with self.assertRaises(ZeroDivisionError):
			self._sell_and(item, lambda: 1 // 0)
		self.assertEqual(frappe.db.count("Notification Log", {"for_user": manager}), before)

	def _sell_and(self, item: str, work: Callable[[], Any]) -> None:
		self.receive(item, self.first, ONE)
		order = self.order_for(item, "2")
		self.bring_about(self.order_for(item, "1", customer=order.customer), self.goods)
		self.erp.ensure_links([self.key(order)])
		with self.erp.transaction([self.key(order)]):
			for command in plan_order(order, self.erp.observe(order, self.goods), self.goods).commands:
				self.erp.apply(command, order, self.goods)
			work()

	def test_a_listing_of_packs_takes_packs(self) -> None:
		item = self.new_item()
		product = sample_product(sample_variant("PACK-" + unique()))
		(name,) = self.bind(product, item)
		self.sell_as(name, Decimal(6))
		self.receive(item, self.first, Decimal(10))
		self.receive(item, self.second, Decimal(13))
		line = Line(id="1", title="Pack", quantity=Decimal(2), subtotal=Decimal(2), product_id=product.id)
		line = line.model_copy(update={"variant_id": product.variants[0].id})
		order = self.order_for(item, "2", lines=(line,))
		self.bring_about(order, self.goods)
		with self.erp.transaction([]):
			document = self.erp.observe(order, self.goods).linked
		(row,) = frappe.get_doc("Sales Order", document).items
		self.assertEqual((row.uom, row.qty, row.stock_qty, row.rate), ("Pack of 6", 2, 12, 1))
		self.assertEqual((row.warehouse, self.free(item, self.second)), (self.second, ONE))

	def test_orders_at_once_cannot_take_the_same_piece(self) -> None:
		"""Twelve orders of one piece for ten, by workers of their own: exactly two are told as oversold."""
		item = self.new_item()
		bundle = self.new_bundle({item: ONE})
		self.receive(item, self.first, TEN)
		orders = [self.order_for(bundle if number % 3 == 0 else item, "1") for number in range(12)]
		site = frappe.local.site
		with ThreadPoolExecutor(WORKERS) as pool:
			names = list(pool.map(lambda order: _import(site, order, self.goods), orders))
		frappe.db.rollback()
		said = [frappe.db.get_value("Sales Order", name, "store_oversold") for name in names]
		self.assertEqual(len([each for each in said if each]), 2, said)
		where = {"item_code": item, "warehouse": self.first}
		self.assertEqual(frappe.db.get_value("Bin", where, ["actual_qty", "reserved_qty"]), (10, 12))
		self.assertEqual(self.free(item), Decimal(-2))

	def test_what_is_free_is_read_under_lock(self) -> None:
		item = self.new_item()
		self.receive(item, self.first, THREE)
		order = self.order_for(item, "1")
		with self.erp.transaction([]):
			seen = self.erp.observe(order, self.goods)
			self.assertEqual(seen.free[item, self.first], THREE)
			with self.assertRaises(frappe.QueryTimeoutError):
				self.elsewhere(lambda erp, journal: _lock_bin(item, self.first))

	def test_observing_costs_little_more(self) -> None:
		item = self.new_item()
		order, _ = self.sell(item, "1")
		fresh = self.order_for(item, "1")
		costs = []
		for each in (order, fresh):
			with self.erp.transaction([]):
				costs.append(statements(lambda seen=each: self.erp.observe(seen, self.goods)))
		self.assertLessEqual(costs[1], costs[0] + 3)


def _lock_bin(item: str, warehouse: str) -> None:
	frappe.db.sql(
		"SELECT name FROM `tabBin` WHERE item_code = %s AND warehouse = %s FOR UPDATE NOWAIT",
		(item, warehouse),
	)


class _Worker(GoodsContract):
	"""The usual pass over one order, on a connection of its own."""

	def __init__(self, settings: StoreSettings) -> None:
		self.erp = ErpNext()
		self.settings = settings


def _import(site: str, order: Order, settings: StoreSettings) -> str:
	frappe.init(site=site)
	frappe.connect()
	frappe.flags.in_test = True
	try:
		worker = _Worker(settings)
		found = _patiently(lambda: worker.bring_about(order))
		return next(name for doctype, name in reversed(found) if doctype == "Sales Order")
	finally:
		frappe.destroy()


def _patiently(work: Callable[[], list[tuple[str, str]]]) -> list[tuple[str, str]]:
	"""As the machine does: what the database refuses for a moment is tried again."""
	for _ in range(20):
		try:
			return work()
		except Transient:
			continue
	raise AssertionError(f"busy for ever: {unique()}")
