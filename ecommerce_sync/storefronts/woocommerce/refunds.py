"""The refunds of a wc/v3 order.

An order's own `refunds` are summaries: id, reason, negative total. `orders/<id>/refunds` has the rest, which
`orders` writes into those same entries: rows with negative quantities and amounts whose meta
`_refunded_item_id` names the row of the order. What no row explains is the refund's adjustment.

https://woocommerce.github.io/woocommerce-rest-api-docs/#order-refund-properties
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from ...core.life import Refund, RefundLine, RefundPart
from ...core.models import ZERO, Charge, Line, Shipping, TaxLine
from ...core.money import rounded, total
from .fields import Fields, amount_of, meta
from .taxes import Taxes

_ROWS = ("line_items", "shipping_lines", "fee_lines")


@dataclass(frozen=True)
class Sold:
	"""What an order charges, which its refunds take back; `total` is the order's."""

	lines: Sequence[Line]
	shipping: Sequence[Shipping]
	charges: Sequence[Charge]
	taxes: Taxes
	total: Decimal

	@property
	def parts(self) -> dict[str, Shipping | Charge]:
		"""Shipping and charges by the names of `core.taxes.parts_of`."""
		shipping: dict[str, Shipping | Charge] = {f"shipping:{part.id}": part for part in self.shipping}
		return shipping | {f"charge:{part.id}": part for part in self.charges}


def listed(order: Mapping[str, Any]) -> list[Mapping[str, Any]]:
	"""The entries of `refunds`, as far as they are such."""
	found = order.get("refunds")
	rows = found.values() if isinstance(found, Mapping) else found if isinstance(found, list) else ()
	return [row for row in rows if isinstance(row, Mapping)]


def are_whole(order: Mapping[str, Any]) -> bool:
	"""Whether all refunds have their details, not only their sums."""
	return all("line_items" in row or "amount" in row for row in listed(order))


def amount(row: Fields) -> Decimal:
	"""What a refund pays back, positive: `amount` of its details, else of the summary's negative `total`."""
	found = row.optional_amount("amount")
	return abs(row.amount("total") if found is None else found)


def parse(order: Fields, sold: Sold, changed_at: datetime) -> tuple[Refund, ...]:
	"""All refunds, oldest first; summaries count from `changed_at`. Raises `PayloadRefused`."""
	rows = sorted(order.rows("refunds"), key=lambda row: int(row.id("id") or 0))
	found = [_refund(row, sold, row.time("date_created") or changed_at) for row in rows]
	if found and _takes_all(found, sold):
		found[-1] = _of_the_rest(found[-1], found[:-1], sold)
	return tuple(_restocked(order, found))


def _refund(row: Fields, sold: Sold, created_at: datetime) -> Refund:
	lines = tuple(_lines(row, sold))
	parts = (*_parts(row, "shipping_lines", "shipping", sold), *_parts(row, "fee_lines", "charge", sold))
	bare = Refund(
		id=row.id("id") or "refund",
		created_at=created_at,
		lines=lines,
		parts=parts,
		note=row.text("reason"),
	)
	return _coming_to(bare, rounded(amount(row), sold.taxes.digits))


def _coming_to(refund: Refund, whole: Decimal) -> Refund:
	"""The refund with what its rows leave unexplained as its adjustment."""
	bare = refund.model_copy(update={"adjustment": ZERO})
	return bare.model_copy(update={"adjustment": whole - bare.credited(taxes_included=False)})


def _lines(row: Fields, sold: Sold) -> Iterator[RefundLine]:
	for item in row.rows("line_items"):
		line = _line_of(item, sold.lines)
		pieces, net = abs(item.amount("quantity")), _net(item, sold)
		taxes = _taxes(item, sold)
		if line and (pieces or net or taxes):
			yield RefundLine(line_id=line.id, quantity=pieces, amount=net, taxes=taxes)


def _line_of(item: Fields, lines: Sequence[Line]) -> Line | None:
	"""The order's line, by id, else the only one of that product; None when it is not there any more."""
	wanted = _refunded_item(item)
	if wanted:
		return next((line for line in lines if line.id == wanted), None)
	product = (item.id("product_id"), item.id("variation_id"))
	same = [line for line in lines if (line.product_id, line.variant_id) == product]
	return same[0] if len(same) == 1 else None


