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
from ecommerce_sync.sandbox.shopify.fees import fee_of
from ecommerce_sync.sandbox.shopify.graph import order_data
from ecommerce_sync.sandbox.shopify.ledger import left_of
from ecommerce_sync.sandbox.shopify.life import UNTOUCHED, Life, Transaction
from ecommerce_sync.sandbox.shopify.money import ZERO, Currencies, Money, total
from ecommerce_sync.sandbox.shopify.payload import order_payload
from ecommerce_sync.sandbox.shopify.pricing import PricedLine, Pricing, price
from ecommerce_sync.sandbox.shopify.refunding import cancelled
from ecommerce_sync.sandbox.story import Story

Listed = tuple[int, int]  # the ids of a product and its variant
DEFAULT_SHOP = "emulated.myshopify.com"
UPDATABLE = frozenset(
	"note attributes tags billing shipping person business po_number payment_terms_days paid".split()
)
# Shopify's ids are far apart by kind and stay below 2**53, which JavaScript can still hold.
_ORDER_IDS, _LINE_IDS = 5_400_000_000_000, 14_000_000_000_000


@dataclass(frozen=True)
class ShopifyOrder:
	"""One state of an order. `quantities` holds (place of the line in the story, pieces as ordered now);
	`peaks` the most pieces that edits ever made of a line. `checkout` is the story before edits added to it,
	`gone` the shipping lines that edits took out, `life` what happened since."""

	story: Story
	updated_at: datetime
	tip_on_line: bool = True
	shop: str = DEFAULT_SHOP
	quantities: tuple[tuple[int, int], ...] = ()
	cancelled_at: datetime | None = None
	cancel_reason: str | None = None
	goods: tuple[Listed | None, ...] = ()  # what the store lists of each line; empty: no store took it
	shelf: Callable[[str, int], Any] | None = field(default=None, compare=False, repr=False)
	checkout: Story | None = None
	peaks: tuple[tuple[int, int], ...] = ()
	gone: tuple[int, ...] = ()
	life: Life = UNTOUCHED

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
		"""As bought, with what edits added; removals do not lower it."""
		most = {n: max(q, self.story.lines[n].quantity) for n, q in self.quantities}
		most |= {n: max(q, most.get(n, 0)) for n, q in self.peaks}
		return self._priced(self.story, most, ())

	@cached_property
	def agreed(self) -> Pricing:
		"""As ordered: edits counted, refunds not."""
		return self._priced(self.story, dict(self.quantities), self.gone)

	@cached_property
	def current(self) -> Pricing:
		"""Less what was refunded; a cancelled order has nothing left."""
		left = left_of(self.agreed, self.life)
		return left if self.cancelled_at is None else replace(left, deliveries=(), tip=ZERO)

	@property
	def total(self) -> Money:
		"""`total_price`: before removals."""
		return self.original.total

	@cached_property
	def as_placed(self) -> Money:
		"""What the checkout came to."""
		return self._priced(self.checkout or self.story, {}, ()).total

	@cached_property
	def current_total(self) -> Money:
		"""`current_total_price`: what the buyer owes in all, amounts paid back beyond lines taken off."""
		if self.cancelled_at is not None:
			return ZERO
		return self.current.total - total(refund.beyond for refund in self.life.refunds)

	@property
	def has_terms(self) -> bool:
		"""Payable later by agreement."""
		return self.story.payment_terms_days is not None

	@cached_property
	def transactions(self) -> tuple[Transaction, ...]:
		"""The checkout's own, unless the order waits for its terms or costs nothing, and all later ones."""
		first = self._first_transaction()
		return (*([first] if first else []), *self.life.transactions)

	@cached_property
	def received(self) -> Money:
		"""What was paid in."""
		return total(transaction.received for transaction in self.transactions)

	@cached_property
	def refunded(self) -> Money:
		"""What was paid back."""
		return total(transaction.paid_back for transaction in self.transactions)

	@property
	def outstanding(self) -> Money:
		"""What is still to pay; negative when an edit or a refund left too much paid."""
		return self.current_total - (self.received - self.refunded)

	@property
	def financial_status(self) -> str:
		"""`financial_status` as REST says it; GraphQL says the same in capitals."""
		if self.refunded and self.refunded.shop >= self.received.shop:
			return "refunded"
		if self.cancelled_at is not None and not self.received:
			return "voided"
		if self.refunded:
			return "partially_refunded"
		if self.received:
			return "partially_paid" if self.outstanding.shop > 0 else "paid"
		return self._unpaid_status()

	def _unpaid_status(self) -> str:
		if any(each.kind == "void" for each in self.transactions):
			return "voided"
		if any((each.kind, each.status) == ("authorization", "success") for each in self.transactions):
			return "authorized"
		return "pending" if self.outstanding.shop > 0 else "paid"  # what costs nothing is paid

	@property
	def fulfillment_status(self) -> str | None:
		"""`fulfillment_status` as REST says it: None, "partial" or "fulfilled"."""
		lines = [n for n, bought in enumerate(self.story.lines) if facts.is_shipped(bought)]
		if not any(self.life.shipped(line) for line in lines):
			return None
		return "partial" if any(self.to_ship(line) for line in lines) else "fulfilled"

	def ordered(self, line: int) -> int:
		"""Pieces of a line as ordered: edits counted, refunds not."""
		return dict(self.quantities).get(line, self.story.lines[line].quantity)

	def to_ship(self, line: int) -> int:
		"""`fulfillable_quantity`: pieces still to be shipped."""
		if not facts.is_shipped(self.story.lines[line]):
			return 0
		return self.ordered(line) - self.life.removed(line) - self.life.shipped(line)

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

	def line_id(self, line: PricedLine) -> int:
		"""The id of a line item."""
		return _LINE_IDS + self.story.number * 1000 + line.number

	def other_id(self, kind: int, number: int = 0) -> int:
		"""An id for one of the order's smaller parts; `kind` keeps the kinds apart."""
		return facts.other_id(self, kind, number)

	def cancelled(self, at: datetime, reason: str = "customer") -> ShopifyOrder:
		"""Cancelled with restock, and refunded in full when it was paid."""
		return cancelled(self, at, reason)

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
		peaks = dict(self.peaks) | {n: max(q, dict(self.peaks).get(n, 0)) for n, q in edits.items()}
		return replace(
			self,
			story=story,
			updated_at=at,
			quantities=tuple(sorted(edits.items())),
			peaks=tuple(sorted(peaks.items())),
		)

	def as_webhook(self) -> dict[str, Any]:
		"""The REST-shaped payload (webhooks orders/create, orders/updated, orders/cancelled ...)."""
		return order_payload(self)

	def as_graphql(self) -> dict[str, Any]:
		"""Data for the schema's `Order`; connections are plain lists, which the executor pages."""
		return order_data(self)

	def _first_transaction(self) -> Transaction | None:
		story = self.story
		due = self.as_placed
		if not due or (self.has_terms and not story.paid):
			return None
		kind = "authorization" if self.life.is_authorized else "sale"
		status = "success" if story.paid or self.life.is_authorized else "pending"
		fee = fee_of(story.gateway, due, self.currencies) if story.paid else Decimal(0)
		return Transaction(0, kind, status, story.gateway, due, story.created_at, fee=fee)

	def _priced(self, story: Story, quantities: dict[int, int], gone: tuple[int, ...]) -> Pricing:
		return price(story, self.currencies, quantities, gone, self.tip_on_line)


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
