"""Products that a store hides, deletes and restores: bindings and Items stay, what is gone is pushed no more."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from .goods_world import PRICES, GoodsWorld, goods_world

SHOPIFY, WOOCOMMERCE = "Demo Shopify", "Demo WooCommerce"
STORES = (SHOPIFY, WOOCOMMERCE)
HIDDEN = [(SHOPIFY, "DRAFT"), (SHOPIFY, "ARCHIVED"), (WOOCOMMERCE, "draft"), (WOOCOMMERCE, "private")]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GoodsWorld]:
	with goods_world(tmp_path) as made:
		made.open_catalogue()
		made.listen()
		made.receive("LAMP", 7)
		made.settle()
		yield made


def bound(world: GoodsWorld, store: str) -> dict[str | None, str | None]:
	"""SKU to Item of what the store has."""
	return {row.sku: row.item_code for row in world.erp.listed(store)}


def items(world: GoodsWorld) -> dict[str, Any]:
	return {row["name"]: row["data"] for row in world.erp.documents("Item")}


def product_id(world: GoodsWorld, store: str, sku: str) -> int:
	emulator: Any = world.sellers[store].emulator
	return int(emulator.goods.find(sku).product.id if store == SHOPIFY else emulator.id_of(sku))


def set_status(world: GoodsWorld, store: str, sku: str, status: str) -> None:
	emulator: Any = world.sellers[store].emulator
	if store == WOOCOMMERCE:
		emulator.edit_product(emulator.id_of(sku), status=status)
		return
	given = {"id": f"gid://shopify/Product/{product_id(world, store, sku)}", "status": status}
	answer = emulator.graphql(
		"mutation($p: ProductUpdateInput) { productUpdate(product: $p) { userErrors { message } } }",
		{"p": given},
	)
	assert not answer["data"]["productUpdate"]["userErrors"]


@pytest.mark.parametrize(("store", "status"), HIDDEN)
def test_a_hidden_product_stays_bound_and_is_pushed(world: GoodsWorld, store: str, status: str) -> None:
	before, there = bound(world, store), set(items(world))
	set_status(world, store, "LAMP", status)
	assert world.hear()
	assert bound(world, store) == before and set(items(world)) == there
	world.receive("LAMP", 2)
	world.erp.set_price(PRICES, "LAMP", Decimal("33.00"))
	world.settle()
	assert world.sellers[store].shows("LAMP") == 9
	assert world.sellers[store].asks("LAMP") == ("33.00", None)


def delete(world: GoodsWorld, store: str, sku: str) -> None:
	emulator: Any = world.sellers[store].emulator
	if store == WOOCOMMERCE:
		emulator.trash_product(emulator.id_of(sku))
	else:
		emulator.goods.delete(product_id(world, store, sku))


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("sku", ["LAMP", "TEE-S"])
def test_a_deleted_product_is_pushed_no_more(world: GoodsWorld, store: str, sku: str) -> None:
	before, seller = items(world), world.sellers[store]
	family = (
		{"LAMP"} if sku == "LAMP" else {code for code in bound(world, store) if (code or "")[:4] == "TEE-"}
	)
	emulator: Any = seller.emulator
	if store == WOOCOMMERCE and sku != "LAMP":
		emulator.trash_product(emulator.product(emulator.id_of(sku)).parent_id)
	else:
		delete(world, store, sku)
	assert world.hear()
	assert not family & set(bound(world, store)) and items(world) == before
	emulator.calls.clear()
	for code in sorted(filter(None, family)):
		world.receive(code, 5)
		world.erp.set_price(PRICES, code, Decimal("33.00"))
	world.push()
	assert (emulator.calls.reads, emulator.calls.writes) == (0, 0)
	told = [row for row in world.journal.ended("Failed", "Held") if row["store"] == store]
	assert not told


def test_a_restored_product_comes_back(world: GoodsWorld) -> None:
	emulator: Any = world.sellers[WOOCOMMERCE].emulator
	before, number = bound(world, WOOCOMMERCE), emulator.id_of("LAMP")
	emulator.trash_product(number)
	world.settle()
	assert "LAMP" not in bound(world, WOOCOMMERCE)
	world.receive("LAMP", 2)
	world.settle()
	emulator.restore_product(number)
	world.settle()
	assert bound(world, WOOCOMMERCE) == before
	assert world.shows("LAMP") == [9, 9]
