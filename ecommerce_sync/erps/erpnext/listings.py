"""What a store sells, in Store Listing: bulk SQL that writes only what differs from what stands there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import frappe

from ...core.products import Price, Product, StockLevel, Variant
from ...core.settings import StoreSettings
from . import bulk
from .fields import decimal, fit, site_time
from .journal import FrappeJournal

DOCTYPE = "Store Listing"
GONE = "The store has no such variant any more."
TITLE_LENGTH = 255
_PRICE = ("store_price", "store_compare_at", "sale_from", "sale_until", "price_known")
_FACTS = ("sku", "barcode", "title", "inventory_item_id", "stock_holder", *_PRICE, "gone", "state")

Key = tuple[str, str]  # product and variant id


class Written:
	"""What `write` changed."""

	def __init__(self, rows: int, names: Mapping[Key, str]) -> None:
		self.rows = rows
		self.names = names  # of all variants that were told


def write(store: str, products: Sequence[Product]) -> Written:
	"""Bring the listings of these products up to date, inserting new ones; one read and at most three writes."""
	known = _known(store, [product.id for product in products])
	told = {
		(product.id, variant.id): _facts(product, variant)
		for product in products
		for variant in product.variants
	}
	changed = {key: row for key, facts in told.items() if (row := _difference(facts, known.get(key)))}
	_insert(store, changed)
	_due("price_due", [known[key] for key, row in changed.items() if _repriced(row, known.get(key))])
	back = [known[key] for key in changed if key in known and known[key]["gone"] and known[key]["item_code"]]
	_due("stock_due = UTC_TIMESTAMP(6), price_due", back)
	lost = _lost(products, told.keys(), known)
	mark_gone(lost)
	if changed.keys() - known.keys():
		known = _known(store, [product.id for product in products])
	return Written(len(changed) + len(lost), {key: str(known[key]["name"]) for key in told if key in known})


def _known(store: str, product_ids: Iterable[str]) -> dict[Key, dict[str, Any]]:
	"""The listings of the products as they stand."""
	ids = sorted(set(product_ids))
	columns = ", ".join(
		f"`{column}`" for column in ("name", "product_id", "variant_id", "item_code", *_FACTS)
	)
	rows: list[dict[str, Any]] = []
	for portion in bulk.portions(ids):
		rows += frappe.db.sql(
			f"SELECT {columns} FROM `tabStore Listing` WHERE store = %s AND product_id IN ({bulk.marks(portion)})",
			[store, *portion],
			as_dict=True,
		)
	return {(row["product_id"], row["variant_id"] or ""): row for row in rows}


def title_of(product: Product, variant: Variant) -> str:
	"""How the variant is called in the store: "Product – Variant"."""
	own = (variant.title or " / ".join(option.value for option in variant.options)).strip()
	whole = f"{product.title.strip()} – {own}" if own and own != product.title.strip() else product.title
	return fit(whole, TITLE_LENGTH)


def _facts(product: Product, variant: Variant) -> dict[str, Any]:
	"""The columns that the store decides about; those it said nothing of are missing."""
	facts: dict[str, Any] = {
		"sku": fit(variant.sku) or None,
		"barcode": fit(variant.barcode) or None,
		"stock_holder": variant.stock_holder,
		"gone": 0,
	}
	if variant.inventory_id:
		facts["inventory_item_id"] = fit(variant.inventory_id)
	if product.title:  # a variant's own message does not tell it
		facts["title"] = title_of(product, variant)
	return facts | (_price(variant.price) if variant.price else {})


def _price(price: Price) -> dict[str, Any]:
	return {
		"store_price": price.price,
		"store_compare_at": price.compare_at or Decimal(0),
		"sale_from": site_time(price.sale_from) if price.sale_from else None,
		"sale_until": site_time(price.sale_until) if price.sale_until else None,
		"price_known": 1,
	}


def _difference(facts: Mapping[str, Any], known: Mapping[str, Any] | None) -> dict[str, Any] | None:
	"""The whole row to write, None when it stands so."""
	before: dict[str, Any] = {name: _same_kind((known or {}).get(name)) for name in _FACTS}
	after = before | {name: _same_kind(value) for name, value in facts.items()}
	if known and after == before:
		return None
	if before["gone"] and not after["gone"]:
		after["state"] = None
	for name in ("store_price", "store_compare_at", "price_known", "gone"):
		after[name] = after[name] or 0
	return after


def _same_kind(value: Any) -> Any:
	"""Values as they compare: nothing is None, numbers are exact."""
	if value in (None, ""):
		return None
	if isinstance(value, int | float | Decimal):
		return decimal(value) or None
	return value


def _repriced(row: Mapping[str, Any], known: Mapping[str, Any] | None) -> bool:
	"""Whether a bound listing's price is another one than it was."""
	if not known or not known["item_code"] or not known["price_known"]:
		return False
	return any(_same_kind(row[name]) != _same_kind(known[name]) for name in _PRICE)


