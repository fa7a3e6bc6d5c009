"""What the demo's Store Connections do after an order: the same policies as away from a bench."""

from __future__ import annotations

from typing import Any

from ..sandbox.demo import PAID_LATER


def after_the_order(bank: str) -> dict[str, Any]:
	"""Fields of the Store Connection; `bank` is the account that all money goes to."""
	return {
		"invoice_policy": "On payment",
		"record_payments": 1,
		"payment_account": bank,
		"payment_methods": [
			{"method": method, "account": bank, "invoice_policy": "On shipment"} for method in PAID_LATER
		],
		"fulfil_orders": 1,
		"deliveries_in": "Submitted Delivery Note",
		"returns_in": "Submitted Return",
	}
