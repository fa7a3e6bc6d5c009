"""Shopify's arithmetic: from what was bought to gross, discounts, taxes and totals of one order.

A line's tax is computed per line and rate on its price after discounts and rounded to the minor unit.
With taxes included the tax is what is inside the price: gross * sum of rates / (1 + sum of rates), shared
among the rates. Gift cards and tips are never taxed. Each currency is computed on its own from prices
converted and rounded first, so that both columns of an order balance.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from ecommerce_sync.sandbox.shopify.money import ZERO, Currencies, Money, total
from ecommerce_sync.sandbox.story import Bought, Delivery, Rate, Story

UNTAXED = ("gift_card", "tip")


@dataclass(frozen=True)
class Tax:
	"""One tax line; `rate` is a fraction."""

	title: str
	rate: Decimal
	amount: Money


@dataclass(frozen=True)
class Allocation:
	"""A discount application's share on one line, by the application's index."""

	application: int
	amount: Money


@dataclass(frozen=True)
class Application:
	"""One discount of the order: a code, or an automatic one when `code` is None."""

	index: int
	target: str  # "line_item" or "shipping_line", as REST says
	code: str | None
	amount: Money
	is_for_all: bool

	@property
	def title(self) -> str:
		"""What the store calls an automatic discount."""
		return "Free shipping" if self.target == "shipping_line" else "Automatic discount"


@dataclass(frozen=True)
class PricedLine:
	"""A line at `quantity` pieces; `number` is its place in the story."""

	number: int
	bought: Bought
	quantity: int
	price: Money
	gross: Money
	allocations: tuple[Allocation, ...]
	taxes: tuple[Tax, ...]

	@property
	def discount(self) -> Money:
		"""What discounts take off the whole line."""
		return total(allocation.amount for allocation in self.allocations)

	@property
	def net(self) -> Money:
		"""After discounts; with tax inside when the order's prices include it."""
		return self.gross - self.discount


@dataclass(frozen=True)
class PricedDelivery:
	"""A shipping line."""

	number: int
	delivery: Delivery
	price: Money
	allocations: tuple[Allocation, ...]
	taxes: tuple[Tax, ...]

	@property
	def discounted(self) -> Money:
		"""The price after discounts."""
		return self.price - total(allocation.amount for allocation in self.allocations)


@dataclass(frozen=True)
class Pricing:
	"""All amounts of an order; `tip` is what the buyer gave beside the lines (point of sale)."""

	lines: tuple[PricedLine, ...]
	deliveries: tuple[PricedDelivery, ...]
	applications: tuple[Application, ...]
	taxes_included: bool
	tip: Money

	@cached_property
	def gross(self) -> Money:
		"""Sum of price times quantity over the lines."""
		return total(line.gross for line in self.lines)

	@cached_property
	def discounts(self) -> Money:
		"""All discounts, shipping's included."""
		return total(application.amount for application in self.applications)

	@cached_property
	def subtotal(self) -> Money:
		"""Lines after discounts, before shipping."""
		return total(line.net for line in self.lines)

	@cached_property
	def shipping(self) -> Money:
		"""Shipping before discounts."""
		return total(delivery.price for delivery in self.deliveries)

	@cached_property
	def shipping_discounted(self) -> Money:
		"""Shipping after discounts."""
		return total(delivery.discounted for delivery in self.deliveries)

	@cached_property
	def taxes(self) -> tuple[Tax, ...]:
		"""Taxes of lines and shipping summed by title and rate."""
		sums: dict[tuple[str, Decimal], Money] = {}
		of_lines = [tax for line in self.lines for tax in line.taxes]
		of_shipping = [tax for delivery in self.deliveries for tax in delivery.taxes]
		for tax in of_lines + of_shipping:
			key = (tax.title, tax.rate)
			sums[key] = sums.get(key, ZERO) + tax.amount
		return tuple(Tax(title, rate, amount) for (title, rate), amount in sums.items())

	@cached_property
	def tax(self) -> Money:
		"""All taxes."""
		return total(tax.amount for tax in self.taxes)

	@cached_property
	def total(self) -> Money:
		"""What the buyer pays."""
		untaxed = self.subtotal + self.shipping_discounted + self.tip
		return untaxed if self.taxes_included else untaxed + self.tax


def price(
	story: Story,
	currencies: Currencies,
	quantities: Mapping[int, int],
	gone: Container[int],
	tip_on_line: bool,
) -> Pricing:
	"""Price `story` with lines at `quantities` (by place in the story, else as bought), without the shipping
	lines that are `gone`; a tip is a line, or with `tip_on_line` off a mere amount."""
	indexes = _application_indexes(story)
	is_line = [tip_on_line or bought.kind != "tip" for bought in story.lines]
	lines = tuple(
		_price_line(story, currencies, indexes, number, quantities.get(number, bought.quantity))
		for number, bought in enumerate(story.lines)
		if is_line[number]
	)
	kept = tuple(
		_price_delivery(story, currencies, indexes, number)
		for number in range(len(story.deliveries))
		if number not in gone
	)
	tips = [bought for number, bought in enumerate(story.lines) if not is_line[number]]
	tip = total(currencies.money(bought.price) * bought.quantity for bought in tips)
	return Pricing(lines, kept, _applications(indexes, lines, kept), story.taxes_included, tip)


