"""What a wc/v3 order says about money paid: its payment status, its payment, gift cards redeemed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ...core.models import Charge, Payment, PaymentStatus
from ...core.money import total
from .fields import Fields, amount_of, meta

_SETTLED = {"paid", "partially_refunded", "refunded"}
_NOT_WANTED = {"cancelled", "failed", "trash"}
_CREDIT_COUPONS = {"smart_coupon", "store_credit", "gift_card"}


def status(order: Fields, word: str) -> PaymentStatus:
	"""Read from the status, the date of payment and the refunds; `word` is the status without `wc-`."""
	refunded = total(abs(row.amount("total")) for row in order.rows("refunds"))
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


def payments(order: Fields, order_id: str, state: PaymentStatus, currency: str) -> tuple[Payment, ...]:
	"""The one payment that WooCommerce keeps on an order; none when neither date nor reference is there."""
	paid_at, reference = order.time("date_paid"), order.text("transaction_id")
	if not paid_at and not reference:
		return ()
	settled = "failure" if state == "voided" else "pending"
	return (
		Payment(
			id=reference or f"{order_id}-payment",
			gateway=gateway(order) or "",
			kind="sale",
			status="success" if state in _SETTLED else settled,
			amount=order.amount("total"),
			currency=currency,
			processed_at=paid_at,
			reference=reference,
		),
	)


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
