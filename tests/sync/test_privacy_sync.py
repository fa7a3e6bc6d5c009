"""Requests about personal data, from the emulated Shopify to the embedded ERP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ecommerce_sync.core.errors import Fixable
from ecommerce_sync.erps.base import NewEvent
from ecommerce_sync.storefronts.base import platform
from ecommerce_sync.sync.machine import Connection
from ecommerce_sync.sync.receive import Inbox, receive
from ecommerce_sync.sync.work import drain

from .people_world import BOB, HOME, People, opened


@pytest.fixture
def shopify(tmp_path: Path) -> Iterator[People]:
	with opened("shopify", tmp_path) as made:
		yield made


def test_who_asks_is_told_where_their_data_stands(shopify: People) -> None:
	order = shopify.buy()
	shopify.hear()
	shopify.seller.emulator.customers.ask_data(71)
	shopify.hear()
	event = shopify.last("privacy")
	kinds = {doctype for doctype, _ in event["documents"]}
	assert (event["state"], event["reason"]) == ("Done", "data_requested")
	assert {"Customer", "Address", "Sales Order"} <= kinds
	assert event["params"]["customer"] == "71" and order


def test_a_person_is_redacted(shopify: People) -> None:
	shopify.buy()
	shopify.buy(BOB, replace(HOME, first_name="Bob", last_name="Stone", address1="9 Hill"))
	shopify.hear()
	shopify.edit(note="Likes tea")
	shopify.hear()
	shopify.seller.emulator.customers.redact(71)
	shopify.hear()
	event = shopify.last("privacy")
	assert (event["state"], event["reason"]) == ("Done", "erased")
	assert "Sales Order" in event["params"]["kept"] and "Customer" in event["params"]["redacted"]
	left = shopify.everything()
	for personal in ("ada@example.com", "Byron", "1 Mill Road"):
		assert personal not in left
	assert "bob@example.com" in left and "9 Hill" in left


def test_a_late_message_does_not_bring_a_redacted_person_back(shopify: People) -> None:
	shopify.buy()
	shopify.hear()
	shopify.edit(first_name="Augusta")
	late = shopify.take()
	shopify.seller.emulator.customers.redact(71)
	shopify.hear()
	del shopify.seller.emulator.customers.accounts[71]  # the store redacts its own too
	shopify.tell(late)
	assert shopify.erp.customer_of(shopify.store, "71") is None
	assert "Augusta" not in json.dumps(shopify.customers())


def test_what_another_store_knows_is_kept_and_reported(shopify: People) -> None:
	shopify.buy()
	shopify.hear()
	name = shopify.erp.customer_of(shopify.store, "71") or ""
	with shopify.erp.database.transaction():
		shopify.erp._set_link("Another store", "Customer", "id:5", "Customer", name)
	shopify.seller.emulator.customers.redact(71)
	shopify.hear()
	assert f"Customer {name}" in shopify.last("privacy")["params"]["kept"]
	assert shopify.customers()[name]["name"] == "Ada Byron"
	assert shopify.erp.customer_of(shopify.store, "71") is None


def test_requests_of_one_person_are_answered_one_by_one(shopify: People) -> None:
	shopify.buy()
	shopify.hear()
	for _ in range(2):
		shopify.seller.emulator.customers.ask_data(71)
	shopify.seller.emulator.customers.redact(71)
	shopify.hear()
	assert shopify.events("privacy") == [
		("Done", "data_requested"),
		("Done", "data_requested"),
		("Done", "erased"),
	]


def test_a_store_that_left_is_redacted(shopify: People) -> None:
	shopify.buy()
	shopify.buy(BOB, replace(HOME, first_name="Bob", last_name="Stone"))
	shopify.hear()
	shopify.seller.emulator.customers.redact_shop()
	shopify.hear()
	assert shopify.events("privacy") == [("Done", "erased")]
	left = shopify.everything()
	for personal in ("ada@example.com", "bob@example.com", "1 Mill Road"):
		assert personal not in left
	assert len(shopify.erp.documents("Sales Order")) == 2


def test_a_disabled_store_is_heard_about_personal_data_only(shopify: People) -> None:
	shopify.buy()
	shopify.hear()

	def refuse(store: str) -> Connection:
		raise Fixable("store_disabled", store=store)

	machine = replace(shopify.machine, connect=refuse, connect_any=shopify.machine.connect)
	shop = shopify.seller.shop()
	inbox = Inbox(shopify.store, platform("shopify"), shop.domain, [shop.secret], enabled=False)
	shopify.edit(first_name="Augusta")
	shopify.seller.emulator.customers.redact_shop()
	answers = [receive(shopify.journal, inbox, each.headers, each.body) for each in shopify.take()]
	assert [answer.status for answer in answers] == [404, 200]
	drain(machine, budget=60)
	assert shopify.events("privacy") == [("Done", "erased")]


def test_a_request_that_cannot_be_read_stops_no_other(shopify: People) -> None:
	shopify.buy()
	shopify.hear()
	shopify.seller.emulator.customers.ask_data(71)
	(asked,) = shopify.take()
	for key, payload in (("bad", b"[]"), ("worse", b"{")):
		event = NewEvent(
			store=shopify.store,
			topic="customers/redact",
			kind="privacy",
			external_id="71",
			event_key=key,
			payload=payload,
		)
		shopify.journal.receive(event)
	shopify.tell([asked])
	assert shopify.events("privacy") == [
		("Failed", "payload_refused"),
		("Failed", "payload_refused"),
		("Done", "data_requested"),
	]
