"""Shopify's REST-shaped order (webhook body, REST answer, `fetch_order` payload) as the neutral `Order`.

GraphQL answers are brought into the same shape by `graphql_shape`, so that there is one parser and Field
Mapping paths are the same for both. Lines, amounts and total are as ordered: after edits, before refunds. Source: https://shopify.dev/docs/api/admin-rest/latest/resources/order
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from ...core.errors import PayloadRefused
from ...core.models import Order, PaymentStatus, TaxLine
from . import charges, lines, people
from .fulfilments import fulfilments, returns
from .graphql_shape import rest_order
from .money import Basis, basis_of, exchange_rate
from .payments import payments
from .reading import Node
from .refunds import Context, refunds

PLATFORM_NAME = "shopify"
_PAYMENT_STATUSES: dict[str, PaymentStatus] = {
	"pending": "pending",
	"authorized": "authorized",
	"partially_paid": "partially_paid",
	"paid": "paid",
	"partially_refunded": "partially_refunded",
	"refunded": "refunded",
	"voided": "voided",
	"expired": "pending",  # the authorization ran out: not paid
}
FINANCIAL_STATUSES = tuple(_PAYMENT_STATUSES)
_SHOP_DOMAIN = ".myshopify.com"
_GID = "gid://shopify/"
_LINES = {"line_items", "lineItems"}


def parse_order(payload: Mapping[str, Any], presentment: bool = False) -> Order:
	"""The neutral order, with `presentment` in the currency that the buyer paid in.

	`payload` is the order itself, `{"order": {…}}`, or an answer of the Admin GraphQL API with such fields
	as `queries/order_fields.graphql` asks for. Raises `PayloadRefused` with the path of the offending field,
	nothing else.
	"""
	document = _document(payload)
	try:
		return _order(Node(document), presentment)
	except ValidationError as error:
		first = error.errors()[0]
		raise PayloadRefused(".".join(str(step) for step in first["loc"]), first["msg"]) from None
	except ArithmeticError:
		raise PayloadRefused("line_items", "its amounts are too far apart to be an order's") from None


def _document(payload: Any) -> Mapping[str, Any]:
	"""The order inside its wrappings, in the shape of REST."""
	inner, path = payload, ""
	for wrapping in ("data", "order"):
		if isinstance(inner, Mapping) and wrapping in inner and not _LINES.intersection(inner):
			inner, path = inner[wrapping], f"{path}.{wrapping}".strip(".")
	if not isinstance(inner, Mapping):
		raise PayloadRefused(path, "is not an object")
	return _from_graphql(inner) if "lineItems" in inner and "line_items" not in inner else inner


def _from_graphql(order: Mapping[str, Any]) -> Mapping[str, Any]:
	try:
		if ((order["lineItems"] or {}).get("pageInfo") or {}).get("hasNextPage"):
			raise PayloadRefused("lineItems", "holds the first page of lines only")
		return rest_order(order)
	except KeyError as missing:
		raise PayloadRefused(str(missing.args[0]), "is missing") from None
	except (TypeError, AttributeError, ValueError):
		raise PayloadRefused("order", "is not as the Admin GraphQL API answers") from None


def order_id(node: Node) -> str:
	"""The id's digits; a number that JavaScript rounded is replaced by the exact one."""
	plain = node.required_text("id").rsplit("/", 1)[-1]
	gid = node.text("admin_graphql_api_id") or ""
	found = lines.number_of(gid) or plain
	if gid.startswith(_GID) and not gid.startswith(f"{_GID}Order/"):
		node.refuse("admin_graphql_api_id", f"'{gid[:60]}' is the id of something else than an order")
	for key, text in (("id", plain), ("admin_graphql_api_id", found)):
		if not (text.isascii() and text.isdigit()):
			node.refuse(key, f"'{text[:40]}' is not an order id")
	return found


def _order(node: Node, presentment: bool) -> Order:
	identifier = order_id(node)
	if node.value.get("line_items") is None:
		node.refuse("line_items", "is missing")
	basis = basis_of(node, presentment)
	total = basis.required(node, "total_price")
	sold = charges.Parts(lines.lines(node, basis), lines.shipping_lines(node, basis))
	settled = charges.settled(node, basis, sold, total)
	parts, paid = settled.parts, payments(node, basis)
	return Order(
		platform=PLATFORM_NAME,
		id=identifier,
		name=_name(node, identifier),
		total=settled.total,
		taxes_included=node.flag("taxes_included"),
		lines=parts.lines,
		shipping=parts.shipping,
		charges=parts.charges,
		taxes=_taxes(lines.tax_lines(node, basis), settled),
		**people.parties(node)._asdict(),
		payment_terms=people.payment_terms(node, total),
		payments=paid,
		refunds=refunds(Context(node, basis, parts, settled.total, paid)),
		fulfilments=fulfilments(node),
		returns=returns(node),
		**_currencies(node, basis),
		**_state(node),
		**_remarks(node),
		admin_url=_admin_url(node, identifier),
		raw=dict(node.value),
	)


def _taxes(told: tuple[TaxLine, ...], settled: charges.Settled) -> tuple[TaxLine, ...]:
	"""The order's sum of each tax, less that of what an edit took out where the sum holds it."""
	found = (_sum_as_ordered(tax, settled) for tax in told)
	return tuple(tax for tax in found if tax.amount)


def _sum_as_ordered(tax: TaxLine, settled: charges.Settled) -> TaxLine:
	before, now = settled.sold.tax(tax), settled.parts.tax(tax)
	holds = abs(tax.amount - before) < abs(tax.amount - now)
	return tax.model_copy(update={"amount": tax.amount - before + now}) if holds else tax


def _name(node: Node, identifier: str) -> str:
	number = node.text("order_number") or node.text("number")
	return node.text("name") or (f"#{number}" if number else identifier)


def _currencies(node: Node, basis: Basis) -> dict[str, Any]:
	return {
		"currency": basis.currency,
		"shop_currency": basis.shop_currency,
		"exchange_rate": exchange_rate(node, basis),
	}


def _state(node: Node) -> dict[str, Any]:
	status = (node.text("financial_status") or "pending").lower()
	created = node.required_time("created_at")
	return {
		"status": status,
		"payment_status": _PAYMENT_STATUSES.get(status, "pending"),
		"created_at": created,
		"updated_at": node.time("updated_at") or created,
		"processed_at": node.time("processed_at"),
		"cancelled_at": node.time("cancelled_at"),
		"closed_at": node.time("closed_at"),
		"test": node.flag("test"),
		"gateways": tuple(node.texts("payment_gateway_names")),
	}


def _remarks(node: Node) -> dict[str, Any]:
	codes = (code.text("code") for code in node.children("discount_codes"))
	return {
		"discount_codes": tuple(dict.fromkeys(code for code in codes if code)),
		"note": node.text("note"),
		"attributes": lines.attributes(node, "note_attributes"),
		"tags": people.split_tags(node),
		"po_number": node.text("po_number"),
		"source": node.text("source_name"),
		"location_id": node.text("location_id"),
	}


def _admin_url(node: Node, identifier: str) -> str | None:
	"""The order's page in the admin, where the message tells the store's own domain."""
	try:
		host = urlsplit(node.text("order_status_url") or "").hostname or ""
	except ValueError:
		return None
	return f"https://{host}/admin/orders/{identifier}" if host.endswith(_SHOP_DOMAIN) else None
