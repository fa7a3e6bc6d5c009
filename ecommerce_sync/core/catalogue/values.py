"""What a store's product says about an Item, and where that differs from what the Item has. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from html.parser import HTMLParser
from typing import Any

from ..mapping import mapped_fields
from ..products import Product, Variant
from ..settings import StoreSettings
from .words import BoundItem

Values = dict[str, Any]
_NAME_LENGTH = 140  # of ERPNext's names


def title_of(product: Product, variant: Variant | None = None) -> str:
	"""The Item's name: the product's title, and the variant's where there are several."""
	if variant is None or product.single:
		return product.title.strip()[:_NAME_LENGTH]
	own = variant.title or " / ".join(option.value for option in variant.options)
	return " - ".join(part.strip() for part in (product.title, own) if part.strip())[:_NAME_LENGTH]


def product_values(product: Product) -> Values:
	"""The parts that all variants of a product share, for its template; those that the store leaves empty are missing."""
	found = {
		"title": title_of(product),
		"description": product.description,
		"images": product.images[0] if product.images else None,
		"categories": product.categories[0].strip()[:_NAME_LENGTH] if product.categories else None,
	}
	return {part: value for part, value in found.items() if value}


def variant_values(product: Product, variant: Variant) -> Values:
	"""All parts that a variant tells, with the product's where it has none of its own."""
	found = {
		**product_values(product),
		"title": title_of(product, variant),
		"weight": variant.weight or None,
		"barcode": variant.barcode,
	}
	if variant.image:
		found["images"] = variant.image
	if variant.customs_code or variant.origin_country:
		found["customs"] = (variant.customs_code, variant.origin_country)
	return {part: value for part, value in found.items() if value}


def new_values(values: Values, settings: StoreSettings) -> Values:
	"""What a new Item starts with: all that the store tells, except categories that are none of its business."""
	given = dict(values)
	if settings.masters.categories != "store" or not given.get("categories"):
		given["categories"] = settings.item_group
	return {part: value for part, value in given.items() if value}


def product_fields(product: Product, settings: StoreSettings) -> Values:
	"""The Field Mappings of the product, for its template."""
	return mapped_fields(settings.fields, "Product", "Item", product.raw, settings.timezone)


def variant_fields(product: Product, variant: Variant, settings: StoreSettings) -> Values:
	"""The Field Mappings of the product and of the variant, for the variant's Item."""
	own = mapped_fields(settings.fields, "Variant", "Item", variant.raw, settings.timezone)
	return {**product_fields(product, settings), **own}


def differing_values(wanted: Values, item: BoundItem, settings: StoreSettings) -> Values:
	"""The parts that the store decides about and that the Item has otherwise."""
	ours = settings.masters.fields("store")
	return {
		part: _beside(item, part, value)
		for part, value in wanted.items()
		if part in ours and not _has(item, part, value)
	}


def _beside(item: BoundItem, part: str, wanted: Any) -> Any:
	"""What is to be written: the half of the customs data that the store leaves open stays as it is."""
	if part != "customs":
		return wanted
	have = item.values.get(part) or (None, None)
	return tuple(told or kept for told, kept in zip(wanted, have, strict=True))


def differing_fields(wanted: Values, item: BoundItem) -> Values:
	"""The mapped fields that the Item has otherwise."""
	return {name: value for name, value in wanted.items() if plain(value) != plain(item.fields.get(name))}


def plain(value: Any) -> Any:
	"""A value in the form that a database gives back: 1, 1.0 and True are one, dates are texts, nothing is empty."""
	if value is None:
		return ""
	if isinstance(value, bool | int | float | Decimal):
		return _number(value)
	if isinstance(value, datetime):
		return value.replace(tzinfo=None, microsecond=0).isoformat(" ")
	if isinstance(value, date):
		return value.isoformat()
	text = str(value).strip()
	return _number(text) if _is_number(text) else text


def _number(value: Any) -> Decimal:
	return round(Decimal(str(value if not isinstance(value, bool) else int(value))), 6).normalize() + 0


def _is_number(text: str) -> bool:
	try:
		return len(text) < 20 and Decimal(text).is_finite()
	except InvalidOperation:
		return False


def _has(item: BoundItem, part: str, wanted: Any) -> bool:
	"""Whether the Item has the part already, up to what ERPNext itself does to it."""
	if part == "barcode":
		return wanted in item.barcodes
	return _SAME.get(part, _same_text)(item.values.get(part), wanted)


def _same_text(ours: Any, theirs: Any) -> bool:
	return str(ours or "").strip() == str(theirs).strip()


def _same_name(ours: Any, theirs: Any) -> bool:
	return str(ours or "").strip().casefold() == str(theirs).strip().casefold()


def _same_weight(ours: Any, theirs: Any) -> bool:
	return ours is not None and round(Decimal(str(ours)), 6) == round(Decimal(str(theirs)), 6)


def _same_customs(ours: Any, theirs: Any) -> bool:
	"""What the store leaves open may be anything."""
	pairs = zip(tuple(ours or (None, None)), theirs, strict=True)
	return all(not wanted or _same_name(have, wanted) for have, wanted in pairs)


def _same_html(ours: Any, theirs: Any) -> bool:
	"""What is compared is what a reader sees, without its spaces, and where the links and pictures lead.

	ERPNext cleans HTML unless it is told not to: a description that has neither has lost them.
	"""
	mine, wanted = _read(str(ours or "")), _read(str(theirs))
	return "".join(mine.words) == "".join(wanted.words) and mine.targets in ([], wanted.targets)


_SAME: Mapping[str, Callable[[Any, Any], bool]] = {
	"description": _same_html,
	"categories": _same_name,
	"weight": _same_weight,
	"customs": _same_customs,
}


class _Reader(HTMLParser):
	"""Collects visible words, links and pictures."""

	def __init__(self) -> None:
		super().__init__(convert_charrefs=True)
		self.words: list[str] = []
		self.targets: list[str] = []
		self._hidden = 0

	def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
		self._hidden += tag in ("script", "style")
		wanted = {"a": "href", "img": "src"}.get(tag)
		self.targets += [value.strip() for name, value in attrs if name == wanted and value]

	def handle_endtag(self, tag: str) -> None:
		self._hidden -= tag in ("script", "style") and self._hidden > 0

	def handle_data(self, data: str) -> None:
		if not self._hidden:
			self.words += data.split()


def _read(html: str) -> _Reader:
	reader = _Reader()
	reader.feed(html)
	reader.close()
	return reader
