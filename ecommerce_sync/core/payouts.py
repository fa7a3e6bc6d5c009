"""What a store's payment provider paid out to the shop's bank, and which payments it settles."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .models import Model


class PayoutEntry(Model):
	"""One transaction of a payout. Amounts in the payout's currency; refunds and chargebacks are negative."""

	id: str
	kind: str  # the provider's word: charge, refund, adjustment, dispute, fee ...
	amount: Decimal  # gross
	fee: Decimal
	net: Decimal
	payment_id: str | None = None  # the order's transaction
	order_id: str | None = None


class Payout(Model):
	"""One transfer. `amount` is what reaches the bank."""

	id: str
	issued_on: date
	currency: str
	amount: Decimal
	status: str
	entries: tuple[PayoutEntry, ...]
