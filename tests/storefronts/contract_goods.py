"""What every storefront connector must do with products, stock and prices, run against each emulated store.

A platform's test module subclasses `GoodsContract` and gives a fixture `world` (a `GoodsWorld`) with a freshly
started emulated store that sells `ecommerce_sync.sandbox.catalogue`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Protocol

import pytest

from ecommerce_sync.core.errors import Gone, PayloadRefused
from ecommerce_sync.core.models import Attribute
from ecommerce_sync.core.products import Option, Price, Product, ProductDraft, Variant, VariantDraft
from ecommerce_sync.sandbox.catalogue import PRODUCTS, VARIANTS
from ecommerce_sync.storefronts import base
from ecommerce_sync.storefronts.goods import PriceChange, QuantityChange, StockKey, label
from tests.storefronts.contract import ADDRESS


class GoodsWorld(Protocol):
	"""One emulated store and how to reach it."""

	platform: base.Platform
	credentials: base.Credentials
	secret: str  # that webhooks are signed with
	missing_id: str  # well-formed, of no product
	locations: tuple[str, ...]  # ("",) where the platform knows no places

	def available(self, key: StockKey, location: str) -> int | None:
		"""What the store shows, looked up in the emulator; None where it does not count."""
		...

	def set_available(self, key: StockKey, location: str, quantity: int) -> None:
		"""Somebody changes a number in the store by hand."""
		...

	def message(self, product_id: str) -> tuple[dict[str, str], bytes]:
		"""Headers and body of the webhook message about the product's latest state, signed."""
		...

	def calls(self) -> int:
		"""How many requests the store has had."""
		...


def keys_of(product: Product) -> list[StockKey]:
	"""The listings of a product of which the store counts pieces."""
	return [
		StockKey(
			product_id=product.id,
			variant_id=variant.id,
			inventory_id=variant.inventory_id,
			stock_holder=variant.stock_holder,
		)
		for variant in product.variants
		if variant.stock_holder == "variant"
	]


def change_of(key: StockKey, location: str, quantity: int, known: int | None, **given: Any) -> QuantityChange:
	"""A change whose listing is called after its ids."""
	name = f"{key.product_id}-{key.variant_id}"
	return QuantityChange(
		**key.model_dump(), listing=name, location_id=location, quantity=quantity, known=known, **given
	)


def comparable(product: Product, complete: bool = True) -> dict[str, Any]:
	"""What a message tells as well as the store when it is asked; variants only where it is complete."""
	fields = {"id", "barcode", "sku", "title", "options", "price"}
	told = product.model_dump(include={"id", "title", "status", "description", "vendor", "options"})
	return {
		**told,
		"variants": [variant.model_dump(include=fields) for variant in product.variants if complete],
	}


def settled(results: Iterable[Any]) -> list[str]:
	"""Every name in the results, as often as it stands there."""
	found: list[str] = []
	for result in results:
		refused = [label(refusal.listing, refusal.location_id) for refusal in result.refused]
		found += [*result.done, *result.stale, *refused]
	return sorted(found)


def draft(code: str, sizes: Sequence[str] = (), **given: Any) -> ProductDraft:
	"""A product with a variant for each size, or in one form."""
	names: Sequence[str] = sizes or [""]
	variants = [_variant_draft(f"{code}-{size}" if size else code, size) for size in names]
	options = (Option(name="Size", values=tuple(sizes)),) if sizes else ()
	known = {"title": f"Made from {code}", "description": "<p>Good</p>", "status": "active"}
	return ProductDraft(item_code=code, options=options, variants=tuple(variants), **{**known, **given})


def _variant_draft(code: str, size: str) -> VariantDraft:
	options = (Attribute(name="Size", value=size),) if size else ()
	price = Price(price=Decimal("12.50"), compare_at=Decimal("15.00"))
	return VariantDraft(item_code=code, sku=code, options=options, weight=Decimal("0.25"), price=price)


def by_sku(product: Product) -> dict[str | None, Variant]:
	"""A product's variants by their SKU."""
	return {variant.sku: variant for variant in product.variants}


