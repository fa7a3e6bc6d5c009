"""The sandbox's catalogue put on the shelves of an emulated WooCommerce."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ecommerce_sync.sandbox import catalogue
from ecommerce_sync.sandbox.currency import in_currency
from ecommerce_sync.sandbox.woocommerce.encoding import trimmed
from ecommerce_sync.sandbox.woocommerce.product_index import Catalogue
from ecommerce_sync.sandbox.woocommerce.products import Attribute, BundledItem, Product, slug_of
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings
from ecommerce_sync.sandbox.woocommerce.terms import Terms

Stock = int | Mapping[str, int] | None
AGE = timedelta(days=30)  # so long ago the shop was filled
GRAMS = {"kg": Decimal(1000), "g": Decimal(1), "lbs": Decimal("453.59237"), "oz": Decimal("28.349523125")}
CATEGORIES = {"goods": "Goods", "food": "Food", "gift_card": "Gift cards", "bundle": "Sets"}


class Seeder:
	"""Makes WooCommerce products of catalogue ones.

	`stock` is the number of pieces of each variant, or of those named by SKU, or None: nothing is counted.
	Gift cards and sets are never counted. With the plugin sets are bundles of Product Bundles, else grouped.
	"""

	def __init__(
		self, shelves: Catalogue, terms: Terms, settings: StoreSettings, stock: Stock, now: datetime
	) -> None:
		self.shelves, self.terms, self.settings, self.stock = shelves, terms, settings, stock
		self.created = now - AGE

	def fill(self, products: Sequence[catalogue.Product]) -> None:
		"""Put everything on the shelves, sets last, since they hold the others."""
		plain = [product for product in products if not product.parts]
		for product in [*plain, *(product for product in products if product.parts)]:
			self.shelves.add_all(self._made(product))
			for variant in product.variants:
				found = self.shelves.get(variant.id if _varies(product) else product.id)
				if found is not None:
					self.shelves.call(found, product.title, variant.title)

	def _made(self, product: catalogue.Product) -> Iterator[Product]:
		if product.parts:
			yield self._set(product)
		elif _varies(product):
			attributes = self._attributes(product)
			defaults = {
				"type": "variable",
				"attributes": attributes,
				"slug": slug_of(product.title, product.id),
			}
			yield self._base(product.id, product, **defaults)
			names = [attribute.name for attribute in attributes]
			for at, variant in enumerate(product.variants):
				yield self._variation(at, product, variant, names)
		else:
			(variant,) = product.variants
			slug = slug_of(product.title, product.id)
			yield self._base(product.id, product, slug=slug, **self._sold(variant))

	def _base(self, number: int, product: catalogue.Product, **values: Any) -> Product:
		category = self.terms.named("product_cat", CATEGORIES[product.kind])
		described = f"<p>{product.title}, full text.</p>"
		values = {"description": described, "categories": (category.id,), **values}
		return Product(number, product.title, self.created, self.created, **values)

	def _variation(
		self, at: int, product: catalogue.Product, variant: catalogue.Variant, names: list[str]
	) -> Product:
		options = tuple(zip(names, _parts(variant, len(names)), strict=False))
		name = f"{product.title} - {', '.join(option for _, option in options)}"
		values = {**self._sold(variant), "options": options, "menu_order": at + 1, "parent_id": product.id}
		created, slug = self.created, slug_of(name, variant.id)
		return Product(variant.id, name, created, created, type="variation", slug=slug, **values)

	def _set(self, product: catalogue.Product) -> Product:
		(variant,) = product.variants
		parts = [(found, count) for sku, count in product.parts for found in self.shelves.by_skus([sku])]
		values: dict[str, Any] = {**self._sold(variant), "slug": slug_of(product.title, product.id)}
		if self.settings.product_bundles:
			items = (_item(product.id, at, part, count) for at, (part, count) in enumerate(parts, 1))
			return self._base(product.id, product, **values, type="bundle", bundled=tuple(items))
		children = tuple(dict.fromkeys(part.parent_id or part.id for part, _ in parts))
		values["regular_price"] = ""
		return self._base(product.id, product, **values, type="grouped", grouped=children)

	def _sold(self, variant: catalogue.Variant) -> dict[str, Any]:
		virtual, quantity = variant.kind == "gift_card", self._quantity(variant)
		return {
			"sku": variant.sku or "",
			"gtin": variant.barcode or "",
			"regular_price": str(in_currency(variant.price, self.settings.currency)),
			"virtual": virtual,
			"tax_status": "none" if virtual else "taxable",
			"weight": "" if virtual else self._weight(variant.grams),
			"manage_stock": quantity is not None,
			"stock_quantity": quantity,
		}

	def _weight(self, grams: int) -> str:
		return trimmed((Decimal(grams) / GRAMS[self.settings.weight_unit]).quantize(Decimal("0.0001")))

	def _quantity(self, variant: catalogue.Variant) -> int | None:
		if variant.kind in ("gift_card", "bundle") or self.stock is None:
			return None
		return self.stock if isinstance(self.stock, int) else self.stock.get(variant.sku or "")

	def _attributes(self, product: catalogue.Product) -> tuple[Attribute, ...]:
		"""One for each option; they are global ones, with their values as terms."""
		names = product.options or ("Option",)
		parts = [_parts(variant, len(names)) for variant in product.variants]
		values = [tuple(dict.fromkeys(each[at] for each in parts)) for at in range(len(names))]
		return tuple(self._attribute(at, name, values[at]) for at, name in enumerate(names))

	def _attribute(self, at: int, name: str, values: tuple[str, ...]) -> Attribute:
		shared = self.terms.attribute_named(name)
		for value in values:
			self.terms.named(shared.slug, value)
		return Attribute(name, values, shared.id, shared.slug, at, variation=True)


def _varies(product: catalogue.Product) -> bool:
	return len(product.variants) > 1


def _parts(variant: catalogue.Variant, count: int) -> list[str]:
	"""One value for each option; what is missing is empty."""
	parts = (variant.title or "").split(" / ", count - 1)
	return [*parts, *[""] * (count - len(parts))]


def _item(container: int, at: int, part: Product, count: int) -> BundledItem:
	number = container * 100 + at
	if part.is_variation:
		return BundledItem(number, part.parent_id, part.id, count)
	return BundledItem(number, part.id, 0, count)
