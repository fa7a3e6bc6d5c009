"""WooCommerce's refunds by their own figures, and the smallest order around those that come alone."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from balance import order_in
from refund_case import ZERO, Case, Json, Refunded, number


def woocommerce(name: str, after: Json) -> Case:
	total = number(after["total"])
	rows = [each for each in after.get("refunds") or ()]
	shelf = {str(line["id"]): _on_shelf(line) for line in after["line_items"]}
	refunds = tuple(_woo_refunded(row, shelf) for row in rows)
	before = {**copy.deepcopy(after), "refunds": [], "status": "processing"}
	after["status"] = "processing" if after["status"] == "refunded" else after["status"]
	pieces = {str(line["id"]): number(line["quantity"]) for line in after["line_items"]}
	return Case(name, "woocommerce", before, after, total, total, pieces, refunds)


def _on_shelf(line: Json) -> Decimal | None:
	"""How many pieces went back on the shelf; None where the store does not count them."""
	known = {each.get("key"): each.get("value") for each in line.get("meta_data") or ()}
	if "_restock_refunded_items" in known or "_reduced_stock" in known:
		return number(known.get("_restock_refunded_items"))
	return None


def _woo_refunded(row: Json, shelf: dict[str, Decimal | None]) -> Refunded:
	parts = [part for key in ("line_items", "shipping_lines", "fee_lines") for part in row.get(key) or ()]
	amount = abs(number(row.get("amount") or row.get("total")))
	back = {}
	for item in row.get("line_items") or ():
		line, pieces = _of_item(item), abs(number(item["quantity"]))
		counted = shelf.get(line)
		if pieces and (counted is None or counted >= pieces):
			back[line] = pieces
	tax = -sum((number(part.get("total_tax")) for part in parts), ZERO)
	return Refunded(str(row["id"]), amount, tax, amount, back)


def _of_item(item: Json) -> str:
	known = {each.get("key"): each.get("value") for each in item.get("meta_data") or ()}
	return str(known.get("_refunded_item_id") or "")


def woo_order(document: Any) -> str | None:
	found = order_in(document)
	return str(found.payload["id"]) if found and found.platform == "woocommerce" else None


def woo_refunds(document: Any) -> list[Json]:
	rows = document if isinstance(document, list) else [document]
	ours = {"amount", "reason", "refunded_by"}
	return [row for row in rows if isinstance(row, dict) and ours <= set(row)]


def parent(row: Json) -> str | None:
	up = ((row.get("_links") or {}).get("up") or [{}])[0].get("href") or ""
	return up.rsplit("/", 1)[-1] or None


def bears(order: Json, rows: Sequence[Json]) -> bool:
	lines = {str(line["id"]) for line in order["line_items"]}
	return all(_of_item(item) in lines for row in rows for item in row.get("line_items") or ())


def woo_around(rows: Sequence[Json]) -> Json:
	"""The smallest order, paid in full, for the refunds of one."""
	order: Json = {"id": int(parent(rows[0]) or 1), "number": "1", "currency": "USD", "status": "processing"}
	listed = ZERO
	for key in ("line_items", "shipping_lines", "fee_lines"):
		order[key] = [_turned(part) for row in rows for part in row.get(key) or ()]
		listed += sum((number(each["total"]) + number(each.get("total_tax")) for each in order[key]), ZERO)
	money = sum((number(row["amount"]) for row in rows), ZERO)
	if money > listed:
		rest = str(money - listed + 1)  # so that it is no refund of the whole order
		order["line_items"].append(
			{"id": 99, "name": "The rest", "quantity": 1, "subtotal": rest, "total": rest, "total_tax": "0"}
		)
	parts = [each for key in ("line_items", "shipping_lines", "fee_lines") for each in order[key]]
	taxes = sum((number(each.get("total_tax")) for each in parts), ZERO)
	dates = {key: rows[0]["date_created_gmt"] for key in ("date_created_gmt", "date_modified_gmt")}
	tax_rows = [copy.deepcopy(each) for row in rows for each in row.get("tax_lines") or ()]
	for each in tax_rows:
		each.update({key: str(-number(each.get(key))) for key in ("tax_total", "shipping_tax_total")})
	whole = str(money + 1 if money > listed else listed)
	values = {"total": whole, "total_tax": str(taxes), "tax_lines": tax_rows}
	return {
		**order,
		**dates,
		**values,
		"payment_method": "bacs",
		"order_key": "k",
		"prices_include_tax": False,
	}


def _turned(part: Json) -> Json:
	found = copy.deepcopy(part)
	found["id"] = int(_of_item(part) or part["id"])
	for key in ("quantity", "subtotal", "subtotal_tax", "total", "total_tax"):
		if part.get(key) is not None:
			found[key] = type(part[key])(abs(number(part[key])))
	for tax in found.get("taxes") or ():
		tax.update({key: str(abs(number(tax.get(key)))) for key in ("total", "subtotal") if tax.get(key)})
	return found
