"""Events on SQLite."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timezone
from typing import Any

from ..base import SOLD_BUT_SKIPPED, Event, NewEvent, OpenOrder, Outcome, Subject
from .database import Database

_OPEN = "state IN ('Queued', 'Waiting to retry', 'Held', 'Failed')"
_SOLD = f"reason IN {SOLD_BUT_SKIPPED}"
_SAYS_NOTHING = "('stale', 'unchanged', 'superseded')"  # messages that leave the order as it was
# The newest message that holds the whole order, else the newest part: of a company's order nothing else is sent.
_TELLING = (
	"SELECT name FROM event AS telling WHERE telling.store = said.store AND telling.kind = 'order'"
	" AND telling.external_id = said.external_id AND NOT telling.deleted"
	f" AND LENGTH(telling.payload) AND (telling.state <> 'Skipped' OR telling.reason NOT IN {_SAYS_NOTHING})"
	" ORDER BY telling.whole DESC, telling.name DESC LIMIT 1"
)
_COLUMNS = "store, topic, kind, external_id, event_key, payload, whole, deleted, direction"


class EmbeddedJournal:
	"""`erps.base.Journal` on the embedded database. `clock` gives seconds since 1970."""

	def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
		self.database, self.clock = database, clock

	def receive(self, event: NewEvent, outcome: Outcome | None = None) -> str | None:
		values = [getattr(event, column.strip()) for column in _COLUMNS.split(",")]
		received = datetime.fromtimestamp(self.clock(), timezone.utc).isoformat()
		cursor = self.database.execute(
			f"INSERT OR IGNORE INTO event ({_COLUMNS}, state, received_at, next_attempt)"
			f" VALUES ({', '.join('?' * len(values))}, 'Queued', ?, ?)",
			*values,
			received,
			self.clock(),
		)
		if not cursor.rowcount:
			return None
		if outcome:
			self._write([str(cursor.lastrowid)], outcome)
		return str(cursor.lastrowid)

	def note(self, event: NewEvent) -> bool:
		return self.receive(event) is not None

	def subjects_due(self, now: datetime, limit: int) -> list[Subject]:
		rows = self.database.execute(
			"SELECT store, kind, external_id, MIN(name) AS first,"
			" ROW_NUMBER() OVER (PARTITION BY store ORDER BY MIN(name)) AS turn FROM event"
			" WHERE state IN ('Queued', 'Waiting to retry') AND next_attempt <= ?"
			" GROUP BY store, kind, external_id ORDER BY turn, first LIMIT ?",
			now.timestamp(),
			limit,
		)
		return [Subject(store=r["store"], kind=r["kind"], external_id=r["external_id"]) for r in rows]

	def pending(self, subject: Subject) -> list[Event]:
		rows = self.database.execute(
			f"SELECT name, state, attempts, received_at, refetch, {_COLUMNS} FROM event"
			f" WHERE store = ? AND kind = ? AND external_id = ? AND {_OPEN} ORDER BY name",
			subject.store,
			subject.kind,
			subject.external_id,
		)
		return [_event(dict(row)) for row in rows]

	def settle(self, events: Iterable[Event], outcome: Outcome) -> None:
		self._write([event.name for event in events], outcome)

	def _write(self, names: Sequence[str], outcome: Outcome) -> None:
		fields: dict[str, Any] = {
			"state": outcome.state,
			"reason": outcome.reason,
			"params": json.dumps(outcome.params, default=str),
			"cause": outcome.cause,
			"error_class": outcome.error_class,
			"plan": outcome.plan,
			"documents": json.dumps(outcome.documents),
			"traceback": outcome.traceback,
			"timings": json.dumps(outcome.timings),
			"next_attempt": self.clock() + (outcome.again_in.total_seconds() if outcome.again_in else 0),
		}
		self.database.execute(
			f"UPDATE event SET {', '.join(f'{key} = ?' for key in fields)}, attempts = attempts + 1"
			f" WHERE name IN ({', '.join('?' * len(names))}) AND {_OPEN}",
			*fields.values(),
			*names,
		)

	def settle_apart(self, events: Iterable[Event], outcome: Outcome) -> None:
		with self.database.transaction():
			self.settle(events, outcome)

	def release(self, causes: Sequence[str]) -> int:
		released = 0
		for cause in causes:
			pattern, operator = (cause[:-1] + "*", "GLOB") if cause.endswith("*") else (cause, "=")
			cursor = self.database.execute(
				f"UPDATE event SET state = 'Queued', attempts = 0, next_attempt = ?"
				f" WHERE state = 'Failed' AND cause {operator} ?",
				self.clock(),
				pattern,
			)
			released += cursor.rowcount
		return released

	def open_orders(self) -> list[OpenOrder]:
		rows = self.database.execute(
			f"SELECT store, external_id, ({_TELLING}) AS event FROM event AS said"
			f" WHERE kind = 'order' AND NOT deleted AND ({_OPEN} OR {_SOLD})"
			" AND NOT EXISTS (SELECT 1 FROM event AS newer WHERE newer.store = said.store"
			" AND newer.kind = 'order' AND newer.external_id = said.external_id AND newer.name > said.name"
			f" AND (newer.state <> 'Skipped' OR newer.reason NOT IN {_SAYS_NOTHING}))"
			" AND NOT EXISTS (SELECT 1 FROM link WHERE link.store = said.store AND link.kind = 'Order'"
			" AND link.external_id = said.external_id AND link.document IS NOT NULL AND link.state = '')"
			" ORDER BY name"
		)
		return [self._open_order(dict(row)) for row in rows if row["event"]]

	def _open_order(self, row: dict[str, Any]) -> OpenOrder:
		found = self.database.execute("SELECT payload FROM event WHERE name = ?", row["event"]).fetchone()
		return OpenOrder(**{**row, "event": str(row["event"]), "payload": found["payload"]})

	def watermark(self, store: str) -> datetime | None:
		row = self.database.execute("SELECT at FROM watermark WHERE store = ?", store).fetchone()
		return datetime.fromisoformat(row["at"]) if row else None

	def move_watermark(self, store: str, to: datetime) -> None:
		self.database.execute("INSERT OR REPLACE INTO watermark VALUES (?, ?)", store, to.isoformat())

	def counts(self, store: str | None = None) -> dict[str, int]:
		"""Events by state, for the demo's table."""
		where, values = ("WHERE store = ?", [store]) if store else ("", [])
		rows = self.database.execute(
			f"SELECT state, COUNT(*) AS n FROM event {where} GROUP BY state", *values
		)
		return {row["state"]: row["n"] for row in rows}

	def ended(self, *states: str) -> list[dict[str, Any]]:
		"""Rows in one of the states, for the demo's table."""
		marks = ", ".join("?" * len(states))
		rows = self.database.execute(f"SELECT * FROM event WHERE state IN ({marks}) ORDER BY name", *states)
		return [{**dict(row), "params": json.loads(row["params"] or "{}")} for row in rows]


def _event(row: dict[str, Any]) -> Event:
	return Event(**{**row, "name": str(row["name"]), "payload": row["payload"] or b""})
