"""Returns of synced orders on real ERPNext: the order stays delivered, whoever makes them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import frappe
from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note
from erpnext.stock.stock_balance import get_reserved_qty

from ...core.errors import Fixable
from ...core.followups import CreateReturn, SubmitReturn
from ...core.models import Order
from ..contract_support import raises, unique
from .testing_deliveries import SERIES, Deliveries

ONE, TWO = Decimal(1), Decimal(2)


class Returns(Deliveries):
	"""Deliveries and what comes back of them."""

	def rows(self, delivery: str, *lines: str) -> dict[str, Decimal]:
		"""One piece of each row of these lines."""
		filters = {"parent": delivery, "store_line_id": ["in", lines]}
		return dict.fromkeys(frappe.get_all("Delivery Note Item", filters, pluck="name"), ONE)

	def back(self, order: Order, delivery: str, rows: dict[str, Decimal], **more: Any) -> Any:
		"""The document of a return by the sync."""
		known = {"delivery": delivery, "rows": rows, "posted_on": self.today, "refund_id": unique()}
		name = self.apply(order, CreateReturn(**{**known, **more}))
		frappe.db.rollback()
		return frappe.get_doc("Delivery Note", name)

	def stays_delivered(self, order: Order, line: str = "1") -> None:
		"""Nothing is open or reserved, though something came back."""
		document = self.sales_order_of(order)
		self.assertEqual((document.per_delivered, self.reserved(order, line)), (100, 0))
		status, delivery_status = frappe.db.get_value(
			"Sales Order", document.name, ["status", "delivery_status"]
		)
		self.assertEqual((status, delivery_status), ("To Bill", "Fully Delivered"))
		item = self.item_of(order, line)
		self.assertEqual(get_reserved_qty(item, self.warehouses[0]), 0)
		self.assertEqual(make_delivery_note(document.name).items, [])


class TestReturns(Returns):
	"""What comes back."""

	def test_what_erpnext_does_with_the_link(self) -> None:
		"""The reason for taking it off: on an order of no store the piece is reserved again."""
		order = self.place()
		delivery = self.deliver_lines(order)
		name = self.sales_order_of(order).name
		frappe.db.set_value("Delivery Note", delivery, "ecommerce_store", None)
		frappe.db.commit()
		self.return_by_hand(delivery, {"1": ONE})
		self.assertLess(frappe.db.get_value("Sales Order", name, "per_delivered"), 100)
		self.assertEqual(self.reserved(order, "1"), ONE)

	def test_the_order_stays_delivered(self) -> None:
		order = self.place()
		delivery = self.deliver_lines(order)
		doc = self.back(order, delivery, self.rows(delivery, "1", "3"), refund_id="r1", return_id="b1")
		self.assertEqual((doc.docstatus, doc.is_return, doc.return_against), (1, 1, delivery))
		self.assertEqual((doc.store_refund_id, doc.store_return_id, doc.status), ("r1", "b1", "Return"))
		self.assertEqual([(row.store_line_id, row.qty) for row in doc.items], [("1", -1), ("3", -1)])
		self.assertEqual({row.against_sales_order for row in doc.items}, {self.sales_order_of(order).name})
		self.stays_delivered(order)
		self.assertEqual([row.delivered for row in self.rows_of(order, "1")], [ONE])
		self.assertGreater(frappe.db.get_value("Delivery Note", delivery, "per_returned"), 0)

	def test_a_persons_return_too(self) -> None:
		order = self.place()
		delivery = self.deliver_lines(order)
		self.return_by_hand(delivery, {"1": TWO, "2": Decimal(3), "3": ONE})
		self.stays_delivered(order)
		self.assertEqual(frappe.db.get_value("Delivery Note", delivery, "status"), "Return Issued")

	def test_a_cancelled_return_can_be_amended(self) -> None:
		order = self.place()
		delivery = self.deliver_lines(order)
		doc = self.back(order, delivery, self.rows(delivery, "1"))
		doc.cancel()
		frappe.db.commit()
		self.assertEqual([row.delivered for row in self.rows_of(order, "1")], [TWO])
		amended = frappe.copy_doc(doc)
		amended.update({"amended_from": doc.name, "docstatus": 0})
		amended.insert().submit()
		frappe.db.commit()
		self.stays_delivered(order)
		self.assertEqual([row.delivered for row in self.rows_of(order, "1")], [ONE])

	def test_where_the_site_wants_an_order_for_every_delivery(self) -> None:
		frappe.db.set_single_value("Selling Settings", "so_required", "Yes")
		frappe.db.commit()
		try:
			order = self.place()
			delivery = self.deliver_lines(order)
			self.back(order, delivery, self.rows(delivery, "1"))
			self.stays_delivered(order)
		finally:
			frappe.db.set_single_value("Selling Settings", "so_required", "No")
			frappe.db.commit()

	def test_a_bundles_parts_come_back(self) -> None:
		parts = [self.new_item(), self.new_item()]
		for part in parts:
			self.receive(part, self.warehouses[0], Decimal(10))
		order = self.order_of(self.new_bundle({parts[0]: TWO, parts[1]: ONE}))
		delivery = self.deliver_lines(order)
		doc = self.back(order, delivery, self.rows(delivery, "1"), warehouse=self.warehouses[1])
		self.assertEqual(
			[(row.item_code, row.qty) for row in doc.packed_items], [(parts[0], -2), (parts[1], -1)]
		)
		self.assertEqual([self.stock(part, self.warehouses[1]) for part in parts], [2, 1])
		self.assertEqual([self.stock(part, self.warehouses[0]) for part in parts], [6, 8])

	def test_all_of_a_numbered_item_comes_back_with_its_numbers(self) -> None:
		self.choosing(True)
		for kind in SERIES:
			order = self.order_of(self.numbered(kind))
			delivery = self.deliver_lines(order, {"1": TWO})
			sent = self.numbers(delivery)
			doc = self.back(order, delivery, dict.fromkeys(self.rows(delivery, "1"), TWO))
			self.assertEqual((doc.docstatus, self.numbers(doc.name)), (1, sent), kind)
			self.assertEqual(self.stock(self.item_of(order, "1"), self.warehouses[0]), Decimal(3))

	def test_which_of_several_numbers_came_back_is_a_persons_to_say(self) -> None:
		self.choosing(True)
		order = self.order_of(self.numbered("has_serial_no"))
		delivery = self.deliver_lines(order, {"1": TWO})
		doc = self.back(order, delivery, self.rows(delivery, "1"))
		self.assertEqual(doc.docstatus, 0)
		self.assertIn(self.item_of(order, "1"), self.comments(doc))

	def numbers(self, name: str) -> list[tuple[str, str]]:
		"""Serial and batch numbers of a document's first row."""
		bundle = frappe.db.get_value(
			"Delivery Note Item", {"parent": name, "idx": 1}, "serial_and_batch_bundle"
		)
		fields = ["serial_no", "batch_no"]
		rows = frappe.get_all("Serial and Batch Entry", {"parent": bundle}, fields, as_list=True)
		return sorted((serial or "", batch or "") for serial, batch in rows)

	def test_the_announced_goods_come_in_other_numbers(self) -> None:
		order = self.place()
		delivery = self.deliver_lines(order)
		rows = self.rows(delivery, "1", "3")
		draft = self.back(order, delivery, rows, submit=False, refund_id=None, return_id="b2")
		came = {**dict.fromkeys(self.rows(delivery, "1"), TWO), **self.rows(delivery, "2")}
		self.apply(order, SubmitReturn(document=draft.name, refund_id="r2", rows=came))
		frappe.db.rollback()
		doc = frappe.get_doc("Delivery Note", draft.name)
		self.assertEqual((doc.docstatus, doc.store_refund_id, doc.store_return_id), (1, "r2", "b2"))
		self.assertEqual(
			[(row.store_line_id, row.qty) for row in doc.items], [("1", -2), ("2", -1), ("2", -1)]
		)

	def test_a_row_that_is_not_there_is_refused(self) -> None:
		order = self.place()
		delivery = self.deliver_lines(order, {"1": TWO})
		with raises(Fixable) as caught:
			self.back(order, delivery, {"nothing": ONE})
		self.assertIn("nothing", caught[0].params["detail"])

	def test_a_return_after_all_was_closed(self) -> None:
		order = self.place()
		delivery = self.deliver_lines(order, {"1": TWO})
		name = self.sales_order_of(order).name
		frappe.get_doc("Sales Order", name).update_status("Closed")
		frappe.db.commit()
		doc = self.back(order, delivery, self.rows(delivery, "1"))
		self.assertEqual(doc.docstatus, 1)
		self.assertTrue(self.sales_order_of(order).closed)


del Returns, Deliveries  # they have no tests of their own
