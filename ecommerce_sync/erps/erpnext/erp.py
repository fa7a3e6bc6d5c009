"""`ErpNext`: the Erp protocol on a Frappe site."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import frappe

from ...core.commands import (
	CancelSalesOrder,
	CreateItems,
	CreateSalesOrder,
	EnsureCustomer,
	ReplaceSalesOrder,
	SalesOrderDraft,
	TakeOver,
	UpdateSalesOrder,
)
from ...core.erp import Delivery, ErpOrder
from ...core.followups import (
	Adopt,
	CancelDelivery,
	ChangeSalesOrder,
	CloseSalesOrder,
	CreateCreditNote,
	CreateDelivery,
	CreateInvoice,
	CreatePayment,
	CreatePickList,
	CreateReturn,
	SubmitReturn,
)
from ...core.life import Parcel
from ...core.models import Order
from ...core.plan import Command
from ...core.settings import StoreSettings
from ..base import Applied, LinkKey, SalesOrderView
from ..life import CreditToTell
from . import (
	credit_notes,
	customers,
	deliveries,
	invoices,
	items,
	links,
	money_adoption,
	observe,
	order_changes,
	order_closing,
	order_deliveries,
	order_edits,
	payments,
	pick_lists,
	published_items,
	returns,
	sales_orders,
	told,
)
from .fields import decimal
from .goods_catalogue import CatalogueBooks
from .goods_stock import StockBooks
from .people_books import PeopleBooks
from .unit import Unit, apart, end_transaction, unit_of_work

Document = tuple[str, str]


class ErpNext(CatalogueBooks, StockBooks, PeopleBooks):
	"""Documents and links of the site that Frappe is connected to. One instance per worker or request."""

	def __init__(self) -> None:
		self._unit = Unit()

	def take_changes(self) -> int:
		"""See `GoodsBooks.take_changes`."""
		return super().take_changes() + apart(published_items.take_notes)

	def ensure_links(self, keys: Sequence[LinkKey]) -> None:
		"""See `Erp.ensure_links`."""
		end_transaction()
		links.ensure(keys)

	def transaction(self, locks: Sequence[LinkKey], wait: bool = False) -> AbstractContextManager[None]:
		"""See `Erp.transaction`."""
		return self._transaction(locks, wait)

	@contextmanager
	def _transaction(self, locks: Sequence[LinkKey], wait: bool) -> Iterator[None]:
		with unit_of_work(locks, wait) as unit:
			self._unit = unit
			try:
				yield
			finally:
				self._unit = Unit()

	def observe(self, order: Order, settings: StoreSettings) -> ErpOrder:
		"""See `Erp.observe`."""
		return observe.observe(order, settings, self._unit)

	def apply(self, command: Command, order: Order, settings: StoreSettings) -> Document | None:
		"""See `Erp.apply`."""
		return _APPLY[type(command)](self, command, order, settings)

	def record(self, order: Order, settings: StoreSettings, applied: Applied) -> None:
		"""See `Erp.record`."""
		values: dict[str, Any] = {
			"version": links.stored_version(applied.version),
			"digest": applied.digest,
		}
		if applied.gone:
			values["state"] = "Gone"
		links.update(links.order_key(settings.store, order.id), **values)

	def remove_gone(self, store: str, order_id: str) -> Document | None:
		"""See `Erp.remove_gone`."""
		return order_changes.remove_gone(store, order_id)

	def unlink(self, store: str, order_id: str) -> None:
		"""See `Erp.unlink`."""
		order_changes.unlink(store, order_id)

	def deliveries(self, store: str, order_id: str, settings: StoreSettings) -> tuple[Delivery, ...]:
		"""See `LifeBooks.deliveries`."""
		document = links.read(links.order_key(store, order_id)).get("document")
		return order_deliveries.read(document, store, order_id, settings).deliveries

	def shipment_told(
		self,
		doctype: str,
		document: str,
		fulfilment_ids: tuple[str, ...],
		parcels: tuple[Parcel, ...] | None,
	) -> None:
		"""See `LifeBooks.shipment_told`."""
		told.shipment_told(doctype, document, fulfilment_ids, parcels)

	def credits_to_tell(self, store: str, order_id: str) -> tuple[CreditToTell, ...]:
		"""See `LifeBooks.credits_to_tell`."""
		return told.credits_to_tell(store, order_id)

	def credit_told(self, document: str, refund_id: str) -> None:
		"""See `LifeBooks.credit_told`."""
		told.credit_told(document, refund_id)

	def sales_order(self, name: str) -> SalesOrderView:
		"""See `Erp.sales_order`."""
		doc = frappe.get_doc(sales_orders.DOCTYPE, name)
		return SalesOrderView(
			name=doc.name,
			docstatus=int(doc.docstatus),
			status=doc.status,
			customer=doc.customer,
			currency=doc.currency,
			grand_total=decimal(doc.grand_total),
			rounded_total=decimal(doc.rounded_total),
			rows=tuple(_row_view(row) for row in doc.items),
			taxes=tuple(_tax_view(tax) for tax in doc.taxes),
		)

	def _ensure_customer(self, command: EnsureCustomer, order: Order, settings: StoreSettings) -> Document:
		return "Customer", customers.ensure_customer(command.customer, settings, self._unit)

	def _create_items(self, command: CreateItems, order: Order, settings: StoreSettings) -> None:
		items.create_items(command.items, settings.store)

	def _create(self, command: CreateSalesOrder, order: Order, settings: StoreSettings) -> Document:
		self._locate(command.draft, settings)
		return "Sales Order", sales_orders.create(command.draft, order, settings, self._unit)

	def _replace(self, command: ReplaceSalesOrder, order: Order, settings: StoreSettings) -> Document:
		self._locate(command.draft, settings)
		return "Sales Order", order_changes.replace(command, settings, self._unit)

	def _update(self, command: UpdateSalesOrder, order: Order, settings: StoreSettings) -> Document:
		return "Sales Order", order_changes.update(command, order)

	def _cancel(self, command: CancelSalesOrder, order: Order, settings: StoreSettings) -> Document:
		return "Sales Order", order_changes.cancel(command, order, settings)

	def _take_over(self, command: TakeOver, order: Order, settings: StoreSettings) -> Document:
		return "Sales Order", order_changes.take_over(command, order, settings)

	def _change(self, command: ChangeSalesOrder, order: Order, settings: StoreSettings) -> Document:
		self._locate(command.draft, settings)
		return order_edits.change(command, order, settings, self._unit)

	def _locate(self, draft: SalesOrderDraft, settings: StoreSettings) -> None:
		"""Who and where, unless `observe` or `EnsureCustomer` has just found out."""
		wanted = {place.key for place in draft.customer.addresses}
		if not self._unit.customer or not wanted <= set(self._unit.addresses):
			observe.locate_parties(draft.customer, settings.store, self._unit)


def _follow(work: Callable[..., Document | None]) -> Callable[..., Document | None]:
	"""A command that a module of its own brings about."""

	def apply(erp: ErpNext, command: Command, order: Order, settings: StoreSettings) -> Document | None:
		return work(command, order, settings, erp._unit)

	return apply


def _adopt(command: Adopt, order: Order, settings: StoreSettings, unit: Unit) -> Document:
	adopt = deliveries.adopt if command.what == "fulfilment" else money_adoption.adopt_money
	return adopt(command, order, settings, unit)


_APPLY: dict[type, Callable[..., Document | None]] = {
	EnsureCustomer: ErpNext._ensure_customer,
	CreateItems: ErpNext._create_items,
	CreateSalesOrder: ErpNext._create,
	ReplaceSalesOrder: ErpNext._replace,
	UpdateSalesOrder: ErpNext._update,
	CancelSalesOrder: ErpNext._cancel,
	TakeOver: ErpNext._take_over,
	CreateInvoice: _follow(invoices.create_invoice),
	CreatePayment: _follow(payments.create_payment),
	CreateCreditNote: _follow(credit_notes.create_credit_note),
	Adopt: _follow(_adopt),
	ChangeSalesOrder: ErpNext._change,
	CloseSalesOrder: _follow(order_closing.close),
	CreatePickList: _follow(pick_lists.create),
	CreateDelivery: _follow(deliveries.create),
	CancelDelivery: _follow(deliveries.cancel),
	CreateReturn: _follow(returns.create),
	SubmitReturn: _follow(returns.submit),
}


def _row_view(row: Any) -> dict[str, Any]:
	return {
		"line_id": row.store_line_id,
		"item_code": row.item_code,
		"item_name": row.item_name,
		"quantity": decimal(row.qty),
		"rate": decimal(row.rate),
		"list_rate": decimal(row.price_list_rate),
		"amount": decimal(row.amount),
		"warehouse": row.warehouse,
	}


def _tax_view(tax: Any) -> dict[str, Any]:
	return {
		"kind": tax.store_charge_kind,
		"account": tax.account_head,
		"description": tax.description,
		"amount": decimal(tax.tax_amount_after_discount_amount),
	}
