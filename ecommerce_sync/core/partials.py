"""What one of several partial documents carries of an order's taxes and charges, so that all together come to it.

A share of a line goes with the line's pieces; shipping and the other charges go with the value of the goods.
Each document takes what is due up to now less what the others took, so that the last one takes the
remainder and a cancelled one is made up for by the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from .base import ZERO, Model
from .money import rounded, total


class Coverage(Model):
	"""Of one store line: all pieces, those that other live documents cover and those that this one covers.

	`value` is the whole line's net amount.
	"""

	quantity: Decimal
	before: Decimal
	here: Decimal
	value: Decimal = ZERO

	@property
	def done(self) -> Decimal:
		"""The fraction covered by now, this document included; never more than the whole."""
		return min(Decimal(1), (self.before + self.here) / self.quantity) if self.quantity else Decimal(1)


def shares_here(
	shares: Mapping[str, Decimal],
	taken: Mapping[str, Decimal],
	lines: Mapping[str, Coverage],
	digits: int,
) -> dict[str, Decimal]:
	"""This document's part of one charge row, by part of the order; zero parts are left out.

	`shares` are the order's, `taken` what other live documents of the same kind carry of them.
	"""
	overall = _overall(lines)
	found = {}
	for part, amount in shares.items():
		coverage = lines.get(part)
		if coverage is not None and not coverage.here:
			continue
		done = overall if coverage is None else coverage.done
		here = rounded(amount * done, digits) - taken.get(part, ZERO)
		if here:
			found[part] = here
	return found


def _overall(lines: Mapping[str, Coverage]) -> Decimal:
	"""How much of the goods' value is covered by now; of their pieces where nothing has a value."""
	values = {line: coverage.value or ZERO for line, coverage in lines.items()}
	if not total(values.values()):
		values = {line: coverage.quantity for line, coverage in lines.items()}
	whole = total(values.values())
	if all(coverage.done >= 1 for coverage in lines.values()) or not whole:
		return Decimal(1)
	return total(values[line] * coverage.done for line, coverage in lines.items()) / whole
