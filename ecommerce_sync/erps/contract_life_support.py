"""Orders with stock, commands under the order's lock, and a person's acts, for the contract of what follows an order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ..core.commands import CreateSalesOrder, EnsureCustomer, Share
from ..core.drafts import draft_of
from ..core.erp import Delivery, DocumentRow, ErpCharge, ErpPayment, Invoice, SalesOrderRow, SalesOrderState
from ..core.errors import SyncError
from ..core.followups import CreateDelivery, CreateInvoice, CreatePayment, FollowUp
from ..core.life import LineQuantity, Parcel
from ..core.models import Discount, Line, Order, Shipping, TaxLine
from .contract_goods_support import PLACE, GoodsContract
from .contract_support import raises, sample_order, unique

RECEIVED = Decimal(20)  # pieces of each Item that there are to begin with
PIECES = {"1": Decimal(2), "2": Decimal(3), "3": Decimal(1)}  # of the sample order's lines
TOTAL = Decimal("58.73")


class LifeContract(GoodsContract):
	"""What a test class provides besides what the contract of products asks for. What persons do is committed."""

	bank: str  # an account that money comes to and goes from, in the company's currency
	fee_account: str  # what gateways keep is booked here

	def stock(self, item_code: str, warehouse: str) -> Decimal:
		"""The pieces that stand in the warehouse, reserved or not."""
		raise NotImplementedError

	def deliver_by_hand(self, sales_order: str, pieces: Mapping[str, Decimal]) -> str:
		"""A person submits a Delivery Note for so many pieces of the lines; its name."""
		raise NotImplementedError

	def cancel_delivery_by_hand(self, delivery: str) -> None:
		"""A person cancels a Delivery Note."""
		raise NotImplementedError

	def return_by_hand(self, delivery: str, pieces: Mapping[str, Decimal]) -> str:
		"""A person submits a return of so many pieces of the delivery's lines; its name."""
		raise NotImplementedError

	def invoice_by_hand(self, sales_order: str, pieces: Mapping[str, Decimal]) -> str:
		"""A person submits a Sales Invoice for so many pieces of the lines; its name."""
		raise NotImplementedError

	def invoice_with_stock_by_hand(self, sales_order: str, pieces: Mapping[str, Decimal]) -> str:
		"""The same, and the Sales Invoice updates stock: it ships the goods."""
		raise NotImplementedError

	def credit_by_hand(self, invoice: str, pieces: Mapping[str, Decimal]) -> str:
		"""A person submits a credit note, without stock, for so many pieces of the invoice's lines; its name."""
		raise NotImplementedError

	def pay_by_hand(self, invoice: str, amount: Decimal) -> str:
		"""A person submits a Payment Entry for an invoice; its name."""
		raise NotImplementedError

	def add_parcel_by_hand(self, delivery: str, parcel: Parcel) -> None:
		"""A person adds a parcel to a submitted Delivery Note."""
		raise NotImplementedError

	def charges_of(self, doctype: str, name: str) -> tuple[ErpCharge, ...]:
		"""The charges of a document, as it has them."""
		raise NotImplementedError

	def receivable(self, customer: str) -> Decimal:
		"""What the customer owes by the General Ledger; negative for what is owed to the customer."""
		raise NotImplementedError

	def booked(self, account: str) -> Decimal:
		"""The account's balance by the General Ledger, debit less credit."""
		raise NotImplementedError

	# orders

	@property
	def today(self) -> date:
		"""The day in the site's zone."""
		return datetime.now(ZoneInfo(self.settings.timezone)).date()

	def life_order(self, **changes: Any) -> Order:
		"""Three lines of Items with stock, one of them not evenly divisible, two taxes and shipping; total 58.73."""
		items = [self.new_item() for _ in PIECES]
		for item in items:
			self.receive(item, self.warehouses[0], RECEIVED)
		known = {
			"lines": (
				_line("1", items[0], "20.00", "1.20", "0.41"),
				_line("2", items[1], "10.00", "0.56", "0.19", off="0.65"),
				_line("3", items[2], "18.00", "1.08", "0.37"),
			),
			"shipping": (_shipping("7.00", "0.42", "0.15"),),
			"location_id": PLACE,
		}
		return retotalled(sample_order(unique(), unique(), **{**known, **changes}))

	def place(self, order: Order | None = None, **changes: Any) -> Order:
		"""The order with its submitted Sales Order."""
		found = order or self.life_order(**changes)
		self.place_customer(found)
		with self.erp.transaction([self.key(found, self.goods)], wait=True):
			draft = draft_of(found, self.erp.observe(found, self.goods), self.goods)
			self.erp.apply(CreateSalesOrder(draft=draft), found, self.goods)
		return found

	def place_customer(self, order: Order) -> None:
		"""The order's customer with its addresses."""
		locks = [self.key(order, self.goods), *self._guards(order, self.goods)]
		self.erp.ensure_links(locks)
		with self.erp.transaction(locks, wait=True):
			draft = draft_of(order, self.erp.observe(order, self.goods), self.goods)
			self.erp.apply(EnsureCustomer(customer=draft.customer), order, self.goods)

	def apply(self, order: Order, command: FollowUp) -> str:
		"""One command in a unit of work of its own; the document's name."""
		with self.erp.transaction([self.key(order, self.goods)], wait=True):
			_, name = self.erp.apply(command, order, self.goods) or ("", "")
		return name

	def refused(self, order: Order, command: FollowUp) -> str:
		"""The command is refused and leaves nothing behind; the reason."""
		before = self.look(order)
		with raises(SyncError) as caught:
			self.apply(order, command)
		assert self.look(order) == before
		return getattr(caught[0], "reason", "")

	def look(self, order: Order) -> Any:
		"""What the ERP has for the order."""
		return self.seen(order, self.goods)

	def sales_order_of(self, order: Order) -> SalesOrderState:
		"""The order's Sales Order."""
		document: SalesOrderState | None = self.look(order).document
		assert document is not None
		return document

	def rows_of(self, order: Order, line_id: str) -> list[SalesOrderRow]:
		"""The Sales Order's rows of a line."""
		return [row for row in self.sales_order_of(order).rows if row.line_id == line_id]

	def item_of(self, order: Order, line_id: str) -> str:
		"""The Item of a line."""
		return next(line.sku or "" for line in order.lines if line.id == line_id)

	def reserved(self, order: Order, line_id: str) -> Decimal:
		"""What is reserved of the line's Item, which nobody else orders."""
		item = self.item_of(order, line_id)
		return self.stock(item, self.warehouses[0]) - self.free(item)

	# documents

	def deliver_lines(self, order: Order, pieces: Mapping[str, Decimal] = PIECES, **more: Any) -> str:
		"""A Delivery Note for a fulfilment of the store."""
		lines = tuple(LineQuantity(line_id=line, quantity=quantity) for line, quantity in pieces.items())
		known = {"document": self.sales_order_of(order).name, "fulfilment_id": unique(), "lines": lines}
		return self.apply(order, CreateDelivery(**{**known, "posted_on": self.today, **more}))

	def bill(self, order: Order, delivery: str | None = None) -> str:
		"""A Sales Invoice for a delivery or the whole order."""
		document = self.sales_order_of(order).name
		return self.apply(order, CreateInvoice(document=document, posted_on=self.today, delivery=delivery))

	def pay(self, order: Order, amount: Decimal, direction: str = "in", **more: Any) -> str:
		"""A Payment Entry for a transaction of the store."""
		known = {"document": self.sales_order_of(order).name, "payment_id": unique(), "amount": amount}
		known |= {"posted_on": self.today, "account": self.bank, "reference": unique()}
		return self.apply(order, CreatePayment(**{**known, "direction": direction, **more}))

	def delivery(self, order: Order, name: str) -> Delivery:
		"""One of the order's deliveries, the same by both ways of looking."""
		with self.erp.transaction([self.key(order, self.goods)], wait=True):
			told = self.erp.deliveries(self.store, order.id, self.goods)
		assert told == self.look(order).deliveries
		return next(delivery for delivery in told if delivery.name == name)

	def invoice(self, order: Order, name: str) -> Invoice:
		"""One of the order's invoices or credit notes."""
		found: Invoice = next(invoice for invoice in self.look(order).invoices if invoice.name == name)
		return found

	def payment(self, order: Order, name: str) -> ErpPayment:
		"""One of the order's payments."""
		found: ErpPayment = next(payment for payment in self.look(order).payments if payment.name == name)
		return found

	def owed(self, order: Order) -> Decimal:
		"""What the order's customer, who has no other order, owes."""
		return self.receivable(self.look(order).customer or "")


