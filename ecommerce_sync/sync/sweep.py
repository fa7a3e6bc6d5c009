"""What closes the gaps that lost webhooks leave: orders changed since the watermark become events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from ..core.errors import PayloadRefused
from ..erps.base import NewEvent
from .machine import Connection, Machine

OVERLAP = timedelta(minutes=5)


def reconcile(machine: Machine, store: str, since: datetime | None = None) -> int:
	"""Store an event for every order changed since the watermark; returns how many were new.

	The watermark moves to the time before the store was asked, and only when all was stored.
	"""
	connection = machine.connect(store)
	asked_at = machine.now()
	start = since or machine.journal.watermark(store) or asked_at - timedelta(days=1)
	new = sum(
		1 for event in _changed(connection, start - OVERLAP) if machine.journal.receive(event) is not None
	)
	machine.journal.move_watermark(store, asked_at)
	return new


def _changed(connection: Connection, since: datetime) -> Iterator[NewEvent]:
	for payload in connection.storefront().orders_changed(since):
		try:
			order = connection.parse(payload)
		except PayloadRefused:
			order_id, version = str(payload.get("id") or ""), "unreadable"
		else:
			order_id, version = order.id, order.updated_at.isoformat()
		yield NewEvent(
			store=connection.store,
			topic="sweep",
			kind="order",
			external_id=order_id,
			event_key=f"sweep:{order_id}:{version}",
			payload=json.dumps(payload, ensure_ascii=False).encode(),
		)
