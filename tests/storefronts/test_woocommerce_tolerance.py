"""Whatever a payload or a message holds, the answer is a neutral order or a refusal that names the field."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecommerce_sync.core.errors import PayloadRefused
from ecommerce_sync.core.models import Order
from ecommerce_sync.sandbox.generator import stories
from ecommerce_sync.sandbox.woocommerce.orders import write_down
from ecommerce_sync.storefronts.woocommerce import PLATFORM

from .woocommerce_world import recorded

_TRACKED = {"tracking_id": "a", "tracking_number": "1", "date_shipped": "1764000000"}
_META = [
	{
		"key": "_wc_shipment_tracking_items",
		"value": [{**_TRACKED, "products_list": [{"item_id": "6", "qty": "1"}]}],
	},
	{
		"key": "_ecommerce_sync_fulfilments",
		"value": [{"id": "DN", "lines": [{"line_id": "7", "quantity": "1"}]}],
	},
	{"key": "_ppcp_paypal_fees", "value": {"paypal_fee": {"currency_code": "EUR", "value": "1.00"}}},
]
LIVED = {
	**recorded("store.webhook.order.updated.refund.json"),
	"refunds": recorded("store.rest.refunds_of_order.json"),
	"status": "completed",
	"date_paid_gmt": "2026-11-22T02:14:25",
	"date_completed_gmt": "2026-11-23T02:14:25",
	"meta_data": _META,
}
BASES = [
	*[LIVED] * 6,
	recorded("store.webhook.order.updated.refund.json"),
	recorded("store.rest.order.coupon_fee_tax_shipping.json"),
	*(write_down(story).as_json() for story in stories(21, 12, "EUR", "woocommerce")),
]
ODD = st.sampled_from(
	[
		"1e308", "-1e-308", "NaN", "Infinity", "0x10", "1_000", "١٢", "12,50", " 7 ", "1e15", "-0", "00", "1e400",
		"0000-00-00 00:00:00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-02-30T00:00:00Z",
		"\ud83d", "\x00", "&#xD800;", "&#99999999;", "<p>", "{}", "[]", "null", "é" * 300, float("nan"),
		float("inf"), -float("inf"), 1e308, 5e-324, 10**400, -1, 0, True, False, None, "", [], {}, [None],
		{"key": None}, {"1": {"key": "a", "value": {"b": [1]}}}, [[["deep"]]], {"date": "2026-01-01"},
	]
)  # fmt: skip
JSON = st.recursive(
	st.none()
	| st.booleans()
	| st.integers()
	| st.floats()
	| st.text(max_size=12)
	| st.decimals(allow_nan=False, allow_infinity=False).map(str),
	lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
	max_leaves=6,
)


def places(value: Any) -> list[tuple[Any, Any]]:
	"""Every container with each of its keys or positions."""
	keys = (
		list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
	)
	return [(value, key) for key in keys] + [place for key in keys for place in places(value[key])]


@st.composite
def spoiled(draw: st.DrawFn) -> dict[str, Any]:
	"""A good order with a few values replaced, removed or moved elsewhere."""
	payload: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(BASES)))
	for _ in range(draw(st.integers(1, 4))):
		container, key = draw(st.sampled_from(places(payload)))
		if draw(st.booleans()) and isinstance(container, dict):
			container.pop(key, None)
		elif not isinstance(container, dict) or key in container:
			container[key] = copy.deepcopy(draw(ODD | JSON))
	return payload


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(spoiled())
def test_spoiled_orders_are_read_or_refused(payload: dict[str, Any]) -> None:
	try:
		order = PLATFORM.parse_order(payload)
	except PayloadRefused as refusal:
		assert refusal.path and str(refusal)
		return
	assert isinstance(order, Order)
	assert order.total.is_finite() and all(line.total.is_finite() for line in order.lines)
	assert order.created_at.tzinfo and order.updated_at.tzinfo
	order.model_dump_json(exclude={"raw"}).encode()


@settings(max_examples=80, deadline=None)
@given(JSON)
def test_anything_is_read_or_refused(payload: Any) -> None:
	try:
		PLATFORM.parse_order(payload)
	except PayloadRefused as refusal:
		assert refusal.path


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=40), st.binary(max_size=60) | spoiled().map(lambda p: json.dumps(p).encode()))
def test_any_message_has_an_envelope_or_is_refused(signature: str, body: bytes) -> None:
	headers = {"X-WC-Webhook-Topic": "order.updated", "X-WC-Webhook-Signature": signature}
	assert not PLATFORM.verify(headers, body, ["secret", ""])
	assert not PLATFORM.ping(headers, body)
	try:
		envelope = PLATFORM.envelope(headers, body)
	except PayloadRefused as refusal:
		assert refusal.path
		return
	assert envelope.external_id.isdigit()


@pytest.mark.parametrize("key", ["id", "total", "number", "customer_note", "transaction_id"])
def test_endless_number_is_refused(key: str) -> None:
	"""Python cannot even write an integer of so many digits."""
	with pytest.raises(PayloadRefused) as caught:
		PLATFORM.parse_order({**BASES[0], key: 10**5000})
	assert caught.value.path == key


def test_endless_number_in_meta_data_is_left_out() -> None:
	order = PLATFORM.parse_order({**BASES[0], "meta_data": [{"key": "huge", "value": 10**5000}]})
	assert order.attributes == ()


def test_deeply_nested_payload_is_refused_or_read() -> None:
	nested: Any = "x"
	for _ in range(50_000):
		nested = [nested]
	payload = {**BASES[0], "meta_data": [{"key": "deep", "value": nested}]}
	try:
		PLATFORM.parse_order(payload)
	except PayloadRefused as refusal:
		assert refusal.path == "$"
