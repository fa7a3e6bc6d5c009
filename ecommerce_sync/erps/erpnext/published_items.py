"""Items that a store is to have: which of them are due, how they stand, and what became of them.

The Store Link of kind "Item" keeps for each store and Item (a template, or one by itself) since when it is
due (`version`) and the digest of what was written last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import frappe

from ...core.catalogue import ItemState, VariantState
from ...core.models import Attribute
from ...core.products import Option, Product
from ...core.settings import StoreSettings
from ..base import LinkKey
from . import bulk, item_values, links, listings

LINK = "Store Link"
KIND = "Item"
_AT_ONCE = 2000
_FLAGGED = "s.parenttype = 'Item' AND s.parentfield = 'ecommerce_stores'"


def item_key(store: str, item_code: str) -> LinkKey:
	"""The link of an Item that a store is to have."""
	return LinkKey(store=store, kind=KIND, external_id=item_code)


def take_notes() -> int:
	"""Notes of kind "product" become due links, for every store whose flag the Item or its template carries."""
	taken = 0
	while rows := _notes():
		_make_due({row[1] for row in rows})
		frappe.db.sql(
			"DELETE FROM `tabStore Change` WHERE name IN %(names)s", {"names": [row[0] for row in rows]}
		)
		frappe.db.commit()
		taken += len(rows)
		if len(rows) < _AT_ONCE:
			break
	return taken


def _notes() -> list[tuple[int, str]]:
	return list(
		frappe.db.sql(
			f"SELECT name, item_code FROM `tabStore Change` WHERE kind = 'product' ORDER BY name LIMIT {_AT_ONCE}"
		)
	)


def _make_due(items: Iterable[str]) -> None:
	now = _clock()
	rows = frappe.db.sql(
		"SELECT DISTINCT s.store, IF(IFNULL(i.variant_of, '') = '', i.name, i.variant_of) FROM `tabItem` i"
		f" JOIN `tabItem Store` s ON s.parent IN (i.name, i.variant_of) AND {_FLAGGED} WHERE i.name IN %(items)s",
		{"items": sorted(items)},
	)
	due = [
		{
			**{"store": store, "kind": KIND, "external_id": item, "document_type": "Item", "document": item},
			**{"state": "Due", "version": now},
		}
		for store, item in sorted(rows)
	]
	bulk.insert(LINK, due, ("state", "version", "modified"))


def _clock() -> datetime:
	"""The database's, in UTC."""
	return frappe.db.sql("SELECT UTC_TIMESTAMP(6)")[0][0]


def due(store: str, limit: int) -> list[str]:
	"""See `GoodsBooks.items_due`; Items that were deleted or renamed meanwhile are left out."""
	rows = frappe.db.sql(
		"SELECT l.external_id FROM `tabStore Link` l JOIN `tabItem` i ON i.name = l.external_id"
		" WHERE l.store = %s AND l.kind = %s AND l.state = 'Due' ORDER BY l.version, l.external_id LIMIT %s",
		(store, KIND, limit),
	)
	return [str(row[0]) for row in rows]


def stores_due() -> list[str]:
	"""Enabled stores that write Items and have one due."""
	rows = frappe.db.sql(
		"SELECT c.name FROM `tabStore Connection` c WHERE c.enabled = 1 AND c.push_items = 1 AND (EXISTS"
		" (SELECT 1 FROM `tabStore Link` l WHERE l.kind = %s AND l.state = 'Due' AND l.store = c.name)"
		" OR EXISTS (SELECT 1 FROM `tabStore Change` n WHERE n.kind = 'product')) ORDER BY c.name",
		KIND,
	)
	return [str(row[0]) for row in rows]


def read_at() -> datetime:
	"""All changes committed before this are due or told of by what is read afterwards."""
	take_notes()
	return _clock()


def state(item_code: str, settings: StoreSettings) -> ItemState:
	"""See `GoodsBooks.item_state`. A constant number of queries."""
	rows = _family(item_code, settings.store)
	own, variants = rows[item_code], [row for row in rows.values() if row.variant_of == item_code]
	codes = [row.name for row in variants] or [item_code]
	barcodes, attributes = _barcodes(rows), _attributes(rows)
	product_id, listed = _listed(settings.store, codes)
	sold = [_variant(rows[code], barcodes, attributes, listed) for code in codes]
	return ItemState(
		item_code=item_code,
		disabled=bool(own.disabled),
		values=item_values.values_of(own, barcodes.get(item_code, ())),
		options=_options(attributes.get(item_code, []), sold) if own.has_variants else (),
		variants=tuple(sold) if variants or not own.has_variants else (),
		document=_document(own, barcodes, attributes),
		product_id=product_id,
		pushed=links.read(item_key(settings.store, item_code)).get("digest") or None,
	)


def _family(item_code: str, store: str) -> dict[str, Any]:
	"""The Item and, of a template, its variants: all where it carries the flag, else those that do."""
	flag = f"EXISTS (SELECT 1 FROM `tabItem Store` s WHERE s.parent = %s AND s.store = %s AND {_FLAGGED})"
	rows = frappe.db.sql(
		"SELECT i.*, UPPER(c.code) AS country_code FROM `tabItem` i"
		" LEFT JOIN `tabCountry` c ON c.name = i.country_of_origin WHERE i.name = %s"
		f" OR (i.variant_of = %s AND ({flag} OR {flag.replace('s.parent = %s', 's.parent = i.name')}))"
		" ORDER BY i.creation, i.name",
		(item_code, item_code, item_code, store, store),
		as_dict=True,
	)
	found = {row.name: row for row in rows}
	if item_code not in found:
		raise frappe.DoesNotExistError(f"There is no Item {item_code}.")
	return found


