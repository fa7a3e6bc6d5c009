"""An order's life in the emulated WooCommerce: generated lives, and what we write into the store."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from ecommerce_sync.core.errors import Fixable, Gone, Transient
from ecommerce_sync.core.life import Parcel
from ecommerce_sync.core.models import Order
from ecommerce_sync.sandbox.sellers import WooCommerceSeller
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings
from ecommerce_sync.storefronts.woocommerce import PLATFORM
from ecommerce_sync.storefronts.woocommerce.client import WooCommerceStore

from .contract_life import CUPS, PARCEL, POTS, TEA, moved, open_pieces, story, to_fulfil
from .test_woocommerce_life_contract import WooCommerceLifeWorld
from .woocommerce_world import https_store

D = Decimal


@pytest.fixture
def emulator() -> EmulatedWooCommerce:
	"""A store that is asked through an adapter, without a server."""
	return EmulatedWooCommerce(seed=7, settings=StoreSettings(currency="EUR"))


@pytest.fixture
def world(emulator: EmulatedWooCommerce) -> WooCommerceLifeWorld:
	return WooCommerceLifeWorld(emulator)


@pytest.fixture
def store(emulator: EmulatedWooCommerce) -> WooCommerceStore:
	return https_store(emulator)[0]


def tracked() -> EmulatedWooCommerce:
	"""A store with Shipment Tracking."""
	return EmulatedWooCommerce(seed=8, settings=StoreSettings(currency="EUR", shipment_tracking="official"))


def asked(store: WooCommerceStore, order_id: str) -> Order:
	return PLATFORM.parse_order(store.fetch_order(order_id))


def notes(emulator: EmulatedWooCommerce, order_id: str, to_customer: bool | None = None) -> list[str]:
	"""What stands in the notes about shipments, oldest first."""
	found = [note for note in reversed(emulator.notes.of(int(order_id))) if note.text.startswith("Shipped")]
	return [note.text for note in found if to_customer in (None, note.to_customer)]


class TestShipments:
	def test_shipment_is_told_once(
		self, world: WooCommerceLifeWorld, emulator: EmulatedWooCommerce, store: WooCommerceStore
	) -> None:
		order_id = world.seller.place(story(world))
		first = asked(store, order_id).lines[CUPS].id
		command = to_fulfil(store.shipments(order_id), {first: 2}, notify=True)
		ids = store.fulfil(order_id, command)
		assert ids == store.fulfil(order_id, command) == ("DN-1",)
		assert notes(emulator, order_id, True) == ["Shipped: 2 × Cup.\nUPS 1Z999 https://example.com/1Z999"]
		assert emulator.order(int(order_id)).status == "processing"
		rest = to_fulfil(store.shipments(order_id), document="DN-2", notify=False, parcels=())
		assert store.fulfil(order_id, rest) == ("DN-2",)
		assert emulator.order(int(order_id)).status == "completed"
		assert notes(emulator, order_id, False) == ["Shipped: 1 × Cup, 2 × Pot, 5 × Tea."]
		assert [each.id for each in asked(store, order_id).fulfilments] == ["DN-1", "DN-2"]

	def test_second_shipment_of_a_document_gets_an_id_of_its_own(
		self, world: WooCommerceLifeWorld, emulator: EmulatedWooCommerce, store: WooCommerceStore
	) -> None:
		order_id = world.seller.place(story(world))
		tea = asked(store, order_id).lines[TEA].id
		for pieces, expected in ((1, "DN-1"), (2, "DN-1#2"), (2, "DN-1#2"), (1, "DN-1")):
			command = to_fulfil(store.shipments(order_id), {tea: pieces}, parcels=())
			assert store.fulfil(order_id, command) == (expected,)
		assert open_pieces(store.shipments(order_id))[tea] == 2
		assert len(notes(emulator, order_id)) == 2

	def test_part_status_by_policy(self, world: WooCommerceLifeWorld) -> None:
		settings = StoreSettings(currency="EUR", custom_statuses=("partial-shipped",))
		emulator = EmulatedWooCommerce(seed=8, settings=settings)
		seller, (store, _) = WooCommerceSeller(emulator), https_store(emulator)
		order_id = seller.place(story(world))
		cups = asked(store, order_id).lines[CUPS].id
		command = to_fulfil(store.shipments(order_id), {cups: 1}, status="partial-shipped")
		store.fulfil(order_id, command)
		assert asked(store, order_id).status == "partial-shipped"

	def test_pieces_that_are_not_open(self, world: WooCommerceLifeWorld, store: WooCommerceStore) -> None:
		order_id = world.seller.place(story(world))
		command = to_fulfil(store.shipments(order_id))
		world.seller.cancel(order_id)
		with pytest.raises(Fixable) as caught:
			store.fulfil(order_id, command)
		assert caught.value.reason == "store_refused" and "0 pieces" in str(caught.value)

	@pytest.mark.parametrize(("gateway", "status"), [("bacs", "on-hold"), ("cod", "completed")])
	def test_unpaid_order_is_not_completed(
		self, world: WooCommerceLifeWorld, emulator: EmulatedWooCommerce, gateway: str, status: str
	) -> None:
		store = https_store(emulator)[0]
		order_id = world.seller.place(story(world, paid=False, gateway=gateway))
		store.fulfil(order_id, to_fulfil(store.shipments(order_id)))
		order = asked(store, order_id)
		assert order.status == status and not open_pieces(store.shipments(order_id))
		assert moved(order) == (order.total if gateway == "cod" else 0)

	def test_interrupted_shipment_is_told_again_without_a_second_note(
		self, world: WooCommerceLifeWorld
	) -> None:
		emulator, broken = tracked(), [True]

		def cut(request: Any) -> None:
			if broken and request.method == "PUT":
				raise Transient("network", detail="cut")

		seller, (store, _) = WooCommerceSeller(emulator), https_store(emulator, cut)
		order_id = seller.place(story(world))
		command = to_fulfil(store.shipments(order_id))
		with pytest.raises(Transient):
			store.fulfil(order_id, command)
		assert store.shipments(order_id).fulfilments == () and len(notes(emulator, order_id)) == 1
		broken.clear()
		store.fulfil(order_id, command)
		assert len(notes(emulator, order_id)) == 1
		assert [each["tracking_number"] for each in tracking(emulator, order_id)] == ["1Z999"]

	def test_same_pieces_again_are_noted_again(
		self, world: WooCommerceLifeWorld, emulator: EmulatedWooCommerce, store: WooCommerceStore
	) -> None:
		order_id = world.seller.place(story(world))
		tea = asked(store, order_id).lines[TEA].id
		for document in ("DN-1", "DN-2"):
			store.fulfil(
				order_id, to_fulfil(store.shipments(order_id), {tea: 1}, document=document, parcels=())
			)
		assert notes(emulator, order_id) == ["Shipped: 1 × Tea."] * 2

	def test_echo_differs_in_nothing(self, world: WooCommerceLifeWorld, store: WooCommerceStore) -> None:
		order_id = world.seller.place(story(world))
		store.fulfil(order_id, to_fulfil(store.shipments(order_id)))
		(message,) = [each for each in world.messages() if PLATFORM.envelope(*each).topic == "order.updated"][
			-1:
		]
		told, known = PLATFORM.parse_order(json.loads(message[1])), asked(store, order_id)
		assert told.model_dump(exclude={"raw"}) == known.model_dump(exclude={"raw"})

	def test_shipments_of_the_staff_are_not_ours(
		self, world: WooCommerceLifeWorld, store: WooCommerceStore
	) -> None:
		order_id = world.seller.place(story(world))
		world.seller.fulfil(order_id, {CUPS: 3, POTS: 2, TEA: 5})
		(fulfilment,) = store.shipments(order_id).fulfilments
		assert fulfilment.id == "completed" and not open_pieces(store.shipments(order_id))
		store.cancel_fulfilment(order_id, "completed")
		assert asked(store, order_id).status == "processing"
		assert sum(open_pieces(store.shipments(order_id)).values()) == 10
		store.cancel_fulfilment(order_id, "DN-9")
		with pytest.raises(Gone):
			store.update_tracking(order_id, "DN-9", (PARCEL,), notify=False)


def tracking(emulator: EmulatedWooCommerce, order_id: str) -> list[dict[str, Any]]:
	"""The plugin's entries of an order."""
	meta = emulator.order(int(order_id)).as_json()["meta_data"]
	return next((row["value"] for row in meta if row["key"] == "_wc_shipment_tracking_items"), [])


