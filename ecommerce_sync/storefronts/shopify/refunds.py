"""Refunds of an order from Shopify's REST shape: lines, shipping, duties, fees, and what differs from them.

What a refund pays back and what its lines come to need not be the same: Shopify tells the difference as an
order adjustment (`refund_discrepancy`, positive where less is paid back), old messages do not tell it at all.
Source: https://shopify.dev/docs/api/admin-rest/latest/resources/refund
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from ...core.life import Refund, RefundLine, RefundPart, Restock
from ...core.models import Line, Payment, Shipping, TaxLine
from ...core.money import minor_digits, rounded, spread
from .charges import Parts
from .lines import identity
from .money import ZERO, Basis
from .payments import amount_of, refund_transactions
from .reading import Node
from .refunded import line_of

_RESTOCKS: dict[str, Restock] = {
	"cancel": "cancel",
	"return": "return",
	"no_restock": "no_restock",
	"legacy_restock": "return",
}
_OWING = {"pending", "authorized", "partially_paid"}
_OF_SHIPPING = "shipping_refund"
_CHARGES = {"duty": "total_duties_set", "fee": "total_additional_fees_set"}


class Context(NamedTuple):
	"""What refunds are read against: the order as it was ordered."""

	order: Node
	basis: Basis
	parts: Parts
	total: Decimal
	payments: tuple[Payment, ...] | None

	@property
	def digits(self) -> int:
		"""Decimals of the order's currency."""
		return minor_digits(self.basis.currency)

	@property
	def included(self) -> bool:
		"""Whether amounts stand with their tax."""
		return self.order.flag("taxes_included")

	@property
	def owing(self) -> bool:
		"""Whether less came in than was ordered, so that a refund may be set off instead of paid."""
		if self.payments is None:
			return (self.order.text("financial_status") or "").lower() in _OWING
		received = sum((each.moved for each in self.payments if each.moved > 0), ZERO)
		return received < self.total


def refunds(context: Context) -> tuple[Refund, ...]:
	"""All refunds, oldest first."""
	nodes = context.order.children("refunds")
	told = [_refund(node, place, context) for place, node in enumerate(nodes, 1)]
	if not _confirmed(told, context):
		told = [_paid(refund, node, context) for refund, node in zip(told, nodes, strict=True)]
	return tuple(sorted(told, key=lambda refund: refund.created_at))


def _confirmed(told: Sequence[Refund], context: Context) -> bool:
	"""Whether the refunds as told leave of the order what the store says is left of it."""
	current = context.basis.amount(context.order, "current_total_price")
	given_back = sum((refund.credited(context.included) for refund in told), ZERO)
	return current is not None and current == context.total - given_back


def _refund(node: Node, place: int, context: Context) -> Refund:
	created = node.time("created_at") or node.time("processed_at")
	known, stray = _lines(node, context)
	parts, beyond = _parts(node, context)
	return Refund(
		id=identity(node, str(place)) or str(place),
		created_at=created or context.order.required_time("created_at"),
		lines=known,
		parts=parts,
		adjustment=stray + beyond - _discrepancies(node, context),
		note=node.text("note"),
		return_id=_return_id(node),
		payment_ids=tuple(identity(each) or "" for each in refund_transactions(node)),
	)


def _return_id(node: Node) -> str | None:
	given = node.child("return")
	return identity(given) if given else None


def _lines(node: Node, context: Context) -> tuple[tuple[RefundLine, ...], Decimal]:
	"""The lines that the order has, and the money of those that it has not."""
	lines = {line.id: line for line in context.parts.lines}
	found, stray = [], ZERO
	for part in node.children("refund_line_items"):
		line = lines.get(line_of(part))
		amount, tax = _amounts(part, line, context)
		if line is None:
			stray += amount if context.included else amount + tax
		else:
			found.append(_line(part, line, amount, tax, context))
	return tuple(found), stray


def _amounts(part: Node, line: Line | None, context: Context) -> tuple[Decimal, Decimal]:
	"""Amount and tax of refunded pieces; the line's share where the message leaves them out."""
	amount, tax = context.basis.amount(part, "subtotal"), context.basis.amount(part, "total_tax")
	if line is None or not line.quantity:
		return amount or ZERO, tax or ZERO
	share = (part.number("quantity") or ZERO) / line.quantity
	taxes = sum((each.amount for each in line.taxes), ZERO)
	return (
		rounded(line.total * share, context.digits) if amount is None else amount,
		rounded(taxes * share, context.digits) if tax is None else tax,
	)


def _line(part: Node, line: Line, amount: Decimal, tax: Decimal, context: Context) -> RefundLine:
	return RefundLine(
		line_id=line.id,
		quantity=part.number("quantity") or ZERO,
		amount=amount,
		taxes=_shares(tax, line.taxes, context.digits),
		restock=_RESTOCKS.get((part.text("restock_type") or "").lower(), "unknown"),
		location_id=part.text("location_id"),
	)


