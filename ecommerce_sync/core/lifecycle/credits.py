"""Credit notes for refunds, against the invoices that bill what is refunded, to the store's last minor unit."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ..base import ZERO
from ..erp import Invoice
from ..errors import Held
from ..followups import Adopt, CreateCreditNote
from ..life import Refund
from ..money import minor_digits, rounded, total
from ..plan import Command
from .credit_note import Crediting, Share
from .view import Life


def credits(life: Life) -> Iterator[Command]:
	"""For the oldest refund that has none; nothing where nothing was ever billed. A draft waits for a person."""
	done = {each.refund_id for each in life.erp.invoices if each.docstatus < 2}
	for refund in life.refunds:
		if refund.id in done or not refund.credited(life.order.taxes_included):
			continue
		if dropped := [e for e in life.erp.invoices if e.docstatus == 2 and e.refund_id == refund.id]:
			raise Held("document_cancelled", doctype="Sales Invoice", document=dropped[-1].name)
		if commands := list(_for(life, refund)):
			yield from commands
			return


def called_off(life: Life) -> Iterator[Command]:
	"""What is still billed of an order that the store cancelled."""
	if life.order.live or life.untouched:
		return
	if life.kept or (life.document.per_billed and not life.erp.invoices):
		words = life.document.progress or "delivered in part or whole"
		raise Held("cancelled_after_progress", document=life.document.name, progress=words)
	refund_id = f"cancel:{life.order.id}"
	if any(each.docstatus == 0 and each.refund_id == refund_id for each in life.erp.invoices):
		return
	for invoice in life.invoices:
		crediting = Crediting(life, refund_id, life.day(life.order.cancelled_at))
		if note := crediting.all_that_is_left(invoice):
			yield note


def _for(life: Life, refund: Refund) -> Iterator[Command]:
	amount = refund.credited(life.order.taxes_included)
	for note in life.credits:
		if not note.refund_id and note.total == -amount:
			yield Adopt(doctype="Sales Invoice", document=note.name, what="refund", external_id=refund.id)
			return
	if life.invoices:
		yield from _notes(life, refund)


def _notes(life: Life, refund: Refund) -> Iterator[CreateCreditNote]:
	"""Lines go to the invoices that bill them; shipping and amounts beyond lines to the one that bears most."""
	crediting = Crediting(life, refund.id, life.day(refund.created_at), refund.note)
	by_invoice: dict[str, list[Share]] = {}
	shares = list(_lines(life, refund, crediting))
	for share in shares:
		by_invoice.setdefault(share.invoice, []).append(share)
	rest = refund.adjustment + _rounding(life, refund, crediting, shares)
	main = _main(life, crediting, by_invoice)
	if refund.parts or rest:
		by_invoice.setdefault(main.name, [])
	for invoice in life.invoices:
		if invoice.name in by_invoice:
			beyond = (refund.parts, rest) if invoice is main else ((), ZERO)
			if note := crediting.note(invoice, by_invoice[invoice.name], *beyond):
				yield note


def _lines(life: Life, refund: Refund, crediting: Crediting) -> Iterator[Share]:
	"""Each line's refunded pieces that were billed, with their part of the amount and taxes."""
	digits = minor_digits(life.order.currency)
	for line in refund.lines:
		wanted = crediting.creditable(line.line_id, life.fates[refund.id, line.line_id])
		if not line.quantity:
			continue
		for share in crediting.take(line.line_id, wanted):
			part = share.quantity / line.quantity
			taxes = tuple(
				t.model_copy(update={"amount": rounded(t.amount * part, digits)}) for t in line.taxes
			)
			amount = rounded(line.amount * part, digits)
			tax = total(each.amount for each in taxes)
			net = amount - tax if life.order.taxes_included and not crediting.gross else amount
			leaves = life.order.live and life.fates[refund.id, line.line_id].removed > 0
			yield share._replace(amount=net, taxes=taxes, leaves=leaves)


def _rounding(life: Life, refund: Refund, crediting: Crediting, shares: list[Share]) -> Decimal:
	"""The minor units between the store's refund and its rounded parts, where all of it was billed."""
	if total(s.quantity for s in shares) != total(line.quantity for line in refund.lines):
		return ZERO
	included = life.order.taxes_included
	parts = total(p.amount + (ZERO if included else total(t.amount for t in p.taxes)) for p in refund.parts)
	net = included and crediting.gross
	lines = total(s.amount + (ZERO if net else total(t.amount for t in s.taxes)) for s in shares)
	return refund.credited(included) - refund.adjustment - parts - lines


def _main(life: Life, crediting: Crediting, by_invoice: dict[str, list[Share]]) -> Invoice:
	named = [each for each in life.invoices if each.name in by_invoice] or life.invoices
	return max(named, key=crediting.left)
