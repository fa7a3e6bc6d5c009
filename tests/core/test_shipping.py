"""The shipment planner: examples of every rule."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from ecommerce_sync.core.erp import Delivery, DocumentRow
from ecommerce_sync.core.errors import Transient
from ecommerce_sync.core.life import Fulfilment, LineQuantity, Parcel
from ecommerce_sync.core.shipping import (
	CancelFulfilment,
	Fulfil,
	Fulfillable,
	ShipmentCommand,
	StoreShipments,
	Told,
	UpdateTracking,
	lines_of,
	plan_shipments,
)

from .worlds import settings

D = Decimal
UPS = Parcel(carrier="UPS", number="1Z")


def delivery(name: str = "DN-1", docstatus: int = 1, given_: Any = None, **pieces: int) -> Delivery:
	rows = tuple(
		DocumentRow(name=f"{name}-{line}", line_id=line, quantity=D(n), rate=D(1), amount=D(n))
		for line, n in pieces.items()
	)
	return Delivery(
		**{"doctype": "Delivery Note", "name": name, "docstatus": docstatus, "rows": rows, **(given_ or {})}
	)


def fulfilment(
	id_: str, status: Any = "success", parcels: tuple[Parcel, ...] = (), **pieces: int
) -> Fulfilment:
	lines = tuple(LineQuantity(line_id=line, quantity=D(n)) for line, n in pieces.items())
	return Fulfilment(id=id_, status=status, lines=lines, parcels=parcels)


def shipments(
	*fulfilments: Fulfilment, open_: Sequence[Fulfillable] = (), live: bool = True, **more: Any
) -> StoreShipments:
	return StoreShipments(
		order_id="1", status="paid", live=live, open=tuple(open_), fulfilments=fulfilments, **more
	)


def waits(line: str, n: int, place: str = "A", held: str | None = None) -> Fulfillable:
	return Fulfillable(
		line_id=line, quantity=D(n), group=f"G{place}", item=f"{place}{line}", location_id=place, held=held
	)


def plan(store: StoreShipments, *deliveries: Delivery, **changes: Any) -> tuple[ShipmentCommand, ...]:
	return plan_shipments(store, deliveries, settings(**changes))


class TestFulfil:
	def test_what_is_open_and_delivered(self) -> None:
		store = shipments(open_=[waits("a", 3), waits("b", 2)])
		(command,) = plan(store, delivery(a=2, given_={"parcels": (UPS,)}), part_status="partial")
		assert isinstance(command, Fulfil)
		assert lines_of(command.parts) == (LineQuantity(line_id="a", quantity=D(2)),)
		assert (command.parcels, command.complete, command.status) == ((UPS,), False, "partial")

	def test_the_last_pieces_complete_the_order(self) -> None:
		(command,) = plan(shipments(open_=[waits("a", 2)]), delivery(a=2), part_status="partial")
		assert isinstance(command, Fulfil) and command.complete and command.status is None

	def test_own_place_first_and_one_command_for_each_place(self) -> None:
		store = shipments(open_=[waits("a", 2, "A"), waits("a", 2, "B")])
		commands = plan(store, delivery(a=3, given_={"location_id": "B"}))
		assert [
			[(p.location_id, p.quantity) for p in c.parts] for c in commands if isinstance(c, Fulfil)
		] == [
			[("B", D(2))],
			[("A", D(1))],
		]
		assert [each.complete for each in commands if isinstance(each, Fulfil)] == [False, False]

	@pytest.mark.parametrize("notify", [True, False])
	def test_buyer_hears_by_policy(self, notify: bool) -> None:
		(command,) = plan(shipments(open_=[waits("a", 1)]), delivery(a=1), notify_customer=notify)
		assert isinstance(command, Fulfil) and command.notify is notify

	def test_held_pieces_wait(self) -> None:
		with pytest.raises(Transient) as caught:
			plan(shipments(open_=[waits("a", 1, held="fraud")]), delivery(a=1))
		assert (caught.value.reason, caught.value.params["detail"]) == ("fulfilment_on_hold", "fraud")

	def test_what_is_not_held_goes(self) -> None:
		store = shipments(open_=[waits("a", 1, "A", held="fraud"), waits("b", 1, "B")])
		(command,) = plan(store, delivery(a=1, b=1))
		assert isinstance(command, Fulfil) and [part.line_id for part in command.parts] == ["b"]
		assert not command.complete

	@pytest.mark.parametrize(
		"mine",
		[
			delivery(docstatus=0, a=1),
			delivery(a=-1, given_={"is_return": True}),
			delivery(docstatus=2, a=1),
			delivery(a=1, given_={"by_sync": True, "fulfilment_ids": ("9",), "told": ()}),
		],
	)
	def test_drafts_returns_cancelled_ones_and_the_stores_own_say_nothing(self, mine: Delivery) -> None:
		assert plan(shipments(open_=[waits("a", 1)]), mine) == ()

	def test_orders_that_are_called_off_are_not_shipped(self) -> None:
		(command,) = plan(shipments(live=False), delivery(a=1)) or (None,)
		assert command is None


class TestKnown:
	def test_the_stores_fulfilment_of_the_same_pieces(self) -> None:
		store = shipments(fulfilment("7", parcels=(UPS,), a=2), open_=[waits("a", 1)])
		(command,) = plan(store, delivery(a=2))
		assert command == Told(
			doctype="Delivery Note", document="DN-1", fulfilment_ids=("7",), parcels=(UPS,)
		)

	def test_several_of_them(self) -> None:
		(command,) = plan(shipments(fulfilment("7", a=2), fulfilment("8", b=1)), delivery(a=2, b=1))
		assert isinstance(command, Told) and command.fulfilment_ids == ("7", "8")

	def test_larger_ones_are_another_shipment(self) -> None:
		store = shipments(fulfilment("7", a=3), open_=[waits("a", 2)])
		assert isinstance(plan(store, delivery(a=2))[0], Fulfil)

	def test_delivered_twice(self) -> None:
		first = delivery(a=1, given_={"fulfilment_ids": ("7",), "told": ()})
		(command,) = plan(shipments(fulfilment("7", a=1)), first, delivery("DN-2", a=1))
		assert isinstance(command, Told) and (command.document, command.fulfilment_ids) == ("DN-2", ())

	def test_half_told_goes_on(self) -> None:
		half = delivery(a=1, b=1, given_={"fulfilment_ids": ("7",), "told": ()})
		(command,) = plan(shipments(fulfilment("7", a=1), open_=[waits("b", 1)]), half)
		assert isinstance(command, Fulfil) and [part.line_id for part in command.parts] == ["b"]

	def test_fulfilment_that_the_store_called_back_is_not_made_again(self) -> None:
		mine = delivery(a=1, given_={"fulfilment_ids": ("7",), "told": ()})
		assert plan(shipments(fulfilment("7", "cancelled", a=1), open_=[waits("a", 1)]), mine) == ()


class TestAfterwards:
	@pytest.mark.parametrize(("id_", "taken"), [("DN-1", 1), ("DN-1#2", 1), ("DN-11", 0), ("7", 0)])
	def test_told_by_a_worker_that_died_and_cancelled_meanwhile(self, id_: str, taken: int) -> None:
		"""Where fulfilments are named after their document it is found; others may be the store's own."""
		commands = plan(shipments(fulfilment(id_, a=1)), delivery(docstatus=2, a=1))
		assert [each.kind for each in commands] == ["CancelFulfilment"] * taken

	def test_other_parcels(self) -> None:
		mine = delivery(a=1, given_={"fulfilment_ids": ("7", "8"), "told": (), "parcels": (UPS,)})
		store = shipments(fulfilment("7", a=1), fulfilment("8", "cancelled", a=1))
		(command,) = plan(store, mine)
		assert isinstance(command, UpdateTracking)
		assert (command.fulfilment_id, command.parcels) == ("7", (UPS,))

	def test_cancelled_document(self) -> None:
		mine = delivery(docstatus=2, a=1, given_={"fulfilment_ids": ("7", "8"), "told": ()})
		store = shipments(fulfilment("7", a=1), fulfilment("8", "cancelled", a=1))
		(command,) = plan(store, mine)
		assert command == CancelFulfilment(doctype="Delivery Note", document="DN-1", fulfilment_id="7")

	def test_what_the_store_shipped_itself_is_not_called_back(self) -> None:
		mine = delivery(docstatus=2, a=1, given_={"fulfilment_ids": ("7",), "by_sync": True})
		assert plan(shipments(fulfilment("7", a=1)), mine) == ()

	def test_status_that_waited_for_the_money(self) -> None:
		mine = delivery(a=1, given_={"fulfilment_ids": ("7",), "told": ()})
		(command,) = plan(shipments(fulfilment("7", a=1), unfinished=True), mine)
		assert isinstance(command, Fulfil) and (command.parts, command.complete) == ((), True)
		by_store = mine.model_copy(update={"by_sync": True})
		assert plan(shipments(fulfilment("7", a=1), unfinished=True), by_store) == ()
