"""What Shopify Payments paid out to the shop's bank. Source: shopify.dev, ShopifyPaymentsPayout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from ...core.payouts import Payout, PayoutEntry
from .client import Admin, Json
from .graphql_parts import nodes, number_in

_OPTIONAL = "read_shopify_payments read_shopify_payments_accounts read_shopify_payments_payouts"
_NOT_MADE = {"CANCELED", "FAILED"}


def payouts(admin: Admin, since: datetime) -> Iterator[Payout]:
	"""Payouts issued since, oldest first; none without Shopify Payments or the scope to read it."""
	moment = since.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
	for payout in _pages(admin, "payouts", "payouts", f"issued_at:>='{moment}'"):
		if payout["status"] not in _NOT_MADE and _time(payout["issuedAt"]) >= since:
			yield _payout(admin, payout)


def _payout(admin: Admin, payout: Json) -> Payout:
	number = str(number_in(payout["id"]))
	entries = _pages(admin, "payout_entries", "balanceTransactions", f"payments_transfer_id:{number}")
	return Payout(
		id=number,
		issued_on=_time(payout["issuedAt"]).date(),
		currency=payout["net"]["currencyCode"],
		amount=_amount(payout["net"]),
		status=payout["status"].lower(),
		entries=tuple(_entry(each) for each in entries if _belongs(each, payout["id"])),
	)


def _belongs(entry: Mapping[str, Any], payout_gid: str) -> bool:
	"""The search is the store's; what it names the payout by is certain."""
	named = (entry.get("associatedPayout") or {}).get("id")
	return named is None or number_in(named) == number_in(payout_gid)


def _entry(each: Json) -> PayoutEntry:
	order, source = each.get("associatedOrder") or {}, each.get("sourceOrderTransactionId")
	found = number_in(order.get("id"))
	return PayoutEntry(
		id=str(number_in(each["id"])),
		kind=str(each.get("type") or "").lower(),
		amount=_amount(each["amount"]),
		fee=_amount(each["fee"]),
		net=_amount(each["net"]),
		payment_id=str(source) if source else None,
		order_id=str(found) if found else None,
	)


def _pages(admin: Admin, name: str, field: str, query: str) -> Iterator[Json]:
	"""The nodes of a connection of the account; none where there is no account."""
	after: str | None = None
	while True:
		data = admin.query(name, {"query": query, "after": after}, _OPTIONAL)
		account = data.get("shopifyPaymentsAccount") or {}
		yield from nodes(account, field)
		info = (account.get(field) or {}).get("pageInfo") or {}
		after = info.get("endCursor")
		if not (info.get("hasNextPage") and after):
			return


def _amount(money: Json) -> Decimal:
	return Decimal(str(money["amount"]))


def _time(text: str) -> datetime:
	return datetime.fromisoformat(text.replace("Z", "+00:00"))
