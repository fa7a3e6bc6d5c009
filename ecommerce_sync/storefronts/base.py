"""The storefront protocols, what a platform can do, and the registry of platforms.

A `Platform` is the part without a store: signatures, message envelopes, parsing. `Platform.connect`
gives a `Storefront`: one store reached with its credentials. Adding a platform means a package with
these two and one call of `register`; another Frappe app adds one through the hook
`ecommerce_sync_storefronts`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import Any, Literal, Protocol, runtime_checkable

from pydantic import SecretStr

from ..core.models import CustomerRecord, Model, Order
from ..core.privacy import PrivacyRequest
from ..core.products import Product, StockLevel
from .goods import GoodsStore
from .life import LifeStore

# What a message is about. "stock" tells quantities alone; its id is what its platform counts by.
# "privacy" is a request about personal data; its id is the customer's, or the store's own.
MessageKind = Literal["order", "product", "stock", "customer", "privacy", "unused"]


class Capabilities(Model):
	"""What a platform can do; the Desk shows it, the sync asks it instead of the platform's name."""

	locations: bool  # stock and orders know places
	compare_and_set_stock: bool
	stock_statuses: tuple[str, ...] = ()  # orders in these have lowered the store's numbers; empty: all
	sale_dates: bool = False  # a reduced price may have a period
	b2b: bool
	presentment_currency: bool  # buyers may pay in another currency than the shop's
	fees: bool
	client_credentials: bool  # id and secret instead of a permanent token
	permanent_token: bool = False  # a permanent token may stand instead of id and secret
	own_webhook_secret: bool = False  # we choose the secret that the store signs its messages with
	statuses: tuple[str, ...]  # the platform's words for Order.status
	imported_statuses: tuple[str, ...]  # the sensible default of those to import
	order_topics: tuple[str, ...]  # webhook topics that orders need
	product_topics: tuple[str, ...] = ()  # those that products and quantities need
	customer_topics: tuple[str, ...] = ()  # those that customers need
	fulfilments: bool = False  # the store knows which pieces were shipped, and may ship by itself
	shipped_status: str | None = None  # the status that an order gets when all is shipped
	part_statuses: bool = False  # an order that is shipped in part may get a status
	returns: bool = False  # returns are announced before they arrive
	payouts: bool = False


class Envelope(Model):
	"""What a message is, read without parsing its content."""

	topic: str
	kind: MessageKind
	external_id: str  # of the order or product (a variation's message: its product); empty for unused topics
	event_key: str  # the same for every delivery of the same event, unique per store
	whole: bool = True  # whether the payload holds the whole object
	deleted: bool = False
	shop: str | None = None  # the domain that the message says it is from
	sent_at: datetime | None = None


class Credentials(Model):
	"""How to reach one store. Secrets never show in repr, logs or errors."""

	url: str  # https://name.myshopify.com or the WordPress home address
	token: SecretStr | None = None  # permanent access token
	client_id: str | None = None  # client id, or the REST API consumer key
	client_secret: SecretStr | None = None  # client secret, or the REST API consumer secret
	webhook_secret: SecretStr | None = None
	api_version: str | None = None
	allow_http: bool = False  # from the site's config, for development
	allow_private: bool = False  # private and loopback addresses, likewise
	verify_tls: bool = True


class Named(Model):
	"""Something a store has that is mapped by id: a location, a payment or shipping method."""

	id: str
	title: str
	active: bool = True


class StoreTax(Model):
	"""A tax that the store is set up to charge; `rate` is a fraction."""

	title: str
	rate: str | None = None


class StoreProfile(Model):
	"""What the connection form needs to know about a store."""

	name: str
	currency: str
	timezone: str | None = None
	prices_include_tax: bool = False
	version: str | None = None
	locations: tuple[Named, ...] = ()
	payment_methods: tuple[Named, ...] = ()
	shipping_methods: tuple[Named, ...] = ()
	taxes: tuple[StoreTax, ...] = ()


class Check(Model):
	"""One line of a connection test: what was looked at, whether it is well, and what to do if not."""

	name: str
	ok: bool
	detail: str = ""
	remedy: str = ""
	fatal: bool = True  # a warning when False


class Subscription(Model):
	"""One webhook as the store has it."""

	id: str
	topic: str
	address: str
	enabled: bool = True


