"""What all edits of goods share: times and webhooks of a change, inventory items, media and metafields."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from ecommerce_sync.sandbox.shopify.goods import Goods
from ecommerce_sync.sandbox.shopify.goods_payload import item_payload, product_payload
from ecommerce_sync.sandbox.shopify.inventory import Inventory
from ecommerce_sync.sandbox.shopify.records import Media, Metafield, Product, Variant

Json = dict[str, Any]
# Where in the input, and what is wrong with it.
Finding = tuple[tuple[str, ...], str, str]
_CUSTOMS_CODE = re.compile(r"\d{6,13}")
_NAMED = re.compile(r"[\w-]{2,255}")
_ITEM_FIELDS = {
	"tracked": "tracked",
	"requiresShipping": "requires_shipping",
	"harmonizedSystemCode": "customs_code",
	"countryCodeOfOrigin": "origin",
	"provinceCodeOfOrigin": "province",
}
_JSON_TYPES = ("json", "rich_text_field", "dimension", "volume", "weight", "money", "rating")


class Edits:
	"""Changes to products and variants, told to whoever listens: an app hears its own writes too."""

	def __init__(self, stock: Inventory) -> None:
		self.stock = stock

	@property
	def goods(self) -> Goods:
		"""The catalogue."""
		return self.stock.goods

	def touch(self, product: Product, *variants: Variant, topic: str = "products/update") -> None:
		"""Give what changed its time and queue the product's webhook."""
		now = self.goods.clock()
		product.updated_at = now
		for variant in variants:
			variant.updated_at = now
		zone = self.goods.shop.zone
		self.goods.tell(topic, lambda: product_payload(product, self.stock.total, zone))

	def tell_item(self, variant: Variant, topic: str = "inventory_items/update") -> None:
		"""Queue the inventory item's webhook."""
		self.goods.tell(topic, lambda: item_payload(variant, self.goods.shop.zone))

	# Inventory items

	def item_errors(self, given: Json) -> Iterator[Finding]:
		"""What a store refuses in an `InventoryItemInput`."""
		code = given.get("harmonizedSystemCode")
		if code is not None and not _CUSTOMS_CODE.fullmatch(code.replace(".", "")):
			yield ("harmonizedSystemCode",), "INVALID_INPUT", "Harmonized system code must be 6 to 13 digits."
		weight = (given.get("measurement") or {}).get("weight")
		if weight is not None and weight["value"] < 0:
			yield ("measurement", "weight"), "INVALID_INPUT", "Weight must be greater than or equal to 0."
		if given.get("cost") is not None and amount(given["cost"]) is None:
			yield ("cost",), "INVALID_INPUT", "Cost is not a number."

	def change_item(self, variant: Variant, given: Json) -> None:
		"""Take over an `InventoryItemInput`; queues inventory_items/update."""
		for name, attribute in _ITEM_FIELDS.items():
			if name in given:
				setattr(variant, attribute, given[name])
		if "sku" in given:
			self.goods.set_sku(variant, given["sku"] or None)
		if "cost" in given:
			variant.cost = amount(given["cost"])
		weight = (given.get("measurement") or {}).get("weight")
		if weight is not None:
			variant.weight, variant.weight_unit = float(weight["value"]), weight["unit"]
		variant.updated_at = self.goods.clock()
		self.tell_item(variant)

	# Media

	def media_errors(self, given: Iterable[Json]) -> Iterator[Finding]:
		"""What a store refuses in a list of `CreateMediaInput`."""
		for place, media in enumerate(given):
			if media["mediaContentType"] != "IMAGE":
				words = "The emulated store takes images only."
				yield ("media", str(place), "mediaContentType"), "INVALID_MEDIA_TYPE", words
			if not _is_address(media["originalSource"]):
				yield ("media", str(place), "originalSource"), "INVALID", "Image URL is invalid"

	def add_media(self, product: Product, given: Iterable[Json]) -> list[Media]:
		"""Copy pictures into the shop."""
		now, new = self.goods.clock(), self.goods.numbers
		added = [Media(next(new), media["originalSource"], media.get("alt"), now) for media in given]
		product.media += added
		return added

	# Metafields

	def metafield_errors(self, owner: Product | Variant | None, given: Json) -> Iterator[Finding]:
		"""What a store refuses in one metafield of `owner` (None: not there yet)."""
		key = (given.get("namespace") or "custom", given.get("key") or "")
		known = owner.metafields.get(key) if owner is not None else None
		kind = given.get("type") or (known.type if known else None)
		if not _NAMED.fullmatch(key[1]):
			yield ("key",), "TOO_SHORT", "Key is too short (minimum is 2 characters)"
		if kind is None:
			yield ("type",), "BLANK", "Type can't be blank"
		elif known is not None and kind != known.type:
			yield ("type",), "INVALID_TYPE", f"Type must be {known.type}"
		elif not given.get("value"):
			yield ("value",), "BLANK", "Value can't be blank."
		elif not _is_of(kind, given["value"]):
			yield ("value",), "INVALID_VALUE", f"Value must be of type {kind}."
		if "compareDigest" in given and given["compareDigest"] != (known.digest if known else None):
			words = "The resource has been updated since it was loaded. Try again with an updated digest."
			yield ("compareDigest",), "STALE_OBJECT", words

	def set_metafield(self, owner: Product | Variant, given: Json) -> Metafield:
		"""Write one metafield."""
		namespace, now = given.get("namespace") or "custom", self.goods.clock()
		known = owner.metafields.get((namespace, given["key"]))
		if known is None:
			number, kind = next(self.goods.numbers), given["type"]
			known = Metafield(number, owner, namespace, given["key"], kind, given["value"], now, now)
			owner.metafields[namespace, given["key"]] = known
		known.value, known.updated_at = given["value"], now
		return known


def amount(value: Any) -> Decimal | None:
	"""A Money or Decimal as typed; None for what is no number."""
	try:
		parsed = Decimal(str(value))
	except InvalidOperation:
		return None
	return parsed if parsed.is_finite() else None


def user_error(finding: Finding, *before: str) -> Json:
	"""A userError with its code; where the type has none, the executor leaves it out."""
	field, code, message = finding
	return {"field": [*before, *field] or None, "code": code, "message": message}


def _is_address(source: str) -> bool:
	parts = urlsplit(source)
	return parts.scheme in ("http", "https") and bool(parts.hostname)


def _is_of(kind: str, value: str) -> bool:
	check = _CHECKS.get(kind)
	if check is not None:
		return check(value)
	return not (kind in _JSON_TYPES or kind.startswith("list.")) or _is_json(value)


def _is_json(value: str) -> bool:
	try:
		json.loads(value)
	except ValueError:
		return False
	return True


_CHECKS: dict[str, Callable[[str], bool]] = {
	"number_integer": lambda value: re.fullmatch(r"-?\d{1,19}", value) is not None,
	"number_decimal": lambda value: amount(value) is not None,
	"boolean": lambda value: value in ("true", "false"),
	"date": lambda value: re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None,
	"single_line_text_field": lambda value: "\n" not in value,
	"url": _is_address,
}
