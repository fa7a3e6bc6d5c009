"""The catalogue travels: imported once, kept up to date, Items written to the stores, echoes end quietly."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ecommerce_sync.core.settings import Masters
from ecommerce_sync.sync.catalogue import import_products, read_catalogue
from ecommerce_sync.sync.publish import publish_items

from .goods_world import GoodsWorld, goods_world

SHOPIFY, WOOCOMMERCE = "Demo Shopify", "Demo WooCommerce"
STORES = (SHOPIFY, WOOCOMMERCE)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[GoodsWorld]:
	"""The ERP has no Item yet."""
	with goods_world(tmp_path, items=False) as made:
		yield made


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GoodsWorld]:
	with goods_world(tmp_path) as made:
		made.open_catalogue()
		made.listen()
		made.settle()
		yield made


def documents(world: GoodsWorld, doctype: str = "Item") -> dict[str, Any]:
	return {row["name"]: row["data"] for row in world.erp.documents(doctype)}


@pytest.mark.parametrize("store", STORES)
def test_nothing_is_bound_or_created_before_a_person_says_so(empty: GoodsWorld, store: str) -> None:
	counts = read_catalogue(empty.machine, store)
	assert counts["create"] > 10 and counts["no_sku"] == 2
	assert documents(empty) == {}


@pytest.mark.parametrize("store", STORES)
def test_a_second_import_writes_nothing(empty: GoodsWorld, store: str) -> None:
	empty.open_catalogue([store])
	before, seller = documents(empty), empty.sellers[store]
	assert "TEE-S" in before and before["TEE-S"]["variant_of"]
	seller.emulator.calls.clear()
	again = read_catalogue(empty.machine, store)
	assert again["changed"] == 0 and again["create"] == 0
	assert not import_products(empty.machine, store)
	assert documents(empty) == before and seller.emulator.calls.writes == 0


def test_the_second_store_binds_what_the_first_created(empty: GoodsWorld) -> None:
	empty.open_catalogue([SHOPIFY])
	made = set(documents(empty))
	counts = read_catalogue(empty.machine, WOOCOMMERCE)
	assert counts["sku"] > 10 and counts["create"] == 0
	import_products(empty.machine, WOOCOMMERCE)
	assert set(documents(empty)) == made


@pytest.mark.parametrize("store", STORES)
def test_an_import_that_was_stopped_goes_on(empty: GoodsWorld, store: str) -> None:
	read_catalogue(empty.machine, store)
	import_products(empty.machine, store, progress=lambda done, expected: done < 5)
	waiting, bound = empty.erp.import_size(store)
	assert waiting and bound
	import_products(empty.machine, store)
	assert empty.erp.import_size(store)[0] == 0


@pytest.mark.parametrize("store", STORES)
def test_what_the_store_decides_about_follows_it(world: GoodsWorld, store: str) -> None:
	rename(world, store, "LAMP", "Desk Lamp, brass")
	world.settle()
	assert documents(world)["LAMP"]["values"]["title"] == "Desk Lamp, brass"


@pytest.mark.parametrize("store", STORES)
def test_what_erpnext_decides_about_does_not(world: GoodsWorld, store: str) -> None:
	world.choose(store, masters=Masters(title="erp"))
	before = documents(world)["LAMP"]["values"].get("title")
	rename(world, store, "LAMP", "Desk Lamp, brass")
	world.settle()
	assert documents(world)["LAMP"]["values"].get("title") == before


@pytest.mark.parametrize("store", STORES)
def test_an_item_with_the_flag_is_written_to_the_store(world: GoodsWorld, store: str) -> None:
	world.choose(store, push_items=True)
	world.erp.add_item("VASE", title="Vase, blue")
	world.erp.offer("VASE", store)
	world.receive("VASE", 4)
	world.erp.set_price("Standard Selling", "VASE", Decimal("12.00"))
	assert publish_items(world.machine, store) == {"published": 1}
	world.settle()
	seller = world.sellers[store]
	assert (seller.shows("VASE"), seller.asks("VASE")) == (4, ("12.00", None))
	assert publish_items(world.machine, store) == {}


@pytest.mark.parametrize("store", STORES)
def test_own_writes_come_back_as_echoes_and_end_there(world: GoodsWorld, store: str) -> None:
	world.receive("LAMP", 7)
	world.push()
	seller = world.sellers[store]
	seller.emulator.calls.clear()
	world.hear()
	world.push()
	assert seller.emulator.calls.writes == 0
	states = {row["state"] for row in world.journal.ended("Done", "Skipped", "Failed", "Held")}
	assert states == {"Skipped"}


def rename(world: GoodsWorld, store: str, sku: str, title: str) -> None:
	"""The shop's staff types in another title."""
	emulator: Any = world.sellers[store].emulator
	if store == WOOCOMMERCE:
		emulator.edit_product(emulator.id_of(sku), name=title)
		return
	product = emulator.goods.find(sku).product.id
	emulator.graphql(
		"mutation($p: ProductUpdateInput) { productUpdate(product: $p) { userErrors { message } } }",
		{"p": {"id": f"gid://shopify/Product/{product}", "title": title}},
	)
