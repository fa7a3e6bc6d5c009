"""How every ERP ships goods, takes them back, and remembers what the store was told, as mixins."""

from __future__ import annotations

from decimal import Decimal

from ..core.erp import Delivery
from ..core.followups import CancelDelivery, CreateDelivery, CreateReturn, SubmitReturn
from ..core.life import LineQuantity, Parcel
from ..core.models import Order
from .base import NewEvent, Subject
from .contract_life_support import PIECES, RECEIVED, LifeContract, pieces_of
from .contract_support import Undo, raises, unique

ONE, TWO, THREE, ZERO = Decimal(1), Decimal(2), Decimal(3), Decimal(0)
PARCEL = Parcel(carrier="DHL", number="JD014", url="https://track.example.com/JD014")


class ShipmentContract(LifeContract):
	"""Deliveries."""

	def stocks(self, order: Order, warehouse: int = 0) -> list[Decimal]:
		"""What stands in a warehouse of the lines' Items."""
		return [self.stock(self.item_of(order, line), self.warehouses[warehouse]) for line in PIECES]

	def test_a_fulfilment_becomes_a_submitted_delivery(self) -> None:
		order, fulfilment = self.place(), unique()
		name = self.deliver_lines(order, fulfilment_id=fulfilment, parcels=(PARCEL,))
		delivery = self.delivery(order, name)
		assert (delivery.doctype, delivery.docstatus, delivery.is_return) == ("Delivery Note", 1, False)
		assert (delivery.fulfilment_ids, delivery.by_sync) == ((fulfilment,), True)
		assert (delivery.parcels, delivery.told) == ((PARCEL,), (PARCEL,))
		assert delivery.posted_on == self.today
		assert pieces_of(delivery.rows) == PIECES
		ordered = {row.name: row.line_id for row in self.sales_order_of(order).rows}
		assert {row.order_row: row.line_id for row in delivery.rows} == ordered
		assert self.sales_order_of(order).per_delivered == 100

	def test_goods_leave_the_warehouse_and_the_reservation(self) -> None:
		order = self.place()
		free = [self.free(self.item_of(order, line)) for line in PIECES]
		self.deliver_lines(order)
		assert self.stocks(order) == [RECEIVED - pieces for pieces in PIECES.values()]
		assert [self.free(self.item_of(order, line)) for line in PIECES] == free
		assert [self.reserved(order, line) for line in PIECES] == [ZERO, ZERO, ZERO]

	def test_parts_of_an_order(self) -> None:
		order = self.place()
		first = self.deliver_lines(order, {"1": ONE, "2": TWO})
		delivered = {line: sum(row.delivered for row in self.rows_of(order, line)) for line in PIECES}
		assert delivered == {"1": ONE, "2": TWO, "3": ZERO}
		assert [self.reserved(order, line) for line in PIECES] == [ONE, ONE, ONE]
		assert 0 < self.sales_order_of(order).per_delivered < 100
		second = self.deliver_lines(order, {"1": ONE, "2": ONE, "3": ONE})
		assert pieces_of(self.delivery(order, first).rows) == {"1": ONE, "2": TWO}
		assert pieces_of(self.delivery(order, second).rows) == {"1": ONE, "2": ONE, "3": ONE}
		assert self.sales_order_of(order).per_delivered == 100
		assert all(row.delivered == row.quantity for row in self.sales_order_of(order).rows)

	def test_more_than_is_open_is_refused(self) -> None:
		order = self.place()
		self.deliver_lines(order, {"1": ONE})
		known = {"document": self.sales_order_of(order).name, "fulfilment_id": unique()}
		lines = (LineQuantity(line_id="1", quantity=TWO),)
		assert self.refused(order, CreateDelivery(**known, posted_on=self.today, lines=lines))

	def test_the_place_that_shipped_gives_the_goods(self) -> None:
		order = self.place()
		self.receive(self.item_of(order, "1"), self.warehouses[1], TWO)
		name = self.deliver_lines(order, {"1": TWO}, warehouse=self.warehouses[1])
		assert {row.warehouse for row in self.delivery(order, name).rows} == {self.warehouses[1]}
		assert (self.stocks(order)[0], self.stocks(order, 1)[0]) == (RECEIVED, ZERO)
		assert self.reserved(order, "1") == ZERO

	def test_a_draft_moves_nothing(self) -> None:
		order = self.place()
		name = self.deliver_lines(order, submit=False, parcels=(PARCEL,))
		delivery = self.delivery(order, name)
		assert (delivery.docstatus, delivery.parcels) == (0, (PARCEL,))
		assert pieces_of(delivery.rows) == PIECES
		assert self.stocks(order) == [RECEIVED, RECEIVED, RECEIVED]
		assert self.sales_order_of(order).per_delivered == ZERO
		self.apply(order, CancelDelivery(document=name))
		assert self.look(order).deliveries == ()

	def test_a_cancelled_fulfilment_brings_the_goods_back(self) -> None:
		order = self.place()
		name = self.deliver_lines(order, {"1": TWO, "2": ONE})
		self.apply(order, CancelDelivery(document=name))
		assert self.delivery(order, name).docstatus == 2
		assert self.stocks(order) == [RECEIVED, RECEIVED, RECEIVED]
		assert [self.reserved(order, line) for line in PIECES] == list(PIECES.values())
		assert self.sales_order_of(order).per_delivered == ZERO
		self.deliver_lines(order)
		assert self.sales_order_of(order).per_delivered == 100

	def test_a_bundle_ships_as_its_line(self) -> None:
		parts = {self.new_item(): ONE, self.new_item(): TWO}
		for item in parts:
			self.receive(item, self.warehouses[0], RECEIVED)
		order = self.order_for(self.new_bundle(parts), "3")
		self.place(order)
		name = self.deliver_lines(order, {"1": TWO})
		assert pieces_of(self.delivery(order, name).rows) == {"1": TWO}
		stocks = [self.stock(item, self.warehouses[0]) for item in parts]
		assert stocks == [RECEIVED - TWO, RECEIVED - TWO - TWO]
		assert [self.free(item) for item in parts] == [RECEIVED - THREE, RECEIVED - THREE - THREE]

	def test_an_invoice_that_updates_stock_ships(self) -> None:
		order = self.place()
		document = self.sales_order_of(order).name
		name = self.invoice_with_stock_by_hand(document, {"1": TWO, "2": ONE})
		delivery = self.delivery(order, name)
		assert (delivery.doctype, delivery.docstatus, delivery.fulfilment_ids) == ("Sales Invoice", 1, ())
		assert pieces_of(delivery.rows) == {"1": TWO, "2": ONE}
		assert self.stocks(order) == [RECEIVED - TWO, RECEIVED - ONE, RECEIVED]
		assert [self.reserved(order, line) for line in PIECES] == [ZERO, TWO, ONE]
		self._told(order, delivery, ("f1",), ())
		assert (self.delivery(order, name).fulfilment_ids, self.delivery(order, name).told) == (("f1",), ())
		self.deliver_lines(order, {"2": TWO, "3": ONE})
		assert self.sales_order_of(order).per_delivered == 100
		assert self.invoice(order, name).name == name

	# what the store knows

	def test_what_the_store_was_told_is_remembered(self) -> None:
		order = self.place()
		name = self.deliver_by_hand(self.sales_order_of(order).name, {"1": TWO})
		self.add_parcel_by_hand(name, PARCEL)
		delivery = self.delivery(order, name)
		assert (delivery.parcels, delivery.told, delivery.by_sync) == ((PARCEL,), None, False)
		self._told(order, delivery, ("f1", "f2"), (PARCEL,))
		told = self.delivery(order, name)
		assert (told.fulfilment_ids, told.told, told.parcels) == (("f1", "f2"), (PARCEL,), (PARCEL,))
		other = PARCEL.model_copy(update={"number": "JD015"})
		self.add_parcel_by_hand(name, other)
		changed = self.delivery(order, name)
		assert (changed.parcels, changed.told) == ((PARCEL, other), (PARCEL,))

	def test_a_cancelled_delivery_keeps_what_the_store_was_told_until_it_knows(self) -> None:
		order = self.place()
		name = self.deliver_by_hand(self.sales_order_of(order).name, {"1": TWO})
		self._told(order, self.delivery(order, name), ("f1",), ())
		self.cancel_delivery_by_hand(name)
		delivery = self.delivery(order, name)
		assert (delivery.docstatus, delivery.fulfilment_ids, delivery.told) == (2, ("f1",), ())
		self._told(order, delivery, (), None)
		assert (self.delivery(order, name).fulfilment_ids, self.delivery(order, name).told) == ((), None)

	def test_deliveries_come_oldest_first(self) -> None:
		order = self.place()
		names = [self.deliver_lines(order, {line: ONE}) for line in ("3", "1", "2")]
		assert [delivery.name for delivery in self.look(order).deliveries] == names

	def _told(
		self, order: Order, delivery: Delivery, ids: tuple[str, ...], parcels: tuple[Parcel, ...] | None
	) -> None:
		with self.erp.transaction([self.key(order, self.goods)], wait=True):
			self.erp.shipment_told(delivery.doctype, delivery.name, ids, parcels)

	# notes

	def test_a_note_goes_with_the_transaction_that_wrote_it(self) -> None:
		order_id = unique()
		with raises(Undo), self.erp.transaction([]):
			assert self.journal.note(self._note(order_id))
			raise Undo
		assert self._pending(order_id) == 0
		with self.erp.transaction([]):
			assert self.journal.note(self._note(order_id))
			assert not self.journal.note(self._note(order_id))
		assert self._pending(order_id) == 1
		with self.erp.transaction([]):
			assert not self.journal.note(self._note(order_id))
		assert self._pending(order_id) == 1

	def _note(self, order_id: str) -> NewEvent:
		known = {"topic": "shipment", "kind": "shipment", "direction": "Out", "event_key": f"dn:{order_id}"}
		return NewEvent(store=self.store, external_id=order_id, **known)

	def _pending(self, order_id: str) -> int:
		subject = Subject(store=self.store, kind="shipment", external_id=order_id)
		return len(self.journal.pending(subject))


