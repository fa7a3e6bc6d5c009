"""How every ERP follows customers, redacts them, and lists payouts, as a mixin."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from ..core.followups import UpdateCustomer
from ..core.models import Customer, Order
from ..core.payouts import Payout, PayoutEntry
from .contract_life_support import TOTAL, LifeContract
from .contract_support import sample_address, sample_order, unique
from .life import Erasure


class PeopleContract(LifeContract):
	"""Customers and payouts."""

	def bought(self) -> tuple[Order, str, str]:
		"""An order, its customer's id in the store and its Customer."""
		order = self.place()
		assert order.customer is not None and order.customer.id is not None
		return order, order.customer.id, self.look(order).customer or ""

	def test_a_stores_customer_is_found(self) -> None:
		_, buyer, customer = self.bought()
		with self.erp.transaction([]):
			assert self.erp.customer_of(self.store, buyer) == customer
			assert self.erp.customer_of(self.store, unique()) is None
			assert self.erp.customer_of(unique(), buyer) is None

	def _update(self, command: UpdateCustomer) -> tuple[str, str] | None:
		with self.erp.transaction([]):
			return self.erp.update_customer(command, self.goods)

	def test_a_customer_follows_the_store(self) -> None:
		order, buyer, customer = self.bought()
		home = sample_address(last_name="Doe", line1=f"{unique()} Elm Street")
		person = Customer(id=buyer, email=f"{unique()}@example.com", first_name="Joan", last_name="Doe")
		command = UpdateCustomer(name=customer, customer=person, addresses=(home,))
		before = self.count("Customer"), self.count("Address")
		assert self._update(command) == ("Customer", customer)
		assert (self.count("Customer"), self.count("Address")) == (before[0], before[1] + 1)
		moved = sample_order(unique(), buyer, billing_address=home, shipping_address=home)
		assert (self.look(moved).customer, len(self.look(moved).addresses)) == (customer, 1)
		assert self._update(command) is None
		assert self.look(order).customer == customer

	def test_another_email_is_known_from_then_on(self) -> None:
		_, buyer, customer = self.bought()
		email = f"{unique()}@example.com"
		self._update(UpdateCustomer(name=customer, customer=Customer(id=buyer, email=email, first_name="Jo")))
		assert self._update(
			UpdateCustomer(name=customer, customer=Customer(id=buyer, email=email, first_name="Joe"))
		) == ("Customer", customer)

	# erasure

	def _erase(self, what: Literal["customer", "store"], buyer: str, order: Order) -> Erasure:
		email = order.customer.email if order.customer else None
		orders = (order.id,) if what == "customer" else ()
		with self.erp.transaction([]):
			return self.erp.erase(self.store, what, buyer, email, orders)

	def test_a_person_is_redacted_and_what_law_keeps_is_reported(self) -> None:
		order, buyer, _ = self.bought()
		document = self.sales_order_of(order).name
		found = self._erase("customer", buyer, order)
		assert "Customer" in {doctype for doctype, _ in found.redacted}
		assert ("Sales Order", document) in found.kept
		view = self.erp.sales_order(document)
		assert (view.docstatus, view.grand_total) == (1, TOTAL)
		assert self._erase("customer", buyer, order).redacted == ()

	def test_nobody_else_is_redacted(self) -> None:
		order, buyer, _ = self.bought()
		other, _, customer = self.bought()
		self._erase("customer", buyer, order)
		assert (self.look(other).customer, len(self.look(other).addresses)) == (customer, 1)

	def test_all_of_a_store_is_redacted(self) -> None:
		orders = [self.bought()[0] for _ in range(2)]
		documents = {("Sales Order", self.sales_order_of(order).name) for order in orders}
		found = self._erase("store", "", orders[0])
		assert len([doctype for doctype, _ in found.redacted if doctype == "Customer"]) == 2
		assert documents <= set(found.kept)

	# payouts

	def test_a_payout_is_recorded_once_and_again_when_it_differs(self) -> None:
		order = self.place()
		self.bill(order)
		self.pay(order, TOTAL, payment_id=f"t{order.id}")
		payout = Payout(
			id=unique(),
			issued_on=self.today,
			currency="USD",
			amount=TOTAL - 2,
			status="scheduled",
			entries=(
				PayoutEntry(
					id=unique(),
					kind="charge",
					amount=TOTAL,
					fee=Decimal(2),
					net=TOTAL - 2,
					payment_id=f"t{order.id}",
					order_id=order.id,
				),
			),
		)
		before = self.count("Store Payout")
		recorded = self._record(payout)
		assert recorded is not None and recorded[0] == "Store Payout"
		assert self._record(payout) is None
		assert self._record(payout.model_copy(update={"status": "paid"})) == recorded
		assert self.count("Store Payout") == before + 1

	def _record(self, payout: Payout) -> tuple[str, str] | None:
		with self.erp.transaction([]):
			return self.erp.record_payout(self.store, payout)