def pieces_of(rows: Iterable[DocumentRow]) -> dict[str, Decimal]:
	"""The rows' quantities by line."""
	found: dict[str, Decimal] = {}
	for row in rows:
		found[row.line_id] = found.get(row.line_id, Decimal(0)) + row.quantity
	return found


def shares_of(charges: Iterable[ErpCharge]) -> dict[tuple[str, str], Decimal]:
	"""The charges' amounts by description and part of the order; each charge comes to its shares."""
	found: dict[tuple[str, str], Decimal] = {}
	for charge in charges:
		assert charge.amount == sum(charge.shares.values())
		for part, amount in charge.shares.items():
			key = (charge.description, part)
			found[key] = found.get(key, Decimal(0)) + amount
	return {key: amount for key, amount in found.items() if amount}


def shares(amounts: Mapping[str, Decimal]) -> tuple[Share, ...]:
	"""The shares of a charge to be credited."""
	return tuple(Share(line_id=part, amount=amount) for part, amount in amounts.items())


def _taxes(state: str, city: str) -> tuple[TaxLine, ...]:
	return (
		TaxLine(title="State Tax", amount=Decimal(state), rate=Decimal("0.06")),
		TaxLine(title="City Tax", amount=Decimal(city), rate=Decimal("0.0205")),
	)


def _line(line_id: str, sku: str, subtotal: str, state: str, city: str, off: str = "0") -> Line:
	return Line(
		id=line_id,
		title=f"Thing {line_id}",
		quantity=PIECES[line_id],
		subtotal=Decimal(subtotal),
		sku=sku,
		discounts=(Discount(amount=Decimal(off)),) if Decimal(off) else (),
		taxes=_taxes(state, city),
	)


def _shipping(price: str, state: str, city: str) -> Shipping:
	return Shipping(id="s", title="Post", price=Decimal(price), taxes=_taxes(state, city))


def retotalled(order: Order) -> Order:
	"""The order with the total that its lines, shipping and taxes come to."""
	parts: tuple[Line | Shipping, ...] = (*order.lines, *order.shipping)
	amounts = sum((part.total for part in parts), Decimal(0))
	taxes = sum((tax.amount for part in parts for tax in part.taxes), Decimal(0))
	return order.model_copy(update={"total": amounts + taxes})
