"""Accounts of both emulated stores, requests about personal data and payouts, on the embedded ERP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ecommerce_sync.core.errors import Fixable
from ecommerce_sync.core.settings import StoreSettings
from ecommerce_sync.erps.base import NewEvent
from ecommerce_sync.erps.embedded import Database, EmbeddedErp, EmbeddedJournal
from ecommerce_sync.sandbox.sellers import ShopifySeller, WooCommerceSeller
from ecommerce_sync.sandbox.shopify.server import EmulatedShopify
from ecommerce_sync.sandbox.shopify.shop import Shop
from ecommerce_sync.sandbox.story import Bought, Person, Place, Story
from ecommerce_sync.sandbox.traffic import Message
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings as WooSettings
from ecommerce_sync.sandbox.world import connection, settings_for
from ecommerce_sync.storefronts.base import platform
from ecommerce_sync.sync.machine import Connection, Machine
from ecommerce_sync.sync.payouts import record_payouts
from ecommerce_sync.sync.receive import Inbox, receive
from ecommerce_sync.sync.work import drain

ADA = Person(71, "Ada", "Byron", "ada@example.com", None)
BOB = Person(72, "Bob", "Stone", "bob@example.com", None)
HOME = Place("Ada", "Byron", None, "1 Mill Road", None, "York", zip="YO1 7HH", country_code="GB")
ABROAD = Place("Ada", "Byron", None, "5 Rue Haute", None, "Lyon", zip="69001", country_code="FR")
PRIVACY = ("customers/data_request", "customers/redact", "shop/redact")


@dataclass
class People:
	"""One emulated store and the ERP; `settings` may be changed at any time."""

	seller: Any
	erp: EmbeddedErp
	journal: EmbeddedJournal
	settings: StoreSettings
	number: int = 900
	ahead: timedelta = timedelta()

	@property
	def store(self) -> str:
		return str(self.seller.store)

	@property
	def machine(self) -> Machine:
		return Machine(
			self.erp,
			self.journal,
			lambda store: connection(self.seller.shop(), self.settings),
			lambda: datetime.now(timezone.utc) + self.ahead,
		)

	def buy(self, person: Person = ADA, place: Place = HOME, **more: Any) -> str:
		self.number += 1
		at = datetime.now(timezone.utc) - timedelta(days=1)
		lines = (Bought("Cup", Decimal("10.00"), 2, sku="CUP"),)
		story = Story(self.number, at, "USD", lines, person=person, billing=place, shipping=place, **more)
		return str(self.seller.place(story))

	def take(self) -> list[Message]:
		return list(self.seller.pending())

	def tell(self, messages: list[Message]) -> None:
		shop = self.seller.shop()
		inbox = Inbox(self.store, platform(self.seller.platform), shop.domain, [shop.secret])
		for message in messages:
			assert receive(self.journal, inbox, message.headers, message.body).status == 200
		drain(self.machine, budget=60)

	def hear(self) -> list[Message]:
		messages = self.take()
		self.tell(messages)
		return messages

	def edit(self, customer_id: int = 71, **changes: Any) -> None:
		"""Somebody changes an account: `first_name`, `last_name`, `email`, `home`."""
		if self.seller.platform == "shopify":
			self.seller.emulator.customers.update(customer_id, **changes)
			return
		if home := changes.pop("home", None):
			changes["billing"] = {
				"address_1": home.address1,
				"city": home.city,
				"postcode": home.zip,
				"country": home.country_code,
			}
		self.seller.emulator.edit_customer(customer_id, **changes)

	def customers(self) -> dict[str, dict[str, Any]]:
		return {row["name"]: row["data"] for row in self.erp.documents("Customer")}

	def customer(self, customer_id: int = 71) -> dict[str, Any]:
		name = self.erp.customer_of(self.store, str(customer_id))
		assert name
		return self.customers()[name]

	def events(self, kind: str) -> list[tuple[str, str | None]]:
		rows = self.journal.database.execute(
			"SELECT state, reason FROM event WHERE kind = ? ORDER BY name", kind
		)
		return [(row["state"], row["reason"]) for row in rows]

	def last(self, kind: str) -> dict[str, Any]:
		rows = self.journal.database.execute(
			"SELECT * FROM event WHERE kind = ? ORDER BY name DESC LIMIT 1", kind
		)
		found = dict(rows.fetchone())
		return {**found, "params": json.loads(found["params"]), "documents": json.loads(found["documents"])}

	def everything(self) -> str:
		"""All that the database holds, as one text."""
		found = []
		for table in ("document", "link", "event"):
			rows = self.journal.database.execute(f"SELECT * FROM {table}")
			found += [str(dict(row)) for row in rows]
		return "\n".join(found)


@contextmanager
def opened(name: str, path: Path) -> Iterator[People]:
	made: Any = (
		EmulatedShopify(shop=Shop(currency="USD"), points=1e9)
		if name == "shopify"
		else EmulatedWooCommerce(settings=WooSettings(currency="USD", woopayments=True))
	)
	with made as emulator:
		seller: Any = ShopifySeller(emulator) if name == "shopify" else WooCommerceSeller(emulator)
		seller.listen()
		if name == "shopify":
			emulator.subscribe(*PRIVACY)
		database = Database(path / "erp.sqlite")
		erp = EmbeddedErp(database)
		with database.transaction():
			for sku in ("CUP", "STORE-CUSTOM", "GIFT-CARD"):
				erp.add_item(sku)
		settings = settings_for(seller.store).model_copy(update={"sync_customers": True})
		yield People(seller, erp, EmbeddedJournal(database), settings)


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


def about(messages: list[Message], word: str) -> list[Message]:
	return [each for each in messages if any(word in str(value) for value in each.headers.values())]


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


# -- personal data -----------------------------------------------------------------------------------


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


# -- payouts -----------------------------------------------------------------------------------------

GATEWAYS = {"shopify": "shopify_payments", "woocommerce": "woocommerce_payments"}


def test_payouts_are_listed_with_the_payments_that_they_settle(world: People) -> None:
	bank = {"record_payments": True, "payment_account": "Bank - DC", "gateway_fee_account": "Fees - DC"}
	world.settings = world.settings.model_copy(update=bank)
	order = world.buy(gateway=GATEWAYS[world.seller.platform], paid=True)
	world.hear()
	assert world.erp.documents("Payment Entry")
	world.ahead = timedelta(days=3)
	world.seller.emulator.clock = world.machine.now
	if world.seller.platform == "woocommerce":
		world.seller.emulator.pay_out()
	written = record_payouts(world.machine, world.store)
	payouts = [row["data"] for row in world.erp.documents("Store Payout")]
	assert written == len(payouts) >= 1
	entries = [entry for payout in payouts for entry in payout["entries"]]
	settled = [entry for entry in entries if entry["order_id"] == order]
	assert settled and all(entry["payment_entry"] for entry in settled)
	charge = next(entry for entry in settled if entry["kind"] == "charge")
	assert (Decimal(charge["amount"]), Decimal(charge["net"])) == (Decimal(20), Decimal(20) - Decimal("0.88"))
	assert record_payouts(world.machine, world.store) == 0
	assert world.erp.last_payout(world.store)


def _renamed(message: Message, key: str) -> Message:
	"""The same content as another event."""
	names = {
		name: key
		for name in message.headers
		if name.lower() in ("x-shopify-event-id", "x-shopify-webhook-id")
	}
	return message._replace(headers={**message.headers, **names})
