"""How every ERP changes and closes a Sales Order, and takes over what persons made, as a mixin."""

from __future__ import annotations

from decimal import Decimal

from ..core.drafts import draft_of
from ..core.errors import Held
from ..core.followups import Adopt, ChangeSalesOrder, CloseSalesOrder, CreateDelivery, CreatePickList
from ..core.life import LineQuantity
from ..core.models import Discount, Order, Shipping
from .contract_life_support import PIECES, TOTAL, LifeContract, pieces_of, retotalled, shares_of
from .contract_support import later, raises, sample_address, unique

ONE, TWO, THREE, ZERO = Decimal(1), Decimal(2), Decimal(3), Decimal(0)


class ChangeContract(LifeContract):
	"""The Sales Order after it was submitted."""

	def change(self, before: Order, after: Order) -> ChangeSalesOrder:
		"""The command that brings the Sales Order of `before` to `after`."""
		with self.erp.transaction([]):
			seen = self.erp.observe(after, self.goods)
			draft = draft_of(after, seen, self.goods)
		assert seen.document is not None
		return ChangeSalesOrder(document=seen.document.name, draft=draft)

	def _with_quantities(self, order: Order, **quantities: Decimal) -> Order:
		"""The order with other quantities of lines (`line_1`) at the same price a piece; 0 drops the line."""
		lines = []
		for line in order.lines:
			quantity = quantities.get(f"line_{line.id}", line.quantity)
			part = quantity / line.quantity
			off = tuple(Discount(amount=round(d.amount * part, 2)) for d in line.discounts)
			changed = {"quantity": quantity, "subtotal": round(line.subtotal * part, 2), "discounts": off}
			taxes = tuple(t.model_copy(update={"amount": round(t.amount * part, 2)}) for t in line.taxes)
			lines.append(line.model_copy(update={**changed, "taxes": taxes}))
		kept = tuple(line for line in lines if line.quantity)
		return retotalled(order.model_copy(update={"lines": kept}))

	def test_the_sales_order_is_seen_with_rows_and_charges(self) -> None:
		order = self.place()
		document = self.sales_order_of(order)
		assert (document.docstatus, document.total, document.closed) == (1, TOTAL, False)
		assert (document.per_delivered, document.per_billed, document.advance_paid) == (ZERO, ZERO, ZERO)
		quantities = {line: sum(row.quantity for row in self.rows_of(order, line)) for line in PIECES}
		assert quantities == PIECES
		amounts = sum(row.quantity * row.rate for row in document.rows)
		assert amounts + sum(charge.amount for charge in document.charges) == TOTAL
		assert {row.warehouse for row in document.rows} == {self.warehouses[0]}
		assert len({row.name for row in document.rows}) == len(document.rows) == 4
		assert shares_of(document.charges) == {
			**{("State Tax", part): Decimal(n) for part, n in _STATE.items()},
			**{("City Tax", part): Decimal(n) for part, n in _CITY.items()},
			("Post", "shipping:s"): Decimal("7.00"),
		}
		assert {charge.kind for charge in document.charges} == {"tax", "shipping"}

	def test_quantities_change_and_reservations_follow(self) -> None:
		order = self.place()
		rows = self.rows_of(order, "1")
		changed = self._with_quantities(order, line_1=THREE, line_2=ONE)
		self.apply(order, self.change(order, changed))
		document = self.sales_order_of(order)
		assert (document.docstatus, document.total) == (1, changed.total)
		assert [row.name for row in self.rows_of(order, "1")] == [row.name for row in rows]
		assert sum(row.quantity for row in self.rows_of(order, "1")) == THREE
		assert [self.reserved(order, line) for line in PIECES] == [THREE, ONE, ONE]
		assert pieces_of_order(document) == {"1": THREE, "2": ONE, "3": ONE}

	def test_lines_come_and_go(self) -> None:
		order = self.place()
		item = self.new_item()
		self.receive(item, self.warehouses[0], THREE)
		added = order.lines[2].model_copy(update={"id": "4", "sku": item})
		changed = retotalled(order.model_copy(update={"lines": (*order.lines[:2], added)}))
		self.apply(order, self.change(order, changed))
		assert self.rows_of(order, "3") == []
		(row,) = self.rows_of(order, "4")
		assert (row.item_code, row.quantity, row.rate) == (item, ONE, Decimal("18.00"))
		assert self.sales_order_of(order).total == changed.total
		assert (self.reserved(order, "3"), self.free(item)) == (ZERO, TWO)
		shares = shares_of(self.sales_order_of(order).charges)
		assert shares["State Tax", "4"] == Decimal("1.08")
		assert ("State Tax", "3") not in shares

	def test_prices_shipping_and_charges_change(self) -> None:
		order = self.place()
		dearer = order.lines[2].model_copy(update={"subtotal": Decimal("25.00")})
		post = Shipping(id="t", title="Courier", price=Decimal("12.00"))
		lines = (*order.lines[:2], dearer)
		changed = retotalled(order.model_copy(update={"lines": lines, "shipping": (post,)}))
		self.apply(order, self.change(order, changed))
		(row,) = self.rows_of(order, "3")
		assert (row.rate, row.list_rate) == (Decimal("25.00"), Decimal("25.00"))
		document = self.sales_order_of(order)
		shares = shares_of(document.charges)
		assert shares["Courier", "shipping:t"] == Decimal("12.00")
		assert not any(part == "shipping:s" for _, part in shares)
		assert document.total == changed.total

	def test_another_address(self) -> None:
		order = self.place()
		moved = order.model_copy(update={"shipping_address": sample_address(line1=f"{unique()} Side Street")})
		self.place_customer(moved)
		self.apply(order, self.change(order, moved))
		assert self.sales_order_of(order).total == TOTAL
		assert len(self.look(moved).addresses) == 2

	def test_the_same_change_again_changes_nothing(self) -> None:
		order = self.place()
		command = self.change(order, self._with_quantities(order, line_1=ONE))
		self.apply(order, command)
		before = self.look(order)
		self.apply(order, command)
		assert self.look(order) == before

	def test_delivered_rows_stay(self) -> None:
		order = self.place()
		self.deliver_lines(order, {"1": ONE, "2": THREE})
		rows = {row.name: row.delivered for row in self.sales_order_of(order).rows}
		changed = self._with_quantities(order, line_1=ONE, line_3=ZERO)
		self.apply(order, self.change(order, changed))
		document = self.sales_order_of(order)
		assert {row.name: row.delivered for row in document.rows} == {
			name: delivered for name, delivered in rows.items() if delivered
		}
		assert (document.total, document.per_delivered) == (changed.total, Decimal(100))
		assert [self.reserved(order, line) for line in PIECES] == [ZERO, ZERO, ZERO]

	def test_what_was_delivered_cannot_go(self) -> None:
		order = self.place()
		self.deliver_lines(order, {"1": TWO, "2": THREE})
		assert self.refused(order, self.change(order, self._with_quantities(order, line_1=ONE)))
		assert self.refused(order, self.change(order, self._with_quantities(order, line_2=ZERO)))

	def test_a_total_that_is_not_the_stores_is_refused(self) -> None:
		order = self.place()
		wrong = order.model_copy(update={"total": TOTAL})
		command = self.change(order, wrong)
		draft = command.draft.model_copy(update={"total": TOTAL + 1})
		assert self.refused(order, command.model_copy(update={"draft": draft})) == "total_mismatch"

	def test_prices_of_what_was_delivered_are_a_persons_choice(self) -> None:
		order = self.life_order()
		self.bring_about(order, self.goods)
		document = self.sales_order_of(order)
		self.deliver_by_hand(document.name, PIECES)
		dearer = order.lines[2].model_copy(update={"subtotal": Decimal("25.00")})
		changed = retotalled(order.model_copy(update={"lines": (*order.lines[:2], dearer)}))
		with raises(Held) as caught:
			self.bring_about(later(changed), self.goods)
		assert getattr(caught[0], "reason", "") == "order_changed"
		assert self.sales_order_of(order).total == document.total

	def test_refunds_that_a_change_takes_off_are_remembered(self) -> None:
		order = self.place()
		command = self.change(order, self._with_quantities(order, line_1=ONE))
		draft = command.draft.model_copy(update={"refund_ids": ("r1", "r2")})
		self.apply(order, command.model_copy(update={"draft": draft}))
		assert set(self.sales_order_of(order).refund_ids) == {"r1", "r2"}

	# closing

	def test_a_closed_order_reserves_nothing_and_delivers_nothing(self) -> None:
		order = self.place()
		self.deliver_lines(order, {"1": ONE})
		draft = self.deliver_lines(order, {"3": ONE}, submit=False)
		name = self.sales_order_of(order).name
		assert self.apply(order, CloseSalesOrder(document=name, status="refunded")) == name
		assert self.sales_order_of(order).closed
		assert draft not in {delivery.name for delivery in self.look(order).deliveries}
		assert [self.reserved(order, line) for line in PIECES] == [ZERO, ZERO, ZERO]
		more = {"fulfilment_id": unique(), "posted_on": self.today}
		lines = (LineQuantity(line_id="2", quantity=ONE),)
		assert self.refused(order, CreateDelivery(document=name, lines=lines, **more))

	def test_a_pick_list_is_made_and_goes_with_the_order(self) -> None:
		order = self.place()
		name = self.sales_order_of(order).name
		assert not self.look(order).picked
		self.apply(order, CreatePickList(document=name))
		assert self.look(order).picked
		before = self.count("Pick List")
		self.apply(order, CloseSalesOrder(document=name))
		assert self.count("Pick List") == before - 1

	# what persons made

	def test_a_persons_delivery_gets_the_fulfilments_id(self) -> None:
		order = self.place()
		name = self.deliver_by_hand(self.sales_order_of(order).name, {"1": ONE})
		assert self.delivery(order, name).fulfilment_ids == ()
		fulfilment = unique()
		self.apply(
			order,
			Adopt(doctype="Delivery Note", document=name, what="fulfilment", external_id=fulfilment),
		)
		delivery = self.delivery(order, name)
		assert (delivery.fulfilment_ids, delivery.by_sync) == ((fulfilment,), False)
		assert pieces_of(delivery.rows) == {"1": ONE}

	def test_a_persons_credit_note_and_return_get_the_refunds_id(self) -> None:
		order = self.place()
		delivery = self.deliver_lines(order)
		note = self.credit_by_hand(self.bill(order), {"1": ONE})
		back = self.return_by_hand(delivery, {"1": ONE})
		refund = unique()
		for doctype, name in (("Sales Invoice", note), ("Delivery Note", back)):
			self.apply(order, Adopt(doctype=doctype, document=name, what="refund", external_id=refund))
		assert (self.invoice(order, note).refund_id, self.delivery(order, back).refund_id) == (refund, refund)

	def test_a_persons_payment_gets_the_transactions_id(self) -> None:
		order = self.place()
		payment = self.pay_by_hand(self.bill(order), Decimal(10))
		assert not self.payment(order, payment).payment_id
		transaction = unique()
		self.apply(
			order,
			Adopt(doctype="Payment Entry", document=payment, what="payment", external_id=transaction),
		)
		assert self.payment(order, payment).payment_id == transaction


_STATE = {"1": "1.20", "2": "0.56", "3": "1.08", "shipping:s": "0.42"}
_CITY = {"1": "0.41", "2": "0.19", "3": "0.37", "shipping:s": "0.15"}


def pieces_of_order(document: object) -> dict[str, Decimal]:
	"""The Sales Order's quantities by line."""
	return pieces_of(getattr(document, "rows", ()))
