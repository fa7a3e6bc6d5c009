"""Items: which one a store's line means, and new ones where the store's policy asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import frappe

from ...core.commands import ItemDraft
from ...core.erp import ItemRef
from ...core.models import Line, Order
from . import listings
from .fields import DATA_LENGTH, document_name
from .refusals import refusals

_STATE = "i.disabled = 0 AND i.is_sales_item = 1 AND i.has_variants = 0"


class Found:
	"""The Items that the lines of one order may mean, read in one query."""

	def __init__(self, store: str, lines: Iterable[Line]) -> None:
		self.lines = list(lines)
		self.listings: dict[tuple[str, str], ItemRef] = {}
		self.codes: dict[str, ItemRef] = {}
		self.barcodes: dict[str, dict[str, ItemRef]] = {}
		for how, first, second, item_code, usable, uom in _read(store, self.lines):
			item = ItemRef(item_code=item_code, usable=bool(usable), uom=uom or "")
			self._add(how, str(first), str(second or ""), item)

	def _add(self, how: str, first: str, second: str, item: ItemRef) -> None:
		if how == "listing":
			self.listings[first, second] = item
		elif how == "code":
			self.codes[_same(first)] = item
		else:
			self.barcodes.setdefault(_same(first), {})[item.item_code] = item

	def candidates(self, line: Line) -> list[ItemRef]:
		"""By listing, else by SKU, else by barcode; several when a barcode stands on several Items."""
		if listed := self.listings.get((line.product_id or "", line.variant_id or "")):
			return [listed]
		if line.sku and (coded := self.codes.get(_same(line.sku))):
			return [coded]
		found: dict[str, ItemRef] = {}
		for code in (line.barcode, line.sku):
			found |= self.barcodes.get(_same(code), {}) if code else {}
		return list(found.values())

	def resolved(self) -> tuple[dict[str, ItemRef], dict[str, tuple[str, ...]]]:
		"""Line id to Item, and line id to the Items among which a person must choose."""
		items, ambiguous = {}, {}
		for line in self.lines:
			found = self.candidates(line)
			if len(found) == 1:
				items[line.id] = found[0]
			elif found:
				ambiguous[line.id] = tuple(sorted(item.item_code for item in found))
		return items, ambiguous


def _same(code: str) -> str:
	"""MariaDB compares without case and spaces at the end, and takes all emoji for one: this decides."""
	return code.strip().casefold()


def _read(store: str, lines: list[Line]) -> list[tuple[Any, ...]]:
	parts = list(_selects(store, lines))
	if not parts:
		return []
	query = " UNION ALL ".join(part for part, _ in parts)
	return list(frappe.db.sql(query, [value for _, values in parts for value in values]))


def _selects(store: str, lines: list[Line]) -> Iterator[tuple[str, list[str]]]:
	listed = sorted({(line.product_id, line.variant_id or "") for line in lines if line.product_id})
	skus = sorted({line.sku.strip() for line in lines if line.sku and line.sku.strip()})
	codes = sorted(
		{*skus, *(line.barcode.strip() for line in lines if line.barcode and line.barcode.strip())}
	)
	if listed:
		pairs = " OR ".join(["(l.product_id = %s AND l.variant_id = %s)"] * len(listed))
		yield (
			f"SELECT 'listing', l.product_id, l.variant_id, i.name, {_STATE}, l.uom FROM `tabStore Listing` l"
			f" JOIN `tabItem` i ON i.name = l.item_code WHERE l.store = %s AND ({pairs})",
			[store, *(value for pair in listed for value in pair)],
		)
	if skus:
		marks = ", ".join(["%s"] * len(skus))
		yield (
			f"SELECT 'code', i.name, '', i.name, {_STATE}, '' FROM `tabItem` i WHERE i.name IN ({marks})",
			skus,
		)
	if codes:
		marks = ", ".join(["%s"] * len(codes))
		yield (
			f"SELECT 'barcode', b.barcode, '', i.name, {_STATE}, '' FROM `tabItem Barcode` b"
			f" JOIN `tabItem` i ON i.name = b.parent WHERE b.parenttype = 'Item' AND b.barcode IN ({marks})",
			codes,
		)


def resolve(order: Order, store: str) -> tuple[dict[str, ItemRef], dict[str, tuple[str, ...]]]:
	"""`ErpOrder.items` and `.ambiguous` for the order. One query, none when no line names anything."""
	return Found(store, order.lines).resolved()


def create_items(drafts: Iterable[ItemDraft], store: str) -> None:
	"""The Items that are missing, each bound to its variant by a Store Listing."""
	for draft in drafts:
		with refusals():
			code = named(draft.item_code) or str(_new_item(draft).name)
		if draft.product_id:
			facts = {"sku": draft.item_code, "barcode": draft.barcode, "title": draft.name[:255]}
			listings.bind(store, draft.product_id, draft.variant_id or "", code, **facts)


def _new_item(draft: ItemDraft) -> Any:
	fields = {
		"item_name": draft.name[:140] or draft.item_code,
		"item_group": draft.item_group,
		"is_stock_item": int(draft.stock),
	}
	return insert(draft.item_code, fields, draft.barcode)


def code_of(code: str) -> str:
	"""An Item code as the site takes it."""
	return document_name(code, "Item", DATA_LENGTH)


def named(code: str) -> str | None:
	"""The Item of that code as it is spelled, if there is one."""
	found = frappe.db.get_value("Item", code)
	return str(found) if found else None


def insert(code: str, fields: Mapping[str, Any], barcode: str | None = None) -> Any:
	"""A new Item with the site's defaults for what `fields` leave open; the code also where a series names Items."""
	item = frappe.new_doc("Item")
	item.update({"item_code": code, "is_sales_item": 1, **fields})
	item.item_group = item.item_group or _default_group()
	item.stock_uom = (
		fields.get("stock_uom") or frappe.db.get_single_value("Stock Settings", "stock_uom") or "Nos"
	)
	add_barcode(item, barcode)
	return item.insert(set_name=code)


def add_barcode(item: Any, barcode: str | None) -> bool:
	"""Add it unless this or another Item has it; whether it was added."""
	if not barcode or frappe.db.exists("Item Barcode", {"barcode": barcode}):
		return False
	item.append("barcodes", {"barcode": barcode})
	return True


def _default_group() -> str | None:
	"""The site's own default, else any group that may hold Items."""
	default = frappe.db.get_single_value("Stock Settings", "item_group")
	return default or frappe.db.get_value("Item Group", {"is_group": 0}, order_by="lft")
