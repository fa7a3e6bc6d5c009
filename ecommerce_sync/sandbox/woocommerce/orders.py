"""A story written down as a WooCommerce order, and what happens to that order afterwards.

`write_down(story)` is what checkout does; `WooOrder.changed(…)` is what a shopkeeper or a plugin does
later; `WooOrder.as_json()` is what the REST API and webhooks say about it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from ecommerce_sync.sandbox.story import Bought, Delivery, Fee, Place, Rate, Story
from ecommerce_sync.sandbox.woocommerce.order_json import order_json
from ecommerce_sync.sandbox.woocommerce.order_lines import FEES, SHIPPING, TIPS
from ecommerce_sync.sandbox.woocommerce.product_index import stable_ids
from ecommerce_sync.sandbox.woocommerce.refunds import Refund
from ecommerce_sync.sandbox.woocommerce.settings import RateTable, StoreRate, StoreSettings
from ecommerce_sync.sandbox.woocommerce.statuses import (
	STATUSES,
	first_status,
	moved,
	reference,
)
from ecommerce_sync.sandbox.woocommerce.story_edits import edited
from ecommerce_sync.sandbox.woocommerce.totals import (
	ZERO,
	Arithmetic,
	ItemTotals,
	OrderTotals,
	Taxed,
	Typed,
	item_totals,
	typed_totals,
)

__all__ = ["STATUSES", "RedeemedGiftCard", "Shipment", "WooOrder", "moved_on", "write_down"]


@dataclass(frozen=True)
class RedeemedGiftCard:
	"""A gift card paid with, as the Gift Cards plugin does it: the total is lower, no line says why."""

	id: int
	code: str
	amount: Decimal


@dataclass(frozen=True)
class Shipment:
	"""Goods that the shop's staff has sent, which core keeps nowhere: pieces by position of the line."""

	id: str
	pieces: Mapping[int, int]


