"""How many pieces of each variant are where: levels by inventory item and location, moved by orders and edits.

Setting a quantity where the item is not stocked succeeds, shows nowhere and adds up with what was set
before: seen on real stores (https://community.shopify.dev/t/33834). It comes to light when the place begins
to stock the item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ecommerce_sync.sandbox.shopify.goods import Goods
from ecommerce_sync.sandbox.shopify.goods_payload import level_payload
from ecommerce_sync.sandbox.shopify.records import Level, Variant
from ecommerce_sync.sandbox.shopify.shop import StoreLocation

# What the shop opens with: as many of everything everywhere, or by SKU and location; None: not stocked there.
Stock = int | Callable[[str | None, int], int | None]


class Inventory:
	"""All levels; one is made when it is first looked at."""

	def __init__(self, goods: Goods, stock: Stock) -> None:
		self.goods, self._stock = goods, stock
		self.locations: dict[int, StoreLocation] = {
			location.id: location for location in goods.shop.locations
		}
		self._levels: dict[tuple[int, int], Level] = {}
		self.shown: dict[int, dict[str, Any]] = {}  # locations as GraphQL data
		self._stocked: dict[int, tuple[int, list[int]]] = {}

	@property
	def default(self) -> int:
		"""The location that ships what no other is named for."""
		return next(location.id for location in self.locations.values() if location.is_active)

	def level(self, variant: Variant, location_id: int) -> Level:
		"""A variant's level, active or not. Raises KeyError for an unknown location."""
		key = (variant.id, location_id)
		if key not in self._levels:
			self._levels[key] = self._opening(variant, self.locations[location_id])
		return self._levels[key]

	def levels(self, variant: Variant, inactive: bool = False) -> Iterator[tuple[int, Level]]:
		"""(location, level) where the variant is stocked, or everywhere."""
		for location_id in self.locations:
			level = self.level(variant, location_id)
			if level.is_active or inactive:
				yield location_id, level

	def stocked(self, location_id: int) -> list[int]:
		"""The ids of all variants that a place stocks, ascending."""
		edition, ids = self._stocked.get(location_id, (-1, []))
		if edition != self.goods.edition:
			variants = self.goods.variants
			ids = [n for n in self.goods.variant_ids if self.level(variants[n], location_id).is_active]
			self._stocked[location_id] = (self.goods.edition, ids)
		return ids

	def total(self, variant: Variant) -> int:
		"""`inventoryQuantity`: available over all places; of a bundle what its parts allow."""
		if variant.parts:
			return min(self.total(self.goods.variants[part]) // n for part, n in variant.parts.items())
		return sum(level.available for _, level in self.levels(variant))

	def available(self, variant: Variant, location_id: int) -> int:
		"""What can be sold from a place."""
		if variant.parts:
			parts = ((self.goods.variants[part], pieces) for part, pieces in variant.parts.items())
			return min(self.available(part, location_id) // pieces for part, pieces in parts)
		return self.level(variant, location_id).available

	def put(self, variant: Variant, location_id: int, available: int) -> None:
		"""Set what is available at a place that stocks the variant."""
		level = self.level(variant, location_id)
		if level.available != available:
			level.available = available
			self.touch(variant, location_id)

	def pile_up(self, variant: Variant, location_id: int, quantity: int) -> None:
		"""What becomes of a quantity set where the variant is not stocked."""
		self.level(variant, location_id).available += quantity

	def activate(self, variant: Variant, location_id: int, available: int | None = None) -> Level:
		"""Stock the variant at a place; without a number what was counted there comes back."""
		level = self.level(variant, location_id)
		if not level.is_active:
			level.is_active, level.updated_at = True, self.goods.clock()
			self._stocked.pop(location_id, None)
			level.available = level.available if available is None else available
			self._tell("inventory_levels/connect", variant, location_id)
		return level

	def deactivate(self, variant: Variant, location_id: int) -> Level:
		"""Stop stocking the variant at a place."""
		level = self.level(variant, location_id)
		level.is_active, level.updated_at = False, self.goods.clock()
		self._stocked.pop(location_id, None)
		self._tell("inventory_levels/disconnect", variant, location_id)
		return level

	def shift(self, moved: Mapping[tuple[int, int], tuple[int, int]], *, notify: bool = True) -> None:
		"""Change what is available and what is committed, by (variant, location)."""
		for (variant_id, location_id), (available, committed) in moved.items():
			variant = self.goods.variants.get(variant_id)
			if variant is not None:
				level = self.level(variant, location_id)
				level.available += available
				level.committed += committed
				self.touch(variant, location_id, notify=notify)

	def touch(self, variant: Variant, location_id: int, *, notify: bool = True) -> None:
		"""A level changed: its time, and inventory_levels/update."""
		self.level(variant, location_id).updated_at = self.goods.clock()
		if notify:
			self._tell("inventory_levels/update", variant, location_id)

	def _tell(self, topic: str, variant: Variant, location_id: int) -> None:
		level = self.level(variant, location_id)
		zone = self.goods.shop.zone
		self.goods.tell(topic, lambda: level_payload(variant, location_id, level, zone))

	def _opening(self, variant: Variant, location: StoreLocation) -> Level:
		if variant.is_new:
			quantity = 0 if location.id == self.default else None
		else:
			quantity = self._stock if isinstance(self._stock, int) else self._stock(variant.sku, location.id)
		is_stocked = quantity is not None and location.is_active
		return Level((quantity or 0) if is_stocked else 0, is_stocked, variant.created_at)
