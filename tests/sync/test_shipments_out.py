"""What ERPNext ships is told to the store, whatever document ships it."""

from __future__ import annotations

from decimal import Decimal

from ecommerce_sync.core.life import Parcel
from tests.sync.shipment_acts import bought, told
from tests.sync.shipments_world import CUPS, PARCEL, PIECES, POTS, TEA, ShipmentWorld


class TestBothStores:
	def test_full_delivery_with_its_parcel(self, world: ShipmentWorld) -> None:
		order_id = world.order()
		name = world.deliver(order_id, PIECES, PARCEL)
		assert not world.live(order_id)
		assert world.work() == {"Done": 1}
		told(world, order_id, name)
		assert world.shipped(order_id) == PIECES and world.live(order_id)[0].parcels == (PARCEL,)
		assert not world.asked(order_id).fulfilments[1:]

	def test_what_the_store_tells_of_it_changes_nothing(self, world: ShipmentWorld) -> None:
		order_id = world.order()
		name = world.deliver(order_id, PIECES, PARCEL)
		world.work()
		before = world.deliveries(order_id), world.fulfilments(order_id)
		assert world.hear()
		world.settle()
		assert (world.deliveries(order_id), world.fulfilments(order_id)) == before
		assert [each.name for each in world.deliveries(order_id)] == [name]
		assert {state for state, _ in world.states("order")} <= {"Done", "Skipped"}

	def test_partial_shipments_that_split_a_line(self, world: ShipmentWorld) -> None:
		order_id = world.order()
		first = world.deliver(order_id, {CUPS: 2, TEA: 1}, PARCEL)
		world.work()
		world.settle()
		assert world.shipped(order_id) == {CUPS: 2, TEA: 1}
		second = world.deliver(order_id, {CUPS: 1, POTS: 2, TEA: 4}, Parcel(number="2Z"))
		world.work()
		world.settle()
		assert world.shipped(order_id) == PIECES == world.delivered(order_id)
		for name in (first, second):
			told(world, order_id, name)
		assert not set(world.ids(order_id, first)) & set(world.ids(order_id, second))

	def test_two_deliveries_before_the_worker_runs(self, world: ShipmentWorld) -> None:
		order_id = world.order()
		names = [world.deliver(order_id, {CUPS: 1}), world.deliver(order_id, {CUPS: 2})]
		assert world.work() == {"Done": 1}
		assert sorted(int(each.lines[0].quantity) for each in world.live(order_id)) == [1, 2]
		assert len({world.ids(order_id, name) for name in names}) == 2

	def test_several_parcels(self, world: ShipmentWorld) -> None:
		order_id = world.order()
		parcels = (Parcel(carrier="UPS", number="1"), Parcel(carrier="UPS", number="2"))
		with_links = tuple(
			each.model_copy(update={"url": f"https://example.com/{each.number}"}) for each in parcels
		)
		name = world.deliver(order_id, PIECES, *with_links)
		world.work()
		told(world, order_id, name)
		assert len(world.live(order_id)) == 1 and len(world.live(order_id)[0].parcels) == 2

	def test_tracking_that_comes_later(self, world: ShipmentWorld) -> None:
		order_id = world.order()
		name = world.deliver(order_id)
		world.work()
		assert world.live(order_id)[0].parcels == ()
		ids = world.ids(order_id, name)
		world.erp.add_parcel(name, PARCEL)
		assert world.work() == {"Done": 1}
		told(world, order_id, name)
		assert world.ids(order_id, name) == ids and len(world.fulfilments(order_id)) == 1
		world.erp.add_parcel(name, Parcel(carrier="UPS", number="2", url="https://example.com/2"))
		world.work()
		told(world, order_id, name)
		assert [each.number for each in world.live(order_id)[0].parcels] == ["1Z999", "2"]

	def test_cancelled_delivery_takes_its_fulfilment_back(self, world: ShipmentWorld) -> None:
		order_id = world.order()
		name = world.deliver(order_id, {CUPS: 3}, PARCEL)
		world.work()
		world.settle()
		world.erp.cancel_delivery(name)
		assert world.work() == {"Done": 1}
		world.settle()
		assert world.shipped(order_id) == {} == world.delivered(order_id)
		assert [each.status for each in world.fulfilments(order_id)] == ["cancelled"]

	def test_cancelled_before_the_worker_runs(self, world: ShipmentWorld) -> None:
		order_id = world.order()
		world.erp.cancel_delivery(world.deliver(order_id))
		world.work()
		assert not world.fulfilments(order_id)

	def test_delivered_again_after_a_cancellation(self, world: ShipmentWorld) -> None:
		"""As when a Delivery Note is cancelled and amended."""
		order_id = world.order()
		first = world.deliver(order_id, PIECES, PARCEL)
		world.work()
		world.settle()
		world.erp.cancel_delivery(first)
		second = world.deliver(order_id, PIECES, Parcel(number="AGAIN"))
		world.work()
		world.settle()
		assert world.shipped(order_id) == PIECES == world.delivered(order_id)
		told(world, order_id, second)
		assert not set(world.ids(order_id, first)) & set(world.ids(order_id, second))
		assert world.live(order_id)[0].parcels == (Parcel(number="AGAIN"),)

	def test_returned_goods_leave_the_fulfilment_alone(self, world: ShipmentWorld) -> None:
		order_id = world.order()
		name = world.deliver(order_id)
		world.work()
		before = world.fulfilments(order_id)
		cups = world.lines(order_id)[CUPS]
		with world.erp.database.transaction():
			world.erp.take_back(name, {cups: Decimal(1)})
		world.erp.add_parcel(name, PARCEL)  # has the worker look at the order
		world.work()
		world.settle()
		assert [each.id for each in world.fulfilments(order_id)] == [each.id for each in before]
		assert world.shipped(order_id) == PIECES
		assert sum(each.is_return for each in world.deliveries(order_id)) == 1

	def test_a_set_ships_as_the_stores_line(self, world: ShipmentWorld) -> None:
		world.erp.add_item("TEASET-CUP")
		world.erp.add_bundle("TEASET", {"TEASET-CUP": Decimal(6), "POT": Decimal(1)})
		order_id = world.order(lines=(bought("TEASET", 2), bought("CUP", 1)))
		name = world.deliver(order_id, {0: 2})
		world.work()
		assert world.shipped(order_id) == {0: 2}
		told(world, order_id, name)
		moved = {item: n for item, _, n in world.erp.documents("Delivery Note")[0]["data"]["moved"]}
		assert moved == {"TEASET-CUP": "-12", "POT": "-2"}

	def test_invoice_with_stock(self, world: ShipmentWorld) -> None:
		order_id = world.order()
		name = world.erp.invoice(world.sales_order(order_id), update_stock=True)
		world.work()
		world.settle()
		assert world.shipped(order_id) == PIECES
		assert world.delivery(order_id, name).doctype == "Sales Invoice"
		assert set(world.ids(order_id, name)) == {each.id for each in world.live(order_id)}
		world.erp.cancel_invoice(name)
		world.work()
		assert world.shipped(order_id) == {}

	def test_drop_shipment(self, world: ShipmentWorld) -> None:
		order_id = world.order()
		lines = world.lines(order_id)
		name = world.erp.drop_ship(world.sales_order(order_id), {lines[POTS]: Decimal(2)})
		world.erp.add_parcel(name, PARCEL, "Purchase Order")
		world.work()
		world.settle()
		assert world.shipped(order_id) == {POTS: 2}
		told(world, order_id, name)

	def test_policy_off_tells_nothing(self, world: ShipmentWorld) -> None:
		world.choose(fulfil=False)
		order_id = world.order()
		name = world.deliver(order_id, PIECES, PARCEL)
		assert world.work() == {"Done": 1}
		assert not world.fulfilments(order_id) and world.delivery(order_id, name).told is None

	def test_cancelled_order_is_not_fulfilled(self, world: ShipmentWorld) -> None:
		order_id = world.order()
		name = world.deliver(order_id)
		world.seller.cancel(order_id)
		assert world.work() == {"Done": 1}
		assert not world.live(order_id) and world.ids(order_id, name) == ()

	def test_refunded_pieces_are_not_fulfilled(self, world: ShipmentWorld) -> None:
		order_id = world.order()
		world.deliver(order_id)
		world.seller.refund(order_id, {CUPS: 1}, restock="cancel")
		world.work()
		assert world.shipped(order_id)[CUPS] == 2
