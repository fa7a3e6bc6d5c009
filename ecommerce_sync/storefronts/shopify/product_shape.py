"""A product of the Admin GraphQL API in the shape of REST, so that one parser and one set of paths serve both.

Keys and values are those of the webhook body as far as a catalogue needs them, and beside them what
webhooks do not tell: metafields, customs code and origin, the parts of bundles.
"""

from __future__ import annotations

from .graphql_parts import Given, Json, ids, lower, nodes, number_in, renamed

_TEXTS = {
	"title": "title",
	"body_html": "descriptionHtml",
	"vendor": "vendor",
	"product_type": "productType",
	"handle": "handle",
	"created_at": "createdAt",
	"updated_at": "updatedAt",
	"published_at": "publishedAt",
	"gift_card": "isGiftCard",
	"has_variants_that_requires_components": "hasVariantsThatRequiresComponents",
	"online_store_url": "onlineStoreUrl",
}
_VARIANT = {
	"title": "title",
	"position": "position",
	"price": "price",
	"compare_at_price": "compareAtPrice",
	"sku": "sku",
	"barcode": "barcode",
	"taxable": "taxable",
	"created_at": "createdAt",
	"updated_at": "updatedAt",
	"inventory_quantity": "inventoryQuantity",
	"requires_components": "requiresComponents",
}
_ITEM = {
	"requires_shipping": "requiresShipping",
	"harmonized_system_code": "harmonizedSystemCode",
	"country_code_of_origin": "countryCodeOfOrigin",
}
_PENDING = {"UPLOADED", "PROCESSING"}
_UNITS = {"GRAMS": "g", "KILOGRAMS": "kg", "OUNCES": "oz", "POUNDS": "lb"}
_METAFIELD = {"namespace": "namespace", "key": "key", "value": "value", "type": "type"}


def rest_product(product: Given) -> Json:
	"""The product as a webhook would tell it; `variants` must hold all of them to be complete."""
	left_out = ((product.get("variants") or {}).get("pageInfo") or {}).get("hasNextPage")
	if left_out:
		raise ValueError("only the first page of variants")
	return {
		**ids(product["id"]),
		**renamed(product, _TEXTS),
		"status": lower(product.get("status")),
		"tags": ", ".join(product.get("tags") or ()),
		"category": _category(product.get("category")),
		"options": [_option(option) for option in product.get("options") or ()],
		"images": _images(product),
		"has_pending_media": any(m.get("status") in _PENDING for m in nodes(product, "media")),
		"variants": [_variant(variant, product["id"]) for variant in nodes(product, "variants")],
		"metafields": _metafields(product),
	}


def _category(category: Given | None) -> Json | None:
	if not category:
		return None
	names = {"name": "name", "full_name": "fullName"}
	return {"admin_graphql_api_id": category.get("id"), **renamed(category, names)}


def _option(option: Given) -> Json:
	return {"id": number_in(option.get("id")), **renamed(option, {"name": "name", "values": "values"})}


def _images(product: Given) -> list[Json]:
	pictures = [medium for medium in nodes(product, "media") if medium.get("image")]
	return [
		{**ids(medium["id"]), "position": place, "alt": medium.get("alt"), "src": medium["image"].get("url")}
		for place, medium in enumerate(pictures, 1)
	]


def _variant(variant: Given, product_gid: str) -> Json:
	item = variant.get("inventoryItem") or {}
	chosen = [option.get("value") for option in variant.get("selectedOptions") or ()]
	chosen += [None] * (3 - len(chosen))
	return {
		**ids(variant["id"]),
		"product_id": number_in(product_gid),
		**renamed(variant, _VARIANT),
		**{f"option{place}": value for place, value in enumerate(chosen, 1)},
		"inventory_policy": lower(variant.get("inventoryPolicy")),
		"inventory_item_id": number_in(item.get("id")),
		"inventory_management": "shopify" if item.get("tracked") else None,
		**renamed(item, _ITEM),
		**_weight((item.get("measurement") or {}).get("weight")),
		**_image(variant),
		"components": [_part(part) for part in nodes(variant, "productVariantComponents")],
		"metafields": _metafields(variant),
	}


def _weight(weight: Given | None) -> Json:
	if not weight:
		return {}
	return {"weight": weight.get("value"), "weight_unit": _UNITS.get(weight.get("unit") or "")}


def _image(variant: Given) -> Json:
	picture = next((medium for medium in nodes(variant, "media") if medium.get("image")), None)
	if picture is None:
		return {"image_id": None}
	return {"image_id": number_in(picture["id"]), "image": {"src": picture["image"].get("url")}}


def _part(part: Given) -> Json:
	variant = part["productVariant"]
	return {
		"quantity": part.get("quantity"),
		"variant_id": number_in(variant["id"]),
		"product_id": number_in((variant.get("product") or {}).get("id")),
		"sku": variant.get("sku"),
	}


def _metafields(owner: Given) -> list[Json]:
	return [renamed(field, _METAFIELD) for field in nodes(owner, "metafields")]
