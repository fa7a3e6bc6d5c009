"""The emulated WooCommerce over HTTP: REST v3 under /wp-json/wc/v3, as a WSGI app and as a server.

	with EmulatedWooCommerce(seed=1) as store:
		order = store.place(story)
		requests.get(f"{store.url}/wp-json/wc/v3/orders/{order.id}", auth=…)

It listens on plain http, where WooCommerce wants OAuth 1.0a. With `secure=True`, or for a request that a
proxy marked `X-Forwarded-Proto: https`, it behaves as it does over https, where Basic works.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from ecommerce_sync.sandbox.catalogue import PRODUCTS, Product
from ecommerce_sync.sandbox.faults import Faults, disturbed
from ecommerce_sync.sandbox.woocommerce.auth import ApiKey
from ecommerce_sync.sandbox.woocommerce.calls import READS, Calls, Limit, Write
from ecommerce_sync.sandbox.woocommerce.encoding import wp_json
from ecommerce_sync.sandbox.woocommerce.endpoint import Answer
from ecommerce_sync.sandbox.woocommerce.errors import RestError
from ecommerce_sync.sandbox.woocommerce.rest import Rest, route_of
from ecommerce_sync.sandbox.woocommerce.seeding import Stock
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings
from ecommerce_sync.sandbox.woocommerce.store import Store, utc_now

if TYPE_CHECKING:
	from _typeshed.wsgi import StartResponse, WSGIEnvironment

HEADERS = {
	"X-Robots-Tag": "noindex",
	"X-Content-Type-Options": "nosniff",
	"Access-Control-Expose-Headers": "X-WP-Total, X-WP-TotalPages, Link",
}


class EmulatedWooCommerce(Store):
	"""A store with its REST API; a context manager that serves it on a free port of this machine.

	`limit` is its host's: too many requests are answered 429. `before_write` is called with each write that is
	allowed, before it is done, so that a test can plant a sale there. `calls` counts what was asked.
	"""

	def __init__(
		self,
		seed: int = 0,
		settings: StoreSettings | None = None,
		faults: Faults | None = None,
		now: Callable[[], datetime] = utc_now,
		secure: bool = False,
		catalogue: Sequence[Product] = PRODUCTS,
		stock: Stock = 100,
		limit: Limit | None = None,
	) -> None:
		super().__init__(seed, settings, faults, now, catalogue, stock)
		self.secure, self.limit = secure, limit
		self.calls = Calls()
		self.before_write: Callable[[Write], object] | None = None
		self._disturbed = disturbed(self.wsgi, self.faults)
		self._server: BaseWSGIServer | None = None

	def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
		return self._disturbed(environ, start_response)

	def __enter__(self) -> EmulatedWooCommerce:
		self._server = make_server("127.0.0.1", 0, self, threaded=True, request_handler=QuietHandler)
		self.url = f"http://127.0.0.1:{self._server.server_port}"
		serve = partial(self._server.serve_forever, poll_interval=0.05)  # how soon a shutdown is noticed
		threading.Thread(target=serve, daemon=True, name="emulated-woocommerce").start()
		return self

	def __exit__(self, *_error: object) -> None:
		if self._server is not None:
			self._server.shutdown()
			self._server.server_close()
			self._server = None

	def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
		"""The store without its faults."""
		request = Request(environ)
		wait = self.limit.retry_after() if self.limit else None
		if wait is not None:
			self.calls.refuse()
			return throttled(wait)(environ, start_response)
		try:
			answer = self._answer(request)
		except RestError as error:
			answer = Answer(error.as_json(), error.status, error.headers)
		response = Response(wp_json(answer.content), answer.status, {**HEADERS, **answer.headers})
		response.content_type = "application/json; charset=UTF-8"
		return response(environ, start_response)

	def _answer(self, request: Request) -> Answer:
		rest, route = Rest(self, request, self._caller(request)), route_of(request)
		self.calls.note(route.pattern, request.method)
		if self.before_write and rest.caller and request.method not in READS:
			self.before_write(Write(request.method, route.pattern, request.path, rest.body()))
		return route.answer(rest)

	def _caller(self, request: Request) -> ApiKey | None:
		forwarded = request.headers.get("X-Forwarded-Proto", "").lower() == "https"
		return self.auth.caller(request, self.secure or forwarded)


def throttled(seconds: int) -> Response:
	"""What a host or a firewall in front of the shop answers: no JSON, and when to come again."""
	page = "<html><head><title>429 Too Many Requests</title></head><body>429 Too Many Requests</body></html>"
	return Response(page, 429, {"Retry-After": str(seconds)}, content_type="text/html")


class QuietHandler(WSGIRequestHandler):
	"""Logs nothing: a query string may hold a consumer secret."""

	def log(self, type: str, message: str, *args: object) -> None:
		pass
