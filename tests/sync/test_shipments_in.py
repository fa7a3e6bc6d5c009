"""What the store or a logistics partner ships becomes Delivery Notes by policy, once, and goes when it is called back."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ecommerce_sync.sandbox.woocommerce.trackings import products
from tests.sync.shipment_acts import bought, divided
from tests.sync.shipments_world import (
	CUPS,
	MAIN,
	PARCEL,
	PIECES,
	POTS,
	SECOND,
	TEA,
	ShipmentWorld,
	shipment_world,
)


@pytest.fixture(params=["shopify", "advanced"])
def parts(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
	"""A store that knows which pieces were shipped: WooCommerce only with the plugin that notes them."""
	plugin = {} if request.param == "shopify" else {"shipment_tracking": request.param}
	name = "shopify" if request.param == "shopify" else "woocommerce"
	with shipment_world(name, tmp_path, **plugin) as world:
		yield world


def only(world: ShipmentWorld, order_id: str) -> Any:
	(delivery,) = world.deliveries(order_id)
	return delivery


class TestBothStores:
	@pytest.mark.parametrize(("policy", "docstatus"), [("submit", 1), ("draft", 0)])
	def test_all_shipped_by_the_store(self, world: ShipmentWorld, policy: str, docstatus: int) -> None:
		world.choose(deliveries_in=policy)
		order_id = world.order()
		world.seller.fulfil(order_id, PIECES)
		world.settle()
		delivery, lines = only(world, order_id), world.lines(order_id)
		assert (delivery.docstatus, delivery.by_sync) == (docstatus, True)
		assert {lines.index(row.line_id): row.quantity for row in delivery.rows} == PIECES
		assert set(delivery.fulfilment_ids) == {each.id for each in world.live(order_id)}
		assert world.delivered(order_id) == (PIECES if docstatus else {})

	def test_nothing_is_made_where_the_policy_is_off(self, world: ShipmentWorld) -> None:
		world.choose(deliveries_in="no")
		order_id = world.order()
		world.seller.fulfil(order_id, PIECES)
		world.settle()
		assert not world.deliveries(order_id)
		assert {state for state, _ in world.states("order")} <= {"Done", "Skipped"}

	def test_it_is_not_told_back(self, world: ShipmentWorld) -> None:
		order_id = world.order()
		world.seller.fulfil(order_id, PIECES, "1Z999", "UPS")
		world.settle()
		world.erp.add_parcel(only(world, order_id).name, PARCEL)  # has the worker look
		before = world.fulfilments(order_id)
		world.work()
		world.settle()
		after = world.fulfilments(order_id)
		assert [(each.id, each.lines) for each in after] == [(each.id, each.lines) for each in before]

	@pytest.mark.parametrize("policy", ["submit", "draft"])
	def test_called_back(self, world: ShipmentWorld, policy: str) -> None:
		world.choose(deliveries_in=policy)
		order_id = world.order()
		made = world.seller.fulfil(order_id, PIECES)
		world.settle()
		world.seller.cancel_fulfilment(order_id, made)
		world.settle()
		assert world.delivered(order_id) == {} and not world.live(order_id)
		assert {each.docstatus for each in world.deliveries(order_id)} <= {2}
		assert world.states("order")[-1][0] == "Done"

	def test_called_back_and_shipped_again(self, world: ShipmentWorld) -> None:
		order_id = world.order()
		made = world.seller.fulfil(order_id, PIECES)
		world.settle()
		world.seller.cancel_fulfilment(order_id, made)
		world.settle()
		world.seller.fulfil(order_id, PIECES)
		world.settle()
		assert world.delivered(order_id) == PIECES
		assert [each.docstatus for each in world.deliveries(order_id)].count(1) == 1

	def test_lines_that_erpnext_has_delivered_already(self, world: ShipmentWorld) -> None:
		"""ERPNext is not told to tell: the store ships all, two cups have left here before."""
		world.choose(fulfil=False)
		order_id = world.order()
		mine = world.deliver(order_id, {CUPS: 2})
		world.work()
		world.seller.fulfil(order_id, PIECES)
		world.settle()
		assert world.delivered(order_id) == PIECES
		(other,) = (each for each in world.deliveries(order_id) if each.name != mine)
		lines = world.lines(order_id)
		assert {lines.index(row.line_id): row.quantity for row in other.rows} == {CUPS: 1, POTS: 2, TEA: 5}

	def test_the_same_pieces_delivered_here_are_that_delivery(self, world: ShipmentWorld) -> None:
		world.choose(fulfil=False)
		order_id = world.order()
		mine = world.deliver(order_id)
		world.seller.fulfil(order_id, PIECES)
		world.settle()
		delivery = only(world, order_id)
		assert delivery.name == mine and not delivery.by_sync
		assert set(delivery.fulfilment_ids) == {each.id for each in world.live(order_id)}

	def test_shipped_before_the_order_is_known(self, world: ShipmentWorld) -> None:
		"""The messages come late, both at once."""
		settle, world.settle = world.settle, lambda: None  # type: ignore[method-assign]
		sales_order, world.sales_order = world.sales_order, lambda order_id: "none yet"  # type: ignore[method-assign, assignment]
		order_id = world.order()
		world.settle, world.sales_order = settle, sales_order  # type: ignore[method-assign]
		world.seller.fulfil(order_id, PIECES)
		world.settle()
		assert world.delivered(order_id) == PIECES and only(world, order_id).by_sync

	def test_delivery_cancelled_by_a_person_is_held(self, world: ShipmentWorld) -> None:
		order_id = world.order()
		world.seller.fulfil(order_id, PIECES)
		world.settle()
		name = only(world, order_id).name
		world.erp.cancel_delivery(name)
		world.work()
		world.seller.touch(order_id, "look again")
		world.settle()
		assert ("Held", "document_cancelled") in world.states("order")
		assert only(world, order_id).docstatus == 2 and len(world.live(order_id)) == 1

	def test_called_back_after_it_was_billed_is_held(self, world: ShipmentWorld) -> None:
		world.choose(invoice="on_shipment")
		order_id = world.order()
		made = world.seller.fulfil(order_id, PIECES)
		world.settle()
		assert len(world.erp.documents("Sales Invoice")) == 1
		world.seller.cancel_fulfilment(order_id, made)
		world.settle()
		assert ("Held", "fulfilment_cancelled") in world.states("order")
		assert world.delivered(order_id) == PIECES


class TestParts:
	def test_parts_with_their_parcels(self, parts: ShipmentWorld) -> None:
		order_id = parts.order()
		first = parts.seller.fulfil(order_id, {CUPS: 2, TEA: 1}, "1Z1", "UPS")
		parts.settle()
		second = parts.seller.fulfil(order_id, {CUPS: 1, POTS: 2, TEA: 4}, "1Z2", "UPS")
		parts.settle()
		found = {each.fulfilment_ids: each for each in parts.deliveries(order_id)}
		assert set(found) == {(first,), (second,)}
		for made, number in ((first, "1Z1"), (second, "1Z2")):
			assert [each.number for each in found[made,].parcels] == [number]
			assert found[made,].parcels == found[made,].told
		assert parts.delivered(order_id) == PIECES

	def test_one_of_two_is_called_back(self, parts: ShipmentWorld) -> None:
		order_id = parts.order()
		first = parts.seller.fulfil(order_id, {CUPS: 2}, "1Z1", "UPS")
		parts.seller.fulfil(order_id, {POTS: 2}, "1Z2", "UPS")
		parts.settle()
		parts.seller.cancel_fulfilment(order_id, first)
		parts.settle()
		assert parts.delivered(order_id) == {POTS: 2} == parts.shipped(order_id)

	def test_store_and_erpnext_take_turns(self, parts: ShipmentWorld) -> None:
		order_id = parts.order()
		parts.seller.fulfil(order_id, {CUPS: 1}, "1Z1", "UPS")
		parts.settle()
		mine = parts.deliver(order_id, {CUPS: 1, POTS: 2}, PARCEL)
		parts.work()
		parts.settle()
		parts.seller.fulfil(order_id, {CUPS: 1, TEA: 5}, "1Z3", "UPS")
		parts.settle()
		assert parts.delivered(order_id) == PIECES == parts.shipped(order_id)
		by_sync = {each.name: each.by_sync for each in parts.deliveries(order_id)}
		assert len(by_sync) == 3 and not by_sync.pop(mine) and all(by_sync.values())

	def test_delivered_here_what_the_store_ships_in_two_parcels(self, parts: ShipmentWorld) -> None:
		order_id = parts.order()
		made = {
			parts.seller.fulfil(order_id, {CUPS: 3}, "1Z1", "UPS"),
			parts.seller.fulfil(order_id, {POTS: 2, TEA: 5}, "1Z2", "UPS"),
		}
		name = parts.deliver(order_id)
		parts.work()
		parts.settle()
		assert parts.delivered(order_id) == PIECES == parts.shipped(order_id)
		assert set(parts.ids(order_id, name)) == made == {each.id for each in parts.fulfilments(order_id)}


class TestShopify:
	def test_each_places_warehouse(self, shopify: ShipmentWorld) -> None:
		order_id = shopify.order()
		divided(shopify, order_id, {POTS: 2})
		shopify.seller.fulfil(order_id, PIECES)
		shopify.settle()
		places = {
			row.warehouse: int(row.quantity)
			for each in shopify.deliveries(order_id)
			for row in each.rows
			if row.quantity in (2, 3)
		}
		assert places == {MAIN: 3, SECOND: 2} and shopify.delivered(order_id) == PIECES

	def test_a_set(self, shopify: ShipmentWorld) -> None:
		shopify.erp.add_item("TEASET-CUP")
		shopify.erp.add_bundle("TEASET", {"TEASET-CUP": Decimal(6)})
		order_id = shopify.order(lines=(bought("TEASET", 2),))
		shopify.seller.fulfil(order_id, {0: 1})
		shopify.settle()
		(note,) = shopify.erp.documents("Delivery Note")
		assert [(item, n) for item, _, n in note["data"]["moved"]] == [("TEASET-CUP", "-6")]


class TestWooCommerce:
	def test_completed_by_staff_ships_what_is_left(self, woocommerce: ShipmentWorld) -> None:
		order_id = woocommerce.order()
		mine = woocommerce.deliver(order_id, {CUPS: 2}, PARCEL)
		woocommerce.work()
		woocommerce.settle()
		woocommerce.emulator.update(int(order_id), status="completed")
		woocommerce.settle()
		assert woocommerce.delivered(order_id) == PIECES
		assert sorted(each.by_sync for each in woocommerce.deliveries(order_id)) == [False, True]
		assert woocommerce.ids(order_id, mine) == (mine,)

	def test_put_back_to_processing(self, woocommerce: ShipmentWorld) -> None:
		order_id = woocommerce.order()
		woocommerce.emulator.update(int(order_id), status="completed")
		woocommerce.settle()
		assert woocommerce.delivered(order_id) == PIECES
		woocommerce.emulator.update(int(order_id), status="processing")
		woocommerce.settle()
		assert woocommerce.delivered(order_id) == {} and woocommerce.status(order_id) == "processing"

	def test_completed_first_and_the_parcels_entered_later(self, tmp_path: Path) -> None:
		"""The plugin's entries take the place of what the status stood for."""
		with shipment_world("woocommerce", tmp_path, shipment_tracking="advanced") as world:
			world.choose(invoice="on_shipment")
			order_id = world.order()
			world.emulator.update(int(order_id), status="completed")
			world.settle()
			(before,) = world.deliveries(order_id)
			order = world.emulator.order(int(order_id))
			entries = [
				{"tracking_id": name, "tracking_number": name, **products(order, pieces)}
				for name, pieces in (("1Z1", {CUPS: 3}), ("1Z2", {POTS: 2, TEA: 5}))
			]
			world.emulator.track(order, entries)
			world.settle()
			assert [each.name for each in world.deliveries(order_id)] == [before.name]
			assert world.delivered(order_id) == PIECES == world.shipped(order_id)
			assert {state for state, _ in world.states("order")} <= {"Done", "Skipped"}
