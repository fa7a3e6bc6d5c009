"""The demo on a machine without a bench: both emulated stores, the embedded ERP, a table and a page."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from ..core.settings import MethodRule, StoreSettings
from .goods_story import GoodsStory
from .life_desk import EmbeddedDesk
from .life_run import Desk
from .life_story import LifeStory
from .page import as_page, as_table
from .report import Report
from .scenario import Scenario
from .sellers import DemoSeller, both
from .traffic import Traffic
from .world import EmbeddedWorld, Shop, World, selling, serve_door, settings_for

Say = Callable[[str], None]
BANK = "Bank - DC"
PAID_LATER = ("manual", "bacs")  # invoiced when shipped; everything else when paid


def run_demo(seed: int, count: int, page: Path, say: Say) -> Report:
	"""`count` orders for each store; writes the page and says the table."""
	with tempfile.TemporaryDirectory() as folder, both(seed) as sellers:
		shops = [seller.shop() for seller in sellers]
		world = EmbeddedWorld(Path(folder) / "erp.sqlite", shops, demo_settings)
		with serve_door(world) as door:
			report = play(world, EmbeddedDesk(world), sellers, door, seed, count, "USD", say)
	show(report, "Ecommerce Sync: the demo", page, say)
	return report


def play(
	world: World,
	desk: Desk,
	sellers: Sequence[DemoSeller],
	door: str,
	seed: int,
	count: int,
	currency: str,
	say: Say,
) -> Report:
	"""The catalogue first, then the orders of both stores, then single things and whole lives of orders.

	At the end all is compared.
	"""
	orders = Scenario(world, sellers, door, seed, count, currency)
	traffic = Traffic(world, sellers, door)
	goods = GoodsStory(world, sellers, traffic, say)
	lives = LifeStory(world, desk, sellers, traffic, currency, say)
	goods.open(5000 + 100 * count)  # enough for every order of the story
	orders.run(say)
	goods.catch_up()
	goods.tell()
	lives.tell()
	goods.compare(orders.waiting())
	return orders.report(goods.report, lives.report)


def demo_settings(shop: Shop) -> StoreSettings:
	"""Everything on: orders are paid and invoiced in ERPNext, shipments and returns travel both ways.

	Bank transfers and what staff notes as paid are invoiced when shipped, everything else when paid.
	"""
	rules = tuple(MethodRule(method=each, account=BANK, invoice="on_shipment") for each in PAID_LATER)
	changes = {
		"invoice": "on_payment",
		"record_payments": True,
		"payment_account": BANK,
		"payment_methods": rules,
		"fulfil": True,
		"deliveries_in": "submit",
		"returns_in": "submit",
	}
	return selling(shop, settings_for(shop.store)).model_copy(update=changes)


def show(report: Report, title: str, page: Path, say: Say) -> None:
	"""The table on the terminal and the page in its file."""
	page.write_text(as_page(report, title), encoding="utf-8")
	say("\n" + as_table(report))
	say(f"\nThe same as a page: {page}")
