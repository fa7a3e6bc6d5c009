"""Misfortune that can be switched off, and what an emulated store ever showed."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from typing import Any

from goods_ground import GoodsShop

from ecommerce_sync.sandbox.faults import Faults, RequestFault


class Weather(Faults):
	"""Faults that begin with `rage` and end with `calm`; `met` counts what befell requests meanwhile."""

	raging = False

	def rage(self) -> None:
		object.__setattr__(self, "met", Counter())
		object.__setattr__(self, "raging", True)

	def calm(self) -> None:
		object.__setattr__(self, "raging", False)

	def next_request(self) -> RequestFault:
		if not self.raging:
			return RequestFault()
		fault = super().next_request()
		met: Counter[str] = self.__dict__["met"]
		met["requests"] += 1
		met[_name(fault)] += 1
		return fault

	def count(self, name: str) -> int:
		"""How many requests ended so: "429", "5xx", "cut before", "cut after", or "requests" for all."""
		return int(self.__dict__["met"][name])


def _name(fault: RequestFault) -> str:
	if fault.cut:
		return f"cut {fault.cut}"
	if fault.status is None:
		return "well"
	return "429" if fault.status == 429 else "5xx"


class History:
	"""Every number that a store ever had of a SKU at its first place, from now on."""

	def __init__(self, shop: GoodsShop, skus: list[str]) -> None:
		self.numbers: dict[str, set[int]] = defaultdict(set)
		for sku in skus:
			self._saw(sku, shop.seller.shows(sku))
		if shop.name == "shopify":
			self._watch_shopify(shop.emulator)
		else:
			self._watch_woocommerce(shop.emulator)

	def had(self, sku: str, number: int) -> bool:
		return number in self.numbers[sku]

	def _saw(self, sku: str | None, number: int | None) -> None:
		if sku and number is not None:
			self.numbers[sku].add(number)

	def _watch_shopify(self, store: Any) -> None:
		touch = store.stock.touch

		def touched(variant: Any, location_id: int, *, notify: bool = True) -> None:
			self._saw(variant.sku, store.stock.level(variant, location_id).available)
			touch(variant, location_id, notify=notify)

		store.stock.touch = touched

	def _watch_woocommerce(self, store: Any) -> None:
		put = store.goods.shelves.put

		def kept(product: Any) -> Any:
			self._saw(product.sku, product.stock_quantity)
			return put(product)

		store.goods.shelves.put = kept


class Written:
	"""Tells when a store is about to write a number."""

	def __init__(self, shops: list[GoodsShop]) -> None:
		self.begun = threading.Event()
		self.count = 0
		for shop in shops:
			shop.emulator.before_write = self._note

	def _note(self, _call: object) -> None:
		self.count += 1
		self.begun.set()
