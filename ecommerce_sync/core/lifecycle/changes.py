"""The Sales Order follows the store: freely until something was delivered or billed, then as far as it fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import ROUND_CEILING, Decimal

from ..base import ZERO
from ..commands import ChargeRow, Row, SalesOrderDraft
from ..commands import Share as ChargeShare
from ..erp import ErpCharge, SalesOrderRow, SalesOrderState
from ..errors import Held
from ..followups import ChangeSalesOrder, CloseSalesOrder
from ..life import Refund
from ..models import Line
from ..money import digits_of, minor_digits, rounded, split_evenly, total, unit
from ..plan import Command
from .reduce import reduced
from .view import Life

Drafting = Callable[[Life], SalesOrderDraft]


def held(life: Life, what: str) -> Held:
	"""Both versions, for a person."""
	return Held(
		"order_changed",
		document=life.document.name,
		changes=what,
		ours=f"{life.document.total:f}",
		theirs=f"{life.order.total:f}",
	)


def adjusted(life: Life, draft_of: Drafting) -> Iterator[Command]:
	"""New lines and pieces join the order; pieces that are never shipped leave it, billed ones once credited.

	Raises `Held` for what no longer fits: other prices, and less of what is delivered or billed.
	"""
	if life.untouched or life.document.closed or not life.order.live:
		return
	lines = [line for line in life.order.lines if life.rows_of(line.id) or _is_new(life, line)]
	gone = set(life.ordered) - {line.id for line in life.order.lines}
	targets = {line.id: life.target(line) for line in lines} | dict.fromkeys(gone - {""}, ZERO)
	differing = {line for line, n in targets.items() if n != life.ordered.get(line, ZERO)}
	if not differing:
		_same_prices(life)
	elif any(targets.values()):  # else nothing is left to stand on an order: it is closed
		yield _change(life, targets, differing, draft_of(life))


def _change(
	life: Life, targets: dict[str, Decimal], differing: set[str], draft: SalesOrderDraft
) -> ChangeSalesOrder:
	rows = [row for line in targets for row in _rows(life, line, targets[line], draft)]
	charges = _charges(life, targets, differing, draft)
	amount = total(rounded(row.rate * row.quantity, draft.digits) for row in rows)
	whole = amount + total(charge.amount for charge in charges)
	absorbed = _absorbed(life)
	if set(life.refunds) == set(absorbed):
		charges += _rounding(life, reduced(life.order, absorbed).total - whole, draft)
		whole = amount + total(charge.amount for charge in charges)
	ids = (*life.document.refund_ids, *(refund.id for refund in absorbed))
	changes = {"rows": tuple(rows), "charges": tuple(charges), "total": whole, "refund_ids": ids}
	return ChangeSalesOrder(document=life.document.name, draft=draft.model_copy(update=changes))


def _absorbed(life: Life) -> list[Refund]:
	"""Refunds of nothing but pieces that are on no invoice: the order is less by them, no credit note will follow."""
	credited = {note.refund_id for note in life.credits}
	return [
		refund
		for refund in life.refunds
		if refund.lines and not (refund.parts or refund.adjustment) and refund.id not in credited
		if not life.to_credit(refund)
		if all(life.fates[refund.id, line.line_id].removed for line in refund.lines)
		and not any(life.fates[refund.id, line.line_id].stayed_out for line in refund.lines)
	]


def _rounding(life: Life, difference: Decimal, draft: SalesOrderDraft) -> list[ChargeRow]:
	"""The minor units between the store's refund and the pieces at their prices here; more does not fit."""
	if not difference:
		return []
	account = life.settings.rounding_account
	lines = sum(len(refund.lines) for refund in life.refunds)
	if abs(difference) > unit(draft.digits) * lines or not account:
		raise held(life, "prices, shipping or charges")
	share = ChargeShare(line_id="rounding", amount=difference)
	words = {"kind": "rounding", "account": account, "description": "Rounding"}
	return [ChargeRow.model_validate({**words, "amount": difference, "shares": (share,)})]


