"""What a storefront does after the order: shipments, refunds, cancellation, payouts. Part of `Storefront`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from ..core.life import LineQuantity, Parcel
from ..core.models import Model
from ..core.payouts import Payout
from ..core.shipping import Fulfil, StoreShipments


class RefundRequest(Model):
	"""A credit note of ERPNext that the store is to pay back. Amounts with tax, in the order's currency.

	`key` is the credit note: it goes along (idempotency key, note), so that one that was sent is found again.
	"""

	key: str
	lines: tuple[LineQuantity, ...] = ()
	shipping: Decimal = Decimal(0)
	amount: Decimal
	restock: bool = False
	notify: bool = False
	note: str | None = None
	currency: str


class LifeStore(Protocol):
	"""Every method may raise `Transient`, `Fixable`, and `Gone` for an order that is not there (any more)."""

	def shipments(self, order_id: str) -> StoreShipments:
		"""What can be fulfilled now and what was, read from the store."""
		...

	def fulfil(self, order_id: str, order: Fulfil) -> tuple[str, ...]:
		"""Create the fulfilment; the ids that it got. Pieces that the store does not let go raise `Fixable`.

		Where a platform keeps no fulfilments, the note, the tracking plugin's entry and the status stand for it,
		and what was shipped is remembered on the order under an id made of the document.
		"""
		...

	def update_tracking(
		self, order_id: str, fulfilment_id: str, parcels: tuple[Parcel, ...], notify: bool
	) -> None:
		"""Replace carrier, numbers and links of a fulfilment."""
		...

	def cancel_fulfilment(self, order_id: str, fulfilment_id: str) -> None:
		"""Take a fulfilment back; one that is cancelled already stays so."""
		...

	def cancel_order(self, order_id: str, reason: str, refund: bool, restock: bool, notify: bool) -> None:
		"""Cancel the whole order. Cannot be undone: only on a person's choice."""
		...

	def refund(self, order_id: str, request: RefundRequest) -> str:
		"""Pay back; the refund's id. One that was sent before under the same key is returned, not made again."""
		...

	def fetch_customer(self, customer_id: str) -> dict[str, Any]:
		"""The customer as a payload that `Platform.parse_customer` takes. Raises `Gone`."""
		...

	def payouts(self, since: datetime) -> Iterator[Payout]:
		"""Payouts issued since, oldest first; none where the platform or its plugins report none."""
		...
