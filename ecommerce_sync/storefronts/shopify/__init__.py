"""Shopify: how the platform speaks without a store, and the way to a connected one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...core.errors import Fixable
from ...core.models import CustomerRecord, Order
from ...core.privacy import PrivacyRequest
from ...core.products import Product, StockLevel
from ..base import Capabilities, Credentials, Envelope, Storefront
from ..http import Policy, Transport
from . import customers, webhooks
from .auth import MemoryTokens, TokenCache, authentication
from .client import Admin
from .parse import FINANCIAL_STATUSES, PLATFORM_NAME, parse_order
from .products import parse_levels, parse_product
from .shop_address import API_VERSION, api_path, shop_domain
from .store import ShopifyStore

_NOT_IMPORTED = {"voided", "expired"}


class ShopifyPlatform:
	"""The `Platform` protocol. `tokens` keeps 24-hour access tokens; one shared by all workers may be put in."""

	name = PLATFORM_NAME
	label = "Shopify"
	capabilities = Capabilities(
		locations=True,
		compare_and_set_stock=True,
		b2b=True,
		presentment_currency=True,
		fees=False,
		client_credentials=True,
		permanent_token=True,
		statuses=FINANCIAL_STATUSES,
		imported_statuses=tuple(status for status in FINANCIAL_STATUSES if status not in _NOT_IMPORTED),
		order_topics=webhooks.ORDER_TOPICS,
		product_topics=webhooks.PRODUCT_TOPICS,
		customer_topics=webhooks.CUSTOMER_TOPICS,
		fulfilments=True,
		returns=True,
		payouts=True,
	)

	def __init__(self, tokens: TokenCache | None = None) -> None:
		self.tokens: TokenCache = tokens or MemoryTokens()

	def canonical_url(self, address: str) -> str:
		"""https://name.myshopify.com of a name, a domain or the admin's address; others are left alone."""
		domain = shop_domain(address)
		return f"https://{domain}" if domain else address

	def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
		"""Whether the raw body is signed with one of the secrets; constant time, never raises."""
		return webhooks.verify(headers, body, secrets)

	def envelope(self, headers: Mapping[str, str], body: bytes) -> Envelope:
		"""Topic, id and unique key of a message. Raises `PayloadRefused` for junk."""
		return webhooks.envelope(headers, body)

	def ping(self, headers: Mapping[str, str], body: bytes) -> bool:
		"""Shopify sends no greeting."""
		return False

	def parse_order(self, payload: Mapping[str, Any], presentment: bool = False) -> Order:
		"""The neutral order. Raises `PayloadRefused` with the path of the offending field."""
		return parse_order(payload, presentment)

	def parse_product(self, payload: Mapping[str, Any]) -> Product:
		"""The neutral product. Raises `PayloadRefused` with the path of the offending field."""
		return parse_product(payload)

	def parse_levels(self, payload: Mapping[str, Any]) -> tuple[StockLevel, ...]:
		"""The level of an inventory_levels message. Raises `PayloadRefused`."""
		return parse_levels(payload)

	def parse_customer(self, payload: Mapping[str, Any]) -> CustomerRecord:
		"""The neutral customer of a message or of `fetch_customer`. Raises `PayloadRefused`."""
		return customers.parse_customer(payload)

	def parse_privacy(self, topic: str, payload: Mapping[str, Any]) -> PrivacyRequest:
		"""What a compliance message asks for. Raises `PayloadRefused`."""
		return customers.parse_privacy(topic, payload)

	def connect(self, credentials: Credentials) -> Storefront:
		"""A connected store. Raises `Fixable` for an address that is no Shopify store's."""
		domain = shop_domain(credentials.url)
		base_url = f"https://{domain}" if domain else _development_url(credentials)
		version = credentials.api_version or API_VERSION
		transport = Transport(_policy(credentials), _secrets(credentials))
		access = authentication(credentials, transport, base_url, self.tokens)
		host = domain or base_url.split("//", 1)[-1]
		return ShopifyStore(Admin(transport, base_url + api_path(version), host, access), domain, version)


def _development_url(credentials: Credentials) -> str:
	"""Another address than a store's own is for an emulated store on the developer's machine."""
	if not credentials.allow_private:
		detail = "Enter the store's own address, like name.myshopify.com (Shopify admin: Settings > Domains)."
		raise Fixable("store_refused", cause=f"address:{credentials.url}", detail=detail)
	return credentials.url.rstrip("/")


def _policy(credentials: Credentials) -> Policy:
	return Policy(
		allow_http=credentials.allow_http,
		allow_private=credentials.allow_private,
		verify_tls=credentials.verify_tls,
	)


def _secrets(credentials: Credentials) -> list[str]:
	given = (credentials.token, credentials.client_secret, credentials.webhook_secret)
	return [secret.get_secret_value() for secret in given if secret]


PLATFORM = ShopifyPlatform()
