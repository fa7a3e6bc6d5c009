"""Edits of submitted Sales Orders on real ERPNext: totals are the draft's, reservations are what is open."""

from __future__ import annotations

import json
from decimal import Decimal
from random import Random
from typing import Any

import frappe

from ...core.commands import CancelSalesOrder
from ...core.drafts import draft_of
from ...core.errors import Held
from ...core.followups import ChangeSalesOrder, CloseSalesOrder, CreateDelivery
from ...core.life import LineQuantity
from ...core.models import Discount, Line, Order, PaymentTerms, Shipping, TaxLine
from ..contract_life_support import LifeContract, retotalled
from ..contract_support import raises, sample_address, unique
from .testing_life import Life

CENT = Decimal("0.01")


class Edits(Life, LifeContract):
	"""Orders and their edits."""

	def changed(self, before: Order, after: Order) -> Any:
		"""The document after it was brought to the order."""
		with self.erp.transaction([]):
			seen = self.erp.observe(after, self.goods)
			draft = draft_of(after, seen, self.goods)
		name = self.apply(after, ChangeSalesOrder(document=seen.document.name, draft=draft))
		frappe.db.rollback()
		return frappe.get_doc("Sales Order", name)

	def agrees(self, doc: Any, order: Order) -> None:
		"""Total, pieces and taxes are the order's; Bins hold what is open on all orders."""
		self.assertEqual(Decimal(f"{doc.grand_total:.2f}"), order.total)
		pieces: dict[str, float] = {}
		for row in doc.items:
			pieces[row.store_line_id] = pieces.get(row.store_line_id, 0) + row.qty
		self.assertEqual(pieces, {line.id: float(line.quantity) for line in order.lines})
		taxes = sum(
			(tax.amount for part in (*order.lines, *order.shipping) for tax in part.taxes), Decimal(0)
		)
		charged = sum(row.tax_amount for row in doc.taxes if row.store_charge_kind == "tax")
		self.assertEqual(Decimal(f"{charged:.2f}"), taxes)
		self.assertAlmostEqual(sum(row.amount for row in doc.items), doc.total, 6)
		self.reserved_is_open(doc)

	def reserved_is_open(self, doc: Any) -> None:
		"""Against a sum of its own over rows and parts of bundles."""
		rows = [(row.item_code, row.warehouse) for row in (*doc.items, *doc.packed_items)]
		for item, warehouse in set(rows):
			if frappe.db.get_value("Item", item, "is_stock_item"):
				held = frappe.db.get_value("Bin", {"item_code": item, "warehouse": warehouse}, "reserved_qty")
				self.assertAlmostEqual(held or 0, _open(item, warehouse), 6, (item, warehouse))


def _open(item: str, warehouse: str) -> float:
	(found,) = frappe.db.sql(
		"""SELECT IFNULL(SUM(pieces), 0) FROM (
			SELECT (r.qty - r.delivered_qty) * r.conversion_factor AS pieces
			FROM `tabSales Order Item` r JOIN `tabSales Order` o ON o.name = r.parent
			WHERE r.item_code = %(item)s AND r.warehouse = %(place)s AND o.docstatus = 1 AND o.status != 'Closed'
			UNION ALL
			SELECT p.qty * (r.qty - r.delivered_qty) / r.qty
			FROM `tabPacked Item` p JOIN `tabSales Order Item` r ON r.name = p.parent_detail_docname
			JOIN `tabSales Order` o ON o.name = r.parent
			WHERE p.item_code = %(item)s AND p.warehouse = %(place)s AND p.parenttype = 'Sales Order'
				AND o.docstatus = 1 AND o.status != 'Closed') parts""",
		{"item": item, "place": warehouse},
	)
	return float(found[0])


