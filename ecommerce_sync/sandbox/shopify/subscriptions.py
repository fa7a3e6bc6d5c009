"""The Admin API's side of webhooks: list, create, update and delete subscriptions, with userErrors."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from graphql import GraphQLEnumType

from ecommerce_sync.sandbox.shopify.facts import timestamp
from ecommerce_sync.sandbox.shopify.paging import connection
from ecommerce_sync.sandbox.shopify.schema import API_VERSION, schema, webhook_scopes
from ecommerce_sync.sandbox.shopify.webhooks import Subscription, Webhooks

Json = dict[str, Any]


@dataclass
class Subscriptions:
	"""Resolvers over a store's `Webhooks`; `scopes` are those granted to the app."""

	webhooks: Webhooks
	clock: Callable[[], datetime]
	scopes: Callable[[], frozenset[str]]

	def __post_init__(self) -> None:
		self._ids = count(1_000_000_000_001)

	def listed(self, **arguments: Any) -> Json:
		"""`webhookSubscriptions`, by creation."""
		topics, uri = arguments.get("topics"), arguments.get("uri")
		found = [
			subscription
			for subscription in self.webhooks.subscriptions.values()
			if (topics is None or enum_name(subscription.topic) in topics) and uri in (None, subscription.uri)
		]
		return connection([as_data(subscription) for subscription in found], arguments)

	def one(self, **arguments: Any) -> Json | None:
		"""`webhookSubscription(id)`."""
		found = self._by_gid(arguments["id"])
		return as_data(found) if found else None

	def create(self, **arguments: Any) -> Json:
		"""`webhookSubscriptionCreate`."""
		topic, given = topic_name(arguments["topic"]), arguments["webhookSubscription"]
		errors = self._topic_errors(topic) or self._errors(topic, given.get("uri"), given)
		if errors:
			return {"webhookSubscription": None, "userErrors": errors}
		now = self.clock()
		subscription = Subscription(next(self._ids), topic, given["uri"], now, now)
		return self._saved(_changed(subscription, given, now))

	def update(self, **arguments: Any) -> Json:
		"""`webhookSubscriptionUpdate`."""
		found, given = self._by_gid(arguments["id"]), arguments["webhookSubscription"]
		if found is None:
			return {"webhookSubscription": None, "userErrors": [_unknown()]}
		errors = self._errors(found.topic, given.get("uri", found.uri), given, except_id=found.id)
		if errors:
			return {"webhookSubscription": None, "userErrors": errors}
		return self._saved(_changed(found, given, self.clock()))

	def delete(self, **arguments: Any) -> Json:
		"""`webhookSubscriptionDelete`."""
		found = self._by_gid(arguments["id"])
		if found is None:
			return {"deletedWebhookSubscriptionId": None, "userErrors": [_unknown()]}
		self.webhooks.remove(found.id)
		return {"deletedWebhookSubscriptionId": found.gid, "userErrors": []}

	def _saved(self, subscription: Subscription) -> Json:
		self.webhooks.subscriptions[subscription.id] = subscription
		return {"webhookSubscription": as_data(subscription), "userErrors": []}

	def _by_gid(self, gid: str) -> Subscription | None:
		found = (s for s in list(self.webhooks.subscriptions.values()) if s.gid == gid)
		return next(found, None)

	def _topic_errors(self, topic: str) -> list[Json]:
		wanted, scopes = webhook_scopes().get(topic, ()), self.scopes()
		if not wanted or any(scope in scopes or scope.replace("read", "write") in scopes for scope in wanted):
			return []
		message = f"You do not have permission to create or update webhooks with {topic} topic."
		return [{"field": ["webhookSubscription", "topic"], "message": message}]

	def _errors(self, topic: str, uri: str | None, given: Json, except_id: int | None = None) -> list[Json]:
		if given.get("filter") or given.get("format") == "XML":
			return [_uri_error("The emulated store sends JSON and filters nothing.", "filter")]
		if not uri:
			return [_uri_error("Address can't be blank")]
		if not _is_deliverable(uri):
			return [_uri_error("Address is invalid")]
		others = list(self.webhooks.subscriptions.values())
		if any(s.topic == topic and s.uri == uri and s.id != except_id for s in others):
			return [_uri_error("Address for this topic has already been taken")]
		return []


def topic_name(enum: str) -> str:
	"""ORDERS_CREATE -> orders/create: the last word is the event where it is no exception."""
	known = next((topic for topic in webhook_scopes() if enum_name(topic) == enum), None)
	return known or _guess(enum)


def enum_name(topic: str) -> str:
	"""orders/create -> ORDERS_CREATE."""
	return topic.replace("/", "_").upper()


def as_data(subscription: Subscription) -> Json:
	"""GraphQL data of one subscription."""
	return {
		"__typename": "WebhookSubscription",
		"id": subscription.gid,
		"legacyResourceId": str(subscription.id),
		"topic": enum_name(subscription.topic),
		"uri": subscription.uri,
		"format": "JSON",
		"filter": None,
		"includeFields": list(subscription.include_fields),
		"metafieldNamespaces": [],
		"name": subscription.name,
		"createdAt": timestamp(subscription.created_at),
		"updatedAt": timestamp(subscription.updated_at),
		"apiVersion": {"displayName": API_VERSION, "handle": API_VERSION, "supported": True},
	}


def _changed(subscription: Subscription, given: Json, now: datetime) -> Subscription:
	return replace(
		subscription,
		uri=given.get("uri", subscription.uri),
		name=given.get("name", subscription.name),
		include_fields=tuple(given.get("includeFields", subscription.include_fields) or ()),
		updated_at=now,
	)


def _guess(enum: str) -> str:
	known = schema().type_map["WebhookSubscriptionTopic"]
	assert isinstance(known, GraphQLEnumType) and enum in known.values, "validated before"
	resource, _, event = enum.lower().rpartition("_")
	return f"{resource}/{event}"


def _is_deliverable(uri: str) -> bool:
	"""https, or http to this machine, where the emulated store's listeners live."""
	try:
		parts = urlsplit(uri)
		host, _ = parts.hostname, parts.port
	except ValueError:
		return False
	return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(str(host))))


def _is_loopback(host: str) -> bool:
	try:
		return ipaddress.ip_address(host).is_loopback
	except ValueError:
		return host == "localhost" or host.endswith(".localhost")


def _uri_error(message: str, field: str = "uri") -> Json:
	return {"field": ["webhookSubscription", field], "message": message}


def _unknown() -> Json:
	return {"field": ["id"], "message": "Webhook subscription does not exist"}
