"""Shopify's messages: what they are about, what makes an event the same, and what is no message."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import datetime, timezone
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecommerce_sync.core.errors import PayloadRefused
from ecommerce_sync.storefronts.shopify import PLATFORM
from ecommerce_sync.storefronts.shopify.webhooks import ORDER_TOPICS, envelope, verify

WHOLE = {
	"id": 1,
	"line_items": [],
	"total_price": "1",
	"currency": "USD",
	"created_at": "2026-07-01T00:00:00Z",
}


def headers(topic: str = "orders/create", **more: str) -> dict[str, str]:
	"""As Shopify sends them."""
	known = {
		"X-Shopify-Topic": topic,
		"X-Shopify-Shop-Domain": "acme.myshopify.com",
		"X-Shopify-Event-Id": "event-1",
		"X-Shopify-Webhook-Id": "delivery-1",
		"X-Shopify-Triggered-At": "2026-07-01T10:00:00.123456789Z",
	}
	return {**known, **{name.replace("_", "-"): value for name, value in more.items()}}


def body(payload: Any) -> bytes:
	"""The raw body."""
	return json.dumps(payload).encode()


def test_signature_as_documented() -> None:
	raw = b'{"id": 1}'
	signature = base64.b64encode(hmac.new(b"secret", raw, sha256).digest()).decode()
	assert verify({"x-shopify-hmac-sha256": signature}, raw, ["secret"])
	assert not verify({"x-shopify-hmac-sha256": signature}, raw, ["Secret"])


@given(st.text(), st.binary(), st.lists(st.text(), max_size=3))
def test_verify_never_raises(signature: str, raw: bytes, secrets: list[str]) -> None:
	assert verify({"X-Shopify-Hmac-Sha256": signature}, raw, secrets) is False


def test_envelope_of_a_whole_order() -> None:
	read = envelope(headers(), body(WHOLE))
	assert (read.topic, read.kind, read.external_id, read.whole, read.deleted) == (
		"orders/create",
		"order",
		"1",
		True,
		False,
	)
	assert read.shop == "acme.myshopify.com"
	assert read.sent_at == datetime(2026, 7, 1, 10, 0, 0, 123456, timezone.utc)


def test_event_is_the_same_over_deliveries_and_not_over_topics() -> None:
	first = envelope(headers(), body(WHOLE)).event_key
	again = envelope(headers(X_Shopify_Webhook_Id="delivery-2"), body(WHOLE)).event_key
	other = envelope(headers("orders/updated"), body(WHOLE)).event_key
	assert first == again != other


def test_event_without_ids_is_known_by_its_body() -> None:
	bare = {"X-Shopify-Topic": "orders/create"}
	keys = {envelope(bare, body({**WHOLE, "note": note})).event_key for note in ("a", "b", "a")}
	assert len(keys) == 2


@pytest.mark.parametrize("event_id", ["x" * 5000, "é" * 50, "a\nb"])
def test_odd_event_id_becomes_a_short_plain_key(event_id: str) -> None:
	key = envelope(headers(X_Shopify_Event_Id=event_id), body(WHOLE)).event_key
	assert len(key) <= 140 and key.isascii() and key.isprintable()


def test_exact_id_is_taken_where_the_number_is_rounded() -> None:
	rounded = {
		**WHOLE,
		"id": 820982911946154500,
		"admin_graphql_api_id": "gid://shopify/Order/820982911946154508",
	}
	assert envelope(headers(), body(rounded)).external_id == "820982911946154508"


@pytest.mark.parametrize("left_out", ["line_items", "total_price", "currency"])
def test_message_with_fields_left_out_is_not_whole(left_out: str) -> None:
	part = {key: value for key, value in WHOLE.items() if key != left_out}
	assert not envelope(headers(), body(part)).whole


def test_company_order_is_asked_for_because_messages_do_not_name_it() -> None:
	assert not envelope(headers(), body({**WHOLE, "company": {"id": 5, "location_id": 6}})).whole


def test_deleted_order_has_only_its_id() -> None:
	read = envelope(headers("orders/delete"), body({"id": 7}))
	assert (read.external_id, read.deleted, read.kind) == ("7", True, "order")


def test_edited_order_tells_differences_only() -> None:
	read = envelope(headers("orders/edited"), body({"order_edit": {"id": 9, "order_id": 7}}))
	assert (read.external_id, read.whole) == ("7", False)


def test_other_topics_are_unused() -> None:
	read = envelope(headers("customers/update"), body({"id": 3}))
	assert (read.kind, read.external_id, read.topic) == ("unused", "", "customers/update")


@pytest.mark.parametrize(
	("sent", "raw"),
	[
		({}, body(WHOLE)),
		(headers("products/update"), b"x"),
		(headers("orders/edited"), b"{}"),
		(headers("orders/edited"), body({"order_edit": []})),
		(headers("orders/edited"), body({"order_edit": {"order_id": "a"}})),
		(headers("orders/delete"), body({"id": None})),
		(headers(), body({"id": True})),
		(headers(), body({"order": 1})),
	],
)
def test_junk_is_refused(sent: dict[str, str], raw: bytes) -> None:
	with pytest.raises(PayloadRefused):
		envelope(sent, raw)


JSON = st.recursive(
	st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
	lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
	max_leaves=5,
)


@given(
	st.sampled_from([*ORDER_TOPICS, "x/y", ""]),
	st.dictionaries(
		st.sampled_from(["id", "order", "order_edit", "order_id", "line_items", "company"]), JSON
	),
	st.text(),
)
def test_any_message_is_an_envelope_or_refused(topic: str, payload: dict[str, Any], word: str) -> None:
	sent = headers(topic, X_Shopify_Event_Id=word, X_Shopify_Triggered_At=word, X_Shopify_Shop_Domain=word)
	try:
		read = PLATFORM.envelope(sent, body(payload))
	except PayloadRefused:
		return
	assert read.event_key and (read.external_id.isdigit() if read.kind == "order" else not read.external_id)
