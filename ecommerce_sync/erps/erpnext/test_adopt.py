"""Differences made in a store become Stock Reconciliations on real ERPNext, or are held with the reason."""

from __future__ import annotations

from decimal import Decimal

import frappe

from ...core.errors import Held
from ..contract_support import raises
from ..goods import Told
from .testing_goods import TEN, Heard
from .unit import SYNC_USER


class TestAdopt(Heard):
	"""An Item of which the first warehouse has ten."""

	def _adopt(self, difference: int, item: str = "", name: str = "", warehouse: str = "") -> tuple[str, str]:
		told = Told(
			listing=name or self.name, item_code=item or self.item, location_id="", before=10, quantity=0
		)
		answer: tuple[str, str] = self.erp.adopt(
			told, warehouse or self.warehouses[0], difference, self.goods
		)
		return answer

	def test_the_difference_is_booked_and_the_value_of_a_piece_kept(self) -> None:
		_, document = self._adopt(-3)
		doc = frappe.get_doc("Stock Reconciliation", document)
		self.assertEqual((doc.docstatus, doc.owner, len(doc.items)), (1, SYNC_USER, 1))
		where = {"item_code": self.item, "warehouse": self.warehouses[0]}
		self.assertEqual(frappe.db.get_value("Bin", where, ["actual_qty", "valuation_rate"]), (7, 5))
		self.assertEqual(frappe.session.user, "Administrator")

	def test_goods_that_a_warehouse_never_had(self) -> None:
		self._adopt(4, warehouse=self.warehouses[1])
		self.assertEqual(self.free(self.item, self.warehouses[1]), Decimal(4))
		unknown = self.new_item()
		(name,) = self.sold(unknown)
		self._adopt(2, unknown, name)
		self.assertEqual(self.free(unknown), Decimal(2))

	def test_pieces_of_a_listing_are_booked_in_stock_units(self) -> None:
		self.sell_as(self.name, Decimal(3))
		self._adopt(-2)
		self.assertEqual(self.free(self.item), Decimal(4))

	def test_what_cannot_be_booked_is_held_with_the_reason(self) -> None:
		batched = self.new_item(has_batch_no=1)
		serial = self.new_item(has_serial_no=1)
		bundle = self.new_bundle({self.item: Decimal(2)})
		for item, difference, why in (
			(batched, 1, "batches"),
			(serial, 1, "serial"),
			(bundle, 1, "bundle"),
			(self.item, -11, "10"),
		):
			name = self.name if item == self.item else self.sold(item)[0]
			with raises(Held) as caught:
				self._adopt(difference, item, name)
			self.assertEqual(caught[0].reason, "drift_not_adoptable")
			self.assertIn(why, caught[0].params["why"])
			self.assertIn(item, str(caught[0]))
		self.assertEqual(self.free(self.item), TEN)
