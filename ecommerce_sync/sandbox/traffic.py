"""What travels between the stores and the ERP in the demo: messages through the door, pushes, the audit."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, Protocol, TypeVar

import requests

from ..sync.audit import audit_stock
from ..sync.machine import Machine
from ..sync.prices import push_prices
from ..sync.publish import publish_items
from ..sync.stock import push_stock
from ..sync.work import drain
from .world import World

Made = TypeVar("Made")
PUSHES = (publish_items, push_stock, push_prices)


class Message(NamedTuple):
	"""A signed webhook ready to be sent."""

	store: str
	headers: dict[str, str]
	body: bytes


class Telling(Protocol):
	"""A store that has something to tell."""

	store: str

	def pending(self) -> Sequence[Message]:
		"""What the store has to tell since the last time."""
		...


def send(door: str, message: Message) -> int:
	"""Through the webhook door; the status of the answer."""
	headers = {**message.headers, "Content-Type": "application/json"}
	return requests.post(
		door, params={"store": message.store}, data=message.body, headers=headers, timeout=60
	).status_code


def in_worker(world: World, act: Callable[[Machine], Made]) -> Made:
	"""Run something in a thread with a machine of its own, as a worker process would."""

	def run() -> Made:
		with world.worker() as machine:
			return act(machine)

	return apart(run)


def apart(act: Callable[[], Made]) -> Made:
	"""Run something in a thread of its own, so that it finds no connection of the caller's."""
	with ThreadPoolExecutor(1) as pool:
		return pool.submit(act).result()


class Traffic:
	"""Carries on until nobody has anything to say."""

	def __init__(self, world: World, stores: Sequence[Telling], door: str) -> None:
		self.world, self.stores, self.door = world, stores, door

	def settle(self, limit: float = 300) -> Counter[str]:
		"""Messages in, numbers, prices and Items out, until both sides are quiet; the counts of the pushes."""
		end, done = time.monotonic() + limit, Counter[str]()
		while time.monotonic() < end:
			heard = self.hear()
			pushed, busy = self.work(self._push)
			done += pushed
			if not heard and not pushed and not busy and not self.hear():
				return done
			time.sleep(0.2 if busy else 0)
		raise TimeoutError(f"the stores and the ERP still talk after {limit:g} s")

	def hear(self) -> int:
		"""The stores' own messages through the door; how many there were."""
		messages = [message for store in self.stores for message in store.pending()]
		refused = {status for status in (send(self.door, each) for each in messages) if status != 200}
		if refused:
			raise RuntimeError(f"the door answered a store's own message with {refused}")
		return len(messages)

	def audit(self) -> Mapping[str, Counter[str]]:
		"""The daily audit of every store."""
		return self.work(
			lambda machine: {
				each.store: audit_stock(machine, each.store) or Counter() for each in self.stores
			}
		)

	def work(self, act: Callable[[Machine], Made]) -> Made:
		"""Run something in a worker."""
		return in_worker(self.world, act)

	def _push(self, machine: Machine) -> tuple[Counter[str], bool]:
		"""Everything once; the counts, and whether another worker was at something."""
		done, busy = Counter(worked=drain(machine, budget=60).total()), False
		for store in self.stores:
			for push in PUSHES:
				counts = push(machine, store.store)
				busy = busy or counts is None
				done += counts or Counter()
		return +done, busy
