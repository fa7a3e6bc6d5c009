"""Which numbers a store changed beside its orders: what moved is compared with what it sold meanwhile.

A number may be lower than ours because the store has sold, and ours lower than the store's because another
store has: only what the store's own orders do not account for was changed by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from ..core.errors import PayloadRefused
from ..core.models import ZERO, Line, Order
from ..core.stock import Quantity
from .drift import Drift
from .machine import Connection
from .open_orders import lowered

_SECOND = timedelta(seconds=1)  # stores tell whole seconds
_RETURNED = ("refunded", "partially_refunded")


class _Range(NamedTuple):
	"""Between these a number may lie without anybody's having touched it."""

	low: int
	high: int


def unexplained(connection: Connection, moved: Sequence[Quantity]) -> list[Drift]:
	"""Those of the numbers that moved by more than the store's orders since then; one look at the orders."""
	bases = [each.known.base_at for each in moved if each.known.base_at]
	orders = list(_orders(connection, min(bases) - _SECOND)) if bases else []
	found = (Drift(each, _beside(connection, each, orders)) for each in moved)
	return [drift for drift in found if drift.pieces]


def _orders(connection: Connection, since: datetime) -> Iterator[Order]:
	for payload in connection.storefront().orders_changed(since):
		try:
			yield connection.parse(payload)
		except PayloadRefused:
			continue  # its event says so; it explains nothing


def _beside(connection: Connection, moved: Quantity, orders: Iterable[Order]) -> int:
	"""Pieces that no order accounts for; all of the difference where nothing was known before."""
	shown = moved.known.quantity or 0
	if moved.known.base is None or moved.known.base_at is None:
		return shown - moved.quantity
	low, high = _may_show(connection, moved, moved.known.base, moved.known.base_at, orders)
	return shown - high if shown > high else min(0, shown - low)


def _may_show(
	connection: Connection, moved: Quantity, base: int, since: datetime, orders: Iterable[Order]
) -> _Range:
	"""Orders of the very second, of no named place, paid later or given back may have moved it, or not."""
	sure, perhaps, back = ZERO, ZERO, ZERO
	for order in orders:
		pieces = sum((line.quantity for line in order.lines if _is_of(line, moved)), ZERO)
		elsewhere = order.location_id and moved.location_id not in ("", order.location_id)
		if not pieces or elsewhere:
			continue
		if not order.live or order.payment_status in _RETURNED:
			back += pieces
			perhaps += pieces
		elif not lowered(connection, order):
			continue
		elif order.created_at >= since + _SECOND and _one_place(connection, order):
			sure += pieces
		else:
			perhaps += pieces
	return _Range(int(base - sure - perhaps), int(base - sure + back))


def _one_place(connection: Connection, order: Order) -> bool:
	return bool(order.location_id) or len(connection.settings.stock_places()) == 1


def _is_of(line: Line, moved: Quantity) -> bool:
	listing = moved.listing
	same = line.product_id == listing.product_id
	return same and (listing.stock_holder == "product" or (line.variant_id or "") == listing.variant_id)
