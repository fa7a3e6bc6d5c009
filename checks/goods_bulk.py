"""Many Items, Bins, prices and listings at once, by SQL: their number is what a check needs, not how they came.

They are made for the checks only. Items are copies of one that ERPNext made, with codes of their own stem;
Bins hold pieces that no ledger tells of until a document moves them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import frappe
from frappe.utils import now_datetime
from goods_ground import GoodsShop

from ecommerce_sync.bootstrap import machine
from ecommerce_sync.demo_site import create_item
from ecommerce_sync.erps.erpnext import bulk
from ecommerce_sync.erps.goods import Confirmed
from ecommerce_sync.sandbox.catalogue import Product, generated

_NAME = "SUBSTR(SHA2(CONCAT_WS('/', {parts}), 256), 1, 16)"
_NOW = "NOW(6), NOW(6), 'Administrator', 'Administrator'"
_WHO = "creation, modified, owner, modified_by"


def code(stem: str, number: int) -> str:
	"""The Item code, and the SKU, of one of the Items."""
	return f"{stem}-{number}"


def catalogue_of(stem: str, numbers: Sequence[int]) -> tuple[Product, ...]:
	"""Simple products whose SKUs are the codes of the Items with these numbers."""
	made = generated(len(numbers), len(numbers))
	return tuple(_renamed(product, code(stem, number)) for product, number in zip(made, numbers, strict=True))


def _renamed(product: Product, sku: str) -> Product:
	(variant,) = product.variants
	return replace(product, variants=(replace(variant, sku=sku),))


def fill_items(stem: str, count: int) -> None:
	"""Items `stem-1` to `stem-count`; those that are there stay."""
	first = code(stem, 0)
	create_item(first, first)
	own = ("name", "item_code", "item_name")
	rest = ", ".join(f"`{name}`" for name in frappe.db.get_table_columns("Item") if name not in own)
	codes = ", ".join(["CONCAT(%(stem)s, '-', seq)"] * len(own))
	frappe.db.sql(
		f"INSERT IGNORE INTO `tabItem` ({', '.join(own)}, {rest}) SELECT {codes}, {rest}"
		f" FROM seq_1_to_{int(count)}, `tabItem` WHERE name = %(first)s",
		{"stem": stem, "first": first},
	)


def fill_bins(stem: str, count: int, warehouse: str, pieces: int) -> None:
	"""So many pieces of each of the Items in the warehouse, as they have been since the day before yesterday."""
	name = _NAME.format(parts="%(stem)s, seq, %(warehouse)s")
	frappe.db.sql(
		f"""INSERT INTO `tabBin` (name, {_WHO}, item_code, warehouse, actual_qty, projected_qty, stock_uom)
		SELECT {name}, %(then)s, %(then)s, 'Administrator', 'Administrator', CONCAT(%(stem)s, '-', seq),
			%(warehouse)s, %(pieces)s, %(pieces)s, 'Nos'
		FROM seq_1_to_{int(count)} ON DUPLICATE KEY UPDATE actual_qty = %(pieces)s""",
		{"stem": stem, "warehouse": warehouse, "pieces": pieces, "then": long_ago()},
	)


def long_ago() -> datetime:
	"""Before everything that the sweep over the Bins looks at."""
	moment: datetime = now_datetime() - timedelta(days=2)
	return moment


def fill_prices(stem: str, count: int, price_list: str, rate: int) -> None:
	"""One price for each of the Items."""
	name = _NAME.format(parts="'price', %(stem)s, seq, %(list)s")
	currency = frappe.db.get_value("Price List", price_list, "currency")
	frappe.db.sql(
		f"""INSERT INTO `tabItem Price`
		(name, {_WHO}, item_code, price_list, price_list_rate, currency, selling, uom)
		SELECT {name}, {_NOW}, CONCAT(%(stem)s, '-', seq), %(list)s, %(rate)s, %(currency)s, 1, 'Nos'
		FROM seq_1_to_{int(count)} ON DUPLICATE KEY UPDATE price_list_rate = %(rate)s""",
		{"stem": stem, "list": price_list, "rate": rate, "currency": currency},
	)


def bind_all(shop: GoodsShop, stem: str, numbers: Sequence[int], shown: int, price: int = 0) -> None:
	"""A bound listing for each product of the emulated store, known to show what it shows."""
	rows = [_listing(shop, code(stem, number), price) for number in numbers]
	bulk.insert("Store Listing", rows)
	_know(shop, shown)


def fill_listings(shop: GoodsShop, stem: str, count: int, shown: int, price: int = 0) -> None:
	"""Bound listings for the other Items up to `count`, of products that the emulated store does not have."""
	name = _NAME.format(parts="%(store)s, %(stem)s, seq")
	frappe.db.sql(
		f"""INSERT INTO `tabStore Listing` (name, {_WHO}, store, product_id, variant_id, item_code, sku, title,
			inventory_item_id, stock_holder, `match`, store_price, price_known)
		SELECT {name}, {_NOW}, %(store)s, 5000000 + seq, IF(%(variants)s, 50000000 + seq, ''), c.code, c.code,
			c.code, IF(%(variants)s, 60000000 + seq, NULL), 'variant', 'bound', %(price)s, %(price)s > 0
		FROM (SELECT seq, CONCAT(%(stem)s, '-', seq) AS code FROM seq_1_to_{int(count)}) c
		LEFT JOIN `tabStore Listing` l ON l.store = %(store)s AND l.item_code = c.code WHERE l.name IS NULL""",
		{"store": shop.store, "stem": stem, "price": price, "variants": shop.name == "shopify"},
	)
	_know(shop, shown)


def drop_listings(stem: str) -> None:
	"""The listings of all Items whose codes begin so, and what was known of them."""
	frappe.db.sql(
		"""DELETE l, v FROM `tabStore Listing` l LEFT JOIN `tabStore Stock Level` v ON v.listing = l.name
		WHERE l.item_code LIKE %s""",
		f"{stem}-%",
	)


def drop_items(stem: str) -> None:
	"""These Items with their Bins and prices. No document knows them."""
	for table, column in (("Item Price", "item_code"), ("Bin", "item_code"), ("Item", "name")):
		frappe.db.sql(f"DELETE FROM `tab{table}` WHERE `{column}` LIKE %s", f"{stem}-%")


def settle_statistics() -> None:
	"""The database looks at the tables that were filled, as it does by itself some time later."""
	tables = ("Item", "Bin", "Item Price", "Store Listing", "Store Stock Level", "Store Change")
	frappe.db.sql(f"ANALYZE TABLE {', '.join(f'`tab{table}`' for table in tables)}")


def _listing(shop: GoodsShop, sku: str, price: int) -> dict[str, object]:
	product, variant, item = _ids(shop, sku)
	return {
		"store": shop.store,
		"product_id": product,
		"variant_id": variant,
		"item_code": sku,
		"sku": sku,
		"title": sku,
		"inventory_item_id": item,
		"stock_holder": "variant",
		"match": "bound",
		"store_price": price,
		"price_known": int(price > 0),
	}


def _ids(shop: GoodsShop, sku: str) -> tuple[str, str, str | None]:
	if shop.name == "woocommerce":
		return str(shop.emulator.id_of(sku)), "", None
	variant = shop.emulator.goods.find(sku)
	return str(variant.product.id), str(variant.id), str(variant.item_id)


def _know(shop: GoodsShop, shown: int) -> None:
	"""Every listing of the store is known to show the number, as if its store had confirmed it. Commits."""
	frappe.db.commit()
	place = next(iter(machine().connect(shop.store).settings.stock_places())).location_id
	for names in _unknown(shop.store):
		levels = [Confirmed(listing=name, location_id=place, quantity=shown) for name in names]
		machine().erp.confirm(shop.store, levels)


def _unknown(store: str) -> Iterator[list[str]]:
	while rows := frappe.db.sql(
		"""SELECT l.name FROM `tabStore Listing` l LEFT JOIN `tabStore Stock Level` v ON v.listing = l.name
		WHERE l.store = %s AND v.name IS NULL LIMIT 20000""",
		store,
	):
		yield [name for (name,) in rows]
