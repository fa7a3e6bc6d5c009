"""One product of a store and its Items: what there is, and the commands that bring it about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from ...core.catalogue import (
	BindListing,
	BoundItem,
	CatalogueCommand,
	CreateBundle,
	CreateItem,
	EnsureAttributes,
	ErpProduct,
	UpdateItem,
	codes_of,
)
from ...core.models import Attribute
from ...core.products import Option, Product, Variant
from ...core.settings import StoreSettings
from .catalogue import Catalogue, decision, usable
from .documents import AMONG, Document, many

Data = dict[str, Any]


class Products(Catalogue):
	"""Store to ERP."""

	def observe_product(self, product: Product, settings: StoreSettings) -> ErpProduct:
		rows = self._known(settings.store, [product.id])
		listings = {variant: row["item_code"] for (_, variant), row in rows.items() if row["item_code"]}
		decided = {variant: decision(row) for (_, variant), row in rows.items()}
		items = self._with_templates(listings.values())
		bundles = self._all(f"SELECT DISTINCT bundle FROM bundle_part WHERE bundle {AMONG}", many(items))
		return ErpProduct(
			listings=listings,
			decided={variant: each for variant, each in decided.items() if each},
			items=self._bound_items(items, product, settings),
			found=self._found(product, settings),
			taken=frozenset(self._spelled(codes_of(product, settings))),
			components=self._components(product, settings),
			bundles=frozenset(row["bundle"] for row in bundles),
			version=self._link(settings.store, "Product", product.id).get("version"),
		)

	def _with_templates(self, item_codes: Iterable[str]) -> dict[str, Data]:
		items = self._read_all("Item", item_codes)
		return items | self._read_all("Item", {data.get("variant_of") or "" for data in items.values()})

	def _bound_items(
		self, items: Mapping[str, Data], product: Product, settings: StoreSettings
	) -> dict[str, BoundItem]:
		elsewhere = self._all(
			"SELECT item_code, json_extract(data, '$.variant_of') AS template FROM listing JOIN document"
			" ON doctype = 'Item' AND document.name = item_code WHERE store = ?1 AND product_id <> ?2"
			" AND item_code IN (SELECT value FROM json_each(?3) UNION SELECT name FROM document"
			" WHERE doctype = 'Item' AND json_extract(data, '$.variant_of') IN (SELECT value FROM json_each(?3)))",
			settings.store,
			product.id,
			many(items),
		)
		shared = {code for row in elsewhere for code in (row["item_code"], row["template"])}
		return {code: _bound_item(code, data, code in shared) for code, data in items.items()}

	def _spelled(self, codes: Iterable[str]) -> dict[str, Data]:
		"""Items whose code is one of these, however it is spelled."""
		rows = self._all(
			f"SELECT name FROM document WHERE doctype = 'Item' AND name COLLATE NOCASE {AMONG}",
			many(codes),
		)
		return self._read_all("Item", (row["name"] for row in rows))

	def _found(self, product: Product, settings: StoreSettings) -> dict[str, tuple[str, ...]]:
		"""The usable Items that each variant's SKU, else its barcode fits."""
		rule = settings.sku_rule
		by_code: dict[str, list[str]] = defaultdict(list)
		for code, data in self._spelled(rule.item_code(v.sku) for v in product.variants).items():
			by_code[rule.item_key(code)] += [code] if usable(data) else []
		by_barcode = self._by_barcode(product, settings)
		found = {
			variant.id: by_code.get(rule.key(variant.sku))
			or by_barcode.get(rule.item_key(variant.barcode))
			or by_barcode.get(rule.key(variant.sku), [])
			for variant in product.variants
		}
		return {variant: tuple(codes) for variant, codes in found.items() if codes}

	def _by_barcode(self, product: Product, settings: StoreSettings) -> dict[str, list[str]]:
		rule = settings.sku_rule
		codes = {code for v in product.variants for code in (v.barcode, rule.item_code(v.sku)) if code}
		rows = self._all(
			"SELECT barcode.* FROM json_each(?) JOIN barcode ON barcode.barcode = json_each.value",
			many(codes),
		)
		items = self._read_all("Item", (row["item_code"] for row in rows))
		found: dict[str, list[str]] = defaultdict(list)
		for row in rows:
			if usable(items[row["item_code"]]):
				found[rule.item_key(row["barcode"])].append(row["item_code"])
		return found

	def _components(self, product: Product, settings: StoreSettings) -> dict[str, str]:
		parts = [part for variant in product.variants for part in variant.parts]
		known = self._known(settings.store, (part.product_id for part in parts))
		found = {part: known.get((part.product_id, part.variant_id)) for part in parts}
		return {
			f"{part.product_id}:{part.variant_id}": row["item_code"]
			for part, row in found.items()
			if row and row["item_code"]
		}

	def apply_product(
		self, command: CatalogueCommand, product: Product, settings: StoreSettings
	) -> Document | None:
		if isinstance(command, EnsureAttributes):
			for option in command.options:
				self._ensure_attribute(option)
			return None
		if isinstance(command, CreateItem):
			return self._create_item(command, product, settings)
		if isinstance(command, BindListing):
			self._bind(settings.store, product, _variant(product, command.variant_id), command.item_code)
			return ("Item", command.item_code)
		if isinstance(command, CreateBundle):
			return self._put_bundle(command.item_code, command.parts)
		if isinstance(command, UpdateItem):
			fields = {**self._data("Item", command.item_code).get("fields", {}), **command.fields}
			return self._put_item(command.item_code, {"fields": fields}, command.values)

	def _data(self, doctype: str, name: str) -> dict[str, Any]:
		row = self._read(doctype, name)
		return row["data"] if row else {}

	def _ensure_attribute(self, option: Option) -> None:
		"""Values are added, never replaced; case tells no two of them apart."""
		values: list[str] = self._data("Item Attribute", option.name).get("values", [])
		known = {value.casefold() for value in values}
		added = [value for value in dict.fromkeys(option.values) if value.casefold() not in known]
		self._write("Item Attribute", option.name, {"values": [*values, *added]}, 0)

	def _create_item(self, command: CreateItem, product: Product, settings: StoreSettings) -> Document:
		if self._read("Item", command.item_code):
			raise self._refused(command.item_code, f"Item {command.item_code} exists already")
		data = {
			"stock": command.stock and not command.template,
			"template": command.template,
			"variant_of": command.variant_of,
			"attributes": [[each.name, each.value] for each in command.attributes],
			"fields": command.fields,
		}
		document = self._put_item(command.item_code, data, command.values)
		if command.variant_id is not None:
			self._bind(settings.store, product, _variant(product, command.variant_id), command.item_code)
		return document

	def record_product(self, product: Product, settings: StoreSettings, gone: bool = False) -> None:
		self.database.execute(
			"INSERT INTO link (store, kind, external_id, version, state) VALUES (?, 'Product', ?, ?, ?)"
			" ON CONFLICT DO UPDATE SET version = excluded.version, state = excluded.state",
			settings.store,
			product.id,
			product.updated_at.isoformat(),
			"Gone" if gone else "",
		)


def values_of(data: Data) -> dict[str, Any]:
	"""What the Item has, by keys of `ITEM_FIELDS`, as the planners compare it."""
	values = dict(data.get("values", {}))
	if "weight" in values:
		values["weight"] = Decimal(values["weight"])
	if "customs" in values:
		values["customs"] = tuple(values["customs"])
	if barcodes := data.get("barcodes"):
		values["barcode"] = barcodes[0]
	return values


def attributes_of(data: Data) -> tuple[Attribute, ...]:
	"""An Item's attributes; of a template their names."""
	return tuple(Attribute(name=name, value=value) for name, value in data.get("attributes", ()))


def _bound_item(item_code: str, data: Data, shared: bool) -> BoundItem:
	return BoundItem(
		item_code=item_code,
		variant_of=data.get("variant_of"),
		attributes=attributes_of(data),
		stock=bool(data.get("stock")),
		shared=shared,
		values=values_of(data),
		fields=data.get("fields", {}),
		barcodes=tuple(data.get("barcodes", ())),
	)


def _variant(product: Product, variant_id: str) -> Variant:
	return next(variant for variant in product.variants if variant.id == variant_id)
