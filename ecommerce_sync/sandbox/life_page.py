"""What became of single orders, for people: rows for the page, lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from .goods_page import table
from .life_report import WORDS, Amounts, LifeReport, OrderLife, Paper

LIFE_HEAD = ("What happened", "Documents", "The store says", "ERPNext says")


class LifeRow(NamedTuple):
	"""One act, in the order of `LIFE_HEAD`."""

	title: str
	papers: tuple[Paper, ...]
	store: str
	erp: str
	ok: bool


def order_rows(order: OrderLife) -> list[LifeRow]:
	"""One for each act."""
	return [
		LifeRow(
			step.title,
			step.papers,
			_said(step.store, order.currency),
			_said(step.erp, order.currency),
			step.ok,
		)
		for step in order.steps
	]


def life_text(lives: LifeReport) -> Iterator[str]:
	"""Lines for the terminal."""
	for order in lives.orders:
		cells = [
			(row.title, ", ".join(paper.name for paper in row.papers) or "–", row.store, row.erp)
			for row in order_rows(order)
		]
		yield from (
			f"{order.store}: order {order.number} from checkout to refund",
			*table(LIFE_HEAD, cells, 4),
		)
		yield from (f"  WRONG: {wrong}" for wrong in wrongs(order))
		yield ""
	yield f"{len(lives.orders)} orders from checkout to refund: {'both sides agree' if lives.ok else 'THE SIDES DIFFER'}"


def wrongs(order: OrderLife) -> Iterator[str]:
	"""What differs between the sides."""
	yield from (f"{row.title}: {row.store}; ERPNext: {row.erp}" for row in order_rows(order) if not row.ok)
	yield from order.differences


def _said(amounts: Amounts, currency: str) -> str:
	return "; ".join(f"{WORDS[name]} {_value(name, value, currency)}" for name, value in amounts.items())


def _value(name: str, value: Decimal | str, currency: str) -> str:
	if isinstance(value, str):
		return value or "none"
	return f"{value.normalize():f}" if name in ("shipped", "returned") else f"{value:,.2f} {currency}"
