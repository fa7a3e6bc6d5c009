"""Refunds and cancellations that we ask a store for.

https://woocommerce.github.io/woocommerce-rest-api-docs/#create-a-refund
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from ...core.errors import Fixable
from ...core.money import total
from ..life import RefundRequest
from . import orders, payments, refund_rows, refunds
from .api import Api, Refused, object_of
from .fields import Fields, cleaned
from .parse import status_word

_DEAD = {"cancelled", "trash"}
_BY_HAND = (
	"Refund the order in the store's admin by hand ('Refund manually') and pay the buyer yourself; the refund is"
	" then taken over from there."
)


def refund(api: Api, order_id: str, request: RefundRequest) -> str:
	"""Pay back through the order's gateway, or lower an unpaid order; the refund's id.

	The reason ends with the request's key: a refund that has it is the one. Raises `Fixable` for what the store
	or its gateway refuses.
	"""
	order = Fields(orders.fetch(api, order_id))
	mark = f"[{request.key}]"
	for row in order.rows("refunds"):
		if mark in (cleaned(row.text("reason")) or ""):
			return row.id("id") or ""
	if (order.text("currency") or "").upper() != request.currency.upper():
		raise _refused(api, f"order {order_id} is in {order.text('currency')}, not in {request.currency}.")
	parts = refund_rows.asked(order, request.lines, request.shipping, request.amount)
	reason = f"{request.note or 'Credit note'} {mark}"
	return _create(api, order, request.amount, parts, reason, request.restock)


def cancel(api: Api, order_id: str, reason: str, refunded: bool, restock: bool, notify: bool) -> None:
	"""Cancel the order, after paying back what is left of it. WooCommerce puts the goods of a cancelled order
	back on the shelf by itself."""
	order = Fields(orders.fetch(api, order_id))
	word = status_word(order.text("status"))
	if word in _DEAD:
		return
	rest = order.amount("total") - total(map(refunds.amount, order.rows("refunds")))
	if refunded and rest > 0 and payments.was_paid(order, word):
		_create(api, order, rest, refund_rows.all_left(order), reason or "Order cancelled", restock)
	api.put(f"orders/{order_id}", {"status": "cancelled"})
	if reason:
		api.post(f"orders/{order_id}/notes", {"note": f"Cancelled: {reason}", "customer_note": notify})


def _create(
	api: Api, order: Fields, amount: Decimal, parts: Sequence[refund_rows.Part], reason: str, restock: bool
) -> str:
	body: dict[str, Any] = {
		"amount": str(amount),
		"reason": reason,
		"api_refund": payments.was_paid(order, status_word(order.text("status"))),
		"api_restock": restock,
		"line_items": [part.body for part in parts],
	}
	try:
		answer = object_of(api.post(f"orders/{order.id('id')}/refunds", body))
	except Refused as error:
		if error.status in (401, 403):
			raise
		raise _refused(api, f"{error.params.get('detail')} {_BY_HAND}") from None
	return Fields(answer).id("id") or ""


def _refused(api: Api, detail: str) -> Fixable:
	return Fixable("store_refused", f"store:{api.host}", detail=detail, store=api.host)
