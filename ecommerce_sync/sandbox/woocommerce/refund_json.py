"""A refund as REST v3 writes it: quantities and amounts negative, each line naming the one that it gives back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ecommerce_sync.sandbox.woocommerce.encoding import number
from ecommerce_sync.sandbox.woocommerce.order_lines import (
	FEES,
	PER_ORDER,
	SHIPPING,
	TAXES,
	fee_lines,
	line_items,
	rate_code,
	shipping_lines,
	shown,
)
from ecommerce_sync.sandbox.woocommerce.settings import StoreRate, gmt
from ecommerce_sync.sandbox.woocommerce.totals import ZERO

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.woocommerce.orders import WooOrder
	from ecommerce_sync.sandbox.woocommerce.refunds import Refund, RefundedPart

ALLOW = ["GET", "DELETE"]
BUNDLE_KEYS = ("bundled_by", "bundled_items")


def refunds_summary(order: WooOrder) -> list[dict[str, Any]]:
	"""What an order itself says of its refunds, newest first."""
	newest = reversed(order.refunds)
	return [{"id": each.id, "reason": each.reason, "total": shown(order, -each.amount)} for each in newest]


def refund_json(order: WooOrder, refund: Refund, home: str) -> dict[str, Any]:
	"""GET /orders/<id>/refunds/<id>."""
	return {
		"id": refund.id,
		"date_created": order.settings.local(refund.created_at),
		"date_created_gmt": gmt(refund.created_at),
		"amount": shown(order, refund.amount),
		"reason": refund.reason,
		"refunded_by": 1,
		"refunded_payment": refund.paid,
		"meta_data": [
			{"id": refund.id * 100 + at, "key": key, "value": value}
			for at, (key, value) in enumerate(refund.meta)
		],
		"line_items": _given_back(order, refund, line_items(order), range(SHIPPING)),
		"shipping_lines": _given_back(order, refund, shipping_lines(order), range(SHIPPING, FEES)),
		"tax_lines": list(_tax_lines(order, refund)),
		"fee_lines": _given_back(order, refund, fee_lines(order), range(FEES, TAXES)),
		"_links": _links(order, refund, home),
	}


def listed_json(order: WooOrder, refund: Refund, home: str) -> dict[str, Any]:
	"""The same in GET /refunds, which names the order."""
	found = refund_json(order, refund, home)
	user = {"href": f"{home}/wp-json/wp/v2/users/1", "embeddable": True}
	return {
		"id": found.pop("id"),
		"parent_id": order.id,
		**found,
		"_links": {**found["_links"], "refunded_by": [user]},
	}


def _given_back(
	order: WooOrder, refund: Refund, lines: list[dict[str, Any]], places: range
) -> list[dict[str, Any]]:
	by_place = {line["id"] - order.id * PER_ORDER: line for line in lines}
	parts = [part for part in refund.parts if part.place in places and part.place in by_place]
	return [_line(order, refund, part, by_place[part.place]) for part in parts]


def _line(order: WooOrder, refund: Refund, part: RefundedPart, line: dict[str, Any]) -> dict[str, Any]:
	"""The order's line with what was given back of it."""
	line_id = refund.id * PER_ORDER + part.place
	named = {"key": "_refunded_item_id", "value": str(line["id"])}
	meta = {"id": line_id * 100, **named, "display_key": named["key"], "display_value": named["value"]}
	net, tax = shown(order, -part.net), shown(order, -sum(part.taxes.values(), ZERO))
	changed: dict[str, Any] = {"id": line_id, "total": net, "total_tax": tax, "meta_data": [meta]}
	of_product = "quantity" in line
	if of_product:
		price = number(float(round(part.net, 6)) / part.quantity) if part.quantity else 0
		changed |= {"quantity": -part.quantity, "subtotal": net, "subtotal_tax": tax, "price": price}
	changed["taxes"] = [
		{"id": id_, "total": shown(order, -tax), "subtotal": shown(order, -tax) if of_product else ""}
		for id_, tax in part.taxes.items()
	]
	return {key: changed.get(key, line[key]) for key in line if key not in BUNDLE_KEYS}


def _tax_lines(order: WooOrder, refund: Refund) -> Iterator[dict[str, Any]]:
	for rate in order.rates:
		cart = [p.taxes[rate.id] for p in refund.parts if rate.id in p.taxes and not _ships(p)]
		shipping = [p.taxes[rate.id] for p in refund.parts if rate.id in p.taxes and _ships(p)]
		if cart or shipping:
			sums = {"tax_total": sum(cart, ZERO), "shipping_tax_total": sum(shipping, ZERO)}
			yield _tax_line(order, refund, rate, {key: shown(order, -tax) for key, tax in sums.items()})


def _ships(part: RefundedPart) -> bool:
	return SHIPPING <= part.place < FEES


def _tax_line(order: WooOrder, refund: Refund, rate: StoreRate, sums: dict[str, str]) -> dict[str, Any]:
	return {
		"id": refund.id * PER_ORDER + TAXES + rate.id,
		"rate_code": rate_code(order, rate),
		"rate_id": rate.id,
		"label": rate.title,
		"compound": False,
		**sums,
		"rate_percent": number(rate.rate * 100),
		"meta_data": [],
	}


def _links(order: WooOrder, refund: Refund, home: str) -> dict[str, Any]:
	up = f"{home}/wp-json/wc/v3/orders/{order.id}"
	itself = {"href": f"{up}/refunds/{refund.id}", "targetHints": {"allow": ALLOW}}
	return {"self": [itself], "collection": [{"href": f"{up}/refunds"}], "up": [{"href": up}]}
