"""Pick Lists and stock reservations of synced orders on real ERPNext."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import frappe

from ...core.commands import CancelSalesOrder
from ...core.drafts import draft_of
from ...core.followups import ChangeSalesOrder, CloseSalesOrder, CreatePickList
from ...core.models import Order
from ..contract_life_support import retotalled
from .testing_deliveries import Deliveries

ONE, TWO = Decimal(1), Decimal(2)


class Picking(Deliveries):
	"""Orders on their way to the warehouse."""

	def pick(self, order: Order) -> str:
		"""Apply the command; the Sales Order's name."""
		name = self.sales_order_of(order).name
		self.apply(order, CreatePickList(document=name))
		frappe.db.rollback()
		return str(name)

	def lists(self, sales_order: str) -> list[Any]:
		"""The order's Pick Lists with their rows."""
		names = frappe.get_all("Pick List Item", {"sales_order": sales_order}, pluck="parent", distinct=True)
		return [frappe.get_doc("Pick List", name) for name in sorted(names)]

	def change(self, before: Order, after: Order) -> None:
		"""Bring the Sales Order to the order."""
		with self.erp.transaction([]):
			seen = self.erp.observe(after, self.goods)
			draft = draft_of(after, seen, self.goods)
		self.apply(before, ChangeSalesOrder(document=seen.document.name, draft=draft))
		frappe.db.rollback()

	def entries(self, sales_order: str) -> dict[str, float]:
		"""Reserved pieces by Item."""
		filters = {"voucher_no": sales_order, "docstatus": 1}
		found: dict[str, float] = {}
		for item, pieces in frappe.get_all(
			"Stock Reservation Entry", filters, ["item_code", "reserved_qty"], as_list=True
		):
			found[item] = found.get(item, 0) + pieces
		return found

	@contextmanager
	def reserving(self) -> Iterator[None]:
		"""With ERPNext's stock reservation on."""
		frappe.db.set_single_value("Stock Settings", "enable_stock_reservation", 1)
		frappe.db.set_single_value("Stock Settings", "allow_partial_reservation", 1)
		frappe.db.commit()
		try:
			yield
		finally:
			frappe.db.rollback()
			frappe.db.set_single_value("Stock Settings", "enable_stock_reservation", 0)
			frappe.db.commit()


class TestPickLists(Picking):
	"""Drafts for the warehouse."""

	def test_one_draft_for_each_warehouse(self) -> None:
		order = self.life_order()
		item = self.item_of(order, "3")
		self.issue(item, self.warehouses[0], Decimal(20))
		self.receive(item, self.warehouses[1], TWO)
		order = self.place(order)
		self.receive(item, self.warehouses[0], TWO)  # not where the order has its piece
		lists = self.lists(self.pick(order))
		self.assertEqual({doc.docstatus for doc in lists}, {0})
		found = {doc.parent_warehouse: {row.item_code: row.qty for row in doc.locations} for doc in lists}
		self.assertEqual(found[self.warehouses[1]], {item: 1})
		self.assertEqual({row.warehouse for doc in lists for row in doc.locations}, set(self.warehouses))
		self.assertNotIn(item, found[self.warehouses[0]])

	def test_a_person_can_submit_it_and_deliver(self) -> None:
		from erpnext.stock.doctype.pick_list.pick_list import create_delivery_note

		order = self.place()
		(doc,) = self.lists(self.pick(order))
		doc.submit()
		create_delivery_note(doc.name)
		(note,) = frappe.get_all(
			"Delivery Note Item", {"against_pick_list": doc.name}, pluck="parent", distinct=True
		)
		frappe.get_doc("Delivery Note", note).submit()
		frappe.db.commit()
		delivery = self.delivery(order, note)
		self.assertEqual({row.line_id for row in delivery.rows}, {"1", "2", "3"})
		self.assertEqual(self.sales_order_of(order).per_delivered, 100)

	def test_bundles_are_picked_by_their_parts(self) -> None:
		parts = [self.new_item(), self.new_item()]
		for part in parts:
			self.receive(part, self.warehouses[0], Decimal(10))
		order = self.order_of(self.new_bundle({parts[0]: TWO, parts[1]: ONE}))
		(doc,) = self.lists(self.pick(order))
		picked = {row.item_code: row.stock_qty for row in doc.locations}
		self.assertEqual((picked[parts[0]], picked[parts[1]]), (4, 2))

	def test_without_stock_there_is_nothing_to_pick(self) -> None:
		order = self.life_order()
		for line in order.lines:
			self.issue(line.sku or "", self.warehouses[0], Decimal(20))
		order = self.place(order)
		self.assertEqual(self.lists(self.pick(order)), [])

	def test_an_edited_order_has_another(self) -> None:
		order = self.place()
		(before,) = self.lists(self.pick(order))
		self.assertEqual(sum(row.qty for row in before.locations), 6)
		after = retotalled(order.model_copy(update={"lines": order.lines[1:]}))
		self.change(order, after)
		(doc,) = self.lists(self.sales_order_of(order).name)
		self.assertEqual(sum(row.qty for row in doc.locations), 4)

	def test_a_refusal_leaves_nothing_behind(self) -> None:
		order = self.place()
		name = self.sales_order_of(order).name
		frappe.get_doc("Sales Order", name).update_status("Closed")
		frappe.db.set_value("Sales Order", name, "docstatus", 2)
		frappe.db.commit()
		self.apply(order, CreatePickList(document=name))
		self.assertEqual(self.lists(name), [])
		frappe.db.set_value("Sales Order", name, "docstatus", 1)
		frappe.db.commit()


class TestReservations(Picking):
	"""Where ERPNext reserves stock for an order."""

	def test_goods_are_reserved_in_place_of_a_pick_list(self) -> None:
		with self.reserving():
			order = self.place()
			name = self.pick(order)
			self.assertEqual(sorted(self.entries(name).values()), [1, 2, 3])
			self.assertEqual(self.lists(name), [])
			self.assertTrue(self.look(order).picked)

	def test_a_delivery_takes_what_is_reserved(self) -> None:
		with self.reserving():
			order = self.place()
			name = self.pick(order)
			self.deliver_lines(order)
			filters = {"voucher_no": name}
			states = frappe.get_all("Stock Reservation Entry", filters, pluck="status", distinct=True)
			self.assertEqual(states, ["Delivered"])

	def test_reservations_follow_an_edit(self) -> None:
		with self.reserving():
			order = self.place()
			name = self.pick(order)
			first = order.lines[0].model_copy(update={"quantity": Decimal(5)})
			after = retotalled(order.model_copy(update={"lines": (first, order.lines[2])}))
			self.change(order, after)
			items = {self.item_of(order, "1"): 5.0, self.item_of(order, "3"): 1.0}
			self.assertEqual(self.entries(name), items)

	def test_reservations_go_with_a_closed_or_cancelled_order(self) -> None:
		with self.reserving():
			for command in (CloseSalesOrder, CancelSalesOrder):
				order = self.place()
				name = self.pick(order)
				self.assertTrue(self.entries(name))
				self.apply(order, command(document=name))
				self.assertEqual(self.entries(name), {})


del Picking, Deliveries  # they have no tests of their own
