"""What a store was told of deliveries and credit notes, and the credit notes that it is still to be told of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import frappe

from ...core.base import ZERO
from ...core.life import LineQuantity, Parcel
from ..life import CreditToTell
from .fields import decimal
from .order_deliveries import stored_told, told_of
from .partial_sources import carried

_SHIPPING = "shipping"


def shipment_told(
	doctype: str, document: str, fulfilment_ids: tuple[str, ...], parcels: tuple[Parcel, ...] | None
) -> None:
	"""See `LifeBooks.shipment_told`."""
	known = told_of(frappe.db.get_value(doctype, document, "store_fulfilments"))
	_set(doctype, document, "store_fulfilments", stored_told(fulfilment_ids, parcels, known["by_sync"]))


def credit_told(document: str, refund_id: str) -> None:
	"""See `LifeBooks.credit_told`."""
	_set("Sales Invoice", document, "store_refund_id", refund_id)


def _set(doctype: str, document: str, field: str, value: str) -> None:
	frappe.db.set_value(doctype, document, field, value, update_modified=False)
	frappe.clear_document_cache(doctype, document)


_CREDITS = """SELECT si.name, si.currency, si.grand_total, si.remarks, si.update_stock, si.posting_date,
	r.qty, r.so_detail, COALESCE(NULLIF(r.store_line_id, ''), o.store_line_id, '') AS line_id,
	EXISTS (
		SELECT 1 FROM `tabDelivery Note Item` b JOIN `tabDelivery Note` d ON d.name = b.parent
		WHERE d.docstatus = 1 AND d.is_return = 1 AND (b.name = r.dn_detail OR b.dn_detail = r.dn_detail
			OR b.so_detail = r.so_detail)
	) AS came_back
	FROM `tabSales Invoice` si JOIN `tabSales Invoice Item` r ON r.parent = si.name
	LEFT JOIN `tabSales Order Item` o ON o.name = r.so_detail
	LEFT JOIN `tabSales Order` so ON so.name = o.parent
	WHERE si.docstatus = 1 AND si.is_return = 1 AND IFNULL(si.store_refund_id, '') = ''
		AND ((so.ecommerce_store = %(store)s AND so.store_order_id = %(order)s)
			OR (so.name IS NULL AND si.ecommerce_store = %(store)s AND si.store_order_id = %(order)s))
		AND si.name IN (
			SELECT name FROM `tabSales Invoice` WHERE ecommerce_store = %(store)s AND store_order_id = %(order)s
			UNION SELECT bill.parent FROM `tabSales Invoice Item` bill
			JOIN `tabSales Order` mine ON mine.name = bill.sales_order
			WHERE mine.ecommerce_store = %(store)s AND mine.store_order_id = %(order)s
		)
	ORDER BY si.posting_date, si.creation, r.idx"""
_CHARGES = """SELECT parent, store_charge_kind, store_shares, tax_amount FROM `tabSales Taxes and Charges`
	WHERE parenttype = 'Sales Invoice' AND parent IN %(names)s AND charge_type = 'Actual'
	AND IFNULL(store_charge_kind, '') != ''"""


def credits_to_tell(store: str, order_id: str) -> tuple[CreditToTell, ...]:
	"""See `LifeBooks.credits_to_tell`. Two queries."""
	rows: dict[str, list[Any]] = {}
	for row in frappe.db.sql(_CREDITS, {"store": store, "order": order_id}, as_dict=True):
		rows.setdefault(row.name, []).append(row)
	shipping = _shipping(list(rows))
	return tuple(_credit(found, shipping.get(name, ZERO)) for name, found in rows.items())


def _credit(rows: Sequence[Any], shipping: Decimal) -> CreditToTell:
	head = rows[0]
	pieces = [row for row in rows if row.qty]
	return CreditToTell(
		document=head.name,
		currency=head.currency,
		total=-decimal(head.grand_total),
		lines=_lines(pieces),
		shipping=shipping,
		restock=bool(pieces) and (bool(head.update_stock) or all(row.came_back for row in pieces)),
		note=head.remarks if head.remarks and head.remarks != "No Remarks" else None,
	)


def _lines(rows: Iterable[Any]) -> tuple[LineQuantity, ...]:
	found: dict[str, Decimal] = {}
	for row in rows:
		if row.line_id:
			found[row.line_id] = found.get(row.line_id, ZERO) - decimal(row.qty)
	return tuple(LineQuantity(line_id=line, quantity=pieces) for line, pieces in found.items())


def _shipping(names: Sequence[str]) -> dict[str, Decimal]:
	"""What each credits of shipping: the charge itself and its part of the taxes."""
	found: dict[str, Decimal] = {}
	for row in frappe.db.sql(_CHARGES, {"names": names}, as_dict=True) if names else ():
		whole = row.store_charge_kind == _SHIPPING
		parts = carried(row).items()
		amount = sum((share for part, share in parts if whole or part.startswith("shipping:")), ZERO)
		found[row.parent] = found.get(row.parent, ZERO) - amount
	return found
