"""Both emulated stores as the scenario drives them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from typing import Protocol

from pydantic import SecretStr

from ..core.money import minor_digits
from ..storefronts.base import Credentials, platform
from .baskets import Platform
from .demo_catalogue import IN_SHOPIFY, IN_WOOCOMMERCE
from .lives import LifeSeller
from .report import Placed
from .scenario import Seller
from .shopify.server import EmulatedShopify
from .shopify.shop import Shop as ShopifyShop
from .shopify.webhooks import signature as shopify_signature
from .shopify_seller import ShopifyLife
from .traffic import Message
from .woocommerce.server import EmulatedWooCommerce
from .woocommerce.settings import StoreSettings as WooSettings
from .woocommerce.webhooks import signature as woocommerce_signature
from .woocommerce_seller import WooCommerceLife
from .world import Shop


class DemoSeller(Seller, LifeSeller, Protocol):
	"""A seller that can say how the app reaches it, that sells from a stock and whose orders live on."""

	def shop(self) -> Shop:
		"""Address, credentials and secret."""
		...

	def listen(self) -> None:
		"""From now on keep the messages that the app wants, for `pending`."""
		...

	def pending(self) -> list[Message]:
		"""What the store has to tell since the last time."""
		...

	def sell(self, sku: str, quantity: int = 1) -> str:
		"""A guest buys so many of a SKU and pays; returns the order's id."""
		...

	def shows(self, sku: str) -> int | None:
		"""What a shopper sees of a SKU, at the store's first place; None where nothing is counted."""
		...

	def recount(self, sku: str, quantity: int) -> None:
		"""The shop's staff corrects the number by hand."""
		...

	def asks(self, sku: str) -> tuple[str, str | None]:
		"""The price of a SKU and the undiscounted one beside it."""
		...

	def sold(self, order_id: str) -> dict[str, int]:
		"""What an order holds of the store's stock: SKU to pieces, of a set itself or its parts."""
		...

	def complete(self, order_id: str) -> None:
		"""Staff marks an order whose goods are all shipped, where the store does not do that itself."""
		...


class ShopifySeller(ShopifyLife):
	"""Drives the emulated Shopify."""

	platform: Platform = "shopify"

	def __init__(self, emulator: EmulatedShopify, store: str = "Demo Shopify") -> None:
		self.emulator, self.store = emulator, store

	def shop(self) -> Shop:
		token = SecretStr(self.emulator.access_token or "")
		credentials = Credentials(url=self.emulator.url, token=token, allow_http=True, allow_private=True)
		domain = self.emulator.shop.domain
		place = str(self.emulator.stock.default)
		return Shop(self.store, self.platform, credentials, domain, self.emulator.client_secret, place)

	def listen(self) -> None:
		self.emulator.subscribe(*_topics(self.platform))
		self.listens = True

	def pending(self) -> list[Message]:
		return [Message(self.store, dict(each.headers), each.body) for each in self.emulator.take()]

	def sell(self, sku: str, quantity: int = 1) -> str:
		return str(self.emulator.sell(sku, quantity).id)

	def shows(self, sku: str) -> int | None:
		return self.emulator.available(sku)

	def recount(self, sku: str, quantity: int) -> None:
		self.emulator.set_available(sku, None, quantity)

	def asks(self, sku: str) -> tuple[str, str | None]:
		variant = self.emulator.goods.find(sku)
		before = variant.compare_at
		digits = minor_digits(self.emulator.shop.currency)
		return f"{variant.price:.{digits}f}", None if before is None else f"{before:.{digits}f}"

	def sold(self, order_id: str) -> dict[str, int]:
		variants, found = self.emulator.goods.variants, Counter[str]()
		for variant_id, pieces in self.emulator.sales.held(int(order_id)).items():
			found[variants[variant_id].sku or ""] += pieces
		return dict(found)

	def complete(self, order_id: str) -> None:
		"""The fulfilments say it."""

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


class WooCommerceSeller(WooCommerceLife):
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

	def listen(self) -> None:
		self.emulator.keep(*_topics(self.platform))

	def pending(self) -> list[Message]:
		return [Message(self.store, each.headers, each.body) for each in self.emulator.kept()]

	def sell(self, sku: str, quantity: int = 1) -> str:
		return str(self.emulator.sell(sku, quantity).id)

	def shows(self, sku: str) -> int | None:
		return self.emulator.stock_of(self.emulator.id_of(sku))

	def recount(self, sku: str, quantity: int) -> None:
		self.emulator.set_stock(self.emulator.id_of(sku), quantity)

	def asks(self, sku: str) -> tuple[str, str | None]:
		product = self.emulator.payload("product", self.emulator.id_of(sku))
		return product["price"], product["regular_price"] if product["sale_price"] else None

	def sold(self, order_id: str) -> dict[str, int]:
		"""Sets are orders' lines too, though this store counts none."""
		order, found = self.emulator.order(int(order_id)), Counter[str]()
		for position, line in order.lines if order.reduced is not None else ():
			if number := order.stock_id(position):
				found[self.emulator.product(number).sku] += line.quantity
		return dict(found)

	def touch(self, order_id: str, note: str) -> None:
		self.emulator.update(int(order_id), note=note)

	def complete(self, order_id: str) -> None:
		self.emulator.update(int(order_id), status="completed")

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


def _topics(name: Platform) -> tuple[str, ...]:
	can = platform(name).capabilities
	return tuple(dict.fromkeys((*can.order_topics, *can.product_topics, *can.customer_topics)))


@contextmanager
def both(seed: int, currency: str = "USD", run: str = "") -> Iterator[Sequence[DemoSeller]]:
	"""Both stores, open for business with empty shelves; `run` is added to their names.

	Shopify's calls cost what they cost on the plan Plus.
	"""
	with ExitStack() as stack:
		shopify = EmulatedShopify(
			seed,
			shop=ShopifyShop(currency=currency),
			catalogue=IN_SHOPIFY,
			stock=0,
			points=20_000.0,
			restore_rate=1_000.0,
		)
		woocommerce = EmulatedWooCommerce(
			seed,
			settings=WooSettings(currency=currency, shipment_tracking="advanced"),
			catalogue=IN_WOOCOMMERCE,
			stock=0,
		)
		yield [
			ShopifySeller(stack.enter_context(shopify), f"Demo Shopify{run}"),
			WooCommerceSeller(stack.enter_context(woocommerce), f"Demo WooCommerce{run}"),
		]
