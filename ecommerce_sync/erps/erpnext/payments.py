"""Payment Entries for transactions of a store's payment gateway.

Money that comes in pays the order's open invoices, the oldest first, then the Sales Order as an advance;
money that goes out clears the credit note of its refund, then whatever else of the order stands below zero.
The rest stays unallocated on the customer, on an entry that names the order.

ERPNext's `paid_amount` and `received_amount` are what moved at the bank: of a payment of 100 that the gateway kept 3
of they are 97, and a deduction of 3 makes up the 100 that the customer is credited with. What the exchange
rate's rounding leaves between the two goes to a deduction as well, so that entries always balance.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe.utils import flt

from ...core.errors import Fixable
from ...core.followups import CreatePayment
from ...core.models import Order
from ...core.settings import StoreSettings
from .currency import rate_at_hand
from .fields import fit
from .open_documents import open_documents
from .payment_amounts import Amounts, amounts_of
from .posting import from_store, insert, receivable_of, submit
from .refusals import refusals
from .unit import Unit

DOCTYPE = "Payment Entry"


def create_payment(
	command: CreatePayment, order: Order, settings: StoreSettings, unit: Unit
) -> tuple[str, str]:
	"""Insert and submit. Raises `Fixable` where no account is known, and for what ERPNext refuses."""
	sold = frappe.get_doc("Sales Order", command.document)
	account = _account(command, order, settings)
	with refusals(sold.customer):
		open_ones = open_documents(sold, command)
		party_account = (
			open_ones[0].account if open_ones else receivable_of(sold.customer, sold.company, sold.currency)
		)
		amounts = amounts_of(command, sold, party_account, account, open_ones)
		doc = _head(command, sold, order)
		_money(doc, command, amounts, party_account, account)
		for each in amounts.allocated:
			doc.append("references", each)
		_deduct(doc, command, amounts, settings)
		with rate_at_hand(sold, amounts.party.currency):
			insert(doc)
			submit(doc)
	return DOCTYPE, str(doc.name)


def _account(command: CreatePayment, order: Order, settings: StoreSettings) -> str:
	"""The account that was mapped, else that of the mode of payment for the company."""
	of_mode = {"parent": command.mode_of_payment, "company": settings.company}
	account = command.account or (
		frappe.db.get_value("Mode of Payment Account", of_mode, "default_account")
		if command.mode_of_payment
		else None
	)
	if not account:
		label = "Account for payments"
		if command.mode_of_payment:
			label = f"Default account of mode of payment {command.mode_of_payment}"
		cause = f"setting:{settings.store}:payment_account"
		raise Fixable("setting_missing", cause=cause, label=label, order=order.name, store=settings.store)
	return str(account)


def _head(command: CreatePayment, sold: Any, order: Order) -> Any:
	doc = frappe.new_doc(DOCTYPE)
	doc.update(from_store(sold, order))
	doc.update(
		{
			"payment_type": "Receive" if command.direction == "in" else "Pay",
			"company": sold.company,
			"party_type": "Customer",
			"party": sold.customer,
			"posting_date": command.posted_on,
			"mode_of_payment": command.mode_of_payment,
			"reference_no": fit(command.reference) or fit(command.payment_id),
			"reference_date": command.posted_on,
			"store_payment_id": command.payment_id,
			"cost_center": sold.get("cost_center") or _cost_center(sold.company),
			"project": sold.project,
		}
	)
	return doc


def _cost_center(company: str) -> str | None:
	return frappe.get_cached_value("Company", company, "cost_center")


def _money(doc: Any, command: CreatePayment, amounts: Amounts, party_account: str, account: str) -> None:
	"""The party's side and the bank's: the customer pays from the receivable account, or is paid to it."""
	party, bank = ("paid_from", "paid_to") if command.direction == "in" else ("paid_to", "paid_from")
	doc.set(party, party_account)
	doc.set(f"{party}_account_currency", amounts.party.currency)
	doc.set(bank, account)
	doc.set(f"{bank}_account_currency", amounts.bank.currency)
	source, target = (
		(amounts.party, amounts.bank) if command.direction == "in" else (amounts.bank, amounts.party)
	)
	doc.update({"paid_amount": source.amount, "source_exchange_rate": source.rate})
	doc.update({"received_amount": target.amount, "target_exchange_rate": target.rate})


def _deduct(doc: Any, command: CreatePayment, amounts: Amounts, settings: StoreSettings) -> None:
	"""The gateway's fee; without one, the minor units that rounding by the exchange rate leaves."""
	if not flt(amounts.deducted, 9):
		return
	company: dict[str, Any] = frappe.get_cached_value(
		"Company", doc.company, ["round_off_account", "round_off_cost_center", "cost_center"], as_dict=True
	)
	fee = command.fee and command.fee_account
	cost_center = (settings.cost_center if fee else company["round_off_cost_center"]) or company[
		"cost_center"
	]
	doc.append(
		"deductions",
		{
			"account": command.fee_account if fee else company["round_off_account"],
			"cost_center": cost_center,
			"amount": amounts.deducted,
		},
	)