class TestTrackingPlugin:
	def test_parcels_are_entered_changed_and_removed(self, world: WooCommerceLifeWorld) -> None:
		emulator = tracked()
		seller, (store, _) = WooCommerceSeller(emulator), https_store(emulator)
		order_id = seller.place(story(world))
		known = Parcel(carrier="UPS", number="1Z111")
		(shipment,) = store.fulfil(order_id, to_fulfil(store.shipments(order_id), parcels=(PARCEL, known)))
		entries = tracking(emulator, order_id)
		assert [each["tracking_number"] for each in entries] == ["1Z999", "1Z111"]
		assert entries[0]["custom_tracking_link"] == PARCEL.url and entries[1]["tracking_provider"] == "ups"
		store.update_tracking(order_id, shipment, (known, Parcel(carrier="DHL", number="JD1")), notify=True)
		assert sorted(each["tracking_number"] for each in tracking(emulator, order_id)) == ["1Z111", "JD1"]
		store.update_tracking(order_id, shipment, (known, Parcel(carrier="DHL", number="JD1")), notify=True)
		assert len(notes(emulator, order_id)) == 2
		(fulfilment,) = asked(store, order_id).fulfilments
		assert [parcel.number for parcel in fulfilment.parcels] == ["1Z111", "JD1"]
		store.cancel_fulfilment(order_id, shipment)
		assert not tracking(emulator, order_id)

	def test_missing_plugin_is_asked_for_once(
		self, world: WooCommerceLifeWorld, emulator: EmulatedWooCommerce
	) -> None:
		store, adapter = https_store(emulator)
		for number in (1, 2):
			order_id = world.seller.place(story(world, number=number))
			store.fulfil(order_id, to_fulfil(store.shipments(order_id)))
		assert sum("shipment-tracking" in (request.url or "") for request in adapter.sent) == 1


