"""The amounts of a Payment Entry in three currencies: the order's, the receivable account's, the bank account's.

By the order's exchange rate. `Amounts` is what ERPNext asks for, such that its difference is zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import frappe
from frappe.utils import flt

from ...core.followups import CreatePayment
from .currency import exchange_rate
from .open_documents import OpenDocument


class Side(NamedTuple):
	"""An account's currency, the amount in it, and the company's currency for one unit."""

	currency: str
	amount: float
	rate: float


class Amounts(NamedTuple):
	"""Both sides, rows for `references`, and what `deductions` come to in the company's currency."""

	party: Side
	bank: Side
	allocated: list[dict[str, Any]]
	deducted: float


def amounts_of(
	command: CreatePayment, sold: Any, party_account: str, account: str, open_ones: Sequence[OpenDocument]
) -> Amounts:
	"""`open_ones` are allocated in their order, up to what the customer pays or is paid."""
	digits = int(sold.precision("grand_total") or 2)
	home = str(frappe.get_cached_value("Company", sold.company, "default_currency"))
	party_currency, bank_currency = _currency(party_account), _currency(account)
	party_rate = _rate(party_currency, home, command, sold)
	whole = _snapped(
		_converted(command.amount, party_rate, sold, digits), party_rate, sold, open_ones, digits
	)
	kept = command.fee if command.fee_account else Decimal(0)
	sign = 1 if command.direction == "in" else -1
	fee = _converted(kept, party_rate, sold, digits)
	party = Side(party_currency, flt(whole - sign * fee, digits), party_rate)
	base = flt(party.amount * party.rate, digits)
	bank = _bank(command, sold, bank_currency, home, base, command.amount - sign * kept, digits)
	if bank_currency == party_currency:
		bank = Side(bank_currency, party.amount, party.rate)
	allocated = _allocated(whole, open_ones, digits)
	on_party = _base_of(whole, [row["allocated_amount"] for row in allocated], party_rate, digits)
	return Amounts(party, bank, allocated, flt(sign * (on_party - base), digits))


def _currency(account: str) -> str:
	return str(frappe.get_cached_value("Account", account, "account_currency"))


def _rate(currency: str, home: str, command: CreatePayment, sold: Any) -> float:
	if currency == home:
		return 1.0
	if currency == sold.currency:
		return flt(sold.conversion_rate)
	return exchange_rate(currency, sold.company, command.posted_on)


def _converted(amount: Decimal, rate: float, sold: Any, digits: int) -> float:
	"""From the order's currency to that of an account with this rate."""
	return flt(float(amount) * flt(sold.conversion_rate) / rate, digits)


def _snapped(amount: float, rate: float, sold: Any, open_ones: Sequence[OpenDocument], digits: int) -> float:
	"""What pays all that is open but for the rounding of exchange rates pays all of it."""
	if rate == flt(sold.conversion_rate):
		return amount
	whole = 0.0
	for count, each in enumerate(open_ones, 2):
		whole = flt(whole + each.amount, digits)
		if abs(whole - amount) <= count * 10**-digits:
			return whole
	return amount


def _bank(
	command: CreatePayment, sold: Any, currency: str, home: str, base: float, moved: Decimal, digits: int
) -> Side:
	"""In the company's currency, the party's side converted; else what moved, at the rate that makes both equal."""
	if currency == home:
		return Side(currency, base, 1.0)
	rate = _rate(currency, home, command, sold)
	amount = _converted(moved, rate, sold, digits)
	return Side(currency, amount, base / amount if amount else rate)


def _allocated(whole: float, open_ones: Sequence[OpenDocument], digits: int) -> list[dict[str, Any]]:
	left, rows = whole, []
	for each in open_ones:
		amount = flt(min(left, each.amount), digits)
		if amount <= 0:
			break
		left = flt(left - amount, digits)
		rows.append(
			{
				"reference_doctype": each.doctype,
				"reference_name": each.name,
				"payment_term": each.term,
				"allocated_amount": each.sign * amount,
			}
		)
	return rows


def _base_of(whole: float, allocated: list[float], rate: float, digits: int) -> float:
	"""As ERPNext adds up the party's side: every reference rounded by itself, then what is left."""
	rest = flt(whole - sum(map(abs, allocated)), digits)
	return flt(sum(flt(abs(each) * rate, digits) for each in allocated) + flt(rest * rate, digits), digits)
