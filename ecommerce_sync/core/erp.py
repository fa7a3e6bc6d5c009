"""What the ERP has for an order, as the planner sees it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from .commands import ChargeRowKind
from .life import Parcel
from .models import Model
from .stock import StockPart


class ItemRef(Model):
	"""An Item that a line resolved to; `usable` is False for disabled, template and non-sales Items."""

	item_code: str
	usable: bool = True
	uom: str = ""  # what one piece of the listing is; empty: the stock unit


class SalesOrderRow(Model):
	"""One Sales Order Item. `delivered` is net of returns, `billed` an amount net of credit notes."""

	name: str
	line_id: str
	item_code: str
	quantity: Decimal
	rate: Decimal
	list_rate: Decimal = Decimal(0)
	warehouse: str | None = None
	delivered: Decimal = Decimal(0)
	billed: Decimal = Decimal(0)


class ErpCharge(Model):
	"""One Sales Taxes and Charges row of a document, with what of it belongs to which part of the order.

	Amounts of returns and credit notes are negative, as on the document.
	"""

	kind: ChargeRowKind
	account: str
	description: str
	amount: Decimal
	rate: Decimal | None = None
	shares: dict[str, Decimal] = {}


class DocumentRow(Model):
	"""One row of a delivery or invoice. Quantities and amounts of returns are negative, as on the document."""

	name: str
	line_id: str
	quantity: Decimal
	rate: Decimal = Decimal(0)
	amount: Decimal = Decimal(0)
	order_row: str | None = None  # the Sales Order Item
	delivery_row: str | None = None  # the Delivery Note Item that an invoice row bills
	source_row: str | None = None  # on a return: the row of the document that it returns
	warehouse: str | None = None


class Delivery(Model):
	"""A document that ships the order's goods or takes them back.

	`doctype` is Delivery Note, Sales Invoice (one that updates stock) or Purchase Receipt (drop shipment).
	`told` is what the store was last told of its parcels, None before the first time.
	"""

	doctype: str
	name: str
	docstatus: int
	rows: tuple[DocumentRow, ...]
	is_return: bool = False
	return_against: str | None = None
	fulfilment_ids: tuple[str, ...] = ()
	refund_id: str | None = None
	return_id: str | None = None
	by_sync: bool = False  # made from a fulfilment of the store
	parcels: tuple[Parcel, ...] = ()
	told: tuple[Parcel, ...] | None = None
	posted_on: date | None = None
	location_id: str | None = None  # the store's place that its warehouse is mapped to


class Invoice(Model):
	"""A Sales Invoice or credit note. Amounts of credit notes are negative, as on the document."""

	name: str
	docstatus: int
	total: Decimal
	outstanding: Decimal
	rows: tuple[DocumentRow, ...]
	charges: tuple[ErpCharge, ...] = ()
	is_return: bool = False
	return_against: str | None = None
	refund_id: str | None = None


class ErpPayment(Model):
	"""A Payment Entry of the order; `amount` in the order's currency, negative for money paid out."""

	name: str
	docstatus: int
	amount: Decimal
	payment_id: str | None = None


class SalesOrderState(Model):
	"""The linked Sales Order. Percentages are 0 to 100; `amended_to` is the live amendment of a cancelled one."""

	name: str
	docstatus: int
	total: Decimal
	per_delivered: Decimal = Decimal(0)
	per_billed: Decimal = Decimal(0)
	advance_paid: Decimal = Decimal(0)
	amended_to: str | None = None
	closed: bool = False
	refund_ids: tuple[str, ...] = ()  # refunds that it was reduced by, see `SalesOrderDraft`
	rows: tuple[SalesOrderRow, ...] = ()
	charges: tuple[ErpCharge, ...] = ()

	@property
	def progress(self) -> str | None:
		"""In words, why the document cannot simply be cancelled; None when it can."""
		if self.per_delivered:
			return "delivered in part or whole"
		if self.per_billed:
			return "billed in part or whole"
		return "paid in part or whole" if self.advance_paid else None


class ErpOrder(Model):
	"""Link, document, customer and items of one order, observed under the order's lock."""

	version: datetime | None = None  # updated_at of the order version applied last
	digest: str | None = None
	gone: bool = False  # the store said that the order was deleted
	linked: str | None = None  # the document that the link names, existing or not
	cancelled_by_sync: bool = False
	document: SalesOrderState | None = None
	customer: str | None = None
	addresses: frozenset[str] = frozenset()  # fingerprints that the customer has
	contact_known: bool = False
	items: dict[str, ItemRef] = {}  # by line id
	ambiguous: dict[str, tuple[str, ...]] = {}  # line id to the Items that its SKU fits
	parts: dict[
		str, tuple[StockPart, ...]
	] = {}  # Item to what one piece of it takes, as it is sold; empty: keeps no stock
	deliveries: tuple[Delivery, ...] = ()  # of the submitted document, cancelled ones included
	invoices: tuple[Invoice, ...] = ()  # likewise
	payments: tuple[ErpPayment, ...] = ()  # likewise
	picked: bool = False  # a Pick List was made of it
	free: dict[tuple[str, str], Decimal] = {}  # (Item, Warehouse) to what is not reserved, under lock
