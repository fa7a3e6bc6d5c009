"""An order's life on Shopify: refunds in all their shapes, and what we write into the emulated store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from ecommerce_sync.core.errors import Fixable, Transient
from ecommerce_sync.core.life import LineQuantity, Parcel
from ecommerce_sync.sandbox.shopify.shop import ALL_SCOPES
from ecommerce_sync.storefronts.base import Storefront
from ecommerce_sync.storefronts.life import RefundRequest
from ecommerce_sync.storefronts.shopify.parse import parse_order
from ecommerce_sync.storefronts.shopify.shipping import tracking_of
from tests.storefronts.contract import balance
from tests.storefronts.contract_life import CUPS, POTS, TEA, open_pieces, story, to_fulfil
from tests.storefronts.test_shopify_contract import emulated
from tests.storefronts.test_shopify_life_contract import ShopifyLifeWorld
from tests.storefronts.test_shopify_parse import Json, line, money, order

D = Decimal
VAT = [{"title": "VAT", "price": "4.00", "rate": 0.2}]


def refunded(*parts: Json, **fields: Any) -> Json:
	"""A refund of lines."""
	return {"id": 90, "created_at": "2026-07-02T10:00:00Z", "refund_line_items": list(parts), **fields}


def back(line_id: int, quantity: int, amount: str, tax: str = "0.00", how: str = "return") -> Json:
	"""One of `refund_line_items`."""
	restock = {"restock_type": how, "subtotal": amount, "total_tax": tax}
	return {"id": 1, "line_item_id": line_id, "quantity": quantity, **restock}


def paid_back(amount: str, status: str = "success") -> Json:
	"""One of a refund's `transactions`."""
	return {"id": 70, "kind": "refund", "status": status, "amount": amount, "gateway": "bogus"}


