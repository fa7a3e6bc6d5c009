"""What became of catalogue, stock and prices: read back from the stores, compared with the ERP's own ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from typing import NamedTuple, Protocol

from ..core.stock import Listing

MATCHES = ("bound", "sku", "barcode", "name", "create", "ambiguous", "no_sku", "duplicate_sku")
Bundles = Mapping[str, Mapping[str, Decimal]]  # Item to its parts


class Shelf(Protocol):
	"""A store that can say what it shows and asks."""

	store: str

	def shows(self, sku: str) -> int | None:
		"""What a shopper sees of a SKU; None where nothing is counted."""
		...

	def asks(self, sku: str) -> tuple[str, str | None]:
		"""The price of a SKU and the undiscounted one beside it."""
		...


class Opening(NamedTuple):
	"""One store's guided import."""

	store: str
	products: int
	matches: Counter[str]
	created: int  # Items, templates included
	bound: int  # listings
	changed_again: int  # listings that a second reading changed
	left: list[tuple[str, str]]  # SKU or title, and the match that a person decides about


class Step(NamedTuple):
	"""Something happened; what each store showed of a SKU before it, at once, and when all was quiet."""

	title: str
	sku: str
	before: dict[str, str]
	at_once: dict[str, str]
	after: dict[str, str]
	erp: str  # what the ERP has, or asks, afterwards


class Agreement(NamedTuple):
	"""One kind of figure in one store, compared at the end."""

	store: str
	what: str
	compared: int
	wrong: list[str]


@dataclass
class GoodsReport:
	"""What the run came to, for what is sold."""

	openings: list[Opening] = field(default_factory=list)
	steps: list[Step] = field(default_factory=list)
	told: list[tuple[str, str]] = field(default_factory=list)  # store and words
	agreements: list[Agreement] = field(default_factory=list)

	@property
	def ok(self) -> bool:
		"""Every figure was compared, and none differs."""
		return bool(self.agreements) and all(x.compared and not x.wrong for x in self.agreements)


def pieces(item_code: str, ledger: Mapping[str, Decimal], bundles: Bundles) -> int:
	"""How many whole pieces the ERP can sell of an Item, a bundle as far as its parts go."""
	parts = bundles.get(item_code, {item_code: Decimal(1)})
	left = min(ledger.get(part, Decimal(0)) / quantity for part, quantity in parts.items())
	return max(0, int(left.to_integral_value(ROUND_FLOOR)))


def less(
	ledger: Mapping[str, Decimal], sold: Iterable[tuple[str, int]], bundles: Bundles
) -> dict[str, Decimal]:
	"""The ledger without what stores have sold (Item, pieces) in orders that still wait."""
	left = dict(ledger)
	for item_code, count in sold:
		for part, quantity in bundles.get(item_code, {item_code: Decimal(1)}).items():
			left[part] = left.get(part, Decimal(0)) - quantity * count
	return left


def compare_stock(
	shelf: Shelf, listings: Iterable[Listing], ledger: Mapping[str, Decimal], bundles: Bundles
) -> Agreement:
	"""Every bound listing that is counted: the store's number and the ERP's."""
	found = Agreement(shelf.store, "stock numbers", 0, [])
	for listing in counted(listings):
		ours, theirs = pieces(listing.item_code, ledger, bundles), shelf.shows(listing.sku or "")
		wrong = [] if ours == theirs else [f"{listing.sku}: the store shows {theirs}, ERPNext has {ours}"]
		found = found._replace(compared=found.compared + 1, wrong=found.wrong + wrong)
	return found


def compare_prices(
	shelf: Shelf, listings: Iterable[Listing], prices: Mapping[str, tuple[Decimal, Decimal | None]]
) -> Agreement:
	"""Every bound listing whose Item has a price in the store's lists."""
	found = Agreement(shelf.store, "prices", 0, [])
	for listing in listings:
		if listing.item_code in prices and listing.sku:
			ours, theirs = asked(prices[listing.item_code]), _decimals(shelf.asks(listing.sku))
			wrong = [] if ours == theirs else [f"{listing.sku}: the store asks {theirs}, ERPNext {ours}"]
			found = found._replace(compared=found.compared + 1, wrong=found.wrong + wrong)
	return found


def asked(rates: tuple[Decimal, Decimal | None]) -> tuple[Decimal, Decimal | None]:
	"""What a shopper should see for a rate and a sale rate: the price, and the one beside it."""
	rate, sale = rates
	return (rate, None) if sale is None or sale >= rate else (sale, rate)


def counted(listings: Iterable[Listing]) -> Iterator[Listing]:
	"""Those that the store counts by itself: no gift cards, no sets whose parts are counted."""
	return (each for each in listings if each.parts and each.sku and each.stock_holder != "nobody")


def _decimals(asks: tuple[str, str | None]) -> tuple[Decimal, Decimal | None]:
	price, before = asks
	return Decimal(price), None if before is None else Decimal(before)
