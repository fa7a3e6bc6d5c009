"""What the site has for one product of a store: link, listings, Items, bundles. A constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import frappe

from ...core.catalogue import BoundItem, ErpProduct, Proposal, codes_of
from ...core.catalogue.values import product_fields, product_values, variant_fields, variant_values
from ...core.models import Attribute
from ...core.products import Product, Variant
from ...core.settings import StoreSettings
from ..base import LinkKey
from . import bulk, item_values, items, links, told_values
from .fields import DATA_LENGTH

_USABLE = "i.disabled = 0 AND i.is_sales_item = 1 AND i.has_variants = 0"


def product_key(store: str, product_id: str) -> LinkKey:
	"""The link of a product."""
	return LinkKey(store=store, kind="Product", external_id=product_id)


def observe(product: Product, settings: StoreSettings, link: Mapping[str, Any] | None = None) -> ErpProduct:
	"""See `GoodsBooks.observe_product`; `link` is the product's row where it is locked already."""
	row = link or links.read(product_key(settings.store, product.id))
	listings = _listings(settings.store, product)
	bound = {variant: listing.item_code for variant, listing in listings.items() if listing.item_code}
	open_ones = [variant for variant in product.variants if variant.id not in bound]
	return ErpProduct(
		listings=bound,
		decided={variant: _decided(each) for variant, each in listings.items() if _undone(each)},
		items=_Items(product, settings, bound).found(),
		found=_fitting(open_ones, settings),
		taken=_taken(product, settings),
		components=_components(settings.store, product),
		bundles=_bundles(bound.values()),
		version=_version(row, product),
	)


def _version(link: Mapping[str, Any], product: Product) -> str | None:
	"""In the zone that the product's own time stands in, so that both compare as texts."""
	version = links.read_version(link.get("version"))
	return version.astimezone(product.updated_at.tzinfo).isoformat() if version else None


def _listings(store: str, product: Product) -> dict[str, Any]:
	rows = frappe.db.sql(
		"SELECT name, variant_id, item_code, `match`, proposed_item, candidates, chosen, ignored"
		" FROM `tabStore Listing` WHERE store = %s AND product_id = %s AND gone = 0",
		(store, product.id),
		as_dict=True,
	)
	return {row.variant_id or "": row for row in rows}


def _undone(row: Any) -> bool:
	return not row.item_code and bool(row.ignored or row.chosen or row.match)


def _decided(row: Any) -> Proposal:
	match = "ignored" if row.ignored else row.match or "ambiguous"
	return Proposal(
		listing=row.name, match=match, item_code=None if row.ignored else row.proposed_item or None
	)


def _taken(product: Product, settings: StoreSettings) -> frozenset[str]:
	"""Codes that cannot be given any more. MariaDB compares without case and accents, and takes all emoji for one.

	A SKU that is another code only to people is left to the attempt, which says what is in its way.
	"""
	by_name = {code: items.code_of(code) for code in codes_of(product, settings)}
	wanted = [(code, name) for code, name in by_name.items() if name]
	if not wanted:
		return frozenset()
	rows = frappe.db.sql(
		f"SELECT v.code, v.name, i.name FROM ({' UNION ALL '.join(['SELECT %s AS code, %s AS name'] * len(wanted))}) v"
		" JOIN `tabItem` i ON i.name = v.name",
		[text for pair in wanted for text in pair],
	)
	skus = {settings.sku_rule.item_code(variant.sku)[:DATA_LENGTH] for variant in product.variants}
	return frozenset(
		code for code, name, found in rows if code not in skus or name.casefold() == found.casefold()
	)


def _fitting(variants: Iterable[Variant], settings: StoreSettings) -> dict[str, tuple[str, ...]]:
	"""Usable Items by SKU, else by barcode, for variants that are not bound. One query."""
	rule, open_ones = settings.sku_rule, list(variants)
	skus = [code for variant in open_ones if (code := rule.item_code(variant.sku))]
	codes = [*skus, *(variant.barcode for variant in open_ones if variant.barcode)]
	if not codes:
		return {}
	named, coded = _by_codes(codes, rule.item_key)
	found = {}
	for variant in open_ones:
		by_sku = named.get(rule.key(variant.sku), ()) if variant.sku else ()
		keys = {rule.item_key(code) for code in (variant.barcode, rule.item_code(variant.sku)) if code}
		found[variant.id] = tuple(by_sku or sorted({item for key in keys for item in coded.get(key, ())}))
	return {variant: items for variant, items in found.items() if items}


def _by_codes(codes: list[str], key: Any) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
	"""Items by their code and by their barcodes, in the form that is compared."""
	marks = bulk.marks(codes)
	rows = frappe.db.sql(
		f"SELECT 1, i.name, i.name FROM `tabItem` i WHERE i.name IN ({marks}) AND {_USABLE} UNION ALL"
		" SELECT 0, b.barcode, i.name FROM `tabItem Barcode` b JOIN `tabItem` i ON i.name = b.parent"
		f" WHERE b.parenttype = 'Item' AND b.barcode IN ({marks}) AND {_USABLE}",
		[*codes, *codes],
	)
	named: dict[str, list[str]] = {}
	coded: dict[str, list[str]] = {}
	for is_name, code, item in rows:
		(named if is_name else coded).setdefault(key(code), []).append(item)
	return named, coded


