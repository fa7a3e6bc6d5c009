"""Orders changed since a time, complete although the list moves while it is read.

Each page begins where the last one ended, by time of change instead of by page number: filters of the
REST API are exclusive and know whole seconds, so the last second is asked for again and what was seen
is left out. Within one second (a bulk edit) an offset goes on, and overlaps by one row: when that row
is another one, something moved and the second is read again.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from ...core.errors import Transient
from .api import PER_PAGE, Api, rows_of, total_of
from .fields import Fields

_SECOND = timedelta(seconds=1)
_RESTARTS = 10
_STATUSES = ("any", "trash")  # "any" leaves the trash out


def changed_orders(api: Api, since: datetime, until: datetime | None) -> Iterator[dict[str, Any]]:
	"""Orders changed from `since` to `until`, both included, oldest change first, those in the trash too."""
	lists = [_Sweep(api, status, since, until).rows() for status in _STATUSES]
	return heapq.merge(*lists, key=_changed_at)


class _Sweep:
	"""One pass over the orders of a status; `_second` and `_offset` are where it goes on."""

	def __init__(self, api: Api, status: str, since: datetime, until: datetime | None) -> None:
		self._api = api
		self._second, self._offset, self._restarts = (
			since.astimezone(timezone.utc).replace(microsecond=0),
			0,
			0,
		)
		self._filter = {"status": status, "orderby": "modified", "order": "asc", "dates_are_gmt": "true"}
		if until:
			self._filter["modified_before"] = _stamp(until + _SECOND)
		self._seen: set[tuple[Any, ...]] = set()

	def rows(self) -> Iterator[dict[str, Any]]:
		more = True
		while more:
			rows, more = self._page()
			if self._moved(rows):
				more = self._restart()
				continue
			yield from (row for row in rows if self._is_new(row))
			self._advance(rows)

	def _page(self) -> tuple[list[dict[str, Any]], bool]:
		after = _stamp(self._second - _SECOND)
		place = {"modified_after": after, "per_page": PER_PAGE, "offset": self._offset}
		answer = self._api.get("orders", params={**self._filter, **place})
		rows = rows_of(answer)
		reached = self._offset + len(rows)
		return rows, reached < total_of(answer, reached + (len(rows) >= PER_PAGE))

	def _moved(self, rows: list[dict[str, Any]]) -> bool:
		return self._offset > 0 and not (rows and _key(rows[0]) in self._seen)

	def _restart(self) -> bool:
		self._offset, self._restarts = 0, self._restarts + 1
		if self._restarts > _RESTARTS:
			raise Transient("store_error", status="lists of orders that do not fit together")
		return True

	def _is_new(self, row: dict[str, Any]) -> bool:
		known = _key(row) in self._seen
		self._seen.add(_key(row))
		return not known

	def _advance(self, rows: list[dict[str, Any]]) -> None:
		last = max((_changed_at(row) for row in rows), default=self._second)
		if last > self._second:
			self._second, self._offset, self._restarts = last, 0, 0
		else:
			self._offset += max(len(rows) - 1, 1)


def _changed_at(row: dict[str, Any]) -> datetime:
	"""Time of change, in whole seconds as WooCommerce writes it."""
	return Fields(row).time("date_modified") or datetime.min.replace(tzinfo=timezone.utc)


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
	return row.get("id"), row.get("date_modified_gmt")


def _stamp(moment: datetime) -> str:
	return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
