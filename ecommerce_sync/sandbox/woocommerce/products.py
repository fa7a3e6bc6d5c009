"""A product or a variation as the emulated WooCommerce keeps it, and what follows from that at a moment.

After WC_Product and WC_Product_Variation of WooCommerce 10.5: prices are the texts that were typed, the
asked price follows from them and the clock, the stock status from the number. A variation that does not
manage its own stock while its parent does is managed by the "parent".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal
from unicodedata import combining, normalize
from urllib.parse import quote

from ecommerce_sync.sandbox.story import Bought

Managed = bool | Literal["parent"]
_NO_WORD = re.compile(r"\W+")


@dataclass(frozen=True)
class Attribute:
	"""What a product has or its variations differ in; `id` 0 is the product's own, else a global one."""

	name: str
	options: tuple[str, ...]
	id: int = 0
	slug: str = ""
	position: int = 0
	visible: bool = True
	variation: bool = False


@dataclass(frozen=True)
class Meta:
	"""One row of custom fields."""

	id: int
	key: str
	value: Any


@dataclass(frozen=True)
class Image:
	"""A picture in the media library. The emulated store keeps the address as it was given."""

	id: int
	src: str
	created: datetime
	name: str = ""
	alt: str = ""


@dataclass(frozen=True)
class BundledItem:
	"""One component of a bundle of the Product Bundles plugin."""

	id: int
	product_id: int
	variation_id: int = 0
	quantity: int = 1


@dataclass(frozen=True)
class Product:
	"""A product, or with `parent_id` a variation of one. Money is text as typed, "" for none."""

	id: int
	name: str
	created: datetime
	modified: datetime
	type: str = "simple"
	parent_id: int = 0
	slug: str = ""
	status: str = "publish"
	featured: bool = False
	catalog_visibility: str = "visible"
	description: str = ""
	short_description: str = ""
	sku: str = ""
	gtin: str = ""
	regular_price: str = ""
	sale_price: str = ""
	sale_from: datetime | None = None
	sale_until: datetime | None = None
	total_sales: int = 0
	virtual: bool = False
	downloadable: bool = False
	tax_status: str = "taxable"
	tax_class: str = ""
	manage_stock: bool = False
	stock_quantity: int | None = None
	stock_status: str = "instock"  # the shop's word where nothing is counted
	backorders: str = "no"
	low_stock_amount: int | None = None
	sold_individually: bool = False
	weight: str = ""
	dimensions: tuple[str, str, str] = ("", "", "")
	reviews_allowed: bool = True
	purchase_note: str = ""
	menu_order: int = 0
	upsells: tuple[int, ...] = ()
	cross_sells: tuple[int, ...] = ()
	categories: tuple[int, ...] = ()
	tags: tuple[int, ...] = ()
	images: tuple[Image, ...] = ()
	attributes: tuple[Attribute, ...] = ()
	options: tuple[tuple[str, str], ...] = ()  # a variation's attribute names and values
	default_options: tuple[tuple[str, str], ...] = ()
	grouped: tuple[int, ...] = ()
	bundled: tuple[BundledItem, ...] = ()
	meta: tuple[Meta, ...] = ()
	before_trash: str = "publish"

	@property
	def is_variation(self) -> bool:
		return self.type == "variation"

	@property
	def own_stock_status(self) -> str:
		"""What follows from its own number, else what the shop says."""
		if not self.manage_stock:
			return self.stock_status
		if (self.stock_quantity or 0) > 0:
			return "instock"
		return "outofstock" if self.backorders == "no" else "onbackorder"

	def on_sale(self, now: datetime) -> bool:
		"""WC_Product::is_on_sale: a lower sale price, within its dates."""
		sale, regular = decimal(self.sale_price), decimal(self.regular_price)
		if sale is None or regular is None or not sale < regular:
			return False
		begun = self.sale_from is None or self.sale_from <= now
		return begun and (self.sale_until is None or now <= self.sale_until)

	def price(self, now: datetime) -> str:
		"""What is asked at `now`."""
		return self.sale_price if self.on_sale(now) else self.regular_price

	def title(self, parent: Product | None) -> str:
		"""A variation is called after its options: "T-shirt - Red, S"."""
		if not self.is_variation or parent is None:
			return self.name
		return f"{parent.name} - {self.short_title}" if self.options else parent.name

	@property
	def short_title(self) -> str:
		return ", ".join(option for _, option in self.options)


def decimal(text: str) -> Decimal | None:
	"""The number in a price text; None where there is none."""
	try:
		return Decimal(text)
	except InvalidOperation:
		return None


def slug_of(name: str, number: int) -> str:
	"""sanitize_title: letters without accents, other scripts in percent signs."""
	plain = name.lower()
	if not plain.isascii():
		plain = "".join(c for c in normalize("NFKD", plain) if not combining(c))
	slug = _NO_WORD.sub("-", plain).strip("-")
	return (slug if slug.isascii() else quote(slug).lower())[:200] or f"product-{number}"


def is_no_product(line: Bought) -> bool:
	"""Whether a line names no product of the store."""
	return line.kind in ("custom", "tip")


def name_of(line: Bought) -> str:
	"""What a story's line is called in an order: a variation with its options behind its product."""
	if not line.variant_title or is_no_product(line):
		return line.title
	return f"{line.title} - {', '.join(line.variant_title.split(' / '))}"
