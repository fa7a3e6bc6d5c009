"""Quantities and prices: read in bulk, written in batches, and every change accounted for."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest
import requests

from ecommerce_sync.core.errors import Fixable, Transient
from ecommerce_sync.core.products import Price
from ecommerce_sync.sandbox import catalogue
from ecommerce_sync.sandbox.woocommerce import batches
from ecommerce_sync.sandbox.woocommerce.calls import Write
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.storefronts.goods import PriceChange, Pushed, QuantityChange, StockKey, label
from ecommerce_sync.storefronts.http import Policy, Transport
from ecommerce_sync.storefronts.woocommerce import PLATFORM
from ecommerce_sync.storefronts.woocommerce.client import WooCommerceStore

from .answers import Answers
from .test_woocommerce_catalogue import older
from .woocommerce_world import credentials, https_store, recorded

SIMPLE = catalogue.generated(1000, 1000)
MIXED = catalogue.generated(40, 100)


def shop(products: Any = MIXED) -> EmulatedWooCommerce:
	return EmulatedWooCommerce(seed=6, catalogue=products)


def change(product: Any, variant: Any = "", quantity: int = 5, **given: Any) -> QuantityChange:
	values = {"product_id": str(product), "variant_id": str(variant), "quantity": quantity, **given}
	return QuantityChange(listing=f"L{product}.{variant}", **values)


def changes_of(products: Any, quantity: int = 5) -> list[QuantityChange]:
	"""One for everything that the products sell."""
	return [
		change(product.id, variant.id if product.options else "", quantity)
		for product in products
		for variant in product.variants
	]


def named(results: list[Pushed]) -> list[str]:
	"""Every change that the results tell, as often as they do."""
	refused = [label(refusal.listing, refusal.location_id) for each in results for refusal in each.refused]
	return sorted([*(name for each in results for name in each.done), *refused])


def answered(*answers: Any) -> tuple[WooCommerceStore, Answers]:
	"""A store that answers from a list."""
	adapter = Answers(*answers)
	transport = Transport(Policy(allow_private=True), adapter=adapter, sleep=lambda seconds: None)
	given = credentials(shop(()), url="https://shop.example")
	return WooCommerceStore(given, transport), adapter


class TestSetQuantities:
	def test_thousand_simple_products_take_ten_calls(self) -> None:
		shelves = shop(SIMPLE)
		store, _ = https_store(shelves)
		changes = changes_of(SIMPLE, 77)
		results = list(store.set_quantities(changes))
		assert (shelves.calls.of("products/batch", "write"), shelves.calls.writes, shelves.calls.reads) == (
			10,
			10,
			0,
		)
		assert named(results) == sorted(label(each.listing) for each in changes)
		assert {shelves.stock_of(product.id) for product in SIMPLE} == {77}

	def test_variations_go_by_product(self) -> None:
		shelves = shop()
		store, _ = https_store(shelves)
		changes = changes_of(MIXED, 9)
		results = list(store.set_quantities(changes))
		products = sum(1 for product in MIXED if product.options)
		simple = len(MIXED) - products
		assert shelves.calls.writes == products + (simple > 0) and shelves.calls.reads == 0
		assert named(results) == sorted(label(each.listing) for each in changes)
		assert {shelves.stock_of(v.id) for product in MIXED if product.options for v in product.variants} == {
			9
		}

	def test_each_result_comes_before_the_next_call(self) -> None:
		shelves = shop(SIMPLE)
		store, _ = https_store(shelves)
		results = store.set_quantities(changes_of(SIMPLE[:250]))
		for calls in (1, 2, 3):
			next(results)
			assert shelves.calls.writes == calls

	def test_number_that_the_product_keeps(self) -> None:
		shelves = shop()
		product = next(product for product in MIXED if product.options)
		for variant in product.variants:
			shelves.edit_product(variant.id, manage_stock=False)
		shelves.edit_product(product.id, manage_stock=True, stock_quantity=4)
		store, _ = https_store(shelves)
		found = PLATFORM.parse_product(store.fetch_product(str(product.id)))
		assert {(v.stock_holder, v.levels[0].quantity) for v in found.variants} == {("product", 4)}
		(result,) = store.set_quantities(
			[change(product.id, product.variants[0].id, 8, stock_holder="product")]
		)
		assert len(result.done) == 1 and shelves.stock_of(product.variants[1].id) == 8

	def test_counting_begins_where_the_store_did_not_count(self) -> None:
		shelves = shop(SIMPLE[:2])
		for product in SIMPLE[:2]:
			shelves.set_stock(product.id, None)
		store, _ = https_store(shelves)
		(result,) = store.set_quantities([change(SIMPLE[0].id, stocked=False), change(SIMPLE[1].id)])
		assert result.done == (f"L{SIMPLE[0].id}.:",) and shelves.stock_of(SIMPLE[0].id) == 5
		(refusal,) = result.refused
		assert "Manage stock" in refusal.detail and not refusal.gone

	def test_number_that_moved_to_the_product_is_refused(self) -> None:
		shelves = shop()
		product = next(product for product in MIXED if product.options)
		shelves.edit_product(product.id, manage_stock=True, stock_quantity=4)
		shelves.edit_product(product.variants[0].id, manage_stock=False)
		store, _ = https_store(shelves)
		(result,) = store.set_quantities([change(product.id, product.variants[0].id)])
		assert not result.done and "product keeps" in result.refused[0].detail

	def test_refusals_of_one_batch(self) -> None:
		shelves = shop()
		variable = next(product for product in MIXED if product.options)
		ids = [variable.variants[0].id, 999_999_999]
		store, _ = https_store(shelves)
		results = list(
			store.set_quantities(
				[*(change(product_id) for product_id in ids), change("gid://x"), change(variable.id, "x")]
			)
		)
		refused = {refusal.listing: refusal.gone for result in results for refusal in result.refused}
		assert refused == {
			f"L{variable.variants[0].id}.": False,  # a variation among products
			"L999999999.": True,
			"Lgid://x.": True,
			f"L{variable.id}.x": True,
		}
		assert not any(result.done or result.stale for result in results)

	def test_product_in_the_trash_is_gone(self) -> None:
		shelves = shop(SIMPLE[:1])
		shelves.trash_product(SIMPLE[0].id)
		store, _ = https_store(shelves)
		(result,) = store.set_quantities([change(SIMPLE[0].id)])
		assert result.refused[0].gone

	def test_store_that_takes_fewer_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
		monkeypatch.setattr(batches, "LIMIT", 30)
		shelves = shop(SIMPLE)
		store, _ = https_store(shelves)
		changes = changes_of(SIMPLE[:300], 3)
		results = list(store.set_quantities(changes))
		assert named(results) == sorted(label(each.listing) for each in changes)
		assert not any(result.refused for result in results)
		assert max(len(result.done) for result in results) <= 30
		assert shelves.calls.writes == 2 + 12  # two refused ones, and then 25 at once

	def test_sale_after_the_write_counts(self) -> None:
		"""The store's answer may show fewer than were written: it sold one meanwhile."""
		rows = [{"id": 7, "manage_stock": True, "stock_quantity": 4, "status": "publish"}]
		store, _ = answered((200, {"update": rows}))
		(result,) = store.set_quantities([change(7, quantity=5)])
		assert result.done == ("L7.:",)

	def test_time_out_is_not_sent_again(self) -> None:
		"""A sale may lie between: the same number once more would take it back."""
		store, adapter = answered(requests.ReadTimeout("slow"))
		with pytest.raises(Transient):
			list(store.set_quantities([change(7)]))
		assert len(adapter.asked) == 1

	def test_throttled_is_sent_again(self) -> None:
		rows = [{"id": 7, "manage_stock": True, "stock_quantity": 5}]
		store, adapter = answered((429, b"", {"Retry-After": "1"}), (200, {"update": rows}))
		assert [result.done for result in store.set_quantities([change(7)])] == [("L7.:",)]
		assert len(adapter.asked) == 2

	def test_recorded_answers(self) -> None:
		products, variation = (
			recorded("store.rest.products.batch.json"),
			recorded("store.rest.variations.batch.json"),
		)
		wrong = recorded("store.rest.products.batch.variation.json")
		store, adapter = answered((200, products), (200, variation), (200, wrong))
		results = list(
			store.set_quantities(
				[change(14, quantity=321), change(17, quantity=7), change(999999), change(21, 24, 4)]
			)
		)
		assert [result.done for result in results] == [("L14.:", "L17.:"), ("L21.24:",)]
		assert [(refusal.listing, refusal.gone) for refusal in results[0].refused] == [("L999999.", True)]
		sent = [json.loads(request.body or b"") for request in adapter.asked]
		assert sent[0] == {
			"update": [
				{"id": 14, "stock_quantity": 321},
				{"id": 17, "stock_quantity": 7},
				{"id": 999999, "stock_quantity": 5},
			]
		}
		assert sent[1] == {"update": [{"id": 24, "stock_quantity": 4}]}
		(again,) = store.set_quantities([change(24)])
		assert not again.refused[0].gone and "variations" in again.refused[0].detail

	@pytest.mark.parametrize(
		"body", [{}, {"update": []}, {"update": None}, {"update": [None, 5, {"id": "x"}]}]
	)
	def test_answer_that_leaves_a_change_out(self, body: dict[str, Any]) -> None:
		store, _ = answered((200, body))
		(result,) = store.set_quantities([change(7)])
		assert [refusal.listing for refusal in result.refused] == ["L7."]

	def test_answers_with_keys_and_numbers_as_text(self) -> None:
		rows = {"0": {"id": "7", "manage_stock": "yes", "stock_quantity": "5"}}
		store, _ = answered((200, {"update": rows}))
		(result,) = store.set_quantities([change(7)])
		assert result.done == ("L7.:",)

	def test_one_bad_change_does_not_hold_up_the_others(self) -> None:
		"""A plugin that refuses the whole call for one product."""

		shelves = shop(SIMPLE[:8])
		bad = SIMPLE[5].id

		def alter(request: requests.PreparedRequest) -> None:
			if f'"id": {bad}'.encode() in (request.body or b""):
				request.body = json.dumps({"update": [{}] * 101}).encode()  # is refused with 413
				request.headers["Content-Length"] = str(len(request.body))

		store, _ = https_store(shelves, alter)
		results = list(store.set_quantities(changes_of(SIMPLE[:8])))
		assert len(named(results)) == 8
		assert [refusal.listing for each in results for refusal in each.refused] == [f"L{bad}."]

	@pytest.mark.parametrize(
		"answer",
		[
			(401, {"code": "woocommerce_rest_cannot_batch", "message": "Sorry"}),
			(403, {"code": "woocommerce_rest_cannot_batch", "message": "Sorry"}),
			(404, {"code": "rest_no_route", "message": "No route"}),
		],
	)
	def test_what_concerns_the_store_is_raised(self, answer: Any) -> None:
		store, _ = answered(answer)
		with pytest.raises(Fixable):
			list(store.set_quantities([change(7), change(8)]))

	def test_product_of_variations_that_is_gone(self) -> None:
		answer = {
			"code": "woocommerce_rest_product_invalid_id",
			"message": "Invalid ID.",
			"data": {"status": 404},
		}
		store, _ = answered((404, answer))
		(result,) = store.set_quantities([change(7, 8), change(7, 9)])
		assert [refusal.gone for refusal in result.refused] == [True, True]


