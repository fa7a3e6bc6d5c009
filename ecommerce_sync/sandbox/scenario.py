"""The demo's story: two stores sell for a while, messages go astray, one SKU is unknown and then created.

Everything arrives by signed webhook over HTTP; the workers run beside it. What is told at the end is read
back from both sides: the stores' own totals and the ERP's documents.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from random import Random
from typing import Protocol

from ..sync.work import drain
from . import generator
from .baskets import Platform
from .goods_report import GoodsReport
from .life_report import LifeReport
from .report import Placed, Report, documents_of, examples_of, row_of
from .story import Story
from .traffic import Message, send
from .world import Event, World

Say = Callable[[str], None]


class Seller(Protocol):
	"""One emulated store, as the scenario drives it."""

	store: str
	platform: Platform

	def place(self, story: Story) -> str:
		"""A shopper orders; returns the order's id."""
		...

	def touch(self, order_id: str, note: str) -> None:
		"""The shop's staff writes a note on the order."""
		...

	def cancel(self, order_id: str) -> None:
		"""The order is cancelled in the store."""
		...

	def messages(self, order_id: str) -> list[Message]:
		"""What the store would send about the order as it is now."""
		...

	def tampered(self, order_id: str) -> Message:
		"""A message whose total a plugin lowered without a line, signed by the store all the same."""
		...

	def orders(self) -> list[Placed]:
		"""Every order that the store has."""
		...


class Scenario:
	"""Runs the story in a world. `count` orders for each store, told by `seed`."""

	def __init__(
		self,
		world: World,
		sellers: Sequence[Seller],
		door: str,
		seed: int,
		count: int,
		currency: str = "USD",
	) -> None:
		self.world, self.sellers, self.door = world, sellers, door
		self.seed, self.count, self.currency = seed, count, currency
		self.answers: Counter[int] = Counter()
		self.unknown_skus: set[str] = set()
		self.healed, self.seconds = 0, 0.0

	def run(self, say: Say) -> None:
		"""Place, tell, work and heal; `report` then reads both sides back."""
		started = time.monotonic()
		messages = list(self._sell(say))
		say(f"sending {len(messages)} signed webhooks, some of them twice, late or forged")
		with _Workers(self.world, 2), ThreadPoolExecutor(6) as pool:
			self.answers.update(pool.map(partial(send, self.door), self._disordered(messages)))
			say("all sent; waiting for the workers")
			self._wait()
			waiting = self._count("Failed")
			say(f"{waiting} events wait for a person; creating the missing Items {sorted(self.unknown_skus)}")
			for sku in sorted(self.unknown_skus):
				self.world.add_item(sku)
			self._wait()
		self.healed = waiting - self._count("Failed")
		self.seconds = time.monotonic() - started

	def _sell(self, say: Say) -> Iterator[Message]:
		"""Orders of every kind, then what happens to some of them later, each with its messages."""
		for seller in self.sellers:
			placed = []
			for story in self._stories(seller.platform):
				placed.append(order := seller.place(story))
				yield from seller.messages(order)
			for order in placed[:: max(1, self.count // 10)]:
				seller.touch(order, "Please ring twice")
				yield from seller.messages(order)
			for order in placed[3 :: max(1, self.count // 6)]:
				seller.cancel(order)
				yield from seller.messages(order)
			spoiled = generator.story(self.seed, 8500, self.currency, seller.platform, healthy=True)
			yield seller.tampered(seller.place(spoiled))
			say(f"{seller.store}: {len(placed) + 1} orders placed")

	def _stories(self, platform: Platform) -> Iterator[Story]:
		yield from generator.stories(self.seed, self.count, self.currency, platform)
		for _, story in zip(range(4), generator.broken(self.seed, self.currency, platform), strict=False):
			self.unknown_skus |= {sku.strip() for sku in _skus(story) if sku in generator.UNKNOWN_SKUS}
			yield story

	def _disordered(self, messages: list[Message]) -> list[Message]:
		"""Out of order, every eighth twice, some forged, some junk."""
		rng = Random(f"{self.seed}/messages")
		forged = [m._replace(headers=_forged(m.headers)) for m in rng.sample(messages, 5)]
		junk = [m._replace(body=b"{not json") for m in rng.sample(messages, 3)]
		return sorted([*messages, *messages[::8], *forged, *junk], key=lambda _: rng.random())

	def _wait(self, limit: float = 900) -> None:
		"""Until nothing is queued any more."""
		end = time.monotonic() + limit
		while self._count("Queued", "Waiting to retry") and time.monotonic() < end:
			time.sleep(0.2)

	def _count(self, *states: str) -> int:
		return sum(1 for event in self._events() if event.state in states)

	def _events(self) -> list[Event]:
		return [event for event in self.world.events() if event.kind == "order"]

	def waiting(self) -> list[tuple[str, str]]:
		"""Store and order of what a person decides about."""
		done = {(each.store, each.order_id) for each in self.world.sales_orders()}
		held = {(e.store, e.order_id) for e in self._events() if e.state in ("Held", "Failed")}
		return sorted(held - done)

	def report(self, goods: GoodsReport, lives: LifeReport) -> Report:
		"""Where every order of the stores ended, beside what became of the goods and of single orders."""
		events, imported = self._events(), self.world.sales_orders()
		rows = [row_of(seller, events, imported) for seller in self.sellers]
		return Report(
			rows=rows,
			sent=sum(self.answers.values()),
			answers=self.answers,
			seconds=self.seconds,
			healed=self.healed,
			examples=list(examples_of(events)),
			documents=list(documents_of(self.sellers, imported)),
			goods=goods,
			lives=lives,
		)


class _Workers:
	"""So many threads that drain until they are told to stop."""

	def __init__(self, world: World, count: int) -> None:
		self.world = world
		self.stop = threading.Event()
		self.threads = [threading.Thread(target=self._work, daemon=True) for _ in range(count)]

	def __enter__(self) -> None:
		for thread in self.threads:
			thread.start()

	def __exit__(self, *_error: object) -> None:
		self.stop.set()
		for thread in self.threads:
			thread.join(60)

	def _work(self) -> None:
		with ExitStack() as stack:
			machine = stack.enter_context(self.world.worker())
			while not self.stop.is_set():
				if not drain(machine, budget=30, limit=25):
					time.sleep(0.05)


def _skus(story: Story) -> Iterator[str]:
	return (line.sku for line in story.lines if line.sku)


def _forged(headers: dict[str, str]) -> dict[str, str]:
	"""The same message, signed by somebody who does not know the secret."""
	return {
		name: "Zm9yZ2VkIGJ5IHNvbWVib2R5IGVsc2U=" if name.endswith(("Sha256", "Signature")) else value
		for name, value in headers.items()
	}
