"""Who may ask the emulated store: Basic and query keys as over https, OAuth 1.0a over http, and rights."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import requests
from woocommerce import API

from ecommerce_sync.sandbox.woocommerce.auth import ApiKey, signature
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce

from .woocommerce_samples import recorded, story

HTTPS = {"X-Forwarded-Proto": "https"}


@pytest.fixture
def store() -> Iterator[EmulatedWooCommerce]:
	with EmulatedWooCommerce(seed=1) as served:
		served.place(story())
		yield served


def orders_of(store: EmulatedWooCommerce) -> str:
	return f"{store.url}/wp-json/wc/v3/orders"


def basic(key: ApiKey) -> tuple[str, str]:
	return key.consumer_key, key.consumer_secret


def signed(key: ApiKey, url: str, method: str = "GET", **changes: str) -> dict[str, str]:
	"""OAuth query parameters for `url`, with `changes` made before signing."""
	params = {
		"oauth_consumer_key": key.consumer_key,
		"oauth_timestamp": str(int(time.time())),
		"oauth_nonce": f"nonce {time.perf_counter_ns()}",
		"oauth_signature_method": "HMAC-SHA256",
		**changes,
	}
	made = signature(method, url, params.items(), key.consumer_secret, params["oauth_signature_method"])
	return {**params, "oauth_signature": made}


def message_of(answer: requests.Response) -> Any:
	assert answer.status_code == 401
	return answer.json()["message"]


def test_the_woocommerce_library_signs_over_http(store: EmulatedWooCommerce) -> None:
	client = API(
		url=store.url, consumer_key=store.key.consumer_key, consumer_secret=store.key.consumer_secret
	)
	assert [order["id"] for order in client.get("orders").json()] == [7]
	params = {"modified_after": "2026-11-22T00:00:00", "status": "processing", "per_page": 5}
	assert client.get("orders", params=params).status_code == 200
	assert client.put("orders/7", {"customer_note": "ü & co"}).json()["customer_note"] == "ü & co"


def test_basic_over_http_is_nobody(store: EmulatedWooCommerce) -> None:
	answer = requests.get(orders_of(store), auth=basic(store.key), timeout=10)
	assert (answer.status_code, answer.json()) == (401, recorded("store.rest.error.401.json"))


def test_basic_and_query_keys_over_https(store: EmulatedWooCommerce) -> None:
	url, key = orders_of(store), store.key
	assert requests.get(url, auth=basic(key), headers=HTTPS, timeout=10).status_code == 200
	query = {"consumer_key": key.consumer_key, "consumer_secret": key.consumer_secret}
	answer = requests.get(url, params=query, headers=HTTPS, timeout=10)
	assert answer.status_code == 200
	assert requests.get(url, params=query, timeout=10).status_code == 401


def test_links_do_not_repeat_the_secret(store: EmulatedWooCommerce) -> None:
	store.place(story(8))
	key = store.key
	query = {"consumer_key": key.consumer_key, "consumer_secret": key.consumer_secret, "per_page": "1"}
	answer = requests.get(orders_of(store), params=query, headers=HTTPS, timeout=10)
	assert "next" in answer.links and key.consumer_secret not in answer.headers["Link"]
	assert key.consumer_secret not in repr(key)


def test_a_wrong_secret(store: EmulatedWooCommerce) -> None:
	answer = requests.get(orders_of(store), auth=(store.key.consumer_key, "cs_no"), headers=HTTPS, timeout=10)
	assert message_of(answer) == "Consumer secret is invalid."
	assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
	unknown = requests.get(orders_of(store), auth=("ck_no", "cs_no"), headers=HTTPS, timeout=10)
	assert unknown.json() == recorded("store.rest.error.401.json")


def test_a_signature_is_good_once(store: EmulatedWooCommerce) -> None:
	url = orders_of(store)
	params = signed(store.key, url)
	assert requests.get(url, params=params, timeout=10).status_code == 200
	again = requests.get(url, params=params, timeout=10)
	assert message_of(again) == "Invalid nonce - nonce has already been used."


@pytest.mark.parametrize("algorithm", ["HMAC-SHA1", "HMAC-SHA256"])
def test_signatures_in_the_header(store: EmulatedWooCommerce, algorithm: str) -> None:
	params = signed(store.key, orders_of(store), oauth_signature_method=algorithm)
	header = ", ".join(f'{name}="{quote(value, safe="")}"' for name, value in params.items())
	answer = requests.get(orders_of(store), headers={"Authorization": f"OAuth {header}"}, timeout=10)
	assert answer.status_code == 200


def test_signatures_that_are_refused(store: EmulatedWooCommerce) -> None:
	url, key = orders_of(store), store.key

	def refused(params: dict[str, str]) -> Any:
		return message_of(requests.get(url, params=params, timeout=10))

	mismatch = "Invalid signature - provided signature does not match."
	assert refused({**signed(key, url), "status": "completed"}) == mismatch
	assert refused(signed(key, url, "POST")) == mismatch
	assert refused(signed(key, url.replace("http:", "https:"))) == mismatch
	assert refused(signed(key, url, oauth_timestamp=str(int(time.time()) - 1000))) == "Invalid timestamp."
	assert refused(signed(ApiKey("ck_no", "cs_no"), url)) == "Consumer key is invalid."
	plain = {**signed(key, url), "oauth_signature_method": "PLAINTEXT"}
	assert refused(plain) == "Invalid signature - signature method is invalid."
	assert refused({"oauth_consumer_key": "ck"}).startswith("Missing OAuth parameters oauth_timestamp, ")


@pytest.mark.parametrize(
	("algorithm", "expected"),
	[
		("HMAC-SHA1", "21YkSFACWVEAugW8jqGhkGetMiU="),
		("HMAC-SHA256", "Njb3V1LUeEw4dSiiV0N6WbIn1upL5+FVdJRDm2c5kIU="),
	],
)
def test_signatures_agree_with_oauthlib(algorithm: str, expected: str) -> None:
	"""Made by oauthlib 4.0.1's Client for the key ck_1 and the secret cs_2."""
	params = {
		"status": "on-hold",
		"search": "café + ~x",
		"oauth_nonce": "n0nce",
		"oauth_timestamp": "1700000000",
		"oauth_version": "1.0",
		"oauth_signature_method": algorithm,
		"oauth_consumer_key": "ck_1",
	}
	url = "http://shop.example:8080/wp-json/wc/v3/orders"
	assert signature("GET", url, params.items(), "cs_2", algorithm) == expected


