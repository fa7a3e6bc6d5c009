"""Notes whose stock a document changed, for the stores. Only rows are inserted: nobody's save waits or fails.

What a stock document moves is told by its Stock Ledger Entries, reversed ones included, which ERPNext
submits one by one as it is submitted or cancelled. Reservations are told by the documents that make them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..erps.erpnext import changes, due
from ..jobs.wake import wake_push_after_commit

Codes = Iterable[str | None]


def note(doc: Any, method: str | None = None, *args: Any) -> None:
	"""Frappe's doc event."""
	if changes.note("stock", filter(None, NOTED[doc.doctype](doc))):
		wake_push_after_commit()


def _own(doc: Any) -> Codes:
	return [doc.item_code]


def _sales_order(doc: Any) -> Iterator[str | None]:
	"""Rows and parts of bundles, those that were there before included. Other people's drafts reserve nothing."""
	if doc.docstatus == 0 and not doc.get("ecommerce_store"):
		return
	for each in filter(None, (doc, doc.get_doc_before_save())):
		for row in (*each.items, *(each.get("packed_items") or ())):
			yield row.item_code


def _work_order(doc: Any) -> Codes:
	return [row.item_code for row in doc.get("required_items") or ()]


def _subcontracting(doc: Any) -> Codes:
	return [row.rm_item_code for row in doc.get("supplied_items") or ()]


def _bundle(doc: Any) -> Codes:
	return [doc.new_item_code]


def _batch(doc: Any) -> Codes:
	return [doc.item]


_ITEM_FIELDS = ("disabled", "end_of_life", "is_stock_item", "has_variants", "stock_uom")


def _item(doc: Any) -> Codes:
	"""Only what decides about stock: people edit descriptions all day."""
	before = doc.get_doc_before_save()
	if before is None:
		return []
	changed = any(doc.get(name) != before.get(name) for name in _ITEM_FIELDS)
	return [doc.name] if changed or _units(doc) != _units(before) else []


def _units(doc: Any) -> list[tuple[str, float]]:
	return [(row.uom, row.conversion_factor) for row in doc.get("uoms") or ()]


NOTED: dict[str, Callable[[Any], Codes]] = {
	"Stock Ledger Entry": _own,
	"Stock Reservation Entry": _own,
	"Sales Order": _sales_order,
	"Work Order": _work_order,
	"Subcontracting Order": _subcontracting,
	"Product Bundle": _bundle,
	"Batch": _batch,
	"Item": _item,
}


def listing_saved(doc: Any, method: str | None = None) -> None:
	"""A person changed a listing (its Item, unit or buffer): it is looked at again."""
	if doc.item_code:
		for column in (due.STOCK, due.PRICE):
			due.mark(doc.store, column, [doc.name])
		wake_push_after_commit()


_STOCK_FIELDS = ("enabled", "push_stock", "warehouse", "stock_buffer")
_PRICE_FIELDS = ("enabled", "push_prices", "store_price_list", "sale_price_list", "company")


def store_saved(doc: Any, method: str | None = None) -> None:
	"""What the store's numbers or prices are made of changed: all its listings are looked at again."""
	before = doc.get_doc_before_save()
	if before is None or not doc.enabled:
		return
	places = _places(doc) != _places(before)
	if doc.push_stock and (places or _differ(doc, before, _STOCK_FIELDS)):
		due.mark(doc.name, due.STOCK)
		wake_push_after_commit()
	if doc.push_prices and _differ(doc, before, _PRICE_FIELDS):
		due.mark(doc.name, due.PRICE)
		wake_push_after_commit()


def _differ(doc: Any, before: Any, fields: Iterable[str]) -> bool:
	return any((doc.get(name) or None) != (before.get(name) or None) for name in fields)


def _places(doc: Any) -> list[tuple[Any, ...]]:
	return [(row.location_id, row.warehouse, row.own_buffer, row.buffer) for row in doc.locations]
