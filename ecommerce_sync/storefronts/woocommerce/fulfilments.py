"""What a wc/v3 order says about shipment: what we remember on it, parcels of a plugin, its status Completed.

WooCommerce itself knows no shipments of single pieces. Status Completed means that all is shipped: one
fulfilment of the pieces that no other covers. Shipment-tracking plugins keep parcels in the order's meta data;
Advanced Shipment Tracking Pro also says which pieces are in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from ...core.life import Fulfilment, FulfilmentStatus, LineQuantity, Parcel, Refund
from ...core.models import ZERO, Line
from . import memory
from .fields import Fields, amount_of, meta, plain

COMPLETED = "completed"
TRACKING_META = "_wc_shipment_tracking_items"  # Shipment Tracking and Advanced Shipment Tracking
_TAKEN_BACK = {"pending", "on-hold", "processing", "failed", "cancelled", "checkout-draft"}
_LATEST = 253_402_300_799  # the last second of the year 9999


def parse(
	order: Fields, word: str, lines: Sequence[Line], refunds: Sequence[Refund]
) -> tuple[Fulfilment, ...]:
	"""All fulfilments, oldest first; "completed" comes last, cancelled where the status was taken back."""
	found = (*(entry.fulfilment for entry in memory.read(order)), *_in_parcels(order, lines))
	at = order.time("date_completed")
	if word != COMPLETED and not at:
		return found
	before = [refund for refund in refunds if at and refund.created_at < at]
	left = unshipped(lines, found, before)
	status: FulfilmentStatus = "success" if all_shipped(order, word) else "cancelled"
	return (*found, _completed(order, status, left, at)) if left else found


def all_shipped(order: Fields, word: str) -> bool:
	"""Whether the store counts everything as shipped: completed, and not put back to be worked on."""
	taken_back = word in _TAKEN_BACK or word.startswith("partial")
	return word == COMPLETED or bool(order.time("date_completed") and not taken_back)


def unshipped(
	lines: Sequence[Line], fulfilments: Sequence[Fulfilment], refunds: Sequence[Refund]
) -> tuple[LineQuantity, ...]:
	"""Pieces that neither were shipped nor are paid back."""
	gone: dict[str, Decimal] = {}
	live = [each for each in fulfilments if each.status in ("success", "pending")]
	shipped = [(line.line_id, line.quantity) for each in live for line in each.lines]
	refunded = [(line.line_id, line.quantity) for refund in refunds for line in refund.lines]
	for line_id, pieces in (*shipped, *refunded):
		gone[line_id] = gone.get(line_id, ZERO) + pieces
	left = ((line.id, line.quantity - gone.get(line.id, ZERO)) for line in lines if _is_shipped(line))
	return tuple(LineQuantity(line_id=line_id, quantity=pieces) for line_id, pieces in left if pieces > 0)


def parcel_of(row: Mapping[str, Any]) -> Parcel:
	"""A plugin's entry, of the meta data or of its REST API: a carrier that it knows, or one typed by hand."""

	def said(*keys: str) -> str | None:
		return next((text for key in keys if (text := plain(row.get(key)))), None)

	return Parcel(
		carrier=said("custom_tracking_provider", "formatted_tracking_provider", "tracking_provider"),
		number=said("tracking_number"),
		url=said("custom_tracking_link", "formatted_tracking_link", "tracking_link"),
	)


def _is_shipped(line: Line) -> bool:
	return line.requires_shipping and line.kind in ("product", "custom")


def _completed(
	order: Fields, status: FulfilmentStatus, lines: tuple[LineQuantity, ...], at: datetime | None
) -> Fulfilment:
	found = (parcel_of(row) for row in _tracked(order) if not _contents(row))
	parcels = tuple(parcel for parcel in found if parcel != Parcel())
	return Fulfilment(id=COMPLETED, status=status, lines=lines, parcels=parcels, created_at=at)


def _tracked(order: Fields) -> Iterator[Mapping[str, Any]]:
	"""The entries of a shipment-tracking plugin that are not of our making."""
	ours = {parcel.number for entry in memory.read(order) for parcel in entry.parcels}
	found = meta(order, TRACKING_META)
	rows = found.values() if isinstance(found, Mapping) else found if isinstance(found, list) else ()
	for row in rows:
		if isinstance(row, Mapping) and parcel_of(row).number not in ours:
			yield row


def _in_parcels(order: Fields, lines: Sequence[Line]) -> Iterator[Fulfilment]:
	"""The parcels whose contents are told: `products_list` names the order's rows and their pieces."""
	known = {line.id for line in lines}
	for row in _tracked(order):
		contents = tuple(each for each in _contents(row) if each.line_id in known)
		tracking_id = plain(row.get("tracking_id"))
		if contents and tracking_id:
			yield Fulfilment(
				id=tracking_id,
				status="success",
				lines=contents,
				parcels=(parcel_of(row),),
				created_at=_moment(row.get("date_shipped")),
			)


def _contents(row: Mapping[str, Any]) -> tuple[LineQuantity, ...]:
	listed = row.get("products_list")
	rows = listed.values() if isinstance(listed, Mapping) else listed if isinstance(listed, list) else ()
	found: dict[str, Decimal] = {}
	for each in rows:
		line_id, pieces = (
			amount_of(each.get(key)) if isinstance(each, Mapping) else ZERO for key in ("item_id", "qty")
		)
		if line_id > 0 and pieces > 0:
			found[str(int(line_id))] = found.get(str(int(line_id)), ZERO) + pieces
	return tuple(LineQuantity(line_id=line_id, quantity=pieces) for line_id, pieces in found.items())


def _moment(stamp: Any) -> datetime | None:
	"""The plugins keep seconds since 1970."""
	seconds = amount_of(stamp)
	return datetime.fromtimestamp(int(seconds), timezone.utc) if 0 < seconds <= _LATEST else None