class TestRandomEdits(Edits):
	"""Many edits in a row, seeded."""

	EDITS = 12

	def _line(self, random: Random, sku: str, line_id: str | None = None, least: int = 1) -> Line:
		quantity = Decimal(random.randint(max(1, least), max(5, least)))
		subtotal = Decimal(random.randint(1, 5000)) / 100
		off = (subtotal * random.choice((0, 0, 10, 33)) / 100).quantize(CENT)
		tax = TaxLine(title="Tax", amount=(subtotal / 10).quantize(CENT), rate=Decimal("0.1"))
		return Line(
			id=line_id or unique(),
			title="Thing",
			quantity=quantity,
			subtotal=subtotal,
			sku=sku,
			discounts=(Discount(amount=off),) if off else (),
			taxes=random.choice(((), (tax,))),
		)

	def _edited(self, random: Random, order: Order, skus: list[str]) -> Order:
		lines = []
		for line in order.lines:
			act = random.random()
			if act < 0.2 and len(order.lines) > 1:
				continue
			lines.append(line if act < 0.5 else self._line(random, line.sku or "", line.id))
		if random.random() < 0.5 or not lines:
			lines.append(self._line(random, random.choice(skus)))
		shipping = order.shipping
		if random.random() < 0.3:
			price = Decimal(random.randint(0, 900)) / 100
			shipping = (Shipping(id="s", title="Post", price=price),)
		return retotalled(order.model_copy(update={"lines": tuple(lines), "shipping": shipping}))

	def _run(self, seed: int, **changes: Any) -> None:
		random = Random(seed)
		skus = [self.new_item() for _ in range(3)]
		skus.append(self.new_bundle({skus[0]: Decimal(2), skus[1]: Decimal(1)}))
		for sku in skus[:3]:
			self.receive(sku, self.warehouses[0], Decimal(2))  # the rest is placed in the other warehouse
			self.receive(sku, self.warehouses[1], Decimal(50))
		order = self.life_order(**changes)
		order = self.place(
			retotalled(order.model_copy(update={"lines": tuple(self._line(random, sku) for sku in skus)}))
		)
		for _ in range(self.EDITS):
			order = self._edited(random, order, skus)
			self.agrees(self.changed(order, order), order)

	def test_first_seed(self) -> None:
		self._run(1)

	def test_second_seed(self) -> None:
		self._run(2)

	def test_in_a_foreign_currency(self) -> None:
		self._run(3, currency="EUR", exchange_rate=Decimal("1.25"), shop_currency="USD")

	def test_after_a_part_was_delivered(self) -> None:
		random = Random(4)
		order = self.place()
		self.deliver_lines(order, {"1": Decimal(1), "2": Decimal(2)})
		first, second, third = order.lines
		for _ in range(self.EDITS):
			more = second.model_copy(update={"quantity": Decimal(random.randint(3, 6))})
			more = more.model_copy(update={"subtotal": Decimal(random.randint(1000, 4000)) / 100})
			lines = (first, more, self._line(random, third.sku or "", third.id))
			order = retotalled(order.model_copy(update={"lines": lines}))
			doc = self.changed(order, order)
			self.agrees(doc, order)
			self.assertEqual(sum(row.delivered_qty for row in doc.items), 3)


