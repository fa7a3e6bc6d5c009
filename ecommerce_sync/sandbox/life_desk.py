"""The warehouse at the embedded ERP, for the lives of orders."""

from __future__ import annotations

from decimal import Decimal

from ..core.errors import SyncError
from ..core.life import Parcel
from .world import EmbeddedWorld


class EmbeddedDesk:
	"""See `life_run.Desk`."""

	def __init__(self, world: EmbeddedWorld) -> None:
		self.world = world

	def deliver(self, store: str, order_id: str, pieces: dict[str, Decimal], parcel: Parcel) -> str | None:
		name = self._order(store, order_id)
		if name is None:
			return None
		try:
			with self.world.database.transaction():
				delivery = self.world.erp.deliver(name, pieces)
				self.world.erp.add_parcel(delivery, parcel)
		except SyncError:
			return None  # the order changed meanwhile
		return delivery

	def cancel_delivery(self, store: str, order_id: str, delivery: str) -> bool:
		try:
			with self.world.database.transaction():
				self.world.erp.cancel_delivery(delivery)
		except (SyncError, ValueError):
			return False
		return True

	def add_parcel(self, store: str, order_id: str, delivery: str, parcel: Parcel) -> None:
		with self.world.database.transaction():
			self.world.erp.add_parcel(delivery, parcel)

	def _order(self, store: str, order_id: str) -> str | None:
		link = self.world.erp._link(store, "Order", order_id)
		row = self.world.erp._read("Sales Order", link.get("document") or "")
		return row["name"] if row and row["docstatus"] == 1 and not row["data"].get("closed") else None
