"""The emulated shop's catalogue: products and variants by id, by SKU and by title, and its collections."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Protocol

from ecommerce_sync.sandbox import catalogue
from ecommerce_sync.sandbox.currency import in_currency
from ecommerce_sync.sandbox.shopify import facts
from ecommerce_sync.sandbox.shopify.records import (
	DEFAULT_OPTION,
	DEFAULT_VALUE,
	ITEM_OFFSET,
	PRODUCT_IDS,
	VARIANT_IDS,
	Collection,
	Option,
	Product,
	Variant,
)
from ecommerce_sync.sandbox.shopify.shop import Shop
from ecommerce_sync.sandbox.story import Bought

ONLINE_STORE, POINT_OF_SALE = 71, 72
PUBLICATIONS = {ONLINE_STORE: "Online Store", POINT_OF_SALE: "Point of Sale"}
_TYPES = {"goods": "Goods", "food": "Food", "gift_card": "Gift Cards", "bundle": "Sets"}
# Everything that the shop opened with is as old as this.
_AGE = timedelta(days=400)


class Tell(Protocol):
	"""Queues a webhook of `topic` if anybody wants it; the payload is made only then."""

	def __call__(self, topic: str, payload: Callable[[], Any]) -> None: ...


class Goods:
	"""All products. Whoever changes one calls `changed`, so that indexes, times and webhooks follow."""

	def __init__(self, shop: Shop, clock: Callable[[], datetime], tell: Tell) -> None:
		self.shop, self.clock, self.tell = shop, clock, tell
		self.products: dict[int, Product] = {}
		self.variants: dict[int, Variant] = {}
		self.collections: dict[int, Collection] = {}
		self.product_ids: list[int] = []  # ascending
		self.variant_ids: list[int] = []
		self.by_sku: dict[str, dict[int, Variant]] = {}
		self._by_titles: dict[tuple[str, str | None], Variant] = {}
		self._handles: set[str] = set()
		self.bundles: dict[int, Variant] = {}
		self.edition = 0  # moves when a variant comes or goes
		self.numbers = count(900_000_001)

	def __getitem__(self, product_id: int) -> Product:
		return self.products[product_id]

	def item(self, item_id: int) -> Variant | None:
		"""The variant whose inventory item this is."""
		return self.variants.get(item_id - ITEM_OFFSET)

	def find(self, wanted: str | int) -> Variant:
		"""By SKU or by variant id. Raises KeyError."""
		if isinstance(wanted, int):
			return self.variants[wanted]
		return next(iter(self.by_sku[wanted.lower()].values()))

	def behind(self, bought: Bought) -> Variant | None:
		"""The variant that a story's line is about: by SKU, else by its titles."""
		same = self.by_sku.get((bought.sku or "").lower())
		if same:
			return next(iter(same.values()))
		found = self._by_titles.get((bought.title, bought.variant_title))
		return found if found is not None and found.id in self.variants else None

	# Filling the shop

	def open_with(self, products: Sequence[catalogue.Product]) -> None:
		"""The products of `sandbox.catalogue`, bundles last, published in the online store."""
		since = self.clock() - _AGE
		for number, title in enumerate(_TYPES.values(), 301):
			self.collections[number] = Collection(number, title, slug(title), since)
		for product in sorted(products, key=lambda product: bool(product.parts)):
			self.add(product, since)

	def add(self, given: catalogue.Product, since: datetime | None = None) -> Product:
		"""A product of the catalogue as this shop shows it."""
		moment = since or self.clock()
		product = Product(
			PRODUCT_IDS + given.id,
			given.title,
			self.free_handle(given.title),
			moment,
			moment,
			given.vendor,
			f"<p>{given.title}</p>",
			_TYPES[given.kind],
			gift_card=given.kind == "gift_card",
			tags=[given.kind],
			collections={number for number, c in self.collections.items() if c.title == _TYPES[given.kind]},
			published={ONLINE_STORE: moment},
		)
		product.options = self._options(given)
		parts = {self.find(sku).id: pieces for sku, pieces in given.parts}
		product.variants = [self._variant(product, variant, parts) for variant in given.variants]
		return self.enter(product)

	def adopt(self, bought: Bought, moment: datetime) -> Variant:
		"""What a line sold and no catalogue lists: a product of its own, or one more variant of it."""
		number = facts.product_id(bought)
		variant_id = facts.variant_id(bought)
		assert number is not None and variant_id is not None, "only lines of the catalogue"
		product = self.products.get(number)
		if product is None:
			product = Product(
				number, bought.title, self.free_handle(bought.title), moment, moment, "Emulated"
			)
			product.options = [Option(next(self.numbers), DEFAULT_OPTION, {})]
			product.gift_card = bought.kind == "gift_card"
			self.enter(product)
		value = bought.variant_title or DEFAULT_VALUE
		product.options[0].values.setdefault(value, next(self.numbers))
		is_good = bought.kind == "product"
		variant = Variant(variant_id, product, [value], bought.price, moment, moment, bought.sku)
		variant.tracked = variant.requires_shipping = variant.taxable = is_good
		variant.weight = facts.GRAMS / 1000 if is_good else 0.0
		product.variants.append(variant)
		self.enter_variant(variant, bought.variant_title)
		return variant

	def enter(self, product: Product) -> Product:
		"""Put a product and its variants in all indexes."""
		self.products[product.id] = product
		insort(self.product_ids, product.id)
		for variant in product.variants:
			self.enter_variant(variant, variant.title if not product.is_plain else None)
		return product

	def enter_variant(self, variant: Variant, title: str | None) -> None:
		"""Put a variant in all indexes; the first under its titles stays."""
		self.variants[variant.id] = variant
		self.edition += 1
		if variant.parts:
			self.bundles[variant.id] = variant
		insort(self.variant_ids, variant.id)
		self._by_titles.setdefault((variant.product.title, title), variant)
		self.set_sku(variant, variant.sku)

	def set_sku(self, variant: Variant, sku: str | None) -> None:
		"""Give a variant another SKU; the index follows."""
		self.by_sku.get((variant.sku or "").lower(), {}).pop(variant.id, None)
		variant.sku = sku
		if sku:
			self.by_sku.setdefault(sku.lower(), {})[variant.id] = variant

	def remove_variant(self, variant: Variant) -> None:
		"""Take a variant out of its product and all indexes."""
		variant.product.variants.remove(variant)
		self._leave(variant)

	def delete(self, product_id: int) -> None:
		"""The merchant deletes a product; queues products/delete."""
		product = self.products.pop(product_id)
		self.product_ids.pop(bisect_left(self.product_ids, product_id))
		for variant in product.variants:
			self._leave(variant)
		self.tell("products/delete", lambda: {"id": product_id})

	def _leave(self, variant: Variant) -> None:
		self.by_sku.get((variant.sku or "").lower(), {}).pop(variant.id, None)
		del self.variants[variant.id]
		self.bundles.pop(variant.id, None)
		self.edition += 1
		self.variant_ids.pop(bisect_left(self.variant_ids, variant.id))

	def free_handle(self, title: str) -> str:
		"""A handle made of the title that no other product has."""
		base = slug(title)
		tries = (base, *(f"{base}-{number}" for number in range(1, 100)))
		handle = next((t for t in tries if t not in self._handles), f"{base}-{next(self.numbers)}")
		self._handles.add(handle)
		return handle

	def _options(self, given: catalogue.Product) -> list[Option]:
		names = given.options or (DEFAULT_OPTION,)
		columns = zip(*(_values(variant, len(names)) for variant in given.variants), strict=True)
		return [
			Option(next(self.numbers), name, {value: next(self.numbers) for value in dict.fromkeys(column)})
			for name, column in zip(names, columns, strict=True)
		]

	def _variant(self, product: Product, given: catalogue.Variant, parts: dict[int, int]) -> Variant:
		is_good = given.kind != "gift_card"
		return Variant(
			VARIANT_IDS + given.id,
			product,
			_values(given, len(product.options)),
			in_currency(given.price, self.shop.currency),
			product.created_at,
			product.created_at,
			given.sku,
			given.barcode,
			tracked=is_good,
			requires_shipping=is_good,
			taxable=is_good,
			weight=given.grams / 1000 if is_good else 0.0,
			parts=parts,
		)


def _values(variant: catalogue.Variant, options: int) -> list[str]:
	return [DEFAULT_VALUE] if variant.title is None else variant.title.split(" / ", options - 1)


def slug(title: str) -> str:
	"""A handle as Shopify makes it of a title."""
	return re.sub(r"[^\w]+", "-", title.lower()).strip("-") or "product"
