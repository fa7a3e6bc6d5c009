"""Documents and links on SQLite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from decimal import Decimal
from typing import Any

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
from ...core.erp import ErpOrder, ItemRef, SalesOrderState
from ...core.errors import Held
from ...core.models import Order
from ...core.money import Pieces, row_amount, total
from ...core.parties import customer_draft
from ...core.plan import Command
from ...core.settings import StoreSettings
from ...core.stock import StockPart
from ..base import Applied, LinkKey, SalesOrderView
from .catalogue import usable
from .customers import Customers
from .documents import Document
from .publishing import Publishing


class EmbeddedErp(Publishing, Customers):
	"""`erps.base.Erp` on the embedded database."""

	def ensure_links(self, keys: Sequence[LinkKey]) -> None:
		missing = [key for key in keys if not self._link(key.store, key.kind, key.external_id)]
		for key in missing:  # a row that is there may be locked: it is not touched
			self.database.execute(
				"INSERT OR IGNORE INTO link (store, kind, external_id) VALUES (?, ?, ?)",
				key.store,
				key.kind,
				key.external_id,
			)

	def transaction(self, locks: Sequence[LinkKey], wait: bool = False) -> AbstractContextManager[None]:
		return self.database.transaction(locks, wait)

	def observe(self, order: Order, settings: StoreSettings) -> ErpOrder:
		link = self._link(settings.store, "Order", order.id)
		draft = customer_draft(order, settings)
		customer = draft.existing or self._customer_of(settings.store, draft.keys)
		contact = LinkKey(store=settings.store, kind="Contact", external_id=f"{customer}:{draft.contact_key}")
		items = self._items(order, settings.store)
		of_lines = self.parts_of(settings.store, order.lines)
		parts = {ref.item_code: of_lines.get(line_id, ()) for line_id, ref in items.items()}
		return ErpOrder(
			version=datetime.fromisoformat(link["version"]) if link.get("version") else None,
			digest=link.get("digest"),
			gone=link.get("state") == "Gone",
			linked=link.get("document"),
			cancelled_by_sync=link.get("state") in ("Cancelled", "Gone"),
			document=self._state(link.get("document")),
			customer=customer,
			addresses=frozenset(a.key for a in draft.addresses if self._address(customer, a.key)),
			contact_known=bool(self._link(contact.store, contact.kind, contact.external_id)),
			items=items,
			parts=parts,
			free=self._free_for(parts, link.get("document"), settings),
		)

	def apply(self, command: Command, order: Order, settings: StoreSettings) -> Document | None:
		if isinstance(command, EnsureCustomer):
			return self._ensure_customer(command, settings)
		if isinstance(command, CreateItems):
			return self._create_items(command, settings)
		if isinstance(command, CreateSalesOrder):
			return self._create(command.draft, order, settings)
		if isinstance(command, ReplaceSalesOrder):
			return self._replace(command, order, settings)
		if isinstance(command, UpdateSalesOrder):
			return self._update(command)
		if isinstance(command, CancelSalesOrder):
			return self._cancel(command.document, settings.store, order.id, "Cancelled")
		if isinstance(command, TakeOver):
			self._set_link(settings.store, "Order", order.id, "Sales Order", command.amended)
			return ("Sales Order", command.amended)

	def record(self, order: Order, settings: StoreSettings, applied: Applied) -> None:
		self.database.execute(
			"UPDATE link SET version = ?, digest = ?,"
			" state = CASE WHEN state = 'Gone' AND ? THEN '' ELSE state END"
			" WHERE store = ? AND kind = 'Order' AND external_id = ?",
			applied.version.isoformat(),
			applied.digest,
			not applied.gone,
			settings.store,
			order.id,
		)

	def remove_gone(self, store: str, order_id: str) -> Document | None:
		document = self._state(self._link(store, "Order", order_id).get("document"))
		if document and document.docstatus < 2:
			if document.progress:
				raise Held("cancelled_after_progress", document=document.name, progress=document.progress)
			return self._cancel(document.name, store, order_id, "Gone")
		self.database.execute(
			"UPDATE link SET state = 'Gone' WHERE store = ? AND kind = 'Order' AND external_id = ?",
			store,
			order_id,
		)
		return None

	def unlink(self, store: str, order_id: str) -> None:
		self.database.execute(
			"UPDATE link SET document = NULL, version = NULL, digest = NULL, state = ''"
			" WHERE store = ? AND kind = 'Order' AND external_id = ?",
			store,
			order_id,
		)

	def sales_order(self, name: str) -> SalesOrderView:
		row = self._read("Sales Order", name)
		if row is None:
			raise KeyError(f"no Sales Order {name}")
		data = row["data"]
		return SalesOrderView(
			name=name,
			docstatus=row["docstatus"],
			status={0: "Draft", 1: "To Deliver and Bill", 2: "Cancelled"}[row["docstatus"]],
			customer=data["customer_document"],
			currency=data["currency"],
			grand_total=Decimal(data["grand_total"]),
			rounded_total=Decimal(0),
			rows=tuple(data["rows"]),
			taxes=tuple({**charge, "amount": Decimal(charge["amount"])} for charge in data["charges"]),
		)

	def cancel(self, name: str) -> None:
		"""What a person does in the Desk: cancel a Sales Order, the link stays."""
		with self.database.transaction():
			row = self._read("Sales Order", name)
			if row and row["docstatus"] == 1:
				self._release(row["data"])
				self._write("Sales Order", name, {**row["data"], "reserved": []}, 2, row["amended_from"])

	def amend(self, name: str) -> str:
		"""What a person does in the Desk: amend a cancelled Sales Order."""
		with self.database.transaction():
			data = self._data("Sales Order", name)
			amended = f"{name}-1"
			data = {**data, "reserved": data.get("wanted", [])}
			self._write("Sales Order", amended, data, 1, amended_from=name)
			self._reserve(data)
		return amended

	def _create(self, draft: SalesOrderDraft, order: Order, settings: StoreSettings) -> Document:
		data = self._order_data(draft, order, settings)
		if Decimal(data["grand_total"]) != draft.total:
			raise Held(
				"total_mismatch",
				ours=data["grand_total"],
				theirs=str(draft.total),
				difference=str(draft.total - Decimal(data["grand_total"])),
				currency=draft.currency,
			)
		document = self._write("Sales Order", self._name("SAL-ORD"), data, int(draft.submit))
		self._reserve(data)
		self._set_link(settings.store, "Order", order.id, *document)
		return document

	def _order_data(self, draft: SalesOrderDraft, order: Order, settings: StoreSettings) -> dict[str, Any]:
		"""The document as it is kept: the draft, its Customer and the totals of its rows and charges."""
		rows = total(row_amount(Pieces(row.quantity, row.rate), settings.site_digits) for row in draft.rows)
		charges = total(charge.amount for charge in draft.charges)
		grand_total = draft.total if draft.tax_template else rows + charges
		return {
			**draft.model_dump(mode="json"),
			"customer_document": draft.customer.existing
			or self._customer_of(settings.store, draft.customer.keys),
			"wanted": (wanted := self._reserved_by(draft, order, settings)),
			"reserved": wanted,  # what is left of it
			"net_total": f"{rows:f}",
			"grand_total": f"{grand_total:f}",
		}

	def _replace(self, command: ReplaceSalesOrder, order: Order, settings: StoreSettings) -> Document:
		data = self._order_data(command.draft, order, settings)
		self._release(self._data("Sales Order", command.document))
		self._reserve(data)
		return self._write("Sales Order", command.document, data, int(command.draft.submit))

	def _update(self, command: UpdateSalesOrder) -> Document:
		row = self._read("Sales Order", command.document)
		data = row["data"] if row else {}
		changed = {"po_number": command.po_number, "note": command.note, "order_status": command.status}
		return self._write(
			"Sales Order", command.document, {**data, **changed}, row["docstatus"] if row else 0
		)

	def _cancel(self, name: str, store: str, order_id: str, state: str) -> Document:
		"""Cancel what was submitted; a draft is deleted, and the link drops its name."""
		row = self._read("Sales Order", name)
		submitted = bool(row and row["docstatus"])
		if submitted:
			self.cancel(name)
		else:
			self._release(row["data"] if row else {})
			self.database.execute("DELETE FROM document WHERE doctype = 'Sales Order' AND name = ?", name)
		self.database.execute(
			"UPDATE link SET state = ?, document = CASE WHEN ? THEN document END"
			" WHERE store = ? AND kind = 'Order' AND external_id = ?",
			state,
			submitted,
			store,
			order_id,
		)
		return ("Sales Order", name)

	def _create_items(self, command: CreateItems, settings: StoreSettings) -> Document | None:
		for item in command.items:
			self.add_item(item.item_code, item.barcode, stock=item.stock, title=item.name)
		return ("Item", command.items[-1].item_code) if command.items else None

	def _free_for(
		self, parts: Mapping[str, tuple[StockPart, ...]], document: str | None, settings: StoreSettings
	) -> dict[tuple[str, str], Decimal]:
		"""What is not reserved in the store's warehouses; the order's own draft takes nothing from itself."""
		items = {part.item_code for each in parts.values() for part in each}
		free = dict(self.free_stock(items, settings.warehouses()))
		row = self._read("Sales Order", document) if document else None
		if row and row["docstatus"] == 0:
			for item, warehouse, amount in row["data"]["reserved"]:
				free[item, warehouse] = free.get((item, warehouse), Decimal(0)) + Decimal(amount)
		return free

	def _items(self, order: Order, store: str) -> dict[str, ItemRef]:
		found = {}
		for line in order.lines:
			listing = self._listed(store, line.product_id, line.variant_id) or {}
			code = listing.get("item_code") or line.sku
			row = self._read("Item", code) if code else None
			if code and row:
				found[line.id] = ItemRef(item_code=code, usable=usable(row["data"]))
		return found

	def _state(self, name: str | None) -> SalesOrderState | None:
		row = self._read("Sales Order", name) if name else None
		if row is None:
			return None
		amended = self.database.execute(
			"SELECT name FROM document WHERE amended_from = ? AND docstatus < 2", name
		).fetchone()
		return SalesOrderState(
			name=row["name"],
			docstatus=row["docstatus"],
			total=Decimal(row["data"]["grand_total"]),
			per_delivered=Decimal(row["data"].get("per_delivered", 0)),
			amended_to=amended["name"] if amended else None,
		)
