"""One order on both sides, with the sums that the steps of its life ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ..base import ZERO
from ..erp import Delivery, DocumentRow, ErpOrder, Invoice, SalesOrderRow, SalesOrderState
from ..life import Refund
from ..models import Line, Order
from ..settings import MethodRule, StoreSettings
from .reduce import reduced

Pieces = dict[str, Decimal]  # by line id
PAID = ("paid", "partially_refunded", "refunded")


class Fate(NamedTuple):
	"""What became of the pieces of one refund line: never to be shipped, taken back, kept by the buyer."""

	removed: Decimal
	returned: Decimal
	kept: Decimal

	@property
	def stayed_out(self) -> Decimal:
		"""Pieces that were shipped."""
		return self.returned + self.kept


class Life:
	"""The order as its Sales Order stands for it (`order`), and what has happened since.

	Refunds that the Sales Order was reduced by already are no part of it any more.
	"""

	def __init__(
		self,
		order: Order,
		erp: ErpOrder,
		document: SalesOrderState,
		settings: StoreSettings,
		differs: bool = False,
	) -> None:
		self.told, self.erp, self.document, self.settings = order, erp, document, settings
		self.differs = differs  # from what was applied to the document
		absorbed = [refund for refund in order.refunds if refund.id in document.refund_ids]
		self.order = reduced(order, absorbed)

	@cached_property
	def untouched(self) -> bool:
		"""Nothing was delivered or billed: the Sales Order may follow the store freely."""
		document = self.document
		followed = self.shipments or self.returns or self.invoices or self.credits
		return not (followed or document.per_delivered or document.per_billed or document.closed)

	@property
	def shipments(self) -> list[Delivery]:
		"""Submitted deliveries, returns not."""
		return [each for each in self.erp.deliveries if each.docstatus == 1 and not each.is_return]

	@property
	def returns(self) -> list[Delivery]:
		"""Submitted returns."""
		return [each for each in self.erp.deliveries if each.docstatus == 1 and each.is_return]

	@property
	def invoices(self) -> list[Invoice]:
		"""Submitted invoices, credit notes not."""
		return [each for each in self.erp.invoices if each.docstatus == 1 and not each.is_return]

	@property
	def credits(self) -> list[Invoice]:
		"""Submitted credit notes."""
		return [each for each in self.erp.invoices if each.docstatus == 1 and each.is_return]

	@cached_property
	def shipped(self) -> Pieces:
		"""Delivered pieces, returns not taken off."""
		return pieces_of(row for each in self.shipments for row in each.rows)

	@cached_property
	def came_back(self) -> Pieces:
		"""Returned pieces, positive."""
		return {line: -n for line, n in pieces_of(row for each in self.returns for row in each.rows).items()}

	@property
	def kept(self) -> bool:
		"""Whether goods left the house and did not come back."""
		if self.document.per_delivered and not self.shipments:
			return True
		return any(n > self.came_back.get(line, ZERO) for line, n in self.shipped.items())

	@cached_property
	def billed(self) -> Pieces:
		"""Invoiced pieces, credit notes not taken off."""
		return pieces_of(row for each in self.invoices for row in each.rows)

	@cached_property
	def ordered(self) -> Pieces:
		"""Pieces on the Sales Order."""
		return pieces_of(self.document.rows)

	@cached_property
	def refunds(self) -> list[Refund]:
		"""Those that the Sales Order knows nothing of, oldest first."""
		return sorted(self.order.refunds, key=lambda refund: refund.created_at)

	@cached_property
	def fates(self) -> dict[tuple[str, str], Fate]:
		"""By refund and line. Pieces that were never delivered cannot come back: they are taken off the order."""
		lines = {line.id: line.quantity for line in self.order.lines}
		open_ = {line: max(ZERO, n - self.shipped.get(line, ZERO)) for line, n in lines.items()}
		out = dict(self.shipped)
		found: dict[tuple[str, str], Fate] = {}
		for refund in self.refunds:
			for each in refund.lines:
				line, n = each.line_id, each.quantity
				if each.restock in ("cancel", "unknown", "unknown_kept"):
					removed = n if each.restock == "cancel" else min(n, open_.get(line, ZERO))
				else:
					removed = n - min(n, out.get(line, ZERO))
				back = n - removed
				open_[line] = open_.get(line, ZERO) - removed
				out[line] = out.get(line, ZERO) - back
				kept = back if each.restock in ("no_restock", "unknown_kept") else ZERO
				before = found.get((refund.id, line), Fate(ZERO, ZERO, ZERO))
				found[refund.id, line] = Fate(
					before.removed + removed, before.returned + back - kept, before.kept + kept
				)
		return found

	@cached_property
	def removed(self) -> Pieces:
		"""Pieces that refunds took off the order before they were shipped."""
		return self._removed_by({refund.id for refund in self.refunds})

	@cached_property
	def taken_off(self) -> Pieces:
		"""Those of them that the Sales Order is to lose now: credited, or on no invoice."""
		credited = {each.refund_id for each in self.credits}
		return self._removed_by({r.id for r in self.refunds if r.id in credited or not self.to_credit(r)})

	def to_credit(self, refund: Refund) -> bool:
		"""Whether invoices bill pieces of it that were never shipped, at a price."""
		return bool(refund.credited(self.order.taxes_included)) and any(
			self.fates[refund.id, line].removed and self.billed.get(line, ZERO) > self.shipped.get(line, ZERO)
			for line in {each.line_id for each in refund.lines}
		)

	def _removed_by(self, refunds: set[str]) -> Pieces:
		found: Pieces = {}
		for (refund, line), fate in self.fates.items():
			if refund in refunds:
				found[line] = found.get(line, ZERO) + fate.removed
		return found

	def target(self, line: Line) -> Decimal:
		"""Pieces of a line that the Sales Order is to have now."""
		return max(ZERO, line.quantity - self.taken_off.get(line.id, ZERO))

	def wanted(self, line: Line) -> Decimal:
		"""Pieces of a line that are shipped or still to be."""
		return max(ZERO, line.quantity - self.removed.get(line.id, ZERO))

	@property
	def open_pieces(self) -> Decimal:
		"""What is still to be shipped, by the store's order and ERPNext's deliveries."""
		return sum(
			(
				max(ZERO, self.wanted(line) - self.shipped.get(line.id, ZERO))
				for line in self.order.lines
				if line.id in self.ordered
			),
			ZERO,
		)

	@property
	def rule(self) -> MethodRule:
		"""What the order's payment method means for invoices and payments."""
		return self.settings.payment_rule(*self.order.gateways)

	@property
	def paid(self) -> bool:
		"""The store has all of its money, or had it before refunds."""
		return self.order.payment_status in PAID

	def day(self, moment: datetime | None) -> date:
		"""The site's date of a time of the store; of the order's last change where there is none."""
		return (moment or self.order.updated_at).astimezone(ZoneInfo(self.settings.timezone)).date()

	def rows_of(self, line_id: str) -> list[SalesOrderRow]:
		"""The Sales Order's rows of a line."""
		return [row for row in self.document.rows if row.line_id == line_id]


def pieces_of(rows: Iterable[DocumentRow | SalesOrderRow]) -> Pieces:
	"""Quantities summed by line."""
	found: Pieces = {}
	for row in rows:
		found[row.line_id] = found.get(row.line_id, ZERO) + row.quantity
	return found


def shippable(order: Order) -> Iterator[Line]:
	"""Lines with goods that leave the house."""
	return (line for line in order.lines if line.requires_shipping and line.kind in ("product", "custom"))


def to_ship(order: Order) -> Pieces:
	"""Pieces by line that the store knows neither as shipped nor as paid back."""
	live = [each for each in order.fulfilments if each.status in ("success", "pending")]
	shipped = ((line.line_id, line.quantity) for each in live for line in each.lines)
	refunded = ((line.line_id, line.quantity) for refund in order.refunds for line in refund.lines)
	gone: Pieces = {}
	for line_id, pieces in (*shipped, *refunded):
		gone[line_id] = gone.get(line_id, ZERO) + pieces
	left = {line.id: line.quantity - gone.get(line.id, ZERO) for line in shippable(order)}
	return {line: pieces for line, pieces in left.items() if pieces > 0}
