"""Orders as the parser takes them: an order that has refunds with all that the store knows of them."""

from __future__ import annotations

from typing import Any

from ...core.errors import Gone
from . import refunds
from .api import Api, Refused, object_of
from .catalogue import ID
from .walks import id_of

Row = dict[str, Any]


def fetch(api: Api, order_id: str) -> Row:
	"""The order with its refunds. Raises `Gone` when there is none of that id; one in the trash is there."""
	return with_refunds(api, bare(api, order_id))


def bare(api: Api, order_id: str) -> Row:
	"""The order as WooCommerce answers it: of refunds the sums only. Raises `Gone`."""
	if not ID.fullmatch(order_id):
		raise Gone("Order", order_id)
	try:
		return object_of(api.get(f"orders/{order_id}"))
	except Refused as error:
		if error.code.endswith("_invalid_id"):
			raise Gone("Order", order_id) from None
		raise


def with_refunds(api: Api, order: Row) -> Row:
	"""The same order; its `refunds` have the fields of `orders/<id>/refunds` beside their own."""
	if refunds.are_whole(order):
		return order
	details = {id_of(row): row for row in api.rows(f"orders/{id_of(order)}/refunds")}
	# One that is told but not there any more was deleted since, and one that is new has a message of its own.
	told = [row for row in refunds.listed(order) if id_of(row) in details]
	return {**order, "refunds": [{**row, **details[id_of(row)]} for row in told]}
