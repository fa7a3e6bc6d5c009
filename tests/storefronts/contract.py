"""What every storefront connector must do, run against each platform's connector and its emulated store.

A platform's test module subclasses `StorefrontContract` and gives a fixture `world` (a `World`) with a
freshly started emulated store.
"""

from __future__ import annotations

import json
import socket
import time
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

import pytest

from ecommerce_sync.core.errors import Fixable, Gone, PayloadRefused, Transient
from ecommerce_sync.core.models import Order
from ecommerce_sync.storefronts import base

ADDRESS = "https://erp.example.com/api/method/ecommerce_sync.api.webhook.receive?store=Main"
OTHER_ADDRESS = "https://erp.example.com/api/method/ecommerce_sync.api.webhook.receive?store=Other"


class World(Protocol):
	"""One emulated store and how to reach it."""

	platform: base.Platform
	credentials: base.Credentials
	wrong_credentials: base.Credentials
	secret: str  # that webhooks are signed with
	secrets: tuple[str, ...]  # all that must never show
	missing_id: str  # well-formed, of no order
	start: datetime  # before anything happened in the store

	def place(self, count: int) -> list[str]:
		"""So many varied orders placed, one after another; their ids."""
		...

	def change(self, order_id: str) -> None:
		"""Something about the order changes, later than everything before."""
		...

	def number(self, order_id: str) -> str:
		"""What people call the order."""
		...

	def message(self, order_id: str) -> tuple[dict[str, str], bytes]:
		"""Headers and body of the webhook message about the order's latest state, signed."""
		...


def comparable(order: Order) -> dict[str, Any]:
	"""An order without what only one of the two sources knows: a message may name a company by its ids only."""
	names = {"name", "external_id", "location_name"}
	return order.model_dump(exclude={"payments": True, "raw": True, "admin_url": True, "company": names})


def balance(order: Order) -> Decimal:
	"""What the order's own figures leave unexplained of its total."""
	parts = [*order.lines, *order.shipping, *order.charges]
	taxes = [tax.amount for part in parts for tax in part.taxes]
	untaxed = sum((part.total for part in parts), Decimal(0))
	return order.total - untaxed - (Decimal(0) if order.taxes_included else sum(taxes, Decimal(0)))


