"""How often a store is asked when many of its listings change at once, and that nothing else is touched.

The listings, their Items and their opening stock are filled in by SQL (see `goods_bulk`): every run has
Items of its own. What changes then is changed by real Stock Reconciliations. A last round, changed by SQL,
shows what it costs when nobody knows what the stores show; WooCommerce is then asked for its orders besides.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from random import Random

import frappe
from bench_site import fresh
from fault_ground import Finding
from goods_bulk import bind_all, catalogue_of, code, drop_listings, fill_bins, fill_items, settle_statistics
from goods_ground import GoodsShop, make_warehouse, open_goods_shop, put_stock
from printed import say, table

from ecommerce_sync.bootstrap import SYNC_USER, machine
from ecommerce_sync.erps.erpnext import changes
from ecommerce_sync.sync.stock import push_stock

_CHECK = "calls"
_ROWS = 100  # of one Stock Reconciliation: larger ones ERPNext submits in the background
_OPENING = 7
# calls that write, and the most that read, for 1,000 numbers
_ALLOWED = {"shopify": (4, 4), "woocommerce": (10, 10)}


def calls_of_changes(
	stack: ExitStack, prefix: str, company: str, listings: int, changed: int
) -> Iterator[Finding]:
	"""So many listings in both stores; some change; the calls are counted."""
	stem = "".join(word[0] for word in prefix.split()[:-1]) + "C" + prefix.split()[-1]
	numbers = range(1, listings + 1)
	warehouse = make_warehouse(f"{prefix} Calls", company)
	fill_items(stem, listings)
	fill_bins(stem, listings, warehouse, _OPENING)
	shops = _shops(stack, prefix, company, warehouse, stem, numbers)
	wanted = _wanted(stem, numbers, changed)
	_reconcile(company, warehouse, stem, wanted)
	frappe.set_user(SYNC_USER)
	found = [_Run(shop, wanted, [code(stem, number) for number in numbers]) for shop in shops]
	_recount(warehouse, wanted)
	for run in found:
		run.push_unknown()
	frappe.set_user("Administrator")
	heads = ("store", "run", "writes", "reads", "numbers pushed", "seconds")
	table(f"{listings:,} listings, {changed:,} changed", heads, (row for run in found for row in run.rows))
	drop_listings(stem)
	frappe.db.commit()
	for run in found:
		yield from run.findings()


class _Run:
	"""The pushes to one store, and what it showed after them."""

	def __init__(self, shop: GoodsShop, wanted: dict[str, int], skus: Sequence[str]) -> None:
		self.shop, self.wanted = shop, wanted
		self.rows: list[tuple[object, ...]] = []
		self.changed = self._push("with the changes")
		self.wrong = self._wrong()
		self.touched = sum(shop.seller.shows(sku) != _OPENING for sku in skus if sku not in wanted)
		self.again = self._push("nothing changed")
		machine().erp.mark_due(shop.store, "stock")
		self.all_due = self._push("every listing looked at again")

	def push_unknown(self) -> None:
		"""After `_recount`: the store has to be asked first what it shows."""
		frappe.db.sql(
			"""DELETE v FROM `tabStore Stock Level` v JOIN `tabStore Listing` l ON l.name = v.listing
			WHERE l.store = %s AND l.item_code IN %s""",
			(self.shop.store, list(self.wanted)),
		)
		frappe.db.commit()
		self.unknown = self._push("changes of levels never read")
		self.still_wrong = self._wrong()

	def _wrong(self) -> int:
		return sum(self.shop.seller.shows(sku) != number for sku, number in self.wanted.items())

	def _push(self, label: str) -> tuple[int, int, int]:
		"""Calls that write, calls that read, numbers that the store confirmed."""
		calls, started = self.shop.emulator.calls, time.monotonic()
		calls.clear()
		done = push_stock(machine(), self.shop.store) or {}
		found = calls.writes, calls.reads, done.get("pushed", 0)
		self.rows.append((self.shop.name, label, *found, f"{time.monotonic() - started:.1f}"))
		return found

	def findings(self) -> Iterator[Finding]:
		writes, reads = _ALLOWED[self.shop.name]
		name = self.shop.name
		yield Finding(_CHECK, f"{name}: calls that write", writes, self.changed[0])
		yield Finding(
			_CHECK, f"{name}: {self.changed[1]} calls read, at most {reads}", True, self.changed[1] <= reads
		)
		yield Finding(_CHECK, f"{name}: numbers pushed", len(self.wanted), self.changed[2])
		yield Finding(_CHECK, f"{name}: changed listings with a wrong number", 0, self.wrong)
		yield Finding(_CHECK, f"{name}: other listings with another number", 0, self.touched)
		yield Finding(
			_CHECK, f"{name}: calls and numbers of a run with nothing changed", (0, 0, 0), self.again
		)
		yield Finding(_CHECK, f"{name}: the same with every listing due", (0, 0, 0), self.all_due)
		yield Finding(_CHECK, f"{name}: calls that write levels never read", writes, self.unknown[0])
		yield Finding(_CHECK, f"{name}: wrong numbers after it", 0, self.still_wrong)


def _shops(
	stack: ExitStack, prefix: str, company: str, warehouse: str, stem: str, numbers: Sequence[int]
) -> list[GoodsShop]:
	catalogue, shops = catalogue_of(stem, numbers), []
	for platform in _ALLOWED:
		shop = open_goods_shop(
			stack, f"{prefix} calls", platform, company, catalogue, [warehouse], stock=_OPENING
		)
		bind_all(shop, stem, numbers, _OPENING)
		shops.append(shop)
	frappe.db.commit()
	settle_statistics()
	say(f"{len(numbers):,} listings in each store")
	return shops


def _wanted(stem: str, numbers: Sequence[int], changed: int) -> dict[str, int]:
	"""Items all over the catalogue, and how many of each will be there."""
	random = Random(11)
	return {code(stem, number): random.randint(8, 500) for number in random.sample(numbers, changed)}


def _recount(warehouse: str, wanted: dict[str, int]) -> None:
	"""One piece more of each, by SQL, and noted."""
	wanted |= {item: number + 1 for item, number in wanted.items()}
	frappe.db.sql(
		"UPDATE tabBin SET actual_qty = actual_qty + 1 WHERE warehouse = %s AND item_code IN %s",
		(warehouse, list(wanted)),
	)
	changes.write("stock", wanted)
	frappe.db.commit()


def _reconcile(company: str, warehouse: str, stem: str, wanted: dict[str, int]) -> None:
	put_stock(code(stem, 0), warehouse, 1)  # a site's first stock document ERPNext takes for its opening
	items = sorted(wanted)
	for start in range(0, len(items), _ROWS):
		rows = [
			{"item_code": item, "warehouse": warehouse, "qty": wanted[item], "valuation_rate": 5}
			for item in items[start : start + _ROWS]
		]
		doc = {"doctype": "Stock Reconciliation", "company": company, "purpose": "Stock Reconciliation"}
		frappe.get_doc({**doc, "items": rows}).insert().submit()
		frappe.db.commit()
	fresh()
	say(f"{len(items):,} Items counted in Stock Reconciliations")
