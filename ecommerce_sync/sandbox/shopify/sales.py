"""What orders do to stock: sold pieces move from available to committed, shipped ones leave the house,
cancelled and returned ones come back, those that are lost do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import count

from ecommerce_sync.sandbox.shopify import facts
from ecommerce_sync.sandbox.shopify.edits import Edits
from ecommerce_sync.sandbox.shopify.inventory import Inventory
from ecommerce_sync.sandbox.shopify.orders import Listed, ShopifyOrder
from ecommerce_sync.sandbox.shopify.records import Variant
from ecommerce_sync.sandbox.story import Bought, Person, Place, Story

_BUYER = Person(None, "Robin", "Walker", "robin.walker@example.com")
_HOME = Place(
	"Robin",
	"Walker",
	None,
	"1 rue de la Paix",
	None,
	"Paris",
	zip="75002",
	country="France",
	country_code="FR",
)


Key = tuple[int, int]  # variant, location


class Sales:
	"""Follows each order; remembers what it holds and from which place."""

	def __init__(self, stock: Inventory) -> None:
		self.stock, self._edits = stock, Edits(stock)
		self._held: dict[int, dict[Key, tuple[int, int]]] = {}  # available, committed
		self._places: dict[tuple[int, int], int] = {}
		self._numbers = count(5_000_001)

	def list_lines(self, story: Story) -> tuple[Listed | None, ...]:
		"""The product and variant behind each line; what the shop does not list yet is listed."""
		return tuple(self._listed(bought, story.created_at) for bought in story.lines)

	def follow(self, order: ShopifyOrder, *, notify: bool) -> None:
		"""Make stock agree with an order that is new or has changed."""
		held, now = self._held.get(order.id, {}), self._effects(order)
		moved = {}
		for key in {**held, **now}:
			before, after = held.get(key, (0, 0)), now.get(key, (0, 0))
			if before != after:
				moved[key] = (after[0] - before[0], after[1] - before[1])
		self._held[order.id] = now
		self.stock.shift(moved, notify=notify)
		variants = (self.stock.goods.variants.get(variant_id) for variant_id, _ in moved)
		for product in dict.fromkeys(variant.product for variant in variants if variant) if notify else ():
			self._edits.touch(product)

	def held(self, order_id: int) -> Counter[int]:
		"""What an order took from what can be sold, up to now: variant id to pieces, whatever the place."""
		found: Counter[int] = Counter()
		for (variant_id, _), (available, _) in self._held.get(order_id, {}).items():
			found[variant_id] -= available
		return found

	def place_of(self, order: ShopifyOrder, number: int) -> int:
		"""Where a line ships from."""
		parts = self._parts(self._variant(order, number))
		return self._place(order, number, parts[0][0]) if parts else self._first(order)

	def story(self, variant: Variant, quantity: int, at: datetime, location_id: int | None) -> Story:
		"""An order of one line, paid by a guest."""
		goods = self.stock.goods
		is_plain = variant.product.is_plain
		line = Bought(
			variant.product.title,
			variant.price,
			quantity,
			"gift_card" if variant.product.gift_card else "product",
			variant.sku,
			None if is_plain else variant.title,
		)
		return Story(
			next(self._numbers),
			at,
			goods.shop.currency,
			(line,),
			taxes_included=goods.shop.taxes_included,
			person=_BUYER,
			billing=_HOME,
			shipping=_HOME,
			location_id=location_id,
		)

	def _listed(self, bought: Bought, moment: datetime) -> Listed | None:
		if not facts.is_listed(bought):
			return None
		goods = self.stock.goods
		variant = goods.behind(bought) or goods.adopt(bought, moment)
		return variant.product.id, variant.id

	def _effects(self, order: ShopifyOrder) -> dict[Key, tuple[int, int]]:
		found: dict[Key, tuple[int, int]] = {}
		for number in range(len(order.story.lines)):
			for part, each in self._parts(self._variant(order, number)):
				if part.tracked:
					for place, available, committed in self._moves(order, number, part):
						before = found.get((part.id, place), (0, 0))
						moved = (before[0] + available * each, before[1] + committed * each)
						found[part.id, place] = moved
		return {key: moved for key, moved in found.items() if moved != (0, 0)}

	def _moves(self, order: ShopifyOrder, number: int, part: Variant) -> Iterator[tuple[int, int, int]]:
		"""(location, available, committed) by what became of a line's pieces."""
		life = order.life
		if not facts.is_shipped(order.story.lines[number]):
			pieces = order.ordered(number) - life.refunded(number)
			yield self._place(order, number, part), -pieces, pieces
			return
		for waiting in life.orders:
			pieces = waiting.remaining(number)
			yield waiting.location_id, -pieces, pieces
		for sent in life.fulfilments:
			if sent.is_live:
				yield sent.location_id, -sent.lines.get(number, 0), 0
		for credit in life.refunded_lines.get(number, ()):
			place = self._place(order, number, part) if credit.location_id is None else credit.location_id
			if credit.restock == "return":
				yield place, credit.quantity, 0
			elif credit.restock == "no_restock":
				yield place, -credit.removed, 0

	def _variant(self, order: ShopifyOrder, number: int) -> Variant | None:
		listed = order.goods[number]
		return self.stock.goods.variants.get(listed[1]) if listed else None

	def _parts(self, variant: Variant | None) -> list[tuple[Variant, int]]:
		if variant is None:
			return []
		variants = self.stock.goods.variants
		return [(variants[n], each) for n, each in variant.parts.items() if n in variants] or [(variant, 1)]

	def _place(self, order: ShopifyOrder, number: int, variant: Variant) -> int:
		"""Where the line ships from, for good: the order's place, else the shop's, else one that stocks it."""
		key = (order.id, number)
		if key not in self._places:
			first = self._first(order)
			stocked = [location_id for location_id, _ in self.stock.levels(variant)]
			self._places[key] = first if first in stocked or not stocked else stocked[0]
		return self._places[key]

	def _first(self, order: ShopifyOrder) -> int:
		named = order.story.location_id
		return named if named in self.stock.locations and named is not None else self.stock.default
