"""Stock in the emulated WooCommerce: typed in, taken by orders, given back, shared, and told of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from ecommerce_sync.sandbox.catalogue import generated
from ecommerce_sync.sandbox.story import Bought
from ecommerce_sync.sandbox.woocommerce.sales import OutOfStock
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings
from ecommerce_sync.sandbox.woocommerce.webhooks import signature

from .woocommerce_samples import differences, recorded, story
from .woocommerce_shop import START, Clock, ask, opened, told

Shop = tuple[EmulatedWooCommerce, Clock]
TEA, HONEY, TEE_S = 1032, 1033, 10000
TEE = 1000


@pytest.fixture
def shop() -> Iterator[Shop]:
	with opened(stock=10) as served:
		yield served


@pytest.fixture
def store(shop: Shop) -> EmulatedWooCommerce:
	return shop[0]


def basket(*wanted: tuple[str, int], **changes: Any) -> Any:
	lines = tuple(Bought(sku, Decimal(5), count, sku=sku) for sku, count in wanted)
	return story(lines=lines, **changes)


def test_an_order_that_is_to_be_worked_on_takes_stock(store: EmulatedWooCommerce) -> None:
	order = store.place(basket(("TEA", 3), ("TEE-S", 2), ("NOT-SOLD-HERE", 1)))
	assert (store.stock_of(TEA), store.stock_of(TEE_S)) == (7, 8)
	lines = order.as_json()["line_items"]
	taken = [{m["key"]: m["value"] for m in line["meta_data"]}.get("_reduced_stock") for line in lines]
	assert taken == ["3", "2", None]
	assert (lines[0]["product_id"], lines[0]["variation_id"]) == (TEA, 0)
	assert (lines[1]["product_id"], lines[1]["variation_id"]) == (TEE, TEE_S)


@pytest.mark.parametrize(
	("first", "left"), [({"paid": True}, 7), ({"paid": False, "gateway": "bacs"}, 7), ({"paid": False}, 10)]
)
def test_which_orders_take_stock(store: EmulatedWooCommerce, first: dict[str, Any], left: int) -> None:
	order = store.place(basket(("TEA", 3), **first))
	assert store.stock_of(TEA) == left, order.status
	for status, then in (("processing", 7), ("completed", 7), ("cancelled", 10), ("cancelled", 10)):
		store.update(order, status=status)
		assert store.stock_of(TEA) == then, status
	store.update(order, status="on-hold")
	assert store.stock_of(TEA) == 7
	for status in ("failed", "refunded"):
		store.update(order, status=status)
		assert store.stock_of(TEA) == 7, status
	store.update(order, status="pending")
	assert store.stock_of(TEA) == 10


def test_a_changed_line_takes_more_or_less(store: EmulatedWooCommerce) -> None:
	order = store.place(basket(("TEA", 3), ("HONEY", 2)))
	store.update(order, quantities={0: 5})
	assert store.stock_of(TEA) == 5
	store.update(order, quantities={0: 1}, remove=(1,))
	assert (store.stock_of(TEA), store.stock_of(HONEY)) == (9, 10)
	store.cancel(order)
	assert (store.stock_of(TEA), store.stock_of(HONEY)) == (10, 10)


def test_what_was_not_counted_when_it_was_sold_is_not_taken_later() -> None:
	with opened(stock={"HONEY": 4}) as (store, _):
		order = store.place(basket(("TEA", 3)))
		assert store.stock_of(TEA) is None
		store.set_stock(TEA, 10)
		store.update(order, note="hello")
		assert (store.stock_of(TEA), store.stock_of(HONEY)) == (10, 4)


def test_a_variation_may_leave_the_number_to_its_parent(store: EmulatedWooCommerce) -> None:
	for number in (TEE_S, TEE_S + 1):
		ask(store, f"products/{TEE}/variations/{number}", "PUT", json={"manage_stock": False})
	ask(store, f"products/{TEE}", "PUT", json={"manage_stock": True, "stock_quantity": 6})
	shown = ask(store, f"products/{TEE}/variations/{TEE_S}").json()
	assert (shown["manage_stock"], shown["stock_quantity"], shown["stock_status"]) == ("parent", 6, "instock")
	store.sell("TEE-S", 2)
	store.sell("TEE-M", 1)
	assert store.stock_of(TEE) == store.stock_of(TEE_S) == store.stock_of(TEE_S + 1) == 3
	item = {"id": TEE_S, "stock_quantity": 50}
	answer = ask(store, f"products/{TEE}/variations/batch", "POST", json={"update": [item]}).json()
	assert answer["update"][0]["stock_quantity"] == 3, "the parent's number is not set through a child"
	store.set_stock(TEE_S, 0)
	shown = ask(store, f"products/{TEE}/variations/{TEE_S}").json()
	assert (shown["stock_quantity"], shown["stock_status"]) == (0, "outofstock")
	assert store.stock_of(TEE_S + 2) == 10, "this one counts for itself"


def test_a_quantity_for_what_is_not_counted_is_dropped(store: EmulatedWooCommerce) -> None:
	store.set_stock(TEA, None)
	answer = ask(store, f"products/{TEA}", "PUT", json={"stock_quantity": 5}).json()
	assert (answer["manage_stock"], answer["stock_quantity"]) == (False, None)
	answer = ask(store, f"products/{TEA}", "PUT", json={"manage_stock": True, "stock_quantity": 5}).json()
	assert (answer["manage_stock"], answer["stock_quantity"]) == (True, 5)
	answer = ask(store, f"products/{TEA}", "PUT", json={"inventory_delta": -7}).json()
	assert (answer["stock_quantity"], answer["stock_status"]) == (-2, "outofstock")
	answer = ask(store, f"products/{TEA}", "PUT", json={"backorders": "notify"}).json()
	assert (answer["stock_status"], answer["backorders_allowed"], answer["backordered"]) == (
		"onbackorder",
		True,
		True,
	)


def test_the_status_of_a_variable_product_follows_its_variations(store: EmulatedWooCommerce) -> None:
	ids = ask(store, f"products/{TEE}").json()["variations"]
	for number in ids:
		assert ask(store, f"products/{TEE}").json()["stock_status"] == "instock"
		store.set_stock(number, 0)
	assert ask(store, f"products/{TEE}").json()["stock_status"] == "outofstock"
	assert TEE in [each["id"] for each in ask(store, "products?stock_status=outofstock").json()]


def test_times_move_with_the_stock(shop: Shop) -> None:
	store, clock = shop
	clock.pass_by(minutes=5)
	store.sell("TEE-S")
	clock.pass_by(minutes=5)
	ask(store, f"products/{TEA}", "PUT", json={"stock_quantity": 3})
	since = "modified_after=2026-11-22T12:00:00&dates_are_gmt=true&orderby=modified&order=asc"
	assert [each["id"] for each in ask(store, f"products?{since}").json()] == [TEE, TEA]
	assert [each["id"] for each in ask(store, f"variations?{since}").json()] == [TEE_S]
	assert [each["id"] for each in ask(store, "products?modified_after=2026-11-22T13:05:00").json()] == [TEA]
	assert ask(store, "products?modified_after=2026-11-22T12:10:00Z").json() == []


def test_what_is_told_of_an_order(store: EmulatedWooCommerce) -> None:
	"""A variation's product is saved after it, and tells as well."""
	store.keep("order.created", "order.updated", "product.updated", "product.created")
	order = store.place(basket(("TEA", 1), ("TEE-S", 1)))
	assert told(store) == [
		("order.updated", order.id),
		("order.created", order.id),
		("product.updated", TEA),
		("product.updated", TEE_S),
		("product.updated", TEE),
	]
	store.update(order, note="nothing of stock")
	assert told(store) == [("order.updated", order.id)]
	store.cancel(order)
	assert [id_ for topic, id_ in told(store) if topic == "product.updated"] == [TEA, TEE_S, TEE]


