"""Neutral words for what a store says: an order and its parts, the same for every platform.

Amounts are `Decimal` in the order's currency, quantities `Decimal` pieces, times timezone-aware.
`Order.taxes_included` says on which basis line, shipping and charge amounts stand: with their tax
(True) or without it (False).
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from .base import ZERO, Model, TaxLine, whole_text
from .life import Fulfilment, Refund, Return

__all__ = ["ZERO", "Model", "TaxLine", "whole_text"]

LineKind = Literal["product", "custom", "gift_card", "tip"]
ChargeKind = Literal["fee", "tip", "duty", "gift_card_redeemed", "cash_rounding"]
PaymentStatus = Literal[
	"pending", "authorized", "partially_paid", "paid", "partially_refunded", "refunded", "voided"
]


def _trimmed(code: str | None) -> str | None:
	return (code or "").strip() or None


Code = Annotated[str | None, AfterValidator(_trimmed)]  # typed by hand: spaces around it are no part of it


class Attribute(Model):
	"""A name and value typed or set at checkout (note attribute, line property, meta data)."""

	name: str
	value: str


class Discount(Model):
	"""What was taken off; `amount` is positive, on the basis of what it is taken off."""

	amount: Decimal
	title: str | None = None
	code: str | None = None


class Line(Model):
	"""One line as sold. `subtotal` is the whole line before discounts; `total` after them."""

	id: str
	title: str
	quantity: Decimal
	subtotal: Decimal
	kind: LineKind = "product"
	product_id: str | None = None
	variant_id: str | None = None
	sku: Code = None
	barcode: Code = None
	variant_title: str | None = None
	shown_unit_price: Decimal | None = None  # undiscounted, as the shopper saw it (often with tax)
	discounts: tuple[Discount, ...] = ()
	taxes: tuple[TaxLine, ...] = ()
	group: str | None = None  # lines of one bundle share it
	requires_shipping: bool = True
	attributes: tuple[Attribute, ...] = ()

	@property
	def discount(self) -> Decimal:
		"""All that was taken off the line."""
		return sum((d.amount for d in self.discounts), ZERO)

	@property
	def total(self) -> Decimal:
		"""What the line costs after discounts."""
		return self.subtotal - self.discount


class Shipping(Model):
	"""One shipping line; `price` before discounts."""

	id: str
	title: str
	price: Decimal
	code: str | None = None
	discounts: tuple[Discount, ...] = ()
	taxes: tuple[TaxLine, ...] = ()

	@property
	def total(self) -> Decimal:
		"""What shipping costs after discounts."""
		return self.price - sum((d.amount for d in self.discounts), ZERO)


class Charge(Model):
	"""An amount that is no line: a fee or rebate, a tip, a duty, a gift card that lowered the total."""

	id: str
	kind: ChargeKind
	title: str
	amount: Decimal
	taxes: tuple[TaxLine, ...] = ()

	@property
	def total(self) -> Decimal:
		"""The amount itself: charges are not discounted."""
		return self.amount


class Payment(Model):
	"""One transaction of the store's payment gateway."""

	id: str
	gateway: str
	kind: str  # sale, authorization, capture, refund, void
	status: str
	amount: Decimal
	currency: str
	processed_at: datetime | None = None
	reference: str | None = None
	parent_id: str | None = None
	fee: Decimal = ZERO  # kept by the gateway, in `currency`

	@property
	def moved(self) -> Decimal:
		"""What reached the shop: negative for money paid back, nothing for what is pending, failed or void."""
		if self.status != "success" or self.kind not in ("sale", "capture", "refund"):
			return ZERO
		return -self.amount if self.kind == "refund" else self.amount


class Address(Model):
	"""A postal address as typed; anything may be missing."""

	first_name: str | None = None
	last_name: str | None = None
	company: str | None = None
	line1: str | None = None
	line2: str | None = None
	city: str | None = None
	state: str | None = None
	state_code: str | None = None
	postal_code: str | None = None
	country: str | None = None
	country_code: str | None = None  # ISO 3166-1 alpha-2
	phone: str | None = None
	email: str | None = None

	@property
	def name(self) -> str | None:
		"""The person's full name, None when nobody is named."""
		return " ".join(p for p in (self.first_name, self.last_name) if p) or None


class Customer(Model):
	"""The buyer. `id` is None for a guest."""

	id: str | None = None
	email: str | None = None
	phone: str | None = None
	first_name: str | None = None
	last_name: str | None = None
	company: str | None = None
	tax_exempt: bool = False
	tax_id: str | None = None
	locale: str | None = None
	note: str | None = None
	tags: tuple[str, ...] = ()

	@property
	def name(self) -> str | None:
		"""Full name, None when the store gave none."""
		return " ".join(p for p in (self.first_name, self.last_name) if p) or None


class CustomerRecord(Model):
	"""A customer's account as the store has it now. `merged_into` names the account that took its place."""

	customer: Customer
	addresses: tuple[Address, ...] = ()  # the default one first
	updated_at: datetime | None = None
	merged_into: str | None = None


class Company(Model):
	"""A B2B buyer: the company and the location that ordered. `name` is None where the message has ids only."""

	id: str
	name: str | None = None
	external_id: str | None = None
	location_id: str | None = None
	location_name: str | None = None


class Instalment(Model):
	"""One due date of the payment terms; `amount` None means the whole."""

	due_on: date
	amount: Decimal | None = None


class PaymentTerms(Model):
	"""The terms that the store granted."""

	name: str | None = None
	due_in_days: int | None = None
	schedule: tuple[Instalment, ...] = ()


class Order(Model):
	"""One order as the store has it now.

	`currency` is the one all amounts stand in; `exchange_rate` is the shop currency for one unit of it
	(None when unknown, 1 when they are the same). `status` is the platform's own word.
	Lines, shipping, charges and `total` are as ordered: after edits of the order, before refunds.
	`payments` is None where the message carries no transactions. `raw` is the platform's document
	(Shopify: REST-shaped, WooCommerce: wc/v3) for Field Mapping; it is no part of comparisons.
	"""

	platform: str
	id: str
	name: str
	status: str
	payment_status: PaymentStatus
	currency: str
	total: Decimal
	created_at: datetime
	updated_at: datetime
	taxes_included: bool = False
	shop_currency: str | None = None
	exchange_rate: Decimal | None = None
	processed_at: datetime | None = None
	cancelled_at: datetime | None = None
	closed_at: datetime | None = None
	test: bool = False
	source: str | None = None
	lines: tuple[Line, ...] = ()
	shipping: tuple[Shipping, ...] = ()
	charges: tuple[Charge, ...] = ()
	taxes: tuple[TaxLine, ...] = ()
	discount_codes: tuple[str, ...] = ()
	customer: Customer | None = None
	company: Company | None = None
	billing_address: Address | None = None
	shipping_address: Address | None = None
	note: str | None = None
	attributes: tuple[Attribute, ...] = ()
	tags: tuple[str, ...] = ()
	po_number: str | None = None
	payment_terms: PaymentTerms | None = None
	gateways: tuple[str, ...] = ()
	payments: tuple[Payment, ...] | None = None  # refunds among them, under their refund's `payment_ids`
	fulfilments: tuple[Fulfilment, ...] = ()
	refunds: tuple[Refund, ...] = ()
	returns: tuple[Return, ...] = ()
	location_id: str | None = None
	admin_url: str | None = None
	raw: dict[str, Any] = Field(default_factory=dict, repr=False)

	@property
	def live(self) -> bool:
		"""Whether the store still wants the order delivered."""
		return self.cancelled_at is None
