"""What every ERP must keep of the numbers that a store shows, as a mixin; see `contract_goods`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from ..core.products import Product, StockLevel
from ..core.stock import KnownLevel, Listing, plan_stock
from .contract_goods_support import (
	PLACE,
	GoodsContract,
	now,
	number,
	sample_product,
	sample_variant,
	told_level,
)
from .goods import Confirmed, Told


class LevelsContract(GoodsContract):
	"""What a store is known to have."""

	def _one(self, **changes: object) -> tuple[Product, str, str]:
		"""A product of one variant that is bound, its Item and its Store Listing."""
		item = self.new_item()
		product = sample_product(sample_variant(item, **changes))
		(name,) = self.bind(product, item)
		self.calm()
		return product, item, name

	def _confirm(self, name: str, quantity: int | None, pushed: bool = True) -> None:
		level = Confirmed(listing=name, location_id=PLACE, quantity=quantity, pushed=pushed)
		self.erp.confirm(self.store, [level])

	def _level(self, name: str) -> KnownLevel:
		return self.listing(name).level(PLACE)

	def test_what_the_store_confirmed_is_known(self) -> None:
		_, _, name = self._one()
		assert self._level(name) == KnownLevel(location_id=PLACE)
		self._confirm(name, 5)
		assert self._level(name) == KnownLevel(location_id=PLACE, quantity=5)
		self._confirm(name, 4)
		assert self._level(name).quantity == 4

	def test_levels_are_kept_by_location(self) -> None:
		_, _, name = self._one()
		other = number()
		self._confirm(name, 5)
		self.erp.confirm(self.store, [Confirmed(listing=name, location_id=other, quantity=2)])
		seen = {level.location_id: level.quantity for level in self.listing(name).levels}
		assert seen == {PLACE: 5, other: 2}

	def test_a_place_that_does_not_keep_it_is_known_as_such(self) -> None:
		_, _, name = self._one()
		level = Confirmed(listing=name, location_id=PLACE, quantity=None, stocked=False, pushed=False)
		self.erp.confirm(self.store, [level])
		assert self._level(name).stocked is False
		self._confirm(name, 0)
		assert self._level(name) == KnownLevel(location_id=PLACE, quantity=0)

	def test_the_inventory_id_is_learnt_from_the_store(self) -> None:
		_, _, name = self._one()
		inventory = number()
		level = Confirmed(listing=name, location_id=PLACE, quantity=1, inventory_id=inventory, pushed=False)
		self.erp.confirm(self.store, [level])
		assert self.listing(name).inventory_id == inventory

	def test_levels_come_with_what_is_due(self) -> None:
		_, item, name = self._one()
		self._confirm(name, 5)
		self.receive(item, self.warehouses[0], Decimal(1))
		assert self.stock_due()[name].level(PLACE).quantity == 5

	def test_confirming_settles_nothing(self) -> None:
		_, item, name = self._one()
		self.receive(item, self.warehouses[0], Decimal(1))
		assert name in self.stock_due()
		self._confirm(name, 1)
		assert name in self.stock_due()

	def test_what_the_store_changed_is_told_once(self) -> None:
		product, item, name = self._one()
		self._confirm(name, 5)
		level = told_level(product, 3, at=now() + timedelta(seconds=5))
		assert self.erp.told(self.store, [level]) == [
			Told(listing=name, item_code=item, location_id=PLACE, before=5, quantity=3)
		]
		known = self._level(name)
		assert (known.quantity, known.moved, known.base) == (3, True, 5)
		self.erp.told(self.store, [told_level(product, 2, at=now() + timedelta(seconds=9))])
		assert (self._level(name).quantity, self._level(name).base) == (2, 5)
		assert set(self.stock_due()) == {name}
		assert self.erp.told(self.store, [level]) == []

	def test_settling_deals_with_what_moved(self) -> None:
		product, _, name = self._one()
		self._confirm(name, 5)
		self.erp.told(self.store, [told_level(product, 3)])
		read_at, _ = self.erp.stock_due(self.store, 10)
		self.erp.settle_stock(self.store, [name], read_at)
		assert self._level(name) == KnownLevel(location_id=PLACE, quantity=3)

	def test_a_write_deals_with_what_moved(self) -> None:
		product, _, name = self._one()
		self._confirm(name, 5)
		self.erp.told(self.store, [told_level(product, 3)])
		self._confirm(name, 5)
		assert self._level(name) == KnownLevel(location_id=PLACE, quantity=5)

	def test_an_echo_of_our_write_changes_nothing(self) -> None:
		product, _, name = self._one()
		self._confirm(name, 5)
		assert self.erp.told(self.store, [told_level(product, 5, at=now() + timedelta(seconds=5))]) == []
		assert self.stock_due() == {}
		assert self._level(name).moved is False

	def test_a_message_older_than_our_write_changes_nothing(self) -> None:
		product, _, name = self._one()
		self._confirm(name, 5)
		assert self.erp.told(self.store, [told_level(product, 9, at=now() - timedelta(minutes=5))]) == []
		assert self._level(name).quantity == 5
		assert self.stock_due() == {}

	def test_a_message_may_name_the_inventory_id_alone(self) -> None:
		inventory = number()
		_, item, name = self._one(inventory_id=inventory)
		self._confirm(name, 5)
		level = StockLevel(location_id=PLACE, quantity=2, inventory_id=inventory)
		assert [told.item_code for told in self.erp.told(self.store, [level])] == [item]
		assert self._level(name).quantity == 2

	def test_messages_about_unknown_variants_are_nothing(self) -> None:
		self._one()
		levels = [
			StockLevel(location_id=PLACE, quantity=1, inventory_id=number()),
			StockLevel(location_id=PLACE, quantity=1, product_id=number(), variant_id=number()),
			StockLevel(location_id=PLACE, quantity=1),
		]
		assert self.erp.told(self.store, levels) == []
		assert self.stock_due() == {}

	def test_variants_that_share_a_number_know_the_same(self) -> None:
		items = [self.new_item(), self.new_item()]
		product = sample_product(*(sample_variant(item, stock_holder="product") for item in items))
		self.bind(product, *items)
		for item in items:
			self.receive(item, self.warehouses[0], Decimal(2))
		assert self._push() == [4]
		assert self._push() == []
		shared = StockLevel(location_id=PLACE, quantity=1, product_id=product.id)
		assert {listing.level(PLACE).quantity for listing in self.stock_listings()} == {4}
		assert [(told.before, told.quantity) for told in self.erp.told(self.store, [shared])] == [(4, 1)]
		assert self._push() == [4]

	def stock_listings(self) -> list[Listing]:
		self.erp.mark_due(self.store, "stock")
		return self.erp.stock_due(self.store, 100)[1]

	def _push(self) -> list[int]:
		"""What a pusher would send; the store takes it all."""
		self.erp.mark_due(self.store, "stock")
		read_at, listings = self.erp.stock_due(self.store, 100)
		parts: Iterable[str] = [part.item_code for listing in listings for part in listing.parts]
		free = self.erp.free_stock(parts, self.warehouses)
		plan = plan_stock(listings, free, self.goods)
		for change in plan:
			self._confirm(change.listing.name, change.quantity)
		self.erp.settle_stock(self.store, [listing.name for listing in listings], read_at)
		return [change.quantity for change in plan]

	def test_after_a_push_nothing_differs(self) -> None:
		items = [self.new_item() for _ in range(3)]
		self.sold(*items)
		for count, item in enumerate(items, 1):
			self.receive(item, self.warehouses[count % 2], Decimal(count))
		assert sorted(self._push()) == [1, 2, 3]
		assert self._push() == []
		self.sell(items[2], "1")
		assert self._push() == [2]

	def test_what_the_store_refuses_is_due_no_more_until_it_changes(self) -> None:
		_, item, name = self._one()
		self.receive(item, self.warehouses[0], Decimal(1))
		self.erp.mark_due(self.store, "prices")
		assert name in self.stock_due()
		self.erp.refuse(self.store, {name: "Inventory item is not tracked"})
		assert (self.stock_due(), self.prices_due()) == ({}, set())
		self.receive(item, self.warehouses[0], Decimal(1))
		assert set(self.stock_due()) == {name}

	def test_the_audit_reads_all_bound_listings(self) -> None:
		names = self.sold(*(self.new_item() for _ in range(3)))
		loose = sample_product(sample_variant(self.new_item()))
		self.erp.list_products(self.store, [loose])
		self._confirm(names[0], 5)
		found = [listing for portion in self.erp.bound_listings(self.store) for listing in portion]
		assert {listing.name for listing in found} == set(names)
		assert {listing.name: listing.level(PLACE).quantity for listing in found}[names[0]] == 5

	def test_listings_of_a_deleted_product_are_not_pushed(self) -> None:
		product, item, _ = self._one()
		self.erp.ensure_links([self.product_key(product)])
		with self.erp.transaction([self.product_key(product)]):
			assert self.erp.product_gone(self.store, product.id) == 1
		self.receive(item, self.warehouses[0], Decimal(1))
		self.erp.mark_due(self.store, "stock")
		assert self.stock_due() == {}
		assert not [portion for portion in self.erp.bound_listings(self.store) if portion]

	def test_listings_of_a_restored_product_are_due_again(self) -> None:
		product, item, name = self._one()
		self.calm()
		self.erp.ensure_links([self.product_key(product)])
		with self.erp.transaction([self.product_key(product)]):
			self.erp.product_gone(self.store, product.id)
		self.receive(item, self.warehouses[0], Decimal(1))
		assert self.stock_due() == {} and self.prices_due() == set()
		self.erp.list_products(self.store, [product])
		assert set(self.stock_due()) == self.prices_due() == {name}
		assert self.listing(name).item_code == item
