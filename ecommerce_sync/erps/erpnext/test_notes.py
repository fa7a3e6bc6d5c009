"""What noting changes costs whom, and that no note is lost."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import frappe

from . import changes
from .test_in_one_go import statements
from .testing_goods import ONE, Heard


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
		self.assertLessEqual(costs[0], 20)

	def test_reading_what_is_due_costs_the_same_for_many(self) -> None:
		items = [self.new_item() for _ in range(6)]
		costs = []
		for names in (self.sold(items[0]), self.sold(*items[1:])):
			self.erp.mark_due(self.store, "stock", names)
			costs.append(statements(lambda: self.erp.stock_due(self.store, 100)))
			costs.append(statements(lambda: self.erp.free_stock(items, self.warehouses)))
		self.assertEqual(costs[:2], costs[2:])


del Heard  # it has no tests of its own
