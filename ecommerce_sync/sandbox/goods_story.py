"""The demo's story of what is sold: the catalogue is taken over, then goods, prices and sales travel.

Persons act in the ERP or in a store; everything else is the sync. Each step tells what both stores showed
before and after, read from the stores themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Protocol

from ..core.catalogue import propose
from ..core.reasons import describe
from ..core.stock import Listing
from ..sync.catalogue import import_products, read_catalogue
from ..sync.machine import Machine
from .demo_catalogue import CANDLE, HOLDER_BARCODE, HOLDER_ITEM, SET, SET_PARTS, TEE, VASE
from .goods_report import (
	GoodsReport,
	Opening,
	Shelf,
	Step,
	asked,
	compare_prices,
	compare_stock,
	counted,
	less,
	pieces,
)
from .traffic import Telling, Traffic
from .world import World

Say = Callable[[str], None]
Waiting = Iterable[tuple[str, str]]  # store and order


class Shop(Shelf, Telling, Protocol):
	"""A store whose shoppers and staff do something."""

	def listen(self) -> None:
		"""From now on keep messages for `pending`."""
		...

	def sell(self, sku: str, quantity: int = 1) -> str:
		"""A guest buys so many of a SKU and pays."""
		...

	def recount(self, sku: str, quantity: int) -> None:
		"""The shop's staff corrects the number by hand."""
		...

	def sold(self, order_id: str) -> dict[str, int]:
		"""What an order holds of the store's stock: SKU to pieces, of a set itself or its parts."""
		...


