"""An emulated Shopify with goods, and how tests of it ask and write."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from ecommerce_sync.sandbox.shopify import EmulatedShopify

from .shopify_stories import PLACED

HERE, THERE = 61, 62
SET = """mutation Push($input: InventorySetQuantitiesInput!, $key: String!) {
	inventorySetQuantities(input: $input) @idempotent(key: $key) {
		userErrors { code field message }
		inventoryAdjustmentGroup { reason changes { name delta quantityAfterChange item { id } } } } }"""


def shop(**settings: Any) -> EmulatedShopify:
	"""Never throttled, at a time that stands still."""
	given: dict[str, Any] = {"clock": lambda: PLACED + timedelta(days=1), "points": 1e9, "bulk_seconds": 0}
	return EmulatedShopify(**(given | settings))


def ask(store: EmulatedShopify, query: str, /, **variables: Any) -> Any:
	answer = store.graphql(query, variables)
	assert "errors" not in answer, answer["errors"]
	return answer["data"]


def refused(store: EmulatedShopify, query: str, /, **variables: Any) -> Any:
	return store.graphql(query, variables)["errors"][0]


def item(store: EmulatedShopify, sku: str) -> str:
	return f"gid://shopify/InventoryItem/{store.goods.find(sku).item_id}"


def place(number: int) -> str:
	return f"gid://shopify/Location/{number}"


def quantity(store: EmulatedShopify, sku: str, new: int, known: int | None, at: int = HERE) -> dict[str, Any]:
	return {
		"inventoryItemId": item(store, sku),
		"locationId": place(at),
		"quantity": new,
		"changeFromQuantity": known,
	}


def push(
	store: EmulatedShopify, quantities: Iterable[dict[str, Any]], key: str = "a", **more: Any
) -> dict[str, Any]:
	given = {"name": "available", "reason": "correction", "quantities": list(quantities), **more}
	data: dict[str, Any] = ask(store, SET, input=given, key=key)["inventorySetQuantities"]
	return data


def codes(payload: dict[str, Any]) -> list[tuple[str, list[str]]]:
	return [(error["code"], error["field"]) for error in payload["userErrors"]]


def heard(store: EmulatedShopify, topic: str) -> list[dict[str, Any]]:
	"""The payloads of a topic that wait, taken."""
	return [json.loads(message.body) for message in store.take(topic)]
