"""The emulated store's REST API answers as the recorded one did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
import requests

from ecommerce_sync.sandbox.faults import Faults
from ecommerce_sync.sandbox.story import Bought, Person
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings

from .woocommerce_samples import DUPONT, VAT, checkout_order, differences, recorded, rest_order, story

START = datetime(2026, 11, 22, 2, 0, tzinfo=timezone.utc)


@pytest.fixture
def store() -> Iterator[EmulatedWooCommerce]:
	with EmulatedWooCommerce(seed=1, secure=True, now=lambda: START + timedelta(hours=9)) as served:
		yield served


def ask(store: EmulatedWooCommerce, path: str, method: str = "GET", **sent: Any) -> requests.Response:
	auth = (store.key.consumer_key, store.key.consumer_secret)
	return requests.request(method, f"{store.url}/wp-json/wc/v3/{path}", auth=auth, timeout=10, **sent)


def test_an_order_is_answered_as_recorded(store: EmulatedWooCommerce) -> None:
	store.place(rest_order(), created_via="rest-api")
	answer = ask(store, "orders/31")
	assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
	real = recorded("store.rest.order.coupon_fee_tax_shipping.json")
	assert differences(real, answer.json()) == []
	assert answer.json()["total"] == real["total"] == "76.62"
	assert rb"http:\/\/127.0.0.1" in answer.content


def test_errors_are_the_recorded_ones(store: EmulatedWooCommerce) -> None:
	missing = ask(store, "orders/99999")
	assert (missing.status_code, missing.json()) == (404, recorded("store.rest.error.404.json"))
	nobody = requests.get(f"{store.url}/wp-json/wc/v3/orders", timeout=10)
	assert (nobody.status_code, nobody.json()) == (401, recorded("store.rest.error.401.json"))
	assert ask(store, "orders/99999", "PUT", json={}).status_code == 400
	assert ask(store, "nothing").json()["code"] == "rest_no_route"
	assert ask(store, "orders", "DELETE").json()["code"] == "rest_no_route"


@pytest.mark.parametrize(
	("path", "name"),
	[
		("taxes", "store.rest.taxes.json"),
		("settings/tax", "store.rest.settings.tax.json"),
		("payment_gateways", "store.rest.payment_gateways.json"),
		("shipping/zones", "store.rest.shipping_zones.json"),
		("customers/2", "store.rest.customer.json"),
		("products?sku=WOO-MUG", "store.rest.product.simple.json"),
		("webhooks", "store.rest.webhooks.json"),
	],
)
def test_keys_and_types_are_the_recorded_ones(store: EmulatedWooCommerce, path: str, name: str) -> None:
	store.place(replace(rest_order(), person=Person(2, "Marie", "Curie", "marie@example.com")))
	store.webhooks.add("order.created", f"{store.url}/nowhere", "secret", "mine", "active")
	answer, real = ask(store, path).json(), recorded(name)
	real = real if isinstance(real, list) or isinstance(answer, dict) else [real]
	assert answer
	assert [d for d in differences(real, answer) if ".settings" not in d] == []


def test_tax_settings_are_the_recorded_ones_and_tell_the_store_s_choice(store: EmulatedWooCommerce) -> None:
	real = {setting["id"]: setting["value"] for setting in recorded("store.rest.settings.tax.json")}
	assert {setting["id"]: setting["value"] for setting in ask(store, "settings/tax").json()} == real
	store.configure(prices_include_tax=True, round_at_subtotal=True)
	for name in ("woocommerce_prices_include_tax", "woocommerce_tax_round_at_subtotal"):
		assert ask(store, f"settings/tax/{name}").json()["value"] == "yes"
	assert ask(store, "settings/tax/nothing").status_code == 404
	assert ask(store, "settings/nothing").status_code == 404


def test_the_tax_table_is_what_orders_used(store: EmulatedWooCommerce) -> None:
	store.place(rest_order())
	store.place(checkout_order())
	assert [(tax["id"], tax["rate"], tax["name"]) for tax in ask(store, "taxes").json()] == [
		(1, "20.0000", "VAT")
	]


def test_what_a_connection_asks_for() -> None:
	with EmulatedWooCommerce(settings=StoreSettings(currency="JPY"), secure=True) as store:
		general = {setting["id"]: setting["value"] for setting in ask(store, "settings/general").json()}
		assert general["woocommerce_currency"] == "JPY"
		assert general["woocommerce_price_num_decimals"] == "0"
		assert ask(store, "data/currencies/current").json()["code"] == "JPY"
		status = ask(store, "system_status").json()
		assert (status["environment"]["version"], status["settings"]["currency"]) == ("10.5.0", "JPY")
		index = requests.get(f"{store.url}/wp-json", timeout=10).json()
		assert "wc/v3" in index["namespaces"] and index["url"] == store.url
		methods = ask(store, "shipping/zones/1/methods").json()
		assert [each["method_id"] for each in methods] == ["flat_rate", "free_shipping", "local_pickup"]


def placed(store: EmulatedWooCommerce, count: int) -> list[int]:
	"""Orders 1 to `count`, a minute apart."""
	told = (story(n, created_at=START + timedelta(minutes=n)) for n in range(1, count + 1))
	return [store.place(each).id for each in told]


def ids(answer: requests.Response) -> list[int]:
	assert answer.status_code == 200, answer.text
	return [order["id"] for order in answer.json()]


def test_pages(store: EmulatedWooCommerce) -> None:
	placed(store, 23)
	first = ask(store, "orders")
	assert ids(first) == list(range(23, 13, -1))
	assert (first.headers["X-WP-Total"], first.headers["X-WP-TotalPages"]) == ("23", "3")
	assert list(first.links) == ["next"]
	assert ids(ask(store, first.links["next"]["url"].partition("/wc/v3/")[2])) == list(range(13, 3, -1))
	last = ask(store, "orders?page=3&order=asc&orderby=id")
	assert ids(last) == [21, 22, 23] and list(last.links) == ["prev"]
	assert ids(ask(store, "orders?page=9")) == []
	assert ids(ask(store, "orders?per_page=100&offset=20")) == [3, 2, 1]
	assert ids(ask(store, "orders?include=4,2,9&orderby=include")) == [4, 2, 9]
	assert [list(order) for order in ask(store, "orders?per_page=1&_fields=id,total").json()] == [
		["id", "total"]
	]


@pytest.mark.parametrize(
	("query", "name", "code"),
	[
		("per_page=101", "per_page", "rest_out_of_bounds"),
		("per_page=0", "per_page", "rest_out_of_bounds"),
		("page=0", "page", "rest_out_of_bounds"),
		("per_page=many", "per_page", "rest_invalid_type"),
		("modified_after=yesterday", "modified_after", "rest_invalid_date"),
		("modified_after=2026-13-45T00:00:00", "modified_after", "rest_invalid_date"),
		("orderby=price", "orderby", "rest_not_in_enum"),
		("order=up", "order", "rest_not_in_enum"),
		("status=sent", "status", "rest_not_in_enum"),
		("include=a", "include", "rest_invalid_type"),
	],
)
def test_wrong_parameters(store: EmulatedWooCommerce, query: str, name: str, code: str) -> None:
	placed(store, 1)
	answer = ask(store, f"orders?{query}")
	assert answer.status_code == 400
	body = answer.json()
	assert (body["code"], body["message"]) == ("rest_invalid_param", f"Invalid parameter(s): {name}")
	assert body["data"]["details"][name]["code"] == code
	assert body["data"]["params"][name] == body["data"]["details"][name]["message"]


def test_the_words_of_a_bound(store: EmulatedWooCommerce) -> None:
	body = ask(store, "orders?per_page=200").json()
	assert body["data"]["params"]["per_page"] == "per_page must be between 1 (inclusive) and 100 (inclusive)"


def test_a_filter_that_is_not_emulated_says_so(store: EmulatedWooCommerce) -> None:
	assert ask(store, "orders?product=3").status_code == 501


def test_modified_after_is_exclusive_and_in_site_time(store: EmulatedWooCommerce) -> None:
	placed(store, 3)  # modified at 02:01, 02:02 and 02:03 UTC, an hour later on the site
	assert ids(ask(store, "orders?modified_after=2026-11-22T02:02:00&dates_are_gmt=true")) == [3]
	assert ids(ask(store, "orders?modified_after=2026-11-22T02:02:00Z")) == [3]
	for zone in ("", ".25", "%2B01", "%2B0100", "%2B01:00"):
		assert ids(ask(store, f"orders?modified_after=2026-11-22T03:02:00{zone}")) == [3]
	assert ids(ask(store, "orders?modified_before=2026-11-22T03:02:00")) == [1]
	assert ids(ask(store, "orders?after=2026-11-22T03:01:00&before=2026-11-22T03:03:00")) == [2]
	store.update(1, note="now")
	asked = "orders?modified_after=2026-11-22T04:00:00&orderby=modified&order=asc"
	assert ids(ask(store, asked)) == [1]


def test_search_is_no_look_up(store: EmulatedWooCommerce) -> None:
	placed(store, 12)
	assert ids(ask(store, "orders?search=1")) == [12, 11, 10, 1]
	assert len(ids(ask(store, "orders?search=JEAN@example.com"))) == 10
	assert ids(ask(store, "orders?search=nobody")) == []


def test_status_and_trash(store: EmulatedWooCommerce) -> None:
	placed(store, 4)
	store.update(1, status="completed")
	store.cancel(2)
	store.delete(3)
	assert ids(ask(store, "orders")) == [4, 2, 1]
	assert ids(ask(store, "orders?status=completed,cancelled")) == [2, 1]
	assert ids(ask(store, "orders?status[]=completed&status[]=processing")) == [4, 1]
	assert ids(ask(store, "orders?status=trash")) == [3]
	assert ask(store, "orders/3").json()["status"] == "trash"
	assert ask(store, "orders/3", "DELETE").status_code == 410
	assert ask(store, "orders/4", "DELETE").json()["status"] == "trash"
	assert ask(store, "orders/4?force=true", "DELETE").status_code == 200
	assert ask(store, "orders/4").status_code == 404


def test_an_order_is_changed_over_rest(store: EmulatedWooCommerce) -> None:
	store.place(story(billing=DUPONT))
	sent = {
		"status": "completed",
		"customer_note": "é",
		"billing": {"city": "Paris", "email": "new@example.com"},
		"meta_data": [{"key": "sales_order", "value": "SO-1"}],
	}
	answer = ask(store, "orders/7", "PUT", json=sent).json()
	assert (answer["status"], answer["customer_note"]) == ("completed", "é")
	assert (answer["billing"]["city"], answer["billing"]["address_1"]) == ("Paris", "2 Avenue Foch")
	assert answer["billing"]["email"] == "new@example.com"
	assert [(meta["key"], meta["value"]) for meta in answer["meta_data"]] == [("sales_order", "SO-1")]
	assert answer["date_modified_gmt"] == "2026-11-22T11:00:00"
	assert ask(store, "orders/7").json() == answer
	assert ask(store, "orders/7", "PUT", json={"status": "sent"}).json()["code"] == "rest_invalid_param"
	assert ask(store, "orders/7", "PUT", json={"coupon_lines": []}).status_code == 501
	junk = ask(store, "orders/7", "PUT", data="{", headers={"Content-Type": "application/json"})
	assert (junk.status_code, junk.json()["code"]) == (400, "rest_invalid_json")


def test_a_product_is_found_by_sku(store: EmulatedWooCommerce) -> None:
	order = store.place(checkout_order()).as_json()
	found = ask(store, "products?sku=WOO-TEE-RED-L").json()
	assert [product["id"] for product in found] == [order["line_items"][1]["variation_id"]]
	assert found[0]["parent_id"] == order["line_items"][1]["product_id"]
	assert ask(store, "products?sku=NOPE").json() == []
	assert ask(store, "customers/4").status_code == 404


def test_faults_come_before_the_store() -> None:
	with EmulatedWooCommerce(secure=True, faults=Faults(rate_429=1.0)) as store:
		answer = ask(store, "orders")
		assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")


def test_odd_text_survives(store: EmulatedWooCommerce) -> None:
	store.place(story(lines=(Bought('Tässe "XL" 🙂 </b>', Decimal(1), sku="a/b", taxes=VAT),)))
	answer = ask(store, "orders/7")
	assert answer.content.isascii()
	assert answer.json()["line_items"][0]["name"] == 'Tässe "XL" 🙂 </b>'
	assert answer.json()["line_items"][0]["sku"] == "a/b"
