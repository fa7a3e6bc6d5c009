"""Shipments and announced returns of an order, from Shopify's REST shape.

Sources: https://shopify.dev/docs/api/admin-rest/latest/resources/fulfillment,
https://shopify.dev/docs/apps/build/orders-fulfillment/returns-apps.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from ...core.life import Fulfilment, FulfilmentStatus, LineQuantity, Parcel, Return, ReturnStatus
from .lines import identity
from .money import ZERO
from .reading import Node

_STATUSES: dict[str, FulfilmentStatus] = {
	"success": "success",
	"pending": "pending",
	"open": "pending",
	"cancelled": "cancelled",
	"error": "failed",
	"failure": "failed",
}
_RETURN_STATUSES: dict[str, ReturnStatus] = {
	"requested": "requested",
	"open": "open",
	"closed": "closed",
	"declined": "declined",
	"canceled": "cancelled",
	"cancelled": "cancelled",
}


def fulfilments(order: Node) -> tuple[Fulfilment, ...]:
	"""`fulfillments` of an order."""
	nodes = order.children("fulfillments")
	return tuple(fulfilment(node, place) for place, node in enumerate(nodes, 1))


def fulfilment(node: Node, place: int = 1) -> Fulfilment:
	"""One fulfilment."""
	return Fulfilment(
		id=identity(node, str(place)) or str(place),
		status=_STATUSES.get((node.text("status") or "success").lower(), "pending"),
		lines=_summed([(identity(line), line.number("quantity")) for line in node.children("line_items")]),
		parcels=_parcels(node),
		location_id=node.text("location_id"),
		created_at=node.time("created_at"),
	)


def _parcels(node: Node) -> tuple[Parcel, ...]:
	"""Numbers and links stand in lists of their own, in the same order; the carrier is that of all."""
	numbers = _texts(node, "tracking_numbers") or _texts(node, "tracking_number")
	links = _texts(node, "tracking_urls") or _texts(node, "tracking_url")
	carrier = node.text("tracking_company")
	pairs = list(zip_longest(numbers, links)) or ([(None, None)] if carrier else [])
	found = (Parcel(carrier=carrier, number=number, url=link) for number, link in pairs)
	return tuple(parcel for parcel in found if parcel != Parcel())


def _texts(node: Node, key: str) -> list[str | None]:
	"""The texts of a list or a single one; blank ones keep their place."""
	value: Any = node.value.get(key)
	values = value if isinstance(value, list) else [value] if value is not None else []
	found = [Node({key: each}, node.path).text(key) for each in values]
	return found if any(found) else []


def returns(order: Node) -> tuple[Return, ...]:
	"""`returns` that are told with their state; messages name some by their id alone."""
	nodes = order.children("returns")
	told = [node for node in nodes if node.text("status")]
	return tuple(_return(node, place) for place, node in enumerate(told, 1))


def returns_told(order: Node) -> bool:
	"""Whether a message tells all of the returns that it names."""
	return all(
		node.text("status") and node.children("return_line_items") for node in order.children("returns")
	)


def _return(node: Node, place: int) -> Return:
	lines = [(_returned_line(line), line.number("quantity")) for line in node.children("return_line_items")]
	return Return(
		id=identity(node, str(place)) or str(place),
		status=_RETURN_STATUSES.get((node.text("status") or "").lower(), "open"),
		lines=_summed(lines),
		created_at=node.time("created_at"),
	)


def _returned_line(part: Node) -> str | None:
	shipped = part.child("fulfillment_line_item") or part
	line = shipped.child("line_item")
	return (identity(line) if line else None) or shipped.text("line_item_id")


def _summed(pairs: Sequence[tuple[str | None, Decimal | None]]) -> tuple[LineQuantity, ...]:
	found: dict[str, Decimal] = {}
	for line, quantity in pairs:
		if line and quantity and quantity > 0:
			found[line] = found.get(line, ZERO) + quantity
	return tuple(LineQuantity(line_id=line, quantity=quantity) for line, quantity in found.items())
