"""Shopify Payments: the account, its balance transactions and what was paid out to the shop's bank.

All that moved on one day (UTC) is paid out on the next. The first payout also holds one adjustment that
belongs to no order, and every payout its own transfer, as the real list does unless `hideTransfers`.
Source: https://shopify.dev/docs/api/admin-graphql/latest/objects/ShopifyPaymentsAccount.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import cached_property
from typing import Any

from ecommerce_sync.sandbox.shopify import facts
from ecommerce_sync.sandbox.shopify.fees import SHOPIFY_PAYMENTS
from ecommerce_sync.sandbox.shopify.life import Transaction
from ecommerce_sync.sandbox.shopify.money import decimal_text, money_v2
from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder
from ecommerce_sync.sandbox.shopify.paging import Entry, keyed
from ecommerce_sync.sandbox.shopify.search import Searchable, predicate
from ecommerce_sync.sandbox.shopify.shop import Shop

Json = dict[str, Any]
ADJUSTMENT = Decimal(-1)  # of the first payout, in the shop's currency
_PAYOUT_IDS, _ENTRY_IDS = 910_000_000_000, 100_000_000_000_000


@dataclass(frozen=True)
class Balance:
	"""One entry of the balance; `day` is when it arose."""

	id: int
	type: str
	source: str
	amount: Decimal
	at: datetime
	fee: Decimal = Decimal(0)
	order: ShopifyOrder | None = None
	transaction: int | None = None
	reason: str | None = None

	@property
	def net(self) -> Decimal:
		"""What it adds to the balance."""
		return self.amount - self.fee

	@property
	def day(self) -> date:
		"""In UTC."""
		return self.at.astimezone(timezone.utc).date()


@dataclass(frozen=True)
class PaidOut:
	"""One payout with its entries, the transfer left out."""

	id: int
	issued_at: datetime
	entries: tuple[Balance, ...]
	status: str

	@property
	def net(self) -> Decimal:
		"""What reaches the bank."""
		return sum((entry.net for entry in self.entries), Decimal(0))


class Books:
	"""The account at one moment."""

	def __init__(self, shop: Shop, orders: list[ShopifyOrder], now: datetime) -> None:
		self.shop, self.now = shop, now
		self.entries = sorted(_entries(orders), key=lambda entry: (entry.at, entry.id))

	@cached_property
	def payouts(self) -> list[PaidOut]:
		"""By age."""
		found: list[PaidOut] = []
		for day in sorted({entry.day for entry in self.entries}):
			issued = datetime.combine(day + timedelta(days=1), time(), timezone.utc)
			if issued <= self.now:
				own = [entry for entry in self.entries if entry.day == day]
				number = _PAYOUT_IDS + day.toordinal()
				if not found:
					own.append(
						Balance(number, "ADJUSTMENT", "ADJUSTMENT", ADJUSTMENT, issued, reason="Correction")
					)
				status = "PAID" if issued + timedelta(days=2) <= self.now else "IN_TRANSIT"
				found.append(PaidOut(number, issued, tuple(own), status))
		return found

	def account(self) -> Json | None:
		"""`shopifyPaymentsAccount`; None where no payment went through it."""
		if not self.entries:
			return None
		open_net = sum((entry.net for entry, payout in self._all(True) if payout is None), Decimal(0))
		return {
			"__typename": "ShopifyPaymentsAccount",
			"id": "gid://shopify/ShopifyPaymentsAccount/548380009",
			"activated": True,
			"onboardable": False,
			"country": "FR",
			"defaultCurrency": self.shop.currency,
			"balance": [self._money(open_net)],
			"accountOpenerName": None,
			"payoutStatementDescriptor": None,
			"payouts": self._payouts,
			"balanceTransactions": self._transactions,
		}

	def _payouts(self, **arguments: Any) -> Json:
		wanted = predicate(arguments.get("query"), self.shop.zone, _PAYOUTS)
		entries: list[Entry] = [
			([payout.issued_at.timestamp(), payout.id], payout) for payout in self.payouts if wanted(payout)
		]
		return keyed(entries, arguments, self._payout)

	def _transactions(self, hideTransfers: bool = False, **arguments: Any) -> Json:
		wanted = predicate(arguments.get("query"), self.shop.zone, _BALANCE)
		found = [pair for pair in self._all(hideTransfers) if wanted(pair)]
		entries: list[Entry] = [([entry.at.timestamp(), entry.id], (entry, paid)) for entry, paid in found]
		return keyed(sorted(entries, key=lambda one: one[0]), arguments, self._entry)

	def _all(self, hide_transfers: bool) -> Iterator[tuple[Balance, PaidOut | None]]:
		paid_days = set()
		for payout in self.payouts:
			yield from ((entry, payout) for entry in payout.entries)
			paid_days |= {entry.day for entry in payout.entries if entry.order is not None}
			if not hide_transfers:
				yield Balance(payout.id + 1, "TRANSFER", "TRANSFER", -payout.net, payout.issued_at), payout
		yield from ((entry, None) for entry in self.entries if entry.day not in paid_days)

	def _payout(self, payout: PaidOut) -> Json:
		return {
			"__typename": "ShopifyPaymentsPayout",
			"id": _payout_gid(payout),
			"legacyResourceId": str(payout.id),
			"issuedAt": facts.timestamp(payout.issued_at),
			"status": payout.status,
			"net": self._money(payout.net),
			"transactionType": "DEPOSIT" if payout.net >= 0 else "WITHDRAWAL",
			"externalTraceId": None,
			"summary": self._summary(payout),
		}

	def _summary(self, payout: PaidOut) -> Json:
		def of(type_: str, name: str) -> Json:
			amounts = (getattr(entry, name) for entry in payout.entries if entry.type == type_)
			return self._money(sum(amounts, Decimal(0)))

		nothing = """advanceFees advanceGross reservedFundsFee reservedFundsGross retriedPayoutsFee
			retriedPayoutsGross usdcRebateCreditAmount"""
		return {
			**{name: self._money(Decimal(0)) for name in nothing.split()},
			"chargesGross": of("CHARGE", "amount"),
			"chargesFee": of("CHARGE", "fee"),
			"refundsFeeGross": of("REFUND", "amount"),
			"refundsFee": of("REFUND", "fee"),
			"adjustmentsGross": of("ADJUSTMENT", "amount"),
			"adjustmentsFee": of("ADJUSTMENT", "fee"),
		}

	def _entry(self, pair: tuple[Balance, PaidOut | None]) -> Json:
		entry, payout = pair
		order = entry.order
		paid = (
			{"id": _payout_gid(payout), "status": payout.status}
			if payout
			else {"id": None, "status": "PENDING"}
		)
		return {
			"__typename": "ShopifyPaymentsBalanceTransaction",
			"id": f"gid://shopify/ShopifyPaymentsBalanceTransaction/{entry.id}",
			"type": entry.type,
			"sourceType": entry.source,
			"sourceId": str(entry.id + 1_000),
			"sourceOrderTransactionId": None if entry.transaction is None else str(entry.transaction),
			"amount": self._money(entry.amount),
			"fee": self._money(entry.fee),
			"net": self._money(entry.net),
			"transactionDate": facts.timestamp(entry.at),
			"associatedOrder": None if order is None else {"id": order.gid, "name": order.name},
			"associatedPayout": paid,
			"adjustmentReason": entry.reason,
			"adjustmentsOrders": [],
			"test": bool(order and order.story.test),
		}

	def _money(self, amount: Decimal) -> Json:
		return money_v2(amount, self.shop.currency)


def books(shop: Shop, orders: Callable[[], list[ShopifyOrder]], clock: Callable[[], datetime]) -> Any:
	"""The resolver of `shopifyPaymentsAccount`."""
	return lambda: Books(shop, orders(), clock()).account()


def _entries(orders: list[ShopifyOrder]) -> Iterator[Balance]:
	for order in orders:
		for each in order.transactions:
			if each.gateway == SHOPIFY_PAYMENTS and (each.received or each.paid_back):
				yield _balance(order, each)


def _balance(order: ShopifyOrder, each: Transaction) -> Balance:
	number = order.other_id(facts.TRANSACTION, each.number)
	kind = "CHARGE" if each.received else "REFUND"
	amount = each.received.shop - each.paid_back.shop
	return Balance(_ENTRY_IDS + number, kind, kind, amount, each.at, each.fee, order, number)


def _payout_gid(payout: PaidOut) -> str:
	return f"gid://shopify/ShopifyPaymentsPayout/{payout.id}"


_PAYOUTS = Searchable(
	{"issued_at": lambda payout: payout.issued_at},
	{"status": lambda payout: [payout.status], "amount": lambda payout: [decimal_text(payout.net)]},
	{"id": lambda payout: payout.id},
)
_BALANCE = Searchable(
	{"processed_at": lambda pair: pair[0].at},
	{
		"transaction_type": lambda pair: [pair[0].type],
		"payout_status": lambda pair: [pair[1].status if pair[1] else "PENDING"],
	},
	{"id": lambda pair: pair[0].id, "payments_transfer_id": lambda pair: pair[1].id if pair[1] else 0},
)