class TestDetails(Edits):
	"""What an edit carries besides rows and amounts."""

	def test_goods_stay_in_their_warehouses(self) -> None:
		order = self.life_order()
		self.issue(self.item_of(order, "2"), self.warehouses[0], Decimal(18))
		self.receive(self.item_of(order, "2"), self.warehouses[1], Decimal(1))
		order = self.place(order)
		before = {row.name: (row.warehouse, row.quantity) for row in self.rows_of(order, "2")}
		self.assertEqual({place for place, _ in before.values()}, set(self.warehouses))
		dearer = order.lines[2].model_copy(update={"subtotal": Decimal(40)})
		order = retotalled(order.model_copy(update={"lines": (*order.lines[:2], dearer)}))
		self.agrees(self.changed(order, order), order)
		self.assertEqual(
			{row.name: (row.warehouse, row.quantity) for row in self.rows_of(order, "2")}, before
		)

	def test_the_address_and_its_text_follow(self) -> None:
		order = self.place()
		street = f"{unique()} Side Street"
		moved = order.model_copy(update={"shipping_address": sample_address(line1=street)})
		self.place_customer(moved)
		doc = self.changed(order, moved)
		self.assertIn(street, doc.shipping_address)
		self.assertNotEqual(doc.shipping_address_name, doc.customer_address)
		self.assertNotIn(street, doc.address_display)

	def test_due_dates_come_to_the_new_total(self) -> None:
		order = self.place(payment_terms=PaymentTerms(name="Net 30", due_in_days=30))
		cheaper = order.lines[2].model_copy(update={"subtotal": Decimal(4)})
		order = retotalled(order.model_copy(update={"lines": (*order.lines[:2], cheaper)}))
		(due,) = self.changed(order, order).payment_schedule
		self.assertEqual(Decimal(f"{due.payment_amount:.2f}"), order.total)

	def test_shares_and_item_wise_detail_are_written_anew(self) -> None:
		order = self.place()
		order = retotalled(order.model_copy(update={"lines": order.lines[:2]}))
		doc = self.changed(order, order)
		state = next(row for row in doc.taxes if row.description == "State Tax")
		self.assertEqual(json.loads(state.store_shares), {"1": "1.20", "2": "0.56", "shipping:s": "0.42"})
		self.assertEqual(
			set(json.loads(state.item_wise_tax_detail)), {self.item_of(order, "1"), self.item_of(order, "2")}
		)

	def test_the_same_item_again_where_the_site_wants_it_once(self) -> None:
		order = self.place()
		again = order.lines[2].model_copy(update={"id": unique()})
		order = retotalled(order.model_copy(update={"lines": (*order.lines, again)}))
		frappe.db.set_single_value("Selling Settings", "allow_multiple_items", 0)
		frappe.db.commit()
		try:
			self.agrees(self.changed(order, order), order)
		finally:
			frappe.db.set_single_value("Selling Settings", "allow_multiple_items", 1)
			frappe.db.commit()

	def test_the_price_of_what_is_delivered_is_a_persons_to_change(self) -> None:
		order = self.place()
		self.deliver_lines(order, {"3": Decimal(1)})
		cheaper = order.lines[2].model_copy(update={"subtotal": Decimal(4)})
		after = retotalled(order.model_copy(update={"lines": (*order.lines[:2], cheaper)}))
		with raises(Held) as caught:
			self.changed(order, after)
		self.assertEqual(caught[0].reason, "order_changed")
		self.assertIn(self.item_of(order, "3"), caught[0].params["changes"])

	def test_an_order_of_which_nothing_differs_keeps_its_rows(self) -> None:
		order = self.place()
		before = [(row.name, row.modified) for row in frappe.get_doc("Sales Order", self._name(order)).items]
		doc = self.changed(order, order.model_copy(update={"po_number": "PO 77"}))
		self.assertEqual([row.name for row in doc.items], [name for name, _ in before])
		self.assertEqual(doc.po_no, "PO 77")

	def _name(self, order: Order) -> str:
		return str(self.sales_order_of(order).name)


class TestClosing(Edits):
	"""What goes with an order that is over."""

	def test_a_cancelled_order_takes_its_drafts_along(self) -> None:
		order = self.place()
		name = self.sales_order_of(order).name
		draft = self.deliver_lines(order, {"3": Decimal(1)}, submit=False)
		self.apply(order, CancelSalesOrder(document=name))
		self.assertEqual(frappe.db.get_value("Sales Order", name, "docstatus"), 2)
		self.assertFalse(frappe.db.exists("Delivery Note", draft))
		self.assertEqual([self.reserved(order, line) for line in ("1", "2", "3")], [0, 0, 0])

	def test_a_closed_order_is_closed_once_and_keeps_the_stores_word(self) -> None:
		order = self.place()
		name = self.sales_order_of(order).name
		for word in ("refunded", ""):
			self.apply(order, CloseSalesOrder(document=name, status=word))
		found = frappe.db.get_value("Sales Order", name, ["status", "store_order_status"])
		self.assertEqual(found, ("Closed", "refunded"))

	def test_another_orders_goods_on_the_same_draft_stay(self) -> None:
		order, other = self.place(), self.place()
		draft = self.deliver_lines(order, {"3": Decimal(1)}, submit=False)
		frappe.db.set_value(
			"Delivery Note Item", {"parent": draft}, "against_sales_order", self.sales_order_of(other).name
		)
		frappe.db.commit()
		self.apply(order, CloseSalesOrder(document=self.sales_order_of(order).name))
		self.assertTrue(frappe.db.exists("Delivery Note", draft))

	def test_a_closed_order_ships_nothing_more(self) -> None:
		order = self.place()
		name = self.sales_order_of(order).name
		self.apply(order, CloseSalesOrder(document=name))
		lines = (LineQuantity(line_id="1", quantity=Decimal(1)),)
		command = CreateDelivery(document=name, fulfilment_id=unique(), lines=lines, posted_on=self.today)
		self.assertEqual(self.refused(order, command), "erp_refused")


del Edits  # it has no tests of its own
