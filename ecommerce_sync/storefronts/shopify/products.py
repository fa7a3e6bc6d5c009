"""Shopify's REST-shaped product (webhook body, REST answer, `products` payload) as the neutral `Product`.

GraphQL answers are brought into the same shape by `product_shape`, so that there is one parser and Field
Mapping paths are the same for both. `inventory_quantity` is the sum over places and so no level.
Source: https://shopify.dev/docs/api/admin-rest/latest/resources/product
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from ...core.errors import PayloadRefused
from ...core.models import Attribute
from ...core.products import BundlePart, Option, Price, Product, ProductStatus, StockLevel, Variant
from .lines import number_of
from .people import split_tags
from .product_shape import rest_product
from .reading import Node

PLATFORM_NAME = "shopify"
_STATUSES: dict[str, ProductStatus] = {"draft": "draft", "archived": "archived"}  # unlisted ones are sold too
_KILOGRAMS = {
	"kg": Decimal(1),
	"g": Decimal("0.001"),
	"lb": Decimal("0.45359237"),
	"oz": Decimal("0.028349523125"),
}
_WEIGHT_DIGITS = Decimal("0.000001")
_DEFAULT = "Default Title"
_GID = "gid://shopify/"


def parse_product(payload: Mapping[str, Any]) -> Product:
	"""The neutral product.

	`payload` is the product itself, `{"product": {…}}`, or an answer of the Admin GraphQL API with such fields
	as `queries/product_fields.graphql` asks for. Raises `PayloadRefused` with the path of the offending field,
	nothing else.
	"""
	document = _document(payload)
	try:
		return _product(Node(document))
	except ValidationError as error:
		first = error.errors()[0]
		raise PayloadRefused(".".join(str(step) for step in first["loc"]), first["msg"]) from None


def parse_levels(payload: Mapping[str, Any]) -> tuple[StockLevel, ...]:
	"""The level of an inventory_levels message. One of a disconnected place names no quantity at all."""
	if not isinstance(payload, Mapping):
		raise PayloadRefused("", "is not an object")
	node = Node(payload)
	level = StockLevel(
		location_id=_digits(node, "location_id", node.required_text("location_id")),
		quantity=_whole(node, "available"),
		inventory_id=inventory_id(node),
		stocked="available" in payload,
		at=node.time("updated_at"),
	)
	return (level,)


def product_id(node: Node) -> str:
	"""The id's digits; a number that JavaScript rounded is replaced by the exact one."""
	return _identifier(node, "Product")


def inventory_id(node: Node) -> str:
	"""The inventory item of a level, exact from the level's GraphQL id where there is one."""
	_gid, _, exact = (node.text("admin_graphql_api_id") or "").partition("inventory_item_id=")
	return _digits(node, "inventory_item_id", exact or node.required_text("inventory_item_id"))


def is_whole(product: Node) -> bool:
	"""Whether nothing of the product must be asked for: no variants, option names or parts are left out."""
	named = product.value.get("options") is not None and product.value.get("variants") is not None
	try:
		return named and bool(product.children("options")) and not _leaves_out(product)
	except PayloadRefused:
		return False


def _document(payload: Any) -> Mapping[str, Any]:
	"""The product inside its wrappings, in the shape of REST."""
	inner, path = payload, ""
	for wrapping in ("data", "product"):
		if isinstance(inner, Mapping) and wrapping in inner and "id" not in inner:
			inner, path = inner[wrapping], f"{path}.{wrapping}".strip(".")
	if not isinstance(inner, Mapping):
		raise PayloadRefused(path, "is not an object")
	return _from_graphql(inner) if isinstance(inner.get("variants"), Mapping) else inner


def _from_graphql(product: Mapping[str, Any]) -> Mapping[str, Any]:
	try:
		return rest_product(product)
	except KeyError as missing:
		raise PayloadRefused(str(missing.args[0]), "is missing") from None
	except (TypeError, AttributeError, ValueError):
		raise PayloadRefused("product", "is not as the Admin GraphQL API answers") from None


def _product(node: Node) -> Product:
	identifier = product_id(node)
	if node.value.get("variants") is None:
		node.refuse("variants", "is missing")
	sold, names, images = node.children("variants"), _option_names(node), _images(node)
	variants = tuple(_variant(variant, names, images) for variant in sold)
	gift_card = node.flag("gift_card") or any(_is_gift_card(variant) for variant in sold)
	return Product(
		platform=PLATFORM_NAME,
		id=identifier,
		title=node.text("title") or node.text("handle") or identifier,
		status=_STATUSES.get((node.text("status") or "").lower(), "active"),
		updated_at=node.time("updated_at") or node.required_time("created_at"),
		complete=not _leaves_out(node),
		gift_card=gift_card,
		physical=not gift_card and any(_is_shipped(variant) for variant in sold),
		description=node.verbatim("body_html"),
		options=_options(node, variants),
		variants=variants,
		**_marketing(node),
		raw=dict(node.value),
	)


def _marketing(node: Node) -> dict[str, Any]:
	"""`product_type` is the shop's own word; Shopify's taxonomy comes behind it."""
	category = node.child("category")
	categories = (node.text("product_type"), category.text("name") if category else None)
	sources = (image.text("src") for image in node.children("images"))
	return {
		"vendor": node.text("vendor"),
		"categories": tuple(dict.fromkeys(name for name in categories if name)),
		"tags": split_tags(node),
		"images": tuple(dict.fromkeys(source for source in sources if source)),
		"url": node.text("online_store_url"),
		"admin_url": node.text("admin_url"),
	}


