"""An order of three lines delivered, billed and returned in parts with the Desk's own buttons, and what it comes to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import product
from typing import Any

import frappe

from ...core.models import Line, Shipping, TaxLine
from ...core.settings import StoreSettings, TaxRule
from ..contract_support import SKUS, unique
from .fields import decimal

Pieces = Mapping[str, int]
PIECES: Pieces = {"1": 2, "2": 1, "3": 1}  # of the order's three lines
BUNDLE = "SPLIT-BUNDLE"
_RATES = {"State": Decimal("0.0625"), "City": Decimal("0.0175")}


def prepare_books(settings: StoreSettings, currency: str = "EUR") -> StoreSettings:
	"""Two tax accounts, a bundle, stock, an exchange rate, and invoices in another currency than the books'."""
	frappe.db.set_single_value("Stock Settings", "allow_negative_stock", 1)
	name = "allow_multi_currency_invoices_against_single_party_account"
	frappe.db.set_single_value("Accounts Settings", name, 1)
	_exchange_rate(currency, settings.company_currency)
	_bundle()
	_receive(settings)
	rules = (TaxRule(title=title, account=_account(settings, f"{title} Tax of Splits")) for title in _RATES)
	return settings.model_copy(update={"taxes": tuple(rules)})


def _account(settings: StoreSettings, title: str) -> str:
	found = frappe.db.get_value("Account", {"account_name": title, "company": settings.company})
	if found:
		return str(found)
	parent = frappe.db.get_value("Account", settings.tax_account, "parent_account")
	account = frappe.new_doc("Account")
	account.update({"account_name": title, "company": settings.company, "parent_account": parent})
	account.account_type = "Tax"
	return str(account.insert(ignore_permissions=True).name)


def _exchange_rate(currency: str, books: str) -> None:
	if not frappe.db.exists("Currency Exchange", {"from_currency": currency, "to_currency": books}):
		rate = frappe.new_doc("Currency Exchange")
		rate.update({"from_currency": currency, "to_currency": books, "exchange_rate": 1.0819})
		rate.update({"date": "2020-01-01", "for_buying": 1, "for_selling": 1})
		rate.insert(ignore_permissions=True)


def _receive(settings: StoreSettings) -> None:
	"""Pieces with a value, which ERPNext wants to know of what it delivers."""
	if frappe.db.exists("Stock Ledger Entry", {"item_code": SKUS[1], "warehouse": settings.warehouse}):
		return
	entry = frappe.new_doc("Stock Entry")
	entry.update({"stock_entry_type": "Material Receipt", "company": settings.company})
	for sku in SKUS:
		row = {"item_code": sku, "qty": 1000, "basic_rate": 5, "t_warehouse": settings.warehouse}
		entry.append("items", row)
	entry.insert(ignore_permissions=True)
	entry.submit()


def _bundle() -> None:
	if frappe.db.exists("Item", BUNDLE):
		return
	item = frappe.new_doc("Item")
	group = frappe.db.get_value("Item Group", {"is_group": 0})
	item.update({"item_code": BUNDLE, "item_group": group, "stock_uom": "Nos", "is_stock_item": 0})
	item.insert(ignore_permissions=True)
	bundle = frappe.new_doc("Product Bundle")
	bundle.new_item_code = BUNDLE
	for sku, quantity in zip(SKUS, (2, 1), strict=True):
		bundle.append("items", {"item_code": sku, "qty": quantity})
	bundle.insert(ignore_permissions=True)


def three_lines(inclusive: bool = False, bundle: bool = False, digits: int = 2) -> dict[str, Any]:
	"""What makes a sample order one of three lines with two taxes and shipping; its net amounts do not divide."""
	lines = [_line(name, units, digits) for name, units in {"1": 3333, "2": 1999, "3": 777}.items()]
	lines[2] = lines[2].model_copy(update={"sku": BUNDLE if bundle else SKUS[0]})
	price = Decimal(700).scaleb(-digits)
	shipping = Shipping(id="s", title="Post", price=price, taxes=_taxes(price, digits))
	parts: list[Line | Shipping] = [*lines, shipping]
	total = sum((part.total for part in parts), Decimal(0))
	if not inclusive:
		total += sum((tax.amount for part in parts for tax in part.taxes), Decimal(0))
	return {"lines": tuple(lines), "shipping": (shipping,), "total": total, "taxes_included": inclusive}


