"""The embedded ERP keeps the contract of an order's life that real ERPNext keeps."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ecommerce_sync.core.erp import ErpCharge
from ecommerce_sync.core.errors import Fixable
from ecommerce_sync.core.followups import CancelDelivery, CreateCreditNote, CreditRow
from ecommerce_sync.core.life import Parcel
from ecommerce_sync.core.models import Order
from ecommerce_sync.erps.base import Subject
from ecommerce_sync.erps.contract_credits import CreditContract
from ecommerce_sync.erps.contract_life import ChangeContract
from ecommerce_sync.erps.contract_life_support import (
	PIECES,
	RECEIVED,
	TOTAL,
	LifeContract,
	pieces_of,
	retotalled,
)
from ecommerce_sync.erps.contract_money import InvoiceContract, PaymentContract
from ecommerce_sync.erps.contract_partials import PartialsContract
from ecommerce_sync.erps.contract_people import PeopleContract
from ecommerce_sync.erps.contract_shipment import ReturnContract, ShipmentContract
from ecommerce_sync.erps.contract_support import raises
from ecommerce_sync.erps.embedded.invoices import seen_charge

from .test_embedded_goods import GoodsOnSqlite

ONE, ZERO = Decimal(1), Decimal(0)


class LifeOnSqlite(GoodsOnSqlite):
	"""What persons do after the order."""

	bank = "Bank"
	fee_account = "Gateway Fees"

	def stock(self, item_code: str, warehouse: str) -> Decimal:
		rows = self.database.execute(
			"SELECT actual FROM stock WHERE item_code = ? AND warehouse = ?", item_code, warehouse
		).fetchall()
		return Decimal(rows[0]["actual"]) if rows else Decimal(0)

	def deliver_by_hand(self, sales_order: str, pieces: Mapping[str, Decimal]) -> str:
		return self.erp.deliver(sales_order, pieces)

	def cancel_delivery_by_hand(self, delivery: str) -> None:
		self.erp.cancel_delivery(delivery)

	def return_by_hand(self, delivery: str, pieces: Mapping[str, Decimal]) -> str:
		return self.erp.take_back(delivery, pieces)

	def invoice_by_hand(self, sales_order: str, pieces: Mapping[str, Decimal]) -> str:
		return self.erp.invoice(sales_order, pieces)

	def invoice_with_stock_by_hand(self, sales_order: str, pieces: Mapping[str, Decimal]) -> str:
		return self.erp.invoice(sales_order, pieces, update_stock=True)

	def credit_by_hand(self, invoice: str, pieces: Mapping[str, Decimal]) -> str:
		return self.erp.credit(invoice, pieces)

	def pay_by_hand(self, invoice: str, amount: Decimal) -> str:
		return self.erp.pay(invoice, amount)

	def add_parcel_by_hand(self, delivery: str, parcel: Parcel) -> None:
		self.erp.add_parcel(delivery, parcel)

	def charges_of(self, doctype: str, name: str) -> tuple[ErpCharge, ...]:
		(found,) = [row for row in self.erp.documents(doctype) if row["name"] == name]
		return tuple(seen_charge(charge) for charge in found["data"]["charges"])

	def receivable(self, customer: str) -> Decimal:
		return self.erp.receivable(customer)

	def booked(self, account: str) -> Decimal:
		return self.erp.booked(account)


class LifeBooks(LifeOnSqlite, LifeContract):  # type: ignore[misc]
	"""One order of the contract's."""


