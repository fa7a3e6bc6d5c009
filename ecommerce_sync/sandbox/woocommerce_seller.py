"""What staff and buyers do with orders of the emulated WooCommerce, and the store's own account of them.

WooCommerce knows one payment per order, no shipments of single pieces and no announced returns: `figures`
tells what the store itself can know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from .lives import Figures, Pieces
from .story import Bought, Place, Story
from .woocommerce.errors import RestError
from .woocommerce.order_lines import FEES, PER_ORDER, TIPS
from .woocommerce.orders import WooOrder
from .woocommerce.refunds import Refund
from .woocommerce.server import EmulatedWooCommerce
from .woocommerce.statuses import refunds_money
from .woocommerce.trackings import shipped_pieces

_DEAD = ("cancelled", "trash")


class WooCommerceLife:
	"""The acts of `LifeSeller` on an emulated WooCommerce."""

	emulator: EmulatedWooCommerce

	def place(self, story: Story) -> str:
		return str(self.emulator.place(story).id)

	def pay(self, order_id: str, amount: Decimal | None = None, gateway: str | None = None) -> None:
		"""All that is owed; a part of it is more than WooCommerce can note. Cash on delivery completes the order."""
		self.emulator.pay(int(order_id), gateway)

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
		return self.emulator.ship(int(order_id), lines, number, carrier)

	def cancel_fulfilment(self, order_id: str, fulfilment_id: str) -> None:
		self.emulator.call_back(int(order_id), fulfilment_id)

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
		"""`pay` goes through the gateway where that can; else the shop pays back by hand, as WooCommerce says.

		Of shipping at most what is left of it. Raises ValueError for more pieces or money than is left.
		"""
		order = self.emulator.order(int(order_id))
		back, sent = restock != "no_restock", pay and _can_send(order)
		try:
			return str(self.emulator.refund(order, lines, shipping, amount, back, sent).id)
		except RestError as error:
			raise ValueError(f"order {order_id}: {error.message}") from error

	def announce_return(self, order_id: str, lines: Mapping[int, int]) -> str:
		"""WooCommerce knows no returns before their refund."""
		return ""

	def cancel(self, order_id: str) -> None:
		"""What was paid is refunded first; the goods go back on the shelf with the cancellation."""
		order = self.emulator.order(int(order_id))
		if order.date_paid and order.status not in _DEAD:
			self.emulator.refund_rest(order, pay=_can_send(order))
		self.emulator.cancel(order.id)

	def figures(self, order_id: str) -> Figures:
		"""In the order's own currency, the only one that it has. A refund made before the money came in lowers
		what was paid; later ones are paid back."""
		order = self.emulator.order(int(order_id))
		total, credited = order.totals.total, _sum(order.refunds)
		moved = _sum(tuple(refund for refund in order.refunds if _moved_money(order, refund)))
		return Figures(
			order_id=order_id,
			currency=order.currency,
			total=total,
			credited=credited,
			paid=total - (credited - moved) if order.date_paid else Decimal(0),
			refunded=moved,
			live=order.status not in _DEAD,
			lines=dict(_pieces(order, self.emulator)),
		)


def _can_send(order: WooOrder) -> bool:
	return order.date_paid is not None and refunds_money(order.story.gateway)


def _sum(refunds: tuple[Refund, ...]) -> Decimal:
	return sum((refund.amount for refund in refunds), Decimal(0))


def _moved_money(order: WooOrder, refund: Refund) -> bool:
	return refund.paid or (order.date_paid is not None and refund.created_at >= order.date_paid)


def _pieces(order: WooOrder, shop: EmulatedWooCommerce) -> Iterator[tuple[str, Pieces]]:
	"""Every line of the story by its place; one that was taken off, or is a fee here, has no pieces."""
	sent, there = shipped_pieces(order), dict(order.lines)
	for position, told in enumerate(order.story.lines):
		place = FEES + TIPS + position if told.kind == "tip" else position + 1
		line_id = str(order.id * PER_ORDER + place)
		if position not in there:
			yield line_id, Pieces(0)
			continue
		holder = shop.goods.holder(order.stock_id(position))
		counted = bool(holder and holder.manage_stock)
		yield line_id, replace(_of_line(order, position, sent.get(position, 0)), counted=counted)


def _of_line(order: WooOrder, position: int, sent: int) -> Pieces:
	ordered = order.story.lines[position].quantity
	parts = [(r, part) for r in order.refunds for part in r.parts if part.place == position + 1]
	removed = sum(part.unsent for _, part in parts)
	returned = sum(part.quantity - part.unsent for refund, part in parts if refund.restocked)
	return Pieces(ordered, min(sent, ordered - removed), removed, returned)