class TestRefunds:
	def test_pieces_with_their_tax(self) -> None:
		item = line("10.00", 2, current_quantity=1, tax_lines=VAT)
		refund = refunded(back(7, 1, "10.00", "2.00"), transactions=[paid_back("12.00")], note="broken")
		parsed = parse_order(order("24.00", item, refunds=[refund], current_total_price="12.00"))
		(found,) = parsed.refunds
		(part,) = found.lines
		assert (part.line_id, part.quantity, part.amount, part.restock) == ("7", 1, D("10.00"), "return")
		assert [(tax.title, tax.amount, tax.rate) for tax in part.taxes] == [("VAT", D("2.00"), D("0.2"))]
		assert (found.credited(False), found.payment_ids, found.note) == (D("12.00"), ("70",), "broken")
		assert (parsed.lines[0].quantity, parsed.total, balance(parsed)) == (2, 24, 0)

	@pytest.mark.parametrize(
		("word", "restock"),
		[
			("cancel", "cancel"),
			("no_restock", "no_restock"),
			("legacy_restock", "return"),
			("NO_RESTOCK", "no_restock"),
			(None, "unknown"),
			("new", "unknown"),
		],
	)
	def test_what_became_of_the_goods(self, word: Any, restock: str) -> None:
		refund = refunded(back(7, 1, "10.00", how=word))
		(found,) = parse_order(order("10.00", line("10.00", current_quantity=0), refunds=[refund])).refunds
		assert found.lines[0].restock == restock

	@pytest.mark.parametrize(("amount", "credited"), [("-5.00", "15.00"), ("4.00", "6.00")])
	def test_discrepancy_has_the_right_sign(self, amount: str, credited: str) -> None:
		adjustment = {"id": 1, "kind": "refund_discrepancy", "amount": amount, "tax_amount": "0.00"}
		refund = refunded(
			back(7, 1, "10.00"), order_adjustments=[adjustment], transactions=[paid_back(credited)]
		)
		(found,) = parse_order(order("20.00", line("10.00", 2), refunds=[refund])).refunds
		assert found.credited(False) == D(credited) and found.adjustment == -D(amount)

	def test_discrepancy_that_is_not_told_comes_from_the_money(self) -> None:
		refund = refunded(transactions=[paid_back("3.00")])
		(found,) = parse_order(order("20.00", line("10.00", 2), refunds=[refund])).refunds
		assert (found.adjustment, found.lines, found.credited(False)) == (3, (), 3)

	def test_what_is_set_off_is_no_discrepancy(self) -> None:
		sale = {"id": 60, "kind": "sale", "status": "success", "amount": "12.00", "gateway": "bogus"}
		refund = refunded(back(7, 1, "10.00"), transactions=[paid_back("2.00")])
		item = line("10.00", 2, current_quantity=1)
		parsed = parse_order(order("20.00", item, refunds=[refund], transactions=[sale]))
		assert parsed.refunds[0].credited(False) == 10
		assert [payment.moved for payment in parsed.payments or ()] == [12, -2]

	def test_failed_money_is_none(self) -> None:
		refund = refunded(back(7, 1, "10.00"), transactions=[paid_back("3.00", "failure")])
		(found,) = parse_order(order("20.00", line("10.00", 2), refunds=[refund])).refunds
		assert (found.payment_ids, found.credited(False)) == ((), 10)

	@pytest.mark.parametrize("included", [False, True])
	def test_shipping_from_its_lines_or_from_adjustments(self, included: bool) -> None:
		taxes = [{"title": "VAT", "price": "1.00", "rate": 0.2}]
		post = {"id": 5, "title": "Post", "price": "6.00" if included else "5.00", "tax_lines": taxes}
		adjustment = {"id": 1, "kind": "shipping_refund", "amount": "-2.50", "tax_amount": "-0.50"}
		amount = "3.00" if included else "2.50"
		told = {"shipping_line_id": 5, "subtotal_amount_set": money(amount), "tax_amount_set": money("0.50")}
		for fields in (
			{"order_adjustments": [adjustment]},
			{"refund_shipping_lines": [told]},
			{"order_adjustments": [adjustment], "refund_shipping_lines": [told]},
		):
			refund = refunded(**fields)
			known = {"shipping_lines": [post], "taxes_included": included, "refunds": [refund]}
			(found,) = parse_order(order("16.00", line("10.00"), **known)).refunds
			(part,) = found.parts
			assert (part.part_id, part.amount, found.credited(included)) == ("shipping:5", D(amount), 3)
			assert [tax.amount for tax in part.taxes] == [D("0.50")]

	def test_removal_by_an_edit_or_as_a_refund_leaves_the_same(self) -> None:
		item = line(
			"10.00", 3, current_quantity=1, tax_lines=[{"title": "VAT", "price": "6.00", "rate": 0.2}]
		)
		edited = parse_order(order("36.00", item, refunds=[], current_total_price="12.00"))
		removal = refunded(back(7, 2, "20.00", "4.00", "cancel"))
		credited = parse_order(order("36.00", item, refunds=[removal], current_total_price="12.00"))
		assert (edited.total, edited.lines[0].quantity) == (12, 1)
		assert credited.total - credited.refunds[0].credited(False) == 12
		assert credited.lines[0].quantity - credited.refunds[0].lines[0].quantity == 1

	def test_cancelled_order_without_a_refund_keeps_its_lines(self) -> None:
		item = line("10.00", 2, current_quantity=0)
		gone = {"refunds": [], "cancelled_at": "2026-07-02T10:00:00Z", "current_total_price": "0.00"}
		parsed = parse_order(order("20.00", item, **gone))
		assert (parsed.lines[0].quantity, parsed.total, parsed.live) == (2, 20, False)


@pytest.fixture
def world() -> Iterator[ShopifyLifeWorld]:
	with emulated() as store:
		yield ShopifyLifeWorld(store)


@pytest.fixture
def store(world: ShopifyLifeWorld) -> Storefront:
	return world.platform.connect(world.credentials)


