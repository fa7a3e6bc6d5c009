"""An emulated Shopify store: the Admin GraphQL endpoint, the token endpoint and signed webhooks over HTTP.

	with EmulatedShopify(seed=7) as store:
		order = store.place(story)   # queues orders/create for those who subscribed
		store.deliver()              # sends what is due
		requests.post(f"{store.url}/admin/api/2026-07/graphql.json", ...)

Everything random comes from `seed`; time comes from `clock`.
"""

from __future__ import annotations

import json
import random
import re
import threading
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from ecommerce_sync.sandbox.faults import Faults, disturbed
from ecommerce_sync.sandbox.shopify.auth import Tokens
from ecommerce_sync.sandbox.shopify.cost import Bucket
from ecommerce_sync.sandbox.shopify.execution import Executor
from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder, write_down
from ecommerce_sync.sandbox.shopify.roots import Roots
from ecommerce_sync.sandbox.shopify.schema import API_VERSION
from ecommerce_sync.sandbox.shopify.shop import ALL_SCOPES, Shop
from ecommerce_sync.sandbox.shopify.subscriptions import Subscriptions
from ecommerce_sync.sandbox.shopify.webhooks import Outcome, Webhooks
from ecommerce_sync.sandbox.story import Story

if TYPE_CHECKING:
	from _typeshed.wsgi import StartResponse, WSGIEnvironment

Json = dict[str, Any]
_GRAPHQL_PATH = re.compile(r"/admin/api/(?P<version>\d{4}-\d{2}|unstable)/graphql\.json")
_UNAUTHORIZED = "[API] Invalid API key or access token (unrecognized login or wrong password)"


def utc_now() -> datetime:
	"""The real clock."""
	return datetime.now(timezone.utc)


class EmulatedShopify:
	"""One store with one app installed.

	`access_token` is the permanent token of a legacy custom app (None: there is none), `client_id` and
	`client_secret` those of a Dev Dashboard app; the secret also signs webhooks. `refusal` makes the token
	endpoint refuse, e.g. "shop_not_permitted". `points` and `restore_rate` are the GraphQL bucket.
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
	) -> None:
		self.shop = shop or Shop()
		self.scopes = frozenset(scopes)
		self.client_id, self.client_secret, self.access_token = client_id, client_secret, access_token
		self.clock = clock
		self.faults = faults or Faults(seed)
		rng = random.Random(f"{seed}:shopify")
		self.tokens = Tokens(
			client_id, client_secret, lambda: self.scopes, self.now, rng, access_token, refusal
		)
		self.webhooks = Webhooks(self.shop.domain, client_secret, self.now, rng, self.faults)
		self._orders: dict[int, ShopifyOrder] = {}
		self._lock = threading.RLock()
		self._executor = self._build_executor(Bucket(lambda: self.now().timestamp(), points, restore_rate))
		self._server: BaseWSGIServer | None = None
		self._serving: threading.Thread | None = None

	def _build_executor(self, bucket: Bucket) -> Executor:
		subscriptions = Subscriptions(self.webhooks, self.now, lambda: self.scopes)
		roots = Roots(self.shop, self.client_id, self.orders, lambda: self.scopes, self.now, subscriptions)
		return Executor(roots.queries(), roots.mutations(), bucket)

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
			self._orders[order.id] = order
		if notify:
			self._queue(order, ["orders/create", *(["orders/paid"] if story.paid else [])])
		return order

	def cancel(
		self, order_id: int, at: datetime | None = None, reason: str = "customer", *, notify: bool = True
	) -> ShopifyOrder:
		"""Cancel an order; queues orders/cancelled and orders/updated."""
		order = self._replace(self.order(order_id).cancelled(at or self.now(), reason))
		if notify:
			self._queue(order, ["orders/cancelled", "orders/updated"])
		return order

	def update(
		self, order_id: int, at: datetime | None = None, *, notify: bool = True, **changes: Any
	) -> ShopifyOrder:
		"""Change an order as `ShopifyOrder.updated` does; queues orders/updated."""
		order = self._replace(self.order(order_id).updated(at or self.now(), **changes))
		if notify:
			self._queue(order, ["orders/updated"])
		return order

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
		return self.webhooks.deliver(now)

	def _replace(self, order: ShopifyOrder) -> ShopifyOrder:
		with self._lock:
			self._orders[order.id] = order
		return order

	def _queue(self, order: ShopifyOrder, topics: Iterable[str]) -> None:
		payload = order.as_webhook()
		for topic in topics:
			self.webhooks.queue(topic, payload)

	# The app's side

	def graphql(self, query: str, variables: Json | None = None, operation: str | None = None) -> Json:
		"""The answer to a document, without HTTP and with the granted scopes."""
		with self._lock:
			return self._executor.answer(query, variables or {}, operation, self.scopes)

	def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
		"""The store as a WSGI app."""
		return self._respond(Request(environ))(environ, start_response)

	def _respond(self, request: Request) -> Response:
		path = _GRAPHQL_PATH.fullmatch(request.path)
		if request.method == "POST" and request.path == "/admin/oauth/access_token":
			form = request.get_json(silent=True) or request.form.to_dict()
			status, body = self.tokens.grant(form if isinstance(form, dict) else {})
			return _json(body, status)
		if request.method != "POST" or path is None or not _is_served(path["version"]):
			return _json({"errors": "Not Found"}, 404)
		if not self.tokens.is_valid(request.headers.get("X-Shopify-Access-Token")):
			return _json({"errors": _UNAUTHORIZED}, 401)
		return self._respond_to_query(request)

	def _respond_to_query(self, request: Request) -> Response:
		body = request.get_json(silent=True)
		if not isinstance(body, dict) or not isinstance(body.get("query"), str):
			return _json({"errors": {"query": "Required parameter missing or invalid"}}, 400)
		variables = body.get("variables") or {}
		return _json(self.graphql(body["query"], variables, body.get("operationName")))

	# The server

	@property
	def url(self) -> str:
		"""The base address while the store is open."""
		if self._server is None:
			raise RuntimeError("The store is closed; use it in a with statement.")
		return f"http://127.0.0.1:{self._server.server_port}"

	def __enter__(self) -> EmulatedShopify:
		app = disturbed(self, self.faults)
		self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
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


class _Quiet(WSGIRequestHandler):
	"""No line on stderr for every request."""

	def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
		"""Nothing to say."""


def _is_served(version: str) -> bool:
	"""Older versions fall forward to the one that is emulated; later ones do not exist yet."""
	return version == "unstable" or version <= "2026-10"


def _json(body: Json, status: int = 200) -> Response:
	response = Response(json.dumps(body), status, content_type="application/json; charset=utf-8")
	response.headers["X-Shopify-API-Version"] = API_VERSION
	return response
