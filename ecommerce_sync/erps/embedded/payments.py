"""Payment Entries, what customers owe, and payouts on SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from ...core.erp import ErpPayment
from ...core.followups import CreatePayment
from ...core.money import total
from ...core.payouts import Payout
from .deliveries import of_order
from .documents import Document
from .invoices import INVOICE, Invoices
from .order_books import OrderBooks, Row
from .stock import ZERO

ENTRY = "Payment Entry"


class Payments(Invoices):
	"""Money in and out."""

	def _create_payment(self, command: CreatePayment) -> Document:
		books = self.books(command.document)
		amount = command.amount if command.direction == "in" else -command.amount
		known = command.model_dump(mode="json", include={"payment_id", "account", "mode_of_payment"})
		known |= command.model_dump(mode="json", include={"reference", "fee", "fee_account", "refund_id"})
		return self._write_payment(books, amount, list(_targets(books, command)), command.posted_on, known)

	def _write_payment(
		self, books: OrderBooks, amount: Decimal, targets: list[Row], posted_on: date, more: dict[str, Any]
	) -> Document:
		"""The money goes to the targets as far as they are open, else to the order, else to nothing."""
		sign = 1 if amount > 0 else -1
		left, allocations = abs(amount), []
		for invoice in targets:
			if (here := min(left, sign * books.outstanding(invoice))) > 0:
				allocations.append([invoice["name"], f"{sign * here:f}"])
				left -= here
		on_order = min(left, max(ZERO, books.not_invoiced - books.advance)) if sign > 0 else ZERO
		data = {
			**of_order(books, posted_on),
			**more,
			"amount": f"{amount:f}",
			"allocations": allocations,
			"on_order": f"{on_order:f}",
		}
		return self._write(ENTRY, self._name("PAY"), data, 1)

	def pay(self, invoice: str, amount: Decimal, account: str = "Bank", posted_on: date | None = None) -> str:
		"""A person books money for an invoice, or money paid out (negative) for a credit note; the Payment Entry."""
		with self.database.transaction():
			books, row = self._books_of(INVOICE, invoice)
			known = {"payment_id": None, "account": account, "mode_of_payment": None, "reference": "by hand"}
			more = {**known, "fee": "0", "fee_account": None, "refund_id": None}
			return self._write_payment(books, amount, [row], posted_on or date.today(), more)[1]

	def cancel_payment(self, name: str) -> None:
		"""A person cancels a Payment Entry."""
		with self.database.transaction():
			row = self._read(ENTRY, name)
			if row:
				self._write(ENTRY, name, row["data"], 2)

	def _payments(self, books: OrderBooks) -> tuple[ErpPayment, ...]:
		return tuple(
			ErpPayment(
				name=row["name"],
				docstatus=row["docstatus"],
				amount=Decimal(row["data"]["amount"]),
				payment_id=row["data"]["payment_id"],
			)
			for row in books.of(ENTRY)
		)

	# the ledger

	def receivable(self, customer: str, currency: str | None = None) -> Decimal:
		"""What the customer owes: invoices less credit notes and what was paid; in one currency or all."""
		billed = (Decimal(data["total"]) for data in self._posted(INVOICE, customer, currency))
		paid = (Decimal(data["amount"]) for data in self._posted(ENTRY, customer, currency))
		return total(billed) - total(paid)

	def receivables(self) -> dict[str, Decimal]:
		"""What each customer owes, in all currencies together; those that owe nothing too."""
		found: dict[str, Decimal] = {}
		for doctype, what, sign in ((INVOICE, "total", 1), (ENTRY, "amount", -1)):
			for data in self._posted(doctype, None, None):
				owed = found.get(data["customer"], ZERO)
				found[data["customer"]] = owed + sign * Decimal(data[what])
		return found

	def booked(self, account: str) -> Decimal:
		"""What payments have brought to an account: money in less money out and fees, or the fees."""
		return total(_on_account(data, account) for data in self._posted(ENTRY, None, None))

	def _posted(self, doctype: str, customer: str | None, currency: str | None) -> Iterator[dict[str, Any]]:
		for row in self.documents(doctype):
			data = row["data"]
			ours = row["docstatus"] == 1 and customer in (None, data["customer"])
			if ours and currency in (None, data["currency"]):
				yield data

	# payouts

	def record_payout(self, store: str, payout: Payout) -> Document | None:
		name = f"{store}-{payout.id}"
		entries = [
			{**entry.model_dump(mode="json"), "payment_entry": self._settled(store, entry.payment_id)}
			for entry in payout.entries
		]
		data = {**payout.model_dump(mode="json"), "store": store, "entries": entries}
		before = self._read("Store Payout", name)
		if before and before["data"] == data:
			return None
		return self._write("Store Payout", name, data, 0)

	def _settled(self, store: str, payment_id: str | None) -> str | None:
		"""The Payment Entry of a store's transaction."""
		if not payment_id:
			return None
		rows = self._all(
			"SELECT name FROM document WHERE json_extract(data, '$.payment_id') = ? AND docstatus = 1"
			" AND json_extract(data, '$.store') = ? AND doctype = ? ORDER BY rowid LIMIT 1",
			payment_id,
			store,
			ENTRY,
		)
		return rows[0]["name"] if rows else None


def _targets(books: OrderBooks, command: CreatePayment) -> list[Row]:
	"""The documents that the money is for, the refund's own credit note first, else the oldest."""
	invoices = books.live(INVOICE)
	return sorted(
		invoices,
		key=lambda row: not (command.refund_id and row["data"].get("refund_id") == command.refund_id),
	)


def _on_account(data: dict[str, Any], account: str) -> Decimal:
	found = ZERO
	if data["account"] == account:
		found += Decimal(data["amount"]) - Decimal(data["fee"])
	if data["fee_account"] == account:
		found += Decimal(data["fee"])
	return found