class StorefrontContract:
	"""Mixin: plain test methods over the fixture `world`."""

	@pytest.fixture
	def store(self, world: World) -> base.Storefront:
		"""The connected store."""
		return world.platform.connect(world.credentials)

	# The platform without a store

	def test_platform_is_registered_under_its_name(self, world: World) -> None:
		assert base.platform(world.platform.name) is world.platform
		assert base.platform(world.platform.name.upper()) is world.platform
		assert isinstance(world.platform, base.Platform)

	def test_capabilities_name_the_statuses_and_topics_that_orders_need(self, world: World) -> None:
		capabilities = world.platform.capabilities
		assert capabilities.order_topics
		assert set(capabilities.imported_statuses) <= set(capabilities.statuses)

	def test_signed_message_is_verified(self, world: World) -> None:
		headers, body = world.message(world.place(1)[0])
		assert world.platform.verify(headers, body, [world.secret])
		assert world.platform.verify({k.lower(): v for k, v in headers.items()}, body, [world.secret])
		assert world.platform.verify(headers, body, ["older secret", world.secret])

	def test_forged_message_is_not_verified(self, world: World) -> None:
		headers, body = world.message(world.place(1)[0])
		assert not world.platform.verify(headers, body + b" ", [world.secret])
		assert not world.platform.verify(headers, body, ["other"])
		assert not world.platform.verify(headers, body, [])
		assert not world.platform.verify(headers, body, [""])
		assert not world.platform.verify({}, body, [world.secret])

	@pytest.mark.parametrize("signature", ["", "ü", "\udcff", "====", "a", "a" * 10_000, "\x00", "✓" * 44])
	def test_malformed_signature_is_no_error(self, world: World, signature: str) -> None:
		headers, body = world.message(world.place(1)[0])
		name = next(key for key in headers if "hmac" in key.lower() or "signature" in key.lower())
		assert not world.platform.verify({**headers, name: signature}, body, [world.secret])

	def test_envelope_names_order_and_event(self, world: World) -> None:
		order_id = world.place(1)[0]
		headers, body = world.message(order_id)
		envelope = world.platform.envelope(headers, body)
		assert (envelope.kind, envelope.external_id, envelope.deleted) == ("order", order_id, False)
		assert envelope.topic and envelope.event_key and envelope.shop
		assert world.platform.envelope({k.upper(): v for k, v in headers.items()}, body) == envelope
		assert not world.platform.ping(headers, body)

	def test_every_event_has_its_own_key(self, world: World) -> None:
		first, second = world.place(2)
		messages = [world.message(first), world.message(second)]
		world.change(first)
		messages.append(world.message(first))
		assert len({world.platform.envelope(*message).event_key for message in messages}) == 3

	@pytest.mark.parametrize(
		"junk",
		[b"", b"no json", b"[]", b"null", b"1", b'"x"', b"{}", b"\xff\xfe", b"[" * 100_000, b'{"id": []}'],
	)
	def test_junk_in_an_order_message_is_refused(self, world: World, junk: bytes) -> None:
		headers, _body = world.message(world.place(1)[0])
		with pytest.raises(PayloadRefused):
			world.platform.envelope(headers, junk)

	# Orders

	def test_message_and_fetched_order_agree(self, world: World, store: base.Storefront) -> None:
		for order_id in world.place(40):
			told = world.platform.parse_order(json.loads(world.message(order_id)[1]))
			asked = world.platform.parse_order(store.fetch_order(order_id))
			assert comparable(told) == comparable(asked)
			assert asked.id == order_id and asked.platform == world.platform.name

	def test_orders_balance_in_both_currencies(self, world: World, store: base.Storefront) -> None:
		for order_id in world.place(30):
			payload = store.fetch_order(order_id)
			for presentment in (False, True):
				assert balance(world.platform.parse_order(payload, presentment)) == 0, (order_id, presentment)

	def test_fetched_payload_can_be_kept_as_json(self, world: World, store: base.Storefront) -> None:
		payload = store.fetch_order(world.place(1)[0])
		again = json.loads(json.dumps(payload))
		assert comparable(world.platform.parse_order(again)) == comparable(
			world.platform.parse_order(payload)
		)

	def test_parsed_order_keeps_the_document_for_field_mapping(
		self, world: World, store: base.Storefront
	) -> None:
		order_id = world.place(1)[0]
		assert str(world.platform.parse_order(store.fetch_order(order_id)).raw["id"]) == order_id

	def test_unknown_order_is_gone(self, world: World, store: base.Storefront) -> None:
		with pytest.raises(Gone):
			store.fetch_order(world.missing_id)

	@pytest.mark.parametrize("order_id", ["", "x", "../1", "1 OR 1", "gid://shopify/Order/1?x"])
	def test_what_cannot_be_an_id_is_gone(self, world: World, store: base.Storefront, order_id: str) -> None:
		with pytest.raises(Gone):
			store.fetch_order(order_id)

	def test_orders_changed_come_whole_and_oldest_change_first(
		self, world: World, store: base.Storefront
	) -> None:
		placed = world.place(130)
		world.change(placed[3])
		parse = world.platform.parse_order
		orders = [parse(payload) for payload in store.orders_changed(world.start)]
		assert sorted(order.id for order in orders) == sorted(placed)
		assert [order.updated_at for order in orders] == sorted(order.updated_at for order in orders)
		assert orders[-1].id == placed[3]
		assert comparable(orders[-1]) == comparable(parse(store.fetch_order(placed[3])))

	def test_orders_changed_keeps_to_the_period(self, world: World, store: base.Storefront) -> None:
		world.place(5)
		parse = world.platform.parse_order
		times = [parse(payload).updated_at for payload in store.orders_changed(world.start)]
		second = timedelta(seconds=1)
		assert list(store.orders_changed(times[-1] + second)) == []
		inner = store.orders_changed(times[1] - second, times[3] + second)
		assert [parse(payload).updated_at for payload in inner] == times[1:4]

	def test_order_is_found_by_what_people_call_it(self, world: World, store: base.Storefront) -> None:
		order_id = world.place(3)[1]
		number = world.number(order_id)
		assert store.find_order(number) == order_id
		assert store.find_order(f" #{number.lstrip('#')} ") == order_id
		assert store.find_order("999999999") is None
		assert store.find_order('" OR id:>0') is None

	# The connection

	def test_profile_names_the_currency(self, world: World, store: base.Storefront) -> None:
		profile = store.profile()
		assert profile.name and len(profile.currency) == 3
		order = world.platform.parse_order(store.fetch_order(world.place(1)[0]))
		assert order.shop_currency in (None, profile.currency)

	def test_connection_test_passes(self, store: base.Storefront) -> None:
		checks = store.test()
		assert checks and all(check.ok for check in checks if check.fatal), checks

	def test_wrong_credentials_are_told(self, world: World) -> None:
		store = world.platform.connect(world.wrong_credentials)
		failed = [check for check in store.test() if not check.ok]
		assert failed and failed[0].fatal and failed[0].remedy
		with pytest.raises(Fixable) as caught:
			store.fetch_order(world.missing_id)
		assert caught.value.reason == "credentials_refused"

	def test_unreachable_store_is_told(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
		monkeypatch.setattr(time, "sleep", lambda seconds: None)
		with socket.socket() as unused:
			unused.bind(("127.0.0.1", 0))
			url = f"http://127.0.0.1:{unused.getsockname()[1]}"
			store = world.platform.connect(world.credentials.model_copy(update={"url": url}))
			assert not all(check.ok for check in store.test())
			with pytest.raises(Transient) as caught:
				store.fetch_order(world.missing_id)
		assert caught.value.reason == "network"

	@pytest.mark.parametrize("forbidden", ["allow_http", "allow_private"])
	def test_address_that_the_site_does_not_allow_is_refused(self, world: World, forbidden: str) -> None:
		credentials = world.credentials.model_copy(update={forbidden: False})
		with pytest.raises(Fixable):
			world.platform.connect(credentials).fetch_order(world.missing_id)

	def test_no_secret_shows(self, world: World, store: base.Storefront) -> None:
		shown = [repr(store), str(store), repr(world.credentials), str(world.platform.connect)]
		for credentials in (world.credentials, world.wrong_credentials):
			connected = world.platform.connect(credentials)
			shown += [repr(connected), *(repr(check) for check in connected.test())]
			try:
				connected.fetch_order(world.missing_id)
			except (Fixable, Gone) as error:
				shown += [repr(error), str(error), repr(error.params)]
		assert world.secrets and all(world.secrets)
		assert not [text for text in shown for secret in world.secrets if secret in text]

	# Webhooks

	def test_webhooks_are_registered_once(self, world: World, store: base.Storefront) -> None:
		topics = world.platform.capabilities.order_topics
		first = store.register_webhooks(ADDRESS, topics)
		assert sorted(hook.topic for hook in first) == sorted(topics)
		assert all(hook.enabled and hook.address == ADDRESS for hook in first)
		again = store.register_webhooks(ADDRESS, topics)
		assert sorted(hook.id for hook in again) == sorted(hook.id for hook in first)
		assert sorted(hook.id for hook in store.webhooks()) == sorted(hook.id for hook in first)

	def test_missing_webhook_is_added(self, world: World, store: base.Storefront) -> None:
		topics = world.platform.capabilities.order_topics
		first = store.register_webhooks(ADDRESS, topics[:1])
		both = store.register_webhooks(ADDRESS, topics)
		assert {hook.id for hook in first} < {hook.id for hook in both}

	def test_webhooks_of_an_address_are_removed(self, world: World, store: base.Storefront) -> None:
		topics = world.platform.capabilities.order_topics
		store.register_webhooks(ADDRESS, topics)
		assert store.remove_webhooks(OTHER_ADDRESS) == 0
		assert store.remove_webhooks(ADDRESS) == len(topics)
		assert store.webhooks() == []
