"""GraphQL data of the catalogue: Product, ProductVariant, options, media, metafields and collections."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from ecommerce_sync.sandbox.shopify.facts import timestamp
from ecommerce_sync.sandbox.shopify.goods import PUBLICATIONS
from ecommerce_sync.sandbox.shopify.inventory import Inventory
from ecommerce_sync.sandbox.shopify.paging import by_id
from ecommerce_sync.sandbox.shopify.records import (
	Collection,
	Media,
	Metafield,
	Option,
	Product,
	Variant,
)
from ecommerce_sync.sandbox.shopify.views import Fields, View, constant, counted, read, time

Json = dict[str, Any]


def product_data(stock: Inventory, product: Product) -> View:
	"""A `Product`."""
	return View(_PRODUCT, stock, product)


def variant_data(stock: Inventory, variant: Variant) -> View:
	"""A `ProductVariant`."""
	return View(_VARIANT, stock, variant)


def media_data(stock: Inventory, media: Media) -> View:
	"""A `MediaImage`."""
	return View(_MEDIA, stock, media)


def metafield_data(stock: Inventory, metafield: Metafield) -> View:
	"""A `Metafield`."""
	return View(_METAFIELD, stock, metafield)


def collection_data(stock: Inventory, collection: Collection) -> View:
	"""A `Collection`."""
	return View(_COLLECTION, stock, collection)


def publication_data(number: int) -> Json:
	"""A `Publication`."""
	return {
		"__typename": "Publication",
		"id": f"gid://shopify/Publication/{number}",
		"autoPublish": False,
		"supportsFuturePublishing": number == min(PUBLICATIONS),
	}


def price_text(stock: Inventory, variant: Variant) -> str:
	"""`price`, with the currency's decimals."""
	return str(variant.price)


def _variants(stock: Inventory, product: Product) -> list[View]:
	return [variant_data(stock, variant) for variant in product.variants]


def _options(stock: Inventory, product: Product) -> list[Json]:
	return [_option(product, option, place) for place, option in enumerate(product.options)]


def _option(product: Product, option: Option, place: int) -> Json:
	used = {variant.values[place] for variant in product.variants}
	return {
		"__typename": "ProductOption",
		"id": f"gid://shopify/ProductOption/{option.id}",
		"name": option.name,
		"position": place + 1,
		"values": [value for value in option.values if value in used],
		"linkedMetafield": None,
		"optionValues": [
			{
				"__typename": "ProductOptionValue",
				"id": f"gid://shopify/ProductOptionValue/{number}",
				"name": value,
				"hasVariants": value in used,
				"linkedMetafieldValue": None,
			}
			for value, number in option.values.items()
		],
	}


def _prices(stock: Inventory, product: Product) -> Json:
	prices = [variant.price for variant in product.variants]
	low, high = (
		{"amount": str(price), "currencyCode": stock.goods.shop.currency}
		for price in (min(prices), max(prices))
	)
	return {"minVariantPrice": low, "maxVariantPrice": high}


def _metafield(stock: Inventory, owner: Product | Variant) -> Any:
	def one(key: str, namespace: str | None = None) -> View | None:
		namespace, _, key = key.rpartition(".") if namespace is None else (namespace, "", key)
		found = owner.metafields.get((namespace, key))
		return None if found is None else metafield_data(stock, found)

	return one


def _metafields(stock: Inventory, owner: Product | Variant) -> Any:
	def page(keys: list[str] | None = None, namespace: str | None = None, **arguments: Any) -> Json:
		shown = {
			m.id: m
			for m in owner.metafields.values()
			if namespace in (None, m.namespace) and (keys is None or f"{m.namespace}.{m.key}" in keys)
		}
		return by_id(sorted(shown), arguments, lambda number: metafield_data(stock, shown[number]))

	return page


def _collections(stock: Inventory, product: Product) -> list[View]:
	return [collection_data(stock, stock.goods.collections[number]) for number in sorted(product.collections)]


def _published_at(stock: Inventory, product: Product) -> str | None:
	return timestamp(min(product.published.values(), default=None))


def _publications(stock: Inventory, product: Product) -> list[Json]:
	return [_publication(stock, product, number, at) for number, at in product.published.items()]


def _publication(stock: Inventory, product: Product, number: int, at: datetime) -> Json:
	return {
		"isPublished": product.status == "ACTIVE",
		"publishDate": timestamp(at),
		"publication": publication_data(number),
		"publishable": product_data(stock, product),
	}


def _is_published(stock: Inventory, product: Product) -> Any:
	return lambda publicationId: publicationId.rpartition("/")[2] in map(str, product.published)


def _unpublished(stock: Inventory, product: Product) -> list[Json]:
	return [publication_data(number) for number in PUBLICATIONS if number not in product.published]