class ReturnContract(LifeContract):
	"""Goods that come back."""

	def send_back(self, order: Order, delivery: str, pieces: dict[str, Decimal], **more: object) -> str:
		"""A return of so many pieces of each row that a line has; its name."""
		rows = self.rows_back(order, delivery, pieces)
		known = {"delivery": delivery, "rows": rows, "posted_on": self.today, "refund_id": unique()}
		return self.apply(order, CreateReturn(**{**known, **more}))

	def rows_back(self, order: Order, delivery: str, pieces: dict[str, Decimal]) -> dict[str, Decimal]:
		"""The delivery's rows that so many pieces of lines come back of."""
		found: dict[str, Decimal] = {}
		left = dict(pieces)
		for row in self.delivery(order, delivery).rows:
			if here := min(left.get(row.line_id, ZERO), row.quantity):
				found[row.name] = here
				left[row.line_id] -= here
		return found

	def test_goods_come_back_into_the_warehouse_that_they_left(self) -> None:
		order, refund = self.place(), unique()
		delivery = self.deliver_lines(order)
		name = self.send_back(order, delivery, {"1": ONE, "2": TWO}, refund_id=refund)
		back = self.delivery(order, name)
		assert (back.is_return, back.docstatus, back.return_against) == (True, 1, delivery)
		assert (back.refund_id, back.return_id, back.fulfilment_ids) == (refund, None, ())
		assert pieces_of(back.rows) == {"1": -ONE, "2": -TWO}
		shipped = {row.name: row.line_id for row in self.delivery(order, delivery).rows}
		assert all(shipped[row.source_row or ""] == row.line_id for row in back.rows)
		stocks = [self.stock(self.item_of(order, line), self.warehouses[0]) for line in PIECES]
		assert stocks == [RECEIVED - ONE, RECEIVED - ONE, RECEIVED - ONE]

	def test_what_came_back_is_free_and_the_order_stays_delivered(self) -> None:
		order = self.place()
		self.send_back(order, self.deliver_lines(order), dict(PIECES))
		assert [self.reserved(order, line) for line in PIECES] == [ZERO, ZERO, ZERO]
		assert [self.free(self.item_of(order, line)) for line in PIECES] == [RECEIVED] * 3
		assert self.sales_order_of(order).per_delivered == 100

	def test_goods_come_back_into_another_warehouse(self) -> None:
		order = self.place()
		name = self.send_back(order, self.deliver_lines(order), {"1": TWO}, warehouse=self.warehouses[1])
		assert {row.warehouse for row in self.delivery(order, name).rows} == {self.warehouses[1]}
		assert self.stock(self.item_of(order, "1"), self.warehouses[1]) == TWO

	def test_more_than_was_delivered_does_not_come_back(self) -> None:
		order = self.place()
		delivery = self.deliver_lines(order)
		rows = self.rows_back(order, delivery, {"1": TWO})
		self.send_back(order, delivery, {"1": ONE})
		known = {"delivery": delivery, "rows": rows, "posted_on": self.today, "refund_id": unique()}
		assert self.refused(order, CreateReturn(**known))

	def test_an_announced_return_waits_as_a_draft(self) -> None:
		order, announced, refund = self.place(), unique(), unique()
		delivery = self.deliver_lines(order)
		more = {"refund_id": None, "return_id": announced, "submit": False}
		name = self.send_back(order, delivery, {"1": TWO, "3": ONE}, **more)
		draft = self.delivery(order, name)
		assert (draft.docstatus, draft.is_return, draft.return_id) == (0, True, announced)
		assert (draft.refund_id, pieces_of(draft.rows)) == (None, {"1": -TWO, "3": -ONE})
		assert self.stock(self.item_of(order, "1"), self.warehouses[0]) == RECEIVED - TWO
		rows = self.rows_back(order, delivery, {"1": ONE})
		self.apply(order, SubmitReturn(document=name, refund_id=refund, rows=rows))
		back = self.delivery(order, name)
		assert (back.docstatus, back.refund_id, back.return_id) == (1, refund, announced)
		assert pieces_of(back.rows) == {"1": -ONE}
		assert self.stock(self.item_of(order, "1"), self.warehouses[0]) == RECEIVED - ONE
		assert self.sales_order_of(order).per_delivered == 100

	def test_a_called_off_return_leaves_nothing(self) -> None:
		order = self.place()
		delivery = self.deliver_lines(order)
		name = self.send_back(order, delivery, {"1": ONE}, refund_id=None, return_id=unique(), submit=False)
		self.apply(order, CancelDelivery(document=name))
		assert [each.name for each in self.look(order).deliveries] == [delivery]
