"""Reads every refund, return, fulfilment and payment payload of a folder and compares it with what is parsed.

	python checks/life_payloads.py FOLDER        # Shopify's REST shape; other files are listed as such

A refund's lines must keep the payload's amounts and taxes, its money must be its transactions' money, and an
order less its refunds must be what the payload says is left of it. A refund alone is read within an order
that is made of its own lines.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from printed import table, verdict

from ecommerce_sync.core.errors import PayloadRefused
from ecommerce_sync.core.models import Order
from ecommerce_sync.storefronts.shopify import PLATFORM
from ecommerce_sync.storefronts.shopify.fulfilments import fulfilment
from ecommerce_sync.storefronts.shopify.reading import Node

Json = Mapping[str, Any]
ZERO = Decimal(0)


def main(folder: Path) -> int:
	rows: list[tuple[object, ...]] = []
	wrong: list[str] = []
	files = sorted(folder.rglob("*.json"))
	for file in files:
		for what, found, problem in _looked_at(json.loads(file.read_bytes())):
			rows.append((file.name, what, found, problem or "agrees"))
			wrong += [f"{file.name}: {what}: {problem}"] if problem else []
	table("Lives in payloads", ("file", "what", "found", "outcome"), rows)
	return verdict(wrong, f"{len(rows)} refunds, fulfilments and payments in {len(files)} files")


def _looked_at(document: Any) -> Iterator[tuple[str, str, str | None]]:
	inner = document.get("order") or document.get("refund") or document if isinstance(document, dict) else {}
	if not isinstance(inner, dict):
		return
	if "line_items" in inner and "total_price" in inner:
		yield from _order(inner)
	for refund in [inner] if "refund_line_items" in inner else document.get("refunds") or ():
		if "refund_line_items" in refund and refund is not document.get("order"):
			yield _refund(refund, PLATFORM.parse_order(_order_of(refund)))
	if "tracking_company" in inner and "line_items" in inner:
		yield _fulfilment(inner)


def _order(payload: Json) -> Iterator[tuple[str, str, str | None]]:
	try:
		order = PLATFORM.parse_order(payload)
	except PayloadRefused as error:
		yield "no order", str(error), None
		return
	for refund in payload.get("refunds") or ():
		yield _refund(refund, order)
	if payload.get("refunds"):
		left = order.total - sum((each.credited(order.taxes_included) for each in order.refunds), ZERO)
		current = Decimal(str(payload.get("current_total_price") or left))
		yield "order less refunds", f"{left}", None if left == current else f"the payload says {current}"
	for each in payload.get("fulfillments") or ():
		yield _fulfilment(each)


def _refund(payload: Json, order: Order) -> tuple[str, str, str | None]:
	number = str(payload.get("admin_graphql_api_id") or payload["id"]).rsplit("/", 1)[-1]
	refund = next(each for each in order.refunds if each.id == number)
	amount, tax = (_sum(payload, key) for key in ("subtotal", "total_tax"))
	ours = sum((line.amount for line in refund.lines), ZERO)
	taxes = sum((each.amount for line in refund.lines for each in line.taxes), ZERO)
	money = sum((Decimal(each["amount"]) for each in payload.get("transactions") or ()), ZERO)
	found = (
		f"{len(refund.lines)} lines, {ours} + {taxes} tax, credited {refund.credited(False)}, paid {money}"
	)
	if (ours, taxes) != (amount, tax):
		return f"refund {number}", found, f"the payload's lines are {amount} + {tax} tax"
	missing = len(payload.get("transactions") or ()) - len(refund.payment_ids)
	return f"refund {number}", found, f"{missing} payments are missing" if missing else None


def _sum(payload: Json, key: str) -> Decimal:
	return sum((Decimal(str(line.get(key) or 0)) for line in payload["refund_line_items"]), ZERO)


def _order_of(refund: Json) -> Json:
	"""An order of the refund's own lines, paid in full; the refund's money decides what it credits."""
	lines = [entry["line_item"] for entry in refund["refund_line_items"]]
	sums = [Decimal(str(line["price"])) * line["quantity"] for line in lines]
	offs = [Decimal(str(o["amount"])) for line in lines for o in line.get("discount_allocations") or ()]
	taxes = [Decimal(str(tax["price"])) for line in lines for tax in line.get("tax_lines") or ()]
	total = sum(sums, ZERO) - sum(offs, ZERO) + sum(taxes, ZERO)
	return {
		"id": refund["order_id"],
		"currency": "USD",
		"total_price": str(total),
		"created_at": refund["created_at"],
		"financial_status": "partially_refunded",
		"line_items": lines,
		"refunds": [refund],
	}


def _fulfilment(payload: Json) -> tuple[str, str, str | None]:
	found = fulfilment(Node(payload))
	pieces = sum((line.quantity for line in found.lines), ZERO)
	told = sum((Decimal(str(line["quantity"])) for line in payload["line_items"]), ZERO)
	numbers = [parcel.number for parcel in found.parcels if parcel.number]
	words = f"{found.status}, {pieces} pieces, {len(found.parcels)} parcels"
	wrong = None if pieces == told else f"the payload has {told} pieces"
	if numbers != [number for number in payload.get("tracking_numbers") or () if number]:
		wrong = f"the payload has {payload.get('tracking_numbers')}"
	return f"fulfilment {found.id}", words, wrong


if __name__ == "__main__":
	if len(sys.argv) != 2:
		sys.exit(__doc__)
	sys.exit(main(Path(sys.argv[1])))
