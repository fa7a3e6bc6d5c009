"""Customers and their addresses on SQLite."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...core.accounts import told
from ...core.commands import AddressDraft, EnsureCustomer
from ...core.parties import guard_store
from ...core.settings import StoreSettings
from .documents import Document, Documents


class Customers(Documents):
	"""One Customer by its guards, each address once."""

	def _ensure_customer(self, command: EnsureCustomer, settings: StoreSettings) -> Document:
		draft = command.customer
		name = draft.existing or self._customer_of(settings.store, draft.keys)
		if not name or not self._read("Customer", name):
			name = name or self._name("CUST")
			self._write("Customer", name, draft.model_dump(mode="json", exclude={"addresses"}), 0)
		for key in draft.keys:
			self._set_link(guard_store(settings.store, key), "Customer", key, "Customer", name)
			self.database.execute(
				"UPDATE link SET digest = ? WHERE store = ? AND kind = 'Customer' AND external_id = ?"
				" AND external_id LIKE 'id:%' AND digest IS NULL",
				told(draft, addresses=False),
				settings.store,
				key,
			)
		self._add_addresses(name, (each for each in draft.addresses if not self._address(name, each.key)))
		if draft.contact_key:
			self._set_link(
				settings.store, "Contact", f"{name}:{draft.contact_key}", "Contact", draft.contact_key
			)
		return ("Customer", name)

	def _add_addresses(self, customer: str, addresses: Iterable[AddressDraft]) -> None:
		for address in addresses:
			document = self._write("Address", self._name("ADDR"), address.model_dump(mode="json"), 0)
			self._set_link("", "Address", f"{customer}:{address.key}", *document)

	def _customer_of(self, store: str, keys: Sequence[str]) -> str | None:
		found = (self._link(guard_store(store, key), "Customer", key).get("document") for key in keys)
		return next((name for name in found if name), None)

	def _address(self, customer: str | None, key: str) -> bool:
		return bool(self._link("", "Address", f"{customer}:{key}"))
