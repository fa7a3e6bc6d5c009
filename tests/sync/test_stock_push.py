"""Stock goes out: differences only, sales that nobody saw are never overwritten, drift is told."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from .goods_world import PRICES, SALE, WAREHOUSE, GoodsWorld, goods_world

SHOPIFY, WOOCOMMERCE = "Demo Shopify", "Demo WooCommerce"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GoodsWorld]:
	with goods_world(tmp_path) as made:
		made.open_catalogue()
		made.listen()
		made.push()
		yield made


def test_a_receipt_is_shown_by_both_stores(world: GoodsWorld) -> None:
	world.receive("LAMP", 7)
	world.settle()
	assert world.shows("LAMP") == [7, 7]


def test_a_sale_in_one_store_lowers_the_other(world: GoodsWorld) -> None:
	world.receive("LAMP", 7)
	world.settle()
	world.sellers[SHOPIFY].sell("LAMP", 2)
	world.sellers[WOOCOMMERCE].sell("LAMP", 1)
	world.settle()
	assert world.shows("LAMP") == [4, 4]


def test_a_run_with_nothing_changed_asks_nothing(world: GoodsWorld) -> None:
	world.receive("LAMP", 7)
	world.settle()
	for seller in world.sellers.values():
		seller.emulator.calls.clear()
	world.push()
	for seller in world.sellers.values():
		assert (seller.emulator.calls.reads, seller.emulator.calls.writes) == (0, 0)