def test_writes_over_rest_are_told_even_when_nothing_changes(store: EmulatedWooCommerce) -> None:
	store.keep("product.created", "product.updated")
	ask(store, f"products/{TEA}", "PUT", json={})
	ask(store, f"products/{TEA}", "PUT", json={"stock_quantity": 4})
	ask(store, f"products/{TEA}", "PUT", json={"stock_quantity": 3})
	kept = store.kept()
	assert [(message.resource_id, json.loads(message.body)["stock_quantity"]) for message in kept] == [
		(TEA, 3)
	]
	path = f"products/{TEE}/variations/batch"
	ask(store, path, "POST", json={"update": [{"id": TEE_S, "stock_quantity": 1}]})
	messages = {message.resource_id: json.loads(message.body) for message in store.kept()}
	assert list(messages) == [TEE_S, TEE]
	assert (messages[TEE_S]["type"], messages[TEE_S]["parent_id"]) == ("variation", TEE)
	assert messages[TEE]["type"] == "variable"
	assert differences(recorded("store.rest.product.variation.json"), messages[TEE_S], "product") == []
	made = ask(store, "products", "POST", json={"name": "New"}).json()
	assert told(store) == [("product.created", made["id"])]


def test_a_refused_write_is_not_told(store: EmulatedWooCommerce) -> None:
	store.keep("product.updated", "product.created")
	ask(store, "products", "POST", json={"name": "Again", "sku": "TEA"})
	ask(store, f"products/{HONEY}", "PUT", json={"sku": "TEA"})
	assert told(store) == []


