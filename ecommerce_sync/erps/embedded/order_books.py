"""One Sales Order with the documents that follow it, and what they come to. Reads nothing and writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ...core.money import rounded, total
from ...core.partials import Coverage, shares_here

Row = dict[str, Any]
ZERO, HUNDRED = Decimal(0), Decimal(100)
FOLLOWING = ("Delivery Note", "Sales Invoice", "Purchase Order", "Payment Entry", "Pick List")
SHIPPING = ("Delivery Note", "Sales Invoice", "Purchase Order")


def ships(row: Row) -> bool:
	"""Whether the document ships goods: a Sales Invoice does when it updates stock."""
	return row["doctype"] != "Sales Invoice" or bool(row["data"].get("update_stock"))


class OrderBooks:
	"""`order` is the Sales Order's row of the document table, `following` those of its other documents."""

	def __init__(self, order: Row, following: Sequence[Row]) -> None:
		self.order, self.data = order, order["data"]
		self.following = following

	def of(self, doctype: str) -> list[Row]:
		"""All documents of a type, oldest first."""
		return [row for row in self.following if row["doctype"] == doctype]

	def live(self, doctype: str, is_return: bool | None = None) -> list[Row]:
		"""The submitted ones; returns alone, or all but returns, where that is asked."""
		return [
			row
			for row in self.of(doctype)
			if row["docstatus"] == 1 and is_return in (None, bool(row["data"].get("is_return")))
		]

	def shipments(self, is_return: bool | None = None) -> list[Row]:
		"""The submitted documents that ship goods or take them back."""
		return [row for doctype in SHIPPING for row in self.live(doctype, is_return) if ships(row)]

	# pieces and amounts of the order's rows

	def delivered(self, order_row: str) -> Decimal:
		"""Pieces that are with the buyer: returns are taken off."""
		return _sum(self.shipments(), "order_row", order_row, "quantity")

	def shipped(self, order_row: str) -> Decimal:
		"""Pieces that ever left."""
		return _sum(self.shipments(False), "order_row", order_row, "quantity")

	def invoiced(self, order_row: str) -> Decimal:
		"""Pieces on invoices, whatever was credited."""
		return _sum(self.live("Sales Invoice", False), "order_row", order_row, "quantity")

	def billed(self, order_row: str) -> Decimal:
		"""The amount of the invoices less credit notes."""
		return _sum(self.live("Sales Invoice"), "order_row", order_row, "amount")

	def left_of(self, doctype: str, row: Mapping[str, Any]) -> Decimal:
		"""Pieces of a delivery's or invoice's row that were not returned or credited yet."""
		return Decimal(row["quantity"]) + _sum(
			self.live(doctype, True), "source_row", row["name"], "quantity"
		)

	def unbilled_of(self, row: Mapping[str, Any]) -> Decimal:
		"""Pieces of a delivery's row that stayed with the buyer and are on no invoice."""
		billed = _sum(self.live("Sales Invoice", False), "delivery_row", row["name"], "quantity")
		return self.left_of("Delivery Note", row) - billed

	@property
	def per_delivered(self) -> Decimal:
		"""Of all pieces, in per cent."""
		ordered = total(Decimal(row["quantity"]) for row in self.data["rows"])
		shipped = total(min(Decimal(row["quantity"]), self.shipped(row["name"])) for row in self.data["rows"])
		return rounded(HUNDRED * shipped / ordered, 2) if ordered else ZERO

	@property
	def per_billed(self) -> Decimal:
		"""Of the rows' amounts, in per cent; of their pieces where they cost nothing."""
		rows = self.data["rows"]
		whole = total(self.amount(row["rate"], row["quantity"]) for row in rows)
		if whole:
			return rounded(HUNDRED * total(self.billed(row["name"]) for row in rows) / whole, 2)
		pieces = total(Decimal(row["quantity"]) for row in rows)
		return rounded(HUNDRED * total(self.invoiced(row["name"]) for row in rows) / pieces, 2)

	def reserved(self) -> dict[tuple[str, str], Decimal]:
		"""What the order keeps for its customer, by Item and Warehouse."""
		found: dict[tuple[str, str], Decimal] = {}
		if self.order["docstatus"] == 2 or self.data.get("closed"):
			return found
		for row in self.data["rows"]:
			open_ = max(ZERO, Decimal(row["quantity"]) - self.shipped(row["name"]))
			for item, pieces in row["parts"]:
				key = (item, row["warehouse"] or "")
				found[key] = found.get(key, ZERO) + Decimal(pieces) * open_
		return {key: amount for key, amount in found.items() if amount}

	def amount(self, rate: Any, quantity: Any) -> Decimal:
		"""Rate times quantity as a document adds it up."""
		return rounded(Decimal(rate) * Decimal(quantity), self.data["site_digits"])

	# money

	def outstanding(self, invoice: Row) -> Decimal:
		"""What is open on an invoice (or, negative, on a credit note)."""
		if invoice["docstatus"] != 1:
			return ZERO
		if invoice["data"].get("against_itself"):
			return ZERO
		own = Decimal(invoice["data"]["total"]) - self._allocated(invoice["name"])
		credits = (row["data"] for row in self.live("Sales Invoice", True))
		lowered = [c for c in credits if c.get("against_itself") and c["return_against"] == invoice["name"]]
		return own + total(Decimal(each["total"]) for each in lowered)

	def _allocated(self, invoice: str) -> Decimal:
		payments = (row["data"] for row in self.live("Payment Entry"))
		return total(Decimal(n) for data in payments for name, n in data["allocations"] if name == invoice)

	@property
	def advance(self) -> Decimal:
		"""Money that stands on the order itself."""
		mine = (row["data"] for row in self.live("Payment Entry") if self._mine(row))
		return total(Decimal(data["on_order"]) for data in mine)

	def _mine(self, row: Row) -> bool:
		return bool(row["data"]["sales_order"] == self.order["name"])

	@property
	def not_invoiced(self) -> Decimal:
		"""What of the order's total is on no invoice."""
		invoices = self.live("Sales Invoice", False)
		return Decimal(self.data["grand_total"]) - total(Decimal(row["data"]["total"]) for row in invoices)

	# charges

	def charges_of_order(self, doctype: str, pieces: Mapping[str, Decimal]) -> Iterator[Row]:
		"""The order's charges as far as a new document of the type carries them; `pieces` by order row."""
		before = self.shipped if doctype == "Delivery Note" else self.invoiced
		lines = _coverage(
			self.data["rows"], {row["name"]: before(row["name"]) for row in self.data["rows"]}, pieces
		)
		others = self.shipments(False) if doctype == "Delivery Note" else self.live(doctype, False)
		yield from self._charges(self.data["charges"], lines, others)

	def charges_back(
		self, doctype: str, base: Row, pieces: Mapping[str, Decimal], but: str = ""
	) -> Iterator[Row]:
		"""The charges of a delivery or invoice that pieces of its rows take back, negative."""
		rows = base["data"]["rows"]
		before = {row["name"]: Decimal(row["quantity"]) - self.left_of(doctype, row) for row in rows}
		others = [
			row
			for row in self.live(doctype, True)
			if row["data"]["return_against"] == base["name"] and row["name"] != but
		]
		for charge in self._charges(base["data"]["charges"], _coverage(rows, before, pieces), others):
			yield negative(charge)

	def _charges(
		self, charges: Iterable[Row], lines: Mapping[str, Coverage], others: Sequence[Row]
	) -> Iterator[Row]:
		for charge in charges:
			shares = _shares(charge)
			sign = -1 if others and others[0]["data"].get("is_return") else 1
			taken: dict[str, Decimal] = {}
			same = (
				c for row in others for c in row["data"]["charges"] if charge_key(c) == charge_key(charge)
			)
			for part, amount in (pair for c in same for pair in _shares(c).items()):
				taken[part] = taken.get(part, ZERO) + sign * amount
			if here := shares_here(shares, taken, lines, self.data["digits"]):
				yield with_shares(charge, here)


