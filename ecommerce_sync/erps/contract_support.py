"""Orders, and what a test class provides, for the ERP contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, TypeVar
from uuid import uuid4

from ..core.digests import digest
from ..core.erp import ErpOrder
from ..core.models import Address, Customer, Discount, Line, Order, Shipping, TaxLine
from ..core.orders import plan_order
from ..core.parties import customer_draft, guard_store
from ..core.settings import StoreSettings
from .base import Applied, Erp, Journal, LinkKey

T = TypeVar("T")
START = datetime(2026, 3, 2, 9, 30, 15, 123456, tzinfo=timezone.utc)
SKUS = ("CONTRACT-A", "CONTRACT-B")


class Undo(Exception):
	"""Raised inside a unit of work to have it rolled back."""


@contextmanager
def raises(error: type[BaseException]) -> Iterator[list[BaseException]]:
	"""The body must raise `error`; it is found in the list afterwards."""
	caught: list[BaseException] = []
	try:
		yield caught
	except error as found:
		caught.append(found)
	assert caught, f"{error.__name__} was not raised"


def unique() -> str:
	"""An id that no other test uses."""
	return uuid4().hex[:12]


def sample_address(**changes: Any) -> Address:
	"""A postal address with everything in it."""
	known = {
		"first_name": "Ann",
		"last_name": "Lee",
		"line1": "1 Main Street",
		"city": "Boston",
		"state": "MA",
		"postal_code": "02108",
		"country_code": "US",
	}
	return Address(**{**known, **changes})


def sample_order(order_id: str, buyer: str, **changes: Any) -> Order:
	"""A paid order that balances: two lines, one discounted, shipping and a tax; total 38.16."""
	known: dict[str, Any] = {
		"platform": "shopify",
		"id": order_id,
		"name": f"#{order_id}",
		"status": "paid",
		"payment_status": "paid",
		"currency": "USD",
		"total": Decimal("38.16"),
		"created_at": START,
		"updated_at": START,
		"lines": (
			_line("1", SKUS[0], "2", "20.00", "1.20"),
			_line("2", SKUS[1], "3", "10.00", "0.54", "1.00"),
		),
		"shipping": (Shipping(id="s", title="Post", price=Decimal("7.00"), taxes=(_tax("0.42"),)),),
		"customer": Customer(id=buyer, email=f"{buyer}@example.com", first_name="Ann", last_name=buyer),
		"billing_address": sample_address(last_name=buyer),
		"shipping_address": sample_address(last_name=buyer),
	}
	return Order(**{**known, **changes})


def _tax(amount: str) -> TaxLine:
	return TaxLine(title="Tax", amount=Decimal(amount), rate=Decimal("0.06"))


def _line(line_id: str, sku: str, quantity: str, subtotal: str, tax: str, off: str = "0") -> Line:
	return Line(
		id=line_id,
		title=f"Thing {line_id}",
		quantity=Decimal(quantity),
		subtotal=Decimal(subtotal),
		sku=sku,
		discounts=(Discount(amount=Decimal(off)),) if Decimal(off) else (),
		taxes=(_tax(tax),),
	)


class Contract:
	"""What a test class provides."""

	erp: Erp
	journal: Journal
	settings: StoreSettings  # store, company in USD, accounts; Items SKUS exist

	def elsewhere(self, work: Callable[[Erp, Journal], T]) -> T:
		"""Run `work` as another worker with a connection of its own."""
		raise NotImplementedError

	def count(self, doctype: str) -> int:
		"""How many documents of the type there are."""
		raise NotImplementedError

	def cancel_by_hand(self, name: str) -> None:
		"""A person cancels the Sales Order."""
		raise NotImplementedError

	def amend_by_hand(self, name: str) -> str:
		"""A person amends the cancelled Sales Order and submits it; the new name."""
		raise NotImplementedError

	def key(self, order: Order, settings: StoreSettings | None = None) -> LinkKey:
		"""The order's lock."""
		return LinkKey(store=(settings or self.settings).store, kind="Order", external_id=order.id)

	def bring_about(self, order: Order, settings: StoreSettings | None = None) -> list[tuple[str, str]]:
		"""Observe, plan, apply until the plan is empty, as the worker does; the documents."""
		chosen = settings or self.settings
		documents: list[tuple[str, str]] = []
		for _ in range(5):
			found = self._round(order, chosen)
			if found is None:
				return documents
			documents += found
		raise AssertionError("the plan does not become empty")

	def _round(self, order: Order, settings: StoreSettings) -> list[tuple[str, str]] | None:
		guards = self._guards(order, settings)
		locks = [self.key(order, settings), *guards]
		self.erp.ensure_links(locks)
		documents = []
		with self.erp.transaction(locks, wait=True):
			plan = plan_order(order, self.erp.observe(order, settings), settings)
			for command in plan.commands:
				if document := self.erp.apply(command, order, settings):
					documents.append(document)
			self.erp.record(order, settings, Applied(version=order.updated_at, digest=digest(order)))
		return documents if plan.commands else None

	def _guards(self, order: Order, settings: StoreSettings) -> list[LinkKey]:
		draft = customer_draft(order, settings)
		return [
			LinkKey(store=guard_store(settings.store, key), kind="Customer", external_id=key)
			for key in draft.keys
		]

	def seen(self, order: Order, settings: StoreSettings | None = None) -> ErpOrder:
		"""What the ERP has for the order now."""
		with self.erp.transaction([]):
			return self.erp.observe(order, settings or self.settings)

	def document_of(self, order: Order) -> str:
		"""The Sales Order that the order's link names."""
		return self.seen(order).linked or ""


def later(order: Order, **changes: Any) -> Order:
	"""The order as the store has it a minute later."""
	return order.model_copy(update={"updated_at": order.updated_at + timedelta(minutes=1), **changes})


def enter(erp: Erp, key: LinkKey) -> None:
	"""Lock the row and let go."""
	with erp.transaction([key]):
		pass
