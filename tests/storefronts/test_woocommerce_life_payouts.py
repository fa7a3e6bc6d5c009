"""Payouts of WooPayments, as its REST controllers answer; a store without the plugin has none."""

from __future__ import annotations

from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from pydantic import SecretStr

from ecommerce_sync.core.errors import Fixable
from ecommerce_sync.core.payouts import PayoutEntry
from ecommerce_sync.storefronts.base import Credentials
from ecommerce_sync.storefronts.http import Policy, Transport
from ecommerce_sync.storefronts.woocommerce.client import WooCommerceStore

from .answers import Answers

D = Decimal
SINCE = datetime(2026, 11, 1, tzinfo=timezone.utc)
CREDENTIALS = Credentials(
	url="https://shop.example", client_id="ck_1", client_secret=SecretStr("cs_1"), allow_private=True
)


class Plugin(Answers):
	"""Answers by the path's last two parts; other paths are no routes."""

	def __init__(self, **lists: Any) -> None:
		super().__init__(None)
		self.lists = lists

	def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
		"""One page of the list."""
		url = urlsplit(request.url or "")
		name = url.path.split("wc/v3/")[1].replace("/", "_")
		query = {key: values[0] for key, values in parse_qs(url.query).items()}
		found = self.lists.get(name)
		if isinstance(found, tuple):
			self.answers = [found]
		elif found is None:
			self.answers = [(404, {"code": "rest_no_route", "message": "No route"})]
		elif name.startswith("orders"):
			self.answers = [(200, found, {"X-WP-TotalPages": "1"})]
		else:
			mine = [row for row in found if query.get("deposit_id") in (None, row.get("deposit_id"))]
			first = (int(query["page"]) - 1) * int(query["pagesize"])
			self.answers = [(200, {"data": mine[first : first + int(query["pagesize"])]})]
		return super().send(request, **options)


def store(plugin: Plugin) -> WooCommerceStore:
	transport = Transport(Policy(allow_private=True), adapter=plugin, sleep=lambda seconds: None)
	return WooCommerceStore(CREDENTIALS, transport)


def deposit(number: int, **changes: Any) -> dict[str, Any]:
	made = {
		"id": f"po_{number}",
		"date": f"2026-11-{number:02d} 00:00:00",
		"type": "deposit",
		"status": "paid",
	}
	return {**made, "amount": 4825, "currency": "eur", "fee": 0, **changes}


def transaction(number: int, **changes: Any) -> dict[str, Any]:
	made = {"transaction_id": f"txn_{number}", "type": "charge", "deposit_id": "po_9", "currency": "eur"}
	order = {"number": "1007", "id": 7, "url": "https://shop.example/7"}
	return {**made, "amount": 5000, "fees": 175, "net": 4825, "order": order, **changes}


def test_payouts_with_what_they_settle() -> None:
	refund = {"type": "refund", "amount": -1000, "fees": 0, "net": -1000}
	refunds = [
		{"id": 40, "meta_data": [{"key": "_wcpay_refund_transaction_id", "value": "txn_2"}]},
		{"id": 41, "meta_data": []},
	]
	plugin = Plugin(
		payments_deposits=[
			deposit(9),
			deposit(4, type="withdrawal", amount=1050),
			deposit(12, status="estimated"),
		],
		payments_transactions=[
			transaction(1),
			transaction(2, **refund),
			transaction(3, **refund),
			transaction(4, type="card_reader_fee", amount=-300, fees=0, net=-300, order=None),
			transaction(5, order={"number": "1008"}),
		],
		orders_7_refunds=refunds,
	)
	early, late = store(plugin).payouts(SINCE)
	assert (early.id, early.amount, early.issued_on, early.entries) == (
		"po_4",
		D("-10.50"),
		date(2026, 11, 4),
		(),
	)
	assert (late.id, late.amount, late.currency, late.status) == ("po_9", D("48.25"), "EUR", "paid")
	charge, marked, unmarked, fee, numbered = late.entries
	assert charge == PayoutEntry(
		id="txn_1",
		kind="charge",
		amount=D(50),
		fee=D("1.75"),
		net=D("48.25"),
		payment_id="7-payment",
		order_id="7",
	)
	assert (marked.payment_id, marked.amount, marked.net) == ("refund-40", -10, -10)
	assert (unmarked.payment_id, unmarked.order_id) == (None, "7")
	assert (fee.payment_id, fee.order_id, fee.amount) == (None, None, -3)
	assert numbered.payment_id == "1008-payment"


def test_the_only_refund_needs_no_mark() -> None:
	plugin = Plugin(
		payments_deposits=[deposit(9)],
		payments_transactions=[transaction(2, type="refund", amount=-1000, fees=0, net=-1000)],
		orders_7_refunds=[{"id": 40}],
	)
	((entry,),) = [payout.entries for payout in store(plugin).payouts(SINCE)]
	assert entry.payment_id == "refund-40"


def test_many_pages_and_other_minor_units() -> None:
	rows = [transaction(n, currency="jpy") for n in range(205)]
	day = int(datetime(2026, 11, 9, tzinfo=timezone.utc).timestamp() * 1000)
	plugin = Plugin(payments_deposits=[deposit(9, currency="jpy", date=day)], payments_transactions=rows)
	(payout,) = store(plugin).payouts(SINCE)
	assert (payout.amount, payout.issued_on, len(payout.entries)) == (4825, date(2026, 11, 9), 205)


def test_older_payouts_are_left_out() -> None:
	plugin = Plugin(payments_deposits=[deposit(9, date="2026-10-31 00:00:00")], payments_transactions=[])
	assert list(store(plugin).payouts(SINCE)) == []


def test_no_plugin_or_no_account() -> None:
	assert list(store(Plugin()).payouts(SINCE)) == []
	without = (400, {"code": "wcpay_bad_request", "message": "No account"})
	assert list(store(Plugin(payments_deposits=without)).payouts(SINCE)) == []


def test_refused_rights() -> None:
	plugin = Plugin(payments_deposits=(403, {"code": "rest_forbidden", "message": "You cannot"}))
	with pytest.raises(Fixable):
		list(store(plugin).payouts(SINCE))
