"""The contract of an order's life, kept by the Shopify connector against the emulated Shopify."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from ecommerce_sync.sandbox.sellers import ShopifySeller
from ecommerce_sync.sandbox.shopify.server import EmulatedShopify
from ecommerce_sync.storefronts.shopify import PLATFORM
from tests.storefronts.contract_life import LifeContract
from tests.storefronts.test_shopify_contract import ShopifyWorld, emulated


class ShopifyLifeWorld(ShopifyWorld):
	"""An emulated shop with the staff and buyers who act in it."""

	def __init__(self, store: EmulatedShopify) -> None:
		super().__init__(store)
		self.seller = ShopifySeller(store)
		can = PLATFORM.capabilities
		store.subscribe(*can.order_topics, *can.customer_topics)

	def messages(self) -> list[tuple[Mapping[str, str], bytes]]:
		return [(message.headers, message.body) for message in self.emulated.take()]


@pytest.fixture
def world() -> Iterator[ShopifyLifeWorld]:
	with emulated() as store:
		yield ShopifyLifeWorld(store)


class TestShopifyLife(LifeContract):
	pass
