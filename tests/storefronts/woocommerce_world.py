"""The emulated WooCommerce as the connector's tests reach it: over http as it is, or as if over https."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from pydantic import SecretStr
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse
from werkzeug.test import Client

from ecommerce_sync.sandbox.generator import EPOCH, stories
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.storefronts.base import Credentials
from ecommerce_sync.storefronts.goods import StockKey
from ecommerce_sync.storefronts.http import Policy, Transport
from ecommerce_sync.storefronts.woocommerce import PLATFORM
from ecommerce_sync.storefronts.woocommerce.client import WooCommerceStore

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "woocommerce"
HTTPS_URL = "https://shop.example"


def recorded(name: str) -> Any:
	"""An answer or a body recorded from a running store."""
	return json.loads((FIXTURES / name).read_bytes())


def credentials(store: EmulatedWooCommerce, **changes: Any) -> Credentials:
	"""Those of the emulated store's key."""
	values: dict[str, Any] = {
		"url": store.url,
		"client_id": store.key.consumer_key,
		"client_secret": SecretStr(store.key.consumer_secret),
		"webhook_secret": SecretStr(store.webhook_secret),
		"allow_http": True,
		"allow_private": True,
		**changes,
	}
	return Credentials(**values)


class WooCommerceWorld:
	"""The `World` of the storefront contract."""

	platform = PLATFORM
	missing_id = "987654321"
	start = EPOCH - timedelta(days=1)

	def __init__(self, store: EmulatedWooCommerce) -> None:
		self.store = store
		self.credentials = credentials(store)
		self.wrong_credentials = credentials(store, client_secret=SecretStr("cs_" + "0" * 40))
		self.secret = store.webhook_secret
		self.secrets = (store.key.consumer_secret, store.webhook_secret, "cs_" + "0" * 40)
		self._told = stories(7, 10_000, "EUR", "woocommerce")

	def place(self, count: int) -> list[str]:
		"""Varied orders of the generator; some of them changed after others were placed."""
		placed = [self.store.place(next(self._told)) for _ in range(count)]
		return [str(order.id) for order in sorted(placed, key=lambda order: (order.date_modified, order.id))]

	def change(self, order_id: str) -> None:
		"""The buyer's note changes, a minute after everything before."""
		last = max(order.date_modified for order in self.store.orders.values())
		self.store.update(int(order_id), note="Ring twice", at=last + timedelta(minutes=1))

	def number(self, order_id: str) -> str:
		"""What the store's mails and screens call the order."""
		return self.store.order(int(order_id)).number

	def message(self, order_id: str) -> tuple[dict[str, str], bytes]:
		"""What the store sends when the order was updated."""
		return self.store.message(int(order_id), "order.updated")


class WooCommerceGoodsWorld:
	"""The `GoodsWorld` of the contract for products, stock and prices."""

	platform = PLATFORM
	missing_id = "987654321"
	locations = ("",)

	def __init__(self, store: EmulatedWooCommerce) -> None:
		self.store = store
		self.credentials = credentials(store)
		self.secret = store.webhook_secret

	def available(self, key: StockKey, location: str) -> int | None:
		"""The number that the shop shows."""
		return self.store.stock_of(int(key.variant_id or key.product_id))

	def set_available(self, key: StockKey, location: str, quantity: int) -> None:
		"""Somebody types in another number."""
		self.store.set_stock(int(key.variant_id or key.product_id), quantity)

	def message(self, product_id: str) -> tuple[dict[str, str], bytes]:
		"""What the store sends when the product was updated."""
		return self.store.message(int(product_id), "product.updated")

	def calls(self) -> int:
		"""Requests that reached an endpoint."""
		return self.store.calls.reads + self.store.calls.writes


class Https(BaseAdapter):
	"""Hands requests to the emulated store as a web server with a certificate would.

	`alter` may change a request on its way, as proxies and security plugins do. `sent` keeps the URLs.
	"""

	def __init__(self, store: EmulatedWooCommerce, alter: Callable[[requests.PreparedRequest], None]) -> None:
		super().__init__()
		store.secure = True
		self._client, self._alter = Client(store), alter
		self.sent: list[requests.PreparedRequest] = []

	def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
		self.sent.append(request.copy())
		self._alter(request)
		parts = urlsplit(request.url or "")
		answer = self._client.open(
			parts.path,
			method=request.method,
			base_url=f"{parts.scheme}://{parts.netloc}",
			query_string=parts.query,
			headers=list(request.headers.items()),
			data=request.body,
		)
		return _response(request, answer.status_code, dict(answer.headers), answer.data)

	def close(self) -> None:
		"""Nothing is open."""


def _response(request: requests.PreparedRequest, status: int, headers: Any, body: bytes) -> requests.Response:
	response = requests.Response()
	response.status_code, response.request, response.url = status, request, request.url or ""
	response.headers.update(headers)
	response.raw = HTTPResponse(BytesIO(body), status=status, headers=headers, preload_content=False)
	return response


def https_store(
	store: EmulatedWooCommerce,
	alter: Callable[[requests.PreparedRequest], None] = lambda request: None,
	**changes: Any,
) -> tuple[WooCommerceStore, Https]:
	"""A connection over https, and what it sends."""
	adapter = Https(store, alter)
	given = credentials(store, url=HTTPS_URL, **changes)
	secrets = (store.key.consumer_key, store.key.consumer_secret)
	transport = Transport(Policy(allow_private=True), secrets, adapter=adapter, sleep=lambda seconds: None)
	return WooCommerceStore(given, transport), adapter
