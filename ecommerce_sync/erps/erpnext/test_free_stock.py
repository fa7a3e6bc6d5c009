"""What is free on real ERPNext: the ledger's number less what orders have open, and what nobody may sell."""

from __future__ import annotations

import random
from collections.abc import Iterable
from decimal import Decimal

import frappe
from frappe.utils import add_days, nowdate

from .testing_goods import ONE, TEN, THREE, Heard


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

	def test_the_sweep_finds_batches_that_expired_overnight(self) -> None:
		item = self.new_item(has_batch_no=1, has_expiry_date=1)
		self._receive_batch(item, add_days(nowdate(), 3), 4)
		(name,) = self.sold(item)
		(batch,) = frappe.get_all("Batch", {"item": item}, pluck="name")
		frappe.db.set_value("Batch", batch, "expiry_date", add_days(nowdate(), -1))
		frappe.db.sql(
			"UPDATE `tabBin` SET modified = %s WHERE item_code = %s", (add_days(nowdate(), -9), item)
		)
		frappe.db.set_value("Store Connection", self.store, "bins_seen", add_days(nowdate(), -1))
		self.calm()
		self.erp.note_changed_bins()
		self.assertIn(name, self.stock_due())
		self.calm()
		self.erp.note_changed_bins()
		self.assertNotIn(name, self.stock_due())

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
