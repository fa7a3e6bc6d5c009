"""WooCommerce: the REST API wc/v3 and its webhooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...core.errors import PayloadRefused
from ...core.models import CustomerRecord, Order
from ...core.privacy import PrivacyRequest
from ...core.products import Product, StockLevel
from ..base import Capabilities, Credentials, Envelope
from . import fulfilments, parse, people, products, webhooks
from .client import WooCommerceStore


class WooCommercePlatform:
	"""How WooCommerce speaks, without a store. Implements `Platform`."""

	name = "woocommerce"
	label = "WooCommerce"
	capabilities = Capabilities(
		locations=False,
		compare_and_set_stock=False,
		stock_statuses=("processing", "on-hold", "completed"),  # wc_maybe_reduce_stock_levels
		sale_dates=True,
		b2b=False,
		presentment_currency=False,
		fees=True,
		client_credentials=True,
		own_webhook_secret=True,
		statuses=(
			"pending",
			"processing",
			"on-hold",
			"completed",
			"cancelled",
			"refunded",
			"failed",
			"trash",
			"checkout-draft",
		),
		imported_statuses=("processing", "on-hold", "completed", "refunded"),
		order_topics=webhooks.ORDER_TOPICS,
		product_topics=webhooks.PRODUCT_TOPICS,
		customer_topics=webhooks.CUSTOMER_TOPICS,
		shipped_status=fulfilments.COMPLETED,
		part_statuses=True,
		payouts=True,
	)

	def canonical_url(self, address: str) -> str:
		"""Any address can be a WordPress one."""
		return address

	def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
		"""Whether one of the secrets signed the raw body; constant time, never raises."""
		return webhooks.verify(headers, body, secrets)

	def envelope(self, headers: Mapping[str, str], body: bytes) -> Envelope:
		"""Topic, order or product id and unique key of a delivery. Raises `PayloadRefused` for junk."""
		return webhooks.envelope(headers, body)

	def ping(self, headers: Mapping[str, str], body: bytes) -> bool:
		"""Whether this is the unsigned greeting at a webhook's creation."""
		return webhooks.ping(headers, body)

	def parse_order(self, payload: Mapping[str, Any], presentment: bool = False) -> Order:
		"""The neutral order. WooCommerce keeps one currency per order: `presentment` changes nothing."""
		return parse.parse_order(payload)

	def parse_product(self, payload: Mapping[str, Any]) -> Product:
		"""The neutral product of a webhook body or of a `products` payload. Raises `PayloadRefused`."""
		return products.parse_product(payload)

	def parse_levels(self, payload: Mapping[str, Any]) -> tuple[StockLevel, ...]:
		"""The quantities that a product's message tells. Raises `PayloadRefused`."""
		return products.parse_levels(payload)

	def parse_customer(self, payload: Mapping[str, Any]) -> CustomerRecord:
		"""The neutral customer of a webhook body or of a `fetch_customer` payload. Raises `PayloadRefused`."""
		return people.parse_customer(payload)

	def parse_privacy(self, topic: str, payload: Mapping[str, Any]) -> PrivacyRequest:
		"""WooCommerce sends no requests about personal data: raises `PayloadRefused`."""
		raise PayloadRefused("X-WC-Webhook-Topic", f"{topic[:100]} is no request about personal data")

	def connect(self, credentials: Credentials) -> WooCommerceStore:
		"""A connected store; nothing is asked of it yet. Raises `Fixable` for a refused address."""
		return WooCommerceStore(credentials)


PLATFORM = WooCommercePlatform()
