"""A product as REST v3's products endpoint and webhooks write it: keys, types and order of WooCommerce 10.5."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from html.entities import codepoint2name
from typing import Any

from ecommerce_sync.sandbox.woocommerce.bundles import bundle_json
from ecommerce_sync.sandbox.woocommerce.product_index import Catalogue
from ecommerce_sync.sandbox.woocommerce.products import Image, Managed, Product, decimal
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings, gmt, symbol_of
from ecommerce_sync.sandbox.woocommerce.terms import Terms

ALLOW = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True)
class Shown:
	"""What is needed to show a product: its shop at a moment, and whether a writer is answered (`edit`)."""

	shelves: Catalogue
	terms: Terms
	settings: StoreSettings
	home: str
	now: datetime
	edit: bool = False

	def product(self, product: Product) -> dict[str, Any]:
		"""The product, or a variation, as GET /wp-json/wc/v3/products/<id> answers."""
		return {
			**self._identity(product),
			**self.price(product),
			**self._kind(product),
			**self.stock(product),
			**self._shipping(product),
			**self._rest(product),
			**self._shapes(product),
			**self._end(product),
			**self._edit_context(product),
			"_links": self._links(product),
		}

	def dates(self, product: Product) -> dict[str, Any]:
		return {
			"date_created": self.settings.local(product.created),
			"date_created_gmt": gmt(product.created),
			"date_modified": self.settings.local(product.modified),
			"date_modified_gmt": gmt(product.modified),
		}

	def price(self, product: Product) -> dict[str, Any]:
		inherits = product.type in ("variable", "grouped")
		prices = self._child_prices(product) if inherits else []
		asked = min(prices, key=Decimal) if prices else "" if inherits else product.price(self.now)
		return {
			"price": asked,
			"regular_price": "" if inherits else product.regular_price,
			"sale_price": "" if inherits else product.sale_price,
			**self._sale_dates(product),
			"on_sale": self._on_sale(product),
			"purchasable": bool(asked) and product.type != "grouped" and product.status != "trash",
		}

	def managed(self, product: Product) -> Managed:
		"""manage_stock as it is shown: a variation may leave it to its parent."""
		parent = self.shelves.parent_of(product)
		return (
			"parent" if not product.manage_stock and parent and parent.manage_stock else product.manage_stock
		)

	def stock(self, product: Product) -> dict[str, Any]:
		holder = self._holder(product)
		counted = holder.stock_quantity if holder.manage_stock else None
		return {
			"manage_stock": self.managed(product),
			"stock_quantity": counted,
			"backorders": holder.backorders,
			"backorders_allowed": holder.backorders != "no",
			"backordered": counted is not None and counted < 0 and holder.backorders != "no",
			"low_stock_amount": product.low_stock_amount,
		}

	def stock_status(self, product: Product) -> str:
		"""A variable product's own number decides, else its variations: one in stock is enough."""
		holder = self._holder(product)
		if holder.type != "variable" or holder.manage_stock:
			return holder.own_stock_status
		found = {child.own_stock_status for child in self.shelves.children(product.id)}
		return next((s for s in ("instock", "onbackorder", "outofstock") if s in found), holder.stock_status)

	def sku(self, product: Product) -> str:
		"""A variation without one shows its parent's."""
		parent = self.shelves.parent_of(product)
		return product.sku or (parent.sku if parent else "")

	def weight(self, product: Product) -> str:
		parent = self.shelves.parent_of(product)
		return product.weight or (parent.weight if parent else "")

	def image(self, image: Image) -> dict[str, Any]:
		created = {"date_created": self.settings.local(image.created), "date_created_gmt": gmt(image.created)}
		modified = {key.replace("created", "modified"): value for key, value in created.items()}
		return {"id": image.id, **created, **modified, "src": image.src, "name": image.name, "alt": image.alt}

	def options(self, product: Product) -> list[dict[str, Any]]:
		"""What a variation chose of its parent's attributes."""
		parent = self.shelves.parent_of(product)
		known = {each.name: each for each in parent.attributes} if parent else {}
		return [
			{
				"id": known[name].id if name in known else 0,
				"name": name,
				"slug": (known[name].slug if name in known else "") or name,
				"option": option,
			}
			for name, option in product.options
		]

	def permalink(self, product: Product) -> str:
		parent = self.shelves.parent_of(product)
		if parent is None:
			return f"{self.home}/product/{product.slug}/"
		chosen = (f"attribute_{o['slug']}={o['option'].lower()}" for o in self.options(product))
		return f"{self.home}/product/{parent.slug}/?{'&'.join(chosen)}"

	def meta(self, product: Product) -> list[dict[str, Any]]:
		return [{"id": meta.id, "key": meta.key, "value": meta.value} for meta in product.meta]

	def _identity(self, product: Product) -> dict[str, Any]:
		return {
			"id": product.id,
			"name": product.title(self.shelves.parent_of(product)),
			"slug": product.slug,
			"permalink": self.permalink(product),
			**self.dates(product),
			"type": product.type,
			"status": product.status,
			"featured": product.featured,
			"catalog_visibility": product.catalog_visibility,
			"description": product.description if self.edit else formatted(product.description),
			"short_description": product.short_description
			if self.edit
			else formatted(product.short_description),
			"sku": self.sku(product),
		}

	def _sale_dates(self, product: Product) -> dict[str, str | None]:
		start, end, local = product.sale_from, product.sale_until, self.settings.local
		return {
			"date_on_sale_from": local(start) if start else None,
			"date_on_sale_from_gmt": gmt(start) if start else None,
			"date_on_sale_to": local(end) if end else None,
			"date_on_sale_to_gmt": gmt(end) if end else None,
		}

	def _on_sale(self, product: Product) -> bool:
		if product.type == "variable":
			return any(child.on_sale(self.now) for child in self.shelves.children(product.id))
		return product.on_sale(self.now)

	def _child_prices(self, product: Product) -> list[str]:
		children: Iterable[Product | None] = self.shelves.children(product.id)
		if product.type == "grouped":
			children = (self.shelves.get(id_) for id_ in product.grouped if id_ != product.id)
		prices = (self.price(child)["price"] for child in children if child and child.type != "grouped")
		return [price for price in prices if decimal(price) is not None]

	def _kind(self, product: Product) -> dict[str, Any]:
		return {
			"total_sales": str(product.total_sales) if product.is_variation else product.total_sales,
			"virtual": product.virtual,
			"downloadable": product.downloadable,
			"downloads": [],
			"download_limit": -1,
			"download_expiry": -1,
			"external_url": "",
			"button_text": "",
			"tax_status": product.tax_status,
			"tax_class": product.tax_class,
		}

	def _holder(self, product: Product) -> Product:
		"""Whose number counts."""
		parent = self.shelves.parent_of(product)
		return parent if parent and parent.manage_stock and not product.manage_stock else product

	def _shipping(self, product: Product) -> dict[str, Any]:
		length, width, height = product.dimensions
		return {
			"sold_individually": product.sold_individually,
			"weight": self.weight(product),
			"dimensions": {"length": length, "width": width, "height": height},
			"shipping_required": not product.virtual,
			"shipping_taxable": not product.virtual,
			"shipping_class": "",
			"shipping_class_id": 0,
		}

	def _rest(self, product: Product) -> dict[str, Any]:
		return {
			"reviews_allowed": product.reviews_allowed and not product.is_variation,
			"average_rating": "0" if self.edit else "0.00",
			"rating_count": 0,
			"upsell_ids": list(product.upsells),
			"cross_sell_ids": list(product.cross_sells),
			"parent_id": product.parent_id,
			"purchase_note": product.purchase_note,
			"categories": self._filed("product_cat", product.categories),
			"brands": [],
			"tags": self._filed("product_tag", product.tags),
			"images": [self.image(image) for image in self.images(product)],
		}

	def images(self, product: Product) -> tuple[Image, ...]:
		"""A variation without a picture shows its parent's first."""
		parent = self.shelves.parent_of(product)
		return product.images or (parent.images[:1] if parent else ())

	def _filed(self, taxonomy: str, ids: tuple[int, ...]) -> list[dict[str, Any]]:
		terms = (self.terms.get(taxonomy, id_) for id_ in ids)
		return [{"id": term.id, "name": term.name, "slug": term.slug} for term in terms if term]

	def _shapes(self, product: Product) -> dict[str, Any]:
		attributes = [
			{
				"id": each.id,
				"name": each.name,
				"slug": each.slug or each.name,
				"position": each.position,
				"visible": each.visible,
				"variation": each.variation,
				"options": list(each.options),
			}
			for each in product.attributes
		]
		ids = {each.name: each.id for each in product.attributes}
		defaults = [
			{"id": ids.get(name, 0), "name": name, "option": o} for name, o in product.default_options
		]
		children = [child.id for child in self.shelves.children(product.id)]
		return {
			"attributes": self.options(product) if product.is_variation else attributes,
			"default_attributes": defaults,
			"variations": children if product.type == "variable" else [],
			"grouped_products": list(product.grouped),
			"menu_order": product.menu_order,
		}

	def _end(self, product: Product) -> dict[str, Any]:
		return {
			"price_html": self._price_html(self.price(product)["price"]),
			"related_ids": [],
			"meta_data": self.meta(product),
			"stock_status": self.stock_status(product),
			"has_options": product.type in ("variable", "grouped"),
			"post_password": "",
			"global_unique_id": product.gtin,
			**(bundle_json(product, self.shelves, self) if product.type == "bundle" else {}),
		}

	def _price_html(self, price: str) -> str:
		letters = symbol_of(self.settings.currency)
		symbol = "".join(f"&{codepoint2name[ord(c)]};" if ord(c) in codepoint2name else c for c in letters)
		sign = f'<span class="woocommerce-Price-currencySymbol">{symbol}</span>'
		return (
			f'<span class="woocommerce-Price-amount amount"><bdi>{sign}{price}</bdi></span>' if price else ""
		)

	def _edit_context(self, product: Product) -> dict[str, Any]:
		if not self.edit:
			return {}
		template = f"{self.home}/product/%pagename%/"
		return {"permalink_template": template, "generated_slug": product.slug}

	def _links(self, product: Product) -> dict[str, Any]:
		collection = f"{self.home}/wp-json/wc/v3/products"
		itself = {"href": f"{collection}/{product.id}", "targetHints": {"allow": ALLOW}}
		links: dict[str, Any] = {"self": [itself], "collection": [{"href": collection}]}
		up = {"up": [{"href": f"{collection}/{product.parent_id}"}]} if product.parent_id else {}
		return {**links, **up}


def formatted(text: str) -> str:
	"""wpautop: readers get paragraphs, writers their own text back."""
	if not text:
		return ""
	return f"{text.strip()}\n" if text.lstrip().startswith("<") else f"<p>{text.strip()}</p>\n"
