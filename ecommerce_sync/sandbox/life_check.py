"""Compares the two sides of every order at the end of its life: the store's own figures, ERPNext's documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from ..core.erp import ErpOrder
from ..core.lifecycle.view import pieces_of
from ..core.money import total
from ..core.orders import plan_order
from ..core.settings import StoreSettings
from ..erps.base import LinkKey
from ..sync.machine import Machine
from .life_generator import Life as Told
from .lives import Figures, LifeSeller
from .world import Event

ZERO = Decimal(0)
TRANSITIONS = (
	"paid",
	"paid in part",
	"edited",
	"shipped in part",
	"shipment cancelled",
	"cancelled",
	"refund with return",
	"refund without return",
	"refund of what was not shipped",
	"refund of shipping",
	"refund of an amount",
)


class Verdict(NamedTuple):
	"""One order: what differs (nothing: both sides agree) and why it is held or failed, if it is."""

	store: str
	order_id: str
	differences: tuple[str, ...]
	reason: str | None


class Checker:
	"""Reads both sides of one order."""

	def __init__(self, machine: Machine, events: Iterable[Event]) -> None:
		self.machine = machine
		self.reasons = {
			(event.store, event.order_id): event.reason or ""
			for event in events
			if event.state in ("Held", "Failed") and event.kind in ("order", "shipment", "refund")
		}

	def verdict(self, store: str, seller: LifeSeller, order_id: str) -> Verdict:
		"""What both sides say about an order."""
		connection = self.machine.connect(store)
		order = connection.parse(connection.storefront().fetch_order(order_id))
		with self.machine.erp.transaction([LinkKey(store=store, kind="Order", external_id=order_id)]):
			seen = self.machine.erp.observe(order, connection.settings)
		reason = self.reasons.get((store, order_id))
		counts = connection.platform.capabilities.fulfilments
		differences = list(_differences(seller.figures(order_id), seen, connection.settings, counts))
		if reason is None:
			plan = plan_order(order, seen.model_copy(update={"picked": True}), connection.settings)
			differences += [f"planned again: {command.kind}" for command in plan.commands]
		return Verdict(store, order_id, tuple(differences), reason)


def _differences(
	figures: Figures, seen: ErpOrder, settings: StoreSettings, counts: bool
) -> Iterator[str]:
	"""`counts`: the store knows which pieces were shipped; others know only whether all are."""
	paid = total(entry.amount for entry in seen.payments if entry.docstatus == 1 and entry.amount > 0)
	back = -total(entry.amount for entry in seen.payments if entry.docstatus == 1 and entry.amount < 0)
	if settings.record_payments:
		if seen.linked and seen.document and (paid, back) != (figures.paid, figures.refunded):
			yield f"paid {paid} and back {back}, the store says {figures.paid} and {figures.refunded}"
		elif figures.paid != figures.refunded and not seen.document:
			yield f"no document, but {figures.paid - figures.refunded} was kept"
	document = seen.document
	if document is None or document.docstatus == 2:
		if figures.live and figures.total - figures.credited:
			yield "no live Sales Order"
		return
	yield from _invoiced(figures, seen)
	if counts or all(p.shipped + p.removed == p.ordered for p in figures.lines.values()):
		yield from _pieces(figures, seen)


def _invoiced(figures: Figures, seen: ErpOrder) -> Iterator[str]:
	notes = [each for each in seen.invoices if each.docstatus == 1]
	billed, open_ = total(each.total for each in notes), total(each.outstanding for each in notes)
	due = figures.total - figures.credited if figures.live else ZERO
	whole = seen.document and all(row.billed for row in seen.document.rows if row.rate)
	if any(not each.is_return for each in notes) and whole and billed != due:
		yield f"invoiced {billed}, the store says {due}"
	if notes and figures.live and whole:
		spare = total(e.amount for e in seen.payments if e.docstatus == 1) - (billed - open_)
		if open_ - spare != figures.owed:
			yield f"outstanding {open_} less {spare} unallocated, the store says {figures.owed}"


def _pieces(figures: Figures, seen: ErpOrder) -> Iterator[str]:
	live = [each for each in seen.deliveries if each.docstatus == 1]
	out = pieces_of(row for each in live for row in each.rows)
	shipped = pieces_of(row for each in live if not each.is_return for row in each.rows)
	document = seen.document
	assert document is not None
	ordered = pieces_of(document.rows)
	for line, pieces in figures.lines.items():
		if line not in ordered and not out.get(line):
			continue
		if out.get(line, ZERO) != pieces.shipped - pieces.returned:
			yield f"line {line}: {out.get(line, ZERO)} are out, the store says {pieces}"
		still = ZERO if document.closed else ordered.get(line, ZERO) - shipped.get(line, ZERO)
		if figures.live and still != pieces.ordered - pieces.removed - pieces.shipped:
			yield f"line {line}: {still} to ship, the store says {pieces}"


def transitions(told: Told, figures: Figures) -> Iterator[str]:
	"""Which of `TRANSITIONS` happened to the order."""
	names = [act.name for act in told.acts]
	refunds = [act.details for act in told.acts if act.name in ("refund", "return")]
	if figures.paid:
		yield "paid"
	if "pay_part" in names:
		yield "paid in part"
	if "edit" in names or "move" in names:
		yield "edited"
	if names.count("fulfil") + names.count("deliver") > 1:
		yield "shipped in part"
	if "cancel_fulfilment" in names or "cancel_delivery" in names:
		yield "shipment cancelled"
	if not figures.live:
		yield "cancelled"
	yield from _refunds(refunds)


def _refunds(refunds: list[dict[str, object]]) -> Iterator[str]:
	words = {
		"return": "refund with return",
		"no_restock": "refund without return",
		"cancel": "refund of what was not shipped",
	}
	for details in refunds:
		if "whole_shipping" in details:
			yield "refund of shipping"
		elif "share" in details:
			yield "refund of an amount"
		else:
			yield words[str(details["restock"])]


def table(rows: Iterable[tuple[Told, Figures]]) -> Mapping[tuple[str, str], int]:
	"""How often each trait met each transition."""
	found: Counter[tuple[str, str]] = Counter()
	for told, figures in rows:
		for transition in set(transitions(told, figures)):
			found.update((trait, transition) for trait in told.traits)
	return found
