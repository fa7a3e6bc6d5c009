"""Which Item each line of an order means, and the warehouses that ship it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from .allocation import Allocation, Demand, Portion, allocate
from .erp import ErpOrder
from .errors import Fixable
from .models import Line, Order
from .money import Pieces
from .settings import StoreSettings


def place(order: Order, items: Mapping[str, str], erp: ErpOrder, settings: StoreSettings) -> Allocation:
	"""The portions of the lines that are goods; `items` holds the Item of each by its place in the order.

	Where the ERP did not say what is free, all goes to the location's first warehouse.
	"""
	first = settings.warehouse_for(order.location_id)
	demands = [
		Demand(key=key, item_code=item, quantity=order.lines[int(key)].quantity)
		for key, item in items.items()
	]
	if not erp.parts:
		whole = {each.key: (Portion(warehouse=first, quantity=each.quantity),) for each in demands}
		return Allocation(portions=whole)
	return allocate(demands, erp.free, erp.parts, settings.warehouses_for(order.location_id), first)


def shipped_from(rows: Iterable[Pieces], portions: Iterable[Portion]) -> Iterator[tuple[str | None, Pieces]]:
	"""The rows of a line cut along its portions. Their amounts stay: only whole pieces are cut apart.

	The row of the pieces after the point belongs to the portion that has them.
	"""
	whole = [row for row in rows if not row.quantity % 1]
	fractions = [row for row in rows if row.quantity % 1]
	for portion in portions:
		left = portion.quantity
		if left % 1 and fractions:
			yield portion.warehouse, fractions[0]
			left -= fractions.pop().quantity
		while left > 0 and whole:
			taken = min(left, whole[0].quantity)
			yield portion.warehouse, Pieces(taken, whole[0].rate)
			left -= taken
			whole[0] = Pieces(whole[0].quantity - taken, whole[0].rate)
			whole = whole if whole[0].quantity else whole[1:]


def item_code(line: Line, order: Order, erp: ErpOrder, settings: StoreSettings) -> str:
	"""The Item of a line: by listing, SKU or barcode (as observed), else the configured one of its kind."""
	if found := erp.items.get(line.id):
		if not found.usable:
			cause = f"item:{found.item_code}"
			raise Fixable("item_disabled", cause=cause, item=found.item_code, **_line_words(line, order))
		return found.item_code
	if line.id in erp.ambiguous:
		items = ", ".join(erp.ambiguous[line.id])
		raise Fixable("sku_ambiguous", cause=f"sku:{line.sku}", items=items, **_line_words(line, order))
	if line.kind == "gift_card":
		return settings.gift_card_item or _no_item("gift_card_item", "Item for gift cards", order, settings)
	if line.kind == "custom":
		return settings.custom_item or _no_item("custom_item", "Item for custom lines", order, settings)
	if line.sku:
		raise Fixable("sku_unknown", cause=f"sku:{line.sku}", **_line_words(line, order))
	cause = f"listing:{settings.store}:{line.variant_id or line.product_id}"
	raise Fixable("sku_missing", cause=cause, **_line_words(line, order))


def setting_missing(settings: StoreSettings, order: Order, field: str, label: str) -> Fixable:
	"""The order needs a field of Store Connection that is empty."""
	cause = f"setting:{settings.store}:{field}"
	return Fixable("setting_missing", cause=cause, label=label, order=order.name, store=settings.store)


def _no_item(field: str, label: str, order: Order, settings: StoreSettings) -> str:
	raise setting_missing(settings, order, field, label)


def _line_words(line: Line, order: Order) -> dict[str, object]:
	return {"line": order.lines.index(line) + 1, "title": line.title, "sku": line.sku}
