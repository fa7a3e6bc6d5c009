"""Stores that throttle, fail and hang up, push processes that are killed: every number ends right.

Stock moves all the while by documents and sales. At the end the weather is fine, everything settles, and
each listing's number is compared with the stock ledger and with what the app takes for confirmed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from decimal import ROUND_FLOOR
from random import Random

import frappe
from fault_ground import Finding
from goods_audit import planted_drifts
from goods_ground import GoodsShop, import_all, in_ledger, make_warehouse, named_catalogue, open_goods_shop
from goods_latency import customer, submitted
from goods_pushers import known_levels, push, settle, still_due
from goods_weather import History, Weather, Written
from printed import say, table
from workers import Workers, workers

from ecommerce_sync.sandbox.woocommerce.calls import Limit

_CHECK = "faults"
_FAULTS = {"latency": 0.3, "rate_429": 0.08, "rate_5xx": 0.08, "cut": 0.1, "retry_after": 0.3}
_PUSHERS = 2
_LEAST = 150.0  # seconds of bad weather at most


class Field:
	"""Two stores with the same listings, their weather, one warehouse."""

	def __init__(self, shops: Sequence[GoodsShop], weathers: Sequence[Weather], skus: list[str]) -> None:
		self.shops, self.weathers, self.skus = list(shops), list(weathers), skus
		self.stores = [shop.store for shop in shops]
		self.warehouse = shops[0].warehouses[0]
		self.histories = [History(shop, skus) for shop in shops]
		self.written = Written(self.shops)
		self.impossible = 0

	def expected(self, sku: str) -> int:
		left = in_ledger(sku, [self.warehouse])
		return max(0, int(left.to_integral_value(ROUND_FLOOR)))

	def look(self) -> None:
		"""Count the confirmed numbers that their store never had."""
		for shop, history in zip(self.shops, self.histories, strict=True):
			rows = known_levels(shop)
			self.impossible += sum(
				1 for row in rows if row.stocked and not history.had(row.sku, row.quantity)
			)


def faults_and_kills(
	stack: ExitStack, prefix: str, company: str, listings: int, kills: int
) -> Iterator[Finding]:
	"""Bad weather with killed processes, then the audit of the same stores."""
	field = _field(stack, prefix, company, listings)
	with workers(_PUSHERS, push, field.stores) as team, workers(1):
		made = _storm(field, team, kills)
		yield Finding(_CHECK, f"push processes killed: at least {kills}", True, team.killed >= kills)
		yield Finding(_CHECK, "push processes that ended by themselves", 0, team.crashed)
	say(
		f"fine weather; documents {made}, {team.killed} killed, {field.written.count} writes reached the stores"
	)
	settle(field.shops)
	_tell(field)
	yield from _comparison(field)
	yield from planted_drifts(field.shops, field.skus, field.expected)


def _field(stack: ExitStack, prefix: str, company: str, listings: int) -> Field:
	catalogue = named_catalogue(f"STORM{listings}", listings * 3 // 4, listings)
	skus = [variant.sku or "" for product in catalogue for variant in product.variants]
	warehouse = make_warehouse(f"{prefix} Faults", company)
	shops, weathers = [], [Weather(seed, **_FAULTS) for seed in (1, 2)]
	title = f"{prefix} faults"
	for name, weather in zip(("shopify", "woocommerce"), weathers, strict=True):
		emulated = {"faults": weather}
		shops.append(
			open_goods_shop(
				stack, title, name, company, catalogue, [warehouse], emulated=emulated, push_prices=0
			)
		)
	frappe.db.commit()
	for shop in shops:
		import_all(shop)
		shop.seller.listen()
	settle(shops)
	_tighten(shops)
	return Field(shops, weathers, skus)


def _tighten(shops: Sequence[GoodsShop]) -> None:
	"""From here on both stores let little through."""
	shopify, woocommerce = (shop.emulator for shop in shops)
	bucket = shopify._executor.bucket
	bucket.maximum, bucket.restore_rate = 500.0, 20.0
	woocommerce.limit = Limit(per_second=1.5, burst=3)


def _loosen(shops: Sequence[GoodsShop]) -> None:
	shopify, woocommerce = (shop.emulator for shop in shops)
	bucket = shopify._executor.bucket
	bucket.maximum = bucket.restore_rate = 1e9
	woocommerce.limit = None


def _storm(field: Field, team: Workers, kills: int) -> dict[str, int]:
	"""Documents until enough processes were killed; how many of each were made."""
	over = threading.Event()
	killer = threading.Thread(target=_kill, args=(team, field.written, kills, over), daemon=True)
	for weather in field.weathers:
		weather.rage()
	killer.start()
	documents = _Documents(field)
	end = time.monotonic() + _LEAST
	while killer.is_alive() and time.monotonic() < end:
		documents.make_one()
		field.look()
	over.set()
	killer.join()
	team.tend()
	for weather in field.weathers:
		weather.calm()
	_loosen(field.shops)
	return documents.made


def _kill(team: Workers, written: Written, kills: int, over: threading.Event) -> None:
	"""Half of the time when a store has just begun to write, else at any moment."""
	rng = Random(11)
	while team.killed < kills and not over.is_set():
		if rng.random() < 0.5:
			written.begun.clear()
			written.begun.wait(5)
			time.sleep(rng.choice((0, 0.002, 0.01)))
		else:
			over.wait(rng.uniform(0.2, 3))
		team.kill(rng.randrange(_PUSHERS))


class _Documents:
	"""What people and shoppers do meanwhile."""

	def __init__(self, field: Field) -> None:
		self.field, self.rng = field, Random(5)
		self.made: dict[str, int] = {}
		self.orders: list[str] = []

	def make_one(self) -> None:
		"""One document or sale; the stores' messages come through the door."""
		make = self.rng.choices(
			(self._count, self._receive, self._order, self._cancel, self._sell), (2, 4, 4, 2, 5)
		)
		name = make[0].__name__.strip("_")
		try:
			make[0]()
			frappe.db.commit()
			self.made[name] = self.made.get(name, 0) + 1
		except (frappe.QueryDeadlockError, frappe.QueryTimeoutError, frappe.TimestampMismatchError):
			frappe.db.rollback()
		for shop in self.field.shops:
			shop.hear()

	def _some(self, count: int) -> list[str]:
		return self.rng.sample(self.field.skus, count)

	def _count(self) -> None:
		"""A stock-taking of many Items at once."""
		rows = [
			{
				"item_code": sku,
				"warehouse": self.field.warehouse,
				"qty": self.rng.randint(3, 60),
				"valuation_rate": 5,
			}
			for sku in self._some(10)
		]
		submitted("Stock Reconciliation", company=self._company, purpose="Stock Reconciliation", items=rows)

	def _receive(self) -> None:
		rows = [
			{
				"item_code": sku,
				"qty": self.rng.randint(1, 9),
				"t_warehouse": self.field.warehouse,
				"basic_rate": 5,
			}
			for sku in self._some(4)
		]
		submitted("Stock Entry", stock_entry_type="Material Receipt", company=self._company, items=rows)

	def _order(self) -> None:
		rows = [
			{"item_code": sku, "qty": self.rng.randint(1, 4), "rate": 9, "warehouse": self.field.warehouse}
			for sku in self._some(2)
		]
		day = frappe.utils.nowdate()
		doc = submitted(
			"Sales Order", customer=customer(), company=self._company, items=rows, delivery_date=day
		)
		self.orders.append(doc.name)

	def _cancel(self) -> None:
		if self.orders:
			frappe.get_doc("Sales Order", self.orders[0]).cancel()
			self.orders.pop(0)

	def _sell(self) -> None:
		"""Where the store shows something."""
		shop = self.rng.choice(self.field.shops)
		for sku in self._some(20):
			if (shop.seller.shows(sku) or 0) > 0:
				shop.seller.sell(sku, 1)
				return

	@property
	def _company(self) -> str:
		return str(frappe.get_cached_value("Warehouse", self.field.warehouse, "company"))


