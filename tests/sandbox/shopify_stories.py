"""Stories for the tests of the emulated Shopify: one with everything in it, and random ones."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from ecommerce_sync.sandbox.story import Bought, Business, Delivery, Person, Place, Rate, Story

PLACED = datetime(2026, 9, 1, 10, 30, tzinfo=timezone(timedelta(hours=2)))
VAT = (Rate("VAT", Decimal("0.2")),)
STATE_AND_CITY = (Rate("State Tax", Decimal("0.0725")), Rate("City Tax", Decimal("0.01375")))
ADA = Person(207119551, "Ada", "Lovelace", "ada@example.com", "+44 20 7946 0000")
HOME = Place(
	"Ada",
	"Lovelace",
	"Engines Ltd",
	"12 St James's Square",
	"3rd floor",
	"London",
	"England",
	"ENG",
	"SW1Y 4JH",
	"United Kingdom",
	"GB",
	"+44 20 7946 0000",
)
DECIMALS = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3}


def story(**changes: Any) -> Story:
	"""One taxed line, paid, by a known customer; `changes` are fields of Story."""
	given: dict[str, Any] = {
		"number": 1001,
		"created_at": PLACED,
		"currency": "EUR",
		"lines": (Bought("Teapot", Decimal("12.50"), 2, sku="TEA-1", taxes=VAT),),
		"person": ADA,
		"billing": HOME,
		"shipping": HOME,
	}
	return Story(**(given | changes))


def everything() -> Story:
	"""Every feature that Shopify has and a story can tell, in two currencies."""
	return story(
		lines=(
			Bought("Teapot", Decimal("12.50"), 3, "product", "TEA-1", "Blue", Decimal("7.50"), "TEN", VAT),
			Bought("Cup", Decimal("4.99"), 7, sku="CUP", taxes=VAT, discount=Decimal("1.00"), group="Set"),
			Bought("Saucer", Decimal("2.49"), 7, sku="", taxes=VAT, group="Set"),
			Bought(
				"Engraving", Decimal("9.00"), kind="custom", taxes=VAT, properties=(("Text", "Für Ada ❤"),)
			),
			Bought("Gift card", Decimal("25.00"), kind="gift_card", sku="GIFT"),
			Bought("For the team", Decimal("3.21"), kind="tip"),
		),
		deliveries=(
			Delivery("Standard", Decimal("4.90"), taxes=VAT),
			Delivery("Express", Decimal("9.90"), "express", Decimal("5.00"), VAT),
		),
		taxes_included=True,
		business=Business(1234, "Engines Ltd", 5678, "Engines London"),
		presentment_currency="USD",
		presentment_rate=Decimal("1.0819"),
		po_number="PO-77",
		payment_terms_days=30,
		note="Ring twice",
		attributes=(("gift", "yes"),),
		location_id=61,
		source="pos",
		tags=("vip", "b2b"),
		paid=False,
	)


def money(currency: str, largest: int = 50_000) -> st.SearchStrategy[Decimal]:
	"""Amounts with the currency's decimals."""
	return st.integers(0, largest).map(lambda units: Decimal(units).scaleb(-DECIMALS[currency]))


_rates = st.sampled_from(
	((), VAT, STATE_AND_CITY, (Rate("Zero", Decimal(0)),), (Rate("V", Decimal("0.055")),))
)


@st.composite
def _bought(draw: st.DrawFn, currency: str) -> Bought:
	price, quantity = draw(money(currency)), draw(st.integers(0, 1000))
	share = Decimal(draw(st.sampled_from((0, 0, 33, 100)))) / 100
	off = (price * quantity * share).quantize(Decimal(1).scaleb(-DECIMALS[currency]))
	kind = draw(st.sampled_from(("product", "product", "custom", "gift_card", "tip")))
	discount = min(off, price * quantity) if kind in ("product", "custom") else Decimal(0)
	code = draw(st.sampled_from((None, "TEN", "VIP")))
	return Bought("Thing", price, quantity, kind, "T-1", None, discount, code, draw(_rates))


@st.composite
def _delivery(draw: st.DrawFn, currency: str) -> Delivery:
	price = draw(money(currency, 5000))
	discount = draw(st.sampled_from((Decimal(0), price, min(price, Decimal(1)))))
	return Delivery("Post", price, discount=discount, taxes=draw(_rates))


@st.composite
def random_stories(draw: st.DrawFn) -> Story:
	"""Any order that Shopify could take."""
	currency = draw(st.sampled_from(sorted(DECIMALS)))
	other = draw(st.sampled_from((None, *sorted(DECIMALS))))
	return story(
		currency=currency,
		lines=tuple(draw(st.lists(_bought(currency), min_size=1, max_size=6))),
		deliveries=tuple(draw(st.lists(_delivery(currency), max_size=2))),
		taxes_included=draw(st.booleans()),
		presentment_currency=other,
		presentment_rate=Decimal(draw(st.integers(1, 200_000))).scaleb(-3),
		paid=draw(st.booleans()),
		person=draw(st.sampled_from((None, ADA, Person(None, None, None, "guest@example.com")))),
		shipping=draw(st.sampled_from((None, HOME, Place(city="Nowhere")))),
	)
