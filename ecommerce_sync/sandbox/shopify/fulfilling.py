"""Fulfilment orders: what each location is to ship, and how shipping, holding, splitting and moving change it.

Source: https://shopify.dev/docs/apps/build/orders-fulfillment/order-management-apps. A fulfilment order
that something was shipped from is in progress, one with nothing left closed; what is called back, moved or
split away gets a fulfilment order with an id of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from ecommerce_sync.sandbox.shopify import facts
from ecommerce_sync.sandbox.shopify.life import (
	Fulfilment,
	FulfilmentOrder,
	Hold,
	Life,
	ToShip,
	Tracking,
)

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder

Picks = tuple[tuple[int, int, int], ...]  # fulfilment order, line, pieces


def routed(order: ShopifyOrder, place: Callable[[int], int], at: datetime) -> ShopifyOrder:
	"""With a fulfilment order for each location that lines ship from and that have none yet."""
	life = order.life
	for line, bought in enumerate(order.story.lines):
		waits = sum(each.remaining(line) for each in life.orders)
		missing = order.to_ship(line) - waits if facts.is_shipped(bought) else 0
		if missing > 0:
			life = added_to(life, line, missing, place(line), at)
		elif missing < 0:
			life = removed_from(life, line, -missing, at)
	return replace(order, life=life)


def added_to(life: Life, line: int, pieces: int, location_id: int, at: datetime) -> Life:
	"""More to ship: in an open fulfilment order of the location, else in a new one."""
	free = ("open", "in_progress")
	same = (each for each in life.orders if each.location_id == location_id and each.status in free)
	order = next(same, None) or FulfilmentOrder(len(life.orders), location_id, (), at, at)
	parts = {part.line: part for part in order.lines}
	known = parts.get(line, ToShip(line, 0, 0))
	parts[line] = ToShip(line, known.total + pieces, known.remaining + pieces)
	return life.with_order(replace(order, lines=tuple(parts.values()), updated_at=at))


def removed_from(life: Life, line: int, pieces: int, at: datetime) -> Life:
	"""Less to ship: taken out of the open fulfilment orders, the last one first."""
	for order in reversed(life.orders):
		gone = min(pieces, order.remaining(line))
		if gone:
			pieces -= gone
			lines = tuple(_lowered(part, gone) if part.line == line else part for part in order.lines)
			life = life.with_order(_settled(replace(order, lines=lines, updated_at=at)))
	return life


def picked(life: Life, lines: Mapping[int, int]) -> dict[int, Picks]:
	"""By location, from which fulfilment orders the pieces can be shipped. Raises ValueError for too many."""
	found: dict[int, Picks] = {}
	for line, pieces in lines.items():
		for order in life.orders:
			part = min(pieces, order.remaining(line)) if order.status != "on_hold" else 0
			if part:
				pieces -= part
				found[order.location_id] = (*found.get(order.location_id, ()), (order.number, line, part))
		if pieces:
			raise ValueError(f"lines[{line}]: {pieces} pieces more than can be shipped.")
	if not found:
		raise ValueError("lines: there is nothing to ship.")
	return found


def shipped(order: ShopifyOrder, picks: Picks, tracking: Tracking, at: datetime) -> ShopifyOrder:
	"""With a fulfilment of what was picked, which is all at one location."""
	life = order.life
	location_id = life.orders[picks[0][0]].location_id
	for number, line, pieces in picks:
		source = life.orders[number]
		lines = tuple(
			replace(part, remaining=part.remaining - pieces) if part.line == line else part
			for part in source.lines
		)
		life = life.with_order(_settled(replace(source, lines=lines, status="in_progress", updated_at=at)))
	made = Fulfilment(len(life.fulfilments), location_id, picks, at, at, tracking)
	life = replace(life, fulfilments=(*life.fulfilments, made))
	return replace(order, life=life, updated_at=at)


def called_back(order: ShopifyOrder, number: int, at: datetime) -> ShopifyOrder:
	"""A fulfilment cancelled: its pieces are to be shipped again, from a fulfilment order of their own.

	Raises ValueError for pieces that the buyer sent back, wants to send back or got a refund for.
	"""
	gone = order.life.fulfilments[number]
	for line, pieces in gone.lines.items():
		if order.life.shipped(line) - pieces < _back(order.life, line):
			raise ValueError(f"fulfilments[{number}]: line {line} was returned or refunded after it.")
	life = order.life.with_fulfilment(replace(gone, status="cancelled", updated_at=at))
	lines = []
	for line, pieces in gone.lines.items():
		open_pieces = order.ordered(line) - life.removed(line) - life.shipped(line)
		waiting = sum(each.remaining(line) for each in life.orders)
		again = min(pieces, max(0, open_pieces - waiting))
		if again:
			lines.append(ToShip(line, again, again))
	if lines:
		life = life.with_order(FulfilmentOrder(len(life.orders), gone.location_id, tuple(lines), at, at))
	return replace(order, life=life, updated_at=at)


def held(life: Life, number: int, reason: str, notes: str | None, at: datetime) -> Life:
	"""A fulfilment order put on hold. Raises ValueError for one with nothing left."""
	order = _open(life, number)
	hold = Hold(sum(len(each.holds) for each in life.orders), reason, notes)
	return life.with_order(replace(order, status="on_hold", holds=(*order.holds, hold), updated_at=at))


def released(life: Life, number: int, at: datetime) -> Life:
	"""All its holds gone."""
	order = _open(life, number)
	is_begun = any(part.remaining < part.total for part in order.lines)
	return life.with_order(
		replace(order, status="in_progress" if is_begun else "open", holds=(), updated_at=at)
	)


def split(life: Life, number: int, lines: Mapping[int, int], at: datetime) -> Life:
	"""The pieces named stay; what else is left goes to a new fulfilment order at the same place."""
	order = _open(life, number)
	rest = {part.line: part.remaining - lines.get(part.line, 0) for part in order.lines if part.remaining}
	return _parted(life, order, rest, order.location_id, at)


def moved(life: Life, number: int, location_id: int, lines: Mapping[int, int] | None, at: datetime) -> Life:
	"""The pieces named (None: all that is left) go to a new fulfilment order at another place."""
	order = _open(life, number)
	given = {part.line: part.remaining for part in order.lines if part.remaining}
	return _parted(life, order, given if lines is None else dict(lines), location_id, at)


def location_of(order: ShopifyOrder, line: int, is_here: bool) -> int | None:
	"""Where pieces of a line wait, or from where they were shipped."""
	waiting = (each.location_id for each in reversed(order.life.orders) if each.remaining(line))
	sent = (each.location_id for each in order.life.fulfilments if each.is_live and line in each.lines)
	return next(waiting if is_here else sent, order.story.location_id)


def _parted(
	life: Life, order: FulfilmentOrder, lines: Mapping[int, int], location_id: int, at: datetime
) -> Life:
	wrong = {line: pieces for line, pieces in lines.items() if not 0 <= pieces <= order.remaining(line)}
	if wrong or not any(lines.values()):
		raise ValueError(f"lines: {wrong or 'none'} cannot be taken from this fulfilment order.")
	parts = tuple(_lowered(part, lines.get(part.line, 0)) for part in order.lines)
	kept = tuple(part for part in parts if part.total)
	life = life.with_order(_settled(replace(order, lines=kept, updated_at=at)))
	new = tuple(ToShip(line, pieces, pieces) for line, pieces in lines.items() if pieces)
	return life.with_order(FulfilmentOrder(len(life.orders), location_id, new, at, at))


def _back(life: Life, line: int) -> int:
	"""Shipped pieces that were credited or announced as returns."""
	waiting = (each for each in life.returns if each.status in ("requested", "open"))
	announced = sum(dict(each.lines).get(line, 0) for each in waiting)
	return life.refunded(line) - life.removed(line) + announced


def _open(life: Life, number: int) -> FulfilmentOrder:
	if not 0 <= number < len(life.orders) or not life.orders[number].is_open:
		raise ValueError(f"fulfilment order {number}: is not open.")
	return life.orders[number]


def _lowered(part: ToShip, pieces: int) -> ToShip:
	return replace(part, total=part.total - pieces, remaining=part.remaining - pieces)


def _settled(order: FulfilmentOrder) -> FulfilmentOrder:
	"""Closed when nothing is left."""
	if any(part.remaining for part in order.lines):
		return order
	return replace(order, status="closed", holds=())
