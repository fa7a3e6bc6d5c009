"""Neutral words for what a store sells: products, variants, quantities and prices, the same for every platform.

Prices are `Decimal` in the shop's currency and on its basis (with or without tax, as the shop keeps them),
weights kilograms, quantities pieces as the store counts them, times timezone-aware.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from .models import Attribute, Code, Model

ProductStatus = Literal["active", "draft", "archived"]
# Who keeps the number: the variant itself, its product for all variants (manage_stock "parent"), or nobody.
StockHolder = Literal["variant", "product", "nobody"]


class Price(Model):
	"""What is asked now, and what was asked before where that is more.

	The period is that of the reduction; platforms without dates ignore it (`Capabilities.sale_dates`).
	"""

	price: Decimal
	compare_at: Decimal | None = None
	sale_from: datetime | None = None
	sale_until: datetime | None = None


class BundlePart(Model):
	"""One component of a bundle: `quantity` pieces of a variant in one piece of the bundle."""

	product_id: str
	variant_id: str = ""
	sku: Code = None
	quantity: Decimal = Decimal(1)


class StockLevel(Model):
	"""What the store says it has of a variant at a location ("" where the platform knows no places).

	A message may name the variant by `inventory_id` alone. `stocked` False: the place does not keep it yet.
	"""

	location_id: str = ""
	quantity: int | None = None  # None: not counted
	product_id: str = ""
	variant_id: str = ""
	inventory_id: str | None = None
	stocked: bool = True
	at: datetime | None = None  # when the store changed it

	def older_than(self, confirmed: datetime | None) -> bool:
		"""Whether it was told before the store confirmed another number; stores tell whole seconds only."""
		return bool(self.at and confirmed and self.at + timedelta(seconds=1) <= confirmed)


class Option(Model):
	"""One thing that variants differ in, like Size, with the values in the store's order."""

	name: str
	values: tuple[str, ...] = ()


class Variant(Model):
	"""One sellable thing. `id` is empty where the product itself is sold (WooCommerce simple products)."""

	id: str = ""
	title: str | None = None
	sku: Code = None
	barcode: Code = None
	options: tuple[Attribute, ...] = ()
	price: Price | None = None
	weight: Decimal | None = None
	customs_code: str | None = None
	origin_country: str | None = None  # ISO 3166-1 alpha-2
	inventory_id: str | None = None
	stock_holder: StockHolder = "variant"
	levels: tuple[StockLevel, ...] = ()  # as far as the message tells them by place
	image: str | None = None
	parts: tuple[BundlePart, ...] = ()
	raw: dict[str, Any] = Field(default_factory=dict, repr=False)


class Product(Model):
	"""One product as the store has it now. `complete` is False where the message leaves variants out."""

	platform: str
	id: str
	title: str  # empty in a variant's own message, which tells nothing of its product but the id
	status: ProductStatus
	updated_at: datetime
	complete: bool = True
	gift_card: bool = False
	physical: bool = True  # False for services and downloads
	description: str | None = None  # HTML
	vendor: str | None = None
	categories: tuple[str, ...] = ()  # the most telling one first
	tags: tuple[str, ...] = ()
	images: tuple[str, ...] = ()
	options: tuple[Option, ...] = ()
	variants: tuple[Variant, ...] = ()
	url: str | None = None
	admin_url: str | None = None
	raw: dict[str, Any] = Field(default_factory=dict, repr=False)

	@property
	def single(self) -> bool:
		"""Whether it comes in one form only, so that it is one Item and no template."""
		return self.complete and len(self.variants) == 1 and not self.variants[0].options


class VariantDraft(Model):
	"""One variant to be written to a store. None leaves what the store has."""

	item_code: str
	variant_id: str | None = None  # None: to be created
	sku: str
	barcode: str | None = None
	options: tuple[Attribute, ...] = ()
	weight: Decimal | None = None
	customs_code: str | None = None
	origin_country: str | None = None
	price: Price | None = None
	tracked: bool = True
	active: bool = True  # False: no longer sold, though it stays; True again undoes no more than that
	image: str | None = None
	fields: dict[str, Any] = Field(default_factory=dict)  # metafields ("namespace.key") or meta_data


class ProductDraft(Model):
	"""A product to be written to a store: created when `product_id` is None. None leaves what is there.

	Variants that are not named stay as they are: nothing is ever deleted.
	"""

	item_code: str
	product_id: str | None = None
	title: str | None = None
	description: str | None = None
	status: ProductStatus | None = None
	images: tuple[str, ...] | None = None
	categories: tuple[str, ...] | None = None
	options: tuple[Option, ...] = ()
	variants: tuple[VariantDraft, ...] = ()
	fields: dict[str, Any] = Field(default_factory=dict)
