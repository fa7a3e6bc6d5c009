"""What the shop's staff does to its products by hand, as methods of the store."""

from __future__ import annotations

from typing import Any

from ecommerce_sync.sandbox.woocommerce.goods import Goods
from ecommerce_sync.sandbox.woocommerce.products import Product
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings


class Shelf:
	"""The half of a store that sells; ids are those of products or variations, unknown ones raise KeyError."""

	goods: Goods
	settings: StoreSettings

	def stock_of(self, id_: int) -> int | None:
		"""The number that the shop shows, its product's for a variation that counts none; None: not counted."""
		self.goods.get(id_)
		holder = self.goods.holder(id_)
		return holder.stock_quantity if holder and holder.manage_stock else None

	def set_stock(self, id_: int, quantity: int | None) -> None:
		"""Type in a number where it is counted; where nothing was counted, it is from now on. None: stop."""
		with self.goods.lock:
			self.goods.put_stock(self.goods.holder(id_) or self.goods.get(id_), quantity)

	def id_of(self, sku: str) -> int:
		"""The id of the product or variation with this SKU. Raises KeyError."""
		found = self.goods.shelves.by_skus([sku])
		if not found:
			raise KeyError(f"The store sells nothing under the SKU {sku!r}.")
		return found[0].id

	def product(self, id_: int) -> Product:
		"""The product or variation as the store keeps it."""
		return self.goods.get(id_)

	def add_product(self, parent_id: int = 0, **fields: Any) -> Product:
		"""A new product, or a variation of `parent_id`; fields are those of REST v3. Raises RestError."""
		return self.goods.create(self.settings, fields, parent_id)

	def edit_product(self, id_: int, **fields: Any) -> Product:
		"""Change a product or a variation in the shop's admin; fields are those of REST v3. Raises RestError."""
		return self.goods.edit(self.settings, id_, fields)

	def trash_product(self, id_: int) -> None:
		self.goods.delete(id_)

	def restore_product(self, id_: int) -> None:
		self.goods.restore(id_)
