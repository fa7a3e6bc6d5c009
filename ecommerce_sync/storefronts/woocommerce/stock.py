"""Reads and writes quantities. WooCommerce keeps one number per product or variation and knows no places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...core.errors import PayloadRefused
from ...core.products import StockLevel
from ..goods import Pushed, QuantityChange, StockKey, label
from . import batches, variants, walks
from .api import Api
from .catalogue import ID, Catalogue, Row
from .fields import Fields
from .products import is_variable

_FIELDS = {
	"_fields": "id,parent_id,type,status,manage_stock,stock_quantity,date_modified,date_modified_gmt,variations"
}


def levels(api: Api, catalogue: Catalogue, keys: Sequence[StockKey]) -> Iterator[StockLevel]:
	"""What the store shows for these keys; those that are gone are missing."""
	wanted = [key for key in keys if ID.fullmatch(key.product_id)]
	simple = {int(key.product_id) for key in wanted if not key.variant_id}
	rows = walks.among(api, "products", {**_FIELDS, "status": "any"}, sorted(simple))
	yield from (_level(row, walks.id_of(row)) for row in rows)
	owners = {int(key.variant_id): int(key.product_id) for key in wanted if ID.fullmatch(key.variant_id)}
	for row in _variations(catalogue, owners):
		yield _level(row, owners[walks.id_of(row)], walks.id_of(row))


def all_levels(api: Api, catalogue: Catalogue) -> Iterator[StockLevel]:
	"""What the store shows for everything it sells, in bulk."""
	for page in walks.by_id(api, "products", {**_FIELDS, "status": "any"}):
		variable = [row for row in page if is_variable(Fields(row))]
		yield from (_level(row, walks.id_of(row)) for row in page if not is_variable(Fields(row)))
		for product_id, row in catalogue.variations(variable, _FIELDS):
			yield _level(row, product_id, walks.id_of(row))


def write(api: Api, changes: Sequence[QuantityChange]) -> Iterator[Pushed]:
	"""Set quantities; one result per call."""
	return batches.write(api, [_entry(change) for change in changes])


def _variations(catalogue: Catalogue, owners: dict[int, int]) -> Iterator[Row]:
	"""The rows of these variations, by as few calls as the store's version allows."""
	found = catalogue.variations_among(sorted(owners), _FIELDS)
	if found is None:
		products = sorted(set(owners.values()))
		found = [row for each in products for row in catalogue.variations_by_product(each, _FIELDS)]
	yield from (row for row in found if walks.id_of(row) in owners)


def _level(row: Row, product_id: int, variant_id: int | None = None) -> StockLevel:
	"""A number that is none, of a plugin, does not hold up the others: it counts as not known."""
	product, variant = str(product_id), str(variant_id or "")
	try:
		return variants.level(Fields(row), product, variant)
	except PayloadRefused:
		return StockLevel(product_id=product, variant_id=variant)


def _entry(change: QuantityChange) -> batches.Entry:
	"""The number's own object is written: the product where that keeps it."""
	variant_id = "" if change.stock_holder == "product" else change.variant_id
	body: dict[str, Any] = {"stock_quantity": change.quantity}
	return batches.Entry(
		product_id=change.product_id,
		variant_id=variant_id,
		body=body if change.stocked else {"manage_stock": True, **body},
		listing=change.listing,
		location_id=change.location_id,
		done=label(change.listing, change.location_id),
		objection=_uncounted,
	)


def _uncounted(row: Fields) -> str | None:
	"""WooCommerce drops a quantity without a word where the object does not keep a number of its own."""
	kept = variants.holder(row)
	if kept == "variant":
		return None
	where = "its product keeps the number" if kept == "product" else "'Manage stock' is off"
	return f"The store did not take the quantity: {where} in the store. Import the product again."
