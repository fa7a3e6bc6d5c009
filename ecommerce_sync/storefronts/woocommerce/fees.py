"""What the payment gateway kept of an order's payment, as its plugin notes it on the order.

Meta keys of the plugins Stripe (`_stripe_fee`), WooPayments (`_wcpay_transaction_fee`), PayPal Payments
(`_ppcp_paypal_fees`) and the older PayPal Standard; each in the currency that the plugin notes beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ...core.models import ZERO
from .fields import Fields, amount_of, meta, plain

_PLAIN = (
	("_stripe_fee", "_stripe_currency"),
	("Stripe Fee", "_stripe_currency"),
	("_wcpay_transaction_fee", "_wcpay_intent_currency"),
	("_paypal_transaction_fee", ""),
	("PayPal Transaction Fee", ""),
	("_paypal_fee", ""),
)


def of(order: Fields, currency: str, paid: Decimal) -> Decimal:
	"""The fee in the order's currency; nothing where none is told, or in another currency only."""
	for fee, told_in in _told(order):
		if ZERO < fee < paid and told_in in ("", currency):
			return fee
	return ZERO


def _told(order: Fields) -> Iterator[tuple[Decimal, str]]:
	for key, currency_key in _PLAIN:
		currency = meta(order, currency_key) if currency_key else None
		yield abs(amount_of(meta(order, key))), plain(currency).upper()
	yield _breakdown(meta(order, "_ppcp_paypal_fees"))


def _breakdown(found: Any) -> tuple[Decimal, str]:
	"""PayPal's `seller_receivable_breakdown`: `{"paypal_fee": {"currency_code": "EUR", "value": "1.24"}, ...}`."""
	fee = found.get("paypal_fee") if isinstance(found, Mapping) else None
	if not isinstance(fee, Mapping):
		return ZERO, ""
	return abs(amount_of(fee.get("value"))), plain(fee.get("currency_code")).upper()
