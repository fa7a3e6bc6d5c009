"""What ERPNext refuses because another worker was faster: the next try cures it."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.tests.utils import FrappeTestCase

from ...core.errors import Transient
from ..contract_support import raises, unique
from .refusals import refusals
from .testing import elsewhere, prepare


class TestAnotherWorkerWasFaster(FrappeTestCase):
	"""ERPNext makes a Bin with the first order of an Item; two workers may want the same one."""

	def setUp(self) -> None:
		self.warehouse = prepare().warehouse
		self.item = f"Bin {unique()}"
		group = frappe.db.get_value("Item Group", {"is_group": 0})
		values = {"item_code": self.item, "item_group": group, "stock_uom": "Nos", "is_stock_item": 1}
		frappe.get_doc({"doctype": "Item", **values}).insert()
		frappe.db.commit()
		self.addCleanup(self._forget)

	def _forget(self) -> None:
		frappe.db.rollback()
		frappe.db.delete("Bin", {"item_code": self.item})
		frappe.delete_doc("Item", self.item, force=True)
		frappe.db.commit()

	def _make_bin(self) -> Any:
		from erpnext.stock.utils import get_or_make_bin

		return get_or_make_bin(self.item, self.warehouse)

	def _make_bin_elsewhere(self, *_sides: Any) -> None:
		self._make_bin()
		frappe.db.commit()

	def _isolate(self, level: str) -> None:
		frappe.db.sql(f"SET SESSION TRANSACTION ISOLATION LEVEL {level}")
		frappe.db.rollback()  # from the next transaction on

	def test_the_others_bin_is_no_refusal(self) -> None:
		"""As in a session that reads as MariaDB does by default; those of our units of work see the other's."""
		self._isolate("REPEATABLE READ")
		self.addCleanup(self._isolate, "READ COMMITTED")
		frappe.db.count("Bin")  # from here on this transaction sees nothing that others commit
		elsewhere(self._make_bin_elsewhere)
		with raises(Transient), refusals():
			self._make_bin()
		frappe.db.rollback()
		self.assertTrue(self._make_bin())
