"""Products are listed whole, each once, with few calls, also while somebody works in the store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from ecommerce_sync.core.errors import Fixable, Gone
from ecommerce_sync.core.products import Product
from ecommerce_sync.sandbox import catalogue
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings
from ecommerce_sync.storefronts.woocommerce import PLATFORM, walks
from ecommerce_sync.storefronts.woocommerce.client import WooCommerceStore

from .woocommerce_world import https_store

MANY = catalogue.generated(430, 700)


def older(request: requests.PreparedRequest) -> None:
	"""Before 10.3 WooCommerce had no list of all variations."""
	request.url = (request.url or "").replace("/wc/v3/variations?", "/wc/v3/no_such_route?")


def shop(**given: Any) -> EmulatedWooCommerce:
	return EmulatedWooCommerce(seed=5, catalogue=MANY, **given)


def parsed(store: WooCommerceStore, after: str | None = None) -> list[Product]:
	return [PLATFORM.parse_product(payload) for payload in store.products(after)]


def before_request(number: int, act: Callable[[], object]) -> Callable[[requests.PreparedRequest], None]:
	"""Somebody does something just before the n-th page of products is asked for."""
	pages = iter(range(1, 1000))

	def alter(request: requests.PreparedRequest) -> None:
		if "/wc/v3/products?" in (request.url or "") and next(pages) == number:
			act()

	return alter


class TestList:
	def test_all_products_with_few_calls(self) -> None:
		shelves = shop()
		store, _ = https_store(shelves)
		found = parsed(store)
		assert [int(product.id) for product in found] == [product.id for product in MANY]
		assert sum(len(product.variants) for product in found) == 700
		calls = shelves.calls
		assert (calls.of("products", "read"), calls.of("variations", "read")) == (5, 6)
		assert calls.reads == 5 + 6 + 1  # the unit of weights
		assert calls.writes == 0

	def test_variations_of_an_older_store(self) -> None:
		shelves = EmulatedWooCommerce(seed=5)
		new, _ = https_store(shelves)
		old, adapter = https_store(shelves, older)
		assert parsed(old) == parsed(new)
		tried = [request for request in adapter.sent if "/wc/v3/variations?" in (request.url or "")]
		assert len(tried) == 1

	def test_drafts_and_hidden_products_are_listed_and_the_trash_is_not(self) -> None:
		shelves = shop()
		shelves.edit_product(MANY[0].id, status="draft")
		shelves.edit_product(MANY[1].id, status="private")
		shelves.trash_product(MANY[2].id)
		store, _ = https_store(shelves)
		found = parsed(store)
		assert [int(product.id) for product in found[:3]] == [MANY[0].id, MANY[1].id, MANY[3].id]
		assert [product.status for product in found[:3]] == ["draft", "draft", "active"]

	@pytest.mark.parametrize("place", [0, 1, 99, 100, 101, 250, 298, 299, 300, 428, 429])
	def test_going_on_behind_an_id(self, place: int) -> None:
		store, _ = https_store(shop())
		assert [int(p.id) for p in parsed(store, str(MANY[place].id))] == [p.id for p in MANY[place + 1 :]]

	def test_going_on_behind_one_that_is_gone(self) -> None:
		shelves = shop()
		shelves.trash_product(MANY[200].id)
		store, _ = https_store(shelves)
		assert [int(p.id) for p in parsed(store, str(MANY[200].id))] == [p.id for p in MANY[201:]]

	def test_empty_store(self) -> None:
		store, _ = https_store(EmulatedWooCommerce(seed=5, catalogue=()))
		assert parsed(store) == [] and parsed(store, "5") == []

	@pytest.mark.parametrize("count", [99, 100, 101, 200])
	def test_full_pages(self, count: int) -> None:
		products = catalogue.generated(count, count)
		store, _ = https_store(EmulatedWooCommerce(seed=5, catalogue=products))
		assert [int(product.id) for product in parsed(store)] == [product.id for product in products]


class TestMoving:
	"""While the list is read."""

	def test_deleting_what_was_read_hides_nothing(self) -> None:
		shelves = shop()
		store, _ = https_store(
			shelves, before_request(3, lambda: [shelves.trash_product(p.id) for p in MANY[:150]])
		)
		assert [int(product.id) for product in parsed(store)] == [product.id for product in MANY]

	def test_restoring_repeats_nothing(self) -> None:
		shelves = shop()
		for product in MANY[:120]:
			shelves.trash_product(product.id)
		store, _ = https_store(
			shelves, before_request(2, lambda: [shelves.restore_product(p.id) for p in MANY[:120]])
		)
		ids = [int(product.id) for product in parsed(store)]
		assert ids == [product.id for product in MANY[120:]]

	def test_new_product_comes_last(self) -> None:
		shelves = shop()
		store, _ = https_store(shelves, before_request(2, lambda: shelves.add_product(name="New", sku="NEW")))
		found = parsed(store)
		assert len(found) == len(MANY) + 1 and found[-1].title == "New"

	def test_all_deleted(self) -> None:
		shelves = shop()
		store, _ = https_store(
			shelves, before_request(2, lambda: [shelves.trash_product(product.id) for product in MANY])
		)
		assert len(parsed(store)) == 100


@settings(max_examples=60)
@given(st.data())
def test_whoever_works_meanwhile(data: st.DataObject) -> None:
	"""What was there all the time comes once, in order, whatever is thrown away or restored around it."""
	products = catalogue.generated(30, 30)
	shelves = EmulatedWooCommerce(seed=5, catalogue=products)
	ids = [product.id for product in products]
	touched: set[int] = set()

	def alter(request: requests.PreparedRequest) -> None:
		for number in data.draw(st.lists(st.sampled_from(ids), max_size=12, unique=True)):
			in_trash = shelves.product(number).status == "trash"
			shelves.restore_product(number) if in_trash else shelves.trash_product(number)
			touched.add(number)

	store, _ = https_store(shelves, alter)
	with pytest.MonkeyPatch.context() as patch:
		patch.setattr(walks, "PER_PAGE", 5)
		found = [int(payload["id"]) for payload in store.products()]
	assert found == sorted(set(found)) and set(ids) - touched <= set(found)


class TestFetch:
	def test_more_variations_than_a_page(self) -> None:
		(product,) = catalogue.generated(1, 230)
		store, _ = https_store(EmulatedWooCommerce(seed=5, catalogue=[product]))
		found = PLATFORM.parse_product(store.fetch_product(str(product.id)))
		assert found.complete and len({variant.id for variant in found.variants}) == 230

	def test_variation_leads_to_its_product(self) -> None:
		product = next(product for product in MANY if len(product.variants) > 1)
		store, _ = https_store(shop())
		found = store.fetch_product(str(product.variants[0].id))
		assert found["id"] == product.id and len(found["variations_data"]) == len(product.variants)

	def test_trash_is_gone(self) -> None:
		shelves = shop()
		shelves.trash_product(MANY[0].id)
		store, _ = https_store(shelves)
		with pytest.raises(Gone):
			store.fetch_product(str(MANY[0].id))

	def test_weights_in_the_unit_of_the_store(self) -> None:
		shelves = shop(settings=StoreSettings(weight_unit="g"))
		store, _ = https_store(shelves)
		payload = store.fetch_product(str(MANY[0].id))
		assert payload["weight_unit"] == "g"

	def test_set_of_the_bundle_plugin_has_parts(self) -> None:
		store, _ = https_store(EmulatedWooCommerce(seed=5, settings=StoreSettings(product_bundles=True)))
		parts = {
			product.variants[0].sku: [part.quantity for part in product.variants[0].parts]
			for product in parsed(store)
			if product.variants[0].parts
		}
		assert parts == {"SET-DESK": [1, 2, 3], "SET-COFF": [1, 2], "SET-GIFT": [1, 1, 2]}

	def test_without_a_key_nothing_is_asked(self) -> None:
		store, adapter = https_store(shop(), client_id="")
		for ask in (lambda: list(store.products()), lambda: store.fetch_product("1")):
			with pytest.raises(Fixable) as caught:
				ask()
			assert caught.value.reason == "credentials_refused"
		assert adapter.sent == []