def test_the_shop_sells_no_more_than_it_has(store: EmulatedWooCommerce) -> None:
	def buy(_: int) -> int:
		try:
			return store.sell("HONEY", 3).id
		except OutOfStock:
			return 0

	with ThreadPoolExecutor(8) as pool:
		sold = [id_ for id_ in pool.map(buy, range(40)) if id_]
	assert len(set(sold)) == 3 and store.stock_of(HONEY) == 1
	store.edit_product(HONEY, backorders="yes")
	assert buy(0) and store.stock_of(HONEY) == -2
	order = store.order(sold[0])
	assert (order.status, order.as_json()["total"]) == ("processing", "24.75")
	with pytest.raises(KeyError):
		store.sell("NOTHING")


def test_any_catalogue_can_be_sold() -> None:
	with opened(catalogue=generated(20, 50), stock=5) as (store, _):
		order = store.sell("G-100000-2", 2)
		(line,) = order.as_json()["line_items"]
		assert (line["sku"], line["variation_id"]) == ("G-100000-2", 10_000_001)
		assert line["name"] == store.product(10_000_001).name
		assert store.stock_of(10_000_001) == 3
		assert Decimal(line["total"]) == 2 * Decimal(store.product(10_000_001).regular_price)


def test_a_sold_bundle_takes_its_components() -> None:
	with opened(stock=10, settings=StoreSettings(product_bundles=True)) as (store, _):
		order = store.sell("SET-COFF", 2)
		assert (store.stock_of(store.id_of("COFF-250G")), store.stock_of(store.id_of("MUG-WHITE"))) == (8, 6)
		assert [line["sku"] for line in order.as_json()["line_items"]] == [
			"SET-COFF",
			"COFF-250G",
			"MUG-WHITE",
		]
		with pytest.raises(OutOfStock):
			store.sell("SET-COFF", 4)
	with opened() as (store, _), pytest.raises(ValueError, match="grouped"):
		store.sell("SET-COFF")


def test_a_sale_is_planted_between_a_read_and_its_write(store: EmulatedWooCommerce) -> None:
	seen = []

	def plant(write: Any) -> None:
		seen.append((write.method, write.endpoint, store.stock_of(TEA)))
		store.sell("TEA", 4)

	store.before_write = plant
	known = ask(store, f"products/{TEA}").json()["stock_quantity"]
	assert seen == []
	body = {"update": [{"id": TEA, "stock_quantity": known + 1}]}
	ask(store, "products/batch", "POST", json=body)
	assert seen == [("POST", "products/batch", 10)]
	assert store.stock_of(TEA) == 11, "WooCommerce compares nothing: the sale is overwritten"
	store.before_write = None
	assert len(ask(store, "orders").json()) == 1


def test_what_stories_sell_without_a_sku_is_found_by_title(store: EmulatedWooCommerce) -> None:
	mat = Bought("ヨガマット 6mm", Decimal(38), 2)
	order = store.place(replace(story(), lines=(mat,), created_at=START))
	assert order.as_json()["line_items"][0]["product_id"] == 1027
	assert store.stock_of(1027) == 8


def test_messages_are_held_by_topic(store: EmulatedWooCommerce) -> None:
	store.keep("order.created", "product.updated")
	order = store.sell(TEA)
	assert [message.resource_id for message in store.kept("product.updated")] == [TEA]
	(message,) = store.kept()
	assert (message.headers["X-WC-Webhook-Topic"], message.resource_id) == ("order.created", order.id)
	assert message.headers["X-WC-Webhook-Signature"] == signature(store.webhook_secret, message.body)
	assert store.kept() == [] and ask(store, "webhooks").json() == []


def test_shoppers_and_clients_at_once_lose_no_piece() -> None:
	"""Deltas, not absolute numbers: each of them must count, whoever writes beside it."""
	with opened(stock=1000) as (store, _):

		def add(_: int) -> int:
			return ask(store, f"products/{TEA}", "PUT", json={"inventory_delta": 2}).status_code

		with ThreadPoolExecutor(8) as pool:
			added, sold = pool.map(add, range(60)), pool.map(lambda _: store.sell("TEA", 3).id, range(60))
			assert set(added) == {200} and len(set(sold)) == 60
		assert store.stock_of(TEA) == 1000 + 2 * 60 - 3 * 60
