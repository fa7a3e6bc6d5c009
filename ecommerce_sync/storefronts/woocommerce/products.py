"""Turns a product of the REST API wc/v3 into the neutral `Product`; webhook bodies have the same shape.

`WooCommerceStore.products` adds two keys to a product: `VARIATIONS`, the rows of its variations, and
`WEIGHT_UNIT`, the store's setting. A message has neither: that of a variable product tells no variant,
that of a variation tells one variant and nothing of its product but the id (the title is empty).

https://woocommerce.github.io/woocommerce-rest-api-docs/#product-properties
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ...core.products import Option, Product, ProductStatus, StockLevel, Variant
from . import documents, variants
from .fields import Fields, admin_url, meta

VARIATIONS = "variations_data"
WEIGHT_UNIT = "weight_unit"
_STATUSES: dict[str, ProductStatus] = {"publish": "active", "trash": "archived"}
_GIFT_CARDS = ("gift-card", "gift_card", "pw-gift-card")
_UNPRINTABLE = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])


def parse_product(payload: Mapping[str, Any]) -> Product:
	"""The neutral product. Raises `PayloadRefused` with the path of the offending field, nothing else."""
	return documents.read(payload, "a product", _product)


def parse_levels(payload: Mapping[str, Any]) -> tuple[StockLevel, ...]:
	"""The quantities that a product tells: WooCommerce has no messages of quantities alone."""
	return tuple(level for variant in parse_product(payload).variants for level in variant.levels)


def is_variation(fields: Fields) -> bool:
	"""Whether the object is a variation, so that `parent_id` is the product."""
	return _type(fields) == "variation" or (not _type(fields) and bool(fields.data.get("parent_id")))


def is_variable(fields: Fields) -> bool:
	"""Whether the object is sold as its variations only; plugins have types like "variable-subscription"."""
	return _type(fields).startswith("variable") or bool(fields.data.get("variations"))


def _type(fields: Fields) -> str:
	found = fields.data.get("type")
	return found.strip() if isinstance(found, str) else ""


def _product(fields: Fields) -> Product:
	if is_variation(fields):
		return _of_variation(fields)
	product_id, unit = _id(fields, "id"), fields.text(WEIGHT_UNIT)
	rows = fields.rows(VARIATIONS) if is_variable(fields) else []
	if is_variable(fields):
		sold = tuple(variants.of_variation(row, fields, product_id, unit) for row in rows)
	else:
		sold = (variants.of_product(fields, product_id, unit),)
	return Product(
		id=product_id,
		title=fields.text("name") or fields.text("sku") or f"Product {product_id}",
		updated_at=_changed([fields, *rows]),
		complete=not is_variable(fields) or isinstance(fields.data.get(VARIATIONS), list),
		gift_card=_is_gift_card(fields),
		physical=not all(_is_true(row, "virtual") for row in rows or [fields]),
		options=_options(fields, sold) if is_variable(fields) else (),
		variants=sold,
		url=fields.text("permalink"),
		**_common(fields, product_id),
		**_about(fields),
	)


def _of_variation(fields: Fields) -> Product:
	"""A message of a variation."""
	product_id = _id(fields, "parent_id")
	variant = variants.of_variation(fields, Fields({}), product_id, fields.text(WEIGHT_UNIT))
	return Product(
		id=product_id,
		title="",
		updated_at=_changed([fields]),
		complete=False,
		physical=not _is_true(fields, "virtual"),
		variants=(variant,),
		**_common(fields, product_id),
	)


def _common(fields: Fields, product_id: str) -> dict[str, Any]:
	return {
		"platform": "woocommerce",
		"status": _STATUSES.get((fields.text("status") or "publish").removeprefix("wc-"), "draft"),
		"admin_url": admin_url(fields, product_id),
		"raw": dict(fields.data),
	}


def _about(fields: Fields) -> dict[str, Any]:
	"""Words and pictures."""
	return {
		"description": _html(fields, "description") or _html(fields, "short_description"),
		"vendor": next(iter(_names(fields.rows("brands"))), None),
		"categories": _names(row for row in fields.rows("categories") if row.text("slug") != "uncategorized"),
		"tags": _names(fields.rows("tags")),
		"images": variants.pictures(fields),
	}


def _options(fields: Fields, sold: tuple[Variant, ...]) -> tuple[Option, ...]:
	"""What the variations differ in; values that only a variation names come last."""
	told = {
		name: _texts(row.data.get("options"))
		for row in fields.rows("attributes")
		if _is_true(row, "variation") and (name := row.text("name"))
	}
	for choice in (choice for variant in sold for choice in variant.options):
		told[choice.name] = (*told.get(choice.name, ()), choice.value)
	return tuple(Option(name=name, values=tuple(dict.fromkeys(values))) for name, values in told.items())


def _texts(values: Any) -> tuple[str, ...]:
	"""The values of an attribute; a PHP array with keys is a list too."""
	found = (
		list(values.values()) if isinstance(values, Mapping) else values if isinstance(values, list) else []
	)
	read = (
		Fields({"value": value}).text("value") for value in found if not isinstance(value, list | Mapping)
	)
	return tuple(value for value in read if value)


def _names(rows: Iterable[Fields]) -> tuple[str, ...]:
	return tuple(dict.fromkeys(name for row in rows if (name := row.text("name"))))


def _html(fields: Fields, key: str) -> str | None:
	"""HTML as it is: its entities belong to it."""
	value = fields.data.get(key)
	return value.translate(_UNPRINTABLE).strip() or None if isinstance(value, str) else None


def _changed(rows: list[Fields]) -> datetime:
	"""When the product or one of its variations was changed last."""
	found = [row.time("date_modified") or row.time("date_created") for row in rows]
	told = [moment for moment in found if moment]
	if not told:
		raise rows[0].refuse("date_modified_gmt", "is missing")
	return max(told)


def _is_gift_card(fields: Fields) -> bool:
	return fields.text("type") in _GIFT_CARDS or meta(fields, "_gift_card") in ("yes", True)


def _is_true(fields: Fields, key: str) -> bool:
	value = fields.data.get(key)
	return value is True or (isinstance(value, str | int) and str(value).lower() in ("1", "yes", "true"))


def _id(fields: Fields, key: str) -> str:
	found = fields.id(key)
	if not found:
		raise fields.refuse(key, "is missing")
	return found
