"""GraphQL data of a ProductVariant: its options, pictures, parts and numbers."""

from __future__ import annotations

from typing import Any

from ecommerce_sync.sandbox.shopify.graph_parts import METAFIELDS
from ecommerce_sync.sandbox.shopify.inventory import Inventory
from ecommerce_sync.sandbox.shopify.records import Product, Variant
from ecommerce_sync.sandbox.shopify.views import (
	Fields,
	View,
	constant,
	counted,
	item_data,
	media_data,
	number,
	product_data,
	read,
	time,
	variant_data,
)

Json = dict[str, Any]


def price_text(stock: Inventory, variant: Variant) -> str:
	"""`price`, with the currency's decimals."""
	return str(variant.price)


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


def bundles_with(stock: Inventory, record: Product | Variant) -> list[View]:
	"""`productParents`: the bundles that contain it."""
	wanted = {record.id} if isinstance(record, Variant) else {variant.id for variant in record.variants}
	bundles = [bundle.product for bundle in stock.goods.bundles.values() if wanted & set(bundle.parts)]
	return [product_data(stock, product) for product in dict.fromkeys(bundles)]


VARIANT: Fields = {
	**METAFIELDS,
	"__typename": constant("ProductVariant"),
	"id": read("gid"),
	"legacyResourceId": number,
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
	"inventoryItem": item_data,
	"media": _own_pictures,
	"requiresComponents": lambda _stock, variant: bool(variant.parts),
	"productVariantComponents": _parts,
	"productParents": bundles_with,
	"createdAt": time("created_at"),
	"updatedAt": time("updated_at"),
	"showUnitPrice": constant(False),
	"unitPrice": constant(None),
	"sellingPlanGroupsCount": constant(counted(0)),
	"defaultCursor": number,
}