def _bundle(stock: Inventory, product: Product) -> list[Json]:
	"""`bundleComponents`: the products that the first variant is made of."""
	parts = product.variants[0].parts if product.variants else {}
	made_of = [(stock.goods.variants[number], pieces) for number, pieces in parts.items()]
	return [
		{
			"componentProduct": product_data(stock, part.product),
			"componentVariants": [variant_data(stock, part)],
			"componentVariantsCount": counted(1),
			"quantity": pieces,
		}
		for part, pieces in made_of
	]


def _parts(stock: Inventory, variant: Variant) -> list[Json]:
	"""`productVariantComponents`."""
	return [
		{
			"__typename": "ProductVariantComponent",
			"id": f"gid://shopify/ProductVariantComponent/{variant.id}{place:02d}",
			"productVariant": variant_data(stock, stock.goods.variants[number]),
			"quantity": pieces,
		}
		for place, (number, pieces) in enumerate(variant.parts.items())
	]


def _parents(stock: Inventory, record: Product | Variant) -> list[View]:
	"""`productParents`: the bundles that contain it."""
	wanted = {record.id} if isinstance(record, Variant) else {variant.id for variant in record.variants}
	bundles = [bundle.product for bundle in stock.goods.bundles.values() if wanted & set(bundle.parts)]
	return [product_data(stock, product) for product in dict.fromkeys(bundles)]


def _pictures(stock: Inventory, product: Product) -> list[View]:
	return [media_data(stock, media) for media in product.media]


def _own_pictures(stock: Inventory, variant: Variant) -> list[View]:
	return [media_data(stock, media) for media in variant.product.media if media.id in variant.media_ids]


def _selected(stock: Inventory, variant: Variant) -> list[Json]:
	return [
		{
			"name": option.name,
			"value": value,
			"optionValue": {
				"__typename": "ProductOptionValue",
				"id": f"gid://shopify/ProductOptionValue/{option.values[value]}",
				"name": value,
				"hasVariants": True,
				"linkedMetafieldValue": None,
			},
		}
		for option, value in zip(variant.product.options, variant.values, strict=True)
	]


def _item(stock: Inventory, variant: Variant) -> View:
	# Items lead back to variants.
	from ecommerce_sync.sandbox.shopify.graph_stock import item_data

	return item_data(stock, variant)


def _plain_text(stock: Inventory, product: Product) -> Any:
	text = re.sub(r"<[^>]*>", "", product.description)
	return lambda truncateAt=None: text[:truncateAt]


def _image(stock: Inventory, media: Media) -> Json:
	return {
		"id": f"gid://shopify/ImageSource/{media.image_id}",
		"altText": media.alt,
		"width": 1200,
		"height": 900,
		"thumbhash": None,
		"url": lambda transform=None: media.url,
	}


def _number(stock: Inventory, record: Any) -> str:
	return str(record.id)


def _has_all(stock: Inventory, product: Product) -> bool:
	return all(not v.tracked or v.policy == "CONTINUE" or stock.total(v) > 0 for v in product.variants)


