"""GraphQL data of a Product: its texts, options, variants, pictures, prices and publications."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from ecommerce_sync.sandbox.shopify.facts import timestamp
from ecommerce_sync.sandbox.shopify.goods import PUBLICATIONS
from ecommerce_sync.sandbox.shopify.graph_parts import METAFIELDS, publication_data
from ecommerce_sync.sandbox.shopify.graph_variants import bundles_with
from ecommerce_sync.sandbox.shopify.inventory import Inventory
from ecommerce_sync.sandbox.shopify.records import Option, Product
from ecommerce_sync.sandbox.shopify.views import (
	Fields,
	View,
	collection_data,
	constant,
	counted,
	media_data,
	number,
	product_data,
	read,
	time,
	variant_data,
)

Json = dict[str, Any]


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


def _pictures(stock: Inventory, product: Product) -> list[View]:
	return [media_data(stock, media) for media in product.media]


def _plain_text(stock: Inventory, product: Product) -> Any:
	text = re.sub(r"<[^>]*>", "", product.description)
	return lambda truncateAt=None: text[:truncateAt]


def _has_all(stock: Inventory, product: Product) -> bool:
	return all(not v.tracked or v.policy == "CONTINUE" or stock.total(v) > 0 for v in product.variants)


PRODUCT: Fields = {
	**METAFIELDS,
	"__typename": constant("Product"),
	"id": read("gid"),
	"legacyResourceId": number,
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
	"productParents": bundles_with,
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
	"defaultCursor": number,
}
