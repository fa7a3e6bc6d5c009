"""Pushing stock: what each store should show goes out, differences only, until the store has confirmed.

One pusher per store at a time. A listing stays due until its store has confirmed the number that was
computed after it became due; a worker killed anywhere leaves it due. What is about to be written counts as
not known until the store has answered, so that a number whose writing was cut short is read again. Before a number that the store moved
by itself is overwritten, and always where the platform cannot compare, the store's changed orders are
fetched: a sale that was not seen yet is counted first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from time import monotonic

from ..core.products import StockLevel
from ..core.settings import StoreSettings
from ..core.stock import Listing, Quantity, plan_stock
from ..erps.goods import Confirmed
from ..storefronts.goods import QuantityChange, Refusal, StockKey, label
from .drift import settle_drift
from .explain import unexplained
from .machine import Connection, Machine
from .open_orders import OpenOrders
from .sweep import reconcile

CHUNK = 1000
MAX_ROUNDS = 4


def push_stock(machine: Machine, store: str, budget: float = 600.0) -> Counter[str] | None:
	"""Bring the store's numbers to ERPNext's; how many were `pushed`, `refused`, `stale`, `drifted`, `read`.

	None while another worker is at it. Raises `Transient` or `Fixable`; what was confirmed stays so and the
	rest stays due.
	"""
	connection = machine.connect(store)
	with machine.erp.alone(store, "stock") as alone:
		if not alone:
			return None
		machine.erp.take_changes()
		return _Pusher(machine, connection).run(monotonic() + budget)


class _Pusher:
	"""One run for one store."""

	def __init__(self, machine: Machine, connection: Connection) -> None:
		self.machine, self.erp, self.connection = machine, machine.erp, connection
		self.settings: StoreSettings = connection.settings
		self.compares = connection.platform.capabilities.compare_and_set_stock
		self.open_orders = OpenOrders(machine)
		self.orders_asked = False
		self.written: set[str] = set()  # listings
		self.done: Counter[str] = Counter()

	def run(self, end: float) -> Counter[str]:
		while monotonic() < end and self.settings.push_stock:
			read_at, listings = self.erp.stock_due(self.settings.store, CHUNK)
			if not listings:
				if self._sold_meanwhile():
					continue
				break
			self.orders_asked = False
			self.open_orders.forget()
			self._push(listings)
			self.erp.settle_stock(self.settings.store, [each.name for each in listings], read_at)
		return self.done

	def _sold_meanwhile(self) -> bool:
		"""Where the store cannot compare: whether orders came while we wrote; what we wrote is due again then."""
		names, self.written = self.written, set()
		if self.compares or not names or not reconcile(self.machine, self.settings.store):
			return False
		self.erp.mark_due(self.settings.store, "stock", sorted(names))
		return True

	def _push(self, listings: Sequence[Listing]) -> None:
		"""Rounds, because a sale may be found at every step; what is stale in the last one is left to the next run."""
		for _ in range(MAX_ROUNDS):
			wanted = self._wanted(listings)
			if unread := [each for each in wanted if each.known.quantity is None and each.known.stocked]:
				self._read(unread)
				wanted = self._wanted(self._again(listings))
			if self._ask_orders(wanted, just_read=bool(unread)):
				wanted = self._wanted(self._again(listings))
			wanted = self._without_drift(wanted)
			stale = self._send(wanted)
			if not stale:
				return
			self._read_again(stale)
			self.orders_asked = False
			self.open_orders.forget()
			listings = self._again([each.listing for each in stale])
		self.erp.mark_due(self.settings.store, "stock", [each.name for each in listings])

	def _wanted(self, listings: Sequence[Listing]) -> list[Quantity]:
		items = {part.item_code for listing in listings for part in listing.parts}
		warehouses = {name for place in self.settings.stock_places() for name in place.warehouses}
		self.open_orders.read()
		free = self.open_orders.taken_from(self.erp.free_stock(items, warehouses))
		return plan_stock(listings, free, self.settings)

	def _again(self, listings: Sequence[Listing]) -> list[Listing]:
		return self.erp.listings_of(self.settings.store, [each.name for each in listings])

	def _read(self, unread: Sequence[Quantity]) -> None:
		"""Ask the store for what was never read."""
		levels = [
			Confirmed(
				listing=name,
				location_id=level.location_id,
				quantity=level.quantity,
				stocked=level.stocked,
				inventory_id=level.inventory_id,
				pushed=False,
			)
			for name, level in self._levels(unread)
		]
		self.erp.confirm(self.settings.store, levels)

	def _read_again(self, stale: Sequence[Quantity]) -> None:
		"""The store moved these while we wrote; as with a message, an order or the policy explains them."""
		now = self.machine.now()
		levels = [level.model_copy(update={"at": now}) for _, level in self._levels(stale)]
		self.erp.told(self.settings.store, levels)

	def _levels(self, wanted: Sequence[Quantity]) -> list[tuple[str, StockLevel]]:
		"""What the store shows, by listing. One that it does not have any more is told and left alone."""
		listings = {each.listing.name: each.listing for each in wanted}
		names = {(each.product_id, each.variant_id): name for name, each in listings.items()}
		keys = [StockKey(**each.model_dump(include=set(StockKey.model_fields))) for each in listings.values()]
		places = tuple(place.location_id for place in self.settings.stock_places())
		found = [
			(names[level.product_id, level.variant_id], level)
			for level in self.connection.storefront().stock_levels(keys, places)
		]
		self.done["read"] += len(found)
		if missing := set(listings) - {name for name, _ in found}:
			self.erp.refuse(self.settings.store, dict.fromkeys(missing, "The store has no such variant."))
		return found

	def _ask_orders(self, wanted: Sequence[Quantity], just_read: bool) -> bool:
		"""Whether changed orders that nobody knew were found; asked at most once a round.

		A number that was read just now may be lower by a sale that nobody told yet.
		"""
		needed = just_read or any(each.known.moved for each in wanted) or not self.compares
		if not wanted or not needed or self.orders_asked:
			return False
		self.orders_asked = True
		found = reconcile(self.machine, self.settings.store)
		self.open_orders.forget()
		return bool(found)

	def _without_drift(self, wanted: list[Quantity]) -> list[Quantity]:
		"""What the store changed by itself and no order explains goes by the store's policy."""
		moved = [each for each in wanted if each.known.moved]
		drifted = unexplained(self.connection, moved) if moved else []
		self.done["drifted"] += len(drifted)
		left_alone = settle_drift(self.machine, self.settings, drifted)
		return [each for each in wanted if each not in left_alone]

	def _send(self, wanted: Sequence[Quantity]) -> list[Quantity]:
		"""Record each answer before the next call goes out; returns what had changed meanwhile."""
		changes = [_change(each) for each in wanted]
		by_label = {label(each.listing.name, each.location_id): each for each in wanted}
		stale: list[Quantity] = []
		if not changes:
			return stale
		self.erp.confirm(self.settings.store, [_in_doubt(each) for each in wanted])
		for answer in self.connection.storefront().set_quantities(changes):
			done = [_confirmed(by_label[name]) for name in answer.done]
			self.erp.confirm(
				self.settings.store, done + [_as_before(by_label[name]) for name in answer.stale]
			)
			self.written |= {by_label[name].listing.name for name in answer.done}
			self._refused(answer.refused)
			stale += [by_label[name] for name in answer.stale]
			self.done.update(pushed=len(answer.done), stale=len(answer.stale), refused=len(answer.refused))
		return stale

	def _refused(self, refusals: Sequence[Refusal]) -> None:
		if refusals:
			self.erp.refuse(self.settings.store, {each.listing: each.detail for each in refusals})


def _change(wanted: Quantity) -> QuantityChange:
	listing, known = wanted.listing, wanted.known
	return QuantityChange(
		listing=listing.name,
		product_id=listing.product_id,
		variant_id=listing.variant_id,
		inventory_id=listing.inventory_id,
		stock_holder=listing.stock_holder,
		location_id=wanted.location_id,
		quantity=wanted.quantity,
		known=known.quantity,
		stocked=known.stocked,
	)


def _confirmed(wanted: Quantity) -> Confirmed:
	return Confirmed(listing=wanted.listing.name, location_id=wanted.location_id, quantity=wanted.quantity)


def _in_doubt(wanted: Quantity) -> Confirmed:
	"""Whoever finds it so after us does not know whether the store has taken our number."""
	return _as_before(wanted).model_copy(update={"quantity": None})


def _as_before(wanted: Quantity) -> Confirmed:
	known = wanted.known
	return Confirmed(
		listing=wanted.listing.name,
		location_id=wanted.location_id,
		quantity=known.quantity,
		stocked=known.stocked,
		pushed=False,
	)
