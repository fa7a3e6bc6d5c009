"""A large catalogue is imported from both stores, bound, pushed; doing it again changes and writes nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import sha256

import frappe
from bench_site import fresh, scalar
from fault_ground import Finding
from goods_ground import GoodsShop, import_all, make_warehouse, open_goods_shop
from printed import say

from ecommerce_sync.bootstrap import machine
from ecommerce_sync.sandbox.catalogue import generated
from ecommerce_sync.sync.prices import push_prices
from ecommerce_sync.sync.stock import push_stock

_CHECK = "catalogue"
_TABLES = (
	"Item",
	"Item Attribute",
	"Item Barcode",
	"Store Listing",
	"Store Stock Level",
	"Item Variant Attribute",
)


def large_catalogue(
	stack: ExitStack, prefix: str, company: str, products: int, variants: int
) -> Iterator[Finding]:
	"""Import, bind, push; a second import changes nothing and writes nothing."""
	catalogue = generated(products, variants)
	warehouse = make_warehouse("Check Catalogue", company)
	shops = [
		open_goods_shop(stack, prefix, name, company, catalogue, [warehouse], stock=7)
		for name in ("shopify", "woocommerce")
	]
	frappe.db.commit()
	frappe.set_user("ecommerce-sync@example.invalid")
	for shop in shops:
		yield from _import_once(shop, products, variants)
	for shop in shops:
		yield from _import_again(shop)
	frappe.set_user("Administrator")


def _import_once(shop: GoodsShop, products: int, variants: int) -> Iterator[Finding]:
	started = time.monotonic()
	counts = import_all(shop)
	say(f"{shop.name}: imported in {time.monotonic() - started:.0f} s, {counts}")
	yield Finding(_CHECK, f"{shop.name}: products imported", products, counts.get("done", 0))
	yield Finding(_CHECK, f"{shop.name}: variants bound", variants, _bound(shop.store))
	yield Finding(_CHECK, f"{shop.name}: failed", 0, counts.get("failed", 0))
	started = time.monotonic()
	pushed = push_stock(machine(), shop.store, budget=3600)
	say(f"{shop.name}: pushed {dict(pushed or {})} in {time.monotonic() - started:.0f} s")
	yield Finding(_CHECK, f"{shop.name}: numbers pushed (7 -> 0)", variants, (pushed or {}).get("pushed"))
	yield Finding(_CHECK, f"{shop.name}: variants that show another number than 0", 0, _wrong(shop))


def _import_again(shop: GoodsShop) -> Iterator[Finding]:
	before, calls = _prints(), shop.emulator.calls
	calls.clear()
	counts = import_all(shop)
	engine = machine()
	push_stock(engine, shop.store)
	push_prices(engine, shop.store)
	yield Finding(_CHECK, f"{shop.name}: rows changed by a second import", 0, counts.get("changed", 0))
	yield Finding(_CHECK, f"{shop.name}: tables after it", before, _prints())
	yield Finding(_CHECK, f"{shop.name}: calls that write", 0, calls.writes)


def _bound(store: str) -> int:
	return int(scalar("select count(*) from `tabStore Listing` where store = %s and item_code != ''", store))


def _prints() -> str:
	"""A print of rows and latest change of every table that an import writes."""
	fresh()
	rows = [frappe.db.sql(f"select count(*), max(modified) from `tab{table}`")[0] for table in _TABLES]
	return sha256(str(rows).encode()).hexdigest()[:12]


def _wrong(shop: GoodsShop) -> int:
	fresh()
	skus = frappe.get_all("Store Listing", {"store": shop.store}, pluck="sku", limit_page_length=0)
	return sum(1 for sku in skus if shop.seller.shows(sku) != 0)
