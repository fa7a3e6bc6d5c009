"""When a request to a store is worth repeating, and when: Retry-After and what surely did not arrive."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from tenacity import RetryCallState

from ..core.errors import Transient


class Unsent(Transient):
	"""A failure before anything reached the store: every request may be repeated."""


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
	"""Seconds of a Retry-After header, given in seconds or as a date; None when absent or unreadable."""
	value = headers.get("Retry-After", "").strip()
	try:
		seconds = float(value)
	except ValueError:
		try:
			seconds = (
				parsedate_to_datetime(value).astimezone(timezone.utc) - (now or datetime.now(timezone.utc))
			).total_seconds()
		except (ValueError, TypeError, IndexError, OverflowError):
			return None
	return max(0.0, seconds) if seconds < float("inf") else None


def is_retriable(error: BaseException, repeat: bool) -> bool:
	"""Whether to send again: what may have arrived only where `repeat` allows it."""
	if not isinstance(error, Transient):
		return False
	return repeat or isinstance(error, Unsent) or error.reason == "throttled"


def asked_wait(state: RetryCallState) -> float | None:
	"""The seconds that the store asked to wait after the last attempt."""
	error = state.outcome.exception() if state.outcome else None
	return error.retry_after if isinstance(error, Transient) else None


def was_not_sent(text: str) -> bool:
	"""Whether an error of requests, by its text, came before a connection stood."""
	return any(sign in text for sign in ("NewConnectionError", "NameResolutionError", "Connection refused"))
