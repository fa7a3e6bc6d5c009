"""Lets many orders live at once: acts in any interleaving, messages that are shuffled, repeated, late or lost.

What was lost is found again by the sweep. At the end everything is told, nothing is left to do, and the
figures of both sides can be compared (`life_check`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from random import Random
from typing import Any, Protocol

from ..core.life import Parcel
from ..sync.machine import Machine
from ..sync.sweep import reconcile
from ..sync.work import drain
from .currency import rounded
from .life_generator import Act, Life
from .lives import LifeSeller
from .traffic import Message, Telling, apart, in_worker
from .world import World


class Seller(LifeSeller, Telling, Protocol):
	"""A store that lives and tells."""


class Desk(Protocol):
	"""Somebody in the warehouse, at ERPNext. Pieces are by the store's line ids."""

	def deliver(self, store: str, order_id: str, pieces: dict[str, Decimal], parcel: Parcel) -> str | None:
		"""Submit a Delivery Note of the order; its name, None where no open order stands."""
		...

	def cancel_delivery(self, store: str, order_id: str, delivery: str) -> bool:
		"""Cancel a Delivery Note; whether that was possible."""
		...

	def add_parcel(self, store: str, order_id: str, delivery: str, parcel: Parcel) -> None:
		"""Enter a parcel on a submitted Delivery Note."""
		...


