"""The Store Link rows that guard orders and customers."""

from __future__ import annotations

from ..core.commands import CustomerDraft
from ..core.parties import guard_store
from ..erps.base import LinkKey, Subject


def order_link(subject: Subject) -> LinkKey:
	"""The row whose lock makes one worker at a time do the order."""
	return LinkKey(store=subject.store, kind="Order", external_id=subject.external_id)


def account_link(store: str, customer_id: str) -> LinkKey:
	"""The row that leads from a store's account to its Customer, and guards both."""
	return LinkKey(store=store, kind="Customer", external_id=f"id:{customer_id}")


def customer_guards(customer: CustomerDraft, store: str) -> list[LinkKey]:
	"""The rows that make one Customer of many first orders. E-mail and phone guard across stores."""
	return [LinkKey(store=guard_store(store, key), kind="Customer", external_id=key) for key in customer.keys]
