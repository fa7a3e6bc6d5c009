"""The demo on a machine without a bench: both emulated stores, the embedded ERP, a table and a page."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from .page import as_page, as_table
from .report import Report
from .scenario import Scenario
from .sellers import both
from .world import EmbeddedWorld, serve_door, settings_for


def run_demo(seed: int, count: int, page: Path, say: Callable[[str], None]) -> Report:
	"""`count` orders for each store; writes the page and says the table."""
	with tempfile.TemporaryDirectory() as folder, both(seed) as sellers:
		shops = [seller.shop() for seller in sellers]
		world = EmbeddedWorld(Path(folder) / "erp.sqlite", shops, lambda shop: settings_for(shop.store))
		with serve_door(world) as door:
			report = Scenario(world, sellers, door, seed, count).run(say)
	page.write_text(as_page(report, "Ecommerce Sync: the demo"), encoding="utf-8")
	say("\n" + as_table(report))
	say(f"\nThe same as a page: {page}")
	return report
