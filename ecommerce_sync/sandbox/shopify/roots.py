"""Resolvers of the query roots over a store's orders, locations, catalogue and app."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from graphql import GraphQLError

from ecommerce_sync.sandbox.shopify import facts
from ecommerce_sync.sandbox.shopify.graph_lines import inventory_item, product, variant
from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder
from ecommerce_sync.sandbox.shopify.paging import Entry, connection, keyed
from ecommerce_sync.sandbox.shopify.search import order_filter
from ecommerce_sync.sandbox.shopify.shop import Shop, installation_data, location_data, shop_data
from ecommerce_sync.sandbox.shopify.subscriptions import Subscriptions
from ecommerce_sync.sandbox.story import Bought

Json = dict[str, Any]
# Older orders are silently absent without read_all_orders.
RECENT = timedelta(days=60)
_GID = re.compile(r"gid://shopify/(?P<type>\w+)/(?P<number>\d+)(\?.*)?")
_SORTS: dict[str, Callable[[ShopifyOrder], Any]] = {
	"UPDATED_AT": lambda order: order.updated_at.timestamp(),
	"CREATED_AT": lambda order: order.story.created_at.timestamp(),
	"PROCESSED_AT": lambda order: order.story.created_at.timestamp(),
	"ORDER_NUMBER": lambda order: order.story.number,
	"ID": lambda order: order.id,
}


@dataclass
class Roots:
	"""What a query may start from; `orders` gives the store's orders as they are now."""

	shop: Shop
	client_id: str
	orders: Callable[[], list[ShopifyOrder]]
	scopes: Callable[[], frozenset[str]]
	clock: Callable[[], datetime]
	subscriptions: Subscriptions

	def queries(self) -> dict[str, Callable[..., Any]]:
		"""By field of QueryRoot."""
		return {
			"shop": lambda: shop_data(self.shop),
			"currentAppInstallation": lambda: installation_data(self.client_id, self.scopes()),
			"order": lambda id: self._order(id),
			"orders": self._orders,
			"ordersCount": self._orders_count,
			"location": lambda id=None: self._location(id),
			"locations": self._locations,
			"node": lambda id: self._node(id),
			"nodes": lambda ids: [self._node(gid) for gid in ids],
			"product": lambda id: self._listed(product, id),
			"products": lambda **arguments: self._catalogue(product, arguments),
			"productVariant": lambda id: self._listed(variant, id),
			"productVariants": lambda **arguments: self._catalogue(variant, arguments),
			"inventoryItem": lambda id: self._listed(inventory_item, id),
			"inventoryItems": lambda **arguments: self._catalogue(inventory_item, arguments),
			"webhookSubscription": self.subscriptions.one,
			"webhookSubscriptions": self.subscriptions.listed,
		}

	def mutations(self) -> dict[str, Callable[..., Any]]:
		"""By field of Mutation."""
		return {
			"webhookSubscriptionCreate": self.subscriptions.create,
			"webhookSubscriptionUpdate": self.subscriptions.update,
			"webhookSubscriptionDelete": self.subscriptions.delete,
		}

	def _visible(self) -> list[ShopifyOrder]:
		if "read_all_orders" in self.scopes():
			return self.orders()
		since = self.clock() - RECENT
		return [order for order in self.orders() if order.story.created_at >= since]

	def _order(self, gid: str) -> Json | None:
		_check_gid(gid)
		found = next((order for order in self._visible() if order.gid == gid), None)
		return self._order_data(found) if found else None

	def _orders(self, **arguments: Any) -> Json:
		sort = arguments.get("sortKey", "PROCESSED_AT")
		if sort not in _SORTS:
			raise GraphQLError(f"The emulated store sorts orders by {sorted(_SORTS)} only, not {sort}.")
		wanted = order_filter(arguments.get("query"), self.shop.zone)
		entries: list[Entry] = [([_SORTS[sort](o), o.id], o) for o in self._visible() if wanted(o)]
		return keyed(sorted(entries, key=lambda entry: entry[0]), arguments, self._order_data)

	def _orders_count(self, **arguments: Any) -> Json:
		wanted = order_filter(arguments.get("query"), self.shop.zone)
		return {"count": sum(map(wanted, self._visible())), "precision": "EXACT"}

	def _order_data(self, order: ShopifyOrder) -> Json:
		data = order.as_graphql()
		location = order.story.location_id
		data["retailLocation"] = None if location is None else self._location_by_number(location)
		return data

	def _location(self, gid: str | None) -> Json | None:
		if gid is None:
			return location_data(self.shop.locations[0])
		return self._location_by_number(_check_gid(gid))

	def _location_by_number(self, number: int) -> Json | None:
		found = (location_data(location) for location in self.shop.locations if location.id == number)
		return next(found, None)

	def _locations(self, **arguments: Any) -> Json:
		shown = [loc for loc in self.shop.locations if loc.is_active or arguments.get("includeInactive")]
		by_id = arguments.get("sortKey") == "ID"
		shown.sort(key=lambda location: location.id if by_id else location.name)
		return connection([location_data(location) for location in shown], arguments)

	def _node(self, gid: str) -> Any:
		_check_gid(gid)
		for find in (self._order, self._location, lambda gid: self.subscriptions.one(id=gid)):
			found = find(gid)
			if found is not None and found["id"] == gid:
				return found
		return None

	def _sold(self) -> list[Bought]:
		"""The catalogue: every product that an order has a line of, once a variant."""
		lines = [bought for order in self.orders() for bought in order.story.lines if facts.is_listed(bought)]
		return list({facts.variant_id(bought): bought for bought in lines}.values())

	def _catalogue(self, make: Callable[[Bought], Json | None], arguments: Json) -> Json:
		query = arguments.get("query") or ""
		sku = re.fullmatch(r"""sku:['"]?(?P<sku>[^'"]*)['"]?""", query)
		if query and not sku:
			raise GraphQLError(f"The emulated store filters its catalogue by sku only, not {query!r}.")
		sold = [bought for bought in self._sold() if sku is None or bought.sku == sku["sku"]]
		made = {data["id"]: data for data in map(make, sold) if data is not None}
		return connection([made[gid] for gid in sorted(made)], arguments)

	def _listed(self, make: Callable[[Bought], Json | None], gid: str) -> Json | None:
		_check_gid(gid)
		made = (make(bought) for bought in self._sold())
		return next((data for data in made if data is not None and data["id"] == gid), None)


def _check_gid(gid: str) -> int:
	found = _GID.fullmatch(gid)
	if found is None:
		raise GraphQLError(f"Invalid global id '{gid}'", extensions={"code": "argumentLiteralsIncompatible"})
	return int(found["number"])
