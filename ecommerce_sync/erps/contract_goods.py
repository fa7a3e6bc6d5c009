"""What every ERP must do for stock, prices and the catalogue, as mixins; see `contract` for how they run.

A test class takes one of these and gives what `contract_goods_support.GoodsContract` asks for. Each test
has a store of its own.
"""

from __future__ import annotations

from decimal import Decimal

from ..core.commands import ReplaceSalesOrder
from ..core.errors import Held
from ..core.models import Line
from ..core.orders import plan_order
from ..core.stock import StockPart
from .contract_catalogue import CatalogueContract
from .contract_changes import ChangesContract
from .contract_goods_support import PLACE, number, sample_product, sample_variant
from .contract_import import ImportContract
from .contract_levels import LevelsContract
from .contract_open_orders import OpenOrdersContract
from .contract_prices import PricesContract
from .contract_publishing import PublishingContract
from .contract_support import later, raises, unique
from .goods import Told

__all__ = [
	"CatalogueContract",
	"ImportContract",
	"LevelsContract",
	"OpenOrdersContract",
	"PricesContract",
	"PublishingContract",
	"StockContract",
]
ONE, TWO, SIX, TEN = Decimal(1), Decimal(2), Decimal(6), Decimal(10)


class StockContract(ChangesContract):
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

	def test_of_what_is_disabled_nothing_is_free(self) -> None:
		item, part = self.new_item(), self.new_item()
		bundle = self.new_bundle({part: TWO})
		names = self.sold(item, bundle)
		for each in (item, part):
			self.receive(each, self.warehouses[0], TEN)
		self.calm()
		for each in (item, bundle):
			self.disable(each)
		due = self.stock_due()
		assert set(due) == set(names)
		assert self.free(item) == 0
		(taken,) = due[names[1]].parts
		assert taken.item_code == bundle and self.free(bundle) == 0
		assert self.free(part) == TEN

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

	def test_an_order_is_planned_with_what_is_free(self) -> None:
		item, part, service = self.new_item(), self.new_item(), self.new_item(stock=False)
		bundle = self.new_bundle({part: TWO})
		self.receive(item, self.warehouses[0], TEN)
		self.receive(part, self.warehouses[1], SIX)
		self.sell(item, "4")
		lines = tuple(_line(code, code) for code in (item, bundle, service))
		order = self.order_for(item, "1", lines=lines, total=SIX)
		with self.erp.transaction([]):
			seen = self.erp.observe(order, self.goods)
		parts = {code: parts for code, parts in seen.parts.items() if parts}
		assert parts == {
			item: (StockPart(item_code=item),),
			bundle: (StockPart(item_code=part, quantity=TWO),),
		}
		assert {key: free for key, free in seen.free.items() if free} == {
			(item, self.warehouses[0]): SIX,
			(part, self.warehouses[1]): SIX,
		}

	def test_an_order_of_a_larger_unit_takes_what_is_in_it(self) -> None:
		item = self.new_item()
		product = sample_product(sample_variant(item))
		(name,) = self.bind(product, item)
		self.sell_as(name, SIX)
		self.receive(item, self.warehouses[0], Decimal(20))
		line = _line("1", item, product_id=product.id, variant_id=product.variants[0].id)
		order = self.order_for(item, "2", lines=(line,), total=TWO)
		with self.erp.transaction([]):
			parts = self.erp.observe(order, self.goods).parts
		assert parts == {item: (StockPart(item_code=item, quantity=SIX),)}
		self.bring_about(order, self.goods)
		assert self.free(item) == Decimal(8)

	def test_a_draft_takes_nothing_from_itself(self) -> None:
		item, part = self.new_item(), self.new_item()
		bundle, second = self.new_bundle({part: TWO}), self.warehouses[1]
		self.receive(item, second, SIX)
		self.receive(part, second, TWO)
		lines = (_line("1", item, Decimal(5)), _line("2", bundle, ONE))
		order = self.order_for(item, "5", lines=lines, total=SIX)
		self.bring_about(order, self.goods.model_copy(update={"submit": False}))
		assert (self.free(item, second), self.free(part, second)) == (ONE, Decimal(0))
		more = _line("1", item, SIX)
		changed = later(order, lines=(more, lines[1]), total=Decimal(7))
		with self.erp.transaction([]):
			seen = self.erp.observe(changed, self.goods)
		assert (seen.free[item, second], seen.free[part, second]) == (SIX, TWO)
		(command,) = plan_order(changed, seen, self.goods).commands
		assert isinstance(command, ReplaceSalesOrder)
		assert command.draft.oversold == ()
		assert {row.warehouse for row in command.draft.rows} == {second}

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


def _line(line_id: str, sku: str | None, quantity: Decimal = TWO, **changes: str) -> Line:
	return Line(id=line_id, title="Thing", sku=sku, quantity=quantity, subtotal=quantity, **changes)


def _told(listing: str, item_code: str, quantity: int) -> Told:
	return Told(listing=listing, item_code=item_code, location_id=PLACE, before=10, quantity=quantity)


def _alone(erp: object, store: str, work: str) -> bool:
	with erp.alone(store, work) as mine:  # type: ignore[attr-defined]
		return bool(mine)
