"""What can happen to an order in a store after its checkout, as the tests and the demo make it happen.

Both emulated stores offer the same acts; lines are named by their place in the story, added ones follow.
`figures` is the store's own account of an order, reckoned without the app.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, Protocol

from .story import Bought, Place, Story


@dataclass(frozen=True)
class Pieces:
	"""Of one line: ordered (edits included), shipped, never to be shipped, back on the shelf.

	`counted`: the store keeps stock of it, so that it can know what came back.
	"""

	ordered: int
	shipped: int = 0
	removed: int = 0
	returned: int = 0
	counted: bool = True


@dataclass(frozen=True)
class Figures:
	"""One order as its store counts it, in the currency that the shop books in.

	`total` is as ordered, edits included; `credited` what refunds took off it, tax included; `paid` and
	`refunded` the money that moved. `lines` is by the store's line id.
	"""

	order_id: str
	currency: str
	total: Decimal
	credited: Decimal
	paid: Decimal
	refunded: Decimal
	live: bool
	lines: Mapping[str, Pieces] = field(default_factory=dict)

	@property
	def owed(self) -> Decimal:
		"""What the buyer still has to pay; negative for what the shop has to pay back."""
		return self.total - self.credited - self.paid + self.refunded


class LifeSeller(Protocol):
	"""The acts of a shop's staff and buyers. Each moves `updated_at` and queues the store's own messages."""

	def place(self, story: Story) -> str:
		"""The checkout; returns the order's id. A story that is not paid waits for `pay`."""
		...

	def pay(self, order_id: str, amount: Decimal | None = None, gateway: str | None = None) -> None:
		"""Money comes in: all that is owed, or a part of it; where a store takes one payment only, all."""
		...

	def edit(
		self,
		order_id: str,
		quantities: Mapping[int, int] = {},
		added: tuple[Bought, ...] = (),
		shipping: Place | None = None,
		delivery: Decimal | None = None,
	) -> None:
		"""Staff edits the order: pieces of lines (0 removes one), new lines, the address, the shipping price."""
		...

	def fulfil(
		self, order_id: str, lines: Mapping[int, int], number: str | None = None, carrier: str | None = None
	) -> str:
		"""The shop or a logistics partner ships pieces; the fulfilment's id."""
		...

	def cancel_fulfilment(self, order_id: str, fulfilment_id: str) -> None:
		"""A shipment is called back."""
		...

	def refund(
		self,
		order_id: str,
		lines: Mapping[int, int] = {},
		shipping: Decimal = Decimal(0),
		amount: Decimal = Decimal(0),
		restock: Literal["cancel", "return", "no_restock"] = "no_restock",
		pay: bool = True,
		return_id: str | None = None,
	) -> str:
		"""Pay back pieces of lines, shipping (before its tax, whose part follows), an amount beyond them; the refund's id."""
		...

	def announce_return(self, order_id: str, lines: Mapping[int, int]) -> str:
		"""The buyer wants to send pieces back; the return's id, empty where the store knows no returns."""
		...

	def cancel(self, order_id: str) -> None:
		"""The whole order is called off, paid money goes back, nothing was shipped."""
		...

	def figures(self, order_id: str) -> Figures:
		"""The store's own account of an order."""
		...
