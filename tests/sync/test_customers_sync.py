"""Accounts of both emulated stores and the Customers that follow them, on the embedded ERP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from ecommerce_sync.sandbox.story import Bought, Story
from ecommerce_sync.sandbox.traffic import Message

from .people_world import ABROAD, ADA, BOB, HOME, People, about, opened


@pytest.fixture(params=["shopify", "woocommerce"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[People]:
	with opened(request.param, tmp_path) as made:
		yield made


@pytest.fixture
def shopify(tmp_path: Path) -> Iterator[People]:
	with opened("shopify", tmp_path) as made:
		yield made


@pytest.fixture
def woocommerce(tmp_path: Path) -> Iterator[People]:
	with opened("woocommerce", tmp_path) as made:
		yield made


def test_an_account_without_an_order_becomes_a_customer(world: People) -> None:
	world.buy()
	world.tell(about(world.take(), "customer"))
	(customer,) = world.customers().values()
	assert (customer["name"], customer["email"]) == ("Ada Byron", "ada@example.com")
	assert len(world.erp.documents("Address")) == 1
	assert world.events("customer")[0] == ("Done", None)


def test_the_order_that_follows_takes_the_same_customer(world: People) -> None:
	world.buy()
	messages = world.take()
	people = about(messages, "customer")
	world.tell(people)
	world.tell([each for each in messages if each not in people])
	assert len(world.customers()) == 1
	assert len(world.erp.documents("Address")) == 1


def test_a_changed_account_changes_its_customer(world: People) -> None:
	world.buy()
	world.hear()
	name = world.erp.customer_of(world.store, "71")
	world.edit(first_name="Augusta", email="augusta@example.com")
	world.hear()
	customer = world.customer()
	assert (customer["name"], customer["email"]) == ("Augusta Byron", "augusta@example.com")
	assert list(world.customers()) == [name]
	assert world.last("customer")["documents"] == [["Customer", name]]


def test_another_address_is_added(world: People) -> None:
	world.buy()
	world.hear()
	world.edit(home=ABROAD)
	world.hear()
	cities = [row["data"]["address"]["city"] for row in world.erp.documents("Address")]
	assert cities == ["York", "Lyon"]


def test_the_same_message_twice_changes_nothing(world: People) -> None:
	world.buy()
	world.hear()
	world.edit(first_name="Augusta")
	messages = about(world.take(), "customer")
	world.tell(messages)
	before = world.customers()
	again = [_renamed(each, f"again-{place}") for place, each in enumerate(messages)]
	world.tell(again)
	assert world.customers() == before
	if world.seller.platform == "shopify":
		assert world.events("customer")[-1] == ("Skipped", "unchanged")
	else:  # the same body is the same event
		assert ("Skipped", "unchanged") not in world.events("customer")


def test_of_one_second_the_store_knows_the_last_word(shopify: People) -> None:
	now = datetime.now(timezone.utc)
	shopify.seller.emulator.clock = lambda: now
	shopify.buy()
	shopify.hear()
	shopify.edit(first_name="First")
	old = shopify.take()
	shopify.edit(first_name="Second")
	shopify.hear()
	shopify.tell(old)
	assert shopify.customer()["name"] == "Second Byron"


def test_an_older_message_does_not_win(shopify: People) -> None:
	shopify.buy()
	shopify.hear()
	shopify.edit(first_name="First")
	old = shopify.take()
	later = datetime.now(timezone.utc) + timedelta(minutes=1)
	shopify.seller.emulator.clock = lambda: later
	shopify.edit(first_name="Second")
	shopify.hear()
	shopify.tell(old)
	assert shopify.customer()["name"] == "Second Byron"
	assert shopify.events("customer")[-1] == ("Skipped", "stale")


def test_what_a_person_changed_stays_until_the_store_changes_it(world: People) -> None:
	world.buy()
	world.hear()
	name = world.erp.customer_of(world.store, "71") or ""
	row = next(each for each in world.erp.documents("Customer") if each["name"] == name)
	with world.erp.database.transaction():
		world.erp._write("Customer", name, {**row["data"], "name": "Lady Lovelace"}, 0)
	world.edit(email="countess@example.com")
	world.hear()
	assert (world.customer()["name"], world.customer()["email"]) == ("Lady Lovelace", "countess@example.com")
	world.edit(last_name="Lovelace")
	world.hear()
	assert world.customer()["name"] == "Ada Lovelace"


def test_without_the_option_customers_follow_with_their_orders_only(world: People) -> None:
	world.settings = world.settings.model_copy(update={"sync_customers": False})
	world.buy()
	messages = world.take()
	people = about(messages, "customer")
	world.tell(people)
	assert world.customers() == {}
	world.tell([each for each in messages if each not in people])
	world.edit(first_name="Augusta")
	world.hear()
	assert world.customer()["name"] == "Ada Byron"
	assert {reason for _, reason in world.events("customer")} <= {"customers_not_followed", "superseded"}


def test_both_stores_customer_is_found_by_email(world: People) -> None:
	world.buy(replace(ADA, id=None))
	world.hear()
	(known,) = world.customers()
	world.buy(ADA)
	world.tell(about(world.take(), "customer"))
	assert world.erp.customer_of(world.store, "71") == known


def test_a_merged_account_leads_to_the_one_that_goes_on(shopify: People) -> None:
	shopify.buy(ADA)
	shopify.buy(BOB, replace(HOME, first_name="Bob", last_name="Stone"))
	shopify.hear()
	ada = shopify.erp.customer_of(shopify.store, "71")
	shopify.seller.emulator.customers.merge(71, 72)
	shopify.hear()
	assert shopify.erp.customer_of(shopify.store, "72") == ada
	assert len(shopify.customers()) == 2
	assert shopify.last("customer")["state"] in ("Done", "Skipped")


def test_the_survivor_takes_over_the_customer_where_it_has_none(shopify: People) -> None:
	shopify.settings = shopify.settings.model_copy(update={"sync_customers": False})
	shopify.buy(BOB, replace(HOME, first_name="Bob", last_name="Stone"))
	shopify.hear()
	bob = shopify.erp.customer_of(shopify.store, "72")
	shopify.seller.emulator.place(
		Story(999, datetime.now(timezone.utc), "USD", (Bought("Cup", Decimal(1), sku="CUP"),), person=ADA),
		notify=False,
	)
	shopify.seller.emulator.customers.merge(71, 72)
	shopify.tell(about(shopify.take(), "customers/merge"))
	assert shopify.erp.customer_of(shopify.store, "71") == bob
	assert shopify.events("customer")[-1] == ("Done", None)


def test_a_late_message_of_a_merged_account_changes_nothing(shopify: People) -> None:
	shopify.buy(ADA)
	shopify.buy(BOB, replace(HOME, first_name="Bob", last_name="Stone"))
	shopify.hear()
	shopify.edit(72, first_name="Robert")
	late = shopify.take()
	shopify.seller.emulator.customers.merge(71, 72)
	shopify.hear()
	before = shopify.customers()
	shopify.tell(late)
	assert shopify.customers() == before
	assert shopify.erp.customer_of(shopify.store, "72") == shopify.erp.customer_of(shopify.store, "71")


def test_a_deleted_account_leaves_its_customer(woocommerce: People) -> None:
	woocommerce.buy()
	woocommerce.hear()
	name = woocommerce.erp.customer_of(woocommerce.store, "71")
	woocommerce.edit(first_name="Late")
	late = woocommerce.take()
	woocommerce.seller.emulator.delete_customer(71)
	woocommerce.hear()
	assert woocommerce.last("customer")["documents"] == [["Customer", name]]
	woocommerce.tell(late)
	assert woocommerce.erp.customer_of(woocommerce.store, "71") is None
	assert list(woocommerce.customers()) == [name]
	assert woocommerce.customers()[name or ""]["name"] == "Ada Byron"


def _renamed(message: Message, key: str) -> Message:
	"""The same content as another event."""
	names = {
		name: key
		for name in message.headers
		if name.lower() in ("x-shopify-event-id", "x-shopify-webhook-id")
	}
	return message._replace(headers={**message.headers, **names})
