"""What is in the basket: lines of every kind, their taxes, and discounts of every kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import Literal

from . import catalogue
from .catalogue import Variant
from .currency import in_currency, rounded, spread, unit
from .story import Bought, Rate

Platform = Literal["shopify", "woocommerce"]
Taxes = tuple[Rate, ...]


@dataclass(frozen=True)
class TaxScheme:
	"""What a country takes from goods and from food, and whether its shops show prices with tax."""

	goods: Taxes
	food: Taxes
	included: bool
	shipping: bool = True  # shipping is taxed as goods are


def _rate(title: str, rate: str) -> Rate:
	return Rate(title, Decimal(rate))


NO_TAX = TaxScheme((), (), False, shipping=False)
SCHEMES: tuple[TaxScheme, ...] = (
	NO_TAX,
	TaxScheme((_rate("VAT", "0.2"),), (_rate("VAT", "0.2"),), True),
	TaxScheme((_rate("VAT", "0.2"),), (_rate("VAT reduced", "0.055"),), True),
	TaxScheme((_rate("MwSt. 19 %", "0.19"),), (_rate("MwSt. 7 %", "0.07"),), True),
	TaxScheme((_rate("MwSt. 19 %", "0.19"),), (_rate("MwSt. 7 %", "0.07"),), False),
	TaxScheme((_rate("GST", "0.05"), _rate("QST", "0.09975")), (_rate("GST", "0.05"),), False),
	TaxScheme((_rate("GST", "0.05"), _rate("PST", "0.07")), (_rate("GST", "0.05"),), True),
	TaxScheme(
		(_rate("State Tax", "0.0725"), _rate("County Tax", "0.01"), _rate("City Tax", "0.00375")),
		(),
		False,
		False,
	),
	TaxScheme((_rate("消費税", "0.1"),), (_rate("消費税 (軽減)", "0.08"),), True),
	TaxScheme((_rate("Zero rated", "0"),), (_rate("Zero rated", "0"),), False),
)


@dataclass(frozen=True)
class Shop:
	"""Where the basket is filled: what every line needs to know."""

	currency: str
	platform: Platform
	scheme: TaxScheme
	healthy: bool

	def taxes(self, variant: Variant | None) -> Taxes:
		return self.scheme.food if variant and variant.kind == "food" else self.scheme.goods

	def price(self, dollars: Decimal) -> Decimal:
		return in_currency(dollars, self.currency)


def quantity(rng: Random) -> int:
	"""Mostly one, sometimes a handful, rarely up to a thousand."""
	draw = rng.random()
	if draw < 0.6:
		return 1
	if draw < 0.85:
		return rng.randint(2, 6)
	return (
		rng.randint(7, 60) if draw < 0.94 else rng.choice((100, 250, 333, 999, 1000, rng.randint(61, 1000)))
	)


def basket(rng: Random, shop: Shop, number: int) -> tuple[Bought, ...]:
	"""The lines of one order, discounts applied."""
	count = rng.choices((1, 2, 3, 5, 8, 30), weights=(35, 28, 20, 12, 4, 1))[0]
	lines = [product_line(rng, shop) for _ in range(count)]
	for chance, extra in _EXTRAS:
		if rng.random() < chance:
			lines += extra(rng, shop, lines)
	rng.shuffle(lines)
	lines = _discounted(rng, shop, lines, number)
	return (*lines, *_tip(rng, shop, lines))


def product_line(rng: Random, shop: Shop) -> Bought:
	"""One variant at its catalogue price, or at another that the shop asked that day."""
	sold = [v for v in catalogue.VARIANTS if v.kind != "gift_card" and (v.sku or not shop.healthy)]
	variant = rng.choice(sold)
	price = shop.price(variant.price)
	if rng.random() < 0.15:
		price = rounded(price * Decimal(rng.randint(50, 130)) / 100, shop.currency)
	return _line(shop, variant, price, quantity(rng))


def _line(shop: Shop, variant: Variant, price: Decimal, pieces: int) -> Bought:
	return Bought(
		title=variant.product_title,
		price=price,
		quantity=pieces,
		sku=variant.sku,
		variant_title=variant.title,
		taxes=shop.taxes(variant),
	)


def _same_again(rng: Random, shop: Shop, lines: list[Bought]) -> list[Bought]:
	again = rng.choice(lines)
	return [replace(again, quantity=rng.randint(1, 3), properties=(("Engraving", "für Oma ❤️"),))]


def _custom(rng: Random, shop: Shop, lines: list[Bought]) -> list[Bought]:
	title = rng.choice(("Hand engraving", "Colour matching, per litre", "Réparation", "特注", "Rush " * 40))
	price = shop.price(Decimal(rng.randint(100, 9000)) / 100)
	return [Bought(title.strip(), price, rng.choice((1, 1, 3)), "custom", taxes=shop.scheme.goods)]


def _gift_card(rng: Random, shop: Shop, lines: list[Bought]) -> list[Bought]:
	if shop.platform != "shopify":  # WooCommerce has no gift cards of its own
		return []
	card = rng.choice([variant for variant in catalogue.VARIANTS if variant.kind == "gift_card"])
	sold = _line(shop, card, shop.price(card.price), rng.choice((1, 1, 2)))
	return [replace(sold, kind="gift_card", taxes=())]


def _free(rng: Random, shop: Shop, lines: list[Bought]) -> list[Bought]:
	return [
		replace(product_line(rng, shop), price=rounded(Decimal(0), shop.currency), quantity=rng.randint(1, 3))
	]


def _bundle(rng: Random, shop: Shop, lines: list[Bought]) -> list[Bought]:
	"""A set sold as its parts: the lines share a group, their prices add up to the set's."""
	bundle = rng.choice([product for product in catalogue.PRODUCTS if product.parts])
	parts = [(catalogue.by_sku(sku), pieces) for sku, pieces in bundle.parts]
	group, sets = f"{bundle.title} {rng.randint(100, 999)}", rng.randint(1, 3)
	return [
		replace(_line(shop, variant, shop.price(variant.price * Decimal("0.9")), pieces * sets), group=group)
		for variant, pieces in parts
		if variant
	]


