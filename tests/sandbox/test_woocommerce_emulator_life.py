"""A whole life of an order in the emulated WooCommerce, by the acts of its staff and buyers."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecommerce_sync.sandbox.lives import LifeSeller, Pieces
from ecommerce_sync.sandbox.sellers import WooCommerceSeller
from ecommerce_sync.sandbox.story import Bought, Delivery, Fee
from ecommerce_sync.sandbox.woocommerce.errors import RestError
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings
from ecommerce_sync.sandbox.woocommerce.store import Store

from .woocommerce_samples import DUPONT, VAT, story
from .woocommerce_shop import Clock, ask, opened, told

Shop = tuple[EmulatedWooCommerce, Clock]
TEA, HONEY = 1032, 1033
TEA_LINE, HONEY_LINE = 70001, 70002


@pytest.fixture
def shop() -> Iterator[Shop]:
	with opened(stock=10) as served:
		yield served


@pytest.fixture
def store(shop: Shop) -> EmulatedWooCommerce:
	return shop[0]


@pytest.fixture
def seller(store: EmulatedWooCommerce) -> LifeSeller:
	return WooCommerceSeller(store)


def basket(**changes: Any) -> Any:
	"""3 teas at 10.01 (2.01 off), 2 jars of honey at 6, shipping 5, all with 20 % on top."""
	lines = (
		Bought("Tea", Decimal("10.01"), 3, sku="TEA", discount=Decimal("2.01"), code="OFF", taxes=VAT),
		Bought("Honey", Decimal(6), 2, sku="HONEY", taxes=VAT),
	)
	delivery = Delivery("Flat rate", Decimal(5), "flat_rate", taxes=VAT)
	return story(lines=lines, deliveries=(delivery,), **changes)


def shown(store: EmulatedWooCommerce, order_id: str) -> Any:
	return ask(store, f"orders/{order_id}").json()


def test_money_comes_later(store: EmulatedWooCommerce, seller: LifeSeller) -> None:
	order_id = seller.place(basket(paid=False))
	assert (shown(store, order_id)["status"], store.stock_of(TEA)) == ("pending", 10)
	assert seller.figures(order_id).owed == Decimal("54.02")
	seller.pay(order_id)
	now = shown(store, order_id)
	assert (now["status"], now["transaction_id"], store.stock_of(TEA)) == ("processing", "txn_7", 7)
	assert now["date_paid_gmt"] and not now["date_completed"]
	assert seller.figures(order_id).owed == 0
	seller.pay(order_id)
	assert shown(store, order_id)["date_paid"] == now["date_paid"]


@pytest.mark.parametrize(
	("gateway", "first", "paid"), [("bacs", "on-hold", "processing"), ("cod", "processing", "completed")]
)
def test_money_by_hand_has_no_reference(
	store: EmulatedWooCommerce, seller: LifeSeller, gateway: str, first: str, paid: str
) -> None:
	order_id = seller.place(basket(paid=False, gateway=gateway))
	assert shown(store, order_id)["status"] == first
	assert seller.figures(order_id).paid == 0
	seller.pay(order_id)
	now = shown(store, order_id)
	assert (now["status"], now["transaction_id"]) == (paid, "")
	assert seller.figures(order_id).paid == Decimal("54.02")


def test_another_gateway_takes_the_money(store: EmulatedWooCommerce, seller: LifeSeller) -> None:
	order_id = seller.place(basket(paid=False, gateway="bacs"))
	seller.pay(order_id, gateway="paypal")
	now = shown(store, order_id)
	assert (now["payment_method"], now["payment_method_title"], now["transaction_id"]) == (
		"paypal",
		"PayPal",
		"txn_7",
	)


def test_staff_edits_the_order(store: EmulatedWooCommerce, seller: LifeSeller) -> None:
	order_id = seller.place(basket())
	first = shown(store, order_id)
	added = Bought("Honey", Decimal(6), 4, sku="HONEY", taxes=VAT)
	seller.edit(order_id, {0: 2, 1: 0}, (added,), delivery=Decimal("7.50"))
	now = shown(store, order_id)
	assert [(line["id"], line["quantity"]) for line in now["line_items"]] == [(TEA_LINE, 2), (70003, 4)]
	tea = now["line_items"][0]
	assert (tea["subtotal"], tea["total"]) == ("20.02", "18.68"), "the discount follows the pieces: 1.34"
	assert now["shipping_lines"][0]["total"] == "7.50"
	assert now["shipping_lines"][0]["id"] == first["shipping_lines"][0]["id"]
	assert (store.stock_of(TEA), store.stock_of(HONEY)) == (8, 6)
	figures = seller.figures(order_id)
	assert Decimal(now["total"]) == figures.total == Decimal("60.22")
	places = [(line, pieces.ordered) for line, pieces in figures.lines.items()]
	assert places == [(str(TEA_LINE), 2), (str(HONEY_LINE), 0), ("70003", 4)], "by their place in the story"
	seller.cancel(order_id)
	assert (store.stock_of(TEA), store.stock_of(HONEY)) == (10, 10)


def test_an_address_and_a_first_shipping_line(store: EmulatedWooCommerce, seller: LifeSeller) -> None:
	order_id = seller.place(story(billing=DUPONT, paid=False))
	seller.edit(order_id, shipping=DUPONT, delivery=Decimal(4))
	now = shown(store, order_id)
	assert (now["shipping"]["city"], now["shipping_total"], now["shipping_tax"]) == ("Lyon", "4.00", "0.80")


def test_everything_sent_completes_the_order(store: EmulatedWooCommerce, seller: LifeSeller) -> None:
	order_id = seller.place(basket())
	seller.fulfil(order_id, {0: 3})
	assert shown(store, order_id)["status"] == "processing"
	assert sum(pieces.shipped for pieces in seller.figures(order_id).lines.values()) == 0
	second = seller.fulfil(order_id, {1: 2})
	now = shown(store, order_id)
	assert now["status"] == "completed" and now["date_completed_gmt"]
	assert seller.figures(order_id).lines == {
		str(TEA_LINE): Pieces(3, 3),
		str(HONEY_LINE): Pieces(2, 2),
	}
	seller.cancel_fulfilment(order_id, second)
	assert shown(store, order_id)["status"] == "processing"
	assert [note["note"] for note in ask(store, f"orders/{order_id}/notes").json()] == [
		"Order status changed from Completed to Processing.",
		f"Shipment {second} was called back.",
		"Order status changed from Processing to Completed.",
		"Shipped: Honey × 2.",
		"Shipped: Tea × 3.",
	]


def test_what_was_never_sent_is_told_from_what_came_back(
	store: EmulatedWooCommerce, seller: LifeSeller
) -> None:
	order_id = seller.place(basket())
	seller.refund(order_id, {0: 1}, restock="cancel")
	seller.fulfil(order_id, {0: 2, 1: 2})
	assert shown(store, order_id)["status"] == "completed"
	seller.refund(order_id, {0: 1}, restock="return")
	seller.refund(order_id, {1: 1}, restock="no_restock")
	figures = seller.figures(order_id)
	assert figures.lines == {
		str(TEA_LINE): Pieces(3, shipped=2, removed=1, returned=1),
		str(HONEY_LINE): Pieces(2, shipped=2),
	}
	assert (store.stock_of(TEA), store.stock_of(HONEY)) == (9, 8)
	assert figures.credited == figures.refunded == Decimal("11.21") * 2 + Decimal("7.20")
	assert (figures.paid, figures.owed) == (Decimal("54.02"), 0)


def test_a_refund_before_the_money_came_is_never_paid(seller: LifeSeller) -> None:
	order_id = seller.place(basket(paid=False, gateway="bacs"))
	seller.refund(order_id, {1: 2}, restock="cancel")
	assert (seller.figures(order_id).paid, seller.figures(order_id).owed) == (0, Decimal("39.62"))
	seller.pay(order_id)
	figures = seller.figures(order_id)
	assert (figures.paid, figures.refunded, figures.owed) == (Decimal("39.62"), 0, 0)


@pytest.mark.parametrize("paid", [True, False])
def test_the_whole_order_is_called_off(store: EmulatedWooCommerce, seller: LifeSeller, paid: bool) -> None:
	order_id = seller.place(basket(paid=paid, fees=(Fee("Handling", Decimal("1.50"), VAT),)))
	seller.cancel(order_id)
	figures, now = seller.figures(order_id), shown(store, order_id)
	assert (now["status"], figures.live, figures.paid - figures.refunded) == ("cancelled", False, 0)
	assert figures.credited == (figures.total if paid else 0)
	assert (store.stock_of(TEA), store.stock_of(HONEY)) == (10, 10)
	assert len(now["line_items"]) == 2


def test_more_than_is_left_is_a_value_error(seller: LifeSeller) -> None:
	order_id = seller.place(basket())
	for asked in ({"amount": Decimal(100)}, {"lines": {0: 4}}, {}):
		with pytest.raises(ValueError, match=r"Invalid refund amount|are left|nothing left"):
			seller.refund(order_id, **asked)  # type: ignore[arg-type]
	assert seller.figures(order_id).credited == 0


def test_no_returns_are_announced(seller: LifeSeller) -> None:
	assert seller.announce_return(seller.place(basket()), {0: 1}) == ""


def test_every_act_moves_the_order_s_time_and_tells_of_it(
	store: EmulatedWooCommerce, seller: LifeSeller
) -> None:
	order_id = seller.place(basket(paid=False))
	store.keep("order.updated", "order.created", "order.deleted", "order.restored")
	times = [shown(store, order_id)["date_modified_gmt"]]
	acts = (
		lambda: seller.edit(order_id, {1: 1}),
		lambda: seller.pay(order_id),
		lambda: seller.fulfil(order_id, {0: 3, 1: 1}),
		lambda: seller.refund(order_id, {0: 1}),
		lambda: store.update(7),
	)
	for act in acts:
		act()
		assert told(store) == [("order.updated", 7)]
		times.append(shown(store, order_id)["date_modified_gmt"])
	assert times == sorted(set(times))
	store.notes.add(7, "seen")
	assert told(store) == []
	store.delete(7)
	store.restore(7)
	assert told(store) == [("order.deleted", 7), ("order.restored", 7)]
	assert shown(store, order_id)["status"] == "completed"


acts = st.lists(
	st.tuples(
		st.sampled_from(["pay", "edit", "fulfil", "refund", "shipping", "amount", "cancel"]),
		st.integers(0, 1),
		st.integers(1, 4),
	),
	max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(steps=acts, included=st.booleans(), subtotal=st.booleans(), paid=st.booleans())
def test_figures_always_balance(
	steps: list[tuple[str, int, int]], included: bool, subtotal: bool, paid: bool
) -> None:
	"""Whatever happens: what was shipped, removed and returned fits what was ordered, refunds never exceed the
	total, and what the order shows adds up to it."""
	emulator = Store(settings=StoreSettings(round_at_subtotal=subtotal))
	seller = WooCommerceSeller(emulator)  # type: ignore[arg-type]
	order_id = seller.place(basket(paid=paid, taxes_included=included))
	for act, line, count in steps:
		try:
			_do(seller, order_id, act, line, count)
		except (ValueError, RestError):
			continue  # more than is left
		figures, payload = seller.figures(order_id), emulator.payload("order", int(order_id))
		assert Decimal(payload["total"]) == figures.total
		assert 0 <= figures.credited
		assert figures.credited == -sum(Decimal(each["total"]) for each in payload["refunds"])
		if not any(step[0] == "edit" for step in steps):
			assert figures.credited <= figures.total
		for pieces in figures.lines.values():
			assert 0 <= pieces.returned <= pieces.shipped <= pieces.ordered
		for refund in emulator.order(int(order_id)).refunds:
			assert all(part.net >= 0 and min(part.taxes.values(), default=0) >= 0 for part in refund.parts)


def _do(seller: WooCommerceSeller, order_id: str, act: str, line: int, count: int) -> None:
	if act == "pay":
		seller.pay(order_id)
	elif act == "edit":
		seller.edit(order_id, {line: count})
	elif act == "fulfil":
		seller.fulfil(order_id, {line: count})
	elif act == "refund":
		seller.refund(order_id, {line: count}, restock="return")
	elif act == "shipping":
		seller.refund(order_id, shipping=Decimal(count))
	elif act == "amount":
		seller.refund(order_id, amount=Decimal(count))
	else:
		seller.cancel(order_id)
