"""What the tests of Sales Orders share: orders with a known customer, and units of work that are undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import frappe
from frappe.tests.utils import FrappeTestCase

from ...core.commands import CreateSalesOrder, SalesOrderDraft
from ...core.drafts import draft_of
from ...core.models import Line, Order
from ...core.settings import StoreSettings
from ..base import LinkKey
from ..contract_support import SKUS, Contract, Undo, raises, sample_order, unique
from . import ErpNext
from .testing import prepare


class SalesOrders(FrappeTestCase, Contract):
	"""Everything is undone after each test: what a test wrote was never committed."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.settings = prepare()
		cls.erp = ErpNext()

	def tearDown(self) -> None:
		frappe.set_user("Administrator")

	def with_customer(self, **changes: Any) -> Order:
		"""An order whose customer and addresses are there already."""
		buyer = unique()
		self.bring_about(sample_order(unique(), buyer))
		return sample_order(unique(), buyer, **changes)

	def plan(self, order: Order, settings: StoreSettings | None = None) -> SalesOrderDraft:
		chosen = settings or self.settings
		return draft_of(order, self.erp.observe(order, chosen), chosen)

	def create(self, order: Order, settings: StoreSettings | None = None, **changes: Any) -> Any:
		"""Inside a transaction: the document of the order, changed as told."""
		chosen = settings or self.settings
		draft = self.plan(order, chosen).model_copy(update=changes)
		document = self.erp.apply(CreateSalesOrder(draft=draft), order, chosen)
		return frappe.get_doc(*(document or ("", "")))

	@contextmanager
	def undone(self, order: Order) -> Iterator[None]:
		"""A unit of work of which nothing stays."""
		key = LinkKey(store=self.settings.store, kind="Order", external_id=order.id)
		self.erp.ensure_links([key])
		with raises(Undo), self.erp.transaction([key]):
			yield
			raise Undo


def line(sku: str = SKUS[0], quantity: str = "1", subtotal: str = "10", **changes: Any) -> Line:
	"""A line without tax."""
	known = {"id": unique(), "title": "Thing", "quantity": Decimal(quantity), "subtotal": Decimal(subtotal)}
	return Line(**{**known, "sku": sku, **changes})


def plain_order(total: str, *lines: Line, **changes: Any) -> dict[str, Any]:
	"""What makes a sample order one of these lines only."""
	return {"lines": lines, "shipping": (), "total": Decimal(total), **changes}


def decimal_of(value: float) -> Decimal:
	"""A document's amount, exactly as shown."""
	return Decimal(f"{value:.2f}")
