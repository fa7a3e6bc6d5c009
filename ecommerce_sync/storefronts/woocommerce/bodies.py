"""What a draft writes into a product or a variation. What the draft leaves open is not sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from ...core.products import ProductDraft, VariantDraft
from . import prices, variants
from .fields import Fields, meta
from .weights import text_of

Row = dict[str, Any]
OFF_META = "_ecommerce_sync_off"  # on variations that we made private; others are the store's own choice
_OFF = "yes"


def of_product(draft: ProductDraft, current: Row) -> Row:
	"""The fields that a product has whether it has variations or not, but for categories and attributes."""
	body: Row = {"name": draft.title, "description": draft.description}
	if draft.status:
		body["status"] = "publish" if draft.status == "active" else "draft"
	if draft.images is not None:
		body["images"] = _images(draft.images, current)
	return _told({**body, "meta_data": _meta(draft.fields)})


def of_variant(draft: VariantDraft, current: Row, unit: str | None) -> Row:
	"""The fields that a variation has as well as a product without any. `current` is empty for a new one."""
	body: Row = {"sku": draft.sku or None, "global_unique_id": draft.barcode}
	if draft.weight is not None:
		body["weight"] = text_of(draft.weight, unit)
	if not current:
		body["manage_stock"] = draft.tracked
	price = prices.body(draft.price) if draft.price else {}
	return _told({**body, **price, "meta_data": _meta({**_customs(draft, current), **draft.fields})})


def status(draft: VariantDraft, row: Row) -> Row:
	"""Takes a variation off sale, or puts it back on when it was us who took it off. `row` is as it is now."""
	ours = bool(row.get("id")) and meta(Fields(row), OFF_META) == _OFF
	if draft.active:
		return {"status": "publish", "meta_data": [{"key": OFF_META, "value": ""}]} if ours else {}
	if ours or row.get("status") == "private":
		return {}
	return {"status": "private", "meta_data": [{"key": OFF_META, "value": _OFF}]}


def picture(src: str | None, row: Row) -> Row | None:
	"""The picture of a variation; None where there is none to send. `row` is the variation as it is."""
	if not src:
		return None
	image = row.get("image")
	found = _image(src, [image] if isinstance(image, dict) else [])
	return None if "id" in found else found


def _images(sources: tuple[str, ...], current: Row) -> list[Row] | None:
	"""None where the product has just these: a `src` is downloaded anew each time that it is sent."""
	there = [dict(row.data) for row in Fields(current).rows("images")]
	wanted = [_image(src, there) for src in sources]
	same = [{"id": row.get("id")} for row in there]
	return None if there and wanted == same else wanted


def _image(src: str, there: list[Row]) -> Row:
	"""A picture of the same address or name is the same one; the store gives it an address of its own."""
	name = PurePosixPath(unquote(urlsplit(src).path)).stem
	for row in there:
		if row.get("id") and (row.get("src") == src or (name and row.get("name") == name)):
			return {"id": row["id"]}
	return {"src": src, "name": name} if name else {"src": src}


def _customs(draft: VariantDraft, current: Row) -> Row:
	"""WooCommerce has no such fields: the meta keys that the product has already, else the common ones."""
	wanted = {variants.CUSTOMS_META: draft.customs_code, variants.ORIGIN_META: draft.origin_country}
	there = Fields(current)
	return {
		next((key for key in keys if meta(there, key) is not None), keys[0]): value
		for keys, value in wanted.items()
		if value
	}


def _meta(values: Mapping[str, Any]) -> list[Row] | None:
	"""WooCommerce takes a key that is there already for that entry."""
	plain = json.loads(json.dumps(dict(values), default=str))
	return [{"key": key, "value": value} for key, value in plain.items()] or None


def _told(body: Row) -> Row:
	return {key: value for key, value in body.items() if value is not None}
