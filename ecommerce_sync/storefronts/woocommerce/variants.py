"""Reads one sellable thing out of a product or a variation: codes, price, weight, stock."""

from __future__ import annotations

import re
from decimal import ROUND_FLOOR

from ...core.models import Attribute
from ...core.products import Price, StockHolder, StockLevel, Variant
from . import bundles
from .fields import Fields, meta_text
from .weights import kilograms

BARCODE_META = (
	"_barcode",
	"barcode",
	"_ean",
	"ean",
	"_gtin",
	"gtin",
	"hwp_product_gtin",
	"hwp_var_gtin",
	"_alg_ean",
	"_wpm_gtin_code",
)
CUSTOMS_META = ("_hs_code", "hs_code", "_wc_hs_code", "_wf_hs_code", "_ph_hs_code", "_customs_tariff_number")
ORIGIN_META = ("_country_of_origin", "country_of_origin", "_ph_country_of_origin", "_origin_country")
_YES = (True, 1, "1", "yes", "true", "on")


def of_product(product: Fields, product_id: str, unit: str | None) -> Variant:
	"""The one variant of a product that is sold as it is; its id is empty, as order lines have none for it."""
	return Variant(
		id="",
		sku=product.text("sku"),
		barcode=product.text("global_unique_id") or meta_text(product, *BARCODE_META),
		price=price(product),
		weight=kilograms(product.data.get("weight"), unit),
		customs_code=meta_text(product, *CUSTOMS_META),
		origin_country=_country(product),
		stock_holder=holder(product),
		levels=(level(product, product_id, ""),),
		parts=bundles.parts(product),
		raw=dict(product.data),
	)


def of_variation(row: Fields, product: Fields, product_id: str, unit: str | None) -> Variant:
	"""A variation. `product` is its product, as far as it is known: empty for a message of a variation."""
	variant_id = row.id("id")
	if not variant_id:
		raise row.refuse("id", "is missing")
	options = chosen(row)
	return Variant(
		id=variant_id,
		title=", ".join(option.value for option in options) or row.text("name"),
		sku=_own(row, product, "sku"),
		barcode=_own(row, product, "global_unique_id") or meta_text(row, *BARCODE_META),
		options=options,
		price=price(row),
		weight=kilograms(row.data.get("weight"), unit) or kilograms(product.data.get("weight"), unit),
		customs_code=meta_text(row, *CUSTOMS_META) or meta_text(product, *CUSTOMS_META),
		origin_country=_country(row) or _country(product),
		stock_holder=holder(row),
		levels=(level(row, product_id, variant_id, product),),
		image=row.child("image").text("src") or next(iter(pictures(row)), None),
		raw=dict(row.data),
	)


def price(row: Fields) -> Price | None:
	"""The asked price. A reduction outside its period is told too: the period says when it holds."""
	regular, sale = row.optional_amount("regular_price"), row.optional_amount("sale_price")
	if regular is not None and sale is not None and sale < regular:
		return Price(
			price=sale,
			compare_at=regular,
			sale_from=row.time("date_on_sale_from"),
			sale_until=row.time("date_on_sale_to"),
		)
	asked = (regular, row.optional_amount("price"), sale)
	return next((Price(price=amount) for amount in asked if amount is not None), None)


def holder(row: Fields) -> StockHolder:
	"""Who keeps the number: `manage_stock` true, "parent" or false."""
	said = row.data.get("manage_stock")
	word = said.strip().lower() if isinstance(said, str) else said
	if word == "parent":
		return "product"
	counted = said is None and row.optional_amount("stock_quantity") is not None
	return "variant" if counted or (not isinstance(word, list | dict) and word in _YES) else "nobody"


def level(row: Fields, product_id: str, variant_id: str, product: Fields | None = None) -> StockLevel:
	"""The number; for one that the product keeps, the product's, where it is known."""
	kept = holder(row)
	source = (
		product if kept == "product" and product and product.data.get("stock_quantity") is not None else row
	)
	pieces = source.optional_amount("stock_quantity") if kept != "nobody" else None
	return StockLevel(
		product_id=product_id,
		variant_id=variant_id,
		quantity=None if pieces is None else int(pieces.to_integral_value(ROUND_FLOOR)),
		stocked=kept != "nobody",
		at=source.time("date_modified"),
	)


def chosen(row: Fields) -> tuple[Attribute, ...]:
	"""The variation's values; an attribute of which it takes any value has none."""
	found = ((attribute.text("name"), attribute.text("option")) for attribute in row.rows("attributes"))
	return tuple(Attribute(name=name, value=value) for name, value in found if name and value)


def pictures(row: Fields) -> tuple[str, ...]:
	"""The addresses of the images, the main one first."""
	return tuple(src for image in row.rows("images") if (src := image.text("src")))


def _own(row: Fields, product: Fields, key: str) -> str | None:
	"""A code of the variation itself; the store shows its product's where it has none."""
	code = row.text(key)
	return code if code != product.text(key) else None


def _country(row: Fields) -> str | None:
	said = meta_text(row, *ORIGIN_META) or ""
	return said.upper() if re.fullmatch("[A-Za-z]{2}", said) else None
