"""Seeded misfortune for the emulated stores: slow, refused, cut and repeated, the same again for the same seed.

The n-th request and the n-th batch of webhooks each draw from a generator seeded by (seed, kind, n), so
that a decision depends on its number only and not on how threads interleave: a failing run is rerun by
its seed.
"""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from http.client import responses
from typing import TYPE_CHECKING, Literal, TypeVar

if TYPE_CHECKING:
	from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Message = TypeVar("Message")
Cut = Literal["before", "after"]


@dataclass(frozen=True)
class RequestFault:
	"""What befalls one request: `delay` in seconds, then an error `status`, or a connection cut before
	the request is handled or after it (the work is done and the answer lost), or nothing."""

	delay: float = 0.0
	status: int | None = None
	retry_after: float | None = None  # seconds; only with status 429 and 503
	cut: Cut | None = None


@dataclass(frozen=True)
class Faults:
	"""Shares are 0 to 1. Without any share set nothing ever happens.

	`latency` is the longest delay of a request in seconds (uniform from 0); `rate_429`, `rate_5xx` and
	`cut` are shares of requests; `duplicate`, `reorder` and `late` are shares of webhook messages: sent
	again, moved a few places, kept back to the very end.
	"""

	seed: int = 0
	latency: float = 0.0
	rate_429: float = 0.0
	rate_5xx: float = 0.0
	cut: float = 0.0
	duplicate: float = 0.0
	reorder: float = 0.0
	late: float = 0.0
	retry_after: float = 1.0

	def __post_init__(self) -> None:
		for name in ("rate_429", "rate_5xx", "cut", "duplicate", "reorder", "late"):
			if not 0 <= getattr(self, name) <= 1:
				raise ValueError(f"Faults.{name} is a share from 0 to 1, not {getattr(self, name)!r}.")
		if self.rate_429 + self.rate_5xx + self.cut > 1:
			raise ValueError("Faults.rate_429, rate_5xx and cut are shares of the same requests: at most 1.")
		object.__setattr__(self, "_numbers", Counter())
		object.__setattr__(self, "_lock", threading.Lock())

	def next_request(self) -> RequestFault:
		"""The decision for the next request of the server, counted from 0."""
		return self.request(self._number("request"))

	def request(self, number: int) -> RequestFault:
		"""The decision for request `number`."""
		rng = self._rng("request", number)
		delay, fate = rng.uniform(0, self.latency), rng.random()
		if fate < self.rate_429:
			return RequestFault(delay, status=429, retry_after=self.retry_after)
		if fate < self.rate_429 + self.rate_5xx:
			status = rng.choice((500, 502, 503, 504))
			return RequestFault(delay, status, self.retry_after if status == 503 else None)
		if fate < self.rate_429 + self.rate_5xx + self.cut:
			return RequestFault(delay, cut=rng.choice(("before", "after")))
		return RequestFault(delay)

	def next_deliveries(self, messages: Sequence[Message]) -> list[Message]:
		"""The next batch of webhook messages as it goes out: each at least once, some twice or elsewhere."""
		return self.deliveries(messages, self._number("deliveries"))

	def deliveries(self, messages: Sequence[Message], number: int = 0) -> list[Message]:
		"""Batch `number` of webhook messages as it goes out."""
		rng = self._rng("deliveries", number)
		sent = [again for message in messages for again in self._copies(message, rng)]
		placed = [(self._place(place, len(sent), rng), message) for place, message in enumerate(sent)]
		return [message for _, message in sorted(placed, key=lambda pair: pair[0])]

	def _copies(self, message: Message, rng: random.Random) -> list[Message]:
		return [message] * (2 if rng.random() < self.duplicate else 1)

	def _place(self, place: int, count: int, rng: random.Random) -> float:
		if rng.random() < self.late:
			return count + rng.random()
		return place + rng.uniform(-8, 8) if rng.random() < self.reorder else place

	def _rng(self, kind: str, number: int) -> random.Random:
		return random.Random(f"{self.seed}:{kind}:{number}")

	def _number(self, kind: str) -> int:
		numbers: Counter[str] = self.__dict__["_numbers"]
		with self.__dict__["_lock"]:
			numbers[kind] += 1
			return numbers[kind] - 1


def disturbed(
	app: WSGIApplication, faults: Faults, sleep: Callable[[float], None] = time.sleep
) -> WSGIApplication:
	"""A WSGI app that is `app` with the faults before and after it, under Werkzeug's server (the cut needs
	its socket; elsewhere a cut is a 502)."""

	def handle(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
		fault = faults.next_request()
		if fault.delay:
			sleep(fault.delay)
		if fault.status is not None:
			return _refuse(fault.status, fault.retry_after, start_response)
		if fault.cut == "after":
			_work_through(app, environ)
		if fault.cut is not None:
			return _hang_up(environ, start_response)
		return app(environ, start_response)

	return handle


def _refuse(status: int, retry_after: float | None, start_response: StartResponse) -> Iterable[bytes]:
	headers = [("Content-Type", "text/plain")]
	if retry_after is not None:
		headers.append(("Retry-After", f"{retry_after:g}"))
	start_response(f"{status} {responses[status]}", headers)
	return [responses[status].encode()]


def _work_through(app: WSGIApplication, environ: WSGIEnvironment) -> None:
	"""Handle the request and throw its answer away."""
	answer = app(environ, lambda *_args: lambda _data: None)
	for _chunk in answer:
		pass
	close = getattr(answer, "close", None)
	if close is not None:
		close()


def _hang_up(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
	connection = environ.get("werkzeug.socket")
	if connection is None:
		return _refuse(502, None, start_response)
	with contextlib.suppress(OSError):
		connection.shutdown(socket.SHUT_RDWR)
	raise ConnectionAbortedError("The emulated store cut the connection on purpose.")
