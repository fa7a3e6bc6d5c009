"""What the emulated WooCommerce counts, and how it is throttled."""

from __future__ import annotations

import requests

from ecommerce_sync.sandbox.woocommerce.calls import Limit, Write

from .woocommerce_shop import Clock, ask, opened


def test_calls_are_counted_by_endpoint() -> None:
	with opened() as (store, _):
		ask(store, "products?per_page=1")
		ask(store, "products/1004")
		ask(store, "products/1004", "PUT", json={})
		ask(store, "products/batch", "POST", json={"update": [{"id": 1, "stock_quantity": 1}]})
		ask(store, "products/1000/variations/batch", "POST", json={})
		ask(store, "products/categories")
		requests.get(f"{store.url}/wp-json/wc/v3/nothing", timeout=10)
		assert store.calls.counts == {
			("products", "read"): 1,
			("products/<id>", "read"): 1,
			("products/<id>", "write"): 1,
			("products/batch", "write"): 1,
			("products/<id>/variations/batch", "write"): 1,
			("products/categories", "read"): 1,
		}
		assert (store.calls.reads, store.calls.writes) == (3, 3)
		assert store.calls.of("products/batch", "write") == 1
		store.calls.clear()
		assert (store.calls.reads, store.calls.writes) == (0, 0)


def test_nobody_s_write_plants_nothing() -> None:
	with opened() as (store, _):
		planted: list[Write] = []
		store.before_write = planted.append
		url = f"{store.url}/wp-json/wc/v3/products/1004"
		assert requests.put(url, json={}, timeout=10).status_code == 401
		assert planted == []


def test_a_limit_lets_a_burst_through_and_then_one_by_one() -> None:
	clock = Clock()
	limit = Limit(per_second=0.5, burst=3, clock=lambda: clock().timestamp())
	assert [limit.retry_after() for _ in range(5)] == [None, None, None, 2, 2]
	clock.pass_by(seconds=1.5)
	assert limit.retry_after() == 1
	clock.pass_by(seconds=0.5)
	assert [limit.retry_after() for _ in range(2)] == [None, 2]
	clock.pass_by(hours=1)
	assert [limit.retry_after() for _ in range(4)] == [None, None, None, 2]


def test_too_many_requests_are_refused_as_a_host_does() -> None:
	with opened(limit=Limit(per_second=0.01, burst=2)) as (store, _):
		answers = [ask(store, "products/1004", "PUT", json={"stock_quantity": n}) for n in range(4)]
		assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
		assert int(answers[2].headers["Retry-After"]) > 90
		assert answers[2].headers["Content-Type"].startswith("text/html")
		assert (store.stock_of(1004), store.calls.throttled, store.calls.writes) == (1, 2, 2)
