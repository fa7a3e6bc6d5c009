"""The webhook door without HTTP: what is answered, what is stored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ecommerce_sync.erps.embedded import Database, EmbeddedJournal
from ecommerce_sync.sandbox.generator import stories
from ecommerce_sync.sandbox.woocommerce.store import Store
from ecommerce_sync.storefronts.base import platform
from ecommerce_sync.sync.receive import Inbox, receive


@pytest.fixture
def journal(tmp_path: Path) -> EmbeddedJournal:
	return EmbeddedJournal(Database(tmp_path / "erp.sqlite"))


@pytest.fixture
def store() -> Store:
	return Store(seed=3)


@pytest.fixture
def inbox(store: Store) -> Inbox:
	return Inbox("Shop", platform("woocommerce"), store.url, [store.webhook_secret], max_bytes=100_000)


def message(store: Store, seed: int = 1) -> tuple[dict[str, str], bytes]:
	order = store.place(next(iter(stories(seed, 1, platform="woocommerce"))))
	return store.message(order, "order.created")


def test_a_signed_message_is_stored_once(journal: EmbeddedJournal, inbox: Inbox, store: Store) -> None:
	headers, body = message(store)
	first, second = (receive(journal, inbox, headers, body) for _ in range(2))
	assert (first.status, second.status) == (200, 200)
	assert (first.word, second.word) == ("stored", "duplicate")
	assert journal.counts() == {"Queued": 1}


@pytest.mark.parametrize("signature", ["", "x", "ü" * 44, "Zm9yZ2Vk", None])
def test_a_bad_signature_is_401_and_leaves_nothing(
	journal: EmbeddedJournal, inbox: Inbox, store: Store, signature: str | None
) -> None:
	headers, body = message(store)
	headers = {k: v for k, v in headers.items() if k != "X-WC-Webhook-Signature"}
	if signature is not None:
		headers["X-WC-Webhook-Signature"] = signature
	assert receive(journal, inbox, headers, body).status == 401
	assert journal.counts() == {}


def test_a_changed_body_is_401(journal: EmbeddedJournal, inbox: Inbox, store: Store) -> None:
	headers, body = message(store)
	assert receive(journal, inbox, headers, body + b" ").status == 401


def test_an_oversized_body_is_413(journal: EmbeddedJournal, inbox: Inbox) -> None:
	assert receive(journal, inbox, {}, b"x" * 100_001).status == 413


def test_another_shops_message_is_401(journal: EmbeddedJournal, inbox: Inbox, store: Store) -> None:
	headers, body = message(store)
	other = Inbox("Shop", inbox.platform, "https://elsewhere.example", inbox.secrets)
	assert receive(journal, other, headers, body).status == 401


def test_signed_junk_is_400(journal: EmbeddedJournal, inbox: Inbox, store: Store) -> None:
	from ecommerce_sync.sandbox.woocommerce.webhooks import signature

	for body in (b"{not json", b"[]", b"", b"\xff\xfe", json.dumps({"no": "id"}).encode()):
		headers, _ = message(Store(seed=3), 2)
		headers["X-WC-Webhook-Signature"] = signature(store.webhook_secret, body)
		assert receive(journal, inbox, headers, body).status == 400
	assert journal.counts() == {}


def test_the_greeting_is_answered_and_forgotten(journal: EmbeddedJournal, inbox: Inbox) -> None:
	receipt = receive(journal, inbox, {"Content-Type": "application/x-www-form-urlencoded"}, b"webhook_id=4")
	assert (receipt.status, journal.counts()) == (200, {})


def test_no_secret_shows_in_repr(inbox: Inbox, store: Store) -> None:
	assert store.webhook_secret not in repr(inbox)
