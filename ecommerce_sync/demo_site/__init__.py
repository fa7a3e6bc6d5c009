"""The demo on a Frappe site: Frappe's own web door, real workers' code, real ERPNext.

`bench --site SITE ecommerce-sync demo` uses it. Every run connects a pair of stores of its own, with a
warehouse and price lists of their own; its documents stay for people to look at.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import frappe

from ..sandbox.demo import play, show
from ..sandbox.report import Report
from ..sandbox.sellers import both
from .desk import SiteDesk, bank_account
from .person import prepare
from .policies import after_the_order
from .shops import connect_shop, create_item, create_items, retire
from .site import allowed_for_the_demo, allowed_for_workers, on_site, web_door
from .world import SiteWorld

__all__ = [
	"SiteDesk",
	"SiteWorld",
	"after_the_order",
	"allowed_for_the_demo",
	"connect_shop",
	"create_item",
	"create_items",
	"on_site",
	"retire",
	"run_demo",
	"web_door",
]

Say = Callable[[str], None]


def run_demo(company: str | None, seed: int, count: int, page: Path, say: Say) -> Report:
	"""`count` orders for each store on the connected site; writes the page and says the table."""
	company = company or frappe.defaults.get_global_default("company")
	currency = frappe.get_cached_value("Company", company, "default_currency")
	run = frappe.db.count("Store Connection", {"store_name": ["like", "Demo Shopify%"]}) + 1
	with both(seed, currency, f" {run}") as sellers, allowed_for_workers():
		ground = prepare(run, company, currency)
		shops, bank = [seller.shop() for seller in sellers], bank_account(company)
		stores = [
			connect_shop(shop, company, **ground.values(shop), **after_the_order(bank)) for shop in shops
		]
		frappe.db.commit()
		try:
			with web_door() as door:
				world = SiteWorld(stores, ground)
				report = play(world, SiteDesk(world), sellers, door, seed, count, currency, say)
		finally:
			retire(stores)
	show(report, f"Ecommerce Sync: the demo on {frappe.local.site}", page, say)
	return report
