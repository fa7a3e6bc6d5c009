"""Products and variations of the emulated WooCommerce read and write as the recorded ones did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ecommerce_sync.sandbox.catalogue import PRODUCTS
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings

from .woocommerce_samples import differences, recorded, shirt_body, shirt_variations
from .woocommerce_shop import Clock, ask, opened, told

Shop = tuple[EmulatedWooCommerce, Clock]


@pytest.fixture
def shop() -> Iterator[Shop]:
	with opened() as served:
		yield served


@pytest.fixture
def store(shop: Shop) -> EmulatedWooCommerce:
	return shop[0]


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


def test_a_variable_product_s_prices_are_its_variations(
	store: EmulatedWooCommerce, shirt: dict[str, Any]
) -> None:
	path = f"products/{shirt['id']}/variations/{shirt['variations'][1]}"
	ask(store, path, "PUT", json={"sale_price": "9.99"})
	now = ask(store, f"products/{shirt['id']}").json()
	assert (now["price"], now["on_sale"], now["regular_price"]) == ("9.99", True, "")


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


def test_what_a_variation_lacks_is_its_parent_s(store: EmulatedWooCommerce, shirt: dict[str, Any]) -> None:
	picture = {"images": [{"src": "https://cdn.example/tee.png"}], "weight": "0.2"}
	ask(store, f"products/{shirt['id']}", "PUT", json=picture)
	path = f"products/{shirt['id']}/variations/{shirt['variations'][0]}"
	answer = ask(store, path, "PUT", json={"sku": ""}).json()
	assert (answer["sku"], answer["weight"]) == ("WOO-TEE", "0.2")
	assert answer["image"]["src"] == "https://cdn.example/tee.png"


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


def test_categories_and_tags(store: EmulatedWooCommerce) -> None:
	made = ask(store, "products/categories", "POST", json={"name": "Food & Drink"})
	assert (made.status_code, made.json()["name"]) == (201, "Food &amp; Drink")
	again = ask(store, "products/categories", "POST", json={"name": "food & drink"})
	assert (again.status_code, again.json()["code"]) == (400, "term_exists")
	assert again.json()["data"]["resource_id"] == made.json()["id"]
	child = {"name": "Food & Drink", "parent": made.json()["id"]}
	assert ask(store, "products/categories", "POST", json=child).json()["slug"] == "food-drink-2"
	tag = ask(store, "products/tags", "POST", json={"name": "日本"}).json()
	body = {
		"categories": [{"id": made.json()["id"]}, {"id": 4}, {"name": "Goods"}],
		"tags": [{"id": tag["id"]}],
	}
	now = ask(store, "products/1004", "PUT", json=body).json()
	assert [each["id"] for each in now["categories"]] == [made.json()["id"]]
	assert [each["name"] for each in now["tags"]] == ["日本"]
	names = [each["name"] for each in ask(store, "products/categories?per_page=100").json()]
	assert names == sorted(names, key=str.casefold)
	found = ask(store, "products/categories?search=Food &amp; dr").json()
	assert [each["count"] for each in found] == [1, 0]
	assert [each["id"] for each in ask(store, f"products?category={made.json()['id']}").json()] == [1004]
	assert ask(store, "products/categories", "POST", json={}).json()["code"] == "rest_missing_callback_param"
	assert ask(store, "products/categories/9999").status_code == 404


def test_global_attributes_and_their_terms(store: EmulatedWooCommerce) -> None:
	assert [each["slug"] for each in ask(store, "products/attributes").json()] == ["pa_option"]
	made = ask(store, "products/attributes", "POST", json={"name": "Colour"}).json()
	assert (made["id"], made["slug"], made["type"]) == (2, "pa_colour", "select")
	path = f"products/attributes/{made['id']}/terms"
	assert ask(store, path, "POST", json={"name": "Red"}).json()["slug"] == "red"
	body = {"name": "Vase", "type": "variable"}
	body |= {"attributes": [{"id": 2, "options": ["Red", "Blue"], "variation": True}]}  # type: ignore[dict-item]
	vase = ask(store, "products", "POST", json=body).json()
	assert [each["name"] for each in ask(store, path).json()] == ["Blue", "Red"]
	child = {"attributes": [{"id": 2, "option": "red"}, {"name": "Size", "option": "XL"}]}
	options = ask(store, f"products/{vase['id']}/variations", "POST", json=child).json()["attributes"]
	assert options == [{"id": 2, "name": "Colour", "slug": "pa_colour", "option": "Red"}]
