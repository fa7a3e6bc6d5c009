"""The demo on a machine without a bench: both emulated stores, the embedded ERP, a table and a page."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from .goods_story import GoodsStory
from .page import as_page, as_table
from .report import Report
from .scenario import Scenario
from .sellers import DemoSeller, both
from .traffic import Traffic
from .world import EmbeddedWorld, World, selling, serve_door, settings_for

Say = Callable[[str], None]


def run_demo(seed: int, count: int, page: Path, say: Say) -> Report:
	"""`count` orders for each store; writes the page and says the table."""
	with tempfile.TemporaryDirectory() as folder, both(seed) as sellers:
		shops = [seller.shop() for seller in sellers]
		world = EmbeddedWorld(
			Path(folder) / "erp.sqlite", shops, lambda shop: selling(shop, settings_for(shop.store))
		)
		with serve_door(world) as door:
			report = play(world, sellers, door, seed, count, "USD", say)
	show(report, "Ecommerce Sync: the demo", page, say)
	return report


def play(
	world: World, sellers: Sequence[DemoSeller], door: str, seed: int, count: int, currency: str, say: Say
) -> Report:
	"""The catalogue first, then the orders of both stores, then single things; at the end all is compared."""
	orders = Scenario(world, sellers, door, seed, count, currency)
	goods = GoodsStory(world, sellers, Traffic(world, sellers, door), say)
	goods.open(5000 + 100 * count)  # enough for every order of the story
	orders.run(say)
	goods.catch_up()
	goods.tell()
	goods.compare(orders.waiting())
	return orders.report(goods.report)


def show(report: Report, title: str, page: Path, say: Say) -> None:
	"""The table on the terminal and the page in its file."""
	page.write_text(as_page(report, title), encoding="utf-8")
	say("\n" + as_table(report))
	say(f"\nThe same as a page: {page}")