class TestCompletedLater:
	"""An order that is shipped before its money has come."""

	@pytest.fixture
	def shipped(
		self, world: WooCommerceLifeWorld, emulator: EmulatedWooCommerce, store: WooCommerceStore
	) -> str:
		emulator.configure(custom_statuses=("my-own-status",))
		order_id = world.seller.place(story(world, paid=False, gateway="bacs"))
		store.fulfil(order_id, to_fulfil(store.shipments(order_id)))
		assert not store.shipments(order_id).unfinished
		return order_id

	def finish(self, store: WooCommerceStore, order_id: str) -> None:
		command = to_fulfil(store.shipments(order_id), {}, complete=True)
		assert command.parts == () and store.fulfil(order_id, command) == ()

	def test_is_completed_once_it_is_paid(
		self,
		world: WooCommerceLifeWorld,
		emulator: EmulatedWooCommerce,
		store: WooCommerceStore,
		shipped: str,
	) -> None:
		self.finish(store, shipped)
		assert asked(store, shipped).status == "on-hold"
		world.seller.pay(shipped)
		assert store.shipments(shipped).unfinished
		self.finish(store, shipped)
		assert asked(store, shipped).status == "completed" and len(notes(emulator, shipped)) == 1
		assert not store.shipments(shipped).unfinished

	@pytest.mark.parametrize("word", ["completed", "refunded", "my-own-status"])
	def test_staff_decides(
		self,
		world: WooCommerceLifeWorld,
		emulator: EmulatedWooCommerce,
		store: WooCommerceStore,
		word: str,
		shipped: str,
	) -> None:
		world.seller.pay(shipped)
		emulator.update(int(shipped), status=word)
		assert not store.shipments(shipped).unfinished
		if word == "completed":
			emulator.update(int(shipped), status="processing")
			assert not store.shipments(shipped).unfinished

	def test_part_status_waits_for_the_money_too(self, world: WooCommerceLifeWorld) -> None:
		"""In a status of its own WooCommerce would take the order for paid at the next one."""
		settings = StoreSettings(currency="EUR", custom_statuses=("partial-shipped",))
		emulator = EmulatedWooCommerce(seed=8, settings=settings)
		seller, (store, _) = WooCommerceSeller(emulator), https_store(emulator)
		order_id = seller.place(story(world, paid=False, gateway="bacs"))
		cups = asked(store, order_id).lines[CUPS].id
		store.fulfil(order_id, to_fulfil(store.shipments(order_id), {cups: 1}, status="partial-shipped"))
		assert asked(store, order_id).status == "on-hold"