def _insert(store: str, rows: Mapping[Key, Mapping[str, Any]]) -> None:
	keyed = [
		{"store": store, "product_id": product_id, "variant_id": variant_id, **row}
		for (product_id, variant_id), row in rows.items()
	]
	bulk.insert(DOCTYPE, keyed, (*_FACTS, "modified", "modified_by"))


def _due(columns: str, rows: Sequence[Mapping[str, Any]]) -> None:
	if rows:
		frappe.db.sql(
			f"UPDATE `tabStore Listing` SET {columns} = UTC_TIMESTAMP(6) WHERE name IN ({bulk.marks(rows)})",
			[row["name"] for row in rows],
		)


def _lost(
	products: Sequence[Product], told: Iterable[Key], known: Mapping[Key, Mapping[str, Any]]
) -> list[str]:
	"""Listings of complete products that the store did not tell of."""
	complete, there = {product.id for product in products if product.complete}, set(told)
	return [
		str(row["name"])
		for key, row in known.items()
		if key[0] in complete and key not in there and not row["gone"]
	]


def mark_gone(names: Sequence[str]) -> None:
	"""These variants are no more: nothing of them is due. Their Item stays, for orders that still come."""
	if names:
		frappe.db.sql(
			"UPDATE `tabStore Listing` SET gone = 1, state = %s, stock_due = NULL, price_due = NULL,"
			f" modified = %s, modified_by = %s WHERE name IN ({bulk.marks(names)})",
			[GONE, frappe.utils.now(), frappe.session.user, *names],
		)


def product_gone(store: str, product_id: str) -> int:
	"""See `GoodsBooks.product_gone`."""
	names = [str(row["name"]) for row in _known(store, [product_id]).values() if not row["gone"]]
	mark_gone(names)
	return len(names)


def news(products: Sequence[Product], names: Mapping[Key, str]) -> tuple[list[StockLevel], int]:
	"""The levels that the products tell and that are not known so; how many of them were never known."""
	told = {
		(names[product.id, variant.id], level.location_id): level.model_copy(
			update={"product_id": product.id, "variant_id": variant.id}
		)
		for product in products
		for variant in product.variants
		for level in variant.levels
		if (product.id, variant.id) in names
	}
	known = _known_levels(sorted({listing for listing, _ in told}))
	differing = {
		key: level for key, level in told.items() if known.get(key) != (level.quantity, level.stocked)
	}
	return list(differing.values()), len(differing.keys() - known.keys())


def _known_levels(listings: Sequence[str]) -> dict[tuple[str, str], tuple[int | None, bool]]:
	found: dict[tuple[str, str], tuple[int | None, bool]] = {}
	for portion in bulk.portions(listings):
		rows = frappe.db.sql(
			"SELECT listing, location_id, known, quantity, stocked FROM `tabStore Stock Level`"
			f" WHERE listing IN ({bulk.marks(portion)})",
			list(portion),
		)
		found |= {
			(listing, place or ""): (int(quantity) if known else None, bool(stocked))
			for listing, place, known, quantity, stocked in rows
		}
	return found


def bind(store: str, product_id: str, variant_id: str, item_code: str, **facts: Any) -> None:
	"""The variant is this Item: due for stock and price, and what waited for the binding goes on."""
	row = {
		"store": store,
		"product_id": product_id,
		"variant_id": variant_id,
		"item_code": item_code,
		**facts,
	}
	fixed = {"match": "bound", "proposed_item": None, "candidates": None, "chosen": 0, "match_score": 0}
	bulk.insert(DOCTYPE, [{**row, **fixed}], ("item_code", *fixed, "modified", "modified_by"))
	frappe.db.sql(
		"UPDATE `tabStore Listing` SET stock_due = UTC_TIMESTAMP(6), price_due = UTC_TIMESTAMP(6)"
		" WHERE store = %s AND product_id = %s AND variant_id = %s",
		(store, product_id, variant_id),
	)
	_release(store, variant_id or product_id, facts.get("sku"))


def _release(store: str, variant: str, sku: str | None) -> None:
	"""Queue orders that wait for this variant or its SKU; looked up without locks first."""
	causes = [f"listing:{store}:{variant}", *([f"sku:{sku}"] if sku else [])]
	if frappe.db.exists("Sync Log", {"cause": ["in", causes], "state": "Failed"}):
		FrappeJournal().release(causes)


def bind_variant(product: Product, variant: Variant, item_code: str, settings: StoreSettings) -> None:
	"""`bind` with what a listing that is not there yet is to show."""
	facts = {
		"sku": fit(variant.sku) or None,
		"barcode": fit(variant.barcode) or None,
		"title": title_of(product, variant),
		"stock_holder": variant.stock_holder,
	}
	if variant.inventory_id:
		facts["inventory_item_id"] = fit(variant.inventory_id)
	bind(settings.store, product.id, variant.id, item_code, **facts)
