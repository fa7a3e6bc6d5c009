"""Amounts as Shopify keeps them: twice, in the shop's currency and in the buyer's (presentment).

Rounding is half up to each currency's minor unit (CLDR, by Babel). REST and webhooks show the minor
unit's decimals ("5.00", JPY "1000", KWD "1.500"); GraphQL drops trailing zeros but one ("5.0", "679.0").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from babel.numbers import get_currency_precision


@dataclass(frozen=True)
class Money:
	"""One amount in both currencies, already rounded."""

	shop: Decimal
	presentment: Decimal

	def __add__(self, other: Money) -> Money:
		return Money(self.shop + other.shop, self.presentment + other.presentment)

	def __sub__(self, other: Money) -> Money:
		return Money(self.shop - other.shop, self.presentment - other.presentment)

	def __mul__(self, count: int) -> Money:
		return Money(self.shop * count, self.presentment * count)

	def __bool__(self) -> bool:
		return bool(self.shop or self.presentment)


ZERO = Money(Decimal(0), Decimal(0))


def total(amounts: Iterable[Money]) -> Money:
	"""The sum, `ZERO` of none."""
	return sum(amounts, ZERO)


def rounded(amount: Decimal, currency: str) -> Decimal:
	"""`amount` to the minor unit of `currency`, half up."""
	return amount.quantize(Decimal(1).scaleb(-get_currency_precision(currency)), ROUND_HALF_UP)


@dataclass(frozen=True)
class Currencies:
	"""The shop's and the buyer's currency of one order; `rate` is presentment units for one shop unit."""

	shop: str
	presentment: str
	rate: Decimal = Decimal(1)

	def money(self, amount: Decimal) -> Money:
		"""An amount of the shop's currency in both, each rounded."""
		return Money(rounded(amount, self.shop), rounded(amount * self.rate, self.presentment))

	def each(self, compute: Callable[..., Decimal], *amounts: Money) -> Money:
		"""`compute` on the amounts of each currency on its own, the results rounded."""
		return Money(
			rounded(compute(*(amount.shop for amount in amounts)), self.shop),
			rounded(compute(*(amount.presentment for amount in amounts)), self.presentment),
		)

	def text(self, money: Money) -> str:
		"""The shop amount as REST shows it."""
		return str(rounded(money.shop, self.shop))

	def rest_set(self, money: Money) -> dict[str, Any]:
		"""A REST price set: `shop_money` and `presentment_money`."""
		presentment = str(rounded(money.presentment, self.presentment))
		return {
			"shop_money": {"amount": self.text(money), "currency_code": self.shop},
			"presentment_money": {"amount": presentment, "currency_code": self.presentment},
		}

	def bag(self, money: Money) -> dict[str, Any]:
		"""A GraphQL MoneyBag."""
		return {
			"shopMoney": money_v2(money.shop, self.shop),
			"presentmentMoney": money_v2(money.presentment, self.presentment),
		}


def money_v2(amount: Decimal, currency: str) -> dict[str, Any]:
	"""A GraphQL MoneyV2."""
	return {"__typename": "MoneyV2", "amount": decimal_text(amount), "currencyCode": currency}


def decimal_text(amount: Decimal) -> str:
	"""A number as GraphQL's Decimal shows it: no trailing zeros but one decimal at least."""
	whole, _, decimals = f"{amount:f}".partition(".")
	return f"{whole}.{decimals.rstrip('0') or '0'}"
