"""How the Shopify connector reads products, against prepared answers; and the scopes that goods need."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from graphql import parse

from ecommerce_sync.core.errors import Fixable, Gone, Transient
from ecommerce_sync.sandbox.shopify.cost import MAX_QUERY_COST
from ecommerce_sync.storefronts.shopify import PLATFORM
from ecommerce_sync.storefronts.shopify.catalogue import fetched, products
from ecommerce_sync.storefronts.shopify.documents import document
from tests.storefronts.answers import Answers
from tests.storefronts.test_shopify_client import admin, refusal
from tests.storefronts.test_shopify_contract import ShopifyWorld, emulated
from tests.storefronts.test_shopify_products import ANSWER
from tests.storefronts.test_shopify_stock import Asked, cost, sent

LAST = 500


def product(number: int, **given: Any) -> dict[str, Any]:
	"""A product of the API without parts."""
	variants = {"nodes": [{"id": f"gid://shopify/ProductVariant/{number}", "price": "1.00"}]}
	return {**ANSWER, "id": f"gid://shopify/Product/{number}", "variants": variants, **given}


def store(variables: dict[str, Any]) -> tuple[int, Any]:
	"""A store of the products 1 to `LAST`."""
	first = int((variables["query"] or "id:>0").split(">")[1]) + 1
	numbers = range(first, min(first + variables["first"], LAST + 1))
	info = {"hasNextPage": bool(numbers) and numbers[-1] < LAST}
	return 200, {"data": {"products": {"nodes": [product(n) for n in numbers], "pageInfo": info}}}


def ids(payloads: Any) -> list[int]:
	"""The products' numbers."""
	return [payload["id"] for payload in payloads]


class TestPages:
	def test_pages_follow_the_ids_and_not_a_cursor(self) -> None:
		answers = Asked(store)
		assert ids(products(admin(answers), None)) == list(range(1, LAST + 1))
		assert sent(answers)[1]["query"] == "id:>120" and not any("after" in v for v in sent(answers))

	def test_reading_goes_on_behind_an_id(self) -> None:
		answers = Asked(store)
		assert ids(products(admin(answers), "495")) == [496, 497, 498, 499, 500]
		assert len(answers.asked) == 1

	def test_page_that_costs_too_much_is_halved(self) -> None:
		def poor(variables: dict[str, Any]) -> tuple[int, Any]:
			return refusal("MAX_COST_EXCEEDED") if variables["first"] > 40 else store(variables)

		answers = Asked(poor)
		assert ids(products(admin(answers), None)) == list(range(1, LAST + 1))
		assert [variables["first"] for variables in sent(answers)][:3] == [120, 60, 30]

	def test_page_that_can_never_be_paid_is_for_a_person(self) -> None:
		with pytest.raises(Fixable):
			list(products(admin(Answers(refusal("MAX_COST_EXCEEDED"))), None))

	def test_page_can_be_paid(self) -> None:
		for name in ("products", "product", "product_variants", "bundle_parts"):
			given = {"first": 120, "variants": 20} if name == "products" else {"first": 250, "variants": 250}
			assert (
				parse(document(name))
				and cost(document(name), **given, id="1", ids=["1"] * 10) < MAX_QUERY_COST
			)

	def test_nothing_is_asked_before_it_is_needed(self) -> None:
		answers = Asked(store)
		found = products(admin(answers), None)
		assert not answers.asked
		next(found)
		assert len(answers.asked) == 1

	def test_lost_answers_are_asked_for_again(self) -> None:
		answers = Answers(
			requests.ReadTimeout("timed out"), refusal("THROTTLED"), store({"query": "id:>499", "first": 9})
		)
		assert ids(products(admin(answers), "499")) == [500]

	def test_store_that_stays_away_is_tried_later(self) -> None:
		with pytest.raises(Transient):
			list(products(admin(Answers((503, b""))), None))


class TestWhole:
	def test_other_variants_are_asked_for(self) -> None:
		more = {"hasNextPage": True, "endCursor": "c1"}
		first = {**ANSWER["variants"], "nodes": product(1)["variants"]["nodes"], "pageInfo": more}
		second = {"nodes": product(2)["variants"]["nodes"], "pageInfo": {"hasNextPage": False}}
		answers = Answers(
			(200, {"data": {"product": product(5, variants=first)}}),
			(200, {"data": {"product": {"variants": second}}}),
		)
		payload = fetched(admin(answers), "5")
		assert [variant["id"] for variant in payload["variants"]] == [1, 2]
		assert sent(answers)[1]["after"] == "c1"

	def test_parts_of_bundles_are_asked_for_ten_at_a_time(self) -> None:
		bundles = [
			{"id": f"gid://shopify/ProductVariant/{n}", "price": "1.00", "requiresComponents": True}
			for n in range(1, 13)
		]

		def parts(variables: dict[str, Any]) -> tuple[int, Any]:
			if "ids" not in variables:
				return 200, {"data": {"product": product(5, variants={"nodes": bundles})}}
			part = ANSWER["variants"]["nodes"][0]["productVariantComponents"]
			nodes = [{"id": gid, "productVariantComponents": part} for gid in variables["ids"]]
			return 200, {"data": {"nodes": [None, *nodes]}}

		answers = Asked(parts)
		read = PLATFORM.parse_product(fetched(admin(answers), "5"))
		assert {variant.parts[0].sku for variant in read.variants} == {"MUG"}
		assert [len(variables["ids"]) for variables in sent(answers)[1:]] == [10, 2]

	def test_product_that_is_no_more_is_gone(self) -> None:
		with pytest.raises(Gone):
			fetched(admin(Answers((200, {"data": {"product": None}}))), "5")


class TestScopes:
	@pytest.mark.parametrize(
		"missing", ["read_inventory", "write_inventory", "write_products", "write_publications"]
	)
	def test_missing_scope_of_goods_is_a_warning(self, missing: str) -> None:
		known = {"read_orders", "read_products", "read_customers", "read_locations"}
		goods = {"read_inventory", "write_inventory", "write_products", "write_publications"} - {missing}
		covered = goods - ({"write_inventory"} if missing == "read_inventory" else set())
		with emulated(scopes=known | covered) as shop:
			checks = PLATFORM.connect(ShopifyWorld(shop).credentials).test()
		warned = {check.name for check in checks if not check.ok}
		assert f"Scope {missing}" in warned and not [c for c in checks if not c.ok and c.fatal]
