"""The hints that there is work: at most one waiting job of a kind, and never an error for whoever gives it.

What is to be done stands in the database; should a hint be lost, the minute sweep finds it.
"""

from __future__ import annotations

from typing import Any

import frappe

_FLAG_SECONDS = 20  # when a job was lost with its flag, the next hint is heard after these
_DRAIN, _PUSH = "drain", "push"


def wake() -> None:
	"""Have a worker drain the inbox."""
	once(_DRAIN, "ecommerce_sync.jobs.drain.run", timeout=900)


def wake_after_commit() -> None:
	"""Like `wake`, when and if the caller's transaction is committed."""
	frappe.db.after_commit.add(wake)


def awake() -> None:
	"""Called by the drain job as it starts: events from now on may have another job."""
	heard(_DRAIN)


def wake_push() -> None:
	"""Have a worker tell the stores what changed."""
	once(_PUSH, "ecommerce_sync.jobs.push.run", timeout=1800)


def wake_push_after_commit() -> None:
	"""Like `wake_push`, when and if the caller's transaction is committed."""
	frappe.db.after_commit.add(wake_push)


def push_awake() -> None:
	"""Called by the push job as it starts."""
	heard(_PUSH)


def once(work: str, method: str, queue: str = "default", **arguments: Any) -> None:
	"""Enqueue a job unless one for that work is waiting already; the job calls `heard` as it starts."""
	try:
		if frappe.cache.set(_flag(work), 1, nx=True, ex=_FLAG_SECONDS):
			frappe.enqueue(method, queue=queue, **arguments)
	except Exception as error:  # Redis may be down or full: what is stored must stay stored
		frappe.logger("ecommerce_sync").warning(f"no job for {work}: {type(error).__name__}")


def heard(work: str) -> None:
	"""The waiting job has begun: hints from now on may start another."""
	try:
		frappe.cache.delete(_flag(work))
	except Exception as error:
		frappe.logger("ecommerce_sync").warning(f"flag of {work} stays: {type(error).__name__}")


def _flag(work: str) -> Any:
	return frappe.cache.make_key(f"ecommerce_sync:{work}_waits")