class TestBeyondTheContract(LifeBooks):
	"""What only the embedded ERP does."""

	def test_an_observation_costs_the_same_however_much_followed(self) -> None:
		order, long = self.place(), self.place(self._of_many_lines())
		for _ in range(5):
			name = self.deliver_lines(order, {"1": ONE})
			self.apply(order, CancelDelivery(document=name))
			self.pay(order, ONE)
		fresh = self.place()
		assert self._statements(order) == self._statements(fresh) == self._statements(long) < 25

	def _of_many_lines(self) -> Order:
		known = self.life_order()
		lines = [known.lines[2].model_copy(update={"id": f"{n}", "product_id": f"{n}"}) for n in range(40)]
		return retotalled(known.model_copy(update={"lines": tuple(lines)}))

	def _statements(self, order: Order) -> int:
		seen: list[str] = []
		self.database.connection.set_trace_callback(seen.append)
		self.look(order)
		self.database.connection.set_trace_callback(None)
		return len(seen)

	def test_what_a_supplier_ships_leaves_no_stock(self) -> None:
		order = self.place()
		name = self.erp.drop_ship(self.sales_order_of(order).name, {"1": ONE})
		delivery = self.delivery(order, name)
		assert (delivery.doctype, pieces_of(delivery.rows)) == ("Purchase Order", {"1": ONE})
		assert self.stock(self.item_of(order, "1"), self.warehouses[0]) == RECEIVED
		assert self.reserved(order, "1") == ONE

	def test_what_a_person_does_is_noted_for_the_store(self) -> None:
		order = self.place()
		self.bill(order, self.deliver_lines(order, {"1": ONE}))
		assert self._noted(order) == {"shipment": 0, "refund": 0}
		name = self.erp.deliver(self.sales_order_of(order).name, {"1": ONE})
		self.erp.add_parcel(name, Parcel(number="7"))
		self.erp.cancel_delivery(name)
		assert self._noted(order) == {"shipment": 3, "refund": 0}
		self.erp.credit(self.look(order).invoices[0].name, {"1": ONE})
		assert self._noted(order) == {"shipment": 3, "refund": 1}

	def _noted(self, order: Order) -> dict[str, int]:
		subjects = {
			kind: Subject(store=self.store, kind=kind, external_id=order.id)
			for kind in ("shipment", "refund")
		}
		return {kind: len(self.journal.pending(subject)) for kind, subject in subjects.items()}

	def test_a_draft_that_a_person_submits_moves_the_stock(self) -> None:
		order = self.place()
		name = self.deliver_lines(order, submit=False)
		self.erp.submit_delivery(name)
		assert self.delivery(order, name).docstatus == 1
		assert [self.reserved(order, line) for line in PIECES] == [ZERO, ZERO, ZERO]

	def test_an_order_with_deliveries_or_invoices_is_not_cancelled(self) -> None:
		order = self.place()
		document, delivery = self.sales_order_of(order).name, self.deliver_lines(order, {"1": ONE})
		with raises(Fixable):
			self.erp.cancel(document)
		invoice = self.bill(order, delivery)
		with raises(Fixable):
			self.erp.cancel_delivery(delivery)
		self.erp.cancel_invoice(invoice)
		self.erp.cancel_delivery(delivery)
		self.erp.cancel(document)
		assert self.sales_order_of(order).docstatus == 2

	def test_money_of_a_cancelled_invoice_goes_to_the_next(self) -> None:
		order = self.place()
		first = self.bill(order)
		payment = self.pay(order, TOTAL)
		self.erp.cancel_invoice(first)
		assert (self.invoice(order, first).outstanding, self.owed(order)) == (ZERO, -TOTAL)
		assert self.invoice(order, self.bill(order)).outstanding == ZERO
		self.erp.cancel_payment(payment)
		assert self.owed(order) == TOTAL == self.erp.receivables()[self.look(order).customer or ""]

	def test_a_templates_taxes_come_to_the_order_in_parts(self) -> None:
		more = {"tax_mode": "template", "tax_template": "Sales Tax"}
		self.__dict__["goods"] = self.goods.model_copy(update=more)
		order = self.place()
		invoices = [self.bill(order, self.deliver_lines(order, {line: PIECES[line]})) for line in PIECES]
		found = [self.invoice(order, name) for name in invoices]
		assert sum(invoice.total for invoice in found) == TOTAL
		row = found[0].rows[0]
		credit = CreateCreditNote(
			invoice=found[0].name,
			refund_id="r",
			posted_on=self.today,
			rows=(CreditRow(invoice_row=row.name, quantity=ONE, rate=row.rate),),
			charges=(),
			total=row.rate + Decimal("0.80"),
		)
		assert self.invoice(order, self.apply(order, credit)).total == -row.rate - Decimal("0.80")


class TestEmbeddedChanges(LifeOnSqlite, ChangeContract):  # type: ignore[misc]
	"""Sales Orders after they were submitted."""


class TestEmbeddedShipments(LifeOnSqlite, ShipmentContract):  # type: ignore[misc]
	"""Goods that leave."""


class TestEmbeddedReturns(LifeOnSqlite, ReturnContract):  # type: ignore[misc]
	"""Goods that come back."""


class TestEmbeddedInvoices(LifeOnSqlite, InvoiceContract):  # type: ignore[misc]
	"""What is billed."""


class TestEmbeddedPayments(LifeOnSqlite, PaymentContract):  # type: ignore[misc]
	"""What is paid."""


class TestEmbeddedCredits(LifeOnSqlite, CreditContract):  # type: ignore[misc]
	"""What is credited."""


class TestEmbeddedPartials(LifeOnSqlite, PartialsContract):  # type: ignore[misc]
	"""All of it in parts."""

	splits = 25
	sequences = 20
	steps = 15


class TestEmbeddedPeople(LifeOnSqlite, PeopleContract):  # type: ignore[misc]
	"""Customers and payouts."""
