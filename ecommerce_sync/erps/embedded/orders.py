"""Sales Orders on SQLite: made, changed, closed, cancelled, amended, and seen with all that followed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ...core.commands import ReplaceSalesOrder, SalesOrderDraft, UpdateSalesOrder
from ...core.errors import Fixable, Held
from ...core.followups import ChangeSalesOrder, CloseSalesOrder
from ...core.models import Order
from ...core.money import Pieces, row_amount, spread, total
from ...core.settings import StoreSettings
from .customers import Customers
from .documents import AMONG, Document, many
from .order_books import FOLLOWING, OrderBooks, Row, with_shares
from .order_rows import edits_of, named
from .publishing import Publishing
from .stock import ZERO


class SalesOrders(Publishing, Customers):
	"""The document of an order."""

	# what followed

	def books(self, sales_order: str) -> OrderBooks:
		"""The Sales Order with its other documents. Raises `KeyError` when it does not exist."""
		row = self._read("Sales Order", sales_order)
		if row is None:
			raise KeyError(f"no Sales Order {sales_order}")
		return OrderBooks(row, self._following(row["data"].get("store", ""), row["data"]["order_id"]))

	def _following(self, store: str, order_id: str) -> list[Row]:
		"""The documents that belong to a store's order, oldest first."""
		rows = self._all(
			"SELECT * FROM document WHERE json_extract(data, '$.order_id') = ?"
			f" AND json_extract(data, '$.store') = ? AND doctype {AMONG} ORDER BY rowid",
			order_id,
			store,
			many(FOLLOWING),
		)
		return [self._parsed(row) for row in rows]

	def _books_of(self, doctype: str, name: str) -> tuple[OrderBooks, Row]:
		"""The books that a following document belongs to, and the document."""
		row = self._read(doctype, name)
		if row is None:
			raise KeyError(f"no {doctype} {name}")
		return self.books(row["data"]["sales_order"]), row

	def _reserve_again(self, sales_order: str) -> None:
		"""Keep what is open now instead of what was kept before."""
		books = self.books(sales_order)
		before = {(item, place): Decimal(n) for item, place, n in books.data.get("reserved", ())}
		now = books.reserved()
		differing = {key: now.get(key, ZERO) - before.get(key, ZERO) for key in {**before, **now}}
		self._move("reserved", {key: amount for key, amount in differing.items() if amount})
		reserved = [[*key, f"{amount:f}"] for key, amount in now.items()]
		data = {**books.data, "reserved": reserved}
		self._write("Sales Order", sales_order, data, books.order["docstatus"], books.order["amended_from"])

	# made and changed

	def _create(self, draft: SalesOrderDraft, order: Order, settings: StoreSettings) -> Document:
		name = self._name("SAL-ORD")
		data = self._order_data(name, draft, order, settings)
		document = self._write("Sales Order", name, data, int(draft.submit))
		self._reserve_again(name)
		self._set_link(settings.store, "Order", order.id, *document)
		return document

	def _replace(self, command: ReplaceSalesOrder, order: Order, settings: StoreSettings) -> Document:
		before = self._data("Sales Order", command.document)
		data = self._order_data(command.document, command.draft, order, settings)
		data["reserved"] = before["reserved"]
		document = self._write("Sales Order", command.document, data, int(command.draft.submit))
		self._reserve_again(command.document)
		return document

	def _change_order(self, command: ChangeSalesOrder, order: Order, settings: StoreSettings) -> Document:
		books, draft = self.books(command.document), command.draft
		if books.order["docstatus"] != 1:
			raise self._refuse(books, "it is not submitted")
		edits = edits_of(books, draft)
		changed = draft.model_copy(update={"rows": tuple(edit.row for edit in edits)})
		data = self._order_data(command.document, changed, order, settings)
		data["rows"] = named(books, edits, data["rows"])
		customer = {"customer_document": books.data["customer_document"]}
		data = {**data, **customer, "reserved": books.data["reserved"]}
		document = self._write("Sales Order", command.document, data, 1, books.order["amended_from"])
		self._reserve_again(command.document)
		return document

	def _order_data(
		self, name: str, draft: SalesOrderDraft, order: Order, settings: StoreSettings
	) -> dict[str, Any]:
		"""The document as it is kept: the draft, its Customer and the totals. Raises `Held` for another total."""
		plain = draft.model_dump(mode="json")
		rows = total(row_amount(Pieces(row.quantity, row.rate), settings.site_digits) for row in draft.rows)
		charges = total(charge.amount for charge in draft.charges)
		plain["charges"] += _rest(draft, draft.total - rows - charges)
		return {
			**plain,
			"store": settings.store,
			"order_id": order.id,
			"rows": self._rows(name, draft, order, settings),
			"customer_document": draft.customer.existing
			or self._customer_of(settings.store, draft.customer.keys),
			"site_digits": settings.site_digits,
			"reserved": [],
			"closed": False,
			"net_total": f"{rows:f}",
			"grand_total": f"{draft.total:f}",
		}

	def _rows(self, name: str, draft: SalesOrderDraft, order: Order, settings: StoreSettings) -> list[Row]:
		"""The draft's rows with their names, warehouses, and what one piece takes from stock."""
		of_lines = self.parts_of(settings.store, order.lines)
		of_items = self._item_parts({row.item_code for row in draft.rows})
		return [
			{
				**row.model_dump(mode="json"),
				"name": f"{name}-{number}",
				"warehouse": row.warehouse or draft.warehouse,
				"parts": [
					[part.item_code, f"{part.quantity:f}"]
					for part in of_lines.get(row.line_id, of_items.get(row.item_code, ()))
				],
			}
			for number, row in enumerate(draft.rows, 1)
		]

	def _update(self, command: UpdateSalesOrder) -> Document:
		row = self._read("Sales Order", command.document)
		data = row["data"] if row else {}
		changed = {"po_number": command.po_number, "note": command.note, "order_status": command.status}
		amended_from = row["amended_from"] if row else None
		return self._write(
			"Sales Order",
			command.document,
			{**data, **changed},
			row["docstatus"] if row else 0,
			amended_from,
		)

	def _close(self, command: CloseSalesOrder) -> Document:
		books = self.books(command.document)
		for row in (*books.of("Delivery Note"), *books.of("Pick List")):
			if row["docstatus"] == 0 and not row["data"].get("is_return"):
				self._delete(row["doctype"], row["name"])
		status = {"order_status": command.status} if command.status else {}
		data = {**books.data, "closed": True, **status}
		self._write("Sales Order", command.document, data, 1, books.order["amended_from"])
		self._reserve_again(command.document)
		return ("Sales Order", command.document)

	# cancelled

	def cancel(self, name: str) -> None:
		"""What a person does in the Desk: cancel a Sales Order, the link stays."""
		with self.database.transaction():
			row = self._read("Sales Order", name)
			if row and row["docstatus"] == 1:
				books = self.books(name)
				if linked := [*books.live("Delivery Note"), *books.live("Sales Invoice")]:
					raise self._refuse(books, f"{linked[0]['name']} belongs to it")
				for draft in books.following:
					if draft["docstatus"] == 0:
						self._delete(draft["doctype"], draft["name"])
				self._write("Sales Order", name, row["data"], 2, row["amended_from"])
				self._reserve_again(name)

	def amend(self, name: str) -> str:
		"""What a person does in the Desk: amend a cancelled Sales Order."""
		with self.database.transaction():
			data = self._data("Sales Order", name)
			amended = f"{name}-1"
			rows = [{**row, "name": f"{amended}-{n}"} for n, row in enumerate(data["rows"], 1)]
			data = {**data, "rows": rows, "reserved": [], "closed": False}
			self._write("Sales Order", amended, data, 1, amended_from=name)
			self._reserve_again(amended)
		return amended

	def _cancel(self, name: str, store: str, order_id: str, state: str) -> Document:
		"""Cancel what was submitted; a draft is deleted, and the link drops its name."""
		row = self._read("Sales Order", name)
		submitted = bool(row and row["docstatus"])
		if submitted:
			self.cancel(name)
		elif row:
			self._release(row["data"])
			self._delete("Sales Order", name)
		self.database.execute(
			"UPDATE link SET state = ?, document = CASE WHEN ? THEN document END"
			" WHERE store = ? AND kind = 'Order' AND external_id = ?",
			state,
			submitted,
			store,
			order_id,
		)
		return ("Sales Order", name)

	def _delete(self, doctype: str, name: str) -> None:
		self.database.execute("DELETE FROM document WHERE doctype = ? AND name = ?", doctype, name)

	def _refuse(self, books: OrderBooks, detail: str) -> Fixable:
		cause = f"order:{books.data['store']}:{books.data['order_id']}"
		return Fixable("erp_refused", cause=cause, detail=f"{books.order['name']}: {detail}")


