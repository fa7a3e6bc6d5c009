"""Lists of products and variations in the emulated WooCommerce: pages, filters, orders, and large catalogues."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from ecommerce_sync.sandbox.catalogue import PRODUCTS, generated
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce

from .woocommerce_shop import ask, opened


@pytest.fixture
def store() -> Iterator[EmulatedWooCommerce]:
	with opened() as (served, _):
		yield served


def ids(store: EmulatedWooCommerce, query: str) -> list[int]:
	answer = ask(store, query)
	assert answer.status_code == 200, answer.text
	return [each["id"] for each in answer.json()]


def test_pages_of_products(store: EmulatedWooCommerce) -> None:
	first = ask(store, "products?per_page=15&orderby=id&order=asc")
	assert (first.headers["X-WP-Total"], first.headers["X-WP-TotalPages"]) == (str(len(PRODUCTS)), "3")
	seen, answer = [each["id"] for each in first.json()], first
	while "next" in answer.links:
		answer = ask(store, answer.links["next"]["url"].partition("/wc/v3/")[2])
		seen += [each["id"] for each in answer.json()]
	assert seen == [product.id for product in PRODUCTS]
	assert ids(store, "products?per_page=2&offset=3&orderby=id&order=asc") == [1003, 1004]
	assert ids(store, "products") == [product.id for product in reversed(PRODUCTS)][:10]
	assert ask(store, "products?per_page=101").json()["code"] == "rest_invalid_param"
	assert ids(store, "products?page=99") == []


def test_filters_of_products(store: EmulatedWooCommerce) -> None:
	assert ids(store, "products?include=1004,1001,9999&orderby=include") == [1004, 1001]
	assert ids(store, "products?include=1004,1001,10000") == [1004, 1001], "no variations by id"
	assert 1004 not in ids(store, "products?exclude=1004&per_page=100")
	assert ids(store, "products?sku=tee-s,TEA,nothing&orderby=id&order=asc") == [1032, 10000]
	gtins = ",".join(store.product(number).gtin for number in (1032, 10000))
	assert set(ids(store, f"products?global_unique_id={gtins}")) == {1032, 10000}
	assert set(ids(store, "products?type=grouped")) == {1037, 1038, 1039}
	store.edit_product(1004, status="draft")
	assert ids(store, "products?status=draft") == [1004]
	assert 1004 in ids(store, "products?per_page=100")
	assert 1004 not in ids(store, "products?status=publish&per_page=100")
	assert ids(store, "products?search=Teapot") == [] and ids(store, "products?search=honey") == [1033]
	store.edit_product(1033, sale_price="1")
	assert ids(store, "products?on_sale=true") == [1033]
	assert [list(each) for each in ask(store, "products?per_page=1&_fields=id,stock_quantity").json()] == [
		["id", "stock_quantity"]
	]


def test_variations_of_a_product_and_of_the_shop(store: EmulatedWooCommerce) -> None:
	assert ids(store, "products/1000/variations?orderby=id&order=asc") == [10000, 10001, 10002, 10003]
	assert ids(store, "products/1000/variations?sku=nothing&per_page=1&page=3") == [10001]
	assert ids(store, "variations?include=10002,10010,1004&orderby=include") == [10002, 10010]
	assert ids(store, "variations?sku=TEE-S") == [10000]
	listed = ids(store, "variations?per_page=100&orderby=id&order=asc")
	assert listed == [v.id for p in PRODUCTS if len(p.variants) > 1 for v in p.variants]
	assert ask(store, "products/999/variations").status_code == 404
	assert ask(store, "products/1001/variations/10000").json()["code"] == (
		"woocommerce_rest_product_variation_invalid_id"
	)


def test_a_page_overlaps_when_something_before_it_goes(store: EmulatedWooCommerce) -> None:
	"""An offset shifts while the list changes: here the fourth product is never seen."""
	first = ids(store, "products?per_page=3&orderby=id&order=asc")
	store.trash_product(1000)
	second = ids(store, "products?per_page=3&page=2&orderby=id&order=asc")
	assert (first, second) == ([1000, 1001, 1002], [1004, 1005, 1006])


def test_new_and_changed_products_come_where_they_belong(store: EmulatedWooCommerce) -> None:
	made = store.add_product(name="AAA", sku="AAA")
	assert ids(store, "products?per_page=1&orderby=title&order=asc") == [made.id]
	assert ids(store, "products?per_page=1&orderby=id") == [made.id]
	store.edit_product(1004, name="AA")
	assert ids(store, "products?per_page=1&orderby=title&order=asc") == [1004]
	assert ids(store, "products?per_page=1&orderby=modified") == [made.id]


def test_a_large_catalogue_stays_usable() -> None:
	store = EmulatedWooCommerce(catalogue=generated(20_000, 20_000), secure=True)
	with store:
		ids(store, "products?per_page=100&orderby=id&order=asc&_fields=id")
		started = time.perf_counter()
		for page in range(2, 12):
			assert (
				len(ids(store, f"products?per_page=100&page={page}&orderby=id&order=asc&_fields=id")) == 100
			)
		pages = time.perf_counter() - started
		item = [{"id": 100_000 + n, "stock_quantity": n} for n in range(100)]
		started = time.perf_counter()
		for _ in range(10):
			assert ask(store, "products/batch", "POST", json={"update": item}).status_code == 200
		batches = time.perf_counter() - started
		assert store.stock_of(100_099) == 99
		wanted = ",".join(f"G-{100_000 + n}" for n in range(50))
		assert len(ids(store, f"products?per_page=100&sku={wanted}")) == 50
	assert pages < 10 and batches < 10, f"{pages:.1f} s for ten pages, {batches:.1f} s for ten batches"