def in_place(draft: SalesOrderDraft, document: SalesOrderState) -> SalesOrderDraft:
	"""The draft with its rows where the document has them: lines that did not change stay as they are."""
	rows: list[Row] = []
	for line in dict.fromkeys(row.line_id for row in draft.rows):
		new = [row for row in draft.rows if row.line_id == line]
		old = [row for row in document.rows if row.line_id == line]
		rows += _stay(new, old) if old else new
	return draft.model_copy(update={"rows": tuple(rows)})


def _stay(new: list[Row], old: list[SalesOrderRow]) -> list[Row]:
	same_pieces = total(row.quantity for row in new) == total(row.quantity for row in old)
	same_value = total(row.quantity * row.rate for row in new) == total(r.quantity * r.rate for r in old)
	if same_pieces and same_value and {row.item_code for row in new} == {row.item_code for row in old}:
		return [_kept(row, new[0]) for row in old]
	return [row.model_copy(update={"warehouse": old[0].warehouse}) for row in new]


def _kept(row: SalesOrderRow, new: Row) -> Row:
	same = {"quantity": row.quantity, "rate": row.rate, "warehouse": row.warehouse}
	return new.model_copy(update={**same, "list_rate": max(new.list_rate, row.rate)})


def as_it_stands(draft: SalesOrderDraft, document: SalesOrderState) -> SalesOrderDraft:
	"""The draft's parties and notes with the document's own rows, charges and total."""
	charges = tuple(_charge(each, each.shares) for each in document.charges)
	rows = tuple(_as_row(row) for row in document.rows)
	return draft.model_copy(update={"rows": rows, "charges": charges, "total": document.total})


def closed(life: Life) -> Iterator[Command]:
	"""Nothing more will be shipped, and ERPNext still waits for it."""
	document = life.document
	if document.closed or life.untouched:
		return
	waiting = any(row.quantity > row.delivered for row in document.rows)
	called_off = not life.order.live and not life.kept and not _owed(life)
	if called_off or (life.order.live and waiting and not life.open_pieces and _all_billed(life)):
		yield CloseSalesOrder(document=document.name, status=life.order.status)


def _owed(life: Life) -> bool:
	"""Whether invoices stand that credit notes did not take back."""
	return bool(total(each.total for each in (*life.invoices, *life.credits))) or (
		bool(life.document.per_billed) and not life.erp.invoices
	)


def _all_billed(life: Life) -> bool:
	"""A closed order takes no invoice any more."""
	return all(
		life.billed.get(line, ZERO) >= min(n, life.shipped.get(line, ZERO))
		for line, n in life.ordered.items()
	)


def _is_new(life: Life, line: Line) -> bool:
	"""An added line; tips, and what cannot be sold, never were rows."""
	return line.kind != "tip" and line.quantity > 0 and line.total >= 0 and bool(life.document.rows)


def _rows(life: Life, line: str, target: Decimal, draft: SalesOrderDraft) -> list[Row]:
	existing = life.rows_of(line)
	less = life.ordered.get(line, ZERO) - target
	if not existing:
		return list(_first(target, [row for row in draft.rows if row.line_id == line]))
	if not less:
		return [_as_row(row) for row in existing]
	return _fewer(life, existing, less) if less > 0 else _more(life, line, existing, -less, draft)


def _first(pieces: Decimal, rows: list[Row]) -> Iterator[Row]:
	"""As many pieces of a line that joins; none of one that has left."""
	for row in rows:
		if (n := min(pieces, row.quantity)) > 0:
			yield row.model_copy(update={"quantity": n})
			pieces -= n


def _as_row(row: SalesOrderRow) -> Row:
	return Row(
		line_id=row.line_id,
		item_code=row.item_code,
		quantity=row.quantity,
		rate=row.rate,
		list_rate=max(row.list_rate, row.rate),
		warehouse=row.warehouse,
	)


def _fewer(life: Life, existing: list[SalesOrderRow], less: Decimal) -> list[Row]:
	"""Undelivered and unbilled pieces go, of the last row first."""
	rows = []
	for row in reversed(existing):
		n = max(ZERO, min(less, row.quantity - _settled(life, row)))
		less -= n
		if row.quantity > n:
			rows.append(_as_row(row).model_copy(update={"quantity": row.quantity - n}))
	if less > 0:
		raise held(life, "quantities of what was delivered or billed")
	return rows[::-1]


