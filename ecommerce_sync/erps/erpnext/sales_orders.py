"""Sales Orders: a draft written as a document, exactly, and submitted in one go.

ERPNext's own way, insert and then submit, runs every validation twice. Written as submitted at once it
costs about half; `doc_events.sales_order` adds what ERPNext leaves out for a document that begins its
life submitted, so that the result is the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import frappe
from frappe.model.workflow import get_workflow_name

from ...core.commands import Due, Row, SalesOrderDraft
from ...core.models import Attribute, Order
from ...core.settings import StoreSettings
from . import links, oversold
from .currency import exchange_rate
from .fields import decimal, fit, number, plain
from .order_charges import add_charges, mismatch
from .refusals import refusals
from .unit import Unit

DOCTYPE = "Sales Order"


def create(draft: SalesOrderDraft, order: Order, settings: StoreSettings, unit: Unit) -> str:
	"""Insert (and submit, by policy) the document, check its total, name it in the order's link."""
	doc = frappe.new_doc(DOCTYPE)
	doc.naming_series = draft.naming_series or doc.naming_series
	doc.store_oversold = oversold.told(draft.oversold)
	with refusals(unit.customer or ""):
		write(doc, draft, settings, unit)
		_insert(doc, submit=draft.submit and not get_workflow_name(DOCTYPE))
	check_total(doc, draft)
	_forget_borrowed_address(doc, draft)
	oversold.notify(doc, draft)
	link = links.order_key(settings.store, order.id)
	links.point([link], DOCTYPE, str(doc.name))
	return str(doc.name)


def write(doc: Any, draft: SalesOrderDraft, settings: StoreSettings, unit: Unit) -> None:
	"""Set every field of the draft on a new document or on one that is still a draft."""
	for table in ("items", "taxes", "payment_schedule"):
		doc.set(table, [])
	doc.update(header(draft, settings, unit))
	doc.update(_money(draft, unit))
	doc.update(places(draft, unit))
	_add_rows(doc, draft, settings, unit)
	for due in by_day(draft.dues):
		doc.append("payment_schedule", due)
	doc.update(plain(draft.fields))
	add_charges(doc, draft)


def check_total(doc: Any, draft: SalesOrderDraft) -> None:
	"""Raise `Held` unless ERPNext came to the store's total."""
	ours = decimal(doc.grand_total)
	if ours != draft.total:
		reason = "template_total_mismatch" if draft.tax_template else "total_mismatch"
		raise mismatch(reason, ours, draft)


def header(draft: SalesOrderDraft, settings: StoreSettings, unit: Unit) -> dict[str, Any]:
	"""Who, when and what the store says of the order."""
	return {
		"company": draft.company,
		"customer": unit.customer,
		"order_type": "Sales",
		"transaction_date": draft.ordered_on,
		"delivery_date": draft.deliver_on,
		"po_no": _po_number(draft, unit),
		"cost_center": draft.cost_center,
		"set_warehouse": draft.warehouse,
		"payment_terms_template": draft.payment_terms,
		"contact_person": unit.contact,
		"ecommerce_store": settings.store,
		"store_order_id": draft.order_id,
		"store_order_number": fit(draft.order_name),
		"store_order_url": draft.admin_url,
		"store_order_status": fit(draft.order_status),
		"store_coupon_codes": ", ".join(draft.coupon_codes) or None,
		"store_note": notes(draft.note, draft.attributes),
		"store_refund_ids": "\n".join(draft.refund_ids) or None,
	}


def _po_number(draft: SalesOrderDraft, unit: Unit) -> str | None:
	"""The customer's number; with the order's own beside it where the site takes each number only once.

	Buyers use a number again for a second delivery; ERPNext would refuse an order that is paid already.
	"""
	number = fit(draft.po_number)
	if not number or frappe.db.get_single_value("Selling Settings", "allow_against_multiple_purchase_orders"):
		return number or None
	same = {"po_no": number, "customer": unit.customer, "docstatus": ["<", 2]}
	taken = frappe.db.exists(DOCTYPE, {**same, "store_order_id": ["!=", draft.order_id]})
	return fit(f"{number} ({draft.order_name})") if taken else number


def notes(note: str | None, attributes: Iterable[Attribute]) -> str | None:
	"""What the customer typed at checkout, for people."""
	said = [note or "", *(f"{attribute.name}: {attribute.value}" for attribute in attributes)]
	return "\n".join(text.strip() for text in said if text.strip()) or None