_EXTRAS: tuple[tuple[float, Callable[[Random, Shop, list[Bought]], list[Bought]]], ...] = (
	(0.08, _same_again),
	(0.06, _custom),
	(0.05, _gift_card),
	(0.05, _free),
	(0.04, _bundle),
)


def _tip(rng: Random, shop: Shop, lines: list[Bought]) -> list[Bought]:
	if shop.platform != "shopify" or rng.random() >= 0.05:
		return []
	base = sum((line.price * line.quantity for line in lines), Decimal(0))
	share = Decimal(rng.choice(("0.05", "0.1", "0.15")))
	return [Bought("Tip", max(rounded(base * share, shop.currency), unit(shop.currency)), kind="tip")]


def _worth(line: Bought) -> Decimal:
	return line.price * line.quantity


def _discounted(rng: Random, shop: Shop, lines: list[Bought], number: int) -> list[Bought]:
	reducible = [place for place, line in enumerate(lines) if line.kind != "gift_card" and line.price > 0]
	way = rng.choices(_WAYS, weights=_WEIGHTS)[0]
	if not reducible or way is None:
		return lines
	code = rng.choice((None, "WELCOME10", "Frühling-24", "SAVE🎉", f"ONCE-{number}"))
	lines = list(lines)
	for place, amount in zip(reducible, way(rng, shop, [lines[place] for place in reducible]), strict=True):
		if amount:
			lines[place] = replace(lines[place], discount=amount, code=code)
	return lines


def _percent_each(rng: Random, shop: Shop, lines: list[Bought]) -> list[Decimal]:
	share = Decimal(rng.choice((5, 7, 10, 15, 20, 33))) / 100
	return [rounded(_worth(line) * share, shop.currency) for line in lines]


def _some_lines(rng: Random, shop: Shop, lines: list[Bought]) -> list[Decimal]:
	"""Another amount off each line, none off some; any number of minor units."""
	shares = (rng.choice((Decimal(0), Decimal(rng.randint(1, 9999)) / 10_000)) for _ in lines)
	return [rounded(_worth(line) * share, shop.currency) for line, share in zip(lines, shares, strict=True)]


def _amount_off_order(rng: Random, shop: Shop, lines: list[Bought]) -> list[Decimal]:
	worth = [_worth(line) for line in lines]
	off = min(shop.price(Decimal(rng.choice((5, 10, 20, 50)))), sum(worth, Decimal(0)))
	return spread(off, worth, shop.currency)


def _percent_off_order(rng: Random, shop: Shop, lines: list[Bought]) -> list[Decimal]:
	worth = [_worth(line) for line in lines]
	off = rounded(sum(worth, Decimal(0)) * Decimal(rng.choice((10, 25, 50))) / 100, shop.currency)
	return spread(off, worth, shop.currency)


def _everything(rng: Random, shop: Shop, lines: list[Bought]) -> list[Decimal]:
	return [_worth(line) for line in lines]


_Way = Callable[[Random, Shop, list[Bought]], list[Decimal]]
_WAYS: tuple[_Way | None, ...] = (
	None,
	_percent_each,
	_some_lines,
	_amount_off_order,
	_percent_off_order,
	_everything,
)
_WEIGHTS = (50, 14, 14, 10, 8, 4)
