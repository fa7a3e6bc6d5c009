"""Delivery Notes on SQLite, by commands and by persons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from ...core.erp import Delivery, DocumentRow
from ...core.followups import CancelDelivery, CreateDelivery
from ...core.life import Parcel
from ...core.settings import StoreSettings
from ..base import NewEvent
from .documents import Document
from .journal import EmbeddedJournal
from .order_books import SHIPPING, OrderBooks, Row, ships
from .orders import SalesOrders
from .stock import ZERO

NOTE = "Delivery Note"
Quantities = Mapping[str, Decimal]  # pieces by row name


class Deliveries(SalesOrders):
	"""What leaves."""

	def _create_delivery(self, command: CreateDelivery) -> Document:
		books = self._open_order(command.document)
		pieces = {line.line_id: line.quantity for line in command.lines}
		data = {
			"fulfilment_ids": [command.fulfilment_id],
			"by_sync": True,
			"parcels": [parcel.model_dump() for parcel in command.parcels],
			"told": [parcel.model_dump() for parcel in command.parcels],
		}
		quantities = self._open_rows(books, pieces)
		return self._write_delivery(
			books, quantities, command.posted_on, command.warehouse, command.submit, data
		)

	def _open_order(self, sales_order: str) -> OrderBooks:
		books = self.books(sales_order)
		if books.order["docstatus"] != 1:
			raise KeyError(f"no submitted Sales Order {sales_order}")
		if books.data["closed"]:
			raise self._refuse(books, "it is closed")
		return books

	def _open_rows(self, books: OrderBooks, pieces: Quantities) -> dict[str, Decimal]:
		"""The order's rows that so many pieces of lines are taken from."""
		open_ = {
			row["name"]: Decimal(row["quantity"]) - books.shipped(row["name"]) for row in books.data["rows"]
		}
		return self._shared_out(books, books.data["rows"], open_, pieces)

	def _shared_out(
		self, books: OrderBooks, rows: Iterable[Row], open_: Quantities, pieces: Quantities
	) -> dict[str, Decimal]:
		"""Pieces of lines as pieces of rows, the first rows first. Raises `Fixable` when there are not so many."""
		left, found = dict(pieces), {}
		for row in rows:
			here = min(left.get(row["line_id"], ZERO), open_[row["name"]])
			if here > 0:
				found[row["name"]] = here
				left[row["line_id"]] -= here
		if any(left.values()):
			missing = next(line for line, n in left.items() if n)
			raise self._refuse(books, f"line {missing} has not so many pieces left")
		return found

	def _write_delivery(
		self,
		books: OrderBooks,
		quantities: Quantities,
		posted_on: date,
		warehouse: str | None,
		submit: bool,
		more: Mapping[str, Any],
		doctype: str = NOTE,
	) -> Document:
		name = self._name("DN" if doctype == NOTE else "PUR-ORD")
		rows = [row for row in books.data["rows"] if row["name"] in quantities]
		data = {
			**of_order(books, posted_on),
			"told": None,
			**more,
			"rows": [
				{
					**document_row(books, name, number, row, quantities[row["name"]]),
					"order_row": row["name"],
					"parts": row["parts"] if doctype == NOTE else [],  # else it comes from elsewhere
					"warehouse": warehouse or row["warehouse"],
				}
				for number, row in enumerate(rows, 1)
			],
			"charges": list(books.charges_of_order(NOTE, quantities)),
		}
		return self._put_delivery(name, data, int(submit), doctype)

	def _put_delivery(self, name: str, data: dict[str, Any], docstatus: int, doctype: str = NOTE) -> Document:
		"""Write it; a submitted one moves the stock."""
		data["moved"] = moved(data["rows"])
		document = self._write(doctype, name, data, docstatus)
		if docstatus:
			self._move("actual", _balances(data["moved"]))
			self._reserve_again(data["sales_order"])
		return document

	def _bring_back(self, row: Row) -> None:
		"""A submitted document is cancelled: its goods are there again."""
		self._write(row["doctype"], row["name"], row["data"], 2)
		back = {key: -n for key, n in _balances(row["data"].get("moved", ())).items()}
		self._move("actual", back)
		self._reserve_again(row["data"]["sales_order"])

	def _cancel_delivery(self, command: CancelDelivery) -> Document:
		"""The store has called it back: should the same fulfilment come again, it needs a delivery again."""
		document = self._undeliver(command.document)
		return self._set(*document, {"fulfilment_ids": []}) if self._read(*document) else document

	def _undeliver(self, name: str) -> Document:
		books, row = self._books_of(NOTE, name)
		if row["docstatus"] == 0:
			self._delete(NOTE, row["name"])
			return (NOTE, row["name"])
		rows = {each["name"] for each in row["data"]["rows"]}
		following = [*books.live("Sales Invoice"), *books.live(NOTE)]
		for each in (r for document in following for r in document["data"]["rows"]):
			if {each.get("delivery_row"), each.get("source_row")} & rows:
				raise self._refuse(books, f"{row['name']} is invoiced or returned")
		if row["docstatus"] == 1:
			self._bring_back(row)
		return (NOTE, row["name"])

	# what persons do

	def deliver(self, sales_order: str, pieces: Quantities | None = None) -> str:
		"""Pieces of lines go out, all that is open unless they are named; the Delivery Note."""
		return self._deliver(sales_order, pieces, NOTE)

	def drop_ship(self, sales_order: str, pieces: Quantities | None = None) -> str:
		"""A supplier delivers pieces of lines to the buyer, no stock moves; the Purchase Order."""
		return self._deliver(sales_order, pieces, "Purchase Order")

	def _deliver(self, sales_order: str, pieces: Quantities | None, doctype: str) -> str:
		with self.database.transaction():
			books = self._open_order(sales_order)
			rows = self._open_rows(books, self._all_open(books) if pieces is None else pieces)
			_, name = self._write_delivery(books, rows, date.today(), None, True, {}, doctype)
			self._note_out("shipment", books.data)
		return name

	def _all_open(self, books: OrderBooks) -> dict[str, Decimal]:
		"""What is still to be shipped, by line."""
		found: dict[str, Decimal] = {}
		for row in books.data["rows"]:
			open_ = Decimal(row["quantity"]) - books.shipped(row["name"])
			found[row["line_id"]] = found.get(row["line_id"], ZERO) + max(ZERO, open_)
		return found

	def cancel_delivery(self, name: str) -> None:
		"""A Delivery Note or return is cancelled; a draft is deleted."""
		with self.database.transaction():
			books, _ = self._books_of(NOTE, name)
			self._undeliver(name)
			self._note_out("shipment", books.data)

	def submit_delivery(self, name: str) -> None:
		"""A draft of a Delivery Note is submitted."""
		with self.database.transaction():
			_, row = self._books_of(NOTE, name)
			self._put_delivery(name, row["data"], 1)

	def add_parcel(self, delivery: str, parcel: Parcel, doctype: str = NOTE) -> None:
		"""Carrier and number of one more parcel."""
		with self.database.transaction():
			books, row = self._books_of(doctype, delivery)
			parcels = [*row["data"].get("parcels", []), parcel.model_dump()]
			self._set(doctype, delivery, {"parcels": parcels})
			self._note_out("shipment", books.data)

	def _note_out(self, kind: str, order: Mapping[str, Any]) -> None:
		"""The store is to hear of it: noted in the person's own transaction."""
		event = NewEvent(
			store=order["store"],
			topic=kind,
			kind=kind,
			external_id=order["order_id"],
			event_key=f"{kind}:{uuid4().hex}",
			direction="Out",
		)
		EmbeddedJournal(self.database).note(event)

	# as planners see them

	def _deliveries(self, following: Iterable[Row], settings: StoreSettings) -> tuple[Delivery, ...]:
		shipping = (row for row in following if row["doctype"] in SHIPPING and ships(row))
		return tuple(_delivery(row, settings) for row in shipping)

	def deliveries(self, store: str, order_id: str, settings: StoreSettings) -> tuple[Delivery, ...]:
		return self._deliveries(self._following(store, order_id), settings)

	def shipment_told(
		self,
		doctype: str,
		document: str,
		fulfilment_ids: tuple[str, ...],
		parcels: tuple[Parcel, ...] | None,
	) -> None:
		told = None if parcels is None else [parcel.model_dump() for parcel in parcels]
		self._set(doctype, document, {"fulfilment_ids": list(fulfilment_ids), "told": told})

	def _set(self, doctype: str, name: str, values: Mapping[str, Any]) -> Document:
		"""Values of a document's data, whatever state it is in."""
		row = self._read(doctype, name)
		if row is None:
			raise KeyError(f"no {doctype} {name}")
		return self._write(doctype, name, {**row["data"], **values}, row["docstatus"], row["amended_from"])


