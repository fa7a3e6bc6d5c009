"""A product that a message tells first: bound by its codes, else shown on the import's page with a proposal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ecommerce_sync.sync.catalogue import import_products

from .goods_world import GoodsWorld, goods_world

SHOPIFY, WOOCOMMERCE = "Demo Shopify", "Demo WooCommerce"
STORES = (SHOPIFY, WOOCOMMERCE)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GoodsWorld]:
	with goods_world(tmp_path) as made:
		made.open_catalogue()
		made.listen()
		made.settle()
		yield made


def matches(world: GoodsWorld, store: str) -> dict[str | None, tuple[str | None, str | None]]:
	"""SKU to match and Item of the listings."""
	rows = world.erp.database.execute("SELECT sku, match, item_code FROM listing WHERE store = ?", store)
	return {row["sku"]: (row["match"], row["item_code"]) for row in rows}


def add(world: GoodsWorld, store: str, sku: str) -> None:
	"""The shop's staff adds a product."""
	emulator: Any = world.sellers[store].emulator
	if store == WOOCOMMERCE:
		emulator.add_product(sku=sku, name=f"Thing {sku}", regular_price="9")
		return
	made = emulator.graphql(
		"mutation($p: ProductCreateInput) { productCreate(product: $p) { product { id"
		" variants(first: 1) { nodes { id } } } userErrors { message } } }",
		{"p": {"title": f"Thing {sku}"}},
	)["data"]["productCreate"]["product"]
	variant = {"id": made["variants"]["nodes"][0]["id"], "inventoryItem": {"sku": sku}}
	emulator.graphql(
		"mutation($id: ID!, $v: [ProductVariantsBulkInput!]!) { productVariantsBulkUpdate(productId: $id,"
		" variants: $v) { userErrors { message } } }",
		{"id": made["id"], "v": [variant]},
	)


@pytest.mark.parametrize("store", STORES)
def test_an_unknown_product_waits_with_a_proposal(world: GoodsWorld, store: str) -> None:
	there = len(world.erp.documents("Item"))
	add(world, store, "NEW-1")
	world.settle()
	assert matches(world, store)["NEW-1"] == ("create", None)
	add(world, store, "NEW-2")
	world.settle()  # another message does not take the proposal for a decision
	assert len(world.erp.documents("Item")) == there
	assert import_products(world.machine, store)["done"] == 2
	assert matches(world, store)["NEW-1"] == ("bound", "NEW-1")


@pytest.mark.parametrize("store", STORES)
def test_a_proposal_is_no_decision_for_later_messages(world: GoodsWorld, store: str) -> None:
	add(world, store, "NEW-1")
	world.settle()
	emulator: Any = world.sellers[store].emulator
	if store == WOOCOMMERCE:
		emulator.edit_product(emulator.id_of("NEW-1"), name="Renamed")
	else:
		product = emulator.goods.find("NEW-1").product
		emulator.graphql(
			"mutation($p: ProductUpdateInput) { productUpdate(product: $p) { userErrors { message } } }",
			{"p": {"id": product.gid, "title": "Renamed"}},
		)
	assert world.hear()
	assert matches(world, store)["NEW-1"] == ("create", None)


@pytest.mark.parametrize("store", STORES)
def test_a_new_product_of_a_known_item_is_bound(world: GoodsWorld, store: str) -> None:
	world.erp.add_item("VASE-7")
	add(world, store, "VASE-7")
	world.settle()
	assert matches(world, store)["VASE-7"] == ("bound", "VASE-7")


@pytest.mark.parametrize("store", STORES)
def test_by_policy_the_item_is_created(world: GoodsWorld, store: str) -> None:
	world.choose(store, unknown_sku="create_item")
	add(world, store, "NEW-1")
	world.settle()
	assert matches(world, store)["NEW-1"] == ("bound", "NEW-1")


@pytest.mark.parametrize("store", STORES)
def test_an_item_that_cannot_be_sold_is_a_persons_choice(world: GoodsWorld, store: str) -> None:
	world.erp.add_item("OLD-1", disabled=True)
	add(world, store, "OLD-1")
	world.settle()
	assert matches(world, store)["OLD-1"] == ("ambiguous", None)
