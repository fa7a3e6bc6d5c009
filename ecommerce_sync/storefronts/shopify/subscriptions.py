"""A store's webhook subscriptions: listed, made, repaired and removed through the Admin API.

Shopify deletes a subscription after eight failures in a row, so registering again must always be safe.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from ..base import Subscription
from .client import Admin, Json

_KNOWN = (
	"app/scopes_update",
	"app/uninstalled",
	"orders/partially_fulfilled",
)


def listed(admin: Admin) -> list[Subscription]:
	"""The subscriptions of this app."""
	return [_subscription(node) for node in admin.pages("webhooks", "webhookSubscriptions", {})]


def registered(admin: Admin, address: str, topics: Sequence[str]) -> list[Subscription]:
	"""Those of `topics` to `address`, made where missing, moved where the site's host has changed."""
	existing = listed(admin)
	return [_of_topic(admin, existing, address, topic) for topic in dict.fromkeys(topics)]


def removed(admin: Admin, address: str) -> int:
	"""Ends those to `address`; how many there were."""
	found = [subscription for subscription in listed(admin) if subscription.address == address]
	for subscription in found:
		admin.mutate("webhook_delete", {"id": subscription.id}, repeatable=False)
	return len(found)


def _of_topic(admin: Admin, existing: Sequence[Subscription], address: str, topic: str) -> Subscription:
	mine = [subscription for subscription in existing if subscription.topic == topic]
	for subscription in mine:
		if subscription.address == address:
			return subscription
	for subscription in mine:
		if _elsewhere(subscription.address) == _elsewhere(address):
			given = {"id": subscription.id, "uri": address}
			return _subscription(_saved(admin.mutate("webhook_update", given, repeatable=True)))
	return _created(admin, address, topic)


def _created(admin: Admin, address: str, topic: str) -> Subscription:
	given = {"topic": topic.replace("/", "_").upper(), "uri": address}
	return _subscription(_saved(admin.mutate("webhook_create", given, repeatable=False)))


def _elsewhere(address: str) -> tuple[str, str]:
	"""What stays the same when a site moves to another host."""
	parts = urlsplit(address)
	return parts.path, parts.query


def _saved(payload: Json) -> Json:
	saved: Json = payload.get("webhookSubscription") or {}
	return saved


def _subscription(node: Json) -> Subscription:
	return Subscription(id=str(node["id"]), topic=_topic(str(node["topic"])), address=str(node["uri"]))


def _topic(enum: str) -> str:
	"""ORDERS_CREATE as orders/create: the event is the last word, except in the known topics."""
	known = {topic.replace("/", "_").upper(): topic for topic in _KNOWN}
	resource, _, event = enum.lower().rpartition("_")
	return known.get(enum) or f"{resource}/{event}"
