"""What became of single orders from checkout to refund: both sides' figures after each act, and the documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from ..core.erp import Delivery, ErpOrder, Invoice
from ..core.life import Fulfilment, Parcel
from ..core.money import total
from .lives import Figures

Amounts = dict[str, Decimal | str]  # what is compared, by its name in `WORDS`
WORDS = {
	"ordered": "ordered",
	"paid": "paid",
	"invoiced": "invoiced",
	"shipped": "pieces shipped",
	"tracking": "tracking",
	"credited": "credited",
	"refunded": "paid back",
	"returned": "pieces returned",
	"outstanding": "outstanding",
}


class Paper(NamedTuple):
	"""One document of ERPNext; `of` is the document that it belongs to, `url` its form where a Desk is there."""

	doctype: str
	name: str
	words: str
	of: str = ""
	url: str = ""


class Step(NamedTuple):
	"""Something happened: the documents that it led to, and what both sides say afterwards."""

	title: str
	papers: tuple[Paper, ...]
	store: Amounts
	erp: Amounts

	@property
	def ok(self) -> bool:
		return self.store == self.erp


@dataclass
class OrderLife:
	"""One order. `differences` is the final check's, of which an empty one means that both sides agree."""

	store: str
	number: str
	url: str
	currency: str
	steps: list[Step] = field(default_factory=list)
	differences: tuple[str, ...] = ()

	@property
	def papers(self) -> list[Paper]:
		return [paper for step in self.steps for paper in step.papers]

	@property
	def ok(self) -> bool:
		return bool(self.steps) and not self.differences and all(step.ok for step in self.steps)


@dataclass
class LifeReport:
	"""One order of each store."""

	orders: list[OrderLife] = field(default_factory=list)

	@property
	def ok(self) -> bool:
		return bool(self.orders) and all(order.ok for order in self.orders)


def store_amounts(figures: Figures, fulfilments: Iterable[Fulfilment], counts: bool) -> Amounts:
	"""What the store says of its order.

	One that does not count shipped pieces by itself (`counts`) has them in notes and parcels on the order.
	"""
	sent = [each for each in fulfilments if each.status == "success"]
	noted = total(line.quantity for each in sent for line in each.lines)
	counted = Decimal(sum(each.shipped for each in figures.lines.values()))
	return {
		"ordered": figures.total,
		"paid": figures.paid,
		"invoiced": figures.total,
		"shipped": counted if counts else noted,
		"tracking": _numbers(parcel for each in sent for parcel in each.parcels),
		"credited": figures.credited,
		"refunded": figures.refunded,
		"returned": Decimal(sum(each.returned for each in figures.lines.values())),
		"outstanding": figures.owed,
	}


def erp_amounts(seen: ErpOrder) -> Amounts:
	"""What ERPNext's submitted documents say of it."""
	invoices = [each for each in seen.invoices if each.docstatus == 1]
	deliveries = [each for each in seen.deliveries if each.docstatus == 1]
	money = [each.amount for each in seen.payments if each.docstatus == 1]
	return {
		"ordered": seen.document.total if seen.document else Decimal(0),
		"paid": total(amount for amount in money if amount > 0),
		"invoiced": total(each.total for each in invoices if not each.is_return),
		"shipped": _pieces(each for each in deliveries if not each.is_return),
		"tracking": _numbers(parcel for each in deliveries for parcel in each.parcels),
		"credited": -total(each.total for each in invoices if each.is_return),
		"refunded": -total(amount for amount in money if amount < 0),
		"returned": -_pieces(each for each in deliveries if each.is_return),
		"outstanding": total(each.outstanding for each in invoices),
	}


def papers_of(seen: ErpOrder) -> Iterator[Paper]:
	"""All documents of an order that stand, in the order in which they follow each other."""
	order = seen.document
	if order is None:
		return
	yield Paper("Sales Order", order.name, f"over {order.total}")
	yield from (_delivery(each, order.name) for each in seen.deliveries if each.docstatus < 2)
	yield from (_invoice(each, order.name) for each in seen.invoices if each.docstatus < 2)
	for payment in seen.payments:
		if payment.docstatus < 2:
			way = "received" if payment.amount > 0 else "paid back"
			yield Paper("Payment Entry", payment.name, f"{abs(payment.amount)} {way}", order.name)


def _delivery(each: Delivery, order: str) -> Paper:
	pieces = f"{abs(_pieces((each,))):f} pieces"
	if each.is_return:
		return Paper(each.doctype, each.name, f"return of {pieces}", each.return_against or order)
	who = "shipped by the store" if each.by_sync else "shipped from ERPNext"
	tracking = _numbers(each.parcels)
	return Paper(each.doctype, each.name, f"{pieces} {who}" + (f", {tracking}" if tracking else ""), order)


def _invoice(each: Invoice, order: str) -> Paper:
	if each.is_return:
		return Paper(
			"Sales Invoice", each.name, f"credit note over {abs(each.total)}", each.return_against or order
		)
	return Paper("Sales Invoice", each.name, f"over {each.total}", order)


def _pieces(deliveries: Iterable[Delivery]) -> Decimal:
	return total(row.quantity for each in deliveries for row in each.rows)


def _numbers(parcels: Iterable[Parcel]) -> str:
	return ", ".join(sorted({parcel.number for parcel in parcels if parcel.number}))
