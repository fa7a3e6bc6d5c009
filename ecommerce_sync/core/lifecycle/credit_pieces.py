"""Which pieces of an invoice's rows a credit note takes back: together as near to the amount as rates allow."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from ..base import ZERO
from ..erp import DocumentRow
from ..money import total

Taken = list[tuple[DocumentRow, Decimal]]


def cheapest(rows: Iterable[tuple[DocumentRow, Decimal]], pieces: Decimal) -> Taken:
	"""Pieces of the cheapest rows first."""
	taken = []
	for row, there in sorted(rows, key=lambda each: each[0].rate):
		if (n := min(pieces, there)) > 0:
			taken.append((row, n))
			pieces -= n
	return taken


def dearer(
	taken: Taken, rows: Iterable[tuple[DocumentRow, Decimal]], missing: Decimal
) -> tuple[Taken, Decimal]:
	"""Swap whole pieces for dearer ones as long as no more than the missing amount is added."""
	counts = {row.name: n for row, n in taken}
	there = {row.name: (row, n) for row, n in rows}
	for name, (row, free) in sorted(there.items(), key=lambda each: -each[1][0].rate):
		for other, (cheap, _) in sorted(there.items(), key=lambda each: each[1][0].rate):
			step = row.rate - cheap.rate
			if step <= 0 or missing <= 0:
				continue
			n = min(counts.get(other, ZERO), free - counts.get(name, ZERO), missing // step)
			if n > 0:
				counts[other] -= n
				counts[name] = counts.get(name, ZERO) + n
				missing -= n * step
	return [(there[name][0], n) for name, n in counts.items() if n], missing


def value(taken: Taken) -> Decimal:
	"""What the pieces were billed at."""
	return total(row.rate * n for row, n in taken)
