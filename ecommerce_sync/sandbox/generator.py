"""The seeded order generator: what shoppers did, with everything that orders of real shops contain.

A story depends on the seed, the platform, the currency and its own number only, so that one that failed can
be told again by itself, and a longer run begins with the shorter one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from random import Random
from typing import Any

from . import people
from .baskets import SCHEMES, Platform, Shop, Taxes, basket
from .currency import rounded
from .story import Bought, Delivery, Fee, Story

FIRST_NUMBER = 1001
EPOCH = datetime(2026, 9, 1, 8, 0, tzinfo=timezone.utc)
LOCATIONS = (61, 62)  # of the emulated stores: the warehouse and the shop
UNKNOWN_SKUS = ("TYPO-TEE-S", "ENTFÄLLT 4711", "tee-s ")

_PRESENTMENT = {
	"EUR": Decimal("0.9243"),
	"GBP": Decimal("0.7812"),
	"CAD": Decimal("1.3641"),
	"JPY": Decimal("151.37"),
	"USD": Decimal("1.0819"),
}
_GATEWAYS = {
	"shopify": ("shopify_payments", "paypal", "manual", "gift_card", "bogus"),
	"woocommerce": ("stripe", "paypal", "bacs", "cod", "cheque"),
}
_NOTES = (
	None,
	None,
	None,
	None,
	"Leave at the door",
	"Zeile 1\nZeile 2",
	"<script>alert(1)</script>",
	"Danke 🙏" * 60,
)


def stories(
	seed: int,
	count: int,
	currency: str = "USD",
	platform: Platform = "shopify",
	start: datetime = EPOCH,
	healthy: bool = False,
) -> Iterator[Story]:
	"""`count` orders, oldest first, numbered from 1001, some minutes apart from `start` (aware) on.

	`healthy` leaves out what a store's settings may refuse on purpose: cancelled, unpaid and test orders,
	and products without a SKU.
	"""
	for position in range(count):
		yield story(seed, position, currency, platform, start, healthy)


def story(
	seed: int,
	position: int,
	currency: str,
	platform: Platform,
	start: datetime = EPOCH,
	healthy: bool = False,
) -> Story:
	"""The one story of a run that stands at `position`, from zero."""
	rng = Random(f"{seed}/{platform}/{currency}/{position}")
	shop = Shop(currency, platform, rng.choice(SCHEMES), healthy)
	number = FIRST_NUMBER + position
	created = start + timedelta(minutes=7 * position, seconds=rng.randrange(400))
	lines = basket(rng, shop, number)
	return Story(
		number=number,
		created_at=created,
		currency=currency,
		lines=lines,
		deliveries=_deliveries(rng, shop),
		fees=_fees(rng, shop, lines),
		taxes_included=shop.scheme.included,
		**_people(rng, platform, number),
		**_state(rng, platform, created, healthy),
		**_remarks(rng),
		**_presentment(rng, platform, currency),
	)


def broken(seed: int, currency: str = "USD", platform: Platform = "shopify") -> Iterator[Story]:
	"""Healthy orders in which one product line carries a SKU that no Item has; numbered from 9001. Endless."""
	position = 0
	while True:
		told = story(seed, 8000 + position, currency, platform, healthy=True)
		rng = Random(f"{seed}/broken/{position}")
		yield replace(told, lines=_with_unknown_sku(rng, told.lines))
		position += 1


def _with_unknown_sku(rng: Random, lines: tuple[Bought, ...]) -> tuple[Bought, ...]:
	products = [place for place, line in enumerate(lines) if line.kind == "product"]
	wrong = rng.choice(products)
	spoiled = replace(
		lines[wrong], sku=rng.choice(UNKNOWN_SKUS), title="Product nobody entered", variant_title=None
	)
	return (*lines[:wrong], spoiled, *lines[wrong + 1 :])


def _deliveries(rng: Random, shop: Shop) -> tuple[Delivery, ...]:
	count = rng.choices((0, 1, 2), weights=(10, 82, 8))[0]
	taxes = shop.scheme.goods if shop.scheme.shipping else ()
	return tuple(_delivery(rng, shop, taxes) for _ in range(count))


def _delivery(rng: Random, shop: Shop, taxes: Taxes) -> Delivery:
	title, code, dollars = rng.choice(
		(
			("Standard", "standard", "4.95"),
			("Express ⚡", "express", "14.90"),
			("DHL Paket, 1–3 Tage", "dhl", "6.49"),
			("Free shipping", "free_shipping", "0"),
			("Pickup in store", "local_pickup", "0"),
			("Freight", "flat_rate", "129.00"),
		)
	)
	price = shop.price(Decimal(dollars))
	share = rng.choices((Decimal(0), Decimal("0.5"), Decimal("0.333"), Decimal(1)), weights=(80, 6, 4, 10))[0]
	return Delivery(title, price, code, rounded(price * share, shop.currency), taxes)


def _fees(rng: Random, shop: Shop, lines: tuple[Bought, ...]) -> tuple[Fee, ...]:
	if shop.platform != "woocommerce" or rng.random() >= 0.15:
		return ()
	taxes = rng.choice((shop.scheme.goods, ()))
	if rng.random() < 0.5:
		return (Fee("Payment surcharge", shop.price(Decimal(rng.randint(50, 900)) / 100), taxes),)
	return _rebate(rng, shop, lines, taxes)


def _rebate(rng: Random, shop: Shop, lines: tuple[Bought, ...], taxes: Taxes) -> tuple[Fee, ...]:
	"""A negative fee; never more than a fifth of the goods, so that the order stays worth something."""
	left = sum((line.price * line.quantity - line.discount for line in lines), Decimal(0))
	off = rounded(left * Decimal(rng.randint(1, 20)) / 100, shop.currency)
	return (Fee("Loyalty rebate", -off, taxes),) if off else ()


def _people(rng: Random, platform: Platform, number: int) -> dict[str, Any]:
	business = people.business(rng) if platform == "shopify" and rng.random() < 0.08 else None
	person = people.regular(rng.randrange(people.REGULARS)) if business else people.buyer(rng, number)
	billing, shipping = people.places(rng, person, business.name if business else None)
	return {
		"person": person,
		"business": business,
		"billing": billing,
		"shipping": shipping,
		"po_number": rng.choice((None, f"PO-{number}", "Bestellung 12/2026")) if business else None,
		"payment_terms_days": rng.choice((None, 7, 30, 60)) if business else None,
	}


def _state(rng: Random, platform: Platform, created: datetime, healthy: bool) -> dict[str, Any]:
	paid, cancelled = rng.random() >= 0.1, rng.random() < 0.03
	test = platform == "shopify" and rng.random() < 0.02
	till = rng.random() < 0.06  # bought over the counter
	return {
		"paid": paid or healthy,
		"cancelled_at": created + timedelta(hours=3) if cancelled and not healthy else None,
		"test": test and not healthy,
		"gateway": rng.choice(_GATEWAYS[platform]),
		"location_id": rng.choice(LOCATIONS) if till or rng.random() < 0.2 else None,
		"source": "pos" if till else "web",
	}


def _remarks(rng: Random) -> dict[str, Any]:
	wishes = (
		("gift_wrap", "yes"),
		("Lieferdatum", "2026-12-24"),
		("🎁 message", "С днём рождения!"),
		("empty", ""),
	)
	return {
		"note": rng.choice(_NOTES),
		"attributes": tuple(rng.sample(wishes, rng.choice((0, 0, 0, 1, 2)))),
		"tags": tuple(rng.sample(("vip", "wholesale", "Größe prüfen", "a,b"), rng.choice((0, 0, 1, 2)))),
	}


def _presentment(rng: Random, platform: Platform, currency: str) -> dict[str, Any]:
	"""Another currency on the buyer's screen; rates are the world's only roughly."""
	if platform != "shopify" or rng.random() >= 0.12:
		return {}
	shown = rng.choice([code for code in _PRESENTMENT if code != currency])
	return {"presentment_currency": shown, "presentment_rate": _PRESENTMENT[shown]}
