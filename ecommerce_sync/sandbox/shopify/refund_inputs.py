"""`RefundInput` read and checked: amounts are in the buyer's currency, as refunds are made in it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ecommerce_sync.sandbox.shopify import facts
from ecommerce_sync.sandbox.shopify.ledger import pieces_share
from ecommerce_sync.sandbox.shopify.life import Restock, Transaction
from ecommerce_sync.sandbox.shopify.money import ZERO, Money, rounded, total
from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder
from ecommerce_sync.sandbox.shopify.refunding import Moved, Wanted

Json = dict[str, Any]
_RESTOCK: dict[str | None, Restock] = {"CANCEL": "cancel", "RETURN": "return", "NO_RESTOCK": "no_restock"}


class RefundRefused(Exception):
	"""A userError: its words and field."""

	def __init__(self, message: str, *field: str) -> None:
		super().__init__(message)
		self.message, self.field = message, field


def wanted_of(order: ShopifyOrder, input: Json) -> Wanted:
	"""What an input asks for. Raises `RefundRefused`."""
	_check_currency(order, input.get("currency"))
	lines = tuple(_lines(order, input.get("refundLineItems") or []))
	money = _money(order, input)
	if not (lines or money or input.get("shipping")):
		raise RefundRefused("Refund must have at least one line item, shipping or transaction.", "input")
	return Wanted(lines, _shipping(order, input.get("shipping") or {}), money=money, note=input.get("note"))


def _check_currency(order: ShopifyOrder, currency: str | None) -> None:
	money = order.currencies
	if currency is None and money.presentment != money.shop:
		raise RefundRefused("Currency is required for multi-currency orders.", "currency")
	if currency not in (None, money.presentment):
		raise RefundRefused("Currency must match the order's presentment currency.", "currency")


def _lines(order: ShopifyOrder, given: list[Json]) -> Iterator[tuple[int, int, Restock, int | None]]:
	known = {str(order.line_id(line)): line.number for line in order.original.lines}
	asked: dict[int, int] = {}
	for place, wanted in enumerate(given):
		field = ("refundLineItems", str(place))
		line = known.get(wanted["lineItemId"].rpartition("/")[2])
		if line is None:
			raise RefundRefused("Line item does not exist.", *field, "lineItemId")
		restock = _RESTOCK.get(wanted.get("restockType") or "NO_RESTOCK", "no_restock")
		location = wanted.get("locationId")
		if restock != "no_restock" and location is None:
			raise RefundRefused("Location must be specified to restock.", *field, "locationId")
		asked[line] = asked.get(line, 0) + wanted["quantity"]
		_check_pieces(order, line, asked[line], field)
		yield line, wanted["quantity"], restock, int(location.rpartition("/")[2]) if location else None


def _check_pieces(order: ShopifyOrder, line: int, pieces: int, field: tuple[str, ...]) -> None:
	try:
		pieces_share(order, line, pieces)
	except ValueError:
		raise RefundRefused(
			"Quantity cannot refund more items than were purchased", *field, "quantity"
		) from None


def _shipping(order: ShopifyOrder, given: Json) -> Money:
	left = total(delivery.discounted for delivery in order.current.deliveries)
	if given.get("fullRefund"):
		return left
	amount = _in_both(order, Decimal(str(given.get("amount") or 0)))
	if amount.presentment > left.presentment:
		raise RefundRefused("Shipping refund amount cannot exceed the shipping paid.", "shipping", "amount")
	return left if amount.presentment == left.presentment else amount


def _money(order: ShopifyOrder, input: Json) -> Moved:
	"""The transactions, each within what its parent brought, unless over-refunding is allowed."""
	parents = {str(order.other_id(facts.TRANSACTION, t.number)): t for t in order.transactions}
	moved: list[tuple[int | None, str, Money]] = []
	for place, given in enumerate(input.get("transactions") or []):
		field = ("transactions", str(place))
		if given["kind"] != "REFUND":
			raise RefundRefused("Transaction kind must be refund.", *field, "kind")
		parent = parents.get((given.get("parentId") or "").rpartition("/")[2])
		if parent is None or not parent.received:
			raise RefundRefused(
				"Parent transaction does not exist or cannot be refunded.", *field, "parentId"
			)
		amount = _part(order, parent, Decimal(str(given["amount"])), moved)
		if amount is None and not input.get("allowOverRefunding"):
			raise RefundRefused(
				"Refund amount cannot exceed the amount that can be refunded.", *field, "amount"
			)
		moved.append((parent.number, given["gateway"], amount or _in_both(order, Decimal(given["amount"]))))
	return tuple(moved)


def _part(
	order: ShopifyOrder, parent: Transaction, amount: Decimal, moved: list[tuple[int | None, str, Money]]
) -> Money | None:
	"""The amount in both currencies; None for more than is left of the parent."""
	back = total(each.paid_back for each in order.transactions if each.parent == parent.number)
	left = parent.received - back - total(each for number, _, each in moved if number == parent.number)
	if amount > left.presentment:
		return None
	return left if amount == left.presentment else _in_both(order, amount)


def _in_both(order: ShopifyOrder, amount: Decimal) -> Money:
	"""An amount of the buyer's currency, in both."""
	if not amount:
		return ZERO
	money = order.currencies
	return Money(rounded(amount / money.rate, money.shop), rounded(amount, money.presentment))
