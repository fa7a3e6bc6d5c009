"""Line items, shipping lines and fees of a wc/v3 order. All their amounts stand without tax."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ...core.errors import PayloadRefused
from ...core.models import ZERO, Attribute, Charge, Discount, Line, LineKind, Shipping
from ...core.money import rounded, total
from .fields import Fields, meta, meta_rows, meta_text, plain
from .taxes import Taxes

_TIP = re.compile(r"\b(tips?|gratuity|pourboire|trinkgeld|propina|mancia|fooi)\b", re.IGNORECASE)
_GIFT_CARD_META = ("_ywgc_", "wc_gc_giftcard", "pw_gift_card")
_MOST = Decimal(10) ** 15
_FINEST = 6  # decimals that a unit price may have


def lines(order: Fields, taxes: Taxes, coupons: tuple[str, ...]) -> tuple[Line, ...]:
	"""The products, custom lines and gift cards sold. Raises `PayloadRefused`."""
	inclusive = order.data.get("prices_include_tax") in (True, "yes", "1", 1, "true")
	rows = order.rows("line_items")
	_refuse_twins(rows)
	return tuple(_line(row, i, taxes, coupons, inclusive) for i, row in enumerate(rows))


def shipping(order: Fields, taxes: Taxes) -> tuple[Shipping, ...]:
	"""The shipping lines; WooCommerce has no discounts on them."""
	return tuple(
		Shipping(
			id=row.id("id") or f"shipping-{i + 1}",
			title=row.text("method_title") or row.text("method_id") or "Shipping",
			price=row.amount("total"),
			code=row.text("method_id"),
			taxes=taxes.of(row),
		)
		for i, row in enumerate(order.rows("shipping_lines"))
	)


def unlisted_shipping(
	order: Fields, taxes: Taxes, listed: tuple[Shipping, ...], residual: Decimal
) -> tuple[Shipping, ...]:
	"""Shipping that stands in `shipping_total` only, as importers set it, where it is what the total lacks."""
	missing = rounded(order.amount("shipping_total") - total(part.price for part in listed), taxes.digits)
	if missing <= 0 or missing != residual:
		return ()
	taxed = () if listed else taxes.on_shipping(order)
	return (Shipping(id="shipping-total", title="Shipping", price=missing, taxes=taxed),)


def fees(order: Fields, taxes: Taxes) -> tuple[Charge, ...]:
	"""The fee lines; negative ones are rebates, and some are tips by their name."""
	return tuple(
		Charge(
			id=row.id("id") or f"fee-{i + 1}",
			kind="tip" if _TIP.search(row.text("name") or "") else "fee",
			title=row.text("name") or "Fee",
			amount=row.amount("total"),
			taxes=taxes.of(row),
		)
		for i, row in enumerate(order.rows("fee_lines"))
	)


def attributes(row: Fields) -> tuple[Attribute, ...]:
	"""The meta data that people may see: keys without a leading underscore."""
	return tuple(_attributes(row))


def _attributes(row: Fields) -> Iterator[Attribute]:
	for key, value, entry in meta_rows(row):
		shown = entry.get("display_value")
		name = plain(entry.get("display_key")) or plain(key)
		text = plain(shown if isinstance(shown, str) else value)
		if name and text and not key.startswith("_"):
			yield Attribute(name=name, value=text)


def _line(row: Fields, index: int, taxes: Taxes, coupons: tuple[str, ...], inclusive: bool) -> Line:
	subtotal, discounts = _amounts(row, coupons)
	quantity = _quantity(row)
	return Line(
		id=row.id("id") or f"line-{index + 1}",
		quantity=quantity,
		subtotal=subtotal,
		discounts=discounts,
		kind=_kind(row),
		barcode=row.text("global_unique_id"),
		shown_unit_price=_shown(row, subtotal, quantity, inclusive, taxes.digits),
		taxes=taxes.of(row),
		group=_group(row),
		attributes=attributes(row),
		**_product(row),
	)


def _product(row: Fields) -> dict[str, Any]:
	"""Which product it is, by id, SKU and names."""
	name, parent = row.text("name"), row.text("parent_name")
	inherits = bool(name and parent and name.startswith(f"{parent} - "))
	product_id, sku = row.id("product_id"), row.text("sku")
	return {
		"product_id": product_id,
		"variant_id": row.id("variation_id"),
		"sku": sku,
		"title": (parent if inherits else name) or sku or (f"Product {product_id}" if product_id else "Item"),
		"variant_title": name[len(f"{parent} - ") :] if inherits and name else None,
	}


def _amounts(row: Fields, coupons: tuple[str, ...]) -> tuple[Decimal, tuple[Discount, ...]]:
	"""Subtotal and what was taken off; a total above the subtotal (a price raised by hand) is the price."""
	subtotal = row.optional_amount("subtotal")
	total = row.optional_amount("total")
	before = subtotal if subtotal is not None else total if total is not None else ZERO
	after = total if total is not None else before
	if before <= after:
		return after, ()
	code = coupons[0] if len(coupons) == 1 else None
	title = code or ("Coupons" if coupons else "Discount")
	return before, (Discount(amount=before - after, title=title, code=code),)


def _quantity(row: Fields) -> Decimal:
	found = row.optional_amount("quantity")
	if found is None:
		raise row.refuse("quantity", "is missing")
	if found < 0:
		raise row.refuse("quantity", "is negative")
	return found


def _shown(row: Fields, subtotal: Decimal, quantity: Decimal, inclusive: bool, digits: int) -> Decimal | None:
	"""The unit price before coupons as the shopper saw it."""
	if not quantity:
		return None
	price = (subtotal + (row.amount("subtotal_tax") if inclusive else ZERO)) / quantity
	if abs(price) > _MOST:
		return None
	fine = rounded(price, _FINEST)
	return price if fine == price else rounded(price, digits)


def _kind(row: Fields) -> LineKind:
	if any(key.startswith(_GIFT_CARD_META) for key, _value, _row in meta_rows(row)):
		return "gift_card"
	return "product" if row.id("product_id") else "custom"


def _group(row: Fields) -> str | None:
	"""What the lines of one bundle share: Product Bundles, Composite Products, WPC Product Bundles."""
	for parent, children in (("bundled_by", "bundled_items"), ("composite_parent", "composite_children")):
		if row.data.get(parent) or row.data.get(children):
			return plain(row.data.get(parent)) or row.id("id")
	key = meta_text(row, "_bundled_by", "_composite_parent", "_woosb_parent_id")
	if not key and meta(row, "_woosb_ids"):
		key = row.id("product_id")
	return key or meta_text(row, "_bundle_cart_key", "_composite_cart_key")


def _refuse_twins(rows: list[Fields]) -> None:
	"""Two lines of one id cannot be told apart later, when one of them ships or is refunded."""
	seen: set[str] = set()
	for row in rows:
		line_id = row.id("id")
		if line_id in seen:
			raise PayloadRefused(row.at("id"), "is the id of another line too")
		seen |= {line_id} if line_id else set()