class GoodsContract:
	"""Mixin: plain test methods over the fixture `world`."""

	@pytest.fixture
	def store(self, world: GoodsWorld) -> base.Storefront:
		"""The connected store."""
		return world.platform.connect(world.credentials)

	@pytest.fixture
	def sold(self, world: GoodsWorld, store: base.Storefront) -> list[Product]:
		"""All that the store sells."""
		return [world.platform.parse_product(payload) for payload in store.products()]

	# Reading products

	def test_products_come_whole_by_ascending_id(self, world: GoodsWorld, sold: list[Product]) -> None:
		ids = [int(product.id) for product in sold]
		assert ids == sorted(set(ids)) and len(ids) == len(PRODUCTS)
		assert sum(len(product.variants) for product in sold) == len(VARIANTS)
		assert all(product.complete and product.platform == world.platform.name for product in sold)

	def test_products_go_on_behind_an_id(self, world: GoodsWorld, store: base.Storefront, sold: Any) -> None:
		later = [world.platform.parse_product(each).id for each in store.products(sold[-3].id)]
		assert later == [product.id for product in sold[-2:]]
		assert list(store.products(sold[-1].id)) == []

	def test_variants_are_those_of_the_catalogue(self, sold: list[Product]) -> None:
		found = {v.sku: (v.barcode, len(v.options)) for product in sold for v in product.variants if v.sku}
		wanted = {v.sku: (v.barcode, 1 if v.title else 0) for v in VARIANTS if v.sku}
		assert found == wanted

	def test_listed_and_fetched_product_agree(
		self, world: GoodsWorld, store: base.Storefront, sold: list[Product]
	) -> None:
		for product in sold[::5]:
			fetched = world.platform.parse_product(store.fetch_product(product.id))
			without = {"raw": True, "variants": {"__all__": {"raw"}}}
			assert fetched.model_dump(exclude=without) == product.model_dump(exclude=without)

	def test_message_and_fetched_product_agree(
		self, world: GoodsWorld, store: base.Storefront, sold: list[Product]
	) -> None:
		for product in sold[::4]:
			headers, body = world.message(product.id)
			told = world.platform.parse_product(json.loads(body))
			assert comparable(told, told.complete) == comparable(product, told.complete)
			envelope = world.platform.envelope(headers, body)
			assert (envelope.kind, envelope.external_id) == ("product", product.id)
			assert world.platform.verify(headers, body, [world.secret])

	def test_payload_can_be_kept_as_json(self, world: GoodsWorld, store: base.Storefront, sold: Any) -> None:
		payload = store.fetch_product(sold[0].id)
		parse = world.platform.parse_product
		assert parse(json.loads(json.dumps(payload))) == parse(payload)

	def test_unknown_product_is_gone(self, world: GoodsWorld, store: base.Storefront) -> None:
		for product_id in (world.missing_id, "", "x", "../1", "1 OR 1"):
			with pytest.raises(Gone):
				store.fetch_product(product_id)

	@pytest.mark.parametrize("junk", [{}, {"id": None}, {"id": []}, {"product": 1}, {"id": "x", "name": "y"}])
	def test_junk_is_refused(self, world: GoodsWorld, junk: dict[str, Any]) -> None:
		with pytest.raises(PayloadRefused):
			world.platform.parse_product(junk)

	# Stock

	def test_levels_are_what_the_store_shows(
		self, world: GoodsWorld, store: base.Storefront, sold: list[Product]
	) -> None:
		keys = [key for product in sold for key in keys_of(product)]
		levels = list(store.stock_levels(keys, world.locations))
		assert len(levels) == len(keys) * len(world.locations)
		found = {(level.product_id, level.variant_id, level.location_id): level for level in levels}
		for key in keys:
			for location in world.locations:
				level = found[key.product_id, key.variant_id, location]
				assert level.quantity == world.available(key, location)

	def test_gone_listing_has_no_level(self, world: GoodsWorld, store: base.Storefront, sold: Any) -> None:
		gone = StockKey(product_id=world.missing_id, variant_id=world.missing_id)
		key = keys_of(sold[0])[0]
		levels = list(store.stock_levels([gone, key], world.locations))
		assert {level.variant_id for level in levels} == {key.variant_id}

	def test_all_levels_cover_the_catalogue(
		self, world: GoodsWorld, store: base.Storefront, sold: list[Product]
	) -> None:
		levels = {
			(level.product_id, level.variant_id, level.location_id): level.quantity
			for level in store.all_stock_levels(world.locations)
		}
		for product in sold:
			for key in keys_of(product):
				for place in world.locations:
					assert levels[key.product_id, key.variant_id, place] == world.available(key, place)

	def test_quantities_are_set_and_each_is_told_once(
		self, world: GoodsWorld, store: base.Storefront, sold: list[Product]
	) -> None:
		keys = [key for product in sold for key in keys_of(product)]
		place = world.locations[0]
		changes = [
			change_of(key, place, 7 + number, world.available(key, place)) for number, key in enumerate(keys)
		]
		results = list(store.set_quantities(changes))
		assert settled(results) == sorted(label(change.listing, place) for change in changes)
		assert not any(result.stale or result.refused for result in results)
		assert [world.available(key, place) for key in keys] == [change.quantity for change in changes]

	def test_nothing_is_sent_before_it_is_asked_for(
		self, world: GoodsWorld, store: base.Storefront, sold: list[Product]
	) -> None:
		key, place = keys_of(sold[0])[0], world.locations[0]
		before = world.calls()
		results = store.set_quantities([change_of(key, place, 3, world.available(key, place))])
		assert world.calls() == before
		assert next(results).done == (label(f"{key.product_id}-{key.variant_id}", place),)

	def test_no_change_needs_no_call(self, world: GoodsWorld, store: base.Storefront) -> None:
		before = world.calls()
		assert not list(store.set_quantities([])) and not list(store.set_prices([]))
		assert not list(store.stock_levels([], world.locations))
		assert world.calls() == before

	def test_unseen_sale_is_not_overwritten(
		self, world: GoodsWorld, store: base.Storefront, sold: list[Product]
	) -> None:
		if not world.platform.capabilities.compare_and_set_stock:
			return
		keys, place = [key for product in sold[:4] for key in keys_of(product)], world.locations[0]
		changes = [change_of(key, place, 50, world.available(key, place)) for key in keys]
		world.set_available(keys[1], place, 2)
		results = list(store.set_quantities(changes))
		assert [name for result in results for name in result.stale] == [label(changes[1].listing, place)]
		assert settled(results) == sorted(label(change.listing, place) for change in changes)
		assert world.available(keys[1], place) == 2 and world.available(keys[0], place) == 50

	def test_quantity_of_what_is_gone_is_refused(
		self, world: GoodsWorld, store: base.Storefront, sold: list[Product]
	) -> None:
		key, place = keys_of(sold[0])[0], world.locations[0]
		missing = StockKey(
			product_id=world.missing_id, variant_id=world.missing_id, inventory_id=world.missing_id
		)
		changes = [
			change_of(missing, place, 4, None),
			change_of(key, place, 4, world.available(key, place)),
		]
		results = list(store.set_quantities(changes))
		refused = [refusal for result in results for refusal in result.refused]
		assert [(refusal.listing, refusal.gone) for refusal in refused] == [(changes[0].listing, True)]
		assert settled(results) == sorted(label(change.listing, place) for change in changes)
		assert world.available(key, place) == 4

	# Prices

	def test_prices_are_set(self, world: GoodsWorld, store: base.Storefront, sold: list[Product]) -> None:
		wanted = {
			(product.id, variant.id): Price(price=Decimal("9.90"), compare_at=Decimal("11.00"))
			if number % 2
			else Price(price=Decimal(5 + number).quantize(Decimal("0.01")))
			for number, product in enumerate(sold[:6])
			for variant in product.variants
		}
		changes = [
			PriceChange(listing=f"{product}-{variant}", product_id=product, variant_id=variant, price=price)
			for (product, variant), price in wanted.items()
		]
		results = list(store.set_prices(changes))
		assert sorted(name for result in results for name in result.done) == sorted(
			change.listing for change in changes
		)
		for product in sold[:6]:
			for variant in world.platform.parse_product(store.fetch_product(product.id)).variants:
				assert variant.price is not None
				found = variant.price.price, variant.price.compare_at
				assert found == (
					wanted[product.id, variant.id].price,
					wanted[product.id, variant.id].compare_at,
				)

	def test_price_of_what_is_gone_is_refused(
		self, world: GoodsWorld, store: base.Storefront, sold: list[Product]
	) -> None:
		product, price = sold[0], Price(price=Decimal("3.00"))
		ids = [(product.id, variant.id) for variant in product.variants] + [(product.id, world.missing_id)]
		changes = [PriceChange(listing=v, product_id=p, variant_id=v, price=price) for p, v in ids]
		results = list(store.set_prices(changes))
		refused = [refusal for result in results for refusal in result.refused]
		assert [(refusal.listing, refusal.gone) for refusal in refused] == [(world.missing_id, True)]
		assert len([name for result in results for name in result.done]) == len(product.variants)

	# Products out

	@pytest.mark.parametrize("sizes", [(), ("S", "M", "L")])
	def test_product_is_made_once(
		self, world: GoodsWorld, store: base.Storefront, sizes: tuple[str, ...]
	) -> None:
		wanted = draft("NEW", sizes)
		made = world.platform.parse_product(store.save_product(wanted))
		assert (made.title, made.status, len(made.variants)) == ("Made from NEW", "active", len(sizes) or 1)
		assert set(by_sku(made)) == {variant.sku for variant in wanted.variants}
		first = made.variants[0]
		assert first.price and (first.price.price, first.price.compare_at) == (
			Decimal("12.50"),
			Decimal("15.00"),
		)
		assert first.weight == Decimal("0.25") and made.single == (not sizes)
		again = world.platform.parse_product(store.save_product(wanted))
		assert (again.id, [v.id for v in again.variants]) == (made.id, [v.id for v in made.variants])
		assert len(list(store.products())) == len(PRODUCTS) + 1

	def test_update_leaves_what_is_not_given(
		self, world: GoodsWorld, store: base.Storefront, sold: list[Product]
	) -> None:
		before = next(product for product in sold if len(product.variants) > 1 and not product.gift_card)
		title = ProductDraft(item_code="X", product_id=before.id, title="Another name")
		after = world.platform.parse_product(store.save_product(title))
		assert after.title == "Another name" and after.description == before.description
		assert [v.model_dump(exclude={"raw"}) for v in after.variants] == [
			v.model_dump(exclude={"raw"}) for v in before.variants
		]

	def test_variant_is_added_and_none_is_deleted(self, world: GoodsWorld, store: base.Storefront) -> None:
		made = world.platform.parse_product(store.save_product(draft("GROW", ("S", "M"))))
		more = draft("GROW", ("L",), product_id=made.id, status="draft", title=None)
		grown = world.platform.parse_product(store.save_product(more))
		assert [variant.sku for variant in grown.variants] == ["GROW-S", "GROW-M", "GROW-L"]
		assert (grown.id, grown.status, grown.title) == (made.id, "draft", "Made from GROW")

	def test_saving_what_is_gone_is_told(self, world: GoodsWorld, store: base.Storefront) -> None:
		with pytest.raises(Gone):
			store.save_product(ProductDraft(item_code="X", product_id=world.missing_id, title="No"))

	# Webhooks

	def test_product_webhooks_are_registered_once(self, world: GoodsWorld, store: base.Storefront) -> None:
		topics = world.platform.capabilities.product_topics
		first = store.register_webhooks(ADDRESS, topics)
		assert topics and sorted(hook.topic for hook in first) == sorted(topics)
		again = store.register_webhooks(ADDRESS, topics)
		assert sorted(hook.id for hook in again) == sorted(hook.id for hook in first)
