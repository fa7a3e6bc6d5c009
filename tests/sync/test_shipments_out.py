"""What ERPNext ships is told to the store once, whatever the store, the network and the worker do meanwhile."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ecommerce_sync.core.life import Parcel
from ecommerce_sync.sandbox.faults import RequestFault
from tests.sync.shipments_world import (
	CUPS,
	PARCEL,
	PIECES,
	POTS,
	SECOND,
	TEA,
	ShipmentWorld,
	shipment_world,
)

HOUR = timedelta(hours=1)


def told(world: ShipmentWorld, order_id: str, name: str) -> None:
	"""The document knows its live fulfilment of the store, and the store the document's parcels."""
	delivery, live = world.delivery(order_id, name), {each.id: each for each in world.live(order_id)}
	assert delivery.fulfilment_ids and set(delivery.fulfilment_ids) <= set(live)
	assert delivery.told == delivery.parcels
	for each in delivery.fulfilment_ids:
		assert live[each].parcels == delivery.parcels


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


def bought(sku: str, quantity: int) -> Any:
	from ecommerce_sync.sandbox.story import Bought

	return Bought(sku.title(), Decimal("50"), quantity, sku=sku)


class TestShopify:
	@pytest.mark.parametrize("notify", [True, False])
	def test_buyer_hears_by_policy(self, shopify: ShipmentWorld, notify: bool) -> None:
		shopify.choose(notify_customer=notify)
		order_id = shopify.order()
		name = shopify.deliver(order_id)
		shopify.work()
		shopify.erp.add_parcel(name, PARCEL)
		shopify.work()
		writes = [call.variables for call in shopify.emulator.calls.made if call.kind == "write"]
		made = [each["fulfillment"]["notifyCustomer"] for each in writes if "fulfillment" in each]
		assert (made, [each["notify"] for each in writes if "notify" in each]) == ([notify], [notify])

	def test_one_fulfilment_for_each_place(self, shopify: ShipmentWorld) -> None:
		order_id = shopify.order()
		here, there = divided(shopify, order_id, {POTS: 2, TEA: 2})
		name = shopify.deliver(order_id, PIECES, PARCEL)
		shopify.work()
		shopify.settle()
		told(shopify, order_id, name)
		places = {each.location_id: pieces_of(shopify, order_id, each) for each in shopify.live(order_id)}
		assert places == {here: {CUPS: 3, TEA: 3}, there: {POTS: 2, TEA: 2}}
		assert len(shopify.ids(order_id, name)) == 2
		shopify.erp.cancel_delivery(name)
		shopify.work()
		assert [each.status for each in shopify.fulfilments(order_id)] == ["cancelled"] * 2

	def test_each_places_delivery_ships_from_there(self, shopify: ShipmentWorld) -> None:
		"""A line waits at two places; a delivery of the second one's warehouse takes its pieces there."""
		order_id = shopify.order()
		_, there = divided(shopify, order_id, {TEA: 2})
		with shopify.erp.database.transaction():
			name = shopify.deliver(order_id, {TEA: 2})
			note = shopify.erp._read("Delivery Note", name)
			assert note is not None
			rows = [{**row, "warehouse": SECOND} for row in note["data"]["rows"]]
			shopify.erp._set("Delivery Note", name, {"rows": rows})
		shopify.work()
		(made,) = shopify.live(order_id)
		assert made.location_id == there and pieces_of(shopify, order_id, made) == {TEA: 2}

	def test_half_done_over_two_places(self, shopify: ShipmentWorld) -> None:
		order_id = shopify.order()
		divided(shopify, order_id, {POTS: 2})
		name = shopify.deliver(order_id, PIECES, PARCEL)
		real, count = shopify.erp.shipment_told, []

		def second_dies(*given: Any) -> None:
			count.append(given)
			if len(count) == 2:
				raise KeyboardInterrupt
			real(*given)

		shopify.erp.shipment_told = second_dies  # type: ignore[method-assign]
		with pytest.raises(KeyboardInterrupt):
			shopify.work()
		assert len(shopify.ids(order_id, name)) == 1 and len(shopify.live(order_id)) == 2
		shopify.erp.add_parcel(name, Parcel(carrier="UPS", number="2", url="https://example.com/2"))
		shopify.work()
		shopify.settle()
		told(shopify, order_id, name)
		assert len(shopify.ids(order_id, name)) == 2 == len(shopify.fulfilments(order_id))

	def test_first_of_two_places_only(self, shopify: ShipmentWorld) -> None:
		order_id = shopify.order()
		divided(shopify, order_id, {POTS: 2})
		name = shopify.deliver(order_id)
		shopify.kill_when_told()
		with pytest.raises(KeyboardInterrupt):
			shopify.work()
		assert len(shopify.live(order_id)) == 1
		shopify.work()
		shopify.settle()
		told(shopify, order_id, name)
		assert shopify.shipped(order_id) == PIECES and len(shopify.fulfilments(order_id)) == 2

	def test_held_goods_wait_for_their_release(self, shopify: ShipmentWorld) -> None:
		order_id = shopify.order()
		group = to_ship(shopify, order_id)
		shopify.emulator.hold(int(order_id), group, "INVENTORY_OUT_OF_STOCK", "next week")
		name = shopify.deliver(order_id)
		assert shopify.work() == {"Waiting to retry": 1}
		assert shopify.states()[-1] == ("Waiting to retry", "fulfilment_on_hold")
		assert not shopify.fulfilments(order_id)
		shopify.emulator.release(int(order_id), group)
		shopify.ahead += HOUR
		assert shopify.work() == {"Done": 1}
		told(shopify, order_id, name)
		assert shopify.shipped(order_id) == PIECES

	def test_what_is_not_held_goes_on(self, shopify: ShipmentWorld) -> None:
		order_id = shopify.order()
		divided(shopify, order_id, {POTS: 2})
		held = to_ship(shopify, order_id, POTS)
		shopify.emulator.hold(int(order_id), held, "OTHER", "look at the pots")
		name = shopify.deliver(order_id)
		assert shopify.work() == {"Waiting to retry": 1}
		assert shopify.shipped(order_id) == {CUPS: 3, TEA: 5}
		shopify.emulator.release(int(order_id), held)
		shopify.ahead += HOUR
		shopify.work()
		told(shopify, order_id, name)
		assert shopify.shipped(order_id) == PIECES and len(shopify.fulfilments(order_id)) == 2

	@pytest.mark.parametrize("what", ["moved", "split", "held"])
	def test_changed_between_reading_and_writing(self, shopify: ShipmentWorld, what: str) -> None:
		order_id = shopify.order()
		group, there = to_ship(shopify, order_id), int(shopify.settings.locations[1].location_id)
		name = shopify.deliver(order_id)

		def change() -> None:
			shopify.after_read = lambda: None
			if what == "moved":
				shopify.emulator.move(int(order_id), group, there)
			elif what == "split":
				shopify.emulator.split(int(order_id), group, {CUPS: 1})
			else:
				shopify.emulator.hold(int(order_id), group, "OTHER", "wait")

		shopify.after_read = change
		done = shopify.work()
		if what == "held":
			assert done == {"Waiting to retry": 1} and not shopify.fulfilments(order_id)
			shopify.emulator.release(int(order_id), group)
			shopify.ahead += HOUR
			shopify.work()
		shopify.settle()
		told(shopify, order_id, name)
		assert shopify.shipped(order_id) == PIECES
		if what == "moved":
			assert {each.location_id for each in shopify.live(order_id)} == {str(there)}

	def test_part_of_it_moved_between_reading_and_writing(self, shopify: ShipmentWorld) -> None:
		"""The pieces wait at two places then: the next look sees both."""
		order_id = shopify.order()
		name = shopify.deliver(order_id)

		def change() -> None:
			shopify.after_read = lambda: None
			divided(shopify, order_id, {POTS: 2})

		shopify.after_read = change
		shopify.work()
		shopify.ahead += HOUR
		shopify.work()
		shopify.settle()
		told(shopify, order_id, name)
		assert shopify.shipped(order_id) == PIECES and len(shopify.live(order_id)) == 2


