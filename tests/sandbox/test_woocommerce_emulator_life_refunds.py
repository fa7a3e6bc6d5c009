"""Refunds in the emulated WooCommerce: as recorded over REST, refused as the real one does, stock and status after them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from ecommerce_sync.sandbox.story import Bought, Delivery, Fee
from ecommerce_sync.sandbox.woocommerce.errors import RestError
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce

from .woocommerce_samples import VAT, checkout_order, differences, recorded, story
from .woocommerce_shop import Clock, ask, opened, told

Shop = tuple[EmulatedWooCommerce, Clock]
TEA = 1032


@pytest.fixture
def shop() -> Iterator[Shop]:
	with opened(stock=10) as served:
		yield served


@pytest.fixture
def store(shop: Shop) -> EmulatedWooCommerce:
	return shop[0]


def three_teas(**changes: Any) -> Any:
	"""3 teas at 10.01 with 20 %, shipping 5: 30.03 + 6.01 + 6.00 = 42.04."""
	line = Bought("Tea", Decimal("10.01"), 3, sku="TEA", taxes=VAT)
	delivery = Delivery("Flat rate", Decimal(5), "flat_rate", taxes=VAT)
	return story(lines=(line,), deliveries=(delivery,), **changes)


def refunded(store: EmulatedWooCommerce, order: int, **body: Any) -> Any:
	return ask(store, f"orders/{order}/refunds", "POST", json=body)


@pytest.mark.parametrize("name", ["store.rest.refund.json", "store.rest.refunds_of_order.json"])
def test_a_refund_is_answered_as_recorded(store: EmulatedWooCommerce, name: str) -> None:
	"""One of three mugs, paid back by hand, with the recorded amounts."""
	real = recorded(name)
	real = real[0] if isinstance(real, list) else real
	store.place(checkout_order(), created_via="store-api")
	line = ask(store, "orders/30").json()["line_items"][0]
	given = {
		"id": line["id"],
		"quantity": 1,
		"refund_total": 11.25,
		"refund_tax": [{"id": 1, "refund_total": 2.25}],
	}
	answer = refunded(store, 30, amount="13.50", reason="one broken", api_refund=False, line_items=[given])
	assert answer.status_code == 201
	made = answer.json()
	assert differences(real, made) == []
	for key in ("amount", "reason", "refunded_by", "refunded_payment", "shipping_lines", "fee_lines"):
		assert made[key] == real[key], key
	same = ("name", "quantity", "subtotal", "subtotal_tax", "total", "total_tax", "taxes", "price", "sku")
	assert [{key: made["line_items"][0][key] for key in same}] == [
		{key: real["line_items"][0][key] for key in same}
	]
	assert made["line_items"][0]["meta_data"][0]["value"] == str(line["id"])
	assert [(row["key"], row["value"]) for row in made["meta_data"]] == [("_refund_type", "partial")]
	assert {**made["tax_lines"][0], "id": 18} == real["tax_lines"][0]
	assert ask(store, "orders/30/refunds").json() == [made]
	assert ask(store, f"orders/30/refunds/{made['id']}").json() == made


def test_the_order_tells_of_its_refund_as_recorded(store: EmulatedWooCommerce) -> None:
	real = recorded("store.webhook.order.updated.refund.json")
	store.place(checkout_order(), created_via="store-api")
	refund = store.refund(30, {0: 1}, reason="one broken")
	made = ask(store, "orders/30").json()
	(summary,) = made["refunds"]
	assert {**summary, "id": 32} == real["refunds"][0]
	assert summary["id"] == refund.id
	assert (made["total"], made["total_tax"], made["status"]) == ("68.10", "11.35", "processing")
	assert differences(real, made) == []


def test_refunds_of_all_orders_name_their_order(store: EmulatedWooCommerce) -> None:
	for number in (7, 8):
		store.place(three_teas(number=number) if number == 7 else replace(three_teas(), number=8))
		store.refund(number, {0: 1})
	listed = ask(store, "refunds").json()
	assert [each["parent_id"] for each in listed] == [8, 7]
	assert list(listed[0])[:3] == ["id", "parent_id", "date_created"]
	assert listed[0]["_links"]["refunded_by"]
	assert [each["parent_id"] for each in ask(store, "refunds?order=asc&per_page=1").json()] == [7]


def test_the_last_pieces_take_what_is_left(store: EmulatedWooCommerce) -> None:
	"""6.01 of tax in three parts: 2.00, 2.00 and the rest."""
	order = store.place(three_teas())
	assert order.totals.total == Decimal("42.04")
	parts = [store.refund(7, {0: 1}).parts[0] for _ in range(3)]
	assert [(part.net, part.taxes[1]) for part in parts] == [
		(Decimal("10.01"), Decimal("2.00")),
		(Decimal("10.01"), Decimal("2.00")),
		(Decimal("10.01"), Decimal("2.01")),
	]
	assert store.order(7).status == "processing"
	last = store.refund(7, shipping=Decimal(5))
	assert last.amount == Decimal("6.00") and dict(last.meta)["_refund_type"] == "full"
	assert store.order(7).status == "refunded"
	with pytest.raises(ValueError, match="0 are left"):
		store.refund(7, {0: 1})
	with pytest.raises(RestError, match="Invalid refund amount"):
		store.refund(7, amount=Decimal("0.01"))


def test_prices_with_tax_are_given_back_whole(store: EmulatedWooCommerce) -> None:
	line = Bought("Tea", Decimal("9.99"), 3, sku="TEA", taxes=VAT)
	store.place(story(lines=(line, line), taxes_included=True))
	total = store.order(7).totals.total
	amounts = [store.refund(7, lines).amount for lines in ({0: 1}, {1: 2}, {0: 2, 1: 1})]
	assert sum(amounts) == total == Decimal("59.94")
	assert store.order(7).status == "refunded"


def test_shipping_fees_and_amounts_alone(store: EmulatedWooCommerce) -> None:
	store.place(replace(three_teas(), fees=(Fee("Handling", Decimal("2.50"), VAT),)))
	lines = ask(store, "orders/7").json()
	fee, shipping = lines["fee_lines"][0]["id"], lines["shipping_lines"][0]["id"]
	taxes = [{"id": 1, "refund_total": "0.5"}]
	answer = refunded(
		store,
		7,
		line_items=[
			{"id": fee, "refund_total": "2.5", "refund_tax": taxes},
			{"id": shipping, "refund_total": "2.5", "refund_tax": taxes},
			{"id": 4711, "quantity": 1, "refund_total": "99"},
		],
		amount="6.00",
	).json()
	assert (answer["amount"], answer["line_items"]) == ("6.00", [])
	assert [row["total"] for row in (*answer["fee_lines"], *answer["shipping_lines"])] == ["-2.50", "-2.50"]
	assert (answer["tax_lines"][0]["tax_total"], answer["tax_lines"][0]["shipping_tax_total"]) == (
		"-0.50",
		"-0.50",
	)
	assert answer["refunded_payment"] is True
	alone = refunded(store, 7, amount="3.33", api_refund=False).json()
	assert (alone["amount"], alone["line_items"], alone["tax_lines"]) == ("3.33", [], [])
	assert [each["total"] for each in ask(store, "orders/7").json()["refunds"]] == ["-3.33", "-6.00"]


def test_the_amount_follows_from_the_lines_when_it_is_not_named(store: EmulatedWooCommerce) -> None:
	store.place(three_teas())
	line = ask(store, "orders/7").json()["line_items"][0]["id"]
	inner = {str(line): {"qty": 2, "refund_total": "20.02", "refund_tax": {"1": "4.00"}}}
	answer = refunded(store, 7, line_items=inner).json()
	assert (answer["amount"], answer["line_items"][0]["quantity"]) == ("24.02", -2)


@pytest.mark.parametrize(
	("body", "status", "code"),
	[
		({"amount": "42.05"}, 500, "woocommerce_rest_cannot_create_order_refund"),
		({"amount": "-1"}, 400, "woocommerce_rest_invalid_order_refund"),
		({"amount": 3.5}, 400, "rest_invalid_param"),
	],
)
def test_what_is_refused(store: EmulatedWooCommerce, body: dict[str, Any], status: int, code: str) -> None:
	store.place(three_teas())
	answer = refunded(store, 7, **body)
	assert (answer.status_code, answer.json()["code"]) == (status, code)
	assert ask(store, "orders/7").json()["refunds"] == []


def test_an_offline_gateway_sends_nothing_back(store: EmulatedWooCommerce) -> None:
	store.place(three_teas(gateway="bacs"))
	answer = refunded(store, 7, amount="1.00")
	assert (answer.status_code, answer.json()["code"]) == (500, "woocommerce_rest_cannot_create_order_refund")
	assert "automatic refunds" in answer.json()["message"]
	assert refunded(store, 7, amount="1.00", api_refund=False).json()["refunded_payment"] is False
	missing = refunded(store, 99, amount="1.00")
	assert (missing.status_code, missing.json()["code"]) == (404, "woocommerce_rest_invalid_order_id")
	unknown = ask(store, "orders/7/refunds/1")
	assert (unknown.status_code, unknown.json()["code"]) == (404, "woocommerce_rest_invalid_order_refund_id")


def test_pieces_go_back_on_the_shelf_when_asked(store: EmulatedWooCommerce) -> None:
	store.place(three_teas())
	assert store.stock_of(TEA) == 7
	store.refund(7, {0: 1}, restock=True)
	assert store.stock_of(TEA) == 8
	meta = {m["key"]: m["value"] for m in ask(store, "orders/7").json()["line_items"][0]["meta_data"]}
	assert (meta["_reduced_stock"], meta["_restock_refunded_items"]) == ("2", "1")
	store.refund(7, {0: 1})
	assert store.stock_of(TEA) == 8
	store.update(7, note="seen")
	assert store.stock_of(TEA) == 8
	store.cancel(7)
	assert store.stock_of(TEA) == 10


def test_restock_is_what_a_client_gets_that_does_not_say(store: EmulatedWooCommerce) -> None:
	store.place(three_teas())
	line = ask(store, "orders/7").json()["line_items"][0]["id"]
	given = {"id": line, "quantity": 3, "refund_total": "1.00"}
	refunded(store, 7, line_items=[given], api_refund=False)
	assert store.stock_of(TEA) == 10
	store.update(7, note="seen")
	assert store.stock_of(TEA) == 10


def test_who_sets_the_status_by_hand_refunds_the_rest(store: EmulatedWooCommerce) -> None:
	store.place(three_teas())
	store.refund(7, {0: 1})
	answer = ask(store, "orders/7", "PUT", json={"status": "refunded"}).json()
	assert sum(Decimal(each["total"]) for each in answer["refunds"]) == Decimal("-42.04")
	assert answer["refunds"][0]["reason"] == "Order fully refunded."
	assert ask(store, f"orders/7/refunds/{answer['refunds'][0]['id']}").json()["line_items"] == []


def test_a_refund_tells_of_the_order_and_a_deleted_one_too(store: EmulatedWooCommerce) -> None:
	store.place(three_teas())
	store.keep("order.updated", "product.updated")
	refund = store.refund(7, {0: 1}, restock=True)
	assert told(store) == [("product.updated", TEA), ("order.updated", 7)]
	assert ask(store, f"orders/7/refunds/{refund.id}?force=true", "DELETE").status_code == 200
	assert told(store) == [("order.updated", 7)]
	assert ask(store, "orders/7").json()["refunds"] == []
