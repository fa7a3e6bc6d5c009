"""Products and variations of the emulated WooCommerce read and write as the recorded ones did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ecommerce_sync.sandbox.catalogue import PRODUCTS
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings

from .woocommerce_samples import differences, recorded, shirt_body, shirt_variations
from .woocommerce_shop import ask, opened


@pytest.fixture
def store() -> Iterator[EmulatedWooCommerce]:
	with opened() as (served, _):
		yield served


@pytest.fixture
def shirt(store: EmulatedWooCommerce) -> dict[str, Any]:
	"""The recorded T-shirt, made over REST in a shop whose first two global attributes are its own."""
	store.goods.terms.attributes.clear()
	for name in ("Color", "Size"):
		assert ask(store, "products/attributes", "POST", json={"name": name}).status_code == 201
	made = ask(store, "products", "POST", json=shirt_body())
	assert made.status_code == 201, made.text
	path = f"products/{made.json()['id']}"
	for body in shirt_variations():
		assert ask(store, f"{path}/variations", "POST", json=body).status_code == 201
	answer: dict[str, Any] = ask(store, path).json()
	return answer


def test_a_simple_product_is_answered_as_recorded(store: EmulatedWooCommerce) -> None:
	real = recorded("store.rest.product.simple.json")
	sent = {
		name: real[name]
		for name in (
			"name sku regular_price manage_stock stock_quantity weight dimensions description".split()
		)
	}
	category = ask(store, "products/categories", "POST", json={"name": "Test goods"}).json()
	body = {**sent, "description": "Enamel mug, full text.", "categories": [{"id": category["id"]}]}
	made = ask(store, "products", "POST", json=body).json()
	answer = ask(store, f"products/{made['id']}").json()
	assert differences(real, answer, "product") == []
	for name in (*sent, "price", "slug", "stock_status", "price_html", "type", "status", "meta_data"):
		assert answer[name] == real[name], name
	assert answer["categories"] == [{"id": category["id"], "name": "Test goods", "slug": "test-goods"}]


def test_a_variable_product_is_answered_as_recorded(
	store: EmulatedWooCommerce, shirt: dict[str, Any]
) -> None:
	real = recorded("store.rest.product.variable.json")
	assert differences(real, shirt, "product") == []
	for name in (
		"attributes",
		"price",
		"regular_price",
		"manage_stock",
		"stock_quantity",
		"has_options",
		"slug",
	):
		assert shirt[name] == real[name], name
	assert [each["option"] for each in shirt["default_attributes"]] == ["red", "s"]
	assert len(shirt["variations"]) == 4


def test_variations_are_answered_as_recorded(store: EmulatedWooCommerce, shirt: dict[str, Any]) -> None:
	path, real = f"products/{shirt['id']}/variations", recorded("store.rest.product.variable.variations.json")
	listed = ask(store, path).json()
	assert [(each["sku"], each["name"], each["price"]) for each in listed] == [
		(each["sku"], each["name"], each["price"]) for each in real
	]
	assert differences(real, listed, "variations") == []
	assert [each["attributes"] for each in listed] == [each["attributes"] for each in real]
	assert differences(real[0], ask(store, f"{path}/{listed[0]['id']}").json(), "variation") == []
	alone = ask(store, f"products/{shirt['variations'][0]}").json()
	real = recorded("store.rest.product.variation.json")
	assert differences(real, alone, "product") == []
	assert (alone["name"], alone["parent_id"]) == (real["name"], shirt["id"])


def test_writers_are_answered_in_the_edit_context_as_recorded(
	store: EmulatedWooCommerce, shirt: dict[str, Any]
) -> None:
	mug = ask(store, "products", "POST", json={"name": "Pen", "description": "Pen, full text."}).json()["id"]
	items = [{"id": mug, "manage_stock": True, "stock_quantity": 321}, {"id": 999999, "stock_quantity": 1}]
	answer, real = (
		ask(store, "products/batch", "POST", json={"update": items}),
		recorded("store.rest.products.batch.json"),
	)
	assert answer.status_code == 200
	assert differences(real, answer.json(), "batch") == []
	assert answer.json()["update"][0]["description"] == "Pen, full text."
	assert ask(store, f"products/{mug}").json()["description"] == "<p>Pen, full text.</p>\n"
	assert answer.json()["update"][1] == real["update"][-1]
	path = f"products/{shirt['id']}/variations/batch"
	item = {"id": shirt["variations"][2], "stock_quantity": 4}
	answer = ask(store, path, "POST", json={"update": [item]})
	real = recorded("store.rest.variations.batch.json")
	assert differences(real, answer.json(), "batch") == []
	assert answer.json()["update"][0]["stock_quantity"] == 4


def test_the_products_endpoint_refuses_variations(store: EmulatedWooCommerce, shirt: dict[str, Any]) -> None:
	real = recorded("store.rest.products.batch.variation.json")["update"][0]
	number = shirt["variations"][0]
	item = {"id": number, "stock_quantity": 3}
	answer = ask(store, "products/batch", "POST", json={"update": [item]})
	assert answer.status_code == 200
	assert answer.json() == {"update": [{**real, "id": number}]}
	alone = ask(store, f"products/{number}", "PUT", json={"stock_quantity": 3})
	assert (alone.status_code, alone.json()) == (404, real["error"])


def test_a_batch_takes_a_hundred_items_together(store: EmulatedWooCommerce) -> None:
	items = [{"id": 1004, "stock_quantity": n} for n in range(60)]
	names = [{"name": f"New {n}"} for n in range(40)]
	answer = ask(store, "products/batch", "POST", json={"update": items, "create": names})
	assert (answer.status_code, list(answer.json())) == (200, ["create", "update"])
	created = [each["id"] for each in answer.json()["create"]]
	assert len(set(created)) == 40 and store.stock_of(1004) == 59
	answer = ask(store, "products/batch", "POST", json={"update": items, "delete": created, "create": [{}]})
	assert answer.status_code == 413
	assert answer.json()["code"] == "woocommerce_rest_request_entity_too_large"
	answer = ask(store, "products/batch", "POST", json={"delete": [*created, 4242]})
	assert [("error" in each) for each in answer.json()["delete"]] == [False] * 40 + [True]
	assert ask(store, f"products/{created[0]}").status_code == 404


def test_a_variable_product_s_prices_are_its_variations(
	store: EmulatedWooCommerce, shirt: dict[str, Any]
) -> None:
	path = f"products/{shirt['id']}/variations/{shirt['variations'][1]}"
	ask(store, path, "PUT", json={"sale_price": "9.99"})
	now = ask(store, f"products/{shirt['id']}").json()
	assert (now["price"], now["on_sale"], now["regular_price"]) == ("9.99", True, "")


def test_what_a_variation_lacks_is_its_parent_s(store: EmulatedWooCommerce, shirt: dict[str, Any]) -> None:
	picture = {"images": [{"src": "https://cdn.example/tee.png"}], "weight": "0.2"}
	ask(store, f"products/{shirt['id']}", "PUT", json=picture)
	path = f"products/{shirt['id']}/variations/{shirt['variations'][0]}"
	answer = ask(store, path, "PUT", json={"sku": ""}).json()
	assert (answer["sku"], answer["weight"]) == ("WOO-TEE", "0.2")
	assert answer["image"]["src"] == "https://cdn.example/tee.png"


def test_a_set_is_grouped_or_a_bundle() -> None:
	with opened() as (store, _):
		found = ask(store, "products?sku=SET-COFF").json()[0]
		assert (found["type"], found["price"], found["regular_price"]) == ("grouped", "11.00", "")
		assert found["grouped_products"] == [store.product(store.id_of("COFF-250G")).parent_id, 1008]
	with opened(settings=StoreSettings(product_bundles=True)) as (store, _):
		found = ask(store, "products?sku=SET-COFF").json()[0]
		assert (found["type"], found["price"], found["bundle_stock_quantity"]) == ("bundle", "29.00", 50)
		keys = ("product_id", "allowed_variations", "quantity_default", "override_variations")
		assert [[item[key] for key in keys] for item in found["bundled_items"]] == [
			[store.product(store.id_of("COFF-250G")).parent_id, [store.id_of("COFF-250G")], 1, True],
			[1008, [store.id_of("MUG-WHITE")], 2, True],
		]


def test_the_catalogue_is_on_the_shelves(store: EmulatedWooCommerce) -> None:
	found = ask(store, "products?per_page=100&orderby=id&order=asc").json()
	assert [each["id"] for each in found] == [product.id for product in PRODUCTS]
	for product, shown in zip(PRODUCTS, found, strict=True):
		kind = "grouped" if product.parts else "variable" if len(product.variants) > 1 else "simple"
		assert (shown["type"], shown["name"]) == (kind, product.title)
		assert len(shown["variations"]) == (len(product.variants) if kind == "variable" else 0)
	skus = {variant.sku for product in PRODUCTS for variant in product.variants if variant.sku}
	assert all(store.id_of(sku) for sku in skus)
	counts = [len(product.variants) for product in PRODUCTS if len(product.variants) > 1]
	assert ask(store, "variations?per_page=5").headers["X-WP-Total"] == str(sum(counts))


@pytest.mark.parametrize(
	("unit", "weight"), [("kg", "0.18"), ("g", "180"), ("oz", "6.3493"), ("lbs", "0.3968")]
)
def test_weights_are_in_the_shop_s_unit(unit: str, weight: str) -> None:
	with opened(settings=StoreSettings(weight_unit=unit)) as (store, _):
		assert ask(store, "settings/products/woocommerce_weight_unit").json()["value"] == unit
		assert ask(store, f"products/{store.id_of('TEE-S')}").json()["weight"] == weight
