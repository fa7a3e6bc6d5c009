"""Seeded lives of orders: what buyers, the shop's staff and the warehouse do to an order, in a possible order.

A life is a story and its acts. Lines are named by their place in the story, pieces are whole. Whether an act
is possible is kept count of here; what it costs is the store's business.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random
from typing import Any, Literal

from .baskets import NO_TAX, Platform, Shop, product_line
from .currency import rounded
from .generator import story as tell
from .story import Bought, Place, Story

ActName = Literal[
	"pay",
	"pay_part",
	"edit",
	"move",
	"fulfil",
	"cancel_fulfilment",
	"deliver",
	"cancel_delivery",
	"parcels",
	"refund",
	"announce_return",
	"return",
	"cancel",
]
TRAITS = (
	"tax included",
	"tax on top",
	"no tax",
	"two taxes",
	"other currency shown",
	"B2B",
	"private buyer",
	"bundle",
	"discount",
	"shipping",
)
TRANSITIONS = (
	"paid",
	"paid in part",
	"edited",
	"shipped in part",
	"shipment cancelled",
	"cancelled",
	"refund with return",
	"refund without return",
	"refund of what was not shipped",
	"refund of shipping",
	"refund of an amount",
)
_ATTEMPTS = 150
MOST_PIECES = 12  # of a line: lives are about what happens, the baskets of the totals' check are larger


@dataclass(frozen=True)
class Act:
	"""One thing that happens. `details` are arguments of `lives.LifeSeller`, or of a person at the Desk."""

	name: ActName
	details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Life:
	"""An order from checkout to its end. `traits` are what the feature table counts."""

	story: Story
	platform: Platform
	acts: tuple[Act, ...]
	traits: frozenset[str]


def lives(seed: int, count: int, platform: Platform, currency: str = "USD") -> Iterator[Life]:
	"""`count` lives of one store."""
	for position in range(count):
		yield life(seed, position, platform, currency)


def life(seed: int, position: int, platform: Platform, currency: str = "USD") -> Life:
	"""The one life of a run that stands at `position`: one in which its turn of trait and transition meet.

	The turns go through all pairs, so that rare ones come up; a pair that the platform does not know is any life.
	"""
	pairs = [(trait, transition) for trait in TRAITS for transition in TRANSITIONS]
	trait, transition = pairs[(position + 37 * seed) % len(pairs)]
	first = _told(seed, position, platform, currency, 0)
	for attempt in range(_ATTEMPTS):
		found = _told(seed, position, platform, currency, attempt)
		if trait in found.traits and transition in transitions(found.acts):
			return found
	return first


def _told(seed: int, position: int, platform: Platform, currency: str, attempt: int) -> Life:
	rng = Random(f"life/{seed}/{platform}/{currency}/{position}/{attempt}")
	story = _handy(tell(seed * 1000 + attempt, position, currency, platform, healthy=True))
	story = replace(story, paid=rng.random() < 0.6, location_id=None)
	teller = _Teller(rng, story, platform)
	acts = tuple(teller.acts())
	return Life(teller.story, platform, acts, frozenset(_traits(story)))


def _handy(story: Story) -> Story:
	lines = [replace(line, quantity=min(line.quantity, MOST_PIECES)) for line in story.lines[:6]]
	lines = [replace(line, discount=min(line.discount, line.price * line.quantity)) for line in lines]
	return replace(story, lines=tuple(lines))


def _traits(story: Story) -> Iterator[str]:
	taxed = any(line.taxes for line in story.lines)
	yield "tax included" if taxed and story.taxes_included else "tax on top" if taxed else "no tax"
	if any(len(line.taxes) > 1 for line in story.lines):
		yield "two taxes"
	if story.presentment_currency:
		yield "other currency shown"
	yield "B2B" if story.business else "private buyer"
	if any(line.group for line in story.lines):
		yield "bundle"
	if any(line.discount for line in story.lines):
		yield "discount"
	if any(delivery.price > delivery.discount for delivery in story.deliveries):
		yield "shipping"


def transitions(acts: Iterable[Act]) -> set[str]:
	"""Which of `TRANSITIONS` the acts are."""
	names = Counter(act.name for act in acts)
	refunds = [act.details for act in acts if act.name in ("refund", "return")]
	found = {
		"paid in part": names["pay_part"],
		"edited": names["edit"] + names["move"],
		"shipped in part": names["fulfil"] + names["deliver"] > 1,
		"shipment cancelled": names["cancel_fulfilment"] + names["cancel_delivery"],
		"cancelled": names["cancel"],
		"paid": not names["cancel"] and (names["pay"] or refunds),
	}
	return {name for name, there in found.items() if there} | {_kind(details) for details in refunds}


def _kind(refund: dict[str, Any]) -> str:
	if "whole_shipping" in refund:
		return "refund of shipping"
	if "share" in refund:
		return "refund of an amount"
	words = {
		"return": "refund with return",
		"no_restock": "refund without return",
		"cancel": "refund of what was not shipped",
	}
	return words[refund["restock"]]


class _Teller:
	"""Keeps count while it tells."""

	def __init__(self, rng: Random, story: Story, platform: Platform) -> None:
		self.rng, self.story, self.platform = rng, story, platform
		self.paid = story.paid
		self.open = {place: line.quantity for place, line in enumerate(story.lines) if line.kind != "tip"}
		self.goods = {place for place, line in enumerate(story.lines) if line.kind in ("product", "custom")}
		self.out: dict[int, int] = {}  # shipped, not back
		self.shipments: list[dict[int, int]] = []
		self.refunded_shipping = False
		self.touched = False  # refunded or shipped: then staff edits no more lines
		self.by_erp = rng.random() < 0.5

	def acts(self) -> Iterator[Act]:
		"""Before payment, payment, shipment in parts, then what goes wrong."""
		yield from self._edits(0.25)
		if not self.paid:
			yield from self._payment()
		yield from self._edits(0.15)
		if self.rng.random() < 0.08:
			yield Act("cancel")
			return
		if self.paid and self.rng.random() < 0.12:
			yield from self._refund("cancel")
		if self.paid or self.story.business or self.rng.random() < 0.3:
			yield from self._shipment()
		for _ in range(self.rng.choice((0, 0, 1, 1, 2, 3))):
			if self.paid:
				yield from self._afterwards()

	def _edits(self, chance: float) -> Iterator[Act]:
		if self.rng.random() >= chance or self.touched:
			return
		kinds: tuple[str, ...] = ("fewer", "more", "added", "move", "delivery")
		if self.platform == "woocommerce" and self.paid:
			kinds = ("move",)  # "This order is no longer editable"
		kind = self.rng.choice(kinds)
		if kind == "move":
			yield Act("move", {"shipping": _other_place(self.rng)})
		elif kind == "delivery" and self.story.deliveries and not self.paid:
			price = self.story.deliveries[0].price + rounded(
				Decimal(self.rng.randint(1, 9)), self.story.currency
			)
			yield Act("edit", {"delivery": price})
		elif kind == "added":
			yield Act("edit", {"added": (self._another(),)})
		else:
			yield from self._other_quantity(kind)

	def _other_quantity(self, kind: str) -> Iterator[Act]:
		places = [place for place in self.goods if self.open[place]]
		if not places:
			return
		place = self.rng.choice(places)
		now = self.open[place]
		if kind == "fewer" and sum(self.open[p] for p in places) > now:
			wanted = self.rng.randrange(0, now)
		else:
			wanted = now + self.rng.randint(1, 3)
		self.open[place] = wanted
		yield Act("edit", {"quantities": {place: wanted}})

	def _another(self) -> Bought:
		scheme = next(
			(line.taxes for line in self.story.lines if line.kind == "product"), self.story.lines[0].taxes
		)
		shop = Shop(self.story.currency, self.platform, NO_TAX, healthy=True)
		line = replace(product_line(self.rng, shop), taxes=scheme, quantity=self.rng.randint(1, 3))
		place = len(self.open) + sum(line.kind == "tip" for line in self.story.lines)
		self.open[place] = line.quantity
		self.goods.add(place)
		return line

	def _payment(self) -> Iterator[Act]:
		draw = self.rng.random()
		if draw < 0.1:
			return  # never paid
		if draw < 0.3 and self.platform == "shopify":
			yield Act("pay_part", {"share": Decimal(self.rng.randint(2, 8)) / 10})
		yield Act("pay")
		self.paid = True

	def _shipment(self) -> Iterator[Act]:
		"""In up to three parts, by the shop or by ERPNext, some called back and sent again."""
		parts = self.rng.choice((0, 1, 1, 1, 2, 2, 3))
		if self.platform == "woocommerce" and not self.by_erp:
			parts = min(parts, 1)  # its staff can say only that all is on its way
		for n in range(parts):
			left = {place: self.open[place] for place in self.goods if self.open[place]}
			if not left:
				return
			pieces = left if n == parts - 1 and self.rng.random() < 0.8 else self._some(left)
			if self.platform == "woocommerce" and not self.by_erp:
				pieces = left
			yield self._ship(pieces)
			if self.rng.random() < 0.1:
				yield from self._call_back(pieces)
			elif self.by_erp and self.rng.random() < 0.2:
				yield Act("parcels", {"which": len(self.shipments) - 1, "number": self._number()})

	def _ship(self, pieces: dict[int, int]) -> Act:
		for place, n in pieces.items():
			self.open[place] -= n
			self.out[place] = self.out.get(place, 0) + n
		self.shipments.append(pieces)
		self.touched = True
		name: ActName = "deliver" if self.by_erp else "fulfil"
		return Act(name, {"lines": dict(pieces), "number": self._number(), "carrier": "DHL"})

	def _call_back(self, pieces: dict[int, int]) -> Iterator[Act]:
		which = len(self.shipments) - 1
		yield Act("cancel_delivery" if self.by_erp else "cancel_fulfilment", {"which": which})
		for place, n in pieces.items():
			self.open[place] += n
			self.out[place] -= n
		yield self._ship(pieces)

	def _afterwards(self) -> Iterator[Act]:
		kind = self.rng.choice(("return", "return", "kept", "amount", "shipping", "cancel", "announced"))
		if kind == "announced" and self.platform == "shopify":
			yield from self._announced()
		elif kind in ("amount", "shipping"):
			yield from self._money_only(kind)
		else:
			yield from self._refund({"return": "return", "kept": "no_restock"}.get(kind, "cancel"))

	def _refund(self, restock: str) -> Iterator[Act]:
		source = self.open if restock == "cancel" else self.out
		there = {place: n for place, n in source.items() if n > 0 and place in self.goods}
		if restock == "cancel" and self.platform == "woocommerce" and self.out:
			return  # it cannot tell what was not shipped from what came back
		if not there:
			return
		pieces = self._some(there)
		for place, n in pieces.items():
			source[place] -= n
		self.touched = True
		yield Act("refund", {"lines": pieces, "restock": restock})

	def _announced(self) -> Iterator[Act]:
		there = {place: n for place, n in self.out.items() if n > 0}
		if not there:
			return
		pieces = self._some(there)
		for place, n in pieces.items():
			self.out[place] -= n
		yield Act("announce_return", {"lines": pieces})
		yield Act("return", {"lines": pieces, "restock": "return"})

	def _money_only(self, kind: str) -> Iterator[Act]:
		if kind == "amount":
			self.touched = True
			yield Act("refund", {"share": Decimal(self.rng.randint(1, 10)) / 100})
		elif not self.refunded_shipping and any(d.price > d.discount for d in self.story.deliveries):
			self.refunded_shipping = self.touched = True
			yield Act("refund", {"whole_shipping": True})

	def _some(self, there: dict[int, int]) -> dict[int, int]:
		places = self.rng.sample(sorted(there), self.rng.randint(1, len(there)))
		return {place: self.rng.randint(1, there[place]) for place in places}

	def _number(self) -> str:
		return f"TRACK{self.rng.randrange(10**8):08d}"


def _other_place(rng: Random) -> Place:
	return Place(
		"Maria",
		"Moved",
		None,
		f"{rng.randint(1, 99)} New Street",
		None,
		"Berlin",
		zip="10115",
		country="Germany",
		country_code="DE",
	)
