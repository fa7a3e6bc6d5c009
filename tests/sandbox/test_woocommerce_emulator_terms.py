"""Categories, tags and global attributes of the emulated WooCommerce."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce

from .woocommerce_shop import ask, opened


@pytest.fixture
def store() -> Iterator[EmulatedWooCommerce]:
	with opened() as (served, _):
		yield served


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
	colours = [{"id": 2, "options": ["Red", "Blue"], "variation": True}]
	body: dict[str, Any] = {"name": "Vase", "type": "variable", "attributes": colours}
	vase = ask(store, "products", "POST", json=body).json()
	assert [each["name"] for each in ask(store, path).json()] == ["Blue", "Red"]
	child = {"attributes": [{"id": 2, "option": "red"}, {"name": "Size", "option": "XL"}]}
	options = ask(store, f"products/{vase['id']}/variations", "POST", json=child).json()["attributes"]
	assert options == [{"id": 2, "name": "Colour", "slug": "pa_colour", "option": "Red"}]
