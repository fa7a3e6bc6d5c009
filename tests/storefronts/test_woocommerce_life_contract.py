"""The contract of an order's whole life, run against the WooCommerce connector and the emulated store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from ecommerce_sync.sandbox.generator import EPOCH
from ecommerce_sync.sandbox.sellers import WooCommerceSeller
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings
from ecommerce_sync.storefronts.woocommerce import PLATFORM

from .contract_life import LifeContract
from .woocommerce_world import credentials


class WooCommerceLifeWorld:
	"""The `LifeWorld` of the contract."""

	platform = PLATFORM
	missing_id = "987654321"
	currency = "EUR"
	start = EPOCH

	def __init__(self, store: EmulatedWooCommerce) -> None:
		self.store = store
		self.credentials = credentials(store)
		self.secret = store.webhook_secret
		self.seller = WooCommerceSeller(store)
		self.seller.listen()

	def messages(self) -> list[tuple[Mapping[str, str], bytes]]:
		"""What the store told since the last time."""
		return [(each.headers, each.body) for each in self.seller.pending()]


class TestWooCommerceLife(LifeContract):
	@pytest.fixture
	def world(self) -> Iterator[WooCommerceLifeWorld]:
		with EmulatedWooCommerce(seed=5, settings=StoreSettings(currency="EUR")) as store:
			yield WooCommerceLifeWorld(store)


class TestWooCommerceLifeWithPlugins(LifeContract):
	"""A shipment-tracking plugin that knows what is in a parcel, statuses of a plugin, sequential numbers."""

	@pytest.fixture
	def world(self) -> Iterator[WooCommerceLifeWorld]:
		settings = StoreSettings(
			currency="EUR",
			shipment_tracking="advanced",
			custom_statuses=("partial-shipped",),
			sequential_numbers=True,
			round_at_subtotal=True,
		)
		with EmulatedWooCommerce(seed=6, settings=settings) as store:
			yield WooCommerceLifeWorld(store)
