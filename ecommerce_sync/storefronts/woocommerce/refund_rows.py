"""What a refund that we make takes back of each row of a wc/v3 order, with its taxes by rate id.

WooCommerce takes the rows as they are typed and checks their sum against nothing: rounding is settled here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from ...core.life import LineQuantity
from ...core.models import ZERO
from ...core.money import minor_digits, rounded, spread, total, unit
from .fields import Fields, amount_of, meta

KINDS = ("line_items", "shipping_lines", "fee_lines")


@dataclass(frozen=True)
class Part:
	"""Of one row: pieces, net amount, taxes by rate id; positive for what is charged or taken back."""

	id: str
	quantity: Decimal
	net: Decimal
	taxes: Mapping[str, Decimal] = field(default_factory=dict)

	@property
	def gross(self) -> Decimal:
		"""With its taxes."""
		return self.net + total(self.taxes.values())

	@property
	def body(self) -> dict[str, Any]:
		"""As `line_items` of a refund take it."""
		pieces = int(self.quantity) if self.quantity == int(self.quantity) else str(self.quantity)
		taxes = [{"id": rate, "refund_total": str(amount)} for rate, amount in self.taxes.items()]
		return {"id": self.id, "quantity": pieces, "refund_total": str(self.net), "refund_tax": taxes}


def left(order: Fields, kind: str) -> Iterator[tuple[Part, Part]]:
	"""Each row of a kind as it is charged, and what refunds have left of it."""
	digits = minor_digits(order.text("currency") or "")
	gone = [_part(row, digits) for refund in order.rows("refunds") for row in refund.rows(kind)]
	for row in order.rows(kind):
		whole = _part(row, digits)
		yield whole, _less(whole, [part for part in gone if part.id == whole.id])


def all_left(order: Fields) -> list[Part]:
	"""All that can be refunded yet."""
	found = [rest for kind in KINDS for _whole, rest in left(order, kind)]
	return [part for part in found if part.quantity or part.net or part.taxes]


def asked(
	order: Fields, lines: Sequence[LineQuantity], shipping: Decimal, amount: Decimal
) -> tuple[Part, ...]:
	"""Pieces of lines and an amount of shipping, tax included; cents of rounding are settled to `amount`."""
	digits = minor_digits(order.text("currency") or "")
	wanted = {line.line_id: line.quantity for line in lines}
	rows = left(order, "line_items")
	found = [_share(whole, rest, wanted[whole.id], digits) for whole, rest in rows if whole.id in wanted]
	found += _of_shipping(order, shipping, digits)
	return tuple(_settled(found, amount, digits))


def _part(row: Fields, digits: int) -> Part:
	"""A row of an order, or of a refund under the id of the order's row; both positive."""
	taxes: dict[str, Decimal] = {}
	for tax in row.rows("taxes"):
		if (rate := tax.id("id")) and (paid := tax.optional_amount("total")) is not None:
			taxes[rate] = rounded(abs(paid), digits)
	refunded = int(amount_of(meta(row, "_refunded_item_id")))
	quantity = abs(row.amount("quantity")) if row.path.split("[")[0].endswith("line_items") else ZERO
	net = rounded(row.amount("total") * (-1 if refunded else 1), digits)
	return Part(str(refunded or row.id("id") or ""), quantity, net, taxes)


def _less(whole: Part, gone: Sequence[Part]) -> Part:
	taxes = {
		rate: amount - total(part.taxes.get(rate, ZERO) for part in gone)
		for rate, amount in whole.taxes.items()
	}
	return Part(
		whole.id,
		max(ZERO, whole.quantity - total(part.quantity for part in gone)),
		whole.net - total(part.net for part in gone),
		{rate: amount for rate, amount in taxes.items() if amount},
	)


def _share(whole: Part, rest: Part, pieces: Decimal, digits: int) -> Part:
	"""The last pieces take what is left of the row."""
	if pieces >= rest.quantity or not whole.quantity:
		return replace(rest, quantity=pieces)
	part = pieces / whole.quantity
	taxes = {
		rate: min(rounded(amount * part, digits), rest.taxes.get(rate, ZERO))
		for rate, amount in whole.taxes.items()
	}
	return Part(whole.id, pieces, min(rounded(whole.net * part, digits), rest.net), taxes)


def _of_shipping(order: Fields, amount: Decimal, digits: int) -> Iterator[Part]:
	for _whole, rest in left(order, "shipping_lines"):
		taken = min(amount, rest.gross)
		if taken > 0:
			shares = spread(taken, [rest.net, *rest.taxes.values()], digits)
			yield Part(rest.id, ZERO, shares[0], dict(zip(rest.taxes, shares[1:], strict=True)))
			amount -= taken


def _settled(parts: Sequence[Part], amount: Decimal, digits: int) -> list[Part]:
	found = list(parts)
	missing = amount - total(part.gross for part in found)
	if found and missing and abs(missing) <= unit(digits) * sum(1 + len(part.taxes) for part in found):
		largest = max(range(len(found)), key=lambda i: found[i].net)
		found[largest] = replace(found[largest], net=found[largest].net + missing)
	return found
