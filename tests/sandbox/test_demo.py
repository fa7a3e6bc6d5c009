"""That the demo shows what happened to catalogue, stock, prices and whole orders, and that its comparison finds what differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import pytest

from ecommerce_sync.core.stock import Listing, StockPart
from ecommerce_sync.sandbox.demo import demo_settings, play
from ecommerce_sync.sandbox.goods_page import as_text
from ecommerce_sync.sandbox.goods_report import GoodsReport, Step, compare_prices, compare_stock, less, pieces
from ecommerce_sync.sandbox.life_desk import EmbeddedDesk
from ecommerce_sync.sandbox.life_page import life_text
from ecommerce_sync.sandbox.life_report import LifeReport, OrderLife
from ecommerce_sync.sandbox.life_report import Step as Act
from ecommerce_sync.sandbox.page import as_page
from ecommerce_sync.sandbox.report import Report
from ecommerce_sync.sandbox.sellers import both
from ecommerce_sync.sandbox.world import EmbeddedWorld, serve_door

BUNDLES = {"SET": {"HOLDER": Decimal(1), "CANDLE": Decimal(2)}}
LEDGER = {"HOLDER": Decimal(8), "CANDLE": Decimal(11), "LAMP": Decimal(-3)}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Report]:
	with both(5) as sellers:
		path = tmp_path_factory.mktemp("demo") / "erp.sqlite"
		shops = [seller.shop() for seller in sellers]
		world = EmbeddedWorld(path, shops, demo_settings)
		with serve_door(world) as door:
			yield play(world, EmbeddedDesk(world), sellers, door, 5, 12, "USD", lambda _: None)


def step(report: Report, title: str, sku: str) -> Step:
	titles = [each.title for each in report.goods.steps]
	start = next(at for at, each in enumerate(titles) if title in each)
	return next(each for each in report.goods.steps[start:] if each.sku == sku)


def test_both_catalogues_are_taken_over_once(report: Report) -> None:
	shopify, woocommerce = report.goods.openings
	assert (shopify.changed_again, woocommerce.changed_again) == (0, 0)
	assert shopify.created > 60 and woocommerce.created == 0
	assert shopify.matches["barcode"] == woocommerce.matches["barcode"] == 1
	assert [why for _, why in shopify.left] == ["no_sku", "no_sku", "duplicate_sku", "duplicate_sku"]


@pytest.mark.parametrize(
	("title", "sku", "shown"),
	[
		("made in ERPNext", "VASE-BLUE", "5"),
		("Item Price", "VASE-BLUE", "42.00"),
		("list for sales", "VASE-BLUE", "36.00 (was 42.00)"),
		("T-shirt", "TEE-S", "27.50"),
		("sells 2", "VASE-BLUE", "3"),
		("oversold", "VASE-BLUE", "0"),
		("12 more", "VASE-BLUE", "11"),
		("Somebody types 40", "VASE-BLUE", "11"),
		("candles are received", "SET-LIGHT", "5"),
		("sells a set", "SET-LIGHT", "4"),
		("sells a set", "CANDLE", "9"),
	],
)
def test_what_happens_reaches_both_stores(report: Report, title: str, sku: str, shown: str) -> None:
	found = step(report, title, sku)
	assert set(found.after.values()) == {shown}
	assert found.erp == shown


def test_a_person_is_told(report: Report) -> None:
	words = [words for _, words in report.goods.told]
	assert any("stood at 40" in each for each in words)
	assert any("1 × VASE-BLUE" in each for each in words)


def test_everything_agrees_at_the_end(report: Report) -> None:
	assert report.ok
	assert [each.compared > 50 for each in report.goods.agreements] == [True, False, True, False]
	assert all(each.compared for each in report.goods.agreements)


def test_one_order_of_each_store_goes_from_checkout_to_refund(report: Report) -> None:
	assert [order.store for order in report.lives.orders] == ["Demo Shopify", "Demo WooCommerce"]
	for order in report.lives.orders:
		kinds = Counter(paper.doctype for paper in order.papers)
		assert (kinds["Sales Order"], kinds["Delivery Note"], kinds["Payment Entry"]) == (1, 3, 2)
		assert order.steps[-1].erp["outstanding"] == 0
		assert order.steps[-1].erp["refunded"] == order.steps[-1].erp["credited"] > 0
		assert {"1Z-ERP-1, 1Z-STORE-2"} == {act.store["tracking"] for act in order.steps[3:4]}
	assert report.lives.ok


def test_documents_of_an_order_are_linked_on_the_page(report: Report) -> None:
	page = as_page(report, "Demo")
	for order in report.lives.orders:
		for paper in order.papers:
			anchor = f"doc-{order.store.replace(' ', '-')}-{paper.name}"
			assert f'id="{anchor}"' in page and f'href="#{anchor}"' in page
			assert not paper.of or paper.of in [each.name for each in order.papers]


def test_an_act_whose_figures_differ_is_told() -> None:
	act = Act("The buyer pays", (), {"paid": Decimal(5)}, {"paid": Decimal(4)})
	order = OrderLife("Shop", "#1", "", "EUR", [act], ())
	assert not LifeReport([order]).ok and not LifeReport().ok
	assert "  WRONG: The buyer pays: paid 5.00 EUR; ERPNext: paid 4.00 EUR" in list(
		life_text(LifeReport([order]))
	)
	agreed = OrderLife("Shop", "#1", "", "EUR", [act._replace(erp=act.store)], ("line 1: 2 to ship",))
	assert "  WRONG: line 1: 2 to ship" in list(life_text(LifeReport([agreed])))


def test_a_set_is_what_its_parts_allow() -> None:
	assert pieces("SET", LEDGER, BUNDLES) == 5
	assert pieces("SET", less(LEDGER, [("SET", 2), ("CANDLE", 1)], BUNDLES), BUNDLES) == 3
	assert pieces("LAMP", LEDGER, BUNDLES) == 0
	assert pieces("UNKNOWN", LEDGER, BUNDLES) == 0


class Shelf:
	store = "Shop"

	def shows(self, sku: str) -> int | None:
		return {"HOLDER": 8, "SET": 4}[sku]

	def asks(self, sku: str) -> tuple[str, str | None]:
		return {"HOLDER": ("9.00", None), "SET": ("20.00", "25.00")}[sku]


def listing(sku: str, **values: object) -> Listing:
	given = {"name": sku, "store": "Shop", "product_id": "1", "item_code": sku, "sku": sku, **values}
	return Listing.model_validate({"parts": (StockPart(item_code=sku),), **given})


def test_the_comparison_finds_what_differs() -> None:
	listings = [listing("HOLDER"), listing("SET"), listing("CARD", parts=()), listing("")]
	stock = compare_stock(Shelf(), listings, LEDGER, BUNDLES)
	assert stock.compared == 2
	assert stock.wrong == ["SET: the store shows 4, ERPNext has 5"]
	rates = {"HOLDER": (Decimal("9.50"), None), "SET": (Decimal(25), Decimal(20))}
	prices = compare_prices(Shelf(), listings, rates)
	assert prices.compared == 2 and len(prices.wrong) == 1 and prices.wrong[0].startswith("HOLDER")
	report = GoodsReport(agreements=[stock])
	assert not report.ok
	assert "  WRONG: SET: the store shows 4, ERPNext has 5" in list(as_text(report))


def test_nothing_compared_is_no_agreement() -> None:
	assert not GoodsReport(agreements=[compare_stock(Shelf(), [], LEDGER, BUNDLES)]).ok
	assert not GoodsReport().ok
