"""The products of an emulated WooCommerce, found by id, SKU, GTIN, title or parent without searching.

Lists are kept sorted until something moves in them, so that a page of a hundred thousand costs a slice.
What is bought and not on the shelf (an order may name anything) is learnt with a stable id.
"""

from __future__ import annotations

import threading
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from ecommerce_sync.sandbox.story import Bought, Story
from ecommerce_sync.sandbox.woocommerce.encoding import trimmed
from ecommerce_sync.sandbox.woocommerce.products import Attribute, Product, is_no_product, name_of, slug_of

SORTS: dict[str, Callable[[Product], tuple[Any, ...]]] = {
	"id": lambda product: (product.id,),
	"date": lambda product: (product.created, product.id),
	"modified": lambda product: (product.modified, product.id),
	"title": lambda product: (product.name.casefold(), product.id),
	"slug": lambda product: (product.slug, product.id),
	"menu_order": lambda product: (product.menu_order, product.id),
}
LASTING = ("id", "date")  # orders that an edit does not change
Index = dict[str, dict[int, None]]


class Catalogue:
	"""Products and variations by id, with every index that a request asks for."""

	def __init__(self) -> None:
		self._products: dict[int, Product] = {}
		self._children: dict[int, dict[int, None]] = defaultdict(dict)
		self._skus: Index = defaultdict(dict)
		self._gtins: Index = defaultdict(dict)
		self._titles: dict[tuple[str, str | None], int] = {}
		self._sorted: dict[tuple[bool, str], list[int]] = {}
		self._last_id = 0
		self._lock = threading.RLock()

	def add_all(self, products: Iterable[Product]) -> None:
		for product in products:
			self.put(product)
			self._last_id = max(self._last_id, product.id)

	def new_id(self) -> int:
		with self._lock:
			self._last_id += 1
			while self._last_id in self._products:
				self._last_id += 1
			return self._last_id

	def get(self, id_: int) -> Product | None:
		return self._products.get(id_)

	def parent_of(self, product: Product) -> Product | None:
		return self._products.get(product.parent_id) if product.parent_id else None

	def children(self, id_: int) -> list[Product]:
		"""A product's variations that are not in the trash, oldest first."""
		found = (self._products[child] for child in list(self._children.get(id_, ())))
		return [child for child in found if child.status != "trash"]

	def put(self, product: Product) -> None:
		"""Take up a product, or its new state."""
		with self._lock:
			old = self._products.get(product.id)
			self._products[product.id] = product
			if product.parent_id:
				self._children[product.parent_id][product.id] = None
			_move(self._skus, product.id, sku_key(old.sku) if old else "", sku_key(product.sku))
			_move(self._gtins, product.id, old.gtin if old else "", product.gtin)
			lasts = old is not None and (old.status == "trash") == (product.status == "trash")
			self._forget(LASTING if lasts else ())

	def remove(self, product: Product) -> None:
		"""Delete for good."""
		with self._lock:
			self._products.pop(product.id, None)
			self._children[product.parent_id].pop(product.id, None)
			_move(self._skus, product.id, sku_key(product.sku), "")
			_move(self._gtins, product.id, product.gtin, "")
			self._forget(())

	def by_skus(self, skus: Iterable[str]) -> list[Product]:
		"""Products and variations; the database compares without case and without blanks at the end."""
		return self._indexed(self._skus, (sku_key(sku) for sku in skus))

	def by_gtins(self, gtins: Iterable[str]) -> list[Product]:
		return self._indexed(self._gtins, gtins)

	def ordered(self, variations: bool, by: str) -> list[int]:
		"""Ids of what is not in the trash, ascending by `SORTS[by]`."""
		with self._lock:
			if (variations, by) not in self._sorted:
				found = [p for p in self._products.values() if _listed(p) and p.is_variation == variations]
				self._sorted[variations, by] = [p.id for p in sorted(found, key=SORTS[by])]
			return self._sorted[variations, by]

	def trashed(self) -> list[Product]:
		return [product for product in list(self._products.values()) if product.status == "trash"]

	def call(self, product: Product, title: str, variant_title: str | None) -> None:
		"""Stories that name no SKU find the product under these titles."""
		self._titles[title, variant_title] = product.id

	def of_line(self, line: Bought) -> Product | None:
		"""What a story's line bought, as far as the shop has it."""
		if is_no_product(line):
			return None
		found = self.by_skus([line.sku]) if line.sku else []
		return found[0] if found else self.get(self._titles.get((line.title, line.variant_title), 0))

	def learn(self, story: Story) -> None:
		"""Take up what `story` bought and the shop does not have."""
		with self._lock:
			for line in story.lines:
				if not is_no_product(line) and self.of_line(line) is None:
					self._learn(line, story.created_at)

	def line_ids(self, line: Bought) -> tuple[int, int]:
		"""A line's product_id and variation_id; both 0 when it names no product of the store."""
		product = self.of_line(line)
		if product is None:
			return stable_ids(line)
		return (product.parent_id, product.id) if product.is_variation else (product.id, 0)

	def _learn(self, line: Bought, created: datetime) -> None:
		product_id, variation_id = stable_ids(line)
		values: dict[str, Any] = {
			"sku": line.sku or "",
			"regular_price": trimmed(line.price),
			"virtual": line.kind == "gift_card",
			"tax_status": "none" if line.kind == "gift_card" else "taxable",
		}
		if variation_id:
			options = tuple((f"Option {n}", each) for n, each in enumerate(_values(line), 1))
			self._learn_parent(product_id, line, created, options)
			values |= {"type": "variation", "parent_id": product_id, "options": options}
		name = name_of(line)
		number = variation_id or product_id
		product = Product(number, name, created, created, slug=slug_of(name, number), **values)
		self.put(product)
		self.call(product, line.title, line.variant_title)

	def _learn_parent(
		self, number: int, line: Bought, created: datetime, options: tuple[tuple[str, str], ...]
	) -> None:
		parent = self.get(number) or Product(
			number, line.title, created, created, type="variable", slug=slug_of(line.title, number)
		)
		known = {attribute.name: attribute.options for attribute in parent.attributes}
		attributes = tuple(
			Attribute(name, _with(known.get(name, ()), value), slug=name, position=at, variation=True)
			for at, (name, value) in enumerate(options)
		)
		self.put(replace(parent, attributes=attributes))

	def _indexed(self, index: Index, keys: Iterable[str]) -> list[Product]:
		found = dict.fromkeys(id_ for key in keys for id_ in index.get(key, ()))
		return [product for id_ in found if _listed(product := self._products[id_])]

	def _forget(self, kept: tuple[str, ...]) -> None:
		self._sorted = {key: ids for key, ids in self._sorted.items() if key[1] in kept}


def sku_key(sku: str) -> str:
	return sku.rstrip().casefold()


def stable_ids(line: Bought) -> tuple[int, int]:
	"""The product_id and variation_id of what no catalogue knows: the same whenever it is bought."""
	if is_no_product(line):
		return 0, 0
	if line.variant_title:
		return _stable_id(f"parent {line.title}"), _stable_id(line.sku or name_of(line))
	return _stable_id(line.sku or line.title), 0


def _stable_id(text: str) -> int:
	return 2_000_000_000 + zlib.crc32(text.encode()) % 100_000_000


def _values(line: Bought) -> list[str]:
	return (line.variant_title or "").split(" / ")


def _with(options: tuple[str, ...], value: str) -> tuple[str, ...]:
	return options if value in options else (*options, value)


def _listed(product: Product) -> bool:
	return product.status != "trash"


def _move(index: Index, id_: int, old: str, new: str) -> None:
	if old == new:
		return
	if old:
		index[old].pop(id_, None)
	if new:
		index[new][id_] = None
