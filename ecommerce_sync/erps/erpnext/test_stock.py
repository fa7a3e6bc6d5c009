"""Stock on real ERPNext: every document that moves or reserves it is heard, and the numbers are the ledger's."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import frappe
from frappe.utils import add_days, nowdate

from ..contract_goods_support import GoodsContract
from . import changes
from .test_in_one_go import statements
from .testing_goods import Goods

TEN, THREE, ONE = Decimal(10), Decimal(3), Decimal(1)


class Heard(Goods, GoodsContract):
	"""An Item with stock that a store sells, and nothing due."""

	def setUp(self) -> None:
		super().setUp()
		self.goods = GoodsContract.goods.func(self)  # type: ignore[attr-defined]
		self.item = self.new_item()
		self.receive(self.item, self.warehouses[0], TEN)
		(self.name,) = self.sold(self.item)
		self.calm()

	def heard(self, work: Callable[[], Any]) -> Any:
		"""What the work leaves behind is due, and is not due again without another change."""
		self.calm()
		answer = work()
		frappe.db.commit()
		self.assertEqual(set(self.stock_due()), {self.name})
		self.calm()
		self.assertEqual(self.stock_due(), {})
		return answer

	def _rows(self, quantity: float, **values: Any) -> list[dict[str, Any]]:
		return [{"item_code": self.item, "qty": quantity, "warehouse": self.warehouses[0], **values}]

	def sales(self, doctype: str, quantity: float = 2, **values: Any) -> Any:
		"""A submitted document of a customer of this company's."""
		doc = frappe.new_doc(doctype)
		customer = frappe.db.get_value("Customer", {"disabled": 0, "is_internal_customer": 0})
		doc.update({"company": self.settings.company, "customer": customer, "ignore_pricing_rule": 1})
		doc.update({"delivery_date": nowdate(), "due_date": nowdate(), **values})
		for row in self._rows(quantity, rate=5):
			doc.append("items", row)
		doc.insert()
		doc.submit()
		return doc


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


