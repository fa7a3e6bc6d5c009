"""Commands for what follows a Sales Order: its changes, deliveries, invoices, payments, credit notes, returns.

Documents are named by their ERPNext names, rows by the names of their child rows. Amounts and quantities
are positive here, also those of returns and credit notes; the ERP turns them around.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from .commands import ChargeRow, SalesOrderDraft
from .life import LineQuantity, Parcel
from .models import Address, Customer, Model

CustomerField = Literal["name", "email", "phone", "tax_id", "address"]


class ChangeSalesOrder(Model):
	"""Bring a submitted document to the draft: rows, taxes, charges, line ids, list prices, addresses.

	A row with the same line, Item, warehouse and rate stays and gets the draft's quantity; rows that nothing
	was delivered or billed of are changed, added or removed. ERPNext: `update_child_qty_rate`, then one save.
	"""

	document: str
	draft: SalesOrderDraft
	kind: Literal["ChangeSalesOrder"] = "ChangeSalesOrder"


class CloseSalesOrder(Model):
	"""Nothing more will be delivered or billed; its reservations, Pick Lists and draft deliveries go."""

	document: str
	status: str = ""  # the store's word, shown on the document
	kind: Literal["CloseSalesOrder"] = "CloseSalesOrder"


class CreatePickList(Model):
	"""A draft Pick List, and reservations where ERPNext's stock reservation is on."""

	document: str
	kind: Literal["CreatePickList"] = "CreatePickList"


class CreateDelivery(Model):
	"""A Delivery Note for goods that the store has shipped.

	It stays a draft where `submit` is False, and where serial or batch numbers are a person's choice.
	"""

	document: str
	fulfilment_id: str
	lines: tuple[LineQuantity, ...]
	posted_on: date
	warehouse: str | None = None  # of the place that shipped; None: the order's own
	parcels: tuple[Parcel, ...] = ()
	submit: bool = True
	kind: Literal["CreateDelivery"] = "CreateDelivery"


class CancelDelivery(Model):
	"""Cancel the Delivery Note (delete a draft) of a fulfilment that the store cancelled."""

	document: str
	kind: Literal["CancelDelivery"] = "CancelDelivery"


class CreateReturn(Model):
	"""A return Delivery Note against `delivery`. `lines` name its rows and the pieces that come back."""

	delivery: str
	rows: dict[str, Decimal]
	posted_on: date
	refund_id: str | None = None
	return_id: str | None = None
	warehouse: str | None = None  # None: where they were shipped from
	submit: bool = True
	kind: Literal["CreateReturn"] = "CreateReturn"


class SubmitReturn(Model):
	"""The announced goods are there: the draft gets its refund, its quantities, and is submitted."""

	document: str
	refund_id: str
	rows: dict[str, Decimal]  # by the delivery's rows, as in `CreateReturn`
	kind: Literal["SubmitReturn"] = "SubmitReturn"


class CreateInvoice(Model):
	"""A Sales Invoice for what is not billed yet of a Delivery Note, or of the whole order.

	Advances on the order are allocated to it.
	"""

	document: str
	posted_on: date
	delivery: str | None = None
	kind: Literal["CreateInvoice"] = "CreateInvoice"


class CreatePayment(Model):
	"""A Payment Entry for one transaction, against the order's open invoices or credit notes, else the order.

	`amount` is in the order's currency, `fee` of it was kept by the gateway. What fits on no document stays
	unallocated on the customer.
	"""

	document: str
	payment_id: str
	direction: Literal["in", "out"]
	amount: Decimal
	posted_on: date
	account: str | None  # None: that of the mode of payment
	mode_of_payment: str | None = None
	reference: str = ""
	fee: Decimal = Decimal(0)
	fee_account: str | None = None
	refund_id: str | None = None
	kind: Literal["CreatePayment"] = "CreatePayment"


class CreditRow(Model):
	"""What is credited of one invoice row. `quantity` 0 with a rate: an amount without goods."""

	invoice_row: str
	quantity: Decimal
	rate: Decimal


class CreateCreditNote(Model):
	"""A credit note (a return Sales Invoice, without stock) against an invoice; comes to `total` exactly.

	`charges` are what is credited of taxes, shipping and others, with their shares. `against_itself`: the
	invoice is open and the credit lowers it; else the credit keeps its own outstanding until money is paid
	out. It counts in the Sales Order's billed amount.
	"""

	invoice: str
	refund_id: str
	posted_on: date
	rows: tuple[CreditRow, ...]
	charges: tuple[ChargeRow, ...]
	total: Decimal
	against_itself: bool = False
	note: str | None = None
	kind: Literal["CreateCreditNote"] = "CreateCreditNote"


class Adopt(Model):
	"""A document that a person made is the one that the store tells of: it gets the store's id.

	`what` says which: a delivery's fulfilment, a credit note's or return's refund, a Payment Entry's payment.
	"""

	doctype: str
	document: str
	what: Literal["fulfilment", "refund", "payment"]
	external_id: str
	kind: Literal["Adopt"] = "Adopt"


class UpdateCustomer(Model):
	"""Name, e-mail, phone and addresses of a known customer as the store has them now.

	Fields in `changed` are written (None: all), those in `fill` where the ERP has nothing, others stay as a
	person may have made them. Addresses are added, never removed; the field is the default one of them.
	`told` and `updated_at` are remembered for the account, see `core.accounts`.
	"""

	name: str
	customer: Customer
	addresses: tuple[Address, ...] = ()
	updated_at: datetime | None = None
	changed: frozenset[CustomerField] | None = None
	fill: frozenset[CustomerField] = frozenset()
	told: str = ""
	kind: Literal["UpdateCustomer"] = "UpdateCustomer"


FollowUp = (
	ChangeSalesOrder
	| CloseSalesOrder
	| CreatePickList
	| CreateDelivery
	| CancelDelivery
	| CreateReturn
	| SubmitReturn
	| CreateInvoice
	| CreatePayment
	| CreateCreditNote
	| Adopt
)
