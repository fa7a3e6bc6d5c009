"""The storefront contract, run against the WooCommerce connector and the emulated WooCommerce."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings

from .contract import StorefrontContract
from .woocommerce_world import WooCommerceWorld


class TestWooCommerce(StorefrontContract):
	@pytest.fixture
	def world(self) -> Iterator[WooCommerceWorld]:
		with EmulatedWooCommerce(seed=3) as store:
			yield WooCommerceWorld(store)


class TestWooCommerceWithPlugins(StorefrontContract):
	"""Numbers of their own, several currencies, a site clock far from UTC."""

	@pytest.fixture
	def world(self) -> Iterator[WooCommerceWorld]:
		settings = StoreSettings(first_id=5000, sequential_numbers=True, multi_currency=True, gmt_offset=-9.5)
		with EmulatedWooCommerce(seed=4, settings=settings) as store:
			yield WooCommerceWorld(store)
