"""Both emulated stores as the scenario drives them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from typing import Protocol

from pydantic import SecretStr

from ..storefronts.base import Credentials
from .baskets import Platform
from .report import Placed
from .scenario import Message, Seller
from .shopify.server import EmulatedShopify
from .shopify.webhooks import signature as shopify_signature
from .story import Story
from .woocommerce.server import EmulatedWooCommerce
from .woocommerce.webhooks import signature as woocommerce_signature
from .world import Shop


class DemoSeller(Seller, Protocol):
	"""A seller that can say how the app reaches it."""

	def shop(self) -> Shop:
		"""Address, credentials and secret."""
		...


class ShopifySeller:
	"""Drives the emulated Shopify."""

	platform: Platform = "shopify"

	def __init__(self, emulator: EmulatedShopify, store: str = "Demo Shopify") -> None:
		self.emulator, self.store = emulator, store

	def shop(self) -> Shop:
		token = SecretStr(self.emulator.access_token or "")
		credentials = Credentials(url=self.emulator.url, token=token, allow_http=True, allow_private=True)
		domain = self.emulator.shop.domain
		return Shop(self.store, self.platform, credentials, domain, self.emulator.client_secret)

	def place(self, story: Story) -> str:
		return str(self.emulator.place(story, notify=False).id)

	def touch(self, order_id: str, note: str) -> None:
		self.emulator.update(int(order_id), notify=False, note=note)

	def cancel(self, order_id: str) -> None:
		self.emulator.cancel(int(order_id), notify=False)

	def messages(self, order_id: str) -> list[Message]:
		order = self.emulator.order(int(order_id))
		payload = order.as_webhook()
		changed = payload["updated_at"] != payload["created_at"]
		topics = ["orders/updated" if changed else "orders/create"]
		topics += ["orders/cancelled"] if payload["cancelled_at"] else []
		return [Message(self.store, *self.emulator.message(order, topic)) for topic in topics]

	def tampered(self, order_id: str) -> Message:
		headers, body = self.emulator.message(self.emulator.order(int(order_id)))
		body = _cheaper(body, "total_price")
		headers["X-Shopify-Hmac-Sha256"] = shopify_signature(self.emulator.client_secret, body)
		return Message(self.store, headers, body)

	def orders(self) -> list[Placed]:
		return [self._placed(order.as_webhook()) for order in self.emulator.orders()]

	def _placed(self, payload: dict[str, object]) -> Placed:
		total, currency = Decimal(str(payload["total_price"])), str(payload["currency"])
		live = payload["cancelled_at"] is None
		return Placed(str(payload["id"]), str(payload["name"]), total, currency, live)


class WooCommerceSeller:
	"""Drives the emulated WooCommerce."""

	platform: Platform = "woocommerce"

	def __init__(self, emulator: EmulatedWooCommerce, store: str = "Demo WooCommerce") -> None:
		self.emulator, self.store = emulator, store

	def shop(self) -> Shop:
		credentials = Credentials(
			url=self.emulator.url,
			client_id=self.emulator.key.consumer_key,
			client_secret=SecretStr(self.emulator.key.consumer_secret),
			webhook_secret=SecretStr(self.emulator.webhook_secret),
			allow_http=True,
			allow_private=True,
		)
		secret = self.emulator.webhook_secret
		return Shop(self.store, self.platform, credentials, self.emulator.url, secret)

	def place(self, story: Story) -> str:
		return str(self.emulator.place(story).id)

	def touch(self, order_id: str, note: str) -> None:
		self.emulator.update(int(order_id), note=note)

	def cancel(self, order_id: str) -> None:
		self.emulator.cancel(int(order_id))

	def messages(self, order_id: str) -> list[Message]:
		"""At the checkout WooCommerce tells of the update before the creation."""
		order = self.emulator.order(int(order_id))
		payload = order.as_json(self.emulator.url)
		is_new = payload["date_created"] == payload["date_modified"]
		topics = ["order.updated", "order.created"] if is_new else ["order.updated"]
		return [Message(self.store, *self.emulator.message(order, topic)) for topic in topics]

	def tampered(self, order_id: str) -> Message:
		headers, body = self.emulator.message(int(order_id), "order.created")
		body = _cheaper(body, "total")
		headers["X-WC-Webhook-Signature"] = woocommerce_signature(self.emulator.webhook_secret, body)
		return Message(self.store, headers, body)

	def orders(self) -> list[Placed]:
		return [self._placed(order.as_json(self.emulator.url)) for order in self.emulator.orders.values()]

	def _placed(self, payload: dict[str, object]) -> Placed:
		total, currency = Decimal(str(payload["total"])), str(payload["currency"])
		live = payload["status"] not in ("cancelled", "trash")
		return Placed(str(payload["id"]), f"#{payload['number']}", total, currency, live)


def _cheaper(body: bytes, field: str) -> bytes:
	payload = json.loads(body)
	return json.dumps({**payload, field: str(Decimal(payload[field]) - 1)}).encode()


@contextmanager
def both(seed: int) -> Iterator[Sequence[DemoSeller]]:
	"""Both stores, open for business."""
	with ExitStack() as stack:
		shopify = stack.enter_context(EmulatedShopify(seed))
		woocommerce = stack.enter_context(EmulatedWooCommerce(seed))
		yield [ShopifySeller(shopify), WooCommerceSeller(woocommerce)]
