"""What every ERP must do for stock, prices and the catalogue, as mixins; see `contract` for how they run.

A test class takes one of these and gives what `contract_goods_support.GoodsContract` asks for. Each test
has a store of its own.
"""

from __future__ import annotations

from decimal import Decimal

from ..core.errors import Held
from ..core.models import Line
from ..core.stock import StockPart
from .contract_catalogue import CatalogueContract, PublishingContract
from .contract_goods_support import PLACE, GoodsContract, number, sample_product, sample_variant
from .contract_levels import LevelsContract
from .contract_open_orders import OpenOrdersContract
from .contract_prices import PricesContract
from .contract_support import raises, unique
from .goods import Told

__all__ = [
	"CatalogueContract",
	"LevelsContract",
	"OpenOrdersContract",
	"PricesContract",
	"PublishingContract",
	"StockContract",
]
ONE, TWO, SIX, TEN = Decimal(1), Decimal(2), Decimal(6), Decimal(10)


class StockContract(GoodsContract):
	"""What may be sold, and which listings hear of a change."""

	def test_what_is_received_and_issued_is_free(self) -> None:
		item, (first, second) = self.new_item(), self.warehouses
		self.receive(item, first, TEN)
		self.receive(item, second, TWO)
		self.issue(item, first, ONE)
		assert (self.free(item), self.free(item, second)) == (Decimal(9), TWO)
		both = self.erp.free_stock([item, self.new_item()], self.warehouses)
		assert {key: value for key, value in both.items() if value} == {
			(item, first): Decimal(9),
			(item, second): TWO,
		}

	def test_a_submitted_order_reserves_until_it_is_delivered_or_cancelled(self) -> None:
		item = self.new_item()
		self.receive(item, self.warehouses[0], TEN)
		_, delivered = self.sell(item, "3")
		_, cancelled = self.sell(item, "2")
		assert self.free(item) == Decimal(5)
		self.deliver(delivered)
		assert self.free(item) == Decimal(5)
		self.cancel_by_hand(cancelled)
		assert self.free(item) == Decimal(7)

	def test_a_draft_of_a_store_counts_too(self) -> None:
		item = self.new_item()
		self.receive(item, self.warehouses[0], TEN)
		self.sell(item, "4", submit=False)
		assert self.free(item) == SIX

	def test_more_may_be_sold_than_there_is(self) -> None:
		item = self.new_item()
		self.receive(item, self.warehouses[0], ONE)
		self.sell(item, "3")
		assert self.free(item) == Decimal(-2)

	def test_a_bundle_is_its_components(self) -> None:
		part, other = self.new_item(), self.new_item()
		bundle = self.new_bundle({part: TWO, other: ONE})
		(name,) = self.sold(bundle)
		parts = {part.item_code: part.quantity for part in self.listing(name).parts}
		assert parts == {part: TWO, other: ONE}
		for item in (part, other):
			self.receive(item, self.warehouses[0], TEN)
		self.sell(bundle, "3")
		assert (self.free(part), self.free(other)) == (Decimal(4), Decimal(7))
		self.sell(bundle, "1", submit=False)
		assert (self.free(part), self.free(other)) == (TWO, SIX)

	def test_parts_of_a_listing(self) -> None:
		item, service = self.new_item(), self.new_item(stock=False)
		goods, nothing = self.sold(item, service)
		assert self.listing(goods).parts == (StockPart(item_code=item),)
		assert self.listing(nothing).parts == ()
		self.sell_as(goods, SIX)
		assert self.listing(goods).parts == (StockPart(item_code=item, quantity=SIX),)

	def test_a_listing_as_the_pushers_see_it(self) -> None:
		item, inventory = self.new_item(), number()
		product = sample_product(sample_variant(f"SKU-{item}", inventory_id=inventory))
		(name,) = self.bind(product, item)
		seen = self.listing(name)
		assert (seen.product_id, seen.variant_id) == (product.id, product.variants[0].id)
		assert (seen.store, seen.item_code, seen.sku) == (self.store, item, f"SKU-{item}")
		assert (seen.inventory_id, seen.stock_holder, seen.own_buffer) == (inventory, "variant", None)
		self.keep_back(name, TWO)
		assert self.listing(name).own_buffer == TWO
		self.keep_back(name, Decimal(0))
		assert self.listing(name).own_buffer == 0

	def test_parts_of_order_lines(self) -> None:
		part, item = self.new_item(), self.new_item()
		bundle = self.new_bundle({part: TWO})
		product = sample_product(sample_variant("OTHER-" + unique()))
		(name,) = self.bind(product, item)
		self.sell_as(name, SIX)
		lines = [
			_line("bound", None, product_id=product.id, variant_id=product.variants[0].id),
			_line("sku", item),
			_line("bundle", bundle),
			_line("unknown", "NONE-" + unique()),
			_line("no sku", None),
		]
		assert self.erp.parts_of(self.store, lines) == {
			"bound": (StockPart(item_code=item, quantity=SIX),),
			"sku": (StockPart(item_code=item),),
			"bundle": (StockPart(item_code=part, quantity=TWO),),
		}

	# who hears of a change

	def test_nothing_is_due_where_nothing_changed(self) -> None:
		self.sold(self.new_item())
		assert self.stock_due() == {}
		assert self.store not in self.erp.stores_due()

	def test_every_kind_of_change_is_heard(self) -> None:
		item = self.new_item()
		(name,) = self.sold(item)
		self._heard(name, lambda: self.receive(item, self.warehouses[0], TEN))
		self._heard(name, lambda: self.issue(item, self.warehouses[0], ONE))
		self._heard(name, lambda: self._order(item))
		self._heard(name, lambda: self.deliver(self._order(item)))
		kept = self._order(item)
		self._heard(name, lambda: self.cancel_by_hand(kept))

	def _order(self, item: str) -> str:
		return self.sell(item, "1")[1]

	def _heard(self, name: str, change: object) -> None:
		assert callable(change)
		self.calm()
		change()
		assert set(self.stock_due()) == {name}
		assert self.store in self.erp.stores_due()

	def test_a_draft_is_heard_when_it_is_touched(self) -> None:
		item = self.new_item()
		(name,) = self.sold(item)
		order, _ = self.sell(item, "1", submit=False)
		self.calm()
		self.erp.touch(self.store, order.lines)
		assert set(self.stock_due()) == {name}

	def test_bundles_hear_of_their_components(self) -> None:
		part, other = self.new_item(), self.new_item()
		bundle = self.new_bundle({part: TWO})
		product = sample_product(sample_variant(bundle), sample_variant(part), sample_variant(other))
		in_bundle, single, _ = self.bind(product, bundle, part, other)
		self.calm()
		self.receive(part, self.warehouses[0], ONE)
		assert set(self.stock_due()) == {in_bundle, single}

	def test_variants_that_share_a_number_are_due_together(self) -> None:
		items = [self.new_item(), self.new_item()]
		names = self.sold(*items, stock_holder="product")
		self.receive(items[0], self.warehouses[0], ONE)
		due = self.stock_due()
		assert set(due) == set(names)
		assert {listing.stock_holder for listing in due.values()} == {"product"}
		_, few = self.erp.stock_due(self.store, 1)
		assert {listing.name for listing in few} == set(names)

	def test_all_stores_that_sell_an_item_hear(self) -> None:
		item = self.new_item()
		(name,) = self.sold(item)
		other = self.new_store()
		product = sample_product(sample_variant(item))
		self.receive(item, self.warehouses[0], ONE)
		self.erp.list_products(other, [product])
		assert set(self.stock_due()) == {name}
		assert self.erp.stock_due(other, 10)[1] == []

	def test_a_noted_change_is_taken_once(self) -> None:
		item = self.new_item()
		self.sold(item)
		self.receive(item, self.warehouses[0], ONE)
		assert self.erp.take_changes() >= 1
		assert self.erp.take_changes() == 0

	def test_only_so_many_are_handed_out(self) -> None:
		self.sold(*(self.new_item() for _ in range(3)))
		self.erp.mark_due(self.store, "stock")
		assert len(self.erp.stock_due(self.store, 2)[1]) == 2
		assert len(self.stock_due()) == 3

	def test_listings_are_made_due_by_name(self) -> None:
		names = self.sold(*(self.new_item() for _ in range(3)))
		self.erp.mark_due(self.store, "stock", names[1:])
		assert set(self.stock_due()) == set(names[1:])
		assert self.prices_due() == set()
		self.erp.mark_due(self.store, "prices", names[:1])
		assert self.prices_due() == set(names[:1])

	def test_what_is_settled_is_done_unless_it_changed_meanwhile(self) -> None:
		items = [self.new_item(), self.new_item()]
		names = self.sold(*items)
		for item in items:
			self.receive(item, self.warehouses[0], ONE)
		self.erp.take_changes()
		read_at, listings = self.erp.stock_due(self.store, 10)
		assert {listing.name for listing in listings} == set(names)
		self.receive(items[1], self.warehouses[0], ONE)
		self.erp.take_changes()
		self.erp.settle_stock(self.store, names, read_at)
		assert set(self.stock_due()) == {names[1]}

	def test_a_change_that_was_not_taken_yet_survives_settling(self) -> None:
		item = self.new_item()
		(name,) = self.sold(item)
		self.receive(item, self.warehouses[0], ONE)
		self.erp.take_changes()
		read_at, _ = self.erp.stock_due(self.store, 10)
		self.receive(item, self.warehouses[0], ONE)
		self.erp.settle_stock(self.store, [name], read_at)
		assert set(self.stock_due()) == {name}

	def test_one_worker_at_a_time(self) -> None:
		with self.erp.alone(self.store, "stock") as mine:
			assert mine
			assert not self.elsewhere(lambda erp, journal: _alone(erp, self.store, "stock"))
			assert self.elsewhere(lambda erp, journal: _alone(erp, self.store, "prices"))
			assert self.elsewhere(lambda erp, journal: _alone(erp, self.store + "2", "stock"))
		assert self.elsewhere(lambda erp, journal: _alone(erp, self.store, "stock"))

	def test_a_difference_made_in_the_store_is_adopted(self) -> None:
		item = self.new_item()
		(name,) = self.sold(item)
		self.receive(item, self.warehouses[0], TEN)
		doctype, document = self.erp.adopt(_told(name, item, 7), self.warehouses[0], -3, self.goods)
		assert doctype == "Stock Reconciliation" and document
		assert self.free(item) == Decimal(7)
		assert set(self.stock_due()) == {name}

	def test_no_difference_of_a_bundle_is_adopted(self) -> None:
		part = self.new_item()
		bundle = self.new_bundle({part: ONE})
		(name,) = self.sold(bundle)
		with raises(Held):
			self.erp.adopt(_told(name, bundle, 7), self.warehouses[0], -3, self.goods)


def _line(line_id: str, sku: str | None, **changes: str) -> Line:
	return Line(id=line_id, title="Thing", sku=sku, quantity=TWO, subtotal=TWO, **changes)


def _told(listing: str, item_code: str, quantity: int) -> Told:
	return Told(listing=listing, item_code=item_code, location_id=PLACE, before=10, quantity=quantity)


def _alone(erp: object, store: str, work: str) -> bool:
	with erp.alone(store, work) as mine:  # type: ignore[attr-defined]
		return bool(mine)
