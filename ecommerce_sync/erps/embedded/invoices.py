"""Sales Invoices and credit notes on SQLite, by commands and by persons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ...core.commands import ChargeRow
from ...core.erp import ErpCharge, Invoice
from ...core.followups import CreateCreditNote, CreateInvoice, CreditRow
from ...core.life import LineQuantity
from ...core.money import total
from ..life import CreditToTell
from .deliveries import NOTE, Quantities, document_row, of_order, seen_row
from .documents import Document
from .order_books import OrderBooks, Row, negative, with_shares
from .orders import mismatch
from .returns import Returns
from .stock import ZERO

INVOICE = "Sales Invoice"


class Invoices(Returns):
	"""What the customer owes, and owes no more."""

	def _create_invoice(self, command: CreateInvoice) -> Document:
		books = self._open_order(command.document)
		if command.delivery:
			return self._bill_delivery(books, command.delivery, command.posted_on)
		quantities = {
			row["name"]: Decimal(row["quantity"]) - books.invoiced(row["name"]) for row in books.data["rows"]
		}
		return self._write_invoice(books, books.data["rows"], quantities, command.posted_on)

	def _bill_delivery(self, books: OrderBooks, delivery: str, posted_on: date) -> Document:
		"""Its pieces, no more of a row than the order has left to bill."""
		note = self._read(NOTE, delivery)
		ordered = {row["name"]: row for row in books.data["rows"]}
		rows, quantities = [], {}
		for row in note["data"]["rows"] if note else ():
			if source := ordered.get(row["order_row"]):
				left = Decimal(source["quantity"]) - books.invoiced(source["name"])
				quantities[source["name"]] = min(left, books.unbilled_of(row))
				rows.append({**source, "delivery_row": row["name"]})
		return self._write_invoice(books, rows, quantities, posted_on)

	def _write_invoice(
		self,
		books: OrderBooks,
		rows: Iterable[Row],
		quantities: Quantities,
		posted_on: date,
		update_stock: bool = False,
	) -> Document:
		billed = [row for row in rows if quantities[row["name"]] > 0]
		if not billed:
			raise self._refuse(books, "nothing is left to bill")
		name = self._name("SINV")
		here = {row["name"]: quantities[row["name"]] for row in billed}
		data = {
			**of_order(books, posted_on),
			"update_stock": update_stock,
			"rows": [
				{
					**document_row(books, name, number, row, here[row["name"]]),
					"order_row": row["name"],
					"delivery_row": row.get("delivery_row"),
					"parts": row["parts"] if update_stock else [],
					"warehouse": row["warehouse"] if update_stock else None,
				}
				for number, row in enumerate(billed, 1)
			],
			"charges": list(books.charges_of_order(INVOICE, here)),
		}
		document = self._put_invoice(name, data)
		self._take_advances(books.order["name"], name)
		return document

	def _put_invoice(self, name: str, data: dict[str, Any]) -> Document:
		amounts = (*data["rows"], *data["charges"])
		data["total"] = f"{total(Decimal(each['amount']) for each in amounts):f}"
		return self._put_delivery(name, data, 1, INVOICE)

	def _take_advances(self, sales_order: str, invoice: str) -> None:
		"""Money that came before goes to the invoice: first what stands on the order, then what stands nowhere."""
		books = self.books(sales_order)
		open_ = books.outstanding(next(row for row in books.of(INVOICE) if row["name"] == invoice))
		for payment in books.live("Payment Entry"):
			data = payment["data"]
			free = Decimal(data["amount"]) - total(Decimal(n) for _, n in data["allocations"])
			if (here := min(free, open_)) > 0:
				open_ -= here
				allocations = [*data["allocations"], [invoice, f"{here:f}"]]
				on_order = min(Decimal(data["on_order"]), free - here)
				changed = {"allocations": allocations, "on_order": f"{on_order:f}"}
				self._write("Payment Entry", payment["name"], {**data, **changed}, 1)

	# credit notes

	def _create_credit_note(self, command: CreateCreditNote) -> Document:
		books, invoice = self._books_of(INVOICE, command.invoice)
		name = self._name("SINV")
		charges = [negative(_charge(charge)) for charge in command.charges]
		rows = self._credit_rows(books, invoice, command.rows, name)
		ours = -total(Decimal(each["amount"]) for each in (*rows, *charges))
		if ours != command.total:
			charges += self._template_part(books, rows, command.total - ours)
		data = {
			**of_order(books, command.posted_on),
			**_against(invoice["name"], command.refund_id, command.against_itself, command.note),
			"rows": rows,
			"charges": charges,
		}
		return self._put_invoice(name, data)

	def _credit_rows(
		self, books: OrderBooks, invoice: Row, credited: Iterable[CreditRow], name: str
	) -> list[Row]:
		"""Rows of an amount alone have no pieces."""
		billed = {row["name"]: row for row in invoice["data"]["rows"]}
		left = {row: books.left_of(INVOICE, billed[row]) for row in billed}
		rows = []
		for number, each in enumerate(credited, 1):
			source = {**billed[each.invoice_row], "rate": f"{each.rate:f}"}
			left[source["name"]] -= each.quantity
			if left[source["name"]] < 0:
				raise self._refuse(books, f"more is credited than {invoice['name']} billed")
			row = document_row(books, name, number, source, -each.quantity)
			if not each.quantity:
				row["amount"] = f"{-each.rate:f}"
			links = {"order_row": source["order_row"], "source_row": source["name"], "parts": []}
			rows.append({**row, **links, "warehouse": None})
		return rows

	def _template_part(self, books: OrderBooks, rows: Iterable[Row], amount: Decimal) -> list[Row]:
		"""What a template's taxes give back beside the rows. Raises `Held` where no template computes them."""
		template = [c for c in books.data["charges"] if c["account"] == books.data["tax_template"]]
		if not template:
			wrong = -total(Decimal(row["amount"]) for row in rows) + amount
			raise mismatch(wrong - amount, wrong, books.data["currency"])
		lines = [row["line_id"] for row in rows] or [template[0]["shares"][0]["line_id"]]
		return [with_shares(template[0], {lines[0]: -amount})]

	# what persons do

	def invoice(self, sales_order: str, pieces: Quantities | None = None, update_stock: bool = False) -> str:
		"""Pieces of lines are billed (and shipped), all that is open unless they are named; the Sales Invoice."""
		with self.database.transaction():
			books = self._open_order(sales_order)
			rows = books.data["rows"]
			open_ = {row["name"]: Decimal(row["quantity"]) - books.invoiced(row["name"]) for row in rows}
			if update_stock:
				left = {row["name"]: Decimal(row["quantity"]) - books.shipped(row["name"]) for row in rows}
				open_ = {name: min(n, left[name]) for name, n in open_.items()}
			wanted = open_ if pieces is None else self._shared_out(books, rows, open_, pieces)
			quantities = {row["name"]: wanted.get(row["name"], ZERO) for row in rows}
			if update_stock:
				self._note_out("shipment", books.data)
			return self._write_invoice(books, rows, quantities, date.today(), update_stock)[1]

	def cancel_invoice(self, name: str) -> None:
		"""A Sales Invoice or credit note is cancelled; money that was on it stands nowhere."""
		with self.database.transaction():
			books, row = self._books_of(INVOICE, name)
			if any(each["data"]["return_against"] == name for each in books.live(INVOICE, True)):
				raise self._refuse(books, f"{name} is credited")
			for payment in books.live("Payment Entry"):
				kept = [pair for pair in payment["data"]["allocations"] if pair[0] != name]
				self._set("Payment Entry", payment["name"], {"allocations": kept})
			self._bring_back(row)
			if row["data"].get("update_stock"):
				self._note_out("shipment", books.data)

	def credit(self, invoice: str, pieces: Quantities, note: str | None = None) -> str:
		"""Pieces of an invoice's lines are credited with their part of the charges; the credit note."""
		with self.database.transaction():
			books, row = self._books_of(INVOICE, invoice)
			rows = row["data"]["rows"]
			left = {each["name"]: books.left_of(INVOICE, each) for each in rows}
			quantities = self._shared_out(books, rows, left, pieces)
			credited = [
				CreditRow(invoice_row=each["name"], quantity=quantities[each["name"]], rate=each["rate"])
				for each in rows
				if each["name"] in quantities
			]
			name = self._name("SINV")
			data = {
				**of_order(books, date.today()),
				**_against(invoice, None, False, note),
				"rows": self._credit_rows(books, row, credited, name),
				"charges": list(books.charges_back(INVOICE, row, quantities)),
			}
			self._note_out("refund", books.data)
			return self._put_invoice(name, data)[1]

	# as planners and stores see them

	def _invoices(self, books: OrderBooks) -> tuple[Invoice, ...]:
		return tuple(_invoice(row, books.outstanding(row)) for row in books.of(INVOICE))

	def credits_to_tell(self, store: str, order_id: str) -> tuple[CreditToTell, ...]:
		following = self._following(store, order_id)
		came_back = any(
			row["doctype"] == NOTE and row["docstatus"] == 1 and row["data"].get("is_return")
			for row in following
		)
		return tuple(
			_to_tell(row, came_back)
			for row in following
			if row["doctype"] == INVOICE and row["docstatus"] == 1
			if row["data"].get("is_return") and not row["data"]["refund_id"]
		)

	def credit_told(self, document: str, refund_id: str) -> None:
		self._set(INVOICE, document, {"refund_id": refund_id})


