"""What an order's record keeps of its life after the checkout: money, shipments, refunds and returns.

Lines are named by their place in the story, parts of a life by their number, from 0 in each kind; `facts`
makes Shopify's ids of them. Nothing here changes: each act makes a later record.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

from ecommerce_sync.sandbox.shopify.money import ZERO, Money, total

Restock = Literal["cancel", "return", "no_restock"]
OPEN = ("open", "in_progress", "on_hold")  # fulfilment orders of which something is still to be shipped


@dataclass(frozen=True, slots=True)
class Transaction:
	"""Money that moved or waits; `refund` is the number of the refund that it belongs to."""

	number: int
	kind: str
	status: str
	gateway: str
	amount: Money
	at: datetime
	parent: int | None = None
	fee: Decimal = Decimal(0)  # kept by Shopify Payments, in the shop's currency
	refund: int | None = None

	@property
	def received(self) -> Money:
		"""What came in by it."""
		return self.amount if self.status == "success" and self.kind in ("sale", "capture") else ZERO

	@property
	def paid_back(self) -> Money:
		"""What went back by it."""
		return self.amount if self.status == "success" and self.kind == "refund" else ZERO


@dataclass(frozen=True, slots=True)
class Hold:
	"""Why a fulfilment order must wait; `reason` as in `FulfillmentHoldReason`."""

	number: int
	reason: str
	notes: str | None = None


@dataclass(frozen=True, slots=True)
class ToShip:
	"""A line in a fulfilment order: pieces that it was given, and those still to be shipped."""

	line: int
	total: int
	remaining: int


@dataclass(frozen=True)
class FulfilmentOrder:
	"""What one location is to ship. `status` is the small form of `FulfillmentOrderStatus`."""

	number: int
	location_id: int
	lines: tuple[ToShip, ...]
	created_at: datetime
	updated_at: datetime
	status: str = "open"
	holds: tuple[Hold, ...] = ()

	@property
	def is_open(self) -> bool:
		"""Whether something is left to ship from it, held or not."""
		return self.status in OPEN

	def remaining(self, line: int) -> int:
		"""Pieces of a line still to be shipped from here."""
		return sum(part.remaining for part in self.lines if part.line == line) if self.is_open else 0


@dataclass(frozen=True, slots=True)
class Tracking:
	"""How parcels are followed; numbers and links in the same order."""

	company: str | None = None
	numbers: tuple[str, ...] = ()
	urls: tuple[str, ...] = ()


UNTRACKED = Tracking()


@dataclass(frozen=True)
class Fulfilment:
	"""Goods on their way. `pieces` are (fulfilment order, line, pieces)."""

	number: int
	location_id: int
	pieces: tuple[tuple[int, int, int], ...]
	created_at: datetime
	updated_at: datetime
	tracking: Tracking = UNTRACKED
	status: str = "success"

	@property
	def is_live(self) -> bool:
		"""Whether it was not called back."""
		return self.status == "success"

	@property
	def lines(self) -> dict[int, int]:
		"""Line to pieces."""
		found: dict[int, int] = {}
		for _, line, pieces in self.pieces:
			found[line] = found.get(line, 0) + pieces
		return found


@dataclass(frozen=True, slots=True)
class RefundedLine:
	"""Pieces that are credited. `net` stands on the order's basis; `taxes` beside the line's own, in order.

	`removed` of them were not shipped and never will be.
	"""

	line: int
	quantity: int
	net: Money
	taxes: tuple[Money, ...]
	restock: Restock
	location_id: int | None
	removed: int

	@property
	def tax(self) -> Money:
		"""All its taxes."""
		return total(self.taxes)


@dataclass(frozen=True, slots=True)
class RefundedDelivery:
	"""Of a shipping line, by its place in the story."""

	number: int
	net: Money
	taxes: tuple[Money, ...]

	@property
	def tax(self) -> Money:
		"""All its taxes."""
		return total(self.taxes)


@dataclass(frozen=True)
class Refund:
	"""What is credited at once; `beyond` its lines and shipping, negative for less (a discrepancy)."""

	number: int
	at: datetime
	lines: tuple[RefundedLine, ...] = ()
	deliveries: tuple[RefundedDelivery, ...] = ()
	beyond: Money = ZERO
	note: str | None = None
	return_number: int | None = None

	def value(self, taxes_included: bool) -> Money:
		"""What the buyer owes less because of it, taxes included."""
		parts: tuple[RefundedLine | RefundedDelivery, ...] = (*self.lines, *self.deliveries)
		net = total(part.net for part in parts) + self.beyond
		return net if taxes_included else net + total(part.tax for part in parts)


@dataclass(frozen=True)
class Return:
	"""Pieces that the buyer announced; `status` is the small form of `ReturnStatus`."""

	number: int
	lines: tuple[tuple[int, int], ...]
	at: datetime
	status: str = "open"


@dataclass(frozen=True)
class Life:
	"""All of it. `transactions` are those after the checkout's own."""

	transactions: tuple[Transaction, ...] = ()
	orders: tuple[FulfilmentOrder, ...] = ()
	fulfilments: tuple[Fulfilment, ...] = ()
	refunds: tuple[Refund, ...] = ()
	returns: tuple[Return, ...] = ()
	edits: int = 0
	is_authorized: bool = False  # the checkout reserved the money only
	refunded_lines: dict[int, tuple[RefundedLine, ...]] = field(init=False, compare=False, repr=False)

	def __post_init__(self) -> None:
		found: dict[int, tuple[RefundedLine, ...]] = {}
		for refund in self.refunds:
			for part in refund.lines:
				found[part.line] = (*found.get(part.line, ()), part)
		object.__setattr__(self, "refunded_lines", found)

	def refunded(self, line: int) -> int:
		"""Pieces of a line that were credited."""
		return sum(part.quantity for part in self.refunded_lines.get(line, ()))

	def removed(self, line: int) -> int:
		"""Pieces that were credited before they were shipped."""
		return sum(part.removed for part in self.refunded_lines.get(line, ()))

	def returned(self, line: int) -> int:
		"""Pieces that are back on the shelf."""
		return sum(part.quantity for part in self.refunded_lines.get(line, ()) if part.restock == "return")

	def shipped(self, line: int) -> int:
		"""Pieces that are on their way or arrived."""
		return sum(each.lines.get(line, 0) for each in self.fulfilments if each.is_live)

	def delivery_credits(self, number: int) -> tuple[RefundedDelivery, ...]:
		"""What was credited of a shipping line."""
		return tuple(part for refund in self.refunds for part in refund.deliveries if part.number == number)

	def with_order(self, changed: FulfilmentOrder) -> Life:
		"""With one fulfilment order as it is now, or a new one."""
		known = any(order.number == changed.number for order in self.orders)
		orders = tuple(changed if order.number == changed.number else order for order in self.orders)
		return replace(self, orders=orders if known else (*orders, changed))

	def with_fulfilment(self, changed: Fulfilment) -> Life:
		"""With one fulfilment as it is now."""
		numbered = (changed if each.number == changed.number else each for each in self.fulfilments)
		return replace(self, fulfilments=tuple(numbered))

	def with_return(self, changed: Return) -> Life:
		"""With one return as it is now."""
		numbered = (changed if each.number == changed.number else each for each in self.returns)
		return replace(self, returns=tuple(numbered))


UNTOUCHED = Life()
