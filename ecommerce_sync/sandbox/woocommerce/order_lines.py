"""The lines of a WooCommerce order as REST v3 writes them: products, taxes, shipping, fees, coupons."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ecommerce_sync.sandbox.story import Bought
from ecommerce_sync.sandbox.woocommerce.encoding import number, trimmed
from ecommerce_sync.sandbox.woocommerce.products import name_of
from ecommerce_sync.sandbox.woocommerce.settings import StoreRate
from ecommerce_sync.sandbox.woocommerce.totals import ZERO, ItemTotals, Taxed

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.woocommerce.orders import WooOrder

# Ids of an order's lines: stable while lines come and go, and never the same in two orders.
PER_ORDER = 10_000
SHIPPING, FEES, TAXES, COUPONS = 5_000, 6_000, 7_000, 8_000
TIPS = 500  # among the fees


def shown(order: WooOrder, amount: Decimal) -> str:
	"""An amount with the store's decimals; never "-0.00"."""
	return f"{order.arithmetic.money(amount) + ZERO:f}"


def line_items(order: WooOrder) -> list[dict[str, Any]]:
	return [
		_line_item(order, at, line, totals)
		for (at, line), totals in zip(order.lines, order.totals.items, strict=True)
	]


def shipping_lines(order: WooOrder) -> list[dict[str, Any]]:
	lines = zip(order.deliveries, order.totals.shipping, strict=True)
	return [
		{
			"id": _id(order, SHIPPING + at),
			"method_title": delivery.title,
			"method_id": "free_shipping" if not taxed.net else delivery.code,
			"instance_id": "" if order.created_via == "rest-api" else "1",
			"total": shown(order, taxed.net),
			"total_tax": shown(order, sum(taxed.taxes.values(), ZERO)),
			"taxes": _net_taxes(order, taxed),
			"tax_status": "taxable" if delivery.taxes else "none",
			"meta_data": [],
		}
		for (at, delivery), taxed in lines
	]


def fee_lines(order: WooOrder) -> list[dict[str, Any]]:
	return [
		{
			"id": _id(order, FEES + at),
			"name": fee.title,
			"tax_class": "",
			"tax_status": "taxable" if fee.taxes else "none",
			"amount": "" if order.created_via == "rest-api" else trimmed(taxed.net),
			"total": shown(order, taxed.net),
			"total_tax": shown(order, order.arithmetic.line_taxes(taxed.taxes)),
			"taxes": _net_taxes(order, taxed),
			"meta_data": [],
		}
		for (at, fee), taxed in zip(order.fees, order.totals.fees, strict=True)
	]


def tax_lines(order: WooOrder) -> list[dict[str, Any]]:
	cart, shipping = order.totals.cart_tax_by_rate(), order.totals.shipping_tax_by_rate()
	return [
		{
			"id": _id(order, TAXES + rate.id),
			"rate_code": rate_code(order, rate),
			"rate_id": rate.id,
			"label": rate.title,
			"compound": False,
			"tax_total": shown(order, cart.get(rate.id, ZERO)),
			"shipping_tax_total": shown(order, shipping.get(rate.id, ZERO)),
			"rate_percent": number(rate.rate * 100),
			"meta_data": [],
		}
		for rate in order.rates
		if rate.id in cart or rate.id in shipping
	]


def rate_code(order: WooOrder, rate: StoreRate) -> str:
	"""WC_Tax::get_rate_code: country, name and priority, in capitals."""
	place = order.story.shipping or order.story.billing
	country = (place and place.country_code) or order.settings.base_country
	return f"{country}-{rate.title or 'TAX'}-{rate.priority}".upper()


def coupon_lines(order: WooOrder) -> list[dict[str, Any]]:
	return [
		_coupon_line(order, at, code, taxed)
		for at, (code, taxed) in enumerate(order.totals.coupons().items())
	]


