"""The whole life of an order in the emulated Shopify: what its payload says after each act, to the cent."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecommerce_sync.sandbox.lives import Pieces
from ecommerce_sync.sandbox.sellers import ShopifySeller
from ecommerce_sync.sandbox.shopify import EmulatedShopify, facts
from ecommerce_sync.sandbox.shopify.life import Tracking
from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder
from ecommerce_sync.sandbox.story import Bought, Delivery, Story

from .shopify_shop import HERE, THERE, shop
from .shopify_stories import PLACED, VAT, everything, random_stories, story

CUP = Bought("Cup", Decimal("4.99"), 2, sku="CUP", taxes=VAT)
LINES = (Bought("Teapot", Decimal("12.50"), 3, sku="TEA-1", discount=Decimal("1.00"), taxes=VAT), CUP)
POST = (Delivery("Standard", Decimal("4.90"), taxes=VAT),)


def placed(store: EmulatedShopify, **changes: Any) -> int:
	return store.place(story(**({"lines": LINES, "deliveries": POST} | changes))).id


def payload(store: EmulatedShopify, order_id: int) -> dict[str, Any]:
	return store.order(order_id).as_webhook()


def pieces(store: EmulatedShopify, order_id: int) -> list[tuple[int, int, int, str | None]]:
	names = ("quantity", "current_quantity", "fulfillable_quantity", "fulfillment_status")
	return [tuple(line[name] for name in names) for line in payload(store, order_id)["line_items"]]  # type: ignore[misc]


def state(store: EmulatedShopify, order_id: int) -> tuple[str, str, str, str]:
	shown = payload(store, order_id)
	names = ("financial_status", "total_price", "current_total_price", "total_outstanding")
	return tuple(shown[name] for name in names)  # type: ignore[return-value]


def test_money_comes_in_by_parts_and_gateways() -> None:
	store = shop()
	order = placed(store, paid=False)
	assert state(store, order) == ("pending", "61.66", "61.66", "61.66")
	store.pay(order, Decimal("10"))
	store.pay(order, Decimal("5"), "gift_card")
	assert state(store, order) == ("partially_paid", "61.66", "61.66", "46.66")
	store.pay(order)
	assert state(store, order) == ("paid", "61.66", "61.66", "0.00")
	assert payload(store, order)["payment_gateway_names"] == ["bogus", "gift_card"]
	with pytest.raises(ValueError, match=r"0\.00 is owed"):
		store.pay(order)


def test_what_was_reserved_is_captured_or_given_up() -> None:
	store = shop()
	order = placed(store, paid=False)
	store.authorize(order)
	assert state(store, order)[0] == "authorized"
	store.pay(order)
	captured = store.order(order).transactions[-1]
	assert (captured.kind, captured.parent, state(store, order)[0]) == ("capture", 0, "paid")
	other = placed(store, paid=False, number=1002)
	store.authorize(other)
	store.void(other)
	assert state(store, other)[0] == "voided"


def test_a_refused_card_moves_nothing() -> None:
	store = shop()
	order = placed(store, paid=False)
	store.decline_card(order)
	assert state(store, order) == ("pending", "61.66", "61.66", "61.66")
	assert store.order(order).transactions[-1].status == "failure"


def test_removed_pieces_stay_in_the_total_and_added_ones_raise_it() -> None:
	store = shop()
	order = placed(store)
	saucer = Bought("Saucer", Decimal("2.00"), 2, sku="SAU", taxes=VAT)
	store.edit(order, {0: 2, 1: 0}, added=(saucer,))
	assert pieces(store, order) == [(3, 2, 2, None), (2, 0, 0, None), (2, 2, 2, None)]
	status, total, current, owed = state(store, order)
	assert (total, status) == ("66.46", "paid")
	teapots = Decimal("25.00") - Decimal("0.67")
	net = teapots + Decimal("4.00") + Decimal("4.90")
	assert Decimal(current) == net + Decimal("4.87") + Decimal("0.80") + Decimal("0.98")
	assert Decimal(owed) == Decimal(current) - Decimal("61.66")
	store.edit(order, {1: 1})
	assert pieces(store, order)[1] == (2, 1, 1, None)


def test_a_new_shipping_price_is_a_new_shipping_line() -> None:
	store = shop()
	order = placed(store)
	store.edit(order, delivery=Decimal("10"))
	old, new = payload(store, order)["shipping_lines"]
	assert (old["is_removed"], new["is_removed"], new["price"]) == (True, False, "10.00")
	assert old["current_discounted_price_set"]["shop_money"]["amount"] == "0.00"
	assert payload(store, order)["total_outstanding"] == "6.12"
	with pytest.raises(ValueError, match="shipped or refunded"):
		store.fulfil(order, {0: 2})
		store.edit(order, {0: 1})


def test_an_order_is_shipped_in_parts() -> None:
	store = shop()
	order = placed(store)
	(first,) = store.fulfil(order, {0: 2}, Tracking("UPS", ("1Z",)))
	assert pieces(store, order) == [(3, 3, 1, "partial"), (2, 2, 2, None)]
	assert payload(store, order)["fulfillment_status"] == "partial"
	store.fulfil(order, {0: 1, 1: 2})
	assert payload(store, order)["fulfillment_status"] == "fulfilled"
	one, two = payload(store, order)["fulfillments"]
	assert [(line["sku"], line["quantity"]) for line in one["line_items"]] == [("TEA-1", 2)]
	assert one["tracking_urls"] == ["https://www.ups.com/WebTracking?trackNums=1Z"]
	assert (one["location_id"], one["status"], two["tracking_numbers"]) == (HERE, "success", [])
	with pytest.raises(ValueError, match="more than can be shipped"):
		store.fulfil(order, {0: 1})
	store.cancel_fulfilment(order, first)
	store.cancel_fulfilment(order, first)
	assert payload(store, order)["fulfillments"][0]["status"] == "cancelled"
	assert pieces(store, order)[0] == (3, 3, 2, "partial")


def test_a_refund_tells_its_lines_shipping_and_money() -> None:
	store = shop()
	order = placed(store)
	store.fulfil(order, {0: 2})
	made = store.refund(order, {0: 2, 1: 1}, shipping=Decimal("2.00"), restock="return", note="Broken")
	shown = payload(store, order)["refunds"][0]
	lines = [
		(line["quantity"], line["subtotal"], line["total_tax"], line["restock_type"], line["location_id"])
		for line in shown["refund_line_items"]
	]
	assert lines == [(2, 24.33, 4.87, "return", HERE), (1, 4.99, 1.0, "cancel", HERE)]
	(adjustment,) = shown["order_adjustments"]
	told = (adjustment["kind"], adjustment["amount"], adjustment["tax_amount"])
	assert told == ("shipping_refund", "-2.00", "-0.40")
	(shipping,) = shown["refund_shipping_lines"]
	assert shipping["subtotal_amount_set"]["shop_money"]["amount"] == "2.00"
	assert shipping["tax_amount_set"]["shop_money"]["amount"] == "0.40"
	(paid,) = shown["transactions"]
	assert (paid["kind"], paid["amount"], paid["parent_id"]) == (
		"refund",
		"37.59",
		store.order(order).other_id(1),
	)
	assert (shown["note"], shown["restock"], made.number) == ("Broken", True, 0)
	assert state(store, order) == ("partially_refunded", "61.66", "24.07", "0.00")
	assert pieces(store, order) == [(3, 1, 1, "partial"), (2, 1, 1, None)]


def test_all_refunds_of_a_line_come_to_the_line() -> None:
	store = shop()
	order = placed(store)
	for _ in range(3):
		store.refund(order, {0: 1}, restock="cancel")
	store.refund(order, {1: 2}, shipping=Decimal("4.90"), restock="cancel")
	assert state(store, order) == ("refunded", "61.66", "0.00", "0.00")
	parts = [
		line["subtotal"]
		for refund in payload(store, order)["refunds"]
		for line in refund["refund_line_items"]
	]
	assert sum(Decimal(str(part)) for part in parts[:3]) == Decimal("36.50")
	with pytest.raises(ValueError, match="0 can be refunded"):
		store.refund(order, {0: 1})


def test_an_amount_beyond_lines_is_a_discrepancy() -> None:
	store = shop()
	order = placed(store)
	store.refund(order, amount=Decimal("7.50"))
	(adjustment,) = payload(store, order)["refunds"][0]["order_adjustments"]
	assert (adjustment["kind"], adjustment["amount"]) == ("refund_discrepancy", "-7.50")
	assert state(store, order) == ("partially_refunded", "61.66", "54.16", "0.00")
	store.refund(order, {1: 2}, amount=Decimal("-1.98"))
	less = payload(store, order)["refunds"][1]
	assert (less["order_adjustments"][0]["amount"], less["transactions"][0]["amount"]) == ("1.98", "10.00")


def test_a_refund_without_paying_leaves_money_owed_to_the_buyer() -> None:
	store = shop()
	order = placed(store)
	store.refund(order, {1: 1}, pay=False)
	assert payload(store, order)["refunds"][0]["transactions"] == []
	assert state(store, order) == ("paid", "61.66", "55.67", "-5.99")


def test_without_restock_shipped_pieces_come_first_and_the_rest_is_never_shipped() -> None:
	store = shop()
	order = placed(store)
	store.fulfil(order, {0: 1})
	store.refund(order, {0: 2})
	assert pieces(store, order)[0] == (3, 1, 1, "partial")
	lines = payload(store, order)["refunds"][0]["refund_line_items"]
	assert [(line["quantity"], line["restock_type"]) for line in lines] == [
		(1, "no_restock"),
		(1, "no_restock"),
	]


def test_a_refund_goes_back_to_the_payments_that_brought_it() -> None:
	store = shop()
	order = placed(store, paid=False)
	store.pay(order, Decimal("10"), "gift_card")
	store.pay(order)
	store.cancel(order)
	money = [(t["gateway"], t["amount"]) for t in payload(store, order)["refunds"][0]["transactions"]]
	assert money == [("gift_card", "10.00"), ("bogus", "51.66")]
	assert state(store, order) == ("refunded", "61.66", "0.00", "0.00")


def test_a_return_is_announced_and_closed_by_its_refund() -> None:
	store = shop()
	order = placed(store)
	with pytest.raises(ValueError, match="cannot be returned"):
		store.announce_return(order, {0: 1})
	store.fulfil(order, {0: 3})
	number = store.announce_return(order, {0: 2}, approve=False)
	store.decide_return(order, number, "open")
	store.refund(order, {0: 1}, restock="return", return_id=number)
	assert store.order(order).life.returns[0].status == "open"
	store.refund(order, {0: 1}, restock="return", return_id=number)
	assert store.order(order).life.returns[0].status == "closed"
	assert payload(store, order)["refunds"][1]["return"]["id"] == number
	fulfilled = payload(store, order)["fulfillments"][0]["id"]
	with pytest.raises(ValueError, match="returned or refunded"):
		store.cancel_fulfilment(order, fulfilled)


def test_what_is_on_its_way_is_not_cancelled() -> None:
	store = shop()
	order = placed(store)
	store.fulfil(order, {0: 1})
	with pytest.raises(ValueError, match="on its way"):
		store.cancel(order)


def stock(store: EmulatedShopify, sku: str, at: int = HERE) -> tuple[int, int, int]:
	level = store.stock.level(store.goods.find(sku), at)
	return level.available, level.committed, level.quantity("on_hand")


def test_stock_follows() -> None:
	store = shop(stock=10)
	order = placed(store)
	assert stock(store, "TEA-1") == (7, 3, 10)
	store.fulfil(order, {0: 2})
	assert stock(store, "TEA-1") == (7, 1, 8)
	store.refund(order, {0: 1}, restock="return")
	assert stock(store, "TEA-1") == (8, 1, 9)
	store.refund(order, {0: 1}, restock="cancel")
	assert stock(store, "TEA-1") == (9, 0, 9)
	assert stock(store, "CUP") == (8, 2, 10)
	store.edit(order, {1: 1})
	assert stock(store, "CUP") == (9, 1, 10)
	store.refund(order, {1: 1})
	assert stock(store, "CUP") == (9, 0, 9)


def test_moved_and_split_fulfilment_orders_have_other_ids() -> None:
	store = shop(stock=10)
	order = placed(store)
	known = ids(store, order)
	store.split(order, known[0], {0: 1})
	kept, new = ids(store, order)
	assert kept == known[0]
	store.move(order, new, THERE)
	assert stock(store, "CUP") == (10, 0, 10)
	assert stock(store, "CUP", THERE) == (8, 2, 10)
	assert [(each.status, each.location_id) for each in store.order(order).life.orders] == [
		("open", HERE),
		("closed", HERE),
		("open", THERE),
	]
	assert len(store.fulfil(order, {0: 3, 1: 2})) == 2
	assert payload(store, order)["fulfillment_status"] == "fulfilled"


def test_what_is_on_hold_is_not_shipped() -> None:
	store = shop()
	order = placed(store)
	(only,) = ids(store, order)
	store.hold(order, only, "INCORRECT_ADDRESS", "Which floor?")
	with pytest.raises(ValueError, match="more than can be shipped"):
		store.fulfil(order, {0: 1})
	store.release(order, only)
	store.fulfil(order, {0: 1})
	with pytest.raises(ValueError, match="no such part"):
		store.hold(order, only + 1)


def ids(store: EmulatedShopify, order: int) -> list[int]:
	record = store.order(order)
	return [facts.life_id(record, facts.TO_SHIP, each.number) for each in record.life.orders]


def test_the_figures_are_the_stores_own() -> None:
	seller = ShopifySeller(shop())
	order = seller.place(story(lines=LINES, deliveries=POST, paid=False))
	seller.pay(order)
	seller.fulfil(order, {0: 2}, "1Z", "UPS")
	seller.refund(order, {0: 1}, restock="return")
	seller.refund(order, {0: 1}, restock="cancel", pay=False)
	seller.edit(order, {1: 1})
	figures = seller.figures(order)
	assert (figures.total, figures.paid, figures.live) == (Decimal("55.67"), Decimal("61.66"), True)
	assert (figures.credited, figures.refunded) == (Decimal("29.21"), Decimal("14.60"))
	assert figures.owed == Decimal(payload(seller.emulator, int(order))["total_outstanding"])
	assert list(figures.lines.values()) == [Pieces(3, 2, 1, 1), Pieces(1)]


ACTS = "pay edit fulfil fulfil call_back refund refund return return cancel price amount".split()


@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(random_stories(), st.data())
def test_every_life_adds_up(told: Story, data: st.DataObject) -> None:
	store = shop(catalogue=(), stock=5000)
	seller = ShopifySeller(store)
	order = seller.place(told)
	for act in data.draw(st.lists(st.sampled_from(ACTS), min_size=2, max_size=10)):
		try:
			live(seller, order, act, data)
		except ValueError:
			continue
		agrees(seller, order)
	agrees(seller, order)


def live(seller: ShopifySeller, order: str, act: str, data: st.DataObject) -> None:
	"""One act with drawn numbers; what the store refuses, it refuses."""
	record = seller.emulator.order(int(order))
	most = {n: possible(record, n, act) for n in range(len(record.story.lines))}
	lines = {n: data.draw(st.integers(0, limit)) for n, limit in most.items()}
	some = {n: count for n, count in lines.items() if count}
	restock = data.draw(st.sampled_from(("cancel", "return", "no_restock")))
	pays, amount = data.draw(st.booleans()), Decimal(data.draw(st.integers(1, 5)))
	does: dict[str, Any] = {
		"pay": lambda: seller.pay(order, amount if pays else None),
		"edit": lambda: seller.edit(order, some, added=(CUP,)),
		"fulfil": lambda: seller.fulfil(order, some),
		"call_back": lambda: call_back(seller, order),
		"refund": lambda: seller.refund(order, some, restock=restock, pay=pays),
		"return": lambda: seller.refund(
			order, some, return_id=seller.announce_return(order, some), restock=restock
		),
		"cancel": lambda: seller.cancel(order),
		"price": lambda: seller.edit(order, delivery=amount),
		"amount": lambda: seller.refund(order, amount=amount),
	}
	does[act]()


def possible(record: ShopifyOrder, line: int, act: str) -> int:
	"""About how many pieces an act can take."""
	life = record.life
	limits = {
		"fulfil": record.to_ship(line),
		"refund": record.ordered(line) - life.refunded(line),
		"return": life.shipped(line) - (life.refunded(line) - life.removed(line)),
	}
	return min(9, max(0, limits.get(act, 9)))


def call_back(seller: ShopifySeller, order: str) -> None:
	for shown in payload(seller.emulator, int(order))["fulfillments"][-1:]:
		seller.cancel_fulfilment(order, str(shown["id"]))


def agrees(seller: ShopifySeller, order: str) -> None:
	shown, figures = payload(seller.emulator, int(order)), seller.figures(order)
	record = seller.emulator.order(int(order))
	if figures.live:
		assert Decimal(shown["current_total_price"]) == figures.total - figures.credited
		assert Decimal(shown["total_outstanding"]) == figures.owed
	credited = sum((worth(refund, shown["taxes_included"]) for refund in shown["refunds"]), Decimal(0))
	assert credited == figures.credited or not figures.live
	assert figures.refunded <= figures.paid
	for number, line in enumerate(record.story.lines):
		waiting = sum(each.remaining(number) for each in record.life.orders)
		assert waiting == record.to_ship(number), line
		assert 0 <= record.life.returned(number) <= record.life.shipped(number)
	for line in shown["line_items"]:
		assert 0 <= line["fulfillable_quantity"] <= line["current_quantity"] <= line["quantity"]
	for level in seller.emulator.stock._levels.values():
		assert level.committed >= 0


def worth(refund: dict[str, Any], included: bool) -> Decimal:
	"""What a refund payload comes to, by its own words: shipping once, discrepancies by their sign."""
	total = Decimal(0)
	for line in refund["refund_line_items"]:
		tax = of(line["total_tax_set"])
		total += of(line["subtotal_set"]) + (0 if included else tax)
	for shipping in refund["refund_shipping_lines"]:
		total += of(shipping["subtotal_amount_set"]) + (0 if included else of(shipping["tax_amount_set"]))
	for adjustment in refund["order_adjustments"]:
		if adjustment["kind"] == "refund_discrepancy":
			total -= Decimal(adjustment["amount"])
	return total


def of(money: dict[str, Any]) -> Decimal:
	return Decimal(money["shop_money"]["amount"])


def test_each_act_moves_the_clock_of_the_order() -> None:
	store = shop(clock=lambda: PLACED)
	order = placed(store, paid=False)
	for count in range(1, 4):
		store.pay(order, Decimal("1.00"))
		assert store.order(order).updated_at == PLACED + timedelta(seconds=count)


def test_everything_can_be_cancelled_after_an_edit() -> None:
	store = shop()
	order = store.place(everything())
	store.pay(order.id)
	store.edit(order.id, {0: 1})
	store.cancel(order.id)
	shown = payload(store, order.id)
	assert (shown["current_total_price"], shown["total_outstanding"]) == ("0.00", "0.00")
	assert shown["financial_status"] == "refunded"
