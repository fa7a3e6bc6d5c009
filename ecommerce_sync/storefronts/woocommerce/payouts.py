"""Payouts of WooPayments, the plugin that brings a payment provider into the store; other stores have none.

Amounts come in the currency's minor units. `payments/deposits` lists transfers to the bank, `payments/transactions`
what is in one. A transaction names its order; which refund of it is known by the transaction's id.

https://github.com/Automattic/woocommerce-payments (includes/admin/class-wc-rest-payments-*-controller.php)
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any

from ...core.errors import PayloadRefused
from ...core.money import minor_digits
from ...core.payouts import Payout, PayoutEntry
from . import payments
from .api import Api, Refused, object_of
from .fields import Fields, meta_text

_PAGE = 100
_MOST_PAGES = 1000
_ISSUED = {"paid", "in_transit", "pending"}
_ABSENT = {"rest_no_route", "wcpay_bad_request", "wcpay_account_not_found"}


def issued(api: Api, since: datetime) -> Iterator[Payout]:
	"""Payouts since, oldest first; none where the plugin is not there or has no account."""
	after = since.astimezone(timezone.utc)
	asked = {"sort": "date", "direction": "asc", "date_after": after.strftime("%Y-%m-%d %H:%M:%S")}
	try:
		found = list(_rows(api, "payments/deposits", asked))
	except Refused as error:
		if error.status == 404 or error.code in _ABSENT:
			return
		raise
	days = [(_day(row), row) for row in found if row.text("status") in _ISSUED]
	for day, row in sorted(days, key=lambda each: each[0]):
		if day >= after.date():
			yield _payout(api, row, day)


def _payout(api: Api, row: Fields, day: date) -> Payout:
	payout_id, currency = row.text("id") or "", (row.text("currency") or "").upper()
	entries = tuple(
		_entry(api, each) for each in _rows(api, "payments/transactions", {"deposit_id": payout_id})
	)
	sign = -1 if row.text("type") == "withdrawal" and row.amount("amount") > 0 else 1
	return Payout(
		id=payout_id,
		issued_on=day,
		currency=currency,
		amount=sign * _money(row, "amount", currency),
		status=row.text("status") or "",
		entries=entries,
	)


def _entry(api: Api, row: Fields) -> PayoutEntry:
	currency = (row.text("currency") or "").upper()
	order = row.child("order") if isinstance(row.data.get("order"), dict) else Fields({})
	order_id, kind = order.id("id") or _number(order), row.text("type") or ""
	return PayoutEntry(
		id=row.text("transaction_id") or "",
		kind=kind,
		amount=_money(row, "amount", currency),
		fee=abs(_money(row, "fees", currency)),
		net=_money(row, "net", currency),
		payment_id=_payment(api, row, order_id, kind) if order_id else None,
		order_id=order_id,
	)


def _payment(api: Api, row: Fields, order_id: str, kind: str) -> str | None:
	if kind == "charge":
		return payments.payment_id(order_id)
	if kind != "refund":
		return None
	mark = row.text("transaction_id")
	try:
		found = Fields({"refunds": list(api.rows(f"orders/{order_id}/refunds"))}).rows("refunds")
	except Refused:
		return None
	marked = [each for each in found if mark and meta_text(each, "_wcpay_refund_transaction_id") == mark]
	only = marked or (found if len(found) == 1 else [])
	return payments.refund_payment_id(only[0].id("id") or "") if only else None


def _number(order: Fields) -> str | None:
	"""Older versions name the order by its number, which is its id where no plugin numbers orders."""
	number = order.text("number") or ""
	return number if number.isascii() and number.isdigit() else None


def _money(row: Fields, key: str, currency: str) -> Decimal:
	return row.amount(key).scaleb(-minor_digits(currency))


def _day(row: Fields) -> date:
	"""A text, or milliseconds since 1970. Raises `PayloadRefused`."""
	found = row.data.get("date")
	if isinstance(found, int):
		return datetime.fromtimestamp(found / 1000, timezone.utc).date()
	text = row.text("date") or ""
	try:
		return date.fromisoformat(text[:10])
	except ValueError:
		raise PayloadRefused(row.at("date"), "is not a date") from None


def _rows(api: Api, endpoint: str, params: dict[str, Any]) -> Iterator[Fields]:
	"""All rows of a list in `data`, page by page."""
	for page in range(1, _MOST_PAGES + 1):
		answer = Fields(object_of(api.get(endpoint, params={**params, "page": page, "pagesize": _PAGE})))
		found = answer.rows("data")
		yield from found
		if len(found) < _PAGE:
			return
