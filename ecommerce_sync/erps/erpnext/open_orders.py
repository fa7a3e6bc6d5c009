"""Orders that a store has taken and ERPNext has not: the newest message of each, in a few indexed queries."""

from __future__ import annotations

from typing import Any

import frappe

from ..base import SOLD_BUT_SKIPPED
from . import bulk

# Rows that are done are never looked at: neither state nor reason leads to them.
_STILL_OPEN = f"""
	SELECT DISTINCT e.store, e.external_id FROM (
		SELECT store, kind, external_id FROM `tabSync Log`
		WHERE state IN ('Queued', 'Waiting to retry', 'Held', 'Failed') AND direction = 'In' AND kind = 'order'
		UNION ALL
		SELECT store, kind, external_id FROM `tabSync Log`
		WHERE state = 'Skipped' AND reason IN {SOLD_BUT_SKIPPED} AND direction = 'In' AND kind = 'order'
	) e JOIN `tabStore Connection` c ON c.name = e.store AND c.enabled = 1
	LEFT JOIN `tabStore Link` l ON l.store = e.store AND l.kind = 'Order' AND l.external_id = e.external_id
	LEFT JOIN `tabSales Order` o ON o.name = l.document AND l.document_type = 'Sales Order' AND o.docstatus < 2
	WHERE o.name IS NULL AND IFNULL(l.state, '') != 'Gone'
"""
_SAYS_NOTHING = frozenset(("stale", "unchanged", "superseded"))  # messages that leave the order as it was
_OPEN_STATES = frozenset(("Queued", "Waiting to retry", "Held", "Failed"))


def read_open_orders() -> list[Any]:
	"""Sync Log rows (`name`, `store`, `external_id`, `payload`). An order that was dealt with since is none."""
	subjects = sorted((store, key) for store, key in frappe.db.sql(_STILL_OPEN))
	newest: dict[tuple[str, str], Any] = {}
	telling: dict[tuple[str, str], Any] = {}
	for row in _messages(subjects):
		if row.state == "Skipped" and row.reason in _SAYS_NOTHING:
			continue
		newest[row.store, row.external_id] = row
		if row.told and not row.deleted and _tells_as_much(row, telling.get((row.store, row.external_id))):
			telling[row.store, row.external_id] = row
	return _payloads([telling[key].name for key, row in newest.items() if key in telling and _is_open(row)])


def _tells_as_much(row: Any, before: Any) -> bool:
	"""A whole message before a part: what a company ordered comes in parts only, and its lines are among them."""
	return before is None or bool(row.whole) or not before.whole


def _is_open(row: Any) -> bool:
	"""By its newest message: one that says that the order is gone is no order."""
	return not row.deleted and (row.state in _OPEN_STATES or row.reason in SOLD_BUT_SKIPPED)


def _messages(subjects: list[tuple[str, str]]) -> list[Any]:
	"""All messages of these orders without what they say, oldest first."""
	rows: list[Any] = []
	for portion in bulk.portions(subjects):
		rows += frappe.db.sql(
			"SELECT name, store, external_id, state, reason, deleted, whole,"
			" IFNULL(LENGTH(payload), 0) > 0 AS told, creation FROM `tabSync Log`"
			f" WHERE kind = 'order' AND direction = 'In' AND (store, external_id) IN ({_pairs(portion)})",
			[value for pair in portion for value in pair],
			as_dict=True,
		)
	return sorted(rows, key=lambda row: (row.creation, row.name))


def _pairs(portion: Any) -> str:
	return ", ".join(["(%s, %s)"] * len(portion))


def _payloads(names: list[str]) -> list[Any]:
	rows: list[Any] = []
	for portion in bulk.portions(names):
		rows += frappe.db.sql(
			f"SELECT name, store, external_id, payload FROM `tabSync Log` WHERE name IN ({bulk.marks(portion)})",
			list(portion),
			as_dict=True,
		)
	return rows
