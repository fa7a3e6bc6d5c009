"""Which warehouse ships each line of an order, by priority and availability. Pure.

One warehouse that has all, the first by priority; else as few as possible, lines unsplit where they can be;
what nobody has in full goes to the default and is oversold there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from itertools import combinations

from .commands import Oversold
from .models import ZERO, Model
from .stock import Free, StockPart

EXACT = 12  # warehouses among which every choice is looked at
Parts = Mapping[str, tuple[StockPart, ...]]  # Item to what one of its stock units takes; empty: no stock
Filling = dict[str, list["Portion"]]


class Demand(Model):
	"""Pieces of an Item that one line of an order takes, in stock units. `key` is the line."""

	key: str
	item_code: str
	quantity: Decimal


class Portion(Model):
	"""A part of a line and the warehouse that ships it."""

	warehouse: str | None
	quantity: Decimal


class Allocation(Model):
	"""The portions of each line, which come to its quantity, and what is missing where it was put."""

	portions: dict[str, tuple[Portion, ...]] = {}
	oversold: tuple[Oversold, ...] = ()


def allocate(
	demands: Sequence[Demand], free: Free, parts: Parts, warehouses: Sequence[str], default: str | None
) -> Allocation:
	"""Warehouses for the lines of one order; `warehouses` by priority.

	A line is split only where no warehouse of the chosen ones has all of it, and only between whole pieces.
	Lines whose Items keep no stock (or are not among `parts`) go where the others go.
	"""
	kept = [demand for demand in demands if parts.get(demand.item_code) and demand.quantity > 0]
	places = _useful(kept, free, parts, warehouses)
	filling = _best(kept, free, parts, places) if kept else {}
	if filling is None:
		filling = _without_the_missing(kept, free, parts, places, default)
	main = _main(filling, warehouses, default)
	for demand in demands:
		filling.setdefault(demand.key, [Portion(warehouse=main, quantity=demand.quantity)])
	return Allocation(
		portions={demand.key: tuple(filling[demand.key]) for demand in demands},
		oversold=tuple(_oversold(kept, filling, free, parts)),
	)


class _Shelves:
	"""What is left while lines are put to warehouses."""

	def __init__(self, free: Free, parts: Parts) -> None:
		self._left = {key: quantity for key, quantity in free.items() if quantity > 0}
		self._parts = parts

	def pieces(self, item_code: str, warehouse: str) -> Decimal:
		"""Whole pieces that the warehouse has of an Item."""
		each = (
			self._left.get((part.item_code, warehouse), ZERO) / part.quantity
			for part in self._parts[item_code]
			if part.quantity > 0
		)
		return min(each, default=ZERO).to_integral_value(ROUND_FLOOR)

	def has(self, item_code: str, warehouse: str, quantity: Decimal) -> bool:
		"""Whether the warehouse has so much of an Item, fractions included."""
		return all(
			self._left.get((part.item_code, warehouse), ZERO) >= part.quantity * quantity
			for part in self._parts[item_code]
		)

	def take(self, item_code: str, warehouse: str, quantity: Decimal) -> Portion:
		for part in self._parts[item_code]:
			key = (part.item_code, warehouse)
			self._left[key] = self._left.get(key, ZERO) - part.quantity * quantity
		return Portion(warehouse=warehouse, quantity=quantity)


def _useful(demands: Iterable[Demand], free: Free, parts: Parts, warehouses: Sequence[str]) -> list[str]:
	"""The warehouses that have anything of what is wanted, by priority."""
	items = {part.item_code for demand in demands for part in parts[demand.item_code]}
	return [
		place
		for place in dict.fromkeys(warehouses)
		if any(free.get((item, place), ZERO) > 0 for item in items)
	]


def _best(demands: list[Demand], free: Free, parts: Parts, places: list[str]) -> Filling | None:
	"""All lines from as few warehouses as possible; None when all together have not enough."""
	if _fill(demands, free, parts, places) is None:
		return None
	if len(places) > EXACT:
		return _greedy(demands, free, parts, places)
	for size in range(1, len(places) + 1):
		choices = (_fill(demands, free, parts, chosen) for chosen in combinations(places, size))
		if found := _least_split(filling for filling in choices if filling is not None):
			return found
	return None


def _least_split(fillings: Iterable[Filling]) -> Filling | None:
	"""The first without a split line, else the first with the fewest portions."""
	best: Filling | None = None
	for filling in fillings:
		if best is None or _portions(filling) < _portions(best):
			best = filling
		if _portions(best) == len(best):
			break
	return best


def _portions(filling: Filling) -> int:
	return sum(len(portions) for portions in filling.values())


def _greedy(demands: list[Demand], free: Free, parts: Parts, places: list[str]) -> Filling | None:
	"""For many warehouses: those that have least are left out one after another, as long as the rest has all."""
	shelves = _Shelves(free, parts)
	helps = {
		place: sum(min(shelves.pieces(each.item_code, place), each.quantity) for each in demands)
		for place in places
	}
	chosen, found = list(places), _fill(demands, free, parts, places)
	for place in sorted(reversed(places), key=lambda each: helps[each]):
		fewer = [each for each in chosen if each != place]
		if fewer and (filling := _fill(demands, free, parts, fewer)) is not None:
			chosen, found = fewer, filling
	return found


def _fill(demands: list[Demand], free: Free, parts: Parts, places: Sequence[str]) -> Filling | None:
	"""All lines from these warehouses, the ones with most components and pieces first; None when it cannot be."""
	shelves, filling = _Shelves(free, parts), Filling()
	for demand in sorted(demands, key=lambda each: (-len(parts[each.item_code]), -each.quantity)):
		portions = _portions_of(demand, shelves, places)
		if portions is None:
			return None
		filling[demand.key] = portions
	return filling


def _portions_of(demand: Demand, shelves: _Shelves, places: Sequence[str]) -> list[Portion] | None:
	item = demand.item_code
	for place in places:
		if shelves.has(item, place, demand.quantity):
			return [shelves.take(item, place, demand.quantity)]
	found: list[Portion] = []
	left = demand.quantity
	for place in sorted(places, key=lambda each: -shelves.pieces(item, each)):
		if shelves.has(item, place, left):
			return [*found, shelves.take(item, place, left)]
		if pieces := min(shelves.pieces(item, place), left.to_integral_value(ROUND_FLOOR)):
			found.append(shelves.take(item, place, pieces))
			left -= pieces
	return found if found and not left else None


def _without_the_missing(
	demands: list[Demand], free: Free, parts: Parts, places: list[str], default: str | None
) -> Filling:
	"""Lines that nobody has in full go to the default, the others as if they were alone."""
	there: list[Demand] = []
	for demand in demands:
		if _fill([*there, demand], free, parts, places) is not None:
			there.append(demand)
	filling = (_best(there, free, parts, places) if there else {}) or {}
	for demand in demands:
		filling.setdefault(demand.key, [Portion(warehouse=default, quantity=demand.quantity)])
	return filling


def _main(filling: Filling, warehouses: Sequence[str], default: str | None) -> str | None:
	"""The first warehouse by priority that ships anything."""
	used = {portion.warehouse for portions in filling.values() for portion in portions}
	return next((place for place in warehouses if place in used), default)


def _oversold(demands: list[Demand], filling: Filling, free: Free, parts: Parts) -> Iterator[Oversold]:
	"""What the lines together take of an Item in a warehouse beyond what is free there."""
	taken: dict[tuple[str, str | None], Decimal] = {}
	for demand in demands:
		for portion in filling[demand.key]:
			for part in parts[demand.item_code]:
				key = (part.item_code, portion.warehouse)
				taken[key] = taken.get(key, ZERO) + part.quantity * portion.quantity
	for (item, warehouse), quantity in taken.items():
		missing = quantity - max(free.get((item, warehouse or ""), ZERO), ZERO)
		if missing > 0:
			yield Oversold(item_code=item, warehouse=warehouse, quantity=missing)
