"""The emulated store over HTTP: who is let in, what the bucket pays, and how misfortune looks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import requests
from graphql import OperationDefinitionNode, parse

from ecommerce_sync.sandbox.faults import Faults
from ecommerce_sync.sandbox.shopify import EmulatedShopify
from ecommerce_sync.sandbox.shopify.cost import Bucket, Costs, page_factor
from ecommerce_sync.sandbox.shopify.schema import schema

from .shopify_stories import story

NAME = "{ shop { name } }"


class Clock:
	"""Time that moves when told."""

	def __init__(self) -> None:
		self.at = datetime(2026, 9, 1, 12, 0, tzinfo=timezone.utc)

	def __call__(self) -> datetime:
		return self.at

	def forward(self, **span: float) -> None:
		self.at += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
	return Clock()


@pytest.fixture
def store(clock: Clock) -> Iterator[EmulatedShopify]:
	with EmulatedShopify(clock=clock) as opened:
		yield opened


def post(
	store: EmulatedShopify, query: Any = NAME, token: str | None = None, version: str = "2026-07"
) -> Any:
	headers = {"X-Shopify-Access-Token": token or str(store.access_token)}
	url = f"{store.url}/admin/api/{version}/graphql.json"
	return requests.post(url, json={"query": query}, headers=headers, timeout=5)


def grant(store: EmulatedShopify, **changes: str) -> requests.Response:
	form = {
		"grant_type": "client_credentials",
		"client_id": store.client_id,
		"client_secret": store.client_secret,
	}
	return requests.post(f"{store.url}/admin/oauth/access_token", data=form | changes, timeout=5)


def test_a_query_with_the_permanent_token(store: EmulatedShopify) -> None:
	answer = post(store)
	assert answer.json()["data"] == {"shop": {"name": "Emulated Shop"}}
	assert answer.headers["X-Shopify-API-Version"] == "2026-07"
	assert answer.json()["extensions"]["cost"]["requestedQueryCost"] == 1


def test_a_wrong_or_missing_token_is_401_in_shopifys_words(store: EmulatedShopify) -> None:
	wrong = post(store, token="shpat_wrong")
	missing = requests.post(f"{store.url}/admin/api/2026-07/graphql.json", json={"query": NAME}, timeout=5)
	for answer in (wrong, missing):
		assert answer.status_code == 401
		assert answer.json() == {
			"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"
		}


def test_a_granted_token_lives_for_a_day(store: EmulatedShopify, clock: Clock) -> None:
	body = grant(store).json()
	assert body["expires_in"] == 86_399
	assert "read_orders" in body["scope"].split(",")
	assert post(store, token=body["access_token"]).status_code == 200
	clock.forward(seconds=86_398)
	assert post(store, token=body["access_token"]).status_code == 200
	clock.forward(seconds=1)
	assert post(store, token=body["access_token"]).status_code == 401
	assert post(store, token=grant(store).json()["access_token"]).status_code == 200


def test_tokens_can_be_asked_for_in_json_and_revoked(store: EmulatedShopify) -> None:
	form = {"grant_type": "client_credentials", "client_id": store.client_id}
	url = f"{store.url}/admin/oauth/access_token"
	token = requests.post(url, json={**form, "client_secret": store.client_secret}, timeout=5).json()
	store.tokens.revoke_all()
	assert post(store, token=token["access_token"]).status_code == 401


@pytest.mark.parametrize(
	("changes", "error"),
	[
		({"client_secret": "wrong"}, "invalid_client"),
		({"client_id": "wrong"}, "invalid_client"),
		({"grant_type": "password"}, "unsupported_grant_type"),
	],
)
def test_a_wrong_client_gets_no_token(store: EmulatedShopify, changes: Any, error: str) -> None:
	answer = grant(store, **changes)
	assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_an_app_of_another_organization_gets_no_token() -> None:
	with EmulatedShopify(refusal="shop_not_permitted", access_token=None) as store:
		assert grant(store).json()["error"] == "shop_not_permitted"
		assert post(store, token="None").status_code == 401


@pytest.mark.parametrize(("version", "status"), [("2024-01", 200), ("2026-10", 200), ("2027-01", 404)])
def test_old_versions_fall_forward_and_future_ones_are_not_found(
	store: EmulatedShopify, version: str, status: int
) -> None:
	answer = post(store, version=version)
	assert (answer.status_code, answer.headers["X-Shopify-API-Version"]) == (status, "2026-07")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"query": 1}', b"{"])
def test_a_body_without_a_query_is_400(store: EmulatedShopify, body: bytes) -> None:
	headers = {"X-Shopify-Access-Token": str(store.access_token), "Content-Type": "application/json"}
	answer = requests.post(f"{store.url}/admin/api/2026-07/graphql.json", body, headers=headers, timeout=5)
	assert (answer.status_code, "query" in answer.json()["errors"]) == (400, True)


def test_other_addresses_are_not_found(store: EmulatedShopify) -> None:
	assert requests.get(f"{store.url}/admin/api/2026-07/orders.json", timeout=5).status_code == 404


def test_the_bucket_empties_throttles_and_refills(clock: Clock) -> None:
	dear = "{ orders(first: 250) { nodes { id lineItems(first: 50) { nodes { id } } } } }"
	with EmulatedShopify(clock=clock, points=250, restore_rate=50) as store:
		for number in range(1000, 1100):
			store.place(story(number=number))
		first = post(store, dear).json()["extensions"]["cost"]
		assert first["requestedQueryCost"] == first["actualQueryCost"] == 112
		assert first["throttleStatus"] == {
			"maximumAvailable": 250,
			"currentlyAvailable": 138,
			"restoreRate": 50,
		}
		post(store, dear)
		throttled = post(store, dear)
		assert (throttled.status_code, "data" in throttled.json()) == (200, False)
		assert throttled.json()["errors"][0]["extensions"]["code"] == "THROTTLED"
		assert throttled.json()["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] == 26
		clock.forward(seconds=2)
		assert "data" in post(store, dear).json()


def test_what_a_query_did_not_need_is_given_back(store: EmulatedShopify) -> None:
	cost = post(store, "{ orders(first: 250) { nodes { id } } }").json()["extensions"]["cost"]
	assert (cost["requestedQueryCost"], cost["throttleStatus"]["currentlyAvailable"]) == (13, 2000)


def test_a_query_beyond_1000_points_is_refused(store: EmulatedShopify) -> None:
	objects = "taxLines duties product variant lineItemGroup customAttributes sellingPlan discountAllocations"
	inner = " ".join(f"{name} {{ __typename }}" for name in objects.split())
	lines = f"lineItems(first: 250) {{ nodes {{ {inner} }} }}"
	error = post(store, f"{{ orders(first: 250) {{ nodes {{ {lines} }} }} }}").json()["errors"][0]
	assert error["message"].startswith("Query cost is 1124, which exceeds the single query max cost limit")
	assert error["extensions"]["code"] == "MAX_COST_EXCEEDED"
	assert error["extensions"]["maxCost"] == 1000


@pytest.mark.parametrize(
	("query", "cost"),
	[
		# Reported from real stores: see the module's docstring.
		("{ product(id: 1) { variants(first: 250) { nodes { inventoryItem { id tracked } } } } }", 25),
		("{ order(id: 1) { transactions { paymentDetails { ... on CardPaymentDetails { bin } } } } }", 3),
		("{ order(id: 1) { totalPriceSet { shopMoney { amount } } } }", 1),
		("{ orders(first: 10) { edges { node { id customer { id } } } } }", 10),
		(
			"query($n: Int = 10) { orders(first: $n) { nodes { ...o } } } fragment o on Order { customer { id } }",
			10,
		),
		('mutation { webhookSubscriptionDelete(id: "1") { userErrors { message } } }', 10),
	],
)
def test_costs_are_those_of_real_answers(query: str, cost: int) -> None:
	document = parse(query)
	operation = document.definitions[0]
	assert isinstance(operation, OperationDefinitionNode)
	assert Costs(schema(), document, {"n": 10}).requested(operation) == cost


def test_the_factor_of_a_page_meets_reported_costs() -> None:
	# 3 and 10 lines of 10 objects in an order: 23 and 43; 10 refund lines of 3 objects: 15.
	assert [1 + 2 + 10 * page_factor(3), 1 + 2 + 10 * page_factor(10)] == [23, 43]
	assert 1 + 2 + 3 * page_factor(10) == 15
	assert page_factor(0) == 0
	assert page_factor(1) == 1


def test_a_bucket_never_holds_more_than_its_size() -> None:
	now = [0.0]
	bucket = Bucket(lambda: now[0], maximum=10, restore_rate=1)
	assert not bucket.take(11)
	assert bucket.take(10)
	assert not bucket.take(1)
	now[0] = 3
	assert bucket.status()["currentlyAvailable"] == 3
	now[0] = 100
	bucket.give_back(5)
	assert bucket.status()["currentlyAvailable"] == 10


def test_faults_befall_requests_by_their_seed() -> None:
	faults = Faults(4, rate_429=0.3, rate_5xx=0.3, cut=0.2)
	with EmulatedShopify(faults=faults) as store:
		seen = [fate(store) for _ in range(12)]
	expected = [faults.request(n) for n in range(12)]
	assert seen == ["cut" if fault.cut else fault.status or 200 for fault in expected]
	assert len(set(seen)) >= 4


def fate(store: EmulatedShopify) -> int | str:
	try:
		return int(post(store).status_code)
	except requests.ConnectionError:
		return "cut"


def test_a_closed_store_has_no_address() -> None:
	with EmulatedShopify() as store:
		assert store.url.startswith("http://127.0.0.1:")
	with pytest.raises(RuntimeError, match="closed"):
		print(store.url)


def test_an_order_number_is_used_once(store: EmulatedShopify) -> None:
	store.place(story())
	with pytest.raises(ValueError, match="number"):
		store.place(story())
	with pytest.raises(KeyError):
		store.order(1)
