"""What persons do at the Desk with deliveries, invoices, credit notes and payments, for the contract of an order's life."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import frappe

from ...core.erp import ErpCharge
from ...core.life import Parcel
from .testing_goods import Goods

ZERO = Decimal(0)


class Life(Goods):
	"""What `LifeContract` asks of a test class. Everything that a person does is committed."""

	bank: str
	fee_account: str

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		company = cls.settings.company
		cls.bank = _account(company, account_type="Cash")
		cls.fee_account = _account(company, root_type="Expense", account_type=["in", ["", "Expense Account"]])

	def stock(self, item_code: str, warehouse: str) -> Decimal:
		frappe.db.rollback()
		found = frappe.db.get_value("Bin", {"item_code": item_code, "warehouse": warehouse}, "actual_qty")
		return _decimal(found)

	def deliver_by_hand(self, sales_order: str, pieces: Mapping[str, Decimal]) -> str:
		from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note

		return _submitted(make_delivery_note(sales_order), pieces, _line_of("so_detail", "Sales Order Item"))

	def cancel_delivery_by_hand(self, delivery: str) -> None:
		frappe.get_doc("Delivery Note", delivery).cancel()
		frappe.db.commit()

	def return_by_hand(self, delivery: str, pieces: Mapping[str, Decimal]) -> str:
		from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_return

		return _submitted(
			make_sales_return(delivery), pieces, _line_of("dn_detail", "Delivery Note Item"), sign=-1
		)

	def invoice_by_hand(self, sales_order: str, pieces: Mapping[str, Decimal]) -> str:
		from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice

		return _submitted(make_sales_invoice(sales_order), pieces, _line_of("so_detail", "Sales Order Item"))

	def invoice_with_stock_by_hand(self, sales_order: str, pieces: Mapping[str, Decimal]) -> str:
		from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice

		invoice = make_sales_invoice(sales_order)
		invoice.update_stock = 1
		for row in invoice.items:
			row.warehouse = frappe.db.get_value("Sales Order Item", row.so_detail, "warehouse")
		return _submitted(invoice, pieces, _line_of("so_detail", "Sales Order Item"))

	def credit_by_hand(self, invoice: str, pieces: Mapping[str, Decimal]) -> str:
		from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return

		note = make_sales_return(invoice)
		note.update_stock = 0
		return _submitted(note, pieces, _line_of("sales_invoice_item", "Sales Invoice Item"), sign=-1)

	def pay_by_hand(self, invoice: str, amount: Decimal) -> str:
		from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry

		entry = get_payment_entry(
			"Sales Invoice", invoice, party_amount=float(amount), bank_account=self.bank
		)
		entry.update({"reference_no": "by hand", "reference_date": frappe.utils.nowdate()})
		entry.insert()
		entry.submit()
		frappe.db.commit()
		return str(entry.name)

	def add_parcel_by_hand(self, delivery: str, parcel: Parcel) -> None:
		note = frappe.get_doc("Delivery Note", delivery)
		values = {"carrier": parcel.carrier, "tracking_number": parcel.number, "tracking_url": parcel.url}
		note.append("store_parcels", values)
		note.save()
		frappe.db.commit()

	def charges_of(self, doctype: str, name: str) -> tuple[ErpCharge, ...]:
		frappe.db.rollback()
		return tuple(_charge(row) for row in frappe.get_doc(doctype, name).taxes)

	def receivable(self, customer: str) -> Decimal:
		return _balance({"party_type": "Customer", "party": customer})

	def booked(self, account: str) -> Decimal:
		return _balance({"account": account})


def _submitted(doc: Any, pieces: Mapping[str, Decimal], line_of: Callable[[Any], str], sign: int = 1) -> str:
	"""The mapped document with so many pieces of each line, submitted."""
	left = dict(pieces)
	rows = []
	for row in doc.items:
		line = line_of(row)
		here = min(left.get(line, ZERO), _decimal(abs(row.qty)))
		if here:
			left[line] -= here
			row.qty = float(here) * sign
			rows.append(row)
	doc.set("items", rows)
	for number, row in enumerate(rows, 1):
		row.idx = number
	doc.insert()
	frappe.get_doc(doc.doctype, doc.name).submit()  # as the form opens it: only so ERPNext counts returns
	frappe.db.commit()
	return str(doc.name)


def _line_of(field: str, doctype: str) -> Callable[[Any], str]:
	"""The store line of a row, by the row that it was mapped from."""
	return lambda row: str(frappe.db.get_value(doctype, row.get(field), "store_line_id"))


def _charge(row: Any) -> ErpCharge:
	shares = json.loads(row.store_shares or "{}")
	return ErpCharge(
		kind=row.store_charge_kind,
		account=row.account_head,
		description=row.description,
		amount=_decimal(row.tax_amount),
		shares={part: Decimal(amount) for part, amount in shares.items()},
	)


def _balance(filters: dict[str, Any]) -> Decimal:
	frappe.db.rollback()
	fields = ["sum(debit_in_account_currency) as debit", "sum(credit_in_account_currency) as credit"]
	(found,) = frappe.get_all("GL Entry", filters={**filters, "is_cancelled": 0}, fields=fields)
	return _decimal(found.debit) - _decimal(found.credit)


def _decimal(value: float | None) -> Decimal:
	return Decimal(f"{value or 0:.6f}").quantize(Decimal("0.01"))


def _account(company: str, **filters: Any) -> str:
	return str(frappe.db.get_value("Account", {"company": company, "is_group": 0, **filters}))
