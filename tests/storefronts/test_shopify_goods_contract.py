"""The contract of products, stock and prices, kept by the Shopify connector against the emulated Shopify."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ecommerce_sync.core.products import Product
from ecommerce_sync.sandbox.shopify.goods_payload import product_payload
from ecommerce_sync.storefronts.base import Storefront
from ecommerce_sync.storefronts.goods import StockKey
from tests.storefronts.contract_goods import GoodsContract, change_of, keys_of, settled
from tests.storefronts.test_shopify_contract import CLIENT_SECRET, ShopifyWorld, emulated


class ShopifyGoodsWorld(ShopifyWorld):
	"""An emulated shop that sells the catalogue."""

	missing_id = "9999999999999"

	@property
	def locations(self) -> tuple[str, ...]:
		return tuple(str(place.id) for place in self.emulated.shop.locations)

	def available(self, key: StockKey, location: str) -> int | None:
		variant = self.emulated.goods.find(int(key.variant_id))
		is_stocked = self.emulated.stock.level(variant, int(location)).is_active
		return self.emulated.available(int(key.variant_id), int(location)) if is_stocked else None

	def set_available(self, key: StockKey, location: str, quantity: int) -> None:
		self.emulated.set_available(int(key.variant_id), int(location), quantity)

	def message(self, product_id: str) -> tuple[dict[str, str], bytes]:
		product = self.emulated.goods[int(product_id)]
		payload = product_payload(product, self.emulated.stock.total, self.emulated.shop.zone)
		return self.emulated.webhooks.signed("products/update", payload)

	def calls(self) -> int:
		return len(self.emulated.calls.made)


@pytest.fixture
def world() -> Iterator[ShopifyGoodsWorld]:
	with emulated() as store:
		yield ShopifyGoodsWorld(store)


class TestShopifyGoods(GoodsContract):
	pass
