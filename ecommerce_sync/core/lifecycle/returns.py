"""Goods that come back: announced ones wait as drafts, refunded ones are booked by policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from ..base import ZERO
from ..erp import Delivery
from ..followups import Adopt, CancelDelivery, CreateReturn, SubmitReturn
from ..life import Refund, Return
from ..plan import Command
from .view import Life, Pieces, pieces_of


def returns(life: Life) -> Iterator[Command]:
	"""One refund or announced return at a time."""
	if life.settings.returns_in == "no":
		return
	refunded = {refund.return_id for refund in life.refunds if refund.return_id}
	for commands in (
		*(_of_refund(life, refund) for refund in life.refunds),
		*(_announced(life, each) for each in life.order.returns if each.id not in refunded),
	):
		if found := list(commands):
			yield from found
			return


def _of_refund(life: Life, refund: Refund) -> Iterator[Command]:
	if any(each.refund_id == refund.id for each in life.erp.deliveries if each.is_return):
		return
	pieces = _coming_back(life, refund)
	if not pieces:
		return
	waiting = _drafts(life, refund.return_id)
	submit = life.settings.returns_in == "submit"
	for note in life.returns:
		if not note.refund_id and pieces_of(note.rows) == {line: -n for line, n in pieces.items()}:
			yield Adopt(doctype=note.doctype, document=note.name, what="refund", external_id=refund.id)
			return
	for draft in waiting:
		rows = _rows_of(life, draft.return_against, pieces)
		if submit and rows:
			yield SubmitReturn(document=draft.name, refund_id=refund.id, rows=rows)
		elif rows:
			yield Adopt(doctype=draft.doctype, document=draft.name, what="refund", external_id=refund.id)
	yield from _new(life, pieces, refund_id=refund.id, return_id=refund.return_id, day=refund, submit=submit)


def _coming_back(life: Life, refund: Refund) -> Pieces:
	found: Pieces = {}
	for line in {each.line_id for each in refund.lines}:
		if n := life.fates[refund.id, line].returned:
			found[line] = n
	return found


def _announced(life: Life, announced: Return) -> Iterator[Command]:
	"""A draft waits for the goods; it goes when the return is called off."""
	drafts = _drafts(life, announced.id)
	if announced.status in ("declined", "cancelled"):
		yield from (CancelDelivery(document=draft.name) for draft in drafts)
	elif announced.status == "open" and not _made(life, announced.id):
		pieces = {line.line_id: line.quantity for line in announced.lines}
		yield from _new(life, pieces, refund_id=None, return_id=announced.id, day=announced, submit=False)


def _drafts(life: Life, return_id: str | None) -> list[Delivery]:
	made = _made(life, return_id) if return_id else []
	return [each for each in made if each.docstatus == 0]


def _made(life: Life, return_id: str) -> list[Delivery]:
	return [each for each in life.erp.deliveries if each.is_return and each.return_id == return_id]


def _new(
	life: Life,
	pieces: Pieces,
	refund_id: str | None,
	return_id: str | None,
	day: Refund | Return,
	submit: bool,
) -> Iterator[CreateReturn]:
	"""Against the Delivery Notes that shipped the pieces, the oldest first. `pieces` falls by what was found."""
	for delivery in life.shipments:
		rows = _rows_of(life, delivery.name, pieces) if delivery.doctype == "Delivery Note" else {}
		if rows:
			yield CreateReturn(
				delivery=delivery.name,
				rows=rows,
				posted_on=life.day(day.created_at),
				refund_id=refund_id,
				return_id=return_id,
				warehouse=life.settings.return_warehouse,
				submit=submit,
			)


def _rows_of(life: Life, delivery: str | None, pieces: Pieces) -> dict[str, Decimal]:
	"""The delivery's rows with what comes back of each, taken off `pieces`."""
	found = {}
	back = _back(life)
	for row in (row for each in life.shipments if each.name == delivery for row in each.rows):
		n = min(pieces.get(row.line_id, ZERO), row.quantity - back.get(row.name, ZERO))
		if n > 0:
			found[row.name] = n
			pieces[row.line_id] -= n
	return found


def _back(life: Life) -> Mapping[str, Decimal]:
	"""What came back of each delivery row already."""
	found: dict[str, Decimal] = {}
	for row in (row for each in life.returns for row in each.rows):
		if row.source_row:
			found[row.source_row] = found.get(row.source_row, ZERO) - row.quantity
	return found