class TestBooks(Heard):
	"""Numbers that need more than a look at Bin."""

	def test_a_disabled_bundle_is_sold_out(self) -> None:
		bundle = self.new_bundle({self.item: Decimal(2)})
		(name,) = self.sold(bundle)
		self.disable(bundle)
		(part,) = self.listing(name).parts
		self.assertEqual((part.item_code, self.free(part.item_code)), (bundle, 0))

	def test_a_template_bound_by_mistake_shows_nothing(self) -> None:
		(name,) = self.sold(self.new_item())
		code = self.listing(name).item_code
		frappe.db.set_value("Item", code, "has_variants", 1)
		frappe.db.commit()
		self.assertEqual(self.listing(name).parts, ())

	def test_a_unit_without_a_factor_shows_nothing(self) -> None:
		if not frappe.db.exists("UOM", "Crate of nobody"):
			frappe.get_doc({"doctype": "UOM", "uom_name": "Crate of nobody"}).insert()
		self._save_listing(self.name, uom="Crate of nobody")
		self.assertEqual(self.listing(self.name).parts, ())
		self._save_listing(self.name, uom="Nos")
		self.assertEqual([part.quantity for part in self.listing(self.name).parts], [1])

	def test_a_group_of_warehouses_is_the_sum_of_them(self) -> None:
		group = _group(self.settings.company, self.warehouses)
		self.receive(self.item, self.warehouses[1], THREE)
		self.assertEqual(self.free(self.item, group), Decimal(13))
		self.assertEqual(self.free(self.item), TEN)

	def test_expired_and_disabled_batches_are_not_sold(self) -> None:
		item = self.new_item(has_batch_no=1, has_expiry_date=1)
		for expiry, quantity in ((add_days(nowdate(), 5), 4), (nowdate(), 2), (add_days(nowdate(), 9), 8)):
			self._receive_batch(item, expiry, quantity)
		self.assertEqual(self.free(item), Decimal(14))
		soon, today, late = frappe.get_all("Batch", {"item": item}, pluck="name", order_by="creation")
		frappe.db.set_value("Batch", soon, "expiry_date", add_days(nowdate(), -1))
		self.assertEqual(self.free(item), TEN)
		batch = frappe.get_doc("Batch", late)
		batch.disabled = 1
		batch.save()
		frappe.db.commit()
		self.assertEqual(self.free(item), Decimal(2))
		self.assertEqual(frappe.db.get_value("Batch", today, "batch_qty"), 2)

	def _receive_batch(self, item: str, expiry: str, quantity: int) -> None:
		batch = frappe.new_doc("Batch")
		batch.update({"item": item, "batch_id": f"{item}-{expiry}", "expiry_date": expiry}).insert()
		self.stock_entry(
			"Material Receipt",
			item,
			Decimal(quantity),
			t_warehouse=self.warehouses[0],
			batch_no=batch.name,
			use_serial_batch_fields=1,
		)

	def test_the_sweep_finds_what_no_document_told(self) -> None:
		self.erp.note_changed_bins()
		self.calm()
		where = {"item_code": self.item, "warehouse": self.warehouses[0]}
		frappe.db.set_value("Bin", where, "actual_qty", 7)
		frappe.db.commit()
		self.assertGreaterEqual(self.erp.note_changed_bins(), 1)
		self.assertIn(self.name, self.stock_due())
		self.assertEqual(self.free(self.item), Decimal(7))

	def test_the_number_is_that_of_the_ledger(self) -> None:
		"""After any series of documents: the last balance of the ledger less what orders have open."""
		for seed in range(3):
			chance = random.Random(seed)
			item, open_orders = self.new_item(), []
			bundle = self.new_bundle({item: Decimal(2)})
			for _ in range(8):
				self._any_document(chance, item, bundle, open_orders)
				for warehouse in self.warehouses:
					self.assertEqual(
						self.free(item, warehouse), _recomputed(item, warehouse), (seed, warehouse)
					)

	def _any_document(self, chance: random.Random, item: str, bundle: str, orders: list[str]) -> None:
		kind = chance.choice(["in", "in", "out", "sell", "sell", "draft", "bundle", "deliver", "cancel"])
		quantity = chance.randint(1, 9)
		if kind == "in":
			self.receive(item, chance.choice(self.warehouses), Decimal(quantity))
		elif kind == "out" and self.free(item) > 0:
			self.issue(item, self.warehouses[0], ONE)
		elif kind in ("sell", "draft", "bundle"):
			code = bundle if kind == "bundle" else item
			name = self.sell(code, str(quantity), submit=kind != "draft")[1]
			orders += [name] if kind != "draft" else []
		elif kind == "deliver" and orders and self._can_deliver(item):
			self.deliver(orders.pop())
		elif kind == "cancel" and orders:
			self.cancel_by_hand(orders.pop())

	def _can_deliver(self, item: str) -> bool:
		there = frappe.db.get_value("Bin", {"item_code": item, "warehouse": self.warehouses[0]}, "actual_qty")
		return (there or 0) >= 18