@runtime_checkable
class Storefront(GoodsStore, LifeStore, Protocol):
	"""One store, connected. Products, stock and prices are in `GoodsStore`, shipments and refunds in `LifeStore`. Every method may raise `Transient`, or `Fixable` for refused credentials."""

	def fetch_order(self, order_id: str) -> dict[str, Any]:
		"""The order as a payload that `Platform.parse_order` takes. Raises `Gone` when there is none."""
		...

	def orders_changed(self, since: datetime, until: datetime | None = None) -> Iterator[dict[str, Any]]:
		"""Orders changed since (overlap is the caller's), oldest change first, as payloads."""
		...

	def find_order(self, number: str) -> str | None:
		"""The id of the order that people call `number` (like #1001 or 1001)."""
		...

	def profile(self) -> StoreProfile:
		"""Currency, locations, taxes, payment and shipping methods."""
		...

	def test(self) -> list[Check]:
		"""Reachable, right store, credentials, scopes, version; never raises for a failed check."""
		...

	def webhooks(self) -> list[Subscription]:
		"""The subscriptions that the store has for this connection's credentials."""
		...

	def register_webhooks(self, address: str, topics: Sequence[str]) -> list[Subscription]:
		"""Create what is missing, enable what is disabled, repair wrong addresses; returns those of `topics`."""
		...

	def remove_webhooks(self, address: str) -> int:
		"""Remove the subscriptions that point to `address`; returns how many."""
		...


@runtime_checkable
class Platform(Protocol):
	"""How one platform speaks, without a store."""

	name: str  # "shopify": lower case, the key of the registry
	label: str  # "Shopify"
	capabilities: Capabilities

	def canonical_url(self, address: str) -> str:
		"""What people paste as the store's address, as its messages name the store; unchanged when unknown."""
		...

	def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
		"""Whether the raw body is signed with one of the secrets; constant time, never raises."""
		...

	def envelope(self, headers: Mapping[str, str], body: bytes) -> Envelope:
		"""Topic, id and unique key of a message. Raises `PayloadRefused` for junk."""
		...

	def ping(self, headers: Mapping[str, str], body: bytes) -> bool:
		"""Whether this is the platform's unsigned greeting, which is answered 200 and forgotten."""
		...

	def parse_order(self, payload: Mapping[str, Any], presentment: bool = False) -> Order:
		"""The neutral order of a webhook body or of a `fetch_order` payload.

		`presentment` takes the amounts that the buyer paid in instead of the shop's currency.
		Raises `PayloadRefused` with the path of the offending field.
		"""
		...

	def parse_product(self, payload: Mapping[str, Any]) -> Product:
		"""The neutral product of a webhook body or of a `products` payload. Raises `PayloadRefused`."""
		...

	def parse_levels(self, payload: Mapping[str, Any]) -> tuple[StockLevel, ...]:
		"""The quantities that a message of kind "stock" tells. Raises `PayloadRefused`."""
		...

	def parse_customer(self, payload: Mapping[str, Any]) -> CustomerRecord:
		"""The neutral customer of a webhook body or of a `fetch_customer` payload. Raises `PayloadRefused`."""
		...

	def parse_privacy(self, topic: str, payload: Mapping[str, Any]) -> PrivacyRequest:
		"""What a message of kind "privacy" asks for. Raises `PayloadRefused`."""
		...

	def connect(self, credentials: Credentials) -> Storefront:
		"""A connected store. Opens nothing yet. Raises `Fixable` for an address that is not allowed."""
		...


_BUILT_IN = {
	"shopify": "ecommerce_sync.storefronts.shopify",
	"woocommerce": "ecommerce_sync.storefronts.woocommerce",
}
_platforms: dict[str, Platform] = {}


def register(platform: Platform) -> None:
	"""Add a platform under its name; a second one of the same name replaces the first."""
	_platforms[platform.name] = platform


def platform(name: str) -> Platform:
	"""The platform registered as `name` (case does not matter). Raises `KeyError` naming the known ones."""
	key = name.lower()
	if key not in _platforms and key in _BUILT_IN:
		register(import_module(_BUILT_IN[key]).PLATFORM)
	if key not in _platforms:
		raise KeyError(f"no storefront '{name}'; known: {', '.join(names())}")
	return _platforms[key]


def names() -> list[str]:
	"""All names that `platform` takes."""
	return sorted({*_BUILT_IN, *_platforms})
