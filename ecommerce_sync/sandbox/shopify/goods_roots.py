"""What a query may start from in the catalogue: products, variants, inventory, collections, publications."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

from graphql import GraphQLError

from ecommerce_sync.sandbox.shopify.goods import PUBLICATIONS, Goods
from ecommerce_sync.sandbox.shopify.graph_parts import COLLECTION, MEDIA, METAFIELD, publication_data
from ecommerce_sync.sandbox.shopify.graph_products import PRODUCT
from ecommerce_sync.sandbox.shopify.graph_stock import ITEM, level_data, number_of, place_data
from ecommerce_sync.sandbox.shopify.graph_variants import VARIANT
from ecommerce_sync.sandbox.shopify.inventory import Inventory
from ecommerce_sync.sandbox.shopify.paging import by_id, keyed
from ecommerce_sync.sandbox.shopify.records import Collection, Metafield, Product, Variant
from ecommerce_sync.sandbox.shopify.search import Searchable, named, predicate
from ecommerce_sync.sandbox.shopify.views import (
	TABLES,
	View,
	collection_data,
	counted,
	item_data,
	media_data,
	metafield_data,
	product_data,
	variant_data,
)

Json = dict[str, Any]
# Types lead to each other in circles, so their tables meet here.
TABLES.update(
	Product=PRODUCT,
	ProductVariant=VARIANT,
	InventoryItem=ITEM,
	MediaImage=MEDIA,
	Metafield=METAFIELD,
	Collection=COLLECTION,
)
_TIMES = {"updated_at": lambda record: record.updated_at, "created_at": lambda record: record.created_at}
_PRODUCTS = Searchable(
	_TIMES,
	{
		"title": lambda p: [p.title],
		"handle": lambda p: [p.handle],
		"vendor": lambda p: [p.vendor],
		"product_type": lambda p: [p.product_type],
		"status": lambda p: [p.status],
		"tag": lambda p: p.tags,
		"sku": lambda p: [v.sku for v in p.variants if v.sku],
		"barcode": lambda p: [v.barcode for v in p.variants if v.barcode],
		"gift_card": lambda p: [str(p.gift_card)],
	},
	{"id": lambda p: p.id},
)
_VARIANTS = Searchable(
	_TIMES,
	{
		"sku": lambda v: [v.sku or ""],
		"barcode": lambda v: [v.barcode or ""],
		"title": lambda v: [v.title],
		"vendor": lambda v: [v.product.vendor],
		"product_type": lambda v: [v.product.product_type],
		"product_status": lambda v: [v.product.status],
	},
	{"id": lambda v: v.id, "product_id": lambda v: v.product.id},
)
_ITEMS = Searchable(_TIMES, {"sku": lambda v: [v.sku or ""]}, {"id": lambda v: v.item_id})
_COLLECTIONS = Searchable(
	{}, {"title": lambda c: [c.title], "handle": lambda c: [c.handle]}, {"id": lambda c: c.id}
)


class GoodsRoots:
	"""Resolvers over a shop's stock and the goods behind it."""

	def __init__(self, stock: Inventory) -> None:
		self.stock = stock

	@property
	def goods(self) -> Goods:
		"""The catalogue."""
		return self.stock.goods

	def queries(self) -> dict[str, Callable[..., Any]]:
		"""By field of QueryRoot."""
		return {
			"product": lambda id: self.node("Product", number_of(id)),
			"products": self._products,
			"productsCount": lambda query=None, **_: counted(len(self._found_products(query))),
			"productByIdentifier": lambda identifier: self._identified(identifier, "Product"),
			"productVariant": lambda id: self.node("ProductVariant", number_of(id)),
			"productVariants": self._variants,
			"productVariantsCount": lambda query=None, **_: counted(len(self._found_variants(query))),
			"productVariantByIdentifier": lambda identifier: self._identified(identifier, "ProductVariant"),
			"inventoryItem": lambda id: self.node("InventoryItem", number_of(id)),
			"inventoryItems": self._items,
			"inventoryLevel": lambda id: self.level(id),
			"collection": lambda id: self.node("Collection", number_of(id)),
			"collections": self._collections,
			"publication": lambda id: self.node("Publication", number_of(id)),
			"publications": lambda catalogType=None, **arguments: by_id(
				sorted(PUBLICATIONS), arguments, publication_data
			),
		}

	def node(self, kind: str, number: int) -> Any:
		"""The object of a global id; None for what is not there (any more)."""
		find: dict[str, Callable[[], Any]] = {
			"Product": lambda: self._shown(product_data, self.goods.products.get(number)),
			"ProductVariant": lambda: self._shown(variant_data, self.goods.variants.get(number)),
			"InventoryItem": lambda: self._shown(item_data, self.goods.item(number)),
			"Collection": lambda: self._shown(collection_data, self.goods.collections.get(number)),
			"Location": lambda: place_data(self.stock, number),
			"Publication": lambda: publication_data(number) if number in PUBLICATIONS else None,
			"MediaImage": lambda: self._shown(media_data, self._media(number)),
			"Metafield": lambda: self._shown(metafield_data, self._metafield(number)),
		}
		return find[kind]() if kind in find else None

	def level(self, gid: str) -> View | None:
		"""`inventoryLevel(id)`: the id holds the location and, behind, the item."""
		place, _, item = gid.partition("?inventory_item_id=")
		variant, location_id = self.goods.item(int(item) if item.isdigit() else 0), number_of(place)
		if variant is None or location_id not in self.stock.locations:
			return None
		return level_data(self.stock, variant, location_id)

	def _shown(self, show: Callable[[Inventory, Any], View], record: Any) -> View | None:
		return None if record is None else show(self.stock, record)

	def _media(self, number: int) -> Any:
		return next((m for p in self.goods.products.values() for m in p.media if m.id == number), None)

	def _metafield(self, number: int) -> Metafield | None:
		owners: list[Product | Variant] = [*self.goods.products.values(), *self.goods.variants.values()]
		return next((m for owner in owners for m in owner.metafields.values() if m.id == number), None)

	def _identified(self, identifier: Json, kind: str) -> Any:
		if identifier.get("id"):
			return self.node(kind, number_of(identifier["id"]))
		if kind == "Product" and identifier.get("handle"):
			same = (p for p in self.goods.products.values() if p.handle == identifier["handle"])
			return self._shown(product_data, next(same, None))
		raise GraphQLError("The emulated store knows no unique metafields; identify by id or handle.")

	def _products(self, query: str | None = None, sortKey: str = "ID", **arguments: Any) -> Json:
		ids = _behind(query, self.goods.product_ids)
		if ids is not None and sortKey == "ID":
			return by_id(ids, arguments, lambda number: product_data(self.stock, self.goods[number]))
		return self._sorted(self._found_products(query), sortKey, arguments, product_data)

	def _variants(self, query: str | None = None, sortKey: str = "ID", **arguments: Any) -> Json:
		ids = _behind(query, self.goods.variant_ids)
		if ids is not None and sortKey == "ID":
			return by_id(ids, arguments, lambda number: variant_data(self.stock, self.goods.variants[number]))
		return self._sorted(self._found_variants(query), sortKey, arguments, variant_data)

	def _items(self, query: str | None = None, **arguments: Any) -> Json:
		if not query:
			show = lambda number: item_data(self.stock, self.goods.variants[number])  # noqa: E731
			return by_id(self.goods.variant_ids, arguments, show)
		wanted = predicate(query, self.goods.shop.zone, _ITEMS)
		found = [variant for variant in self._candidates(query, "") if wanted(variant)]
		return self._sorted(found, "ID", arguments, item_data)

	def _collections(self, query: str | None = None, sortKey: str = "ID", **arguments: Any) -> Json:
		wanted = predicate(query, self.goods.shop.zone, _COLLECTIONS)
		found: Sequence[Collection] = [c for c in self.goods.collections.values() if wanted(c)]
		return self._sorted(found, sortKey, arguments, collection_data)

	def _found_products(self, query: str | None) -> list[Product]:
		wanted = predicate(query, self.goods.shop.zone, _PRODUCTS)
		ids, skus = named(query, "id"), named(query, "sku")
		some: list[Product] = list(self.goods.products.values())
		if ids is not None:
			some = [self.goods[n] for n in _numbers(ids) if n in self.goods.products]
		elif skus is not None:
			some = list(dict.fromkeys(variant.product for variant in self._with_skus(skus)))
		return [product for product in some if wanted(product)]

	def _found_variants(self, query: str | None) -> list[Variant]:
		wanted = predicate(query, self.goods.shop.zone, _VARIANTS)
		return [variant for variant in self._candidates(query, "product_id") if wanted(variant)]

	def _candidates(self, query: str | None, by_product: str) -> list[Variant]:
		"""By an index where the query names ids or SKUs, else all variants."""
		skus, products = named(query, "sku"), named(query, by_product) if by_product else None
		if skus is not None:
			return self._with_skus(skus)
		if products is not None:
			some = (self.goods.products.get(number) for number in _numbers(products))
			return [variant for product in some if product for variant in product.variants]
		return list(self.goods.variants.values())

	def _with_skus(self, skus: list[str]) -> list[Variant]:
		same = (self.goods.by_sku.get(sku.lower(), {}) for sku in skus)
		return list({number: variant for found in same for number, variant in found.items()}.values())

	def _sorted(
		self, found: Sequence[Any], sort: str, arguments: Json, show: Callable[[Inventory, Any], View]
	) -> Json:
		keys: dict[str, Callable[[Any], Any]] = {
			"ID": lambda record: record.id,
			"RELEVANCE": lambda record: record.id,
			"UPDATED_AT": lambda record: record.updated_at.timestamp(),
			"CREATED_AT": lambda record: record.created_at.timestamp(),
			"TITLE": lambda record: record.title,
			"SKU": lambda record: record.sku or "",
		}
		if sort not in keys:
			raise GraphQLError(f"The emulated store sorts by {sorted(keys)} only, not {sort}.")
		entries = sorted(([keys[sort](record), record.id], n) for n, record in enumerate(found))
		return keyed(
			[(key, found[n]) for key, n in entries], arguments, lambda record: show(self.stock, record)
		)


def _behind(query: str | None, ids: list[int]) -> list[int] | None:
	"""The ids that `query` leaves, if it asks for nothing but ids above one, or for nothing."""
	if not query:
		return ids
	above = re.fullmatch(r"id:>(\d+)", query)
	return ids[bisect_right(ids, int(above[1])) :] if above else None


def _numbers(values: list[str]) -> list[int]:
	return [int(value) for value in dict.fromkeys(values) if value.isdigit()]
