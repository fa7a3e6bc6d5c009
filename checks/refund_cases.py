"""Refunds, returns, cancellations and edits in payload files, each with an order around it and its own figures.

What a refund must come to is worked out from the payload alone, and not by the app. Shopify: Σ subtotal + tax
(unless it is included) + shipping − discrepancies, unless the order's own current total, or else the money that
was paid back, says otherwise. WooCommerce: `amount`. A refund that comes without its order gets the smallest
one: the lines and shipping that it names, and where its money is more than those, one line of the rest.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from balance import order_in

Json = dict[str, Any]
ZERO = Decimal(0)


class Refunded(NamedTuple):
	"""One refund by its payload's own figures. `back` are pieces that went back on the shelf, by line."""

	id: str
	credited: Decimal
	tax: Decimal
	paid: Decimal
	back: Mapping[str, Decimal]


class Case(NamedTuple):
	"""An order as it was before and as it is after; `pieces` are all that can be shipped of it, by line."""

	name: str
	platform: str
	before: Json
	after: Json
	total: Decimal
	paid: Decimal
	pieces: Mapping[str, Decimal]
	refunds: tuple[Refunded, ...] = ()
	announced: Mapping[str, Decimal] = {}
	edited: bool = False
	off: Decimal = ZERO  # by how much the payload's parts miss its total

	@property
	def cancelled(self) -> bool:
		return bool(self.after.get("cancelled_at")) or self.after.get("status") == "cancelled"


def cases(documents: Mapping[str, Any]) -> Iterator[Case]:
	"""All that the files hold; one file may hold several."""
	orders = {key: doc for doc in documents.values() if (key := _woo_order(doc))}
	for name, document in documents.items():
		if (found := order_in(document)) and "totalPriceSet" not in found.payload:
			yield _of_order(name, found.platform, found.payload, found.difference)
		elif refunds := _shopify_refunds(document):
			yield from (_of_order(f"{name} {_id(r)}", "shopify", _around(r)) for r in refunds)
		elif rows := _woo_refunds(document):
			known = orders.get(_parent(rows[0]))
			order = known if known and _bears(known, rows) else _woo_around(rows)
			yield _of_order(name, "woocommerce", {**order, "refunds": rows})
		elif isinstance(document, dict) and "return_line_items" in document:
			yield _of_return(name, document)
		elif isinstance(document, dict) and "order_edit" in document:
			yield _of_edit(name, document["order_edit"])


def _of_order(name: str, platform: str, payload: Json, off: Decimal = ZERO) -> Case:
	after = _named(copy.deepcopy(payload))
	if off:  # an official sample that does not balance: its parts are looked at all the same
		after["total_price" if platform == "shopify" else "total"] = str(_money(payload, platform) + off)
		after.pop("current_total_price", None)
	after.update({"test": False} if platform == "shopify" else {"date_paid_gmt": "2026-01-01T00:00:00"})
	case = _shopify if platform == "shopify" else _woocommerce
	return case(name, after)._replace(off=off)


def _money(payload: Mapping[str, Any], platform: str) -> Decimal:
	return _number(payload["total_price" if platform == "shopify" else "total"])


def _named(order: Json) -> Json:
	"""Every line sells some Item."""
	for line in order.get("line_items") or ():
		line["sku"] = line.get("sku") or f"REFUND-CHECK-{line['id']}"
	return order


# Shopify


def _shopify(name: str, after: Json) -> Case:
	total, refunds = _number(after["total_price"]), after.get("refunds") or []
	owed = ZERO if refunds else _number(after.get("total_outstanding"))
	sales = [each for each in after.get("transactions") or () if each.get("kind") != "refund"]
	unpaid = (after.get("financial_status") or "") in ("voided", "pending", "authorized")
	if not sales and not unpaid and total > owed:
		sales = [_sale(total - owed)]
	paid = sum((_number(t["amount"]) for t in sales if t["kind"] in ("sale", "capture")), ZERO)
	after["transactions"] = sales
	found = tuple(_refunded(each, after, total, paid) for each in refunds)
	before = _before(after, found, "paid" if paid >= total else "partially_paid" if paid else "pending")
	pieces = {_line_id(line): _number(line["quantity"]) for line in after["line_items"]}
	return Case(name, "shopify", before, after, total, paid, pieces, found)


def _before(after: Json, refunds: Sequence[Refunded], status: str) -> Json:
	before = copy.deepcopy(after)
	if "current_total_price" in after:
		credited = sum((each.credited for each in refunds), ZERO)
		before["current_total_price"] = str(_number(after["current_total_price"]) + credited)
	gone = [entry for each in after.get("refunds") or () for entry in each.get("refund_line_items") or ()]
	for line in before["line_items"]:
		if line.get("current_quantity") is not None:
			line["current_quantity"] += sum(e["quantity"] for e in gone if _entry_line(e) == _line_id(line))
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
	tax = sum((_number(e.get("total_tax")) for e in entries), ZERO) + freight_tax
	told = sum((_number(e.get("subtotal")) for e in entries), ZERO) + freight
	told += ZERO if order.get("taxes_included") else tax
	told -= sum((_number(a.get("amount")) + _number(a.get("tax_amount")) for a in adjusted), ZERO)
	money = [
		t for t in refund.get("transactions") or () if t["kind"] == "refund" and t["status"] == "success"
	]
	out = sum((_number(each["amount"]) for each in money), ZERO)
	current = order.get("current_total_price")
	said = current is not None and _number(current) == total - _told_by_all(order)
	credited = told if said or adjusted or not money or paid < total else out
	shelf = {"return", "legacy_restock"}
	back = _summed((_entry_line(e), _number(e["quantity"])) for e in entries if e["restock_type"] in shelf)
	return Refunded(_id(refund), credited, tax, out, back)


