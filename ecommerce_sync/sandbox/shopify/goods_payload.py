"""The REST shapes of products, inventory items and levels, as webhooks of version 2026-07 send them.

Checked against the JSON Schemas of products/update, inventory_items/update and inventory_levels/update.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any

from ecommerce_sync.sandbox.shopify.records import ITEM_OFFSET, Level, Media, Option, Product, Variant

Json = dict[str, Any]
Total = Callable[[Variant], int]
FULL_VARIANTS = 100  # those behind are named in variant_gids only
_UNITS = {"GRAMS": "g", "KILOGRAMS": "kg", "POUNDS": "lb", "OUNCES": "oz"}


def product_payload(product: Product, total: Total, zone: tzinfo) -> Json:
	"""products/create and products/update; `total` gives what is available of a variant in all."""
	images = [_image(product, media, place, zone) for place, media in enumerate(product.media, 1)]
	return {
		"admin_graphql_api_id": product.gid,
		"id": product.id,
		"title": product.title,
		"body_html": product.description,
		"handle": product.handle,
		"vendor": product.vendor,
		"product_type": product.product_type,
		"status": product.status.lower(),
		"tags": ", ".join(product.tags),
		"template_suffix": product.template_suffix,
		"created_at": moment(product.created_at, zone),
		"updated_at": moment(product.updated_at, zone),
		"published_at": moment(min(product.published.values(), default=None), zone),
		"published_scope": "global" if len(product.published) > 1 else "web",
		"category": None,
		"has_variants_that_requires_components": any(variant.parts for variant in product.variants),
		"options": [_option(product, option, place) for place, option in enumerate(product.options, 1)],
		"images": images,
		"image": images[0] if images else None,
		"media": [_media(product, media, place, zone) for place, media in enumerate(product.media, 1)],
		"variants": [
			_variant(variant, place, total(variant), zone)
			for place, variant in enumerate(product.variants[:FULL_VARIANTS], 1)
		],
		"variant_gids": [
			{"admin_graphql_api_id": variant.gid, "updated_at": moment(variant.updated_at, zone)}
			for variant in product.variants
		],
	}


def item_payload(variant: Variant, zone: tzinfo) -> Json:
	"""inventory_items/create and inventory_items/update."""
	return {
		"admin_graphql_api_id": f"gid://shopify/InventoryItem/{variant.item_id}",
		"id": variant.item_id,
		"sku": variant.sku,
		"created_at": moment(variant.created_at, zone),
		"updated_at": moment(variant.updated_at, zone),
		"requires_shipping": variant.requires_shipping,
		"cost": None if variant.cost is None else str(variant.cost),
		"country_code_of_origin": variant.origin,
		"province_code_of_origin": variant.province,
		"harmonized_system_code": variant.customs_code,
		"tracked": variant.tracked,
		"country_harmonized_system_codes": [],
		"weight_value": variant.weight,
		"weight_unit": _UNITS[variant.weight_unit],
	}


def level_payload(variant: Variant, location_id: int, level: Level, zone: tzinfo) -> Json:
	"""inventory_levels/update, connect and disconnect."""
	return {
		"inventory_item_id": variant.item_id,
		"location_id": location_id,
		"available": level.available if variant.tracked else None,
		"updated_at": moment(level.updated_at, zone),
		"admin_graphql_api_id": level_gid(variant.id, location_id),
	}


def level_gid(variant_id: int, location_id: int) -> str:
	"""The id of an inventory level names its item too."""
	return f"gid://shopify/InventoryLevel/{location_id}?inventory_item_id={variant_id + ITEM_OFFSET}"


def moment(at: datetime | None, zone: tzinfo) -> str | None:
	"""A time as REST shows it: the shop's, to the second."""
	return None if at is None else at.astimezone(zone).isoformat(timespec="seconds")


def _variant(variant: Variant, place: int, available: int, zone: tzinfo) -> Json:
	options = [*variant.values, None, None]
	return {
		"admin_graphql_api_id": variant.gid,
		"id": variant.id,
		"product_id": variant.product.id,
		"title": variant.title,
		"sku": variant.sku,
		"barcode": variant.barcode,
		"price": str(variant.price),
		"compare_at_price": None if variant.compare_at is None else str(variant.compare_at),
		"position": place,
		"option1": options[0],
		"option2": options[1],
		"option3": options[2],
		"created_at": moment(variant.created_at, zone),
		"updated_at": moment(variant.updated_at, zone),
		"taxable": variant.taxable,
		"inventory_policy": variant.policy.lower(),
		"inventory_item_id": variant.item_id,
		"inventory_quantity": available,
		"old_inventory_quantity": available,
		"image_id": _image_id(variant),
	}


def _image_id(variant: Variant) -> int | None:
	shown = (media.image_id for media in variant.product.media if media.id in variant.media_ids)
	return next(shown, None)


def _option(product: Product, option: Option, place: int) -> Json:
	used = {variant.values[place - 1] for variant in product.variants}
	return {
		"id": option.id,
		"product_id": product.id,
		"name": option.name,
		"position": place,
		"values": [value for value in option.values if value in used],
	}


def _image(product: Product, media: Media, place: int, zone: tzinfo) -> Json:
	return {
		"id": media.image_id,
		"alt": media.alt,
		"position": place,
		"product_id": product.id,
		"created_at": moment(media.created_at, zone),
		"updated_at": moment(media.created_at, zone),
		"admin_graphql_api_id": f"gid://shopify/MediaImage/{media.id}",
		"width": 1200,
		"height": 900,
		"src": media.url,
		"variant_ids": [variant.id for variant in product.variants if media.id in variant.media_ids],
	}


def _media(product: Product, media: Media, place: int, zone: tzinfo) -> Json:
	return {
		"id": media.id,
		"position": place,
		"product_id": product.id,
		"alt": media.alt or "",
		"status": "READY",
		"media_content_type": "IMAGE",
		"preview_image": {"width": 1200, "height": 900, "src": media.url, "status": "READY"},
		"variant_ids": [],
		"created_at": moment(media.created_at, zone),
		"updated_at": moment(media.created_at, zone),
		"admin_graphql_api_id": f"gid://shopify/MediaImage/{media.id}",
	}