class TestLevels:
	def test_calls_of_a_bulk_read(self) -> None:
		shelves = shop()
		store, _ = https_store(shelves)
		levels = list(store.all_stock_levels([""]))
		assert len(levels) == 100 and shelves.calls.writes == 0
		assert shelves.calls.of("products", "read") == 1 and shelves.calls.of("variations", "read") == 1

	def test_older_store_tells_the_same(self) -> None:
		shelves = shop()
		new, _ = https_store(shelves)
		old, _ = https_store(shelves, older)
		found, wanted = (
			{(level.product_id, level.variant_id): level for level in store.all_stock_levels([""])}
			for store in (old, new)
		)
		assert found == wanted and len(found) == 100
		keys = [
			StockKey(product_id=str(product.id), variant_id=str(variant.id))
			for product in MIXED
			if product.options
			for variant in product.variants[:1]
		]
		told = {(level.variant_id, level.quantity) for level in old.stock_levels(keys, [""])}
		assert told == {(level.variant_id, level.quantity) for level in new.stock_levels(keys, [""])}
		assert len(told) == len(keys)

	def test_many_keys_take_few_calls(self) -> None:
		shelves = shop(SIMPLE)
		store, _ = https_store(shelves)
		keys = [StockKey(product_id=str(product.id)) for product in SIMPLE]
		assert len(list(store.stock_levels(keys, [""]))) == 1000
		assert (shelves.calls.reads, shelves.calls.writes) == (10, 0)

	def test_what_is_gone_has_no_level(self) -> None:
		shelves = shop()
		variable = next(product for product in MIXED if product.options)
		shelves.trash_product(variable.id)
		store, _ = https_store(shelves)
		keys = [
			StockKey(product_id=str(variable.id), variant_id=str(variable.variants[0].id)),
			StockKey(product_id="999999999"),
			StockKey(product_id="junk"),
			StockKey(product_id=str(variable.id), variant_id="junk"),
		]
		assert list(store.stock_levels(keys, [""])) == []
		assert list(https_store(shelves, older)[0].stock_levels(keys, [""])) == []

	def test_what_is_not_counted(self) -> None:
		shelves = shop(SIMPLE[:1])
		shelves.set_stock(SIMPLE[0].id, None)
		store, _ = https_store(shelves)
		(level,) = store.stock_levels([StockKey(product_id=str(SIMPLE[0].id))], [""])
		assert (level.quantity, level.stocked) == (None, False)

	def test_number_that_is_none_holds_up_nothing(self) -> None:
		rows = [
			{"id": 7, "manage_stock": True, "stock_quantity": "plenty"},
			{"id": 8, "manage_stock": True, "stock_quantity": "3"},
		]
		store, _ = answered((200, rows))
		keys = [StockKey(product_id="7"), StockKey(product_id="8")]
		assert [level.quantity for level in store.stock_levels(keys, [""])] == [None, 3]

	def test_draft_has_its_level(self) -> None:
		shelves = shop(SIMPLE[:1])
		shelves.edit_product(SIMPLE[0].id, status="draft")
		store, _ = https_store(shelves)
		assert len(list(store.stock_levels([StockKey(product_id=str(SIMPLE[0].id))], [""]))) == 1