def _told_by_all(order: Json) -> Decimal:
	found = ZERO
	for refund in order["refunds"]:
		entries = refund.get("refund_line_items") or []
		freight, freight_tax = _freight_of(refund)
		found += sum((_number(e.get("subtotal")) for e in entries), ZERO) + freight
		if not order.get("taxes_included"):
			found += sum((_number(e.get("total_tax")) for e in entries), ZERO) + freight_tax
	return found


def _freight_of(refund: Json) -> tuple[Decimal, Decimal]:
	"""Shipping that is given back, and its tax."""
	if told := refund.get("refund_shipping_lines"):
		amounts = [_number(_shop(each.get("subtotal_amount_set"))) for each in told]
		taxes = [_number(_shop(t.get("price_set"), t)) for each in told for t in each.get("tax_lines") or ()]
		return sum(amounts, ZERO), sum(taxes, ZERO)
	adjusted = [a for a in refund.get("order_adjustments") or () if a.get("kind") == "shipping_refund"]
	taxes = [_number(each.get("tax_amount")) for each in adjusted]
	return -sum((_number(each.get("amount")) for each in adjusted), ZERO), -sum(taxes, ZERO)


def _shop(both: Any, plain: Mapping[str, Any] | None = None) -> Any:
	return ((both or {}).get("shop_money") or {}).get("amount") or (plain or {}).get("price")


def _shopify_refunds(document: Any) -> list[Json]:
	inner = document.get("refund", document) if isinstance(document, dict) else {}
	found = [inner] if "refund_line_items" in inner else inner.get("refunds") or []
	return [each for each in found if isinstance(each, dict) and "refund_line_items" in each]


def _around(refund: Json) -> Json:
	"""The smallest order, paid in full, for one refund."""
	lines = [copy.deepcopy(entry["line_item"]) for entry in refund["refund_line_items"]]
	freight, freight_tax = _freight_of(refund)
	taxed = [{"title": "Tax", "price": str(freight_tax), "rate": None}] if freight_tax else []
	shipping = [{"id": 88, "title": "Shipping", "price": str(freight), "tax_lines": taxed}] if freight else []
	total = sum((_listed(line) for line in lines), freight + freight_tax)
	out = sum((_number(t["amount"]) for t in refund.get("transactions") or () if t["kind"] == "refund"), ZERO)
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


def _listed(line: Json) -> Decimal:
	off = sum((_number(each["amount"]) for each in line.get("discount_allocations") or ()), ZERO)
	tax = sum((_number(each["price"]) for each in line.get("tax_lines") or ()), ZERO)
	return _number(line["price"]) * _number(line["quantity"]) - off + tax


def _currency(refund: Json) -> str:
	told = [t.get("currency") for t in refund.get("transactions") or ()]
	sets = [(e.get("subtotal_set") or {}).get("shop_money") or {} for e in refund["refund_line_items"]]
	return next((each for each in [*told, *(s.get("currency_code") for s in sets)] if each), "USD")


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
	order = _around({"id": 1, "created_at": "2026-01-01T00:00:00Z", "refund_line_items": []})
	total = sum((_listed(line) for line in lines), ZERO)
	values = {"line_items": lines, "total_price": str(total), "financial_status": "paid"}
	case = _of_order(name, "shopify", {**order, **values, "refunds": []})
	announced = _summed(
		(_line_id(line), _number(row["quantity"])) for line, row in zip(lines, rows, strict=False)
	)
	return case._replace(after={**case.after, "returns": [told]}, announced=announced)


def _of_edit(name: str, edit: Json) -> Case:
	"""Before: what is removed, and one line more. After: less that, with what is added."""
	kept = {"id": 600, "title": "Kept", "quantity": 1, "current_quantity": 1, "price": "30.00"}
	rows = {key: edit["line_items"].get(key) or [] for key in ("removals", "additions")}
	removed, added = ([_edited(row) for row in found] for found in rows.values())
	order = _around({"id": 1, "created_at": "2026-01-01T00:00:00Z", "refund_line_items": []})
	order |= {"id": edit["order_id"], "financial_status": "paid", "refunds": []}
	before = {**order, "line_items": [kept, *removed], "total_price": _whole([kept, *removed])}
	gone = [{**line, "current_quantity": 0} for line in removed]
	after = {**order, "line_items": [kept, *gone, *added], "total_price": before["total_price"]}
	left = _whole([kept, *added])
	whole = _whole([kept, *removed, *added])
	after |= {"current_total_price": left, "total_price": whole, "financial_status": "paid"}
	case = _of_order(name, "shopify", before)
	told = {**_named(copy.deepcopy(after)), "transactions": case.after["transactions"]}
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
	return str(sum((_listed(line) for line in lines), ZERO))