@pytest.mark.parametrize(
	("permissions", "method", "status"),
	[("read", "GET", 200), ("read", "PUT", 401), ("write", "GET", 401), ("write", "PUT", 200)],
)
def test_rights(store: EmulatedWooCommerce, permissions: Any, method: str, status: int) -> None:
	key = store.add_key(permissions)
	url = f"{orders_of(store)}/7"
	answer = requests.request(
		method, url, auth=basic(key), headers=HTTPS, json={"customer_note": "x"}, timeout=10
	)
	assert answer.status_code == status
	if status == 401:
		right = "read" if method == "GET" else "write"
		assert message_of(answer) == f"The API key provided does not have {right} permissions."


@pytest.mark.parametrize(
	("method", "path", "code"),
	[
		("GET", "orders/7", "woocommerce_rest_cannot_view"),
		("PUT", "orders/7", "woocommerce_rest_cannot_edit"),
		("POST", "webhooks", "woocommerce_rest_cannot_create"),
		("DELETE", "webhooks/1", "woocommerce_rest_cannot_delete"),
		("GET", "settings/tax", "woocommerce_rest_cannot_view"),
	],
)
def test_nobody_may_nothing(store: EmulatedWooCommerce, method: str, path: str, code: str) -> None:
	answer = requests.request(method, f"{store.url}/wp-json/wc/v3/{path}", timeout=10)
	assert (answer.status_code, answer.json()["code"]) == (401, code)