def _settled(life: Life, row: SalesOrderRow) -> Decimal:
	"""Pieces that ERPs keep on a row: shipped, even if they came back, or billed, be it in part."""
	shipped = total(each.quantity for s in life.shipments for each in s.rows if each.order_row == row.name)
	billed = rounded(row.billed / row.rate, 6).to_integral_value(ROUND_CEILING) if row.rate else ZERO
	return max(row.delivered, shipped, min(billed, row.quantity))


def _more(
	life: Life, line: str, existing: list[SalesOrderRow], pieces: Decimal, draft: SalesOrderDraft
) -> list[Row]:
	"""What is there stays at its price; the new pieces cost what the line costs more."""
	if life.taken_off.get(line):
		raise held(life, "more pieces of a line that was refunded in part")
	new = [row for row in draft.rows if row.line_id == line]
	more = total(row.rate * row.quantity for row in new) - total(r.rate * r.quantity for r in existing)
	if more < 0:
		raise held(life, "prices of what was delivered or billed")
	kept = [_as_row(row) for row in existing]
	for part in split_evenly(more, pieces, draft.digits):
		rates = {"rate": part.rate, "list_rate": max(new[0].list_rate, part.rate)}
		same = next((n for n, row in enumerate(kept) if row.rate == part.rate), None)
		if same is None:
			place = {"quantity": part.quantity, "warehouse": kept[0].warehouse}
			kept.append(new[0].model_copy(update=rates | place))
		else:
			kept[same] = kept[same].model_copy(update={"quantity": kept[same].quantity + part.quantity})
	return kept


def _charges(
	life: Life, targets: dict[str, Decimal], differing: set[str], draft: SalesOrderDraft
) -> list[ChargeRow]:
	"""The document's charges with the shares of the changed lines as they are to be."""
	old = list(life.document.charges)
	grown = {line for line in differing if targets[line] > life.ordered.get(line, ZERO)}
	shares = [_shares(life, each, targets, differing - grown) for each in old]
	extra: list[ChargeRow] = []
	for new in draft.charges:
		added = {s.line_id: s.amount for s in new.shares if s.line_id in grown}
		same = [n for n, each in enumerate(old) if _same(each, new)]
		if same:
			shares[same[0]].update(added)
		elif added:
			lines = tuple(ChargeShare(line_id=line, amount=n) for line, n in added.items())
			extra.append(new.model_copy(update={"shares": lines, "amount": total(added.values())}))
	return [_charge(each, part) for each, part in zip(old, shares, strict=True)] + extra


def _same(charge: ErpCharge, new: ChargeRow) -> bool:
	return (charge.kind, charge.account, charge.description) == (new.kind, new.account, new.description)


def _shares(
	life: Life, charge: ErpCharge, targets: dict[str, Decimal], fewer: set[str]
) -> dict[str, Decimal]:
	"""Less what refunds say of the removed pieces, else in proportion."""
	digits = max(minor_digits(life.order.currency), digits_of(life.order.total))
	found = dict(charge.shares)
	for line in fewer & set(found):
		have = life.ordered.get(line, ZERO)
		left = found[line] * targets[line] / have if have else ZERO
		found[line] = rounded(left, digits)
	return {part: amount for part, amount in found.items() if amount}


def _charge(charge: ErpCharge, shares: dict[str, Decimal]) -> ChargeRow:
	amount = charge.amount + total(shares.values()) - total(charge.shares.values())
	return ChargeRow(
		kind=charge.kind,
		account=charge.account,
		description=charge.description,
		amount=amount,
		rate=charge.rate,
		shares=tuple(ChargeShare(line_id=part, amount=n) for part, n in shares.items()),
	)


def _same_prices(life: Life) -> None:
	"""The same pieces at other prices no longer fit. Compared only where no refund blurs the totals."""
	if life.refunds or life.order.total == life.document.total or not life.differs:
		return
	raise held(life, "prices, shipping or charges")
