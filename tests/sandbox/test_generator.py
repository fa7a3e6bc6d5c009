"""The order generator: repeatable, arithmetically possible, and as varied as it promises to be."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecommerce_sync.sandbox import catalogue
from ecommerce_sync.sandbox.currency import spread, unit
from ecommerce_sync.sandbox.generator import UNKNOWN_SKUS, broken, stories, story
from ecommerce_sync.sandbox.spoiled import SPOILINGS, Spoiling
from ecommerce_sync.sandbox.story import Bought, Delivery, Fee, Story

Platform = Literal["shopify", "woocommerce"]
DECIMALS = {"USD": 2, "EUR": 2, "GBP": 2, "CHF": 2, "JPY": 0, "KWD": 3}
PLATFORMS: tuple[Platform, ...] = ("shopify", "woocommerce")

seeds = st.integers(min_value=0, max_value=2**32)
currencies = st.sampled_from(sorted(DECIMALS))
platforms = st.sampled_from(PLATFORMS)


def amounts(told: Story) -> Iterator[Decimal]:
	for line in told.lines:
		yield from (line.price, line.discount)
	for delivery in told.deliveries:
		yield from (delivery.price, delivery.discount)
	for fee in told.fees:
		yield fee.amount


@given(seeds, currencies, platforms)
def test_the_same_seed_tells_the_same_stories(seed: int, currency: str, platform: Platform) -> None:
	once = list(stories(seed, 12, currency, platform))
	assert list(stories(seed, 12, currency, platform)) == once
	assert list(stories(seed, 5, currency, platform)) == once[:5]
	assert story(seed, 7, currency, platform) == once[7]
	assert list(stories(seed + 1, 12, currency, platform)) != once


@given(seeds, currencies, platforms)
def test_amounts_have_the_decimals_of_the_currency(seed: int, currency: str, platform: Platform) -> None:
	for told in stories(seed, 20, currency, platform):
		for amount in amounts(told):
			assert amount.is_finite()
			assert -amount.as_tuple().exponent == DECIMALS[currency] or amount == 0, (told.number, amount)


@given(seeds, currencies, platforms)
def test_nobody_gets_more_off_than_it_costs(seed: int, currency: str, platform: Platform) -> None:
	for told in stories(seed, 20, currency, platform):
		for line in told.lines:
			assert 0 <= line.discount <= line.price * line.quantity
			assert 1 <= line.quantity <= 1000
		for delivery in told.deliveries:
			assert 0 <= delivery.discount <= delivery.price
		goods = sum(line.price * line.quantity - line.discount for line in told.lines)
		net = goods / (
			1 + sum((tax.rate for tax in told.lines[0].taxes), Decimal(0)) if told.taxes_included else 1
		)
		assert net + sum(fee.amount for fee in told.fees) >= 0


@given(
	st.integers(min_value=0, max_value=10**7),
	st.lists(st.integers(min_value=1, max_value=10**6), min_size=1, max_size=40),
	currencies,
)
def test_spreading_loses_nothing(minor: int, weights: list[int], currency: str) -> None:
	amount = minor * unit(currency)
	parts = spread(amount, [Decimal(weight) for weight in weights], currency)
	assert sum(parts) == amount
	for part, weight in zip(parts, weights, strict=True):
		assert abs(part - amount * weight / sum(weights)) < unit(currency)


@given(seeds, platforms)
def test_healthy_orders_are_wanted_by_every_shop(seed: int, platform: Platform) -> None:
	for told in stories(seed, 20, "EUR", platform, healthy=True):
		assert told.paid and not told.test and told.cancelled_at is None
		assert all(catalogue.by_sku(line.sku) for line in told.lines if line.kind in ("product", "gift_card"))


@given(seeds, platforms)
def test_broken_orders_name_a_sku_that_nobody_sells(seed: int, platform: Platform) -> None:
	for told in islice(broken(seed, "USD", platform), 5):
		unknown = [line for line in told.lines if line.sku and not catalogue.by_sku(line.sku)]
		assert len(unknown) == 1 and unknown[0].sku in UNKNOWN_SKUS
		assert told.paid and told.cancelled_at is None and told.number >= 9001


def some_line(test: Callable[[Bought], bool]) -> Callable[[Story], bool]:
	return lambda told: any(test(line) for line in told.lines)


def some_delivery(test: Callable[[Delivery], bool]) -> Callable[[Story], bool]:
	return lambda told: any(test(delivery) for delivery in told.deliveries)


def some_fee(test: Callable[[Fee], bool]) -> Callable[[Story], bool]:
	return lambda told: any(test(fee) for fee in told.fees)


def spread_over_lines(told: Story) -> bool:
	return sum(1 for line in told.lines if line.discount and line.code) > 1


def same_variant_twice(told: Story) -> bool:
	skus = [line.sku for line in told.lines if line.sku]
	return len(skus) > len(set(skus))


def mixed_rates(told: Story) -> bool:
	return len({line.taxes for line in told.lines if line.kind == "product"}) > 1


def names(told: Story) -> str:
	person = told.person
	return f"{person.first_name or ''}{person.last_name or ''}" if person else ""


BOTH: dict[str, Callable[[Story], bool]] = {
	"taxes included": lambda told: told.taxes_included and any(line.taxes for line in told.lines),
	"taxes on top": lambda told: not told.taxes_included and any(line.taxes for line in told.lines),
	"several taxes on a line": some_line(lambda line: len(line.taxes) > 1),
	"other taxes on another line": mixed_rates,
	"zero rate": some_line(lambda line: any(tax.rate == 0 for tax in line.taxes)),
	"no tax": lambda told: not any(line.taxes for line in told.lines),
	"discount with a code": some_line(lambda line: line.discount > 0 and line.code is not None),
	"automatic discount": some_line(lambda line: line.discount > 0 and line.code is None),
	"discount over several lines": spread_over_lines,
	"discount that does not divide by the quantity": some_line(
		lambda line: line.discount * 100 % line.quantity != 0 and line.quantity > 60
	),
	"everything free": lambda told: all(line.discount == line.price * line.quantity for line in told.lines),
	"discounted shipping": some_delivery(lambda delivery: 0 < delivery.discount < delivery.price),
	"free shipping by discount": some_delivery(lambda delivery: 0 < delivery.discount == delivery.price),
	"free shipping by price": some_delivery(lambda delivery: delivery.price == 0),
	"taxed shipping": some_delivery(lambda delivery: bool(delivery.taxes)),
	"several shipping lines": lambda told: len(told.deliveries) > 1,
	"no shipping line": lambda told: not told.deliveries,
	"custom line": some_line(lambda line: line.kind == "custom"),
	"zero price": some_line(lambda line: line.price == 0),
	"same variant twice": same_variant_twice,
	"product without SKU": some_line(lambda line: not line.sku and catalogue.variant_of(line) is not None),
	"a thousand pieces": some_line(lambda line: line.quantity == 1000),
	"bundle": some_line(lambda line: line.group is not None),
	"line properties": some_line(lambda line: bool(line.properties)),
	"guest": lambda told: told.person is not None and told.person.id is None,
	"nobody": lambda told: told.person is None,
	"no e-mail": lambda told: told.person is not None and told.person.email is None,
	"no name": lambda told: told.person is not None and not names(told),
	"long name": lambda told: len(names(told)) > 140,
	"other script": lambda told: any(ord(letter) > 0x2FF for letter in names(told)),
	"emoji": lambda told: any(ord(letter) > 0xFFFF for letter in names(told)),
	"no address": lambda told: told.billing is None and told.shipping is None,
	"address with holes": lambda told: told.shipping is not None and not told.shipping.city,
	"two addresses": lambda told: bool(told.billing and told.shipping and told.billing != told.shipping),
	"note": lambda told: bool(told.note),
	"attributes": lambda told: bool(told.attributes),
	"cancelled": lambda told: told.cancelled_at is not None,
	"unpaid": lambda told: not told.paid,
	"over the counter": lambda told: told.source == "pos",
}
SHOPIFY: dict[str, Callable[[Story], bool]] = {
	"tip": some_line(lambda line: line.kind == "tip"),
	"gift card": some_line(lambda line: line.kind == "gift_card"),
	"presentment currency": lambda told: told.presentment_currency not in (None, told.currency),
	"B2B": lambda told: told.business is not None,
	"purchase order number": lambda told: told.po_number is not None,
	"payment terms": lambda told: told.payment_terms_days is not None,
	"test order": lambda told: told.test,
}
WOOCOMMERCE: dict[str, Callable[[Story], bool]] = {
	"fee": some_fee(lambda fee: fee.amount > 0),
	"taxed fee": some_fee(lambda fee: bool(fee.taxes)),
	"negative fee": some_fee(lambda fee: fee.amount < 0),
}


@pytest.fixture(scope="module")
def told() -> dict[str, list[Story]]:
	return {platform: list(stories(20, 2000, "USD", platform)) for platform in PLATFORMS}


@pytest.mark.parametrize("feature", sorted(BOTH))
@pytest.mark.parametrize("platform", PLATFORMS)
def test_two_thousand_orders_show(told: dict[str, list[Story]], platform: str, feature: str) -> None:
	assert sum(map(BOTH[feature], told[platform])) >= 3


@pytest.mark.parametrize("feature", sorted(SHOPIFY))
def test_two_thousand_shopify_orders_show(told: dict[str, list[Story]], feature: str) -> None:
	assert sum(map(SHOPIFY[feature], told["shopify"])) >= 3
	assert not any(map(SHOPIFY[feature], told["woocommerce"]))


@pytest.mark.parametrize("feature", sorted(WOOCOMMERCE))
def test_two_thousand_woocommerce_orders_show(told: dict[str, list[Story]], feature: str) -> None:
	assert sum(map(WOOCOMMERCE[feature], told["woocommerce"])) >= 3
	assert not any(map(WOOCOMMERCE[feature], told["shopify"]))


def test_regulars_come_back(told: dict[str, list[Story]]) -> None:
	accounts = [one.person.id for one in told["shopify"] if one.person and one.person.id]
	assert max(accounts.count(account) for account in set(accounts)) > 10


def test_the_catalogue_is_whole() -> None:
	skus = [variant.sku for variant in catalogue.VARIANTS if variant.sku]
	barcodes = [variant.barcode for variant in catalogue.VARIANTS if variant.barcode]
	assert len(catalogue.PRODUCTS) == 40
	assert len(skus) == len(set(skus)) and len(barcodes) == len(set(barcodes))
	assert len({variant.id for variant in catalogue.VARIANTS}) == len(catalogue.VARIANTS)
	for bundle in (product for product in catalogue.PRODUCTS if product.kind == "bundle"):
		assert bundle.parts and all(catalogue.by_sku(sku) for sku, _ in bundle.parts)


ORDER = {
	"shopify": {
		"id": 1,
		"currency": "USD",
		"total_price": "10.00",
		"created_at": "2026-09-01T08:00:00Z",
		"line_items": [{"id": 2, "price": "10.00", "quantity": 1}],
	},
	"woocommerce": {
		"id": 1,
		"currency": "USD",
		"total": "10.00",
		"date_created_gmt": "2026-09-01T08:00:00",
		"line_items": [{"id": 2, "total": "10.00", "quantity": 1}],
	},
}


@pytest.mark.parametrize("one", SPOILINGS, ids=lambda one: f"{one.platform}: {one.wrong}: {one.field}")
def test_spoiling_changes_a_copy_that_still_travels_as_json(one: Spoiling) -> None:
	before = json.dumps(ORDER[one.platform])
	spoiled = one.spoil(ORDER[one.platform])
	assert json.dumps(ORDER[one.platform]) == before
	assert json.loads(json.dumps(spoiled)) != ORDER[one.platform]
