"""The ERP protocols: documents (`Erp`) and events (`Journal`), and what both hand over.

One implementation runs on a Frappe site (`erps.erpnext`), a small one on SQLite (`erps.embedded`).
Both sides of a unit of work are one database transaction: documents, links and event states are
committed together or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, Protocol

from pydantic import Field

from ..core.erp import ErpOrder
from ..core.models import Model, Order
from ..core.plan import Command
from ..core.settings import StoreSettings
from .goods import GoodsBooks
from .life import LifeBooks

EventState = Literal["Queued", "Waiting to retry", "Done", "Skipped", "Held", "Failed"]


class LinkKey(Model):
	"""What a Store Link row is unique by. `store` is empty for guards that all stores share (e-mail)."""

	store: str
	kind: str  # Order, Customer, Company, Contact, Address, Guard
	external_id: str


class NewEvent(Model):
	"""One message to be stored before it is answered."""

	store: str
	topic: str
	kind: str  # a key of `sync.work.PASSES`
	external_id: str
	event_key: str
	payload: bytes = Field(default=b"", repr=False)
	whole: bool = True
	deleted: bool = False
	direction: Literal["In", "Out"] = "In"


class Event(NewEvent):
	"""A stored event. `name` is its Sync Log row."""

	name: str
	state: EventState
	attempts: int = 0
	received_at: datetime
	refetch: bool = False  # ask the store again instead of using the payload


class Outcome(Model):
	"""How an event ended, or when it is to be tried again."""

	state: EventState
	reason: str | None = None
	params: dict[str, Any] = Field(default_factory=dict)
	cause: str | None = None
	error_class: Literal["", "Transient", "Fixable", "Bug"] = ""
	again_in: timedelta | None = None
	plan: str | None = None  # JSON of the commands
	documents: tuple[tuple[str, str], ...] = ()
	traceback: str | None = None
	timings: dict[str, float] = Field(default_factory=dict)


class Subject(Model):
	"""What events are about; all events of one subject are done by one worker at a time."""

	store: str
	kind: str
	external_id: str


class Applied(Model):
	"""What was recorded on the order's link: the version and digest to compare the next message with."""

	version: datetime
	digest: str
	gone: bool = False


class SalesOrderView(Model):
	"""A Sales Order as the ERP has it, for previews, tests and reports."""

	name: str
	docstatus: int
	status: str
	customer: str
	currency: str
	grand_total: Decimal
	rounded_total: Decimal
	rows: tuple[dict[str, Any], ...]
	taxes: tuple[dict[str, Any], ...]


class SiteCheck(Model):
	"""One line of what makes the books fit for a store. `fix` names a repair that the Desk offers."""

	name: str
	ok: bool
	detail: str = ""
	remedy: str = ""
	fatal: bool = True  # a warning when False
	fix: str = ""


class Erp(GoodsBooks, LifeBooks, Protocol):
	"""Documents and links; products, stock and prices are in `GoodsBooks`, what follows an order in `LifeBooks`. Methods run inside `transaction` unless they say otherwise."""

	def ensure_links(self, keys: Sequence[LinkKey]) -> None:
		"""Insert the missing rows and commit. Outside a transaction."""
		...

	def transaction(self, locks: Sequence[LinkKey], wait: bool = False) -> AbstractContextManager[None]:
		"""A transaction whose first statement locks the link rows; commits at the end, rolls back on any error.

		Raises `Busy` when another worker holds one of them and `wait` is False. Database conflicts
		(deadlock, lock timeout) come as `Transient("database_busy")`.
		"""
		...

	def observe(self, order: Order, settings: StoreSettings) -> ErpOrder:
		"""What the ERP has for the order: link, documents, customer, items. Constant number of queries."""
		...

	def apply(self, command: Command, order: Order, settings: StoreSettings) -> tuple[str, str] | None:
		"""Bring one command about; returns (DocType, name) of the document. Raises `Fixable` or `Held`.

		Writes the links that belong to it, inserting rows that `ensure_links` was not asked for.
		"""
		...

	def record(self, order: Order, settings: StoreSettings, applied: Applied) -> None:
		"""Write version and digest to the order's link."""
		...

	def remove_gone(self, store: str, order_id: str) -> tuple[str, str] | None:
		"""Cancel (or delete, while a draft) the document of an order that the store deleted; mark the link.

		Returns the document, None when there was none. Raises `Held` when deliveries, bills or payments followed.
		"""
		...

	def unlink(self, store: str, order_id: str) -> None:
		"""Forget the order's document, so that it is imported again. The document stays as it is."""
		...

	def sales_order(self, name: str) -> SalesOrderView:
		"""Read one document back."""
		...


# Why an order has no document though its goods are sold: it is skipped for one of these reasons.
SOLD_BUT_SKIPPED = ("unpaid", "sold_not_imported")


class OpenOrder(Model):
	"""An order that a store has taken and that has no submitted Sales Order: the newest message of it."""

	store: str
	external_id: str
	event: str  # its Sync Log row
	payload: bytes = Field(repr=False)


class Journal(Protocol):
	"""The inbox: events and their states (DocType Sync Log)."""

	def receive(self, event: NewEvent, outcome: Outcome | None = None) -> str | None:
		"""Store and commit; the row's name, or None when the event key is there already. Own transaction.

		With an outcome it tells what was done already, and no worker takes it up.
		"""
		...

	def note(self, event: NewEvent) -> bool:
		"""Store inside the caller's transaction, which nothing here may fail; whether the key is new."""
		...

	def subjects_due(self, now: datetime, limit: int) -> list[Subject]:
		"""Subjects with work to do, the longest waiting first. Own transaction."""
		...

	def pending(self, subject: Subject) -> list[Event]:
		"""All events of the subject that are not Done or Skipped, oldest first: Failed and Held ones too.

		Read before the lock; `settle` then touches only rows that are still open. Own transaction.
		"""
		...

	def settle(self, events: Iterable[Event], outcome: Outcome) -> None:
		"""Write the outcome to those of the events that are still open (not Done, not Skipped).

		Inside the unit of work: committed with the documents.
		"""
		...

	def settle_apart(self, events: Iterable[Event], outcome: Outcome) -> None:
		"""Write states in a transaction of their own, after the unit of work was rolled back."""
		...

	def release(self, causes: Sequence[str]) -> int:
		"""Queue again what Failed for one of the causes; returns how many. Inside the caller's transaction.

		A cause that ends in `*` stands for all that begin so.
		"""
		...

	def open_orders(self) -> list[OpenOrder]:
		"""Orders of all enabled stores that still wait, are held, failed or are `SOLD_BUT_SKIPPED`.

		Those with a linked Sales Order (a draft counts by itself) are not among them. Own transaction.
		"""
		...

	def watermark(self, store: str) -> datetime | None:
		"""Up to when changed orders are known to be stored; None before the first sweep."""
		...

	def move_watermark(self, store: str, to: datetime) -> None:
		"""Remember and commit."""
		...
