"""What a person does and sees in the ERP while the demo runs, and how the embedded ERP does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple, Protocol

from ..erps.embedded import EmbeddedErp

PRICES, SALE = "Standard Selling", "Sale"
WAREHOUSE = "Stores - DC"
Rates = dict[str, tuple[Decimal, Decimal | None]]


class Flagged(NamedTuple):
	"""A Sales Order for more than there was."""

	document: str
	words: str


class Person(Protocol):
	"""Somebody at the Desk; every act is committed when it returns. Quantities are pieces in stock units."""

	def put_item(
		self, item_code: str, title: str, barcode: str | None = None, stores: Sequence[str] = ()
	) -> None:
		"""Make an Item that keeps stock unless it is there, and flag it for these stores."""
		...

	def put_bundle(self, item_code: str, title: str, parts: Mapping[str, int]) -> None:
		"""Make an Item and its Product Bundle unless they are there."""
		...

	def receive_goods(self, pieces: Mapping[str, int]) -> None:
		"""Goods come into the warehouse that the stores sell from."""
		...

	def put_price(self, item_code: str, rate: Decimal, sale: bool = False) -> None:
		"""Write an Item Price into the stores' price list, or into the one of reduced prices."""
		...

	def ledger(self) -> dict[str, Decimal]:
		"""By Item, what the warehouse's ledger has less what open Sales Orders still want of it."""
		...

	def bundles(self) -> dict[str, dict[str, Decimal]]:
		"""Product Bundles: Item to its parts."""
		...

	def prices(self) -> Rates:
		"""By Item, the rate and the reduced rate of the two lists."""
		...

	def items(self) -> int:
		"""How many Items there are."""
		...

	def oversold(self) -> list[Flagged]:
		"""Sales Orders of the demo's stores that say that they are oversold."""
		...


class EmbeddedPerson:
	"""On the embedded ERP."""

	erp: EmbeddedErp

	def put_item(
		self, item_code: str, title: str, barcode: str | None = None, stores: Sequence[str] = ()
	) -> None:
		self.erp.add_item(item_code, barcode, title=title)
		for store in stores:
			self.erp.offer(item_code, store)

	def put_bundle(self, item_code: str, title: str, parts: Mapping[str, int]) -> None:
		self.erp.add_bundle(item_code, {part: Decimal(count) for part, count in parts.items()}, title)

	def receive_goods(self, pieces: Mapping[str, int]) -> None:
		with self.erp.database.transaction():
			for item_code, count in pieces.items():
				self.erp.receive(item_code, WAREHOUSE, Decimal(count))

	def put_price(self, item_code: str, rate: Decimal, sale: bool = False) -> None:
		self.erp.set_price(SALE if sale else PRICES, item_code, rate)

	def ledger(self) -> dict[str, Decimal]:
		found: dict[str, Decimal] = {}
		shipping = [(doctype, "moved", 1) for doctype in ("Delivery Note", "Sales Invoice")]
		for doctype, rows, sign in (("Stock Entry", "rows", 1), ("Sales Order", "reserved", -1), *shipping):
			for document in self.erp.documents(doctype):
				live = rows != "moved" or document["docstatus"] == 1
				for item_code, _warehouse, amount in document["data"][rows] if live else ():
					found[item_code] = found.get(item_code, Decimal(0)) + sign * Decimal(amount)
		return found

	def bundles(self) -> dict[str, dict[str, Decimal]]:
		return {
			document["name"]: {part: Decimal(count) for part, count in document["data"]["parts"]}
			for document in self.erp.documents("Product Bundle")
		}

	def prices(self) -> Rates:
		rows = self.erp.database.execute("SELECT price_list, item_code, rate FROM price").fetchall()
		reduced = {item: Decimal(rate) for name, item, rate in rows if name == SALE}
		return {item: (Decimal(rate), reduced.get(item)) for name, item, rate in rows if name == PRICES}

	def items(self) -> int:
		return len(self.erp.documents("Item"))

	def oversold(self) -> list[Flagged]:
		return [
			Flagged(document["name"], "; ".join(_short(flag) for flag in flags))
			for document in self.erp.documents("Sales Order")
			if (flags := document["data"]["oversold"])
		]


def _short(flag: Mapping[str, str]) -> str:
	return f"{Decimal(flag['quantity']):f} × {flag['item_code']} in {flag['warehouse']}"
