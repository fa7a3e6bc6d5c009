"""What a REST client may write of a product in the emulated WooCommerce, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce

from .woocommerce_samples import recorded
from .woocommerce_shop import Clock, ask, opened, told

Shop = tuple[EmulatedWooCommerce, Clock]


@pytest.fixture
def shop() -> Iterator[Shop]:
	with opened() as served:
		yield served


@pytest.fixture
def store(shop: Shop) -> EmulatedWooCommerce:
	return shop[0]


def test_a_sku_is_the_shop_s_only_one(store: EmulatedWooCommerce) -> None:
	real = recorded("store.rest.error.duplicate_sku.json")
	expected = {**real, "data": {"status": 400, "resource_id": 1033, "unique_sku": "HONEY-1"}}
	assert store.id_of("HONEY") == 1033
	for answer in (
		ask(store, "products", "POST", json={"name": "Again", "sku": "honey"}),
		ask(store, "products/1032", "PUT", json={"sku": "HONEY"}),
	):
		assert answer.status_code == 400
		assert answer.json()["data"]["unique_sku"].upper() == "HONEY-1"
	assert answer.json() == expected
	batch = ask(store, "products/batch", "POST", json={"update": [{"id": 1032, "sku": "HONEY"}]})
	assert batch.json() == {"update": [{"id": 1032, "error": expected}]}
	gtin = store.product(1033).gtin
	answer = ask(store, "products/1032", "PUT", json={"global_unique_id": gtin})
	assert answer.json()["code"] == "product_invalid_global_unique_id"
	assert ask(store, "products/1033", "PUT", json={"sku": "HONEY"}).status_code == 200


@pytest.mark.parametrize(
	("body", "code"),
	[
		({"regular_price": 12.5}, "rest_invalid_type"),
		({"weight": 1}, "rest_invalid_type"),
		({"stock_quantity": 1.5}, "rest_invalid_type"),
		({"stock_quantity": "many"}, "rest_invalid_type"),
		({"manage_stock": "parent"}, "rest_invalid_type"),
		({"images": "https://a.example/a.png"}, "rest_invalid_type"),
		({"status": "published"}, "rest_not_in_enum"),
		({"type": "variation"}, "rest_not_in_enum"),
	],
)
def test_a_single_request_is_checked(store: EmulatedWooCommerce, body: dict[str, Any], code: str) -> None:
	answer = ask(store, "products/1004", "PUT", json=body)
	(name,) = body
	assert (answer.status_code, answer.json()["data"]["details"][name]["code"]) == (400, code)


def test_a_batch_is_not_checked_but_cast(store: EmulatedWooCommerce) -> None:
	item = {"id": 1004, "regular_price": 12.5, "stock_quantity": "7.9", "weight": 1}
	(answer,) = ask(store, "products/batch", "POST", json={"update": [item]}).json()["update"]
	assert (answer["price"], answer["stock_quantity"], answer["weight"]) == ("12.5", 7, "1")


def test_null_changes_nothing_and_empty_text_empties(store: EmulatedWooCommerce) -> None:
	before = ask(store, "products/1004").json()
	kept = ("sku", "weight", "regular_price", "stock_quantity", "description", "global_unique_id")
	same = ask(store, "products/1004", "PUT", json=dict.fromkeys(kept)).json()
	assert [same[name] for name in kept if name != "description"] == [
		before[name] for name in kept if name != "description"
	]
	emptied = ask(store, "products/1004", "PUT", json={"sku": "", "regular_price": "", "weight": ""}).json()
	assert (emptied["sku"], emptied["price"], emptied["purchasable"]) == ("", "", False)


def test_a_sale_price_holds_by_the_clock(shop: Shop) -> None:
	store, clock = shop
	body = {"regular_price": "20", "sale_price": "15.50", "date_on_sale_from": "2026-11-23T00:00:00"}
	body["date_on_sale_to_gmt"] = "2026-11-24T22:59:59"
	answer = ask(store, "products/1004", "PUT", json=body).json()
	assert answer["date_on_sale_from_gmt"] == "2026-11-22T23:00:00"
	assert answer["date_on_sale_to"] == "2026-11-24T23:59:59"
	seen = []
	for _ in range(3):
		now = ask(store, "products/1004").json()
		seen.append((now["price"], now["on_sale"]))
		clock.pass_by(days=1.5)
	assert seen == [("20", False), ("15.50", True), ("20", False)]
	answer = ask(store, "products/1004", "PUT", json={"date_on_sale_from": None}).json()
	assert answer["date_on_sale_from"] == "2026-11-23T00:00:00"
	emptied = {"sale_price": "", "date_on_sale_from_gmt": "", "date_on_sale_to": ""}
	answer = ask(store, "products/1004", "PUT", json=emptied).json()
	assert (answer["sale_price"], answer["date_on_sale_from"], answer["date_on_sale_to_gmt"]) == (
		"",
		None,
		None,
	)
	assert ask(store, "products/1004", "PUT", json={"date_on_sale_to": "soon"}).status_code == 400


def test_pictures_get_an_id_and_are_named_by_it(store: EmulatedWooCommerce) -> None:
	body = {
		"images": [{"src": "https://cdn.example/a/Front%20side.png"}, {"src": "https://cdn.example/b.png"}]
	}
	first, second = ask(store, "products/1004", "PUT", json=body).json()["images"]
	assert (first["src"], first["name"]) == ("https://cdn.example/a/Front%20side.png", "Front side")
	turned = {"images": [{"id": second["id"], "alt": "Back"}, {"id": first["id"]}]}
	now = ask(store, "products/1004", "PUT", json=turned).json()["images"]
	assert [(each["id"], each["alt"]) for each in now] == [(second["id"], "Back"), (first["id"], "")]
	wrong = ask(store, "products/1004", "PUT", json={"images": [{"id": 1}]})
	assert wrong.json()["code"] == "woocommerce_product_invalid_image_id"
	assert set(now[0]) == {
		*("id date_created date_created_gmt date_modified date_modified_gmt src name alt".split())
	}


def test_meta_data_is_kept_by_key(store: EmulatedWooCommerce) -> None:
	def put(*rows: dict[str, Any]) -> list[tuple[str, Any]]:
		answer = ask(store, "products/1004", "PUT", json={"meta_data": list(rows)}).json()
		return [(row["key"], row["value"]) for row in answer["meta_data"]]

	assert put({"key": "hs", "value": "6109"}, {"key": "x", "value": {"a": [1]}}) == [
		("hs", "6109"),
		("x", {"a": [1]}),
	]
	assert put({"key": "hs", "value": "6110"}) == [("hs", "6110"), ("x", {"a": [1]})]
	assert put({"key": "x", "value": None}) == [("hs", "6110")]


def test_what_the_emulator_does_not_know_it_says(store: EmulatedWooCommerce) -> None:
	assert ask(store, "products/1004", "PUT", json={"shipping_clas": "x"}).status_code == 501
	assert ask(store, "products?featured=true").status_code == 501


def test_a_product_goes_to_the_trash_and_comes_back(store: EmulatedWooCommerce) -> None:
	store.keep("product.deleted", "product.restored", "product.created")
	assert ask(store, "products/1000", "DELETE").json()["status"] == "trash"
	assert ask(store, "products/1000", "DELETE").status_code == 410
	assert ask(store, "products/1000").json()["status"] == "trash"
	assert ask(store, "products?sku=TEE-S").json() == []
	assert 1000 not in [each["id"] for each in ask(store, "products?per_page=100").json()]
	assert [each["id"] for each in ask(store, "products?status=trash").json()] == [1000]
	store.restore_product(1000)
	assert ask(store, "products?sku=TEE-S").json()[0]["status"] == "publish"
	assert ask(store, "products/1004?force=true", "DELETE").status_code == 200
	assert ask(store, "products/1004").status_code == 404
	assert told(store) == [("product.deleted", 1000), ("product.restored", 1000)]
