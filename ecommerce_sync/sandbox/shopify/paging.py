"""Connections: a page of a list by first/after or last/before, with opaque cursors.

A cursor names its object by sort key, not by place: as in the real store, an object that moves while
somebody pages is met again or missed exactly as its key says.
"""

from __future__ import annotations

import base64
import binascii
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import GraphQLError

MAX_PAGE = 250
FARTHEST = 25_000  # objects that pages of one connection can reach; then only a bulk operation goes on
Json = dict[str, Any]
Entry = tuple[list[Any], Any]


class Unpaged(int):
	"""A page size that only bulk operations may ask for."""


EVERYTHING = Unpaged(1_000_000_000)


def connection(nodes: Sequence[Any], arguments: Mapping[str, Any]) -> Json:
	"""The page asked for of a list whose order never changes."""
	return keyed([([place], node) for place, node in enumerate(nodes)], arguments)


def keyed(
	entries: list[Entry], arguments: Mapping[str, Any], data: Callable[[Any], Any] = lambda node: node
) -> Json:
	"""`edges`, `nodes` and `pageInfo` of the page asked for; `entries` are (sort key, object) ascending,
	`data` makes an object of the page into what is resolved further."""
	size = _page_size(arguments)
	if arguments.get("reverse"):
		entries = entries[::-1]
	within = _between(entries, arguments)
	is_forward = arguments.get("first") is not None
	page = within[:size] if is_forward else within[len(within) - min(size, len(within)) :]
	return _page(
		[(key, data(node)) for key, node in page], [entry[0] for entry in (*entries[:1], *entries[-1:])]
	)


def by_id(
	ids: Sequence[int], arguments: Mapping[str, Any], data: Callable[[int], Any] = lambda number: number
) -> Json:
	"""The same for ascending ids, found by bisection: a page of a large catalogue costs what it shows."""
	low, high, size = 0, len(ids), _page_size(arguments)
	after, before = arguments.get("after"), arguments.get("before")
	if after and bisect_right(ids, _number(after)) >= FARTHEST and not arguments.get("reverse"):
		message = f"Pages end after {FARTHEST} objects; narrow the query or run a bulk operation."
		raise GraphQLError(message, extensions={"code": "BAD_REQUEST"})
	if arguments.get("reverse"):
		after, before = before, after
	if after:
		low = bisect_right(ids, _number(after))
	if before:
		high = bisect_left(ids, _number(before))
	is_first = (arguments.get("first") is not None) != bool(arguments.get("reverse"))
	page = ids[low : min(low + size, high)] if is_first else ids[max(low, high - size) : high]
	shown = page[::-1] if arguments.get("reverse") else page
	ends = [[number] for number in (ids[0], ids[-1])] if ids else []
	if arguments.get("reverse"):
		ends.reverse()
	return _page([([number], data(number)) for number in shown], ends)


def _number(cursor: str) -> int:
	return int(_decode(cursor)[0])


def _page_size(arguments: Mapping[str, Any]) -> int:
	first, last = arguments.get("first"), arguments.get("last")
	size = last if first is None else first
	if size is None:
		raise GraphQLError("you must provide one of first or last", extensions={"code": "BAD_REQUEST"})
	if not isinstance(size, Unpaged) and not 0 <= size <= MAX_PAGE:
		message = f"The page size must be from 0 to {MAX_PAGE}, not {size}."
		raise GraphQLError(message, extensions={"code": "BAD_REQUEST"})
	return int(size)


def _between(entries: list[Entry], arguments: Mapping[str, Any]) -> list[Entry]:
	sign = -1 if arguments.get("reverse") else 1
	for name, side in (("after", sign), ("before", -sign)):
		if arguments.get(name):
			mark = _decode(arguments[name])
			entries = [entry for entry in entries if (entry[0] > mark if side > 0 else entry[0] < mark)]
	return entries


def _page(page: list[Entry], ends: Sequence[list[Any]]) -> Json:
	"""`ends` are the first and the last key of the whole list."""
	edges = [{"cursor": _encode(key), "node": node} for key, node in page]
	return {
		"edges": edges,
		"nodes": [node for _, node in page],
		"pageInfo": {
			"hasNextPage": bool(page) and page[-1][0] != ends[-1],
			"hasPreviousPage": bool(page) and page[0][0] != ends[0],
			"startCursor": edges[0]["cursor"] if edges else None,
			"endCursor": edges[-1]["cursor"] if edges else None,
		},
	}


def _encode(key: list[Any]) -> str:
	return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def _decode(cursor: str) -> list[Any]:
	try:
		key = json.loads(base64.urlsafe_b64decode(cursor))
	except (binascii.Error, ValueError):
		key = None
	if not isinstance(key, list):
		raise GraphQLError(f"Invalid cursor: {cursor}", extensions={"code": "BAD_REQUEST"})
	return key
