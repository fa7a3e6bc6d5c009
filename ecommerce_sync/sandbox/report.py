"""What a run of the scenario came to: where every order of the stores ended in the ERP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple, Protocol

from ..core.reasons import describe
from .goods_report import GoodsReport
from .life_report import LifeReport
from .world import Event, Imported


class Placed(NamedTuple):
	"""An order as the emulated store has it: id, number, total, and whether it still wants it."""

	id: str
	name: str
	total: Decimal
	currency: str
	live: bool


class Told(Protocol):
	"""A store that can say what orders it has."""

	store: str

	def orders(self) -> list[Placed]:
		"""Every order that the store has."""
		...


@dataclass
class Row:
	"""One line of the table: one store."""

	store: str
	orders: int = 0
	imported: int = 0
	skipped: Counter[str] = field(default_factory=Counter)
	held: Counter[str] = field(default_factory=Counter)
	failed: Counter[str] = field(default_factory=Counter)
	store_total: Decimal = Decimal(0)
	erp_total: Decimal = Decimal(0)
	wrong: list[str] = field(default_factory=list)

	@property
	def difference(self) -> Decimal:
		"""Between both sides, over the orders that were imported."""
		return self.erp_total - self.store_total


@dataclass
class Report:
	"""What the run came to."""

	rows: list[Row]
	sent: int
	answers: Counter[int]
	seconds: float
	healed: int
	examples: list[tuple[str, str, str, str]]  # store, order, state, reason in words
	documents: list[tuple[str, str, str, str, str]]  # store, order, store total, document, its total
	goods: GoodsReport
	lives: LifeReport

	@property
	def ok(self) -> bool:
		"""Nothing wrong, nothing lost, nothing doubled."""
		return self.goods.ok and self.lives.ok and not any(row.wrong or row.difference for row in self.rows)


def row_of(seller: Told, events: list[Event], imported: list[Imported]) -> Row:
	"""One store's line: every order of it is accounted for."""
	row = Row(seller.store)
	documents: dict[str, list[Imported]] = {}
	for document in imported:
		if document.store == seller.store:
			documents.setdefault(document.order_id, []).append(document)
	ends = _ends([event for event in events if event.store == seller.store])
	for order in seller.orders():
		row.orders += 1
		_account(row, order, documents.get(order.id, []), ends.get(order.id))
	return row


def _account(row: Row, order: Placed, documents: list[Imported], end: Event | None) -> None:
	"""Where one order ended, and whether that is right."""
	if len(documents) > 1:
		row.wrong.append(f"{order.name} has {len(documents)} Sales Orders")
	if documents and documents[0].closed and not order.live:
		row.skipped["cancelled_after_invoice"] += 1
		return
	if documents:
		row.imported += 1
		row.store_total += order.total
		row.erp_total += Decimal(documents[0].total)
		if Decimal(documents[0].total) != order.total or not order.live:
			row.wrong.append(
				f"{order.name}: store {order.total}, {documents[0].document} {documents[0].total}"
			)
		return
	bucket = {"Held": row.held, "Failed": row.failed, "Skipped": row.skipped}.get(end.state if end else "")
	if bucket is not None and end:
		bucket[end.reason or ""] += 1
	elif order.live:
		row.wrong.append(f"{order.name} was lost")
	else:
		row.skipped["cancelled"] += 1


def _ends(events: list[Event]) -> dict[str, Event]:
	"""For each order the event that says how it ended: one that waits, else the last with an own reason."""
	found: dict[str, Event] = {}
	for event in events:
		if event.reason in ("stale", "superseded", "unchanged"):
			continue
		known = found.get(event.order_id)
		if known is None or known.state not in ("Held", "Failed"):
			found[event.order_id] = event
	return found


def examples_of(events: list[Event]) -> Iterator[tuple[str, str, str, str]]:
	"""Store, order, state and words of what waits for a person."""
	for event in events:
		if event.state in ("Held", "Failed"):
			words = describe(event.reason or "", event.params)
			yield event.store, event.order_id, event.state, f"{words.message} {words.remedy}"


def documents_of(
	sellers: Sequence[Told], imported: list[Imported]
) -> Iterator[tuple[str, str, str, str, str]]:
	"""Store, order, its total, Sales Order, its total."""
	orders = {(seller.store, order.id): order for seller in sellers for order in seller.orders()}
	for document in imported:
		if order := orders.get((document.store, document.order_id)):
			total = f"{order.total} {order.currency}"
			yield (
				document.store,
				order.name,
				total,
				document.document,
				f"{document.total} {document.currency}",
			)