_METAFIELDS: Fields = {"metafield": _metafield, "metafields": _metafields}
_PRODUCT: Fields = {
	**_METAFIELDS,
	"__typename": constant("Product"),
	"id": read("gid"),
	"legacyResourceId": _number,
	"title": read("title"),
	"handle": read("handle"),
	"description": _plain_text,
	"descriptionHtml": read("description"),
	"vendor": read("vendor"),
	"productType": read("product_type"),
	"status": read("status"),
	"tags": lambda _stock, product: sorted(product.tags),
	"category": constant(None),
	"combinedListingRole": constant(None),
	"options": _options,
	"variants": _variants,
	"variantsCount": lambda _stock, product: counted(len(product.variants)),
	"media": _pictures,
	"mediaCount": lambda _stock, product: counted(len(product.media)),
	"featuredMedia": lambda stock, product: next(iter(_pictures(stock, product)), None),
	"collections": _collections,
	"inCollection": lambda _stock, product: lambda id: int(id.rpartition("/")[2]) in product.collections,
	"createdAt": time("created_at"),
	"updatedAt": time("updated_at"),
	"publishedAt": _published_at,
	"publishedOnPublication": _is_published,
	"resourcePublications": _publications,
	"resourcePublicationsV2": _publications,
	"resourcePublicationsCount": lambda _stock, product: counted(len(product.published)),
	"availablePublicationsCount": lambda _stock, product: counted(len(product.published)),
	"unpublishedPublications": _unpublished,
	"isGiftCard": read("gift_card"),
	"giftCardTemplateSuffix": constant(None),
	"hasOnlyDefaultVariant": read("is_plain"),
	"hasOutOfStockVariants": lambda stock, product: not _has_all(stock, product),
	"hasVariantsThatRequiresComponents": lambda _stock, product: any(v.parts for v in product.variants),
	"bundleComponents": _bundle,
	"productParents": _parents,
	"totalInventory": lambda stock, product: sum(stock.total(v) for v in product.variants if v.tracked),
	"tracksInventory": lambda _stock, product: any(v.tracked for v in product.variants),
	"priceRangeV2": _prices,
	"requiresSellingPlan": constant(False),
	"sellingPlanGroupsCount": constant(counted(0)),
	"seo": lambda _stock, product: {"title": None, "description": None, **product.seo},
	"templateSuffix": read("template_suffix"),
	"onlineStoreUrl": lambda stock, product: f"https://{stock.goods.shop.domain}/products/{product.handle}",
	"onlineStorePreviewUrl": lambda stock, product: (
		f"https://{stock.goods.shop.domain}/products/{product.handle}?preview=1"
	),
	"defaultCursor": _number,
}
_VARIANT: Fields = {
	**_METAFIELDS,
	"__typename": constant("ProductVariant"),
	"id": read("gid"),
	"legacyResourceId": _number,
	"title": read("title"),
	"displayName": lambda _stock, variant: f"{variant.product.title} - {variant.title}",
	"sku": read("sku"),
	"barcode": read("barcode"),
	"price": price_text,
	"compareAtPrice": lambda _stock, v: None if v.compare_at is None else str(v.compare_at),
	"position": read("position"),
	"taxable": read("taxable"),
	"inventoryPolicy": read("policy"),
	"inventoryQuantity": lambda stock, variant: stock.total(variant),
	"sellableOnlineQuantity": lambda stock, variant: stock.total(variant),
	"availableForSale": lambda stock, v: not v.tracked or v.policy == "CONTINUE" or stock.total(v) > 0,
	"selectedOptions": _selected,
	"product": lambda stock, variant: product_data(stock, variant.product),
	"inventoryItem": _item,
	"media": _own_pictures,
	"requiresComponents": lambda _stock, variant: bool(variant.parts),
	"productVariantComponents": _parts,
	"productParents": _parents,
	"createdAt": time("created_at"),
	"updatedAt": time("updated_at"),
	"showUnitPrice": constant(False),
	"unitPrice": constant(None),
	"sellingPlanGroupsCount": constant(counted(0)),
	"defaultCursor": _number,
}
_MEDIA: Fields = {
	"__typename": constant("MediaImage"),
	"id": lambda _stock, media: f"gid://shopify/MediaImage/{media.id}",
	"alt": lambda _stock, media: media.alt or "",
	"mediaContentType": constant("IMAGE"),
	"status": constant("READY"),
	"fileStatus": constant("READY"),
	"mediaErrors": constant([]),
	"mediaWarnings": constant([]),
	"mimeType": constant("image/jpeg"),
	"image": _image,
	"preview": lambda stock, media: {"image": _image(stock, media), "status": "READY"},
	"createdAt": time("created_at"),
	"updatedAt": time("created_at"),
}
_METAFIELD: Fields = {
	"__typename": constant("Metafield"),
	"id": lambda _stock, metafield: f"gid://shopify/Metafield/{metafield.id}",
	"legacyResourceId": _number,
	"namespace": read("namespace"),
	"key": read("key"),
	"type": read("type"),
	"value": read("value"),
	"jsonValue": lambda _stock, metafield: _parsed(metafield.value),
	"compareDigest": read("digest"),
	"sizeInBytes": lambda _stock, metafield: len(metafield.value.encode()),
	"ownerType": lambda _stock, m: "PRODUCT" if isinstance(m.owner, Product) else "PRODUCTVARIANT",
	"owner": lambda stock, m: (
		product_data(stock, m.owner) if isinstance(m.owner, Product) else variant_data(stock, m.owner)
	),
	"createdAt": time("created_at"),
	"updatedAt": time("updated_at"),
}
_COLLECTION: Fields = {
	"__typename": constant("Collection"),
	"id": lambda _stock, collection: f"gid://shopify/Collection/{collection.id}",
	"legacyResourceId": _number,
	"title": read("title"),
	"handle": read("handle"),
	"description": constant(lambda truncateAt=None: ""),
	"descriptionHtml": constant(""),
	"sortOrder": constant("MANUAL"),
	"updatedAt": time("updated_at"),
	"image": constant(None),
	"metafield": constant(lambda key, namespace=None: None),
	"metafields": constant([]),
	"templateSuffix": constant(None),
	"seo": constant({"title": None, "description": None}),
	"hasProduct": lambda stock, c: lambda id: _is_in(stock, c, id),
	"productsCount": lambda stock, c: counted(len(_members(stock, c))),
	"products": lambda stock, c: [product_data(stock, product) for product in _members(stock, c)],
}


def _members(stock: Inventory, collection: Collection) -> list[Product]:
	return [product for product in stock.goods.products.values() if collection.id in product.collections]


def _is_in(stock: Inventory, collection: Collection, gid: str) -> bool:
	product = stock.goods.products.get(int(gid.rpartition("/")[2]))
	return product is not None and collection.id in product.collections


def _parsed(value: str) -> Any:
	try:
		return json.loads(value)
	except ValueError:
		return value
