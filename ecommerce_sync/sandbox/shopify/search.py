"""Shopify's search syntax for `orders(query:)`, as far as terms joined by AND
(https://shopify.dev/docs/api/usage/search-syntax): field:value, comparisons, quotes, and a minus for not.

A filter that the emulated store does not know is refused, where the real store ignores it with a warning:
a test must not pass because a filter did nothing.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any

from graphql import GraphQLError

from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder

Matches = Callable[[ShopifyOrder], bool]
_TERM = re.compile(r"""(?P<no>-?)(?P<field>\w+):(?P<sign>>=|<=|>|<|)(?P<value>'[^']*'|"[^"]*"|[^\s()]+)""")
_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
	">=": operator.ge,
	"<=": operator.le,
	">": operator.gt,
	"<": operator.lt,
	"": operator.eq,
}
_TIMES: dict[str, Callable[[ShopifyOrder], datetime]] = {
	"updated_at": lambda order: order.updated_at,
	"created_at": lambda order: order.story.created_at,
	"processed_at": lambda order: order.story.created_at,
}
_WORDS: dict[str, Callable[[ShopifyOrder], list[str]]] = {
	"name": lambda order: [order.name, str(order.story.number)],
	"email": lambda order: [order.story.person.email or ""] if order.story.person else [],
	"financial_status": lambda order: [order.financial_status],
	"po_number": lambda order: [order.story.po_number or ""],
	"source_name": lambda order: [order.story.source],
	"status": lambda order: ["any", "cancelled" if order.cancelled_at else "open"],
	"tag": lambda order: list(order.story.tags),
	"test": lambda order: [str(order.story.test).lower()],
	"fulfillment_status": lambda order: ["unfulfilled", "unshipped"],
}


def order_filter(query: str | None, zone: tzinfo) -> Matches:
	"""A predicate for `query`; times without a zone are the shop's (`zone`)."""
	left = _TERM.sub(" ", query or "").replace(" AND ", " ").strip()
	if left not in ("", "AND"):
		raise _refused(left)
	tests = [_term(match, zone) for match in _TERM.finditer(query or "")]
	return lambda order: all(test(order) for test in tests)


def _term(match: re.Match[str], zone: tzinfo) -> Matches:
	field, value = match["field"], match["value"].strip("'\"")
	test = _test(field, match["sign"], value, zone)
	return (lambda order: not test(order)) if match["no"] else test


def _test(field: str, sign: str, value: str, zone: tzinfo) -> Matches:
	compare = _SIGNS[sign]
	if field in _TIMES:
		read, when = _TIMES[field], _moment(value, zone)
		return lambda order: compare(read(order), when)
	if field == "id":
		return lambda order: compare(order.id, int(value))
	if field in _WORDS and not sign:
		words = _WORDS[field]
		return lambda order: value.lower() in (word.lower() for word in words(order))
	raise _refused(f"{field}:{sign}")


def _moment(value: str, zone: tzinfo) -> datetime:
	try:
		# Python 3.10 knows no Z.
		moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
	except ValueError:
		raise _refused(value) from None
	return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _refused(part: str) -> GraphQLError:
	message = f"The emulated store cannot filter by {part!r}; it knows {sorted([*_TIMES, 'id', *_WORDS])}."
	return GraphQLError(message, extensions={"code": "BAD_REQUEST"})
