"""Webhooks of the emulated Shopify: subscribed by GraphQL, signed, sent, repeated and given up by its rules."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from ecommerce_sync.sandbox.faults import Faults
from ecommerce_sync.sandbox.shopify import ALL_SCOPES, EmulatedShopify
from ecommerce_sync.sandbox.shopify.schema import webhook_scopes
from ecommerce_sync.sandbox.shopify.subscriptions import enum_name, topic_name

from .shopify_stories import PLACED, story

CREATE = """mutation($topic: WebhookSubscriptionTopic!, $input: WebhookSubscriptionInput!) {
	webhookSubscriptionCreate(topic: $topic, webhookSubscription: $input) {
		webhookSubscription { id topic uri format includeFields name apiVersion { handle } createdAt }
		userErrors { field message } } }"""
LIST = """query($topics: [WebhookSubscriptionTopic!], $uri: String) {
	webhookSubscriptions(first: 9, topics: $topics, uri: $uri) { nodes { id topic uri } } }"""


class Listener:
	"""An app's endpoint on this machine: keeps what came, answers what it is told to."""

	def __init__(self) -> None:
		self.came: list[tuple[dict[str, str], bytes]] = []
		self.status = 200
		self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
		self.uri = f"http://127.0.0.1:{self._server.server_port}/hook?store=A"
		self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
		self._thread.start()

	def close(self) -> None:
		if not self._thread.is_alive():
			return
		self._server.shutdown()
		self._thread.join()
		self._server.server_close()

	def _answer(self, environ: Any, start_response: Any) -> Any:
		request = Request(environ)
		self.came.append((dict(request.headers), request.get_data()))
		headers = {"Location": self.uri} if self.status == 302 else {}
		return Response("", self.status, headers)(environ, start_response)


@pytest.fixture
def listener() -> Iterator[Listener]:
	opened = Listener()
	yield opened
	opened.close()


class Moment:
	"""The store's time, moved by hand."""

	def __init__(self) -> None:
		self.at = datetime(2026, 9, 1, 12, 0, tzinfo=timezone.utc)

	def __call__(self) -> datetime:
		return self.at


@pytest.fixture
def now() -> Moment:
	return Moment()


@pytest.fixture
def store(now: Moment) -> EmulatedShopify:
	return EmulatedShopify(clock=now)


def subscribe(store: EmulatedShopify, topic: str, uri: str | None, **more: Any) -> Any:
	answer = store.graphql(CREATE, {"topic": topic, "input": {"uri": uri, **more}})
	assert "errors" not in answer, answer
	return answer["data"]["webhookSubscriptionCreate"]


def listed(store: EmulatedShopify, **variables: Any) -> Any:
	return store.graphql(LIST, variables)["data"]["webhookSubscriptions"]["nodes"]


def test_an_order_is_announced_signed_over_real_http(store: EmulatedShopify, listener: Listener) -> None:
	subscribe(store, "ORDERS_CREATE", listener.uri)
	order = store.place(story())
	(outcome,) = store.deliver()
	headers, body = listener.came[0]
	assert outcome.is_accepted
	assert json.loads(body) == json.loads(json.dumps(order.as_webhook()))
	digest = hmac.new(store.client_secret.encode(), body, hashlib.sha256).digest()
	assert headers["X-Shopify-Hmac-Sha256"] == base64.b64encode(digest).decode()
	assert headers["X-Shopify-Topic"] == "orders/create"
	assert headers["X-Shopify-Shop-Domain"] == "emulated.myshopify.com"
	assert headers["X-Shopify-Api-Version"] == "2026-07"
	assert headers["X-Shopify-Triggered-At"] == "2026-09-01T12:00:00.000000Z"
	assert {"X-Shopify-Webhook-Id", "X-Shopify-Event-Id"} <= set(headers)


def test_each_change_is_announced_to_its_topics(store: EmulatedShopify, listener: Listener) -> None:
	for topic in ("ORDERS_CREATE", "ORDERS_PAID", "ORDERS_UPDATED", "ORDERS_CANCELLED"):
		subscribe(store, topic, listener.uri)
	order = store.place(story())
	store.update(order.id, note="Ring")
	store.cancel(order.id)
	store.deliver()
	topics = [headers["X-Shopify-Topic"] for headers, _ in listener.came]
	expected = "orders/create orders/paid orders/updated orders/cancelled orders/updated"
	assert topics == expected.split()
	assert json.loads(listener.came[2][1])["note"] == "Ring"
	assert json.loads(listener.came[3][1])["cancelled_at"] is not None


