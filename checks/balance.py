"""What an order payload's own figures come to, worked out from the payload alone and not by the app.

Shopify: Σ price × quantity − Σ discount allocations + Σ shipping less its discounts + tax unless it is
included = total. WooCommerce: Σ line totals + shipping + fees + tax = total (its lines are net of tax).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

Json = Mapping[str, Any]


class Found(NamedTuple):
	"""One order in a file: its platform, its payload as the connector takes it, and its figures."""

	platform: str
	payload: dict[str, Any]
	currency: str
	total: Decimal
	listed: Decimal  # what its parts come to

	@property
	def difference(self) -> Decimal:
		return self.listed - self.total


def order_in(document: Any) -> Found | None:
	"""The order that a file holds, by its content; None when it holds none."""
	payload = _unwrapped(document)
	if not isinstance(payload, dict):
		return None
	if "totalPriceSet" in payload and _is_gid_of_order(payload.get("id")):
		return _graphql(payload)
	if "total_price" in payload and "line_items" in payload and _is_shopify_order(payload):
		return _rest(payload)
	if "line_items" in payload and {"total", "order_key", "shipping_lines"} <= set(payload):
		return _woocommerce(payload)
	return None


def what(document: Any) -> str:
	"""A few words about a file that holds no order."""
	if isinstance(document, list):
		return f"a list of {len(document)}"
	if not isinstance(document, dict):
		return type(document).__name__
	return "an object with " + ", ".join(list(document)[:4])


def as_live(found: Found) -> dict[str, Any]:
	"""The same order were it neither a test nor cancelled, so that its money is looked at."""
	live: dict[str, Any] = {**found.payload}
	status = "status" if found.platform == "woocommerce" else "financial_status"
	live[status] = "processing" if found.platform == "woocommerce" else "paid"
	for key, value in {"test": False, "cancelled_at": None, "cancelledAt": None}.items():
		if key in live:
			live[key] = value
	return live


def _unwrapped(document: Any) -> Any:
	"""REST wraps an order in `order`, GraphQL in `data.order`."""
	while isinstance(document, dict) and len(document) <= 3:
		inner = next((document[key] for key in ("data", "order", "node") if key in document), None)
		if not isinstance(inner, dict):
			return document
		document = inner
	return document


def _is_gid_of_order(gid: Any) -> bool:
	return str(gid).startswith("gid://shopify/Order/")


def _is_shopify_order(payload: Json) -> bool:
	"""Draft orders and checkouts have lines and totals too."""
	gid = payload.get("admin_graphql_api_id")
	return _is_gid_of_order(gid) if gid else "order_number" in payload or "financial_status" in payload


def _rest(payload: dict[str, Any]) -> Found:
	goods = sum(
		(_money(line["price"]) * _money(line["quantity"]) for line in payload["line_items"]), Decimal(0)
	)
	off = _sum(_inner(payload["line_items"], "discount_allocations"), "amount")
	freight = sum((_freight(line) for line in payload.get("shipping_lines") or []), Decimal(0))
	tax = Decimal(0) if payload.get("taxes_included") else _money(payload.get("total_tax"))
	listed = goods - off + freight + tax
	return Found("shopify", payload, payload["currency"], _money(payload["total_price"]), listed)


def _freight(line: Json) -> Decimal:
	"""What a shipping line costs after its discounts; older versions of the API name only those."""
	if line.get("discounted_price") is not None:
		return _money(line["discounted_price"])
	return _money(line["price"]) - _sum(line.get("discount_allocations") or [], "amount")


def _graphql(payload: dict[str, Any]) -> Found:
	lines, freight = _nodes(payload.get("lineItems")), _nodes(payload.get("shippingLines"))
	goods = sum((_shop(line["originalUnitPriceSet"]) * line["quantity"] for line in lines), Decimal(0))
	off = sum(
		(_shop(each["allocatedAmountSet"]) for each in _inner(lines, "discountAllocations")), Decimal(0)
	)
	carried = sum((_shop(line["discountedPriceSet"]) for line in freight), Decimal(0))
	tax = Decimal(0) if payload.get("taxesIncluded") else _shop(payload.get("totalTaxSet"))
	currency = payload["totalPriceSet"]["shopMoney"]["currencyCode"]
	listed = goods - off + carried + tax
	return Found("shopify", payload, currency, _shop(payload["totalPriceSet"]), listed)


def _woocommerce(payload: dict[str, Any]) -> Found:
	parts = [row for key in ("line_items", "shipping_lines", "fee_lines") for row in payload.get(key) or []]
	listed = _sum(parts, "total") + _money(payload.get("total_tax"))
	return Found("woocommerce", payload, payload["currency"], _money(payload["total"]), listed)


def _money(value: Any) -> Decimal:
	return Decimal(str(value or 0))


def _sum(rows: Iterable[Json], key: str) -> Decimal:
	return sum((_money(row.get(key)) for row in rows), Decimal(0))


def _inner(rows: Iterable[Json], key: str) -> list[Json]:
	return [each for row in rows for each in row.get(key) or []]


def _nodes(connection: Any) -> list[Any]:
	if isinstance(connection, dict):
		return list(connection.get("nodes") or [edge["node"] for edge in connection.get("edges") or []])
	return list(connection or [])


def _shop(bag: Any) -> Decimal:
	return _money(((bag or {}).get("shopMoney") or {}).get("amount"))
