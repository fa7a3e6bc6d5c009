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
from .life_generator import TRAITS, TRANSITIONS, transitions
from .life_generator import Life as Told
from .lives import Figures, LifeSeller
from .world import Event

ZERO = Decimal(0)


class Verdict(NamedTuple):
	"""One order: what differs (nothing: both sides agree) and why it is held or failed, if it is.

	`owed` is what the customer's account should show of it, by the store; None where an invoice is still open.
	"""

	store: str
	order_id: str
	differences: tuple[str, ...]
	reason: str | None
	customer: str | None = None
	owed: Decimal = ZERO


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
		owed = _on_account(seller.figures(order_id), seen)
		return Verdict(store, order_id, tuple(differences), reason, seen.customer, owed)


def _differences(figures: Figures, seen: ErpOrder, settings: StoreSettings, counts: bool) -> Iterator[str]:
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
	whole = _all_billed(seen)
	if any(not each.is_return for each in notes) and whole and billed != due:
		yield f"invoiced {billed}, the store says {due}"
	if notes and figures.live and whole:
		spare = total(e.amount for e in seen.payments if e.docstatus == 1) - (billed - open_)
		if open_ - spare != figures.owed:
			yield f"outstanding {open_} less {spare} unallocated, the store says {figures.owed}"


def _on_account(figures: Figures, seen: ErpOrder) -> Decimal:
	"""What the customer's account should show: what the store says is owed of what is billed by now."""
	if seen.linked is None:
		return ZERO
	paid = figures.paid - figures.refunded
	billed = total(each.total for each in seen.invoices if each.docstatus == 1)
	due = figures.total - figures.credited if figures.live else ZERO
	whole = any(each.docstatus == 1 for each in seen.invoices) and _all_billed(seen)
	return (due if whole else billed) - paid


def _all_billed(seen: ErpOrder) -> bool:
	invoices = [each for each in seen.invoices if each.docstatus == 1 and not each.is_return]
	pieces = pieces_of(row for each in invoices for row in each.rows)
	ordered = pieces_of(seen.document.rows) if seen.document else {}
	return all(pieces.get(line, ZERO) >= n for line, n in ordered.items())


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
		if pieces.counted and out.get(line, ZERO) != pieces.shipped - pieces.returned:
			yield f"line {line}: {out.get(line, ZERO)} are out, the store says {pieces}"
		still = ZERO if document.closed else ordered.get(line, ZERO) - shipped.get(line, ZERO)
		if figures.live and still != pieces.ordered - pieces.removed - pieces.shipped:
			yield f"line {line}: {still} to ship, the store says {pieces}"


def table(lives: Iterable[Told]) -> Mapping[tuple[str, str], int]:
	"""How often each trait met each transition; all pairs are there."""
	found = Counter({(trait, transition): 0 for trait in TRAITS for transition in TRANSITIONS})
	for told in lives:
		found.update((trait, each) for trait in told.traits for each in transitions(told.acts))
	return found
