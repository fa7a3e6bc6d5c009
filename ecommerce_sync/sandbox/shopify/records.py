"""What the emulated shop keeps of its goods: products, variants with their inventory items, media, metafields.

The ids of one thing are far from those of every other, so that a client which mixes them up is found out:
an inventory item has another number than its variant.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

# Added to the ids of `sandbox.catalogue`; Shopify's ids stay below 2**53.
PRODUCT_IDS, VARIANT_IDS, ITEM_OFFSET = 8_000_000_000_000, 44_000_000_000_000, 2_000_000_000_000
DEFAULT_OPTION, DEFAULT_VALUE = "Title", "Default Title"
MetafieldKey = tuple[str, str]


@dataclass(slots=True, eq=False)
class Metafield:
	"""A value that an app or the merchant hung on a product or variant."""

	id: int
	owner: Product | Variant
	namespace: str
	key: str
	type: str
	value: str
	created_at: datetime
	updated_at: datetime

	@property
	def digest(self) -> str:
		"""`compareDigest`."""
		return hashlib.sha256(self.value.encode()).hexdigest()


@dataclass(slots=True, eq=False)
class Media:
	"""A picture of a product, as the shop keeps its own copy of it."""

	id: int
	source: str
	alt: str | None
	created_at: datetime

	@property
	def image_id(self) -> int:
		"""Its number as an image of the REST payloads."""
		return self.id + 1_000_000_000

	@property
	def url(self) -> str:
		"""Where the shop serves its copy; never the address that it was fetched from."""
		name = self.source.partition("?")[0].rstrip("/").rpartition("/")[2] or "image"
		return f"https://cdn.shopify.com/s/files/1/0005/4838/0009/files/{self.id}_{name}?v={self.id}"


@dataclass(slots=True, eq=False)
class Option:
	"""What variants differ in; `values` by name, in the shop's order, with their ids."""

	id: int
	name: str
	values: dict[str, int]


@dataclass(slots=True, eq=False)
class Variant:
	"""A sellable thing and its inventory item. `values` holds one value for each option of the product.

	`parts` are the pieces of other variants (by id) in one piece of a bundle; a bundle keeps no stock.
	`is_new`: made in the shop's life, hence stocked at the first location only and with nothing.
	"""

	id: int
	product: Product
	values: list[str]
	price: Decimal
	created_at: datetime
	updated_at: datetime
	sku: str | None = None
	barcode: str | None = None
	compare_at: Decimal | None = None
	tracked: bool = True
	requires_shipping: bool = True
	taxable: bool = True
	policy: str = "DENY"
	weight: float = 0.0
	weight_unit: str = "KILOGRAMS"
	customs_code: str | None = None
	origin: str | None = None
	province: str | None = None
	cost: Decimal | None = None
	media_ids: list[int] = field(default_factory=list)
	parts: dict[int, int] = field(default_factory=dict)
	metafields: dict[MetafieldKey, Metafield] = field(default_factory=dict)
	is_new: bool = False

	@property
	def gid(self) -> str:
		"""Its id in GraphQL."""
		return f"gid://shopify/ProductVariant/{self.id}"

	@property
	def item_id(self) -> int:
		"""The number of its inventory item."""
		return self.id + ITEM_OFFSET

	@property
	def title(self) -> str:
		"""Its option values, or Shopify's name for the only variant."""
		return " / ".join(self.values)

	@property
	def position(self) -> int:
		"""Its place in the product, from 1."""
		return self.product.variants.index(self) + 1


@dataclass(slots=True, eq=False)
class Product:
	"""A product with its variants in order; `published` holds publications with the time since when."""

	id: int
	title: str
	handle: str
	created_at: datetime
	updated_at: datetime
	vendor: str = ""
	description: str = ""
	product_type: str = ""
	status: str = "ACTIVE"
	gift_card: bool = False
	tags: list[str] = field(default_factory=list)
	options: list[Option] = field(default_factory=list)
	variants: list[Variant] = field(default_factory=list)
	media: list[Media] = field(default_factory=list)
	metafields: dict[MetafieldKey, Metafield] = field(default_factory=dict)
	collections: set[int] = field(default_factory=set)
	published: dict[int, datetime] = field(default_factory=dict)
	category: str | None = None
	seo: dict[str, str | None] = field(default_factory=dict)
	template_suffix: str | None = None

	@property
	def gid(self) -> str:
		"""Its id in GraphQL."""
		return f"gid://shopify/Product/{self.id}"

	@property
	def is_plain(self) -> bool:
		"""Whether it comes in one form only, under Shopify's default option."""
		return [option.name for option in self.options] == [DEFAULT_OPTION]


@dataclass(slots=True, eq=False)
class Collection:
	"""A group of products that the merchant put together."""

	id: int
	title: str
	handle: str
	updated_at: datetime


@dataclass(slots=True, eq=False)
class Level:
	"""An inventory item at a location. What an inactive one counts is kept and comes back with it."""

	available: int
	is_active: bool
	updated_at: datetime
	committed: int = 0

	def quantity(self, name: str) -> int:
		"""By Shopify's names; on_hand is what is in the house, sold or not."""
		if name == "on_hand":
			return self.available + self.committed
		return {"available": self.available, "committed": self.committed}.get(name, 0)
