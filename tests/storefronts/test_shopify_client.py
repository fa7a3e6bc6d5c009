"""The Shopify client against a misbehaving store: tokens, throttling, retries, scopes, versions, queries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
import shopify
from graphql import parse, validate
from pydantic import SecretStr

from ecommerce_sync.core.errors import Fixable, Gone, SyncError, Transient
from ecommerce_sync.sandbox.faults import Faults
from ecommerce_sync.sandbox.generator import story
from ecommerce_sync.sandbox.shopify.schema import schema
from ecommerce_sync.sandbox.shopify.server import EmulatedShopify
from ecommerce_sync.sandbox.shopify.shop import ALL_SCOPES, Shop
from ecommerce_sync.sandbox.story import Bought
from ecommerce_sync.storefronts.base import Check, Credentials
from ecommerce_sync.storefronts.http import Policy, Transport
from ecommerce_sync.storefronts.shopify import PLATFORM, ShopifyPlatform, parse_order
from ecommerce_sync.storefronts.shopify.auth import ClientCredentials, MemoryTokens, PermanentToken
from ecommerce_sync.storefronts.shopify.client import Admin, idempotency_key
from ecommerce_sync.storefronts.shopify.documents import document, names
from ecommerce_sync.storefronts.shopify.limits import Bucket
from ecommerce_sync.storefronts.shopify.shop_address import (
	API_VERSION,
	api_path,
	is_signed_by_shopify,
	permission_url,
	shop_domain,
)
from ecommerce_sync.storefronts.shopify.store import ShopifyStore
from tests.storefronts.answers import Answers, Waits

SECRET = "shpss_0123456789abcdef0123456789abcdef"
START = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(days=9)
SHOP_DATA = {"shop": {"name": "Acme", "currencyCode": "USD", "myshopifyDomain": "acme.myshopify.com"}}
COST = {
	"requestedQueryCost": 400,
	"throttleStatus": {"maximumAvailable": 1000.0, "currentlyAvailable": 300, "restoreRate": 50.0},
}


def admin(answers: Answers, waits: Waits | None = None) -> Admin:
	"""The Admin API over prepared answers."""
	waits = waits if waits is not None else Waits()
	transport = Transport(
		Policy(),
		["shpat_token"],
		adapter=answers,
		sleep=waits.sleep,
		clock=waits.clock,
		resolver=lambda host, port: ["93.184.216.34"],
		jitter=lambda: 1.0,
	)
	endpoint = f"https://acme.myshopify.com{api_path()}"
	return Admin(transport, endpoint, "acme.myshopify.com", PermanentToken("shpat_token"))


def refusal(code: str, message: str = "no", **extensions: Any) -> tuple[int, dict[str, Any]]:
	"""An answer with one GraphQL error."""
	return 200, {"errors": [{"message": message, "extensions": {"code": code, **extensions}}]}


@pytest.fixture
def emulated() -> Iterator[EmulatedShopify]:
	"""A shop with both ways to authenticate."""
	with EmulatedShopify(3, shop=Shop(currency="USD"), client_secret=SECRET, access_token="shpat_t") as store:
		yield store


def credentials(store: EmulatedShopify, **given: Any) -> Credentials:
	"""Those of the app of the Dev Dashboard."""
	known = {
		"url": store.url,
		"client_id": store.client_id,
		"client_secret": SecretStr(SECRET),
		"allow_http": True,
		"allow_private": True,
	}
	return Credentials(**{**known, **given})


class TestDocuments:
	@pytest.mark.parametrize("name", names())
	def test_document_is_valid_against_the_schema(self, name: str) -> None:
		assert validate(schema(), parse(document(name))) == []

	def test_every_document_is_found(self) -> None:
		assert {"order", "orders_changed", "order_lines", "shop", "webhook_create"} <= set(names())
		assert "order_fields" not in names()

	def test_page_of_orders_can_be_paid(self, emulated: EmulatedShopify) -> None:
		variables = {"query": "", "first": 10, "lines": 50, "after": None}
		answer = emulated.graphql(document("orders_changed"), variables)
		assert "errors" not in answer and answer["extensions"]["cost"]["requestedQueryCost"] < 1000


class TestLimits:
	def test_throttled_answer_waits_for_the_missing_points(self) -> None:
		throttled = {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}
		throttled["extensions"] = {"cost": COST}  # type: ignore[assignment]
		waits = Waits()
		assert admin(Answers((200, throttled), (200, {"data": SHOP_DATA})), waits).query("shop") == SHOP_DATA
		assert waits == [2.0]

	def test_throttling_without_end_is_left_to_the_inbox(self) -> None:
		with pytest.raises(Transient) as caught:
			admin(Answers(refusal("THROTTLED"))).query("shop")
		assert (caught.value.reason, caught.value.retry_after) == ("throttled", 1.0)

	def test_next_request_waits_until_the_bucket_can_pay_it(self) -> None:
		waits = Waits()
		api = admin(Answers((200, {"data": SHOP_DATA, "extensions": {"cost": COST}})), waits)
		api.query("shop")
		api.query("locations")
		assert waits == []
		api.query("shop")
		assert waits == [2.0]

	@pytest.mark.parametrize(
		"extensions",
		[{}, {"cost": None}, {"cost": {"throttleStatus": []}}, {"cost": {"requestedQueryCost": "many"}}],
	)
	def test_nonsense_figures_are_ignored(self, extensions: dict[str, Any]) -> None:
		bucket = Bucket(lambda: 0.0)
		bucket.learn("order", extensions)
		assert bucket.wait("order") == 0.0

	def test_emulated_bucket_is_never_overdrawn_for_long(self) -> None:
		with EmulatedShopify(1, access_token="shpat_t", points=400, restore_rate=2000) as store:
			for number in range(6):
				store.place(story(1, number, "EUR", "shopify", START))
			connected = PLATFORM.connect(credentials(store, token=SecretStr("shpat_t"), client_id=None))
			fetched = [connected.fetch_order(str(order.id))["id"] for order in store.orders()]
			assert fetched == [order.id for order in store.orders()]


class TestErrors:
	def test_internal_error_is_asked_again(self) -> None:
		answers = Answers(refusal("INTERNAL_SERVER_ERROR"), (200, {"data": SHOP_DATA}))
		assert admin(answers).query("shop") == SHOP_DATA

	def test_mutation_that_may_have_been_done_is_not_sent_again(self) -> None:
		answers = Answers(refusal("INTERNAL_SERVER_ERROR"))
		with pytest.raises(Transient):
			admin(answers).mutate("webhook_delete", {"id": "x"}, repeatable=False)
		assert len(answers.asked) == 1

	def test_missing_scope_is_named(self) -> None:
		words = "`read_orders` access scope or `read_marketplace_orders` access scope."
		with pytest.raises(Fixable) as caught:
			admin(Answers(refusal("ACCESS_DENIED", requiredAccess=words))).query("shop")
		assert (caught.value.reason, caught.value.params["scopes"]) == (
			"scope_missing",
			"read_orders or read_marketplace_orders",
		)

	def test_protected_customer_data_is_null_and_no_error(self) -> None:
		message = "This app is not approved to access the Customer object. See .../protected-customer-data"
		status, body = refusal("ACCESS_DENIED", message)
		assert admin(Answers((status, {**body, "data": SHOP_DATA}))).query("shop") == SHOP_DATA

	def test_user_errors_are_told(self) -> None:
		errors = [{"field": ["webhookSubscription", "uri"], "message": "Address is invalid"}]
		answer = {"data": {"webhookSubscriptionCreate": {"webhookSubscription": None, "userErrors": errors}}}
		with pytest.raises(Fixable, match=r"webhookSubscription\.uri: Address is invalid") as caught:
			admin(Answers((200, answer))).mutate("webhook_create", {}, repeatable=False)
		assert caught.value.reason == "store_refused"

	@pytest.mark.parametrize(
		("answer", "reason"),
		[
			((401, {"errors": "[API] Invalid API key"}), "credentials_refused"),
			((403, {"errors": "Forbidden"}), "credentials_refused"),
			((402, {"errors": "Payment Required"}), "store_refused"),
			((404, {"errors": "Not Found"}), "store_refused"),
			((200, {"errors": "odd"}), "store_refused"),
			((200, []), "store_error"),
			((200, b"<html>"), "store_error"),
			(refusal("MAX_COST_EXCEEDED"), "store_refused"),
			((503, b""), "store_error"),
		],
	)
	def test_what_the_store_says_becomes_a_reason(self, answer: Any, reason: str) -> None:
		with pytest.raises(SyncError) as caught:
			admin(Answers(answer)).query("shop")
		assert caught.value.reason == reason
		assert "shpat_token" not in f"{caught.value!r} {caught.value}"

	def test_orders_arrive_through_faults(self) -> None:
		faults = Faults(5, rate_429=0.15, rate_5xx=0.15, cut=0.1, retry_after=0.01)
		with EmulatedShopify(5, access_token="shpat_t", faults=faults, points=1e6) as store:
			waits = Waits()
			transport = Transport(Policy(allow_http=True, allow_private=True, attempts=8), sleep=waits.sleep)
			api = Admin(transport, store.url + api_path(), "emulated", PermanentToken("shpat_t"))
			placed = [store.place(story(1, number, "EUR", "shopify", START)).id for number in range(12)]
			connected = ShopifyStore(api, None, API_VERSION)
			assert [connected.fetch_order(str(number))["id"] for number in placed] == placed
		assert waits


class TestTokens:
	def test_granted_token_is_used_until_shortly_before_its_end(self, emulated: EmulatedShopify) -> None:
		now, tokens = [1000.0], MemoryTokens()
		transport = Transport(Policy(allow_http=True, allow_private=True))
		access = ClientCredentials(
			transport, emulated.url, emulated.client_id, SECRET, tokens, lambda: now[0]
		)
		first = access.token()
		now[0] += 86_399 - 301
		assert access.token() == first
		now[0] += 2
		assert access.token() != first

	def test_token_is_shared_by_the_cache_and_bound_to_the_secret(self, emulated: EmulatedShopify) -> None:
		tokens = MemoryTokens()
		transport = Transport(Policy(allow_http=True, allow_private=True))
		first = ClientCredentials(transport, emulated.url, emulated.client_id, SECRET, tokens).token()
		assert ClientCredentials(transport, emulated.url, emulated.client_id, SECRET, tokens).token() == first
		with pytest.raises(Fixable):
			ClientCredentials(transport, emulated.url, emulated.client_id, "other", tokens).token()

	def test_revoked_token_is_replaced_once(self, emulated: EmulatedShopify) -> None:
		store = ShopifyPlatform(MemoryTokens()).connect(credentials(emulated))
		assert store.profile().currency == "USD"
		emulated.tokens.revoke_all()
		assert store.profile().currency == "USD"

	def test_permanent_refusal_is_not_asked_for_ever(self) -> None:
		answers = Answers((401, {"errors": "no"}))
		with pytest.raises(Fixable):
			admin(answers).query("shop")
		assert len(answers.asked) == 1

	@pytest.mark.parametrize("refused", ["shop_not_permitted", "app_not_installed"])
	def test_refused_grant_says_what_to_do(self, refused: str) -> None:
		with EmulatedShopify(1, client_secret=SECRET, refusal=refused) as store:
			connected = ShopifyPlatform(MemoryTokens()).connect(credentials(store))
			with pytest.raises(Fixable) as caught:
				connected.fetch_order("1")
			check = connected.test()[0]
		assert caught.value.reason == "credentials_refused"
		assert "organization" in str(caught.value) or "install" in str(caught.value)
		assert not check.ok and check.remedy

	def test_credentials_that_are_not_complete(self) -> None:
		with pytest.raises(Fixable, match="Enter an access token"):
			PLATFORM.connect(Credentials(url="acme.myshopify.com", client_id="id"))

	def test_idempotency_key_names_the_operation(self) -> None:
		assert idempotency_key("stock", "7") == idempotency_key("stock", "7")
		others = {
			idempotency_key("stock", "7", 1),
			idempotency_key("stock", "8"),
			idempotency_key("refund", "7"),
		}
		assert len(others | {idempotency_key("stock", "7")}) == 4


class TestStore:
	def test_order_of_more_lines_than_a_page(self, emulated: EmulatedShopify) -> None:
		lines = tuple(Bought(f"Item {n}", Decimal("1.10"), sku=f"SKU-{n}") for n in range(530))
		placed = emulated.place(replace(story(1, 0, "USD", "shopify", START), lines=lines))
		store = PLATFORM.connect(credentials(emulated))
		parsed = parse_order(store.fetch_order(str(placed.id)))
		assert [line.sku for line in parsed.lines] == [f"SKU-{n}" for n in range(530)]
		listed = parse_order(next(iter(store.orders_changed(START - timedelta(days=1)))))
		assert listed.lines == parsed.lines

	def test_payments_are_fetched(self, emulated: EmulatedShopify) -> None:
		told = replace(story(1, 0, "USD", "shopify", START, healthy=True), gateway="paypal", paid=True)
		placed = emulated.place(told)
		parsed = parse_order(PLATFORM.connect(credentials(emulated)).fetch_order(str(placed.id)))
		assert parsed.payments is not None
		assert [(p.kind, p.status, p.gateway, p.amount) for p in parsed.payments] == [
			("sale", "success", "paypal", parsed.total)
		]

	def test_profile_names_what_is_mapped(self, emulated: EmulatedShopify) -> None:
		for number in range(30):
			emulated.place(story(2, number, "USD", "shopify", START))
		profile = PLATFORM.connect(credentials(emulated)).profile()
		assert [(place.id, place.title) for place in profile.locations] == [
			("62", "Shop"),
			("61", "Warehouse"),
		]
		assert profile.payment_methods and profile.shipping_methods and profile.taxes
		assert (profile.timezone, profile.prices_include_tax, profile.version) == (
			"Europe/Paris",
			True,
			API_VERSION,
		)

	def test_site_that_moved_keeps_its_subscriptions(self, emulated: EmulatedShopify) -> None:
		store = PLATFORM.connect(credentials(emulated))
		old = store.register_webhooks("https://old.example/hook?store=A", ["orders/create"])
		other = store.register_webhooks("https://old.example/hook?store=B", ["orders/create"])
		new = store.register_webhooks("https://new.example/hook?store=A", ["orders/create"])
		assert [hook.id for hook in new] == [hook.id for hook in old]
		assert sorted(hook.address for hook in store.webhooks()) == sorted(
			[other[0].address, "https://new.example/hook?store=A"]
		)

	def test_address_that_the_store_refuses(self, emulated: EmulatedShopify) -> None:
		with pytest.raises(Fixable, match="Address is invalid"):
			PLATFORM.connect(credentials(emulated)).register_webhooks(
				"http://erp.example/", ["orders/create"]
			)

	def test_orders_without_the_optional_scope(self) -> None:
		scopes = ALL_SCOPES - {"read_payment_terms"}
		with EmulatedShopify(1, client_secret=SECRET, scopes=scopes) as store:
			placed = store.place(replace(story(1, 0, "EUR", "shopify", START), payment_terms_days=30))
			connected = ShopifyPlatform(MemoryTokens()).connect(credentials(store))
			assert parse_order(connected.fetch_order(str(placed.id))).payment_terms is None
			failed = [check for check in connected.test() if not check.ok]
		assert [(check.name, check.fatal) for check in failed] == [("Scope read_payment_terms", False)]

	def test_orders_without_a_needed_scope(self) -> None:
		with EmulatedShopify(1, client_secret=SECRET, scopes=ALL_SCOPES - {"read_customers"}) as store:
			placed = store.place(story(1, 0, "EUR", "shopify", START))
			connected = ShopifyPlatform(MemoryTokens()).connect(credentials(store))
			with pytest.raises(Fixable, match="read_customers"):
				connected.fetch_order(str(placed.id))
			failed = [check for check in connected.test() if not check.ok]
		assert [(check.name, check.fatal) for check in failed] == [("Access scopes", True)]

	def test_gone_only_where_the_store_says_so(self) -> None:
		store = ShopifyStore(admin(Answers((200, {"data": {"order": None}}))), None, API_VERSION)
		with pytest.raises(Gone):
			store.fetch_order("1")


class TestChecks:
	@staticmethod
	def checks(headers: dict[str, str], domain: str = "acme.myshopify.com") -> dict[str, Check]:
		scopes = [{"handle": scope} for scope in ALL_SCOPES]
		data = {**SHOP_DATA, "currentAppInstallation": {"accessScopes": scopes}}
		store = ShopifyStore(admin(Answers((200, {"data": data}, headers))), domain, API_VERSION)
		return {check.name: check for check in store.test()}

	def test_version_that_fell_forward_is_noticed(self) -> None:
		check = self.checks({"X-Shopify-API-Version": "2026-10"})["API version"]
		assert not check.ok and "2026-10" in check.detail and check.remedy and not check.fatal

	def test_clock_that_is_wrong_is_noticed(self) -> None:
		check = self.checks({"Date": "Wed, 01 Jul 2020 10:00:00 GMT"})["Clock"]
		assert not check.ok and check.remedy

	def test_other_store_is_noticed(self) -> None:
		check = self.checks({}, "old-name.myshopify.com")["Store"]
		assert not check.ok and "acme.myshopify.com" in check.remedy


class TestAddresses:
	@pytest.mark.parametrize(
		"pasted",
		[
			"acme",
			" ACME.myshopify.com ",
			"https://acme.myshopify.com/admin/orders",
			"https://admin.shopify.com/store/acme/orders",
		],
	)
	def test_what_people_paste(self, pasted: str) -> None:
		assert shop_domain(pasted) == "acme.myshopify.com"
		assert PLATFORM.canonical_url(pasted) == "https://acme.myshopify.com"

	@pytest.mark.parametrize(
		"address",
		[
			"",
			"acme.com",
			"acme.myshopify.com.evil.com",
			"x@acme.myshopify.com",
			"https://[::1",
			"http://127.0.0.1",
		],
	)
	def test_other_addresses_are_refused(self, address: str) -> None:
		assert shop_domain(address) is None
		with pytest.raises(Fixable, match=r"name\.myshopify\.com"):
			PLATFORM.connect(Credentials(url=address, token=SecretStr("shpat_t")))

	def test_version_that_is_none(self) -> None:
		with pytest.raises(Fixable, match="not an API version"):
			PLATFORM.connect(Credentials(url="acme", token=SecretStr("shpat_t"), api_version="latest"))

	def test_grant_link_and_its_signature_leave_no_session_behind(self) -> None:
		url = permission_url(
			"acme.myshopify.com", "client", ["read_orders"], "https://erp.example/back", "s1"
		)
		assert url.startswith("https://acme.myshopify.com/admin/oauth/authorize?client_id=client&")
		params = {"code": "1", "shop": "acme.myshopify.com", "timestamp": "9999999999"}
		session = type("Signer", (shopify.Session,), {"secret": SECRET})
		signed = {**params, "hmac": session.calculate_hmac(params)}
		assert is_signed_by_shopify(signed, SECRET)
		assert not is_signed_by_shopify({**signed, "code": "2"}, SECRET)
		assert not is_signed_by_shopify({**signed, "timestamp": "soon"}, SECRET)
		assert not is_signed_by_shopify({}, SECRET)
		assert (shopify.Session.secret, shopify.Session.api_key) == (None, None)
		assert shopify.ShopifyResource.site is None

	def test_connecting_sets_no_global_session(self, emulated: EmulatedShopify) -> None:
		PLATFORM.connect(credentials(emulated)).profile()
		assert "X-Shopify-Access-Token" not in shopify.ShopifyResource.get_headers()

	def test_token_goes_in_the_header_of_the_version_asked_for(self) -> None:
		answers = Answers((200, {"data": SHOP_DATA}))
		admin(answers).query("shop")
		request = answers.asked[0]
		assert request.url == f"https://acme.myshopify.com/admin/api/{API_VERSION}/graphql.json"
		assert request.headers["X-Shopify-Access-Token"] == "shpat_token"
		assert json.loads(request.body or b"")["query"] == document("shop")
