"""What a wc/v3 order says about money: its payment status, its payment, money paid back, gift cards redeemed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from ...core.life import Refund
from ...core.models import ZERO, Charge, Payment, PaymentStatus
from ...core.money import total
from . import fees
from .fields import Fields, amount_of, meta, meta_text
from .refunds import amount as refunded_amount

_REFUND_REFERENCES = ("_wcpay_refund_id", "_stripe_refund_id", "_ppcp_refund_id", "_transaction_id")
_NOT_WANTED = {"cancelled", "failed", "trash"}
_CREDIT_COUPONS = {"smart_coupon", "store_credit", "gift_card"}


def status(order: Fields, word: str) -> PaymentStatus:
	"""Read from the status, the date of payment and the refunds; `word` is the status without `wc-`."""
	refunded = total(map(refunded_amount, order.rows("refunds")))
	whole = order.amount("total")
	if word == "refunded" or (refunded and refunded >= whole):
		return "refunded"
	if refunded:
		return "partially_refunded"
	if order.time("date_paid"):
		return "paid"
	if word in _NOT_WANTED:
		return "voided"
	return "paid" if word == "completed" or (word == "processing" and not _on_delivery(order)) else "pending"


def was_paid(order: Fields, word: str) -> bool:
	"""Whether the buyer's money has come; refunds may have followed."""
	if order.time("date_paid") or any(row.data.get("refunded_payment") for row in order.rows("refunds")):
		return True
	return word == "completed" or (word == "processing" and not _on_delivery(order))


def payments(
	order: Fields, order_id: str, word: str, currency: str, refunds: Sequence[Refund]
) -> tuple[Payment, ...]:
	"""The one payment that WooCommerce keeps on an order, then the refunds that moved money.

	What was credited before the buyer paid was never paid: it lowers the payment.
	"""
	sale = _sale(order, order_id, word, currency)
	if sale is None or sale.status != "success":
		unpaid = total(refund.credited(taxes_included=False) for refund in refunds)
		left = sale and _less(sale, unpaid if sale.status == "pending" else ZERO)
		return (left,) if left else ()
	moved = _paid_back(order, sale, refunds)
	never = total(each.credited(taxes_included=False) for each in refunds if each.id not in moved)
	paid = _less(sale, never)
	return (*((paid,) if paid else ()), *moved.values())


def with_payments(refunds: Sequence[Refund], found: Sequence[Payment]) -> tuple[Refund, ...]:
	"""The refunds with the payments that moved their money."""
	known = {payment.id for payment in found}
	return tuple(
		refund.model_copy(update={"payment_ids": (refund_payment_id(refund.id),)})
		if refund_payment_id(refund.id) in known
		else refund
		for refund in refunds
	)


def payment_id(order_id: str) -> str:
	"""The id of an order's one payment: its reference at the gateway may come later, or change."""
	return f"{order_id}-payment"


def refund_payment_id(refund_id: str) -> str:
	"""The id of the money that a refund paid back."""
	return f"refund-{refund_id}"


def _sale(order: Fields, order_id: str, word: str, currency: str) -> Payment | None:
	"""None where nothing was paid or is on its way."""
	paid, reference = was_paid(order, word), order.text("transaction_id")
	dead = word in _NOT_WANTED
	if not (paid or reference or (_on_delivery(order) and not dead)):
		return None
	amount = order.amount("total")
	return Payment(
		id=payment_id(order_id),
		gateway=gateway(order) or "",
		kind="sale",
		status="success" if paid else "failure" if dead else "pending",
		amount=amount,
		currency=currency,
		processed_at=_paid_at(order),
		reference=reference,
		fee=fees.of(order, currency, amount) if paid else ZERO,
	)


def _paid_at(order: Fields) -> datetime | None:
	return order.time("date_paid") or order.time("date_completed")


def _less(sale: Payment, amount: Decimal) -> Payment | None:
	left = sale.amount - amount
	return sale.model_copy(update={"amount": left}) if left > 0 else None


def _paid_back(order: Fields, sale: Payment, refunds: Sequence[Refund]) -> dict[str, Payment]:
	"""By refund: those after the payment, and those that the gateway paid."""
	rows = {row.id("id"): row for row in order.rows("refunds")}
	found = {}
	for refund in refunds:
		row, amount = rows.get(refund.id), refund.credited(taxes_included=False)
		by_gateway = bool(row and row.data.get("refunded_payment"))
		late = sale.processed_at is None or refund.created_at >= sale.processed_at
		if amount > 0 and (by_gateway or late):
			found[refund.id] = sale.model_copy(
				update={
					"id": refund_payment_id(refund.id),
					"kind": "refund",
					"amount": amount,
					"processed_at": refund.created_at,
					"reference": meta_text(row, *_REFUND_REFERENCES) if row else None,
					"parent_id": sale.id,
					"fee": ZERO,
				}
			)
	return found


def gateway(order: Fields) -> str | None:
	"""The payment method's id, else the title that somebody typed."""
	return order.text("payment_method") or order.text("payment_method_title")


def gift_cards(order: Fields, residual: Decimal, slack: Decimal) -> tuple[Charge, ...]:
	"""Gift cards that lowered the total without any line, as negative charges.

	`residual` is the total less all that the order lists, `slack` what rounding may have added to it.
	Plugins write what was redeemed in places of their own; the first place that explains the residual
	counts, else nothing does.
	"""
	if residual >= 0:
		return ()
	for cards in _redeemed(order):
		used = [(code, amount) for code, amount in cards if amount]
		if used and abs(total(amount for _code, amount in used) + residual) <= slack:
			return tuple(_charge(code, amount, i) for i, (code, amount) in enumerate(used))
	return ()


Cards = list[tuple[str, Decimal]]


def _charge(code: str, amount: Decimal, index: int) -> Charge:
	title = f"Gift card {code}".strip()
	return Charge(id=f"gift-card-{index + 1}", kind="gift_card_redeemed", title=title, amount=-amount)


def _redeemed(order: Fields) -> Iterator[Cards]:
	"""WooCommerce Gift Cards, PW Gift Cards, YITH Gift Cards, then credit that comes as a coupon."""
	yield _listed(order, "gift_cards", "code")
	yield _listed(order, "pw_gift_cards_redeemed", "number")
	for key in ("_ywgc_applied_gift_cards", "smart_coupons_contribution", "_wc_gift_cards"):
		yield _amounts_by_code(meta(order, key))
	yield [
		(row.text("code") or "", row.amount("discount") + row.amount("discount_tax"))
		for row in order.rows("coupon_lines")
		if row.text("discount_type") in _CREDIT_COUPONS
	]


def _listed(order: Fields, key: str, name: str) -> Cards:
	"""Amounts of a plugin's own list; plugins may use the same key for something else."""
	found = order.data.get(key)
	rows = found if isinstance(found, list) else []
	return [
		(str(row.get(name) or ""), abs(amount_of(row.get("amount"))))
		for row in rows
		if isinstance(row, Mapping)
	]


def _amounts_by_code(found: Any) -> Cards:
	items = found.items() if isinstance(found, Mapping) else ()
	return [(str(code), abs(amount_of(amount))) for code, amount in items]


def _on_delivery(order: Fields) -> bool:
	return order.text("payment_method") == "cod"
