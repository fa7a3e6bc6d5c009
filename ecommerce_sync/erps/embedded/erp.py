"""`erps.base.Erp` on SQLite: what there is for an order, and commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from decimal import Decimal
from typing import Any

from ...core.commands import CreateItems, TakeOver
from ...core.erp import ErpOrder, ItemRef, SalesOrderState
from ...core.errors import Held
from ...core.followups import Adopt, CreatePickList
from ...core.models import Order
from ...core.parties import customer_draft
from ...core.plan import Command
from ...core.settings import StoreSettings
from ...core.stock import StockPart
from ..base import Applied, LinkKey, SalesOrderView
from .catalogue import usable
from .deliveries import of_order
from .documents import Document
from .invoices import seen_charge
from .order_books import OrderBooks
from .order_rows import order_row
from .people import People


class EmbeddedErp(People):
	"""Everything together."""

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

	# what there is

	def observe(self, order: Order, settings: StoreSettings) -> ErpOrder:
		link = self._link(settings.store, "Order", order.id)
		row = self._read("Sales Order", link["document"]) if link.get("document") else None
		following = self._following(settings.store, order.id)
		books = OrderBooks(row, following) if row else None
		return ErpOrder(
			version=datetime.fromisoformat(link["version"]) if link.get("version") else None,
			digest=link.get("digest"),
			gone=link.get("state") == "Gone",
			linked=link.get("document"),
			cancelled_by_sync=link.get("state") in ("Cancelled", "Gone"),
			document=self._state(books),
			deliveries=self._deliveries(following, settings),
			invoices=self._invoices(books) if books else (),
			payments=self._payments(books) if books else (),
			picked=any(each["doctype"] == "Pick List" and each["docstatus"] < 2 for each in following),
			**self._party(order, settings),
			**self._goods(order, row, settings),
		)

	def _party(self, order: Order, settings: StoreSettings) -> dict[str, Any]:
		draft = customer_draft(order, settings)
		customer = draft.existing or self._customer_of(settings.store, draft.keys)
		contact = f"{customer}:{draft.contact_key}"
		return {
			"customer": customer,
			"addresses": frozenset(a.key for a in draft.addresses if self._address(customer, a.key)),
			"contact_known": bool(self._link(settings.store, "Contact", contact)),
		}

	def _goods(
		self, order: Order, document: Mapping[str, Any] | None, settings: StoreSettings
	) -> dict[str, Any]:
		items = self._items(order, settings.store)
		of_lines = self.parts_of(settings.store, order.lines)
		parts = {ref.item_code: of_lines.get(line_id, ()) for line_id, ref in items.items()}
		return {"items": items, "parts": parts, "free": self._free_for(parts, document, settings)}

	def _free_for(
		self,
		parts: Mapping[str, tuple[StockPart, ...]],
		document: Mapping[str, Any] | None,
		settings: StoreSettings,
	) -> dict[tuple[str, str], Decimal]:
		"""What is not reserved in the store's warehouses; the order's own draft takes nothing from itself."""
		items = {part.item_code for each in parts.values() for part in each}
		free = dict(self.free_stock(items, settings.warehouses()))
		if document and document["docstatus"] == 0:
			for item, warehouse, amount in document["data"]["reserved"]:
				free[item, warehouse] = free.get((item, warehouse), Decimal(0)) + Decimal(amount)
		return free

	def _items(self, order: Order, store: str) -> dict[str, ItemRef]:
		listings = self._listings_of_lines(store, order.lines)
		codes = {line.id: (listings.get(line.id) or {}).get("item_code") or line.sku for line in order.lines}
		known = self._read_all("Item", [code for code in codes.values() if code])
		return {
			line: ItemRef(item_code=code, usable=usable(known[code]))
			for line, code in codes.items()
			if code in known
		}

	def _state(self, books: OrderBooks | None) -> SalesOrderState | None:
		if books is None:
			return None
		row = books.order
		amended = self.database.execute(
			"SELECT name FROM document WHERE amended_from = ? AND docstatus < 2", row["name"]
		).fetchone()
		return SalesOrderState(
			name=row["name"],
			docstatus=row["docstatus"],
			total=Decimal(row["data"]["grand_total"]),
			per_delivered=books.per_delivered,
			per_billed=books.per_billed,
			advance_paid=books.advance,
			amended_to=amended["name"] if amended else None,
			closed=row["data"]["closed"],
			refund_ids=tuple(row["data"].get("refund_ids", ())),
			rows=tuple(order_row(books, each) for each in row["data"]["rows"]),
			charges=tuple(seen_charge(charge) for charge in row["data"]["charges"]),
		)

	def sales_order(self, name: str) -> SalesOrderView:
		row = self._read("Sales Order", name)
		if row is None:
			raise KeyError(f"no Sales Order {name}")
		data = row["data"]
		states = {0: "Draft", 1: "Closed" if data["closed"] else "To Deliver and Bill", 2: "Cancelled"}
		return SalesOrderView(
			name=name,
			docstatus=row["docstatus"],
			status=states[row["docstatus"]],
			customer=data["customer_document"],
			currency=data["currency"],
			grand_total=Decimal(data["grand_total"]),
			rounded_total=Decimal(0),
			rows=tuple(data["rows"]),
			taxes=tuple({**charge, "amount": Decimal(charge["amount"])} for charge in data["charges"]),
		)

	# what is done

	def apply(self, command: Command, order: Order, settings: StoreSettings) -> Document | None:
		by_kind: dict[str, Callable[[Any], Document | None]] = {
			"EnsureCustomer": lambda c: self._ensure_customer(c, settings),
			"CreateItems": self._create_items,
			"CreateSalesOrder": lambda c: self._create(c.draft, order, settings),
			"ReplaceSalesOrder": lambda c: self._replace(c, order, settings),
			"UpdateSalesOrder": self._update,
			"CancelSalesOrder": lambda c: self._cancel(c.document, settings.store, order.id, "Cancelled"),
			"TakeOver": lambda c: self._take_over(c, order, settings),
			"ChangeSalesOrder": lambda c: self._change_order(c, order, settings),
			"CloseSalesOrder": self._close,
			"CreatePickList": self._create_pick_list,
			"CreateDelivery": self._create_delivery,
			"CancelDelivery": self._cancel_delivery,
			"CreateReturn": self._create_return,
			"SubmitReturn": self._submit_return,
			"CreateInvoice": self._create_invoice,
			"CreatePayment": self._create_payment,
			"CreateCreditNote": self._create_credit_note,
			"Adopt": self._adopt_document,
		}
		return by_kind[command.kind](command)

	def _take_over(self, command: TakeOver, order: Order, settings: StoreSettings) -> Document:
		self._set_link(settings.store, "Order", order.id, "Sales Order", command.amended)
		return ("Sales Order", command.amended)

	def _create_items(self, command: CreateItems) -> Document | None:
		for item in command.items:
			self.add_item(item.item_code, item.barcode, stock=item.stock, title=item.name)
		return ("Item", command.items[-1].item_code) if command.items else None

	def _create_pick_list(self, command: CreatePickList) -> Document:
		books = self.books(command.document)
		open_ = [[*key, f"{amount:f}"] for key, amount in books.reserved().items()]
		ordered_on = datetime.fromisoformat(books.data["ordered_on"]).date()
		data = {**of_order(books, ordered_on), "rows": [], "to_pick": open_}
		return self._write("Pick List", self._name("PICK"), data, 0)

	def _adopt_document(self, command: Adopt) -> Document:
		row = self._read(command.doctype, command.document)
		ids = row["data"].get("fulfilment_ids", []) if row else []
		values: dict[str, dict[str, Any]] = {
			"fulfilment": {"fulfilment_ids": [*ids, command.external_id]},
			"refund": {"refund_id": command.external_id},
			"payment": {"payment_id": command.external_id},
		}
		return self._set(command.doctype, command.document, values[command.what])

	# links

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
		name = self._link(store, "Order", order_id).get("document")
		document = self._state(self.books(name)) if name and self._read("Sales Order", name) else None
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
