"""WooCommerce's arithmetic: how prices, discounts, fees and shipping become net lines, taxes and a total.

After WC_Cart_Totals, WC_Tax and WC_Order_Item_Product of WooCommerce 10.5. What surprises:

- A line is kept net of tax and unrounded; only what is shown is rounded. With prices that include tax the
  net amount is the gross one less the unrounded taxes.
- Taxes are rounded per line and rate, half up, but half down where prices include tax, so that net and
  tax of one line still add up to the gross amount. With `round_at_subtotal` neither taxes nor net amounts
  are rounded before the order's total: the shown lines then need not add up to the shown total.
- Fees and shipping are entered net of tax, whatever the prices are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

from ecommerce_sync.sandbox.woocommerce.settings import StoreRate

Taxes = Mapping[int, Decimal]  # by rate id
ZERO = Decimal(0)
EXTRA_PLACES = 6  # WC_ROUNDING_PRECISION: what WC_Tax keeps beyond the shown decimals


@dataclass(frozen=True)
class Taxed:
	"""An amount net of tax and its taxes, both unrounded."""

	net: Decimal
	taxes: Taxes


@dataclass(frozen=True)
class Typed:
	"""Amounts of a line as a person or a REST client wrote them, net of tax."""

	subtotal: Decimal
	total: Decimal


@dataclass(frozen=True)
class Arithmetic:
	"""One order's rounding: `places` shown decimals, prices with tax or without, taxes per line or in total."""

	places: int
	inclusive: bool
	round_at_subtotal: bool = False

	def money(self, amount: Decimal) -> Decimal:
		"""wc_format_decimal: as shown."""
		return _rounded(amount, self.places, ROUND_HALF_UP)

	def line_tax(self, tax: Decimal) -> Decimal:
		"""round_line_tax: one tax of one line as it enters sums."""
		mode = ROUND_HALF_DOWN if self.inclusive else ROUND_HALF_UP
		return tax if self.round_at_subtotal else _rounded(tax, self.places, mode)

	def line_net(self, amount: Decimal) -> Decimal:
		"""round_item_subtotal: one line's net amount as it enters sums."""
		return amount if self.round_at_subtotal else self.money(amount)

	def line_taxes(self, taxes: Taxes) -> Decimal:
		return sum(map(self.line_tax, taxes.values()), ZERO)

	def priced(self, amount: Decimal, rates: Iterable[StoreRate]) -> Taxed:
		"""A product's amount as its price was entered: with tax or without."""
		if not self.inclusive:
			return self.net(amount, rates)
		taxes = self._taxes(amount, rates)
		return Taxed(amount - sum(taxes.values(), ZERO), taxes)

	def net(self, amount: Decimal, rates: Iterable[StoreRate]) -> Taxed:
		"""A fee's or a shipping method's amount: always without tax."""
		return Taxed(amount, {rate.id: self._kept(amount * rate.rate) for rate in rates})

	def shipped(self, amount: Decimal, rates: Iterable[StoreRate]) -> Taxed:
		"""A shipping cost: rounded when entered, and its taxes half up (WC_Shipping_Method::add_rate)."""
		cost = self.net(self.money(amount), rates)
		return Taxed(cost.net, {id_: self.line_net(tax) for id_, tax in cost.taxes.items()})

	def without_tax(self, amount: Decimal, rates: Iterable[StoreRate]) -> Decimal:
		"""What a shopkeeper enters as cost so that the buyer sees `amount`."""
		return amount / (1 + sum((rate.rate for rate in rates), ZERO)) if self.inclusive else amount

	def _taxes(self, gross: Decimal, rates: Iterable[StoreRate]) -> Taxes:
		rates = list(rates)
		whole = 1 + sum((rate.rate for rate in rates), ZERO)
		return {rate.id: self._kept(gross * rate.rate / whole) for rate in rates}

	def _kept(self, tax: Decimal) -> Decimal:
		return _rounded(tax, self.places + EXTRA_PLACES, ROUND_HALF_UP)


@dataclass(frozen=True)
class ItemTotals:
	"""A product line before and after its discount."""

	before: Taxed
	after: Taxed
	discount: Taxed
	code: str | None


