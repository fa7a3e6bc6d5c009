"""What becomes of a Sales Order's rows when it changes. Reads nothing and writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Any

from ...core.commands import SalesOrderDraft
from ...core.erp import SalesOrderRow
from ...core.errors import Held
from ...core.row_edits import RowEdit, row_edits
from .order_books import OrderBooks, Row
from .stock import ZERO


def order_row(books: OrderBooks, row: Mapping[str, Any]) -> SalesOrderRow:
	"""A row as planners see it."""
	return SalesOrderRow(
		name=row["name"],
		line_id=row["line_id"],
		item_code=row["item_code"],
		quantity=Decimal(row["quantity"]),
		rate=Decimal(row["rate"]),
		list_rate=Decimal(row["list_rate"]),
		warehouse=row["warehouse"],
		delivered=books.delivered(row["name"]),
		billed=books.billed(row["name"]),
	)


def edits_of(books: OrderBooks, draft: SalesOrderDraft) -> list[RowEdit]:
	"""What becomes of the rows. Raises `Held` when delivered or billed pieces would have to go."""
	rows = [order_row(books, row) for row in books.data["rows"]]
	settled = {row.name: max(books.shipped(row.name), _billed(row)) for row in rows}
	edits = row_edits(rows, draft.rows, settled, draft.digits)
	planned = {edit.name: edit.row.quantity for edit in edits}
	if short := [row for row in rows if planned.get(row.name, ZERO) < settled[row.name]]:
		raise Held(
			"order_changed",
			document=books.order["name"],
			changes=", ".join(f"{row.item_code} ({row.quantity:f})" for row in short),
			ours=books.data["grand_total"],
			theirs=f"{draft.total:f}",
		)
	return edits


def _billed(row: SalesOrderRow) -> Decimal:
	"""Pieces that are billed; of an amount without pieces, as many as it pays for."""
	pieces = (row.billed / row.rate).to_integral_value(ROUND_CEILING) if row.rate else ZERO
	return min(pieces, row.quantity)


def named(books: OrderBooks, edits: Iterable[RowEdit], wanted: Iterable[Row]) -> list[Row]:
	"""The wanted rows, those that are there already under their names."""
	known = {row["name"]: row for row in books.data["rows"]}
	taken, rows = set(known), []
	for edit, row in zip(edits, wanted, strict=True):
		if edit.name is None:
			rows.append({**row, "name": _new_name(books.order["name"], taken)})
		else:
			changed = {key: row[key] for key in ("quantity", "rate", "list_rate", "warehouse")}
			rows.append({**known[edit.name], **changed})
	return rows


def _new_name(document: str, taken: set[str]) -> str:
	"""A row name that the document has not used."""
	number = len(taken) + 1
	while f"{document}-{number}" in taken:
		number += 1
	taken.add(f"{document}-{number}")
	return f"{document}-{number}"
