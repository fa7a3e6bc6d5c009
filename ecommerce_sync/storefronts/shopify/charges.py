"""What an order's total holds beside lines, shipping and their taxes, decided by the order's own arithmetic.

Shopify's messages name tips, duties, additional fees and cash rounding, and do not say which of them are
part of `total_price`: a tip may stand among the lines or beside them, duties may be inside the prices,
lines removed by an edit may still be counted. What makes the sum right to the last minor unit is true;
where nothing does, nothing is invented and the planner holds the order with the difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from ...core.models import Charge, ChargeKind, Discount, Line, Shipping, TaxLine
from ...core.money import minor_digits, spread, unit
from . import edits
from .lines import tax_lines
from .money import ZERO, Basis
from .reading import Node

Part = Line | Shipping | Charge
_TIP_WORDS = {
	"tip",
	"tips",
	"gratuity",
	"trinkgeld",
	"pourboire",
	"propina",
	"mancia",
	"fooi",
	"gorjeta",
	"dricks",
}
_MOST_CUSTOM_LINES = 12  # more are not searched for the ones that make up the tip


class Parts(NamedTuple):
	"""Everything that the total is made of."""

	lines: tuple[Line, ...]
	shipping: tuple[Shipping, ...]
	charges: tuple[Charge, ...] = ()

	def gross(self, included: bool) -> Decimal:
		"""What the parts come to, with their taxes."""
		parts: list[Part] = [*self.lines, *self.shipping, *self.charges]
		return sum((gross(part, included) for part in parts), ZERO)

	def tax(self, wanted: TaxLine) -> Decimal:
		"""What the parts pay of one tax."""
		parts: list[Part] = [*self.lines, *self.shipping, *self.charges]
		taxes = (tax for part in parts for tax in part.taxes)
		same = (tax.amount for tax in taxes if (tax.title, tax.rate) == (wanted.title, wanted.rate))
		return sum(same, ZERO)


class Settled(NamedTuple):
	"""The parts as ordered, what they come to, and the parts before anything was removed."""

	parts: Parts
	total: Decimal
	sold: Parts


def settled(order: Node, basis: Basis, parts: Parts, total: Decimal) -> Settled:
	"""The parts with order-level taxes, removals, tips and charges in the way that comes to the total.

	`total` may or may not hold what an edit took out; what is given back never does.
	"""
	included = order.flag("taxes_included")
	parts = _with_order_taxes(order, basis, parts, total, included)
	parts = _with_total_discounts(order, basis, parts, total, included)
	candidates = list(_without_removed(order, basis, parts))
	matched = _matched(order, basis, candidates, total) or parts
	ordered = candidates[-1]._replace(charges=matched.charges) if edits.is_certain(order) else matched
	if ordered != matched:
		current = _current_total(order, basis)
		left = total - matched.gross(included) + ordered.gross(included)
		total = left if current is None else current
	return Settled(_with_tip_lines(order, basis, _without_empty(ordered, parts)), total, parts)


def _matched(order: Node, basis: Basis, candidates: Sequence[Parts], total: Decimal) -> Parts | None:
	"""The first candidate that comes to the total, with the charges that it takes."""
	included = order.flag("taxes_included")
	offered = list(_offered(order, basis, candidates[0], total, included))
	for candidate in candidates:
		charges = _coming_to(total - candidate.gross(included), offered, included)
		if charges is not None:
			return candidate._replace(charges=charges)
	return None


def _without_empty(ordered: Parts, sold: Parts) -> Parts:
	"""Without the lines that an edit removed in whole; lines that were sold with no piece stay."""
	pairs = zip(sold.lines, ordered.lines, strict=True)
	return ordered._replace(lines=tuple(now for line, now in pairs if now.quantity or not line.quantity))


def _current_total(order: Node, basis: Basis) -> Decimal | None:
	"""The store's own word of what an edited order comes to, where no refund is in it."""
	if order.children("refunds") or order.time("cancelled_at"):
		return None
	return basis.amount(order, "current_total_price")


def gross(part: Part, included: bool) -> Decimal:
	"""What a part adds to the total."""
	return part.total if included else part.total + sum((tax.amount for tax in part.taxes), ZERO)


def _coming_to(residual: Decimal, offered: Sequence[Charge], included: bool) -> tuple[Charge, ...] | None:
	"""The fewest of the offered charges that come to the residual."""
	for count in range(len(offered) + 1):
		for chosen in combinations(offered, count):
			if sum((gross(charge, included) for charge in chosen), ZERO) == residual:
				return chosen
	return None


def _offered(order: Node, basis: Basis, parts: Parts, total: Decimal, included: bool) -> Iterator[Charge]:
	"""Charges that the message names; one for each kind, duties and fees with their taxes."""
	tip = _tip(order, basis)
	if tip is None:
		tip = _converted_tip(order, total - parts.gross(included), basis)
	sources = (
		_charge("tip", "Tip", tip),
		_duties(order, basis),
		_charge("fee", "Additional fees", _set_amount(order, basis, "original_total_additional_fees_set")),
		_charge(
			"cash_rounding",
			"Cash rounding",
			_set_amount(order, basis, "total_cash_rounding_payment_adjustment_set"),
		),
	)
	yield from (charge for charge in sources if charge)


def _charge(
	kind: ChargeKind, title: str, amount: Decimal | None, taxes: tuple[TaxLine, ...] = ()
) -> Charge | None:
	return Charge(id=kind, kind=kind, title=title, amount=amount, taxes=taxes) if amount else None


