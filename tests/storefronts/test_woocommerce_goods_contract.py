"""The contract for products, stock and prices, run against the WooCommerce connector and the emulated store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings

from .contract_goods import GoodsContract
from .woocommerce_world import WooCommerceGoodsWorld


class TestWooCommerceGoods(GoodsContract):
	@pytest.fixture
	def world(self) -> Iterator[WooCommerceGoodsWorld]:
		with EmulatedWooCommerce(seed=3) as store:
			yield WooCommerceGoodsWorld(store)


class TestWooCommerceGoodsWithPlugins(GoodsContract):
	"""Sets of the bundle plugin, and a site clock far from UTC."""

	@pytest.fixture
	def world(self) -> Iterator[WooCommerceGoodsWorld]:
		settings = StoreSettings(product_bundles=True, gmt_offset=-9.5)
		with EmulatedWooCommerce(seed=4, settings=settings) as store:
			yield WooCommerceGoodsWorld(store)
