"""One emulated store and the embedded ERP, for the tests of shipments: acts on both sides, and what each shows.

Lines are named by their place in the order: 3 cups, 2 pots, 5 tins of tea.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from ecommerce_sync.core.erp import Delivery
from ecommerce_sync.core.life import Fulfilment, Parcel
from ecommerce_sync.core.models import Order
from ecommerce_sync.core.settings import LocationRule, StoreSettings
from ecommerce_sync.erps.embedded import Database, EmbeddedErp, EmbeddedJournal
from ecommerce_sync.sandbox.faults import Faults, RequestFault
from ecommerce_sync.sandbox.sellers import DemoSeller, ShopifySeller, WooCommerceSeller
from ecommerce_sync.sandbox.shopify.server import EmulatedShopify
from ecommerce_sync.sandbox.shopify.shop import Shop
from ecommerce_sync.sandbox.story import Bought, Person, Place, Rate, Story
from ecommerce_sync.sandbox.story import Delivery as Posting
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings as WooSettings
from ecommerce_sync.sandbox.world import settings_for
from ecommerce_sync.storefronts.base import Storefront, platform
from ecommerce_sync.sync.machine import Connection, Machine
from ecommerce_sync.sync.receive import Inbox, receive
from ecommerce_sync.sync.work import drain

CUPS, POTS, TEA = range(3)
PIECES = {CUPS: 3, POTS: 2, TEA: 5}
SKUS = ("CUP", "POT", "TEA")
VAT = (Rate("VAT", Decimal("0.2")),)
PARCEL = Parcel(carrier="UPS", number="1Z999", url="https://example.com/1Z999")
HOME = Place("Ada", "Byron", None, "1 Mill Road", None, "York", zip="YO1 7HH", country_code="GB")
MAIN, SECOND = "Stores - DC", "Shop - DC"


@dataclass(frozen=True)
class Outage(Faults):
	"""Every request meets `now` while something stands in it."""

	now: list[RequestFault] = field(default_factory=list)

	def next_request(self) -> RequestFault:
		return self.now[0] if self.now else RequestFault()


@dataclass
class ShipmentWorld:
	"""`settings` may be changed at any time; `after_read` is called after the store's shipments were read."""

	seller: Any
	outage: Outage
	erp: EmbeddedErp
	settings: StoreSettings
	ahead: timedelta = timedelta()
	port: str | None = None  # where the store is looked for instead of at its own
	after_read: Callable[[], object] = lambda: None
	number: int = 7000

	@property
	def journal(self) -> EmbeddedJournal:
		return EmbeddedJournal(self.erp.database, lambda: self.now().timestamp())

	@property
	def emulator(self) -> Any:
		return self.seller.emulator

	@property
	def store(self) -> str:
		return str(self.seller.store)

	def now(self) -> datetime:
		return datetime.now(timezone.utc) + self.ahead

	def choose(self, **changes: Any) -> None:
		self.settings = self.settings.model_copy(update=changes)

	# the machine

	@property
	def machine(self) -> Machine:
		return Machine(self.erp, self.journal, self._connect, self.now)

	def _connect(self, store: str) -> Connection:
		shop, spoken = self.seller.shop(), platform(self.seller.platform)
		credentials = shop.credentials.model_copy(update={"url": self.port or shop.credentials.url})

		def storefront() -> Storefront:
			connected = spoken.connect(credentials)
			read = connected.shipments

			def shipments(order_id: str) -> Any:
				found = read(order_id)
				self.after_read()
				return found

			connected.shipments = shipments  # type: ignore[method-assign]
			return connected

		return Connection(store, spoken, self.settings, storefront)

	def work(self) -> dict[str, int]:
		"""Everything that is due, by how it ended."""
		return dict(drain(self.machine, budget=60))

	def hear(self) -> int:
		"""The store's messages come in and are worked off; how many there were."""
		shop = self.seller.shop()
		inbox = Inbox(self.store, platform(self.seller.platform), shop.domain, [shop.secret])
		messages = self.seller.pending()
		for message in messages:
			answer = receive(self.journal, inbox, message.headers, message.body)
			assert answer.status == 200, answer
		self.work()
		return len(messages)

	def settle(self) -> None:
		"""Until nobody has anything to say; both sides stay as they are then."""
		for _ in range(10):
			if not self.hear():
				return
		raise AssertionError("the store and the ERP keep talking")

	def states(self, kind: str = "shipment") -> list[tuple[str, str | None]]:
		"""State and reason of the events of a kind, oldest first; those that a newer one took along are left out."""
		rows = self.erp.database.execute(
			"SELECT state, reason FROM event WHERE kind = ? ORDER BY name", kind
		).fetchall()
		return [(row["state"], row["reason"]) for row in rows if row["reason"] != "superseded"]

	def kill_when_told(self) -> Callable[[], object]:
		"""The next time that the worker wants to remember what it sent, it dies; returns what to look at."""
		real, died = self.erp.shipment_told, []

		def told(*given: Any) -> None:
			self.erp.shipment_told = real  # type: ignore[method-assign]
			died.append(given)
			raise KeyboardInterrupt

		self.erp.shipment_told = told  # type: ignore[method-assign]
		return lambda: died

	# orders

	def order(self, **given: Any) -> str:
		"""A buyer's order, known to the ERP."""
		self.number += 1
		lines = tuple(
			Bought(sku.title(), price, PIECES[place], sku=sku, taxes=VAT)
			for place, (sku, price) in enumerate(
				zip(SKUS, (Decimal("9.99"), Decimal("35.50"), Decimal("4.35")), strict=True)
			)
		)
		common: dict[str, Any] = {
			"lines": lines,
			"deliveries": (Posting("Post", Decimal("6.90"), taxes=VAT),),
			"person": Person(self.number, "Ada", "Byron", f"ada{self.number}@example.com", None),
			"billing": HOME,
			"shipping": HOME,
		}
		at = datetime.now(timezone.utc) - timedelta(days=1)
		order_id = str(self.seller.place(Story(self.number, at, "USD", **{**common, **given})))
		self.settle()
		assert self.sales_order(order_id)
		return order_id

	def sales_order(self, order_id: str) -> str:
		row = self.erp.database.execute(
			"SELECT document FROM link WHERE store = ? AND kind = 'Order' AND external_id = ?",
			self.store,
			order_id,
		).fetchone()
		return str(row["document"])

	def lines(self, order_id: str) -> list[str]:
		return [line.id for line in self.asked(order_id).lines]

	def deliver(self, order_id: str, pieces: Mapping[int, int] = PIECES, *parcels: Parcel) -> str:
		"""A Delivery Note with its parcels, submitted."""
		lines = self.lines(order_id)
		with self.erp.database.transaction():
			by_line = {lines[place]: Decimal(n) for place, n in pieces.items()}
			name = self.erp.deliver(self.sales_order(order_id), by_line)
			for parcel in parcels:
				self.erp.add_parcel(name, parcel)
		return name

	# what each side shows

	def asked(self, order_id: str) -> Order:
		"""The order as the store has it, whatever becomes of requests."""
		waiting, self.outage.now[:] = list(self.outage.now), []
		spoken = platform(self.seller.platform)
		try:
			found = spoken.connect(self.seller.shop().credentials).fetch_order(order_id)
		finally:
			self.outage.now[:] = waiting
		return spoken.parse_order(found)

	def fulfilments(self, order_id: str) -> list[Fulfilment]:
		return list(self.asked(order_id).fulfilments)

	def live(self, order_id: str) -> list[Fulfilment]:
		return [each for each in self.fulfilments(order_id) if each.status == "success"]

	def shipped(self, order_id: str) -> dict[int, int]:
		"""Pieces by place that the store counts as shipped."""
		lines, found = self.lines(order_id), dict[int, int]()
		for part in (line for each in self.live(order_id) for line in each.lines):
			place = lines.index(part.line_id)
			found[place] = found.get(place, 0) + int(part.quantity)
		return found

	def deliveries(self, order_id: str) -> list[Delivery]:
		return list(self.erp.deliveries(self.store, order_id, self.settings))

	def delivery(self, order_id: str, name: str) -> Delivery:
		return next(each for each in self.deliveries(order_id) if each.name == name)

	def ids(self, order_id: str, name: str) -> tuple[str, ...]:
		return self.delivery(order_id, name).fulfilment_ids

	def delivered(self, order_id: str) -> dict[int, int]:
		"""Pieces by place on submitted documents that ship, returns not."""
		lines, found = self.lines(order_id), dict[int, int]()
		for each in self.deliveries(order_id):
			for row in each.rows if each.docstatus == 1 and not each.is_return else ():
				place = lines.index(row.line_id)
				found[place] = found.get(place, 0) + int(row.quantity)
		return found

	def notes(self, order_id: str, to_customer: bool | None = None) -> list[str]:
		"""WooCommerce: the app's notes about shipments, oldest first."""
		found = reversed(self.emulator.notes.of(int(order_id)))
		ours = [note for note in found if note.text.startswith("Shipped: ") and note.author != "admin"]
		return [note.text for note in ours if to_customer in (None, note.to_customer)]

	def status(self, order_id: str) -> str:
		return self.asked(order_id).status


