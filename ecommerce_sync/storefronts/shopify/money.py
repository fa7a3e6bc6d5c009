"""On which of an order's two currencies its amounts are read: the shop's or the buyer's (presentment).

Every amount of Shopify's REST shape comes as a plain field in the shop's currency and, beside it, as a
`…_set` with `shop_money` and `presentment_money`. Old messages have the plain field only.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from .reading import Node

ZERO = Decimal(0)
_RATE_DIGITS = Decimal(1).scaleb(-9)  # as many as ERPNext keeps of an exchange rate


@dataclass(frozen=True)
class Basis:
	"""`currency` is what amounts are read in, `shop_currency` what plain fields stand in."""

	currency: str
	shop_currency: str
	presentment: bool = False

	@property
	def side(self) -> str:
		"""The part of a `…_set` that holds the amount."""
		return "presentment_money" if self.presentment else "shop_money"

	def amount(self, node: Node, key: str) -> Decimal | None:
		"""The amount of a field; None where the message has none. The plain field is the shop's own word."""
		plain = node.number(key)
		if plain is not None and not self.presentment:
			return plain
		both = node.child(f"{key}_set")
		return self.of_set(both, plain) if both else self._plain(node, key, plain)

	def required(self, node: Node, key: str) -> Decimal:
		"""The amount of a field that must be there."""
		node.required_number(key)
		return self.amount(node, key) or ZERO

	def of_set(self, both: Node, plain: Decimal | None = None) -> Decimal | None:
		"""The amount of an object with `shop_money` and `presentment_money`."""
		money = both.child(self.side)
		amount = money.number("amount") if money else None
		if money is None or amount is None:
			return self._plain(both, self.side, plain)
		code = money.text("currency_code")
		if code and code.upper() != self.currency:
			money.refuse("currency_code", f"is {code}, the order's is {self.currency}")
		return amount

	def _plain(self, node: Node, key: str, plain: Decimal | None) -> Decimal | None:
		if plain and self.currency != self.shop_currency:
			node.refuse(key, f"has no amount in {self.currency}")
		return plain


def basis_of(order: Node, presentment: bool) -> Basis:
	"""The order's basis; the shop's currency where the message has no amounts in the buyer's."""
	shop = _currency(order, "currency")
	buyer = _currency(order, "presentment_currency") if order.text("presentment_currency") else shop
	total = order.child("total_price_set")
	if not presentment or total is None or total.child("presentment_money") is None:
		return Basis(shop, shop)
	return Basis(buyer, shop, presentment=True)


def exchange_rate(order: Node, basis: Basis) -> Decimal | None:
	"""The shop's currency for one unit of the order's, from the largest amount that stands in both.

	None for an order in two currencies in which everything is free.
	"""
	if basis.currency == basis.shop_currency:
		return Decimal(1)
	shop = Basis(basis.shop_currency, basis.shop_currency)
	sources = [(order, "total_price"), *((line, "price") for line in order.children("line_items"))]
	pairs = [(basis.amount(node, key) or ZERO, shop.amount(node, key) or ZERO) for node, key in sources]
	theirs, ours = max(pairs)
	return (ours / theirs).quantize(_RATE_DIGITS) if theirs > 0 and ours > 0 else None


def _currency(order: Node, key: str) -> str:
	code = order.required_text(key).upper()
	if len(code) != 3 or not (code.isascii() and code.isalpha()):
		order.refuse(key, f"'{code[:20]}' is not a currency code")
	return code
