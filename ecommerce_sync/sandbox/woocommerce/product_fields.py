"""What a REST client may send of a product: each field's JSON type, checked as WordPress checks it.

A single request is checked; the items of a batch are not, WooCommerce only casts them (WC_REST_Controller::
batch_items calls the endpoints past the check).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone, tzinfo
from typing import Any, Literal

from ecommerce_sync.sandbox.woocommerce.errors import RestError, invalid_param, unsupported
from ecommerce_sync.sandbox.woocommerce.params import DATE_TIME, listed

Kind = Literal["string", "boolean", "integer", "array", "object", "any"]
TYPES = ("simple", "grouped", "external", "variable", "bundle")
STATUSES = ("draft", "pending", "private", "publish", "future", "auto-draft", "trash")
ENUMS = {
	"type": TYPES,
	"status": STATUSES,
	"catalog_visibility": ("visible", "catalog", "search", "hidden"),
	"tax_status": ("taxable", "shipping", "none"),
	"stock_status": ("instock", "outofstock", "onbackorder"),
	"backorders": ("no", "notify", "yes"),
}
STRINGS = (
	"name slug type status catalog_visibility description short_description sku global_unique_id regular_price"
	" sale_price tax_status tax_class stock_status backorders weight purchase_note"
).split()
BOOLEANS = "featured virtual downloadable manage_stock sold_individually reviews_allowed".split()
INTEGERS = "stock_quantity inventory_delta low_stock_amount menu_order".split()
ARRAYS = (
	"categories tags images attributes default_attributes grouped_products upsell_ids cross_sell_ids"
	" meta_data bundled_items"
).split()
DATES = "date_on_sale_from date_on_sale_from_gmt date_on_sale_to date_on_sale_to_gmt".split()
KINDS: dict[str, Kind] = {
	**dict.fromkeys(STRINGS, "string"),
	**dict.fromkeys(BOOLEANS, "boolean"),
	**dict.fromkeys(INTEGERS, "integer"),
	**dict.fromkeys(ARRAYS, "array"),
	**dict.fromkeys(DATES, "any"),
	"dimensions": "object",
	"image": "object",
}
READ_ONLY = frozenset(
	"id parent_id permalink date_created date_created_gmt date_modified date_modified_gmt price price_html on_sale"
	" purchasable total_sales backorders_allowed backordered shipping_required shipping_taxable related_ids"
	" shipping_class_id average_rating rating_count variations has_options permalink_template generated_slug"
	" bundle_stock_status bundle_stock_quantity _links product_id consumer_key consumer_secret".split()
)
NATIVE: dict[Kind, tuple[type, ...]] = {"array": (list,), "object": (dict,), "string": (str,)}


def check(posted: Mapping[str, Any]) -> None:
	"""Raises RestError 400 for a value of the wrong type or not among the allowed ones, as one request's
	parameters are checked; null is never checked."""
	for name, value in posted.items():
		kind = KINDS.get(name, "any")
		if value is None or kind == "any":
			continue
		if not _is(kind, value):
			raise invalid_param(name, "rest_invalid_type", f"{name} is not of type {kind}.")
		if name in ENUMS and value not in ENUMS[name]:
			raise invalid_param(name, "rest_not_in_enum", f"{name} is not one of {listed(ENUMS[name])}.")


def writable(posted: Mapping[str, Any]) -> dict[str, Any]:
	"""What of a body counts: without nulls (PHP's isset) and without what nobody may write. Raises RestError
	501 for what the emulated store does not know."""
	for name in posted:
		if name not in KINDS and name not in READ_ONLY:
			raise unsupported(f"writing a product's {name}")
	return {name: value for name, value in posted.items() if name in KINDS and value is not None}


def text(value: Any) -> str:
	"""A value as PHP casts it to a string."""
	return "" if value is False else "1" if value is True else str(value).strip()


def flag(value: Any) -> bool:
	"""wc_string_to_bool: "parent" is no."""
	return value in (True, 1) or (isinstance(value, str) and value.lower() in ("yes", "true", "1"))


def whole(value: Any) -> int:
	"""wc_stock_amount: the whole part, 0 where there is no number."""
	found = re.match(r"\s*[+-]?\d+", str(value))
	return int(found.group()) if found else 0


def price(value: Any) -> str:
	"""wc_format_decimal: digits and a point, "" for nothing."""
	return re.sub(r"[^0-9.\-]", "", text(value).replace(",", "."))


def gtin(value: Any) -> str:
	return re.sub(r"[^0-9\-]", "", text(value))


def moment(name: str, value: Any, zone: tzinfo) -> datetime | None:
	"""A date, in `zone` unless it says otherwise; "" is none. Raises RestError 400."""
	if value in ("", False):
		return None
	given = text(value)
	found = DATE_TIME.fullmatch(given if len(given) > 10 else f"{given}T00:00:00")
	if not found:
		raise _invalid_date(name)
	plain, utc, hours, minutes = found.groups()
	offset = "+00:00" if utc else f"{hours}:{minutes or '00'}" if hours else ""
	try:
		parsed = datetime.fromisoformat(plain + offset)
	except ValueError:
		raise _invalid_date(name) from None
	return (parsed if offset else parsed.replace(tzinfo=zone)).astimezone(timezone.utc)


def _invalid_date(name: str) -> RestError:
	return RestError("product_invalid_date", f"Invalid date: {name}.", 400)


def _is(kind: Kind, value: Any) -> bool:
	if kind == "boolean":
		return isinstance(value, bool) or value in (0, 1, "0", "1", "true", "false", "")
	if kind == "integer":
		number = isinstance(value, (int, float, str)) and not isinstance(value, bool)
		return number and re.fullmatch(r"[+-]?\d+(\.0*)?", str(value).strip()) is not None
	return isinstance(value, NATIVE[kind])