def _shares(tax: Decimal, taxes: Sequence[TaxLine], digits: int) -> tuple[TaxLine, ...]:
	"""A refunded tax under the titles of what it was charged by."""
	if not tax:
		return ()
	if not taxes:
		return (TaxLine(title="Tax", amount=tax),)
	amounts = spread(tax, [each.amount for each in taxes], digits)
	pairs = zip(taxes, amounts, strict=True)
	return tuple(each.model_copy(update={"amount": amount}) for each, amount in pairs if amount)


def _parts(node: Node, context: Context) -> tuple[tuple[RefundPart, ...], Decimal]:
	"""What is given back of shipping, duties and fees, and what of it fits on no part of the order."""
	found: list[RefundPart] = []
	stray = ZERO
	for shipping, amount, tax in _shipping(node, context):
		if shipping is None:
			stray += amount if context.included else amount + tax
		else:
			taxes = _shares(tax, shipping.taxes, context.digits)
			found.append(RefundPart(part_id=f"shipping:{shipping.id}", amount=amount, taxes=taxes))
	charges = {charge.kind: charge for charge in context.parts.charges}
	for kind, amount in _charges(node, context.basis):
		charge = next((each for name, each in charges.items() if name == kind), None)
		if charge is None:
			stray += amount
		else:
			found.append(RefundPart(part_id=f"charge:{charge.id}", amount=amount))
	return tuple(found), stray


def _charges(node: Node, basis: Basis) -> Iterator[tuple[str, Decimal]]:
	for kind, key in _CHARGES.items():
		both = node.child(key)
		amount = basis.of_set(both) if both else None
		if amount:
			yield kind, amount


Refunded = tuple[Shipping | None, Decimal, Decimal]


def _shipping(node: Node, context: Context) -> list[Refunded]:
	"""Of which shipping line how much, on the order's basis, with how much tax."""
	told = node.children("refund_shipping_lines")
	adjusted = [each for each in node.children("order_adjustments") if each.text("kind") == _OF_SHIPPING]
	amount = -sum((context.basis.amount(each, "amount") or ZERO for each in adjusted), ZERO)
	tax = -sum((context.basis.amount(each, "tax_amount") or ZERO for each in adjusted), ZERO)
	if not told:
		gross = amount + tax if context.included else amount  # adjustments tell amounts without their tax
		return _among(gross, tax, context) if amount or tax else []
	known = [_told(each, context) for each in told]
	if context.included and tax and amount == sum((amount for _, amount, _ in known), ZERO):
		return [(line, amount + tax, tax) for line, amount, tax in known]
	return known


def _told(part: Node, context: Context) -> Refunded:
	given = part.child("shipping_line")
	wanted = (identity(given) if given else None) or part.text("shipping_line_id")
	lines = context.parts.shipping
	line = next((each for each in lines if each.id == wanted), lines[0] if len(lines) == 1 else None)
	basis = context.basis
	return line, basis.amount(part, "subtotal_amount") or ZERO, basis.amount(part, "tax_amount") or ZERO


def _among(amount: Decimal, tax: Decimal, context: Context) -> list[Refunded]:
	"""Shared among the shipping lines where the message names none."""
	lines = context.parts.shipping
	if not lines:
		return [(None, amount, tax)]
	weights = [line.total for line in lines]
	amounts, taxes = (spread(each, weights, context.digits) for each in (amount, tax))
	return [each for each in zip(lines, amounts, taxes, strict=True) if each[1] or each[2]]


def _discrepancies(node: Node, context: Context) -> Decimal:
	"""By how much less is paid back than lines and parts come to."""
	basis = context.basis
	return sum(
		(
			(basis.amount(each, "amount") or ZERO) + (basis.amount(each, "tax_amount") or ZERO)
			for each in _discrepant(node)
		),
		ZERO,
	)


def _discrepant(node: Node) -> Iterable[Node]:
	return (each for each in node.children("order_adjustments") if each.text("kind") != _OF_SHIPPING)


def _paid(refund: Refund, node: Node, context: Context) -> Refund:
	"""The refund made to come to its money, where the message tells no discrepancy and nothing is set off."""
	transactions = refund_transactions(node)
	amounts = [amount_of(each, context.order, context.basis) for each in transactions]
	money = sum((amount for amount in amounts if amount is not None), ZERO)
	told = any(True for _ in _discrepant(node))
	if not transactions or None in amounts or told or context.owing:
		return refund
	missing = money - refund.credited(context.included)
	return refund.model_copy(update={"adjustment": refund.adjustment + missing}) if missing else refund