def mismatch(ours: Decimal, theirs: Decimal, currency: str) -> Held:
	"""Both totals and what lies between them."""
	return Held(
		"total_mismatch",
		ours=f"{ours:f}",
		theirs=f"{theirs:f}",
		difference=f"{theirs - ours:f}",
		currency=currency,
	)


def _rest(draft: SalesOrderDraft, amount: Decimal) -> list[Row]:
	"""What is missing to the total: a template's taxes, or what rounding leaves. Raises `Held` for more."""
	if not amount:
		return []
	if draft.tax_template:
		return [_charge(draft.tax_template, draft.tax_template, "tax", _spread(draft, amount))]
	if abs(amount) > draft.tolerance or not draft.rounding_account:
		raise mismatch(draft.total - amount, draft.total, draft.currency)
	return [_charge(draft.rounding_account, "Rounding", "rounding", {"rounding": amount})]


def _charge(account: str, description: str, kind: str, shares: Mapping[str, Decimal]) -> Row:
	known = {"kind": kind, "account": account, "description": description, "rate": None}
	return with_shares(known, shares)


def _spread(draft: SalesOrderDraft, amount: Decimal) -> dict[str, Decimal]:
	"""A template's taxes as the lines bear them."""
	values: dict[str, Decimal] = {}
	for row in draft.rows:
		values[row.line_id] = values.get(row.line_id, ZERO) + row.rate * row.quantity
	shares = spread(amount, list(values.values()), draft.digits)
	return dict(zip(values, shares, strict=True))
