"""How every ERP credits what was invoiced, in all recipes, as a mixin."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ..core.commands import ChargeRow
from ..core.erp import DocumentRow, Invoice
from ..core.followups import CreateCreditNote, CreditRow
from ..core.models import Order
from .contract_life_support import PIECES, TOTAL, LifeContract, pieces_of, shares, shares_of
from .contract_support import unique

ONE, TWO, TEN, ZERO = Decimal(1), Decimal(2), Decimal(10), Decimal(0)
Amounts = Mapping[str, Mapping[str, str]]  # by description and part of the order


class CreditContract(LifeContract):
	"""Credit notes against invoices."""

	def billed(self, paid: bool = True) -> tuple[Order, Invoice]:
		"""An order whose invoice is paid, or open."""
		order = self.place()
		name = self.bill(order)
		if paid:
			self.pay(order, TOTAL)
		return order, self.invoice(order, name)

	def row_of(self, invoice: Invoice, line_id: str) -> DocumentRow:
		"""The first row of a line."""
		return next(row for row in invoice.rows if row.line_id == line_id)

	def credit_of(
		self,
		invoice: Invoice,
		total: str,
		rows: tuple[tuple[str, str, str], ...] = (),
		charges: Amounts | None = None,
		**more: Any,
	) -> CreateCreditNote:
		"""The command: `rows` are line, pieces and rate."""
		known = {
			"invoice": invoice.name,
			"refund_id": unique(),
			"posted_on": self.today,
			"rows": tuple(
				CreditRow(
					invoice_row=self.row_of(invoice, line).name, quantity=Decimal(n), rate=Decimal(rate)
				)
				for line, n, rate in rows
			),
			"charges": tuple(_charge(invoice, text, parts) for text, parts in (charges or {}).items()),
			"total": Decimal(total),
		}
		return CreateCreditNote(**{**known, **more})

	def credit(self, order: Order, command: CreateCreditNote) -> Invoice:
		"""Apply it; what it made, which comes to the command's total."""
		note = self.invoice(order, self.apply(order, command))
		assert (note.docstatus, note.is_return, note.return_against) == (1, True, command.invoice)
		assert (note.total, note.refund_id) == (-command.total, command.refund_id)
		return note

	def test_lines_with_their_taxes(self) -> None:
		order, invoice = self.billed()
		taxes = {"State Tax": {"1": "0.60"}, "City Tax": {"1": "0.21"}}
		note = self.credit(order, self.credit_of(invoice, "10.81", (("1", "1", "10"),), taxes))
		assert pieces_of(note.rows) == {"1": -ONE}
		assert {row.source_row for row in note.rows} == {self.row_of(invoice, "1").name}
		assert sum(row.amount for row in note.rows) == -TEN
		amounts = {(title, "1"): -Decimal(parts["1"]) for title, parts in taxes.items()}
		assert shares_of(note.charges) == amounts
		assert sum(row.billed for row in self.rows_of(order, "1")) == TEN

	def test_a_paid_invoice_keeps_the_credit_open_until_money_goes_out(self) -> None:
		order, invoice = self.billed()
		command = self.credit_of(invoice, "10.00", (("1", "1", "10"),))
		note = self.credit(order, command)
		assert (note.outstanding, self.invoice(order, invoice.name).outstanding) == (-TEN, ZERO)
		assert self.owed(order) == -TEN
		self.pay(order, TEN, "out", refund_id=command.refund_id)
		assert self.invoice(order, note.name).outstanding == ZERO
		assert (self.invoice(order, invoice.name).outstanding, self.owed(order)) == (ZERO, ZERO)

	def test_money_goes_out_against_its_own_refund(self) -> None:
		order, invoice = self.billed()
		commands = [self.credit_of(invoice, "10.00", (("1", "1", "10"),)) for _ in range(2)]
		first, second = (self.credit(order, command) for command in commands)
		self.pay(order, TEN, "out", refund_id=commands[1].refund_id)
		assert self.invoice(order, first.name).outstanding == -TEN
		assert self.invoice(order, second.name).outstanding == ZERO

	def test_an_open_invoice_is_credited_against_itself(self) -> None:
		order, invoice = self.billed(paid=False)
		command = self.credit_of(invoice, "10.00", (("1", "1", "10"),), against_itself=True)
		note = self.credit(order, command)
		assert note.outstanding == ZERO
		assert self.invoice(order, invoice.name).outstanding == TOTAL - TEN == self.owed(order)
		self.pay(order, TOTAL - TEN)
		assert (self.invoice(order, invoice.name).outstanding, self.owed(order)) == (ZERO, ZERO)

	def test_goods_at_less_than_they_were_billed_at(self) -> None:
		order, invoice = self.billed()
		note = self.credit(order, self.credit_of(invoice, "7.25", (("1", "1", "7.25"),)))
		assert [(row.quantity, row.rate, row.amount) for row in note.rows] == [
			(-ONE, Decimal("7.25"), Decimal("-7.25"))
		]

	def test_an_amount_without_goods_leaves_the_goods_returnable(self) -> None:
		order, invoice = self.billed()
		note = self.credit(order, self.credit_of(invoice, "5.00", (("1", "0", "5"),)))
		assert sum(row.quantity for row in note.rows) == ZERO
		assert sum(row.amount for row in note.rows) == Decimal("-5.00")
		assert sum(row.billed for row in self.rows_of(order, "1")) == Decimal("15.00")
		both = self.credit(order, self.credit_of(invoice, "15.00", (("1", "2", "7.50"),)))
		assert pieces_of(both.rows) == {"1": -TWO}

	def test_goods_and_an_amount_beyond_them(self) -> None:
		order, invoice = self.billed()
		rows = (("3", "1", "18"), ("1", "0", "2.50"))
		note = self.credit(order, self.credit_of(invoice, "20.50", rows))
		assert sum(row.amount for row in note.rows) == Decimal("-20.50")
		assert sum(row.quantity for row in note.rows) == -ONE

	def test_shipping_alone(self) -> None:
		order, invoice = self.billed()
		part = {"shipping:s": "5.00"}
		charges = {"Post": part, "State Tax": {"shipping:s": "0.30"}, "City Tax": {"shipping:s": "0.10"}}
		note = self.credit(order, self.credit_of(invoice, "5.40", charges=charges))
		assert sum(row.amount for row in note.rows) == ZERO
		assert sum(row.quantity for row in note.rows) == ZERO
		assert shares_of(note.charges) == {
			(title, "shipping:s"): -Decimal(parts["shipping:s"]) for title, parts in charges.items()
		}
		assert (note.outstanding, self.owed(order)) == (Decimal("-5.40"), Decimal("-5.40"))
		assert all(row.billed == row.rate * row.quantity for row in self.sales_order_of(order).rows)

	def test_taxes_alone(self) -> None:
		order, invoice = self.billed()
		taxes = {"State Tax": {"1": "1.20", "2": "0.56"}}
		note = self.credit(order, self.credit_of(invoice, "1.76", charges=taxes))
		assert shares_of(note.charges) == {
			("State Tax", "1"): Decimal("-1.20"),
			("State Tax", "2"): Decimal("-0.56"),
		}

	def test_several_on_one_invoice_come_to_all_of_it(self) -> None:
		order, invoice = self.billed()
		first = {"State Tax": {"1": "0.60"}, "City Tax": {"1": "0.21"}}
		self.credit(order, self.credit_of(invoice, "10.81", (("1", "1", "10"),), first))
		whole = tuple(
			CreditRow(
				invoice_row=row.name,
				quantity=ONE if row.line_id == "1" else row.quantity,
				rate=row.rate,
			)
			for row in invoice.rows
		)
		rest = shares_of(invoice.charges)
		for title, parts in first.items():
			rest[title, "1"] -= Decimal(parts["1"])
		charges: dict[str, dict[str, str]] = {}
		for (title, part), amount in rest.items():
			charges.setdefault(title, {})[part] = f"{amount:f}"
		command = self.credit_of(invoice, f"{TOTAL - Decimal('10.81'):f}", charges=charges, rows=())
		self.credit(order, command.model_copy(update={"rows": whole}))
		documents = self.look(order).invoices
		assert sum(each.total for each in documents) == ZERO
		assert shares_of(charge for each in documents for charge in each.charges) == {}
		assert pieces_of(row for each in documents for row in each.rows) == dict.fromkeys(PIECES, ZERO)
		assert all(row.billed == 0 for row in self.sales_order_of(order).rows)
		self.pay(order, TOTAL, "out")
		assert self.owed(order) == ZERO

	def test_a_credit_takes_no_goods_into_stock(self) -> None:
		order = self.place()
		self.deliver_lines(order)
		before = self.stock(self.item_of(order, "1"), self.warehouses[0])
		invoice = self.invoice(order, self.bill(order))
		self.credit(order, self.credit_of(invoice, "10.00", (("1", "1", "10"),)))
		assert self.stock(self.item_of(order, "1"), self.warehouses[0]) == before

	def test_another_total_is_held(self) -> None:
		order, invoice = self.billed()
		assert self.refused(order, self.credit_of(invoice, "10.01", (("1", "1", "10"),)))

	def test_more_pieces_than_were_billed_are_refused(self) -> None:
		order, invoice = self.billed()
		self.credit(order, self.credit_of(invoice, "20.00", (("1", "2", "10"),)))
		assert self.refused(order, self.credit_of(invoice, "10.00", (("1", "1", "10"),)))

	# credit notes that a person makes

	def test_a_persons_credit_note_is_told_once(self) -> None:
		order, invoice = self.billed()
		name = self.credit_by_hand(invoice.name, {"1": ONE})
		(found,) = self._to_tell(order)
		assert (found.document, found.currency, found.restock) == (name, "USD", False)
		assert found.total == -self.invoice(order, name).total
		assert [(line.line_id, line.quantity) for line in found.lines] == [("1", ONE)]
		with self.erp.transaction([self.key(order, self.goods)], wait=True):
			self.erp.credit_told(name, "r9")
		assert self._to_tell(order) == ()
		assert self.invoice(order, name).refund_id == "r9"

	def test_credit_notes_of_the_stores_refunds_are_not_told(self) -> None:
		order, invoice = self.billed()
		self.credit(order, self.credit_of(invoice, "10.00", (("1", "1", "10"),)))
		assert self._to_tell(order) == ()

	def _to_tell(self, order: Order) -> tuple[Any, ...]:
		with self.erp.transaction([self.key(order, self.goods)], wait=True):
			return tuple(self.erp.credits_to_tell(self.store, order.id))


def _charge(invoice: Invoice, description: str, parts: Mapping[str, str]) -> ChargeRow:
	known = next(charge for charge in invoice.charges if charge.description == description)
	amounts = {part: Decimal(amount) for part, amount in parts.items()}
	return ChargeRow(
		kind=known.kind,
		account=known.account,
		description=description,
		amount=sum(amounts.values(), ZERO),
		rate=known.rate,
		shares=shares(amounts),
	)
