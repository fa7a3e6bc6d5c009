"""What staff and buyers do with orders of the emulated Shopify, and the store's own account of them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from .lives import Figures, Pieces
from .shopify.facts import REFUND
from .shopify.life import Restock, Tracking
from .shopify.money import total
from .shopify.orders import ShopifyOrder
from .shopify.server import EmulatedShopify
from .story import Bought, Place, Story


class ShopifyLife:
	"""The acts of `LifeSeller` on an emulated Shopify. Messages are kept from `listen` on."""

	emulator: EmulatedShopify
	listens = False

	def place(self, story: Story) -> str:
		return str(self.emulator.place(story, notify=self.listens).id)

	def touch(self, order_id: str, note: str) -> None:
		self.emulator.update(int(order_id), notify=self.listens, note=note)

	def cancel(self, order_id: str) -> None:
		self.emulator.cancel(int(order_id), notify=self.listens)

	def pay(self, order_id: str, amount: Decimal | None = None, gateway: str | None = None) -> None:
		self.emulator.pay(int(order_id), amount, gateway)

	def edit(
		self,
		order_id: str,
		quantities: Mapping[int, int] = {},
		added: tuple[Bought, ...] = (),
		shipping: Place | None = None,
		delivery: Decimal | None = None,
	) -> None:
		self.emulator.edit(int(order_id), quantities, added, shipping, delivery)

	def fulfil(
		self, order_id: str, lines: Mapping[int, int], number: str | None = None, carrier: str | None = None
	) -> str:
		"""Pieces that wait at several locations get a fulfilment at each; the first one's id."""
		tracking = Tracking(carrier, (number,) if number else ())
		return str(self.emulator.fulfil(int(order_id), lines, tracking)[0])

	def cancel_fulfilment(self, order_id: str, fulfilment_id: str) -> None:
		self.emulator.cancel_fulfilment(int(order_id), int(fulfilment_id))

	def refund(
		self,
		order_id: str,
		lines: Mapping[int, int] = {},
		shipping: Decimal = Decimal(0),
		amount: Decimal = Decimal(0),
		restock: Restock = "no_restock",
		pay: bool = True,
		return_id: str | None = None,
	) -> str:
		number, announced = int(order_id), int(return_id) if return_id else None
		made = self.emulator.refund(number, lines, shipping, amount, restock, pay, announced)
		return str(self.emulator.order(number).other_id(REFUND, made.number))

	def announce_return(self, order_id: str, lines: Mapping[int, int]) -> str:
		return str(self.emulator.announce_return(int(order_id), lines))

	def figures(self, order_id: str) -> Figures:
		order = self.emulator.order(int(order_id))
		included, is_live = order.story.taxes_included, order.cancelled_at is None
		ordered = order.agreed.total
		credited = total(refund.value(included) for refund in order.life.refunds) if is_live else ordered
		return Figures(
			order_id,
			order.currencies.shop,
			ordered.shop,
			credited.shop,
			order.received.shop,
			order.refunded.shop,
			is_live,
			{str(order.line_id(line)): _pieces(order, line.number) for line in order.original.lines},
		)


def _pieces(order: ShopifyOrder, line: int) -> Pieces:
	life = order.life
	return Pieces(order.ordered(line), life.shipped(line), life.removed(line), life.returned(line))
