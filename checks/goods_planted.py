"""A sale in the store between our reading and our writing of the very number: never overwritten for good.

Shopify compares: the write itself is refused for each such listing. WooCommerce cannot: the number stands
wrong until the push, when it has written, has fetched the orders that came meanwhile and written again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import frappe
from fault_ground import Finding
from goods_ground import GoodsShop, import_all, in_ledger, make_warehouse, named_catalogue, open_goods_shop
from goods_latency import submitted
from goods_pushers import settle
from printed import say, table

from ecommerce_sync.bootstrap import machine
from ecommerce_sync.sync.stock import push_stock

_CHECK = "planted"
_LISTINGS, _ROUNDS, _RECEIVED = 20, 5, 5


class Planted:
	"""Sells one piece of each chosen listing the moment it is about to be written for the first time."""

	def __init__(self, shop: GoodsShop) -> None:
		self.shop, self.waiting = shop, set[str]()
		self.sold: Counter[str] = Counter()
		self.stale = self.over = self.right = 0
		shop.emulator.before_write = self._step_in

	def choose(self, skus: list[str]) -> None:
		self.waiting = set(skus)

	def _step_in(self, call: Any) -> None:
		written = self._shopify(call) if self.shop.name == "shopify" else self._woocommerce(call)
		for sku in sorted(self.waiting & written):
			self.waiting.discard(sku)
			self.shop.seller.sell(sku, 1)
			self.sold[sku] += 1

	def _shopify(self, call: Any) -> set[str]:
		if "inventorySetQuantities" not in call.fields:
			return set()
		ids = [row["inventoryItemId"].rsplit("/", 1)[1] for row in call.variables["input"]["quantities"]]
		return {self.shop.emulator.goods.item(int(number)).sku for number in ids}

	def _woocommerce(self, call: Any) -> set[str]:
		rows = call.body.get("update", ()) if call.endpoint == "products/batch" else ()
		return {self.shop.emulator.product(int(row["id"])).sku for row in rows}


def planted_sales(stack: ExitStack, prefix: str, company: str) -> Iterator[Finding]:
	"""A hundred planted sales in each store."""
	shops, skus, warehouse = _open(stack, prefix, company)
	_receive(company, warehouse, skus)
	settle(shops)
	plans = [Planted(shop) for shop in shops]
	for number in range(1, _ROUNDS + 1):
		for plan in plans:
			plan.choose(skus)
		_receive(company, warehouse, skus)
		machine().erp.take_changes()
		for plan in plans:
			_push(plan)
			left = {sku: (number + 1) * _RECEIVED - sum(each.sold[sku] for each in plans) for sku in skus}
			plan.right += sum(1 for sku in skus if plan.shop.seller.shows(sku) == left[sku])
		settle(shops)
		say(f"round {number} of {_ROUNDS}")
	right = {sku: int(in_ledger(sku, [warehouse])) for sku in skus}
	for plan in plans:
		yield from _findings(plan, [sku for sku in skus if plan.shop.seller.shows(sku) != right[sku]])
	head = ("store", "planted", "refused as stale", "written over", "right when the push ended")
	rows = [(each.shop.name, each.sold.total(), each.stale, each.over, each.right) for each in plans]
	table("Sales between our reading and our writing", head, rows)
	at_last = (_ROUNDS + 1) * _RECEIVED - len(plans) * _ROUNDS
	yield Finding(_CHECK, "left of each Item: received less sold", {at_last}, {*right.values()})


def _receive(company: str, warehouse: str, skus: list[str]) -> None:
	rows = [{"item_code": sku, "qty": _RECEIVED, "t_warehouse": warehouse, "basic_rate": 5} for sku in skus]
	submitted("Stock Entry", stock_entry_type="Material Receipt", company=company, items=rows)
	frappe.db.commit()


def _open(stack: ExitStack, prefix: str, company: str) -> tuple[list[GoodsShop], list[str], str]:
	catalogue = named_catalogue("PLANTED", _LISTINGS, _LISTINGS)
	warehouse = make_warehouse(f"{prefix} Planted", company)
	names = ("shopify", "woocommerce")
	title = f"{prefix} planted"
	shops = [
		open_goods_shop(stack, title, name, company, catalogue, [warehouse], push_prices=0) for name in names
	]
	frappe.db.commit()
	for shop in shops:
		import_all(shop)
		shop.seller.listen()
	settle(shops)
	return shops, [product.variants[0].sku or "" for product in catalogue], warehouse


def _push(plan: Planted) -> None:
	"""One push with sales in its midst: the store refused the writes, or they went over the sales."""
	before = plan.sold.total()
	done = push_stock(machine(), plan.shop.store) or {}
	plan.stale += done.get("stale", 0)
	plan.over += plan.sold.total() - before - done.get("stale", 0)


def _findings(plan: Planted, wrong: list[str]) -> Iterator[Finding]:
	name, planted = plan.shop.name, _LISTINGS * _ROUNDS
	yield Finding(_CHECK, f"{name}: sales planted", planted, plan.sold.total())
	if name == "shopify":
		yield Finding(_CHECK, f"{name}: writes refused as stale", planted, plan.stale)
	yield Finding(_CHECK, f"{name}: numbers right when the push ended", planted, plan.right)
	yield Finding(_CHECK, f"{name}: numbers wrong at last", 0, len(wrong))
