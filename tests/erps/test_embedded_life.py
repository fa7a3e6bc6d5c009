"""The embedded ERP keeps the contract of an order's life that real ERPNext keeps."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ecommerce_sync.core.erp import ErpCharge
from ecommerce_sync.core.life import Parcel
from ecommerce_sync.erps.contract_credits import CreditContract
from ecommerce_sync.erps.contract_life import ChangeContract
from ecommerce_sync.erps.contract_money import InvoiceContract, PaymentContract
from ecommerce_sync.erps.contract_partials import PartialsContract
from ecommerce_sync.erps.contract_people import PeopleContract
from ecommerce_sync.erps.contract_shipment import ReturnContract, ShipmentContract
from ecommerce_sync.erps.embedded.invoices import seen_charge

from .test_embedded_goods import GoodsOnSqlite


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
