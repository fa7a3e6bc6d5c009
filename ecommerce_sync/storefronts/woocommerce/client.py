"""One WooCommerce store, connected: what the sync asks of it, in the words of `Storefront`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from ...core.errors import Fixable, Gone
from ...core.life import Parcel
from ...core.payouts import Payout
from ...core.products import ProductDraft, StockLevel
from ...core.shipping import Fulfil, StoreShipments
from .. import addresses
from ..base import Check, Credentials, StoreProfile, Subscription
from ..goods import PriceChange, Pushed, QuantityChange, StockKey
from ..http import Transport
from ..life import RefundRequest
from . import changes, checks, orders, paying_back, payouts, people, prices, profile, stock, subscriptions
from .api import Api, keys, rows_of
from .catalogue import Catalogue
from .saving import save
from .shipping import Shipping


class WooCommerceStore:
	"""A `Storefront` over the REST API wc/v3. Raises `Fixable` for an address that is not allowed."""

	def __init__(self, credentials: Credentials, transport: Transport | None = None) -> None:
		addresses.check_url(credentials.url.strip(), credentials.allow_http)
		self._host = urlsplit(credentials.url.strip()).hostname or ""
		self._credentials = credentials
		self._api = Api(credentials, self._host, transport)
		self._catalogue: Catalogue | None = None
		self._shipments: Shipping | None = None

	def __repr__(self) -> str:
		return f"<WooCommerceStore {self._host}>"

	def fetch_order(self, order_id: str) -> dict[str, Any]:
		"""The order with its refunds, one in the trash too. Raises `Gone` when WooCommerce has none of that id."""
		return orders.fetch(self._ready, order_id)

	def orders_changed(self, since: datetime, until: datetime | None = None) -> Iterator[dict[str, Any]]:
		"""Orders changed from `since` to `until` (whole seconds, both included), oldest change first."""
		found = changes.changed_orders(self._ready, since, until)
		return (orders.with_refunds(self._ready, row) for row in found)

	def find_order(self, number: str) -> str | None:
		"""The id of the order with that number; plugins may number orders otherwise than by id."""
		wanted = number.strip().removeprefix("#").strip()
		named = self._by_id(wanted)
		if named and named.get("number") == wanted:
			return wanted
		for row in self._searched(wanted):
			if str(row.get("number", "")).removeprefix("#") == wanted:
				return str(row["id"])
		return wanted if named else None

	def products(self, after: str | None = None) -> Iterator[dict[str, Any]]:
		"""All products (drafts too) with their variations, by ascending id behind `after`."""
		return self._goods.products(after)

	def fetch_product(self, product_id: str) -> dict[str, Any]:
		"""The whole product, of a variation's id the one it belongs to. Raises `Gone`, in the trash too."""
		return self._goods.fetch(product_id)

	def stock_levels(self, keys: Sequence[StockKey], locations: Sequence[str]) -> Iterator[StockLevel]:
		"""What the store shows for these listings, at its only place, whatever `locations` says."""
		return stock.levels(self._ready, self._goods, keys)

	def all_stock_levels(self, locations: Sequence[str]) -> Iterator[StockLevel]:
		"""The same for everything the store sells, in bulk."""
		return stock.all_levels(self._ready, self._goods)

	def set_quantities(self, changes: Sequence[QuantityChange]) -> Iterator[Pushed]:
		"""Set quantities, up to 100 a call; WooCommerce compares nothing, so nothing is stale."""
		return stock.write(self._ready, changes)

	def set_prices(self, changes: Sequence[PriceChange]) -> Iterator[Pushed]:
		"""Set prices and the periods of reductions likewise."""
		return prices.write(self._ready, changes)

	def save_product(self, draft: ProductDraft) -> dict[str, Any]:
		"""Create or update a product and its variations; the whole product as the store has it then.

		Raises `Fixable("store_refused")` with the store's words, `Gone` for a `product_id` that is no more.
		"""
		return save(self._ready, self._goods, draft)

	def shipments(self, order_id: str) -> StoreShipments:
		"""What can be shipped and what was, by our memory on the order, the tracking plugin and the status."""
		return self._shipping.shipments(order_id)

	def fulfil(self, order_id: str, order: Fulfil) -> tuple[str, ...]:
		"""Note, tracking entry, status and our memory of the shipment; its id is the document's name."""
		return self._shipping.fulfil(order_id, order)

	def update_tracking(
		self, order_id: str, fulfilment_id: str, parcels: tuple[Parcel, ...], notify: bool
	) -> None:
		"""Replace carrier, numbers and links of a shipment."""
		self._shipping.update_tracking(order_id, fulfilment_id, parcels, notify)

	def cancel_fulfilment(self, order_id: str, fulfilment_id: str) -> None:
		"""Take a shipment back; one that is not there stays so."""
		self._shipping.cancel_fulfilment(order_id, fulfilment_id)

	def cancel_order(self, order_id: str, reason: str, refund: bool, restock: bool, notify: bool) -> None:
		"""Cancel the whole order. WooCommerce restocks a cancelled order whatever `restock` says."""
		paying_back.cancel(self._ready, order_id, reason, refund, restock, notify)

	def refund(self, order_id: str, request: RefundRequest) -> str:
		"""Pay back; the refund's id. Raises `Fixable` for a gateway that cannot."""
		return paying_back.refund(self._ready, order_id, request)

	def fetch_customer(self, customer_id: str) -> dict[str, Any]:
		"""A customer's account. Raises `Gone`."""
		return people.fetch_customer(self._ready, customer_id)

	def payouts(self, since: datetime) -> Iterator[Payout]:
		"""Those of WooPayments; none where the store does without it."""
		return payouts.issued(self._ready, since)

	def profile(self) -> StoreProfile:
		"""Currency, taxes, payment and shipping methods. WooCommerce has no locations."""
		return profile.read_profile(self._ready)

	def test(self) -> list[Check]:
		"""The connection test."""
		return checks.run(self._api)

	def webhooks(self) -> list[Subscription]:
		"""All webhooks of the store; WooCommerce does not say whose they are."""
		return subscriptions.listed(self._ready)

	def register_webhooks(self, address: str, topics: Sequence[str]) -> list[Subscription]:
		"""Create what is missing, enable what is disabled, repair wrong addresses; returns those of `topics`."""
		secret = self._credentials.webhook_secret
		return subscriptions.register(
			self._ready, address, topics, secret.get_secret_value() if secret else ""
		)

	def remove_webhooks(self, address: str) -> int:
		"""Remove the webhooks that send to `address`; returns how many."""
		return subscriptions.remove(self._ready, address)

	@property
	def _ready(self) -> Api:
		"""The API; without a key there is nothing to ask with."""
		if not all(keys(self._credentials)):
			detail = "the consumer key or the consumer secret is not set"
			raise Fixable("credentials_refused", f"credentials:{self._host}", detail=detail, store=self._host)
		return self._api

	@property
	def _shipping(self) -> Shipping:
		"""The shipments; it remembers which plugins the store has."""
		if self._shipments is None:
			self._shipments = Shipping(self._ready)
		return self._shipments

	@property
	def _goods(self) -> Catalogue:
		"""The products, asked for with the API that is ready."""
		if self._catalogue is None:
			self._catalogue = Catalogue(self._ready)
		return self._catalogue

	def _by_id(self, wanted: str) -> dict[str, Any] | None:
		try:
			return orders.bare(self._ready, wanted)
		except Gone:
			return None

	def _searched(self, wanted: str) -> list[dict[str, Any]]:
		"""Orders in which WooCommerce finds the words; it also looks at names and addresses."""
		return (
			rows_of(self._ready.get("orders", params={"search": wanted, "per_page": 100})) if wanted else []
		)
