"""Makes one credit note: which invoice rows with which pieces and rates, and which taxes and charges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ..base import ZERO, TaxLine
from ..commands import ChargeRow
from ..commands import Share as ChargeShare
from ..erp import DocumentRow, ErpCharge, Invoice
from ..errors import Fixable, Held
from ..followups import CreateCreditNote, CreditRow
from ..life import RefundPart
from ..money import digits_of, minor_digits, rounded, split_evenly, spread, total, unit
from .credit_pieces import Taken, cheapest, dearer, value
from .view import Fate, Life


class Share(NamedTuple):
	"""Pieces of a line on one invoice, the net amount credited for them and their taxes."""

	invoice: str
	line_id: str
	rows: tuple[tuple[DocumentRow, Decimal], ...]  # invoice rows and pieces that can be credited of them
	quantity: Decimal
	amount: Decimal = ZERO
	taxes: tuple[TaxLine, ...] = ()
	leaves: bool = False  # pieces that the Sales Order is to lose: nothing of them may stay billed


class Crediting:
	"""The credit notes of one refund. Remembers what it has given out of each invoice row already."""

	def __init__(self, life: Life, refund_id: str, posted_on: date, note: str | None = None) -> None:
		self.life, self.refund_id, self.posted_on, self.words = life, refund_id, posted_on, note
		self.digits = max(minor_digits(life.order.currency), digits_of(life.order.total))
		template = life.settings.tax_mode == "template"
		self.template, self.gross = template, template and life.order.taxes_included
		self._given: dict[str, Decimal] = {}

	def creditable(self, line_id: str, fate: Fate) -> Decimal:
		"""How many of a refund line's pieces are on invoices: what was never shipped is billed only beyond the shipments."""
		life = self.life
		left = total(self._left_of(row) for invoice in life.invoices for row in self._rows(invoice, line_id))
		net = life.shipped.get(line_id, ZERO) - life.came_back.get(line_id, ZERO)
		beyond = max(ZERO, life.billed.get(line_id, ZERO) - life.shipped.get(line_id, ZERO))
		off = min(fate.removed, beyond) if net or life.shipments else fate.removed
		return min(left, off + fate.returned + fate.kept)

	def take(self, line_id: str, pieces: Decimal) -> Iterator[Share]:
		"""The pieces from the invoices that bill them, the oldest first."""
		for invoice in self.life.invoices:
			rows = [(row, self._left_of(row)) for row in self._rows(invoice, line_id)]
			if (here := min(pieces, total(left for _, left in rows))) > 0:
				yield Share(invoice.name, line_id, tuple((row, n) for row, n in rows if n > 0), here)
				pieces -= here

	def left(self, invoice: Invoice) -> Decimal:
		"""What of an invoice's total is not credited yet."""
		return invoice.total + total(each.total for each in self._notes_of(invoice))

	def note(
		self, invoice: Invoice, shares: list[Share], parts: Iterable[RefundPart], adjustment: Decimal
	) -> CreateCreditNote | None:
		"""The credit note of one invoice; None when it comes to nothing. Raises `Held` when it cannot be made."""
		shares = self._lowered(shares, adjustment)
		charges = [] if self.template else list(self._taxes(invoice, shares))
		rows = [row for share in shares for row in self._credit_rows(share, charges)]
		if adjustment > 0:
			rows.append(self._beyond(invoice, adjustment))
		for part in parts:
			charges += self._part(invoice, part)
		amount = _sum(rows, self.digits) + total(each.amount for each in charges)
		if self.template and not self.gross:
			amount += total(tax.amount for share in shares for tax in share.taxes)
		return self._command(invoice, rows, charges, amount) if rows or charges else None

	def all_that_is_left(self, invoice: Invoice) -> CreateCreditNote | None:
		"""Everything that no credit note took off the invoice yet."""
		rows = [
			CreditRow(invoice_row=row.name, quantity=n, rate=row.rate)
			for row in invoice.rows
			if (n := self._left_of(row)) > 0
		]
		charges = [charge for each in invoice.charges if (charge := self._rest_of(invoice, each))]
		left = self.left(invoice)
		if left <= 0 or not (rows or charges):
			return None
		beyond = left - _sum(rows, self.digits) - total(each.amount for each in charges)
		if beyond > 0 and not self.template:
			rows.append(self._beyond(invoice, beyond))
		return self._command(invoice, rows, charges, left)

	def _command(
		self, invoice: Invoice, rows: list[CreditRow], charges: list[ChargeRow], amount: Decimal
	) -> CreateCreditNote:
		return CreateCreditNote(
			invoice=invoice.name,
			refund_id=self.refund_id,
			posted_on=self.posted_on,
			rows=tuple(rows),
			charges=tuple(_merged(charges)),
			total=amount,
			against_itself=invoice.outstanding >= amount > 0,
			note=self.words,
		)

	def _beyond(self, invoice: Invoice, amount: Decimal) -> CreditRow:
		"""An amount without goods, on a row that the Sales Order still has; one with pieces left before others."""
		ordered = {row.name for row in self.life.document.rows}
		rank = [(row.order_row in ordered, self._left_of(row) > 0) for row in invoice.rows]
		best = invoice.rows[rank.index(max(rank))]
		return CreditRow(invoice_row=best.name, quantity=ZERO, rate=amount)

	def _rows(self, invoice: Invoice, line_id: str) -> list[DocumentRow]:
		return [row for row in invoice.rows if row.line_id == line_id and row.quantity > 0]

	def _notes_of(self, invoice: Invoice) -> list[Invoice]:
		return [each for each in self.life.credits if each.return_against == invoice.name]

	def _left_of(self, row: DocumentRow) -> Decimal:
		credited = total(
			each.quantity for note in self.life.credits for each in note.rows if each.source_row == row.name
		)
		return row.quantity + credited - self._given.get(row.name, ZERO)

	def _lowered(self, shares: list[Share], adjustment: Decimal) -> list[Share]:
		"""Less was paid back than the goods are worth (a restocking fee): they are credited at less."""
		if adjustment >= 0:
			return shares
		bearing = [share.amount for share in shares]
		if total(bearing) < -adjustment:
			raise Held("credit_mismatch", refund=self.refund_id, adjustment=f"{adjustment:f}")
		off = spread(-adjustment, bearing, self.digits)
		return [share._replace(amount=share.amount - less) for share, less in zip(shares, off, strict=True)]

	def _credit_rows(self, share: Share, charges: list[ChargeRow]) -> Iterator[CreditRow]:
		"""The cheapest pieces, dearer ones in their place as far as the amount asks; the rest by rate or amount.

		Pieces that leave the order are credited at what they were billed at; what differs joins `charges`.
		"""
		taken = cheapest(share.rows, share.quantity)
		missing = share.amount - value(taken)
		taken, missing = dearer(taken, share.rows, missing)
		for row, n in taken:
			self._given[row.name] = self._given.get(row.name, ZERO) + n
		kept = self._kept(share, missing) if missing else None
		if kept:
			charges.append(kept)
			missing = ZERO
		elif missing < 0:
			yield from self._cheaper(taken, share.amount, share.quantity)
			return
		yield from (CreditRow(invoice_row=row.name, quantity=n, rate=row.rate) for row, n in taken)
		if missing:
			yield CreditRow(invoice_row=share.rows[0][0].name, quantity=ZERO, rate=missing)

	def _kept(self, share: Share, amount: Decimal) -> ChargeRow | None:
		"""By how much pieces that leave the order are paid back other than billed; None where it has no account."""
		small = abs(amount) <= unit(self.digits) * share.quantity
		settings = self.life.settings
		account = settings.rounding_account if small else settings.fee_account
		if not share.leaves or self.template or not account:
			return None
		return ChargeRow(
			kind="rounding" if small else "fee",
			account=account,
			description="Rounding" if small else "Not refunded" if amount < 0 else "Refund",
			amount=amount,
			cost_center=settings.cost_center,
		)

	def _cheaper(self, taken: Taken, amount: Decimal, pieces: Decimal) -> Iterator[CreditRow]:
		"""Pieces at lower rates than they were billed at."""
		even = [[part.rate, part.quantity] for part in split_evenly(amount, pieces, self.digits)]
		for row, wanted in sorted(taken, key=lambda each: each[0].rate):
			while wanted > 0:
				rate, there = even[0]
				n = min(wanted, there)
				yield CreditRow(invoice_row=row.name, quantity=n, rate=rate)
				wanted, even[0][1] = wanted - n, there - n
				if not even[0][1]:
					even.pop(0)

	def _taxes(self, invoice: Invoice, shares: list[Share]) -> Iterator[ChargeRow]:
		for share in shares:
			for tax in share.taxes:
				if amount := rounded(tax.amount, self.digits):
					yield self._tax(invoice, share.line_id, tax, amount)

	def _tax(self, invoice: Invoice, part_id: str, tax: TaxLine, amount: Decimal) -> ChargeRow:
		"""On the account that the invoice has the tax on, else on that of the settings."""
		known = [each for each in invoice.charges if each.kind == "tax" and each.description == tax.title]
		best = next((each for each in known if part_id in each.shares), known[0] if known else None)
		if best is None:
			rule = self.life.settings.tax_rule(tax.title, tax.rate)
			if rule is None:
				store = self.life.settings.store
				raise Fixable("tax_unmapped", cause=f"tax:{store}:{tax.title}", title=tax.title, store=store)
			best = ErpCharge(
				kind="tax", account=rule.account, description=tax.title, amount=ZERO, rate=tax.rate
			)
		return _charge(best, part_id, amount)

	def _part(self, invoice: Invoice, part: RefundPart) -> Iterator[ChargeRow]:
		taxes = [(tax, rounded(tax.amount, self.digits)) for tax in part.taxes]
		gross = rounded(part.amount, self.digits)
		net = gross - total(n for _, n in taxes) if self.life.order.taxes_included else gross
		charges = [each for each in (*invoice.charges, *self.life.document.charges) if each.kind != "tax"]
		known = next((each for each in charges if part.part_id in each.shares), None)
		if known is None:
			known = next((each for each in charges if each.kind == part.part_id.split(":")[0]), None)
		if known is None:
			raise Held("credit_mismatch", refund=self.refund_id, adjustment=f"{part.part_id} {part.amount:f}")
		if net:
			yield _charge(known, part.part_id, net)
		yield from (self._tax(invoice, part.part_id, tax, n) for tax, n in taxes if n)

	def _rest_of(self, invoice: Invoice, charge: ErpCharge) -> ChargeRow | None:
		"""What of a charge no credit note took off yet. A template's taxes follow their rows."""
		if self.template and charge.kind == "tax":
			return None
		key = (charge.kind, charge.account, charge.description)
		same = [
			each
			for note in self._notes_of(invoice)
			for each in note.charges
			if (each.kind, each.account, each.description) == key
		]
		left = {p: n + total(e.shares.get(p, ZERO) for e in same) for p, n in charge.shares.items()}
		shares = tuple(ChargeShare(line_id=part, amount=n) for part, n in left.items() if n)
		amount = charge.amount + total(each.amount for each in same)
		row = _charge(charge, "", amount)
		return row.model_copy(update={"shares": shares}) if amount else None


def _sum(rows: Iterable[CreditRow], digits: int) -> Decimal:
	"""As ERPNext adds up: an amount without goods is its rate."""
	return total(rounded(row.rate * (row.quantity or 1), digits) for row in rows)


def _charge(like: ErpCharge, part_id: str, amount: Decimal) -> ChargeRow:
	shares = (ChargeShare(line_id=part_id, amount=amount),) if part_id else ()
	return ChargeRow(
		kind=like.kind,
		account=like.account,
		description=like.description,
		amount=amount,
		rate=like.rate,
		shares=shares,
	)


def _merged(charges: Iterable[ChargeRow]) -> Iterator[ChargeRow]:
	"""One row for each account and title."""
	found: dict[tuple[str, str, str, Decimal | None], list[ChargeRow]] = {}
	for charge in charges:
		found.setdefault((charge.kind, charge.account, charge.description, charge.rate), []).append(charge)
	for same in found.values():
		shares = tuple(share for charge in same for share in charge.shares)
		yield same[0].model_copy(update={"amount": total(c.amount for c in same), "shares": shares})