class LifeRun:
	"""`lives` are by store. `refused` counts acts that a store or ERPNext did not let happen."""

	def __init__(self, world: World, desk: Desk, lives: Sequence[tuple[Seller, Life]], seed: int) -> None:
		self.world, self.desk, self.lives = world, desk, lives
		self.rng = Random(f"{seed}/run")
		self.orders: dict[int, str] = {}
		self.shipments: dict[int, list[str | None]] = {}
		self.returns: dict[int, str] = {}
		self.mail: list[Message] = []
		self.sent, self.lost = 0, 0
		self.refused: Counter[str] = Counter()

	def run(self, say: Callable[[str], None] = lambda _: None) -> None:
		"""All lives to their ends, then the sweep."""
		turns = [n for n, (_, life) in enumerate(self.lives) for _ in range(len(life.acts) + 1)]
		self.rng.shuffle(turns)
		at: Counter[int] = Counter()
		for count, n in enumerate(turns):
			self._turn(n, at[n])
			at[n] += 1
			self._post()
			if count % 200 == 0:
				say(f"{count} of {len(turns)} acts")
		self._finish()
		say(f"{self.sent} messages, {self.lost} lost; not possible: {dict(self.refused)}")

	def _turn(self, n: int, step: int) -> None:
		seller, life = self.lives[n]
		if step == 0:
			self.orders[n] = seller.place(life.story)
			self.shipments[n] = []
			return
		act = life.acts[step - 1]
		try:
			getattr(self, f"_{act.name}", self._in_store)(n, seller, act)
		except (ValueError, LookupError) as error:
			self.refused[f"{act.name}: {type(error).__name__}"] += 1

	# in the store

	def _in_store(self, n: int, seller: Seller, act: Act) -> None:
		getattr(seller, act.name)(self.orders[n], **act.details)

	def _pay_part(self, n: int, seller: Seller, act: Act) -> None:
		figures = seller.figures(self.orders[n])
		part = rounded(figures.owed * act.details["share"], figures.currency)
		if part > 0:
			seller.pay(self.orders[n], part)

	def _pay(self, n: int, seller: Seller, act: Act) -> None:
		if seller.figures(self.orders[n]).owed > 0:
			seller.pay(self.orders[n])

	def _move(self, n: int, seller: Seller, act: Act) -> None:
		seller.edit(self.orders[n], shipping=act.details["shipping"])

	def _fulfil(self, n: int, seller: Seller, act: Act) -> None:
		self.shipments[n].append(None)
		self.shipments[n][-1] = seller.fulfil(self.orders[n], **act.details)

	def _cancel_fulfilment(self, n: int, seller: Seller, act: Act) -> None:
		if shipment := self._shipment(n, act):
			seller.cancel_fulfilment(self.orders[n], shipment)

	def _refund(self, n: int, seller: Seller, act: Act) -> None:
		self._known(n)
		details: dict[str, Any] = dict(act.details)
		figures = seller.figures(self.orders[n])
		if "share" in details:
			left = figures.total - figures.credited
			details = {"amount": rounded(left * details["share"], figures.currency)}
		if details.pop("whole_shipping", None):
			prices = self.lives[n][1].story.deliveries
			details["shipping"] = next(
				each.price - each.discount for each in prices if each.price > each.discount
			)
		if any(details.get(key) for key in ("lines", "amount", "shipping")):
			seller.refund(self.orders[n], pay=figures.paid > 0, **details)

	def _announce_return(self, n: int, seller: Seller, act: Act) -> None:
		self._known(n)
		self.returns[n] = seller.announce_return(self.orders[n], act.details["lines"])

	def _return(self, n: int, seller: Seller, act: Act) -> None:
		if return_id := self.returns.pop(n, ""):
			seller.refund(self.orders[n], return_id=return_id, **act.details)

	# at the Desk

	def _deliver(self, n: int, seller: Seller, act: Act) -> None:
		self._known(n)
		self.shipments[n].append(None)
		lines = list(seller.figures(self.orders[n]).lines)
		pieces = {lines[place]: Decimal(count) for place, count in act.details["lines"].items()}
		parcel = Parcel(carrier=act.details["carrier"], number=act.details["number"])
		self.shipments[n][-1] = self.desk.deliver(seller.store, self.orders[n], pieces, parcel)
		if self.shipments[n][-1] is None:
			self.refused["deliver: no open order"] += 1

	def _cancel_delivery(self, n: int, seller: Seller, act: Act) -> None:
		if (name := self._shipment(n, act)) and not self.desk.cancel_delivery(
			seller.store, self.orders[n], name
		):
			self.refused["cancel_delivery: refused"] += 1

	def _parcels(self, n: int, seller: Seller, act: Act) -> None:
		if name := self._shipment(n, act):
			self.desk.add_parcel(seller.store, self.orders[n], name, Parcel(number=act.details["number"]))

	def _shipment(self, n: int, act: Act) -> str | None:
		made = self.shipments[n]
		return made[act.details["which"]] if act.details["which"] < len(made) else None

	def _known(self, n: int) -> None:
		"""The two sides have spoken about the order before the next act builds on what the other did."""
		self._tell([message for message in self.mail if message.store == self.lives[n][0].store])
		self.mail = [message for message in self.mail if message.store != self.lives[n][0].store]
		self._work()

	# messages

	def _post(self) -> None:
		"""Some are lost, some come twice, all wait some time."""
		for seller in {id(seller): seller for seller, _ in self.lives}.values():
			for message in filter(_is_of_orders, seller.pending()):
				draw = self.rng.random()
				self.lost += draw < 0.08
				self.mail += [] if draw < 0.08 else [message, message] if draw > 0.92 else [message]
		self.rng.shuffle(self.mail)
		if len(self.mail) > 20:
			now, self.mail = self.mail[10:], self.mail[:10]
			self._tell(now)
			if self.rng.random() < 0.3:
				self._work()

	def _tell(self, messages: Sequence[Message]) -> None:
		def tell() -> None:
			for message in messages:
				receipt = self.world.receive(message.store, message.headers, message.body)
				if receipt.status != 200:
					raise RuntimeError(f"the door answered {receipt.status} {receipt.word}")

		self.sent += len(messages)
		apart(tell)

	def _work(self) -> int:
		return in_worker(self.world, lambda machine: drain(machine, budget=600).total())

	def _finish(self) -> None:
		"""What is still on its way arrives, the sweep finds what was lost, until nobody has anything to do."""
		for _ in range(20):
			self._post()
			self._tell(self.mail)
			self.mail = []
			done = self._work()
			found = in_worker(self.world, self._sweep)
			if not done and not found:
				return
			self._work()
		raise RuntimeError("the stores and the ERP still talk")

	def _sweep(self, machine: Machine) -> int:
		return sum(reconcile(machine, store) for store in sorted({seller.store for seller, _ in self.lives}))


def _is_of_orders(message: Message) -> bool:
	"""Products and stock have lives of their own; here they would only take time."""
	topic = next(value for name, value in message.headers.items() if name.lower().endswith("-topic"))
	return not topic.startswith(("product", "inventory"))
