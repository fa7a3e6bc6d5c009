"""What is inside a product that is made of others: grouped products, and bundles of common plugins.

WooCommerce Product Bundles tells `bundled_items` in the REST API; WPC Product Bundles and YITH Product
Bundles keep their parts in meta data. Parts that the buyer may leave out are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ...core.products import BundlePart
from .fields import Fields, amount_of, meta

_YES = (True, 1, "1", "yes", "true", "on")
_PIECE = re.compile(r"\s*([1-9][0-9]{0,18})\s*(?:/\s*([0-9.]{1,20}))?")


def parts(product: Fields) -> tuple[BundlePart, ...]:
	"""The parts of one piece; nothing for a product that is sold by itself."""
	found = [*_grouped(product), *_bundled(product), *_in_meta(product)]
	return tuple(part for part in found if part.quantity > 0)


def _grouped(product: Fields) -> Iterator[BundlePart]:
	"""`grouped_products` is a list of ids."""
	found = product.data.get("grouped_products") if product.text("type") == "grouped" else None
	for value in found if isinstance(found, list) else ():
		product_id = Fields({"id": value}, product.at("grouped_products")).id("id")
		if product_id:
			yield BundlePart(product_id=product_id)


def _bundled(product: Fields) -> Iterator[BundlePart]:
	if product.text("type") != "bundle":
		return
	for row in product.rows("bundled_items"):
		product_id = row.id("product_id")
		if product_id and row.data.get("optional") not in _YES:
			yield BundlePart(
				product_id=product_id,
				variant_id=_only_variation(row),
				quantity=row.optional_amount("quantity_default") or row.amount("quantity_min", Decimal(1)),
			)


def _only_variation(row: Fields) -> str:
	"""The variation that is meant where only one is allowed."""
	allowed = row.data.get("allowed_variations") or ()
	if isinstance(allowed, Mapping):
		allowed = list(allowed.values())
	if (
		not isinstance(allowed, list)
		or len(allowed) != 1
		or row.data.get("override_variations") in (False, "no")
	):
		return ""
	return Fields({"id": allowed[0]}, row.at("allowed_variations")).id("id") or ""


def _in_meta(product: Fields) -> Iterator[BundlePart]:
	"""`woosb_ids` is text "12/2,15/1" or rows with `id` and `qty`; YITH's rows have `product_id` and `bp_quantity`."""
	found = meta(product, "woosb_ids", "_yith_wcpb_bundle_data")
	if isinstance(found, str):
		for piece in filter(None, map(_PIECE.match, found.split(","))):
			yield BundlePart(product_id=piece[1], quantity=amount_of(piece[2] or "1"))
	for row in found.values() if isinstance(found, Mapping) else found if isinstance(found, list) else ():
		if isinstance(row, Mapping) and row.get("bp_optional") not in _YES:
			yield from _row(row)


def _row(row: Mapping[str, Any]) -> Iterator[BundlePart]:
	product_id = amount_of(row.get("id") or row.get("product_id"))
	if product_id > 0 and product_id == int(product_id):
		sku = row.get("sku")
		quantity = row.get("qty") or row.get("bp_quantity") or 1
		yield BundlePart(
			product_id=str(int(product_id)),
			sku=sku if isinstance(sku, str) else None,
			quantity=amount_of(quantity),
		)