def _money(draft: SalesOrderDraft, unit: Unit) -> dict[str, Any]:
	rate = exchange_rate(draft.currency, draft.company, draft.ordered_on, draft.exchange_rate)
	price_list = draft.price_list or _price_list()
	listed = (
		str(frappe.get_cached_value("Price List", price_list, "currency")) if price_list else draft.currency
	)
	return {
		"currency": draft.currency,
		"conversion_rate": rate,
		"selling_price_list": price_list,
		"price_list_currency": listed,
		"plc_conversion_rate": rate
		if listed == draft.currency
		else exchange_rate(listed, draft.company, draft.ordered_on),
		"ignore_pricing_rule": 1,
		"disable_rounded_total": 1,
		"apply_discount_on": "Net Total",
	}


def _price_list() -> str | None:
	default = frappe.db.get_single_value("Selling Settings", "selling_price_list")
	return default or frappe.db.get_value("Price List", {"selling": 1, "enabled": 1})


def places(draft: SalesOrderDraft, unit: Unit) -> dict[str, Any]:
	"""The order's own addresses; where it names one, that one is both."""
	billing = unit.addresses.get(draft.billing_key or draft.shipping_key or "")
	shipping = unit.addresses.get(draft.shipping_key or draft.billing_key or "")
	return {
		"customer_address": billing,
		"address_display": None,
		"shipping_address_name": shipping,
		"shipping_address": None,
	}


def _forget_borrowed_address(doc: Any, draft: SalesOrderDraft) -> None:
	"""ERPNext gives an order without address the customer's default; on a shared guest that is a stranger's."""
	if draft.customer.existing and not (draft.billing_key or draft.shipping_key) and doc.customer_address:
		nothing = dict.fromkeys(
			("customer_address", "address_display", "shipping_address_name", "shipping_address")
		)
		frappe.db.set_value(DOCTYPE, doc.name, nothing, update_modified=False)


def _add_rows(doc: Any, draft: SalesOrderDraft, settings: StoreSettings, unit: Unit) -> None:
	seen: dict[tuple[str, str | None], int] = {}
	for row in draft.rows:
		same = seen[row.item_code, row.warehouse] = seen.get((row.item_code, row.warehouse), 0) + 1
		doc.append("items", row_values(row, draft, settings, unit, same))


def row_values(
	row: Row, draft: SalesOrderDraft, settings: StoreSettings, unit: Unit, same: int
) -> dict[str, Any]:
	"""One Sales Order Item; it is the `same`-th of its Item and Warehouse."""
	values = {
		"item_code": row.item_code,
		"qty": number(row.quantity),
		"rate": number(row.rate),
		"price_list_rate": number(row.list_rate),
		"discount_percentage": 100.0 if row.list_rate and not row.rate else 0.0,
		"warehouse": row.warehouse or draft.warehouse,
		"delivery_date": draft.deliver_on,
		"cost_center": draft.cost_center,
		"additional_notes": row.note,
		"store_line_id": row.line_id,
		"store_unit_price": number(row.shown_unit_price),
		"store_bundle": row.group,
	}
	return values | _wording(row, settings, same) | plain(row.fields) | _measure(row, unit)


def _measure(row: Row, unit: Unit) -> dict[str, Any]:
	"""The unit that the listing sells, else the Item's own."""
	uom, factor = unit.units.get(row.line_id or "", (None, None))
	stock_uom = frappe.get_cached_value("Item", row.item_code, "stock_uom")
	return {"uom": uom or stock_uom, "conversion_factor": number(factor) or 1.0}


def _wording(row: Row, settings: StoreSettings, same: int) -> dict[str, Any]:
	"""ERPNext's own words for Items, the store's for what has none. Rows of one Item must differ in words."""
	title = fit(row.title)
	if title and row.item_code in (settings.custom_item, settings.gift_card_item):
		return {"item_name": title, "description": title if same == 1 else f"{title} ({same})"}
	return {"description": f"{title or row.item_code} ({same})"} if same > 1 else {}


def by_day(dues: tuple[Due, ...]) -> list[dict[str, Any]]:
	"""ERPNext takes one row a day."""
	days: dict[Any, Any] = {}
	for due in dues:
		days[due.due_on] = days.get(due.due_on, 0) + due.amount
	return [{"due_date": day, "payment_amount": number(amount)} for day, amount in sorted(days.items())]


def _insert(doc: Any, submit: bool) -> None:
	"""The sync user's rights on the order itself decide.

	Field by field they would not do: `ignore_pricing_rule` is of a permission level that ERPNext gives to
	Sales Managers only, and would be reset, so that Pricing Rules changed what the store charged.
	"""
	doc.docstatus = int(submit)
	for right in ("create", "submit") if submit else ("create",):
		doc.check_permission(right)
	doc.flags.ignore_permissions = True
	doc.flags.written_submitted = submit
	doc.insert()
