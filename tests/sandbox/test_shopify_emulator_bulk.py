"""Bulk operations, costs and large catalogues of the emulated Shopify."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import pytest
import requests

from ecommerce_sync.sandbox.catalogue import generated
from ecommerce_sync.sandbox.shopify import ALL_SCOPES, EmulatedShopify

from .shopify_shop import HERE, ask, heard, item, refused, shop
from .shopify_stories import PLACED

RUN = """mutation($query: String!) { bulkOperationRunQuery(query: $query) {
	bulkOperation { id status url } userErrors { code field message } } }"""
STATE = """query($id: ID!) { bulkOperation(id: $id) {
	status url objectCount rootObjectCount fileSize errorCode completedAt } }"""
EVERYTHING = """{ products { edges { node { id title variants { edges { node { id sku
	inventoryItem { id inventoryLevels { nodes { id location { id }
		quantities(names: ["available"]) { quantity } } } } } } } } } } }"""


def run(store: EmulatedShopify, query: str) -> Any:
	return ask(store, RUN, query=query)["bulkOperationRunQuery"]


def lines_of(store: EmulatedShopify, query: str = EVERYTHING) -> list[dict[str, Any]]:
	started = run(store, query)["bulkOperation"]
	state = ask(store, STATE, id=started["id"])["bulkOperation"]
	assert state["status"] == "COMPLETED", state
	text = requests.get(state["url"], timeout=5).text
	assert len(text.encode()) == int(state["fileSize"])
	return [json.loads(line) for line in text.splitlines()]


def test_the_result_is_one_line_an_object_below_its_parent() -> None:
	with shop(catalogue=generated(2, 3)) as store:
		store.set_available("G-100000-2", HERE, 7)
		lines = lines_of(store)
		assert store.calls.by_name["bulk result"] == 1
	kinds = [line["id"].split("/")[3] for line in lines]
	assert kinds == [
		"Product",
		*["ProductVariant", "InventoryLevel", "InventoryLevel"] * 2,
		"Product",
		*["ProductVariant", "InventoryLevel", "InventoryLevel"],
	]
	assert "variants" not in lines[0] and "__parentId" not in lines[0]
	assert lines[4]["__parentId"] == lines[0]["id"]
	level = lines[5]
	assert level["__parentId"] == lines[4]["id"]
	assert level["quantities"] == [{"quantity": 7}] and level["location"]["id"].endswith("/61")


def test_it_agrees_with_pages_and_with_fragments() -> None:
	query = "{ productVariants(query: %s) { nodes { ...Named ... on Node { code: id } } } }"
	query += " fragment Named on ProductVariant { __typename sku }"
	with shop() as store:
		lines = lines_of(store, query % '"product_type:Food"')
	variants = [v for v in store.goods.variants.values() if v.product.product_type == "Food"]
	assert lines == [{"__typename": "ProductVariant", "sku": v.sku, "code": v.gid} for v in variants]


def test_it_runs_for_a_moment_and_tells_when_it_is_done() -> None:
	at = [PLACED]
	store = EmulatedShopify(clock=lambda: at[0], bulk_seconds=2)
	store.subscribe("bulk_operations/finish")
	started = run(store, "{ products { nodes { id } } }")["bulkOperation"]
	assert (started["status"], started["url"]) == ("CREATED", None)
	state = ask(store, STATE, id=started["id"])["bulkOperation"]
	assert (state["status"], state["url"]) == ("RUNNING", None)
	assert heard(store, "bulk_operations/finish") == []
	at[0] += timedelta(seconds=2)
	told = heard(store, "bulk_operations/finish")
	assert [(m["admin_graphql_api_id"], m["status"]) for m in told] == [(started["id"], "completed")]
	state = ask(store, STATE, id=started["id"])["bulkOperation"]
	assert (state["status"], state["rootObjectCount"]) == ("COMPLETED", "40")


def test_five_run_at_once() -> None:
	store = shop(bulk_seconds=9)
	first, *_others = [run(store, "{ products { nodes { id } } }") for _ in range(5)]
	assert run(store, "{ products { nodes { id } } }")["userErrors"][0]["code"] == "LIMIT_REACHED"
	cancel = "mutation($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { status } } }"
	cancelled = ask(store, cancel, id=first["bulkOperation"]["id"])["bulkOperationCancel"]
	assert cancelled["bulkOperation"]["status"] == "CANCELED"
	assert run(store, "{ products { nodes { id } } }")["userErrors"] == []
	listed = ask(store, '{ bulkOperations(first: 9, query: "status:canceled") { nodes { id } } }')
	assert [node["id"] for node in listed["bulkOperations"]["nodes"]] == [first["bulkOperation"]["id"]]


@pytest.mark.parametrize(
	"query",
	[
		"{ shop { name } }",
		"{ products { nodes { nothing } } }",
		"{ products {",
		"{ a: products { nodes { id variants { nodes { id product { variants { nodes { id product {"
		" variants { nodes { id } } } } } } } } } } }",
	],
)
def test_what_cannot_run_in_bulk_is_refused(query: str) -> None:
	assert run(shop(), query)["userErrors"][0]["code"] == "INVALID"


def test_without_the_scope_it_fails() -> None:
	store = shop(scopes=ALL_SCOPES - {"read_inventory", "write_inventory"})
	started = run(store, EVERYTHING)["bulkOperation"]
	state = ask(store, STATE, id=started["id"])["bulkOperation"]
	assert (state["status"], state["errorCode"], state["url"]) == ("FAILED", "ACCESS_DENIED", None)


def test_files_of_nobody_are_not_found() -> None:
	with shop() as store:
		assert requests.get(f"{store.url}/bulk/1.jsonl", timeout=5).status_code == 404


def cost(store: EmulatedShopify, query: str, /, **variables: Any) -> float:
	return float(store.graphql(query, variables)["extensions"]["cost"]["requestedQueryCost"])


def test_costs_grow_with_pages_lists_and_mutations() -> None:
	store = shop()
	page = "query($n: Int) { products(first: $n) { nodes { id variants(first: 10) { nodes { id } } } } }"
	assert cost(store, page, n=10) < cost(store, page, n=100) < cost(store, page, n=250)
	listed = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on InventoryItem { id measurement { id } } } }"
	ids = [item(store, "TEE-S")]
	assert (
		cost(store, listed, ids=ids) < cost(store, listed, ids=ids * 10) < cost(store, listed, ids=ids * 250)
	)
	change = 'productVariantsBulkUpdate(productId: "gid://shopify/Product/1", variants: []) { userErrors { code } }'
	aliased = " ".join(f"m{n}: {change}" for n in range(7))
	assert cost(store, f"mutation {{ {aliased} }}") == 70
	too_dear = refused(store, "mutation { " + " ".join(f"m{n}: {change}" for n in range(101)) + " }")
	assert too_dear["extensions"]["code"] == "MAX_COST_EXCEEDED"


def test_an_empty_bucket_throttles_reads_and_writes() -> None:
	store = shop(points=25)
	change = 'mutation Change { publishablePublish(id: "gid://shopify/Product/1", input: []) { userErrors { field } } }'
	assert ["errors" in store.graphql(change) for _ in range(3)] == [False, False, True]
	assert store.graphql(change)["errors"][0]["extensions"]["code"] == "THROTTLED"
	assert (store.calls.writes, store.calls.throttled) == (2, 2)


def test_pages_end_where_only_a_bulk_operation_goes_on() -> None:
	store = shop(catalogue=generated(25_100, 25_100))
	behind = store.goods.product_ids[24_999]
	page = "query($after: String, $query: String) { products(first: 1, after: $after, query: $query) {"
	page += " nodes { id } pageInfo { endCursor } } }"
	found = ask(store, page, query=f"id:>{store.goods.product_ids[24_998]}")["products"]
	assert found["nodes"][0]["id"].endswith(f"/{behind}")
	assert "bulk operation" in refused(store, page, after=found["pageInfo"]["endCursor"])["message"]


def test_a_large_catalogue_stays_quick() -> None:
	"""Costs follow what is asked for: a page of 10,000 products takes about as long as one of 100."""
	page = "query($q: String) { products(first: 50, query: $q) { nodes { id title variants(first: 3) { nodes { sku } } } } }"
	search = 'query { productVariants(first: 1, query: "sku:G-100005-2") { nodes { id } } }'
	seconds = []
	for size in (100, 10_000):
		store = shop(catalogue=generated(size, size * 3))
		query = f"id:>{store.goods.product_ids[size // 2 - 1]}"
		ask(store, page, q=query)
		rounds = []
		for _ in range(5):
			started = time.perf_counter()
			assert len(ask(store, page, q=query)["products"]["nodes"]) == 50
			assert len(ask(store, search)["productVariants"]["nodes"]) == 1
			rounds.append(time.perf_counter() - started)
		seconds.append(min(rounds))
	assert seconds[1] < seconds[0] * 5
