"""Deliveries, invoices and returns of a store's order carry their part of its taxes and charges, whoever makes them."""

from __future__ import annotations

from typing import Any

from ..erps.erpnext import partials


def before_validate(doc: Any, method: str | None = None) -> None:
	"""Frappe's doc event: before ERPNext computes a Delivery Note or Sales Invoice that is saved or submitted."""
	partials.restate(doc)
