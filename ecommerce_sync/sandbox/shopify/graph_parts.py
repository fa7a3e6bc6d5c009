"""GraphQL data of what products are hung with: media, metafields, collections and publications."""

from __future__ import annotations

import json
from typing import Any

from ecommerce_sync.sandbox.shopify.goods import PUBLICATIONS
from ecommerce_sync.sandbox.shopify.inventory import Inventory
from ecommerce_sync.sandbox.shopify.paging import by_id
from ecommerce_sync.sandbox.shopify.records import Collection, Media, Product, Variant
from ecommerce_sync.sandbox.shopify.views import (
	Fields,
	View,
	constant,
	counted,
	metafield_data,
	number,
	product_data,
	read,
	time,
	variant_data,
)

Json = dict[str, Any]


def publication_data(number: int) -> Json:
	"""A `Publication`."""
	return {
		"__typename": "Publication",
		"id": f"gid://shopify/Publication/{number}",
		"autoPublish": False,
		"supportsFuturePublishing": number == min(PUBLICATIONS),
	}


def metafield(stock: Inventory, owner: Product | Variant) -> Any:
	def one(key: str, namespace: str | None = None) -> View | None:
		namespace, _, key = key.rpartition(".") if namespace is None else (namespace, "", key)
		found = owner.metafields.get((namespace, key))
		return None if found is None else metafield_data(stock, found)

	return one


def metafields(stock: Inventory, owner: Product | Variant) -> Any:
	def page(keys: list[str] | None = None, namespace: str | None = None, **arguments: Any) -> Json:
		shown = {
			m.id: m
			for m in owner.metafields.values()
			if namespace in (None, m.namespace) and (keys is None or f"{m.namespace}.{m.key}" in keys)
		}
		return by_id(sorted(shown), arguments, lambda number: metafield_data(stock, shown[number]))

	return page


def _image(stock: Inventory, media: Media) -> Json:
	return {
		"id": f"gid://shopify/ImageSource/{media.image_id}",
		"altText": media.alt,
		"width": 1200,
		"height": 900,
		"thumbhash": None,
		"url": lambda transform=None: media.url,
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


METAFIELDS = {"metafield": metafield, "metafields": metafields}
MEDIA: Fields = {
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
METAFIELD: Fields = {
	"__typename": constant("Metafield"),
	"id": lambda _stock, metafield: f"gid://shopify/Metafield/{metafield.id}",
	"legacyResourceId": number,
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
COLLECTION: Fields = {
	"__typename": constant("Collection"),
	"id": lambda _stock, collection: f"gid://shopify/Collection/{collection.id}",
	"legacyResourceId": number,
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
