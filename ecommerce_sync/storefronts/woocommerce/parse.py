"""Turns an order of the REST API wc/v3 into the neutral `Order`; webhook bodies have the same shape.

https://woocommerce.github.io/woocommerce-rest-api-docs/#order-properties
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from ...core.models import Charge, Line, Order, PaymentTerms, Shipping
from ...core.money import rounded, total, unit
from . import documents, fulfilments, lines, payments, people, refunds
from .fields import Fields, admin_url, amount_of, meta, meta_text
from .taxes import Taxes

_RATE_DIGITS = 9
_LEAST_RATE = Decimal("0.000001")
_PO_META = ("_po_number", "po_number", "_purchase_order_number", "purchase_order_number")


def parse_order(payload: Mapping[str, Any]) -> Order:
	"""The neutral order. Raises `PayloadRefused` with the path of the offending field, nothing else."""
	return documents.read(payload, "an order", _order)


def status_word(value: str | None) -> str:
	"""The status without the prefix that the database has: `processing` for `wc-processing`."""
	return (value or "").removeprefix("wc-")


def _order(fields: Fields) -> Order:
	order_id, currency = _required_id(fields), _currency(fields)
	taxes = Taxes(fields, currency)
	coupons = tuple(code for row in fields.rows("coupon_lines") if (code := row.text("code")))
	sold = lines.lines(fields, taxes, coupons)
	shipping, fees = lines.shipping(fields, taxes), lines.fees(fields, taxes)
	residual = _residual(fields, taxes, (*sold, *shipping, *fees))
	unlisted = lines.unlisted_shipping(fields, taxes, shipping, residual)
	residual -= total(part.total for part in unlisted)
	redeemed = payments.gift_cards(fields, residual, unit(taxes.digits) * len(sold))
	charged = refunds.Sold(sold, shipping + unlisted, fees + redeemed, taxes, _total(fields))
	return Order(
		platform="woocommerce",
		id=order_id,
		name=f"#{(fields.text('number') or order_id).removeprefix('#')}",
		currency=currency,
		total=_total(fields),
		taxes_included=False,
		lines=sold,
		shipping=shipping + unlisted,
		charges=fees + redeemed,
		taxes=taxes.order,
		discount_codes=coupons,
		admin_url=admin_url(fields, order_id),
		raw=dict(fields.data),
		**_state(fields),
		**_life(fields, order_id, currency, charged),
		**_about(fields),
	)


def _state(fields: Fields) -> dict[str, Any]:
	"""Status and times."""
	word = status_word(fields.text("status"))
	created, updated = fields.time("date_created"), _changed_at(fields)
	method = payments.gateway(fields)
	return {
		"status": word or "pending",
		"payment_status": payments.status(fields, word),
		"created_at": created or updated,
		"updated_at": updated,
		"processed_at": fields.time("date_paid"),
		"closed_at": fields.time("date_completed"),
		"cancelled_at": updated if word in ("cancelled", "trash") else None,
		"gateways": (method,) if method else (),
	}


def _changed_at(fields: Fields) -> datetime:
	found = fields.time("date_modified") or fields.time("date_created")
	if not found:
		raise fields.refuse("date_created_gmt", "is missing")
	return found


def _life(fields: Fields, order_id: str, currency: str, sold: refunds.Sold) -> dict[str, Any]:
	"""Money paid and paid back, and what was shipped."""
	word = status_word(fields.text("status"))
	returned = refunds.parse(fields, sold, _changed_at(fields))
	moved = payments.payments(fields, order_id, word, currency, returned)
	return {
		"payments": moved,
		"refunds": payments.with_payments(returned, moved),
		"fulfilments": fulfilments.parse(fields, word, sold.lines, returned),
	}


def _about(fields: Fields) -> dict[str, Any]:
	"""People, places and words."""
	return {
		"customer": people.customer(fields),
		"billing_address": people.address(fields, "billing"),
		"shipping_address": people.address(fields, "shipping"),
		"source": fields.text("created_via"),
		"note": fields.text("customer_note"),
		"attributes": lines.attributes(fields),
		"po_number": meta_text(fields, *_PO_META),
		"payment_terms": _terms(meta_text(fields, "_payment_terms", "payment_terms")),
		"test": meta(fields, "_wcpay_mode") == "test",
		**_rate(fields),
	}


def _terms(said: str | None) -> PaymentTerms | None:
	"""Terms that a plugin notes in words: "Net 30"."""
	days = re.search(r"\b([0-9]{1,3})\b", said or "")
	return PaymentTerms(name=said, due_in_days=int(days[1]) if days else None) if said else None


def _rate(fields: Fields) -> dict[str, Any]:
	"""The shop's currency and rate, which WooPayments' multi-currency notes as order currency per shop currency."""
	shop = meta_text(fields, "_wcpay_multi_currency_order_default_currency")
	rate = amount_of(meta(fields, "_wcpay_multi_currency_order_exchange_rate"))
	known = shop and re.fullmatch("[A-Z]{3}", shop) and rate > _LEAST_RATE
	return {"shop_currency": shop, "exchange_rate": rounded(1 / rate, _RATE_DIGITS)} if known else {}


def _residual(fields: Fields, taxes: Taxes, parts: tuple[Line | Shipping | Charge, ...]) -> Decimal:
	"""The total less everything that the order lists: zero when it balances."""
	listed = total(part.total for part in parts) + total(tax.amount for tax in taxes.order)
	return rounded(_total(fields) - listed, taxes.digits)


def _required_id(fields: Fields) -> str:
	order_id = fields.id("id")
	if not order_id:
		raise fields.refuse("id", "is missing")
	return order_id


def _currency(fields: Fields) -> str:
	currency = fields.text("currency")
	if not currency:
		raise fields.refuse("currency", "is missing")
	if not re.fullmatch("[A-Za-z]{3}", currency):
		raise fields.refuse("currency", "is no currency code")
	return currency.upper()


def _total(fields: Fields) -> Decimal:
	if fields.data.get("total") is None:
		raise fields.refuse("total", "is missing")
	return fields.amount("total")
