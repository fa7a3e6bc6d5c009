"""An order as the Sales Order that it becomes: parties, rows, charges, dates and terms. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from .commands import Due, SalesOrderDraft
from .erp import ErpOrder
from .mapping import mapped_fields
from .models import ZERO, Order
from .money import spread
from .parties import customer_draft, fingerprint
from .placement import setting_missing
from .rows import Rows
from .settings import StoreSettings


def draft_of(
	order: Order, erp: ErpOrder, settings: StoreSettings, refund_ids: tuple[str, ...] = ()
) -> SalesOrderDraft:
	"""The Sales Order that the order becomes; `refund_ids` are the refunds that it is less by already."""
	rows = Rows(order, erp, settings)
	customer = customer_draft(order, settings)
	rule = settings.company_rule(order.payment_terms.name) if order.payment_terms else None
	ordered_on = (order.processed_at or order.created_at).astimezone(ZoneInfo(settings.timezone)).date()
	mapped = rule.payment_terms if rule else None
	dues = _dues(order, ordered_on, rows.digits, mapped)
	terms = mapped or customer.payment_terms or settings.payment_terms_template
	return SalesOrderDraft(
		company=settings.company,
		customer=customer,
		currency=order.currency,
		exchange_rate=_exchange_rate(order, settings),
		digits=rows.digits,
		ordered_on=ordered_on,
		deliver_on=ordered_on + timedelta(days=settings.delivery_days),
		rows=tuple(rows.rows),
		charges=tuple(rows.charges),
		total=order.total,
		tax_template=_template(order, settings),
		prices_include_tax=rows.template and order.taxes_included,
		tolerance=rows.tolerance,
		rounding_account=settings.rounding_account,
		price_list=customer.price_list or settings.price_list,
		billing_key=fingerprint(order.billing_address) if order.billing_address else None,
		shipping_key=fingerprint(order.shipping_address) if order.shipping_address else None,
		po_number=order.po_number,
		coupon_codes=order.discount_codes,
		payment_terms=None if dues else terms,
		dues=dues,
		naming_series=settings.naming_series,
		cost_center=settings.cost_center,
		warehouse=settings.warehouse_for(order.location_id),
		note=order.note,
		attributes=order.attributes,
		order_id=order.id,
		order_name=order.name,
		order_status=order.status,
		admin_url=order.admin_url,
		submit=settings.submit,
		oversold=rows.oversold,
		refund_ids=refund_ids,
		fields=mapped_fields(settings.fields, "Order", "Sales Order", order.raw, settings.timezone),
	)


def _template(order: Order, settings: StoreSettings) -> str | None:
	if settings.tax_mode != "template":
		return None
	if not settings.tax_template:
		raise setting_missing(settings, order, "tax_template", "Tax template")
	return settings.tax_template


def _exchange_rate(order: Order, settings: StoreSettings) -> Decimal | None:
	"""The order's own rate where it leads to the company's currency."""
	if order.currency == settings.company_currency:
		return Decimal(1)
	return order.exchange_rate if order.shop_currency == settings.company_currency else None


def _dues(order: Order, ordered_on: date, digits: int, mapped: str | None) -> tuple[Due, ...]:
	"""The store's own due dates, their amounts made to come to the total; none where a template is mapped.

	A schedule's dates are the order's own and go before a template. ERPNext takes a day once and none
	before the order's.
	"""
	terms = order.payment_terms
	if not terms or not order.total:
		return ()
	if not terms.schedule:
		if terms.due_in_days is None or mapped:
			return ()
		return (Due(due_on=ordered_on + timedelta(days=terms.due_in_days), amount=order.total),)
	weights = [order.total if part.amount is None else part.amount for part in terms.schedule]
	amounts: dict[date, Decimal] = {}
	for part, amount in zip(terms.schedule, spread(order.total, weights, digits), strict=True):
		day = max(part.due_on, ordered_on)
		amounts[day] = amounts.get(day, ZERO) + amount
	return tuple(Due(due_on=day, amount=amount) for day, amount in sorted(amounts.items()) if amount)
