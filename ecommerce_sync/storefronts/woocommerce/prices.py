"""Writes prices: `regular_price`, and where it is reduced `sale_price` with its period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from decimal import Decimal

from ...core.products import Price
from ..goods import PriceChange, Pushed
from . import batches
from .api import Api


def write(api: Api, changes: Sequence[PriceChange]) -> Iterator[Pushed]:
	"""Set prices; one result per call."""
	return batches.write(api, [_entry(change) for change in changes])


def body(price: Price) -> dict[str, str]:
	"""The fields of a price. Empty texts take a reduction and its period away; null would leave them."""
	reduced = price.compare_at is not None
	regular = price.compare_at if price.compare_at is not None else price.price
	return {
		"regular_price": _text(regular),
		"sale_price": _text(price.price) if reduced else "",
		"date_on_sale_from_gmt": _stamp(price.sale_from if reduced else None),
		"date_on_sale_to_gmt": _stamp(price.sale_until if reduced else None),
	}


def _entry(change: PriceChange) -> batches.Entry:
	return batches.Entry(
		product_id=change.product_id,
		variant_id=change.variant_id,
		body=body(change.price),
		listing=change.listing,
		done=change.listing,
	)


def _text(amount: Decimal) -> str:
	return format(amount, "f")


def _stamp(moment: datetime | None) -> str:
	return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S") if moment else ""
