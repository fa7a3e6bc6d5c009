"""One connected Shopify store: the `Storefront` protocol on the Admin API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from typing import Any

from ...core.life import Parcel
from ...core.payouts import Payout
from ...core.products import ProductDraft, StockLevel
from ...core.shipping import Fulfil, StoreShipments
from ..base import Check, Named, StoreProfile, StoreTax, Subscription
from ..goods import PriceChange, Pushed, QuantityChange, StockKey
from ..life import RefundRequest
from . import (
	catalogue,
	checks,
	customers,
	levels,
	payouts,
	prices,
	product_writes,
	quantities,
	refunding,
	shipping,
	subscriptions,
)
from .client import Admin, Json
from .graphql_parts import nodes, number_in
from .orders import Orders


class ShopifyStore:
	"""`domain` is the store's own one; None at an address of development."""

	def __init__(self, admin: Admin, domain: str | None, version: str) -> None:
		self._admin, self._domain, self._version = admin, domain, version
		self._orders = Orders(admin)

	def __repr__(self) -> str:
		return f"<ShopifyStore {self._admin.host}>"

	def fetch_order(self, order_id: str) -> dict[str, Any]:
		"""The order in the shape of REST with all its lines, transactions, refunds and shipments. Raises `Gone`."""
		return self._orders.fetched(order_id)

	def orders_changed(self, since: datetime, until: datetime | None = None) -> Iterator[dict[str, Any]]:
		"""Orders updated in the period, both ends included, oldest change first."""
		return self._orders.changed(since, until)

	def find_order(self, number: str) -> str | None:
		"""The id of the order called `number`, with or without the #."""
		wanted = (
			"".join(c for c in number if c.isprintable() and c not in "\"'\\").strip().lstrip("#").strip()
		)
		if not wanted:
			return None
		for name in (wanted, f"#{wanted}"):
			found = nodes(self._admin.query("find_order", {"query": f"name:'{name}'"}), "orders")
			exact = [order for order in found if wanted.lower() == str(order["name"]).lstrip("#").lower()]
			numbered = [order for order in found if wanted == str(order["number"])]
			if best := [*exact, *numbered]:
				return str(number_in(best[0]["id"]))
		return None

	def products(self, after: str | None = None) -> Iterator[dict[str, Any]]:
		"""All products behind the id `after` in the shape of REST, by ascending id."""
		return catalogue.products(self._admin, after)

	def fetch_product(self, product_id: str) -> dict[str, Any]:
		"""The product with all its variants. Raises `Gone`."""
		return catalogue.fetched(self._admin, product_id)

	def stock_levels(self, keys: Sequence[StockKey], locations: Sequence[str]) -> Iterator[StockLevel]:
		"""Available quantities of 250 listings a call, at four locations."""
		return levels.levels_of(self._admin, keys, locations)

	def all_stock_levels(self, locations: Sequence[str]) -> Iterator[StockLevel]:
		"""The same of all variants, 250 a call."""
		return levels.all_levels(self._admin, locations)

	def set_quantities(self, changes: Sequence[QuantityChange]) -> Iterator[Pushed]:
		"""Compare and set, 250 a call."""
		return quantities.set_quantities(self._admin, changes)

	def set_prices(self, changes: Sequence[PriceChange]) -> Iterator[Pushed]:
		"""Prices of many products a call."""
		return prices.set_prices(self._admin, changes)

	def save_product(self, draft: ProductDraft) -> dict[str, Any]:
		"""Create or update a product and its variants. Raises `Fixable` and `Gone`."""
		return product_writes.save_product(self._admin, draft)

	def shipments(self, order_id: str) -> StoreShipments:
		"""What can be fulfilled now and what was. Raises `Gone`."""
		return shipping.shipments(self._admin, order_id)

	def fulfil(self, order_id: str, order: Fulfil) -> tuple[str, ...]:
		"""Create the fulfilment; its id. Raises `Transient` for goods on hold, `Fixable` and `Gone`."""
		return shipping.fulfil(self._admin, order_id, order)

	def update_tracking(
		self, order_id: str, fulfilment_id: str, parcels: tuple[Parcel, ...], notify: bool
	) -> None:
		"""Replace carrier, numbers and links."""
		shipping.update_tracking(self._admin, fulfilment_id, parcels, notify)

	def cancel_fulfilment(self, order_id: str, fulfilment_id: str) -> None:
		"""Take a fulfilment back; one that is cancelled already stays so."""
		shipping.cancel(self._admin, fulfilment_id)

	def cancel_order(self, order_id: str, reason: str, refund: bool, restock: bool, notify: bool) -> None:
		"""Cancel the whole order. Cannot be undone."""
		refunding.cancel_order(self._admin, order_id, reason, refund, restock, notify)

	def refund(self, order_id: str, request: RefundRequest) -> str:
		"""Pay back, once for each key; the refund's id."""
		return refunding.refund(self._admin, order_id, request)

	def fetch_customer(self, customer_id: str) -> dict[str, Any]:
		"""The customer's account. Raises `Gone`."""
		return customers.fetched(self._admin, customer_id)

	def payouts(self, since: datetime) -> Iterator[Payout]:
		"""Payouts of Shopify Payments; none where the store does not use it."""
		return payouts.payouts(self._admin, since)

	def profile(self) -> StoreProfile:
		"""The shop's settings; payment, shipping and tax names are those of its latest orders."""
		shop: Json = self._admin.query("shop").get("shop") or {}
		orders = nodes(self._admin.query("recent_methods"), "orders")
		return StoreProfile(
			name=shop["name"],
			currency=shop["currencyCode"],
			timezone=shop.get("ianaTimezone"),
			prices_include_tax=bool(shop.get("taxesIncluded")),
			version=self._admin.served_version,
			locations=self._locations(),
			payment_methods=_gateways(orders),
			shipping_methods=_shipping_methods(orders),
			taxes=_taxes(orders),
		)

	def test(self) -> list[Check]:
		"""Connection, right store, scopes, API version, clock; never raises for a failed check."""
		return checks.checks(self._admin, self._domain, self._version, lambda: datetime.now(timezone.utc))

	def webhooks(self) -> list[Subscription]:
		"""The subscriptions of this app."""
		return subscriptions.listed(self._admin)

	def register_webhooks(self, address: str, topics: Sequence[str]) -> list[Subscription]:
		"""Those of `topics` to `address`, made where missing."""
		return subscriptions.registered(self._admin, address, topics)

	def remove_webhooks(self, address: str) -> int:
		"""Ends those to `address`; how many there were."""
		return subscriptions.removed(self._admin, address)

	def _locations(self) -> tuple[Named, ...]:
		found = self._admin.pages("locations", "locations", {}, "read_locations")
		return tuple(
			Named(id=str(number_in(place["id"])), title=place["name"], active=place["isActive"])
			for place in found
		)


def _gateways(orders: Sequence[Json]) -> tuple[Named, ...]:
	names = {name for order in orders for name in order.get("paymentGatewayNames") or () if name}
	return tuple(Named(id=name, title=name.replace("_", " ").capitalize()) for name in sorted(names))


def _shipping_methods(orders: Sequence[Json]) -> tuple[Named, ...]:
	"""By title: an order's shipping line has no id of its method, and codes are often the title."""
	titles = {
		line["title"] for order in orders for line in nodes(order, "shippingLines") if line.get("title")
	}
	return tuple(Named(id=title, title=title) for title in sorted(titles))


def _taxes(orders: Sequence[Json]) -> tuple[StoreTax, ...]:
	found = {(tax["title"], tax.get("rate")) for order in orders for tax in order.get("taxLines") or ()}
	pairs = sorted((title, "" if rate is None else str(rate)) for title, rate in found)
	return tuple(StoreTax(title=title, rate=rate or None) for title, rate in pairs)
