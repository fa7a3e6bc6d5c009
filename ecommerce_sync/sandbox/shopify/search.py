"""Shopify's search syntax for `orders(query:)`, `products(query:)` and their kin
(https://shopify.dev/docs/api/usage/search-syntax): field:value, comparisons, quotes, a minus for not, terms
joined by AND, and such groups joined by OR.

A filter that the emulated store does not know is refused, where the real store ignores it with a warning:
a test must not pass because a filter did nothing.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from graphql import GraphQLError

from ecommerce_sync.sandbox.shopify.graph_life import return_status
from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder

Matches = Callable[[Any], bool]


@dataclass(frozen=True)
class Searchable:
	"""What can be filtered by: times, words (any of them, whatever the case) and the number of `id`."""

	times: Mapping[str, Callable[[Any], datetime]]
	words: Mapping[str, Callable[[Any], list[str]]]
	numbers: Mapping[str, Callable[[Any], int]]

	@property
	def names(self) -> list[str]:
		"""All fields."""
		return sorted([*self.times, *self.words, *self.numbers])


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
_FULFILLED: dict[str | None, list[str]] = {
	None: ["unfulfilled", "unshipped"],
	"partial": ["unfulfilled", "partial"],
	"fulfilled": ["fulfilled", "shipped"],
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
	"fulfillment_status": lambda order: _FULFILLED[order.fulfillment_status],
	"return_status": lambda order: [return_status(order)],
}


_ORDERS = Searchable(_TIMES, _WORDS, {"id": lambda order: order.id})


def order_filter(query: str | None, zone: tzinfo) -> Matches:
	"""A predicate for `query`; times without a zone are the shop's (`zone`)."""
	return predicate(query, zone, _ORDERS)


def predicate(query: str | None, zone: tzinfo, known: Searchable) -> Matches:
	"""Whether something matches `query` by the fields that are `known` of it."""
	groups = [_group(part, zone, known) for part in _alternatives(query)]
	return lambda record: any(all(test(record) for test in group) for group in groups)


def named(query: str | None, field: str) -> list[str] | None:
	"""The values of `field` if each alternative of `query` names one, so that an index can be asked."""
	found = []
	for part in _alternatives(query):
		terms = [m for m in _TERM.finditer(part) if m["field"] == field and not m["sign"] and not m["no"]]
		if not terms:
			return None
		found.append(terms[0]["value"].strip("'\""))
	return found


def _alternatives(query: str | None) -> list[str]:
	return re.split(r"\s+OR\s+", query or "")


def _group(part: str, zone: tzinfo, known: Searchable) -> list[Matches]:
	left = _TERM.sub(" ", part).replace(" AND ", " ").strip(" ()")
	if left not in ("", "AND"):
		raise _refused(left, known)
	return [_term(match, zone, known) for match in _TERM.finditer(part)]


def _term(match: re.Match[str], zone: tzinfo, known: Searchable) -> Matches:
	field, value = match["field"], match["value"].strip("'\"")
	test = _test(field, match["sign"], value, zone, known)
	return (lambda record: not test(record)) if match["no"] else test


def _test(field: str, sign: str, value: str, zone: tzinfo, known: Searchable) -> Matches:
	compare = _SIGNS[sign]
	if field in known.times:
		read, when = known.times[field], _moment(value, zone, known)
		return lambda record: compare(read(record), when)
	if field in known.numbers and value.isdigit():
		number, wanted = known.numbers[field], int(value)
		return lambda record: compare(number(record), wanted)
	if field in known.words and not sign:
		words = known.words[field]
		return lambda record: value.lower() in (word.lower() for word in words(record))
	raise _refused(f"{field}:{sign}{value}", known)


def _moment(value: str, zone: tzinfo, known: Searchable) -> datetime:
	try:
		# Python 3.10 knows no Z.
		moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
	except ValueError:
		raise _refused(value, known) from None
	return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _refused(part: str, known: Searchable) -> GraphQLError:
	message = f"The emulated store cannot filter by {part!r}; it knows {known.names}."
	return GraphQLError(message, extensions={"code": "BAD_REQUEST"})
