"""Documents and links as rows of the embedded database."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any

from .database import Database

Document = tuple[str, str]  # DocType, name
AMONG = "IN (SELECT value FROM json_each(?))"  # with `many`: any number of values in one parameter

# whether the Item of that name is disabled
DISABLED = (
	"EXISTS (SELECT 1 FROM document WHERE doctype = 'Item' AND document.name = {name}"
	" AND json_extract(data, '$.disabled'))"
)


def many(values: Iterable[str | None]) -> str:
	"""Values for `AMONG`."""
	return json.dumps(sorted({value for value in values if value is not None}))


def stamp(moment: datetime | None = None) -> str:
	"""A time (now, unless another is given) as texts that sort as times do."""
	return (moment or datetime.now(timezone.utc)).astimezone(timezone.utc).isoformat(timespec="microseconds")


class Documents:
	"""Reads and writes rows; what they mean is `erp`'s business."""

	def __init__(self, database: Database) -> None:
		self.database = database

	def documents(self, doctype: str) -> list[dict[str, Any]]:
		"""All documents of a type: name, docstatus, data. For tests and the demo."""
		rows = self.database.execute("SELECT * FROM document WHERE doctype = ? ORDER BY rowid", doctype)
		return [{**dict(row), "data": json.loads(row["data"])} for row in rows]

	def _all(self, sql: str, *values: Any) -> list[dict[str, Any]]:
		return [dict(row) for row in self.database.execute(sql, *values)]

	def _link(self, store: str, kind: str, external_id: str) -> dict[str, Any]:
		row = self.database.execute(
			"SELECT * FROM link WHERE store = ? AND kind = ? AND external_id = ?", store, kind, external_id
		).fetchone()
		return dict(row) if row else {}

	def _set_link(self, store: str, kind: str, external_id: str, doctype: str, name: str) -> None:
		self.database.execute(
			"INSERT INTO link (store, kind, external_id, document_type, document) VALUES (?, ?, ?, ?, ?)"
			" ON CONFLICT DO UPDATE SET document_type = excluded.document_type,"
			" document = excluded.document, state = ''",
			store,
			kind,
			external_id,
			doctype,
			name,
		)

	def _read(self, doctype: str, name: str) -> dict[str, Any] | None:
		row = self.database.execute(
			"SELECT * FROM document WHERE doctype = ? AND name = ?", doctype, name
		).fetchone()
		return self._parsed(dict(row)) if row else None

	def _parsed(self, row: dict[str, Any]) -> dict[str, Any]:
		return {**row, "data": json.loads(row["data"])}

	def _read_all(self, doctype: str, names: Iterable[str]) -> dict[str, dict[str, Any]]:
		"""The data of those documents that exist, by name."""
		rows = self._all(
			f"SELECT name, data FROM document WHERE doctype = ? AND name {AMONG}", doctype, many(names)
		)
		return {row["name"]: json.loads(row["data"]) for row in rows}

	def _write(
		self, doctype: str, name: str, data: dict[str, Any], docstatus: int, amended_from: str | None = None
	) -> Document:
		self.database.execute(
			"INSERT INTO document (doctype, name, docstatus, data, amended_from) VALUES (?, ?, ?, ?, ?)"
			" ON CONFLICT DO UPDATE SET docstatus = excluded.docstatus, data = excluded.data,"
			" amended_from = excluded.amended_from",
			doctype,
			name,
			docstatus,
			json.dumps(data, ensure_ascii=False, default=str),
			amended_from,
		)
		return (doctype, name)

	def _name(self, prefix: str) -> str:
		"""The next name of a series."""
		with self.database.transaction():
			self.database.execute(
				"INSERT INTO series VALUES (?, 1) ON CONFLICT DO UPDATE SET current = current + 1", prefix
			)
			(row,) = self._all("SELECT current FROM series WHERE prefix = ?", prefix)
		return f"{prefix}-{row['current']:05d}"
