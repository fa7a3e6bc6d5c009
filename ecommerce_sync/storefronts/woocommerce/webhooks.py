"""WooCommerce's webhooks: topics, signature, and what a delivery is about.

Deliveries carry `X-WC-Webhook-*` headers and are signed with base64 HMAC-SHA256 over the raw body. The
ping at a webhook's creation is a bare form and carries neither. Nothing is ever sent a second time.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from ...core.errors import PayloadRefused
from ..base import Envelope, MessageKind
from . import products, refunds, variants
from .fields import Fields

ORDER_TOPICS = ("order.created", "order.updated", "order.deleted", "order.restored")
PRODUCT_TOPICS = ("product.created", "product.updated", "product.deleted", "product.restored")
CUSTOMER_TOPICS = ("customer.created", "customer.updated", "customer.deleted")
_PREFIX = "x-wc-webhook-"
_PING = re.compile(rb"webhook_id=[0-9]{1,20}")


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
	"""Whether one of the secrets signed the body. WordPress decodes entities in a secret before it signs."""
	try:
		given = b64decode(_header(headers, "signature"), validate=True)
	except ValueError:
		return False
	keys = {form for secret in secrets if secret for form in (secret, html.unescape(secret))}
	matches = [hmac.compare_digest(_digest(key, body), given) for key in sorted(keys)]
	return any(matches)


def envelope(headers: Mapping[str, str], body: bytes) -> Envelope:
	"""Topic, id of the order, product or customer, and unique key of a delivery. Raises `PayloadRefused` for junk.

	The Delivery-ID names webhook and second only, two orders can share it. Yet where the body is just an
	id it is what tells two deletions of one order apart.
	"""
	topic = _topic(headers)
	kind = _kind(topic)
	found = _document(body) if kind != "unused" else None
	found_id = _id(found, kind) if found else ""
	deleted = found is not None and topic.endswith(".deleted")
	marked = body + _header(headers, "delivery-id").encode("utf-8", "replace") if deleted else body
	return Envelope(
		topic=topic,
		kind=kind,
		external_id=_product_id(found, found_id) if found and kind == "product" else found_id,
		event_key=f"{topic}:{found_id}:{hashlib.sha256(marked).hexdigest()[:32]}",
		whole=not deleted and found is not None and _is_whole(found, kind),
		deleted=deleted,
		shop=_shop(_header(headers, "source")),
	)


def ping(headers: Mapping[str, str], body: bytes) -> bool:
	"""Whether this is the unsigned greeting that WooCommerce sends when a webhook is created."""
	marked = any(str(name).lower().startswith(_PREFIX) for name in headers)
	return not marked and _PING.fullmatch(body.strip()) is not None


def _digest(secret: str, body: bytes) -> bytes:
	return hmac.new(secret.encode("utf-8", "replace"), body, hashlib.sha256).digest()


def _header(headers: Mapping[str, str], name: str) -> str:
	"""A header `X-WC-Webhook-<name>`, whatever the case; empty when absent."""
	wanted = _PREFIX + name
	return next((str(value) for key, value in headers.items() if str(key).lower() == wanted), "").strip()


def _topic(headers: Mapping[str, str]) -> str:
	topic = _header(headers, "topic")
	if not re.fullmatch(r"[A-Za-z0-9_.\-]{1,100}", topic):
		raise PayloadRefused("X-WC-Webhook-Topic", "is no topic" if topic else "is missing")
	return topic


def _document(body: bytes) -> Fields:
	try:
		document: Any = json.loads(body)
	except (ValueError, RecursionError):
		raise PayloadRefused("$", "is not JSON") from None
	if not isinstance(document, Mapping):
		raise PayloadRefused("$", "is not an object")
	return Fields(document)


def _kind(topic: str) -> MessageKind:
	if topic in ORDER_TOPICS:
		return "order"
	if topic in CUSTOMER_TOPICS:
		return "customer"
	return "product" if topic in PRODUCT_TOPICS else "unused"


def _id(document: Fields, kind: MessageKind) -> str:
	found = document.id("id")
	if found:
		return found
	said = document.data.get("code")
	what = {"order": "an order", "customer": "a customer"}.get(kind, "a product")
	problem = (
		f"is missing; the store sent the error {str(said)[:100]} instead of {what}" if said else "is missing"
	)
	raise document.refuse("id", problem)


def _product_id(document: Fields, found_id: str) -> str:
	"""Of a variation its product's."""
	return document.id("parent_id") or found_id if products.is_variation(document) else found_id


def _is_whole(document: Fields, kind: MessageKind) -> bool:
	"""Whether reading the body tells all that the message is about.

	An order tells the sums of its refunds only. Of a product that keeps the number of its variations the body tells no quantity, for it names no variation.
	"""
	if kind == "order":
		return "line_items" in document.data and refunds.are_whole(document.data)
	if kind == "customer":
		return "email" in document.data
	shared = products.is_variable(document) and variants.holder(document) != "nobody"
	return "type" in document.data and not shared


def _shop(source: str) -> str | None:
	"""The host of the store's home address."""
	try:
		return urlsplit(source).hostname
	except ValueError:
		return None
