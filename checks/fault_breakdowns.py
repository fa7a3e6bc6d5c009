"""Processes that die: workers killed in the middle of an order, Redis gone."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Generator, Iterator
from random import Random

import frappe
from bench_site import fresh
from fault_ground import Finding, Ground
from printed import say
from processes import FrappeWorker, frappe_worker, run_minute_sweep
from shops import deliver
from workers import open_events, wait_until_done, workers

_TWINS = """select count(*) from (select email_id from tabCustomer where ifnull(email_id, '') != ''
	group by email_id having count(*) > 1) twins"""


def killed_workers(ground: Ground) -> Iterator[Finding]:
	"""Workers killed by `kill -9` at random moments: none lost, none doubled, totals equal."""
	rng, twins = Random(ground.seed), _twins()
	placed: dict[str, list[str]] = {shop.store: [] for shop in ground.shops}
	for number in range(ground.orders):
		shop = ground.shops[number % len(ground.shops)]
		placed[shop.store].append(ground.place(shop))
		deliver(shop.created(placed[shop.store][-1]))
	say(f"{ground.orders} events stored; {ground.workers} workers begin, and are killed")
	killed = _kill_until_done(ground, rng)
	for shop in ground.shops:
		yield from ground.exactly_once("d", shop, placed[shop.store])
	yield Finding("d", f"Customers doubled ({killed} workers were killed)", 0, _twins() - twins)


def _kill_until_done(ground: Ground, rng: Random) -> int:
	"""Every worker dies some time after its start until nothing is open; how many died."""
	told = time.monotonic()
	with workers(ground.workers) as team:
		ends = [_end(rng) for _ in range(ground.workers)]
		while left := open_events(ground.stores):
			team.tend()
			for place, end in enumerate(ends):
				if time.monotonic() > end and left > 3:  # the last ones are let live
					team.kill(place)
					ends[place] = _end(rng)
			time.sleep(0.05)
			if time.monotonic() - told > 30:
				told = time.monotonic()
				say(f"{left} events are waiting, {team.killed} workers were killed")
		say(f"done; {team.killed} workers were killed, {team.crashed} ended by themselves")
		return team.killed


def _end(rng: Random) -> float:
	"""When a worker that starts now dies: some before they begin, most in the middle of an order."""
	return time.monotonic() + rng.uniform(0.5, 30)


def _twins() -> int:
	fresh()
	return int(frappe.db.sql(_TWINS)[0][0])


def stopped_redis(ground: Ground) -> Iterator[Finding]:
	"""Redis stopped: messages are taken in, and processed after it returns."""
	with frappe_worker() as worker:
		yield from _while_it_runs(ground, worker)
		first = yield from _while_it_is_stopped(ground)
		ground.redis.start()
		say("Redis is back; one more message arrives")
		more = _send_orders(ground, 1)
		_processed_within(ground, worker, 150)
		for shop in ground.shops:
			yield from ground.exactly_once("e", shop, [*first[shop.store], *more[shop.store]])
	second = yield from _while_it_is_stopped(ground)
	ground.redis.start()
	say("Redis is back; the minute sweep runs")
	run_minute_sweep(ground.site)
	for shop in ground.shops:
		yield from ground.exactly_once("e", shop, second[shop.store])


def _while_it_runs(ground: Ground, worker: FrappeWorker) -> Iterator[Finding]:
	orders = _send_orders(ground, 3)
	_processed_within(ground, worker, 150)
	for shop in ground.shops:
		yield from ground.exactly_once("e", shop, orders[shop.store])


def _while_it_is_stopped(ground: Ground) -> Generator[Finding, None, dict[str, list[str]]]:
	"""Yields findings; returns the orders whose messages came meanwhile."""
	ground.redis.stop()
	placed = _place(ground, 10)
	messages = [shop.created(order) for shop in ground.shops for order in placed[shop.store]]
	started = time.monotonic()
	answers = dict(Counter(ground.send(messages, 2)))
	each = (time.monotonic() - started) / len(messages) * 2
	say(f"Redis is stopped: {len(messages)} messages, two at once, answered {answers}, in {each:.2f} s each")
	yield Finding("e", "answers while Redis is stopped", {200: len(messages)}, answers)
	stored = sum(ground.states(shop, placed[shop.store]).get("Queued", 0) for shop in ground.shops)
	yield Finding("e", "events stored while Redis is stopped", len(messages), stored)
	return placed


def _place(ground: Ground, each: int) -> dict[str, list[str]]:
	"""Of people only: for a company's order the store is asked, and Frappe's own processes refuse to ask
	stores on this machine."""
	return {shop.store: [ground.place(shop, business=None) for _ in range(each)] for shop in ground.shops}


def _send_orders(ground: Ground, each: int) -> dict[str, list[str]]:
	placed = _place(ground, each)
	ground.send([shop.created(order) for shop in ground.shops for order in placed[shop.store]])
	return placed


def _processed_within(ground: Ground, worker: FrappeWorker, seconds: float) -> None:
	"""Wait for Frappe's worker, which a supervisor would start again."""
	end = time.monotonic() + seconds
	while open_events(ground.stores) and time.monotonic() < end:
		worker.tend()
		wait_until_done(ground.stores, limit=2)
