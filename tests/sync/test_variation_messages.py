"""A variation's own message tells nothing of its product: names stay, and what changed is looked up whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ecommerce_sync.core.settings import Masters
from ecommerce_sync.storefronts.woocommerce import PLATFORM
from ecommerce_sync.sync.receive import Inbox, receive
from ecommerce_sync.sync.work import drain

from .goods_world import GoodsWorld, goods_world

STORE = "Demo WooCommerce"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GoodsWorld]:
	with goods_world(tmp_path, items=False) as made:
		made.open_catalogue([STORE])
		made.listen()
		made.settle()
		yield made


def items(world: GoodsWorld) -> dict[str, Any]:
	return {row["name"]: row["data"] for row in world.erp.documents("Item")}


def titles(world: GoodsWorld) -> dict[str | None, str]:
	return {row.sku: row.title for row in world.erp.listed(STORE)}


def hear_of(world: GoodsWorld, *skus: str) -> None:
	"""The messages of these variations alone: that of their product may come much later, or never."""
	seller = world.sellers[STORE]
	emulator: Any = seller.emulator
	list(seller.pending())
	shop = seller.shop()
	inbox = Inbox(STORE, PLATFORM, shop.domain, [shop.secret])
	for sku in skus:
		headers, body = emulator.message(emulator.id_of(sku), "product.updated")
		assert receive(world.journal, inbox, headers, body).status == 200
	drain(world.machine, budget=60)


def test_stock_of_a_variation_renames_nothing(world: GoodsWorld) -> None:
	emulator: Any = world.sellers[STORE].emulator
	before, listed = items(world), titles(world)
	assert before["TEE-S"]["values"]["title"] == "Organic T-Shirt - S"
	emulator.set_stock(emulator.id_of("TEE-S"), 3)
	emulator.calls.clear()
	hear_of(world, "TEE-S")
	assert items(world) == before and titles(world) == listed
	assert emulator.calls.of("products/<id>", "read") == 0


def test_code_of_a_variation_is_followed(world: GoodsWorld) -> None:
	world.choose(STORE, masters=Masters(barcode="store", title="store"))
	emulator: Any = world.sellers[STORE].emulator
	listed = titles(world)
	emulator.edit_product(emulator.id_of("TEE-S"), global_unique_id="4000000000006")
	hear_of(world, "TEE-S")
	assert "4000000000006" in items(world)["TEE-S"]["barcodes"]
	assert titles(world) == listed and items(world)["TEE-S"]["values"]["title"] == "Organic T-Shirt - S"


def test_new_variation_is_taken_with_its_product(world: GoodsWorld) -> None:
	emulator: Any = world.sellers[STORE].emulator
	parent = emulator.product(emulator.id_of("TEE-S")).parent_id
	option = {"name": emulator.product(parent).attributes[0].name, "option": "S"}
	emulator.add_product(parent, sku="TEE-NEW", regular_price="9", attributes=[option])
	hear_of(world, "TEE-NEW")
	assert titles(world)["TEE-NEW"].startswith("Organic T-Shirt")
