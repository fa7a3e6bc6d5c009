"""What ERPNext ships is told once, whatever the store, the network and the worker do meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ecommerce_sync.sandbox.faults import RequestFault
from tests.sync.shipment_acts import told
from tests.sync.shipments_world import CUPS, PARCEL, PIECES, ShipmentWorld

HOUR = timedelta(hours=1)


class TestNoSecondFulfilment:
	def test_the_store_was_first(self, world: ShipmentWorld) -> None:
		"""The store's staff ships, ERPNext delivers the same before it hears of it."""
		order_id = world.order()
		made = world.seller.fulfil(order_id, PIECES, "1Z999", "UPS")
		name = world.deliver(order_id)
		world.work()
		world.settle()
		assert len(world.live(order_id)) == 1 and world.delivered(order_id) == PIECES
		ids = world.ids(order_id, name)
		assert len(ids) == 1 and (world.seller.platform == "woocommerce" or ids == (made,))

	def test_erpnext_was_first(self, world: ShipmentWorld) -> None:
		"""ERPNext has delivered, the store's message comes before the worker tells it."""
		order_id = world.order()
		name = world.deliver(order_id)
		events = world.journal.database.execute("UPDATE event SET state = 'Held' WHERE kind = 'shipment'")
		assert events.rowcount
		world.seller.fulfil(order_id, PIECES, "1Z999", "UPS")
		world.settle()
		world.journal.database.execute(
			"UPDATE event SET state = 'Queued' WHERE kind = 'shipment' AND state = 'Held'"
		)
		world.work()
		world.settle()
		assert [each.name for each in world.deliveries(order_id)] == [name]
		assert len(world.live(order_id)) == 1 and len(world.ids(order_id, name)) == 1

	def test_worker_dies_before_it_remembers(self, world: ShipmentWorld) -> None:
		order_id = world.order()
		name = world.deliver(order_id, PIECES, PARCEL)
		died = world.kill_when_told()
		with pytest.raises(KeyboardInterrupt):
			world.work()
		assert died() and world.ids(order_id, name) == ()
		assert len(world.live(order_id)) == 1
		world.work()
		world.settle()
		told(world, order_id, name)
		assert len(world.fulfilments(order_id)) == 1 and world.shipped(order_id) == PIECES

	def test_worker_dies_and_the_store_speaks_first(self, world: ShipmentWorld) -> None:
		order_id = world.order()
		name = world.deliver(order_id, {CUPS: 2})
		world.kill_when_told()
		with pytest.raises(KeyboardInterrupt):
			world.work()
		world.settle()
		assert [each.name for each in world.deliveries(order_id)] == [name]
		assert len(world.fulfilments(order_id)) == 1 and world.shipped(order_id) == {CUPS: 2}
		assert len(world.ids(order_id, name)) == 1

	def test_answer_is_lost(self, world: ShipmentWorld) -> None:
		"""The store has done it, and the connection broke."""
		order_id = world.order()
		name = world.deliver(order_id, {CUPS: 2}, PARCEL)
		world.after_read = lambda: world.outage.now.append(RequestFault(cut="after"))
		world.work()
		world.after_read, world.outage.now[:] = lambda: None, []
		world.ahead += HOUR
		world.work()
		world.settle()
		assert world.shipped(order_id) == {CUPS: 2}
		told(world, order_id, name)
		assert len(world.live(order_id)) == 1

	def test_parcel_is_added_while_the_worker_is_dead(self, world: ShipmentWorld) -> None:
		order_id = world.order()
		name = world.deliver(order_id, {CUPS: 2})
		world.kill_when_told()
		with pytest.raises(KeyboardInterrupt):
			world.work()
		world.erp.add_parcel(name, PARCEL)
		world.work()
		world.settle()
		told(world, order_id, name)
		assert world.live(order_id)[0].parcels == (PARCEL,)


class TestStoreDown:
	@pytest.mark.parametrize("how", ["503", "500", "refused"])
	def test_waits_and_is_fulfilled_once(self, world: ShipmentWorld, how: str) -> None:
		order_id = world.order()
		name = world.deliver(order_id, PIECES, PARCEL)
		if how == "refused":
			world.port = "http://127.0.0.1:9"
		else:
			world.outage.now.append(RequestFault(status=int(how)))
		assert world.work() == {"Waiting to retry": 1}
		assert world.work() == {}
		world.port, world.outage.now[:] = None, []
		assert not world.live(order_id) and world.delivery(order_id, name).docstatus == 1
		world.ahead += HOUR
		assert world.work() == {"Done": 1}
		world.settle()
		told(world, order_id, name)
		assert len(world.fulfilments(order_id)) == 1 and world.shipped(order_id) == PIECES

	def test_cancelled_while_down(self, world: ShipmentWorld) -> None:
		order_id = world.order()
		name = world.deliver(order_id)
		world.work()
		world.outage.now.append(RequestFault(status=502))
		world.erp.cancel_delivery(name)
		assert world.work() == {"Waiting to retry": 1}
		world.outage.now[:] = []
		world.ahead += HOUR
		world.work()
		assert world.shipped(order_id) == {}
