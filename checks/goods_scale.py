"""A hundred changes in a large store cost what they cost in a small one: seconds, SQL statements, rows read.

Both stores stand on one site. The small one is measured before the large one's Items, Bins, prices and
listings are there, so that nothing that grows with the site hides, and then both in turn. All of them are
filled in by SQL (see `goods_bulk`), and changed by SQL: only what the app does after a change is measured,
the sweep that notes changed Bins, and the job from taking the notes to the last confirmation. The emulated
store holds, for both, the same number of products, those that change; the time from sending a request
until its answer is left out.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from random import Random
from statistics import median
from typing import Any, NamedTuple

import frappe
import requests
from bench_site import fresh
from fault_ground import Finding
from frappe.utils import now_datetime
from goods_bulk import (
	bind_all,
	catalogue_of,
	code,
	drop_items,
	drop_listings,
	fill_bins,
	fill_items,
	fill_listings,
	fill_prices,
	long_ago,
	settle_statistics,
)
from goods_ground import GoodsShop, make_warehouse, open_goods_shop, price_list
from printed import say, table

from ecommerce_sync.bootstrap import SYNC_USER, machine
from ecommerce_sync.demo_site import retire
from ecommerce_sync.erps.erpnext import changes
from ecommerce_sync.jobs.push import Push
from ecommerce_sync.sync.machine import Machine
from ecommerce_sync.sync.prices import push_prices
from ecommerce_sync.sync.stock import push_stock

_CHECK = "scale"
_LIMIT = 1.5
_CHANGES = 100
_SERVED = 1000  # products that the emulated stores hold
_OPENING, _PRICE = 7, 10
_WARM = 2  # repetitions before those that count
_FAR = 1000  # numbers of the second phase are other ones
_STEM = "SCALE"
PLATFORMS = ("shopify", "woocommerce")
ALONE, TOGETHER = "alone", "together"
_WAREHOUSE = "Check Scale"


class Cost(NamedTuple):
	"""Of one push."""

	seconds: float
	statements: int
	rows: int  # that the database read


class Side:
	"""One store with so many listings, of which those of `served` exist in the emulated store."""

	def __init__(self, stack: ExitStack, prefix: str, platform: str, company: str, listings: int) -> None:
		self.listings, self.stem = listings, f"{_STEM}-{platform[0].upper()}{listings}"
		self.served = range(listings // _SERVED, listings + 1, listings // _SERVED)
		self.warehouse = make_warehouse(_WAREHOUSE, company)
		self.price_list = price_list(frappe.get_cached_value("Company", company, "default_currency"))
		self.random, self.costs = Random(listings), dict[tuple[str, str], list[Cost]]()
		fill_items(self.stem, listings)
		fill_bins(self.stem, listings, self.warehouse, _OPENING)
		fill_prices(self.stem, listings, self.price_list, _PRICE)
		catalogue = catalogue_of(self.stem, self.served)
		self.shop: GoodsShop = open_goods_shop(
			stack,
			f"{prefix} scale {listings}",
			platform,
			company,
			catalogue,
			[self.warehouse],
			stock=_OPENING,
		)
		bind_all(self.shop, self.stem, self.served, _OPENING, _PRICE)
		fill_listings(self.shop, self.stem, listings, _OPENING, _PRICE)
		frappe.db.commit()
		say(f"{self.shop.store}: {listings:,} listings")

	def change(self, number: int) -> dict[str, int]:
		"""Another number for some Items, the same for all of them and no earlier one. The Bins changed before count
		as old, so that the sweep over the Bins finds these alone."""
		codes = [code(self.stem, each) for each in self.random.sample(self.served, _CHANGES)]
		wanted = _OPENING + 1 + number
		frappe.db.sql(
			"UPDATE tabBin SET modified = %s WHERE modified > %s AND warehouse = %s",
			(long_ago(), long_ago(), self.warehouse),
		)
		frappe.db.sql(
			"UPDATE tabBin SET actual_qty = %s, modified = %s WHERE item_code IN %s AND warehouse = %s",
			(wanted, now_datetime(), codes, self.warehouse),
		)
		frappe.db.commit()
		return dict.fromkeys(codes, wanted)

	def reprice(self, number: int) -> dict[str, int]:
		"""Another price likewise."""
		codes = [code(self.stem, each) for each in self.random.sample(self.served, _CHANGES)]
		wanted = _PRICE + 1 + number
		frappe.db.sql(
			"UPDATE `tabItem Price` SET price_list_rate = %s WHERE item_code IN %s AND price_list = %s",
			(wanted, codes, self.price_list),
		)
		changes.write("price", codes)
		frappe.db.commit()
		return dict.fromkeys(codes, wanted)

	def round(self, phase: str, number: int) -> int:
		"""One push of stock and one of prices; how many changes did not arrive."""
		at = number + (phase == TOGETHER) * _FAR
		wanted = self.change(at)
		noted = self.measure("sweep", phase, lambda engine: engine.erp.note_changed_bins())
		missing = _CHANGES - min(noted, self.measure("stock", phase, self._stock), self.shows(wanted))
		wanted = self.reprice(at)
		return missing + _CHANGES - min(self.measure("prices", phase, self._prices), self.asks(wanted))

	def middle(self, work: str, phase: str, part: str) -> float:
		"""The median of what was measured when warm."""
		return median(getattr(cost, part) for cost in self.costs[work, phase][_WARM:])

	def measure(self, work: str, phase: str, do: Callable[[Machine], int]) -> int:
		"""Do it and remember the cost; how many it says."""
		engine, clock = machine(), _Clock()
		with asked_of_stores() as asked:
			number = do(engine)
		self.costs.setdefault((work, phase), []).append(clock.read(asked[0]))
		return number

	def _stock(self, engine: Machine) -> int:
		return self._pushed(engine, push_stock)

	def _prices(self, engine: Machine) -> int:
		return self._pushed(engine, push_prices)

	def _pushed(self, engine: Machine, push: Push) -> int:
		"""What the job does; how many the store confirmed."""
		engine.erp.take_changes()
		engine.erp.stores_due()
		return (push(engine, self.shop.store) or Counter())["pushed"]

	def shows(self, wanted: dict[str, int]) -> int:
		"""How many of these numbers the store shows."""
		return sum(self.shop.seller.shows(sku) == number for sku, number in wanted.items())

	def asks(self, wanted: dict[str, int]) -> int:
		"""How many of these prices the store asks."""
		return sum(float(self.shop.seller.asks(sku)[0]) == number for sku, number in wanted.items())


def cost_by_size(
	stack: ExitStack, prefix: str, company: str, sizes: tuple[int, int], rounds: int
) -> Iterator[Finding]:
	"""Two stores of each platform, a small and a large one: the small one alone, then both in turn."""
	small, large = sizes
	pairs: list[list[Side]] = []
	_forget(pairs)
	try:
		for platform in PLATFORMS:
			pairs.append([Side(stack, prefix, platform, company, small)])
			settle_statistics()
			yield from _measured(platform, pairs[-1], ALONE, rounds)
		for pair, platform in zip(pairs, PLATFORMS, strict=True):
			pair.append(Side(stack, prefix, platform, company, large))
			settle_statistics()
			yield from _measured(platform, pair, TOGETHER, rounds)
			yield from _judged(platform, pair, rounds)
	finally:
		_forget(pairs)


def _forget(pairs: Sequence[Sequence[Side]]) -> None:
	"""Nothing of this or an interrupted run is left, so that a small store is measured on a small site."""
	frappe.set_user("Administrator")
	fresh()
	stores = [side.shop.store for pair in pairs for side in pair]
	retire(stores)
	drop_listings(_STEM)
	drop_items(_STEM)
	frappe.db.commit()


def _measured(platform: str, sides: Sequence[Side], phase: str, rounds: int) -> Iterator[Finding]:
	frappe.set_user(SYNC_USER)
	missing = 0
	for number in range(rounds + _WARM):
		for side in sides if number % 2 else reversed(sides):
			missing += side.round(phase, number)
	frappe.set_user("Administrator")
	yield Finding(_CHECK, f"{platform}, {phase}: changes that did not arrive", 0, missing)


def _judged(platform: str, pair: Sequence[Side], rounds: int) -> Iterator[Finding]:
	small, large = pair
	rows: list[tuple[object, ...]] = []
	for work in ("sweep", "stock", "prices"):
		for part in Cost._fields:
			alone, beside = small.middle(work, ALONE, part), small.middle(work, TOGETHER, part)
			many = large.middle(work, TOGETHER, part)
			ratio = many / alone
			rows.append(
				(work, part, *map(_shown, (alone, beside, many)), f"{ratio:.2f}", f"{many / beside:.2f}")
			)
			what = f"{platform}, {work}: {part} x {ratio:.2f}, at most x {_LIMIT}"
			yield Finding(_CHECK, what, True, ratio <= _LIMIT)
	few, most = f"{small.listings:,}", f"{large.listings:,}"
	heads = ("", f"median of {rounds}", f"{few} alone", f"{few} beside", most, "to alone", "to beside")
	table(f"{platform}: {_CHANGES} changes, without the store's own time", heads, rows)


def _shown(value: float) -> str:
	return f"{value:.3f}" if isinstance(value, float) and value < 10 else f"{value:.0f}"


@contextmanager
def asked_of_stores() -> Iterator[list[float]]:
	"""The seconds between sending requests to stores and their answers, summed up in the one entry."""
	spent, send = [0.0], requests.Session.send

	def timed(*args: Any, **options: Any) -> requests.Response:
		started = time.perf_counter()
		try:
			return send(*args, **options)
		finally:
			spent[0] += time.perf_counter() - started

	requests.Session.send = timed  # type: ignore[method-assign]
	try:
		yield spent
	finally:
		requests.Session.send = send  # type: ignore[method-assign]


class _Clock:
	"""Seconds, and this connection's statements and rows, since it was made."""

	def __init__(self) -> None:
		self.before, self.seconds = _counted(), time.perf_counter()

	def read(self, left_out: float) -> Cost:
		seconds = time.perf_counter() - self.seconds - left_out
		statements, rows = (after - before for after, before in zip(_counted(), self.before, strict=True))
		return Cost(seconds, statements - 1, rows)


def _counted() -> tuple[int, int]:
	"""Statements of this connection, and rows that the database read for them."""
	found = frappe.db.sql(
		"SHOW SESSION STATUS WHERE Variable_name = 'Questions' OR Variable_name LIKE 'Handler_read%'"
	)
	counts = {name: int(value) for name, value in found}
	statements = counts.pop("Questions")
	return statements, sum(counts.values())
