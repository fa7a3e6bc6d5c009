"""What Shopify Payments keeps of a payment; other gateways report no fees."""

from __future__ import annotations

from decimal import Decimal

from ecommerce_sync.sandbox.shopify.money import Currencies, Money, rounded

SHOPIFY_PAYMENTS = "shopify_payments"
RATE, FLAT = Decimal("0.029"), Decimal("0.30")  # of the shop's currency


def fee_of(gateway: str, amount: Money, currencies: Currencies) -> Decimal:
	"""The fee in the shop's currency, never more than the payment."""
	if gateway != SHOPIFY_PAYMENTS:
		return Decimal(0)
	return min(rounded(amount.shop * RATE + FLAT, currencies.shop), amount.shop)
