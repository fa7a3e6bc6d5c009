"""Which rows of a submitted Sales Order stay, change, go and come so that it becomes a draft. Pure.

A row that something was delivered or billed of keeps its Item and its rate; what a line costs beyond those
pieces is spread anew over the pieces that are left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import NamedTuple

from .base import ZERO
from .commands import Row
from .erp import SalesOrderRow
from .money import unit


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
		pinned = [row for row in mine if settled.get(row.name)]
		if line and pinned:
			found += _around_settled(mine, pinned, line, settled, digits)
		else:
			found += _paired({}, mine, line)
	order = {row.name: place for place, row in enumerate(rows)}
	return sorted(found, key=lambda edit: order.get(edit.name or "", len(order)))


def _around_settled(
	mine: Sequence[SalesOrderRow],
	pinned: Sequence[SalesOrderRow],
	line: Sequence[Row],
	settled: Mapping[str, Decimal],
	digits: int,
) -> list[RowEdit]:
	kept = {row.name: _as_settled(row, line[0], settled[row.name]) for row in pinned}
	fits = _fits(pinned, line, settled)
	left = _less(line, pinned, settled) if fits else _respread(pinned, line, settled, digits)
	if left is None:  # fewer pieces or less money than is settled: for ERPNext to refuse
		return _paired({}, mine, line)
	return _paired(kept, [row for row in mine if row.name not in kept], left)


def _fits(pinned: Iterable[SalesOrderRow], line: Iterable[Row], settled: Mapping[str, Decimal]) -> bool:
	"""Whether each row with something delivered or billed finds itself again with enough pieces."""
	pieces: dict[tuple[str, Decimal], Decimal] = {}
	for row in line:
		pieces[_kind(row)] = pieces.get(_kind(row), ZERO) + row.quantity
	for known in pinned:
		pieces[_kind(known)] = pieces.get(_kind(known), ZERO) - settled[known.name]
	return all(left >= 0 for left in pieces.values())


def _kind(row: Row | SalesOrderRow) -> tuple[str, Decimal]:
	return row.item_code, row.rate


def _less(line: Sequence[Row], pinned: Iterable[SalesOrderRow], settled: Mapping[str, Decimal]) -> list[Row]:
	"""The line without the settled pieces, taken from rows of the same kind, those in the same place first."""
	left = [row.quantity for row in line]
	for row in pinned:
		wanted = settled[row.name]
		alike = [n for n, each in enumerate(line) if _kind(each) == _kind(row)]
		for n in sorted(alike, key=lambda n: line[n].warehouse != row.warehouse):
			taken = min(wanted, left[n])
			left[n] -= taken
			wanted -= taken
	return [
		row.model_copy(update={"quantity": quantity})
		for row, quantity in zip(line, left, strict=True)
		if quantity
	]


def _respread(
	pinned: Sequence[SalesOrderRow], line: Sequence[Row], settled: Mapping[str, Decimal], digits: int
) -> list[Row] | None:
	"""The line's other pieces for its other money; None where there are less of either than are settled."""
	pieces = sum((row.quantity for row in line), ZERO) - sum((settled[row.name] for row in pinned), ZERO)
	amount = sum((row.quantity * row.rate for row in line), ZERO)
	amount -= sum((settled[row.name] * row.rate for row in pinned), ZERO)
	if pieces < 0 or amount < -unit(digits) * len(pinned):
		return None
	return _spread(line[0], pieces, max(amount, ZERO), digits)


def _as_settled(row: SalesOrderRow, like: Row, quantity: Decimal) -> Row:
	return like.model_copy(
		update={
			"item_code": row.item_code,
			"quantity": quantity,
			"rate": row.rate,
			"list_rate": row.list_rate,
			"warehouse": row.warehouse,
		}
	)


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


def _paired(kept: Mapping[str, Row], rows: Sequence[SalesOrderRow], wanted: Sequence[Row]) -> list[RowEdit]:
	"""Rows of the same kind and place first, then what joins a settled row, then the same kind, the same Item."""
	edits = dict(kept)
	left, unpaired = list(wanted), list(rows)
	_pair(edits, unpaired, left, _same_place)
	for row in list(left):
		name = next((name for name, each in kept.items() if _alike(each, row)), None)
		if name is not None:
			edits[name] = row.model_copy(update={"quantity": edits[name].quantity + row.quantity})
			left.remove(row)
	for same in (_same_kind, _same_item):
		_pair(edits, unpaired, left, same)
	return [RowEdit(name, row) for name, row in edits.items()] + [RowEdit(None, row) for row in left]


def _pair(
	edits: dict[str, Row],
	unpaired: list[SalesOrderRow],
	left: list[Row],
	same: Callable[[SalesOrderRow, Row], bool],
) -> None:
	"""Take from both lists what belongs together."""
	for row in list(unpaired):
		match = next((each for each in left if same(row, each)), None)
		if match is not None:
			edits[row.name] = match
			left.remove(match)
			unpaired.remove(row)


def _same_place(row: SalesOrderRow, wanted: Row) -> bool:
	return _same_kind(row, wanted) and (wanted.warehouse or row.warehouse) == row.warehouse


def _same_kind(row: SalesOrderRow, wanted: Row) -> bool:
	return _kind(row) == _kind(wanted)


def _same_item(row: SalesOrderRow, wanted: Row) -> bool:
	return row.item_code == wanted.item_code


def _alike(one: Row, other: Row) -> bool:
	return _kind(one) == _kind(other) and (other.warehouse or one.warehouse) == one.warehouse
