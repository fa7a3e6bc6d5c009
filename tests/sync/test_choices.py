"""What a person does to a synced Sales Order is not undone, and nothing is sent to a store before the choice."""

from __future__ import annotations

import pytest

from ecommerce_sync.core.errors import Gone
from ecommerce_sync.sync.choices import cancel_in_store, import_again
from ecommerce_sync.sync.resync import resync

from .shipments_world import ShipmentWorld


@pytest.fixture
def cancelled(world: ShipmentWorld) -> str:
	"""An order whose Sales Order a person has cancelled, which the sync has seen."""
	order_id = world.order()
	world.settle()
	world.erp.cancel(world.sales_order(order_id))
	resync(world.machine, world.store, world.asked(order_id).name)
	return order_id


def live(world: ShipmentWorld) -> list[str]:
	return [each["name"] for each in world.erp.documents("Sales Order") if each["docstatus"] == 1]


def test_the_order_is_held_and_the_store_told_nothing(world: ShipmentWorld, cancelled: str) -> None:
	assert world.states("order")[-1] == ("Held", "cancelled_in_erpnext")
	assert world.asked(cancelled).live and live(world) == []


def test_import_again(world: ShipmentWorld, cancelled: str) -> None:
	assert import_again(world.machine, world.store, cancelled) == "Done"
	assert len(live(world)) == 1 and world.asked(cancelled).live


def test_cancel_in_the_store(world: ShipmentWorld, cancelled: str) -> None:
	cancel_in_store(world.machine, world.store, cancelled)
	world.settle()
	assert not world.asked(cancelled).live and live(world) == []
	assert "Held" not in [state for state, _ in world.states("order")]


def test_an_amended_order_is_followed(world: ShipmentWorld, cancelled: str) -> None:
	name = world.erp.amend(world.erp.documents("Sales Order")[-1]["name"])
	resync(world.machine, world.store, world.asked(cancelled).name)
	assert world.sales_order(cancelled) == name == live(world)[0]
	assert "Held" not in [state for state, _ in world.states("order")]


def test_an_order_that_the_store_does_not_know(world: ShipmentWorld) -> None:
	with pytest.raises(Gone):
		cancel_in_store(world.machine, world.store, "99999999999")