def _line(name: str, units: int, digits: int) -> Line:
	amount = Decimal(units).scaleb(-digits)
	known = {"id": name, "title": f"Thing {name}", "quantity": Decimal(PIECES[name]), "subtotal": amount}
	return Line(**known, sku=SKUS[int(name) % 2], taxes=_taxes(amount, digits))


def _taxes(amount: Decimal, digits: int) -> tuple[TaxLine, ...]:
	return tuple(
		TaxLine(title=title, rate=rate, amount=round(amount * rate, digits)) for title, rate in _RATES.items()
	)


def every_split(pieces: Pieces = PIECES) -> Iterator[tuple[Pieces, ...]]:
	"""All ways to part the pieces into documents one after another."""
	if not any(pieces.values()):
		yield ()
		return
	for counts in product(*(range(many + 1) for many in pieces.values())):
		here = dict(zip(pieces, counts, strict=True))
		if any(counts):
			left = {line: pieces[line] - here[line] for line in pieces}
			yield from ((_some(here), *rest) for rest in every_split(left))


def _some(pieces: Pieces) -> Pieces:
	return {line: many for line, many in pieces.items() if many}


class Desk:
	"""A person with ERPNext's own buttons. What a button proposes is cut to the pieces wanted, saved and submitted."""

	def deliver(self, order: str, pieces: Pieces) -> Any:
		from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note

		return _submitted(make_delivery_note(order), pieces)

	def bill(self, order: str, pieces: Pieces, **values: Any) -> Any:
		from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice

		invoice = make_sales_invoice(order)
		invoice.update(values)
		return _submitted(invoice, pieces)

	def bill_delivery(self, note: str, pieces: Pieces | None = None) -> Any:
		from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_invoice

		return _submitted(make_sales_invoice(note), pieces)

	def give_back(self, doc: Any, pieces: Pieces | None = None) -> Any:
		from erpnext.controllers.sales_and_purchase_return import make_return_doc

		return _submitted(make_return_doc(doc.doctype, doc.name), pieces)

	def cancel(self, doc: Any) -> None:
		doc = frappe.get_doc(doc.doctype, doc.name)
		doc.flags.ignore_permissions = True
		doc.cancel()


def _submitted(doc: Any, pieces: Pieces | None) -> Any:
	if pieces is not None:
		cut(doc, pieces)
	doc.insert()
	doc.submit()
	return doc


def cut(doc: Any, pieces: Pieces) -> None:
	"""Leave so many pieces of each line on the document."""
	left, kept = dict(pieces), []
	sign = -1 if doc.get("is_return") else 1
	for row in doc.items:
		many = min(left.get(row.store_line_id, 0), int(abs(row.qty)))
		if many:
			left[row.store_line_id] -= many
			row.qty = sign * many
			kept.append(row)
	assert not any(left.values()), f"{doc.doctype} offers too little: {left}"
	doc.set("items", kept)


def comes_to(docs: Iterable[Any]) -> dict[str, Decimal]:
	"""Per tax account and in all, over the documents as they stand in the database."""
	sums: dict[str, Decimal] = defaultdict(Decimal)
	for doc in docs:
		stored = frappe.get_doc(doc.doctype, doc.name)
		if stored.docstatus < 2:
			sums["total"] += decimal(stored.grand_total)
			for tax in stored.taxes:
				sums[tax.account_head] += decimal(tax.tax_amount_after_discount_amount)
	return {name: amount for name, amount in sums.items() if amount}


def ledger(invoices: Iterable[Any], accounts: Iterable[str]) -> dict[str, Decimal]:
	"""What the General Ledger has on the accounts, credit less debit, in the company's currency."""
	rows = frappe.get_all(
		"GL Entry",
		filters={
			"voucher_type": "Sales Invoice",
			"voucher_no": ["in", [invoice.name for invoice in invoices] or [unique()]],
			"is_cancelled": 0,
			"account": ["in", list(accounts)],
		},
		fields=["account", "sum(credit - debit) as amount"],
		group_by="account",
	)
	return {row.account: decimal(row.amount) for row in rows if decimal(row.amount)}
