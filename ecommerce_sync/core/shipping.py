"""The shipment planner: what ERPNext has delivered, what the store knows of it, and what to tell it. Pure.

Quantities decide, not messages: a delivery is told once, what the store has fulfilled already is taken as
told, and what was sent by a worker that died is found again.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from .life import Fulfilment, LineQuantity, Parcel
from .models import Model


class Fulfillable(Model):
	"""Pieces of a line that the store lets be fulfilled from one place (Shopify: a fulfilment order's line).

	`group` is what one fulfilment may span (Shopify: a fulfilment order), `item` its line's own id. Pieces on
	hold have `held` set to the store's reason.
	"""

	line_id: str
	quantity: Decimal
	group: str = ""
	item: str = ""
	location_id: str | None = None
	held: str | None = None


class StoreShipments(Model):
	"""What the store knows about an order's shipment, read just before something is written."""

	order_id: str
	status: str  # the platform's word for the order
	live: bool  # False: cancelled or gone
	open: tuple[Fulfillable, ...]
	fulfilments: tuple[Fulfilment, ...]


class FulfilPart(Model):
	"""Pieces to fulfil of one `Fulfillable`."""

	line_id: str
	quantity: Decimal
	group: str = ""
	item: str = ""
	location_id: str | None = None


class Fulfil(Model):
	"""Tell the store that goods are on their way. Parts are of one location. `complete`: nothing is left to ship."""

	doctype: str
	document: str
	parts: tuple[FulfilPart, ...]
	parcels: tuple[Parcel, ...]
	notify: bool
	complete: bool
	kind: Literal["Fulfil"] = "Fulfil"


class UpdateTracking(Model):
	"""The delivery's parcels changed since the store was told."""

	doctype: str
	document: str
	fulfilment_id: str
	parcels: tuple[Parcel, ...]
	notify: bool
	kind: Literal["UpdateTracking"] = "UpdateTracking"


class CancelFulfilment(Model):
	"""The delivery was cancelled."""

	doctype: str
	document: str
	fulfilment_id: str
	kind: Literal["CancelFulfilment"] = "CancelFulfilment"


class Told(Model):
	"""Nothing to send: the store knows the delivery by these ids already (none: it has nothing to do with it)."""

	doctype: str
	document: str
	fulfilment_ids: tuple[str, ...]
	parcels: tuple[Parcel, ...] | None = None
	kind: Literal["Told"] = "Told"


ShipmentCommand = Fulfil | UpdateTracking | CancelFulfilment | Told


def lines_of(parts: tuple[FulfilPart, ...]) -> tuple[LineQuantity, ...]:
	"""The parts summed by line."""
	found: dict[str, Decimal] = {}
	for part in parts:
		found[part.line_id] = found.get(part.line_id, Decimal(0)) + part.quantity
	return tuple(LineQuantity(line_id=line, quantity=pieces) for line, pieces in found.items())
