"""Weights: a store writes them as text in one unit of its own (setting `woocommerce_weight_unit`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ...core.errors import PayloadRefused
from ...core.money import rounded
from .fields import number

_KILOGRAMS = {
	"kg": Decimal(1),
	"g": Decimal("0.001"),
	"lbs": Decimal("0.45359237"),
	"lb": Decimal("0.45359237"),
	"oz": Decimal("0.028349523125"),
}
_DIGITS = 6  # both ways, so that a weight comes back as it was written


def kilograms(text: Any, unit: Any) -> Decimal | None:
	"""A store's text in kilograms; None for nothing, and where the unit or the number is not known."""
	factor = _KILOGRAMS.get(unit.strip().lower()) if isinstance(unit, str) else None
	weight = _positive(text)
	return rounded(weight * factor, _DIGITS) if factor and weight else None


def text_of(weight: Decimal, unit: str | None) -> str | None:
	"""Kilograms as the store's text; None where its unit is not known."""
	factor = _KILOGRAMS.get((unit or "").strip().lower())
	return format(rounded(weight / factor, _DIGITS).normalize(), "f") if factor else None


def _positive(text: Any) -> Decimal | None:
	"""A weight never refuses a product: importers write commas and words into it."""
	try:
		found = number(text.replace(",", ".") if isinstance(text, str) else text, "weight")
	except (PayloadRefused, TypeError, ValueError):
		return None
	return found if found > 0 else None