def _id(node: Mapping[str, Any]) -> str:
	return str(node.get("admin_graphql_api_id") or node.get("id")).rsplit("/", 1)[-1]


_line_id = _id


def _entry_line(entry: Mapping[str, Any]) -> str:
	return _id(entry["line_item"]) if entry.get("line_item") else str(entry["line_item_id"])


# WooCommerce


def _woocommerce(name: str, after: Json) -> Case:
	total = _number(after["total"])
	rows = [each for each in after.get("refunds") or ()]
	shelf = {str(line["id"]): _on_shelf(line) for line in after["line_items"]}
	refunds = tuple(_woo_refunded(row, shelf) for row in rows)
	before = {**copy.deepcopy(after), "refunds": [], "status": "processing"}
	after["status"] = "processing" if after["status"] == "refunded" else after["status"]
	pieces = {str(line["id"]): _number(line["quantity"]) for line in after["line_items"]}
	return Case(name, "woocommerce", before, after, total, total, pieces, refunds)


def _on_shelf(line: Json) -> Decimal | None:
	"""How many pieces went back on the shelf; None where the store does not count them."""
	known = {each.get("key"): each.get("value") for each in line.get("meta_data") or ()}
	if "_restock_refunded_items" in known or "_reduced_stock" in known:
		return _number(known.get("_restock_refunded_items"))
	return None


def _woo_refunded(row: Json, shelf: dict[str, Decimal | None]) -> Refunded:
	parts = [part for key in ("line_items", "shipping_lines", "fee_lines") for part in row.get(key) or ()]
	amount = abs(_number(row.get("amount") or row.get("total")))
	back = {}
	for item in row.get("line_items") or ():
		line, pieces = _of_item(item), abs(_number(item["quantity"]))
		counted = shelf.get(line)
		if pieces and (counted is None or counted >= pieces):
			back[line] = pieces
	tax = -sum((_number(part.get("total_tax")) for part in parts), ZERO)
	return Refunded(str(row["id"]), amount, tax, amount, back)


def _of_item(item: Json) -> str:
	known = {each.get("key"): each.get("value") for each in item.get("meta_data") or ()}
	return str(known.get("_refunded_item_id") or "")


def _woo_order(document: Any) -> str | None:
	found = order_in(document)
	return str(found.payload["id"]) if found and found.platform == "woocommerce" else None


def _woo_refunds(document: Any) -> list[Json]:
	rows = document if isinstance(document, list) else [document]
	ours = {"amount", "reason", "refunded_by"}
	return [row for row in rows if isinstance(row, dict) and ours <= set(row)]


def _parent(row: Json) -> str | None:
	up = ((row.get("_links") or {}).get("up") or [{}])[0].get("href") or ""
	return up.rsplit("/", 1)[-1] or None


def _bears(order: Json, rows: Sequence[Json]) -> bool:
	lines = {str(line["id"]) for line in order["line_items"]}
	return all(_of_item(item) in lines for row in rows for item in row.get("line_items") or ())


def _woo_around(rows: Sequence[Json]) -> Json:
	"""The smallest order, paid in full, for the refunds of one."""
	order: Json = {"id": int(_parent(rows[0]) or 1), "number": "1", "currency": "USD", "status": "processing"}
	listed = ZERO
	for key in ("line_items", "shipping_lines", "fee_lines"):
		order[key] = [_turned(part) for row in rows for part in row.get(key) or ()]
		listed += sum((_number(each["total"]) + _number(each.get("total_tax")) for each in order[key]), ZERO)
	money = sum((_number(row["amount"]) for row in rows), ZERO)
	if money > listed:
		rest = str(money - listed + 1)  # so that it is no refund of the whole order
		order["line_items"].append(
			{"id": 99, "name": "The rest", "quantity": 1, "subtotal": rest, "total": rest, "total_tax": "0"}
		)
	parts = [each for key in ("line_items", "shipping_lines", "fee_lines") for each in order[key]]
	taxes = sum((_number(each.get("total_tax")) for each in parts), ZERO)
	dates = {key: rows[0]["date_created_gmt"] for key in ("date_created_gmt", "date_modified_gmt")}
	tax_rows = [copy.deepcopy(each) for row in rows for each in row.get("tax_lines") or ()]
	for each in tax_rows:
		each.update({key: str(-_number(each.get(key))) for key in ("tax_total", "shipping_tax_total")})
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
			found[key] = type(part[key])(abs(_number(part[key])))
	for tax in found.get("taxes") or ():
		tax.update({key: str(abs(_number(tax.get(key)))) for key in ("total", "subtotal") if tax.get(key)})
	return found


def _number(value: Any) -> Decimal:
	return Decimal(str(value or 0))


def _summed(pairs: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
	found: dict[str, Decimal] = {}
	for line, pieces in pairs:
		found[line] = found.get(line, ZERO) + pieces
	return found
