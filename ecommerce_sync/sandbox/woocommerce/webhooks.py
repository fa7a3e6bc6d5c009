"""Webhooks as WooCommerce 10.5 sends them: queued once, built when the queue runs, signed, never sent again.

After WC_Webhook. Seven failures in a row disable a webhook; what was queued before is still sent. The
delivery id is a hash of webhook and second, so that two orders in one second share it.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import threading
from base64 import b64encode
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import requests

from ecommerce_sync.sandbox.woocommerce.settings import VERSION, WORDPRESS, StoreSettings, gmt

USER_AGENT = f"WooCommerce/{VERSION} Hookshot (WordPress/{WORDPRESS})"
BASE_HEADERS = {
	"User-Agent": USER_AGENT,
	"Accept": "*/*",
	"Accept-Encoding": "deflate, gzip, br, zstd",
	"Connection": "close",
}
TIMEOUT = 60  # seconds
MAX_FAILURES = 5  # with more than these behind it, the next failure disables
STATUSES = ("active", "paused", "disabled")
ALLOW = ["GET", "POST", "PUT", "PATCH", "DELETE"]

HOOKS = {
	"coupon.created": ["woocommerce_process_shop_coupon_meta", "woocommerce_new_coupon"],
	"coupon.updated": ["woocommerce_process_shop_coupon_meta", "woocommerce_update_coupon"],
	"coupon.deleted": ["wp_trash_post"],
	"coupon.restored": ["untrashed_post"],
	"customer.created": ["user_register", "woocommerce_created_customer", "woocommerce_new_customer"],
	"customer.updated": ["profile_update", "woocommerce_update_customer"],
	"customer.deleted": ["delete_user"],
	"order.created": ["woocommerce_new_order"],
	"order.updated": ["woocommerce_update_order", "woocommerce_order_refunded"],
	"order.deleted": ["wp_trash_post", "woocommerce_trash_order"],
	"order.restored": ["untrashed_post", "woocommerce_untrash_order"],
	"product.created": [
		"woocommerce_process_product_meta",
		"woocommerce_new_product",
		"woocommerce_new_product_variation",
	],
	"product.updated": [
		"woocommerce_process_product_meta",
		"woocommerce_update_product",
		"woocommerce_update_product_variation",
	],
	"product.deleted": ["wp_trash_post"],
	"product.restored": ["untrashed_post"],
}


@dataclass
class Webhook:
	"""One subscription. The secret never leaves the store."""

	id: int
	name: str
	topic: str
	delivery_url: str
	created: datetime
	modified: datetime
	secret: str = field(repr=False, default="")
	status: str = "active"
	failure_count: int = 0
	pending_delivery: bool = True  # no ping was answered with 200 yet

	@property
	def resource(self) -> str:
		return self.topic.partition(".")[0]

	@property
	def event(self) -> str:
		return self.topic.partition(".")[2]

	def note(self, status: int | None) -> None:
		"""Count a delivery's outcome; `status` None is a connection that failed."""
		if status is not None and 200 <= status < 303:
			self.failure_count = 0
		elif self.failure_count > MAX_FAILURES:
			self.status = "disabled"
		else:
			self.failure_count += 1

	def as_json(self, settings: StoreSettings, home: str) -> dict[str, Any]:
		collection = f"{home}/wp-json/wc/v3/webhooks"
		itself = {"href": f"{collection}/{self.id}", "targetHints": {"allow": ALLOW}}
		return {
			"id": self.id,
			"name": self.name,
			"status": self.status,
			"topic": self.topic,
			"resource": self.resource,
			"event": self.event,
			"hooks": HOOKS.get(self.topic, [self.event]),
			"delivery_url": self.delivery_url,
			"date_created": settings.local(self.created),
			"date_created_gmt": gmt(self.created),
			"date_modified": settings.local(self.modified),
			"date_modified_gmt": gmt(self.modified),
			"_links": {"self": [itself], "collection": [{"href": collection}]},
		}


@dataclass(frozen=True)
class Message:
	"""One webhook request as it goes out."""

	webhook: Webhook
	resource_id: int
	headers: dict[str, str]
	body: bytes


@dataclass(frozen=True)
class Delivery:
	"""What became of a message: the receiver's status, None when the connection failed."""

	message: Message
	status: int | None


def signature(secret: str, body: bytes) -> str:
	"""X-WC-Webhook-Signature: base64 of HMAC-SHA256; the secret as WordPress decodes it from HTML."""
	key = html.unescape(secret).encode()
	return b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()


def delivery_id(webhook_id: int, second: int, salt: str) -> str:
	"""wp_hash: the same for all deliveries of a webhook within one second."""
	return hmac.new(salt.encode(), f"{webhook_id}{second}".encode(), hashlib.md5).hexdigest()


