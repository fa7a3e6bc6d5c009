"""Statements for many rows at once: the same number of them however many rows there are, up to a portion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import frappe

T = TypeVar("T")
PORTION = 1000


def portions(rows: Sequence[T], size: int = PORTION) -> Iterator[Sequence[T]]:
	"""The rows in portions that one statement takes."""
	for start in range(0, len(rows), size):
		yield rows[start : start + size]


def marks(values: Sequence[Any]) -> str:
	"""As many placeholders as there are values."""
	return ", ".join(["%s"] * len(values))


def insert(doctype: str, rows: Sequence[Mapping[str, Any]], update: Iterable[str] = ()) -> None:
	"""Insert rows of the same columns; of rows that exist by a unique key only `update` is written."""
	for portion in portions([_complete(row) for row in rows]):
		columns = list(portion[0])
		one = f"({marks(columns)})"
		kept = ", ".join(f"`{column}` = VALUES(`{column}`)" for column in update) or "name = name"
		frappe.db.sql(
			f"INSERT INTO `tab{doctype}` ({', '.join(f'`{column}`' for column in columns)})"
			f" VALUES {', '.join([one] * len(portion))} ON DUPLICATE KEY UPDATE {kept}",
			[row[column] for row in portion for column in columns],
		)


def _complete(row: Mapping[str, Any]) -> dict[str, Any]:
	"""With what every row of Frappe's has."""
	now, user = frappe.utils.now(), frappe.session.user
	return {
		"name": frappe.generate_hash(length=16),
		"creation": now,
		"modified": now,
		"owner": user,
		"modified_by": user,
		**row,
	}


def update(doctype: str, rows: Mapping[str, Mapping[str, Any]]) -> None:
	"""Write columns of rows by name; all rows name the same columns, rows that are no more stay away."""
	for portion in portions(list(rows.items())):
		columns = list(portion[0][1])
		select = ", ".join(["%s AS `name`", *(f"%s AS `{column}`" for column in columns)])
		values = " UNION ALL ".join(f"SELECT {select}" for _ in portion)
		kept = ", ".join(f"t.`{column}` = v.`{column}`" for column in columns)
		frappe.db.sql(
			f"UPDATE `tab{doctype}` t JOIN ({values}) v ON v.name = t.name"
			f" SET {kept}, t.modified = %s, t.modified_by = %s",
			[
				*(value for name, row in portion for value in (name, *row.values())),
				frappe.utils.now(),
				frappe.session.user,
			],
		)
