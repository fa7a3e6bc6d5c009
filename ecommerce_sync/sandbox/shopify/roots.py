"""The table of what queries and mutations may start from, and the resolvers of orders and locations."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from graphql import GraphQLError

from ecommerce_sync.sandbox.shopify import facts
from ecommerce_sync.sandbox.shopify.bulk import BulkOperations
from ecommerce_sync.sandbox.shopify.customers import Customers
from ecommerce_sync.sandbox.shopify.goods_roots import GoodsRoots
from ecommerce_sync.sandbox.shopify.life_edits import LifeEdits
from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder
from ecommerce_sync.sandbox.shopify.paging import Entry, connection, keyed
from ecommerce_sync.sandbox.shopify.payouts import books
from ecommerce_sync.sandbox.shopify.search import order_filter
from ecommerce_sync.sandbox.shopify.shop import Shop, installation_data, shop_data
from ecommerce_sync.sandbox.shopify.subscriptions import Subscriptions

Json = dict[str, Any]
# Older orders are silently absent without read_all_orders.
RECENT = timedelta(days=60)
_PARTS = {
	"FulfillmentOrder": "fulfillmentOrders",
	"Fulfillment": "fulfillments",
	"Refund": "refunds",
	"Return": "returns",
	"OrderTransaction": "transactions",
}
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
	goods: GoodsRoots
	bulk: BulkOperations
	edits: dict[str, Any]
	life: LifeEdits
	customers: Customers

	def __post_init__(self) -> None:
		self.life.shown = self._order_data

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
			"customer": lambda id: self.customers.data(_check_gid(id)),
			"shopifyPaymentsAccount": books(self.shop, self.orders, self.clock),
			"fulfillmentOrder": lambda id: self._part(id),
			"fulfillment": lambda id: self._part(id),
			"refund": lambda id: self._part(id),
			"return": lambda id: self._part(id),
			"job": lambda id: self.life.job(id),
			"node": lambda id: self._node(id),
			"nodes": lambda ids: [self._node(gid) for gid in ids],
			**self.goods.queries(),
			**self.bulk.queries(),
			"webhookSubscription": self.subscriptions.one,
			"webhookSubscriptions": self.subscriptions.listed,
		}

	def mutations(self) -> dict[str, Callable[..., Any]]:
		"""By field of Mutation."""
		return {
			"webhookSubscriptionCreate": self.subscriptions.create,
			"webhookSubscriptionUpdate": self.subscriptions.update,
			"webhookSubscriptionDelete": self.subscriptions.delete,
			**self.edits,
			**self.bulk.mutations(),
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
		data["retailLocation"] = None if location is None else self.goods.node("Location", location)
		return data

	def _part(self, gid: str) -> Json | None:
		"""A part of an order by its id, shown as the order shows it."""
		number, kind = _check_gid(gid), gid.split("/")[3]
		field = _PARTS.get(kind)
		story = facts.story_of(kind, number)
		for order in self._visible() if field and story is not None else ():
			if field and order.story.number == story:
				parts = _all(self._order_data(order)[field])
				return next((part for part in parts if part["id"] == gid), None)
		return None

	def _location(self, gid: str | None) -> Any:
		number = self.goods.stock.default if gid is None else _check_gid(gid)
		return self.goods.node("Location", number)

	def _locations(self, **arguments: Any) -> Json:
		shown = [loc for loc in self.shop.locations if loc.is_active or arguments.get("includeInactive")]
		by_id = arguments.get("sortKey") == "ID"
		shown.sort(key=lambda location: location.id if by_id else location.name)
		return connection([self.goods.node("Location", location.id) for location in shown], arguments)

	def _node(self, gid: str) -> Any:
		number, kind = _check_gid(gid), gid.split("/")[3]
		others: dict[str, Callable[[], Any]] = {
			"Order": lambda: self._order(gid),
			"WebhookSubscription": lambda: self.subscriptions.one(id=gid),
			"BulkOperation": lambda: self.bulk.by_gid(gid),
			"InventoryLevel": lambda: self.goods.level(gid),
			"Customer": lambda: self.customers.data(number),
			"Job": lambda: self.life.job(gid),
			**{name: lambda: self._part(gid) for name in _PARTS},
		}
		return others[kind]() if kind in others else self.goods.node(kind, number)


def _all(parts: Any) -> list[Json]:
	found: list[Json] = parts() if callable(parts) else parts
	return found


def _check_gid(gid: str) -> int:
	found = _GID.fullmatch(gid)
	if found is None:
		raise GraphQLError(f"Invalid global id '{gid}'", extensions={"code": "argumentLiteralsIncompatible"})
	return int(found["number"])
