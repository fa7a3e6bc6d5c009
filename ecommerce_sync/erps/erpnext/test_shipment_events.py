"""What people do to stores' orders is noted for the stores, at once and without anybody's save failing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import frappe

from ...core.life import LineQuantity, Parcel
from ...core.models import Order
from ..base import NewEvent
from ..contract_support import unique
from . import told
from .journal import FrappeJournal
from .order_deliveries import told_of
from .testing_orders import SalesOrders
from .testing_splits import PIECES, Desk, prepare_books, three_lines


class ShipmentEvents(SalesOrders):
	"""A submitted order, and Administrator at the Desk; everything is undone."""

	def setUp(self) -> None:
		super().setUp()
		self.desk = Desk()
		self.books = prepare_books(type(self).settings)
		self.switch(enabled=1, fulfil_orders=1, refund_credit_notes=0)
		frappe.db.commit()

	def switch(self, **values: int) -> None:
		frappe.db.set_value("Store Connection", self.settings.store, values, update_modified=False)

	@contextmanager
	def sold(self) -> Iterator[Any]:
		self.order: Order = self.with_customer(**three_lines())
		with self.undone(self.order):
			document = self.create(self.order, self.books)
			frappe.set_user("Administrator")
			yield document

	def events(self, kind: str = "shipment") -> list[str]:
		return frappe.get_all(
			"Sync Log",
			{"store": self.settings.store, "external_id": self.order.id, "kind": kind},
			pluck="topic",
			order_by="creation",
		)


class TestShipments(ShipmentEvents):
	"""Delivery Notes, invoices that update stock, and what suppliers deliver."""

	def test_a_delivery_is_told_when_submitted_and_when_cancelled(self) -> None:
		with self.sold() as document:
			note = self.desk.deliver(document.name, {"1": 1})
			self.assertEqual(self.events(), ["delivery_note/submitted"])
			row = frappe.get_last_doc("Sync Log", {"external_id": self.order.id, "kind": "shipment"})
			self.assertEqual((row.direction, row.state, row.refetch), ("Out", "Queued", 0))
			self.desk.cancel(note)
			self.assertEqual(self.events(), ["delivery_note/submitted", "delivery_note/cancelled"])

	def test_stores_that_are_not_told_hear_nothing(self) -> None:
		for switch in ("enabled", "fulfil_orders"):
			with self.sold() as document:
				self.switch(**{switch: 0})
				self.desk.deliver(document.name, {"1": 1})
				self.assertEqual(self.events(), [])

	def test_what_the_sync_delivers_is_no_news(self) -> None:
		with self.sold() as document:
			note = self.desk.deliver(document.name, {"1": 1})
			mine = frappe.get_doc("Delivery Note", note.name)
			mine.flags.by_sync = True
			mine.cancel()
			self.assertEqual(self.events(), ["delivery_note/submitted"])

	def test_an_invoice_ships_only_where_it_updates_stock(self) -> None:
		with self.sold() as document:
			self.desk.bill(document.name, {"1": 1})
			self.assertEqual(self.events(), [])
			invoice = self.desk.bill(document.name, {"1": 1}, update_stock=1)
			self.desk.cancel(invoice)
			self.assertEqual(self.events(), ["sales_invoice/submitted", "sales_invoice/cancelled"])

	def test_changed_parcels_are_told_and_other_changes_are_not(self) -> None:
		with self.sold() as document:
			note = frappe.get_doc("Delivery Note", self.desk.deliver(document.name, PIECES).name)
			note.append("store_parcels", {"carrier": "UPS", "tracking_number": "1Z"})
			note.save()
			note.store_parcels[0].tracking_url = "https://ups.example/1Z"
			note.save()
			note.save()
			self.assertEqual(self.events(), ["delivery_note/submitted", *["delivery_note/parcels"] * 2])

	def test_the_transporters_receipt_becomes_a_parcel(self) -> None:
		with self.sold() as document:
			from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note

			note = make_delivery_note(document.name)
			note.update({"lr_no": "LR-7", "transporter_name": "Slow Trucks"})
			note.insert()
			self.assertEqual(note.store_parcels, [])
			note.submit()
			parcels = frappe.get_doc("Delivery Note", note.name).store_parcels
			self.assertEqual([(p.carrier, p.tracking_number) for p in parcels], [("Slow Trucks", "LR-7")])

	def test_a_shipments_number_becomes_a_parcel_once(self) -> None:
		with self.sold() as document:
			note = self.desk.deliver(document.name, PIECES)
			shipment = self._shipment(note)
			self.assertEqual(self._numbers(note), [])
			shipment.db_set({"awb_number": "AWB1", "carrier": "DHL", "tracking_url": "https://dhl.example/1"})
			self.assertEqual(self._numbers(note), [("DHL", "AWB1", "https://dhl.example/1")])
			shipment.db_set("awb_number", "AWB2")
			self.assertEqual(len(self._numbers(note)), 1)
			self.assertEqual(self.events(), ["delivery_note/submitted", "delivery_note/parcels"])

	def _shipment(self, note: Any) -> Any:
		shipment = frappe.new_doc("Shipment")
		shipment.append("shipment_delivery_note", {"delivery_note": note.name, "grand_total": 10})
		shipment.append("shipment_parcel", {"length": 1, "width": 1, "height": 1, "weight": 1, "count": 1})
		shipment.update({"pickup_date": frappe.utils.today(), "description_of_content": "Things"})
		shipment.flags.ignore_mandatory = shipment.flags.ignore_links = True
		shipment.insert()
		shipment.submit()
		return shipment

	def _numbers(self, note: Any) -> list[tuple[str, str, str]]:
		rows = frappe.get_doc("Delivery Note", note.name).store_parcels
		return [(row.carrier, row.tracking_number, row.tracking_url) for row in rows]

	def test_a_supplier_who_delivers_ships_when_the_order_is_marked(self) -> None:
		from erpnext.buying.doctype.purchase_order.purchase_order import update_status

		with self.sold() as document:
			order = self._drop_ship(document)
			self.assertEqual(self.events(), [])
			update_status("Delivered", order.name)
			self.assertEqual(self.events(), ["purchase_order/delivered"])
			frappe.get_doc("Purchase Order", order.name).cancel()
			self.assertEqual(self.events(), ["purchase_order/delivered", "purchase_order/withdrawn"])

	def _drop_ship(self, document: Any) -> Any:
		supplier = frappe.new_doc("Supplier")
		supplier.update(
			{"supplier_name": unique(), "supplier_group": frappe.db.get_value("Supplier Group", {})}
		)
		supplier.insert()
		row, today = document.items[0], frappe.utils.today()
		frappe.db.set_value(
			"Sales Order Item", row.name, {"delivered_by_supplier": 1, "supplier": supplier.name}
		)
		order = frappe.new_doc("Purchase Order")
		order.update({"supplier": supplier.name, "company": document.company, "customer": document.customer})
		values = {
			"item_code": row.item_code,
			"qty": row.qty,
			"rate": 1,
			"schedule_date": today,
		}
		link = {"sales_order": document.name, "sales_order_item": row.name, "delivered_by_supplier": 1}
		order.transaction_date = order.schedule_date = today
		order.append("items", {**values, **link})
		order.insert()
		order.submit()
		return order

	def test_a_delivery_is_submitted_with_redis_stopped_and_the_journal_broken(self) -> None:
		with self.sold() as document:
			with patch.object(frappe, "enqueue", side_effect=ConnectionError("no Redis")):
				self.desk.deliver(document.name, {"1": 1})
				frappe.get_attr("ecommerce_sync.jobs.wake.wake")()
			self.assertEqual(len(self.events()), 1)
			real = frappe.db.sql

			def sql(query: Any, *args: Any, **kwargs: Any) -> Any:
				if "INSERT IGNORE INTO `tabSync Log`" in str(query):
					raise frappe.QueryTimeoutError("busy")
				return real(query, *args, **kwargs)

			with patch.object(frappe.db, "sql", sql):
				note = self.desk.deliver(document.name, {"2": 1})
			self.assertEqual(note.docstatus, 1)
			self.assertEqual(len(self.events()), 1)

	def test_an_event_is_noted_once(self) -> None:
		with self.sold():
			key = unique()
			event = NewEvent(
				store=self.settings.store, topic="t", kind="shipment", external_id="1", event_key=key
			)
			journal = FrappeJournal()
			self.assertEqual([journal.note(event), journal.note(event)], [True, False])
			self.assertEqual(frappe.db.count("Sync Log", {"event_key": key}), 1)

	def test_what_was_told_is_remembered_without_touching_the_document(self) -> None:
		with self.sold() as document:
			note = self.desk.deliver(document.name, PIECES)
			modified = frappe.db.get_value("Delivery Note", note.name, "modified")
			told.shipment_told("Delivery Note", note.name, ("f1", "f2"), (Parcel(carrier="UPS", number="1"),))
			stored, after = frappe.db.get_value("Delivery Note", note.name, ["store_fulfilments", "modified"])
			self.assertEqual(told_of(stored)["ids"], ["f1", "f2"])
			self.assertEqual(told_of(stored)["told"], (Parcel(carrier="UPS", number="1"),))
			self.assertEqual(after, modified)


class TestRefundsAndOrders(ShipmentEvents):
	"""Credit notes by policy; cancelled, deleted and amended Sales Orders."""

	def test_a_credit_note_is_told_by_policy_and_until_it_was(self) -> None:
		with self.sold() as document:
			invoice = self.desk.bill(document.name, PIECES)
			self.desk.give_back(invoice, {"2": 1})
			self.assertEqual(self.events("refund"), [])
			self.switch(refund_credit_notes=1)
			credit = self.desk.give_back(invoice, {"1": 1})
			self.assertEqual(self.events("refund"), ["sales_invoice/credited"])
			found = {one.document: one for one in told.credits_to_tell(self.settings.store, self.order.id)}
			one = found[credit.name]
			self.assertEqual(one.lines, (LineQuantity(line_id="1", quantity=1),))
			self.assertEqual(float(one.total), -credit.grand_total)
			self.assertEqual((one.restock, one.note), (False, None))
			shares = [tax for tax in credit.taxes if tax.store_charge_kind == "shipping"]
			self.assertGreaterEqual(one.shipping, -shares[0].tax_amount)
			told.credit_told(credit.name, "r1")
			left = told.credits_to_tell(self.settings.store, self.order.id)
			self.assertNotIn(credit.name, [one.document for one in left])

	def test_a_cancelled_and_amended_order_is_looked_at_again(self) -> None:
		with self.sold() as document:
			self.desk.cancel(document)
			self.assertEqual(self.events("order"), ["sales_order/cancelled"])
			amended = frappe.copy_doc(frappe.get_doc("Sales Order", document.name))
			amended.amended_from, amended.docstatus = document.name, 0
			amended.insert()
			amended.submit()
			self.assertEqual(self.events("order"), ["sales_order/cancelled", "sales_order/amended"])

	def test_a_deleted_draft_is_looked_at_again(self) -> None:
		with self.sold() as document:
			draft = frappe.copy_doc(document)
			draft.docstatus = 0
			draft.insert()
			draft.delete()
			self.assertEqual(self.events("order"), ["sales_order/deleted"])

	def test_what_the_sync_cancels_is_no_news(self) -> None:
		with self.sold() as document:
			document = frappe.get_doc("Sales Order", document.name)
			document.flags.by_sync = True
			document.cancel()
			self.assertEqual(self.events("order"), [])
