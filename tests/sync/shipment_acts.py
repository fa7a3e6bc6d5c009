"""What the tests of shipments share beside their world: what is looked at, and what only one of the stores can do."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ecommerce_sync.sandbox.shopify import facts
from ecommerce_sync.sandbox.story import Bought
from ecommerce_sync.sandbox.woocommerce.trackings import items_of
from tests.sync.shipments_world import CUPS, ShipmentWorld


def told(world: ShipmentWorld, order_id: str, name: str) -> None:
	"""The document knows its live fulfilment of the store, and the store the document's parcels."""
	delivery, live = world.delivery(order_id, name), {each.id: each for each in world.live(order_id)}
	assert delivery.fulfilment_ids and set(delivery.fulfilment_ids) <= set(live)
	assert delivery.told == delivery.parcels
	for each in delivery.fulfilment_ids:
		assert live[each].parcels == delivery.parcels


def bought(sku: str, quantity: int) -> Any:
	return Bought(sku.title(), Decimal("50"), quantity, sku=sku)


def tracked(world: ShipmentWorld, order_id: str) -> list[str]:
	return [item["tracking_number"] for item in items_of(world.emulator.order(int(order_id)))]


def to_ship(world: ShipmentWorld, order_id: str, place: int = CUPS) -> int:
	"""The fulfilment order in which a line's pieces wait."""
	order = world.emulator.order(int(order_id))
	found = next(each for each in order.life.orders if each.remaining(place))
	return facts.life_id(order, facts.TO_SHIP, found.number)


def divided(world: ShipmentWorld, order_id: str, lines: dict[int, int]) -> tuple[str, str]:
	"""These pieces are to be shipped from the second place; the ids of both."""
	here, there = (rule.location_id for rule in world.settings.locations)
	world.emulator.move(int(order_id), to_ship(world, order_id), int(there), lines)
	return here, there


def pieces_of(world: ShipmentWorld, order_id: str, fulfilment: Any) -> dict[int, int]:
	lines = world.lines(order_id)
	return {lines.index(each.line_id): int(each.quantity) for each in fulfilment.lines}
