"""What the goods checks stand on: two stores with a catalogue, their warehouses, and how to wait for them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal
from typing import Any

import frappe
from bench_site import fresh
from printed import say

from ecommerce_sync.bootstrap import inbox, journal, machine
from ecommerce_sync.demo_site import connect_shop
from ecommerce_sync.sandbox.catalogue import Product, generated
from ecommerce_sync.sandbox.sellers import DemoSeller, ShopifySeller, WooCommerceSeller
from ecommerce_sync.sandbox.shopify.server import EmulatedShopify
from ecommerce_sync.sandbox.shopify.shop import Shop as ShopifyShop
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings as WooSettings
from ecommerce_sync.sync.catalogue import import_products, read_catalogue
from ecommerce_sync.sync.receive import receive

HOST = "127.0.0.1"
PRICE_LIST = "Check Goods Selling"


class GoodsShop:
	"""One store that sells from ERPNext's stock. `first_place` is its location for the first warehouse."""

	def __init__(self, seller: DemoSeller, store: str, warehouses: Sequence[str]) -> None:
		self.seller, self.store, self.warehouses = seller, store, tuple(warehouses)

	@property
	def emulator(self) -> Any:
		return self.seller.emulator  # type: ignore[attr-defined]

	@property
	def name(self) -> str:
		return self.seller.platform

	def hear(self) -> int:
		"""The store's messages through the door; how many there were."""
		found = inbox(self.store)
		if found is None:
			raise RuntimeError(f"Store Connection {self.store} is not enabled")
		messages = self.seller.pending()
		for message in messages:
			receipt = receive(journal(), found, message.headers, message.body)
			if receipt.status != 200:
				raise RuntimeError(f"{self.store} refused its own message: {receipt}")
		return len(messages)


def named_catalogue(word: str, products: int, variants: int) -> tuple[Product, ...]:
	"""A generated catalogue whose SKUs begin with the word, so that checks do not meet at their Items."""
	return tuple(_named(word, product) for product in generated(products, variants))


def _named(word: str, product: Product) -> Product:
	title = f"{word} {product.id}"
	variants = (
		replace(each, sku=f"{word}{(each.sku or '')[1:]}", product_title=title, barcode=None)
		for each in product.variants
	)
	return replace(product, title=title, variants=tuple(variants))


def open_goods_shop(
	stack: ExitStack,
	prefix: str,
	platform: str,
	company: str,
	catalogue: Sequence[Product],
	warehouses: Sequence[str],
	stock: int = 0,
	emulated: Mapping[str, Any] | None = None,
	**values: Any,
) -> GoodsShop:
	"""A store that shows the sum of the warehouses at its first place. The caller commits.

	`emulated` is for the emulated store, `values` for its Store Connection.
	"""
	currency = frappe.get_cached_value("Company", company, "default_currency")
	seller: DemoSeller
	place = ""
	if platform == "shopify":
		shop = ShopifyShop(domain=HOST, currency=currency)
		traits = {"points": 1e9, **(emulated or {})}
		emulator = EmulatedShopify(shop=shop, catalogue=catalogue, stock=stock, **traits)
		seller = ShopifySeller(stack.enter_context(emulator), f"{prefix} {platform}")
		place = str(emulator.stock.default)
	else:
		settings = WooSettings(currency=currency)
		woo = EmulatedWooCommerce(settings=settings, catalogue=catalogue, stock=stock, **(emulated or {}))
		seller = WooCommerceSeller(stack.enter_context(woo), f"{prefix} {platform}")
	rows = [
		{"location_id": place, "warehouse": name, "priority": at} for at, name in enumerate(warehouses, 1)
	]
	store = connect_shop(
		seller.shop(),
		company,
		**{
			"warehouse": warehouses[0],
			"locations": rows,
			"push_stock": 1,
			"push_prices": 1,
			"store_price_list": price_list(currency),
			"store_currency": currency,
			**values,
		},
	)
	return GoodsShop(seller, store, warehouses)


