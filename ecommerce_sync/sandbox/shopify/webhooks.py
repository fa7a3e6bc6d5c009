"""Webhook subscriptions and deliveries by Shopify's rules
(https://shopify.dev/docs/apps/build/webhooks, changelog "updates to webhook retry mechanism").

Five seconds for an answer, only 2xx counts, redirects are not followed; 8 retries over four hours with the
original payload and address; when the last of them fails and nothing was accepted meanwhile, the
subscription (made by the Admin API) is deleted.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import threading
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any

import requests

from ecommerce_sync.sandbox.faults import Faults
from ecommerce_sync.sandbox.shopify.schema import API_VERSION

TIMEOUT = (1.0, 5.0)  # seconds to connect, to answer
RETRIES = 8
# Doubling waits that add up to four hours.
_FIRST_WAIT = timedelta(hours=4) / (2**RETRIES - 1)
Json = dict[str, Any]


@dataclass(frozen=True)
class Subscription:
	"""A webhook subscription made through the Admin API; `topic` as in headers ("orders/create")."""

	id: int
	topic: str
	uri: str
	created_at: datetime
	updated_at: datetime
	name: str | None = None
	include_fields: tuple[str, ...] = ()

	@property
	def gid(self) -> str:
		"""Its id in GraphQL."""
		return f"gid://shopify/WebhookSubscription/{self.id}"


@dataclass(frozen=True)
class Message:
	"""One delivery on its way: what is sent does not change over its retries."""

	subscription: Subscription
	headers: Mapping[str, str]
	body: bytes
	due: datetime
	attempts: int = 0

	@property
	def topic(self) -> str:
		"""As in the header ("products/update")."""
		return self.subscription.topic


@dataclass(frozen=True)
class Outcome:
	"""What became of one attempt; `status` is None when no answer came."""

	message: Message
	status: int | None
	error: str | None = None

	@property
	def is_accepted(self) -> bool:
		"""Only 2xx counts."""
		return self.status is not None and 200 <= self.status < 300


@dataclass
class Webhooks:
	"""The subscriptions of the app, and the queue of messages to them."""

	shop: str
	secret: str
	clock: Callable[[], datetime]
	rng: random.Random
	faults: Faults = field(default_factory=Faults)
	subscriptions: dict[int, Subscription] = field(default_factory=dict)
	_queue: list[Message] = field(default_factory=list)
	_accepted_at: dict[int, datetime] = field(default_factory=dict)
	_lock: threading.RLock = field(default_factory=threading.RLock)

	def signed(
		self, topic: str, payload: Json, event_id: str | None = None, name: str | None = None
	) -> tuple[dict[str, str], bytes]:
		"""Headers and body of a delivery; a new delivery id each time, `event_id` over all of one event."""
		body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
		headers = {
			"Content-Type": "application/json",
			"User-Agent": "Shopify-Captain-Hook",
			"X-Shopify-Topic": topic,
			"X-Shopify-Hmac-Sha256": signature(self.secret, body),
			"X-Shopify-Shop-Domain": self.shop,
			"X-Shopify-API-Version": API_VERSION,
			"X-Shopify-Webhook-Id": self.new_id(),
			"X-Shopify-Event-Id": event_id or self.new_id(),
			"X-Shopify-Triggered-At": _precise(self.clock()),
		}
		return ({**headers, "X-Shopify-Name": name} if name else headers), body

	def queue(self, topic: str, payload: Json) -> list[Message]:
		"""Queue one event for every subscription of `topic`; faults may double or reorder the batch."""
		event_id, now = self.new_id(), self.clock()
		with self._lock:
			wanted = [s for s in self.subscriptions.values() if s.topic == topic]
		messages = []
		for subscription in wanted:
			headers, body = self.signed(topic, _cut(payload, subscription), event_id, subscription.name)
			messages.append(Message(subscription, headers, body, now))
		with self._lock:
			self._queue.extend(messages)
		return messages

	def subscribe(self, topic: str, uri: str) -> Subscription:
		"""Add a subscription, unless there is one of this topic to this address."""
		with self._lock:
			same = (s for s in self.subscriptions.values() if (s.topic, s.uri) == (topic, uri))
			known = next(same, None)
			if known is None:
				now = self.clock()
				known = Subscription(2_000_000_000_000 + len(self.subscriptions), topic, uri, now, now)
				self.subscriptions[known.id] = known
		return known

	def wants(self, topic: str) -> bool:
		"""Whether anybody subscribed to `topic`."""
		with self._lock:
			return any(s.topic == topic for s in self.subscriptions.values())

	def take(self, topics: Collection[str], now: datetime) -> list[Message]:
		"""Take what is due of `topics` (none named: of all) out of the queue, for those who bring it themselves."""
		with self._lock:
			taken = [m for m in self._queue if m.due <= now and (not topics or m.topic in topics)]
			ours = set(map(id, taken))
			self._queue = [message for message in self._queue if id(message) not in ours]
		return taken

	def deliver(self, now: datetime | None = None) -> list[Outcome]:
		"""Send what is due at `now`, in the order (and number) that the faults make of it."""
		moment = now or self.clock()
		with self._lock:
			due = [message for message in self._queue if message.due <= moment]
			self._queue = [message for message in self._queue if message.due > moment]
		return [self._attempt(message, moment) for message in self.faults.next_deliveries(due)]

	def pending(self) -> list[Message]:
		"""Messages that wait for their first attempt or a retry."""
		with self._lock:
			return list(self._queue)

	def remove(self, subscription_id: int) -> None:
		"""Delete a subscription and what waits for it."""
		with self._lock:
			self.subscriptions.pop(subscription_id, None)
			self._queue = [m for m in self._queue if m.subscription.id != subscription_id]

	def new_id(self) -> str:
		"""A random id in Shopify's form, the same again for the same seed."""
		with self._lock:
			return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

	def _attempt(self, message: Message, now: datetime) -> Outcome:
		outcome = _send(message)
		if outcome.is_accepted:
			with self._lock:
				self._accepted_at[message.subscription.id] = now
		else:
			self._retry_or_give_up(message, now)
		return outcome

	def _retry_or_give_up(self, message: Message, now: datetime) -> None:
		failed = message.attempts + 1
		if failed <= RETRIES:
			due = now + _FIRST_WAIT * 2 ** (failed - 1)
			self._queue_again(replace(message, due=due, attempts=failed))
		elif not self._was_accepted_since(message):
			self.remove(message.subscription.id)

	def _queue_again(self, message: Message) -> None:
		"""Once, even if a fault sent the message twice."""
		with self._lock:
			is_queued = any(m.headers == message.headers for m in self._queue)
			if not is_queued and message.subscription.id in self.subscriptions:
				self._queue.append(message)

	def _was_accepted_since(self, message: Message) -> bool:
		accepted = self._accepted_at.get(message.subscription.id)
		triggered = datetime.fromisoformat(message.headers["X-Shopify-Triggered-At"].replace("Z", "+00:00"))
		return accepted is not None and accepted >= triggered


def signature(secret: str, body: bytes) -> str:
	"""`X-Shopify-Hmac-Sha256`: base64 of the HMAC-SHA256 of the raw body by the app's client secret."""
	return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def _send(message: Message) -> Outcome:
	try:
		answer = requests.post(
			message.subscription.uri,
			data=message.body,
			headers=dict(message.headers),
			timeout=TIMEOUT,
			allow_redirects=False,
		)
	except requests.RequestException as error:
		return Outcome(message, None, type(error).__name__)
	return Outcome(message, answer.status_code)


def _cut(payload: Json, subscription: Subscription) -> Json:
	"""`includeFields` keeps only the named fields, of the top level here."""
	names = {name.partition(".")[0] for name in subscription.include_fields}
	return {key: value for key, value in payload.items() if key in names} if names else payload


def _precise(moment: datetime) -> str:
	return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
