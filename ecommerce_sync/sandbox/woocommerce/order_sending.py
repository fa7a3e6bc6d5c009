"""Shipments as the shop's staff notes them: in words, in the tracking plugin where there is one, by status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ecommerce_sync.sandbox.woocommerce import trackings
from ecommerce_sync.sandbox.woocommerce.order_book import OrderBook
from ecommerce_sync.sandbox.woocommerce.orders import Shipment, WooOrder
from ecommerce_sync.sandbox.woocommerce.statuses import moved


class Sending(OrderBook):
	"""The part of a store that ships. Unknown orders raise KeyError."""

	def ship(
		self,
		order: WooOrder | int,
		pieces: Mapping[int, int],
		number: str | None = None,
		carrier: str | None = None,
	) -> str:
		"""The shop sends pieces by position: a note, an entry of the tracking plugin where there is one, and the
		status: completed when nothing is left to send, before that partly shipped where the shop has that
		status. The tracking entry's id, else one of the shop's own. Raises ValueError for more than is left."""
		old = self.order(order)
		_check_left(old, pieces)
		item = self._entry(old, pieces, number, carrier)
		shipment = Shipment(
			item["tracking_id"] if item else f"{old.id}-{len(old.shipments) + 1}", dict(pieces)
		)
		if item:
			self.track(old, [*trackings.items_of(old), item])
		self._write_shipped(old, pieces, number, carrier)
		self.save(old, lambda each, at: self._sent(each, (*each.shipments, shipment), at))
		return shipment.id

	def call_back(self, order: WooOrder | int, shipment_id: str) -> WooOrder:
		"""A shipment did not happen: its tracking entry goes, and the order is to be worked on again."""
		old = self.order(order)
		kept = [item for item in trackings.items_of(old) if item.get("tracking_id") != shipment_id]
		if len(kept) != len(trackings.items_of(old)):
			self.track(old, kept)
		self.notes.add(old.id, f"Shipment {shipment_id} was called back.", author="admin")
		left = tuple(shipment for shipment in old.shipments if shipment.id != shipment_id)
		return self.save(old, lambda each, at: self._sent(each, left, at))

	def track(self, order: WooOrder | int, items: list[dict[str, Any]]) -> WooOrder:
		"""Replace the tracking plugin's entries."""
		return self.save(order, lambda old, at: old.changed(at, meta=((trackings.KEY, items),)))

	def _entry(
		self, order: WooOrder, pieces: Mapping[int, int], number: str | None, carrier: str | None
	) -> dict[str, Any] | None:
		if not self.settings.shipment_tracking or not number:
			return None
		known = {trackings.slug(name) for country in trackings.PROVIDERS.values() for name in country}
		field = "tracking_provider" if trackings.slug(carrier or "") in known else "custom_tracking_provider"
		salt = f"{order.id}-{len(order.shipments)}"
		item = trackings.entry({field: carrier, "tracking_number": number}, self.now(), salt)
		return item | (
			trackings.products(order, pieces) if self.settings.shipment_tracking == "advanced" else {}
		)

	def _write_shipped(
		self, order: WooOrder, pieces: Mapping[int, int], number: str | None, carrier: str | None
	) -> None:
		goods = ", ".join(f"{order.story.lines[at].title} × {quantity}" for at, quantity in pieces.items())
		by = f" with {carrier or 'a parcel service'}, number {number}" if number else ""
		self.notes.add(order.id, f"Shipped: {goods}{by}.", author="admin")

	def _sent(self, order: WooOrder, shipments: tuple[Shipment, ...], at: datetime) -> WooOrder:
		"""The order with these shipments, in the status that the shop's staff gives it for them."""
		order = replace(order, shipments=shipments)
		partly = [name for name in self.settings.custom_statuses if name.startswith("partial")]
		if _all_sent(order):
			return moved(order, "completed", at)
		if shipments and partly:
			return moved(order, partly[0], at)
		back = order.completed or order.status in partly
		return moved(order, "processing", at) if back else order


def _check_left(order: WooOrder, pieces: Mapping[int, int]) -> None:
	left = dict(_to_send(order))
	for position, quantity in pieces.items():
		if not 0 < quantity <= left.get(position, 0):
			raise ValueError(f"line {position}: {quantity} pieces to send, {left.get(position, 0)} are left.")


def _to_send(order: WooOrder) -> Iterator[tuple[int, int]]:
	"""Pieces by position that were neither sent nor refunded before."""
	for position, line in order.lines:
		sent = sum(shipment.pieces.get(position, 0) for shipment in order.shipments)
		unsent = sum(p.unsent for refund in order.refunds for p in refund.parts if p.place == position + 1)
		yield position, line.quantity - sent - unsent


def _all_sent(order: WooOrder) -> bool:
	return bool(order.shipments) and all(left <= 0 for _, left in _to_send(order))