def charge_key(charge: Mapping[str, Any]) -> tuple[str, str, str]:
	"""What tells charges of a document apart."""
	return charge["kind"], charge["account"], charge["description"]


def with_shares(charge: Mapping[str, Any], shares: Mapping[str, Decimal]) -> Row:
	"""The charge with these shares, and what they come to."""
	rows = [{"line_id": part, "amount": f"{amount:f}"} for part, amount in shares.items()]
	return {**charge, "amount": f"{total(shares.values()):f}", "shares": rows}


def negative(charge: Mapping[str, Any]) -> Row:
	"""The charge turned around."""
	shares = [{**share, "amount": f"{-Decimal(share['amount']):f}"} for share in charge["shares"]]
	return {**charge, "amount": f"{-Decimal(charge['amount']):f}", "shares": shares}


def _shares(charge: Mapping[str, Any]) -> dict[str, Decimal]:
	found: dict[str, Decimal] = {}
	for share in charge["shares"]:
		found[share["line_id"]] = found.get(share["line_id"], ZERO) + Decimal(share["amount"])
	return found


def _sum(documents: Iterable[Row], by: str, name: str, what: str) -> Decimal:
	rows = (row for document in documents for row in document["data"]["rows"])
	return total(Decimal(row[what]) for row in rows if row.get(by) == name)


def _coverage(
	rows: Iterable[Row], before: Mapping[str, Decimal], here: Mapping[str, Decimal]
) -> dict[str, Coverage]:
	"""By store line: all pieces of the rows, those covered before and those covered now."""
	found: dict[str, dict[str, Decimal]] = {}
	for row in rows:
		line = found.setdefault(row["line_id"], dict.fromkeys(("quantity", "before", "here", "value"), ZERO))
		quantity = Decimal(row["quantity"])
		line["quantity"] += quantity
		line["before"] += before.get(row["name"], ZERO)
		line["here"] += here.get(row["name"], ZERO)
		line["value"] += quantity * Decimal(row["rate"])
	return {line: Coverage(**values) for line, values in found.items()}
