"""Stock goes out: differences only, sales that nobody saw are never overwritten, drift is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from time import sleep

import pytest

from ecommerce_sync.core.errors import Fixable, Transient
from ecommerce_sync.erps.goods import Confirmed
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.sync.audit import audit_stock
from ecommerce_sync.sync.prices import push_prices
from ecommerce_sync.sync.stock import push_stock

from .goods_world import PRICES, SALE, WAREHOUSE, GoodsWorld, goods_world

SHOPIFY, WOOCOMMERCE = "Demo Shopify", "Demo WooCommerce"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GoodsWorld]:
	with goods_world(tmp_path) as made:
		made.open_catalogue()
		made.listen()
		made.push()
		yield made


def test_a_receipt_is_shown_by_both_stores(world: GoodsWorld) -> None:
	world.receive("LAMP", 7)
	world.settle()
	assert world.shows("LAMP") == [7, 7]


def test_a_sale_in_one_store_lowers_the_other(world: GoodsWorld) -> None:
	world.receive("LAMP", 7)
	world.settle()
	world.sellers[SHOPIFY].sell("LAMP", 2)
	world.sellers[WOOCOMMERCE].sell("LAMP", 1)
	world.settle()
	assert world.shows("LAMP") == [4, 4]


def test_a_run_with_nothing_changed_asks_nothing(world: GoodsWorld) -> None:
	world.receive("LAMP", 7)
	world.settle()
	for seller in world.sellers.values():
		seller.emulator.calls.clear()
	world.push()
	for seller in world.sellers.values():
		assert (seller.emulator.calls.reads, seller.emulator.calls.writes) == (0, 0)


def test_an_order_that_is_held_is_counted(world: GoodsWorld) -> None:
	world.receive("LAMP", 7)
	world.settle()
	world.choose(SHOPIFY, tax_account=None, taxes=(), shipping_account=None)
	world.sellers[SHOPIFY].sell("LAMP", 2)
	world.hear()
	world.erp.add_item("UNKNOWN")
	world.settle()
	assert world.shows("LAMP") == [5, 5]


def test_a_buffer_is_kept_back(world: GoodsWorld) -> None:
	world.choose(WOOCOMMERCE, stock_buffer=Decimal(2))
	world.receive("LAMP", 7)
	world.receive("BAG", 1)
	world.settle()
	assert (world.shows("LAMP"), world.shows("BAG")) == ([7, 5], [1, 0])


def test_a_sale_between_reading_and_writing_is_not_overwritten(world: GoodsWorld) -> None:
	world.receive("LAMP", 7)
	world.settle()
	sold: list[str] = []
	for seller in world.sellers.values():

		def sell_once(_call: object, seller=seller) -> None:  # type: ignore[no-untyped-def]
			if seller.store not in sold:
				sold.append(seller.store)
				seller.sell("LAMP", 1)

		seller.emulator.before_write = sell_once  # type: ignore[attr-defined]
	world.receive("LAMP", 10)
	world.push()
	assert len(sold) == 2
	world.settle()
	assert world.shows("LAMP") == [15, 15]


@pytest.mark.parametrize(("policy", "shown", "state"), [("correct", 7, "Done"), ("report", 3, "Held")])
def test_a_number_changed_in_the_store_goes_by_the_policy(
	world: GoodsWorld, policy: str, shown: int, state: str
) -> None:
	for store in world.sellers:
		world.choose(store, drift=policy)
	world.receive("LAMP", 7)
	world.settle()
	for seller in world.sellers.values():
		seller.recount("LAMP", 3)
	world.settle()
	assert world.shows("LAMP") == [shown, shown]
	told = [row for row in world.journal.ended("Done", "Held") if row["topic"] == "stock.drift"]
	assert [row["state"] for row in told] == [state, state]
	assert {row["params"]["theirs"] for row in told} == {3}


def test_a_number_changed_in_the_store_is_adopted(world: GoodsWorld) -> None:
	world.choose(SHOPIFY, drift="adopt")
	world.receive("LAMP", 7)
	world.settle()
	world.sellers[SHOPIFY].recount("LAMP", 12)
	world.settle()
	assert world.shows("LAMP") == [12, 12]
	assert len(world.erp.documents("Stock Reconciliation")) == 1


def test_a_reported_difference_is_corrected_by_a_retry(world: GoodsWorld) -> None:
	world.choose(SHOPIFY, drift="report")
	world.receive("LAMP", 7)
	world.settle()
	world.sellers[SHOPIFY].recount("LAMP", 3)
	world.settle()
	[held] = [row for row in world.journal.ended("Held") if row["topic"] == "stock.drift"]
	world.journal.database.execute(
		"UPDATE event SET state = 'Queued', next_attempt = 0 WHERE name = ?", held["name"]
	)
	world.settle()
	assert world.sellers[SHOPIFY].shows("LAMP") == 7


def test_an_order_for_more_than_is_left_is_imported_and_flagged(world: GoodsWorld) -> None:
	world.receive("LAMP", 3)
	world.settle()
	world.sellers[SHOPIFY].sell("LAMP", 3)
	world.sellers[WOOCOMMERCE].sell("LAMP", 2)
	world.settle()
	oversold = [doc["data"]["oversold"] for doc in world.erp.documents("Sales Order")]
	assert sorted(len(flags) for flags in oversold) == [0, 1]
	[flag] = [flag for flags in oversold for flag in flags]
	assert (flag["item_code"], Decimal(flag["quantity"]), flag["warehouse"]) == ("LAMP", 2, WAREHOUSE)
	assert world.shows("LAMP") == [0, 0]


def test_the_audit_finds_repairs_and_tells_drift(world: GoodsWorld) -> None:
	skus = ["LAMP", "BAG", "BOWL", "PLATE"]
	for sku in skus:
		world.receive(sku, 9)
	world.settle()
	for seller in world.sellers.values():
		for sku in skus:
			seller.recount(sku, 1)
		seller.pending()  # the store's messages are lost
	for store in world.sellers:
		done = audit_stock(world.machine, store)
		assert done is not None and done["drifted"] == len(skus)
	assert [world.shows(sku) for sku in skus] == [[9, 9]] * len(skus)
	told = [row for row in world.journal.ended("Done") if row["topic"] == "stock.drift"]
	assert len(told) == 2 * len(skus)


def test_what_is_not_confirmed_stays_due(world: GoodsWorld) -> None:
	world.receive("LAMP", 7)

	def broken(_call: object) -> None:
		raise RuntimeError("the database of the store is away")

	healthy = {name: seller.emulator.before_write for name, seller in world.sellers.items()}
	for name, seller in world.sellers.items():
		seller.emulator.before_write = broken
		with pytest.raises(Transient):
			push_stock(world.machine, name)
		seller.emulator.before_write = healthy[name]
	assert world.shows("LAMP") == [0, 0]
	world.settle()
	assert world.shows("LAMP") == [7, 7]


def test_a_worker_that_dies_after_the_store_wrote_does_it_again(world: GoodsWorld) -> None:
	"""The store has the number, the ERP does not know it."""
	world.receive("LAMP", 7)
	machine = world.machine
	with pytest.MonkeyPatch.context() as patched:
		patched.setattr(type(world.erp), "confirm", _dying(type(world.erp).confirm))
		for store in world.sellers:
			with pytest.raises(KeyboardInterrupt):
				push_stock(machine, store)
	assert world.shows("LAMP") == [7, 7]
	world.receive("LAMP", 1)
	world.settle()
	assert world.shows("LAMP") == [8, 8]


def _dying(confirm: Callable[..., None]) -> Callable[..., None]:
	"""The worker dies before it has recorded what the store took."""

	def die(erp: object, store: str, levels: Sequence[Confirmed]) -> None:
		if any(level.quantity is not None for level in levels):
			raise KeyboardInterrupt
		confirm(erp, store, levels)

	return die


def test_a_number_that_returns_after_a_worker_died_is_written_again(world: GoodsWorld) -> None:
	"""The store was written 7 and nobody knows; what is wanted is again what was known before."""
	world.receive("LAMP", 3)
	world.settle()
	world.receive("LAMP", 4)
	with pytest.MonkeyPatch.context() as patched:
		patched.setattr(type(world.erp), "confirm", _dying(type(world.erp).confirm))
		for store in world.sellers:
			with pytest.raises(KeyboardInterrupt):
				push_stock(world.machine, store)
	assert world.shows("LAMP") == [7, 7]
	for seller in world.sellers.values():
		seller.pending()  # the stores' messages are lost
	world.receive("LAMP", -4)
	world.push()
	assert world.shows("LAMP") == [3, 3]


def test_a_sale_after_a_worker_died_is_not_overwritten(world: GoodsWorld) -> None:
	world.receive("LAMP", 7)
	with pytest.MonkeyPatch.context() as patched:
		patched.setattr(type(world.erp), "confirm", _dying(type(world.erp).confirm))
		for store in world.sellers:
			with pytest.raises(KeyboardInterrupt):
				push_stock(world.machine, store)
	world.sellers[SHOPIFY].sell("LAMP", 1)
	world.sellers[SHOPIFY].pending()  # the order is in no message
	world.push()
	assert world.shows("LAMP")[0] == 6
	world.settle()
	assert world.shows("LAMP") == [6, 6]


def test_a_bundle_shows_what_its_parts_allow(world: GoodsWorld) -> None:
	"""SET-COFF is 1 × COFF-250G and 2 × MUG-WHITE; WooCommerce counts no grouped products."""
	world.erp.add_bundle("SET-COFF", {"COFF-250G": Decimal(1), "MUG-WHITE": Decimal(2)})
	world.receive("COFF-250G", 4)
	world.receive("MUG-WHITE", 5)
	world.settle()
	listing = next(each for each in world.erp.listed(SHOPIFY) if each.sku == "SET-COFF")
	[found] = world.erp.listings_of(SHOPIFY, [listing.name])
	assert {part.item_code: part.quantity for part in found.parts} == {"COFF-250G": 1, "MUG-WHITE": 2}


def test_prices_follow_the_price_list(world: GoodsWorld) -> None:
	world.erp.set_price(PRICES, "LAMP", Decimal("84.50"))
	world.settle()
	assert [seller.asks("LAMP") for seller in world.sellers.values()] == [("84.50", None)] * 2
	world.erp.set_price(SALE, "LAMP", Decimal("70"))
	world.settle()
	assert [seller.asks("LAMP") for seller in world.sellers.values()] == [("70.00", "84.50")] * 2


def test_a_price_list_in_another_currency_is_refused(world: GoodsWorld) -> None:
	world.erp.set_price(PRICES, "LAMP", Decimal("84.50"))
	world.choose(SHOPIFY, shop_currency="EUR")
	with pytest.raises(Fixable, match="EUR"):
		push_prices(world.machine, SHOPIFY)


def test_an_order_whose_status_is_not_imported_is_counted_as_the_store_counts_it(world: GoodsWorld) -> None:
	world.choose(WOOCOMMERCE, statuses=("processing",))
	world.receive("LAMP", 7)
	world.settle()
	emulator = world.sellers[WOOCOMMERCE].emulator
	assert isinstance(emulator, EmulatedWooCommerce)
	order = emulator.update(emulator.sell("LAMP", 2), status="on-hold")
	world.settle()
	assert world.shows("LAMP") == [5, 5] and not world.erp.documents("Sales Order")
	emulator.update(order, status="pending")  # gives the pieces back
	world.settle()
	assert world.shows("LAMP") == [7, 7]
	emulator.update(order, status="on-hold")
	world.settle()
	assert world.shows("LAMP") == [5, 5]
	emulator.cancel(order)
	world.settle()
	assert world.shows("LAMP") == [7, 7]


@pytest.mark.parametrize("policy", ["correct", "adopt", "report"])
def test_what_the_other_store_sold_is_no_drift(world: GoodsWorld, policy: str) -> None:
	for store in world.sellers:
		world.choose(store, drift=policy)
	world.receive("LAMP", 7)
	world.settle()
	world.sellers[SHOPIFY].sell("LAMP", 2)
	world.sellers[WOOCOMMERCE].sell("LAMP", 1)
	world.settle()
	assert world.shows("LAMP") == [4, 4]
	assert not [row for row in world.journal.ended("Done", "Held") if row["topic"] == "stock.drift"]
	assert not world.erp.documents("Stock Reconciliation")


def test_only_what_was_changed_by_hand_is_adopted(world: GoodsWorld) -> None:
	"""Seven, two sold here, one sold there, and three put in by hand."""
	world.choose(SHOPIFY, drift="adopt")
	world.receive("LAMP", 7)
	world.settle()
	sleep(1.1)  # what happens within one second cannot be told apart
	world.sellers[SHOPIFY].sell("LAMP", 2)
	world.sellers[WOOCOMMERCE].sell("LAMP", 1)
	world.sellers[SHOPIFY].recount("LAMP", 8)
	world.settle()
	assert world.shows("LAMP") == [7, 7]
	assert len(world.erp.documents("Stock Reconciliation")) == 1
