"""Documents made of a store's order carry their part of its charges, however it is parted and by whom."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import product
from typing import Any

import frappe

from ...core.models import Order
from . import partials
from .fields import decimal
from .test_in_one_go import statements
from .testing_orders import SalesOrders
from .testing_splits import (
	PIECES,
	Desk,
	Pieces,
	comes_to,
	cut,
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

	def test_splits_of_an_order_come_to_it(self) -> None:
		with self.sold() as document:
			self.parts(document, list(every_split())[3::13])

	def test_an_order_with_inclusive_prices(self) -> None:
		with self.sold(**three_lines(inclusive=True)) as document:
			self.parts(document, list(every_split())[5::22])

	def test_an_order_with_a_bundle(self) -> None:
		with self.sold(**three_lines(bundle=True)) as document:
			self.parts(document, list(every_split())[1::22])

	def test_an_order_in_another_currency(self) -> None:
		with self.sold(currency="EUR") as document:
			self.assertEqual(document.currency, "EUR")
			self.parts(document, list(every_split())[8::22])

	def test_cancelled_and_returned_parts_are_made_up_for(self) -> None:
		with self.sold() as document:
			first = self.desk.bill(document.name, {"1": 1})
			second = self.desk.bill(document.name, {"2": 1, "1": 1})
			self.desk.cancel(first)
			credit = self.desk.give_back(second, {"1": 1})
			self.assertTrue(all(tax.tax_amount <= 0 for tax in credit.taxes))
			third = self.desk.bill(document.name, {"3": 1, "1": 1})
			rest = self.desk.give_back(second, {"2": 1})
			self.assertEqual(comes_to([second, credit, rest]), {})
			self.desk.cancel(rest)
			self.desk.cancel(credit)
			self.same(document, [second, third])

	def test_goods_that_came_back_are_billed_again(self) -> None:
		with self.sold() as document:
			first = self.desk.bill(document.name, {"1": 2, "2": 1})
			credit = self.desk.give_back(first, {"1": 2})
			again = self.desk.bill(document.name, {"3": 1})
			missing = self._again(first, {"1": 2})
			self.same(document, [first, credit, again, missing])

	def _again(self, invoice: Any, pieces: Pieces) -> Any:
		"""The same rows once more, as a person adds them by hand when ERPNext proposes none."""
		copy = frappe.copy_doc(frappe.get_doc("Sales Invoice", invoice.name))
		copy.docstatus = 0
		for row, source in zip(copy.items, invoice.items, strict=True):
			row.update({"so_detail": source.so_detail, "sales_order": source.sales_order})
		order = frappe.get_doc("Sales Order", copy.items[0].sales_order)
		for tax, source in zip(copy.taxes, order.taxes, strict=True):
			tax.update({"tax_amount": source.tax_amount, "store_shares": source.store_shares})
		cut(copy, pieces)
		copy.insert()
		copy.submit()
		return copy

	def test_an_invoice_that_ships_leaves_its_part_to_no_delivery(self) -> None:
		with self.sold() as document:
			shipped = self.desk.bill(document.name, {"1": 1}, update_stock=1)
			note = self.desk.deliver(document.name, {"1": 1, "2": 1, "3": 1})
			self.same(document, [shipped, note])

	def test_one_invoice_for_two_deliveries_with_added_up_taxes(self) -> None:
		from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_invoice

		accounts = self.books, type(self).settings  # one for each tax; one for both
		for merge, self.books in product((0, 1), accounts):
			with self.sold() as document:
				notes = [self.desk.deliver(document.name, each) for each in ({"1": 1}, {"1": 1, "2": 1})]
				invoice = None
				for note in notes:
					invoice = make_sales_invoice(note.name, invoice, args={"merge_taxes": merge})
				assert invoice is not None
				invoice.insert()
				invoice.submit()
				self.same(document, [invoice, self.desk.bill(document.name, {"3": 1})])

	def test_one_delivery_of_two_orders_has_the_charges_of_both(self) -> None:
		from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note

		with self.sold() as document:
			other = frappe.copy_doc(document)
			other.update({"docstatus": 0, "store_order_id": "other", "po_no": None})
			self._rename_lines(other)
			other.insert()
			other.submit()
			note = make_delivery_note(other.name, make_delivery_note(document.name))
			note.insert()
			note.submit()
			self.same_as_both(document, other, note)

	def _rename_lines(self, order: Any) -> None:
		"""Ids of lines are a store's own; another order has others."""
		for row in order.items:
			row.store_line_id = f"9{row.store_line_id}"
		for tax in order.taxes:
			shares = json.loads(tax.store_shares)
			named = {
				f"shipping:9{p[9:]}" if p.startswith("shipping:") else f"9{p}": n for p, n in shares.items()
			}
			tax.store_shares = json.dumps(named)

	def same_as_both(self, one: Any, other: Any, note: Any) -> None:
		self.assertEqual(comes_to([note]), comes_to([one, other]))
		again = frappe.get_doc("Delivery Note", note.name)
		back = self.desk.give_back(again)
		self.assertEqual(comes_to([note, back]), {})

	def test_a_changed_charge_stays_and_the_others_make_up_for_it(self) -> None:
		from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice

		with self.sold() as document:
			draft = make_sales_invoice(document.name)
			cut(draft, {"1": 1})
			draft.insert()
			shipping = next(tax for tax in draft.taxes if tax.store_charge_kind == "shipping")
			self.assertLess(shipping.tax_amount, 7)
			shipping.tax_amount = 7
			draft.append(
				"taxes",
				{
					**{k: shipping.get(k) for k in ("charge_type", "account_head", "description")},
					"tax_amount": 3,
				},
			)
			draft.submit()
			stored = frappe.get_doc("Sales Invoice", draft.name)
			self.assertEqual(
				[tax.tax_amount for tax in stored.taxes if tax.account_head == shipping.account_head], [7, 3]
			)
			rest = self.desk.bill(document.name, {"1": 1, "2": 1, "3": 1})
			sums = comes_to([stored, rest])
			self.assertEqual(sums["total"] - 3, comes_to([document])["total"])
			back = self.desk.give_back(stored)
			self.assertEqual(back.grand_total, -stored.grand_total)

	def test_charges_that_a_recipe_wrote_are_left_alone(self) -> None:
		from erpnext.controllers.sales_and_purchase_return import make_return_doc

		with self.sold() as document:
			invoice = self.desk.bill(document.name, PIECES)
			credit = make_return_doc("Sales Invoice", invoice.name)
			for tax in credit.taxes:
				tax.tax_amount = -0.5
			credit.flags.store_shares_exact = True
			credit.insert()
			self.assertEqual({tax.tax_amount for tax in credit.taxes}, {-0.5})

	def test_the_detail_by_item_follows_and_rows_are_known_by_their_lines(self) -> None:
		with self.sold() as document:
			note = self.desk.deliver(document.name, {"2": 1})
			line = next(row for row in document.items if row.store_line_id == "2")
			state = next(tax for tax in note.taxes if tax.description == "State")
			detail = json.loads(state.item_wise_tax_detail)
			self.assertEqual(detail, {line.item_code: [6.25, json_number(state.store_shares, "2")]})
			self.assertEqual([row.store_line_id for row in note.items], ["2"])
			self.assertEqual(note.ecommerce_store, self.settings.store)

	def test_a_program_that_maps_nothing_gets_store_and_lines(self) -> None:
		with self.sold() as document:
			row = next(row for row in document.items if row.store_line_id == "3")
			note = frappe.new_doc("Delivery Note")
			note.update({"customer": document.customer, "company": document.company})
			values = {"item_code": row.item_code, "qty": 1, "rate": row.rate, "warehouse": row.warehouse}
			note.append("items", {**values, "against_sales_order": document.name, "so_detail": row.name})
			note.insert()
			self.assertEqual((note.ecommerce_store, note.items[0].store_line_id), (self.settings.store, "3"))
			self.assertEqual((note.store_order_id, note.disable_rounded_total), (document.store_order_id, 1))

	def test_documents_of_no_store_cost_nothing_and_others_a_fixed_number(self) -> None:
		with self.sold() as document:
			draft = frappe.get_doc("Delivery Note", self.desk.deliver(document.name, PIECES).name)
			self.assertEqual(statements(lambda: partials.restate(draft)), 5)
			plain = frappe.new_doc("Sales Invoice")
			plain.append("items", {"item_code": document.items[0].item_code, "qty": 1})
			self.assertEqual(statements(lambda: partials.restate(plain)), 0)


def json_number(text: str, part: str) -> float:
	return float(json.loads(text)[part])
