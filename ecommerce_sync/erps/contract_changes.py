"""Which listings every ERP must make due, and when they are done, as a mixin; see `contract_goods`."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from .contract_goods_support import GoodsContract, sample_product, sample_variant

ONE, TWO, TEN = Decimal(1), Decimal(2), Decimal(10)


class ChangesContract(GoodsContract):
	"""From a change to a due listing, and on to a settled one."""

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

	def _heard(self, name: str, change: Callable[[], object]) -> None:
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
		again = self.erp.listings_of(self.store, names[1:])
		assert [listing.name for listing in again] == [listing.name for listing in few]

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
