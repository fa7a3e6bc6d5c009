"""What one of several partial documents carries of an order's taxes and charges, so that all together come to it.

A share of a line goes with the line's pieces; shipping and the other charges go with the value of the goods.
Each document takes what is due up to now less what the others took, so that the last one takes the
remainder and a cancelled one is made up for by the next. Pieces that came back and go out again bring back
what their returns gave.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from .base import ZERO, Model
from .money import rounded, total

_WHOLE = Decimal(1)


class Coverage(Model):
	"""Of one store line: all pieces, those that other live documents cover and those that this one covers.

	`value` is the whole line's net amount. `before` counts returned pieces as covered; `returned` says how
	many of them there are.
	"""

	quantity: Decimal
	before: Decimal
	here: Decimal
	value: Decimal = ZERO
	returned: Decimal = ZERO

	@property
	def done(self) -> Decimal:
		"""The fraction covered by now, this document included; never more than the whole."""
		return min(_WHOLE, (self.before + self.here) / self.quantity) if self.quantity else _WHOLE

	@property
	def again(self) -> Decimal:
		"""The fraction of the returned pieces that is covered once more by now."""
		more = self.before + self.here - self.quantity
		return min(_WHOLE, max(ZERO, more) / self.returned) if self.returned else ZERO


def shares_here(
	shares: Mapping[str, Decimal],
	taken: Mapping[str, Decimal],
	lines: Mapping[str, Coverage],
	digits: int,
	given_back: Mapping[str, Decimal] | None = None,
) -> dict[str, Decimal]:
	"""This document's part of one charge row, by part of the order; zero parts are left out.

	`shares` are the order's, `taken` what other live documents of the same kind carry of them, `given_back`
	what live returns of those gave back (positive).
	"""
	done, again = _overall(lines)
	found = {}
	for part, amount in shares.items():
		coverage = lines.get(part)
		if coverage is not None and not coverage.here:
			continue
		now, anew = (done, again) if coverage is None else (coverage.done, coverage.again)
		due = amount * now + (given_back or {}).get(part, ZERO) * anew
		here = rounded(due, digits) - taken.get(part, ZERO)
		if here * due > 0:  # others that carry more already are not made up for by the opposite
			found[part] = here
	return found


def _overall(lines: Mapping[str, Coverage]) -> tuple[Decimal, Decimal]:
	"""How much of the goods' value is covered by now, and of the returned goods' value once more.

	Of their pieces where nothing has a value.
	"""
	weights = {line: coverage.value for line, coverage in lines.items()}
	if not total(weights.values()):
		weights = {line: coverage.quantity for line, coverage in lines.items()}
	back = {line: weights[line] * c.returned / c.quantity for line, c in lines.items() if c.quantity}
	done = _mean({line: coverage.done for line, coverage in lines.items()}, weights)
	return done, _mean({line: lines[line].again for line, c in back.items() if c}, back, ZERO)


def _mean(
	fractions: Mapping[str, Decimal], weights: Mapping[str, Decimal], of_nothing: Decimal = _WHOLE
) -> Decimal:
	"""Exactly the whole where every fraction is."""
	whole = total(weights[line] for line in fractions)
	if not whole or all(fraction >= 1 for fraction in fractions.values()):
		return of_nothing if not fractions or not whole else _WHOLE
	return total(weights[line] * fraction for line, fraction in fractions.items()) / whole