def _leaves_out(node: Node) -> bool:
	"""Messages hold the first hundred variants, of the others the ids; and no parts of a bundle."""
	told = {_identifier(variant, "ProductVariant") for variant in node.children("variants")}
	named = {number_of(each.text("admin_graphql_api_id")) for each in node.children("variant_gids")} - {None}
	has_parts = any(variant.children("components") for variant in node.children("variants"))
	return bool(named - told) or (node.flag("has_variants_that_requires_components") and not has_parts)


def _options(node: Node, variants: Iterable[Variant]) -> tuple[Option, ...]:
	"""What variants differ in, by the variants where the message lists no options.

	A product in one form has the option Title with the value Default Title.
	"""
	found: dict[str, list[str]] = {
		_option_name(option, place): option.texts("values")
		for place, option in enumerate(node.children("options"), 1)
	}
	if list(found.values()) == [[_DEFAULT]]:
		return ()
	for attribute in (attribute for variant in variants for attribute in variant.options):
		values = found.setdefault(attribute.name, [])
		if attribute.value not in values:
			values.append(attribute.value)
	return tuple(Option(name=name, values=tuple(values)) for name, values in found.items())


def _option_names(node: Node) -> list[str]:
	return [_option_name(option, place) for place, option in enumerate(node.children("options"), 1)]


def _option_name(option: Node, place: int) -> str:
	return option.text("name") or f"Option {place}"


def _variant(node: Node, names: list[str], images: dict[str, str]) -> Variant:
	title = node.text("title")
	parts = tuple(_part(part) for part in node.children("components"))
	item = node.text("inventory_item_id")
	return Variant(
		id=_identifier(node, "ProductVariant"),
		title=None if title == _DEFAULT else title,
		sku=node.text("sku"),
		barcode=node.text("barcode"),
		options=_chosen(node, names),
		price=_price(node),
		weight=_weight(node),
		customs_code=node.text("harmonized_system_code"),
		origin_country=_country(node),
		inventory_id=_digits(node, "inventory_item_id", item) if item else None,
		stock_holder="nobody" if parts or _is_uncounted(node) else "variant",
		image=_image(node, images),
		parts=parts,
		raw=dict(node.value),
	)


def _chosen(node: Node, names: list[str]) -> tuple[Attribute, ...]:
	values = [node.text(f"option{place}") for place in range(1, max(len(names), 3) + 1)]
	if values[0] == _DEFAULT and not any(values[1:]):
		return ()
	names = [*names, *(f"Option {place}" for place in range(len(names) + 1, len(values) + 1))]
	return tuple(
		Attribute(name=name, value=value) for name, value in zip(names, values, strict=True) if value
	)


def _price(node: Node) -> Price | None:
	"""A former price that is not more than the price is none."""
	price, before = node.number("price"), node.number("compare_at_price")
	if price is None:
		return None
	return Price(price=price, compare_at=before if before is not None and before > price else None)


def _weight(node: Node) -> Decimal | None:
	"""In kilograms; zero is what stands where nobody typed one. `weight` is what was typed, `grams` is rounded."""
	weight, grams = node.number("weight"), node.number("grams")
	factor = _KILOGRAMS.get((node.text("weight_unit") or "").lower())
	if weight is not None and factor is not None:
		found = weight * factor
	elif grams is not None:
		found = grams * _KILOGRAMS["g"]
	else:
		return None
	return found.quantize(_WEIGHT_DIGITS).normalize() + 0 if found > 0 else None


def _country(node: Node) -> str | None:
	code = (node.text("country_code_of_origin") or "").upper()
	return code if len(code) == 2 and code.isalpha() else None


def _is_uncounted(node: Node) -> bool:
	"""Nobody counts what is made of parts; nor where the store says that it tracks nothing."""
	untracked = "inventory_management" in node.value and node.text("inventory_management") is None
	return untracked or node.flag("requires_components")


def _is_gift_card(node: Node) -> bool:
	return node.text("fulfillment_service") == "gift_card"


def _is_shipped(node: Node) -> bool:
	return node.value.get("requires_shipping") is None or node.flag("requires_shipping")


def _part(node: Node) -> BundlePart:
	quantity = node.number("quantity")
	return BundlePart(
		product_id=_digits(node, "product_id", node.required_text("product_id")),
		variant_id=_digits(node, "variant_id", node.required_text("variant_id")),
		sku=node.text("sku"),
		quantity=Decimal(1) if quantity is None else quantity,
	)


def _images(node: Node) -> dict[str, str]:
	"""Addresses of the product's images by image id."""
	found = ((image.text("id"), image.text("src")) for image in node.children("images"))
	return {number: source for number, source in found if number and source}


def _image(node: Node, images: dict[str, str]) -> str | None:
	own = node.child("image")
	return (own.text("src") if own else None) or images.get(node.text("image_id") or "")


def _identifier(node: Node, kind: str) -> str:
	plain = node.required_text("id").rsplit("/", 1)[-1]
	gid = node.text("admin_graphql_api_id") or ""
	if gid.startswith(_GID) and not gid.startswith(f"{_GID}{kind}/"):
		node.refuse("admin_graphql_api_id", f"'{gid[:60]}' is the id of something else than a {kind}")
	return _digits(node, "id", number_of(gid) or plain)


def _digits(node: Node, key: str, text: str) -> str:
	number = text.rsplit("/", 1)[-1].split("?")[0]
	if not (number.isascii() and number.isdigit()):
		node.refuse(key, f"'{text[:40]}' is not an id")
	return number


def _whole(node: Node, key: str) -> int | None:
	number = node.number(key)
	return None if number is None else int(number)