class TestPrices:
	def test_reduction_with_its_period_comes_and_goes(self) -> None:
		shelves = shop(SIMPLE[:1])
		store, _ = https_store(shelves)
		product_id = str(SIMPLE[0].id)
		reduced = Price(
			price=Decimal("7.50"),
			compare_at=Decimal("10.00"),
			sale_from=datetime(2026, 11, 1, tzinfo=timezone.utc),
			sale_until=datetime(2026, 11, 30, 22, 59, 59, tzinfo=timezone.utc),
		)
		for price in (
			reduced,
			Price(price=Decimal("11.00")),
			Price(price=Decimal("5"), compare_at=Decimal("9")),
		):
			(result,) = store.set_prices([PriceChange(listing="A", product_id=product_id, price=price)])
			assert result.done == ("A",)
			(variant,) = PLATFORM.parse_product(store.fetch_product(product_id)).variants
			assert variant.price == price

	def test_batches(self) -> None:
		shelves = shop(SIMPLE)
		bodies: list[Write] = []
		shelves.before_write = bodies.append
		store, _ = https_store(shelves)
		price = Price(price=Decimal("1E+1"))
		changes = [PriceChange(listing=str(p.id), product_id=str(p.id), price=price) for p in SIMPLE[:150]]
		assert sum(len(result.done) for result in store.set_prices(changes)) == 150
		assert [len(write.body["update"]) for write in bodies] == [100, 50] and shelves.calls.reads == 0
		assert bodies[0].body["update"][0] == {
			"id": SIMPLE[0].id,
			"regular_price": "10",
			"sale_price": "",
			"date_on_sale_from_gmt": "",
			"date_on_sale_to_gmt": "",
		}