def _barcodes(items: Iterable[str]) -> dict[str, list[str]]:
	return _children("Item Barcode", "barcode", items)


def _children(doctype: str, column: str, items: Iterable[str]) -> dict[str, list[Any]]:
	found: dict[str, list[Any]] = {}
	rows = frappe.db.sql(
		f"SELECT parent, {column} FROM `tab{doctype}` WHERE parenttype = 'Item' AND parent IN %(items)s"
		" ORDER BY parent, idx",
		{"items": sorted(items)},
	)
	for parent, *values in rows:
		found.setdefault(parent, []).append(values[0] if len(values) == 1 else tuple(values))
	return found


def _attributes(items: Iterable[str]) -> dict[str, list[tuple[str, str | None]]]:
	return _children("Item Variant Attribute", "attribute, attribute_value", items)


def _listed(store: str, items: Sequence[str]) -> tuple[str | None, dict[str, Any]]:
	"""The product that most of the Items are variants of, and their listings in it by Item."""
	rows = frappe.db.sql(
		"SELECT name, product_id, variant_id, item_code FROM `tabStore Listing` WHERE store = %(store)s"
		" AND gone = 0 AND item_code IN %(items)s ORDER BY creation, name",
		{"store": store, "items": list(items)},
		as_dict=True,
	)
	if not rows:
		return None, {}
	product_id = Counter(row.product_id for row in rows).most_common(1)[0][0]
	return product_id, {row.item_code: row for row in reversed(rows) if row.product_id == product_id}


def _variant(
	row: Any, barcodes: dict[str, Any], attributes: dict[str, Any], listed: dict[str, Any]
) -> VariantState:
	listing, own = listed.get(row.name), barcodes.get(row.name, ())
	return VariantState(
		item_code=row.name,
		disabled=bool(row.disabled),
		listing=listing.name if listing else None,
		variant_id=(listing.variant_id or "") if listing else None,
		barcode=next(iter(own), None),
		attributes=tuple(
			Attribute(name=name, value=value) for name, value in attributes.get(row.name, ()) if value
		),
		stock=bool(row.is_stock_item),
		values=item_values.values_of(row, own),
		document=_document(row, barcodes, attributes),
	)


def _document(row: Any, barcodes: dict[str, Any], attributes: dict[str, Any]) -> dict[str, Any]:
	"""The Item for Field Mapping, with the two tables that stores know."""
	return {
		**row,
		"doctype": "Item",
		"barcodes": [{"barcode": code} for code in barcodes.get(row.name, ())],
		"attributes": [
			{"attribute": name, "attribute_value": value} for name, value in attributes.get(row.name, ())
		],
	}


def _options(attributes: list[tuple[str, str | None]], sold: Sequence[VariantState]) -> tuple[Option, ...]:
	"""The template's attributes with the values that variants have, in the attribute's order."""
	names = [name for name, _ in attributes]
	used: dict[str, set[str]] = {}
	for variant in sold:
		if not variant.disabled or variant.variant_id is not None:
			for attribute in variant.attributes:
				used.setdefault(attribute.name, set()).add(attribute.value)
	order = _order(names)
	return tuple(
		Option(
			name=name, values=tuple(sorted(used.get(name, ()), key=lambda value: _place(order, name, value)))
		)
		for name in names
	)


def _order(names: Sequence[str]) -> dict[tuple[str, str], int]:
	if not names:
		return {}
	rows = frappe.db.sql(
		"SELECT parent, attribute_value, idx FROM `tabItem Attribute Value` WHERE parent IN %(names)s",
		{"names": list(names)},
	)
	return {(parent, value): idx for parent, value, idx in rows}


def _place(order: dict[tuple[str, str], int], name: str, value: str) -> tuple[int, float, str]:
	"""Listed values by their position, numbers by size."""
	try:
		size = float(value)
	except ValueError:
		size = 0.0
	return order.get((name, value), 0), size, value


def settle(
	item_code: str,
	product: Product | None,
	settings: StoreSettings,
	digest: str | None,
	read_at: datetime,
) -> None:
	"""See `GoodsBooks.published`; what changed after `read_at` keeps the Item due."""
	key = item_key(settings.store, item_code)
	if product:
		listings.write(settings.store, [product])
		_bind(item_code, product, settings)
		known = {"store": key.store, "kind": key.kind, "external_id": key.external_id}
		bulk.insert(LINK, [{**known, "document_type": "Item", "document": item_code, "state": ""}])
	if digest:
		links.update(key, digest=digest)
	frappe.db.sql(
		"UPDATE `tabStore Link` SET state = '', version = NULL WHERE store = %s AND kind = %s AND external_id = %s"
		" AND (version IS NULL OR version <= %s)",
		(settings.store, KIND, item_code, read_at),
	)


def _bind(item_code: str, product: Product, settings: StoreSettings) -> None:
	rule = settings.sku_rule
	rows = _family(item_code, settings.store)
	codes = [name for name, row in rows.items() if not row.has_variants]
	by_key = {rule.item_key(code): code for code in codes}
	bound = _bound(settings.store, product.id)
	for variant in product.variants:
		code = codes[0] if product.single and len(codes) == 1 else by_key.get(rule.key(variant.sku))
		if code and not bound.get(variant.id):
			listings.bind_variant(product, variant, code, settings)


def _bound(store: str, product_id: str) -> dict[str, str]:
	rows = frappe.db.sql(
		"SELECT variant_id, item_code FROM `tabStore Listing` WHERE store = %s AND product_id = %s",
		(store, product_id),
	)
	return {variant or "": item for variant, item in rows if item}
