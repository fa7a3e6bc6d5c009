"""Delivery Notes and returns of synced orders on real ERPNext: what only ERPNext can get wrong."""

from __future__ import annotations

import json
from decimal import Decimal

import frappe
from frappe.utils import add_days, getdate

from ...core.errors import Held
from ...core.followups import CancelDelivery
from ...core.life import Parcel
from ..contract_support import raises, unique
from .testing_deliveries import SERIES, Deliveries

ONE, TWO = Decimal(1), Decimal(2)


class TestDeliveries(Deliveries):
	"""Goods that a store has shipped."""

	def test_what_the_document_says_of_the_store(self) -> None:
		order = self.place()
		parcel = Parcel(carrier="DHL", number="JD014", url="https://track.example.com/JD014")
		doc = self.note(order, {"1": ONE}, fulfilment_id="f1", parcels=(parcel,))
		self.assertEqual((doc.ecommerce_store, doc.store_order_id), (self.store, order.id))
		self.assertEqual(doc.store_order_number, order.name)
		told = [parcel.model_dump()]
		self.assertEqual(json.loads(doc.store_fulfilments), {"ids": ["f1"], "told": told, "by_sync": True})
		self.assertEqual([row.tracking_number for row in doc.store_parcels], ["JD014"])
		self.assertEqual((doc.disable_rounded_total, doc.owner), (1, "ecommerce-sync@example.invalid"))

	def test_a_bundle_ships_its_parts(self) -> None:
		parts = [self.new_item(), self.new_item()]
		for part in parts:
			self.receive(part, self.warehouses[0], Decimal(10))
		order = self.order_of(self.new_bundle({parts[0]: TWO, parts[1]: ONE}))
		doc = self.note(order, {"1": ONE})
		self.assertEqual(
			[(row.item_code, row.qty) for row in doc.packed_items], [(parts[0], 2), (parts[1], 1)]
		)
		left = [self.stock(part, self.warehouses[0]) for part in parts]
		self.assertEqual(left, [8, 9])
		self.assertEqual([self.free(part) for part in parts], [6, 8])

	def test_a_past_day_is_kept(self) -> None:
		order = self.place()
		doc = self.note(order, {"1": ONE}, posted_on=getdate(add_days(None, -1)))
		self.assertEqual((doc.docstatus, doc.posting_date), (1, getdate()))  # the goods came in today only
		doc = self.note(order, {"1": ONE}, posted_on=getdate(add_days(None, 3)))
		self.assertEqual((doc.docstatus, doc.posting_date), (1, getdate()))

	def test_without_stock_it_stays_a_draft_that_says_so(self) -> None:
		order = self.place()
		self.issue(self.item_of(order, "1"), self.warehouses[0], Decimal(19))
		doc = self.note(order, {"1": TWO}, fulfilment_id="f9")
		self.assertEqual((doc.docstatus, doc.status), (0, "Draft"))
		self.assertIn("stock is not there", self.comments(doc))
		self.assertEqual(self.delivery(order, doc.name).fulfilment_ids, ("f9",))
		self.assertEqual(self.stock(self.item_of(order, "1"), self.warehouses[0]), ONE)
		self.receive(self.item_of(order, "1"), self.warehouses[0], ONE)
		frappe.get_doc("Delivery Note", doc.name).submit()
		frappe.db.commit()
		self.assertEqual(self.delivery(order, doc.name).docstatus, 1)

	def test_numbers_are_a_persons_choice(self) -> None:
		for kind in SERIES:
			order = self.order_of(self.numbered(kind))
			self.choosing(False)
			try:
				doc = self.note(order, {"1": TWO, "3": ONE})
			finally:
				self.choosing(True)
			self.assertEqual(doc.docstatus, 0, kind)
			self.assertIn(self.item_of(order, "1"), self.comments(doc))

	def test_numbers_that_erpnext_chooses(self) -> None:
		self.choosing(True)
		for kind in SERIES:
			order = self.order_of(self.numbered(kind))
			doc = self.note(order, {"1": TWO})
			self.assertEqual(doc.docstatus, 1, kind)
			self.assertTrue(doc.items[0].serial_and_batch_bundle)
			self.assertEqual(self.stock(self.item_of(order, "1"), self.warehouses[0]), ONE)

	def test_rows_of_a_line_are_shipped_in_their_order(self) -> None:
		order = self.place()
		first, second = self.rows_of(order, "2")
		self.assertEqual((first.quantity, second.quantity), (ONE, TWO))
		docs = [self.note(order, {"2": TWO}), self.note(order, {"2": ONE})]
		shipped = [[(row.so_detail, row.qty, row.rate) for row in doc.items] for doc in docs]
		rates = [float(first.rate), float(second.rate)]
		self.assertEqual(shipped[0], [(first.name, 1, rates[0]), (second.name, 1, rates[1])])
		self.assertEqual(shipped[1], [(second.name, 1, rates[1])])

	def test_a_persons_delivery_of_two_orders_shows_each_its_rows(self) -> None:
		from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note

		order = self.place()
		name = self.sales_order_of(order).name
		other = order.model_copy(update={"id": unique(), "name": "#other"})
		other = self.place(other)
		doc = make_delivery_note(self.sales_order_of(other).name, make_delivery_note(name))
		doc.insert()
		doc.submit()
		frappe.db.commit()
		for each in (order, other):
			mine = {row.name for row in self.sales_order_of(each).rows}
			rows = self.delivery(each, doc.name).rows
			self.assertEqual({row.order_row for row in rows}, mine)

	def test_an_invoice_that_updates_stock_ships(self) -> None:
		from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice

		order = self.place()
		doc = make_sales_invoice(self.sales_order_of(order).name)
		doc.update_stock = 1
		doc.insert()
		doc.submit()
		frappe.db.commit()
		delivery = self.delivery(order, doc.name)
		self.assertEqual((delivery.doctype, delivery.docstatus, len(delivery.rows)), ("Sales Invoice", 1, 4))
		self.assertEqual(self.sales_order_of(order).per_delivered, 100)

	def test_a_supplier_delivers(self) -> None:
		order = self.place()
		row = self.rows_of(order, "3")[0]
		supplier = frappe.get_doc({"doctype": "Supplier", "supplier_name": unique()}).insert()
		frappe.db.set_value(
			"Sales Order Item", row.name, {"delivered_by_supplier": 1, "supplier": supplier.name}
		)
		doc = frappe.new_doc("Purchase Order")
		doc.update({"supplier": supplier.name, "company": self.goods.company, "transaction_date": self.today})
		doc.update({"schedule_date": self.today, "customer": self.look(order).customer})
		doc.append(
			"items",
			{
				"item_code": row.item_code,
				"qty": 1,
				"rate": 5,
				"schedule_date": self.today,
				"delivered_by_supplier": 1,
				"sales_order": self.sales_order_of(order).name,
				"sales_order_item": row.name,
			},
		)
		doc.insert()
		doc.submit()
		frappe.db.commit()
		self.assertEqual(self.delivery(order, doc.name).docstatus, 0)
		frappe.get_doc("Purchase Order", doc.name).update_status("Delivered")
		frappe.get_doc("Purchase Order", doc.name).update_delivered_qty_in_sales_order()
		frappe.db.commit()
		delivery = self.delivery(order, doc.name)
		self.assertEqual((delivery.doctype, delivery.docstatus), ("Purchase Order", 1))
		self.assertEqual([(each.line_id, each.quantity) for each in delivery.rows], [("3", ONE)])
		self.assertEqual(self.rows_of(order, "3")[0].delivered, ONE)

	def test_what_is_billed_is_not_cancelled(self) -> None:
		order = self.place()
		name = self.deliver_lines(order)
		self.bill(order, name)
		with raises(Held) as caught:
			self.apply(order, CancelDelivery(document=name))
		self.assertEqual((caught[0].reason, caught[0].params["document"]), ("fulfilment_cancelled", name))


del Deliveries  # it has no tests of its own
