"""Customers' accounts in stores on SQLite: which Customer each leads to, and what the store said of it last."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ...core.accounts import CustomerState, address_drafts, told_by
from ...core.commands import EnsureCustomer
from ...core.followups import CustomerField, UpdateCustomer
from ...core.parties import fingerprint, guard_store
from ...core.settings import StoreSettings
from .documents import Document
from .payments import Payments


class Accounts(Payments):
	"""Beyond what an order tells of its buyer."""

	def customer_of(self, store: str, customer_id: str) -> str | None:
		return self._customer_of(store, [f"id:{customer_id}"])

	def customer_state(self, store: str, customer_id: str) -> CustomerState:
		link = self._link(store, "Customer", f"id:{customer_id}")
		return CustomerState(
			customer=link.get("document"),
			version=datetime.fromisoformat(link["version"]) if link.get("version") else None,
			told=link.get("digest") or "",
			gone=link.get("state") == "Gone",
		)

	def add_customer(self, command: EnsureCustomer, settings: StoreSettings) -> Document:
		return self._ensure_customer(command, settings)

	def merge_customer(self, store: str, gone_id: str, kept_id: str) -> Document | None:
		before, kept = self.customer_state(store, gone_id), self.customer_of(store, kept_id)
		gone, document = before.customer, kept or before.customer
		known = before.gone and gone == kept
		if document:
			if gone and gone != document:
				self._hand_over(store, gone, document)
			for customer_id in (gone_id, kept_id):
				self._set_link(store, "Customer", f"id:{customer_id}", "Customer", document)
		self._account_gone(store, gone_id)
		return ("Customer", document) if document and not known else None

	def _hand_over(self, store: str, old: str, new: str) -> None:
		"""What led to one Customer leads to another: accounts of the store, and guards that no other store needs."""
		guards = "" if self._known_elsewhere(store, old) else " OR store = ''"
		self.database.execute(
			f"UPDATE link SET document = ? WHERE kind = 'Customer' AND document = ? AND (store = ?{guards})",
			new,
			old,
			store,
		)

	def _known_elsewhere(self, store: str, customer: str) -> bool:
		return bool(
			self._all(
				"SELECT 1 FROM link WHERE kind = 'Customer' AND document = ? AND store NOT IN (?, '')",
				customer,
				store,
			)
		)

	def forget_customer(self, store: str, customer_id: str) -> Document | None:
		name = self.customer_of(store, customer_id)
		self._account_gone(store, customer_id)
		self.database.execute(
			"UPDATE link SET document = NULL, digest = NULL, version = NULL"
			" WHERE store = ? AND kind = 'Customer' AND external_id = ?",
			store,
			f"id:{customer_id}",
		)
		return ("Customer", name) if name else None

	def _account_gone(self, store: str, customer_id: str) -> None:
		self.database.execute(
			"INSERT INTO link (store, kind, external_id, state) VALUES (?, 'Customer', ?, 'Gone')"
			" ON CONFLICT DO UPDATE SET state = 'Gone'",
			store,
			f"id:{customer_id}",
		)

	def update_customer(self, command: UpdateCustomer, settings: StoreSettings) -> Document | None:
		row = self._read("Customer", command.name)
		before: dict[str, Any] = row["data"] if row else {}
		after = {**before, **self._news(command, before)}
		wanted = address_drafts(command.addresses, after.get("name") or command.name)
		new = [place for place in wanted if not self._address(command.name, place.key)]
		self._remember(command, settings.store)
		if before == after and not new:
			return None
		self._write("Customer", command.name, after, 0)
		self._guard(settings.store, command.name, after)
		self._add_addresses(command.name, new)
		return ("Customer", command.name)

	def _news(self, command: UpdateCustomer, before: dict[str, Any]) -> dict[str, Any]:
		"""The parts of a Customer that the store changed, or that nobody has filled in yet."""
		person = command.customer
		told: dict[CustomerField, Any] = dict(told_by(person, command.addresses))
		if command.addresses:
			told["address"] = fingerprint(command.addresses[0])
		due = {
			key: value
			for key, value in told.items()
			if command.changed is None
			or key in command.changed
			or (key in command.fill and not before.get(key))
		}
		if "name" in due:
			due |= {"first_name": person.first_name, "last_name": person.last_name}  # type: ignore[dict-item]
		return {str(key): value for key, value in due.items()}

	def _remember(self, command: UpdateCustomer, store: str) -> None:
		if command.customer.id and command.told:
			self.database.execute(
				"UPDATE link SET digest = ?, version = ?, state = ''"
				" WHERE store = ? AND kind = 'Customer' AND external_id = ?",
				command.told,
				command.updated_at.isoformat() if command.updated_at else None,
				store,
				f"id:{command.customer.id}",
			)

	def _guard(self, store: str, customer: str, data: dict[str, Any]) -> None:
		"""The e-mail leads to the customer from now on, unless it leads to another one."""
		if (email := data.get("email")) and not self._customer_of(store, [f"email:{email}"]):
			self._set_link(guard_store(store, "email:"), "Customer", f"email:{email}", "Customer", customer)

	# payouts

	def last_payout(self, store: str) -> date | None:
		rows = self._all(
			"SELECT MAX(json_extract(data, '$.issued_on')) AS day FROM document"
			" WHERE doctype = 'Store Payout' AND json_extract(data, '$.store') = ?",
			store,
		)
		return date.fromisoformat(rows[0]["day"]) if rows[0]["day"] else None
