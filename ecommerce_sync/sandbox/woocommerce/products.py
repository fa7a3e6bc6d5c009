"""The products of an emulated WooCommerce: whatever was ever bought there, with stable ids."""

from __future__ import annotations

import re
import threading
import zlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ecommerce_sync.sandbox.story import Bought, Story
from ecommerce_sync.sandbox.woocommerce.encoding import trimmed
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings, gmt

ALLOW = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True)
class Product:
	"""A product, or a variation of one (then with `parent_id`)."""

	id: int
	name: str
	sku: str
	price: str
	created: datetime
	parent_id: int = 0
	virtual: bool = False


@dataclass
class Catalogue:
	"""Products by id, learnt from what is bought."""

	_products: dict[int, Product] = field(default_factory=dict)
	_lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

	def learn(self, story: Story) -> list[int]:
		"""Take up what `story` bought; gives the ids."""
		bought = [line for line in story.lines if product_ids(line)[0]]
		with self._lock:
			for line in bought:
				product = _product(line, story.created_at)
				self._products.setdefault(product.id, product)
		return list(dict.fromkeys(stock_id(line) for line in bought))

	def get(self, id_: int) -> Product | None:
		return self._products.get(id_)

	def listed(self, sku: str | None = None) -> list[Product]:
		"""Newest first; `sku` may be several, with commas between, and then finds variations too."""
		wanted = set(sku.split(",")) if sku else None
		found = [p for p in self._products.values() if (p.sku in wanted if wanted else not p.parent_id)]
		return sorted(found, key=lambda product: (product.created, product.id), reverse=True)


def product_ids(line: Bought) -> tuple[int, int]:
	"""A line's product_id and variation_id; both 0 when it names no product of the store."""
	if line.kind in ("custom", "tip"):
		return 0, 0
	if line.variant_title:
		return _stable_id(f"parent {line.title}"), _stable_id(line.sku or name_of(line))
	return _stable_id(line.sku or line.title), 0


def stock_id(line: Bought) -> int:
	"""The id that stock and price belong to: the variation's, else the product's."""
	product_id, variation_id = product_ids(line)
	return variation_id or product_id


def name_of(line: Bought) -> str:
	"""A variation is called after its options: "T-shirt - Red, S"."""
	if not line.variant_title or line.kind in ("custom", "tip"):
		return line.title
	return f"{line.title} - {', '.join(line.variant_title.split(' / '))}"


def product_json(product: Product, settings: StoreSettings, home: str) -> dict[str, Any]:
	"""The product as GET /wp-json/wc/v3/products/<id> answers."""
	return {
		**_identity(product, settings, home),
		**_price(product),
		**_stock(product),
		**_rest(product),
		"_links": _links(product, home),
	}


def _product(line: Bought, created: datetime) -> Product:
	product_id, variation_id = product_ids(line)
	return Product(
		id=variation_id or product_id,
		name=name_of(line),
		sku=line.sku or "",
		price=trimmed(line.price),
		created=created,
		parent_id=product_id if variation_id else 0,
		virtual=line.kind == "gift_card",
	)


def _stable_id(text: str) -> int:
	return 1_000 + zlib.crc32(text.encode()) % 1_000_000_000


def _slug(product: Product) -> str:
	return re.sub(r"[^a-z0-9]+", "-", product.name.lower()).strip("-") or f"product-{product.id}"


def _identity(product: Product, settings: StoreSettings, home: str) -> dict[str, Any]:
	return {
		"id": product.id,
		"name": product.name,
		"slug": _slug(product),
		"permalink": f"{home}/product/{_slug(product)}/",
		"date_created": settings.local(product.created),
		"date_created_gmt": gmt(product.created),
		"date_modified": settings.local(product.created),
		"date_modified_gmt": gmt(product.created),
		"type": "variation" if product.parent_id else "simple",
		"status": "publish",
		"featured": False,
		"catalog_visibility": "visible",
		"description": "",
		"short_description": "",
		"sku": product.sku,
	}


def _price(product: Product) -> dict[str, Any]:
	sale_dates = ("date_on_sale_from", "date_on_sale_from_gmt", "date_on_sale_to", "date_on_sale_to_gmt")
	return {
		"price": product.price,
		"regular_price": product.price,
		"sale_price": "",
		**dict.fromkeys(sale_dates),
		"on_sale": False,
		"purchasable": True,
		"total_sales": 0,
		"virtual": product.virtual,
		"downloadable": False,
		"downloads": [],
		"download_limit": -1,
		"download_expiry": -1,
		"external_url": "",
		"button_text": "",
		"tax_status": "none" if product.virtual else "taxable",
		"tax_class": "",
	}


def _stock(product: Product) -> dict[str, Any]:
	return {
		"manage_stock": False,
		"stock_quantity": None,
		"backorders": "no",
		"backorders_allowed": False,
		"backordered": False,
		"low_stock_amount": None,
		"sold_individually": False,
		"weight": "",
		"dimensions": {"length": "", "width": "", "height": ""},
		"shipping_required": not product.virtual,
		"shipping_taxable": not product.virtual,
		"shipping_class": "",
		"shipping_class_id": 0,
	}


def _rest(product: Product) -> dict[str, Any]:
	empty = ("upsell_ids", "cross_sell_ids")
	lists = ("categories", "brands", "tags", "images", "attributes", "default_attributes", "variations")
	return {
		"reviews_allowed": True,
		"average_rating": "0.00",
		"rating_count": 0,
		**{key: [] for key in empty},
		"parent_id": product.parent_id,
		"purchase_note": "",
		**{key: [] for key in lists},
		"grouped_products": [],
		"menu_order": 0,
		"price_html": f'<span class="woocommerce-Price-amount amount">{product.price}</span>',
		"related_ids": [],
		"meta_data": [],
		"stock_status": "instock",
		"has_options": False,
		"post_password": "",
		"global_unique_id": "",
	}


def _links(product: Product, home: str) -> dict[str, Any]:
	collection = f"{home}/wp-json/wc/v3/products"
	itself = f"{collection}/{product.id}"
	return {
		"self": [{"href": itself, "targetHints": {"allow": ALLOW}}],
		"collection": [{"href": collection}],
	}
