"""Refunds, returns, cancellations and edits in payload files, each with an order around it and its own figures.

What a refund must come to is worked out from the payload alone, and not by the app. Shopify: Σ subtotal + tax
(unless it is included) + shipping − discrepancies, unless the order's own current total, or else the money that
was paid back, says otherwise. WooCommerce: `amount`. A refund that comes without its order gets the smallest
one: the lines and shipping that it names, and where its money is more than those, one line of the rest.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from balance import order_in
from refund_case import ZERO, Case, Json, named, number, summed
from refund_shopify import around, identity, line_id, listed, shopify, shopify_refunds
from refund_woocommerce import bears, parent, woo_around, woo_order, woo_refunds, woocommerce


def cases(documents: Mapping[str, Any]) -> Iterator[Case]:
	"""All that the files hold; one file may hold several."""
	orders = {key: doc for doc in documents.values() if (key := woo_order(doc))}
	for name, document in documents.items():
		if (found := order_in(document)) and "totalPriceSet" not in found.payload:
			yield _of_order(name, found.platform, found.payload, found.difference)
		elif refunds := shopify_refunds(document):
			yield from (_of_order(f"{name} {identity(r)}", "shopify", around(r)) for r in refunds)
		elif rows := woo_refunds(document):
			known = orders.get(parent(rows[0]))
			order = known if known and bears(known, rows) else woo_around(rows)
			yield _of_order(name, "woocommerce", {**order, "refunds": rows})
		elif isinstance(document, dict) and "return_line_items" in document:
			yield _of_return(name, document)
		elif isinstance(document, dict) and "order_edit" in document:
			yield _of_edit(name, document["order_edit"])


def _of_order(name: str, platform: str, payload: Json, off: Decimal = ZERO) -> Case:
	after = named(copy.deepcopy(payload))
	if off:  # an official sample that does not balance: its parts are looked at all the same
		after["total_price" if platform == "shopify" else "total"] = str(_money(payload, platform) + off)
		after.pop("current_total_price", None)
	after.update({"test": False} if platform == "shopify" else {"date_paid_gmt": "2026-01-01T00:00:00"})
	case = shopify if platform == "shopify" else woocommerce
	return case(name, after)._replace(off=off)


def _money(payload: Mapping[str, Any], platform: str) -> Decimal:
	return number(payload["total_price" if platform == "shopify" else "total"])


def _of_return(name: str, told: Json) -> Case:
	"""An order of the lines that the return names; where it names none, of one."""
	rows = told.get("return_line_items") or []
	lines = [
		copy.deepcopy((row.get("fulfillment_line_item") or row).get("line_item") or {"id": 500 + place})
		for place, row in enumerate(rows or [{}])
	]
	for line in lines:
		line.update({"title": "Returned", "price": line.get("price") or "20.00"})
		line.setdefault("quantity", int(told.get("total_return_line_items") or 1))
	order = around({"id": 1, "created_at": "2026-01-01T00:00:00Z", "refund_line_items": []})
	total = sum((listed(line) for line in lines), ZERO)
	values = {"line_items": lines, "total_price": str(total), "financial_status": "paid"}
	case = _of_order(name, "shopify", {**order, **values, "refunds": []})
	announced = summed(
		(line_id(line), number(row["quantity"])) for line, row in zip(lines, rows, strict=False)
	)
	return case._replace(after={**case.after, "returns": [told]}, announced=announced)


def _of_edit(name: str, edit: Json) -> Case:
	"""Before: what is removed, and one line more. After: less that, with what is added."""
	kept = {"id": 600, "title": "Kept", "quantity": 1, "current_quantity": 1, "price": "30.00"}
	rows = {key: edit["line_items"].get(key) or [] for key in ("removals", "additions")}
	removed, added = ([_edited(row) for row in found] for found in rows.values())
	order = around({"id": 1, "created_at": "2026-01-01T00:00:00Z", "refund_line_items": []})
	order |= {"id": edit["order_id"], "financial_status": "paid", "refunds": []}
	before = {**order, "line_items": [kept, *removed], "total_price": _whole([kept, *removed])}
	gone = [{**line, "current_quantity": 0} for line in removed]
	after = {**order, "line_items": [kept, *gone, *added], "total_price": before["total_price"]}
	left = _whole([kept, *added])
	whole = _whole([kept, *removed, *added])
	after |= {"current_total_price": left, "total_price": whole, "financial_status": "paid"}
	case = _of_order(name, "shopify", before)
	told = {**named(copy.deepcopy(after)), "transactions": case.after["transactions"]}
	return case._replace(after=told, total=Decimal(left), edited=True)


def _edited(row: Json) -> Json:
	pieces = int(row.get("delta") or 1)
	return {
		"id": row["id"],
		"title": "Edited",
		"quantity": pieces,
		"current_quantity": pieces,
		"price": "10.00",
	}


def _whole(lines: Sequence[Json]) -> str:
	return str(sum((listed(line) for line in lines), ZERO))
