"""What stores have sold and ERPNext has not reserved yet: queued, held, failed and unpaid orders, and
those whose status is not imported (yet).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ..core.errors import PayloadRefused, SyncError
from ..core.models import ZERO, Order
from ..core.stock import StockPart, unreserved
from ..erps.base import OpenOrder
from .events import load
from .machine import Connection, Machine

Pieces = dict[tuple[str, str], Decimal]


class OpenOrders:
	"""Read once a run, and again after `forget`."""

	def __init__(self, machine: Machine) -> None:
		self._machine = machine
		self._taken: Pieces | None = None

	def forget(self) -> None:
		"""New orders were stored."""
		self._taken = None

	def read(self) -> None:
		"""Before what is free is read: an order that is booked in between then counts twice for a moment, not never."""
		if self._taken is None:
			self._taken = self._read()

	def taken_from(self, free: Mapping[tuple[str, str], Decimal]) -> Pieces:
		"""What is free, less what these orders will take."""
		self.read()
		taken = self._taken or {}
		return {key: amount - taken.get(key, ZERO) for key, amount in free.items()} | {
			key: -amount for key, amount in taken.items() if key not in free
		}

	def _read(self) -> Pieces:
		taken: Pieces = {}
		for open_order in self._machine.journal.open_orders():
			for key, amount in self._of_one(open_order).items():
				taken[key] = taken.get(key, ZERO) + amount
		return taken

	def _of_one(self, open_order: OpenOrder) -> Pieces:
		"""An order that cannot be read takes nothing: somebody sees its event anyway."""
		try:
			connection = self._machine.connect(open_order.store)
			order = connection.parse(load(open_order.payload))
		except (PayloadRefused, SyncError):
			return {}
		return self._pieces(connection, order) if lowered(connection, order) else {}

	def _pieces(self, connection: Connection, order: Order) -> Pieces:
		parts: dict[str, tuple[StockPart, ...]] = self._machine.erp.parts_of(connection.store, order.lines)
		return unreserved([(order, parts)], connection.settings)


def lowered(connection: Connection, order: Order) -> bool:
	"""Whether the store has lowered its number for the order."""
	statuses = connection.platform.capabilities.stock_statuses
	return order.live and (not statuses or order.status in statuses)
