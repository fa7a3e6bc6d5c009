"""The storefront contract, kept by the Shopify connector against the emulated Shopify."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest
from pydantic import SecretStr

from ecommerce_sync.sandbox.generator import story
from ecommerce_sync.sandbox.shopify.server import EmulatedShopify
from ecommerce_sync.sandbox.shopify.shop import Shop
from ecommerce_sync.storefronts.base import Credentials
from ecommerce_sync.storefronts.shopify import PLATFORM
from tests.storefronts.contract import StorefrontContract

TOKEN = "shpat_0123456789abcdef0123456789abcdef"
CLIENT_SECRET = "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"
WRONG = "shpat_ffffffffffffffffffffffffffffffff"


class ShopifyWorld:
	"""An emulated shop whose orders were placed within the last sixty days."""

	platform = PLATFORM
	secret = CLIENT_SECRET
	secrets = (TOKEN, CLIENT_SECRET, WRONG)
	missing_id = "5499999999999"
	currency = "USD"

	def __init__(self, emulated: EmulatedShopify) -> None:
		self.emulated = emulated
		self.start = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(days=30)
		self._placed = 0
		self._changes = 0

	@property
	def credentials(self) -> Credentials:
		return self._credentials(TOKEN)

	@property
	def wrong_credentials(self) -> Credentials:
		return self._credentials(WRONG)

	def place(self, count: int) -> list[str]:
		return [self._place() for _ in range(count)]

	def change(self, order_id: str) -> None:
		self._changes += 1
		at = self.start + timedelta(days=20, minutes=self._changes)
		self.emulated.update(int(order_id), at, note=f"Changed {self._changes} times")

	def number(self, order_id: str) -> str:
		return self.emulated.order(int(order_id)).name

	def message(self, order_id: str) -> tuple[dict[str, str], bytes]:
		return self.emulated.message(self.emulated.order(int(order_id)), "orders/updated")

	def _place(self) -> str:
		told = story(11, self._placed, self.currency, "shopify", self.start)
		order = self.emulated.place(told, tip_on_line=self._placed % 2 == 0)
		self._placed += 1
		return str(order.id)

	def _credentials(self, token: str) -> Credentials:
		return Credentials(
			url=self.emulated.url,
			token=SecretStr(token),
			webhook_secret=SecretStr(CLIENT_SECRET),
			allow_http=True,
			allow_private=True,
		)


def emulated(**options: object) -> EmulatedShopify:
	"""A shop that books in US dollars, with a bucket that a test does not empty."""
	shop = Shop(currency="USD", taxes_included=False)
	return EmulatedShopify(
		7,
		shop=shop,
		client_id="client-id",
		client_secret=CLIENT_SECRET,
		access_token=TOKEN,
		points=1e6,
		restore_rate=1e6,
		**options,  # type: ignore[arg-type]
	)


class TestShopify(StorefrontContract):
	@pytest.fixture
	def world(self) -> Iterator[ShopifyWorld]:
		with emulated() as store:
			yield ShopifyWorld(store)
