"""Items that stores are to have: which are due, what they look like, what was written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ...core.catalogue import ItemState, VariantState
from ...core.products import Option, Product
from ...core.settings import StoreSettings
from ..goods import Stamp
from .documents import AMONG, many, stamp
from .products import Products, attributes_of, values_of


class Publishing(Products):
	"""ERP to store."""

	def items_due(self, store: str, limit: int) -> list[str]:
		rows = self._all(
			"SELECT item_code FROM offer WHERE store = ? AND due IS NOT NULL ORDER BY due LIMIT ?",
			store,
			limit,
		)
		return [row["item_code"] for row in rows]

	def item_state(self, item_code: str, settings: StoreSettings) -> tuple[Stamp, ItemState]:
		return datetime.now(timezone.utc), self._item_state(item_code, settings)

	def _item_state(self, item_code: str, settings: StoreSettings) -> ItemState:
		data = self._data("Item", item_code)
		sold = self._variants_of(item_code) if data.get("template") else {item_code: data}
		listed = self._listings_by_item(settings.store, sold)
		offers = self._all(
			"SELECT digest FROM offer WHERE store = ? AND item_code = ?", settings.store, item_code
		)
		return ItemState(
			item_code=item_code,
			disabled=bool(data.get("disabled")),
			values=values_of(data),
			options=self._options(data, sold),
			variants=tuple(_state(code, sold[code], listed.get(code, {})) for code in sold),
			document=_document(item_code, data),
			product_id=next((row["product_id"] for row in listed.values()), None),
			pushed=offers[0]["digest"] if offers else None,
		)

	def _variants_of(self, template: str) -> dict[str, dict[str, Any]]:
		rows = self._all(
			"SELECT name FROM document WHERE doctype = 'Item' AND json_extract(data, '$.variant_of') = ?"
			" ORDER BY rowid",
			template,
		)
		found = self._read_all("Item", (row["name"] for row in rows))
		return {row["name"]: found[row["name"]] for row in rows}

	def _listings_by_item(self, store: str, items: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
		rows = self._all(
			f"SELECT * FROM listing WHERE store = ? AND NOT gone AND item_code {AMONG} ORDER BY rowid DESC",
			store,
			many(items),
		)
		return {row["item_code"]: row for row in rows}

	def _options(self, data: Mapping[str, Any], sold: Mapping[str, Mapping[str, Any]]) -> tuple[Option, ...]:
		"""A template's attributes with the values that its variants have, in the attribute's order."""
		used = {(name, value) for each in sold.values() for name, value in each.get("attributes", ())}
		names = [name for name, _ in data.get("attributes", ())] if data.get("template") else []
		order = self._read_all("Item Attribute", names)
		return tuple(
			Option(
				name=name, values=tuple(v for v in order.get(name, {}).get("values", []) if (name, v) in used)
			)
			for name in names
		)

	def published(
		self,
		item_code: str,
		product: Product | None,
		settings: StoreSettings,
		digest: str | None,
		read_at: Stamp,
	) -> None:
		with self.database.transaction():
			self.database.execute(
				"UPDATE offer SET due = CASE WHEN due > ? THEN due END, digest = COALESCE(?, digest)"
				" WHERE store = ? AND item_code = ?",
				stamp(read_at),
				digest,
				settings.store,
				item_code,
			)
			if product:
				self.list_products(settings.store, [product])
				self._bind_published(item_code, product, settings)

	def _bind_published(self, item_code: str, product: Product, settings: StoreSettings) -> None:
		"""By SKU: it was written as such. What is bound already stays so."""
		rule = settings.sku_rule
		codes = {rule.item_key(code): code for code in (item_code, *self._variants_of(item_code))}
		known = self._known(settings.store, [product.id])
		for variant in product.variants:
			code = codes.get(rule.key(variant.sku))
			if code and known[product.id, variant.id]["item_code"] != code:
				self._bind(settings.store, product, variant, code)


def _state(item_code: str, data: dict[str, Any], row: Mapping[str, Any]) -> VariantState:
	return VariantState(
		item_code=item_code,
		disabled=bool(data.get("disabled")),
		listing=row.get("name"),
		variant_id=row.get("variant_id"),
		barcode=next(iter(data.get("barcodes", ())), None),
		attributes=attributes_of(data),
		stock=bool(data.get("stock")),
		values=values_of(data),
		document=_document(item_code, data),
	)


def _document(item_code: str, data: dict[str, Any]) -> dict[str, Any]:
	"""The Item for Field Mapping."""
	return {
		"item_code": item_code,
		"item_name": data.get("values", {}).get("title"),
		**data.get("fields", {}),
	}
