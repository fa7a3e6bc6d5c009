"""What the tests of deliveries, returns and Pick Lists share: orders of Items with numbers, and of bundles."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import frappe

from ...core.models import Order
from ..contract_life_support import LifeContract, retotalled
from .testing_life import Life


class Deliveries(Life, LifeContract):
	"""Orders of Items with numbers, bundles and units."""

	def order_of(self, *skus: str) -> Order:
		"""The sample order with other Items in its first lines."""
		order = self.life_order()
		lines = [line.model_copy(update={"sku": sku}) for line, sku in zip(order.lines, skus, strict=False)]
		return self.place(
			retotalled(order.model_copy(update={"lines": (*lines, *order.lines[len(lines) :])}))
		)

	def note(self, order: Order, pieces: dict[str, Decimal], **more: Any) -> Any:
		"""The document of a new delivery."""
		name = self.deliver_lines(order, pieces, **more)
		frappe.db.rollback()
		return frappe.get_doc("Delivery Note", name)

	def comments(self, doc: Any) -> str:
		"""What is said on the document."""
		said = {"reference_doctype": doc.doctype, "reference_name": doc.name, "comment_type": "Comment"}
		return " ".join(frappe.get_all("Comment", said, pluck="content"))

	def numbered(self, kind: str) -> str:
		"""An Item with serial or batch numbers, three pieces of it in the first Warehouse."""
		values: dict[str, Any] = {kind: 1, **SERIES[kind]}
		code = self.new_item(**values)
		self.receive(code, self.warehouses[0], Decimal(3))
		return code

	def choosing(self, by_itself: bool) -> None:
		"""Whether ERPNext chooses numbers for what goes out."""
		field = "auto_create_serial_and_batch_bundle_for_outward"
		frappe.db.set_single_value("Stock Settings", field, int(by_itself))
		frappe.db.commit()


SERIES: dict[str, dict[str, Any]] = {
	"has_serial_no": {"serial_no_series": "T-.########"},
	"has_batch_no": {"create_new_batch": 1, "batch_number_series": "B-.########"},
}
