"""Reads products with all their variations, as payloads that `products.parse_product` takes.

WooCommerce 10.3 and newer list the variations of all products at once (`/variations`); older ones are asked
product by product.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...core.errors import Gone
from ...core.products import VariantDraft
from . import profile, walks
from .api import Api, Refused, object_of
from .fields import Fields
from .products import VARIATIONS, WEIGHT_UNIT, is_variable, is_variation

Row = dict[str, Any]
ID = re.compile(r"[1-9][0-9]{0,18}")


class Catalogue:
	"""The products of one store."""

	def __init__(self, api: Api) -> None:
		self._api = api
		self._unit: str | None = None
		self._lists_variations = True

	def products(self, after: str | None = None) -> Iterator[Row]:
		"""All products but those in the trash, by ascending id behind `after`."""
		start = int(after) if after and ID.fullmatch(after) else 0
		for page in walks.by_id(self._api, "products", {"status": "any"}, start):
			yield from self.with_variations(page)

	def fetch(self, product_id: str) -> Row:
		"""The whole product; of a variation's id the product that it belongs to. Raises `Gone`."""
		found = self._one(product_id)
		if is_variation(Fields(found)):
			found = self._one(Fields(found).id("parent_id") or "")
		if found.get("status") == "trash":
			raise Gone("Product", product_id)
		if not is_variable(Fields(found)):
			return self._completed(found, [])
		return self._completed(found, list(self._variations_of(walks.id_of(found), {})))

	def with_variations(self, rows: list[Row]) -> Iterator[Row]:
		"""The products with their variations, in the store's order."""
		variable = [row for row in rows if is_variable(Fields(row))]
		found: dict[int, list[Row]] = defaultdict(list)
		for product_id, row in self.variations(variable, {}):
			found[product_id].append(row)
		for row in rows:
			yield self._completed(row, found[walks.id_of(row)])

	def variations(self, products: list[Row], params: Mapping[str, Any]) -> Iterator[tuple[int, Row]]:
		"""The variations of these products, each with its product's id."""
		owners = {child: walks.id_of(row) for row in products for child in children(row)}
		found = self.variations_among(list(owners), params)
		if found is not None:
			yield from ((owners.get(walks.id_of(row), 0), row) for row in found)
			return
		for row in products:
			product_id = walks.id_of(row)
			yield from ((product_id, each) for each in self._variations_of(product_id, params))

	def variations_among(self, ids: list[int], params: Mapping[str, Any]) -> list[Row] | None:
		"""The variations with these ids, of whatever products; None where the store is too old to tell."""
		if not self._lists_variations:
			return None
		try:
			return list(walks.among(self._api, "variations", params, ids))
		except Refused as error:
			if error.code != "rest_no_route":
				raise
			self._lists_variations = False
			return None

	def variations_by_product(self, product_id: int, params: Mapping[str, Any]) -> list[Row]:
		"""All variations of one product; none of one that does not exist."""
		try:
			return list(self._variations_of(product_id, params))
		except Refused as error:
			if error.status == 404 and error.code != "rest_no_route":
				return []
			raise

	def weight_unit(self) -> str | None:
		"""The store's unit; None where the key may not read it."""
		if self._unit is None:
			found = profile.readable(
				lambda: profile.setting(self._api, "products", "woocommerce_weight_unit")
			)
			self._unit = found or ""
		return self._unit or None

	def unit_for(self, drafts: Sequence[VariantDraft]) -> str | None:
		"""The store's unit where one of the drafts has a weight to be written."""
		return self.weight_unit() if any(draft.weight is not None for draft in drafts) else None

	def _one(self, product_id: str) -> Row:
		if not ID.fullmatch(product_id):
			raise Gone("Product", product_id)
		try:
			return object_of(self._api.get(f"products/{product_id}"))
		except Refused as error:
			if error.code.endswith("_invalid_id"):
				raise Gone("Product", product_id) from None
			raise

	def _variations_of(self, product_id: int, params: Mapping[str, Any]) -> Iterator[Row]:
		for page in walks.by_id(self._api, f"products/{product_id}/variations", params):
			yield from page

	def _completed(self, row: Row, variations: list[Row]) -> Row:
		if not is_variable(Fields(row)):
			return {**row, WEIGHT_UNIT: self.weight_unit()}
		place = {child: at for at, child in enumerate(children(row))}
		ordered = sorted(variations, key=lambda each: place.get(walks.id_of(each), len(place)))
		return {**row, VARIATIONS: ordered, WEIGHT_UNIT: self.weight_unit()}


def children(product: Row) -> list[int]:
	"""The ids of a product's variations."""
	found = product.get("variations")
	values = list(found.values()) if isinstance(found, Mapping) else found if isinstance(found, list) else []
	return [child for value in values if (child := walks.id_of({"id": value}))]
