"""Reads whole orders of a store: all lines, all refunds and fulfilments with all their lines, returns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import TypeVar

from ...core.errors import Fixable, Gone
from .client import Admin, Json
from .graphql_parts import nodes
from .graphql_shape import rest_order

Found = TypeVar("Found")
_LINES = 250  # the largest page of a connection
_LINES_IN_LIST = 50
_ORDERS = 10
_PAGED_ORDERS = 20_000  # Shopify ends a connection at 25,000 objects
_PARTS_IN_LIST = 5  # refunds, fulfilments and returns; the lists of the first two have no cursor
_PARTS = (20, 100, 250)
_OPTIONAL = "read_payment_terms"
_RETURNS = "read_returns"
_INNER = {
	"refunds": ("refund_lines", "refund", "refundLineItems"),
	"fulfillments": ("fulfillment_lines", "fulfillment", "fulfillmentLineItems"),
}


def gid(kind: str, number: str) -> str:
	"""A GraphQL id. Raises `Gone` for what cannot be one."""
	if not (number.isascii() and number.isdigit()):
		raise Gone(kind, number)
	return f"gid://shopify/{kind}/{number}"


class Orders:
	"""Remembers whether the app may read returns: without the scope an order is read without them."""

	def __init__(self, admin: Admin) -> None:
		self._admin, self._returns = admin, True

	def fetched(self, order_id: str) -> Json:
		"""The order in the shape of REST. Raises `Gone`."""
		given = {"id": gid("Order", order_id), "lines": _LINES}
		order = self._allowed(lambda: self._asked(given))
		if not order:
			raise Gone("Order", order_id)
		return rest_order(self._complete(order))

	def changed(self, since: datetime, until: datetime | None = None) -> Iterator[Json]:
		"""Orders updated in the period, both ends included, oldest change first."""
		while True:
			count, last = 0, since
			for order in self._pages(since, until):
				count, last = count + 1, _time(order["updatedAt"])
				yield rest_order(self._whole(order))
				if count >= _PAGED_ORDERS and last > since:
					break
			else:
				return
			since = last

	def _asked(self, given: Json) -> Json | None:
		order: Json | None = None
		for parts in _PARTS:
			variables = {**given, "parts": parts, "inner": max(50, parts), "returns": self._returns}
			order = self._admin.query("order", variables, _OPTIONAL).get("order")
			if not order or not _is_full(order, parts):
				break
		return order

	def _pages(self, since: datetime, until: datetime | None) -> Iterator[Json]:
		terms = [f"updated_at:>='{_text(since)}'"]
		if until:
			terms.append(f"updated_at:<='{_text(until + timedelta(microseconds=999_999))}'")
		after: str | None = None
		while True:
			given = {
				"query": " AND ".join(terms),
				"first": _ORDERS,
				"lines": _LINES_IN_LIST,
				"after": after,
			}
			page = self._allowed(lambda given=given: self._page(given))  # type: ignore[misc]
			yield from nodes(page, "orders")
			info = (page.get("orders") or {}).get("pageInfo") or {}
			after = info.get("endCursor")
			if not (info.get("hasNextPage") and after):
				return

	def _page(self, given: Json) -> Json:
		sizes = {"parts": _PARTS_IN_LIST, "inner": _PARTS_IN_LIST, "returns": self._returns}
		return self._admin.query("orders_changed", {**given, **sizes}, _OPTIONAL)

	def _allowed(self, ask: Callable[[], Found]) -> Found:
		"""Asked once more without returns where the app may not read them."""
		try:
			return ask()
		except Fixable as error:
			if not self._returns or _RETURNS not in str(error.params.get("scopes", "")):
				raise
			self._returns = False
			return ask()

	def _whole(self, order: Json) -> Json:
		"""An order of a list, read again where the list shows only some of its parts."""
		if _is_full(order, _PARTS_IN_LIST):
			order = self._asked({"id": order["id"], "lines": _LINES}) or order
		return self._complete(order)

	def _complete(self, order: Json) -> Json:
		"""The order with the lines that its first pages left out."""
		order = {**order, "lineItems": {"nodes": self._all_lines(order)}}
		for field, (name, root, connection) in _INNER.items():
			if order.get(field) is not None:
				order[field] = [with_all(self._admin, part, name, root, connection) for part in order[field]]
		return order

	def _all_lines(self, order: Json) -> list[Json]:
		lines, info = nodes(order, "lineItems"), (order.get("lineItems") or {}).get("pageInfo") or {}
		while info.get("hasNextPage"):
			given = {"id": order["id"], "lines": _LINES, "after": info["endCursor"]}
			page = (self._admin.query("order_lines", given).get("order") or {}).get("lineItems") or {}
			lines, info = lines + (page.get("nodes") or []), page.get("pageInfo") or {}
		return lines


def with_all(admin: Admin, part: Json, name: str, root: str, connection: str) -> Json:
	"""A part of an order with all the lines of its connection: `name` asks for those after a cursor at `root`."""
	lines, info = nodes(part, connection), (part.get(connection) or {}).get("pageInfo") or {}
	while info.get("hasNextPage"):
		given = {"id": part["id"], "after": info["endCursor"]}
		page = (admin.query(name, given).get(root) or {}).get(connection) or {}
		lines, info = lines + (page.get("nodes") or []), page.get("pageInfo") or {}
	return {**part, connection: {"nodes": lines}}


def _is_full(order: Json, parts: int) -> bool:
	"""Whether a list of so many may have been cut."""
	returns = nodes(order, "returns")
	lists = [order.get("refunds") or (), order.get("fulfillments") or (), returns]
	cut = any(
		(((each.get("returnLineItems") or {}).get("pageInfo") or {}).get("hasNextPage")) for each in returns
	)
	return parts < _PARTS[-1] and (cut or any(len(each) >= parts for each in lists))


def _text(moment: datetime) -> str:
	"""Search takes seconds, in UTC."""
	return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _time(text: str) -> datetime:
	return datetime.fromisoformat(text.replace("Z", "+00:00"))
