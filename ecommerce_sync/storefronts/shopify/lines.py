"""An order's lines and shipping lines with their discounts and taxes, from Shopify's REST shape."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ...core.models import Attribute, Discount, Line, LineKind, Shipping, TaxLine
from .money import ZERO, Basis
from .reading import Node


def lines(order: Node, basis: Basis) -> tuple[Line, ...]:
	"""`line_items` as they were sold, before refunds and removals."""
	applications = order.children("discount_applications")
	return tuple(
		_line(node, place, basis, applications) for place, node in enumerate(order.children("line_items"), 1)
	)


def shipping_lines(order: Node, basis: Basis) -> tuple[Shipping, ...]:
	"""`shipping_lines`, removed ones included (`charges` sets those aside)."""
	applications = order.children("discount_applications")
	return tuple(
		_shipping(node, place, basis, applications)
		for place, node in enumerate(order.children("shipping_lines"), 1)
	)


def tax_lines(node: Node, basis: Basis) -> tuple[TaxLine, ...]:
	"""`tax_lines` of the order, a line, a shipping line or a duty; taxes of nothing are left out."""
	taxes = (_tax(tax, basis) for tax in node.children("tax_lines"))
	return tuple(tax for tax in taxes if tax.amount)


def attributes(node: Node, key: str) -> tuple[Attribute, ...]:
	"""Pairs typed or set at checkout: `note_attributes`, `properties`; those without a value are left out."""
	pairs = ((pair.text("name"), _value(pair)) for pair in node.children(key))
	return tuple(Attribute(name=name or "", value=value) for name, value in pairs if value)


def _value(pair: Node) -> str | None:
	value = pair.value.get("value")
	return str(value).lower() if isinstance(value, bool) else pair.text("value")


def identity(node: Node, fallback: str | None = None) -> str | None:
	"""The id as text; from the GraphQL id where there is one, because JavaScript rounds numbers above 2^53."""
	plain, gid = node.text("id"), node.text("admin_graphql_api_id")
	return number_of(gid) or plain or fallback


def number_of(gid: str | None) -> str | None:
	"""The last part of a GraphQL id like gid://shopify/Order/1, without its query."""
	return (gid.rsplit("/", 1)[-1].split("?")[0] or None) if gid else None


def _line(node: Node, place: int, basis: Basis, applications: Sequence[Node]) -> Line:
	price, quantity = basis.required(node, "price"), node.required_number("quantity")
	title = node.text("title") or node.text("name") or node.text("sku") or f"Line {place}"
	return Line(
		id=identity(node, str(place)) or str(place),
		title=title,
		quantity=quantity,
		subtotal=price * quantity,
		kind=_kind(node),
		product_id=node.text("product_id"),
		variant_id=node.text("variant_id"),
		sku=node.verbatim("sku"),
		variant_title=node.text("variant_title"),
		shown_unit_price=price,
		discounts=_discounts(node, basis, applications),
		taxes=tax_lines(node, basis),
		group=node.text("sales_line_item_group_id"),
		requires_shipping=node.value.get("requires_shipping") is None or node.flag("requires_shipping"),
		attributes=attributes(node, "properties"),
	)


def _kind(node: Node) -> LineKind:
	if node.flag("gift_card"):
		return "gift_card"
	return "product" if node.text("product_id") or node.text("variant_id") else "custom"


def _shipping(node: Node, place: int, basis: Basis, applications: Sequence[Node]) -> Shipping:
	price = basis.required(node, "price")
	return Shipping(
		id=identity(node, str(place)) or str(place),
		title=node.text("title") or node.text("code") or "Shipping",
		price=price,
		code=node.text("code"),
		discounts=_discounts(node, basis, applications) or _lowered(node, price, basis),
		taxes=tax_lines(node, basis),
	)


def _lowered(node: Node, price: Decimal, basis: Basis) -> tuple[Discount, ...]:
	"""A shipping discount that no allocation tells: the difference of the two prices."""
	discounted = basis.amount(node, "discounted_price")
	off = ZERO if discounted is None else price - discounted
	return (Discount(amount=off),) if off else ()


def _discounts(node: Node, basis: Basis, applications: Sequence[Node]) -> tuple[Discount, ...]:
	found = (_discount(share, basis, applications) for share in node.children("discount_allocations"))
	return tuple(discount for discount in found if discount.amount)


def _discount(share: Node, basis: Basis, applications: Sequence[Node]) -> Discount:
	"""An allocation with the name of the application that its index points to."""
	amount, index = basis.required(share, "amount"), share.number("discount_application_index")
	known = index is not None and index == index.to_integral_value() and 0 <= index < len(applications)
	source = applications[int(index)] if known and index is not None else None
	if source is None:
		return Discount(amount=amount)
	return Discount(
		amount=amount, title=source.text("title") or source.text("description"), code=source.text("code")
	)


def _tax(node: Node, basis: Basis) -> TaxLine:
	return TaxLine(
		title=node.text("title") or "Tax", amount=basis.required(node, "price"), rate=node.number("rate")
	)