def seen_charge(charge: Mapping[str, Any]) -> ErpCharge:
	"""A charge as planners see it."""
	shares: dict[str, Decimal] = {}
	for share in charge["shares"]:
		shares[share["line_id"]] = shares.get(share["line_id"], ZERO) + Decimal(share["amount"])
	return ErpCharge(
		kind=charge["kind"],
		account=charge["account"],
		description=charge["description"],
		amount=Decimal(charge["amount"]),
		rate=None if charge["rate"] is None else Decimal(charge["rate"]),
		shares=shares,
	)


def _invoice(row: Row, outstanding: Decimal) -> Invoice:
	data = row["data"]
	return Invoice(
		name=row["name"],
		docstatus=row["docstatus"],
		total=Decimal(data["total"]),
		outstanding=outstanding,
		rows=tuple(seen_row(each) for each in data["rows"]),
		charges=tuple(seen_charge(charge) for charge in data["charges"]),
		is_return=bool(data.get("is_return")),
		return_against=data.get("return_against"),
		refund_id=data.get("refund_id"),
	)


def _charge(charge: ChargeRow) -> Row:
	return charge.model_dump(mode="json")


def _against(invoice: str, refund_id: str | None, against_itself: bool, note: str | None) -> dict[str, Any]:
	known = {"is_return": True, "return_against": invoice, "refund_id": refund_id}
	return {**known, "against_itself": against_itself, "note": note}


def _to_tell(row: Row, restock: bool) -> CreditToTell:
	data = row["data"]
	pieces: dict[str, Decimal] = {}
	for each in data["rows"]:
		pieces[each["line_id"]] = pieces.get(each["line_id"], ZERO) - Decimal(each["quantity"])
	shares = (share for charge in data["charges"] for share in charge["shares"])
	shipping = total(Decimal(s["amount"]) for s in shares if s["line_id"].startswith("shipping:"))
	return CreditToTell(
		document=row["name"],
		currency=data["currency"],
		total=-Decimal(data["total"]),
		lines=tuple(LineQuantity(line_id=line, quantity=n) for line, n in pieces.items() if n),
		shipping=-shipping,
		restock=restock,
		note=data.get("note"),
	)
