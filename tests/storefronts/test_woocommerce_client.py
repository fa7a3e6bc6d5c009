"""The WooCommerce connection beyond the contract: authorization, paging that shifts, errors, rights, webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import requests
from pydantic import SecretStr

from ecommerce_sync.core.errors import Fixable, Gone, Transient
from ecommerce_sync.sandbox.generator import EPOCH, stories
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.storefronts.base import Check
from ecommerce_sync.storefronts.woocommerce import PLATFORM, checks
from ecommerce_sync.storefronts.woocommerce.client import WooCommerceStore

from .woocommerce_world import WooCommerceWorld, credentials, https_store

ADDRESS = "https://erp.example.com/api/method/ecommerce_sync.api.webhook.receive?store=Main"
TOPICS = PLATFORM.capabilities.order_topics


@pytest.fixture
def shop() -> EmulatedWooCommerce:
	"""A store that is asked through an adapter, without a server."""
	shop = EmulatedWooCommerce(seed=9)
	for story in stories(5, 3, "EUR", "woocommerce"):
		shop.place(story)
	return shop


@pytest.fixture
def served() -> Iterator[WooCommerceWorld]:
	"""A store on plain http."""
	with EmulatedWooCommerce(seed=10) as store:
		yield WooCommerceWorld(store)


def checks_by_name(found: list[Check]) -> dict[str, Check]:
	return {check.name: check for check in found}


class TestAuthorization:
	def test_basic_over_https(self, shop: EmulatedWooCommerce) -> None:
		store, adapter = https_store(shop)
		assert store.fetch_order("1001")["id"] == 1001
		(request,) = adapter.sent
		assert request.headers["Authorization"].startswith("Basic ")
		assert "consumer" not in (request.url or "") and "oauth" not in (request.url or "")

	def test_signature_over_http(self, served: WooCommerceWorld) -> None:
		(order_id,) = served.place(1)
		store = PLATFORM.connect(served.credentials)
		assert store.find_order("a/b %41+&=é") is None
		assert store.fetch_order(order_id)["id"] == int(order_id)

	def test_key_goes_into_the_query_where_a_server_drops_the_header(self, shop: EmulatedWooCommerce) -> None:
		def drop(request: requests.PreparedRequest) -> None:
			request.headers.pop("Authorization", None)

		store, adapter = https_store(shop, drop)
		assert store.fetch_order("1001")["id"] == 1001
		assert store.fetch_order("1002")["id"] == 1002
		in_query = ["consumer_secret=" in (request.url or "") for request in adapter.sent]
		assert in_query == [False, True, True]

	def test_wrong_key_is_tried_in_the_query_once_only(self, shop: EmulatedWooCommerce) -> None:
		store, adapter = https_store(shop, client_id="ck_unknown")
		for _ in range(2):
			with pytest.raises(Fixable) as caught:
				store.fetch_order("1001")
			assert caught.value.reason == "credentials_refused"
		assert len(adapter.sent) == 3

	def test_wrong_secret_is_never_put_into_the_query(self, shop: EmulatedWooCommerce) -> None:
		store, adapter = https_store(shop, client_secret=SecretStr("cs_wrong"))
		with pytest.raises(Fixable):
			store.fetch_order("1001")
		assert len(adapter.sent) == 1

	def test_blanks_of_copying_do_no_harm(self, shop: EmulatedWooCommerce) -> None:
		padded = SecretStr(f" {shop.key.consumer_secret}\n")
		store, _adapter = https_store(shop, client_id=f"{shop.key.consumer_key} ", client_secret=padded)
		assert store.fetch_order("1001")

	@pytest.mark.parametrize("missing", [{"client_id": None}, {"client_secret": None}, {"client_id": " "}])
	def test_missing_key_is_told_before_anything_is_asked(
		self, shop: EmulatedWooCommerce, missing: dict[str, Any]
	) -> None:
		store, adapter = https_store(shop, **missing)
		with pytest.raises(Fixable) as caught:
			store.fetch_order("1001")
		assert caught.value.reason == "credentials_refused" and not adapter.sent

	def test_key_of_odd_letters_is_refused_by_the_store_not_by_us(self, shop: EmulatedWooCommerce) -> None:
		store, _adapter = https_store(shop, client_id="“ck_1”")
		with pytest.raises(Fixable):
			store.fetch_order("1001")

	@pytest.mark.parametrize(
		"url", ["http://shop.example", "ftp://shop.example", "shop.example", "https://a:b@x"]
	)
	def test_address_that_is_not_allowed(self, shop: EmulatedWooCommerce, url: str) -> None:
		with pytest.raises(Fixable):
			PLATFORM.connect(credentials(shop, url=url, allow_http=False))


class TestErrors:
	def answer(self, shop: EmulatedWooCommerce, status: int, body: bytes, **headers: str) -> WooCommerceStore:
		"""A connection to a store that answers everything with this."""
		shop.wsgi = shop._disturbed = _constant(status, body, headers)  # type: ignore[method-assign,assignment]
		return https_store(shop)[0]

	def test_throttled(self, shop: EmulatedWooCommerce) -> None:
		with pytest.raises(Transient) as caught:
			self.answer(shop, 429, b"slow down", **{"Retry-After": "90"}).fetch_order("1001")
		assert (caught.value.reason, caught.value.retry_after) == ("throttled", 90)

	@pytest.mark.parametrize("status", [500, 502, 503])
	def test_store_in_trouble(self, shop: EmulatedWooCommerce, status: int) -> None:
		with pytest.raises(Transient) as caught:
			self.answer(shop, status, b"<html>oops").fetch_order("1001")
		assert caught.value.reason == "store_error"

	@pytest.mark.parametrize("body", [b"<html>", b"[1, 2]", b"", b"null"])
	def test_answer_that_is_no_order(self, shop: EmulatedWooCommerce, body: bytes) -> None:
		with pytest.raises(Transient):
			self.answer(shop, 200, body).fetch_order("1001")

	@pytest.mark.parametrize("body", [b"{}", b"null", b"<html>"])
	def test_answer_that_is_no_list(self, shop: EmulatedWooCommerce, body: bytes) -> None:
		with pytest.raises(Transient):
			list(self.answer(shop, 200, body).orders_changed(EPOCH))

	def test_missing_route_is_no_missing_order(self, shop: EmulatedWooCommerce) -> None:
		body = b'{"code":"rest_no_route","message":"No route was found","data":{"status":404}}'
		with pytest.raises(Fixable) as caught:
			self.answer(shop, 404, body).fetch_order("1001")
		assert caught.value.reason == "store_refused" and "Permalinks" in str(caught.value)

	def test_missing_page_is_no_missing_order(self, shop: EmulatedWooCommerce) -> None:
		with pytest.raises(Fixable):
			self.answer(shop, 404, b"<html>Not found</html>").fetch_order("1001")

	def test_refusal_carries_the_stores_words(self, shop: EmulatedWooCommerce) -> None:
		body = b'{"code":"woocommerce_rest_cannot_view","message":"Sorry, you cannot.","data":{"status":403}}'
		with pytest.raises(Fixable) as caught:
			self.answer(shop, 403, body).fetch_order("1001")
		assert caught.value.reason == "store_refused" and "Sorry, you cannot." in str(caught.value)

	def test_no_secret_in_an_error_that_echoes_the_request(self, shop: EmulatedWooCommerce) -> None:
		key = shop.key
		body = f"no: consumer_key={key.consumer_key}&consumer_secret={key.consumer_secret}".encode()
		with pytest.raises(Fixable) as caught:
			self.answer(shop, 400, body).fetch_order("1001")
		assert key.consumer_secret not in str(caught.value) + repr(caught.value)


def _constant(status: int, body: bytes, headers: dict[str, str]) -> Any:
	def app(environ: Any, start_response: Any) -> list[bytes]:
		start_response(f"{status} Status", list(headers.items()))
		return [body]

	return app


class TestOrders:
	def test_trashed_order_is_still_fetched(self, shop: EmulatedWooCommerce) -> None:
		shop.delete(1001)
		store, _adapter = https_store(shop)
		assert PLATFORM.parse_order(store.fetch_order("1001")).cancelled_at

	def test_deleted_order_is_gone(self, shop: EmulatedWooCommerce) -> None:
		shop.delete(1001, force=True)
		with pytest.raises(Gone):
			https_store(shop)[0].fetch_order("1001")

	def test_trashed_orders_are_among_the_changed(self, shop: EmulatedWooCommerce) -> None:
		shop.delete(1002)
		changed = [row["id"] for row in https_store(shop)[0].orders_changed(EPOCH - timedelta(days=1))]
		assert sorted(changed) == [1001, 1002, 1003] and changed[-1] == 1002

	def test_more_orders_of_one_second_than_a_page_holds(self) -> None:
		shop = EmulatedWooCommerce(seed=11)
		second = datetime(2026, 10, 1, 12, tzinfo=timezone.utc)
		for i, story in enumerate(stories(6, 330, "EUR", "woocommerce")):
			order = shop.place(story)
			shop.update(order, at=second if 20 <= i < 280 else second + timedelta(seconds=i - 150))
		store, _adapter = https_store(shop)
		ids = [row["id"] for row in store.orders_changed(second - timedelta(days=1))]
		assert sorted(ids) == sorted(shop.orders) and len(set(ids)) == len(ids)

	def test_no_order_is_missed_while_others_change(self) -> None:
		"""After each page two orders already read are changed: they move to the end, all others move up."""
		shop = EmulatedWooCommerce(seed=12)
		for story in stories(6, 350, "EUR", "woocommerce"):
			shop.update(shop.place(story), at=EPOCH + timedelta(days=9, seconds=story.number // 7))
		last = EPOCH + timedelta(days=30)
		untouched = set(shop.orders)

		def disturb(request: requests.PreparedRequest) -> None:
			nonlocal last
			if "status=any" in (request.url or "") and len(untouched) > 330:
				for order_id in sorted(untouched)[:2]:
					last += timedelta(seconds=1)
					shop.update(order_id, at=last)
					untouched.discard(order_id)

		store, adapter = https_store(shop, disturb)
		ids = [row["id"] for row in store.orders_changed(EPOCH)]
		assert set(ids) == set(shop.orders) and len(adapter.sent) >= 5

	def test_bounds_include_their_seconds(self, shop: EmulatedWooCommerce) -> None:
		moments = [EPOCH + timedelta(days=5, seconds=i) for i in range(3)]
		for order_id, moment in zip(sorted(shop.orders), moments, strict=True):
			shop.update(order_id, at=moment)
		store, _adapter = https_store(shop)
		assert [row["id"] for row in store.orders_changed(moments[1], moments[1])] == [1002]
		half = timedelta(milliseconds=500)
		assert [row["id"] for row in store.orders_changed(moments[1] + half)] == [1002, 1003]

	def test_time_zone_of_the_bounds_does_not_matter(self, shop: EmulatedWooCommerce) -> None:
		store, _adapter = https_store(shop)
		local = (EPOCH - timedelta(hours=1)).astimezone(timezone(timedelta(hours=9)))
		assert len(list(store.orders_changed(local))) == 3


class TestProfile:
	def test_what_the_form_needs(self, shop: EmulatedWooCommerce) -> None:
		shop.configure(prices_include_tax=True, gmt_offset=5.5)
		profile = https_store(shop)[0].profile()
		assert (profile.name, profile.currency, profile.timezone) == ("Emulated shop", "EUR", "UTC+05:30")
		assert profile.prices_include_tax and profile.version == "10.5.0" and not profile.locations
		assert {"cod", "bacs"} <= {method.id for method in profile.payment_methods}
		assert [method.active for method in profile.payment_methods if method.id == "cheque"] == [False]
		assert {"flat_rate", "free_shipping"} <= {method.id for method in profile.shipping_methods}
		assert all(tax.title and tax.rate for tax in profile.taxes) and profile.taxes

	def test_parts_that_the_key_may_not_read_are_left_out(self, shop: EmulatedWooCommerce) -> None:
		def hide(request: requests.PreparedRequest) -> None:
			if "system_status" in (request.url or "") or "taxes" in (request.url or ""):
				request.url = (request.url or "").replace("/wc/v3/", "/wc/v3/hidden/")

		profile = https_store(shop, hide)[0].profile()
		assert profile.currency == "EUR" and profile.version is None and profile.taxes == ()


class TestConnectionTest:
	def test_all_is_well(self, shop: EmulatedWooCommerce) -> None:
		shop.url = "https://shop.example"
		found = https_store(shop)[0].test()
		assert all(check.ok for check in found), found
		assert {"Reachable", "Read access", "Write access", "Version", "Encrypted"} <= set(
			checks_by_name(found)
		)

	def test_key_that_may_only_read(self, shop: EmulatedWooCommerce) -> None:
		shop.key = shop.add_key("read")
		found = checks_by_name(https_store(shop)[0].test())
		assert found["Read access"].ok and not found["Write access"].ok
		assert "Read/Write" in found["Write access"].remedy

	def test_writing_is_tested_without_writing(self, shop: EmulatedWooCommerce) -> None:
		before = {key: order.date_modified for key, order in shop.orders.items()}
		https_store(shop)[0].test()
		assert {key: order.date_modified for key, order in shop.orders.items()} == before
		assert shop.webhooks.listed() == []

	def test_plain_permalinks(self, shop: EmulatedWooCommerce) -> None:
		def lose(request: requests.PreparedRequest) -> None:
			request.url = (request.url or "").replace("/wp-json/", "/nowhere/")

		found = https_store(shop, lose)[0].test()
		assert not found[-1].ok and "Permalinks" in found[-1].remedy

	def test_another_home_address_is_a_warning(self, shop: EmulatedWooCommerce) -> None:
		shop.url = "https://www.shop.example"
		found = checks_by_name(https_store(shop)[0].test())["Address"]
		assert not found.ok and not found.fatal and "www.shop.example" in found.remedy

	def test_hidden_index_is_no_failure(self, shop: EmulatedWooCommerce) -> None:
		def hide(request: requests.PreparedRequest) -> None:
			if (request.url or "").endswith("/wp-json/"):
				request.url = (
					"https://shop.example/wp-json/wc/v3/orders"  # refused to strangers, as the index is then
				)

		assert all(check.ok for check in https_store(shop, hide)[0].test() if check.fatal)

	def test_old_version(self, shop: EmulatedWooCommerce, monkeypatch: pytest.MonkeyPatch) -> None:
		monkeypatch.setattr("ecommerce_sync.sandbox.woocommerce.site.VERSION", "5.7.2")
		found = checks_by_name(https_store(shop)[0].test())["Version"]
		assert not found.ok and "5.7.2" in found.detail

	def test_clocks_that_differ(self, served: WooCommerceWorld) -> None:
		api = PLATFORM.connect(served.credentials)._api
		ahead = datetime.now(timezone.utc) + timedelta(minutes=20)
		assert not checks_by_name(checks.run(api, lambda: ahead))["Clock"].ok
		assert checks_by_name(checks.run(api))["Clock"].ok

	def test_missing_key_is_one_failed_check(self, shop: EmulatedWooCommerce) -> None:
		found = https_store(shop, client_id=None)[0].test()
		assert [check.name for check in found if not check.ok and check.fatal] == ["Read access"]


class TestWebhooks:
	def test_registered_ones_are_signed_with_our_secret(self, shop: EmulatedWooCommerce) -> None:
		store, _adapter = https_store(shop, webhook_secret=SecretStr("chosen by us"))
		store.register_webhooks(ADDRESS, TOPICS)
		headers, body = shop.message(1001, "order.updated")
		assert PLATFORM.verify(headers, body, ["chosen by us"])

	def test_disabled_one_is_enabled(self, shop: EmulatedWooCommerce) -> None:
		store, _adapter = https_store(shop)
		first = store.register_webhooks(ADDRESS, TOPICS)
		shop.webhooks.change(shop.webhooks.listed()[0], status="disabled")
		assert not all(hook.enabled for hook in store.webhooks())
		assert store.register_webhooks(ADDRESS, TOPICS) == first

	def test_new_secret_reaches_existing_ones(self, shop: EmulatedWooCommerce) -> None:
		https_store(shop, webhook_secret=SecretStr("old"))[0].register_webhooks(ADDRESS, TOPICS)
		https_store(shop, webhook_secret=SecretStr("new"))[0].register_webhooks(ADDRESS, TOPICS)
		assert {hook.secret for hook in shop.webhooks.listed()} == {"new"}

	def test_ours_at_an_old_address_is_repaired(self, shop: EmulatedWooCommerce) -> None:
		store, _adapter = https_store(shop)
		store.register_webhooks("https://old.example.com/hook", TOPICS)
		store.register_webhooks(ADDRESS, TOPICS)
		assert [hook.address for hook in store.webhooks()] == [ADDRESS] * len(TOPICS)

	def test_those_of_others_are_left_alone(self, shop: EmulatedWooCommerce) -> None:
		shop.webhooks.add("order.created", "https://127.0.0.1:9/other", "s", "Accounting", "active")
		store, _adapter = https_store(shop)
		store.register_webhooks(ADDRESS, TOPICS)
		assert store.remove_webhooks(ADDRESS) == len(TOPICS)
		assert [hook.address for hook in store.webhooks()] == ["https://127.0.0.1:9/other"]

	def test_second_one_of_a_topic_is_removed(self, shop: EmulatedWooCommerce) -> None:
		for _ in range(2):
			shop.webhooks.add("order.created", ADDRESS, "s", "by hand", "active")
		store, _adapter = https_store(shop)
		store.register_webhooks(ADDRESS, ["order.created"])
		assert len(store.webhooks()) == 1

	def test_without_a_secret_nothing_is_registered(self, shop: EmulatedWooCommerce) -> None:
		store, _adapter = https_store(shop, webhook_secret=None)
		with pytest.raises(Fixable):
			store.register_webhooks(ADDRESS, TOPICS)
		assert shop.webhooks.listed() == []
