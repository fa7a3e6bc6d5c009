"""The unit of work: one database transaction that begins with its locks and runs as the sync user.

Whoever starts the work, documents are written with the sync user's rights: the site's Workflows and
permissions hold, and ERPNext writes no Item Price of its own, because that user may not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from time import monotonic
from typing import Any, TypeVar

import frappe

from ...core.errors import Transient
from ...core.models import Model
from ..base import LinkKey
from . import links

SYNC_USER = "ecommerce-sync@example.invalid"
_CACHE_SECONDS = 20.0
_ATTEMPTS = 5
T = TypeVar("T")
_fresh_since = 0.0


class Unit(Model):
	"""What was read in the transaction that runs: link rows under lock, and where the parties are."""

	model_config = {"frozen": False, "arbitrary_types_allowed": True}

	links: dict[LinkKey, dict[str, Any]] = {}
	customer: str | None = None
	addresses: dict[str, str] = {}  # fingerprint to Address
	contact: str | None = None
	units: dict[
		str, tuple[str, Decimal]
	] = {}  # line to UOM and factor, where it is not the Item's stock unit


@contextmanager
def unit_of_work(locks: Iterable[LinkKey], wait: bool) -> Iterator[Unit]:
	"""Commit at the end, roll back on any error, name conflicts of the database `Transient`."""
	see_what_is_committed()
	end_transaction()
	_forget_old_documents()
	messages, saving = len(frappe.local.message_log), list(frappe.flags.currently_saving or [])
	try:
		with sync_user():
			yield Unit(links=links.lock(locks, wait))
			frappe.db.commit()
	except BaseException as error:
		frappe.db.rollback()
		frappe.flags.currently_saving = saving
		_forget_old_documents(now=True)
		if isinstance(error, frappe.QueryDeadlockError | frappe.QueryTimeoutError):
			raise Transient("database_busy", detail=str(error)) from error
		raise
	finally:
		del frappe.local.message_log[messages:]


def apart(work: Callable[[], T]) -> T:
	"""Run in a transaction of its own and commit, again after a deadlock. Raises `Transient`."""
	for attempt in range(_ATTEMPTS):
		see_what_is_committed()
		end_transaction()
		try:
			answer = work()
			frappe.db.commit()
			return answer
		except BaseException as error:
			frappe.db.rollback()
			conflict = isinstance(error, frappe.QueryDeadlockError | frappe.QueryTimeoutError)
			if not conflict or attempt + 1 == _ATTEMPTS:
				raise (Transient("database_busy", detail=str(error)) if conflict else error) from error
	raise AssertionError("unreachable")


def see_what_is_committed() -> None:
	"""READ COMMITTED for the transactions that follow on this connection; costs nothing from the second time on.

	Under MariaDB's default a worker that has waited for a lock goes on with the numbers from before: two
	orders would both see the last piece, and ERPNext would write a `reserved_qty` that misses the other.
	"""
	connection = frappe.db._conn
	if connection is None or getattr(connection, "ecommerce_sync_isolated", False):
		return
	frappe.db.sql("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
	frappe.db._conn.ecommerce_sync_isolated = True


def end_transaction() -> None:
	"""Leave nothing open, so that the next statement sees what others have committed."""
	if frappe.db.transaction_writes:
		frappe.db.commit()
	else:
		frappe.db.rollback()


@contextmanager
def sync_user() -> Iterator[None]:
	"""Be the sync user; a worker that is it already pays nothing."""
	before = frappe.session.user
	if before == SYNC_USER:
		yield
		return
	kept = {key: frappe.local.session.get(key) for key in ("sid", "data")}
	form_dict = frappe.local.form_dict
	frappe.set_user(SYNC_USER)
	try:
		yield
	finally:
		frappe.set_user(before)
		frappe.local.session.update(kept)
		frappe.local.form_dict = form_dict


def _forget_old_documents(now: bool = False) -> None:
	"""A worker that runs for minutes must see what people change meanwhile; Redis has it, this process not."""
	global _fresh_since
	if now or monotonic() - _fresh_since > _CACHE_SECONDS:
		cache = getattr(frappe.local, "cache", {})
		for key in [key for key in cache if "document_cache::" in str(key)]:
			del cache[key]
		_fresh_since = monotonic()