class TestShipments:
	def test_held_goods_are_not_sent_before_their_release(
		self, world: ShopifyLifeWorld, store: Storefront
	) -> None:
		order_id = world.seller.place(story(world))
		before = to_fulfil(store.shipments(order_id))
		group = int(before.parts[0].group)
		world.emulated.hold(int(order_id), group, "INVENTORY_OUT_OF_STOCK", "next week")
		held = store.shipments(order_id)
		assert all(part.held and "next week" in part.held for part in held.open)
		with pytest.raises(Transient, match="next week"):
			store.fulfil(order_id, before)
		world.emulated.release(int(order_id), group)
		assert store.fulfil(order_id, before) and not open_pieces(store.shipments(order_id))

	def test_moved_and_split_fulfilment_orders_are_followed(
		self, world: ShopifyLifeWorld, store: Storefront
	) -> None:
		order_id = world.seller.place(story(world))
		before = to_fulfil(store.shipments(order_id))
		group, place = int(before.parts[0].group), before.parts[0].location_id
		other = next(str(each.id) for each in world.emulated.shop.locations if str(each.id) != place)
		world.emulated.split(int(order_id), group, {CUPS: 1})
		world.emulated.move(int(order_id), group, int(other))
		parts = store.shipments(order_id).open
		assert {part.location_id for part in parts} == {place, other}
		lines = {part.line_id: part.quantity for part in before.parts}
		cups = next(line for line, pieces in lines.items() if pieces == 3)
		two = before.model_copy(
			update={
				"parts": tuple(
					p.model_copy(update={"quantity": D(2)}) for p in before.parts if p.line_id == cups
				)
			}
		)
		assert store.fulfil(order_id, two)
		assert open_pieces(store.shipments(order_id))[cups] == 1

	def test_pieces_that_the_store_has_not_are_refused(
		self, world: ShopifyLifeWorld, store: Storefront
	) -> None:
		order_id = world.seller.place(story(world))
		wanted = to_fulfil(store.shipments(order_id))
		store.fulfil(order_id, wanted)
		with pytest.raises(Fixable) as refused:
			store.fulfil(order_id, wanted)
		assert refused.value.reason == "store_refused" and refused.value.cause == f"shipment:{order_id}"

	def test_parcels_share_their_carrier(self) -> None:
		parcels = (Parcel(carrier="UPS", number="1", url="https://a/1"), Parcel(carrier="UPS", number="2"))
		assert tracking_of(parcels) == {"company": "UPS", "numbers": ["1", "2"], "urls": []}
		assert tracking_of((Parcel(url="https://a/1"),)) == {"numbers": [], "urls": ["https://a/1"]}


class TestMoney:
	def test_returned_and_cancelled_pieces(self, world: ShopifyLifeWorld, store: Storefront) -> None:
		order_id = world.seller.place(story(world))
		world.seller.fulfil(order_id, {CUPS: 2})
		cups = parse_order(store.fetch_order(order_id)).lines[CUPS]
		request = RefundRequest(
			key="SINV-1",
			lines=(LineQuantity(line_id=cups.id, quantity=D(3)),),
			amount=D("35.96"),
			restock=True,
			currency="USD",
		)
		store.refund(order_id, request)
		(refund,) = parse_order(store.fetch_order(order_id)).refunds
		assert [(p.quantity, p.restock) for p in refund.lines] == [(2, "return"), (1, "cancel")]
		assert (refund.credited(False), refund.note) == (D("35.96"), "(SINV-1)")

	def test_buyers_currency(self, world: ShopifyLifeWorld, store: Storefront) -> None:
		told = story(world, presentment_currency="EUR", presentment_rate=D("0.9"))
		order_id = world.seller.place(told)
		total = parse_order(store.fetch_order(order_id)).total
		store.refund(order_id, RefundRequest(key="A", amount=D("10.00"), currency="USD"))
		after = parse_order(store.fetch_order(order_id))
		assert abs(after.refunds[0].credited(False) - 10) <= D("0.01")
		rest = total - after.refunds[0].credited(False)
		store.refund(order_id, RefundRequest(key="B", amount=rest, currency="USD"))
		moved = sum(
			(payment.moved for payment in parse_order(store.fetch_order(order_id)).payments or ()), D(0)
		)
		assert moved == 0

	def test_more_than_was_paid_is_refused(self, world: ShopifyLifeWorld, store: Storefront) -> None:
		order_id = world.seller.place(story(world, paid=False))
		with pytest.raises(Fixable, match="can be paid back") as refused:
			store.refund(order_id, RefundRequest(key="A", amount=D("10.00"), currency="USD"))
		assert refused.value.cause == f"refund:{order_id}"

	def test_fees_of_shopify_payments(self, world: ShopifyLifeWorld, store: Storefront) -> None:
		order_id = world.seller.place(story(world, gateway="shopify_payments"))
		(payment,) = parse_order(store.fetch_order(order_id)).payments or ()
		assert 0 < payment.fee < payment.amount