def test_nobody_is_told_what_nobody_subscribed_to(store: EmulatedShopify, listener: Listener) -> None:
	subscribe(store, "ORDERS_CANCELLED", listener.uri)
	store.place(story())
	store.place(story(number=1002), notify=False)
	assert store.deliver() == []


def test_two_subscriptions_share_the_event_and_not_the_delivery(
	store: EmulatedShopify, listener: Listener
) -> None:
	subscribe(store, "ORDERS_CREATE", listener.uri, name="first")
	subscribe(store, "ORDERS_CREATE", f"{listener.uri}&again=1")
	store.place(story())
	store.deliver()
	first, second = (headers for headers, _ in listener.came)
	assert first["X-Shopify-Event-Id"] == second["X-Shopify-Event-Id"]
	assert first["X-Shopify-Webhook-Id"] != second["X-Shopify-Webhook-Id"]
	assert (first["X-Shopify-Name"], "X-Shopify-Name" in second) == ("first", False)


def test_include_fields_keep_only_those(store: EmulatedShopify, listener: Listener) -> None:
	subscribe(store, "ORDERS_CREATE", listener.uri, includeFields=["id", "updated_at"])
	store.place(story())
	store.deliver()
	assert set(json.loads(listener.came[0][1])) == {"id", "updated_at"}


@pytest.mark.parametrize("status", [500, 404, 302])
def test_a_failed_delivery_is_sent_again_unchanged(
	store: EmulatedShopify, listener: Listener, now: Moment, status: int
) -> None:
	subscribe(store, "ORDERS_CREATE", listener.uri)
	order = store.place(story())
	listener.status = status
	assert [outcome.status for outcome in store.deliver()] == [status]
	store.update(order.id, at=PLACED, note="changed meanwhile")
	listener.status = 200
	assert store.deliver() == []  # not yet due
	now.at += timedelta(minutes=1)
	assert [outcome.status for outcome in store.deliver()] == [200]
	assert listener.came[0][1] == listener.came[1][1]
	assert delivery_ids(listener) == delivery_ids(listener)[:1] * 2


def delivery_ids(listener: Listener) -> list[str]:
	return [headers["X-Shopify-Webhook-Id"] for headers, _ in listener.came]


def test_after_eight_failed_retries_in_four_hours_the_subscription_is_gone(
	store: EmulatedShopify, listener: Listener, now: Moment
) -> None:
	subscribe(store, "ORDERS_CREATE", listener.uri)
	listener.status, placed = 503, now.at
	store.place(story())
	waits = []
	while store.webhooks.pending():
		now.at = store.webhooks.pending()[0].due
		waits.append(now.at - placed)
		assert listed(store) != []
		store.deliver()
	assert len(listener.came) == len(waits) == 9
	assert waits[-1] == pytest.approx(timedelta(hours=4), abs=timedelta(seconds=1))
	assert all(later > 2 * sooner for sooner, later in pairwise(waits[1:]))
	assert listed(store) == []


def test_a_success_in_between_keeps_the_subscription(
	store: EmulatedShopify, listener: Listener, now: Moment
) -> None:
	subscribe(store, "ORDERS_CREATE", listener.uri)
	listener.status = 500
	store.place(story())
	store.deliver()
	now.at += timedelta(seconds=1)
	listener.status = 200
	store.place(story(number=1002))
	store.deliver()
	listener.status = 500
	while store.webhooks.pending():
		now.at = store.webhooks.pending()[0].due
		store.deliver()
	assert len(listed(store)) == 1


def test_nobody_listening_is_a_failure_too(store: EmulatedShopify, listener: Listener) -> None:
	subscribe(store, "ORDERS_CREATE", listener.uri)
	listener.close()
	store.place(story())
	(outcome,) = store.deliver()
	assert (outcome.status, outcome.error, len(store.webhooks.pending())) == (None, "ConnectionError", 1)


def test_faults_double_and_reorder_messages(now: Moment, listener: Listener) -> None:
	faults = Faults(3, duplicate=0.5, reorder=0.8, late=0.2)
	store = EmulatedShopify(clock=now, faults=faults)
	subscribe(store, "ORDERS_CREATE", listener.uri)
	names = [store.place(story(number=number)).name for number in range(1001, 1021)]
	store.deliver()
	came = [json.loads(body)["name"] for _, body in listener.came]
	assert came == faults.deliveries(names, 0)
	assert set(came) == set(names)
	assert len(came) > len(names)
	assert len(set(delivery_ids(listener))) == len(names)


