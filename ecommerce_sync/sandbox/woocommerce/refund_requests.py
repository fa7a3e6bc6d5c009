"""Refunds as they are asked for: over REST (Automattic's RestApiUtil) and by staff in the order's form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from ecommerce_sync.sandbox.woocommerce.errors import RestError, invalid_param
from ecommerce_sync.sandbox.woocommerce.order_lines import FEES, PER_ORDER, SHIPPING, TIPS
from ecommerce_sync.sandbox.woocommerce.orders import WooOrder
from ecommerce_sync.sandbox.woocommerce.refunds import (
	RefundedPart,
	amounts_at,
	refunded_amounts,
	refunded_quantity,
)
from ecommerce_sync.sandbox.woocommerce.totals import ZERO, Taxed


def asked_amount(posted: Mapping[str, Any], parts: tuple[RefundedPart, ...]) -> Decimal:
	"""`amount`, else the sum of the lines. Raises RestError 400 for what is no text, or below zero."""
	amount = posted.get("amount")
	if amount is None:
		return sum((part.gross for part in parts), ZERO)
	if not isinstance(amount, str):
		raise invalid_param("amount", "rest_invalid_type", "amount is not of type string.")
	if (found := _decimal(amount)) < 0:
		message = "Refund amount must be greater than zero."
		raise RestError("woocommerce_rest_invalid_order_refund", message, 400)
	return found


def asked_parts(order: WooOrder, posted: Mapping[str, Any]) -> tuple[RefundedPart, ...]:
	"""The lines of a request. Ids that are none of the order's are passed over, as WooCommerce does."""
	lines = posted.get("line_items") or []
	rows = dict(_rows(lines))
	return tuple(part for line_id, row in rows.items() if (part := _part(order, line_id, row)))


def staff_parts(order: WooOrder, lines: Mapping[int, int], shipping: Decimal) -> tuple[RefundedPart, ...]:
	"""Pieces by position of the story's lines, and a net amount of shipping, as staff type them in: amounts in
	proportion to the pieces, rounded as shown, and with the last pieces what is left of the line."""
	found = [_pieces(order, position, quantity) for position, quantity in lines.items()]
	return (*found, *_shipping(order, shipping))


def parts_left(order: WooOrder) -> Iterator[RefundedPart]:
	"""Every line with what earlier refunds left of it."""
	quantities = {position + 1: line.quantity for position, line in order.lines}
	shipping, fees = (SHIPPING + at for at, _ in order.deliveries), (FEES + at for at, _ in order.fees)
	for place in (*quantities, *shipping, *fees):
		left, pieces = _left(order, place), quantities.get(place, 0) - refunded_quantity(order, place)
		if pieces > 0 or left.net or any(left.taxes.values()):
			yield RefundedPart(place, max(0, pieces), left.net, left.taxes)


def _pieces(order: WooOrder, position: int, quantity: int) -> RefundedPart:
	line = order.story.lines[position]
	if line.kind == "tip":
		return _share(order, FEES + TIPS + position, quantity, Decimal(1))
	place = position + 1
	left = line.quantity - refunded_quantity(order, place)
	if not 0 < quantity <= left:
		raise ValueError(f"line {position}: {quantity} pieces to refund, {left} are left.")
	share = Decimal(1) if quantity == left else Decimal(quantity) / line.quantity
	return _share(order, place, quantity, share)


def _shipping(order: WooOrder, amount: Decimal) -> Iterator[RefundedPart]:
	"""The amount, or what is left where that is less, over the shipping lines from the first."""
	for at, _ in order.deliveries:
		place = SHIPPING + at
		left = _left(order, place)
		part = min(amount, left.net)
		if part > 0:
			share = Decimal(1) if part == left.net else part / amounts_at(order, place).net
			yield _share(order, place, 0, share, part)
			amount -= part


def _share(
	order: WooOrder, place: int, quantity: int, share: Decimal, net: Decimal | None = None
) -> RefundedPart:
	"""So large a part of a line; with a share of 1 what earlier refunds left of it."""
	money = order.arithmetic.money
	left, whole = _left(order, place), amounts_at(order, place)
	if share == 1:
		return RefundedPart(place, quantity, left.net, left.taxes)
	taxes = {id_: min(money(tax * share), left.taxes[id_]) for id_, tax in whole.taxes.items()}
	return RefundedPart(place, quantity, money(whole.net * share) if net is None else net, taxes)


def _left(order: WooOrder, place: int) -> Taxed:
	"""What is left of a line, as shown."""
	arithmetic, whole, gone = order.arithmetic, amounts_at(order, place), refunded_amounts(order, place)
	rounded = {id_: arithmetic.money(arithmetic.line_tax(tax)) for id_, tax in whole.taxes.items()}
	taxes = {id_: tax - gone.taxes.get(id_, ZERO) for id_, tax in rounded.items()}
	return Taxed(arithmetic.money(whole.net) - gone.net, taxes)


def _rows(lines: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
	"""By line id: a list of rows with `id`, or WooCommerce's own form keyed by it."""
	if isinstance(lines, Mapping):
		yield from ((int(_decimal(key)), row) for key, row in lines.items() if isinstance(row, Mapping))
		return
	for row in lines if isinstance(lines, list) else ():
		if isinstance(row, Mapping) and row.get("id") is not None:
			yield int(_decimal(row["id"])), row


def _part(order: WooOrder, line_id: int, row: Mapping[str, Any]) -> RefundedPart | None:
	place = line_id - order.id * PER_ORDER
	try:
		amounts_at(order, place)
	except KeyError:
		return None
	quantity = int(_decimal(row.get("quantity", row.get("qty")) or 0))
	net, taxes = _decimal(row.get("refund_total") or 0), dict(_taxes(row.get("refund_tax")))
	return RefundedPart(place, quantity, net, taxes) if quantity or net or taxes else None


def _taxes(rows: Any) -> Iterator[tuple[int, Decimal]]:
	if isinstance(rows, Mapping):
		yield from ((int(_decimal(id_)), _decimal(tax)) for id_, tax in rows.items())
		return
	for row in rows if isinstance(rows, list) else ():
		if isinstance(row, Mapping) and row.get("id") is not None:
			yield int(_decimal(row["id"])), _decimal(row.get("refund_total") or 0)


def _decimal(value: Any) -> Decimal:
	"""PHP's reading of a number: what is none is zero."""
	try:
		return Decimal(str(value))
	except InvalidOperation:
		return ZERO
