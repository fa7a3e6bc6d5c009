"""A variation as REST v3's variations endpoints write it: fewer keys, and others, than among products."""

from __future__ import annotations

from typing import Any

from ecommerce_sync.sandbox.woocommerce.product_json import ALLOW, Shown, formatted
from ecommerce_sync.sandbox.woocommerce.products import Product


def variation_json(variation: Product, shown: Shown) -> dict[str, Any]:
	"""As GET /wp-json/wc/v3/products/<parent>/variations/<id> answers."""
	return {
		"id": variation.id,
		"type": "variation",
		**shown.dates(variation),
		"description": formatted(variation.description),
		"permalink": shown.permalink(variation),
		"sku": shown.sku(variation),
		"global_unique_id": variation.gtin,
		**_price(variation, shown),
		**_kind(variation, shown),
		**_stock(variation, shown),
		**_shape(variation, shown),
		"meta_data": shown.meta(variation),
		"name": variation.short_title,
		"parent_id": variation.parent_id,
		"_links": _links(variation, shown.home),
	}


def _price(variation: Product, shown: Shown) -> dict[str, Any]:
	price = shown.price(variation)
	purchasable = price.pop("purchasable")
	return {**price, "status": variation.status, "purchasable": purchasable}


def _kind(variation: Product, shown: Shown) -> dict[str, Any]:
	return {
		"virtual": variation.virtual,
		"downloadable": variation.downloadable,
		"downloads": [],
		"download_limit": -1,
		"download_expiry": -1,
		"tax_status": variation.tax_status,
		"tax_class": variation.tax_class or ("parent" if shown.edit else ""),
	}


def _stock(variation: Product, shown: Shown) -> dict[str, Any]:
	stock = shown.stock(variation)
	managed, quantity = stock.pop("manage_stock"), stock.pop("stock_quantity")
	status = {"manage_stock": managed, "stock_quantity": quantity}
	return {**status, "stock_status": shown.stock_status(variation), **stock}


def _shape(variation: Product, shown: Shown) -> dict[str, Any]:
	images = shown.images(variation)
	length, width, height = variation.dimensions
	return {
		"weight": shown.weight(variation),
		"dimensions": {"length": length, "width": width, "height": height},
		"shipping_class": "",
		"shipping_class_id": 0,
		"image": shown.image(images[0]) if images else None,
		"attributes": shown.options(variation),
		"menu_order": variation.menu_order,
	}


def _links(variation: Product, home: str) -> dict[str, Any]:
	products = f"{home}/wp-json/wc/v3/products"
	collection = f"{products}/{variation.parent_id}/variations"
	return {
		"self": [{"href": f"{collection}/{variation.id}", "targetHints": {"allow": ALLOW}}],
		"collection": [{"href": collection}],
		"up": [{"href": f"{products}/{variation.parent_id}"}],
	}
