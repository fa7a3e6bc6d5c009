"""What the planner decides: documents in full detail and the commands that bring them about."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from .models import Address, Attribute, Model

ChargeRowKind = Literal["tax", "shipping", "fee", "tip", "gift_card", "duty", "rounding"]


class Share(Model):
	"""The part of a charge row that belongs to one store line (or `shipping:ID`, `charge:ID`)."""

	line_id: str
	amount: Decimal


class Row(Model):
	"""One Sales Order Item. `rate` is net of tax; several rows may stand for one store line."""

	line_id: str
	item_code: str
	quantity: Decimal
	rate: Decimal
	list_rate: Decimal  # undiscounted, net of the line's tax
	shown_unit_price: Decimal | None = None  # as the shopper saw it
	title: str = ""
	warehouse: str | None = None
	group: str | None = None
	note: str | None = None  # line attributes, for people
	fields: dict[str, Any] = Field(default_factory=dict)


class ChargeRow(Model):
	"""One Sales Taxes and Charges row of type Actual. `rate` is a fraction, for the item-wise detail."""

	kind: ChargeRowKind
	account: str
	description: str
	amount: Decimal
	rate: Decimal | None = None
	cost_center: str | None = None
	shares: tuple[Share, ...] = ()


class AddressDraft(Model):
	"""An address to use: `key` is its fingerprint, equal for equal addresses of one customer."""

	key: str
	address: Address
	billing: bool
	shipping: bool
	title: str


class CustomerDraft(Model):
	"""Who buys. `keys` are the guards (`id:5`, `email:a@b.c`, `phone:+49…`), the strongest first."""

	keys: tuple[str, ...]
	name: str
	existing: str | None = None  # the shared guest customer, used as it is
	company: bool  # a Company, else an Individual
	email: str | None = None
	phone: str | None = None
	first_name: str | None = None
	last_name: str | None = None
	customer_group: str | None = None
	territory: str | None = None
	price_list: str | None = None
	tax_id: str | None = None
	payment_terms: str | None = None
	addresses: tuple[AddressDraft, ...] = ()
	contact_key: str | None = None  # of the person who ordered, where that is not the customer itself
	location: str | None = None  # the company's location that ordered
	fields: dict[str, Any] = Field(default_factory=dict)


class Due(Model):
	"""One row of a payment schedule."""

	due_on: date
	amount: Decimal


class Oversold(Model):
	"""Pieces of an Item that a new order takes and that its warehouse does not have."""

	item_code: str
	warehouse: str | None
	quantity: Decimal


class SalesOrderDraft(Model):
	"""A Sales Order in full. `total` is the store's total and what the document must come to."""

	company: str
	customer: CustomerDraft
	currency: str
	exchange_rate: Decimal | None  # company currency for one unit; None: the ERP's own
	digits: int
	ordered_on: date
	deliver_on: date
	rows: tuple[Row, ...]
	charges: tuple[ChargeRow, ...]
	total: Decimal
	tax_template: str | None = None
	prices_include_tax: bool = False
	tolerance: Decimal = Decimal(0)  # a template's total may differ by so much; a rounding row takes it
	rounding_account: str | None = None
	price_list: str | None = None
	billing_key: str | None = None
	shipping_key: str | None = None
	po_number: str | None = None
	coupon_codes: tuple[str, ...] = ()
	payment_terms: str | None = None
	dues: tuple[Due, ...] = ()
	naming_series: str | None = None
	cost_center: str | None = None
	warehouse: str | None = None
	note: str | None = None
	attributes: tuple[Attribute, ...] = ()
	order_id: str = ""
	order_name: str = ""
	order_status: str = ""
	admin_url: str | None = None
	submit: bool = True
	oversold: tuple[Oversold, ...] = ()
	refund_ids: tuple[str, ...] = ()  # refunds that the document's rows and total are less by already
	fields: dict[str, Any] = Field(default_factory=dict)

	@property
	def discount(self) -> Decimal:
		"""What the customer did not pay, for people."""
		return sum(((row.list_rate - row.rate) * row.quantity for row in self.rows), Decimal(0))


class EnsureCustomer(Model):
	"""Find or create the customer, the contact and the addresses."""

	customer: CustomerDraft
	kind: Literal["EnsureCustomer"] = "EnsureCustomer"


class ItemDraft(Model):
	"""An Item to create from a store line, by the policy for unknown SKUs."""

	item_code: str
	name: str
	item_group: str | None
	stock: bool
	variant_id: str | None = None
	product_id: str | None = None
	barcode: str | None = None


class CreateItems(Model):
	"""Create the Items that the order needs and bind them."""

	items: tuple[ItemDraft, ...]
	kind: Literal["CreateItems"] = "CreateItems"


class CreateSalesOrder(Model):
	"""Create (and by policy submit) the order's document."""

	draft: SalesOrderDraft
	kind: Literal["CreateSalesOrder"] = "CreateSalesOrder"


class ReplaceSalesOrder(Model):
	"""Write a draft document anew: the store's order changed before anybody submitted it."""

	document: str
	draft: SalesOrderDraft
	kind: Literal["ReplaceSalesOrder"] = "ReplaceSalesOrder"


class UpdateSalesOrder(Model):
	"""Set fields that may change after submit."""

	document: str
	po_number: str | None
	note: str | None
	status: str
	kind: Literal["UpdateSalesOrder"] = "UpdateSalesOrder"


class CancelSalesOrder(Model):
	"""Cancel the document, or delete it while it is a draft."""

	document: str
	kind: Literal["CancelSalesOrder"] = "CancelSalesOrder"


class TakeOver(Model):
	"""Follow a person's amendment: links move to the amended document."""

	document: str
	amended: str
	kind: Literal["TakeOver"] = "TakeOver"