def of_order(books: OrderBooks, posted_on: date) -> dict[str, Any]:
	"""What every document that follows an order says of it."""
	data = books.data
	return {
		"store": data["store"],
		"order_id": data["order_id"],
		"sales_order": books.order["name"],
		"customer": data["customer_document"],
		"currency": data["currency"],
		"posted_on": posted_on.isoformat(),
	}


def document_row(
	books: OrderBooks, document: str, number: int, source: Mapping[str, Any], quantity: Decimal
) -> Row:
	"""A document's row for pieces of another one's."""
	return {
		"name": f"{document}-{number}",
		"line_id": source["line_id"],
		"item_code": source["item_code"],
		"quantity": f"{quantity:f}",
		"rate": source["rate"],
		"amount": f"{books.amount(source['rate'], quantity):f}",
	}


def seen_row(row: Mapping[str, Any]) -> DocumentRow:
	"""A row as planners see it."""
	return DocumentRow(
		name=row["name"],
		line_id=row["line_id"],
		quantity=Decimal(row["quantity"]),
		rate=Decimal(row["rate"]),
		amount=Decimal(row["amount"]),
		order_row=row.get("order_row"),
		delivery_row=row.get("delivery_row"),
		source_row=row.get("source_row"),
		warehouse=row.get("warehouse"),
	)


