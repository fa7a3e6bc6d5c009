"""What every storefront connector must do with an order after its checkout, run against each emulated store.

A platform's test module subclasses `LifeContract` and gives a fixture `world` (a `LifeWorld`) with a freshly
started emulated store. The store's own account of an order (`LifeSeller.figures`) is what parsing must come to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

import pytest

from ecommerce_sync.core.errors import Gone
from ecommerce_sync.core.life import Parcel
from ecommerce_sync.core.models import Order
from ecommerce_sync.core.shipping import Fulfil, FulfilPart, StoreShipments
from ecommerce_sync.sandbox.lives import Figures, LifeSeller
from ecommerce_sync.sandbox.story import Bought, Delivery, Person, Place, Rate, Story
from ecommerce_sync.storefronts import base
from ecommerce_sync.storefronts.life import RefundRequest
from tests.storefronts.contract import balance, comparable

VAT = (Rate("VAT", Decimal("0.2")),)
CUPS, POTS, TEA = range(3)  # the lines of `story`
PARCEL = Parcel(carrier="UPS", number="1Z999", url="https://example.com/1Z999")
HOME = Place("Ada", "Byron", None, "1 Mill Road", None, "York", zip="YO1 7HH", country_code="GB")


class LifeWorld(Protocol):
	"""One emulated store, how to reach it, and the staff and buyers who act in it."""

	platform: base.Platform
	credentials: base.Credentials
	secret: str  # that webhooks are signed with
	missing_id: str  # well-formed, of no order
	currency: str
	start: datetime
	seller: LifeSeller

	def messages(self) -> list[tuple[Mapping[str, str], bytes]]:
		"""Headers and bodies of what the store told since the last time, of all topics that the app wants."""
		...


def story(world: LifeWorld, number: int = 1, **given: Any) -> Story:
	"""Three lines, one of them discounted, with tax and shipping: 3 cups, 2 pots, 5 tins of tea."""
	lines = (
		Bought("Cup", Decimal("9.99"), 3, sku=f"CUP-{number}", taxes=VAT),
		Bought("Pot", Decimal("35.50"), 2, sku=f"POT-{number}", discount=Decimal("7.11"), taxes=VAT),
		Bought("Tea", Decimal("4.35"), 5, sku=f"TEA-{number}", taxes=VAT),
	)
	common: dict[str, Any] = {
		"lines": lines,
		"deliveries": (Delivery("Post", Decimal("6.90"), taxes=VAT),),
		"person": Person(7000 + number, "Ada", "Byron", f"ada{number}@example.com", "+441904000000"),
		"billing": HOME,
		"shipping": HOME,
	}
	at = world.start + timedelta(days=10)
	return Story(7000 + number, at, world.currency, **{**common, **given})


def credited(order: Order) -> Decimal:
	"""What all refunds took off the order."""
	return sum((refund.credited(order.taxes_included) for refund in order.refunds), Decimal(0))


def moved(order: Order) -> Decimal:
	"""The money that the shop has."""
	return sum((payment.moved for payment in order.payments or ()), Decimal(0))


def open_pieces(shipments: StoreShipments) -> dict[str, Decimal]:
	"""Pieces that can be shipped now, by line."""
	found: dict[str, Decimal] = {}
	for part in shipments.open:
		found[part.line_id] = found.get(part.line_id, Decimal(0)) + part.quantity
	return found


def shipped_pieces(shipments: StoreShipments) -> dict[str, Decimal]:
	"""Pieces in fulfilments that were not taken back, by line."""
	found: dict[str, Decimal] = {}
	for fulfilment in shipments.fulfilments:
		for line in fulfilment.lines if fulfilment.status in ("pending", "success") else ():
			found[line.line_id] = found.get(line.line_id, Decimal(0)) + line.quantity
	return found


def to_fulfil(shipments: StoreShipments, pieces: Mapping[str, int] | None = None, **given: Any) -> Fulfil:
	"""What ships all that is open, or so many pieces of the named lines."""
	parts = []
	left = (
		dict(pieces) if pieces is not None else {part.line_id: int(part.quantity) for part in shipments.open}
	)
	for part in shipments.open:
		quantity = min(Decimal(left.get(part.line_id, 0)), part.quantity)
		if quantity:
			left[part.line_id] -= int(quantity)
			fields = part.model_dump(include={"line_id", "group", "item", "location_id"})
			parts.append(FulfilPart(quantity=quantity, **fields))
	known = {"parcels": (PARCEL,), "notify": False, "complete": pieces is None, "document": "DN-1"}
	return Fulfil(doctype="Delivery Note", parts=tuple(parts), **{**known, **given})


class LifeContract:
	"""Mixin: plain test methods over the fixture `world`."""

	@pytest.fixture
	def store(self, world: LifeWorld) -> base.Storefront:
		"""The connected store."""
		return world.platform.connect(world.credentials)

	def asked(self, world: LifeWorld, store: base.Storefront, order_id: str) -> Order:
		"""The order as the store has it now."""
		return world.platform.parse_order(store.fetch_order(order_id))

	def agrees(self, world: LifeWorld, store: base.Storefront, order_id: str) -> tuple[Order, Figures]:
		"""The order, after looking whether it comes to the store's own account of it."""
		order, figures = self.asked(world, store, order_id), world.seller.figures(order_id)
		assert (order.currency, order.live) == (figures.currency, figures.live)
		assert order.total == figures.total
		assert balance(order) == 0
		assert credited(order) == figures.credited
		assert moved(order) == figures.paid - figures.refunded
		assert order.total - credited(order) - moved(order) == figures.owed
		ordered = {line.id: line.quantity for line in order.lines if line.quantity}
		assert ordered == {line: pieces.ordered for line, pieces in figures.lines.items() if pieces.ordered}
		return order, figures

	# What is told

	def test_checkout_and_payment(self, world: LifeWorld, store: base.Storefront) -> None:
		order_id = world.seller.place(story(world, paid=False))
		order, figures = self.agrees(world, store, order_id)
		assert figures.owed == order.total and moved(order) == 0
		world.seller.pay(order_id)
		order, figures = self.agrees(world, store, order_id)
		assert figures.owed == 0 and moved(order) == order.total
		assert order.payments and all(payment.id for payment in order.payments)

	def test_edits_before_payment(self, world: LifeWorld, store: base.Storefront) -> None:
		order_id = world.seller.place(story(world, paid=False))
		before = self.asked(world, store, order_id)
		added = Bought("Spoon", Decimal("2.05"), 2, sku="SPOON-1", taxes=VAT)
		world.seller.edit(order_id, {CUPS: 2, POTS: 0}, (added,))
		order, _ = self.agrees(world, store, order_id)
		assert {line.id for line in before.lines} > {line.id for line in order.lines} & {
			line.id for line in before.lines
		}
		assert sorted(line.quantity for line in order.lines) == [2, 2, 5]
		assert before.lines[POTS].id not in {line.id for line in order.lines}
		assert order.total < before.total

	def test_refund_of_pieces(self, world: LifeWorld, store: base.Storefront) -> None:
		order_id = world.seller.place(story(world))
		world.seller.refund(order_id, {CUPS: 1, POTS: 1}, restock="cancel")
		order, figures = self.agrees(world, store, order_id)
		(refund,) = order.refunds
		cups, pots = order.lines[CUPS].id, order.lines[POTS].id
		assert {line.line_id: line.quantity for line in refund.lines} == {cups: 1, pots: 1}
		assert figures.credited > 0 and refund.credited(order.taxes_included) == figures.refunded
		assert set(refund.payment_ids) <= {payment.id for payment in order.payments or ()}
		assert refund.payment_ids and not refund.adjustment

	def test_last_refund_takes_the_rest(self, world: LifeWorld, store: base.Storefront) -> None:
		order_id = world.seller.place(story(world))
		for line, pieces in ((CUPS, 1), (POTS, 1), (CUPS, 2), (POTS, 1), (TEA, 5)):
			world.seller.refund(order_id, {line: pieces}, restock="cancel")
			self.agrees(world, store, order_id)
		order = self.asked(world, store, order_id)
		world.seller.refund(order_id, shipping=Decimal("6.90"))
		order, figures = self.agrees(world, store, order_id)
		assert credited(order) == order.total == figures.refunded and len(order.refunds) == 6

	def test_shipping_and_amounts_alone(self, world: LifeWorld, store: base.Storefront) -> None:
		order_id = world.seller.place(story(world))
		world.seller.refund(order_id, shipping=Decimal("2.50"))
		world.seller.refund(order_id, amount=Decimal("3.33"))
		order, _ = self.agrees(world, store, order_id)
		first, second = order.refunds
		assert not first.lines and not second.lines
		assert second.credited(order.taxes_included) == Decimal("3.33")
		assert first.credited(order.taxes_included) >= Decimal("2.50")

	def test_cancelled_order_keeps_what_was_ordered(self, world: LifeWorld, store: base.Storefront) -> None:
		for paid in (True, False):
			order_id = world.seller.place(story(world, number=2 + paid, paid=paid))
			before = self.asked(world, store, order_id)
			world.seller.cancel(order_id)
			order = self.asked(world, store, order_id)
			assert not order.live and moved(order) == 0
			assert [line.quantity for line in order.lines] == [line.quantity for line in before.lines]

	def test_shipments_of_the_store(self, world: LifeWorld, store: base.Storefront) -> None:
		order_id = world.seller.place(story(world))
		fulfilment_id = world.seller.fulfil(order_id, {CUPS: 2}, number="1Z1", carrier="UPS")
		order, _ = self.agrees(world, store, order_id)
		if world.platform.capabilities.fulfilments:
			(found,) = order.fulfilments
			assert (found.id, found.status) == (fulfilment_id, "success")
			assert {line.line_id: line.quantity for line in found.lines} == {order.lines[CUPS].id: 2}
			assert [(parcel.carrier, parcel.number) for parcel in found.parcels] == [("UPS", "1Z1")]
			world.seller.cancel_fulfilment(order_id, fulfilment_id)
			(found,) = self.asked(world, store, order_id).fulfilments
			assert found.status == "cancelled"

	def test_announced_return_and_its_refund(self, world: LifeWorld, store: base.Storefront) -> None:
		order_id = world.seller.place(story(world))
		world.seller.fulfil(order_id, {CUPS: 3, POTS: 2, TEA: 5})
		return_id = world.seller.announce_return(order_id, {CUPS: 2})
		order, _ = self.agrees(world, store, order_id)
		if world.platform.capabilities.returns:
			(announced,) = order.returns
			assert announced.id == return_id
			assert {line.line_id: line.quantity for line in announced.lines} == {order.lines[CUPS].id: 2}
		world.seller.refund(order_id, {CUPS: 2}, restock="return", return_id=return_id or None)
		order, _ = self.agrees(world, store, order_id)
		(refund,) = order.refunds
		assert (refund.return_id or "") == return_id
		assert [line.quantity for line in refund.lines] == [2]

	def test_messages_name_the_order_and_agree_with_the_store(
		self, world: LifeWorld, store: base.Storefront
	) -> None:
		world.messages()
		order_id = world.seller.place(story(world))
		world.seller.edit(order_id, {TEA: 4})
		world.seller.fulfil(order_id, {CUPS: 1})
		messages = world.messages()  # a store may tell of refunds in parts only
		world.seller.refund(order_id, {CUPS: 1}, restock="return")
		told = [(world.platform.envelope(*each), each[1]) for each in (*messages, *world.messages())]
		orders = [(envelope, body) for envelope, body in told if envelope.kind == "order"]
		assert orders and {envelope.external_id for envelope, _ in orders} == {order_id}
		whole = [world.platform.parse_order(json.loads(body)) for envelope, body in orders if envelope.whole]
		newest = max(whole, key=lambda order: order.updated_at)
		asked = self.asked(world, store, order_id)
		if newest.updated_at == asked.updated_at:
			assert comparable(newest)["lines"] == comparable(asked)["lines"]
			assert (newest.total, newest.taxes) == (asked.total, asked.taxes)

	# Shipments

	def test_all_is_open_before_anything_was_shipped(self, world: LifeWorld, store: base.Storefront) -> None:
		order_id = world.seller.place(story(world))
		shipments, order = store.shipments(order_id), self.asked(world, store, order_id)
		assert open_pieces(shipments) == {line.id: line.quantity for line in order.lines}
		assert shipments.live and shipments.order_id == order_id and not shipments.fulfilments
		assert shipments.status == order.status

	def test_fulfilled_in_parts(self, world: LifeWorld, store: base.Storefront) -> None:
		order_id = world.seller.place(story(world))
		lines = [line.id for line in self.asked(world, store, order_id).lines]
		first = store.fulfil(
			order_id, to_fulfil(store.shipments(order_id), {lines[CUPS]: 2}, document="DN-1")
		)
		shipments = store.shipments(order_id)
		assert first and shipped_pieces(shipments) == {lines[CUPS]: 2}
		assert open_pieces(shipments) == {lines[CUPS]: 1, lines[POTS]: 2, lines[TEA]: 5}
		(fulfilment,) = shipments.fulfilments
		assert (fulfilment.id,) == first and fulfilment.status == "success"
		second = store.fulfil(order_id, to_fulfil(shipments, document="DN-2"))
		shipments = store.shipments(order_id)
		assert second and set(second).isdisjoint(first)
		assert {each.id for each in shipments.fulfilments} == {*first, *second}
		assert not open_pieces(shipments)
		assert shipped_pieces(shipments) == {lines[CUPS]: 3, lines[POTS]: 2, lines[TEA]: 5}

	def test_refunded_pieces_are_not_open(self, world: LifeWorld, store: base.Storefront) -> None:
		order_id = world.seller.place(story(world))
		world.seller.refund(order_id, {CUPS: 1, POTS: 2}, restock="cancel")
		lines = [line.id for line in self.asked(world, store, order_id).lines]
		assert open_pieces(store.shipments(order_id)) == {lines[CUPS]: 2, lines[TEA]: 5}

	def test_cancelled_fulfilment_opens_its_pieces(self, world: LifeWorld, store: base.Storefront) -> None:
		order_id = world.seller.place(story(world))
		before = open_pieces(store.shipments(order_id))
		ids = store.fulfil(order_id, to_fulfil(store.shipments(order_id)))
		for _twice in range(2):
			for fulfilment_id in ids:
				store.cancel_fulfilment(order_id, fulfilment_id)
			shipments = store.shipments(order_id)
			assert open_pieces(shipments) == before and not shipped_pieces(shipments)

	def test_several_parcels_and_changed_tracking(self, world: LifeWorld, store: base.Storefront) -> None:
		order_id = world.seller.place(story(world))
		two = (PARCEL, Parcel(carrier="UPS", number="1Z888", url="https://example.com/1Z888"))
		(fulfilment_id,) = store.fulfil(order_id, to_fulfil(store.shipments(order_id), parcels=two))
		(fulfilment,) = store.shipments(order_id).fulfilments
		assert [parcel.number for parcel in fulfilment.parcels] == ["1Z999", "1Z888"]
		changed = (Parcel(carrier="DHL", number="JD01"),)
		store.update_tracking(order_id, fulfilment_id, changed, notify=False)
		(fulfilment,) = store.shipments(order_id).fulfilments
		assert [(parcel.carrier, parcel.number) for parcel in fulfilment.parcels] == [("DHL", "JD01")]

	def test_shipment_without_a_parcel(self, world: LifeWorld, store: base.Storefront) -> None:
		order_id = world.seller.place(story(world))
		assert store.fulfil(order_id, to_fulfil(store.shipments(order_id), parcels=()))
		assert not open_pieces(store.shipments(order_id))

	# Cancelling and paying back

	def test_order_is_cancelled(self, world: LifeWorld, store: base.Storefront) -> None:
		order_id = world.seller.place(story(world))
		store.cancel_order(order_id, "Out of stock", refund=True, restock=True, notify=False)
		order = self.asked(world, store, order_id)
		assert not order.live and not store.shipments(order_id).live
		store.cancel_order(order_id, "Out of stock", refund=True, restock=True, notify=False)

	def test_credit_note_is_paid_back_once(self, world: LifeWorld, store: base.Storefront) -> None:
		order_id = world.seller.place(story(world))
		order = self.asked(world, store, order_id)
		world.seller.refund(order_id, {CUPS: 1}, restock="cancel")
		amount = self.asked(world, store, order_id).refunds[0].credited(order.taxes_included)
		lines = ({"line_id": order.lines[CUPS].id, "quantity": Decimal(1)},)
		request = RefundRequest(key="SINV-RET-1", lines=lines, amount=amount, currency=order.currency)
		first, second = store.refund(order_id, request), store.refund(order_id, request)
		after, figures = self.agrees(world, store, order_id)
		assert first == second == after.refunds[-1].id and len(after.refunds) == 2
		assert (figures.credited, figures.refunded) == (2 * amount, 2 * amount)
		other = store.refund(order_id, request.model_copy(update={"key": "SINV-RET-2"}))
		assert other != first and len(self.asked(world, store, order_id).refunds) == 3

	def test_amount_without_lines_is_paid_back(self, world: LifeWorld, store: base.Storefront) -> None:
		order_id = world.seller.place(story(world))
		request = RefundRequest(key="SINV-RET-3", amount=Decimal("4.20"), currency=world.currency)
		refund_id = store.refund(order_id, request)
		order, figures = self.agrees(world, store, order_id)
		assert [refund.id for refund in order.refunds] == [refund_id]
		assert figures.credited == figures.refunded == Decimal("4.20")

	# Customers, payouts, what is not there

	def test_customer_is_read(self, world: LifeWorld, store: base.Storefront) -> None:
		order = self.asked(world, store, world.seller.place(story(world)))
		assert order.customer and order.customer.id
		record = world.platform.parse_customer(store.fetch_customer(order.customer.id))
		assert (record.customer.id, record.customer.email) == (order.customer.id, order.customer.email)
		assert record.customer.name == "Ada Byron" and record.merged_into is None
		assert json.loads(json.dumps(store.fetch_customer(order.customer.id)))

	@pytest.mark.parametrize("customer_id", ["", "x", "../1", "987654321987"])
	def test_unknown_customer_is_gone(
		self, world: LifeWorld, store: base.Storefront, customer_id: str
	) -> None:
		with pytest.raises(Gone):
			store.fetch_customer(customer_id)

	def test_unknown_order_is_gone(self, world: LifeWorld, store: base.Storefront) -> None:
		empty = Fulfil(
			doctype="Delivery Note", document="DN-1", parts=(), parcels=(), notify=False, complete=False
		)
		request = RefundRequest(key="K", amount=Decimal(1), currency=world.currency)
		for order_id in (world.missing_id, "", "x/../y"):
			with pytest.raises(Gone):
				store.shipments(order_id)
			with pytest.raises(Gone):
				store.fulfil(order_id, empty)
			with pytest.raises(Gone):
				store.refund(order_id, request)
			with pytest.raises(Gone):
				store.cancel_order(order_id, "", refund=False, restock=False, notify=False)

	def test_payouts_are_none_where_none_are_reported(self, world: LifeWorld, store: base.Storefront) -> None:
		assert list(store.payouts(world.start)) == []
