"""Compares the documents of an order with the payload's own figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from refund_case import ZERO, Case, Refunded

from ecommerce_sync.core.erp import ErpOrder
from ecommerce_sync.core.lifecycle.view import pieces_of


class Seen(NamedTuple):
	"""One order after its refunds."""

	cells: tuple[object, ...]
	wrong: tuple[str, ...]


def compared(
	case: Case,
	policy: str,
	shipped: bool,
	outcomes: list[tuple[str, str | None]],
	first: ErpOrder,
	seen: ErpOrder,
) -> Seen:
	how = f"{case.name}, invoices {policy}, {'shipped' if shipped else 'as sent'}"
	problems = []
	(before, why), (after, reason) = outcomes
	if before not in ("Done", "Skipped"):
		problems.append(f"before: {before} {why}")
	if after not in ("Done", "Skipped") and not _may_be_held(case, reason, first):
		problems.append(f"after: {after} {reason}")
	notes = [each for each in seen.invoices if each.docstatus == 1 and each.is_return]
	credited = -sum((note.total for note in notes), ZERO)
	due = sum((each.credited for each in case.refunds), ZERO)
	lowered = _lowered(case, first, seen)
	delivered = any(each.docstatus == 1 and not each.is_return for each in seen.deliveries)
	if not case.edited and not case.cancelled:
		problems += _credits(case, first, seen, credited, lowered, delivered)
	tax, taxes = _taxes(notes), sum((r.tax for r in case.refunds), ZERO)
	out = -sum((p.amount for p in seen.payments if p.docstatus == 1 and p.amount < 0), ZERO)
	paid = sum((each.paid for each in case.refunds), ZERO)
	came = sum((p.amount for p in seen.payments if p.docstatus == 1 and p.amount > 0), ZERO)
	if out != paid:
		problems.append(f"paid out {out}, the payload says {paid}")
	if came != case.paid:
		problems.append(f"paid in {came}, the payload says {case.paid}")
	back, theirs = _back(case, seen)
	if back != theirs:
		problems.append(f"came back {back}, the payload says {theirs}")
	problems += _called_off(case, seen) if case.cancelled and after in ("Done", "Skipped") else []
	problems += _edits(case, seen) if case.edited and after == "Done" else []
	ended = after if after in ("Done", "Skipped") else f"{after} {(reason or '').split(' ')[0]}"
	cells = (case.name, policy, "whole" if shipped else "as sent", ended, credited, lowered, due, tax, taxes)
	cells = (*cells, out, paid, sum(back.values(), ZERO), sum(theirs.values(), ZERO))  # type: ignore[assignment]
	return Seen(cells, tuple(f"{how}: {problem}" for problem in problems))


def _may_be_held(case: Case, reason: str | None, first: ErpOrder) -> bool:
	"""Edits and cancellations of what was delivered or billed are a person's to settle."""
	word = (reason or "").split(" ")[0]
	followed = bool(first.deliveries or first.invoices)
	held = ("order_changed", "cancelled_after_progress")
	return followed and (case.edited or case.cancelled) and word in held


def _lowered(case: Case, first: ErpOrder, seen: ErpOrder) -> Decimal:
	"""By how much the Sales Order is less than it was; all of it when it stands no more."""
	if first.document is None:
		return ZERO
	gone = seen.document is None or seen.document.docstatus == 2
	return first.document.total - (ZERO if gone or seen.document is None else seen.document.total)


def _credits(
	case: Case, first: ErpOrder, seen: ErpOrder, credited: Decimal, lowered: Decimal, delivered: bool
) -> Iterator[str]:
	due = sum((each.credited for each in case.refunds), ZERO)
	billed = sum((e.total for e in first.invoices if e.docstatus == 1), ZERO)
	if first.document is None or first.document.total != case.total:
		yield f"the Sales Order came to {first.document and first.document.total}, not to {case.total}"
	if not billed:
		if not delivered and lowered != due:
			yield f"the Sales Order is less by {lowered}, the payload says {due}"
	elif billed == case.total:
		yield from (word for refund in case.refunds if (word := _one(refund, seen)))
	elif credited + lowered != due:
		yield f"{credited} were credited and the order is less by {lowered}, the payload says {due}"


def _one(refund: Refunded, seen: ErpOrder) -> str | None:
	"""A refund of what was billed in whole: its credit notes are the refund, taxes included."""
	notes = [e for e in seen.invoices if e.docstatus == 1 and e.is_return and e.refund_id == refund.id]
	credited, tax = -sum((note.total for note in notes), ZERO), _taxes(notes)
	if (credited, tax) == (refund.credited, refund.tax):
		return None
	return (
		f"refund {refund.id}: {credited} with {tax} tax, the payload says {refund.credited} with {refund.tax}"
	)


def _taxes(notes: list[Any]) -> Decimal:
	return -sum((c.amount for note in notes for c in note.charges if c.kind == "tax"), ZERO)


def _back(case: Case, seen: ErpOrder) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
	"""Pieces that came back, and that should have: never more than went out. Announced ones wait as drafts."""
	goods = [each for each in seen.deliveries if each.docstatus == 1]
	out = pieces_of(row for each in goods if not each.is_return for row in each.rows)
	drafts = [e for e in seen.deliveries if e.is_return and e.docstatus < 2]
	back = {line: -n for line, n in pieces_of(row for each in drafts for row in each.rows).items() if n}
	wanted: Counter[str] = Counter()
	for line, n in [*case.announced.items(), *(pair for r in case.refunds for pair in r.back.items())]:
		wanted[line] += n  # type: ignore[assignment]
	theirs = {line: min(Decimal(n), out.get(line, ZERO)) for line, n in wanted.items()}
	return back, {line: n for line, n in theirs.items() if n}


def _called_off(case: Case, seen: ErpOrder) -> Iterator[str]:
	left = sum((each.total for each in seen.invoices if each.docstatus == 1), ZERO)
	if left:
		yield f"called off, but {left} are still billed"
	if seen.document and seen.document.docstatus == 1 and not seen.document.closed:
		yield f"called off, but {seen.document.name} is open"


def _edits(case: Case, seen: ErpOrder) -> Iterator[str]:
	if seen.document is None or seen.document.total != case.total:
		yield f"edited: the Sales Order comes to {seen.document and seen.document.total}, not to {case.total}"