@dataclass(frozen=True)
class WooOrder:
	"""One order as the store keeps it. Money follows from `story` anew each time; nothing is stored twice."""

	story: Story
	settings: StoreSettings
	rates: RateTable
	id: int
	status: str
	date_modified: datetime
	date_paid: datetime | None = None
	date_completed: datetime | None = None
	transaction_id: str = ""
	created_via: str = "checkout"
	gift_cards: tuple[RedeemedGiftCard, ...] = ()
	meta: tuple[tuple[str, Any], ...] = ()
	removed: frozenset[int] = field(default_factory=frozenset)  # positions of story lines taken off later
	dropped: frozenset[int] = field(default_factory=frozenset)  # places of shipping and fees taken off later
	typed: Mapping[int, Typed] = field(default_factory=dict)  # amounts that somebody wrote, by place
	bought: tuple[tuple[int, int], ...] = ()  # product_id and variation_id by position in the story's lines
	reduced: tuple[tuple[int, int], ...] | None = None  # positions and pieces taken from stock; None: not yet
	restocked: Mapping[int, int] = field(default_factory=dict)  # pieces that refunds put back, by position
	refunds: tuple[Refund, ...] = ()
	shipments: tuple[Shipment, ...] = ()  # what the shop's staff has sent
	completed: bool = False  # the shop has called all of it shipped
	before_trash: str = ""

	@property
	def number(self) -> str:
		return str(self.story.number if self.settings.sequential_numbers else self.id)

	@cached_property
	def currency(self) -> str:
		return (self._presented and self.story.presentment_currency) or self.story.currency

	@cached_property
	def arithmetic(self) -> Arithmetic:
		places = self.settings.places(self.currency)
		return Arithmetic(places, self.story.taxes_included, self.settings.round_at_subtotal)

	@cached_property
	def lines(self) -> tuple[tuple[int, Bought], ...]:
		"""Product lines with their position in the story."""
		kept = enumerate(self.story.lines)
		return tuple((at, line) for at, line in kept if at not in self.removed and line.kind != "tip")

	def ids_at(self, position: int) -> tuple[int, int]:
		"""The product_id and variation_id of a line; both 0 where it names no product of the store."""
		return self.bought[position] if self.bought else stable_ids(self.story.lines[position])

	def stock_id(self, position: int) -> int:
		"""The id that a line's stock and price belong to: the variation's, else the product's."""
		product_id, variation_id = self.ids_at(position)
		return variation_id or product_id

	@cached_property
	def deliveries(self) -> tuple[tuple[int, Delivery], ...]:
		"""Shipping lines with their number in the story."""
		kept = enumerate(self.story.deliveries)
		return tuple((at, line) for at, line in kept if SHIPPING + at not in self.dropped)

	@cached_property
	def fees(self) -> tuple[tuple[int, Fee], ...]:
		"""Fee lines with their number; core has no tips, so a tip is one."""
		tips = (
			(TIPS + at, Fee("Tip", self._untaxed(line), line.taxes))
			for at, line in enumerate(self.story.lines)
			if line.kind == "tip" and at not in self.removed
		)
		kept = ((at, fee) for at, fee in enumerate(self.story.fees) if FEES + at not in self.dropped)
		return (*kept, *tips)

	@cached_property
	def totals(self) -> OrderTotals:
		items = tuple(self._item(at, line) for at, line in self.lines)
		shipping = tuple(self._shipping(at, delivery) for at, delivery in self.deliveries)
		fees: tuple[Taxed, ...] = ()
		for at, fee in self.fees:
			fees += (self._fee(at, fee, self._left_to_pay(items, shipping, fees)),)
		redeemed = sum((card.amount for card in self.gift_cards), ZERO)
		return OrderTotals(self.arithmetic, items, shipping, fees, redeemed)

	def rows(self, rates: tuple[Rate, ...]) -> list[StoreRate]:
		return self.rates.rows(rates)

	def as_json(self, home: str = "https://shop.example") -> dict[str, Any]:
		"""The order as GET /wp-json/wc/v3/orders/<id> of the site at `home` (no slash at its end) answers."""
		return order_json(self, home)

	def changed(
		self,
		at: datetime,
		*,
		status: str | None = None,
		note: str | None = None,
		billing: Place | None = None,
		shipping: Place | None = None,
		email: str | None = None,
		quantities: Mapping[int, int] | None = None,
		remove: tuple[int, ...] = (),
		meta: tuple[tuple[str, Any], ...] = (),
		transaction_id: str | None = None,
	) -> WooOrder:
		"""The order after an edit at `at` (aware). `quantities` and `remove` go by position in the story's
		lines; a line's discount stays what it was. A meta value of None takes the key away. Raises IndexError
		for a line that is not there."""
		story = edited(self.story, note, billing, shipping, email, quantities or {})
		for position in remove:
			self.story.lines[position]
		order = replace(
			self,
			story=story,
			date_modified=at,
			removed=self.removed | set(remove),
			meta=tuple(
				(key, value) for key, value in {**dict(self.meta), **dict(meta)}.items() if value is not None
			),
			transaction_id=self.transaction_id if transaction_id is None else transaction_id,
		)
		return order if status is None else moved(order, status, at)

	def cancelled(self, at: datetime) -> WooOrder:
		return self.changed(at, status="cancelled")

	def trashed(self, at: datetime) -> WooOrder:
		return replace(self, status="trash", before_trash=self.status, date_modified=at)

	def restored(self, at: datetime) -> WooOrder:
		"""Out of the trash, in the status that it had."""
		return replace(self, status=self.before_trash or "pending", date_modified=at)

	@property
	def _presented(self) -> bool:
		return self.settings.multi_currency and self.story.presentment_currency is not None

	def _money(self, amount: Decimal) -> Decimal:
		"""An amount of the story in the order's currency."""
		return self.arithmetic.money(amount * self.story.presentment_rate) if self._presented else amount

	def _untaxed(self, line: Bought) -> Decimal:
		shown = line.price * line.quantity - line.discount
		return self.arithmetic.without_tax(shown, self.rows(line.taxes))

	def _item(self, at: int, line: Bought) -> ItemTotals:
		if typed := self.typed.get(at + 1):
			return typed_totals(self.arithmetic, typed, line.code, self.rows(line.taxes))
		amount, discount = self._money(line.price) * line.quantity, self._money(line.discount)
		code = line.code.lower() if line.code else None
		return item_totals(self.arithmetic, amount, discount, code, self.rows(line.taxes))

	def _shipping(self, at: int, delivery: Delivery) -> Taxed:
		rows, shown = self.rows(delivery.taxes), self._money(delivery.price - delivery.discount)
		if typed := self.typed.get(SHIPPING + at):
			return self.arithmetic.shipped(typed.total, rows)
		return self.arithmetic.shipped(self.arithmetic.without_tax(shown, rows), rows)

	def _fee(self, at: int, fee: Fee, left: Decimal) -> Taxed:
		if typed := self.typed.get(FEES + at):
			return self.arithmetic.net(typed.total, self.rows(fee.taxes))
		amount = max(self.arithmetic.money(self._money(fee.amount)), -left)
		return self.arithmetic.net(amount, self.rows(fee.taxes))

	def _left_to_pay(
		self, items: tuple[ItemTotals, ...], shipping: tuple[Taxed, ...], fees: tuple[Taxed, ...]
	) -> Decimal:
		"""The net amount that a rebate may use up at most (WC_Cart_Totals::get_fees_from_cart)."""
		lines = (*(item.after for item in items), *shipping, *fees)
		return self.arithmetic.money(sum((line.net for line in lines), ZERO))


def write_down(
	story: Story,
	settings: StoreSettings | None = None,
	rates: RateTable | None = None,
	gift_cards: tuple[RedeemedGiftCard, ...] = (),
	created_via: str = "checkout",
	ids_of: Callable[[Bought], tuple[int, int]] = stable_ids,
) -> WooOrder:
	"""The order that WooCommerce makes of `story`. `rates` is the store's tax table, which new rates join;
	`ids_of` knows the product and the variation of a line.

	What core has no word for goes where plugins put it: company to billing, purchase-order number, payment
	terms and test mode to meta data, tips to fees. Without the multi-currency option the presentment
	currency is dropped, because core knows one currency only.
	"""
	settings = settings or StoreSettings()
	rates = rates if rates is not None else RateTable()
	charged: tuple[Bought | Fee | Delivery, ...] = (*story.lines, *story.fees, *story.deliveries)
	for each in charged:
		rates.rows(each.taxes)
	order = WooOrder(
		story=story,
		settings=settings,
		rates=rates,
		id=settings.first_id + story.number,
		status="pending",
		date_modified=story.created_at,
		transaction_id=reference(story) if story.paid else "",
		created_via=created_via,
		gift_cards=gift_cards,
		bought=tuple(map(ids_of, story.lines)),
	)
	order = moved(order, first_status(story), story.created_at)
	return order.cancelled(story.cancelled_at) if story.cancelled_at else order


def moved_on(order: WooOrder, now: datetime) -> datetime:
	"""The next modification time of `order`: now, but at least a second after the last one, since
	WooCommerce's clock counts whole seconds and a change that keeps the time cannot be told from none."""
	return max(now, order.date_modified + timedelta(seconds=1))
