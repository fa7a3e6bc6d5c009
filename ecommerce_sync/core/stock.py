"""The stock planner: what each store should show, and the differences to what it is known to show. Pure.

Available = what the location's warehouses have, less what is reserved and what the store has sold without
ERPNext having reserved it yet, less the buffer, not below zero, in whole pieces. A listing is made of
parts: the Item itself (in stock units for one piece sold), or the components of its Product Bundle.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

from .models import ZERO, Model, Order
from .products import StockHolder
from .settings import LocationRule, StoreSettings

# (Item, Warehouse) to actual − reserved − sold but not yet reserved, in stock units; missing is 0
Free = Mapping[tuple[str, str], Decimal]


class StockPart(Model):
	"""An Item that one piece of a listing takes, in the Item's stock unit."""

	item_code: str
	quantity: Decimal = Decimal(1)


class KnownLevel(Model):
	"""What the store is known to show at a location. `moved`: it changed by itself since our last write.

	Then `base` is what it showed before, at `base_at`.
	"""

	location_id: str
	quantity: int | None = None  # None: never read
	stocked: bool = True
	moved: bool = False
	base: int | None = None
	base_at: datetime | None = None

	@property
	def shown(self) -> int | None:
		"""What buyers see: a place that does not keep the listing has none of it."""
		return 0 if self.location_id and not self.stocked else self.quantity


class Listing(Model):
	"""A bound listing as the pushers see it. `name` is its Store Listing."""

	name: str
	store: str
	product_id: str
	variant_id: str = ""
	item_code: str
	sku: str | None = None
	inventory_id: str | None = None
	stock_holder: StockHolder = "variant"
	own_buffer: Decimal | None = None  # None: the location's or the store's
	parts: tuple[StockPart, ...] = ()  # empty: the Item keeps no stock, nothing is pushed
	levels: tuple[KnownLevel, ...] = ()

	def level(self, location_id: str) -> KnownLevel:
		"""What is known of the location; an unknown level when nothing is."""
		found = (level for level in self.levels if level.location_id == location_id)
		return next(found, KnownLevel(location_id=location_id))


class Quantity(Model):
	"""What a store should show for a listing at a location, where that differs from what it is known to show."""

	listing: Listing
	location_id: str
	quantity: int

	@property
	def known(self) -> KnownLevel:
		"""What it is compared with."""
		return self.listing.level(self.location_id)


def available(listing: Listing, place: LocationRule, free: Free, settings: StoreSettings) -> int:
	"""Whole pieces that the store may sell from the place."""
	pieces = min((_pieces(part, place, free) for part in listing.parts), default=ZERO)
	left = pieces - buffer_of(listing, place, settings)
	return max(0, int(left.to_integral_value(ROUND_FLOOR)))


def buffer_of(listing: Listing, place: LocationRule, settings: StoreSettings) -> Decimal:
	"""Pieces kept back: the listing's own, else the location's, else the store's."""
	if listing.own_buffer is not None:
		return listing.own_buffer
	return place.buffer if place.buffer is not None else settings.stock_buffer


def plan_stock(listings: Iterable[Listing], free: Free, settings: StoreSettings) -> list[Quantity]:
	"""The differences, and every level that was never read.

	Variants that share their product's number need all to be among `listings`; they come as one difference,
	of the first by name.
	"""
	shared: dict[tuple[str, str], list[Listing]] = {}
	for listing in listings:
		if listing.parts and listing.stock_holder != "nobody":
			shared.setdefault(_number(listing), []).append(listing)
	found = (
		Quantity(listing=group[0], location_id=place.location_id, quantity=_sum(group, place, free, settings))
		for group in (sorted(each, key=lambda listing: listing.name) for each in shared.values())
		for place in settings.stock_places()
	)
	return [each for each in found if each.known.shown != each.quantity]


def unreserved(
	orders: Iterable[tuple[Order, Mapping[str, tuple[StockPart, ...]]]], settings: StoreSettings
) -> dict[tuple[str, str], Decimal]:
	"""What live orders without a document take: (Item, Warehouse) to stock units.

	Each order comes with the parts of its lines by line id; lines without parts take nothing. Taken from
	the warehouse that the order would go to by its location, the first where there are several.
	"""
	taken: dict[tuple[str, str], Decimal] = {}
	for order, parts in orders:
		warehouse = settings.warehouse_for(order.location_id)
		for line in order.lines if order.live and warehouse else ():
			for part in parts.get(line.id, ()):
				key = (part.item_code, warehouse or "")
				taken[key] = taken.get(key, ZERO) + part.quantity * max(line.quantity, ZERO)
	return {key: quantity for key, quantity in taken.items() if quantity}


def _number(listing: Listing) -> tuple[str, str]:
	"""Which of the store's numbers it is: variants may share their product's."""
	return listing.product_id, "" if listing.stock_holder == "product" else listing.variant_id


def _sum(group: list[Listing], place: LocationRule, free: Free, settings: StoreSettings) -> int:
	"""Several Items behind one number add up.

	Of listings that take one and the same Item (one Item behind several variants, bundles of a common
	component) only the one counts of which most can be sold: so many can be sold for sure, and no piece
	counts twice.
	"""
	return sum(
		max(available(listing, place, free, settings) for listing in sharing) for sharing in _sharing(group)
	)


def _sharing(group: Iterable[Listing]) -> list[list[Listing]]:
	"""Listings together that take an Item in common, directly or through others."""
	found: list[tuple[set[str], list[Listing]]] = []
	for listing in group:
		items, together = {part.item_code for part in listing.parts}, [listing]
		apart = []
		for others in found:
			if items.isdisjoint(others[0]):
				apart.append(others)
			else:
				items, together = items | others[0], together + others[1]
		found = [*apart, (items, together)]
	return [listings for _, listings in found]


def _pieces(part: StockPart, place: LocationRule, free: Free) -> Decimal:
	"""How many pieces the warehouses hold of one part. One that is oversold takes from the others."""
	held = sum((free.get((part.item_code, warehouse), ZERO) for warehouse in place.warehouses), ZERO)
	return (held / part.quantity).to_integral_value(ROUND_FLOOR) if part.quantity > 0 else ZERO
