"""PUT and POST of a product or a variation: a request's body becomes changes of what the store keeps.

After set_product_object and prepare_object_for_database of WooCommerce 10.5. Worth knowing: a quantity sent
for something whose stock is not managed is dropped in silence; null changes nothing, "" empties.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from ecommerce_sync.sandbox.woocommerce.errors import RestError
from ecommerce_sync.sandbox.woocommerce.product_fields import flag, gtin, moment, price, text, whole, writable
from ecommerce_sync.sandbox.woocommerce.product_index import Catalogue
from ecommerce_sync.sandbox.woocommerce.products import Attribute, BundledItem, Image, Meta, Product, slug_of
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings
from ecommerce_sync.sandbox.woocommerce.terms import Terms, stored

RENAMED = {"global_unique_id": "gtin", "upsell_ids": "upsells", "cross_sell_ids": "cross_sells"}
CASTS: dict[str, Callable[[Any], Any]] = {
	**dict.fromkeys(("regular_price", "sale_price", "weight"), price),
	**dict.fromkeys(("featured", "virtual", "downloadable", "sold_individually", "reviews_allowed"), flag),
	**dict.fromkeys(("upsell_ids", "cross_sell_ids"), lambda ids: tuple(map(whole, ids))),
	"global_unique_id": gtin,
	"menu_order": whole,
}
STOCK = (
	"manage_stock",
	"stock_quantity",
	"inventory_delta",
	"low_stock_amount",
	"stock_status",
	"backorders",
)


@dataclass(frozen=True)
class Editor:
	"""Applies bodies to products. `new_id` numbers pictures and custom fields."""

	shelves: Catalogue
	terms: Terms
	settings: StoreSettings
	new_id: Callable[[], int]
	now: datetime

	def edited(self, product: Product, posted: Mapping[str, Any]) -> Product:
		"""`product` as the body leaves it, its time moved. Raises RestError 400 for a SKU or GTIN in use,
		501 for what the emulated store cannot write."""
		body, changed = writable(posted), product
		for name in sorted(body, key=lambda name: name != "attributes"):  # others name them
			changed = replace(changed, **self._values(changed, name, body[name]))
		changed = self._stocked(changed, body)
		self._check_sku(changed)
		self._check_gtin(changed)
		slug = changed.slug or slug_of(changed.name, changed.id)
		return replace(changed, slug=slug, modified=max(self.now, product.modified))

	def _values(self, product: Product, name: str, value: Any) -> dict[str, Any]:
		if name in WRITERS:
			return WRITERS[name](self, product, value)
		cast: Callable[[Any], Any] = CASTS.get(name, text)
		return {} if name in STOCK else {RENAMED.get(name, name): cast(value)}

	def _stocked(self, product: Product, body: Mapping[str, Any]) -> Product:
		manages = flag(body["manage_stock"]) if "manage_stock" in body else product.manage_stock
		backorders = text(body.get("backorders", product.backorders))
		status = text(body.get("stock_status", product.stock_status))
		product = replace(product, manage_stock=manages, backorders=backorders, stock_status=status)
		if not manages or product.type == "grouped":
			empty: dict[str, Any] = dict.fromkeys(("stock_quantity", "low_stock_amount"))
			return replace(product, manage_stock=False, backorders="no", **empty)
		if "stock_quantity" in body:
			product = replace(product, stock_quantity=whole(body["stock_quantity"]))
		elif "inventory_delta" in body:
			left = (product.stock_quantity or 0) + whole(body["inventory_delta"])
			product = replace(product, stock_quantity=left)
		low = whole(body["low_stock_amount"]) if "low_stock_amount" in body else product.low_stock_amount
		return replace(product, low_stock_amount=low, stock_quantity=product.stock_quantity or 0)

	def _check_sku(self, product: Product) -> None:
		for other in self.shelves.by_skus([product.sku]) if product.sku else []:
			if other.id != product.id:
				taken = {"resource_id": other.id, "unique_sku": self._unique_sku(product.sku)}
				raise RestError("product_invalid_sku", "Invalid or duplicated SKU.", 400, taken)

	def _unique_sku(self, sku: str) -> str:
		number = 1
		while self.shelves.by_skus([f"{sku}-{number}"]):
			number += 1
		return f"{sku}-{number}"

	def _check_gtin(self, product: Product) -> None:
		for other in self.shelves.by_gtins([product.gtin]) if product.gtin else []:
			if other.id != product.id:
				message = "Invalid or duplicated GTIN, UPC, EAN or ISBN."
				taken = {"resource_id": other.id}
				raise RestError("product_invalid_global_unique_id", message, 400, taken)

	def _sale_from(self, product: Product, value: Any) -> dict[str, Any]:
		return {"sale_from": moment("date_on_sale_from", value, self.settings.zone)}

	def _sale_from_gmt(self, product: Product, value: Any) -> dict[str, Any]:
		return {"sale_from": moment("date_on_sale_from_gmt", value, timezone.utc)}

	def _sale_until(self, product: Product, value: Any) -> dict[str, Any]:
		return {"sale_until": moment("date_on_sale_to", value, self.settings.zone)}

	def _sale_until_gmt(self, product: Product, value: Any) -> dict[str, Any]:
		return {"sale_until": moment("date_on_sale_to_gmt", value, timezone.utc)}

	def _dimensions(self, product: Product, value: Mapping[str, Any]) -> dict[str, Any]:
		sides = zip(("length", "width", "height"), product.dimensions, strict=True)
		return {"dimensions": tuple(price(value.get(side, old)) for side, old in sides)}

	def _status(self, product: Product, value: Any) -> dict[str, Any]:
		return {"status": text(value), "before_trash": product.status}

	def _categories(self, product: Product, value: list[Any]) -> dict[str, Any]:
		return {"categories": self._known("product_cat", value)}

	def _tags(self, product: Product, value: list[Any]) -> dict[str, Any]:
		return {"tags": self._known("product_tag", value)}

	def _known(self, taxonomy: str, value: list[Any]) -> tuple[int, ...]:
		"""Terms go by id; a name alone, or an id that is not there, is dropped."""
		ids = (whole(each.get("id", 0)) for each in value if isinstance(each, dict))
		return tuple(dict.fromkeys(id_ for id_ in ids if self.terms.get(taxonomy, id_)))

	def _images(self, product: Product, value: list[Any]) -> dict[str, Any]:
		return {"images": tuple(self._image(product, each) for each in value if each)}

	def _one_image(self, product: Product, value: Mapping[str, Any]) -> dict[str, Any]:
		return {"images": (self._image(product, value),) if value.get("id") or value.get("src") else ()}

	def _image(self, product: Product, value: Mapping[str, Any]) -> Image:
		words: dict[str, Any] = {name: text(value[name]) for name in ("name", "alt") if value.get(name)}
		if number := whole(value.get("id", 0)):
			found = next((image for image in self._library(product) if image.id == number), None)
			if found is None:
				message = f"#{number} is an invalid image ID."
				raise RestError("woocommerce_product_invalid_image_id", message, 400)
			return replace(found, **words)
		src = text(value.get("src", ""))
		name = words.pop("name", PurePosixPath(unquote(urlsplit(src).path)).stem)
		return Image(self.new_id(), src, self.now, name, **words)

	def _library(self, product: Product) -> Iterable[Image]:
		"""The pictures that a product can name by id: its own, its parent's and its variations'."""
		family = [product, self.shelves.parent_of(product), *self.shelves.children(product.id)]
		return (image for member in family if member for image in member.images)

	def _attributes(self, product: Product, value: list[Any]) -> dict[str, Any]:
		if product.is_variation:
			return {"options": self._options(product, value)}
		made = (self._attribute(each) for each in value)
		return {"attributes": tuple(attribute for attribute in made if attribute)}

	def _attribute(self, value: Mapping[str, Any]) -> Attribute | None:
		"""A global attribute by its id, whose new values become terms, or one of the product's own."""
		given = value.get("options") or ()
		options = tuple(map(text, given.split("|") if isinstance(given, str) else given))
		place = whole(value.get("position") or 0)
		shown, varies = flag(value.get("visible")), flag(value.get("variation"))
		if number := whole(value.get("id") or 0):
			shared = self.terms.attributes.get(number)
			if shared is None:
				return None
			names = tuple(self.terms.named(shared.slug, option).name for option in options)
			return Attribute(shared.name, names, number, shared.slug, place, shown, varies)
		name = text(value.get("name") or "")
		return Attribute(name, options, 0, name, place, shown, varies) if name else None

	def _options(self, product: Product, value: list[Any]) -> tuple[tuple[str, str], ...]:
		"""Only attributes that the parent marked as varying are taken, named by id or by name."""
		parent = self.shelves.parent_of(product)
		chosen = [
			(whole(v.get("id") or 0), text(v.get("name") or ""), text(v.get("option") or "")) for v in value
		]
		return tuple(
			(attribute.name, _spelt(attribute, option))
			for attribute in (parent.attributes if parent else ())
			for number, name, option in chosen
			if attribute.variation
			and (attribute.id == number if number else attribute.name.casefold() == name.casefold())
		)

	def _defaults(self, product: Product, value: list[Any]) -> dict[str, Any]:
		names = {attribute.id: attribute.name for attribute in product.attributes if attribute.id}
		pairs = (
			(names.get(whole(v.get("id") or 0), text(v.get("name") or "")), v.get("option")) for v in value
		)
		return {"default_options": tuple((name, text(option or "")) for name, option in pairs if name)}

	def _grouped(self, product: Product, value: list[Any]) -> dict[str, Any]:
		return {"grouped": tuple(map(whole, value))}

	def _bundled(self, product: Product, value: list[Any]) -> dict[str, Any]:
		items = (
			BundledItem(
				whole(each.get("bundled_item_id") or 0) or self.new_id(),
				whole(each.get("product_id", 0)),
				whole((each.get("allowed_variations") or [0])[0]),
				whole(each.get("quantity_default") or each.get("quantity_min") or 1),
			)
			for each in value
		)
		return {"bundled": tuple(items)}

	def _meta(self, product: Product, value: list[Any]) -> dict[str, Any]:
		"""A row with an id is that row; without one it is the first of its key, else new; null removes it."""
		rows = {meta.id: meta for meta in product.meta}
		for each in value:
			key, number = text(each.get("key") or ""), whole(each.get("id") or 0)
			same = next((meta.id for meta in rows.values() if meta.key == key), 0)
			number = number if number in rows else same or self.new_id()
			rows[number] = Meta(number, key or rows[number].key, each.get("value"))
		return {"meta": tuple(meta for meta in rows.values() if meta.value is not None)}


def _spelt(attribute: Attribute, option: str) -> str:
	"""A global attribute's value as its term spells it; an own attribute's value is taken letter by letter."""
	if not attribute.id or not option:
		return option
	same = (each for each in attribute.options if each.casefold() == stored(option).casefold())
	return next(same, slug_of(option, 0))


Writer = Callable[[Editor, Product, Any], dict[str, Any]]
WRITERS: dict[str, Writer] = {
	"date_on_sale_from": Editor._sale_from,
	"date_on_sale_from_gmt": Editor._sale_from_gmt,
	"date_on_sale_to": Editor._sale_until,
	"date_on_sale_to_gmt": Editor._sale_until_gmt,
	"dimensions": Editor._dimensions,
	"status": Editor._status,
	"categories": Editor._categories,
	"tags": Editor._tags,
	"images": Editor._images,
	"image": Editor._one_image,
	"attributes": Editor._attributes,
	"default_attributes": Editor._defaults,
	"grouped_products": Editor._grouped,
	"bundled_items": Editor._bundled,
	"meta_data": Editor._meta,
}
