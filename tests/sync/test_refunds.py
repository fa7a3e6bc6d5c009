"""Refunds of every kind, from the store's message to documents: both sides show the same figures.

Orders are 3 cups, 2 pots and 5 tins of tea with tax and shipping, in both emulated stores.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from ecommerce_sync.core.erp import ErpOrder, Invoice
from ecommerce_sync.core.lifecycle.view import pieces_of
from ecommerce_sync.core.money import total
from ecommerce_sync.erps.base import LinkKey
from ecommerce_sync.sandbox.life_check import Checker
from ecommerce_sync.sandbox.story import Bought
from ecommerce_sync.sandbox.world import Event

from .shipments_world import CUPS, PIECES, POTS, TEA, VAT, ShipmentWorld

D = Decimal
POLICIES = ("on_payment", "on_shipment", "never")
BILLED = ("on_payment", "on_shipment")


def placed(world: ShipmentWorld, policy: str = "on_payment", shipped: Any = None, **story: Any) -> str:
	"""An order under an invoice policy, shipped by the store as far as `shipped` says."""
	bank = {"record_payments": True, "payment_account": "Bank - DC"}
	world.choose(invoice=policy, returns_in="submit", **bank)
	order_id = world.order(**story)
	if shipped:
		world.seller.fulfil(order_id, shipped)
		world.settle()
	return order_id


def refund(world: ShipmentWorld, order_id: str, lines: Mapping[int, int] = {}, **how: Any) -> str:
	made = str(world.seller.refund(order_id, lines, **how))
	world.settle()
	return made


def seen(world: ShipmentWorld, order_id: str) -> ErpOrder:
	with world.erp.transaction([LinkKey(store=world.store, kind="Order", external_id=order_id)]):
		return world.erp.observe(world.asked(order_id), world.settings)


def notes(world: ShipmentWorld, order_id: str) -> list[Invoice]:
	return [each for each in seen(world, order_id).invoices if each.docstatus == 1 and each.is_return]


def credited(world: ShipmentWorld, order_id: str) -> Decimal:
	return -total(each.total for each in notes(world, order_id))


def lost(world: ShipmentWorld, order_id: str) -> tuple[Decimal, Decimal]:
	"""What credit notes took back and by how much the Sales Order fell, of what the store credited."""
	figures, document = world.seller.figures(order_id), seen(world, order_id).document
	assert document is not None
	return credited(world, order_id), figures.total - document.total


def paid_out(world: ShipmentWorld, order_id: str) -> Decimal:
	payments = seen(world, order_id).payments
	return -total(each.amount for each in payments if each.docstatus == 1 and each.amount < 0)


def back(world: ShipmentWorld, order_id: str) -> dict[int, int]:
	"""Pieces by place on submitted returns."""
	lines = world.lines(order_id)
	notes = [each for each in world.deliveries(order_id) if each.docstatus == 1 and each.is_return]
	pieces = pieces_of(row for each in notes for row in each.rows)
	return {lines.index(line): -int(n) for line, n in pieces.items() if n}


def agrees(world: ShipmentWorld, order_id: str) -> None:
	"""Every figure of both sides, and nothing is left to do."""
	events = [
		Event(world.store, order_id, "", state, reason, {}) for state, reason in world.states("order")[-1:]
	]
	verdict = Checker(world.machine, events).verdict(world.store, world.seller, order_id)
	assert (verdict.differences, verdict.reason) == ((), None)


class TestGoods:
	@pytest.mark.parametrize("policy", POLICIES)
	def test_pieces_that_come_back(self, world: ShipmentWorld, policy: str) -> None:
		order_id = placed(world, policy, PIECES)
		refund(world, order_id, {CUPS: 2, TEA: 5}, restock="return")
		figures = world.seller.figures(order_id)
		assert back(world, order_id) == {CUPS: 2, TEA: 5}
		assert credited(world, order_id) == (figures.credited if policy != "never" else 0)
		assert paid_out(world, order_id) == figures.refunded == figures.credited > 0
		agrees(world, order_id)

	@pytest.mark.parametrize("policy", POLICIES)
	def test_pieces_that_the_buyer_keeps(self, shopify: ShipmentWorld, policy: str) -> None:
		order_id = placed(shopify, policy, PIECES)
		refund(shopify, order_id, {POTS: 1}, restock="no_restock")
		assert back(shopify, order_id) == {}
		assert paid_out(shopify, order_id) == shopify.seller.figures(order_id).credited > 0
		agrees(shopify, order_id)

	def test_pieces_that_are_never_shipped_and_not_billed(self, world: ShipmentWorld) -> None:
		order_id = placed(world, "never")
		refund(world, order_id, {CUPS: 1, POTS: 2}, restock="cancel")
		assert lost(world, order_id) == (0, world.seller.figures(order_id).credited)
		agrees(world, order_id)

	def test_pieces_that_are_never_shipped_but_billed(self, world: ShipmentWorld) -> None:
		order_id = placed(world, "on_payment")
		refund(world, order_id, {CUPS: 1, POTS: 2}, restock="cancel")
		due = world.seller.figures(order_id).credited
		assert lost(world, order_id) == (due, due)
		agrees(world, order_id)

	def test_of_a_part_shipment_what_is_billed_is_credited(self, shopify: ShipmentWorld) -> None:
		order_id = placed(shopify, "on_shipment", {CUPS: 3, TEA: 1})
		refund(shopify, order_id, {CUPS: 1}, restock="return")
		refund(shopify, order_id, {TEA: 4}, restock="cancel")
		figures = shopify.seller.figures(order_id)
		assert sum(lost(shopify, order_id)) == figures.credited
		assert back(shopify, order_id) == {CUPS: 1}
		agrees(shopify, order_id)

	@pytest.mark.parametrize("policy", POLICIES)
	def test_everything(self, world: ShipmentWorld, policy: str) -> None:
		order_id = placed(world, policy, PIECES)
		figures = world.seller.figures(order_id)
		refund(world, order_id, PIECES, restock="return", shipping=D("6.90"))
		after = world.seller.figures(order_id)
		assert after.credited == figures.total == paid_out(world, order_id)
		assert back(world, order_id) == PIECES
		agrees(world, order_id)

	def test_everything_before_anything_happened(self, world: ShipmentWorld) -> None:
		order_id = placed(world, "never")
		refund(world, order_id, PIECES, restock="cancel", shipping=D("6.90"))
		state = seen(world, order_id)
		assert state.document is None or state.document.docstatus == 2 or not state.document.total


class TestMoneyOnly:
	@pytest.mark.parametrize("policy", POLICIES)
	def test_an_amount(self, world: ShipmentWorld, policy: str) -> None:
		order_id = placed(world, policy, PIECES)
		refund(world, order_id, amount=D("7.77"))
		assert credited(world, order_id) == (D("7.77") if policy != "never" else 0)
		assert (paid_out(world, order_id), back(world, order_id)) == (D("7.77"), {})
		agrees(world, order_id)

	@pytest.mark.parametrize("policy", BILLED)
	def test_shipping_with_its_tax(self, world: ShipmentWorld, policy: str) -> None:
		order_id = placed(world, policy, PIECES)
		refund(world, order_id, shipping=D("6.90"))
		[note] = notes(world, order_id)
		assert (-note.total, sum(row.quantity for row in note.rows)) == (D("8.28"), 0)
		assert {c.kind: -c.amount for c in note.charges if c.amount} == {
			"shipping": D("6.90"),
			"tax": D("1.38"),
		}
		agrees(world, order_id)

	def test_an_amount_of_what_is_not_billed_lowers_the_order(self, world: ShipmentWorld) -> None:
		order_id = placed(world, "never")
		refund(world, order_id, amount=D("7.77"))
		assert lost(world, order_id) == (0, D("7.77"))
		agrees(world, order_id)


class TestSeveral:
	@pytest.mark.parametrize("policy", BILLED)
	def test_one_after_the_other(self, world: ShipmentWorld, policy: str) -> None:
		order_id = placed(world, policy, PIECES)
		made = [
			refund(world, order_id, {TEA: 2}, restock="return"),
			refund(world, order_id, amount=D("3.33")),
			refund(world, order_id, {TEA: 3, CUPS: 1}, restock="return"),
		]
		assert {note.refund_id for note in notes(world, order_id)} == set(made)
		assert credited(world, order_id) == world.seller.figures(order_id).credited
		assert back(world, order_id) == {TEA: 5, CUPS: 1}
		agrees(world, order_id)

	def test_all_told_at_once(self, world: ShipmentWorld) -> None:
		order_id = placed(world, "on_payment", PIECES)
		for lines in ({TEA: 1}, {TEA: 1}, {POTS: 2}):
			world.seller.refund(order_id, lines, restock="return")
		world.settle()
		assert len(notes(world, order_id)) == 3
		agrees(world, order_id)

	def test_every_minor_unit_of_a_line_in_single_pieces(self, world: ShipmentWorld) -> None:
		tea = (Bought("Tea", D("4.35"), 7, sku="TEA", discount=D("1.00"), taxes=VAT),)
		order_id = placed(world, "on_payment", {0: 7}, lines=tea, deliveries=())
		for _ in range(7):
			refund(world, order_id, {0: 1}, restock="return")
		assert credited(world, order_id) == world.seller.figures(order_id).total
		agrees(world, order_id)


class TestUnpaid:
	def test_an_open_invoice_is_credited_against_itself(self, shopify: ShipmentWorld) -> None:
		order_id = placed(shopify, "on_shipment", PIECES, paid=False)
		refund(shopify, order_id, {CUPS: 1}, restock="return", pay=False)
		state, figures = seen(shopify, order_id), shopify.seller.figures(order_id)
		[invoice] = [each for each in state.invoices if not each.is_return]
		assert invoice.outstanding == figures.owed and notes(shopify, order_id)[0].outstanding == 0
		assert paid_out(shopify, order_id) == 0
		agrees(shopify, order_id)

	def test_a_refund_before_the_invoice(self, shopify: ShipmentWorld) -> None:
		order_id = placed(shopify, "on_payment", paid=False)
		refund(shopify, order_id, {CUPS: 1}, restock="cancel", pay=False)
		shopify.seller.pay(order_id)
		shopify.settle()
		assert notes(shopify, order_id) == []
		assert total(each.total for each in seen(shopify, order_id).invoices) == (
			shopify.seller.figures(order_id).paid
		)
		agrees(shopify, order_id)

	def test_a_paid_credit_note_waits_for_its_money(self, world: ShipmentWorld) -> None:
		order_id = placed(world, "on_payment", PIECES)
		refund(world, order_id, {POTS: 1}, restock="return")
		[note] = notes(world, order_id)
		assert note.outstanding == 0 and paid_out(world, order_id) == -note.total


class TestCancelled:
	@pytest.mark.parametrize("policy", POLICIES)
	def test_paid_and_not_shipped(self, world: ShipmentWorld, policy: str) -> None:
		order_id = placed(world, policy)
		world.seller.cancel(order_id)
		world.settle()
		state = seen(world, order_id)
		assert total(each.total for each in state.invoices if each.docstatus == 1) == 0
		assert paid_out(world, order_id) == world.seller.figures(order_id).paid
		agrees(world, order_id)

	def test_after_a_refund(self, world: ShipmentWorld) -> None:
		order_id = placed(world, "on_payment")
		refund(world, order_id, {TEA: 2}, restock="cancel")
		world.seller.cancel(order_id)
		world.settle()
		state = seen(world, order_id)
		assert total(each.total for each in state.invoices if each.docstatus == 1) == 0
		assert total(each.amount for each in state.payments if each.docstatus == 1) == 0
		agrees(world, order_id)


class TestExchange:
	def test_a_return_and_an_added_line(self, shopify: ShipmentWorld) -> None:
		order_id = placed(shopify, "on_shipment", PIECES)
		return_id = shopify.seller.announce_return(order_id, {CUPS: 1})
		shopify.settle()
		drafts = [each for each in shopify.deliveries(order_id) if each.is_return]
		assert [each.docstatus for each in drafts] == [0]
		shopify.seller.edit(order_id, added=(Bought("Pot", D("9.99"), 1, sku="POT", taxes=VAT),))
		refund(shopify, order_id, {CUPS: 1}, restock="return", return_id=return_id, pay=False)
		shopify.seller.fulfil(order_id, {3: 1})
		shopify.settle()
		assert back(shopify, order_id) == {CUPS: 1}
		assert shopify.delivered(order_id) == {**PIECES, 3: 1}
		agrees(shopify, order_id)

	def test_an_announced_return_that_is_called_off(self, shopify: ShipmentWorld) -> None:
		order_id = placed(shopify, "on_payment", PIECES)
		return_id = shopify.seller.announce_return(order_id, {TEA: 2})
		shopify.settle()
		shopify.emulator.decide_return(int(order_id), int(return_id), "CANCELED")
		shopify.settle()
		assert [each for each in shopify.deliveries(order_id) if each.docstatus < 2 and each.is_return] == []
		agrees(shopify, order_id)


class TestMessages:
	def test_twice_makes_no_second_document(self, world: ShipmentWorld) -> None:
		order_id = placed(world, "on_payment", PIECES)
		refund(world, order_id, {CUPS: 1}, restock="return")
		before = seen(world, order_id)
		world.seller.touch(order_id, "Looked at again")
		world.settle()
		after = seen(world, order_id)
		assert (after.invoices, after.payments, after.deliveries) == (
			before.invoices,
			before.payments,
			before.deliveries,
		)

	def test_a_line_that_is_never_shipped_leaves_the_order(self, world: ShipmentWorld) -> None:
		order_id = placed(world, "on_payment")
		refund(world, order_id, {TEA: 5}, restock="cancel")
		lines = pieces_of(seen(world, order_id).document.rows)  # type: ignore[union-attr]
		assert world.lines(order_id)[TEA] not in lines
		agrees(world, order_id)


class TestRestockingFee:
	@pytest.mark.parametrize("policy", BILLED)
	def test_goods_come_back_for_less(self, world: ShipmentWorld, policy: str) -> None:
		order_id = placed(world, policy, PIECES)
		refund(world, order_id, {POTS: 2}, restock="return", amount=D("-10.00"))
		figures = world.seller.figures(order_id)
		assert credited(world, order_id) == figures.credited == D("75.20")
		assert (back(world, order_id), paid_out(world, order_id)) == ({POTS: 2}, D("75.20"))
		agrees(world, order_id)

	def test_a_line_that_is_billed_but_never_shipped(self, world: ShipmentWorld) -> None:
		order_id = placed(world, "on_payment")
		refund(world, order_id, {POTS: 2}, restock="cancel", amount=D("-10.00"))
		[note] = notes(world, order_id)
		assert -note.total == world.seller.figures(order_id).credited == D("75.20")
		assert [-c.amount for c in note.charges if c.kind == "fee"] == [D("-10.00")]
		agrees(world, order_id)

	def test_all_that_is_not_billed_is_called_off_for_less(self, world: ShipmentWorld) -> None:
		order_id = placed(world, "never")
		refund(world, order_id, PIECES, restock="cancel", amount=D("-10.00"), shipping=D("6.90"))
		document = seen(world, order_id).document
		assert document is not None and (document.docstatus, document.total) == (1, D("10.00"))
		assert not any(row.line_id in world.lines(order_id) for row in document.rows)
		agrees(world, order_id)
