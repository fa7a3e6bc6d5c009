"""A webhook becomes a durable event: size, signature, sender, one row, then the answer.

No call out and no reading of the order beyond its id. What goes wrong after the row is stored cannot
change the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

from ..core.errors import PayloadRefused
from ..erps.base import Journal, NewEvent
from ..storefronts.base import Envelope, Platform

MAX_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True)
class Inbox:
	"""What is needed to judge a message for one store; small enough to be cached."""

	store: str
	platform: Platform
	url: str
	secrets: Sequence[str] = field(repr=False)
	max_bytes: int = MAX_BYTES
	enabled: bool = True  # a disabled store is listened to only about personal data: that is owed even then


class Receipt(NamedTuple):
	"""The HTTP status to answer with, a word for the caller, and the new event's name if there is one."""

	status: int
	word: str
	event: str | None = None


def receive(journal: Journal, inbox: Inbox, headers: Mapping[str, str], body: bytes) -> Receipt:
	"""Judge and store one message. Raises only what the journal's database raises (answer 5xx then)."""
	if len(body) > inbox.max_bytes:
		return Receipt(413, "too large")
	if inbox.platform.ping(headers, body):
		return Receipt(200, "pong")
	if not inbox.platform.verify(headers, body, inbox.secrets):
		return Receipt(401, "signature")
	try:
		envelope = inbox.platform.envelope(headers, body)
	except PayloadRefused:
		return Receipt(400, "no message")
	if not _same_shop(envelope.shop, inbox.url):
		return Receipt(401, "other store")
	if not inbox.enabled and envelope.kind != "privacy":
		return Receipt(404, "unknown store")
	if envelope.kind == "unused":
		return Receipt(200, "unused")
	event = journal.receive(_event(inbox.store, envelope, body))
	return Receipt(200, "stored" if event else "duplicate", event)


def _event(store: str, envelope: Envelope, body: bytes) -> NewEvent:
	return NewEvent(
		store=store,
		topic=envelope.topic,
		kind=envelope.kind,
		external_id=envelope.external_id,
		event_key=envelope.event_key,
		payload=body,
		whole=envelope.whole,
		deleted=envelope.deleted,
	)


def _same_shop(claimed: str | None, url: str) -> bool:
	"""A message that names its shop must name ours; `www.` does not matter."""
	return claimed is None or _host(claimed) == _host(url)


def _host(address: str) -> str:
	parts = urlsplit(address if "//" in address else f"//{address}")
	return (parts.hostname or "").removeprefix("www.")
