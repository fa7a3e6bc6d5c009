"""Store Payouts: what a store's payment provider transferred to the bank, beside the Payment Entries that it settles.

Differences are what somebody has to look at: transactions without a Payment Entry, fees that are not booked, amounts
that the bank got and the books did not.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import getdate

from ...core.base import ZERO
from ...core.payouts import Payout, PayoutEntry
from . import links
from .fields import decimal, fit
from .refusals import refusals

DOCTYPE = "Store Payout"
_TEXTS = ("entry_id", "kind", "store_order_id", "payment_id", "sales_order", "payment_entry")
_AMOUNTS = ("amount", "fee", "net", "difference")
_ENTRY = (
	"name payment_type store_payment_id paid_amount received_amount base_paid_amount base_received_amount"
	" paid_from_account_currency paid_to_account_currency company".split()
)


def record(store: str, payout: Payout) -> tuple[str, str] | None:
	"""Insert or bring up to date; None when nothing differs."""
	name = frappe.db.get_value(DOCTYPE, {"store": store, "payout_id": payout.id})
	doc = frappe.get_doc(DOCTYPE, name) if name else frappe.new_doc(DOCTYPE)
	values, rows = _content(store, payout, name or "")
	if name and _shown(doc.as_dict(), doc.entries) == _shown(values, rows):
		return None
	with refusals():
		doc.update(values)
		doc.set("entries", rows)
		doc.save()
	return DOCTYPE, str(doc.name)


def last(store: str) -> date | None:
	"""When the newest one was issued."""
	found = frappe.get_all(DOCTYPE, {"store": store}, pluck="issued_on", order_by="issued_on desc", limit=1)
	return getdate(found[0]) if found and found[0] else None


def _content(store: str, payout: Payout, name: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
	settled = _settled(store, payout.entries, name)
	rows, booked = [], ZERO
	for entry in payout.entries:
		payment = _taken(settled, entry)
		moved = _moved(payment, payout.currency) if payment else ZERO
		booked += moved
		rows.append(_row(store, entry, payment.name if payment else None, moved))
	values = {
		"store": store,
		"payout_id": payout.id,
		"issued_on": payout.issued_on,
		"status": fit(payout.status),
		"currency": payout.currency if frappe.db.exists("Currency", payout.currency) else None,
		"amount": float(payout.amount),
		"fees": float(sum((entry.fee for entry in payout.entries), ZERO)),
		"difference": float(payout.amount - booked),
	}
	return values, rows


def _row(store: str, entry: PayoutEntry, payment: str | None, moved: Decimal) -> dict[str, Any]:
	return {
		"entry_id": fit(entry.id),
		"kind": fit(entry.kind),
		"store_order_id": fit(entry.order_id) or None,
		"payment_id": fit(entry.payment_id) or None,
		"sales_order": _sales_order(store, entry.order_id),
		"payment_entry": payment,
		"amount": float(entry.amount),
		"fee": float(entry.fee),
		"net": float(entry.net),
		"difference": float(entry.net - moved),
	}


def _sales_order(store: str, order_id: str | None) -> str | None:
	name = links.read(links.order_key(store, order_id)).get("document") if order_id else None
	return str(name) if name and frappe.db.exists("Sales Order", name) else None


def _settled(store: str, entries: Iterable[PayoutEntry], name: str) -> dict[str, list[Any]]:
	"""Submitted Payment Entries by the store's transaction; those that another payout has settled are left out."""
	ids = [entry.payment_id for entry in entries if entry.payment_id]
	if not ids:
		return {}
	filters = {"ecommerce_store": store, "store_payment_id": ["in", ids], "docstatus": 1}
	payments = frappe.get_all("Payment Entry", filters, _ENTRY, order_by="creation")
	taken = frappe.get_all(
		"Store Payout Entry",
		{"payment_entry": ["in", [each.name for each in payments] or [""]], "parent": ["!=", name]},
		pluck="payment_entry",
	)
	found: dict[str, list[Any]] = {}
	for payment in payments:
		if payment.name not in taken:
			found.setdefault(payment.store_payment_id, []).append(payment)
	return found


def _taken(settled: dict[str, list[Any]], entry: PayoutEntry) -> Any | None:
	"""The Payment Entry of the transaction, once: a dispute of it names the same transaction the other way round."""
	candidates = settled.get(entry.payment_id or "", [])
	wanted = "Receive" if entry.amount >= 0 else "Pay"
	found = next((each for each in candidates if each.payment_type == wanted), None)
	if found:
		candidates.remove(found)
	return found


def _moved(payment: Any, currency: str) -> Decimal:
	"""What the Payment Entry booked at the bank, in the payout's currency; negative for money paid out.

	Nothing where neither the bank's, the company's nor the customer's side is in that currency.
	"""
	incoming = payment.payment_type == "Receive"
	bank, party = ("paid_to", "paid_from") if incoming else ("paid_from", "paid_to")
	at_bank, at_party = ("received_amount", "paid_amount") if incoming else ("paid_amount", "received_amount")
	home = frappe.get_cached_value("Company", payment.company, "default_currency")
	sides = (
		(payment[f"{bank}_account_currency"], payment[at_bank]),
		(home, payment[f"base_{at_bank}"]),
		(payment[f"{party}_account_currency"], payment[at_party]),
	)
	found = next((decimal(amount) for side, amount in sides if side == currency), ZERO)
	return found if incoming else -found


def _shown(values: Any, rows: Iterable[Any]) -> list[Any]:
	"""What is compared: as the columns hold it."""
	head = [str(values[field] or "") for field in ("issued_on", "status", "currency")]
	amounts = [decimal(values[field]) for field in ("amount", "fees", "difference")]
	lines = [
		([str(row.get(field) or "") for field in _TEXTS], [decimal(row.get(field)) for field in _AMOUNTS])
		for row in rows
	]
	return [head, amounts, lines]
