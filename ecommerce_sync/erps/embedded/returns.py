"""Returns of delivered goods on SQLite, by commands and by persons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from ...core.followups import CreateReturn, SubmitReturn
from .deliveries import NOTE, Deliveries, Quantities, document_row, of_order
from .documents import Document
from .order_books import OrderBooks, Row


class Returns(Deliveries):
	"""What comes back."""

	def _create_return(self, command: CreateReturn) -> Document:
		books, delivery = self._books_of(NOTE, command.delivery)
		known = {"refund_id": command.refund_id, "return_id": command.return_id}
		rows = command.rows
		return self._write_return(
			books, delivery, rows, command.posted_on, command.warehouse, command.submit, known
		)

	def _write_return(
		self,
		books: OrderBooks,
		delivery: Row,
		quantities: Quantities,
		posted_on: date,
		warehouse: str | None,
		submit: bool,
		more: Mapping[str, Any],
		name: str = "",
	) -> Document:
		name = name or self._name("DN")
		rows = [row for row in delivery["data"]["rows"] if row["name"] in quantities]
		for row in rows:
			if quantities[row["name"]] > books.left_of(NOTE, row):
				raise self._refuse(books, f"more comes back than {delivery['name']} delivered")
		data = {
			**of_order(books, posted_on),
			"told": None,
			**more,
			"is_return": True,
			"return_against": delivery["name"],
			"rows": [
				{
					**document_row(books, name, number, row, -quantities[row["name"]]),
					"order_row": row["order_row"],
					"source_row": row["name"],
					"parts": row["parts"],
					"warehouse": warehouse or row["warehouse"],
				}
				for number, row in enumerate(rows, 1)
			],
			"charges": list(books.charges_back(NOTE, delivery, quantities, but=name)),
		}
		return self._put_delivery(name, data, int(submit))

	def _submit_return(self, command: SubmitReturn) -> Document:
		books, draft = self._books_of(NOTE, command.document)
		data = draft["data"]
		delivery = self._read(NOTE, data["return_against"])
		if draft["docstatus"] or delivery is None:
			raise self._refuse(books, f"{command.document} is no draft of a return")
		known = {**data, "refund_id": command.refund_id}
		posted_on = date.fromisoformat(data["posted_on"])
		places = {row["warehouse"] for row in data["rows"]}
		warehouse = places.pop() if len(places) == 1 else None
		return self._write_return(
			books, delivery, command.rows, posted_on, warehouse, True, known, command.document
		)

	# what persons do

	def take_back(self, delivery: str, pieces: Quantities, warehouse: str | None = None) -> str:
		"""Pieces of a delivery's lines come back; the return."""
		with self.database.transaction():
			books, row = self._books_of(NOTE, delivery)
			rows = row["data"]["rows"]
			left = {each["name"]: books.left_of(NOTE, each) for each in rows}
			quantities = self._shared_out(books, rows, left, pieces)
			_, name = self._write_return(books, row, quantities, date.today(), warehouse, True, {})
		return name
