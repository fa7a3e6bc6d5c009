"""How often the emulated store was asked what, so that a test can count calls; and a limit on how often."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Literal, NamedTuple

Kind = Literal["read", "write"]
READS = ("GET", "HEAD", "OPTIONS")


class Write(NamedTuple):
	"""A write that is about to be executed: its method, its endpoint ("products/batch"), path and body."""

	method: str
	endpoint: str
	path: str
	body: Mapping[str, Any]


@dataclass
class Calls:
	"""Requests that reached an endpoint, whatever the answer, by endpoint and kind."""

	counts: Counter[tuple[str, Kind]] = field(default_factory=Counter)
	throttled: int = 0
	_lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

	def note(self, endpoint: str, method: str) -> None:
		with self._lock:
			self.counts[endpoint, "read" if method in READS else "write"] += 1

	def refuse(self) -> None:
		with self._lock:
			self.throttled += 1

	def of(self, endpoint: str, kind: Kind) -> int:
		"""How often `endpoint` ("products/batch", "products/<id>/variations") was called."""
		return self.counts[endpoint, kind]

	@property
	def reads(self) -> int:
		return sum(count for (_, kind), count in self.counts.items() if kind == "read")

	@property
	def writes(self) -> int:
		return sum(count for (_, kind), count in self.counts.items() if kind == "write")

	def clear(self) -> None:
		with self._lock:
			self.counts.clear()
			self.throttled = 0


@dataclass
class Limit:
	"""A host's or a firewall's limit, since WooCommerce has none: so many requests a second, `burst` at once."""

	per_second: float
	burst: int = 1
	clock: Callable[[], float] = time.monotonic
	_left: float = field(init=False, repr=False)
	_at: float = field(init=False, repr=False)
	_lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

	def __post_init__(self) -> None:
		if self.per_second <= 0 or self.burst < 1:
			raise ValueError("Limit.per_second must be above 0 and burst at least 1.")
		self._left, self._at = float(self.burst), self.clock()

	def retry_after(self) -> int | None:
		"""Whole seconds until the next request is let through; None when this one is."""
		with self._lock:
			now = self.clock()
			self._left = min(self.burst, self._left + (now - self._at) * self.per_second)
			self._at = now
			if self._left >= 1:
				self._left -= 1
				return None
			return max(1, ceil((1 - self._left) / self.per_second))
