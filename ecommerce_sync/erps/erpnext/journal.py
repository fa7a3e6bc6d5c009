"""`FrappeJournal`: the inbox in DocType Sync Log, in plain SQL, because every message passes here.

Datetime columns stand in the site's zone, as the Desk shows them.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import frappe
from frappe.utils import now_datetime

from ..base import Event, NewEvent, OpenOrder, Outcome, Subject
from .fields import DATA_LENGTH, aware_time, site_time
from .open_orders import read_open_orders
from .unit import end_transaction

_OPEN = "state NOT IN ('Done', 'Skipped')"
_DUE = "(state = 'Queued' OR (state = 'Waiting to retry' AND next_attempt <= %(now)s))"
_SUBJECT = "store = %(store)s AND kind = %(kind)s AND external_id = %(external_id)s"
_FINAL = ("Done", "Skipped", "Held", "Failed")


class FrappeJournal:
	"""Events of the site that Frappe is connected to."""

	def receive(self, event: NewEvent, outcome: Outcome | None = None) -> str | None:
		"""See `Journal.receive`. One statement and a commit; the unique key decides."""
		row = _new_row(event) | (_outcome_columns(outcome) if outcome else {})
		columns = ", ".join(f"`{column}`" for column in row)
		marks = ", ".join(["%s"] * len(row))
		try:
			frappe.db.sql(f"INSERT INTO `tabSync Log` ({columns}) VALUES ({marks})", tuple(row.values()))
		except Exception as error:
			frappe.db.rollback()
			if frappe.db.is_duplicate_entry(error):
				return None
			raise
		frappe.db.commit()
		return str(row["name"])

	def note(self, event: NewEvent) -> bool:
		"""See `Journal.note`. One statement; a deadlock has undone the caller's work already and is raised."""
		row = _new_row(event)
		columns = ", ".join(f"`{column}`" for column in row)
		marks = ", ".join(["%s"] * len(row))
		query = f"INSERT IGNORE INTO `tabSync Log` ({columns}) VALUES ({marks})"
		try:
			frappe.db.sql(query, tuple(row.values()))
			return bool(frappe.db._cursor.rowcount)
		except frappe.QueryDeadlockError:
			raise
		except Exception as error:
			frappe.logger("ecommerce_sync").warning(
				f"{event.topic} not noted: {type(error).__name__}: {error}"
			)
			return False

	def subjects_due(self, now: datetime, limit: int) -> list[Subject]:
		"""See `Journal.subjects_due`. Stores take turns, each with its longest waiting subject."""
		end_transaction()
		rows = frappe.db.sql(
			f"""SELECT store, kind, external_id FROM (
				SELECT store, kind, external_id, MIN(creation) AS since,
					ROW_NUMBER() OVER (PARTITION BY store ORDER BY MIN(creation)) AS turn
				FROM `tabSync Log` WHERE {_DUE} GROUP BY store, kind, external_id
			) waiting ORDER BY turn, since LIMIT %(limit)s""",
			{"now": site_time(now), "limit": limit},
		)
		return [Subject(store=store, kind=kind, external_id=key) for store, kind, key in rows]

	def pending(self, subject: Subject) -> list[Event]:
		"""See `Journal.pending`."""
		end_transaction()
		rows = frappe.db.sql(
			f"""SELECT name, store, topic, kind, external_id, event_key, payload, whole, deleted, direction,
				state, attempts, creation, refetch
			FROM `tabSync Log` WHERE {_SUBJECT} AND {_OPEN} ORDER BY creation, name""",
			subject.model_dump(),
			as_dict=True,
		)
		return [_event(row) for row in rows]

	def settle(self, events: Iterable[Event], outcome: Outcome) -> None:
		"""See `Journal.settle`. One statement."""
		names = [event.name for event in events]
		if not names:
			return
		values = _outcome_columns(outcome)
		columns = ", ".join(f"`{column}` = %s" for column in values)
		marks = ", ".join(["%s"] * len(names))
		frappe.db.sql(
			f"UPDATE `tabSync Log` SET {columns}, attempts = attempts + 1 WHERE name IN ({marks}) AND {_OPEN}",
			(*values.values(), *names),
		)

	def settle_apart(self, events: Iterable[Event], outcome: Outcome) -> None:
		"""See `Journal.settle_apart`."""
		frappe.db.rollback()
		self.settle(events, outcome)
		frappe.db.commit()

	def release(self, causes: Sequence[str]) -> int:
		"""See `Journal.release`. Queued events begin anew: nobody should wait for an old backoff."""
		if not causes:
			return 0
		tests = ["cause LIKE %s" if cause.endswith("*") else "cause = %s" for cause in causes]
		values = [_like(cause[:-1]) + "%" if cause.endswith("*") else cause[:DATA_LENGTH] for cause in causes]
		frappe.db.sql(
			f"""UPDATE `tabSync Log` SET state = 'Queued', attempts = 0, next_attempt = NULL, finished = NULL,
				modified = %s, modified_by = %s WHERE state = 'Failed' AND ({" OR ".join(tests)})""",
			(now_datetime(), frappe.session.user, *values),
		)
		return int(frappe.db._cursor.rowcount)

	def open_orders(self) -> list[OpenOrder]:
		"""See `Journal.open_orders`. Three queries."""
		end_transaction()
		return [
			OpenOrder(
				store=row.store, external_id=row.external_id, event=row.name, payload=_unpacked(row.payload)
			)
			for row in read_open_orders()
		]

	def watermark(self, store: str) -> datetime | None:
		"""See `Journal.watermark`."""
		return aware_time(frappe.db.get_value("Store Connection", store, "orders_since"))

	def move_watermark(self, store: str, to: datetime) -> None:
		"""See `Journal.move_watermark`."""
		values = {"orders_since": site_time(to), "last_sweep": now_datetime()}
		frappe.db.set_value("Store Connection", store, values, update_modified=False)
		frappe.db.commit()
		frappe.clear_document_cache("Store Connection", store)


