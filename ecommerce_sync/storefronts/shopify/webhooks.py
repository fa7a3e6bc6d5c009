"""Shopify's webhook messages: topics, signature and envelope.

Source: https://shopify.dev/docs/apps/build/webhooks. Deliveries repeat, come late, in any order or not at
all; the payload is the order or product at the time of the event, in the shape of REST.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from ...core.errors import PayloadRefused
from ..base import Envelope
from .customers import DELETED, KEPT, PRIVACY_TOPICS, customer_id, merged_id
from .fulfilments import returns_told
from .lines import identity
from .parse import order_id
from .products import inventory_id, is_whole, product_id
from .reading import Node

_OF_ORDERS = ("orders/create", "orders/updated", "orders/cancelled", "orders/edited", "orders/delete")
# What happens to an order is told by messages of its own too; they name the order, which is then read.
_OF_LIVES = (
	"order_transactions/create",
	"refunds/create",
	"fulfillments/create",
	"fulfillments/update",
	"returns/request",
	"returns/approve",
	"returns/cancel",
	"returns/close",
	"returns/decline",
	"returns/reopen",
)
ORDER_TOPICS = (*_OF_ORDERS, *_OF_LIVES)
_READ_TOPICS = {*_OF_ORDERS, "orders/paid", "orders/fulfilled", "orders/partially_fulfilled"}
_LIFE_PREFIXES = ("returns/", "fulfillment_orders/", "fulfillment_holds/", "reverse_")
CUSTOMER_TOPICS = ("customers/create", "customers/update", "customers/merge")
_PRODUCT_TOPICS = ("products/create", "products/update", "products/delete")
_LEVEL_TOPICS = ("inventory_levels/update", "inventory_levels/connect", "inventory_levels/disconnect")
PRODUCT_TOPICS = (*_PRODUCT_TOPICS, *_LEVEL_TOPICS)
_LONGEST_ID = 80
_WHOLE = ("line_items", "total_price", "currency", "created_at")


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
	"""Whether X-Shopify-Hmac-Sha256 is the base64 HMAC-SHA256 of the raw body by one of the secrets.

	Constant time; never raises. Several secrets: for up to an hour after a rotation Shopify uses the old one.
	"""
	given = (_header(headers, "X-Shopify-Hmac-Sha256") or "").strip().encode("utf-8", "replace")
	signatures = [_signature(secret, body) for secret in secrets if secret]
	return any([hmac.compare_digest(signature, given) for signature in signatures])


def envelope(headers: Mapping[str, str], body: bytes) -> Envelope:
	"""Topic, what it is about and unique key of a message. Raises `PayloadRefused` for junk."""
	topic = (_header(headers, "X-Shopify-Topic") or "").strip().lower()
	if not topic:
		raise PayloadRefused("X-Shopify-Topic", "is missing")
	payload = _object(body)
	common = {
		"topic": topic,
		"event_key": _event_key(topic, headers, body),
		"shop": (_header(headers, "X-Shopify-Shop-Domain") or "").strip().lower() or None,
		"sent_at": _sent_at(headers),
	}
	if topic in _PRODUCT_TOPICS:
		return Envelope(kind="product", **_product(topic, payload), **common)
	if topic in _LEVEL_TOPICS:
		return Envelope(kind="stock", external_id=inventory_id(Node(payload)), **common)
	if topic in _OF_LIVES or topic.startswith(_LIFE_PREFIXES):
		return Envelope(**_life(topic, payload), **common)
	if topic in CUSTOMER_TOPICS:
		return Envelope(**_customer(payload), **common)
	if topic in PRIVACY_TOPICS:
		return Envelope(kind="privacy", external_id=_person(payload), **common)
	if topic not in _READ_TOPICS:
		return Envelope(kind="unused", external_id="", **common)
	return Envelope(kind="order", deleted=topic == "orders/delete", **_order(topic, payload), **common)


def _order(topic: str, payload: dict[str, Any]) -> dict[str, Any]:
	"""Which order a message is about, and whether it tells all of it."""
	if topic == "orders/edited":
		edit = Node(payload).child("order_edit") or Node(payload)
		if edit.text("order_id") is None:
			edit.refuse("order_id", "is missing")
		return {"external_id": order_id(Node({"id": edit.value["order_id"]}, edit.path)), "whole": False}
	node = Node(payload)
	inner = node.child("order") if "line_items" not in payload else None
	order = inner or node
	return {"external_id": order_id(order), "whole": topic == "orders/delete" or _is_whole(order)}


def _life(topic: str, payload: dict[str, Any]) -> dict[str, Any]:
	"""The order that a message names. Some of fulfilment orders and returns name none: nothing can be read then."""
	node = Node(payload)
	holders = [node, *(node.child(key) for key in ("fulfillment_order", "return", "fulfillment"))]
	for holder in (each for each in holders if each):
		order = holder.child("order")
		named = {"id": holder.value.get("order_id")} if order is None else order.value
		if Node(named).text("id") or Node(named).text("admin_graphql_api_id"):
			return {"kind": "order", "external_id": order_id(Node(named, holder.path)), "whole": False}
	if topic in ("refunds/create", "order_transactions/create") or topic.startswith("fulfillments/"):
		node.refuse("order_id", "is missing")
	return {"kind": "unused", "external_id": ""}


def _customer(payload: dict[str, Any]) -> dict[str, Any]:
	"""Which account a message is about: of a merge the one that is gone."""
	node = Node(payload)
	if KEPT not in payload and DELETED not in payload:
		return {"kind": "customer", "external_id": customer_id(node)}
	if (node.text("status") or "").lower() == "failed":
		return {"kind": "unused", "external_id": ""}
	return {"kind": "customer", "external_id": merged_id(node)}


def _person(payload: dict[str, Any]) -> str:
	"""The customer that a compliance message is about, else the store."""
	node = Node(payload)
	customer = node.child("customer")
	named = identity(customer) if customer else None
	return named or node.text("shop_id") or node.refuse("shop_id", "is missing")


def _product(topic: str, payload: dict[str, Any]) -> dict[str, Any]:
	"""Which product a message is about, and whether it tells all of it."""
	node = Node(payload)
	product = (node.child("product") if "id" not in payload else None) or node
	deleted = topic == "products/delete"
	return {
		"external_id": product_id(product),
		"deleted": deleted,
		"whole": not deleted and is_whole(product),
	}


def _is_whole(order: Node) -> bool:
	"""Not when the subscription leaves fields out, nor for a company or returns, of which messages tell ids only."""
	told = all(order.value.get(key) is not None for key in _WHOLE) and returns_told(order)
	return told and not order.value.get("company")


def _event_key(topic: str, headers: Mapping[str, str], body: bytes) -> str:
	"""The event's id is the same over deliveries and subscriptions; the topic parts those of one action."""
	given = _header(headers, "X-Shopify-Event-Id") or _header(headers, "X-Shopify-Webhook-Id") or ""
	plain = given.strip()
	if not plain or len(plain) > _LONGEST_ID or not (plain.isascii() and plain.isprintable()):
		plain = sha256(plain.encode("utf-8", "replace") + body).hexdigest()
	return f"{topic}:{plain}"[:140]


def _sent_at(headers: Mapping[str, str]) -> datetime | None:
	try:
		return Node({"at": _header(headers, "X-Shopify-Triggered-At")}).time("at")
	except PayloadRefused:
		return None


def _object(body: bytes) -> dict[str, Any]:
	try:
		payload = json.loads(body)
	except (ValueError, RecursionError):
		raise PayloadRefused("", "is not JSON") from None
	if not isinstance(payload, dict):
		raise PayloadRefused("", "is not an object")
	return payload


def _signature(secret: str, body: bytes) -> bytes:
	return base64.b64encode(hmac.new(secret.encode("utf-8", "replace"), body, sha256).digest())


def _header(headers: Mapping[str, str], name: str) -> str | None:
	"""Header names are case-insensitive, mappings need not be."""
	wanted = name.lower()
	return next((value for key, value in headers.items() if key.lower() == wanted), None)
