"""Keeps within Shopify's cost-based rate limit (https://shopify.dev/docs/api/usage/limits).

A store has a bucket of points that refills at a steady rate. Every answer tells its level; the next
request waits until the bucket holds what it will cost. An answer THROTTLED tells how long to wait.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

_UNKNOWN_WAIT = 1.0  # seconds, where a throttled answer does not tell its figures
_LONGEST = 60.0


class Bucket:
	"""What is known of one store's bucket; safe to share between threads."""

	def __init__(self, clock: Callable[[], float]) -> None:
		self._clock = clock
		self._lock = threading.Lock()
		self._available: float | None = None
		self._maximum = self._rate = 0.0
		self._seen_at = 0.0
		self._costs: dict[str, float] = {}

	def wait(self, name: str) -> float:
		"""Seconds until a request like the last one of this name can be paid; 0 when nothing is known."""
		with self._lock:
			cost = self._costs.get(name, 0.0)
			if self._available is None or not self._rate:
				return 0.0
			refilled = self._available + (self._clock() - self._seen_at) * self._rate
			missing = min(cost, self._maximum) - min(refilled, self._maximum)
			return min(max(0.0, missing / self._rate), _LONGEST)

	def learn(self, name: str, extensions: Mapping[str, Any]) -> None:
		"""Take the figures of an answer's `extensions.cost`; nonsense is ignored."""
		cost = _mapping(extensions.get("cost"))
		status = _mapping(cost.get("throttleStatus"))
		figures = [
			_number(status.get(key)) for key in ("currentlyAvailable", "maximumAvailable", "restoreRate")
		]
		requested = _number(cost.get("requestedQueryCost"))
		with self._lock:
			if requested is not None:
				self._costs[name] = requested
			if None not in figures:
				self._available, self._maximum, self._rate = (figure or 0.0 for figure in figures)
				self._seen_at = self._clock()


def throttled_wait(extensions: Mapping[str, Any]) -> float:
	"""Seconds to wait after THROTTLED: (requested - available) / restore rate."""
	cost = _mapping(extensions.get("cost"))
	status = _mapping(cost.get("throttleStatus"))
	requested, available = _number(cost.get("requestedQueryCost")), _number(status.get("currentlyAvailable"))
	rate = _number(status.get("restoreRate"))
	if requested is None or available is None or not rate:
		return _UNKNOWN_WAIT
	return min(max(0.1, (requested - available) / rate), _LONGEST)


def _mapping(value: Any) -> Mapping[str, Any]:
	return value if isinstance(value, Mapping) else {}


def _number(value: Any) -> float | None:
	plain = isinstance(value, (int, float)) and not isinstance(value, bool)
	return float(value) if plain and 0 <= value < 1e9 else None
