"""What is sent to create and update products and variants, from a draft and from what the store has. Pure.

The inputs are those of `productCreate`, `productUpdate`, `productVariantsBulkCreate` and `…BulkUpdate`;
"current" is a product or variant in the shape of REST.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import unquote, urlsplit

from ...core.models import Attribute
from ...core.products import Option, ProductDraft, VariantDraft
from .catalogue import gid
from .client import Json
from .prices import price_fields

_LONGEST_HANDLE = 200
_DEFAULT = "Default Title"


def handle_of(draft: ProductDraft) -> str:
	"""The address of a product that we create, by which it is found again: its title and Item code."""
	words = unicodedata.normalize("NFKD", f"{draft.title or ''} {draft.item_code}").encode("ascii", "ignore")
	plain = re.sub(r"[^a-z0-9]+", "-", words.decode().lower())[:_LONGEST_HANDLE].strip("-")
	return plain or sha256(draft.item_code.encode()).hexdigest()[:16]


def new_product(draft: ProductDraft, handle: str) -> Json:
	"""`ProductCreateInput`: a draft at first, so that nobody can buy it before its prices are set."""
	options = [
		{"name": option.name, "values": [{"name": value} for value in option.values]}
		for option in used_options(draft)
	]
	known = {"title": draft.title or draft.item_code, "handle": handle, "status": "DRAFT"}
	return {**known, **_given(draft), **({"productOptions": options} if options else {})}


def product_changes(draft: ProductDraft, current: Mapping[str, Any]) -> Json:
	"""The fields of `ProductUpdateInput` that differ; empty when none does."""
	wanted = _given(draft)
	if draft.title is not None:
		wanted["title"] = draft.title
	if draft.status is not None:
		wanted["status"] = draft.status.upper()
	return {key: value for key, value in wanted.items() if value != _present(current, key)}


def media(images: Sequence[str]) -> list[Json]:
	"""`CreateMediaInput` of pictures that the store fetches itself."""
	return [{"originalSource": image, "mediaContentType": "IMAGE"} for image in dict.fromkeys(images)]


def missing_images(draft: ProductDraft, current: Mapping[str, Any]) -> list[str]:
	"""Those that the store does not have. Its copies keep their file names, with more words beside if need be.

	None while it is still fetching some, of which it does not tell the names yet.
	"""
	if current.get("has_pending_media"):
		return []
	present = [_stem(image.get("src") or "") for image in current.get("images") or ()]
	wanted = dict.fromkeys(draft.images or ())
	return [image for image in wanted if not any(_stem(image) in name for name in present)]


def used_options(draft: ProductDraft) -> list[Option]:
	"""Options with the values that variants have, the first variant's first: Shopify makes that one itself."""
	order = {option.name: list(option.values) for option in draft.options}
	found: dict[str, list[str]] = {}
	for variant in draft.variants:
		for attribute in variant.options:
			values = found.setdefault(attribute.name, [])
			if attribute.value not in values:
				values.append(attribute.value)
	return [Option(name=name, values=_sorted(values, order.get(name, []))) for name, values in found.items()]


def new_options(draft: ProductDraft, current: Mapping[str, Any]) -> list[Json]:
	"""`OptionCreateInput` of the options that the product does not have."""
	names = {option.get("name") for option in current.get("options") or ()}
	return [
		{"name": option.name, "values": [{"name": value} for value in option.values]}
		for option in used_options(draft)
		if option.name not in names
	]


def matched(draft: ProductDraft, current: Mapping[str, Any]) -> list[tuple[VariantDraft, Json | None]]:
	"""Each variant with the store's: by id, by SKU, or one without a SKU that has the same options."""
	free: list[Json] = list(current.get("variants") or ())
	names = [str(option.get("name")) for option in current.get("options") or ()]
	found: dict[int, Json] = {}
	for fits in (_same_id, _same_sku, _same_options):
		for place, variant in enumerate(draft.variants):
			if place not in found:
				hit = next((each for each in free if fits(variant, each, names)), None)
				if hit is not None:
					free.remove(hit)
					found[place] = hit
	return [(variant, found.get(place)) for place, variant in enumerate(draft.variants)]