def test_a_message_for_those_who_send_themselves(store: EmulatedShopify) -> None:
	order = store.place(story())
	headers, body = store.message(order, "orders/updated")
	again, same = store.message(order, "orders/updated")
	assert body == same
	assert headers["X-Shopify-Topic"] == "orders/updated"
	assert headers["X-Shopify-Hmac-Sha256"] == again["X-Shopify-Hmac-Sha256"]
	assert headers["X-Shopify-Event-Id"] != again["X-Shopify-Event-Id"]


def test_ids_and_tokens_repeat_with_the_seed(now: Moment) -> None:
	def ids(seed: int) -> str:
		store = EmulatedShopify(seed, clock=now)
		return store.message(store.place(story()))[0]["X-Shopify-Webhook-Id"]

	assert ids(1) == ids(1) != ids(2)


def test_subscriptions_are_listed_changed_and_deleted(store: EmulatedShopify) -> None:
	made = subscribe(store, "ORDERS_CREATE", "https://a.example/hook", name="a")["webhookSubscription"]
	subscribe(store, "APP_UNINSTALLED", "https://a.example/hook")
	assert (made["topic"], made["apiVersion"]["handle"]) == ("ORDERS_CREATE", "2026-07")
	assert [node["id"] for node in listed(store, topics=["ORDERS_CREATE"])] == [made["id"]]
	assert listed(store, uri="https://b.example/") == []
	update = """mutation($id: ID!, $input: WebhookSubscriptionInput!) {
		webhookSubscriptionUpdate(id: $id, webhookSubscription: $input) {
			webhookSubscription { uri name } userErrors { message } } }"""
	data = store.graphql(update, {"id": made["id"], "input": {"uri": "https://b.example/"}})["data"]
	changed = data["webhookSubscriptionUpdate"]
	assert changed["webhookSubscription"] == {"uri": "https://b.example/", "name": "a"}
	delete = """mutation($id: ID!) { webhookSubscriptionDelete(id: $id) {
		deletedWebhookSubscriptionId userErrors { field message } } }"""
	gone = store.graphql(delete, {"id": made["id"]})["data"]["webhookSubscriptionDelete"]
	assert gone == {"deletedWebhookSubscriptionId": made["id"], "userErrors": []}
	again = store.graphql(delete, {"id": made["id"]})["data"]["webhookSubscriptionDelete"]
	assert again["userErrors"] == [{"field": ["id"], "message": "Webhook subscription does not exist"}]
	assert [node["topic"] for node in listed(store)] == ["APP_UNINSTALLED"]


@pytest.mark.parametrize(
	("uri", "message"),
	[
		(None, "Address can't be blank"),
		("", "Address can't be blank"),
		("not a url", "Address is invalid"),
		("http://shop.example/hook", "Address is invalid"),
		("https://[::1", "Address is invalid"),
		("https://taken.example/", "Address for this topic has already been taken"),
	],
)
def test_bad_addresses_are_user_errors(store: EmulatedShopify, uri: str | None, message: str) -> None:
	subscribe(store, "ORDERS_CREATE", "https://taken.example/")
	made = subscribe(store, "ORDERS_CREATE", uri)
	assert made["webhookSubscription"] is None
	assert made["userErrors"] == [{"field": ["webhookSubscription", "uri"], "message": message}]


def test_the_same_address_may_have_other_topics(store: EmulatedShopify) -> None:
	subscribe(store, "ORDERS_CREATE", "https://taken.example/")
	assert subscribe(store, "ORDERS_UPDATED", "https://taken.example/")["userErrors"] == []


def test_a_topic_needs_the_scope_of_its_resource() -> None:
	store = EmulatedShopify(scopes=ALL_SCOPES - {"read_orders", "write_orders"})
	made = subscribe(store, "ORDERS_CREATE", "https://a.example/")
	assert made["userErrors"][0]["field"] == ["webhookSubscription", "topic"]
	assert "permission" in made["userErrors"][0]["message"]
	assert subscribe(store, "APP_UNINSTALLED", "https://a.example/")["userErrors"] == []


def test_topics_are_translated_both_ways() -> None:
	for topic in webhook_scopes():
		assert topic_name(enum_name(topic)) == topic
	assert topic_name("REFUNDS_CREATE") == "refunds/create"
