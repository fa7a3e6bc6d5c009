"""Which rows of a submitted Sales Order stay, change, go and come so that it becomes a draft. Pure.

A row that something was delivered or billed of keeps its Item and its rate; what a line costs beyond those
pieces is spread anew over the pieces that are left. Rows stay in their Warehouses, where their goods were
free when the order came; only what is new goes where the draft says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import NamedTuple

from .base import ZERO
from .commands import Row
from .erp import SalesOrderRow
from .money import total, unit

Kind = tuple[str, Decimal]  # Item and rate


class RowEdit(NamedTuple):
	"""What a row is to become; `name` is the row that there is, None for a new one. Other rows go."""

	name: str | None
	row: Row


def row_edits(
	rows: Sequence[SalesOrderRow], wanted: Sequence[Row], settled: Mapping[str, Decimal], digits: int
) -> list[RowEdit]:
	"""`settled` are pieces by row that are delivered or billed and must stay."""
	found: list[RowEdit] = []
	lines = [*(row.line_id for row in rows), *(row.line_id for row in wanted)]
	for line_id in dict.fromkeys(lines):
		mine = [row for row in rows if row.line_id == line_id]
		line = [row for row in wanted if row.line_id == line_id]
		line = _around_settled(mine, line, settled, digits)
		found += _line_edits(mine, line, settled if _fits(mine, line, settled) else {})
	order = {row.name: place for place, row in enumerate(rows)}
	return sorted(found, key=lambda edit: order.get(edit.name or "", len(order)))


def _around_settled(
	mine: Sequence[SalesOrderRow], line: Sequence[Row], settled: Mapping[str, Decimal], digits: int
) -> list[Row]:
	"""The line's rows, spread anew where they leave no room for what is settled.

	As they were where there are fewer pieces or less money than that: for ERPNext to refuse.
	"""
	pinned = [row for row in mine if settled.get(row.name)]
	if not line or _fits(mine, line, settled):
		return list(line)
	kept = [_as_settled(row, line[0], settled[row.name]) for row in pinned]
	pieces = total(row.quantity for row in line) - total(row.quantity for row in kept)
	amount = _amount(line) - _amount(kept)
	if pieces < 0 or amount < -unit(digits) * len(kept):
		return list(line)
	return kept + _spread(line[0], pieces, max(amount, ZERO), digits)


def _fits(mine: Iterable[SalesOrderRow], line: Iterable[Row], settled: Mapping[str, Decimal]) -> bool:
	"""Whether each row with something delivered or billed finds itself again with enough pieces."""
	pieces: dict[Kind, Decimal] = {}
	for row in line:
		pieces[_kind(row)] = pieces.get(_kind(row), ZERO) + row.quantity
	for known in mine:
		if settled.get(known.name):
			pieces[_kind(known)] = pieces.get(_kind(known), ZERO) - settled[known.name]
	return all(left >= 0 for left in pieces.values())


def _amount(rows: Iterable[Row]) -> Decimal:
	return total(row.quantity * row.rate for row in rows)


def _kind(row: Row | SalesOrderRow) -> Kind:
	return row.item_code, row.rate


def _as_settled(row: SalesOrderRow, like: Row, quantity: Decimal) -> Row:
	known = {"item_code": row.item_code, "rate": row.rate, "list_rate": row.list_rate}
	return like.model_copy(update={**known, "quantity": quantity, "warehouse": row.warehouse})


def _spread(like: Row, pieces: Decimal, amount: Decimal, digits: int) -> list[Row]:
	"""Whole pieces at a rate and at a minor unit more; a remainder of fractions is left to the total's check."""
	if not pieces:
		return []
	step = unit(digits)
	rate = (amount / pieces).quantize(step, ROUND_FLOOR)
	dearer = ((amount - rate * pieces) / step).to_integral_value(ROUND_FLOOR) if pieces % 1 == 0 else ZERO
	parts = ((pieces - dearer, rate), (dearer, rate + step))
	return [
		like.model_copy(update={"quantity": n, "rate": at, "list_rate": max(like.list_rate, at)})
		for n, at in parts
		if n
	]


def _line_edits(
	mine: Sequence[SalesOrderRow], line: Sequence[Row], settled: Mapping[str, Decimal]
) -> list[RowEdit]:
	"""First what stays at its rate, then rows of the same Item at other rates, then what is new."""
	left = _by_kind(line)
	edits: list[RowEdit] = []
	for kind in [kind for kind in left if any(_kind(row) == kind for row in mine)]:
		rows = [row for row in mine if _kind(row) == kind]
		edits += _filled(rows, left.pop(kind), settled)
	kept = {edit.name for edit in edits} | {name for name, pieces in settled.items() if pieces}
	free = [row for row in mine if row.name not in kept and row.quantity]
	for item in dict.fromkeys(item for item, _ in left):
		wanted = [row for kind, row in left.items() if kind[0] == item]
		edits += _cut([row for row in free if row.item_code == item], wanted)
	return edits


def _by_kind(line: Iterable[Row]) -> dict[Kind, Row]:
	"""Rows of one Item and rate as one."""
	found: dict[Kind, Row] = {}
	for row in line:
		before = found.get(_kind(row))
		found[_kind(row)] = _of(before, before.quantity + row.quantity) if before else row
	return found


def _of(row: Row, quantity: Decimal, warehouse: str | None = None) -> Row:
	return row.model_copy(update={"quantity": quantity, "warehouse": warehouse or row.warehouse})


def _filled(rows: Sequence[SalesOrderRow], wanted: Row, settled: Mapping[str, Decimal]) -> list[RowEdit]:
	"""Each row gets what is settled, then up to what it had; more goes to one in the wanted place, else the first."""
	pieces = {row.name: settled.get(row.name, ZERO) for row in rows}
	left = wanted.quantity - total(pieces.values())
	for row in rows:
		more = max(ZERO, min(left, row.quantity - pieces[row.name]))
		pieces[row.name] += more
		left -= more
	if left > 0:
		pieces[next((row.name for row in rows if row.warehouse == wanted.warehouse), rows[0].name)] += left
	return [
		RowEdit(row.name, _of(wanted, pieces[row.name], row.warehouse)) for row in rows if pieces[row.name]
	]


def _cut(rows: Sequence[SalesOrderRow], wanted: Sequence[Row]) -> list[RowEdit]:
	"""The wanted rows along what the present ones hold in their Warehouses; what is left over is new."""
	edits: list[RowEdit] = []
	left = list(wanted)
	for row in rows:
		room, name = row.quantity, row.name or None
		while room and left:
			taken = min(room, left[0].quantity)
			edits.append(RowEdit(name, _of(left[0], taken, row.warehouse)))
			room, name = room - taken, None
			rest = left[0].quantity - taken
			left = [_of(left[0], rest), *left[1:]] if rest else left[1:]
	return _joined(edits, left)


def _joined(edits: Sequence[RowEdit], left: Iterable[Row]) -> list[RowEdit]:
	"""More pieces at a rate that a row has now go on that row."""
	found = list(edits)
	for row in left:
		place = next((n for n, edit in enumerate(found) if edit.name and _kind(edit.row) == _kind(row)), None)
		if place is None:
			found.append(RowEdit(None, row))
		else:
			name, before = found[place]
			found[place] = RowEdit(name, _of(before, before.quantity + row.quantity))
	return found
