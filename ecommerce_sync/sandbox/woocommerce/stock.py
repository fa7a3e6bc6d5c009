"""How orders move stock: taken on the way to be worked on, given back when cancelled (wc-stock-functions.php)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from ecommerce_sync.sandbox.woocommerce.goods import Goods
from ecommerce_sync.sandbox.woocommerce.orders import WooOrder

TAKES = ("processing", "completed", "on-hold")
RETURNS = ("pending", "cancelled")


def settled(order: WooOrder, goods: Goods, added: Collection[int] = ()) -> WooOrder:
	"""The order with its stock moved to what its status and lines ask for, noted as `_reduced_stock`.

	Lines that come later take none, but for those at the positions `added`: staff's form takes it, a REST
	client does not. Another status (refunded, failed, trash) leaves what was taken: it comes back by a refund
	or by hand.
	"""
	if order.status in RETURNS:
		_move(order, goods, {})
		return replace(order, reduced=None)
	if order.status not in TAKES:
		return order
	return replace(order, reduced=_move(order, goods, dict(_wanted(order, added))))


def restocked(order: WooOrder, pieces: Iterator[tuple[int, int]], goods: Goods) -> WooOrder:
	"""The order after a refund put pieces back on the shelf, by position: only where it had taken any."""
	taken, back = dict(order.reduced or ()), dict(order.restocked)
	with goods.lock:
		for position, quantity in pieces:
			if taken.get(position) and goods.move_stock(order.stock_id(position), quantity) is not None:
				taken[position] -= quantity
				back[position] = back.get(position, 0) + quantity
	return replace(order, reduced=tuple(sorted(taken.items())), restocked=back) if taken else order


def _wanted(order: WooOrder, added: Collection[int]) -> Iterator[tuple[int, int]]:
	"""Positions and pieces: everything at first, afterwards only what an edit made of the lines that took."""
	before = None if order.reduced is None else dict(order.reduced)
	for position, line in order.lines:
		if order.stock_id(position) and (before is None or position in before or position in added):
			yield position, line.quantity - order.restocked.get(position, 0)


def _move(order: WooOrder, goods: Goods, wanted: dict[int, int]) -> tuple[tuple[int, int], ...]:
	"""Move what differs; gives what is taken then, by position."""
	taken = dict(order.reduced or ())
	with goods.lock:
		for position in sorted({*wanted, *taken}):
			pieces = wanted.get(position, 0) - taken.get(position, 0)
			if pieces and goods.move_stock(order.stock_id(position), -pieces) is not None:
				taken[position] = wanted.get(position, 0)
	return tuple((position, pieces) for position, pieces in sorted(taken.items()) if pieces)
