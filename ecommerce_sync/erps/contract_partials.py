"""Partial documents come to the order, and the books balance after any sequence of commands, as a mixin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from random import Random

from ..core.erp import Delivery, Invoice
from ..core.followups import CancelDelivery, CreateCreditNote, CreateReturn, CreditRow
from ..core.models import Order
from .contract_life_support import PIECES, RECEIVED, LifeContract, pieces_of, shares_of
from .contract_support import unique

ZERO = Decimal(0)
Pieces = dict[str, Decimal]


class PartialsContract(LifeContract):
	"""Deliveries, invoices and returns in every split."""

	splits = 2  # how many random ones are tried
	sequences = 2  # of commands
	steps = 9

	def test_deliveries_and_their_invoices_come_to_the_order(self) -> None:
		for seed in range(self.splits):
			order = self.place()
			deliveries = [self.deliver_lines(order, part) for part in split(Random(seed))]
			invoices = [self.bill(order, name) for name in deliveries]
			self._come_to_the_order(order, "Delivery Note", deliveries)
			self._come_to_the_order(order, "Sales Invoice", invoices)
			assert sum(invoice.total for invoice in self.look(order).invoices) == order.total

	def test_what_a_person_makes_comes_to_the_order(self) -> None:
		for seed in range(self.splits):
			order = self.place()
			document = self.sales_order_of(order).name
			parts = list(split(Random(seed)))
			deliveries = [self.deliver_by_hand(document, part) for part in parts]
			invoices = [self.invoice_by_hand(document, part) for part in parts]
			self._come_to_the_order(order, "Delivery Note", deliveries)
			self._come_to_the_order(order, "Sales Invoice", invoices)
			self._undone_by_hand(order, parts, deliveries, invoices)

	def _undone_by_hand(
		self, order: Order, parts: list[Pieces], deliveries: list[str], invoices: list[str]
	) -> None:
		"""Returns and credit notes, one piece after another, take all of it back."""
		for part, delivery, invoice in zip(parts, deliveries, invoices, strict=True):
			for piece in one_by_one(part):
				self.return_by_hand(delivery, piece)
				self.credit_by_hand(invoice, piece)
		seen = self.look(order)
		assert sum(each.total for each in seen.invoices) == ZERO
		assert shares_of(charge for each in seen.invoices for charge in each.charges) == {}
		notes = [charge for each in seen.deliveries for charge in self.charges_of("Delivery Note", each.name)]
		assert shares_of(notes) == {}
		assert set(pieces_of(row for each in seen.deliveries for row in each.rows).values()) == {ZERO}

	def test_a_cancelled_part_is_made_up_for_by_the_next(self) -> None:
		order = self.place()
		first = self.deliver_lines(order, {"1": Decimal(1), "2": Decimal(1)})
		second = self.deliver_lines(order, {"1": Decimal(1)})
		self.apply(order, CancelDelivery(document=first))
		third = self.deliver_lines(order, {"1": Decimal(1), "2": Decimal(3), "3": Decimal(1)})
		self._come_to_the_order(order, "Delivery Note", [second, third])

	def _come_to_the_order(self, order: Order, doctype: str, names: list[str]) -> None:
		charges = [charge for name in names for charge in self.charges_of(doctype, name)]
		assert shares_of(charges) == shares_of(self.sales_order_of(order).charges)

	# any sequence

	def test_the_books_balance_after_any_sequence(self) -> None:
		for seed in range(self.sequences):
			order, chance = self.place(), Random(f"books:{seed}")
			for _ in range(self.steps):
				acts = list(self._acts(order, chance))
				if acts:
					chance.choice(acts)()
				self._balanced(order)

	def _acts(self, order: Order, chance: Random) -> Iterator[Callable[[], object]]:
		"""What can be done to the order now."""
		seen = self.look(order)
		assert seen.document is not None
		open_ = {row.line_id: ZERO for row in seen.document.rows}
		for row in seen.document.rows:
			open_[row.line_id] += row.quantity - row.delivered
		shipped = [each for each in seen.deliveries if each.docstatus == 1 and not each.is_return]
		returned = any(each.is_return and each.docstatus == 1 for each in seen.deliveries)
		if not returned and (some := _some(open_, chance)):
			yield partial(self.deliver_lines, order, some)
		if any(row.billed < row.rate * row.quantity for row in seen.document.rows) and not any(
			each.is_return for each in seen.invoices
		):
			yield partial(self.bill, order)
		yield partial(self.pay, order, Decimal(chance.randint(1, 3000)) / 100)
		yield partial(self.pay, order, Decimal(chance.randint(1, 900)) / 100, "out")
		for delivery in shipped:
			if back := _rows_left(delivery, seen.deliveries):
				yield partial(self._send_back, order, delivery, back)
		for invoice in (each for each in seen.invoices if not each.is_return):
			if command := self._credit(invoice, seen.invoices, chance):
				yield partial(self.apply, order, command)

	def _send_back(self, order: Order, delivery: Delivery, rows: Pieces) -> None:
		known = {"delivery": delivery.name, "rows": rows, "refund_id": unique(), "posted_on": self.today}
		self.apply(order, CreateReturn(**known))

	def _credit(
		self, invoice: Invoice, invoices: tuple[Invoice, ...], chance: Random
	) -> CreateCreditNote | None:
		"""One piece that was not credited yet, at a price that may be lower."""
		credited = pieces_by_source(row for each in invoices if each.is_return for row in each.rows)
		left = [row for row in invoice.rows if row.quantity + credited.get(row.name, ZERO) >= 1]
		if not left:
			return None
		row = chance.choice(left)
		rate = row.rate - Decimal(chance.randint(0, 100)) / 100
		return CreateCreditNote(
			invoice=invoice.name,
			refund_id=unique(),
			posted_on=self.today,
			rows=(CreditRow(invoice_row=row.name, quantity=Decimal(1), rate=rate),),
			charges=(),
			total=rate,
			against_itself=invoice.outstanding >= rate,
		)

	def _balanced(self, order: Order) -> None:
		"""The ledger, the documents and the stock say the same."""
		seen = self.look(order)
		assert seen.document is not None
		live = [each for each in seen.invoices if each.docstatus == 1]
		moved = sum((each.amount for each in seen.payments if each.docstatus == 1), ZERO)
		assert self.owed(order) == sum((each.total for each in live), ZERO) - moved
		shipped = pieces_of(row for each in seen.deliveries if each.docstatus == 1 for row in each.rows)
		out = pieces_of(
			row for each in seen.deliveries if each.docstatus == 1 and not each.is_return for row in each.rows
		)
		for line, ordered in PIECES.items():
			item = self.item_of(order, line)
			assert self.stock(item, self.warehouses[0]) == RECEIVED - shipped.get(line, ZERO)
			assert self.reserved(order, line) == ordered - out.get(line, ZERO)


def split(chance: Random) -> Iterator[Pieces]:
	"""The sample order's pieces in parts."""
	left = dict(PIECES)
	while any(left.values()):
		part = _some(left, chance)
		for line, pieces in part.items():
			left[line] -= pieces
		if part:
			yield part


def one_by_one(pieces: Pieces) -> Iterator[Pieces]:
	"""Each piece by itself."""
	for line, quantity in pieces.items():
		yield from ({line: Decimal(1)} for _ in range(int(quantity)))


def pieces_by_source(rows: Iterator[object]) -> Pieces:
	"""Quantities of returning rows by the row that they return."""
	found: Pieces = {}
	for row in rows:
		source = getattr(row, "source_row", None) or ""
		found[source] = found.get(source, ZERO) + getattr(row, "quantity", ZERO)
	return found


def _some(left: Pieces, chance: Random) -> Pieces:
	part = {line: Decimal(chance.randint(0, int(pieces))) for line, pieces in left.items()}
	return {line: pieces for line, pieces in part.items() if pieces}


def _rows_left(delivery: Delivery, deliveries: tuple[Delivery, ...]) -> Pieces:
	"""One piece of the first row that did not come back yet."""
	back = pieces_by_source(row for each in deliveries if each.docstatus == 1 for row in each.rows)
	for row in delivery.rows:
		if row.quantity + back.get(row.name, ZERO) >= 1:
			return {row.name: Decimal(1)}
	return {}