def variant_input(draft: VariantDraft, current: Mapping[str, Any] | None, names: Sequence[str]) -> Json:
	"""`ProductVariantsBulkInput`; what the draft leaves open is not named.

	Shopify's variants have no status: one that is not to be sold is counted, of which the stock push says that
	there is none, and is not sold beyond that. Whether others are is the store's choice.
	"""
	fields: Json = {"inventoryItem": _item(draft)}
	if current is not None:
		fields["id"] = current["admin_graphql_api_id"]
	if not draft.active:
		fields["inventoryPolicy"] = "DENY"
	if draft.price is not None:
		fields |= price_fields(draft.price)
	if draft.barcode is not None:
		fields["barcode"] = draft.barcode
	if draft.options and (current is None or not _has_options(draft.options, current, names)):
		fields["optionValues"] = [{"optionName": o.name, "name": o.value} for o in draft.options]
	if draft.image and not (current or {}).get("image"):
		fields["mediaSrc"] = [draft.image]
	return fields


def option_names(current: Mapping[str, Any]) -> list[str]:
	"""What the product's variants differ in, in the order of option1, option2, option3."""
	return [str(option.get("name")) for option in current.get("options") or ()]


def owner_id(kind: str, current: Mapping[str, Any]) -> str:
	"""The GraphQL id of a product or variant in the shape of REST."""
	return str(current.get("admin_graphql_api_id") or gid(kind, str(current["id"])))


def _given(draft: ProductDraft) -> Json:
	fields: Json = {}
	if draft.description is not None:
		fields["descriptionHtml"] = draft.description
	if draft.categories:
		fields["productType"] = draft.categories[0]
	return fields


def _present(current: Mapping[str, Any], key: str) -> Any:
	if key == "status":
		return str(current.get("status") or "").upper()
	return current.get({"descriptionHtml": "body_html", "productType": "product_type"}.get(key, key))


def _item(draft: VariantDraft) -> Json:
	"""`InventoryItemInput`. Shopify takes a customs code in digits only."""
	item: Json = {"sku": draft.sku, "tracked": draft.tracked or not draft.active}
	if draft.weight is not None:
		item["measurement"] = {"weight": {"unit": "KILOGRAMS", "value": float(draft.weight)}}
	if draft.customs_code is not None:
		item["harmonizedSystemCode"] = re.sub(r"\D", "", draft.customs_code)
	if draft.origin_country is not None:
		item["countryCodeOfOrigin"] = draft.origin_country.upper()
	return item


def _sorted(values: list[str], order: list[str]) -> tuple[str, ...]:
	"""In the draft's order, behind the first variant's."""
	later = sorted(values[1:], key=lambda value: order.index(value) if value in order else len(order))
	return (values[0], *later)


def _same_id(draft: VariantDraft, current: Json, _names: list[str]) -> bool:
	return draft.variant_id is not None and draft.variant_id == str(current.get("id"))


def _same_sku(draft: VariantDraft, current: Json, _names: list[str]) -> bool:
	return draft.variant_id is None and bool(draft.sku) and draft.sku == (current.get("sku") or "").strip()


def _same_options(draft: VariantDraft, current: Json, names: list[str]) -> bool:
	"""A variant that has another SKU is another one."""
	unnamed = draft.variant_id is None and not (current.get("sku") or "").strip()
	return unnamed and _has_options(draft.options, current, names)


def _has_options(options: Sequence[Attribute], current: Mapping[str, Any], names: Sequence[str]) -> bool:
	chosen = {name: current.get(f"option{place}") for place, name in enumerate(names, 1)}
	plain = {name: value for name, value in chosen.items() if value and value != _DEFAULT}
	return {option.name: option.value for option in options} == plain


def _stem(address: str) -> str:
	"""The file name of a picture without its extension, as the store writes it: no blanks and signs."""
	name = unquote(urlsplit(address).path.rsplit("/", 1)[-1])
	return "_" + re.sub(r"[\W_]+", "_", name.rsplit(".", 1)[0].lower()).strip("_") + "_"
