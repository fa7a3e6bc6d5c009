"""The emulated store's webhooks: signed as recorded, built when the queue runs, never sent again."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import pytest
import requests
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from ecommerce_sync.sandbox.faults import Faults
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.sandbox.woocommerce.webhooks import Webhook, signature

from .woocommerce_samples import RECORDED, differences, recorded, rest_order, story

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
SIGNED = sorted(path.name for path in RECORDED.glob("store.webhook.*.headers.json"))


@dataclass
class Receiver:
	"""Takes whatever is sent to it and answers with `status`."""

	url: str = ""
	status: int = 200
	got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

	def __call__(self, environ: Any, start_response: Any) -> Any:
		request = Request(environ)
		self.got.append((dict(request.headers), request.get_data()))
		return Response("", self.status)(environ, start_response)

	def topics(self) -> list[str]:
		return [headers.get("X-Wc-Webhook-Topic", "ping") for headers, _ in self.got]


class Quiet(WSGIRequestHandler):
	def log(self, type: str, message: str, *args: object) -> None:
		pass


@contextmanager
def listening() -> Iterator[Receiver]:
	receiver = Receiver()
	server = make_server("127.0.0.1", 0, receiver, threaded=True, request_handler=Quiet)
	receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
	threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
	yield receiver
	server.shutdown()
	server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
	with listening() as found:
		yield found


@pytest.fixture
def store() -> Iterator[EmulatedWooCommerce]:
	with EmulatedWooCommerce(seed=1, secure=True, now=lambda: NOW) as served:
		yield served


def ask(store: EmulatedWooCommerce, path: str, method: str = "GET", **sent: Any) -> requests.Response:
	auth = (store.key.consumer_key, store.key.consumer_secret)
	return requests.request(method, f"{store.url}/wp-json/wc/v3/{path}", auth=auth, timeout=10, **sent)


def subscribe(store: EmulatedWooCommerce, receiver: Receiver, *topics: str) -> list[Webhook]:
	found = [store.webhooks.add(topic, receiver.url, "s3cret", topic, "active") for topic in topics]
	receiver.got.clear()  # the pings
	return found


@pytest.mark.parametrize("name", SIGNED)
def test_recorded_signatures_verify(name: str) -> None:
	sent = recorded(name)
	body = (RECORDED / name.replace(".headers", "")).read_bytes()
	assert signature(sent["secret"], body) == sent["headers"]["X-WC-Webhook-Signature"]
	assert signature(sent["secret"], body + b" ") != sent["headers"]["X-WC-Webhook-Signature"]


def test_a_secret_is_decoded_from_html() -> None:
	assert signature("a&amp;b", b"{}") == signature("a&b", b"{}")


@pytest.mark.parametrize("topic", ["order.created", "order.updated", "order.deleted"])
def test_a_message_is_like_the_recorded_one(store: EmulatedWooCommerce, topic: str) -> None:
	order = store.place(rest_order())
	headers, body = store.message(order, topic)
	real = recorded(f"store.webhook.{topic}.headers.json")["headers"]
	assert set(real) - {"Host", "Content-Length"} == set(headers)
	for name in (
		"User-Agent",
		"Content-Type",
		"X-WC-Webhook-Topic",
		"X-WC-Webhook-Resource",
		"X-WC-Webhook-Event",
	):
		assert headers[name] == real[name]
	assert headers["X-WC-Webhook-Source"] == f"{store.url}/"
	assert headers["X-WC-Webhook-Signature"] == signature(store.webhook_secret, body)
	assert len(headers["X-WC-Webhook-Delivery-ID"]) == len(real["X-WC-Webhook-Delivery-ID"])
	if topic == "order.deleted":
		assert body == b'{"id":31}'
	else:
		assert differences(recorded(f"store.webhook.{topic}.json"), json.loads(body), "order")[1:] == []


def test_a_new_webhook_pings_inside_the_request(store: EmulatedWooCommerce, receiver: Receiver) -> None:
	sent = {"topic": "order.created", "delivery_url": receiver.url, "secret": "s3cret", "name": "mine"}
	answer = ask(store, "webhooks", "POST", json=sent)
	assert answer.status_code == 201
	assert "secret" not in answer.text and answer.json()["status"] == "active"
	(headers, body), real = receiver.got[0], recorded("store.webhook.ping.json")
	assert body == real["body"].encode()
	assert headers["Content-Type"] == real["headers"]["Content-Type"]
	assert not [name for name in headers if name.lower().startswith("x-wc")]


def test_a_dead_receiver_does_not_keep_a_webhook_from_being_made(store: EmulatedWooCommerce) -> None:
	sent = {"topic": "order.created", "delivery_url": "http://127.0.0.1:9/nobody"}
	assert ask(store, "webhooks", "POST", json=sent).status_code == 201


def test_webhooks_over_rest(store: EmulatedWooCommerce, receiver: Receiver) -> None:
	for topic in ("order.created", "order.updated"):
		ask(store, "webhooks", "POST", json={"topic": topic, "delivery_url": receiver.url})
	assert [hook["id"] for hook in ask(store, "webhooks").json()] == [2, 1]
	assert ask(store, "webhooks/1", "PUT", json={"status": "paused"}).json()["status"] == "paused"
	assert [hook["id"] for hook in ask(store, "webhooks?status=active").json()] == [2]
	assert ask(store, "webhooks/1", "DELETE").json()["code"] == "woocommerce_rest_trash_not_supported"
	assert ask(store, "webhooks/1?force=true", "DELETE").json()["id"] == 1
	assert ask(store, "webhooks/1").status_code == 404
	assert ask(store, "webhooks/1", "PUT", json={}).status_code == 400


@pytest.mark.parametrize(
	("sent", "code"),
	[
		(
			{"topic": "order.sold", "delivery_url": "https://a.example"},
			"woocommerce_rest_shop_webhook_invalid_topic",
		),
		(
			{"topic": "order.created", "delivery_url": "ftp://a"},
			"woocommerce_rest_shop_webhook_invalid_delivery_url",
		),
	],
)
def test_webhooks_that_are_refused(store: EmulatedWooCommerce, sent: dict[str, str], code: str) -> None:
	answer = ask(store, "webhooks", "POST", json=sent)
	assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_checkout_tells_of_the_update_first(store: EmulatedWooCommerce, receiver: Receiver) -> None:
	subscribe(store, receiver, "order.created", "order.updated")
	store.place(story(1))
	store.run_queue()
	store.place(story(2), created_via="rest-api")
	store.run_queue()
	assert receiver.topics() == ["order.updated", "order.created", "order.created", "order.updated"]


def test_the_payload_is_the_state_when_the_queue_runs(store: EmulatedWooCommerce, receiver: Receiver) -> None:
	subscribe(store, receiver, "order.updated")
	order = store.place(story())
	store.update(order, status="completed")
	store.update(order)
	assert len(store.run_queue()) == 1
	headers, body = receiver.got[0]
	assert json.loads(body)["status"] == "completed"
	assert headers["X-Wc-Webhook-Signature"] == signature("s3cret", body)
	assert store.run_queue() == []
	store.update(order)
	assert len(store.run_queue()) == 1


def test_a_deletion_tells_the_id_only(store: EmulatedWooCommerce, receiver: Receiver) -> None:
	subscribe(store, receiver, "order.deleted")
	store.delete(store.place(story()))
	store.run_queue()
	assert [body for _, body in receiver.got] == [b'{"id":7}']
	store.delete(store.place(story(8)), force=True)
	assert store.run_queue() == []


def test_two_orders_in_one_second_share_a_delivery_id(store: EmulatedWooCommerce, receiver: Receiver) -> None:
	subscribe(store, receiver, "order.created", "order.updated")
	store.place(story(1))
	store.place(story(2))
	store.run_queue()
	found = {(h["X-Wc-Webhook-Id"], h["X-Wc-Webhook-Delivery-Id"]) for h, _ in receiver.got}
	assert len(receiver.got) == 4 and len(found) == 2


def test_a_failure_is_never_sent_again(store: EmulatedWooCommerce, receiver: Receiver) -> None:
	subscribe(store, receiver, "order.created")
	receiver.status = 500
	store.place(story())
	assert [delivery.status for delivery in store.run_queue()] == [500]
	receiver.status = 200
	assert store.run_queue() == [] and len(receiver.got) == 1


def test_the_seventh_failure_in_a_row_disables(store: EmulatedWooCommerce, receiver: Receiver) -> None:
	(webhook,) = subscribe(store, receiver, "order.created")
	receiver.status = 500

	def deliver(*numbers: int) -> None:
		for number in numbers:
			store.place(story(number))
			store.run_queue()

	deliver(*range(1, 7))
	assert webhook.status == "active"
	receiver.status = 302
	deliver(7)
	receiver.status = 404
	deliver(*range(8, 14))
	assert webhook.status == "active", "the success in between began the count anew"
	deliver(14)
	assert webhook.status == "disabled"
	assert ask(store, f"webhooks/{webhook.id}").json()["status"] == "disabled"
	before = len(receiver.got)
	deliver(15)
	assert len(receiver.got) == before


def test_enabling_again_does_not_resend_nor_forget(store: EmulatedWooCommerce, receiver: Receiver) -> None:
	(webhook,) = subscribe(store, receiver, "order.created")
	receiver.status = 500
	for number in range(1, 8):
		store.place(story(number))
		store.run_queue()
	ask(store, f"webhooks/{webhook.id}", "PUT", json={"status": "active"})
	assert store.run_queue() == []
	store.place(story(9))
	store.run_queue()
	assert webhook.status == "disabled", "one more failure is the eighth in a row"


def test_faults_repeat_and_reorder_but_lose_nothing(receiver: Receiver) -> None:
	faults = Faults(seed=3, duplicate=0.5, reorder=0.5)
	with EmulatedWooCommerce(seed=1, faults=faults, now=lambda: NOW) as store:
		subscribe(store, receiver, "order.created")
		for number in range(1, 21):
			store.place(story(number))
		store.run_queue(workers=4)
	sent = [json.loads(body)["id"] for _, body in receiver.got]
	assert set(sent) == set(range(1, 21)) and len(sent) > 20


def test_an_order_that_is_gone_is_an_error_payload(store: EmulatedWooCommerce, receiver: Receiver) -> None:
	subscribe(store, receiver, "order.updated")
	store.delete(store.place(story()), force=True)
	store.run_queue()
	assert json.loads(receiver.got[0][1]) == recorded("store.rest.error.404.json")


def test_products_sold_are_told(store: EmulatedWooCommerce, receiver: Receiver) -> None:
	subscribe(store, receiver, "product.updated")
	store.sell("TEA", 2)
	store.run_queue()
	product = json.loads(receiver.got[0][1])
	assert (product["sku"], product["stock_quantity"]) == ("TEA", 98)
	assert differences(recorded("store.webhook.product.updated.json"), product, "product") == []


def test_the_same_seed_has_the_same_secrets() -> None:
	one, other, third = (EmulatedWooCommerce(seed) for seed in (4, 4, 5))
	assert one.key == other.key and one.webhook_secret == other.webhook_secret
	assert one.key != third.key
