"""A story written down by Shopify: the order record behind both of its forms.

`write_down` makes the record; `cancelled` and `updated` make later states of it. `as_webhook` gives the
REST-shaped payload of orders/create and its kin, `as_graphql` the data of the schema's `Order`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from ecommerce_sync.sandbox.shopify import facts
from ecommerce_sync.sandbox.shopify.graph import order_data
from ecommerce_sync.sandbox.shopify.money import ZERO, Currencies, Money
from ecommerce_sync.sandbox.shopify.payload import order_payload
from ecommerce_sync.sandbox.shopify.pricing import PricedLine, Pricing, price
from ecommerce_sync.sandbox.story import Story

Listed = tuple[int, int]  # the ids of a product and its variant
DEFAULT_SHOP = "emulated.myshopify.com"
UPDATABLE = frozenset(
	"note attributes tags billing shipping person business po_number payment_terms_days paid".split()
)
# Shopify's ids are far apart by kind and stay below 2**53, which JavaScript can still hold.
_ORDER_IDS, _LINE_IDS, _OTHER_IDS = 5_400_000_000_000, 14_000_000_000_000, 700_000_000_000_000


@dataclass(frozen=True)
class ShopifyOrder:
	"""One state of an order. `quantities` holds (place of the line in the story, pieces now)."""

	story: Story
	updated_at: datetime
	tip_on_line: bool = True
	shop: str = DEFAULT_SHOP
	quantities: tuple[tuple[int, int], ...] = ()
	cancelled_at: datetime | None = None
	cancel_reason: str | None = None
	goods: tuple[Listed | None, ...] = ()  # what the store lists of each line; empty: no store took it
	shelf: Callable[[str, int], Any] | None = field(default=None, compare=False, repr=False)

	@property
	def id(self) -> int:
		"""The order's number in URLs and webhooks."""
		return _ORDER_IDS + self.story.number

	@property
	def gid(self) -> str:
		"""The order's id in GraphQL."""
		return f"gid://shopify/Order/{self.id}"

	@property
	def name(self) -> str:
		"""What people call the order."""
		return f"#{self.story.number}"

	@cached_property
	def currencies(self) -> Currencies:
		"""The shop's and the buyer's currency."""
		story = self.story
		if story.presentment_currency in (None, story.currency):
			return Currencies(story.currency, story.currency)
		return Currencies(story.currency, str(story.presentment_currency), story.presentment_rate)

	@cached_property
	def original(self) -> Pricing:
		"""As bought, with what an edit added; removals do not lower it."""
		return self._priced({n: max(q, self.story.lines[n].quantity) for n, q in self.quantities}, True)

	@cached_property
	def current(self) -> Pricing:
		"""Less what was removed; a cancelled order has nothing left."""
		if self.cancelled_at is not None:
			return replace(self._priced({n: 0 for n in range(len(self.story.lines))}, False), tip=ZERO)
		return self._priced(dict(self.quantities), True)

	@property
	def total(self) -> Money:
		"""`total_price`: before removals."""
		return self.original.total

	@property
	def has_terms(self) -> bool:
		"""Payable later by agreement."""
		return self.story.payment_terms_days is not None

	@property
	def received(self) -> Money:
		"""What was paid in."""
		return self._priced({}, True).total if self.story.paid else ZERO

	@property
	def refunded(self) -> Money:
		"""What was paid back."""
		return self.received if self.cancelled_at is not None else ZERO

	@property
	def outstanding(self) -> Money:
		"""What is still to pay; negative when an edit left too much paid."""
		return self.current.total - (self.received - self.refunded)

	@property
	def financial_status(self) -> str:
		"""`financial_status` as REST says it; GraphQL says the same in capitals."""
		if self.cancelled_at is not None:
			return "refunded" if self.story.paid and self.received else "voided"
		if not self.story.paid and self.total:  # what costs nothing is paid
			return "pending"
		return "partially_paid" if self.outstanding.shop > 0 else "paid"

	@property
	def due_at(self) -> datetime | None:
		"""When payment terms make the order due."""
		days = self.story.payment_terms_days
		return None if days is None else self.story.created_at + timedelta(days=days)

	def listed(self, line: PricedLine) -> Listed | None:
		"""The product and variant that a line sold; without a store by its words alone."""
		if self.goods:
			return self.goods[line.number]
		product, variant = facts.product_id(line.bought), facts.variant_id(line.bought)
		return None if product is None or variant is None else (product, variant)

	def pieces(self) -> dict[int, int]:
		"""What each line of the story takes from stock now."""
		if self.cancelled_at is not None:
			return {}
		return {n: b.quantity for n, b in enumerate(self.story.lines)} | dict(self.quantities)

	def line_id(self, line: PricedLine) -> int:
		"""The id of a line item."""
		return _LINE_IDS + self.story.number * 1000 + line.number

	def other_id(self, kind: int, number: int = 0) -> int:
		"""An id for one of the order's smaller parts; `kind` keeps the kinds apart."""
		return _OTHER_IDS + self.story.number * 10_000 + kind * 1000 + number

	def cancelled(self, at: datetime, reason: str = "customer") -> ShopifyOrder:
		"""Cancelled with restock, and refunded in full when it was paid."""
		return replace(self, cancelled_at=at, cancel_reason=reason, updated_at=at)

	def updated(self, at: datetime, **changes: Any) -> ShopifyOrder:
		"""A later state: `changes` are fields of Story from `UPDATABLE`, and `quantities`, a mapping from
		a line's place in the story to its pieces now (an order edit, which moves the totals)."""
		edits = dict(self.quantities) | dict(changes.pop("quantities", {}))
		unknown = set(changes) - UPDATABLE
		if unknown:
			raise ValueError(f"A placed order cannot change {sorted(unknown)}; only {sorted(UPDATABLE)}.")
		wrong = [n for n, pieces in edits.items() if pieces < 0 or not 0 <= n < len(self.story.lines)]
		if wrong:
			raise ValueError(f"quantities: no such line or less than no pieces at {wrong}.")
		story = replace(self.story, **changes)
		return replace(self, story=story, updated_at=at, quantities=tuple(sorted(edits.items())))

	def as_webhook(self) -> dict[str, Any]:
		"""The REST-shaped payload (webhooks orders/create, orders/updated, orders/cancelled ...)."""
		return order_payload(self)

	def as_graphql(self) -> dict[str, Any]:
		"""Data for the schema's `Order`; connections are plain lists, which the executor pages."""
		return order_data(self)

	def _priced(self, quantities: dict[int, int], delivered: bool) -> Pricing:
		return price(self.story, self.currencies, quantities, delivered, self.tip_on_line)


def write_down(story: Story, *, tip_on_line: bool = True, shop: str = DEFAULT_SHOP) -> ShopifyOrder:
	"""The order that Shopify makes of `story`.

	With `tip_on_line` off a tip is in the total and `total_tip_received` but no line shows it, as Shopify
	POS does. Raises ValueError for what cannot happen on Shopify.
	"""
	if story.fees:
		raise ValueError("story.fees: Shopify has no fees; use a custom line or a discount.")
	if story.created_at.tzinfo is None:
		raise ValueError("story.created_at: needs a time zone.")
	for number, bought in enumerate(story.lines):
		if bought.quantity < 0 or not 0 <= bought.discount <= bought.price * bought.quantity:
			raise ValueError(f"story.lines[{number}]: negative quantity, or a discount beyond its price.")
	for number, delivery in enumerate(story.deliveries):
		if not Decimal(0) <= delivery.discount <= delivery.price:
			raise ValueError(f"story.deliveries[{number}].discount: beyond its price.")
	order = ShopifyOrder(story, story.created_at, tip_on_line, shop)
	return order if story.cancelled_at is None else order.cancelled(story.cancelled_at)
