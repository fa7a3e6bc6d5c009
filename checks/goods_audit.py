"""Numbers that went astray unseen: the audit finds, repairs and tells each.

Planted are numbers that somebody changed in a store whose messages were lost, and numbers that the app
falsely takes for confirmed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any, NamedTuple

import frappe
from bench_site import fresh
from fault_ground import Finding
from goods_ground import GoodsShop
from goods_pushers import known_levels, settle
from printed import table

from ecommerce_sync.bootstrap import machine
from ecommerce_sync.sync.audit import audit_stock

_CHECK = "audit"
_EACH, _FALSE = 25, 5
_TOLD = """select name, params from `tabSync Log` where store = %s and topic = 'stock.drift'
	and state = 'Done' and reason = 'drift_corrected' and name not in %s"""


class Drift(NamedTuple):
	"""A number that was changed in a store."""

	sku: str
	theirs: int
	ours: int


def planted_drifts(
	shops: Sequence[GoodsShop], skus: list[str], expected: Callable[[str], int]
) -> Iterator[Finding]:
	"""25 drifts in each store and five false cursors; two audits."""
	rng = Random(3)
	rows = []
	for shop in shops:
		chosen = rng.sample(skus, _EACH + 2 * _FALSE)
		drifts = _plant(shop, chosen[:_EACH], expected, rng)
		_falsify(shop, chosen[_EACH:])
		before, started = _told(shop), time.monotonic()
		done = audit_stock(machine(), shop.store) or {}
		seconds = time.monotonic() - started
		told = [row for name, row in _told(shop).items() if name not in before]
		again = audit_stock(machine(), shop.store) or {}
		rows.append((shop.name, done.get("audited", 0), len(drifts), done.get("drifted", 0), len(told),
			done.get("pushed", 0), again.get("drifted", 0), f"{seconds:.1f}"))  # fmt: skip
		yield from _findings(shop, drifts, done, again, told)
	head = ("store", "numbers read", "planted", "found", "told", "written", "found again", "seconds")
	table("Audit of planted drifts", head, rows)
	settle(shops)
	for shop in shops:
		shown = {sku: shop.seller.shows(sku) for sku in skus}
		wrong = [sku for sku in skus if shown[sku] != expected(sku)]
		yield Finding(_CHECK, f"{shop.name}: numbers wrong afterwards", 0, len(wrong))
		ahead = [row for row in known_levels(shop) if row.quantity != shown[row.sku]]
		yield Finding(_CHECK, f"{shop.name}: cursors wrong afterwards", 0, len(ahead))


def _plant(shop: GoodsShop, skus: list[str], expected: Callable[[str], int], rng: Random) -> list[Drift]:
	"""Somebody types in other numbers, and nobody hears of it."""
	drifts = []
	for sku in skus:
		ours = expected(sku)
		drift = Drift(sku, ours + rng.choice((-2, -1, 1, 5, 100)), ours)
		shop.seller.recount(sku, drift.theirs)
		drifts.append(drift)
	shop.seller.pending()
	return drifts


def _falsify(shop: GoodsShop, skus: list[str]) -> None:
	"""The app believes in numbers that the store never had, and in some that it has not read."""
	names = {row.sku: row.name for row in known_levels(shop)}
	for sku in skus[:_FALSE]:
		frappe.db.sql("update `tabStore Stock Level` set quantity = quantity + 3 where name = %s", names[sku])
	for sku in skus[_FALSE:]:
		frappe.db.sql("update `tabStore Stock Level` set known = 0 where name = %s", names[sku])
	frappe.db.commit()


def _told(shop: GoodsShop) -> dict[str, Any]:
	fresh()
	rows = frappe.db.sql(_TOLD, (shop.store, ("",)))
	return {name: frappe.parse_json(params) or {} for name, params in rows}


def _findings(
	shop: GoodsShop, drifts: list[Drift], done: dict[str, int], again: dict[str, int], told: list[Any]
) -> Iterator[Finding]:
	figures = sorted((row.get("sku"), row.get("theirs"), row.get("ours")) for row in told)
	yield Finding(_CHECK, f"{shop.name}: drifts found", len(drifts), done.get("drifted", 0))
	yield Finding(_CHECK, f"{shop.name}: drifts told with both figures", True, figures == sorted(drifts))
	repaired = [drift for drift in drifts if shop.seller.shows(drift.sku) == drift.ours]
	yield Finding(_CHECK, f"{shop.name}: drifts repaired", len(drifts), len(repaired))
	yield Finding(_CHECK, f"{shop.name}: found by a second audit", 0, again.get("drifted", 0))
	yield Finding(_CHECK, f"{shop.name}: written by a second audit", 0, again.get("pushed", 0))
