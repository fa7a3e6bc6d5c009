"""What a shopper did, before any platform wrote it down: the one source for both emulated stores.

A `Story` says what was bought at which shown price with which discounts and tax rates. Each emulated
store writes it down by its own arithmetic (rounding of taxes, net or gross lines) as its own order
record; that record's total is what ERPNext must equal. Nothing here comes from the app under test.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

LineKind = Literal["product", "custom", "gift_card", "tip"]


@dataclass(frozen=True)
class Rate:
	"""One tax: its title as the store shows it and its rate as a fraction (0.2 is 20 %)."""

	title: str
	rate: Decimal


@dataclass(frozen=True)
class Bought:
	"""One line. `price` is per piece as the store shows it (with tax when the story's prices include tax)."""

	title: str
	price: Decimal
	quantity: int = 1
	kind: LineKind = "product"
	sku: str | None = None
	variant_title: str | None = None
	discount: Decimal = Decimal(0)  # off the whole line, same basis as price
	code: str | None = None  # the coupon behind the discount; None for an automatic one
	taxes: tuple[Rate, ...] = ()
	group: str | None = None  # lines of one bundle share it
	properties: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Delivery:
	"""One shipping line; `price` before `discount`, same basis as line prices."""

	title: str
	price: Decimal
	code: str = "standard"
	discount: Decimal = Decimal(0)
	taxes: tuple[Rate, ...] = ()


@dataclass(frozen=True)
class Fee:
	"""A surcharge or, when negative, a rebate that is no line (WooCommerce fee_lines); net of tax."""

	title: str
	amount: Decimal
	taxes: tuple[Rate, ...] = ()


@dataclass(frozen=True)
class Person:
	"""A customer account; `id` is None for a guest."""

	id: int | None
	first_name: str | None
	last_name: str | None
	email: str | None
	phone: str | None = None


@dataclass(frozen=True)
class Place:
	"""A postal address as typed by the shopper; anything may be missing."""

	first_name: str | None = None
	last_name: str | None = None
	company: str | None = None
	address1: str | None = None
	address2: str | None = None
	city: str | None = None
	province: str | None = None
	province_code: str | None = None
	zip: str | None = None
	country: str | None = None
	country_code: str | None = None
	phone: str | None = None


@dataclass(frozen=True)
class Business:
	"""A B2B buyer: the company and the location that ordered."""

	id: int
	name: str
	location_id: int
	location_name: str


@dataclass(frozen=True)
class Story:
	"""One order, from the shopper's side."""

	number: int
	created_at: datetime  # aware
	currency: str  # what the shop books in
	lines: tuple[Bought, ...]
	deliveries: tuple[Delivery, ...] = ()
	fees: tuple[Fee, ...] = ()
	taxes_included: bool = False
	person: Person | None = None
	business: Business | None = None
	billing: Place | None = None
	shipping: Place | None = None
	presentment_currency: str | None = None  # what the buyer saw, when it differs
	presentment_rate: Decimal = Decimal(1)  # presentment units for one unit of `currency`
	gateway: str = "bogus"
	paid: bool = True
	test: bool = False
	cancelled_at: datetime | None = None
	po_number: str | None = None
	payment_terms_days: int | None = None
	note: str | None = None
	attributes: tuple[tuple[str, str], ...] = ()
	location_id: int | None = None
	source: str = "web"
	tags: tuple[str, ...] = field(default_factory=tuple)
