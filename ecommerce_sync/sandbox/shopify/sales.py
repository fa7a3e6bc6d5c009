"""What orders do to stock: sold pieces move from available to committed, cancelled ones come back."""

from __future__ import annotations

from collections import Counter
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


class Sales:
	"""Follows each order; remembers what it holds and from which place."""

	def __init__(self, stock: Inventory) -> None:
		self.stock, self._edits = stock, Edits(stock)
		self._held: dict[int, Counter[tuple[int, int]]] = {}
		self._places: dict[tuple[int, int], int] = {}
		self._numbers = count(5_000_001)

	def list_lines(self, story: Story) -> tuple[Listed | None, ...]:
		"""The product and variant behind each line; what the shop does not list yet is listed."""
		return tuple(self._listed(bought, story.created_at) for bought in story.lines)

	def follow(self, order: ShopifyOrder, *, notify: bool) -> None:
		"""Make stock agree with an order that is new or has changed."""
		held, now = self._held.get(order.id, Counter()), self._holds(order)
		moved = {key: now[key] - held[key] for key in {**held, **now} if now[key] != held[key]}
		self._held[order.id] = now
		self.stock.commit(moved, notify=notify)
		variants = (self.stock.goods.variants.get(variant_id) for variant_id, _ in moved)
		for product in dict.fromkeys(variant.product for variant in variants if variant) if notify else ():
			self._edits.touch(product)

	def held(self, order_id: int) -> Counter[int]:
		"""What an order holds now: variant id to pieces, whatever the place."""
		found: Counter[int] = Counter()
		for (variant_id, _), pieces in self._held.get(order_id, Counter()).items():
			found[variant_id] += pieces
		return found

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

	def _holds(self, order: ShopifyOrder) -> Counter[tuple[int, int]]:
		held: Counter[tuple[int, int]] = Counter()
		for number, pieces in order.pieces().items():
			listed = order.goods[number]
			variant = self.stock.goods.variants.get(listed[1]) if listed else None
			for part, each in self._parts(variant):
				if part.tracked and pieces:
					held[part.id, self._place(order, number, part)] += pieces * each
		return held

	def _parts(self, variant: Variant | None) -> list[tuple[Variant, int]]:
		if variant is None:
			return []
		variants = self.stock.goods.variants
		return [(variants[n], each) for n, each in variant.parts.items() if n in variants] or [(variant, 1)]

	def _place(self, order: ShopifyOrder, number: int, variant: Variant) -> int:
		"""Where the line ships from, for good: the order's place, else the shop's, else one that stocks it."""
		key = (order.id, number)
		if key not in self._places:
			named = order.story.location_id
			first = named if named in self.stock.locations else self.stock.default
			stocked = [location_id for location_id, _ in self.stock.levels(variant)]
			self._places[key] = first if first in stocked or not stocked else stocked[0]
		return self._places[key]
