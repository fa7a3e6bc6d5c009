"""Every document on real ERPNext that moves or reserves stock is heard by the stores that sell it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import add_days, nowdate

from .testing_goods import ONE, TEN, Heard


class TestHeard(Heard):
	"""Who is told of what."""

	def test_receipts_and_their_cancellation(self) -> None:
		def receipt() -> Any:
			doc = frappe.new_doc("Purchase Receipt")
			supplier = frappe.db.get_value("Supplier", {}) or _supplier()
			doc.update({"company": self.settings.company, "supplier": supplier})
			doc.append("items", self._rows(5, rate=3)[0])
			doc.insert()
			doc.submit()
			return doc

		made = self.heard(receipt)
		self.assertEqual(self.free(self.item), Decimal(15))
		self.heard(made.cancel)
		self.assertEqual(self.free(self.item), TEN)

	def test_transfers_and_reconciliations(self) -> None:
		first, second = self.warehouses
		entry = self.heard(
			lambda: self.stock_entry(
				"Material Transfer", self.item, ONE, s_warehouse=first, t_warehouse=second
			)
		)
		self.assertEqual((self.free(self.item), self.free(self.item, second)), (Decimal(9), ONE))
		self.heard(entry.cancel)
		count = self.heard(lambda: self._reconcile(4))
		self.assertEqual(self.free(self.item), Decimal(4))
		self.heard(count.cancel)
		self.assertEqual(self.free(self.item), TEN)

	def _reconcile(self, quantity: float) -> Any:
		doc = frappe.new_doc("Stock Reconciliation")
		doc.update({"company": self.settings.company, "purpose": "Stock Reconciliation"})
		doc.append("items", self._rows(quantity, valuation_rate=5)[0])
		doc.insert()
		doc.submit()
		return doc

	def test_deliveries_returns_and_bills_with_stock(self) -> None:
		note = self.heard(lambda: self.sales("Delivery Note"))
		self.assertEqual(self.free(self.item), Decimal(8))
		self.heard(lambda: self.sales("Delivery Note", -1, is_return=1, return_against=note.name))
		self.assertEqual(self.free(self.item), Decimal(9))
		bill = self.heard(lambda: self.sales("Sales Invoice", update_stock=1))
		self.assertEqual(self.free(self.item), Decimal(7))
		self.heard(bill.cancel)
		self.assertEqual(self.free(self.item), Decimal(9))

	def test_sales_orders_in_every_state(self) -> None:
		order = self.heard(lambda: self.sales("Sales Order"))
		self.assertEqual(self.free(self.item), Decimal(8))
		self.heard(lambda: order.update_status("Closed"))
		self.assertEqual(self.free(self.item), TEN)
		order.reload()
		self.heard(lambda: order.update_status("Draft"))
		self.assertEqual(self.free(self.item), Decimal(8))
		self.heard(lambda: self._update_items(order, 5))
		self.assertEqual(self.free(self.item), Decimal(5))
		order.reload()
		self.heard(order.cancel)
		self.assertEqual(self.free(self.item), TEN)

	def _update_items(self, order: Any, quantity: float) -> None:
		from erpnext.controllers.accounts_controller import update_child_qty_rate

		row = order.items[0]
		changed = {
			"docname": row.name,
			"name": row.name,
			"item_code": row.item_code,
			"qty": quantity,
			"rate": 5,
		}
		update_child_qty_rate("Sales Order", frappe.as_json([changed]), order.name)

	def test_drafts_of_a_store_and_nobody_elses(self) -> None:
		_, name = self.sell(self.item, "2", submit=False)
		self.assertEqual(self.free(self.item), Decimal(8))
		draft = frappe.get_doc("Sales Order", name)
		draft.items[0].qty = 3
		self.heard(draft.save)
		self.assertEqual(self.free(self.item), Decimal(7))
		self.heard(lambda: frappe.delete_doc("Sales Order", name))
		self.assertEqual(self.free(self.item), TEN)
		self.calm()
		own = frappe.copy_doc(self.sales("Sales Order"))
		self.calm()
		own.docstatus = 0
		own.insert()
		frappe.db.commit()
		self.assertEqual(self.stock_due(), {})

	def test_an_order_on_hold_still_takes_what_its_store_sold(self) -> None:
		_, name = self.sell(self.item, "2")
		order = frappe.get_doc("Sales Order", name)
		self.heard(lambda: order.update_status("On Hold"))
		self.assertEqual(self.free(self.item), Decimal(8))

	def test_a_production_reserves_its_parts(self) -> None:
		product = self.new_item()
		bom = frappe.new_doc("BOM")
		bom.update({"item": product, "company": self.settings.company, "quantity": 1})
		bom.append("items", {"item_code": self.item, "qty": 2, "rate": 1})
		bom.insert()
		bom.submit()
		work = frappe.new_doc("Work Order")
		work.update(
			{"production_item": product, "bom_no": bom.name, "qty": 2, "company": self.settings.company}
		)
		work.update({"wip_warehouse": self.warehouses[1], "fg_warehouse": self.warehouses[1]})
		work.update({"source_warehouse": self.warehouses[0]})
		work.get_items_and_operations_from_bom()
		for row in work.required_items:
			row.source_warehouse = self.warehouses[0]
		self.heard(lambda: (work.insert(), work.submit()))
		self.assertEqual(self.free(self.item), Decimal(6))
		self.heard(work.cancel)
		self.assertEqual(self.free(self.item), TEN)

	def test_disabled_items_and_their_units(self) -> None:
		self.heard(lambda: self.disable(self.item))
		self.assertEqual(self.free(self.item), 0)
		self.assertEqual(self.listing(self.name).parts[0].item_code, self.item)
		self.heard(lambda: self._save_item(self.item, disabled=0, end_of_life=add_days(nowdate(), -1)))
		self.assertEqual(self.free(self.item), 0)
		self.heard(lambda: self._save_item(self.item, end_of_life="2099-12-31"))
		self.assertEqual(self.free(self.item), TEN)

	def test_other_changes_of_an_item_are_no_change_of_stock(self) -> None:
		self.retitle(self.item, "Another name")
		self.assertEqual(self.stock_due(), {})

	def test_a_settings_change_concerns_all_listings(self) -> None:
		self.heard(lambda: self.keep_back(self.name, ONE))


def _supplier() -> str:
	group = frappe.db.get_value("Supplier Group", {"is_group": 0})
	doc = frappe.get_doc({"doctype": "Supplier", "supplier_name": "Goods Supplier", "supplier_group": group})
	return str(doc.insert().name)


del Heard  # it has no tests of its own
