"""Where the demo's orders arrive: a receiver, workers and an ERP. Here the embedded one; a bench has its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple, Protocol

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from ..core.settings import LocationRule, StoreSettings
from ..erps.base import Journal
from ..erps.embedded import Database, EmbeddedErp, EmbeddedJournal
from ..storefronts.base import Credentials, platform
from ..sync.machine import Connection, Machine
from ..sync.receive import Inbox, Receipt, receive
from .catalogue import PRODUCTS
from .person import PRICES, SALE, WAREHOUSE, EmbeddedPerson, Person
from .woocommerce.server import QuietHandler

PATH = "/api/method/ecommerce_sync.api.webhook.receive"
HELPERS = ("STORE-CUSTOM", "GIFT-CARD")  # Items that stand for what no Item is for


class Shop(NamedTuple):
	"""One emulated store as the app is told of it."""

	store: str  # the connection's name
	platform: str
	credentials: Credentials
	domain: str  # what the store calls itself in its messages
	secret: str  # what its messages are signed with
	place: str = ""  # the id of the place that it sells from; empty where the platform knows no places


class Event(NamedTuple):
	"""One stored event, for the report."""

	store: str
	order_id: str
	topic: str
	state: str
	reason: str | None
	params: Mapping[str, object]
	kind: str = "order"


class Imported(NamedTuple):
	"""One live Sales Order, for the report."""

	store: str
	order_id: str
	document: str
	total: str
	currency: str
	closed: bool = False


class World(Person, Protocol):
	"""What the scenario needs of the place that it runs in."""

	def receive(self, store: str, headers: Mapping[str, str], body: bytes) -> Receipt:
		"""The webhook door; called by many threads."""
		...

	@contextmanager
	def worker(self) -> Iterator[Machine]:
		"""A machine for the calling thread."""
		...

	def add_item(self, item_code: str) -> None:
		"""Create an Item as a person would: what waited for it goes on."""
		...

	def events(self) -> list[Event]:
		"""All events of the demo's stores."""
		...

	def sales_orders(self) -> list[Imported]:
		"""All live Sales Orders of the demo's stores."""
		...

	def form_url(self, doctype: str, name: str) -> str:
		"""Where a person opens a document; empty where there is no Desk."""
		...


class EmbeddedWorld(EmbeddedPerson):
	"""The embedded ERP in one SQLite file."""

	def __init__(self, path: Path, shops: list[Shop], settings: Callable[[Shop], StoreSettings]) -> None:
		self.database = Database(path)
		self.erp = EmbeddedErp(self.database)
		self.journal: EmbeddedJournal = EmbeddedJournal(self.database)
		self.connections = {shop.store: connection(shop, settings(shop)) for shop in shops}
		self.inboxes = {
			shop.store: Inbox(shop.store, platform(shop.platform), shop.domain, [shop.secret])
			for shop in shops
		}
		with self.database.transaction():
			for item_code in HELPERS:
				self.erp.add_item(item_code, stock=False)

	def receive(self, store: str, headers: Mapping[str, str], body: bytes) -> Receipt:
		inbox = self.inboxes.get(store)
		return receive(self.journal, inbox, headers, body) if inbox else Receipt(404, "no such store")

	@contextmanager
	def worker(self) -> Iterator[Machine]:
		journal: Journal = self.journal
		yield Machine(self.erp, journal, self.connections.__getitem__, lambda: datetime.now(timezone.utc))

	def add_item(self, item_code: str) -> None:
		with self.database.transaction():
			self.erp.add_item(item_code)
			self.journal.release([f"sku:{item_code}"])

	def events(self) -> list[Event]:
		rows = self.journal.ended("Done", "Skipped", "Held", "Failed", "Queued", "Waiting to retry")
		return [
			Event(r["store"], r["external_id"], r["topic"], r["state"], r["reason"], r["params"], r["kind"])
			for r in rows
		]

	def sales_orders(self) -> list[Imported]:
		rows = self.database.execute(
			"SELECT link.store, link.external_id, document.name, json_extract(data, '$.grand_total') AS total,"
			" json_extract(data, '$.currency') AS currency, coalesce(json_extract(data, '$.closed'), 0) AS closed FROM link JOIN document"
			" ON document.doctype = 'Sales Order' AND document.name = link.document"
			" WHERE link.kind = 'Order' AND document.docstatus < 2 ORDER BY document.name"
		)
		return [Imported(*row) for row in rows]

	def form_url(self, doctype: str, name: str) -> str:
		return ""


def connection(shop: Shop, settings: StoreSettings) -> Connection:
	"""The app's connection to an emulated store."""
	spoken = platform(shop.platform)
	return Connection(
		store=shop.store,
		platform=spoken,
		settings=settings,
		storefront=lambda: spoken.connect(shop.credentials),
		admin_url=lambda order: f"https://{shop.domain}/admin/orders/{order.id}",
	)


def settings_for(store: str, currency: str = "USD") -> StoreSettings:
	"""Everything mapped to something; taxes, methods and SKUs that nobody mapped fall on a default."""
	return StoreSettings(
		store=store,
		company="Demo Company",
		company_currency=currency,
		site_digits=3,
		custom_item="STORE-CUSTOM",
		gift_card_item="GIFT-CARD",
		tax_account="Sales Tax - DC",
		shipping_account="Freight - DC",
		fee_account="Fees - DC",
		tip_account="Tips - DC",
		gift_card_account="Gift Cards - DC",
		duty_account="Duties - DC",
		rounding_account="Rounding - DC",
		warehouse=WAREHOUSE,
	)


def skus() -> list[str]:
	"""Items for everything that the shared catalogue sells, and the helper Items: for those who import no catalogue."""
	found = {variant.sku for product in PRODUCTS for variant in product.variants if variant.sku}
	return sorted(found | set(HELPERS))


def selling(shop: Shop, settings: StoreSettings) -> StoreSettings:
	"""The same with stock, prices and Items going out, from one warehouse."""
	places = (LocationRule(location_id=shop.place, warehouses=(WAREHOUSE,)),) if shop.place else ()
	changes = {
		"push_stock": True,
		"push_prices": True,
		"push_items": True,
		"publish": True,
		"store_price_list": PRICES,
		"sale_price_list": SALE,
		"warehouse": WAREHOUSE,
		"locations": places,
	}
	return settings.model_copy(update=changes)


@contextmanager
def serve_door(world: World) -> Iterator[str]:
	"""The webhook door over HTTP on a free port of this machine; yields its address."""

	@Request.application
	def door(request: Request) -> Response:
		if request.path != PATH or request.method != "POST":
			return Response("not found", 404)
		receipt = world.receive(request.args.get("store", ""), dict(request.headers), request.get_data())
		return Response(receipt.word, receipt.status)

	server = make_server("127.0.0.1", 0, door, threaded=True, request_handler=QuietHandler)
	threading.Thread(target=server.serve_forever, daemon=True, name="webhook-door").start()
	try:
		yield f"http://127.0.0.1:{server.server_port}{PATH}"
	finally:
		server.shutdown()
		server.server_close()
