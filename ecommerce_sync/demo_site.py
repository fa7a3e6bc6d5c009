"""The demo's world on a Frappe site: Frappe's own web door, real workers' code, real ERPNext.

`bench --site SITE ecommerce-sync demo` uses it. Every run connects a pair of stores of its own, whose
documents stay for people to look at.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import frappe
from werkzeug.serving import make_server

from .bootstrap import SYNC_USER, machine
from .ecommerce_sync.doctype.store_connection import helpers
from .sandbox.catalogue import VARIANTS
from .sandbox.page import as_page, as_table
from .sandbox.report import Report
from .sandbox.scenario import Scenario
from .sandbox.sellers import DemoSeller, ShopifySeller, WooCommerceSeller
from .sandbox.shopify.server import EmulatedShopify
from .sandbox.woocommerce.server import EmulatedWooCommerce, QuietHandler
from .sandbox.world import PATH, Event, Imported, Shop
from .sync.machine import Machine
from .sync.receive import Receipt, receive

Say = Callable[[str], None]


class SiteWorld:
	"""What `sandbox.scenario` needs, on the site of the calling thread."""

	def __init__(self, stores: Sequence[str]) -> None:
		self.site: str = frappe.local.site
		self.stores = tuple(stores)

	def receive(self, store: str, headers: Mapping[str, str], body: bytes) -> Receipt:
		"""Like the web door, without HTTP."""
		from .bootstrap import inbox, journal

		with on_site(self.site):
			found = inbox(store)
			return receive(journal(), found, headers, body) if found else Receipt(404, "unknown store")

	@contextmanager
	def worker(self) -> Iterator[Machine]:
		with on_site(self.site), allowed_for_the_demo():
			frappe.set_user(SYNC_USER)
			yield machine()

	def add_item(self, item_code: str) -> None:
		create_item(item_code, item_code)
		frappe.db.commit()

	def events(self) -> list[Event]:
		frappe.db.rollback()  # see what the workers have committed since
		rows = frappe.get_all(
			"Sync Log",
			filters={"store": ["in", self.stores]},
			fields=["store", "external_id", "topic", "state", "reason", "params"],
			order_by="creation asc",
			limit_page_length=0,
		)
		return [
			Event(r.store, r.external_id, r.topic, r.state, r.reason, frappe.parse_json(r.params) or {})
			for r in rows
		]

	def sales_orders(self) -> list[Imported]:
		frappe.db.rollback()
		rows = frappe.db.sql(
			"""select l.store, l.external_id, d.name, d.grand_total, d.currency from `tabStore Link` l
			join `tabSales Order` d on d.name = l.document where l.kind = 'Order' and d.docstatus < 2
			and l.store in %(stores)s order by d.creation""",
			{"stores": self.stores},
		)
		digits = frappe.get_precision("Sales Order", "grand_total") or 2
		return [
			Imported(store, oid, name, f"{total:.{digits}f}", cur) for store, oid, name, total, cur in rows
		]


def run_demo(company: str | None, seed: int, count: int, page: Path, say: Say) -> Report:
	"""`count` orders for each store on the connected site; writes the page and says the table."""
	company = company or frappe.defaults.get_global_default("company")
	currency = frappe.get_cached_value("Company", company, "default_currency")
	with EmulatedShopify(seed) as shopify, EmulatedWooCommerce(seed) as woocommerce:
		run = frappe.db.count("Store Connection", {"store_name": ["like", "Demo Shopify%"]}) + 1
		sellers: list[DemoSeller] = [
			ShopifySeller(shopify, f"Demo Shopify {run}"),
			WooCommerceSeller(woocommerce, f"Demo WooCommerce {run}"),
		]
		with allowed_for_the_demo():
			stores = [connect_shop(seller.shop(), company) for seller in sellers]
			create_items()
			frappe.db.commit()
			with web_door() as door:
				report = Scenario(SiteWorld(stores), sellers, door, seed, count, currency).run(say)
			retire(stores)
	page.write_text(as_page(report, f"Ecommerce Sync: the demo on {frappe.local.site}"), encoding="utf-8")
	say("\n" + as_table(report))
	say(f"\nThe same as a page: {page}")
	return report


@contextmanager
def on_site(site: str) -> Iterator[None]:
	"""The calling thread connected to the site."""
	frappe.init(site=site)
	frappe.connect()
	try:
		yield
	finally:
		frappe.destroy()


@contextmanager
def allowed_for_the_demo() -> Iterator[None]:
	"""Emulated stores are plain http on this machine, which a site refuses unless its config allows it."""
	keys = ("ecommerce_sync_allow_http", "ecommerce_sync_allow_private_hosts")
	before = {key: frappe.conf.get(key) for key in keys}
	frappe.conf.update(dict.fromkeys(keys, 1))
	try:
		yield
	finally:
		frappe.conf.update(before)


@contextmanager
def web_door() -> Iterator[str]:
	"""Frappe's own web application on a free port; yields the webhook address."""
	import frappe.app

	frappe.app._site = frappe.local.site
	server = make_server("127.0.0.1", 0, frappe.app.application, threaded=True, request_handler=QuietHandler)
	threading.Thread(target=server.serve_forever, daemon=True, name="web-door").start()
	try:
		yield f"http://127.0.0.1:{server.server_port}{PATH}"
	finally:
		server.shutdown()
		server.server_close()


def connect_shop(shop: Shop, company: str, **values: Any) -> str:
	"""A Store Connection for an emulated store, with the helper Items and accounts; returns its name."""
	doc = frappe.new_doc("Store Connection")
	secret = shop.credentials.client_secret
	doc.update(
		{
			"store_name": shop.store,
			"enabled": 1,
			"platform": shop.platform,
			"url": shop.credentials.url,
			"shop_domain": shop.domain,
			"auth_method": "Access token" if shop.credentials.token else "Client ID and secret",
			"access_token": shop.credentials.token.get_secret_value() if shop.credentials.token else None,
			"client_id": shop.credentials.client_id,
			"client_secret": secret.get_secret_value() if secret else None,
			"webhook_secret": shop.secret,
			"company": company,
			**values,
		}
	)
	doc.insert()
	helpers.create(doc)
	doc.save()
	return str(doc.name)


def create_items() -> None:
	"""The catalogue's SKUs as Items."""
	for variant in VARIANTS:
		if variant.sku:
			create_item(variant.sku, variant.product_title)


def create_item(item_code: str, name: str) -> None:
	"""An Item as a person would make it, unless it is there."""
	if not frappe.db.exists("Item", item_code):
		group = frappe.db.get_value("Item Group", {"is_group": 0})
		item = {"doctype": "Item", "item_code": item_code, "item_name": name, "item_group": group}
		frappe.get_doc({**item, "stock_uom": "Nos", "is_stock_item": 1}).insert()


def retire(stores: Sequence[str]) -> None:
	"""The emulated stores are closed: no sweep should ask them any more."""
	for store in stores:
		frappe.db.set_value("Store Connection", store, "enabled", 0)
	frappe.db.commit()
