"""Documents made of a store's order carry their part of its charges, however it is parted and by whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import frappe

from ...core.models import Order
from .fields import decimal
from .testing_orders import SalesOrders
from .testing_splits import (
	Desk,
	Pieces,
	comes_to,
	every_split,
	ledger,
	prepare_books,
	three_lines,
)


class TestPartials(SalesOrders):
	"""All on one Sales Order after another, each undone."""

	def setUp(self) -> None:
		super().setUp()
		self.desk = Desk()
		self.books = prepare_books(type(self).settings)
		frappe.db.commit()

	@contextmanager
	def sold(self, **changes: Any) -> Iterator[Any]:
		"""A submitted Sales Order of three lines, and Administrator at the Desk."""
		order: Order = self.with_customer(**{**three_lines(), **changes})
		with self.undone(order):
			document = self.create(order, self.books)
			frappe.set_user("Administrator")
			yield document

	def parts(self, document: Any, splits: Sequence[Sequence[Pieces]]) -> None:
		"""Each split delivered, billed from the deliveries and returned; then billed from the order."""
		for split in splits:
			frappe.db.savepoint("split")
			notes = [self.desk.deliver(document.name, pieces) for pieces in split]
			self.same(document, notes, split)
			invoices = [self.desk.bill_delivery(note.name) for note in notes]
			self.billed(document, invoices, split)
			returns = [self.desk.give_back(invoice) for invoice in invoices]
			self.assertEqual(comes_to([*invoices, *returns]), {}, split)
			back = [self.desk.give_back(note) for note in notes]
			self.assertEqual(comes_to([*notes, *back]), {}, split)
			frappe.db.rollback(save_point="split")
			frappe.db.savepoint("split")
			self.billed(document, [self.desk.bill(document.name, pieces) for pieces in split], split)
			frappe.db.rollback(save_point="split")

	def same(self, document: Any, docs: Sequence[Any], split: Any = None) -> None:
		self.assertEqual(comes_to(docs), comes_to([document]), split)

	def billed(self, document: Any, invoices: Sequence[Any], split: Any = None) -> None:
		self.same(document, invoices, split)
		accounts = {tax.account_head for tax in document.taxes}
		base = {account: Decimal(0) for account in accounts}
		for invoice in invoices:
			for tax in frappe.get_doc(invoice.doctype, invoice.name).taxes:
				base[tax.account_head] += decimal(tax.base_tax_amount_after_discount_amount)
		self.assertEqual(ledger(invoices, accounts), base, split)
		self.assertTrue(all(invoice.rounded_total == 0 for invoice in invoices))

	def test_every_third_split_of_an_order_comes_to_it(self) -> None:
		with self.sold() as document:
			self.parts(document, list(every_split())[::3])

	def test_an_order_with_inclusive_prices(self) -> None:
		with self.sold(**three_lines(inclusive=True)) as document:
			self.parts(document, list(every_split())[::11])

	def test_an_order_with_a_bundle(self) -> None:
		with self.sold(**three_lines(bundle=True)) as document:
			self.parts(document, list(every_split())[1::11])

	def test_an_order_in_another_currency(self) -> None:
		with self.sold(currency="EUR") as document:
			self.assertEqual(document.currency, "EUR")
			self.parts(document, list(every_split())[2::11])
