"""A Store Connection and its Field Mappings as the neutral settings that planners ask."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import cint

from ..core.mapping import FieldRule
from ..core.settings import (
	CompanyRule,
	DriftPolicy,
	InvoicePolicy,
	LocationRule,
	Making,
	Master,
	Masters,
	MethodRule,
	SkuRule,
	StoreSettings,
	TaxRule,
)

_SAME_NAME = (
	"company",
	"guest_customer",
	"customer_group",
	"territory",
	"price_list",
	"item_group",
	"custom_item",
	"gift_card_item",
	"tax_template",
	"tax_account",
	"shipping_account",
	"fee_account",
	"tip_account",
	"gift_card_account",
	"duty_account",
	"rounding_account",
	"cost_center",
	"warehouse",
	"naming_series",
	"payment_terms_template",
	"store_price_list",
	"sale_price_list",
	"payment_account",
	"gateway_fee_account",
	"part_status",
	"return_warehouse",
)
_MASTERS: dict[str, Master] = {"Store": "store", "ERPNext": "erp", "Nobody": "nobody"}
_DRIFT: dict[str, DriftPolicy] = {
	"Correct the store": "correct",
	"Adopt in ERPNext": "adopt",
	"Report only": "report",
}

_INVOICES: dict[str | None, InvoicePolicy] = {
	"Never": "never",
	"On payment": "on_payment",
	"On shipment": "on_shipment",
}
_MAKING: dict[str | None, Making] = {
	"Draft Delivery Note": "draft",
	"Draft Return": "draft",
	"Submitted Delivery Note": "submit",
	"Submitted Return": "submit",
}


def settings_of(doc: Any) -> StoreSettings:
	"""The neutral settings of a Store Connection document."""
	return StoreSettings(
		store=doc.name,
		company_currency=frappe.get_cached_value("Company", doc.company, "default_currency"),
		site_digits=cint(frappe.get_precision("Sales Order", "grand_total")),
		timezone=frappe.utils.get_system_timezone(),
		presentment=doc.currency_rule == "Customer currency",
		guests="shared_customer" if doc.guest_policy == "Shared guest customer" else "own_customer",
		unknown_sku="create_item" if doc.unknown_sku == "Create the Item" else "fail",
		tax_mode="template" if doc.tax_mode == "By template" else "as_charged",
		submit=bool(doc.submit_orders),
		import_test=bool(doc.import_test_orders),
		import_unpaid=bool(doc.import_unpaid_orders),
		delivery_days=cint(doc.delivery_days),
		statuses=tuple(line.strip() for line in (doc.statuses or "").splitlines() if line.strip()),
		fields=_field_rules(doc.name),
		**_goods(doc),
		**_after_the_order(doc),
		**_tables(doc),
		**{field: doc.get(field) or None for field in _SAME_NAME},
	)


def _goods(doc: Any) -> dict[str, Any]:
	"""What concerns products, stock and prices."""
	masters = {name: _MASTERS.get(doc.get(f"{name}_master")) for name in Masters.model_fields}
	return {
		"sku_rule": SkuRule(ignore_case=bool(doc.sku_ignore_case), prefix=(doc.sku_prefix or "").strip()),
		"masters": Masters(**{name: who for name, who in masters.items() if who}),
		"update_items": bool(doc.update_items),
		"push_items": bool(doc.push_items),
		"publish": doc.publish_as == "Published",
		"push_stock": bool(doc.push_stock),
		"stock_buffer": Decimal(str(doc.stock_buffer or 0)),
		"drift": _DRIFT.get(doc.drift_policy, "correct"),
		"allocate": bool(doc.allocate_warehouses),
		"push_prices": bool(doc.push_prices),
		"shop_currency": doc.store_currency or None,
	}


def _after_the_order(doc: Any) -> dict[str, Any]:
	"""Invoices, payments, shipments and returns."""
	return {
		"invoice": _INVOICES.get(doc.invoice_policy, "never"),
		"record_payments": bool(doc.record_payments),
		"pick_list": bool(doc.create_pick_list),
		"fulfil": bool(doc.fulfil_orders),
		"notify_customer": bool(doc.notify_customer),
		"deliveries_in": _MAKING.get(doc.deliveries_in, "no"),
		"returns_in": _MAKING.get(doc.returns_in, "no"),
		"refund": bool(doc.refund_credit_notes),
		"sync_customers": bool(doc.sync_customers),
	}


def _tables(doc: Any) -> dict[str, Any]:
	return {
		"taxes": tuple(
			TaxRule(
				title=row.tax_title.strip(),
				account=row.account,
				rate=Decimal(str(row.rate)) / 100 if row.rate else None,
				cost_center=row.cost_center or None,
			)
			for row in doc.taxes
		),
		"shipping_methods": tuple(
			MethodRule(method=row.method, account=row.account) for row in doc.shipping_methods
		),
		"payment_methods": tuple(
			MethodRule(
				method=row.method,
				account=row.account,
				mode_of_payment=row.mode_of_payment,
				invoice=_INVOICES.get(row.invoice_policy),
				on_delivery=bool(row.paid_on_delivery),
			)
			for row in doc.payment_methods
		),
		"companies": tuple(
			CompanyRule(
				match=row.match_value,
				customer_group=row.customer_group,
				price_list=row.price_list,
				payment_terms=row.payment_terms_template,
			)
			for row in doc.companies
		),
		"locations": _locations(doc),
	}


def _locations(doc: Any) -> tuple[LocationRule, ...]:
	rows: dict[str, list[Any]] = {}
	for row in sorted(doc.locations, key=lambda row: (cint(row.priority), row.idx)):
		rows.setdefault((row.location_id or "").strip(), []).append(row)
	return tuple(
		LocationRule(
			location_id=place,
			warehouses=tuple(row.warehouse for row in of_place),
			buffer=next((Decimal(str(row.buffer or 0)) for row in of_place if row.own_buffer), None),
		)
		for place, of_place in rows.items()
	)


def _field_rules(store: str) -> tuple[FieldRule, ...]:
	rows = frappe.get_all("Field Mapping", {"enabled": 1}, ["*"], order_by="creation asc")
	return tuple(field_rule(row) for row in rows if row.store in (None, "", store))


def field_rule(row: Any) -> FieldRule:
	"""The neutral rule of a Field Mapping row or document."""
	return FieldRule(
		name=row.name or "",
		entity=row.entity,
		source=row.source or "",
		target_doctype=row.target_doctype or "",
		target_field=row.target_field,
		transform=row.transform or "None",
		argument=row.argument or "",
		default=row.default_value,
		when_missing=row.when_missing or "Leave empty",
	)