def applications_of(
	applications: tuple[Application, ...], lines: Sequence[PricedLine], deliveries: Sequence[PricedDelivery]
) -> tuple[Application, ...]:
	"""The same applications with what they come to on these lines and shipping lines."""
	parts: list[PricedLine | PricedDelivery] = [*lines, *deliveries]
	found = []
	for known in applications:
		shares = [a.amount for part in parts for a in part.allocations if a.application == known.index]
		found.append(replace(known, amount=total(shares)))
	return tuple(found)


def _application_indexes(story: Story) -> dict[tuple[str, str | None], int]:
	keys = [("line_item", bought.code) for bought in story.lines if bought.discount]
	keys += [("shipping_line", None) for delivery in story.deliveries if delivery.discount]
	return {key: index for index, key in enumerate(dict.fromkeys(keys))}


def _price_line(
	story: Story,
	currencies: Currencies,
	indexes: Mapping[tuple[str, str | None], int],
	number: int,
	quantity: int,
) -> PricedLine:
	bought = story.lines[number]
	price = currencies.money(bought.price)
	full, gross = price * bought.quantity, price * quantity
	discount = _capped(currencies.money(bought.discount), full, is_all=bought.discount == full.shop)
	if quantity < bought.quantity:
		share = Decimal(quantity) / bought.quantity
		discount = _capped(currencies.each(lambda amount: amount * share, discount), gross)
	allocations = _allocation(indexes, ("line_item", bought.code), discount)
	rates = () if bought.kind in UNTAXED else bought.taxes
	taxes = _tax(currencies, gross - discount, rates, story.taxes_included)
	return PricedLine(number, bought, quantity, price, gross, allocations, taxes)


def _price_delivery(
	story: Story, currencies: Currencies, indexes: Mapping[tuple[str, str | None], int], number: int
) -> PricedDelivery:
	delivery = story.deliveries[number]
	price = currencies.money(delivery.price)
	is_all = delivery.discount == delivery.price
	discount = _capped(currencies.money(delivery.discount), price, is_all)
	allocations = _allocation(indexes, ("shipping_line", None), discount)
	taxes = _tax(currencies, price - discount, delivery.taxes, story.taxes_included)
	return PricedDelivery(number, delivery, price, allocations, taxes)


def _capped(discount: Money, full: Money, is_all: bool = False) -> Money:
	"""Conversion rounds price and discount apart: a full discount stays full, none exceeds the price."""
	if is_all:
		return full
	return Money(min(discount.shop, full.shop), min(discount.presentment, full.presentment))


def _allocation(
	indexes: Mapping[tuple[str, str | None], int], key: tuple[str, str | None], amount: Money
) -> tuple[Allocation, ...]:
	return (Allocation(indexes[key], amount),) if amount else ()


def _tax(currencies: Currencies, taxed: Money, rates: tuple[Rate, ...], included: bool) -> tuple[Tax, ...]:
	if not included:
		return tuple(
			Tax(rate.title, rate.rate, currencies.each(lambda amount, r=rate.rate: amount * r, taxed))
			for rate in rates
		)
	return _included_tax(currencies, taxed, rates)


def _included_tax(currencies: Currencies, taxed: Money, rates: tuple[Rate, ...]) -> tuple[Tax, ...]:
	"""The whole is rounded once and the last rate takes what the others leave."""
	together = sum((rate.rate for rate in rates), Decimal(0))
	left = currencies.each(lambda amount: amount * together / (1 + together), taxed)
	taxes = []
	for place, rate in enumerate(rates, start=1):
		share = currencies.each(lambda amount, r=rate.rate: amount * r / (1 + together), taxed)
		amount = left if place == len(rates) else _capped(share, left)
		taxes.append(Tax(rate.title, rate.rate, amount))
		left -= amount
	return tuple(taxes)


def _applications(
	indexes: Mapping[tuple[str, str | None], int],
	lines: tuple[PricedLine, ...],
	deliveries: tuple[PricedDelivery, ...],
) -> tuple[Application, ...]:
	applications = []
	for (target, code), index in indexes.items():
		parts = lines if target == "line_item" else deliveries
		shares = [a.amount for part in parts for a in part.allocations if a.application == index]
		is_for_all = len(shares) == len(parts)
		applications.append(Application(index, target, code, total(shares), is_for_all))
	return tuple(applications)