class GoodsStory:
	"""Told in three parts: `open`, the orders of `scenario` in between, `tell` and `compare`."""

	def __init__(self, world: World, shops: Sequence[Shop], traffic: Traffic, say: Say) -> None:
		self.world, self.shops, self.traffic, self.say = world, shops, traffic, say
		self.report = GoodsReport()

	# the catalogue

	def open(self, each: int) -> None:
		"""Take the catalogue over, receive `each` pieces of everything, and let both stores show them."""
		self.world.put_item(HOLDER_ITEM, "Candle Holder", HOLDER_BARCODE)
		self.world.put_item(CANDLE, "Beeswax Candle")
		self.world.put_bundle(SET, "Candlelight Set", SET_PARTS)
		for shop in self.shops:
			opening = self._import(shop.store)
			self.report.openings.append(opening)
			self.say(f"{shop.store}: {opening.products} products read, {opening.created} Items created")
		self._step("Goods of every kind are received in ERPNext", [TEE], lambda: self._receive(each))

	def _import(self, store: str) -> Opening:
		before = self.world.items()
		read = self.traffic.work(lambda machine: read_catalogue(machine, store))
		self.traffic.work(lambda machine: import_products(machine, store))
		again = self.traffic.work(lambda machine: read_catalogue(machine, store))
		left = self.traffic.work(lambda machine: _left(machine, store))
		bound = self.traffic.work(lambda machine: machine.erp.import_size(store)[1])
		created = self.world.items() - before
		return Opening(store, read["read"], read, created, bound, again["changed"], left)

	def _receive(self, each: int) -> None:
		own = {HOLDER_ITEM, CANDLE, SET}
		found = {listing.item_code for shop in self.shops for listing in counted(self._listings(shop.store))}
		self.world.receive_goods(dict.fromkeys(sorted(found - own - set(self.world.bundles())), each))

	# stock and prices

	def catch_up(self) -> None:
		"""After the orders: both stores show what is left, and the audit reads every number."""
		self._step("Orders of both stores were imported", [TEE], lambda: None)
		for store, done in self.traffic.audit().items():
			self.say(f"{store}: the audit read {done['audited']} numbers and wrote {done['pushed']}")
		self.traffic.settle()
		for shop in self.shops:
			shop.listen()

	def tell(self) -> None:
		"""What happens to single things afterwards."""
		first, second = self.shops
		stores = [shop.store for shop in self.shops]
		put_price, receive = self.world.put_price, self.world.receive_goods
		self._step(
			"An Item is made in ERPNext and flagged for both stores; 5 pieces are received",
			[VASE],
			lambda: self._offer_vase(stores),
		)
		self._price_step("It gets an Item Price", VASE, lambda: put_price(VASE, Decimal("42.00")))
		self._price_step(
			"… and a price in the list for sales", VASE, lambda: put_price(VASE, Decimal("36.00"), True)
		)
		self._price_step("The Item Price of a T-shirt changes", TEE, lambda: put_price(TEE, Decimal("27.50")))
		self._step(f"{first.store} sells 2", [VASE], lambda: first.sell(VASE, 2))
		self._step(
			f"{second.store} sells the last 3 while {first.store} sells 1 of them: oversold",
			[VASE],
			lambda: (second.sell(VASE, 3), first.sell(VASE, 1)),
		)
		self._step("12 more are received", [VASE], lambda: receive({VASE: 12}))
		told = len(self._drifts())
		self._step(f"Somebody types 40 into {second.store}", [VASE], lambda: second.recount(VASE, 40))
		self.report.told += self._drifts()[told:]
		self._bundle(second)
		self.report.told += [
			(flagged.document, f"Imported, and flagged as oversold: {flagged.words}")
			for flagged in self.world.oversold()
		]

	def _offer_vase(self, stores: Sequence[str]) -> None:
		self.world.put_item(VASE, "Vase, blue", stores=stores)
		self.world.receive_goods({VASE: 5})

	def _bundle(self, shop: Shop) -> None:
		self._step(
			"8 holders and 11 candles are received; a set is 1 and 2 of them",
			[CANDLE, SET],
			lambda: self.world.receive_goods({HOLDER_ITEM: 8, CANDLE: 11}),
		)
		self._step(f"{shop.store} sells a set", [CANDLE, SET], lambda: shop.sell(SET))

	def _step(self, title: str, skus: Sequence[str], act: Callable[[], object]) -> None:
		"""Something happens; what the stores showed of each SKU before it and show when all is quiet."""
		before = [self._shown(sku) for sku in skus]
		act()
		at_once = [self._shown(sku) for sku in skus]
		self.traffic.settle()
		ledger, bundles = self.world.ledger(), self.world.bundles()
		for sku, was, then in zip(skus, before, at_once, strict=True):
			ours = str(pieces(sku, ledger, bundles))
			self.report.steps.append(Step(title, sku, was, then, self._shown(sku), ours))
			title = ""

	def _price_step(self, title: str, sku: str, act: Callable[[], object]) -> None:
		before = self._asked(sku)
		act()
		at_once = self._asked(sku)
		self.traffic.settle()
		price, full = asked(self.world.prices()[sku])
		ours = _price(str(price), None if full is None else str(full))
		self.report.steps.append(Step(title, sku, before, at_once, self._asked(sku), ours))

	def _shown(self, sku: str) -> dict[str, str]:
		return {shop.store: _or_none(lambda shop=shop: str(shop.shows(sku))) for shop in self.shops}  # type: ignore[misc]

	def _asked(self, sku: str) -> dict[str, str]:
		return {shop.store: _or_none(lambda shop=shop: _price(*shop.asks(sku))) for shop in self.shops}  # type: ignore[misc]

	def _drifts(self) -> list[tuple[str, str]]:
		"""What somebody at the Desk was told of numbers that a store changed by itself: store and words."""
		return [
			(event.store, describe(event.reason or "", event.params).message)
			for event in self.world.events()
			if event.kind == "drift" and event.reason
		]

	# at the end

	def compare(self, waiting: Waiting) -> None:
		"""Every number and price of every store with the ERP's ledger and price lists.

		`waiting` are orders that no Sales Order was made for and that a person decides about: what they took is
		sold, though no ledger says so.
		"""
		listings = {shop.store: self._listings(shop.store) for shop in self.shops}
		sold = list(self._sold(waiting, listings))
		bundles, prices = self.world.bundles(), self.world.prices()
		left = less(self.world.ledger(), sold, bundles)
		for shop in self.shops:
			self.report.agreements += [
				compare_stock(shop, listings[shop.store], left, bundles),
				compare_prices(shop, listings[shop.store], prices),
			]

	def _sold(self, waiting: Waiting, listings: dict[str, list[Listing]]) -> Iterator[tuple[str, int]]:
		shops = {shop.store: shop for shop in self.shops}
		items = {store: {each.sku: each.item_code for each in found} for store, found in listings.items()}
		for store, order_id in waiting:
			for sku, count in shops[store].sold(order_id).items():
				yield items[store].get(sku, sku), count

	def _listings(self, store: str) -> list[Listing]:
		return self.traffic.work(
			lambda machine: [x for part in machine.erp.bound_listings(store) for x in part]
		)


def _left(machine: Machine, store: str) -> list[tuple[str, str]]:
	"""What a person decides about: SKU or title, and why."""
	listed = machine.erp.listed(store)
	found = propose(listed, machine.erp.item_facts(), machine.connect(store).settings.sku_rule)
	names = {each.name: each.sku or each.title for each in listed}
	return [(names[each.listing], each.match) for each in found if each.match not in ("bound", "ignored")]


def _or_none(look: Callable[[], str]) -> str:
	"""What a store says of a SKU, a dash where it does not sell it."""
	try:
		return look()
	except KeyError:
		return "–"


def _price(price: str, full: str | None) -> str:
	return f"{price} (was {full})" if full else price or "–"
