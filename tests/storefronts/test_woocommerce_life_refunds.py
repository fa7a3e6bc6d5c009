"""Refunds and cancellations that we ask the emulated WooCommerce for, and refunds that a sweep finds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import requests

from ecommerce_sync.core.errors import Fixable, Transient
from ecommerce_sync.core.life import LineQuantity
from ecommerce_sync.core.models import Order
from ecommerce_sync.sandbox.catalogue import VARIANTS
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings
from ecommerce_sync.storefronts.life import RefundRequest
from ecommerce_sync.storefronts.woocommerce import PLATFORM
from ecommerce_sync.storefronts.woocommerce.client import WooCommerceStore

from .contract_life import CUPS, credited, moved, story
from .test_woocommerce_life_contract import WooCommerceLifeWorld
from .woocommerce_world import https_store

D = Decimal


@pytest.fixture
def world() -> WooCommerceLifeWorld:
	"""A store that is asked through an adapter, without a server."""
	return WooCommerceLifeWorld(EmulatedWooCommerce(seed=7, settings=StoreSettings(currency="EUR")))


@pytest.fixture
def store(world: WooCommerceLifeWorld) -> WooCommerceStore:
	return https_store(world.store)[0]


def asked(store: WooCommerceStore, order_id: str) -> Order:
	return PLATFORM.parse_order(store.fetch_order(order_id))


class TestPayingBack:
	def request(self, order: Order, pieces: int, amount: str, **given: Any) -> RefundRequest:
		lines = (LineQuantity(line_id=order.lines[CUPS].id, quantity=D(pieces)),) if pieces else ()
		return RefundRequest(key="CN-1", lines=lines, amount=D(amount), currency="EUR", **given)

	def test_pieces_and_shipping_are_named(
		self, world: WooCommerceLifeWorld, store: WooCommerceStore
	) -> None:
		order_id = world.seller.place(story(world))
		request = self.request(
			asked(store, order_id), 3, "44.24", shipping=D("8.28"), restock=True, note="Broken"
		)
		store.refund(order_id, request)
		(refund,) = asked(store, order_id).refunds
		assert (refund.note, refund.adjustment, refund.credited(False)) == ("Broken [CN-1]", 0, D("44.24"))
		assert [(line.quantity, line.amount, line.restock) for line in refund.lines] == [
			(3, D("29.97"), "unknown")
		]
		assert [(part.amount, part.taxes[0].amount) for part in refund.parts] == [(D("6.90"), D("1.38"))]

	def test_unpaid_order_owes_less(self, world: WooCommerceLifeWorld, store: WooCommerceStore) -> None:
		order_id = world.seller.place(story(world, paid=False))
		before = asked(store, order_id)
		store.refund(order_id, self.request(before, 1, "11.99"))
		after, figures = asked(store, order_id), world.seller.figures(order_id)
		assert figures.owed == after.total - credited(after) == before.total - D("11.99")
		assert moved(after) == figures.refunded == 0

	@pytest.mark.parametrize("gateway", ["bacs", "cod"])
	def test_gateway_that_cannot_pay_back(
		self, world: WooCommerceLifeWorld, store: WooCommerceStore, gateway: str
	) -> None:
		order_id = world.seller.place(story(world, paid=False, gateway=gateway))
		world.seller.pay(order_id)
		with pytest.raises(Fixable) as caught:
			store.refund(order_id, self.request(asked(store, order_id), 1, "11.99"))
		assert caught.value.reason == "store_refused"
		assert "automatic refunds" in str(caught.value) and "by hand" in str(caught.value)
		assert asked(store, order_id).refunds == ()

	def test_more_than_is_left(self, world: WooCommerceLifeWorld, store: WooCommerceStore) -> None:
		order_id = world.seller.place(story(world))
		with pytest.raises(Fixable):
			store.refund(order_id, self.request(asked(store, order_id), 0, "1000"))

	def test_another_currency(self, world: WooCommerceLifeWorld, store: WooCommerceStore) -> None:
		order_id = world.seller.place(story(world))
		request = self.request(asked(store, order_id), 1, "1").model_copy(update={"currency": "USD"})
		with pytest.raises(Fixable) as caught:
			store.refund(order_id, request)
		assert "EUR" in str(caught.value)

	def test_cancelled_order_is_paid_back_in_whole(
		self, world: WooCommerceLifeWorld, store: WooCommerceStore
	) -> None:
		order_id = world.seller.place(story(world))
		world.seller.refund(order_id, {CUPS: 1})
		store.cancel_order(order_id, "Sold out", refund=True, restock=True, notify=True)
		order = asked(store, order_id)
		assert (order.status, credited(order), moved(order)) == ("cancelled", order.total, 0)
		assert not any(refund.adjustment for refund in order.refunds)

	def test_cancelled_order_that_keeps_its_money(
		self, world: WooCommerceLifeWorld, store: WooCommerceStore
	) -> None:
		order_id = world.seller.place(story(world))
		store.cancel_order(order_id, "", refund=False, restock=True, notify=False)
		order = asked(store, order_id)
		assert (order.live, order.refunds, moved(order)) == (False, (), order.total)


def test_sweep_brings_refunds_in_whole(world: WooCommerceLifeWorld, store: WooCommerceStore) -> None:
	order_id = world.seller.place(story(world))
	world.seller.refund(order_id, {CUPS: 1}, restock="return")
	(payload,) = store.orders_changed(world.start)
	assert PLATFORM.parse_order(payload) == asked(store, order_id)


def test_counted_pieces_went_back_on_the_shelf_or_not(
	world: WooCommerceLifeWorld, store: WooCommerceStore
) -> None:
	variant = next(each for each in VARIANTS if world.store.stock_of(world.store.id_of(each.sku)))
	order_id = world.seller.sell(variant.sku, 3)
	for restock in ("no_restock", "return"):
		world.seller.refund(order_id, {0: 1}, restock=restock)
	fates = [line.restock for refund in asked(store, order_id).refunds for line in refund.lines]
	assert sorted(fates) == ["unknown", "unknown_kept"]


def test_lost_answer_does_not_pay_back_twice(world: WooCommerceLifeWorld) -> None:
	store, adapter = https_store(world.store)
	order_id = world.seller.place(story(world))
	send = adapter.send

	def cut(request: requests.PreparedRequest, **options: Any) -> requests.Response:
		answer = send(request, **options)
		if request.method == "POST":
			adapter.send = send  # type: ignore[method-assign]
			raise requests.ConnectionError("Connection aborted.")
		return answer

	adapter.send = cut  # type: ignore[method-assign]
	wanted = RefundRequest(key="CN-1", amount=D("4.20"), currency="EUR")
	with pytest.raises(Transient):
		store.refund(order_id, wanted)
	refund_id = store.refund(order_id, wanted)
	assert [refund.id for refund in asked(store, order_id).refunds] == [refund_id]


def test_cancelling_goes_on_where_it_was_interrupted(world: WooCommerceLifeWorld) -> None:
	broken = [True]

	def cut(request: requests.PreparedRequest) -> None:
		if broken and request.method == "PUT":
			raise Transient("network", detail="cut")

	store = https_store(world.store, cut)[0]
	order_id = world.seller.place(story(world))
	with pytest.raises(Transient):
		store.cancel_order(order_id, "Sold out", refund=True, restock=True, notify=False)
	assert asked(store, order_id).status == "refunded"
	broken.clear()
	store.cancel_order(order_id, "Sold out", refund=True, restock=True, notify=False)
	order = asked(store, order_id)
	assert (order.status, len(order.refunds), moved(order)) == ("cancelled", 1, 0)
