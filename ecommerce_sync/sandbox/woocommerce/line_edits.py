"""Lines of an order as a REST client writes them: products, shipping and fees added, changed, taken off.

After WC_REST_Orders_V2_Controller::set_item: `quantity` alone leaves a line's amounts, amounts are net of tax
and their taxes are reckoned anew, a row whose product, method or name is null goes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from ecommerce_sync.sandbox.story import Bought, Delivery, Fee
from ecommerce_sync.sandbox.woocommerce.errors import RestError, invalid_param
from ecommerce_sync.sandbox.woocommerce.goods import Goods
from ecommerce_sync.sandbox.woocommerce.order_lines import FEES, PER_ORDER, SHIPPING
from ecommerce_sync.sandbox.woocommerce.orders import WooOrder
from ecommerce_sync.sandbox.woocommerce.products import Product, decimal
from ecommerce_sync.sandbox.woocommerce.refunds import amounts_at
from ecommerce_sync.sandbox.woocommerce.story_edits import usual_taxes
from ecommerce_sync.sandbox.woocommerce.totals import ZERO, Typed

NAMING = ("product_id", "method_id", "method_title", "name", "code")
Row = Mapping[str, Any]


def rewritten(order: WooOrder, posted: Mapping[str, Any], goods: Goods, at: datetime) -> WooOrder:
	"""The order with its posted lines. Raises RestError 400."""
	writers: dict[str, tuple[Callable[..., WooOrder], Callable[..., WooOrder]]] = {
		"line_items": (_changed_item, _added_item),
		"shipping_lines": (_changed_part, _added_shipping),
		"fee_lines": (_changed_part, _added_fee),
	}
	for name, (change, add) in writers.items():
		rows = posted.get(name)
		for row in rows if isinstance(rows, list) else ():
			if not isinstance(row, Mapping):
				continue
			if _is_null(row):
				order = _without(order, _place(order, row))
			elif row.get("id"):
				order = change(order, _place(order, row), row)
			else:
				order = add(order, row, goods, at)
	return order


def _is_null(row: Row) -> bool:
	gone = any(name in row and row[name] is None for name in NAMING)
	quantity = row.get("quantity")
	return gone or (isinstance(quantity, int) and quantity == 0)


def _place(order: WooOrder, row: Row) -> int:
	"""Where the row's line stands. Raises RestError 400 for one that is not the order's."""
	try:
		place = int(row["id"]) - order.id * PER_ORDER
		amounts_at(order, place)
	except (KeyError, TypeError, ValueError):
		message = "Order item ID provided is not associated with order."
		raise RestError("woocommerce_rest_invalid_item_id", message, 400) from None
	return place


def _without(order: WooOrder, place: int) -> WooOrder:
	if place < SHIPPING:
		return replace(order, removed=order.removed | {place - 1})
	return replace(order, dropped=order.dropped | {place})


def _changed_item(order: WooOrder, place: int, row: Row) -> WooOrder:
	line, item = next(
		(line, item)
		for (at, line), item in zip(order.lines, order.totals.items, strict=True)
		if at == place - 1
	)
	title, quantity = str(row.get("name") or line.title), _whole(row, line.quantity)
	lines = list(order.story.lines)
	lines[place - 1] = replace(line, title=title, quantity=quantity)
	written = _typed(row, item.before.net, item.after.net)
	return _with(order, place, written, lines=tuple(lines))


def _changed_part(order: WooOrder, place: int, row: Row) -> WooOrder:
	"""A shipping line or a fee."""
	total = _amount(row, "total", amounts_at(order, place).net)
	return _with(order, place, Typed(total, total))


def _added_item(order: WooOrder, row: Row, goods: Goods, at: datetime) -> WooOrder:
	"""A new line; the price is the product's when no total is named."""
	product = _product(row, goods)
	quantity = _whole(row, 1)
	taxes = usual_taxes(order.story)
	price = (decimal(product.price(at)) if product else None) or ZERO
	net = order.arithmetic.priced(price * quantity, order.rows(taxes)).net
	parent = goods.shelves.parent_of(product) if product else None
	line = Bought(
		title=str(row.get("name") or (parent.name if parent else product.name if product else "")),
		price=price,
		quantity=quantity,
		sku=(product.sku or None) if product else None,
		variant_title=" / ".join(option for _, option in product.options) or None if product else None,
		taxes=taxes,
	)
	order = replace(order, bought=(*order.bought, _ids(row, product)))
	lines = (*order.story.lines, line)
	return _with(order, len(lines), _typed(row, net, net), lines=lines)


def _product(row: Row, goods: Goods) -> Product | None:
	"""The product that a row names; None for one that the shop does not have, which is taken all the same."""
	if row.get("sku"):
		found = goods.shelves.by_skus([str(row["sku"])])
		return found[0] if found else None
	number = row.get("variation_id") or row.get("product_id")
	if not number:
		message = "Product ID or SKU is required."
		raise RestError("woocommerce_rest_required_product_reference", message, 400)
	return goods.shelves.get(int(number))


def _ids(row: Row, product: Product | None) -> tuple[int, int]:
	if product is None:
		return int(row.get("product_id") or 0), int(row.get("variation_id") or 0)
	return (product.parent_id, product.id) if product.is_variation else (product.id, 0)


def _added_shipping(order: WooOrder, row: Row, goods: Goods, at: datetime) -> WooOrder:
	if not row.get("method_id"):
		message = "Shipping method ID is required."
		raise RestError("woocommerce_rest_invalid_shipping_item", message, 400)
	total, taxes = _amount(row, "total", ZERO), usual_taxes(order.story)
	made = Delivery(str(row.get("method_title") or ""), total, str(row["method_id"]), taxes=taxes)
	place = SHIPPING + len(order.story.deliveries)
	return _with(order, place, Typed(total, total), deliveries=(*order.story.deliveries, made))


def _added_fee(order: WooOrder, row: Row, goods: Goods, at: datetime) -> WooOrder:
	if not row.get("name"):
		raise RestError("woocommerce_rest_invalid_fee_item", "Fee name is required.", 400)
	total = _amount(row, "total", ZERO)
	taxes = () if row.get("tax_status") == "none" else usual_taxes(order.story)
	place = FEES + len(order.story.fees)
	return _with(
		order, place, Typed(total, total), fees=(*order.story.fees, Fee(str(row["name"]), total, taxes))
	)


def _with(order: WooOrder, place: int, typed: Typed, **story: Any) -> WooOrder:
	return replace(order, story=replace(order.story, **story), typed={**order.typed, place: typed})


def _typed(row: Row, subtotal: Decimal, total: Decimal) -> Typed:
	"""The posted amounts, else those that were; a subtotal is never less than the total."""
	total = _amount(row, "total", total)
	subtotal = _amount(row, "subtotal", subtotal)
	return Typed(max(subtotal, total), total)


def _amount(row: Row, name: str, default: Decimal) -> Decimal:
	value = row.get(name)
	if value is None or value == "":
		return default
	if not isinstance(value, str):
		raise invalid_param("line_items", "rest_invalid_type", f"{name} is not of type string.")
	try:
		return Decimal(value)
	except InvalidOperation:
		return ZERO


def _whole(row: Row, default: int) -> int:
	value = row.get("quantity")
	if value is None:
		return default
	if not isinstance(value, int) or isinstance(value, bool):
		raise invalid_param("line_items", "rest_invalid_type", "quantity is not of type integer.")
	return value
