"""Lists read to their end by ascending id, complete although they move while they are read.

The REST API has no "ids above", only an offset, and what is deleted before it shifts the rest. So each page
overlaps the one before by a row: when that row is another one, the walk steps back until it is behind what
it has seen. What is created meanwhile has a higher id and comes last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...core.errors import Transient
from .api import PER_PAGE, Api, rows_of, total_of
from .fields import amount_of

_MOST_STEPS = 100_000  # pages of one walk: a store that answers the same for ever is given up


def by_id(
	api: Api, endpoint: str, params: Mapping[str, Any], after: int = 0
) -> Iterator[list[dict[str, Any]]]:
	"""The rows with ids above `after`, page by page, each once."""
	ordered = {**params, "orderby": "id", "order": "asc"}
	last, offset = after, _offset_of(api, endpoint, ordered, after) if after else 0
	for _ in range(_MOST_STEPS):
		answer = api.get(endpoint, params={**ordered, "per_page": PER_PAGE, "offset": offset})
		rows = rows_of(answer)
		if offset and (not rows or id_of(rows[0]) > last):
			offset = max(0, offset - PER_PAGE)
			continue
		fresh = [row for row in rows if id_of(row) > last]
		if fresh:
			last = id_of(fresh[-1])
			yield fresh
		reached = offset + len(rows)
		if not rows or reached >= total_of(answer, reached + (len(rows) >= PER_PAGE)):
			return
		offset = max(reached - 1, offset + 1)
	raise Transient("store_error", status="a list that does not end")


def among(api: Api, endpoint: str, params: Mapping[str, Any], ids: list[int]) -> Iterator[dict[str, Any]]:
	"""The rows with these ids, as many a call as the store takes; those that do not exist are missing."""
	for start in range(0, len(ids), PER_PAGE):
		wanted = ",".join(map(str, ids[start : start + PER_PAGE]))
		yield from rows_of(api.get(endpoint, params={**params, "include": wanted, "per_page": PER_PAGE}))


def id_of(row: Mapping[str, Any]) -> int:
	"""A row's id as a number; 0 for none."""
	return int(amount_of(row.get("id")))


def _offset_of(api: Api, endpoint: str, ordered: Mapping[str, Any], after: int) -> int:
	"""Where ids above `after` begin, or a little before: found by halving."""
	low, high = 0, None
	while high is None or high - low > PER_PAGE // 2:
		middle = 0 if high is None else (low + high) // 2
		answer = api.get(endpoint, params={**ordered, "per_page": 1, "offset": middle, "_fields": "id"})
		rows = rows_of(answer)
		if high is None:
			high = total_of(answer, len(rows))
		elif rows and id_of(rows[0]) <= after:
			low = middle
		else:
			high = middle
	return low
