"""How a refund comes about: shares of lines and shipping, amounts beyond them, and the money that goes back.

As Shopify's own pages do, pieces that are refunded with restock become "cancel" as far as they were not
shipped and "return" as far as they were; without restock what was shipped comes first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from ecommerce_sync.sandbox.shopify.fulfilling import location_of, removed_from
from ecommerce_sync.sandbox.shopify.ledger import delivery_share, pieces_share
from ecommerce_sync.sandbox.shopify.life import Refund, RefundedDelivery, RefundedLine, Restock, Transaction
from ecommerce_sync.sandbox.shopify.money import ZERO, Money, total

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder

Moved = tuple[tuple[int | None, str, Money], ...]  # parent transaction, gateway, amount


@dataclass(frozen=True)
class Wanted:
	"""What is to be refunded. `lines` are (line, pieces, restock, location or None).

	`shipping` is an amount on the order's basis; `beyond` what is paid back besides; `pay` whether money
	moves; `money` which, where it is not what the parts come to: the difference becomes a discrepancy.
	"""

	lines: tuple[tuple[int, int, Restock, int | None], ...] = ()
	shipping: Money = ZERO
	beyond: Money = ZERO
	pay: bool = True
	money: Moved | None = None
	note: str | None = None
	return_number: int | None = None


def refunded(order: ShopifyOrder, wanted: Wanted, at: datetime) -> ShopifyOrder:
	"""With the refund and its transactions. Raises ValueError for what cannot be refunded."""
	refund, noted = _credited(order, wanted, at)
	parts = refund.value(order.story.taxes_included) - refund.beyond
	money = wanted.money
	if money is None:
		money = _returned(order, _due_back(order, refund, wanted)) if wanted.pay else ()
	money = _evened(money, parts)
	paid = total(amount for _, _, amount in money)
	if money and (wanted.beyond or wanted.money is not None):
		refund = replace(refund, beyond=paid - parts)
	if not (refund.lines or refund.deliveries or money):
		raise ValueError("refund: there is nothing to refund.")
	return _with_money(noted, refund, money)


def cancelled(
	order: ShopifyOrder, at: datetime, reason: str, *, pay: bool = True, restock: bool = True
) -> ShopifyOrder:
	"""Called off: everything left is credited, and what was paid goes back with `pay`."""
	how: Restock = "cancel" if restock else "no_restock"
	lines = tuple((line.number, line.quantity, how, None) for line in order.current.lines if line.quantity)
	kept = order.received - order.refunded
	shipping = total(delivery.discounted for delivery in order.current.deliveries) if kept else ZERO
	refund, noted = _credited(order, Wanted(lines, shipping), at)
	over = kept - refund.value(order.story.taxes_included)
	if pay and over.shop > 0:
		refund = replace(refund, beyond=over)
	off = replace(noted, cancelled_at=at, cancel_reason=reason, updated_at=at)
	return _with_money(off, refund, _returned(order, kept) if pay else ())


def _credited(order: ShopifyOrder, wanted: Wanted, at: datetime) -> tuple[Refund, ShopifyOrder]:
	"""The refund of lines and shipping, and the order that knows it."""
	shipping = tuple(_shipping(order, wanted.shipping))
	number = len(order.life.refunds)
	refund = Refund(number, at, (), shipping, wanted.beyond, wanted.note, wanted.return_number)
	for line, pieces, restock, location_id in wanted.lines:
		for count, is_removed in _split(order, line, pieces, restock):
			part = _line(order, line, count, restock, is_removed, location_id)
			refund = replace(refund, lines=(*refund.lines, part))
			life = removed_from(order.life, line, part.removed, at)
			order = replace(order, life=replace(life, refunds=(*life.refunds[:number], refund)))
	return refund, order


def _split(order: ShopifyOrder, line: int, pieces: int, restock: Restock) -> Iterator[tuple[int, bool]]:
	"""(pieces, whether they are still here)."""
	life = order.life
	kept = max(0, life.shipped(line) - (life.refunded(line) - life.removed(line)))
	here = max(0, order.ordered(line) - life.removed(line) - life.shipped(line))
	removed = min(pieces, here) if restock == "cancel" else max(0, pieces - kept)
	yield from ((count, there) for count, there in ((removed, True), (pieces - removed, False)) if count)


def _line(
	order: ShopifyOrder, line: int, pieces: int, restock: Restock, is_removed: bool, location_id: int | None
) -> RefundedLine:
	net, taxes = pieces_share(order, line, pieces)
	how: Restock = restock
	if restock != "no_restock":
		how = "cancel" if is_removed else "return"
	place = location_of(order, line, is_removed) if location_id is None or is_removed else location_id
	return RefundedLine(line, pieces, net, taxes, how, place, pieces if is_removed else 0)


def _shipping(order: ShopifyOrder, wanted: Money) -> Iterator[RefundedDelivery]:
	"""Shared among the shipping lines, the first ones first. Raises ValueError for more than there is."""
	left = total(delivery.discounted for delivery in order.current.deliveries)
	if wanted.shop < 0 or wanted.shop > left.shop:
		raise ValueError(f"shipping: {wanted.shop}, {left.shop} can be refunded.")
	for delivery in order.current.deliveries:
		if wanted.shop > 0 and delivery.discounted:
			net, taxes = delivery_share(order, delivery, wanted)
			wanted -= net
			yield RefundedDelivery(delivery.number, net, taxes)


def _due_back(order: ShopifyOrder, refund: Refund, wanted: Wanted) -> Money:
	"""What the refund is worth, as far as it was paid; what is still owed is settled first."""
	value, kept = refund.value(order.story.taxes_included), order.received - order.refunded
	free = kept if wanted.beyond else value - order.outstanding
	due = min(value, kept, free, key=lambda money: money.shop)
	return due if due.shop > 0 else ZERO


def _returned(order: ShopifyOrder, amount: Money) -> Moved:
	"""The money by the payments that it goes back to, in the order that they were made."""
	moved = []
	for payment in order.transactions:
		left = payment.received - total(
			each.paid_back for each in order.transactions if each.parent == payment.number
		)
		part = left if left.shop <= amount.shop else amount
		if part.shop > 0:
			moved.append((payment.number, payment.gateway, part))
			amount -= part
	return tuple(moved)


def _evened(money: Moved, parts: Money) -> Moved:
	"""Money that is the parts' worth in the buyer's currency is so in the shop's: conversion rounds apart."""
	paid = total(amount for _, _, amount in money)
	if not money or paid.presentment != parts.presentment:
		return money
	*others, (parent, gateway, last) = money
	return (*others, (parent, gateway, last + parts - paid))


def _with_money(order: ShopifyOrder, refund: Refund, money: Moved) -> ShopifyOrder:
	life, first = order.life, 1 + len(order.life.transactions)
	made = tuple(
		Transaction(first + n, "refund", "success", gateway, amount, refund.at, parent, refund=refund.number)
		for n, (parent, gateway, amount) in enumerate(money)
	)
	refunds = (*life.refunds[: refund.number], refund)
	life = replace(life, refunds=refunds, transactions=(*life.transactions, *made))
	return replace(order, life=life, updated_at=refund.at)
