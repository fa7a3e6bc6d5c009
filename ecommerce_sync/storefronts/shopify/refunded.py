"""What an order's refunds come to by line: read before the order itself, which stands without them."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from .lines import identity
from .money import ZERO, Basis
from .reading import Node


class Refunded(NamedTuple):
	"""Amount on the order's basis, and its tax."""

	amount: Decimal
	tax: Decimal


def line_of(part: Node) -> str:
	"""The id of the line that an entry of `refund_line_items` gives back; exact where the line comes with it."""
	line = part.child("line_item")
	return (identity(line) if line else None) or part.text("line_item_id") or ""


def refunded_lines(order: Node) -> list[Node]:
	"""All entries of all refunds' `refund_line_items`."""
	return [part for refund in order.children("refunds") for part in refund.children("refund_line_items")]


def pieces_by_line(order: Node) -> dict[str, Decimal]:
	"""Pieces that refunds gave back."""
	found: dict[str, Decimal] = {}
	for part in refunded_lines(order):
		line = line_of(part)
		found[line] = found.get(line, ZERO) + (part.number("quantity") or ZERO)
	return found


def money_of_lines(order: Node, basis: Basis) -> Refunded:
	"""What refunds gave back for lines."""
	parts = refunded_lines(order)
	amount = sum((basis.amount(part, "subtotal") or ZERO for part in parts), ZERO)
	return Refunded(amount, sum((basis.amount(part, "total_tax") or ZERO for part in parts), ZERO))


def shipping_tax(order: Node, basis: Basis) -> Decimal:
	"""The tax of the shipping that refunds gave back."""
	parts = (
		part for refund in order.children("refunds") for part in refund.children("refund_shipping_lines")
	)
	return sum((basis.amount(part, "tax_amount") or ZERO for part in parts), ZERO)
