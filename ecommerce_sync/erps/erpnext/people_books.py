"""Customers' accounts, personal data and payouts: that part of `LifeBooks` on a Frappe site."""

from __future__ import annotations

from datetime import date
from typing import Literal

from ...core.accounts import CustomerState
from ...core.commands import EnsureCustomer
from ...core.followups import UpdateCustomer
from ...core.payouts import Payout
from ...core.settings import StoreSettings
from ..life import Erasure
from . import customers, erasure, links, payouts, people, personal
from .unit import Unit

Document = tuple[str, str]


class PeopleBooks:
	"""Beyond what an order tells of its buyer."""

	_unit: Unit

	def customer_of(self, store: str, customer_id: str) -> str | None:
		"""See `LifeBooks.customer_of`."""
		key = links.account_key(store, customer_id)
		return links.names_of([key], "Customer").get(key.external_id)

	def customer_state(self, store: str, customer_id: str) -> CustomerState:
		"""See `LifeBooks.customer_state`."""
		return people.state(store, customer_id)

	def add_customer(self, command: EnsureCustomer, settings: StoreSettings) -> Document:
		"""See `LifeBooks.add_customer`."""
		return "Customer", customers.ensure_customer(command.customer, settings, self._unit)

	def update_customer(self, command: UpdateCustomer, settings: StoreSettings) -> Document | None:
		"""See `LifeBooks.update_customer`."""
		return people.update(command, settings, self._unit)

	def merge_customer(self, store: str, gone_id: str, kept_id: str) -> Document | None:
		"""See `LifeBooks.merge_customer`."""
		return people.merge(store, gone_id, kept_id)

	def forget_customer(self, store: str, customer_id: str) -> Document | None:
		"""See `LifeBooks.forget_customer`."""
		return people.forget(store, customer_id)

	def personal_data(
		self, store: str, customer_id: str, email: str | None, order_ids: tuple[str, ...]
	) -> tuple[Document, ...]:
		"""See `LifeBooks.personal_data`."""
		return personal.personal_data(store, customer_id, email, order_ids)

	def erase(
		self,
		store: str,
		what: Literal["customer", "store"],
		customer_id: str,
		email: str | None,
		order_ids: tuple[str, ...],
	) -> Erasure:
		"""See `LifeBooks.erase`."""
		return erasure.erase(store, what, customer_id, email, order_ids)

	def record_payout(self, store: str, payout: Payout) -> Document | None:
		"""See `LifeBooks.record_payout`."""
		return payouts.record(store, payout)

	def last_payout(self, store: str) -> date | None:
		"""See `LifeBooks.last_payout`."""
		return payouts.last(store)