class TestWooCommerce:
	@pytest.mark.parametrize("notify", [True, False])
	def test_note_and_status(self, woocommerce: ShipmentWorld, notify: bool) -> None:
		woocommerce.choose(notify_customer=notify)
		order_id = woocommerce.order()
		woocommerce.deliver(order_id, {CUPS: 2}, PARCEL)
		woocommerce.work()
		words = "Shipped: 2 × Cup.\nUPS 1Z999 https://example.com/1Z999"
		assert woocommerce.notes(order_id, notify) == [words] and not woocommerce.notes(order_id, not notify)
		assert woocommerce.status(order_id) == "processing"
		woocommerce.deliver(order_id, {CUPS: 1, POTS: 2, TEA: 5})
		woocommerce.work()
		assert woocommerce.status(order_id) == "completed"
		assert woocommerce.notes(order_id)[1:] == ["Shipped: 1 × Cup, 2 × Pot, 5 × Tea."]

	def test_status_of_an_order_shipped_in_part(self, tmp_path: Path) -> None:
		with shipment_world("woocommerce", tmp_path, custom_statuses=("partial-shipped",)) as world:
			world.choose(part_status="partial-shipped")
			order_id = world.order()
			names = [world.deliver(order_id, {CUPS: 2})]
			world.work()
			world.settle()
			assert world.status(order_id) == "partial-shipped"
			names.append(world.deliver(order_id, {CUPS: 1, POTS: 2, TEA: 5}))
			world.work()
			world.settle()
			assert world.status(order_id) == "completed" and world.delivered(order_id) == PIECES
			world.erp.cancel_delivery(names[1])
			world.work()
			assert world.status(order_id) in ("processing", "partial-shipped")
			assert world.shipped(order_id) == {CUPS: 2}

	@pytest.mark.parametrize("plugin", ["official", "advanced"])
	def test_parcels_in_the_tracking_plugin(self, tmp_path: Path, plugin: str) -> None:
		with shipment_world("woocommerce", tmp_path, shipment_tracking=plugin) as world:
			order_id = world.order()
			name = world.deliver(order_id, PIECES, PARCEL)
			world.work()
			assert tracked(world, order_id) == ["1Z999"]
			world.erp.add_parcel(name, Parcel(carrier="UPS", number="2Z"))
			world.work()
			world.settle()
			assert tracked(world, order_id) == ["1Z999", "2Z"]
			assert [each.name for each in world.deliveries(order_id)] == [name]
			world.erp.cancel_delivery(name)
			world.work()
			assert tracked(world, order_id) == [] and world.status(order_id) == "processing"

	def test_killed_worker_leaves_one_note(self, woocommerce: ShipmentWorld) -> None:
		order_id = woocommerce.order()
		woocommerce.deliver(order_id, {CUPS: 2}, PARCEL)
		woocommerce.kill_when_told()
		with pytest.raises(KeyboardInterrupt):
			woocommerce.work()
		woocommerce.work()
		assert len(woocommerce.notes(order_id)) == 1

	def test_unpaid_order_that_is_shipped_is_completed_by_its_payment(
		self, woocommerce: ShipmentWorld
	) -> None:
		order_id = woocommerce.order(paid=False, gateway="bacs")
		name = woocommerce.deliver(order_id, PIECES, PARCEL)
		woocommerce.work()
		woocommerce.settle()
		assert woocommerce.status(order_id) == "on-hold" and woocommerce.asked(order_id).payments == ()
		told(woocommerce, order_id, name)
		woocommerce.seller.pay(order_id)
		woocommerce.settle()
		assert woocommerce.status(order_id) == "completed"
		assert woocommerce.delivered(order_id) == PIECES and len(woocommerce.notes(order_id)) == 1
		assert [each.name for each in woocommerce.deliveries(order_id)] == [name]


def tracked(world: ShipmentWorld, order_id: str) -> list[str]:
	from ecommerce_sync.sandbox.woocommerce.trackings import items_of

	return [item["tracking_number"] for item in items_of(world.emulator.order(int(order_id)))]


def to_ship(world: ShipmentWorld, order_id: str, place: int = CUPS) -> int:
	"""The fulfilment order in which a line's pieces wait."""
	from ecommerce_sync.sandbox.shopify import facts

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
