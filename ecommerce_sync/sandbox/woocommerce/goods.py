"""What the shop sells, and what happens to it: products made, edited, thrown away and restored, stock moved.

Whoever does it, the shop's staff, an order or a REST client, the same messages go out: a product's, a
variation's with its own id, and its product's, since WooCommerce saves the parent after the child.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

from ecommerce_sync.sandbox.woocommerce.errors import RestError
from ecommerce_sync.sandbox.woocommerce.product_edits import Editor
from ecommerce_sync.sandbox.woocommerce.product_index import Catalogue
from ecommerce_sync.sandbox.woocommerce.product_json import Shown
from ecommerce_sync.sandbox.woocommerce.products import Product
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings
from ecommerce_sync.sandbox.woocommerce.terms import Terms

Tell = Callable[[str, int], None]
FIRST_SIDE_ID = 500_000_000  # pictures and custom fields


class Goods:
	"""The shop's shelves. `tell` is called with a webhook topic and an id for everything that happens."""

	def __init__(self, now: Callable[[], datetime], tell: Tell) -> None:
		self.shelves, self.terms, self.now, self.tell = Catalogue(), Terms(), now, tell
		self.lock = threading.RLock()
		self._side_ids = count(FIRST_SIDE_ID)

	def shown(self, settings: StoreSettings, home: str, edit: bool = False) -> Shown:
		return Shown(self.shelves, self.terms, settings, home, self.now(), edit)

	def create(self, settings: StoreSettings, posted: Mapping[str, Any], parent_id: int = 0) -> Product:
		"""A new product, or a variation of `parent_id`. Raises RestError."""
		with self.lock:
			number, now = self.shelves.new_id(), self.now()
			kind: dict[str, Any] = {"type": "variation", "parent_id": parent_id} if parent_id else {}
			parent = self.shelves.get(parent_id)
			fresh = Product(number, parent.name if parent else "", now, now, **kind)
			made = self._editor(settings).edited(fresh, posted)
			self.shelves.put(made)
		self.tell("product.created", number)
		self._save_parent(made)
		return made

	def edit(self, settings: StoreSettings, id_: int, posted: Mapping[str, Any]) -> Product:
		"""Change a product or a variation; telling of it even when nothing changed. Raises RestError,
		KeyError when there is none."""
		with self.lock:
			edited = self._editor(settings).edited(self.get(id_), posted)
			self.shelves.put(edited)
		self.tell("product.updated", id_)
		self._save_parent(edited)
		return edited

	def delete(self, id_: int, force: bool = False) -> Product:
		"""Into the trash, with `force` for good, of which nobody is told. Raises KeyError."""
		with self.lock:
			product = self.get(id_)
			gone = [self._trashed(each) for each in (*self.shelves.children(id_), product)]
			for each in gone:
				if force:
					self.shelves.remove(each)
				else:
					self.shelves.put(each)
		if not force:
			self.tell("product.deleted", id_)
		self._save_parent(product)
		return product if force else gone[-1]

	def restore(self, id_: int) -> Product:
		"""Out of the trash, with its variations. Raises KeyError."""
		with self.lock:
			product = self.get(id_)
			family = [each for each in self.shelves.trashed() if id_ in (each.id, each.parent_id)]
			for each in family:
				self.shelves.put(replace(each, status=each.before_trash, modified=self._moved(each)))
		self.tell("product.restored", id_)
		self._save_parent(product)
		return self.get(id_)

	def get(self, id_: int) -> Product:
		"""Raises KeyError."""
		product = self.shelves.get(id_)
		if product is None:
			raise KeyError(f"The store has no product or variation {id_}.")
		return product

	def holder(self, id_: int) -> Product | None:
		"""The product or variation whose number counts for `id_`; None where nothing is counted."""
		product = self.shelves.get(id_)
		if product is None or product.manage_stock:
			return product
		parent = self.shelves.parent_of(product)
		return parent if parent and parent.manage_stock else None

	def move_stock(self, id_: int, pieces: int) -> int | None:
		"""Add pieces (or take them, when negative) wherever they are counted, and tell of it. The id of
		what counts them, None where nobody does."""
		with self.lock:
			holder = self.holder(id_)
			if holder is None:
				return None
			self.put_stock(holder, (holder.stock_quantity or 0) + pieces)
			return holder.id

	def put_stock(self, product: Product, quantity: int | None) -> None:
		"""Set a number; None: it is not counted any more."""
		with self.lock:
			moved = self._moved(product)
			counts = quantity is not None
			self.shelves.put(replace(product, stock_quantity=quantity, manage_stock=counts, modified=moved))
		self.tell("product.updated", product.id)
		self._save_parent(product)

	def sold(self, pieces: Iterable[tuple[int, int]]) -> None:
		"""Count total sales, of which WooCommerce tells nobody."""
		with self.lock:
			for id_, quantity in pieces:
				if product := self.shelves.get(id_):
					self.shelves.put(replace(product, total_sales=product.total_sales + quantity))

	def _editor(self, settings: StoreSettings) -> Editor:
		return Editor(self.shelves, self.terms, settings, lambda: next(self._side_ids), self.now())

	def _trashed(self, product: Product) -> Product:
		kept = product.before_trash if product.status == "trash" else product.status
		return replace(product, status="trash", before_trash=kept, modified=self._moved(product))

	def _save_parent(self, product: Product) -> None:
		"""wc_deferred_product_sync: after a variation its product is saved, which moves its time."""
		with self.lock:
			parent = self.shelves.parent_of(product)
			if parent is None:
				return
			self.shelves.put(replace(parent, modified=self._moved(parent)))
		self.tell("product.updated", parent.id)

	def _moved(self, product: Product) -> datetime:
		"""WooCommerce's clock: two edits within one second share their time."""
		return max(self.now(), product.modified)


def missing(status: int, variation: bool = False) -> RestError:
	"""What is answered about an id that is not there; reading gets 404, writing 400."""
	kind = "product_variation" if variation else "product"
	return RestError(f"woocommerce_rest_{kind}_invalid_id", "Invalid ID.", status)


def is_variation_error() -> RestError:
	"""Writing a variation where products are written."""
	message = (
		"To manipulate product variations you should use the"
		" /products/&lt;product_id&gt;/variations/&lt;id&gt; endpoint."
	)
	return RestError("woocommerce_rest_invalid_product_id", message, 404)
