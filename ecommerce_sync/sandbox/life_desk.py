"""The warehouse at the embedded ERP, for the lives of orders."""

from __future__ import annotations

from decimal import Decimal
from itertools import count

from ..core.errors import SyncError
from ..core.life import Parcel
from ..erps.base import LinkKey, NewEvent
from .world import EmbeddedWorld


class EmbeddedDesk:
	"""See `life_run.Desk`. What a hook of Frappe's notes on a real site is noted here by hand."""

	def __init__(self, world: EmbeddedWorld) -> None:
		self.world, self._numbers = world, count(1)

	def deliver(self, store: str, order_id: str, pieces: dict[str, Decimal], parcel: Parcel) -> str | None:
		name = self._order(store, order_id)
		if name is None:
			return None
		try:
			with self.world.database.transaction():
				delivery = self.world.erp.deliver(name, pieces)
				self.world.erp.add_parcel(delivery, parcel)
				self._note(store, order_id)
		except SyncError:
			return None  # the order changed meanwhile
		return delivery

	def cancel_delivery(self, store: str, order_id: str, delivery: str) -> bool:
		try:
			with self.world.database.transaction():
				self.world.erp.cancel_delivery(delivery)
				self._note(store, order_id)
		except (SyncError, ValueError):
			return False
		return True

	def add_parcel(self, store: str, order_id: str, delivery: str, parcel: Parcel) -> None:
		with self.world.database.transaction():
			self.world.erp.add_parcel(delivery, parcel)
			self._note(store, order_id)

	def _order(self, store: str, order_id: str) -> str | None:
		link = self.world.erp._link(store, "Order", order_id)
		row = self.world.erp._read("Sales Order", link.get("document") or "")
		return row["name"] if row and row["docstatus"] == 1 and not row["data"].get("closed") else None

	def _note(self, store: str, order_id: str) -> None:
		key = LinkKey(store=store, kind="Order", external_id=order_id)
		self.world.journal.note(
			NewEvent(
				store=store,
				topic="delivery_note",
				kind="shipment",
				external_id=key.external_id,
				event_key=f"delivery:{order_id}:{next(self._numbers)}",
				direction="Out",
				whole=False,
			)
		)
