"""What a wc/v3 order says about shipment: what we remember on it, and its status Completed.

WooCommerce knows no shipments of single pieces. Status Completed means that all is shipped: one fulfilment of
the pieces that no other covers, with the parcels that a shipment-tracking plugin keeps in the order's meta data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ...core.life import Fulfilment, FulfilmentStatus, LineQuantity, Parcel, Refund
from ...core.models import ZERO, Line
from . import memory
from .fields import Fields, meta, plain

COMPLETED = "completed"
TRACKING_META = "_wc_shipment_tracking_items"  # Shipment Tracking and Advanced Shipment Tracking
_NOT_SHIPPED = {"pending", "on-hold", "processing", "failed", "checkout-draft"}


def parse(
	order: Fields, word: str, lines: Sequence[Line], refunds: Sequence[Refund]
) -> tuple[Fulfilment, ...]:
	"""All fulfilments, oldest first; "completed" comes last, cancelled where the status was taken back."""
	entries = memory.read(order)
	found = tuple(entry.fulfilment for entry in entries)
	at = order.time("date_completed")
	if word != COMPLETED and not at:
		return found
	status: FulfilmentStatus = "cancelled" if word in _NOT_SHIPPED else "success"
	before = [refund for refund in refunds if at and refund.created_at < at]
	left = unshipped(lines, entries, before)
	if not left:
		return found
	return (*found, _completed(order, status, left, at, entries))


def all_shipped(order: Fields, word: str) -> bool:
	"""Whether the store counts everything as shipped."""
	return word == COMPLETED or bool(order.time("date_completed") and word not in _NOT_SHIPPED)


def unshipped(
	lines: Sequence[Line], entries: Sequence[memory.Entry], refunds: Sequence[Refund]
) -> tuple[LineQuantity, ...]:
	"""Pieces that neither were shipped nor are paid back."""
	gone = memory.pieces(entries)
	for line in (line for refund in refunds for line in refund.lines):
		gone[line.line_id] = gone.get(line.line_id, ZERO) + line.quantity
	left = ((line.id, line.quantity - gone.get(line.id, ZERO)) for line in lines if _is_shipped(line))
	return tuple(LineQuantity(line_id=line_id, quantity=pieces) for line_id, pieces in left if pieces > 0)


def _is_shipped(line: Line) -> bool:
	return line.requires_shipping and line.kind in ("product", "custom")


def _completed(
	order: Fields,
	status: FulfilmentStatus,
	lines: tuple[LineQuantity, ...],
	at: datetime | None,
	entries: Sequence[memory.Entry],
) -> Fulfilment:
	ours = {parcel.number for entry in entries for parcel in entry.parcels}
	parcels = tuple(parcel for parcel in tracked(order) if parcel.number not in ours)
	return Fulfilment(id=COMPLETED, status=status, lines=lines, parcels=parcels, created_at=at)


def tracked(order: Fields) -> tuple[Parcel, ...]:
	"""The parcels that a shipment-tracking plugin knows."""
	found = meta(order, TRACKING_META)
	rows = found.values() if isinstance(found, Mapping) else found if isinstance(found, list) else ()
	return tuple(_parcels(rows))


def _parcels(rows: Any) -> Iterator[Parcel]:
	for row in rows:
		if not isinstance(row, Mapping):
			continue
		parcel = parcel_of(row)
		if parcel != Parcel():
			yield parcel


def parcel_of(row: Mapping[str, Any]) -> Parcel:
	"""A plugin's entry, of the meta data or of its REST API: a carrier that it knows, or one typed by hand."""

	def said(*keys: str) -> str | None:
		return next((text for key in keys if (text := plain(row.get(key)))), None)

	return Parcel(
		carrier=said("custom_tracking_provider", "formatted_tracking_provider", "tracking_provider"),
		number=said("tracking_number"),
		url=said("custom_tracking_link", "formatted_tracking_link", "tracking_link"),
	)