def _delivery(row: Row, settings: StoreSettings) -> Delivery:
	data = row["data"]
	places = {each["warehouse"] for each in data["rows"]}
	mapped = [rule.location_id for rule in settings.locations if places & set(rule.warehouses)]
	told = data.get("told")
	return Delivery(
		doctype=row["doctype"],
		name=row["name"],
		docstatus=row["docstatus"],
		rows=tuple(seen_row(each) for each in data["rows"]),
		is_return=bool(data.get("is_return")),
		return_against=data.get("return_against"),
		fulfilment_ids=tuple(data.get("fulfilment_ids", ())),
		refund_id=data.get("refund_id"),
		return_id=data.get("return_id"),
		by_sync=bool(data.get("by_sync")),
		parcels=tuple(Parcel(**parcel) for parcel in data.get("parcels", ())),
		told=None if told is None else tuple(Parcel(**parcel) for parcel in told),
		posted_on=date.fromisoformat(data["posted_on"]),
		location_id=mapped[0] or None if mapped else None,
	)


def moved(rows: Iterable[Row]) -> list[list[str]]:
	"""What rows take from stock, by Item and Warehouse; negative for what goes out."""
	found: dict[tuple[str, str], Decimal] = {}
	for row in rows:
		for item, pieces in row["parts"]:
			key = (item, row["warehouse"] or "")
			found[key] = found.get(key, ZERO) - Decimal(pieces) * Decimal(row["quantity"])
	return [[*key, f"{amount:f}"] for key, amount in found.items()]


def _balances(moved: Iterable[Iterable[str]]) -> dict[tuple[str, str], Decimal]:
	return {(item, warehouse): Decimal(amount) for item, warehouse, amount in moved}
