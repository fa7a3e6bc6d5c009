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
from ecommerce_sync.core.privacy import PrivacyRequest
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
	read = envelope(headers("carts/update"), body({"id": 3}))
	assert (read.kind, read.external_id, read.topic) == ("unused", "", "carts/update")


RETURN = {"id": 3, "order": {"id": 7, "admin_graphql_api_id": "gid://shopify/Order/7"}}


@pytest.mark.parametrize(
	("topic", "payload"),
	[
		("refunds/create", {"id": 3, "order_id": 7}),
		("order_transactions/create", {"id": 3, "order_id": 7}),
		("fulfillments/create", {"id": 3, "order_id": 7}),
		("fulfillments/update", {"id": 3, "order_id": 7}),
		("returns/request", RETURN),
		("returns/approve", RETURN),
		("returns/close", {"id": 3, "order_id": 7}),
		("fulfillment_orders/moved", {"fulfillment_order": {"id": "gid://shopify/x/1", "order_id": 7}}),
	],
)
def test_what_happens_to_an_order_has_it_read(topic: str, payload: dict[str, Any]) -> None:
	read = envelope(headers(topic), body(payload))
	assert (read.kind, read.external_id, read.whole, read.deleted) == ("order", "7", False, False)


@pytest.mark.parametrize("topic", ["fulfillment_orders/split", "returns/update", "fulfillment_holds/added"])
def test_messages_that_name_no_order_are_unused(topic: str) -> None:
	payload = {"fulfillment_order": {"id": "gid://shopify/FulfillmentOrder/1", "status": "open"}}
	read = envelope(headers(topic), body(payload))
	assert (read.kind, read.external_id) == ("unused", "")


@pytest.mark.parametrize("topic", ["orders/paid", "orders/fulfilled", "orders/partially_fulfilled"])
def test_states_of_an_order_come_whole(topic: str) -> None:
	read = envelope(headers(topic), body(WHOLE))
	assert (read.kind, read.whole) == ("order", True)


def test_order_whose_returns_are_only_named_is_read() -> None:
	assert not envelope(headers("orders/updated"), body({**WHOLE, "returns": [{"id": 1}]})).whole
	assert envelope(headers("orders/updated"), body({**WHOLE, "returns": []})).whole


def test_customers_and_their_merger() -> None:
	read = envelope(
		headers("customers/update"), body({"id": 3, "admin_graphql_api_id": "gid://shopify/Customer/4"})
	)
	assert (read.kind, read.external_id, read.whole) == ("customer", "4", True)
	merged = {
		"admin_graphql_api_customer_kept_id": "gid://shopify/Customer/1",
		"admin_graphql_api_customer_deleted_id": "gid://shopify/Customer/2",
	}
	read = envelope(headers("customers/merge"), body({**merged, "status": "completed"}))
	assert (read.kind, read.external_id) == ("customer", "2")
	assert envelope(headers("customers/merge"), body({**merged, "status": "failed"})).kind == "unused"
	record = PLATFORM.parse_customer(merged)
	assert (record.customer.id, record.merged_into) == ("2", "1")


def test_requests_about_personal_data() -> None:
	person = {"shop_id": 9, "customer": {"id": 3, "email": "a@example.com"}}
	read = envelope(headers("customers/redact"), body(person))
	assert (read.kind, read.external_id) == ("privacy", "3")
	request = PLATFORM.parse_privacy("customers/redact", {**person, "orders_to_redact": [5, 6]})
	assert request == PrivacyRequest(
		what="customer", customer_id="3", email="a@example.com", order_ids=("5", "6")
	)
	asked = PLATFORM.parse_privacy("customers/data_request", {**person, "orders_requested": [5]})
	assert (asked.what, asked.order_ids) == ("data_request", ("5",))
	left = envelope(headers("shop/redact"), body({"shop_id": 9, "shop_domain": "a.myshopify.com"}))
	assert (left.kind, left.external_id) == ("privacy", "9")
	assert PLATFORM.parse_privacy("shop/redact", {"shop_id": 9}) == PrivacyRequest(what="store")
	with pytest.raises(PayloadRefused):
		PLATFORM.parse_privacy("customers/redact", [])  # type: ignore[arg-type]
	with pytest.raises(PayloadRefused):
		PLATFORM.parse_privacy("orders/create", {})


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
