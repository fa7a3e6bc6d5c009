"""The demo's story of two orders, from checkout to refund: persons act in a store or at ERPNext, the sync follows.

Each store's order is paid, invoiced, shipped in two parts (one by ERPNext, which the store is told of, one by
the store itself), and a piece of it comes back for its money. After every act both sides are read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal
from typing import Protocol

from ..core.erp import ErpOrder
from ..core.life import Parcel
from ..erps.base import LinkKey
from ..sync.machine import Machine
from .baskets import Platform
from .currency import rounded
from .life_check import Checker
from .life_report import Amounts, LifeReport, OrderLife, Paper, Step, erp_amounts, papers_of, store_amounts
from .life_run import Desk
from .lives import LifeSeller
from .story import Bought, Delivery, Person, Place, Rate, Story
from .traffic import Telling, Traffic
from .world import World

Say = Callable[[str], None]
NUMBER = 8600  # away from those of the demo's other orders
GATEWAYS: dict[Platform, str] = {"shopify": "shopify_payments", "woocommerce": "bacs"}
TAX = (Rate("Sales Tax", Decimal("0.08")),)
SHIRTS, MUGS = 0, 1  # the order's lines
CARRIER = "UPS"


class Shop(LifeSeller, Telling, Protocol):
	"""A store that lives and tells."""

	platform: Platform

	def complete(self, order_id: str) -> None:
		"""Staff sees that all is shipped and marks the order so, where the store does not do that itself."""
		...


class LifeStory:
	"""Told after the goods': the shelves are full and messages flow."""

	def __init__(
		self, world: World, desk: Desk, shops: Sequence[Shop], traffic: Traffic, currency: str, say: Say
	) -> None:
		self.world, self.desk, self.shops, self.traffic = world, desk, shops, traffic
		self.currency, self.say = currency, say
		self.report = LifeReport()

	def tell(self) -> None:
		"""One order of each store."""
		for shop in self.shops:
			order = _Told(self, shop)
			order.live()
			self.report.orders.append(order.life)
			self.say(f"{shop.store}: order {order.life.number} went from checkout to refund")


class _Told:
	"""One order."""

	def __init__(self, story: LifeStory, shop: Shop) -> None:
		self.story, self.shop, self.desk = story, shop, story.desk
		self.order_id = shop.place(_bought(shop.platform, story.currency))
		self.life = OrderLife(shop.store, "", "", story.currency)

	def live(self) -> None:
		"""What happens, one act after the other."""
		shop, order_id = self.shop, self.order_id
		back = {SHIRTS: 1}
		self._step("A buyer orders 3 T-shirts and 2 mugs", lambda: None, "ordered")
		self._step("The buyer pays", lambda: shop.pay(order_id), "paid", *self._billed("paid"))
		self._step("The warehouse ships 2 T-shirts and a mug", self._deliver, "shipped", "tracking")
		self._step(
			f"{shop.store} ships the rest",
			self._ship_the_rest,
			"shipped",
			"tracking",
			*self._billed("shipped"),
		)
		announced: list[str] = []
		if shop.platform == "shopify":
			self._step(
				"The buyer wants to return a T-shirt",
				lambda: announced.append(shop.announce_return(order_id, back)),
				"credited",
				"refunded",
			)
		self._step(
			"The T-shirt is back and paid back",
			lambda: shop.refund(order_id, back, restock="return", return_id="".join(announced) or None),
			"credited",
			"refunded",
			"returned",
		)
		self._step("All is done", lambda: None, "invoiced", "credited", "paid", "refunded", "outstanding")
		self.life.differences = self._checked()

	def _billed(self, when: str) -> tuple[str, ...]:
		"""The demo's policy: invoiced on payment in one store, on shipment in the other."""
		return ("invoiced",) if (when == "paid") == (self.shop.platform == "shopify") else ()

	def _deliver(self) -> None:
		lines = list(self.shop.figures(self.order_id).lines)
		pieces = {lines[SHIRTS]: Decimal(2), lines[MUGS]: Decimal(1)}
		parcel = Parcel(carrier=CARRIER, number="1Z-ERP-1")
		if not self.desk.deliver(self.shop.store, self.order_id, pieces, parcel):
			raise RuntimeError(f"order {self.order_id} could not be delivered")

	def _ship_the_rest(self) -> None:
		self.shop.fulfil(self.order_id, {SHIRTS: 1, MUGS: 1}, "1Z-STORE-2", CARRIER)
		self.shop.complete(self.order_id)

	def _step(self, title: str, act: Callable[[], object], *names: str) -> None:
		act()
		self.story.traffic.settle()
		seen, theirs = self.story.traffic.work(self._look)
		known = {(paper.doctype, paper.name) for paper in self.life.papers}
		papers = [paper for paper in papers_of(seen) if (paper.doctype, paper.name) not in known]
		ours = erp_amounts(seen)
		self.life.steps.append(
			Step(title, tuple(map(self._found, papers)), _some(theirs, names), _some(ours, names))
		)

	def _look(self, machine: Machine) -> tuple[ErpOrder, Amounts]:
		"""Both sides as they are now."""
		store, order_id = self.shop.store, self.order_id
		connection = machine.connect(store)
		storefront = connection.storefront()
		order = connection.parse(storefront.fetch_order(order_id))
		self.life.number, self.life.url = order.name, order.admin_url or ""
		with machine.erp.transaction([LinkKey(store=store, kind="Order", external_id=order_id)]):
			seen = machine.erp.observe(order, connection.settings)
		sent = storefront.shipments(order_id).fulfilments
		counts = connection.platform.capabilities.fulfilments
		return seen, store_amounts(self.shop.figures(order_id), sent, counts)

	def _found(self, paper: Paper) -> Paper:
		return paper._replace(url=self.story.world.form_url(paper.doctype, paper.name))

	def _checked(self) -> tuple[str, ...]:
		"""The check that the generated lives end with, too."""
		events = self.story.world.events()
		verdict = self.story.traffic.work(
			lambda machine: Checker(machine, events).verdict(self.shop.store, self.shop, self.order_id)
		)
		return (*verdict.differences, *((verdict.reason,) if verdict.reason else ()))


def _some(amounts: Amounts, names: Sequence[str]) -> Amounts:
	return {name: amounts[name] for name in names}


def _bought(platform: Platform, currency: str) -> Story:
	"""The checkout; money comes later."""
	address = Place("Ada", "Okoro", None, "12 Harbour Street", None, "Boston", "Massachusetts", "MA", "02108")
	place = replace(address, country="United States", country_code="US")
	return Story(
		number=NUMBER,
		created_at=datetime.now(timezone.utc).replace(microsecond=0),
		currency=currency,
		lines=(
			Bought(
				"Organic T-Shirt",
				rounded(Decimal("24.90"), currency),
				3,
				sku="TEE-S",
				variant_title="S",
				taxes=TAX,
			),
			Bought(
				"Stoneware Mug",
				rounded(Decimal("11.00"), currency),
				2,
				sku="MUG-WHITE",
				variant_title="White",
				taxes=TAX,
			),
		),
		deliveries=(Delivery("Standard", rounded(Decimal("7.50"), currency), taxes=TAX),),
		person=Person(NUMBER, "Ada", "Okoro", "ada.okoro@example.com"),
		billing=place,
		shipping=place,
		gateway=GATEWAYS[platform],
		paid=False,
	)
