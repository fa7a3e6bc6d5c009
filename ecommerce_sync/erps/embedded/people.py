"""Customers that follow the store, and their redaction, on SQLite."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from ...core.commands import AddressDraft
from ...core.followups import UpdateCustomer
from ...core.models import Address, Customer
from ...core.parties import fingerprint, guard_store, normal_email, normal_phone
from ...core.settings import StoreSettings
from ..life import Erasure
from .documents import AMONG, Document, many
from .payments import Payments

_PERSONAL = ("email", "phone", "first_name", "last_name", "tax_id", "contact_key")
_REDACTED = "Redacted"


class People(Payments):
	"""Beyond what an order tells of its buyer."""

	def customer_of(self, store: str, customer_id: str) -> str | None:
		return self._customer_of(store, [f"id:{customer_id}"])

	def update_customer(self, command: UpdateCustomer, settings: StoreSettings) -> Document | None:
		row = self._read("Customer", command.name)
		before: dict[str, Any] = row["data"] if row else {}
		country = next((place.country_code for place in command.addresses if place.country_code), None)
		after = {**before, **_told(command.customer, country)}
		new = [place for place in command.addresses if not self._address(command.name, fingerprint(place))]
		if before == after and not new:
			return None
		self._write("Customer", command.name, after, 0)
		self._guard(settings.store, command.name, after)
		self._add_addresses(command.name, (_address_draft(place, after["name"]) for place in new))
		return ("Customer", command.name)

	def _guard(self, store: str, customer: str, data: dict[str, Any]) -> None:
		"""The e-mail leads to the customer from now on, unless it leads to another one."""
		if (email := data.get("email")) and not self._customer_of(store, [f"email:{email}"]):
			self._set_link(guard_store(store, "email:"), "Customer", f"email:{email}", "Customer", customer)

	# redaction

	def erase(
		self,
		store: str,
		what: Literal["customer", "store"],
		customer_id: str,
		email: str | None,
		order_ids: tuple[str, ...],
	) -> Erasure:
		customers = self._persons(store, what, customer_id, email)
		orders = self._orders(store, what, customers, order_ids)
		redacted = [document for name in customers for document in self._redact(name)]
		redacted += self._redact_messages(store, None if what == "store" else list(orders))
		for order_id, name in orders.items():
			self._redact_order(store, order_id, name)
		kept = [("Sales Order", name) for name in orders.values() if name]
		return Erasure(redacted=tuple(redacted), kept=tuple(kept))

	def _persons(self, store: str, what: str, customer_id: str, email: str | None) -> list[str]:
		"""The Customers, of a store those that no other store knows."""
		if what == "customer":
			keys = ([f"id:{customer_id}"] if customer_id else []) + (
				[f"email:{found}"] if (found := normal_email(email)) else []
			)
			name = self._customer_of(store, keys)
			return [name] if name else []
		rows = self._all(
			"SELECT DISTINCT document FROM link WHERE kind = 'Customer' AND store = ? AND document NOT IN"
			" (SELECT document FROM link WHERE kind = 'Customer' AND store NOT IN (?, '')"
			" AND document IS NOT NULL)",
			store,
			store,
		)
		return [row["document"] for row in rows if row["document"]]

	def _orders(
		self, store: str, what: str, customers: Iterable[str], order_ids: tuple[str, ...]
	) -> dict[str, str | None]:
		"""The orders' ids with their Sales Orders."""
		rows = self._all("SELECT * FROM link WHERE kind = 'Order' AND store = ?", store)
		if what == "store":
			return {row["external_id"]: row["document"] for row in rows}
		theirs = self._all(
			"SELECT name FROM document WHERE doctype = 'Sales Order'"
			f" AND json_extract(data, '$.customer_document') {AMONG}",
			many(customers),
		)
		names = {row["name"] for row in theirs}
		meant = [row for row in rows if row["external_id"] in order_ids or row["document"] in names]
		return dict.fromkeys(order_ids) | {row["external_id"]: row["document"] for row in meant}

	def _redact(self, customer: str) -> list[Document]:
		"""The Customer and its addresses; nothing leads to them any more."""
		documents: list[Document] = []
		prefix = f"{customer}:"
		links = self._all(
			"SELECT * FROM link WHERE kind IN ('Address', 'Contact')"
			" AND SUBSTR(external_id, 1, ?) = ? AND document IS NOT NULL",
			len(prefix),
			prefix,
		)
		for link in links:
			if link["kind"] == "Address":
				documents.append(self._write("Address", link["document"], {"address": {}}, 0))
		row = self._read("Customer", customer)
		if row and row["data"].get("name") != _REDACTED:
			empty = dict.fromkeys(_PERSONAL) | {"name": _REDACTED, "keys": [], "fields": {}}
			documents.insert(0, self._write("Customer", customer, {**row["data"], **empty}, 0))
		self.database.execute(
			"DELETE FROM link WHERE (kind = 'Customer' AND document = ?)"
			" OR (kind IN ('Address', 'Contact') AND SUBSTR(external_id, 1, ?) = ?)",
			customer,
			len(prefix),
			prefix,
		)
		return documents

	def _redact_messages(self, store: str, order_ids: list[str] | None) -> list[Document]:
		"""The payloads of messages about the orders, or of all of the store."""
		which, values = ("", []) if order_ids is None else (f" AND external_id {AMONG}", [many(order_ids)])
		where = f"store = ? AND kind IN ('order', 'customer') AND LENGTH(payload){which}"
		rows = self._all(f"SELECT name FROM event WHERE {where}", store, *values)
		self.database.execute(f"UPDATE event SET payload = x'' WHERE {where}", store, *values)
		return [("Sync Log", str(row["name"])) for row in rows]

	def _redact_order(self, store: str, order_id: str, name: str | None) -> None:
		"""Notes go; what the law wants on the document stays."""
		row = self._read("Sales Order", name) if name else None
		if row and name:
			empty: dict[str, Any] = {"note": None, "attributes": []}
			customer = {**row["data"]["customer"], **dict.fromkeys(_PERSONAL), "keys": []}
			data = {**row["data"], **empty, "customer": {**customer, "name": _REDACTED, "addresses": []}}
			self._write("Sales Order", name, data, row["docstatus"], row["amended_from"])


def _told(person: Customer, country: str | None) -> dict[str, Any]:
	"""The parts of a Customer that the store tells; what it does not tell stays."""
	email, phone = normal_email(person.email), normal_phone(person.phone, country)
	told = {
		"name": person.name or person.company or email or phone,
		"email": email,
		"phone": phone,
		"first_name": person.first_name,
		"last_name": person.last_name,
		"tax_id": person.tax_id,
	}
	return {key: value for key, value in told.items() if value}


def _address_draft(place: Address, title: str) -> AddressDraft:
	return AddressDraft(
		key=fingerprint(place), address=place, billing=False, shipping=True, title=place.name or title
	)
