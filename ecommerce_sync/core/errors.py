"""What can go wrong, by who must act: the machine again later, a person, or a developer.

Every error carries a reason code with parameters; `core.reasons` holds the words and the remedy,
the doors translate them.
"""

from __future__ import annotations

from typing import Any


class SyncError(Exception):
	"""Base: a reason code of `core.reasons` and the parameters of its text."""

	def __init__(self, reason: str, **params: Any) -> None:
		self.reason = reason
		self.params = params
		super().__init__(reason, params)

	def __str__(self) -> str:
		from .reasons import describe

		return describe(self.reason, self.params).message


class Transient(SyncError):
	"""Will pass by itself: try again with backoff, not before `retry_after` seconds when it is given."""

	def __init__(self, reason: str, retry_after: float | None = None, **params: Any) -> None:
		super().__init__(reason, **params)
		self.retry_after = retry_after


class Fixable(SyncError):
	"""A person must change something; `cause` is the key under which the events wait for that change."""

	def __init__(self, reason: str, cause: str, **params: Any) -> None:
		super().__init__(reason, **params)
		self.cause = cause


class Held(SyncError):
	"""A person must decide: writing on would be wrong or undo what somebody did."""


class PayloadRefused(SyncError):
	"""A message that cannot be what it claims; `path` names the offending field, like `line_items[2].price`."""

	def __init__(self, path: str, problem: str) -> None:
		super().__init__("payload_refused", path=path, problem=problem)
		self.path = path


class Busy(Exception):
	"""Somebody else holds the lock; leave the event where it is."""


class Gone(SyncError):
	"""The store answered that the object does not exist (any more)."""

	def __init__(self, kind: str, external_id: str) -> None:
		super().__init__("gone_in_store", kind=kind, id=external_id)