def _set_amount(order: Node, basis: Basis, key: str) -> Decimal | None:
	both = order.child(key)
	return basis.of_set(both) if both else None


def _duties(order: Node, basis: Basis) -> Charge | None:
	"""Duties of the lines, which know their taxes, else the order's sum of them."""
	duties = [duty for line in order.children("line_items") for duty in line.children("duties")]
	amounts = [basis.of_set(duty.child("price_set") or duty) for duty in duties]
	amount = sum((amount for amount in amounts if amount), ZERO)
	taxes = tuple(tax for duty in duties for tax in tax_lines(duty, basis))
	if not amount:
		return _charge("duty", "Duties", _set_amount(order, basis, "original_total_duties_set"))
	return _charge("duty", "Duties", amount, taxes)


def _tip(order: Node, basis: Basis) -> Decimal | None:
	"""`total_tip_received`; None where the message tells it in the shop's currency only."""
	plain = order.number("total_tip_received")
	both = order.child("total_tip_received_set")
	if both:
		return basis.of_set(both, plain)
	return plain if not plain or basis.currency == basis.shop_currency else None


def _converted_tip(order: Node, residual: Decimal, basis: Basis) -> Decimal | None:
	"""What is left of the total, if the tip at the order's own rate comes to it within a hundredth."""
	plain, totals = order.number("total_tip_received"), order.child("total_price_set")
	shop = totals.child("shop_money") if totals else None
	theirs, ours = basis.amount(order, "total_price"), shop.number("amount") if shop else None
	if not (plain and theirs and ours):
		return None
	near = plain * theirs / ours
	return (
		residual if abs(residual - near) <= max(abs(near) / 100, unit(minor_digits(basis.currency))) else None
	)


def _without_removed(order: Node, basis: Basis, parts: Parts) -> Iterator[Parts]:
	"""The parts as sold first, last without all that an edit of the order took out."""
	yield parts
	lines = edits.without_removed(order, basis, parts.lines)
	gone = [line.flag("is_removed") for line in order.children("shipping_lines")]
	shipping = tuple(line for line, removed in zip(parts.shipping, gone, strict=True) if not removed)
	if shipping != parts.shipping:
		yield parts._replace(shipping=shipping)
	if lines != parts.lines:
		yield parts._replace(lines=lines)
		yield parts._replace(lines=lines, shipping=shipping)


def _with_order_taxes(order: Node, basis: Basis, parts: Parts, total: Decimal, included: bool) -> Parts:
	"""Taxes that stand at the order only, shared among its taxable lines where the total holds them."""
	taxes = tax_lines(order, basis)
	if not taxes or any(line.taxes for line in parts.lines) or any(line.taxes for line in parts.shipping):
		return parts
	if not included and total == parts.gross(included):
		return parts
	taxable = [node.value.get("taxable") is not False for node in order.children("line_items")]
	weights = [line.total if yes else ZERO for line, yes in zip(parts.lines, taxable, strict=True)]
	if not any(weights):
		return parts
	digits = minor_digits(basis.currency)
	shares = [spread(tax.amount, weights, digits) for tax in taxes]
	lines = tuple(
		line.model_copy(update={"taxes": tuple(_shares_of(taxes, (share[place] for share in shares)))})
		for place, line in enumerate(parts.lines)
	)
	return parts._replace(lines=lines)


def _shares_of(taxes: Iterable[TaxLine], amounts: Iterable[Decimal]) -> Iterator[TaxLine]:
	for tax, amount in zip(taxes, amounts, strict=True):
		if amount:
			yield tax.model_copy(update={"amount": amount})


def _with_total_discounts(order: Node, basis: Basis, parts: Parts, total: Decimal, included: bool) -> Parts:
	"""`total_discount` of the lines, zero beside allocations, where nothing else tells the discount and it fits."""
	offs = [basis.amount(line, "total_discount") or ZERO for line in order.children("line_items")]
	told = any(line.discounts for line in parts.lines)
	if told or not any(offs) or parts.gross(included) - sum(offs, ZERO) != total:
		return parts
	lines = tuple(
		line.model_copy(update={"discounts": (Discount(amount=off),) if off else ()})
		for line, off in zip(parts.lines, offs, strict=True)
	)
	return parts._replace(lines=lines)


def _with_tip_lines(order: Node, basis: Basis, parts: Parts) -> Parts:
	"""Marks the lines that are the tip, unless the tip stands beside the lines."""
	if any(charge.kind == "tip" for charge in parts.charges):
		return parts
	tips = _tip_lines(parts.lines, _tip(order, basis))
	lines = tuple(
		line.model_copy(update={"kind": "tip"}) if line.id in tips else line for line in parts.lines
	)
	return parts._replace(lines=lines)


def _tip_lines(lines: Sequence[Line], tip: Decimal | None) -> set[str]:
	"""Custom untaxed lines: those called a tip, else those that add up to the tip received."""
	able = [line for line in lines if line.kind == "custom" and not line.taxes]
	called = [line for line in able if line.title.strip().casefold() in _TIP_WORDS]
	if called or not tip:
		return {line.id for line in called}
	few = able if len(able) <= _MOST_CUSTOM_LINES else []
	for count in range(1, len(few) + 1):
		for chosen in combinations(few, count):
			if sum((line.total for line in chosen), ZERO) == tip:
				return {line.id for line in chosen}
	return set()
