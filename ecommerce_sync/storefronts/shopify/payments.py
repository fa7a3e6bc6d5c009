"""An order's transactions, refunds among them, from Shopify's REST shape.

Source: https://shopify.dev/docs/api/admin-rest/latest/resources/transaction
"""

from __future__ import annotations

from decimal import Decimal

from ...core.models import Payment
from ...core.money import minor_digits, rounded
from .lines import identity
from .money import ZERO, Basis, exchange_rate
from .reading import Node

_LOST = {"failure", "error"}
_KINDS = {"emv_authorization": "authorization"}
_NO_PAYMENTS = {"suggested_refund"}


def payments(order: Node, basis: Basis) -> tuple[Payment, ...] | None:
	"""`transactions` and those that only a refund tells; None where the message carries none."""
	if order.value.get("transactions") is None:
		return None
	nodes = list(order.children("transactions"))
	nodes += [each for refund in order.children("refunds") for each in refund.children("transactions")]
	found: dict[str, Payment] = {}
	for place, node in enumerate(nodes, 1):
		payment = _payment(node, place, order, basis)
		if payment.kind not in _NO_PAYMENTS:
			found.setdefault(payment.id, payment)
	return tuple(found.values())


def refund_transactions(refund: Node) -> list[Node]:
	"""Those of a refund's transactions that paid back, or are about to."""
	return [
		each
		for each in refund.children("transactions")
		if (each.text("kind") or "refund").lower() == "refund"
		and (each.text("status") or "success").lower() not in _LOST
	]


def amount_of(transaction: Node, order: Node, basis: Basis) -> Decimal | None:
	"""A transaction's amount in the order's currency; None where it is told in another one without a rate."""
	if transaction.child("amount_set") is not None:
		return basis.amount(transaction, "amount")
	amount = transaction.number("amount")
	currency = (transaction.text("currency") or basis.shop_currency).upper()
	return amount if amount is None else converted(amount, currency, order, basis)


def converted(amount: Decimal, currency: str, order: Node, basis: Basis) -> Decimal | None:
	"""An amount of the shop's or the buyer's currency in the order's, by the order's own rate."""
	if currency == basis.currency or not amount:
		return amount
	buyers = Basis(currency, basis.shop_currency, presentment=True)
	told = order.child("total_price_set")
	theirs = told.child("presentment_money") if told else None
	if currency == basis.shop_currency:
		rate = exchange_rate(order, basis)
		return rounded(amount / rate, minor_digits(basis.currency)) if rate else None
	if theirs is None or (theirs.text("currency_code") or "").upper() != currency:
		return None
	rate = exchange_rate(order, buyers)
	return rounded(amount * rate, minor_digits(basis.currency)) if rate else None


def _payment(node: Node, place: int, order: Node, basis: Basis) -> Payment:
	amount = amount_of(node, order, basis)
	kind = (node.text("kind") or "sale").lower()
	return Payment(
		id=identity(node, str(place)) or str(place),
		gateway=node.text("gateway") or "unknown",
		kind=_KINDS.get(kind, kind),
		status=(node.text("status") or "pending").lower(),
		amount=node.refuse("amount", "is missing") if amount is None else amount,
		currency=basis.currency,
		processed_at=node.time("processed_at") or node.time("created_at"),
		reference=node.text("authorization") or node.text("payment_id"),
		parent_id=node.text("parent_id"),
		fee=_fee(node, order, basis),
	)


def _fee(node: Node, order: Node, basis: Basis) -> Decimal:
	"""What Shopify Payments kept, its tax included; told by the Admin API only."""
	total = ZERO
	for fee in node.children("fees"):
		amount = (fee.number("amount") or ZERO) + (fee.number("tax_amount") or ZERO)
		currency = (fee.text("currency") or basis.shop_currency).upper()
		total += converted(amount, currency, order, basis) or ZERO
	return total