def _coupon_line(order: WooOrder, at: int, code: str, taxed: Taxed) -> dict[str, Any]:
	money = order.arithmetic.money
	discount, tax = money(taxed.net), money(sum(taxed.taxes.values(), ZERO))
	nominal = number(discount + tax if order.story.taxes_included else discount)
	info = json.dumps([at + 1, code, None, nominal], separators=(",", ":"))
	line_id = _id(order, COUPONS + at)
	return {
		"id": line_id,
		"code": code,
		"discount": trimmed(discount),
		"discount_tax": trimmed(tax),
		"meta_data": _metas(line_id, [("coupon_info", info)]),
		"discount_type": "fixed_cart",
		"nominal_amount": nominal,
		"free_shipping": False,
	}


def _line_item(order: WooOrder, at: int, line: Bought, totals: ItemTotals) -> dict[str, Any]:
	product_id, variation_id = order.ids_at(at)
	before, after, line_id = totals.before, totals.after, _id(order, at + 1)
	line_taxes = order.arithmetic.line_taxes
	return {
		"id": line_id,
		"name": name_of(line),
		"product_id": product_id,
		"variation_id": variation_id,
		"quantity": line.quantity,
		"tax_class": "",
		"subtotal": shown(order, before.net),
		"subtotal_tax": shown(order, line_taxes(before.taxes)),
		"total": shown(order, after.net),
		"total_tax": shown(order, line_taxes(after.taxes)),
		"taxes": _item_taxes(order, totals),
		"meta_data": _metas(line_id, _line_meta(order, at, line, variation_id)),
		"sku": (line.sku or "") if product_id else None,
		"global_unique_id": "" if product_id else None,
		"price": number(float(round(after.net, 6)) / line.quantity) if line.quantity else 0,
		"image": {"id": 0 if variation_id or not product_id else "", "src": ""},
		"parent_name": line.title if variation_id else None,
		**_bundle_ids(order, at, line),
	}


def _item_taxes(order: WooOrder, totals: ItemTotals) -> list[dict[str, Any]]:
	return [
		{"id": id_, "total": shown(order, tax), "subtotal": shown(order, totals.before.taxes[id_])}
		for id_, tax in totals.after.taxes.items()
	]


def _net_taxes(order: WooOrder, taxed: Taxed) -> list[dict[str, Any]]:
	return [{"id": id_, "total": shown(order, tax), "subtotal": ""} for id_, tax in taxed.taxes.items()]


def _line_meta(order: WooOrder, at: int, line: Bought, variation_id: int) -> list[tuple[str, Any]]:
	options = (line.variant_title or "").split(" / ") if variation_id else []
	meta: list[tuple[str, Any]] = [(f"option-{n}", option) for n, option in enumerate(options, 1)]
	meta += line.properties
	meta += _bundle_meta(order, at, line)
	taken = dict(order.reduced or ()).get(at)
	if taken:
		meta.append(("_reduced_stock", str(taken)))
	if given := order.restocked.get(at):
		meta.append(("_restock_refunded_items", str(given)))
	return meta


def _bundle(order: WooOrder, line: Bought) -> list[int]:
	"""Positions of the lines of one bundle; the first is the container, which Product Bundles calls parent."""
	return [at for at, other in order.lines if line.group is not None and other.group == line.group]


def _bundle_meta(order: WooOrder, at: int, line: Bought) -> list[tuple[str, Any]]:
	members = _bundle(order, line)
	if not members:
		return []
	if at == members[0]:
		return [("_bundled_items", [_cart_key(order, member) for member in members[1:]])]
	return [("_bundled_by", _cart_key(order, members[0])), ("_bundled_item_hidden", "")]


def _bundle_ids(order: WooOrder, at: int, line: Bought) -> dict[str, Any]:
	"""What Product Bundles adds to the REST answer beside its meta data."""
	members = _bundle(order, line)
	if not members:
		return {}
	if at == members[0]:
		return {"bundled_by": "", "bundled_items": [_id(order, member + 1) for member in members[1:]]}
	return {"bundled_by": _id(order, members[0] + 1), "bundled_items": []}


def _cart_key(order: WooOrder, at: int) -> str:
	return f"{order.id:016x}{at:016x}"


def _metas(line_id: int, pairs: list[tuple[str, Any]]) -> list[dict[str, Any]]:
	return [
		{"id": line_id * 100 + at, "key": key, "value": value, "display_key": key, "display_value": value}
		for at, (key, value) in enumerate(pairs)
	]


def _id(order: WooOrder, place: int) -> int:
	return order.id * PER_ORDER + place
