"""Sales Invoices by policy: when the order is paid, or with each shipment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ..base import ZERO
from ..erp import Delivery
from ..followups import CreateInvoice
from ..plan import Command
from .view import Life, shippable


def invoices(life: Life) -> Iterator[Command]:
	"""None for an order that is called off, closed or fully billed; one at a time."""
	if not life.order.live or life.document.closed or life.document.docstatus != 1:
		return
	if life.rule.invoice == "on_payment" and (life.paid or life.invoices) and _unbilled(life):
		# What joins an order that has its invoice gets one at once: a refund of it has something to credit.
		day = life.day(None) if life.invoices else _paid_on(life)
		yield CreateInvoice(document=life.document.name, posted_on=day)
	elif life.rule.invoice == "on_shipment":
		yield from _with_shipments(life)


def _unbilled(life: Life) -> bool:
	"""Whether a row of the order is not on invoices with all of its pieces. Drafts are somebody's work."""
	if any(each.docstatus == 0 and not each.is_return for each in life.erp.invoices):
		return False
	return any(n > life.billed.get(line, ZERO) for line, n in life.ordered.items())


def _with_shipments(life: Life) -> Iterator[Command]:
	for delivery in life.shipments:
		if delivery.doctype == "Delivery Note" and _not_billed(life, delivery):
			yield CreateInvoice(
				document=life.document.name,
				posted_on=delivery.posted_on or life.day(None),
				delivery=delivery.name,
			)
			return
	goods = {line.id for line in shippable(life.order)} & set(life.ordered)
	done = all(life.ordered[line] <= life.shipped.get(line, ZERO) for line in goods)
	if done and (goods or life.paid) and _unbilled(life):
		yield CreateInvoice(document=life.document.name, posted_on=_paid_on(life))


def _not_billed(life: Life, delivery: Delivery) -> bool:
	"""Neither by its own rows nor by invoices of the order that came before it."""
	rows = {row.name for row in delivery.rows}
	if any(
		row.delivery_row in rows
		for invoice in life.erp.invoices
		if invoice.docstatus < 2
		for row in invoice.rows
	):
		return False
	return any(
		life.billed.get(row.line_id, ZERO) < life.shipped.get(row.line_id, ZERO) for row in delivery.rows
	)


def _paid_on(life: Life) -> date:
	"""The day on which the last money came in, else that of the order."""
	came = [each.processed_at for each in life.order.payments or () if each.moved > 0 and each.processed_at]
	return life.day(max(came, default=life.order.processed_at or life.order.created_at))
