"""One order of a payload file before and after what happened to it, with the payload's own figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

Json = dict[str, Any]
ZERO = Decimal(0)


class Refunded(NamedTuple):
	"""One refund by its payload's own figures. `back` are pieces that went back on the shelf, by line."""

	id: str
	credited: Decimal
	tax: Decimal
	paid: Decimal
	back: Mapping[str, Decimal]


class Case(NamedTuple):
	"""An order as it was before and as it is after; `pieces` are all that can be shipped of it, by line."""

	name: str
	platform: str
	before: Json
	after: Json
	total: Decimal
	paid: Decimal
	pieces: Mapping[str, Decimal]
	refunds: tuple[Refunded, ...] = ()
	announced: Mapping[str, Decimal] = {}
	edited: bool = False
	off: Decimal = ZERO  # by how much the payload's parts miss its total

	@property
	def cancelled(self) -> bool:
		return bool(self.after.get("cancelled_at")) or self.after.get("status") == "cancelled"


def named(order: Json) -> Json:
	"""Every line sells some Item."""
	for line in order.get("line_items") or ():
		line["sku"] = line.get("sku") or f"REFUND-CHECK-{line['id']}"
	return order


def number(value: Any) -> Decimal:
	return Decimal(str(value or 0))


def summed(pairs: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
	found: dict[str, Decimal] = {}
	for line, pieces in pairs:
		found[line] = found.get(line, ZERO) + pieces
	return found