def _parts(row: Fields, key: str, prefix: str, sold: Sold) -> Iterator[RefundPart]:
	known = [name for name in sold.parts if name.startswith(f"{prefix}:")]
	for item in row.rows(key):
		wanted = _refunded_item(item)
		name = f"{prefix}:{wanted}" if wanted else (known[0] if len(known) == 1 else "")
		net, taxes = _net(item, sold), _taxes(item, sold)
		if name in known and (net or taxes):
			yield RefundPart(part_id=name, amount=net, taxes=taxes)


def _refunded_item(item: Fields) -> str:
	return str(int(amount_of(meta(item, "_refunded_item_id"))) or "")


def _net(item: Fields, sold: Sold) -> Decimal:
	return -rounded(item.amount("total"), sold.taxes.digits)


def _taxes(item: Fields, sold: Sold) -> tuple[TaxLine, ...]:
	return tuple(_turned(tax) for tax in sold.taxes.refunded(item) if tax.amount)


def _turned(tax: TaxLine) -> TaxLine:
	return tax.model_copy(update={"amount": -tax.amount})


def _takes_all(refunds: Sequence[Refund], sold: Sold) -> bool:
	"""Whether the last one names nothing and leaves nothing: setting an order to refunded makes such a one."""
	last = refunds[-1]
	credited = total(refund.credited(taxes_included=False) for refund in refunds)
	return not last.lines and not last.parts and bool(sold.total) and credited == sold.total


def _of_the_rest(refund: Refund, earlier: Sequence[Refund], sold: Sold) -> Refund:
	"""The same refund with all that was left of the order named."""
	lines = tuple(_left_of_line(line, earlier) for line in sold.lines)
	parts = tuple(_left_of_part(name, part, earlier) for name, part in sold.parts.items())
	named = refund.model_copy(
		update={
			"lines": tuple(line for line in lines if line.quantity or line.amount or line.taxes),
			"parts": tuple(part for part in parts if part.amount or part.taxes),
		}
	)
	return _coming_to(named, refund.credited(taxes_included=False))


def _left_of_line(line: Line, earlier: Sequence[Refund]) -> RefundLine:
	gone = [each for refund in earlier for each in refund.lines if each.line_id == line.id]
	return RefundLine(
		line_id=line.id,
		quantity=max(ZERO, line.quantity - total(each.quantity for each in gone)),
		amount=line.total - total(each.amount for each in gone),
		taxes=_left_of_taxes(line.taxes, [tax for each in gone for tax in each.taxes]),
	)


def _left_of_part(name: str, part: Shipping | Charge, earlier: Sequence[Refund]) -> RefundPart:
	gone = [each for refund in earlier for each in refund.parts if each.part_id == name]
	return RefundPart(
		part_id=name,
		amount=part.total - total(each.amount for each in gone),
		taxes=_left_of_taxes(part.taxes, [tax for each in gone for tax in each.taxes]),
	)


def _left_of_taxes(taxes: Sequence[TaxLine], gone: Sequence[TaxLine]) -> tuple[TaxLine, ...]:
	left = [
		tax.model_copy(
			update={"amount": tax.amount - total(each.amount for each in gone if _same(each, tax))}
		)
		for tax in taxes
	]
	return tuple(tax for tax in left if tax.amount)


def _same(one: TaxLine, other: TaxLine) -> bool:
	return (one.title, one.rate, one.code) == (other.title, other.rate, other.code)


def _restocked(order: Fields, refunds: Sequence[Refund]) -> Iterator[Refund]:
	"""Refunds whose pieces did not go back on the shelf, of lines that the store counts (`_reduced_stock`).

	WooCommerce adds those that did up on the order's line (`_restock_refunded_items`, of
	`wc_restock_refunded_items`), not on the refund: oldest first, as far as the sum reaches.
	"""
	rows = {row.id("id") or "": row for row in order.rows("line_items")}
	back = {line: amount_of(meta(row, "_restock_refunded_items")) for line, row in rows.items()}
	counted = {line for line, row in rows.items() if back[line] or meta(row, "_reduced_stock") is not None}
	for refund in refunds:
		lines = []
		for line in refund.lines:
			returned = 0 < line.quantity <= back.get(line.line_id, ZERO)
			if returned:
				back[line.line_id] -= line.quantity
			kept = not returned and line.line_id in counted
			lines.append(line.model_copy(update={"restock": "unknown_kept"}) if kept else line)
		yield refund.model_copy(update={"lines": tuple(lines)})
