"""What a store is given of an Item: the product to be written, and a print of it. Pure."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from ..mapping import mapped_fields
from ..products import ProductDraft, VariantDraft
from ..settings import StoreSettings
from .words import ItemState, VariantState

_OFF = "off:"  # begins the print of a product that was written as a draft because its Item was disabled
_NO_CUSTOMS = (None, None)


def plan_publish(state: ItemState, settings: StoreSettings) -> tuple[ProductDraft, str] | None:
	"""The product as the store is to have it, and the print to remember; None when it has it already.

	Only parts whose master is ERPNext are written; what is created gets the store's parts too, once.
	A disabled Item becomes a draft, and is not created; a disabled variant of an enabled template is taken
	off sale.
	"""
	if not state.product_id and _off(state):
		return None
	digest = _digest(state, settings)
	complete = state.product_id and all(v.variant_id is not None for v in _sold(state))
	return None if digest == state.pushed and complete else (_draft(state, settings), digest)


def _off(state: ItemState) -> bool:
	return state.disabled or all(variant.disabled for variant in state.variants)


def _sold(state: ItemState) -> list[VariantState]:
	"""The variants to be written: disabled ones are not created, nor touched in a product that is off itself."""
	off = _off(state)
	return [v for v in state.variants if not v.disabled or (v.variant_id is not None and not off)]


def _digest(state: ItemState, settings: StoreSettings) -> str:
	"""A print of what ERPNext decides about, the same before and after the product was created."""
	known = state.model_copy(
		update={
			"product_id": "",
			"pushed": None,
			"variants": tuple(v.model_copy(update={"variant_id": ""}) for v in _sold(state)),
		}
	)
	draft = _draft(known, settings)
	return (_OFF if _off(state) else "") + sha256(draft.model_dump_json().encode()).hexdigest()[:32]


def _draft(state: ItemState, settings: StoreSettings) -> ProductDraft:
	new = state.product_id is None
	values = _chosen(state.values, settings, new)
	if new:
		values["title"] = state.values.get("title") or state.item_code
	return ProductDraft(
		item_code=state.item_code,
		product_id=state.product_id,
		title=values.get("title"),
		description=values.get("description"),
		status=_status(state, settings),
		images=_tuple(values.get("images")),
		categories=_tuple(values.get("categories")),
		options=state.options,
		variants=tuple(_variant(each, state, settings) for each in _sold(state)),
		fields=mapped_fields(settings.fields, "Item", "", state.document, settings.timezone),
	)


def _status(state: ItemState, settings: StoreSettings) -> Any:
	"""Set when the product is created, when its Item was disabled, and when it is enabled again."""
	if _off(state):
		return "draft"
	begins = state.product_id is None or (state.pushed or "").startswith(_OFF)
	return ("active" if settings.publish else "draft") if begins else None


def _variant(variant: VariantState, state: ItemState, settings: StoreSettings) -> VariantDraft:
	values = _chosen(variant.values, settings, variant.variant_id is None)
	customs, origin = values.get("customs") or _NO_CUSTOMS
	barcode = variant.barcode or variant.values.get("barcode")
	own = variant.item_code != state.item_code  # one by itself has its mapped fields on the product
	return VariantDraft(
		item_code=variant.item_code,
		variant_id=variant.variant_id,
		sku=settings.sku_rule.sku_of(variant.item_code),
		barcode=barcode if _writes("barcode", settings, variant.variant_id is None) else None,
		options=variant.attributes,
		weight=values.get("weight"),
		customs_code=customs,
		origin_country=origin,
		tracked=variant.stock,
		active=not variant.disabled,
		image=values.get("images") if own else None,
		fields=mapped_fields(settings.fields, "Item", "", variant.document, settings.timezone) if own else {},
	)


def _writes(part: str, settings: StoreSettings, new: bool) -> bool:
	"""Whether the part is written: ERPNext's always, the store's once, nobody's never."""
	return part in settings.masters.fields("erp") or (new and part in settings.masters.fields("store"))


def _chosen(values: dict[str, Any], settings: StoreSettings, new: bool) -> dict[str, Any]:
	return {part: value for part, value in values.items() if value and _writes(part, settings, new)}


def _tuple(value: Any) -> tuple[str, ...] | None:
	return (str(value),) if value else None
