"""Whatever follows an order: money, stock, reservations and charges come to what a plain account of it finds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from functools import cached_property

from hypothesis import given, settings
from hypothesis import strategies as st

from ecommerce_sync.core.drafts import draft_of
from ecommerce_sync.core.erp import ErpOrder, SalesOrderState
from ecommerce_sync.core.errors import SyncError
from ecommerce_sync.core.followups import ChangeSalesOrder, CloseSalesOrder, CreateCreditNote, CreditRow
from ecommerce_sync.core.models import Order
from ecommerce_sync.erps.contract_life_support import (
	PIECES,
	RECEIVED,
	LifeContract,
	pieces_of,
	retotalled,
	shares_of,
)
from ecommerce_sync.erps.contract_support import unique

from .test_embedded_life import LifeOnSqlite

ZERO, ONE, CENT = Decimal(0), Decimal(1), Decimal("0.01")
ACTS = (
	"deliver",
	"supplier",
	"cancel_delivery",
	"take_back",
	"invoice",
	"invoice_with_stock",
	"cancel_invoice",
	"credit",
	"amount_back",
	"pay_in",
	"pay_out",
	"cancel_payment",
	"change",
	"close",
)
acts = st.lists(
	st.tuples(st.sampled_from(ACTS), st.sampled_from(tuple(PIECES)), st.integers(1, 4)), max_size=16
)


class Books(LifeOnSqlite, LifeContract):  # type: ignore[misc]
	"""One order; the test keeps its own account of stock and money."""

	def __init__(self) -> None:
		self.setup_method()
		self.order: Order = self.place()
		self.out = dict.fromkeys(PIECES, ZERO)  # pieces that left the shelf for good
		self.money = ZERO

	@cached_property
	def first(self) -> Order:
		"""The order as it was placed."""
		return self.order

	@property
	def now(self) -> ErpOrder:
		"""What the ERP says."""
		return self.look(self.order)  # type: ignore[no-any-return]

	@property
	def document(self) -> SalesOrderState:
		"""The Sales Order."""
		return self.sales_order_of(self.order)

	def act(self, act: str, line: str, number: int) -> None:
		"""One thing that happens; what the ERP refuses leaves nothing."""
		before = self.now
		try:
			getattr(self, f"_{act}")(line, number)
		except (SyncError, StopIteration):
			assert self.now == before

	def _deliver(self, line: str, number: int) -> None:
		self.deliver_by_hand(self.document.name, {line: Decimal(number)})
		self.out[line] += number

	def _supplier(self, line: str, number: int) -> None:
		self.erp.drop_ship(self.document.name, {line: Decimal(number)})

	def _cancel_delivery(self, line: str, number: int) -> None:
		notes = [d for d in self.now.deliveries if d.docstatus == 1 and d.doctype == "Delivery Note"]
		note = next(iter(notes[number % len(notes or "x") :]))
		self.cancel_delivery_by_hand(note.name)
		for row in note.rows:
			self.out[row.line_id] -= row.quantity

	def _take_back(self, line: str, number: int) -> None:
		notes = (d for d in self.now.deliveries if d.docstatus == 1 and d.doctype == "Delivery Note")
		note = next(d for d in notes if not d.is_return)
		self.return_by_hand(note.name, {line: ONE})
		self.out[line] -= 1

	def _invoice(self, line: str, number: int) -> None:
		self.invoice_by_hand(self.document.name, {line: Decimal(number)})

	def _invoice_with_stock(self, line: str, number: int) -> None:
		self.invoice_with_stock_by_hand(self.document.name, {line: Decimal(number)})
		self.out[line] += number

	def _cancel_invoice(self, line: str, number: int) -> None:
		invoice = next(each for each in self.now.invoices if each.docstatus == 1)
		ships = {each.name for each in self.now.deliveries}
		self.erp.cancel_invoice(invoice.name)
		for row in invoice.rows if invoice.name in ships else ():
			self.out[row.line_id] -= row.quantity

	def _credit(self, line: str, number: int) -> None:
		invoices = [each for each in self.now.invoices if each.docstatus == 1 and not each.is_return]
		invoice = next(each for each in invoices if line in pieces_of(each.rows))
		self.credit_by_hand(invoice.name, {line: ONE})

	def _amount_back(self, line: str, number: int) -> None:
		invoice = next(each for each in self.now.invoices if each.docstatus == 1 and not each.is_return)
		row = CreditRow(invoice_row=invoice.rows[0].name, quantity=ZERO, rate=Decimal(number))
		known = {"invoice": invoice.name, "refund_id": unique(), "posted_on": self.today, "charges": ()}
		more = {"rows": (row,), "total": row.rate, "against_itself": invoice.outstanding >= row.rate}
		self.apply(self.order, CreateCreditNote(**known, **more))

	def _pay_in(self, line: str, number: int) -> None:
		self.pay(self.order, Decimal(number * 7))
		self.money += number * 7

	def _pay_out(self, line: str, number: int) -> None:
		self.pay(self.order, Decimal(number * 3), "out")
		self.money -= number * 3

	def _cancel_payment(self, line: str, number: int) -> None:
		payment = next(each for each in self.now.payments if each.docstatus == 1)
		self.erp.cancel_payment(payment.name)
		self.money -= payment.amount

	def _change(self, line: str, number: int) -> None:
		"""The line gets so many pieces at the price that it was ordered at."""
		lines = []
		for each, placed in zip(self.order.lines, self.first.lines, strict=True):
			part = Decimal(number) / placed.quantity
			if each.id == line:
				whole = {
					"quantity": Decimal(number),
					"subtotal": round(placed.total * part, 2),
					"discounts": (),
				}
				each = placed.model_copy(update=whole)
			lines.append(each)
		changed = retotalled(self.order.model_copy(update={"lines": tuple(lines)}))
		draft = draft_of(changed, self.look(changed), self.goods)
		self.apply(self.order, ChangeSalesOrder(document=self.document.name, draft=draft))
		self.order = changed

	def _close(self, line: str, number: int) -> None:
		if number == 1:
			self.apply(self.order, CloseSalesOrder(document=self.document.name))

	# what must be so

	def agree(self) -> None:
		"""The account and the ERP say the same."""
		seen, document = self.now, self.document
		self._goods_agree(seen, document)
		self._money_agrees(seen)
		self._charges_agree(seen, document)

	def _goods_agree(self, seen: ErpOrder, document: SalesOrderState) -> None:
		shipped = pieces_of(
			row for d in seen.deliveries if d.docstatus == 1 and not d.is_return for row in d.rows
		)
		ordered = pieces_of(document.rows)  # type: ignore[arg-type]
		for line in PIECES:
			item = self.item_of(self.order, line)
			assert self.stock(item, self.warehouses[0]) == RECEIVED - self.out[line]
			left = ZERO if document.closed else ordered.get(line, ZERO) - shipped.get(line, ZERO)
			assert left >= 0
			assert self.reserved(self.order, line) == left
		whole = all(n == shipped.get(line, ZERO) for line, n in ordered.items())
		assert (document.per_delivered == 100) == whole

	def _money_agrees(self, seen: ErpOrder) -> None:
		live = [each for each in seen.invoices if each.docstatus == 1]
		billed = sum((each.total for each in live), ZERO)
		assert self.owed(self.order) == billed - self.money
		assert sum((p.amount for p in seen.payments if p.docstatus == 1), ZERO) == self.money
		standing = ZERO
		for entry in (e for e in self.erp.documents("Payment Entry") if e["docstatus"] == 1):
			amount, on_order = Decimal(entry["data"]["amount"]), Decimal(entry["data"]["on_order"])
			placed = sum((Decimal(n) for _, n in entry["data"]["allocations"]), ZERO)
			assert ZERO <= on_order <= max(ZERO, amount - placed)
			assert abs(placed) <= abs(amount)
			standing += amount - placed
		assert sum((each.outstanding for each in live), ZERO) - standing == self.owed(self.order)

	def _charges_agree(self, seen: ErpOrder, document: SalesOrderState) -> None:
		"""Where all is billed and nothing was changed since, the invoices' charges are the order's."""
		invoices = [each for each in seen.invoices if each.docstatus == 1 and not each.is_return]
		billed = pieces_of(row for each in invoices for row in each.rows)
		if self.order == self.first and billed == PIECES:
			assert shares_of(charge for each in invoices for charge in each.charges) == shares_of(
				document.charges
			)
		for note in (each for each in seen.invoices if each.is_return):
			assert note.total == sum((part.amount for part in (*note.rows, *note.charges)), ZERO)


@contextmanager
def books() -> Iterator[Books]:
	"""One order in a file of its own."""
	found = Books()
	assert found.first
	try:
		yield found
	finally:
		with suppress(OSError):
			found.teardown_method()


@settings(max_examples=25, deadline=None)
@given(acts)
def test_everything_agrees_after_any_sequence(sequence: list[tuple[str, str, int]]) -> None:
	with books() as found:
		for act in sequence:
			found.act(*act)
			found.agree()
