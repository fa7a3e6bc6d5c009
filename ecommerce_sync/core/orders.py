"""The order planner: what the store wants, what the ERP has, and the commands between the two. Pure."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from zoneinfo import ZoneInfo

from .commands import (
	CancelSalesOrder,
	CreateItems,
	CreateSalesOrder,
	Due,
	EnsureCustomer,
	ItemDraft,
	ReplaceSalesOrder,
	SalesOrderDraft,
	TakeOver,
	UpdateSalesOrder,
)
from .erp import ErpOrder, SalesOrderState
from .errors import Held
from .mapping import mapped_fields
from .models import ZERO, Model, Order
from .money import spread
from .parties import customer_draft, fingerprint
from .placement import setting_missing
from .plan import Command, Plan
from .rows import Rows
from .settings import StoreSettings

_PAID = ("paid", "partially_refunded", "refunded", "partially_paid")
_NAMES = {"m": "lines or amounts", "a": "addresses", "s": "notes or status"}


def plan_order(order: Order, erp: ErpOrder, settings: StoreSettings) -> Plan:
	"""The commands that bring the ERP to the order; none when they agree or no order is wanted.

	Raises `Fixable` when a setting or document is missing, `Held` when a person must decide.
	"""
	document = erp.document
	if document and document.docstatus < 2:
		return _plan_existing(order, erp, document, settings)
	if not order.live and erp.cancelled_by_sync:
		return Plan(skip="unchanged")  # even if a person has amended the cancelled document since
	if document and document.amended_to:
		return _plan(TakeOver(document=document.name, amended=document.amended_to))
	if not order.live and erp.linked:
		return Plan(skip="unchanged")
	if reason := _not_wanted(order, settings):
		return Plan(skip=reason, params={"status": order.status})
	if erp.linked and not erp.cancelled_by_sync:
		raise Held("cancelled_in_erpnext", document=erp.linked)
	return _plan_new(order, erp, settings)


def digest(order: Order) -> str:
	"""A short print of the parts that matter, to see what changed: `m:` money, `a:` addresses, `s:` soft fields."""
	lines = [_money_of(line) for line in (*order.lines, *order.shipping, *order.charges)]
	money = [order.currency, str(order.total.normalize()), *lines]
	places = [
		fingerprint(place) if place else "" for place in (order.billing_address, order.shipping_address)
	]
	soft = [order.po_number, order.note, order.status, str(order.live)]
	parts = {"m": money, "a": places, "s": soft}
	prints = [f"{key}:{_print(value)}" for key, value in parts.items()]
	return " ".join([*prints, f"t:{order.total.normalize():f}"])


def changes(before: str | None, after: str) -> list[str]:
	"""The keys whose prints differ."""
	old = dict(part.split(":", 1) for part in (before or "").split())
	new = dict(part.split(":", 1) for part in after.split())
	return [key for key in _NAMES if old.get(key) != new[key]]


def draft_of(order: Order, erp: ErpOrder, settings: StoreSettings) -> SalesOrderDraft:
	"""The Sales Order that the order becomes."""
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
		fields=mapped_fields(settings.fields, "Order", "Sales Order", order.raw, settings.timezone),
	)


def _plan(*commands: Command) -> Plan:
	return Plan(commands=commands)


def _not_wanted(order: Order, settings: StoreSettings) -> str | None:
	"""The reason code why no Sales Order is wanted, None when one is."""
	if not order.live:
		return "cancelled_before_import"
	if order.test and not settings.import_test:
		return "test_order"
	if settings.statuses and order.status not in settings.statuses:
		return "status_not_imported"
	if not settings.import_unpaid and order.payment_status not in _PAID:
		return "unpaid"
	return None if order.lines or order.charges or order.shipping else "no_lines"


def _plan_new(order: Order, erp: ErpOrder, settings: StoreSettings) -> Plan:
	commands: list[Command] = []
	if items := _items_to_create(order, erp, settings):
		return _plan(CreateItems(items=items))
	draft = draft_of(order, erp, settings)
	if not draft.rows:
		return Plan(skip="no_lines")
	if _party_is_missing(draft, erp):
		commands.append(EnsureCustomer(customer=draft.customer))
	return _plan(*commands, CreateSalesOrder(draft=draft))


def _party_is_missing(draft: SalesOrderDraft, erp: ErpOrder) -> bool:
	keys = {address.key for address in draft.customer.addresses}
	contact_missing = bool(draft.customer.contact_key) and not erp.contact_known
	return not erp.customer or contact_missing or not keys <= erp.addresses


def _items_to_create(order: Order, erp: ErpOrder, settings: StoreSettings) -> tuple[ItemDraft, ...]:
	if settings.unknown_sku != "create_item":
		return ()
	drafts = {}
	for line in order.lines:
		known = line.id in erp.items or line.id in erp.ambiguous
		if line.kind == "product" and line.sku and not known:
			drafts[line.sku] = ItemDraft(
				item_code=line.sku,
				name=line.title,
				item_group=settings.item_group,
				stock=line.requires_shipping,
				variant_id=line.variant_id,
				product_id=line.product_id,
				barcode=line.barcode,
			)
	return tuple(drafts.values())


def _plan_existing(order: Order, erp: ErpOrder, document: SalesOrderState, settings: StoreSettings) -> Plan:
	if not order.live:
		if document.progress:
			raise Held("cancelled_after_progress", document=document.name, progress=document.progress)
		return _plan(CancelSalesOrder(document=document.name))
	differing = changes(erp.digest, digest(order))
	if _followed_by_hand(order, erp, document):
		differing.remove("m")
	if not differing:
		return Plan(skip="unchanged")
	if differing == ["s"]:
		return _plan(
			UpdateSalesOrder(
				document=document.name, po_number=order.po_number, note=order.note, status=order.status
			)
		)
	if document.docstatus == 1:
		raise Held(
			"order_changed", changes=", ".join(_NAMES[key] for key in differing), **_both(order, document)
		)
	return _replace(order, erp, document, settings)


def _replace(order: Order, erp: ErpOrder, document: SalesOrderState, settings: StoreSettings) -> Plan:
	"""A draft nobody touched follows the store, also to nothing; one that a person edited does not."""
	applied = _applied_total(erp)
	if applied is not None and applied != document.total:
		raise Held("edited_in_erpnext", applied=f"{applied:f}", **_both(order, document))
	plan = _plan_new(order, erp, settings)
	if plan.skip:
		return _plan(CancelSalesOrder(document=document.name))
	return _plan(
		*(
			ReplaceSalesOrder(document=document.name, draft=command.draft)
			if isinstance(command, CreateSalesOrder)
			else command
			for command in plan.commands
		)
	)


def _applied_total(erp: ErpOrder) -> Decimal | None:
	parts = dict(part.split(":", 1) for part in (erp.digest or "").split())
	return Decimal(parts["t"]) if "t" in parts else None


def _followed_by_hand(order: Order, erp: ErpOrder, document: SalesOrderState) -> bool:
	"""Whether a person has brought the document to the total that the store's order changed to."""
	applied = _applied_total(erp)
	return applied is not None and applied != order.total == document.total


def _both(order: Order, document: SalesOrderState) -> dict[str, str]:
	return {"document": document.name, "ours": f"{document.total:f}", "theirs": f"{order.total:f}"}


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


def _money_of(part: Model) -> list[str]:
	keys = ("id", "title", "sku", "quantity", "subtotal", "price", "amount", "total")
	values = [getattr(part, key, None) for key in keys]
	taxes = [f"{tax.title}={tax.amount.normalize()}" for tax in getattr(part, "taxes", ())]
	return [str(v.normalize()) if isinstance(v, Decimal) else str(v) for v in values] + sorted(taxes)


def _print(value: object) -> str:
	return sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()[:16]
