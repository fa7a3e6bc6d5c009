"""What an ERP does after the Sales Order, beyond `Erp.observe` and `Erp.apply`: the third part of the `Erp` protocol."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

from ..core.accounts import CustomerState
from ..core.commands import EnsureCustomer
from ..core.erp import Delivery
from ..core.followups import UpdateCustomer
from ..core.life import LineQuantity, Parcel
from ..core.models import Model
from ..core.payouts import Payout
from ..core.settings import StoreSettings


class CreditToTell(Model):
	"""A submitted credit note of a synced order that no refund of the store stands behind. Positive amounts."""

	document: str
	currency: str
	total: Decimal
	lines: tuple[LineQuantity, ...]
	shipping: Decimal  # with its tax
	restock: bool  # its goods came back
	note: str | None = None


class Erasure(Model):
	"""What an erasure request led to: documents whose personal data was replaced, and those that law keeps."""

	redacted: tuple[tuple[str, str], ...] = ()
	kept: tuple[tuple[str, str], ...] = ()


class LifeBooks(Protocol):
	"""Methods run inside `transaction`, under the order's lock, unless they say otherwise."""

	def deliveries(self, store: str, order_id: str, settings: StoreSettings) -> tuple[Delivery, ...]:
		"""All documents that ship the order's goods, cancelled ones included, oldest first."""
		...

	def shipment_told(
		self,
		doctype: str,
		document: str,
		fulfilment_ids: tuple[str, ...],
		parcels: tuple[Parcel, ...] | None,
	) -> None:
		"""Remember on the document what the store knows of it; without moving its `modified`."""
		...

	def credits_to_tell(self, store: str, order_id: str) -> tuple[CreditToTell, ...]:
		"""Credit notes that a person made, for the store to refund."""
		...

	def credit_told(self, document: str, refund_id: str) -> None:
		"""Remember the refund on the credit note."""
		...

	def update_customer(self, command: UpdateCustomer, settings: StoreSettings) -> tuple[str, str] | None:
		"""Bring name, contact and addresses of a synced customer up to date; None when nothing differs."""
		...

	def customer_of(self, store: str, customer_id: str) -> str | None:
		"""The ERPNext Customer of a store's customer."""
		...

	def customer_state(self, store: str, customer_id: str) -> CustomerState:
		"""What is known of a store's account, under its guard's lock."""
		...

	def add_customer(self, command: EnsureCustomer, settings: StoreSettings) -> tuple[str, str]:
		"""Find or create the Customer of an account that has not bought yet, under the locks of its guards."""
		...

	def merge_customer(self, store: str, gone_id: str, kept_id: str) -> tuple[str, str] | None:
		"""Both accounts lead to one Customer: the kept one's, else the gone one's; None where nothing changes.

		Both guards are locked. Documents stay with the Customer that they have: merging those is a person's.
		"""
		...

	def forget_customer(self, store: str, customer_id: str) -> tuple[str, str] | None:
		"""The account is gone: nothing leads from it to its Customer, which stays and is returned."""
		...

	def personal_data(
		self, store: str, customer_id: str, email: str | None, order_ids: tuple[str, ...]
	) -> tuple[tuple[str, str], ...]:
		"""All documents that hold something about the person, for those who ask what is known of them."""
		...

	def erase(
		self,
		store: str,
		what: Literal["customer", "store"],
		customer_id: str,
		email: str | None,
		order_ids: tuple[str, ...],
	) -> Erasure:
		"""Redact a person (or all of a store): payloads of messages, notes, contacts, addresses, customers.

		Names and addresses on submitted documents stay as long as the law wants them, and are reported; so is a
		Customer that other stores or a person's own documents use. Of a store a part may be done: it is called
		again until nothing is redacted.
		"""
		...

	def last_payout(self, store: str) -> date | None:
		"""When the newest recorded payout was issued."""
		...

	def record_payout(self, store: str, payout: Payout) -> tuple[str, str] | None:
		"""Create or update the Store Payout with its entries' Payment Entries; None when nothing differs."""
		...