def _tell(field: Field) -> None:
	names = ("requests", "429", "5xx", "cut before", "cut after")
	rows = [
		(shop.name, *(weather.count(name) for name in names), shop.emulator.calls.throttled)
		for shop, weather in zip(field.shops, field.weathers, strict=True)
	]
	table("What befell the requests", ("store", *names, "own throttling"), rows)


def _comparison(field: Field) -> Iterator[Finding]:
	right = {sku: field.expected(sku) for sku in field.skus}
	for shop in field.shops:
		shown = {sku: shop.seller.shows(sku) for sku in field.skus}
		wrong = {sku: (shown[sku], right[sku]) for sku in field.skus if shown[sku] != right[sku]}
		for sku, pair in list(wrong.items())[:5]:
			say(f"{shop.name}: {sku} shows {pair[0]}, the ledger has {pair[1]}")
		name = f"{shop.name}, {len(field.skus)} listings"
		yield Finding(_CHECK, f"{name}: number not the ledger's", 0, len(wrong))
		rows = known_levels(shop)
		yield Finding(_CHECK, f"{name}: levels known", len(field.skus), len(rows))
		ahead = [row for row in rows if shown[row.sku] != row.quantity]
		yield Finding(_CHECK, f"{name}: cursor not the store's number", 0, len(ahead))
		yield Finding(_CHECK, f"{name}: events not done", {}, _open_events(shop))
	yield Finding(_CHECK, "listings still due", 0, still_due(field.stores))
	yield Finding(_CHECK, "numbers confirmed that the store never had", 0, field.impossible)
	throttled = all(weather.count("429") and shop.emulator.calls.throttled
		for weather, shop in zip(field.weathers, field.shops, strict=True))  # fmt: skip
	yield Finding(_CHECK, "both stores throttled", True, throttled)


def _open_events(shop: GoodsShop) -> dict[str, int]:
	rows = frappe.db.sql(
		"""select concat(kind, ' ', state, ' ', ifnull(reason, '')), count(*) from `tabSync Log`
		where store = %s and state not in ('Done', 'Skipped') group by 1""",
		shop.store,
	)
	return {str(what): int(number) for what, number in rows}