@dataclass(frozen=True)
class OrderTotals:
	"""All lines of an order, and what WooCommerce adds them up to. Amounts are unrounded where it keeps them so."""

	arithmetic: Arithmetic
	items: tuple[ItemTotals, ...]
	shipping: tuple[Taxed, ...]
	fees: tuple[Taxed, ...]
	redeemed: Decimal = ZERO  # paid by gift card, through a plugin that lowers the total

	@property
	def discount_total(self) -> Decimal:
		return sum((item.discount.net for item in self.items), ZERO)

	@property
	def discount_tax(self) -> Decimal:
		return sum((sum(item.discount.taxes.values(), ZERO) for item in self.items), ZERO)

	@property
	def shipping_total(self) -> Decimal:
		return sum((line.net for line in self.shipping), ZERO)

	@property
	def shipping_tax(self) -> Decimal:
		return sum((sum(line.taxes.values(), ZERO) for line in self.shipping), ZERO)

	@property
	def cart_tax(self) -> Decimal:
		"""Taxes of products and fees."""
		lines = [item.after for item in self.items] + list(self.fees)
		return sum((self.arithmetic.line_taxes(line.taxes) for line in lines), ZERO)

	@property
	def total_tax(self) -> Decimal:
		return self.arithmetic.money(self.cart_tax + self.shipping_tax)

	@property
	def total(self) -> Decimal:
		"""What the buyer owes, never below zero."""
		net = sum((self.arithmetic.line_net(item.after.net) for item in self.items), ZERO)
		net += sum((fee.net for fee in self.fees), ZERO) + self.shipping_total
		return max(ZERO, self.arithmetic.money(net + self.cart_tax + self.shipping_tax) - self.redeemed)

	def cart_tax_by_rate(self) -> Taxes:
		"""The tax lines' `tax_total`, unrounded: fees enter it unrounded (combine_item_taxes)."""
		return _added([*self._rounded_items(), *(fee.taxes for fee in self.fees)])

	def shipping_tax_by_rate(self) -> Taxes:
		return _added(line.taxes for line in self.shipping)

	def coupons(self) -> dict[str, Taxed]:
		"""What each coupon code took off."""
		found: dict[str, list[Taxed]] = defaultdict(list)
		for item in self.items:
			if item.code is not None:
				found[item.code].append(item.discount)
		return {
			code: Taxed(sum((part.net for part in parts), ZERO), _added(part.taxes for part in parts))
			for code, parts in found.items()
		}

	def _rounded_items(self) -> list[Taxes]:
		line_tax = self.arithmetic.line_tax
		return [{id_: line_tax(tax) for id_, tax in item.after.taxes.items()} for item in self.items]


def item_totals(
	arithmetic: Arithmetic, amount: Decimal, discount: Decimal, code: str | None, rates: Iterable[StoreRate]
) -> ItemTotals:
	"""A line of `amount` less `discount`, which WooCommerce never lets exceed it. A code without discount
	(a free-shipping coupon) still counts as used."""
	rates, discount = list(rates), min(discount, amount)
	before, after = arithmetic.priced(amount, rates), arithmetic.priced(amount - discount, rates)
	return ItemTotals(before, after, arithmetic.priced(discount, rates), code)


def typed_totals(
	arithmetic: Arithmetic, typed: Typed, code: str | None, rates: Iterable[StoreRate]
) -> ItemTotals:
	"""A line whose amounts somebody wrote: net of tax, whatever prices are, with its taxes reckoned anew."""
	rates = list(rates)
	before, after = arithmetic.net(typed.subtotal, rates), arithmetic.net(typed.total, rates)
	discount = arithmetic.net(typed.subtotal - typed.total, rates)
	return ItemTotals(before, after, discount, code.lower() if code and discount.net else None)


def _added(parts: Iterable[Taxes]) -> Taxes:
	sums: dict[int, Decimal] = defaultdict(lambda: ZERO)
	for part in parts:
		for id_, tax in part.items():
			sums[id_] += tax
	return dict(sums)


def _rounded(amount: Decimal, places: int, mode: str) -> Decimal:
	return amount.quantize(Decimal(1).scaleb(-places), rounding=mode)