def _new_row(event: NewEvent) -> dict[str, Any]:
	now, user = now_datetime(), frappe.session.user
	return {
		"name": frappe.generate_hash(length=16),
		"creation": now,
		"modified": now,
		"owner": user,
		"modified_by": user,
		"store": event.store,
		"direction": event.direction,
		"topic": event.topic[:DATA_LENGTH],
		"kind": event.kind,
		"external_id": event.external_id[:DATA_LENGTH],
		"event_key": _short(event.event_key),
		"payload": base64.b64encode(zlib.compress(event.payload)).decode() if event.payload else None,
		"whole": int(event.whole),
		"deleted": int(event.deleted),
		"state": "Queued",
	}


def _short(key: str) -> str:
	"""Keys longer than the column stay different."""
	return key if len(key) <= DATA_LENGTH else sha256(key.encode()).hexdigest()


def _event(row: dict[str, Any]) -> Event:
	packed = row["payload"]
	received_at = aware_time(row["creation"])
	return Event.model_validate(
		{
			**{key: row[key] for key in ("name", "store", "kind", "external_id", "event_key", "state")},
			"topic": row["topic"] or "",
			"direction": row["direction"],
			"attempts": row["attempts"] or 0,
			"payload": _unpacked(packed),
			"whole": bool(row["whole"]),
			"deleted": bool(row["deleted"]),
			"refetch": bool(row["refetch"]) or not packed,
			"received_at": received_at,
		}
	)


def _unpacked(payload: str | None) -> bytes:
	return zlib.decompress(base64.b64decode(payload)) if payload else b""


def _outcome_columns(outcome: Outcome) -> dict[str, Any]:
	now = now_datetime()
	doctype, name = outcome.documents[-1] if outcome.documents else (None, None)
	return {
		"state": outcome.state,
		"reason": outcome.reason,
		"params": json.dumps(outcome.params, ensure_ascii=False, default=str) if outcome.params else None,
		"cause": outcome.cause[:DATA_LENGTH] if outcome.cause else None,
		"error_class": outcome.error_class or None,
		"next_attempt": now + outcome.again_in if outcome.again_in else None,
		"plan": outcome.plan,
		"documents": json.dumps(outcome.documents) if outcome.documents else None,
		"reference_doctype": doctype,
		"reference_name": name,
		"traceback": outcome.traceback,
		"timings": json.dumps(outcome.timings) if outcome.timings else None,
		"finished": now if outcome.state in _FINAL else None,
		"modified": now,
		"modified_by": frappe.session.user,
	}


def _like(prefix: str) -> str:
	return prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
