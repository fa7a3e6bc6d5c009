"""What the ERP has for an order, as the planner sees it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from .models import Model
from .stock import StockPart


class ItemRef(Model):
	"""An Item that a line resolved to; `usable` is False for disabled, template and non-sales Items."""

	item_code: str
	usable: bool = True
	uom: str = ""  # what one piece of the listing is; empty: the stock unit


class SalesOrderState(Model):
	"""The linked Sales Order. Percentages are 0 to 100; `amended_to` is the live amendment of a cancelled one."""

	name: str
	docstatus: int
	total: Decimal
	per_delivered: Decimal = Decimal(0)
	per_billed: Decimal = Decimal(0)
	advance_paid: Decimal = Decimal(0)
	amended_to: str | None = None

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
	free: dict[tuple[str, str], Decimal] = {}  # (Item, Warehouse) to what is not reserved, under lock
