"""How the Shopify connector sets prices, against prepared answers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import requests
from graphql import parse, validate

from ecommerce_sync.core.errors import Transient
from ecommerce_sync.core.products import Price
from ecommerce_sync.sandbox.shopify.cost import MAX_QUERY_COST
from ecommerce_sync.sandbox.shopify.schema import schema
from ecommerce_sync.storefronts.goods import PriceChange, Pushed
from ecommerce_sync.storefronts.shopify.prices import prices_document, set_prices
from tests.storefronts.answers import Answers
from tests.storefronts.test_shopify_client import admin, refusal
from tests.storefronts.test_shopify_stock import Asked, cost, sent


def change(product: int, variant: int, price: str = "9.90", before: str | None = None) -> PriceChange:
	"""The change of listing `L<variant>`."""
	asked = Price(price=Decimal(price), compare_at=Decimal(before) if before else None)
	ids = {"product_id": str(product), "variant_id": str(variant)}
	return PriceChange(listing=f"L{variant}", price=asked, **ids)


def saved(*variants: int, errors: list[dict[str, Any]] | None = None) -> dict[str, Any]:
	"""What the store says to one product."""
	return {
		"productVariants": [{"id": f"gid://shopify/ProductVariant/{number}"} for number in variants],
		"userErrors": errors or [],
	}


def error(code: str, *path: str) -> dict[str, Any]:
	"""One complaint."""
	return {"code": code, "field": list(path) or None, "message": f"{code} it is"}


def answer(*products: dict[str, Any] | None) -> tuple[int, dict[str, Any]]:
	"""What the store says to one call."""
	return 200, {"data": {f"u{n}": product for n, product in enumerate(products)}}


def agreeable(variables: dict[str, Any]) -> tuple[int, Any]:
	"""A store that takes every price."""
	count = sum(key.startswith("p") for key in variables)
	return answer(*(saved() for _ in range(count)))


def push(answers: Answers, changes: list[PriceChange]) -> list[Pushed]:
	"""All results."""
	return list(set_prices(admin(answers), changes))


def test_what_is_sent() -> None:
	answers = Answers(answer(saved(1, 2)))
	assert push(answers, [change(7, 1, "1E+2", "120.5"), change(7, 2, "0.030")]) == [
		Pushed(done=("L1", "L2"))
	]
	(variables,) = sent(answers)
	assert variables["p0"] == "gid://shopify/Product/7"
	assert variables["v0"] == [
		{"id": "gid://shopify/ProductVariant/1", "price": "100", "compareAtPrice": "120.5"},
		{"id": "gid://shopify/ProductVariant/2", "price": "0.030", "compareAtPrice": None},
	]


def test_many_products_go_in_one_call() -> None:
	answers = Asked(agreeable)
	changes = [change(number // 3, number) for number in range(300)]
	results = push(answers, changes)
	assert sorted(name for result in results for name in result.done) == sorted(c.listing for c in changes)
	assert len(answers.asked) == 3


def test_no_list_is_longer_than_the_store_takes() -> None:
	answers = Asked(agreeable)
	push(answers, [change(1, number) for number in range(600)])
	assert [len(variables["v0"]) for variables in sent(answers)] == [250, 250, 100]


def test_variant_that_comes_twice_has_its_last_price_set_last() -> None:
	answers = Asked(agreeable)
	results = push(answers, [change(1, 5, "1.00"), change(2, 6), change(1, 5, "2.00")])
	assert [name for result in results for name in result.done].count("L5") == 2
	prices = [v["price"] for variables in sent(answers) for v in variables["v0"] if v["id"].endswith("/5")]
	assert prices == ["1.00", "2.00"]


def test_bad_row_is_refused_and_the_others_are_made() -> None:
	errors = [error("PRODUCT_VARIANT_DOES_NOT_EXIST", "variants", "1", "id")]
	(result,) = push(
		Answers(answer(saved(1, 3, errors=errors), saved(4))),
		[change(7, 1), change(7, 2), change(7, 3), change(8, 4)],
	)
	assert result.done == ("L1", "L3", "L4")
	assert [(refusal.listing, refusal.gone) for refusal in result.refused] == [("L2", True)]


def test_rows_that_fell_with_a_bad_one_are_sent_again() -> None:
	errors = [error("NEGATIVE_PRICE_VALUE", "variants", "0", "price")]
	answers = Answers(answer(saved(errors=errors)), answer(saved(2)))
	first, second = push(answers, [change(7, 1, "-1"), change(7, 2)])
	assert [(refusal.listing, refusal.gone) for refusal in first.refused] == [("L1", False)]
	assert second == Pushed(done=("L2",))


@pytest.mark.parametrize("path", [("productId",), (), ("variants", "0")])
def test_product_that_is_gone_is_told_of_all_its_variants(path: tuple[str, ...]) -> None:
	errors = [error("PRODUCT_DOES_NOT_EXIST", *path)]
	(result,) = push(Answers(answer(saved(errors=errors))), [change(7, 1), change(7, 2)])
	assert [(refusal.listing, refusal.gone) for refusal in result.refused] == [("L1", True), ("L2", True)]


def test_ids_of_no_store_are_refused_alone() -> None:
	changes = [change(7, 1), change(7, 2).model_copy(update={"variant_id": ""})]
	first, second = push(Answers(answer(saved(1))), changes)
	assert [(refusal.listing, refusal.gone) for refusal in first.refused] == [("L2", True)]
	assert second == Pushed(done=("L1",))


def test_call_that_costs_too_much_is_halved() -> None:
	def store(variables: dict[str, Any]) -> tuple[int, Any]:
		return refusal("MAX_COST_EXCEEDED") if "p10" in variables else agreeable(variables)

	results = push(Asked(store), [change(number, number) for number in range(40)])
	assert [len(result.done) for result in results] == [10, 10, 10, 10]


def test_prices_are_sent_again_after_a_time_out() -> None:
	answers = Answers(requests.ReadTimeout("timed out"), (503, b""), refusal("THROTTLED"), answer(saved(1)))
	assert push(answers, [change(7, 1)]) == [Pushed(done=("L1",))]


@pytest.mark.parametrize("last", [requests.ReadTimeout("timed out"), answer(None)])
def test_unknown_outcome_is_never_done(last: Any) -> None:
	with pytest.raises(Transient):
		push(Answers(last), [change(7, 1)])


def test_document_is_valid_and_can_be_paid() -> None:
	assert validate(schema(), parse(prices_document(3))) == []
	ids: dict[str, Any] = {f"p{n}": "1" for n in range(40)} | {f"v{n}": [] for n in range(40)}
	assert cost(prices_document(40), **ids) <= MAX_QUERY_COST
