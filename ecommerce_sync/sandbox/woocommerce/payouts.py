"""WooPayments as its plugin's REST API shows it: charges, refunds, and the transfers to the bank they are in.

After WC_REST_Payments_Deposits_Controller and WC_REST_Payments_Transactions_Controller of
Automattic/woocommerce-payments. Amounts are whole numbers of the currency's smallest unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from decimal import ROUND_HALF_UP, Decimal
from hashlib import md5
from typing import TYPE_CHECKING, Any

from ecommerce_sync.sandbox.woocommerce.settings import decimals_of
from ecommerce_sync.sandbox.woocommerce.totals import ZERO

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.woocommerce.orders import WooOrder

GATEWAY = "woocommerce_payments"
RATE, FIXED = Decimal("0.029"), Decimal("0.30")  # what a charge costs


@dataclass(frozen=True)
class Transaction:
	"""Money that moved at the provider; refunds are negative."""

	id: str
	kind: str  # charge, refund, adjustment
	date: datetime
	amount: Decimal
	fee: Decimal
	currency: str
	order_id: int | None = None
	charge_id: str | None = None

	@property
	def net(self) -> Decimal:
		return self.amount - self.fee


@dataclass(frozen=True)
class Payout:
	"""One transfer."""

	id: str
	date: datetime
	currency: str
	transactions: tuple[Transaction, ...]
	status: str = "paid"

	@property
	def amount(self) -> Decimal:
		return sum((each.net for each in self.transactions), ZERO)

	def as_json(self) -> dict[str, Any]:
		"""A row of GET /payments/deposits."""
		return {
			"id": self.id,
			"type": "deposit" if self.amount >= 0 else "withdrawal",
			"date": _written(self.date),
			"status": self.status,
			"amount": minor(self.amount, self.currency),
			"currency": self.currency.lower(),
			"bankAccount": f"STRIPE TEST BANK •••• 6789 ({self.currency})",
			"automatic": True,
			"fee": 0,
			"fee_percentage": 0,
		}


@dataclass
class Payouts:
	"""All transfers of a store, oldest first."""

	issued: list[Payout] = field(default_factory=list)

	def issue(
		self, orders: Iterable[WooOrder], at: datetime, extra: Iterable[Transaction] = ()
	) -> list[Payout]:
		"""Transfer all that has moved since the last time, one transfer per currency."""
		known = {each.id for payout in self.issued for each in payout.transactions}
		due = [each for order in orders for each in transactions_of(order) if each.id not in known]
		due += [each for each in extra if each.id not in known]
		made: list[Payout] = []
		for currency in sorted({each.currency for each in due}):
			part = tuple(each for each in due if each.currency == currency)
			made.append(Payout(_id("po", f"{len(self.issued) + len(made)}"), at, currency, part))
		self.issued += made
		return made


def fee_of(order: WooOrder) -> Decimal:
	"""What the provider keeps of an order's charge."""
	unit = Decimal(1).scaleb(-decimals_of(order.currency))
	return (order.totals.total * RATE + FIXED).quantize(unit, ROUND_HALF_UP)


def intent_id(number: int) -> str:
	return _id("pi", f"{number}")


def charge_id(number: int) -> str:
	return _id("ch", f"{number}")


def refund_marks(refund_id: int) -> tuple[tuple[str, str], ...]:
	"""What the plugin notes on a refund that it has sent."""
	return (
		("_wcpay_refund_id", _id("re", f"{refund_id}")),
		("_wcpay_refund_transaction_id", _id("txn", f"refund {refund_id}")),
	)


def order_marks(order: WooOrder) -> dict[str, str]:
	"""What the plugin notes on an order that it has charged."""
	if order.story.gateway != GATEWAY or order.date_paid is None:
		return {}
	return {
		"_intent_id": intent_id(order.story.number),
		"_charge_id": charge_id(order.story.number),
		"_wcpay_transaction_fee": f"{fee_of(order)}",
		"_wcpay_intent_currency": order.currency.upper(),
	}


def transactions_of(order: WooOrder) -> Iterator[Transaction]:
	"""The charge of a paid order and the refunds that were sent."""
	if order.story.gateway != GATEWAY or order.date_paid is None:
		return
	number = order.story.number
	charge, currency = charge_id(number), order.currency
	total = order.totals.total
	yield Transaction(
		_id("txn", f"charge {number}"),
		"charge",
		order.date_paid,
		total,
		fee_of(order),
		currency,
		order.id,
		charge,
	)
	for refund in order.refunds:
		mark = dict(refund.meta).get("_wcpay_refund_transaction_id")
		if mark:
			yield Transaction(
				mark, "refund", refund.created_at, -refund.amount, ZERO, currency, order.id, charge
			)


def transaction_json(payout: Payout, each: Transaction, order: WooOrder | None, home: str) -> dict[str, Any]:
	"""A row of GET /payments/transactions."""
	amount = minor(each.amount, each.currency)
	return {
		"transaction_id": each.id,
		"date": _written(each.date),
		"type": each.kind,
		"channel": "online",
		"source": "visa",
		"source_identifier": "4242",
		"amount": amount,
		"fees": minor(each.fee, each.currency),
		"net": minor(each.net, each.currency),
		"currency": each.currency.lower(),
		"customer_amount": amount,
		"customer_currency": each.currency.lower(),
		"charge_id": each.charge_id,
		"payment_intent_id": intent_id(order.story.number) if order else None,
		"deposit_id": payout.id,
		"deposit_status": payout.status,
		"available_on": _written(payout.date)[:10],
		"risk_level": 0,
		"loan_id": None,
		"order": _order_json(order, home) if order else None,
	}


def minor(amount: Decimal, currency: str) -> int:
	return int(amount.scaleb(decimals_of(currency)))


def _order_json(order: WooOrder, home: str) -> dict[str, Any]:
	person = order.story.person
	return {
		"id": order.id,
		"number": order.number,
		"url": f"{home}/wp-admin/admin.php?page=wc-orders&action=edit&id={order.id}",
		"customer_url": None,
		"customer_email": person.email if person else None,
		"customer_name": " ".join(filter(None, (person.first_name, person.last_name))) if person else None,
	}


def _written(moment: datetime) -> str:
	return moment.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S")


def _id(prefix: str, text: str) -> str:
	return f"{prefix}_{md5(f'{prefix} {text}'.encode(), usedforsecurity=False).hexdigest()[:24]}"
