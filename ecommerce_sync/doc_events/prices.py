"""Notes whose price a document changed, for the stores; see `stock` for how."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..erps.erpnext import changes
from ..jobs.wake import wake_push_after_commit


def note(doc: Any, method: str | None = None, *args: Any) -> None:
	"""Frappe's doc event."""
	if changes.note("price", _CODES[doc.doctype](doc)):
		wake_push_after_commit()


def _item_price(doc: Any) -> Iterable[str]:
	"""The Item that it was of before, too. Buying prices are no store's."""
	both = (doc, doc.get_doc_before_save())
	return [each.item_code for each in both if each is not None and (each.selling or not each.buying)]


def _pricing_rule(doc: Any) -> Iterable[str]:
	"""A rule for groups or brands may concern every listing; nothing is sent where nothing differs."""
	both = [each for each in (doc, doc.get_doc_before_save()) if each is not None and each.selling]
	if any(each.apply_on != "Item Code" for each in both):
		return [changes.EVERY_ITEM]
	return [row.item_code for each in both for row in each.get("items") or () if row.item_code]


def _price_list(doc: Any) -> Iterable[str]:
	"""Its currency, or whether it is used."""
	before = doc.get_doc_before_save()
	fields = ("enabled", "currency", "selling", "price_not_uom_dependent")
	changed = before is not None and any(doc.get(name) != before.get(name) for name in fields)
	return [changes.EVERY_ITEM] if changed else []


def _item(doc: Any) -> Iterable[str]:
	"""The group and brand that rules look at, and the units that prices are for."""
	before = doc.get_doc_before_save()
	fields = ("item_group", "brand", "stock_uom")
	if before is None:
		return []
	units = [[(row.uom, row.conversion_factor) for row in each.get("uoms") or ()] for each in (doc, before)]
	changed = units[0] != units[1] or any(doc.get(name) != before.get(name) for name in fields)
	return [doc.name] if changed else []


_CODES = {
	"Item Price": _item_price,
	"Pricing Rule": _pricing_rule,
	"Price List": _price_list,
	"Item": _item,
}
