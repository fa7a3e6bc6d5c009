"""What happens to an order after it was placed, as any store tells it: shipments, refunds, returns.

Amounts stand in the order's currency and on its basis (`Order.taxes_included`) and are positive: what the
buyer is given back. Quantities are positive pieces.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from .base import ZERO, Model, TaxLine

# What became of refunded goods. "cancel": never to be shipped. "return": back on the shelf. "no_restock":
# the buyer keeps them or they are lost. Stores that do not count shipments tell only whether pieces went back on
# the shelf ("unknown", also where not even that) or not ("unknown_kept"): what was not shipped is cancelled.
Restock = Literal["cancel", "return", "no_restock", "unknown", "unknown_kept"]
FulfilmentStatus = Literal["pending", "success", "cancelled", "failed"]
ReturnStatus = Literal["requested", "open", "closed", "declined", "cancelled"]


class Parcel(Model):
	"""One parcel of a shipment; any part may be missing."""

	carrier: str | None = None
	number: str | None = None
	url: str | None = None


class LineQuantity(Model):
	"""So many pieces of one store line."""

	line_id: str
	quantity: Decimal


class Fulfilment(Model):
	"""Goods that the store knows to be on their way."""

	id: str
	status: FulfilmentStatus
	lines: tuple[LineQuantity, ...]
	parcels: tuple[Parcel, ...] = ()
	location_id: str | None = None
	created_at: datetime | None = None


class RefundLine(Model):
	"""Pieces of a line that are paid back. `amount` is for all of them, after discounts."""

	line_id: str
	quantity: Decimal
	amount: Decimal
	taxes: tuple[TaxLine, ...] = ()
	restock: Restock = "unknown"
	location_id: str | None = None


class RefundPart(Model):
	"""What is paid back of shipping or a charge; `part_id` as in `core.taxes.parts_of` (`shipping:5`)."""

	part_id: str
	amount: Decimal
	taxes: tuple[TaxLine, ...] = ()


class Refund(Model):
	"""One refund. `adjustment` is what it pays back beyond its lines and parts, tax included; negative for less.

	`payment_ids` name the transactions of `Order.payments` that moved its money; none: nothing was paid back.
	"""

	id: str
	created_at: datetime
	lines: tuple[RefundLine, ...] = ()
	parts: tuple[RefundPart, ...] = ()
	adjustment: Decimal = ZERO
	note: str | None = None
	return_id: str | None = None
	payment_ids: tuple[str, ...] = ()

	def credited(self, taxes_included: bool) -> Decimal:
		"""What the buyer owes less because of it, taxes included."""
		pieces: tuple[RefundLine | RefundPart, ...] = (*self.lines, *self.parts)
		amounts = sum((piece.amount for piece in pieces), ZERO) + self.adjustment
		taxes = sum((tax.amount for piece in pieces for tax in piece.taxes), ZERO)
		return amounts if taxes_included else amounts + taxes


class Return(Model):
	"""Goods that the buyer wants to send back, announced before they arrive."""

	id: str
	status: ReturnStatus
	lines: tuple[LineQuantity, ...]
	created_at: datetime | None = None
