"""What is known of a person, and its redaction, on SQLite."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from ...core.parties import normal_email
from ..life import Erasure
from .accounts import Accounts
from .documents import AMONG, Document, many

_PERSONAL = ("email", "phone", "first_name", "last_name", "tax_id", "contact_key")
_REDACTED = "Redacted"


class People(Accounts):
	"""What is known of a person, and how it goes."""

	def erase(
		self,
		store: str,
		what: Literal["customer", "store"],
		customer_id: str,
		email: str | None,
		order_ids: tuple[str, ...],
	) -> Erasure:
		found = self._persons(store, what, customer_id, email)
		customers = [name for name in found if not self._known_elsewhere(store, name)]
		orders = self._orders(store, what, found, order_ids)
		redacted = [document for name in customers for document in self._redact(name)]
		redacted += self._redact_messages(store, None if what == "store" else [customer_id, *orders])
		for order_id, name in orders.items():
			self._redact_order(store, order_id, name)
		for name in found:
			self._forget(store, name, customer_id)
		kept = [("Customer", name) for name in found if name not in customers]
		kept += [("Sales Order", name) for name in orders.values() if name]
		return Erasure(redacted=tuple(redacted), kept=tuple(kept))

	def personal_data(
		self, store: str, customer_id: str, email: str | None, order_ids: tuple[str, ...]
	) -> tuple[Document, ...]:
		customers = self._persons(store, "customer", customer_id, email)
		orders = self._orders(store, "customer", customers, order_ids)
		followers = self._all(
			"SELECT doctype, name FROM document WHERE json_extract(data, '$.store') = ?"
			f" AND json_extract(data, '$.order_id') {AMONG} AND doctype <> 'Sales Order' ORDER BY rowid",
			store,
			many(orders),
		)
		return (
			*(("Customer", name) for name in customers),
			*(("Address", name) for customer in customers for name in self._addresses_of(customer)),
			*(("Sales Order", name) for name in orders.values() if name),
			*((row["doctype"], row["name"]) for row in followers),
		)

	def _persons(self, store: str, what: str, customer_id: str, email: str | None) -> list[str]:
		"""The Customers that are meant."""
		if what == "customer":
			keys = ([f"id:{customer_id}"] if customer_id else []) + (
				[f"email:{found}"] if (found := normal_email(email)) else []
			)
			name = self._customer_of(store, keys)
			return [name] if name else []
		rows = self._all("SELECT DISTINCT document FROM link WHERE kind = 'Customer' AND store = ?", store)
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

	def _addresses_of(self, customer: str) -> list[str]:
		prefix = f"{customer}:"
		links = self._all(
			"SELECT document FROM link WHERE kind = 'Address' AND SUBSTR(external_id, 1, ?) = ?",
			len(prefix),
			prefix,
		)
		return [link["document"] for link in links if link["document"]]

	def _redact(self, customer: str) -> list[Document]:
		"""The Customer and its addresses; nothing leads to them any more."""
		documents = [
			self._write("Address", name, {"address": {}}, 0) for name in self._addresses_of(customer)
		]
		row = self._read("Customer", customer)
		if row and row["data"].get("name") != _REDACTED:
			empty = dict.fromkeys(_PERSONAL) | {"name": _REDACTED, "keys": [], "fields": {}}
			documents.insert(0, self._write("Customer", customer, {**row["data"], **empty}, 0))
		prefix = f"{customer}:"
		self.database.execute(
			"DELETE FROM link WHERE (kind = 'Customer' AND document = ? AND store = '')"
			" OR (kind IN ('Address', 'Contact') AND SUBSTR(external_id, 1, ?) = ?)",
			customer,
			len(prefix),
			prefix,
		)
		return documents

	def _forget(self, store: str, customer: str, customer_id: str) -> None:
		"""Nothing of the store leads to the Customer, and late messages of the account do not bring it back."""
		self.database.execute(
			"UPDATE link SET document = NULL, digest = NULL, version = NULL, state = 'Gone'"
			" WHERE kind = 'Customer' AND document = ? AND store = ?",
			customer,
			store,
		)
		if customer_id:
			self._account_gone(store, customer_id)

	def _redact_messages(self, store: str, ids: list[str] | None) -> list[Document]:
		"""What messages about the orders and the person say, or all of the store."""
		which, values = ("", []) if ids is None else (f" AND external_id {AMONG}", [many(ids)])
		kinds = "kind IN ('order', 'customer', 'privacy')"
		where = f"store = ? AND {kinds} AND (LENGTH(payload) OR plan IS NOT NULL){which}"
		rows = self._all(f"SELECT name FROM event WHERE {where}", store, *values)
		empty = "payload = x'', plan = NULL, traceback = NULL, refetch = 1"
		self.database.execute(f"UPDATE event SET {empty} WHERE {where}", store, *values)
		return [("Sync Log", str(row["name"])) for row in rows]

	def _redact_order(self, store: str, order_id: str, name: str | None) -> None:
		"""Notes go; what the law wants on the document stays."""
		row = self._read("Sales Order", name) if name else None
		if row and name and row["data"]["customer"].get("name") != _REDACTED:
			empty: dict[str, Any] = {"note": None, "attributes": []}
			customer = {**row["data"]["customer"], **dict.fromkeys(_PERSONAL), "keys": []}
			data = {**row["data"], **empty, "customer": {**customer, "name": _REDACTED, "addresses": []}}
			self._write("Sales Order", name, data, row["docstatus"], row["amended_from"])
