"""Signatures, envelopes and pings of WooCommerce's webhooks, on what a running store really sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from ecommerce_sync.core.errors import PayloadRefused
from ecommerce_sync.storefronts.base import Envelope
from ecommerce_sync.storefronts.woocommerce import PLATFORM

from .woocommerce_world import FIXTURES, recorded

RECORDED = sorted(path.name.removesuffix(".headers.json") for path in FIXTURES.glob("*.headers.json"))
ORDERS = [name for name in RECORDED if ".order." in name]


def message(name: str) -> tuple[dict[str, str], bytes, str]:
	"""Headers, exact body and secret of a recorded delivery."""
	sent = recorded(f"{name}.headers.json")
	return sent["headers"], (FIXTURES / f"{name}.json").read_bytes(), sent["secret"]


def signed(body: bytes, secret: str, **headers: str) -> dict[str, str]:
	digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
	return {"X-WC-Webhook-Signature": base64.b64encode(digest).decode(), **headers}


class TestSignature:
	@pytest.mark.parametrize("name", RECORDED)
	def test_recorded_deliveries_are_genuine(self, name: str) -> None:
		headers, body, secret = message(name)
		assert PLATFORM.verify(headers, body, [secret])
		assert not PLATFORM.verify(headers, body, [secret + "x"])
		assert not PLATFORM.verify(headers, body[:-1], [secret])

	def test_recorded_ones_are_all_there(self) -> None:
		assert len(RECORDED) >= 6 and len(ORDERS) >= 4

	def test_secret_is_decoded_as_wordpress_does(self) -> None:
		headers = signed(b"{}", 'a&b"c')
		assert PLATFORM.verify(headers, b"{}", ["a&amp;b&quot;c"])
		assert PLATFORM.verify(headers, b"{}", ['a&b"c'])

	def test_one_of_several_secrets(self) -> None:
		headers = signed(b"{}", "new")
		assert PLATFORM.verify(headers, b"{}", ["old", "new", ""])

	def test_an_empty_secret_signs_nothing(self) -> None:
		assert not PLATFORM.verify(signed(b"{}", ""), b"{}", [""])

	@pytest.mark.parametrize("value", [None, 5, "é", "=", "a===", b"x", "\ud800"])
	def test_odd_header_values(self, value: Any) -> None:
		assert not PLATFORM.verify({"X-WC-Webhook-Signature": value}, b"{}", ["secret"])


class TestEnvelope:
	@pytest.mark.parametrize("name", ORDERS)
	def test_recorded_orders(self, name: str) -> None:
		headers, body, _secret = message(name)
		envelope = PLATFORM.envelope(headers, body)
		deleted, partly = "deleted" in name, "refund" in name  # of refunds the sums only
		assert envelope.kind == "order" and envelope.topic == headers["X-WC-Webhook-Topic"]
		assert envelope.external_id == str(json.loads(body)["id"])
		assert (envelope.deleted, envelope.whole) == (deleted, not deleted and not partly)
		assert envelope.shop == "127.0.0.1"

	@pytest.mark.parametrize(
		"topic", ["product.published", "customer.published", "coupon.deleted", "action.my_hook"]
	)
	def test_other_topics_are_unused(self, topic: str) -> None:
		envelope = PLATFORM.envelope({"x-wc-webhook-topic": topic}, b'{"id": 5}')
		assert (envelope.kind, envelope.topic, envelope.external_id) == ("unused", topic, "")

	def test_two_orders_of_one_second_share_the_delivery_id(self) -> None:
		headers = {"X-WC-Webhook-Topic": "order.updated", "X-WC-Webhook-Delivery-ID": "same"}
		keys = {PLATFORM.envelope(headers, b'{"id": %d}' % order).event_key for order in (1, 2)}
		assert len(keys) == 2

	def test_the_same_delivery_has_the_same_key(self) -> None:
		headers, body, _secret = message("store.webhook.order.deleted")
		assert PLATFORM.envelope(headers, body) == PLATFORM.envelope(dict(headers), body)

	def test_deleted_twice_is_two_events(self) -> None:
		"""Into the trash, restored, into the trash again: the body is the same, the second is not."""
		headers, body, _secret = message("store.webhook.order.deleted")
		again = {**headers, "X-WC-Webhook-Delivery-ID": "another second"}
		assert PLATFORM.envelope(headers, body).event_key != PLATFORM.envelope(again, body).event_key

	def test_body_that_is_only_an_id_is_not_whole(self) -> None:
		assert not PLATFORM.envelope({"X-WC-Webhook-Topic": "order.restored"}, b'{"id": 5}').whole

	@pytest.mark.parametrize("headers", [{}, {"X-WC-Webhook-Topic": ""}, {"X-WC-Webhook-Topic": "a b\n"}])
	def test_without_a_topic(self, headers: dict[str, str]) -> None:
		with pytest.raises(PayloadRefused) as caught:
			PLATFORM.envelope(headers, b'{"id": 5}')
		assert caught.value.path == "X-WC-Webhook-Topic"

	def test_error_of_a_webhook_whose_user_lost_the_right(self) -> None:
		body = (FIXTURES / "store.rest.error.401.json").read_bytes()
		with pytest.raises(PayloadRefused) as caught:
			PLATFORM.envelope({"X-WC-Webhook-Topic": "order.updated"}, body)
		assert "woocommerce_rest_cannot_view" in str(caught.value)

	def test_odd_source(self) -> None:
		headers = {"X-WC-Webhook-Topic": "order.updated", "X-WC-Webhook-Source": "http://[half"}
		assert PLATFORM.envelope(headers, b'{"id": 5}').shop is None


class TestPing:
	def test_recorded_ping(self) -> None:
		ping = recorded("store.webhook.ping.json")
		assert PLATFORM.ping(ping["headers"], ping["body"].encode())

	@pytest.mark.parametrize(
		"body", [b"", b"webhook_id=", b"webhook_id=1&x=2", b'{"id":1}', b"webhook_id=1" * 9]
	)
	def test_anything_else_is_none(self, body: bytes) -> None:
		assert not PLATFORM.ping({"Content-Type": "application/x-www-form-urlencoded"}, body)

	def test_a_delivery_is_none(self) -> None:
		assert not PLATFORM.ping({"X-WC-Webhook-Topic": "order.created"}, b"webhook_id=1")


class TestProductEnvelope:
	def envelope(self, body: Any, topic: str = "product.updated", **headers: str) -> Envelope:
		given = {"X-WC-Webhook-Topic": topic, **headers}
		return PLATFORM.envelope(given, json.dumps(body).encode())

	def test_recorded_message(self) -> None:
		headers, body, secret = message("store.webhook.product.updated")
		assert PLATFORM.verify(headers, body, [secret])
		envelope = PLATFORM.envelope(headers, body)
		assert (envelope.kind, envelope.external_id, envelope.whole) == ("product", "14", True)
		assert not envelope.deleted and envelope.shop == "127.0.0.1"

	@pytest.mark.parametrize("topic", ["product.created", "product.updated", "product.restored"])
	def test_variation_is_about_its_product(self, topic: str) -> None:
		variation = json.loads((FIXTURES / "store.rest.product.variation.json").read_bytes())
		envelope = self.envelope(variation, topic)
		assert (envelope.kind, envelope.external_id, envelope.whole) == ("product", "21", True)

	def test_two_variations_are_two_events(self) -> None:
		bodies = ({"id": number, "type": "variation", "parent_id": 21} for number in (22, 23))
		assert len({self.envelope(body).event_key for body in bodies}) == 2

	def test_variable_product_that_keeps_the_number_is_to_be_fetched(self) -> None:
		"""The message has the number, but names no variation that it is the number of."""
		variable = json.loads((FIXTURES / "store.rest.product.variable.json").read_bytes())
		assert self.envelope(variable).whole
		assert not self.envelope({**variable, "manage_stock": True, "stock_quantity": 5}).whole

	def test_deleted(self) -> None:
		envelope = self.envelope({"id": 14}, "product.deleted")
		assert (envelope.kind, envelope.external_id, envelope.deleted, envelope.whole) == (
			"product",
			"14",
			True,
			False,
		)
		keys = {
			self.envelope({"id": 14}, "product.deleted", **{"X-WC-Webhook-Delivery-ID": each}).event_key
			for each in "ab"
		}
		assert len(keys) == 2

	@pytest.mark.parametrize("body", [[], {}, {"id": None}, {"code": "no", "message": "x"}, {"id": "x"}])
	def test_junk(self, body: Any) -> None:
		with pytest.raises(PayloadRefused):
			self.envelope(body)

	def test_what_the_platform_can_do(self) -> None:
		capabilities = PLATFORM.capabilities
		assert set(capabilities.product_topics) == {
			"product.created",
			"product.updated",
			"product.deleted",
			"product.restored",
		}
		assert capabilities.sale_dates and not capabilities.compare_and_set_stock