def price_list(currency: str) -> str:
	name = f"{PRICE_LIST} {currency}"
	if not frappe.db.exists("Price List", name):
		frappe.get_doc(
			{"doctype": "Price List", "price_list_name": name, "currency": currency, "selling": 1}
		).insert()
	return name


def make_warehouse(name: str, company: str) -> str:
	"""A warehouse of the company; its full name."""
	abbr = frappe.get_cached_value("Company", company, "abbr")
	if not frappe.db.exists("Warehouse", f"{name} - {abbr}"):
		frappe.get_doc({"doctype": "Warehouse", "warehouse_name": name, "company": company}).insert()
		frappe.flags.pop("warehouse_account_map", None)  # ERPNext keeps it as long as a request lasts
	return f"{name} - {abbr}"


def import_all(shop: GoodsShop) -> dict[str, int]:
	"""Read, propose, bind and create everything in this process; the counts of both steps."""
	engine = machine()
	counts = dict(read_catalogue(engine, shop.store))
	say(f"{shop.name}: read {counts}")

	def progress(done: int, expected: int) -> bool:
		if done % 200 == 0:
			say(f"{shop.name}: {done} of {expected} products")
		return True

	return counts | dict(import_products(engine, shop.store, progress))


def put_stock(item_code: str, warehouse: str, quantity: int, rate: float = 5) -> str:
	"""A submitted Stock Entry; its name. The caller commits."""
	receipt = {"t_warehouse": warehouse, "basic_rate": rate}
	issue = {"s_warehouse": warehouse}
	doc = frappe.get_doc(
		{
			"doctype": "Stock Entry",
			"stock_entry_type": "Material Receipt" if quantity > 0 else "Material Issue",
			"items": [{"item_code": item_code, "qty": abs(quantity), **(receipt if quantity > 0 else issue)}],
		}
	)
	doc.insert()
	doc.submit()
	return str(doc.name)


def wait_until_shown(shop: GoodsShop, sku: str, wanted: int, limit: float = 30) -> float | None:
	"""Seconds until the store shows the number, None when it never did."""
	started = time.monotonic()
	while time.monotonic() - started < limit:
		if shop.seller.shows(sku) == wanted:
			return time.monotonic() - started
		time.sleep(0.05)
	return None


def in_ledger(item_code: str, warehouses: Sequence[str]) -> Decimal:
	"""What the stock ledger and the open Sales Orders leave of an Item: computed without the app and without Bin.

	Bundles count by their Packed Items; none of the check's own is delivered in part.
	"""
	fresh()
	actual = sum((_on_hand(item_code, warehouse) for warehouse in warehouses), Decimal(0))
	[(reserved,)] = frappe.db.sql(
		"""select ifnull(sum(i.qty - i.delivered_qty), 0) from `tabSales Order Item` i
		join `tabSales Order` o on o.name = i.parent where i.item_code = %s and i.warehouse in %s
		and o.docstatus = 1 and o.status not in ('Closed', 'On Hold') and i.qty > i.delivered_qty""",
		(item_code, tuple(warehouses)),
	)
	[(packed,)] = frappe.db.sql(
		"""select ifnull(sum(p.qty), 0) from `tabPacked Item` p join `tabSales Order` o on o.name = p.parent
		where p.parenttype = 'Sales Order' and p.item_code = %s and p.warehouse in %s
		and o.docstatus = 1 and o.status not in ('Closed', 'On Hold') and o.per_delivered = 0""",
		(item_code, tuple(warehouses)),
	)
	return actual - Decimal(str(reserved)) - Decimal(str(packed))


def _on_hand(item_code: str, warehouse: str) -> Decimal:
	"""The balance after the last entry; a Stock Reconciliation's own quantity is 0 in the ledger."""
	rows = frappe.db.sql(
		"""select qty_after_transaction from `tabStock Ledger Entry` where item_code = %s and warehouse = %s
		and is_cancelled = 0 order by posting_date desc, posting_time desc, creation desc limit 1""",
		(item_code, warehouse),
	)
	return Decimal(str(rows[0][0])) if rows else Decimal(0)
