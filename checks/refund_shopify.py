"""Shopify's refunds by their own figures, and the smallest order around one that comes alone."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from refund_case import ZERO, Case, Json, Refunded, number, summed


def shopify(name: str, after: Json) -> Case:
	total, refunds = number(after["total_price"]), after.get("refunds") or []
	owed = ZERO if refunds else number(after.get("total_outstanding"))
	sales = [each for each in after.get("transactions") or () if each.get("kind") != "refund"]
	unpaid = (after.get("financial_status") or "") in ("voided", "pending", "authorized")
	if not sales and not unpaid and total > owed:
		sales = [_sale(total - owed)]
	paid = sum((number(t["amount"]) for t in sales if t["kind"] in ("sale", "capture")), ZERO)
	after["transactions"] = sales
	found = tuple(_refunded(each, after, total, paid) for each in refunds)
	before = _before(after, found, "paid" if paid >= total else "partially_paid" if paid else "pending")
	pieces = {line_id(line): number(line["quantity"]) for line in after["line_items"]}
	return Case(name, "shopify", before, after, total, paid, pieces, found)


def _before(after: Json, refunds: Sequence[Refunded], status: str) -> Json:
	before = copy.deepcopy(after)
	if "current_total_price" in after:
		credited = sum((each.credited for each in refunds), ZERO)
		before["current_total_price"] = str(number(after["current_total_price"]) + credited)
	gone = [entry for each in after.get("refunds") or () for entry in each.get("refund_line_items") or ()]
	for line in before["line_items"]:
		if line.get("current_quantity") is not None:
			line["current_quantity"] += sum(e["quantity"] for e in gone if _entry_line(e) == line_id(line))
	unknown = {key: None for key in before if key.startswith("current_") and key != "current_total_price"}
	values = {"refunds": [], "cancelled_at": None, "closed_at": None, "financial_status": status}
	return {**before, **(unknown if gone else {}), **values}


def _sale(amount: Decimal) -> Json:
	values = {"kind": "sale", "status": "success", "gateway": "bogus", "amount": str(amount)}
	return {"id": 77, **values, "created_at": "2026-01-01T00:00:00Z"}


def _refunded(refund: Json, order: Json, total: Decimal, paid: Decimal) -> Refunded:
	entries = refund.get("refund_line_items") or []
	adjusted = [a for a in refund.get("order_adjustments") or () if a.get("kind") != "shipping_refund"]
	freight, freight_tax = _freight_of(refund)
	tax = sum((number(e.get("total_tax")) for e in entries), ZERO) + freight_tax
	told = sum((number(e.get("subtotal")) for e in entries), ZERO) + freight
	told += ZERO if order.get("taxes_included") else tax
	told -= sum((number(a.get("amount")) + number(a.get("tax_amount")) for a in adjusted), ZERO)
	money = [
		t for t in refund.get("transactions") or () if t["kind"] == "refund" and t["status"] == "success"
	]
	out = sum((number(each["amount"]) for each in money), ZERO)
	current = order.get("current_total_price")
	said = current is not None and number(current) == total - _told_by_all(order)
	credited = told if said or adjusted or not money or paid < total else out
	shelf = {"return", "legacy_restock"}
	back = summed((_entry_line(e), number(e["quantity"])) for e in entries if e["restock_type"] in shelf)
	return Refunded(identity(refund), credited, tax, out, back)


def _told_by_all(order: Json) -> Decimal:
	found = ZERO
	for refund in order["refunds"]:
		entries = refund.get("refund_line_items") or []
		freight, freight_tax = _freight_of(refund)
		found += sum((number(e.get("subtotal")) for e in entries), ZERO) + freight
		if not order.get("taxes_included"):
			found += sum((number(e.get("total_tax")) for e in entries), ZERO) + freight_tax
	return found


def _freight_of(refund: Json) -> tuple[Decimal, Decimal]:
	"""Shipping that is given back, and its tax."""
	if told := refund.get("refund_shipping_lines"):
		amounts = [number(_shop(each.get("subtotal_amount_set"))) for each in told]
		taxes = [number(_shop(t.get("price_set"), t)) for each in told for t in each.get("tax_lines") or ()]
		return sum(amounts, ZERO), sum(taxes, ZERO)
	adjusted = [a for a in refund.get("order_adjustments") or () if a.get("kind") == "shipping_refund"]
	taxes = [number(each.get("tax_amount")) for each in adjusted]
	return -sum((number(each.get("amount")) for each in adjusted), ZERO), -sum(taxes, ZERO)


def _shop(both: Any, plain: Mapping[str, Any] | None = None) -> Any:
	return ((both or {}).get("shop_money") or {}).get("amount") or (plain or {}).get("price")


def shopify_refunds(document: Any) -> list[Json]:
	inner = document.get("refund", document) if isinstance(document, dict) else {}
	found = [inner] if "refund_line_items" in inner else inner.get("refunds") or []
	return [each for each in found if isinstance(each, dict) and "refund_line_items" in each]


def around(refund: Json) -> Json:
	"""The smallest order, paid in full, for one refund."""
	lines = [copy.deepcopy(entry["line_item"]) for entry in refund["refund_line_items"]]
	freight, freight_tax = _freight_of(refund)
	taxed = [{"title": "Tax", "price": str(freight_tax), "rate": None}] if freight_tax else []
	shipping = [{"id": 88, "title": "Shipping", "price": str(freight), "tax_lines": taxed}] if freight else []
	total = sum((listed(line) for line in lines), freight + freight_tax)
	out = sum((number(t["amount"]) for t in refund.get("transactions") or () if t["kind"] == "refund"), ZERO)
	if out > total:
		lines.append({"id": 99, "title": "The rest", "quantity": 1, "price": str(out - total)})
		total = out
	return {
		"id": refund.get("order_id") or 1,
		"order_number": 1,
		"currency": _currency(refund),
		"total_price": str(total),
		"created_at": refund["created_at"],
		"financial_status": "partially_refunded",
		"line_items": lines,
		"shipping_lines": shipping,
		"refunds": [copy.deepcopy(refund)],
	}


def listed(line: Json) -> Decimal:
	off = sum((number(each["amount"]) for each in line.get("discount_allocations") or ()), ZERO)
	tax = sum((number(each["price"]) for each in line.get("tax_lines") or ()), ZERO)
	return number(line["price"]) * number(line["quantity"]) - off + tax


def _currency(refund: Json) -> str:
	told = [t.get("currency") for t in refund.get("transactions") or ()]
	sets = [(e.get("subtotal_set") or {}).get("shop_money") or {} for e in refund["refund_line_items"]]
	return next((each for each in [*told, *(s.get("currency_code") for s in sets)] if each), "USD")


def identity(node: Mapping[str, Any]) -> str:
	return str(node.get("admin_graphql_api_id") or node.get("id")).rsplit("/", 1)[-1]


line_id = identity


def _entry_line(entry: Mapping[str, Any]) -> str:
	return identity(entry["line_item"]) if entry.get("line_item") else str(entry["line_item_id"])
