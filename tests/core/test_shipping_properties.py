"""The shipment planner against a store that does what it is told: they come to agree, whoever dies between."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from ecommerce_sync.core.erp import Delivery
from ecommerce_sync.core.life import Fulfilment, LineQuantity, Parcel
from ecommerce_sync.core.shipping import (
	CancelFulfilment,
	Fulfil,
	ShipmentCommand,
	StoreShipments,
	Told,
	UpdateTracking,
	lines_of,
)

from .test_shipping import UPS, delivery, plan, shipments, waits


@dataclass
class Shop:
	"""A store that does what it is told, at two places, and the documents' memory of it."""

	open: dict[tuple[str, str], int]  # by place and line
	made: dict[str, Fulfilment] = field(default_factory=dict)

	def shows(self) -> StoreShipments:
		parts = [waits(line, n, place) for (place, line), n in self.open.items() if n]
		return shipments(*self.made.values(), open_=parts)

	def do(self, command: ShipmentCommand) -> tuple[str, ...]:
		if isinstance(command, Fulfil):
			assert command.parts and len({part.location_id for part in command.parts}) == 1
			for part in command.parts:
				assert 0 < part.quantity <= self.open[part.location_id or "", part.line_id]
				self.open[part.location_id or "", part.line_id] -= int(part.quantity)
			return (self._new(lines_of(command.parts), command.parcels),)
		if isinstance(command, UpdateTracking):
			known = self.made[command.fulfilment_id]
			self.made[known.id] = known.model_copy(update={"parcels": command.parcels})
		elif isinstance(command, CancelFulfilment):
			gone = self.made[command.fulfilment_id]
			assert gone.status == "success"
			self.made[gone.id] = gone.model_copy(update={"status": "cancelled"})
			for each in gone.lines:
				self.open["A", each.line_id] = self.open.get(("A", each.line_id), 0) + int(each.quantity)
		return command.fulfilment_ids if isinstance(command, Told) else ()

	def _new(self, lines: tuple[LineQuantity, ...], parcels: tuple[Parcel, ...]) -> str:
		id_ = str(len(self.made) + 1)
		self.made[id_] = Fulfilment(id=id_, status="success", lines=lines, parcels=parcels)
		return id_

	def shipped(self) -> dict[str, int]:
		found: dict[str, int] = {}
		for each in self.made.values():
			for line in each.lines if each.status == "success" else ():
				found[line.line_id] = found.get(line.line_id, 0) + int(line.quantity)
		return found


def remembered(documents: list[Delivery], command: ShipmentCommand, ids: tuple[str, ...]) -> None:
	"""As the pass over shipments does it."""
	if isinstance(command, CancelFulfilment):
		return
	n = next(n for n, each in enumerate(documents) if each.name == command.document)
	known = documents[n].fulfilment_ids
	both = ids if isinstance(command, Told) else tuple(dict.fromkeys((*known, *ids)))
	documents[n] = documents[n].model_copy(update={"fulfilment_ids": both, "told": command.parcels})


def agree(shop: Shop, documents: list[Delivery], dies: list[bool]) -> None:
	"""Plan and do until nothing is left; where `dies` says so, what was done is forgotten."""
	for _ in range(60):
		commands = plan(shop.shows(), *documents)
		if not commands:
			return
		for command in commands:
			ids = shop.do(command)
			if dies and dies.pop():
				break
			remembered(documents, command, ids)
	raise AssertionError("they did not come to agree")


@dataclass
class Warehouse:
	"""Persons and a worker, who dies now and then."""

	shop: Shop
	dies: list[bool]
	left: dict[str, int]
	documents: list[Delivery] = field(default_factory=list)

	def deliver(self, a: int, b: int) -> None:
		pieces = {"a": min(a, self.left["a"]), "b": min(b, self.left["b"])}
		wanted = {line: n for line, n in pieces.items() if n}
		if wanted:
			self.left = {line: n - pieces[line] for line, n in self.left.items()}
			self.documents.append(delivery(f"DN-{len(self.documents)}", **wanted))

	def cancel(self, n: int, _: int) -> None:
		if self._change(n, docstatus=2):
			agree(self.shop, self.documents, [])  # so that its pieces can be delivered again
			for row in self.documents[n].rows:
				self.left[row.line_id] += int(row.quantity)

	def parcel(self, n: int, _: int) -> None:
		self._change(n, parcels=(UPS,))

	def work(self, *_: int) -> None:
		agree(self.shop, self.documents, self.dies)

	def _change(self, n: int, **values: Any) -> bool:
		if n >= len(self.documents) or self.documents[n].docstatus != 1:
			return False
		self.documents[n] = self.documents[n].model_copy(update=values)
		return True

	def delivered(self) -> dict[str, int]:
		found: dict[str, int] = {}
		for row in (row for each in self.documents if each.docstatus == 1 for row in each.rows):
			found[row.line_id] = found.get(row.line_id, 0) + int(row.quantity)
		return found


counts = st.integers(0, 3)
acts = st.lists(
	st.tuples(st.sampled_from(["deliver", "deliver", "cancel", "parcel", "work"]), counts, counts), max_size=9
)


@given(st.tuples(counts, counts, counts, counts), acts, st.lists(st.booleans(), max_size=6))
@profile(max_examples=300, deadline=None)
def test_everything_delivered_is_shipped_once(
	stock: tuple[int, int, int, int], done: list[tuple[str, int, int]], dies: list[bool]
) -> None:
	"""Delivered, cancelled, tracked and worked off in any order, from two places."""
	places = (("A", "a"), ("B", "a"), ("A", "b"), ("B", "b"))
	shop = Shop(dict(zip(places, stock, strict=True)))
	house = Warehouse(shop, dies, {"a": stock[0] + stock[1], "b": stock[2] + stock[3]})
	for what, n, more in done:
		getattr(house, what)(n, more)
	agree(shop, house.documents, [])
	assert shop.shipped() == house.delivered()
	assert plan(shop.shows(), *house.documents) == ()
	for each in house.documents:
		for id_ in each.fulfilment_ids if each.docstatus == 1 else ():
			assert shop.made[id_].parcels == each.parcels
