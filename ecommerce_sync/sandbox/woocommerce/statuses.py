"""An order's statuses and the dates that moving between them sets (WC_Order::set_status and its followers)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from ecommerce_sync.sandbox.story import Story
from ecommerce_sync.sandbox.woocommerce.payouts import GATEWAY, intent_id

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.woocommerce.orders import WooOrder

STATUSES = (
	"pending",
	"processing",
	"on-hold",
	"completed",
	"cancelled",
	"refunded",
	"failed",
	"checkout-draft",
)
OFFLINE_GATEWAYS = {"bacs", "cheque", "manual", "invoice"}  # money comes later: the order waits on hold
UNSENT = ("pending", "processing", "on-hold", "cancelled")  # who puts an order back there says so
PAYABLE = (
	"pending",
	"on-hold",
	"failed",
	"cancelled",
)  # woocommerce_valid_order_statuses_for_payment_complete


def first_status(story: Story) -> str:
	"""Where the checkout leaves an order."""
	if story.paid or story.gateway == "cod":
		return "processing"
	return "on-hold" if story.gateway in OFFLINE_GATEWAYS or story.payment_terms_days else "pending"


def refunds_money(gateway: str) -> bool:
	"""Whether a refund can be sent through the gateway; of offline ones the shop pays back by hand."""
	return gateway not in OFFLINE_GATEWAYS and gateway != "cod"


def reference(story: Story) -> str:
	"""A payment's transaction_id, empty for money that comes by hand."""
	if story.gateway == GATEWAY:
		return intent_id(story.number)
	return f"txn_{story.number}" if refunds_money(story.gateway) else ""


def paid_status(order: WooOrder) -> str:
	"""What a payment makes of an order: done when nothing is to be shipped, or cash came at the door."""
	ships = any(line.kind != "gift_card" for _, line in order.lines)
	return "processing" if ships and order.story.gateway != "cod" else "completed"


def moved(order: WooOrder, status: str, at: datetime) -> WooOrder:
	"""The order in `status`, with the dates that WooCommerce sets on the way there. Raises ValueError."""
	known = (*STATUSES, *order.settings.custom_statuses, "trash")
	if status not in known:
		raise ValueError(f"status: the store has no order status {status!r}; it has {known}.")
	if status == order.status:
		return order
	on_delivery = order.story.gateway == "cod"  # its money has come only when the order is completed
	paid = order.date_paid is None and (status == "completed" or (status == "processing" and not on_delivery))
	return replace(
		order,
		status=status,
		date_paid=at if paid else order.date_paid,
		date_completed=at if status == "completed" else order.date_completed,
		completed=_completed(order, status),
	)


def _completed(order: WooOrder, status: str) -> bool:
	"""Whether the shop has called the order shipped: taken back when it is put back, not when refunded."""
	back = status in UNSENT or status in order.settings.custom_statuses
	return status == "completed" or (order.completed and not back)