def _components(store: str, product: Product) -> dict[str, str]:
	parts = sorted(
		{(part.product_id, part.variant_id) for variant in product.variants for part in variant.parts}
	)
	if not parts:
		return {}
	rows = frappe.db.sql(
		"SELECT product_id, variant_id, item_code FROM `tabStore Listing` WHERE store = %s AND item_code != ''"
		f" AND ({' OR '.join(['(product_id = %s AND variant_id = %s)'] * len(parts))})",
		[store, *(value for part in parts for value in part)],
	)
	return {f"{product_id}:{variant_id or ''}": item for product_id, variant_id, item in rows}


def _bundles(items: Iterable[str]) -> frozenset[str]:
	wanted = sorted(set(items))
	if not wanted:
		return frozenset()
	rows = frappe.db.sql(
		f"SELECT new_item_code FROM `tabProduct Bundle` WHERE new_item_code IN ({bulk.marks(wanted)})", wanted
	)
	return frozenset(name for (name,) in rows)


class _Items:
	"""The bound Items of a product and their templates."""

	def __init__(self, product: Product, settings: StoreSettings, bound: Mapping[str, str]) -> None:
		self.product, self.settings, self.bound = product, settings, bound
		self.mapped = told_values.mapped_columns(settings)
		self.rows = item_values.read(bound.values(), self.mapped, templates=True)
		self.barcodes = _barcodes(self.rows, [v.barcode for v in product.variants if v.barcode])
		self.attributes = _attributes([name for name, row in self.rows.items() if row.has_variants])
		self.shared = _shared(settings.store, product.id, bound.values())

	def found(self) -> dict[str, BoundItem]:
		"""By Item code."""
		wanted = {
			item: variant_values(self.product, variant)
			for variant in reversed(self.product.variants)
			if (item := self.bound.get(variant.id))
		}
		rest = product_values(self.product)
		return {name: self._item(row, wanted.get(name, rest)) for name, row in self.rows.items()}

	def _fields(self, row: Any) -> dict[str, Any]:
		"""Those that Field Mapping writes."""
		variant = next((v for v in self.product.variants if self.bound.get(v.id) == row.name), None)
		told = (
			variant_fields(self.product, variant, self.settings)
			if variant
			else product_fields(self.product, self.settings)
		)
		return told_values.settled_fields(row, self.mapped, told)

	def _item(self, row: Any, wanted: Mapping[str, Any]) -> BoundItem:
		own = self.barcodes.get(row.name, [])
		values = item_values.values_of(row, own)
		elsewhere = {code for item, codes in self.barcodes.items() if item != row.name for code in codes}
		barcode = wanted.get("barcode")
		return BoundItem(
			item_code=row.name,
			variant_of=row.variant_of or None,
			attributes=tuple(Attribute(name=name, value="") for name in self.attributes.get(row.name, ())),
			stock=bool(row.is_stock_item),
			shared=row.name in self.shared,
			values=told_values.settled(values, wanted, row, self.settings),
			fields=self._fields(row) if self.mapped else {},
			barcodes=(*own, barcode) if barcode in elsewhere and barcode not in own else tuple(own),
		)


def _barcodes(items: Iterable[str], told: list[str]) -> dict[str, list[str]]:
	"""Barcodes of the Items, and whose the told ones are: an Item cannot get one that another has."""
	names = sorted(items)
	if not names:
		return {}
	where, values = f"parent IN ({bulk.marks(names)})", names
	if told:
		where, values = f"{where} OR barcode IN ({bulk.marks(told)})", names + told
	found: dict[str, list[str]] = {}
	rows = frappe.db.sql(
		f"SELECT parent, barcode FROM `tabItem Barcode` WHERE parenttype = 'Item' AND ({where}) ORDER BY parent, idx",
		values,
	)
	for item, barcode in rows:
		found.setdefault(item, []).append(barcode)
	return found


def _attributes(templates: list[str]) -> dict[str, list[str]]:
	if not templates:
		return {}
	rows = frappe.db.sql(
		"SELECT parent, attribute FROM `tabItem Variant Attribute` WHERE parenttype = 'Item'"
		f" AND parent IN ({bulk.marks(templates)}) ORDER BY parent, idx",
		templates,
	)
	found: dict[str, list[str]] = {}
	for item, attribute in rows:
		found.setdefault(item, []).append(attribute)
	return found


def _shared(store: str, product_id: str, items: Iterable[str]) -> frozenset[str]:
	"""Items, and templates of them, that another product of the store is bound to as well."""
	wanted = sorted(set(items))
	if not wanted:
		return frozenset()
	marks = bulk.marks(wanted)
	rows = frappe.db.sql(
		"SELECT DISTINCT l.item_code FROM `tabStore Listing` l WHERE l.store = %s AND l.product_id != %s"
		f" AND l.gone = 0 AND l.item_code IN ({marks}) UNION SELECT DISTINCT i.variant_of FROM `tabItem` i"
		" JOIN `tabStore Listing` l ON l.item_code = i.name WHERE l.store = %s AND l.product_id != %s"
		f" AND l.gone = 0 AND i.variant_of IN (SELECT v.variant_of FROM `tabItem` v WHERE v.name IN ({marks}))",
		[store, product_id, *wanted, store, product_id, *wanted],
	)
	return frozenset(name for (name,) in rows if name)
