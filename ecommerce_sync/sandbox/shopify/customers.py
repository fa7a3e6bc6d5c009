"""Customers' accounts: made by the first order, changed and merged by staff, redacted on request.

What staff changes shows on the customer's orders too, without moving them, as in the real store.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ecommerce_sync.sandbox.shopify import facts, graph_people, people
from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder
from ecommerce_sync.sandbox.story import Person, Place

Json = dict[str, Any]
_PERSON = frozenset("first_name last_name email phone".split())
SHOP_ID = 548380009


@dataclass(frozen=True)
class Account:
	"""One customer as the store has it now. `home` None: as the last order says."""

	person: Person
	created_at: datetime
	updated_at: datetime
	home: Place | None = None
	note: str | None = None
	tags: tuple[str, ...] = ()
	tax_exempt: bool = False


@dataclass
class Customers:
	"""All accounts over a store's orders; `put` replaces an order in silence."""

	orders: Callable[[], list[ShopifyOrder]]
	put: Callable[[ShopifyOrder], None]
	clock: Callable[[], datetime]
	tell: Callable[[str, Callable[[], Json]], None]
	domain: str
	accounts: dict[int, Account] = field(default_factory=dict)
	merged: dict[int, int] = field(default_factory=dict)

	def seen(self, order: ShopifyOrder, *, notify: bool = True) -> None:
		"""An order's buyer gets an account with the first order."""
		person = order.story.person
		if person is None or person.id is None or person.id in self.accounts:
			return
		at, number = order.story.created_at, person.id
		self.accounts[number] = Account(person, at, at)
		if notify:
			self.tell("customers/create", lambda: self.payload(number))

	def update(self, customer_id: int, **changes: Any) -> None:
		"""Names, e-mail, phone, `home`, `note`, `tags`, `tax_exempt`; queues customers/update."""
		account = self._of(customer_id)
		person = replace(account.person, **{name: changes.pop(name) for name in _PERSON & set(changes)})
		self.accounts[customer_id] = replace(account, person=person, updated_at=self.clock(), **changes)
		self._give(customer_id, person)
		self.tell("customers/update", lambda: self.payload(customer_id))

	def merge(self, kept: int, gone: int) -> None:
		"""One account takes the orders of another, which ends; queues customers/merge and customers/update."""
		account = self._of(kept)
		self._of(gone)
		self._give(gone, account.person)
		del self.accounts[gone]
		self.merged[gone] = kept
		self.tell("customers/merge", lambda: _merge_payload(kept, gone))
		self.accounts[kept] = replace(account, updated_at=self.clock())
		self.tell("customers/update", lambda: self.payload(kept))

	def ask_data(self, customer_id: int) -> None:
		"""The buyer asks what is known of them; queues customers/data_request."""
		asked = {"orders_requested": self._numbers(customer_id), "data_request": {"id": customer_id % 10_000}}
		payload = {**self._request(customer_id), **asked}
		self.tell("customers/data_request", lambda: payload)

	def redact(self, customer_id: int) -> None:
		"""The buyer is to be forgotten; queues customers/redact."""
		payload = {**self._request(customer_id), "orders_to_redact": self._numbers(customer_id)}
		self.tell("customers/redact", lambda: payload)

	def redact_shop(self) -> None:
		"""The app was taken off the store; queues shop/redact."""
		self.tell("shop/redact", lambda: {"shop_id": SHOP_ID, "shop_domain": self.domain})

	def payload(self, customer_id: int) -> Json:
		"""The payload of customers/create and customers/update."""
		account, order = self._of(customer_id), self._last(customer_id)
		shown = people.customer(self._shown(order, account)) or {}
		home = shown["default_address"]
		return {
			**shown,
			"created_at": account.created_at.isoformat(timespec="seconds"),
			"updated_at": account.updated_at.isoformat(timespec="seconds"),
			"note": account.note,
			"tags": ", ".join(account.tags),
			"tax_exempt": account.tax_exempt,
			"addresses": [home] if home else [],
		}

	def data(self, customer_id: int) -> Json | None:
		"""`customer(id)`; None for one that was merged away."""
		if customer_id not in self.accounts:
			return None
		account, order = self._of(customer_id), self._last(customer_id)
		return {
			**(graph_people.customer(self._shown(order, account)) or {}),
			"note": account.note,
			"tags": sorted(account.tags),
			"taxExempt": account.tax_exempt,
			"createdAt": facts.timestamp(account.created_at),
			"updatedAt": facts.timestamp(account.updated_at),
			"numberOfOrders": str(len(self._numbers(customer_id))),
		}

	def _shown(self, order: ShopifyOrder, account: Account) -> ShopifyOrder:
		"""The order that the account's shape is taken from, at the account's own address."""
		if account.home is None:
			return order
		return replace(order, story=replace(order.story, shipping=account.home))

	def _give(self, customer_id: int, person: Person) -> None:
		for order in self.orders():
			if order.story.person is not None and order.story.person.id == customer_id:
				self.put(replace(order, story=replace(order.story, person=person)))

	def _of(self, customer_id: int) -> Account:
		if customer_id not in self.accounts:
			raise ValueError(f"customer {customer_id}: is not in the store.")
		return self.accounts[customer_id]

	def _last(self, customer_id: int) -> ShopifyOrder:
		return max(self._orders_of(customer_id), key=lambda order: order.story.created_at)

	def _orders_of(self, customer_id: int) -> list[ShopifyOrder]:
		return [o for o in self.orders() if o.story.person is not None and o.story.person.id == customer_id]

	def _numbers(self, customer_id: int) -> list[int]:
		return [order.id for order in self._orders_of(customer_id)]

	def _request(self, customer_id: int) -> Json:
		person = self._of(customer_id).person
		asked = {"id": customer_id, "email": person.email, "phone": person.phone}
		return {"shop_id": SHOP_ID, "shop_domain": self.domain, "customer": asked}


def _merge_payload(kept: int, gone: int) -> Json:
	return {
		"admin_graphql_api_customer_kept_id": f"gid://shopify/Customer/{kept}",
		"admin_graphql_api_customer_deleted_id": f"gid://shopify/Customer/{gone}",
		"admin_graphql_api_job_id": None,
		"status": "completed",
		"errors": [],
	}