@contextmanager
def shipment_world(name: str, path: Path, **woocommerce: Any) -> Iterator[ShipmentWorld]:
	"""`name`: "shopify" or "woocommerce", whose own settings may be given."""
	outage = Outage()
	made: Any = (
		EmulatedShopify(shop=Shop(currency="USD"), faults=outage, points=1e9)
		if name == "shopify"
		else EmulatedWooCommerce(settings=WooSettings(currency="USD", **woocommerce), faults=outage)
	)
	with made as emulator:
		seller: DemoSeller = ShopifySeller(emulator) if name == "shopify" else WooCommerceSeller(emulator)
		seller.listen()
		database = Database(path / "erp.sqlite")
		erp = EmbeddedErp(database)
		with database.transaction():
			for sku in (*SKUS, "STORE-CUSTOM", "GIFT-CARD"):
				erp.add_item(sku)
		yield ShipmentWorld(seller, outage, erp, _settings(seller))


def _settings(seller: DemoSeller) -> StoreSettings:
	"""Shipments are told and taken; Shopify has two places with a warehouse each."""
	places: tuple[LocationRule, ...] = ()
	if isinstance(seller, ShopifySeller):
		ids = [str(each.id) for each in seller.emulator.shop.locations]
		here = str(seller.emulator.stock.default)
		there = next(each for each in ids if each != here)
		places = (
			LocationRule(location_id=here, warehouses=(MAIN,)),
			LocationRule(location_id=there, warehouses=(SECOND,)),
		)
	changes = {"fulfil": True, "deliveries_in": "submit", "warehouse": MAIN, "locations": places}
	return settings_for(seller.store).model_copy(update=changes)
