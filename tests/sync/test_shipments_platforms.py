"""What only one of the stores knows: places, holds and moved goods; notes, statuses and a tracking plugin."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ecommerce_sync.core.life import Parcel
from tests.sync.shipment_acts import divided, pieces_of, to_ship, told, tracked
from tests.sync.shipments_world import CUPS, PARCEL, PIECES, POTS, SECOND, TEA, ShipmentWorld, shipment_world

HOUR = timedelta(hours=1)


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

	def test_rest_that_is_refunded_completes_the_order(self, woocommerce: ShipmentWorld) -> None:
		order_id = woocommerce.order()
		woocommerce.deliver(order_id, {CUPS: 3, POTS: 2})
		woocommerce.work()
		woocommerce.settle()
		assert woocommerce.status(order_id) == "processing"
		woocommerce.seller.refund(order_id, {TEA: 5}, restock="cancel")
		woocommerce.settle()
		assert woocommerce.status(order_id) == "completed"
		assert woocommerce.delivered(order_id) == {CUPS: 3, POTS: 2}

	def test_staff_that_takes_completed_back_is_left_alone(self, woocommerce: ShipmentWorld) -> None:
		woocommerce.choose(deliveries_in="no")
		order_id = woocommerce.order()
		woocommerce.deliver(order_id)
		woocommerce.work()
		woocommerce.settle()
		woocommerce.emulator.update(int(order_id), status="processing")
		woocommerce.settle()
		assert woocommerce.status(order_id) == "processing"

	def test_cancelled_before_the_dead_worker_could_remember(self, woocommerce: ShipmentWorld) -> None:
		order_id = woocommerce.order()
		name = woocommerce.deliver(order_id, {CUPS: 2})
		woocommerce.kill_when_told()
		with pytest.raises(KeyboardInterrupt):
			woocommerce.work()
		woocommerce.erp.cancel_delivery(name)
		woocommerce.work()
		woocommerce.settle()
		assert woocommerce.shipped(order_id) == {} == woocommerce.delivered(order_id)
