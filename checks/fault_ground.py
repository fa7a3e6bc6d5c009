"""What the fault checks stand on: the site, its two stores, orders told apart, and questions to the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import count
from typing import Any, NamedTuple

import frappe
from bench_site import fresh
from processes import Redis, send
from shops import CheckedShop

from ecommerce_sync.sandbox.generator import story
from ecommerce_sync.sandbox.story import Story
from ecommerce_sync.sandbox.traffic import Message

_LIVE = """select store_order_id, name, docstatus, cast(grand_total as char), customer from `tabSales Order`
	where ecommerce_store = %s and docstatus < 2"""


class Finding(NamedTuple):
	"""One thing that was looked at."""

	check: str
	what: str
	expected: object
	found: object

	@property
	def well(self) -> bool:
		return bool(self.expected == self.found)

	@property
	def cells(self) -> tuple[object, ...]:
		return (self.check, self.what, self.expected, self.found, "" if self.well else "WRONG")


class Live(NamedTuple):
	"""One Sales Order that is not cancelled."""

	order: str
	name: str
	docstatus: int
	total: Decimal
	customer: str


@dataclass
class Ground:
	"""Where a check runs. Stories never repeat in a run."""

	site: str
	door: str
	shops: Sequence[CheckedShop]
	redis: Redis
	seed: int
	orders: int
	workers: int

	def __post_init__(self) -> None:
		self._positions = count()

	@property
	def stores(self) -> list[str]:
		return [shop.store for shop in self.shops]

	def story(self, shop: CheckedShop, **changes: Any) -> Story:
		"""The next healthy order, with these fields of its story changed."""
		position = next(self._positions)
		told = story(self.seed, position, shop.currency, shop.platform, healthy=True)
		return replace(told, **changes)

	def place(self, shop: CheckedShop, **changes: Any) -> str:
		"""A shopper orders; returns the order's id."""
		return shop.place(self.story(shop, **changes))

	def send(self, messages: Sequence[Message], at_once: int = 20) -> list[int]:
		"""Over HTTP, so many at once; the answers' statuses."""
		with ThreadPoolExecutor(at_once) as pool:
			return list(pool.map(self._send, messages))

	def _send(self, message: Message) -> int:
		return send(self.door, self.site, message.store, message.headers, message.body).status_code

	def live(self, shop: CheckedShop, orders: Sequence[str] | None = None) -> list[Live]:
		"""The Sales Orders of a store that are not cancelled, of these orders or all."""
		fresh()
		rows = (Live(o, n, d, Decimal(t), c) for o, n, d, t, c in frappe.db.sql(_LIVE, shop.store))
		return [row for row in rows if orders is None or row.order in orders]

	def states(self, shop: CheckedShop, orders: Sequence[str]) -> dict[str, int]:
		"""How many events of the orders are in which state."""
		fresh()
		rows = frappe.db.sql(
			"""select state, ifnull(reason, ''), count(*) from `tabSync Log` where store = %s
			and external_id in %s group by state, ifnull(reason, '')""",
			(shop.store, tuple(orders)),
		)
		return {f"{state} {reason}".strip(): int(number) for state, reason, number in rows}

	def exactly_once(self, check: str, shop: CheckedShop, orders: Sequence[str]) -> Iterator[Finding]:
		"""Every order has one submitted Sales Order with its total; nothing waits, nothing was stopped."""
		live, totals = self.live(shop, orders), shop.totals()
		one_each = {order: [row for row in live if row.order == order] for order in orders}
		name = f"{shop.platform}, {len(orders)} orders"
		yield Finding(check, f"{name}: lost", 0, _count(one_each.values(), lambda rows: not rows))
		yield Finding(check, f"{name}: doubled", 0, _count(one_each.values(), lambda rows: len(rows) > 1))
		yield Finding(check, f"{name}: left as draft", 0, _count(live, lambda row: row.docstatus != 1))
		yield Finding(
			check, f"{name}: total off", 0, _count(live, lambda row: row.total != totals[row.order])
		)
		states = self.states(shop, orders)
		bad = {state: n for state, n in states.items() if not state.startswith(("Done", "Skipped"))}
		yield Finding(check, f"{name}: events not done", {}, bad)


def _count(rows: Any, test: Callable[[Any], bool]) -> int:
	return sum(1 for row in rows if test(row))