def test_orders_are_read_without_returns_where_the_app_may_not_see_them() -> None:
	with emulated(scopes=ALL_SCOPES - {"read_returns", "write_returns"}) as shop:
		world = ShopifyLifeWorld(shop)
		store = world.platform.connect(world.credentials)
		order_id = world.seller.place(story(world))
		world.seller.fulfil(order_id, {TEA: 1})
		world.seller.announce_return(order_id, {TEA: 1})
		world.seller.refund(order_id, {POTS: 1}, restock="cancel")
		found = parse_order(store.fetch_order(order_id))
		assert (found.returns, len(found.refunds), len(found.fulfilments)) == ((), 1, 1)
		changed = [parse_order(each) for each in store.orders_changed(world.start)]
		assert [each.refunds for each in changed] == [found.refunds]


def test_many_refunds_and_shipments_are_all_read(world: ShopifyLifeWorld, store: Storefront) -> None:
	told = story(world)
	order_id = world.seller.place(
		replace(told, lines=tuple(replace(sold, quantity=30) for sold in told.lines))
	)
	for _ in range(8):
		world.seller.fulfil(order_id, {CUPS: 1})
		world.seller.refund(order_id, {TEA: 1}, restock="cancel")
	listed = [parse_order(each) for each in store.orders_changed(world.start - timedelta(days=1))]
	assert [(len(each.refunds), len(each.fulfilments)) for each in listed] == [(8, 8)]
	world.seller.refund(order_id, amount=D("1.00"))
	for _ in range(13):
		world.seller.refund(order_id, {POTS: 1}, restock="cancel")
	assert len(parse_order(store.fetch_order(order_id)).refunds) == 22


class TestPayouts:
	def test_payouts_come_to_their_entries_and_name_the_payments(
		self, world: ShopifyLifeWorld, store: Storefront
	) -> None:
		ids = [world.seller.place(story(world, n, gateway="shopify_payments")) for n in (1, 2)]
		payments = {
			each.id: (order_id, each)
			for order_id in ids
			for each in parse_order(store.fetch_order(order_id)).payments or ()
		}
		found = list(store.payouts(world.start))
		assert found and [each.issued_on for each in found] == sorted(each.issued_on for each in found)
		for payout in found:
			assert payout.currency == "USD" and payout.status in ("paid", "in_transit")
			assert sum((entry.net for entry in payout.entries), D(0)) == payout.amount
		entries = [entry for payout in found for entry in payout.entries if entry.payment_id]
		assert {entry.payment_id for entry in entries} == set(payments)
		for entry in entries:
			order_id, payment = payments[entry.payment_id or ""]
			assert (entry.order_id, entry.amount, entry.fee) == (order_id, payment.amount, payment.fee)
			assert entry.net == entry.amount - entry.fee and entry.kind == "charge"
		assert list(store.payouts(world.start + timedelta(days=365))) == []

	def test_without_the_scope_there_are_none(self) -> None:
		scopes = ALL_SCOPES - {scope for scope in ALL_SCOPES if "shopify_payments" in scope}
		with emulated(scopes=scopes) as shop:
			world = ShopifyLifeWorld(shop)
			world.seller.place(story(world, gateway="shopify_payments"))
			assert list(world.platform.connect(world.credentials).payouts(world.start)) == []
