"""What every ERP must do for Items that a store is to have, as a mixin; see `contract_goods`."""

from __future__ import annotations

from .contract_goods_support import ALL, GoodsContract, number, sample_product, sample_variant


class PublishingContract(GoodsContract):
	"""Items that a store is to have."""

	def test_an_item_with_the_stores_flag_is_due_when_it_changes(self) -> None:
		item, plain = self.new_item(), self.new_item()
		self.offer(item, self.store)
		self.erp.take_changes()
		assert self.erp.items_due(self.store, ALL) == [item]
		read_at, _ = self.erp.item_state(item, self.goods)
		self.erp.published(item, None, self.goods, None, read_at)
		assert self.erp.items_due(self.store, ALL) == []
		self.retitle(plain, "Other")
		self.retitle(item, "Scarf")
		self.erp.take_changes()
		assert self.erp.items_due(self.store, ALL) == [item]
		assert self.store in self.erp.stores_due()

	def test_an_item_as_it_is_to_be_published(self) -> None:
		barcode = number()
		item = self.new_item(barcode=barcode)
		self.retitle(item, "Scarf")
		self.offer(item, self.store)
		_, state = self.erp.item_state(item, self.goods)
		assert (state.item_code, state.disabled, state.product_id, state.pushed) == (item, False, None, None)
		assert state.values["title"] == "Scarf"
		(variant,) = state.variants
		assert (variant.item_code, variant.barcode, variant.stock) == (item, barcode, True)
		assert (variant.listing, variant.variant_id) == (None, None)
		assert variant.document["item_code"] == item
		self.disable(item)
		assert self.erp.item_state(item, self.goods)[1].disabled

	def test_a_published_product_is_bound(self) -> None:
		item = self.new_item()
		self.offer(item, self.store)
		product = sample_product(sample_variant(item))
		read_at, _ = self.erp.item_state(item, self.goods)
		self.erp.published(item, product, self.goods, "print", read_at)
		assert self.found(product).listings == {product.variants[0].id: item}
		assert self.erp.items_due(self.store, ALL) == []
		_, state = self.erp.item_state(item, self.goods)
		assert (state.product_id, state.pushed) == (product.id, "print")
		(variant,) = state.variants
		assert (variant.variant_id, variant.listing) == (product.variants[0].id, self.names(product)[0])
		assert set(self.stock_due()) == set(self.names(product))

	def test_an_item_that_changes_while_it_is_written_stays_due(self) -> None:
		item = self.new_item()
		self.offer(item, self.store)
		read_at, _ = self.erp.item_state(item, self.goods)
		self.retitle(item, "Scarf")
		self.erp.take_changes()
		self.erp.published(item, sample_product(sample_variant(item)), self.goods, "print", read_at)
		assert self.erp.items_due(self.store, ALL) == [item]
		read_at, state = self.erp.item_state(item, self.goods)
		assert (state.values["title"], state.pushed) == ("Scarf", "print")
		self.erp.published(item, None, self.goods, None, read_at)
		assert self.erp.items_due(self.store, ALL) == []
