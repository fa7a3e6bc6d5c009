"""The contract of products, stock and prices, kept by the Shopify connector against the emulated Shopify."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest

from ecommerce_sync.core.errors import Transient
from ecommerce_sync.core.products import Product
from ecommerce_sync.sandbox.catalogue import generated
from ecommerce_sync.sandbox.faults import Faults
from ecommerce_sync.sandbox.shopify.goods_payload import product_payload
from ecommerce_sync.sandbox.shopify.shop import StoreLocation
from ecommerce_sync.storefronts.base import Storefront
from ecommerce_sync.storefronts.goods import StockKey, label
from ecommerce_sync.storefronts.shopify.webhooks import PRODUCT_TOPICS
from tests.storefronts.contract_goods import GoodsContract, change_of, keys_of, settled
from tests.storefronts.test_shopify_contract import ShopifyWorld, emulated


class ShopifyGoodsWorld(ShopifyWorld):
	"""An emulated shop that sells the catalogue."""

	missing_id = "9999999999999"

	@property
	def locations(self) -> tuple[str, ...]:
		return tuple(str(place.id) for place in self.emulated.shop.locations)

	def available(self, key: StockKey, location: str) -> int | None:
		variant = self.emulated.goods.find(int(key.variant_id))
		is_stocked = self.emulated.stock.level(variant, int(location)).is_active
		return self.emulated.available(int(key.variant_id), int(location)) if is_stocked else None

	def set_available(self, key: StockKey, location: str, quantity: int) -> None:
		self.emulated.set_available(int(key.variant_id), int(location), quantity)

	def message(self, product_id: str) -> tuple[dict[str, str], bytes]:
		product = self.emulated.goods[int(product_id)]
		payload = product_payload(product, self.emulated.stock.total, self.emulated.shop.zone)
		return self.emulated.webhooks.signed("products/update", payload)

	def calls(self) -> int:
		return len(self.emulated.calls.made)


@pytest.fixture
def world() -> Iterator[ShopifyGoodsWorld]:
	with emulated() as store:
		yield ShopifyGoodsWorld(store)


class TestShopifyGoods(GoodsContract):
	pass


def opened(store: Any) -> tuple[ShopifyGoodsWorld, Storefront, list[Product]]:
	"""The world, its connected store and all that it sells."""
	world = ShopifyGoodsWorld(store)
	connected = world.platform.connect(world.credentials)
	return world, connected, [world.platform.parse_product(payload) for payload in connected.products()]


def counted(store: Any) -> list[StockKey]:
	"""All listings, looked up in the emulator."""
	return [
		StockKey(product_id=str(v.product.id), variant_id=str(v.id), inventory_id=str(v.item_id))
		for v in store.goods.variants.values()
	]


class TestMeasure:
	def test_thousand_listings_at_four_places_are_four_calls_each_way(self) -> None:
		places = [StoreLocation(61 + n, f"Place {n}") for n in range(4)]
		with emulated(catalogue=generated(400, 1000), locations=places) as store:
			world = ShopifyGoodsWorld(store)
			connected, keys = world.platform.connect(world.credentials), counted(store)
			levels = list(connected.stock_levels(keys, world.locations))
			assert (store.calls.reads, len(levels)) == (4, 4000)
			known = {level.variant_id: level.quantity for level in levels if level.location_id == "61"}
			changes = [change_of(key, "61", 3, known[key.variant_id]) for key in keys]
			store.calls.clear()
			results = list(connected.set_quantities(changes))
			assert (store.calls.writes, store.calls.reads) == (4, 0)
			assert sum(len(result.done) for result in results) == 1000
			assert {world.available(key, "61") for key in keys} == {3}

	def test_audit_reads_250_variants_a_call(self) -> None:
		with emulated(catalogue=generated(300, 900)) as store:
			world = ShopifyGoodsWorld(store)
			connected = world.platform.connect(world.credentials)
			levels = list(connected.all_stock_levels(world.locations))
			assert (len(levels), store.calls.reads) == (1800, 4)

	def test_product_with_hundreds_of_variants_is_read_whole(self) -> None:
		with emulated(catalogue=generated(3, 900)) as store:
			world, connected, sold = opened(store)
			assert [len(product.variants) for product in sold] == [300, 300, 300]
			headers, body = world.message(sold[0].id)
			envelope = world.platform.envelope(headers, body)
			assert not envelope.whole and not world.platform.parse_product(json.loads(body)).complete
			fetched = world.platform.parse_product(connected.fetch_product(sold[0].id))
			assert fetched.complete and fetched.variants == sold[0].variants

	def test_pages_end_where_the_products_do(self) -> None:
		with emulated(catalogue=generated(150, 150)) as store:
			_world, _connected, sold = opened(store)
			assert len(sold) == 150 and store.calls.by_name["Products"] == 2


class TestMeaning:
	def test_bundles_have_their_parts(self, world: ShopifyGoodsWorld) -> None:
		_world, _connected, sold = opened(world.emulated)
		desk = next(product for product in sold if product.variants[0].sku == "SET-DESK")
		(variant,) = desk.variants
		parts = [(part.sku, int(part.quantity)) for part in variant.parts]
		assert sorted(parts) == [("LAMP", 1), ("NOTE", 2), ("PEN-BLACK", 3)]
		assert variant.stock_holder == "nobody" and desk.complete
		assert not world.platform.envelope(*world.message(desk.id)).whole

	def test_gift_cards_are_told(self, world: ShopifyGoodsWorld) -> None:
		_world, _connected, sold = opened(world.emulated)
		assert [product.title for product in sold if product.gift_card] == ["Gift Card"]

	def test_own_writes_come_back_as_messages(self, world: ShopifyGoodsWorld) -> None:
		world.emulated.subscribe(*PRODUCT_TOPICS)
		_world, connected, sold = opened(world.emulated)
		key, place = keys_of(sold[0])[0], world.locations[0]
		list(connected.set_quantities([change_of(key, place, 41, world.available(key, place))]))
		(message,) = world.emulated.take("inventory_levels/update")
		headers, body = message.headers, message.body
		assert world.platform.envelope(headers, body).external_id == key.inventory_id
		(level,) = world.platform.parse_levels(json.loads(body))
		assert (level.inventory_id, level.location_id, level.quantity) == (key.inventory_id, place, 41)


class TestPlaces:
	def test_place_that_does_not_keep_an_item_is_made_to(self) -> None:
		with emulated(stock=lambda sku, place: 100 if place == 61 else None) as store:
			world, connected, sold = opened(store)
			keys = [key for product in sold[:9] for key in keys_of(product)]
			levels = list(connected.stock_levels(keys, ["62"]))
			assert {(level.quantity, level.stocked) for level in levels} == {(None, False)}
			store.calls.clear()
			changes = [change_of(key, "62", 9, None, stocked=False) for key in keys]
			results = list(connected.set_quantities(changes))
			assert [len(result.done) for result in results] == [len(keys)] and store.calls.writes == 2
			assert {world.available(key, "62") for key in keys} == {9}

	def test_pieces_that_come_back_with_a_place_are_not_overwritten(self, world: ShopifyGoodsWorld) -> None:
		_world, connected, sold = opened(world.emulated)
		first, second = keys_of(sold[0])[:2]
		world.emulated.stock.deactivate(world.emulated.goods.find(int(second.variant_id)), 61)
		changes = [change_of(first, "61", 8, 100), change_of(second, "61", 8, None, stocked=False)]
		results = list(connected.set_quantities(changes))
		assert [name for result in results for name in result.stale] == [label(changes[1].listing, "61")]
		assert settled(results) == sorted(label(change.listing, "61") for change in changes)
		assert (world.available(first, "61"), world.available(second, "61")) == (8, 100)


class TestMisfortune:
	def test_planted_sales_are_never_overwritten(self) -> None:
		with emulated(catalogue=generated(100, 300)) as store:
			world = ShopifyGoodsWorld(store)
			connected, keys = world.platform.connect(world.credentials), counted(store)
			planted = iter(keys[::3])

			def sell(_call: Any) -> None:
				for key in islice(planted, 10):
					store.sell(int(key.variant_id), 2)

			store.before_write = sell
			known = {key.variant_id: 100 for key in keys}
			for _pass in range(40):
				changes = [
					change_of(key, "61", 50, known[key.variant_id])
					for key in keys
					if known[key.variant_id] == 100
				]
				for result in connected.set_quantities(changes):
					for name in result.done:
						known[name.split("-")[1].split(":")[0]] = 50
					for name in result.stale:
						known[name.split("-")[1].split(":")[0]] = 98
			for key in keys:
				shown = world.available(key, "61")
				assert shown == known[key.variant_id] or shown == known[key.variant_id] - 2
			assert not list(planted)
			sold_ones = {key.variant_id for key in keys[::3]}
			assert {known[key.variant_id] for key in keys if key.variant_id not in sold_ones} == {50}
			assert all(world.available(key, "61") in (98, 48) for key in keys[::3])

	@pytest.mark.parametrize("seed", range(4))
	def test_no_number_ends_wrong_under_faults(self, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
		monkeypatch.setattr("time.sleep", lambda seconds: None)
		faults = Faults(seed, rate_429=0.1, rate_5xx=0.15, cut=0.15, retry_after=0)
		with emulated(catalogue=generated(100, 600), faults=faults) as store:
			world = ShopifyGoodsWorld(store)
			connected = world.platform.connect(world.credentials)
			keys = counted(store)
			left = {key.variant_id: 100 for key in keys}
			for _pass in range(60):
				left = self.push(connected, keys, left)
			assert left == {} and {world.available(key, "61") for key in keys} == {7}

	def push(self, connected: Storefront, keys: list[StockKey], left: dict[str, int]) -> dict[str, int]:
		"""One pass of a pusher: what is not confirmed is read again and stays due."""
		names = {f"{key.product_id}-{key.variant_id}:61": key for key in keys}
		due = dict(left)
		try:
			changes = [change_of(k, "61", 7, due[k.variant_id]) for k in keys if k.variant_id in due]
			for result in connected.set_quantities(changes):
				assert not result.refused
				for name in result.done:
					del due[names[name].variant_id]
			again = [key for key in keys if key.variant_id in due]
			shown = {level.variant_id: level.quantity for level in connected.stock_levels(again, ["61"])}
			due = {variant: quantity for variant, quantity in shown.items() if quantity not in (7, None)}
		except Transient:
			pass
		return due