class TestNotes(Heard):
	"""What noting costs whom."""

	def test_a_document_costs_one_statement(self) -> None:
		others = [self.new_item() for _ in range(3)]
		doc = frappe.new_doc("Stock Entry")
		doc.update({"stock_entry_type": "Material Receipt", "company": self.settings.company})
		for item in (self.item, self.item, *others):
			row = {"item_code": item, "qty": 1, "basic_rate": 1, "t_warehouse": self.warehouses[0]}
			doc.append("items", row)
		doc.insert()
		noted = self._notes(lambda: (doc.submit(), frappe.db.commit()))
		self.assertEqual(len(noted), 1, noted)
		self.assertEqual(noted[0].count("NEXTVAL"), 4)

	def _notes(self, work: Callable[[], Any]) -> list[str]:
		seen: list[str] = []
		real = frappe.db.sql

		def sql(query: Any, *args: Any, **kwargs: Any) -> Any:
			if "Store Change" in str(query):
				seen.append(str(query))
			return real(query, *args, **kwargs)

		with patch.object(frappe.db, "sql", sql):
			work()
		return seen

	def test_a_savepoint_loses_no_note(self) -> None:
		frappe.db.savepoint("earlier")
		changes.note("stock", [self.item])
		frappe.db.rollback(save_point="earlier")
		changes.note("stock", [self.item])
		frappe.db.commit()
		self.assertEqual(set(self.stock_due()), {self.name})

	def test_what_is_rolled_back_is_not_noted(self) -> None:
		changes.note("stock", [self.item])
		frappe.db.rollback()
		frappe.db.commit()
		self.assertEqual(self.stock_due(), {})

	def test_a_save_succeeds_without_redis_and_without_its_note(self) -> None:
		with patch.object(frappe, "enqueue", side_effect=ConnectionError("no Redis")):
			self.receive(self.item, self.warehouses[0], ONE)
		self.assertEqual(self.free(self.item), Decimal(11))
		with patch.object(changes, "_insert", side_effect=frappe.QueryTimeoutError("busy")):
			self.receive(self.item, self.warehouses[0], ONE)
		self.assertEqual(self.free(self.item), Decimal(12))

	def test_nobody_waits_for_whoever_takes_the_notes(self) -> None:
		changes.write("stock", [self.item])
		frappe.db.commit()
		rows = changes._read()
		changes._mark(rows)
		changes._delete([row.name for row in rows])  # not committed yet
		self.elsewhere(lambda erp, journal: (changes.write("stock", ["ANOTHER"]), frappe.db.commit()))
		frappe.db.commit()
		self.assertEqual(frappe.db.count("Store Change", {"item_code": "ANOTHER"}), 1)
		self.erp.take_changes()

	def test_taking_many_notes_costs_what_taking_one_costs(self) -> None:
		costs = []
		for many in (1, 3000):
			changes.write("stock", [self.item, *(f"NOBODY-{number}" for number in range(many))])
			frappe.db.commit()
			costs.append(statements(self.erp.take_changes))
		self.assertEqual(costs[0], costs[1])
		self.assertLessEqual(costs[0], 14)

	def test_reading_what_is_due_costs_the_same_for_many(self) -> None:
		items = [self.new_item() for _ in range(6)]
		costs = []
		for names in (self.sold(items[0]), self.sold(*items[1:])):
			self.erp.mark_due(self.store, "stock", names)
			costs.append(statements(lambda: self.erp.stock_due(self.store, 100)))
			costs.append(statements(lambda: self.erp.free_stock(items, self.warehouses)))
		self.assertEqual(costs[:2], costs[2:])


def _recomputed(item: str, warehouse: str) -> Decimal:
	"""From the ledger and the orders alone, without Bin."""
	ledger = frappe.db.sql(
		"SELECT IFNULL(SUM(actual_qty), 0) FROM `tabStock Ledger Entry`"
		" WHERE item_code = %s AND warehouse = %s AND is_cancelled = 0",
		(item, warehouse),
	)[0][0]
	return Decimal(str(ledger)) - sum(_open_rows(item, warehouse), Decimal(0))


def _open_rows(item: str, warehouse: str) -> Iterable[Decimal]:
	for row in frappe.get_all(
		"Sales Order Item",
		{"docstatus": ["<", 2]},
		["name", "parent", "item_code", "warehouse", "qty", "delivered_qty"],
	):
		left = Decimal(str(row.qty)) - Decimal(str(row.delivered_qty))
		if row.item_code == item and row.warehouse == warehouse:
			yield left
		for part in frappe.get_all(
			"Packed Item",
			{"parent_detail_docname": row.name, "item_code": item, "warehouse": warehouse},
			["qty"],
		):
			yield Decimal(str(part.qty)) * left / Decimal(str(row.qty))


def _supplier() -> str:
	group = frappe.db.get_value("Supplier Group", {"is_group": 0})
	doc = frappe.get_doc({"doctype": "Supplier", "supplier_name": "Goods Supplier", "supplier_group": group})
	return str(doc.insert().name)


def _group(company: str, warehouses: Iterable[str]) -> str:
	name = frappe.db.get_value("Warehouse", {"warehouse_name": "Goods Together", "company": company})
	if not name:
		doc = frappe.new_doc("Warehouse")
		doc.update({"warehouse_name": "Goods Together", "company": company, "is_group": 1})
		name = doc.insert().name
	for warehouse in warehouses:
		child = frappe.get_doc("Warehouse", warehouse)
		if child.parent_warehouse != name:
			child.parent_warehouse = name
			child.save()
	frappe.db.commit()
	return str(name)


del Heard  # it has no tests of its own
