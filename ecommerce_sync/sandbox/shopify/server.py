"""An emulated Shopify store: the Admin GraphQL endpoint, the token endpoint and signed webhooks over HTTP.

	with EmulatedShopify(seed=7) as store:
		order = store.place(story)   # queues orders/create for those who subscribed
		store.deliver()              # sends what is due
		store.sell("TEE-S", 2)       # an order of one line; stock follows
		store.available("TEE-S")     # 98
		requests.post(f"{store.url}/admin/api/2026-07/graphql.json", ...)

`goods`, `stock`, `sales`, `customers`, `webhooks` and `calls` are the store's parts, open to tests; what
happens to orders later stands in `living`. Everything random comes from `seed`; time comes from `clock`.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from functools import partial
from typing import TYPE_CHECKING, Any

from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wrappers import Request

from ecommerce_sync.sandbox.catalogue import PRODUCTS, Product
from ecommerce_sync.sandbox.faults import Faults, disturbed
from ecommerce_sync.sandbox.shopify import messages
from ecommerce_sync.sandbox.shopify.auth import Tokens
from ecommerce_sync.sandbox.shopify.bulk import BulkOperations
from ecommerce_sync.sandbox.shopify.calls import Call, Calls
from ecommerce_sync.sandbox.shopify.cost import Bucket
from ecommerce_sync.sandbox.shopify.customers import Customers
from ecommerce_sync.sandbox.shopify.edits import Edits
from ecommerce_sync.sandbox.shopify.endpoint import Quiet, respond
from ecommerce_sync.sandbox.shopify.execution import Executor
from ecommerce_sync.sandbox.shopify.fulfilling import routed
from ecommerce_sync.sandbox.shopify.goods import Goods
from ecommerce_sync.sandbox.shopify.goods_roots import GoodsRoots
from ecommerce_sync.sandbox.shopify.inventory import Inventory, Stock
from ecommerce_sync.sandbox.shopify.life_edits import LifeEdits
from ecommerce_sync.sandbox.shopify.living import Lives
from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder, write_down
from ecommerce_sync.sandbox.shopify.product_edits import ProductEdits
from ecommerce_sync.sandbox.shopify.roots import Roots
from ecommerce_sync.sandbox.shopify.sales import Sales
from ecommerce_sync.sandbox.shopify.shop import ALL_SCOPES, Shop, StoreLocation
from ecommerce_sync.sandbox.shopify.stock_edits import StockEdits
from ecommerce_sync.sandbox.shopify.subscriptions import Subscriptions
from ecommerce_sync.sandbox.shopify.variant_edits import VariantEdits
from ecommerce_sync.sandbox.shopify.webhooks import Message, Outcome, Webhooks
from ecommerce_sync.sandbox.story import Story

if TYPE_CHECKING:
	from _typeshed.wsgi import StartResponse, WSGIEnvironment

Json = dict[str, Any]


def utc_now() -> datetime:
	"""The real clock."""
	return datetime.now(timezone.utc)


class EmulatedShopify(Lives):
	"""One store with one app installed.

	`access_token` is the permanent token of a legacy custom app (None: there is none), `client_id` and
	`client_secret` those of a Dev Dashboard app; the secret also signs webhooks. `refusal` makes the token
	endpoint refuse, e.g. "shop_not_permitted". `points` and `restore_rate` are the GraphQL bucket.
	`catalogue` is what the store sells and `stock` what it has of it: as many pieces everywhere, or by SKU
	and location id (None: not stocked there). Bulk operations take `bulk_seconds` of the store's clock.
	`before_write` is called before each mutation is executed, so that a test can step in.
	"""

	def __init__(
		self,
		seed: int = 0,
		*,
		shop: Shop | None = None,
		scopes: Collection[str] = ALL_SCOPES,
		access_token: str | None = "shpat_emulated",
		client_id: str = "emulated-client-id",
		client_secret: str = "emulated-client-secret",
		refusal: str | None = None,
		faults: Faults | None = None,
		clock: Callable[[], datetime] = utc_now,
		points: float = 2000.0,
		restore_rate: float = 100.0,
		catalogue: Sequence[Product] = PRODUCTS,
		locations: Sequence[StoreLocation] | None = None,
		stock: Stock = 100,
		bulk_seconds: float = 0.2,
	) -> None:
		self.shop = shop or Shop()
		if locations is not None:
			self.shop = replace(self.shop, locations=tuple(locations))
		self.scopes = frozenset(scopes)
		self.client_id, self.client_secret, self.access_token = client_id, client_secret, access_token
		self.clock = clock
		self.faults = faults or Faults(seed)
		rng = random.Random(f"{seed}:shopify")
		self.tokens = Tokens(
			client_id, client_secret, lambda: self.scopes, self.now, rng, access_token, refusal
		)
		self.webhooks = Webhooks(self.shop.domain, client_secret, self.now, rng, self.faults)
		self.calls = Calls()
		self.before_write: Callable[[Call], None] = lambda call: None
		self.goods = Goods(self.shop, self.now, self._tell)
		self.goods.open_with(catalogue)
		self.stock = Inventory(self.goods, stock)
		self.sales = Sales(self.stock)
		self.edits = Edits(self.stock)
		self._orders: dict[int, ShopifyOrder] = {}
		self.customers = Customers(self.orders, self._put, self.now, self._tell, self.shop.domain)
		self._lock = threading.RLock()
		self._goods_roots = GoodsRoots(self.stock)
		self._bulk = BulkOperations(
			self._goods_roots.queries, lambda: self.scopes, self.now, self._tell, self._address, bulk_seconds
		)
		self._executor = self._build_executor(Bucket(lambda: self.now().timestamp(), points, restore_rate))
		self._server: BaseWSGIServer | None = None
		self._serving: threading.Thread | None = None

	def _build_executor(self, bucket: Bucket) -> Executor:
		subscriptions = Subscriptions(self.webhooks, self.now, lambda: self.scopes)
		products, life = ProductEdits(self.stock), LifeEdits(self, self.orders)
		edits: list[ProductEdits | StockEdits | VariantEdits] = [
			products,
			StockEdits(self.stock, products),
			VariantEdits(self.stock),
		]
		roots = Roots(
			self.shop,
			self.client_id,
			self.orders,
			lambda: self.scopes,
			self.now,
			subscriptions,
			self._goods_roots,
			self._bulk,
			{name: do for edit in (*edits, life) for name, do in edit.mutations().items()},
			life,
			self.customers,
		)
		before = lambda call: self.before_write(call)  # noqa: E731 it may be set later
		return Executor(roots.queries(), roots.mutations(), bucket, self.calls, before)

	def _tell(self, topic: str, payload: Callable[[], Json]) -> None:
		if self.webhooks.wants(topic):
			self.webhooks.queue(topic, payload())

	def _put(self, order: ShopifyOrder) -> None:
		with self._lock:
			self._orders[order.id] = order

	def _address(self) -> str:
		return self.url if self._server is not None else f"https://{self.shop.domain}"

	# The shopper's and the merchant's side

	def now(self) -> datetime:
		"""The store's time."""
		return self.clock()

	def place(self, story: Story, *, tip_on_line: bool = True, notify: bool = True) -> ShopifyOrder:
		"""Write the order down and, with `notify`, queue orders/create (and orders/paid)."""
		order = write_down(story, tip_on_line=tip_on_line, shop=self.shop.domain)
		with self._lock:
			if order.id in self._orders:
				raise ValueError(f"story.number: order {order.name} exists; number stories apart.")
			order = replace(order, goods=self.sales.list_lines(story), shelf=self._goods_roots.node)
			order = routed(order, partial(self.sales.place_of, order), order.updated_at)
			self._orders[order.id] = order
			self.customers.seen(order, notify=notify)
			for topic, payload in messages.of_placing(order) if notify else ():
				self._tell(topic, payload)
			self.sales.follow(order, notify=notify)
		return order

	def sell(self, wanted: str | int, quantity: int = 1, location_id: int | None = None) -> ShopifyOrder:
		"""A guest orders so many of a variant (SKU or id) now: a real order with its webhooks."""
		with self._lock:
			variant = self.goods.find(wanted)
			return self.place(self.sales.story(variant, quantity, self.now(), location_id))

	def available(self, wanted: str | int, location_id: int | None = None) -> int:
		"""What can be sold of a variant (SKU or id) from a location, by default the store's first."""
		with self._lock:
			place = self.stock.default if location_id is None else location_id
			return self.stock.available(self.goods.find(wanted), place)

	def set_available(self, wanted: str | int, location_id: int | None, quantity: int) -> None:
		"""The merchant corrects a number by hand (None: at the first location)."""
		with self._lock:
			place = self.stock.default if location_id is None else location_id
			self.stock.put(self.goods.find(wanted), place, quantity)

	def update(
		self, order_id: int, at: datetime | None = None, *, notify: bool = True, **changes: Any
	) -> ShopifyOrder:
		"""Change an order as `ShopifyOrder.updated` does; queues orders/updated."""

		def change(order: ShopifyOrder, moment: datetime) -> ShopifyOrder:
			changed = order.updated(moment, **changes)
			return routed(changed, partial(self.sales.place_of, changed), moment)

		return self.act(order_id, change, notify=notify, at=at or self.now())

	def order(self, order_id: int) -> ShopifyOrder:
		"""An order as it is now."""
		with self._lock:
			if order_id not in self._orders:
				raise KeyError(f"No order {order_id} in {self.shop.domain}.")
			return self._orders[order_id]

	def orders(self) -> list[ShopifyOrder]:
		"""All orders as they are now."""
		with self._lock:
			return list(self._orders.values())

	def message(self, order: ShopifyOrder, topic: str = "orders/create") -> tuple[dict[str, str], bytes]:
		"""Headers and body of a signed webhook for those who send themselves; new ids each time."""
		return self.webhooks.signed(topic, order.as_webhook())

	def deliver(self, now: datetime | None = None) -> list[Outcome]:
		"""Send the webhooks that are due (`now`: at that time, to reach retries sooner)."""
		with self._lock:
			self._bulk.settle()
		return self.webhooks.deliver(now)

	def take(self, *topics: str) -> list[Message]:
		"""The messages that are due of `topics` (none: all), taken from the queue by one who delivers himself.

		Only what somebody subscribed to is queued; see `subscribe`.
		"""
		with self._lock:
			self._bulk.settle()
		return self.webhooks.take(topics, self.now())

	def subscribe(self, *topics: str, uri: str = "https://app.emulated.example/webhooks") -> None:
		"""Subscribe without the API, for those who `take` instead of listening."""
		for topic in topics:
			self.webhooks.subscribe(topic, uri)

	# The app's side

	def bulk_result(self, number: int) -> bytes | None:
		"""The file behind a bulk operation's url, counted as a call that reads."""
		with self._lock:
			lines = self._bulk.result(number)
			if lines is not None:
				self.calls.made.append(Call("bulk result", "read", (), {}))
			return lines

	def graphql(self, query: str, variables: Json | None = None, operation: str | None = None) -> Json:
		"""The answer to a document, without HTTP and with the granted scopes."""
		with self._lock:
			return self._executor.answer(query, variables or {}, operation, self.scopes)

	def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
		"""The store as a WSGI app."""
		return respond(self, Request(environ))(environ, start_response)

	# The server

	@property
	def url(self) -> str:
		"""The base address while the store is open."""
		if self._server is None:
			raise RuntimeError("The store is closed; use it in a with statement.")
		return f"http://127.0.0.1:{self._server.server_port}"

	def __enter__(self) -> EmulatedShopify:
		app = disturbed(self, self.faults)
		self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
		# 20 ms: how long closing the store may take.
		self._serving = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
		self._serving.start()
		return self

	def __exit__(self, *_error: object) -> None:
		if self._server is not None and self._serving is not None:
			self._server.shutdown()
			self._serving.join()
			self._server.server_close()
		self._server = self._serving = None