def message(webhook: Webhook, resource_id: int, body: bytes, home: str, second: int, salt: str) -> Message:
	"""`body` with the headers that the store at `home` sends it with."""
	headers = {
		**BASE_HEADERS,
		"Content-Type": "application/json",
		"X-WC-Webhook-Source": f"{home}/",
		"X-WC-Webhook-Topic": webhook.topic,
		"X-WC-Webhook-Resource": webhook.resource,
		"X-WC-Webhook-Event": webhook.event,
		"X-WC-Webhook-Signature": signature(webhook.secret, body),
		"X-WC-Webhook-ID": str(webhook.id),
		"X-WC-Webhook-Delivery-ID": delivery_id(webhook.id, second, salt),
	}
	return Message(webhook, resource_id, headers, body)


def ping(webhook: Webhook) -> None:
	"""Tell the receiver that the webhook exists: unsigned, a form. Only an answer of 200 counts, and its
	lack is told to nobody."""
	form = {"Content-Type": "application/x-www-form-urlencoded"}
	status = post(webhook.delivery_url, {**BASE_HEADERS, **form}, f"webhook_id={webhook.id}".encode())
	if status == 200:
		webhook.pending_delivery = False


def deliver(outgoing: Message) -> Delivery:
	"""One attempt, and there is no other."""
	status = post(outgoing.webhook.delivery_url, outgoing.headers, outgoing.body)
	outgoing.webhook.note(status)
	return Delivery(outgoing, status)


def post(url: str, headers: dict[str, str], body: bytes) -> int | None:
	"""The answer's status; None when there was no answer. Redirects are not followed."""
	try:
		answer = requests.post(url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False)
	except requests.RequestException:
		return None
	return answer.status_code


@dataclass
class Webhooks:
	"""The store's subscriptions and the queue of what they have to send."""

	clock: Callable[[], datetime]
	_hooks: dict[int, Webhook] = field(default_factory=dict)
	_queue: dict[tuple[int, int], None] = field(default_factory=dict)  # a set that keeps its order
	_holders: dict[str, Webhook] = field(default_factory=dict)
	_held: dict[tuple[str, int], None] = field(default_factory=dict)
	_last_id: int = 0
	_lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

	def add(self, topic: str, delivery_url: str, secret: str, name: str, status: str) -> Webhook:
		"""Subscribe and ping. Raises nothing when the receiver does not answer."""
		now = self.clock()
		with self._lock:
			self._last_id += 1
			webhook = Webhook(self._last_id, name, topic, delivery_url, now, now, secret, status)
			self._hooks[webhook.id] = webhook
		ping(webhook)
		return webhook

	def hold(self, topic: str, secret: str) -> None:
		"""Queue `topic` for `take_held`: a webhook of nobody's, which no list shows."""
		now = self.clock()
		with self._lock:
			self._holders.setdefault(topic, Webhook(0, topic, topic, "", now, now, secret))

	def change(self, webhook: Webhook, **values: str) -> None:
		"""Set attributes. A new URL, or one that never answered a ping, is pinged when active."""
		moved = values.get("delivery_url", webhook.delivery_url) != webhook.delivery_url
		for name, value in values.items():
			setattr(webhook, name, value)
		webhook.modified = self.clock()
		if webhook.status == "active" and (moved or webhook.pending_delivery):
			ping(webhook)

	def get(self, id_: int) -> Webhook | None:
		return self._hooks.get(id_)

	def remove(self, id_: int) -> None:
		with self._lock:
			self._hooks.pop(id_, None)

	def listed(self, status: str = "all") -> list[Webhook]:
		"""Newest first."""
		found = [hook for hook in list(self._hooks.values()) if status in ("all", hook.status)]
		return sorted(found, key=lambda hook: hook.id, reverse=True)

	def of(self, topic: str) -> Webhook | None:
		"""The oldest active webhook of `topic`."""
		found = [
			hook for hook in list(self._hooks.values()) if hook.topic == topic and hook.status == "active"
		]
		return found[0] if found else None

	def happened(self, topic: str, resource_id: int) -> None:
		"""Queue `topic` for every active webhook that listens, unless the same is queued already."""
		with self._lock:
			for webhook in self._hooks.values():
				if webhook.topic == topic and webhook.status == "active":
					self._queue.setdefault((webhook.id, resource_id))
			if topic in self._holders:
				self._held.setdefault((topic, resource_id))

	def take(self) -> list[tuple[Webhook, int]]:
		"""What is due, in order; the queue is empty afterwards."""
		with self._lock:
			queued, self._queue = list(self._queue), {}
			return [(self._hooks[hook_id], id_) for hook_id, id_ in queued if hook_id in self._hooks]

	def take_held(self, topics: Collection[str] = ()) -> list[tuple[Webhook, int]]:
		"""What is held of `topics`, of all when there are none named; it is not held any more."""
		with self._lock:
			taken = [key for key in self._held if not topics or key[0] in topics]
			self._held = {key: None for key in self._held if key not in set(taken)}
			return [(self._holders[topic], id_) for topic, id_ in taken]
