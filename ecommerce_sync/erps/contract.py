"""What every ERP must do, as mixins: run by the embedded ERP's tests and by those on real ERPNext.

A test class gives `erp`, `journal`, `settings` and the few methods that raise `NotImplementedError`; it
starts every test on documents and events that no other test uses. Plain asserts: any runner will do.
"""

from __future__ import annotations

from decimal import Decimal

from ..core.digests import digest
from ..core.errors import Busy, Held
from ..core.models import Company, Customer, Line, Order
from ..core.orders import plan_order
from .base import Applied, Erp
from .contract_journal import JournalContract
from .contract_support import (
	SKUS,
	START,
	Contract,
	Undo,
	enter,
	later,
	raises,
	sample_address,
	sample_order,
	unique,
)

__all__ = ["ErpContract", "JournalContract"]


class ErpContract(Contract):
	"""Documents, links and locks."""

	def test_an_order_becomes_one_submitted_document_with_its_total(self) -> None:
		order = sample_order(unique(), unique())
		documents = self.bring_about(order)
		assert [doctype for doctype, _ in documents].count("Sales Order") == 1
		view = self.erp.sales_order(self.document_of(order))
		assert (view.docstatus, view.currency, view.grand_total) == (1, "USD", order.total)
		assert view.rounded_total in (0, order.total)
		assert [row["item_code"] for row in view.rows] == list(SKUS)
		assert {row["kind"]: row["amount"] for row in view.taxes} == {
			"shipping": Decimal("7"),
			"tax": Decimal("2.16"),
		}

	def test_the_same_order_again_changes_nothing(self) -> None:
		order = sample_order(unique(), unique())
		self.bring_about(order)
		before = self.count("Sales Order"), self.count("Customer"), self.count("Address")
		assert self.bring_about(order) == []
		assert (self.count("Sales Order"), self.count("Customer"), self.count("Address")) == before

	def test_version_and_digest_are_read_back(self) -> None:
		order = sample_order(unique(), unique())
		self.bring_about(order)
		seen = self.seen(order)
		assert (seen.version, seen.digest) == (order.updated_at, digest(order))
		assert seen.document is not None and seen.document.total == order.total
		assert seen.customer and len(seen.addresses) == 1

	def test_one_customer_by_id_and_by_email(self) -> None:
		buyer = unique()
		first, second = sample_order(unique(), buyer), sample_order(unique(), buyer)
		guest = sample_order(unique(), buyer, customer=Customer(email=f"{buyer}@example.com"))
		before = self.count("Customer")
		for order in (first, second, guest):
			self.bring_about(order)
		assert self.count("Customer") == before + 1
		assert len({self.seen(order).customer for order in (first, second, guest)}) == 1

	def test_one_customer_by_phone(self) -> None:
		phone = f"+1617555{int(unique()[:6], 16) % 10000:04d}"
		orders = [sample_order(unique(), unique(), customer=Customer(phone=phone)) for _ in range(2)]
		for order in orders:
			self.bring_about(order)
		assert len({self.seen(order).customer for order in orders}) == 1

	def test_equal_addresses_once_and_other_ones_beside_them(self) -> None:
		buyer = unique()
		self.bring_about(sample_order(unique(), buyer))
		before = self.count("Address")
		self.bring_about(sample_order(unique(), buyer))
		assert self.count("Address") == before
		moved = sample_order(unique(), buyer, shipping_address=sample_address(line1="2 Side Street"))
		self.bring_about(moved)
		assert self.count("Address") == before + 1
		assert len(self.seen(moved).addresses) == 2

	def test_a_company_is_one_customer_with_its_people(self) -> None:
		company = Company(id=unique(), name=f"Acme {unique()}", location_name="North")
		people = [unique(), unique()]
		orders = [sample_order(unique(), person, company=company) for person in people]
		before = self.count("Customer")
		for order in orders:
			self.bring_about(order)
		assert self.count("Customer") == before + 1
		assert all(self.seen(order).contact_known for order in orders)

	def test_guests_share_a_customer_by_policy(self) -> None:
		self.bring_about(member := sample_order(unique(), unique()))
		shared = self.seen(member).customer
		settings = self.settings.model_copy(update={"guests": "shared_customer", "guest_customer": shared})
		before = self.count("Customer")
		guest = sample_order(unique(), unique(), customer=Customer(email=f"{unique()}@example.com"))
		self.bring_about(guest, settings)
		assert self.count("Customer") == before
		assert self.erp.sales_order(self.document_of(guest)).customer == shared

	def test_a_unit_of_work_that_fails_leaves_nothing(self) -> None:
		order = sample_order(unique(), unique())
		self.erp.ensure_links([self.key(order)])
		before = self.count("Sales Order"), self.count("Customer")
		with raises(Undo), self.erp.transaction([self.key(order)]):
			self._apply_all(order)
			raise Undo
		assert (self.count("Sales Order"), self.count("Customer")) == before
		assert self.seen(order).linked is None
		self.bring_about(order)
		assert self.count("Sales Order") == before[0] + 1

	def _apply_all(self, order: Order) -> None:
		plan = plan_order(order, self.erp.observe(order, self.settings), self.settings)
		assert [command.kind for command in plan.commands] == ["EnsureCustomer", "CreateSalesOrder"]
		for command in plan.commands:
			self.erp.apply(command, order, self.settings)

	def test_a_locked_order_is_busy_for_others_and_no_other_order_is(self) -> None:
		mine, other = sample_order(unique(), unique()), sample_order(unique(), unique())
		keys = [self.key(mine), self.key(other)]
		self.erp.ensure_links(keys)
		with self.erp.transaction(keys[:1]):
			with raises(Busy):
				self.elsewhere(lambda erp, journal: enter(erp, keys[0]))
			self.elsewhere(lambda erp, journal: enter(erp, keys[1]))
		self.elsewhere(lambda erp, journal: enter(erp, keys[0]))

	def test_what_another_worker_committed_is_seen_under_the_lock(self) -> None:
		order = sample_order(unique(), unique())
		self.erp.ensure_links([self.key(order)])
		assert self.seen(order).version is None
		applied = Applied(version=START, digest="d")
		self.elsewhere(lambda erp, journal: self._record_with(erp, order, applied))
		with self.erp.transaction([self.key(order)]):
			assert self.erp.observe(order, self.settings).version == START

	def _record_with(self, erp: Erp, order: Order, applied: Applied) -> None:
		with erp.transaction([self.key(order)]):
			erp.record(order, self.settings, applied)

	def test_a_draft_follows_the_store(self) -> None:
		settings = self.settings.model_copy(update={"submit": False})
		order = sample_order(unique(), unique())
		self.bring_about(order, settings)
		name = self.document_of(order)
		assert self.erp.sales_order(name).docstatus == 0
		changed = later(order, total=Decimal("30.74"), shipping=())
		self.bring_about(changed, settings)
		view = self.erp.sales_order(name)
		assert (view.docstatus, view.grand_total) == (0, Decimal("30.74"))
		assert self.document_of(order) == name

	def test_soft_fields_change_after_submit(self) -> None:
		order = sample_order(unique(), unique())
		self.bring_about(order)
		changed = later(order, status="fulfilled", note="Ring twice", po_number="PO-7")
		assert self.bring_about(changed) == [("Sales Order", self.document_of(order))]
		assert self.seen(order).digest == digest(changed)

	def test_a_submitted_order_follows_the_store_while_nothing_came_of_it(self) -> None:
		order = sample_order(unique(), unique())
		self.bring_about(order)
		name = self.document_of(order)
		changed = later(order, shipping=(), total=Decimal("30.74"))
		assert self.bring_about(changed) == [("Sales Order", name)]
		view = self.erp.sales_order(name)
		assert (view.docstatus, view.grand_total) == (1, Decimal("30.74"))
		assert self.document_of(order) == name
		assert self.bring_about(changed) == []

	def test_a_cancelled_order_is_cancelled_and_stays_so(self) -> None:
		order = sample_order(unique(), unique())
		self.bring_about(order)
		cancelled = later(order, cancelled_at=START)
		self.bring_about(cancelled)
		assert self.erp.sales_order(self.document_of(order)).docstatus == 2
		assert self.seen(order).cancelled_by_sync
		assert self.bring_about(cancelled) == []

	def test_a_cancelled_draft_is_deleted(self) -> None:
		settings = self.settings.model_copy(update={"submit": False})
		order = sample_order(unique(), unique())
		self.bring_about(order, settings)
		before = self.count("Sales Order")
		self.bring_about(later(order, cancelled_at=START), settings)
		assert self.count("Sales Order") == before - 1
		assert self.seen(order).document is None

	def test_what_a_person_cancelled_is_held(self) -> None:
		order = sample_order(unique(), unique())
		self.bring_about(order)
		self.cancel_by_hand(self.document_of(order))
		with raises(Held) as caught:
			self.bring_about(later(order, note="hello"))
		assert getattr(caught[0], "reason", "") == "cancelled_in_erpnext"

	def test_an_amended_document_takes_over(self) -> None:
		order = sample_order(unique(), unique())
		self.bring_about(order)
		first = self.document_of(order)
		self.cancel_by_hand(first)
		amended = self.amend_by_hand(first)
		self.bring_about(order)
		assert self.document_of(order) == amended != first

	def test_an_unlinked_order_is_imported_again(self) -> None:
		order = sample_order(unique(), unique())
		self.bring_about(order)
		first = self.document_of(order)
		self.cancel_by_hand(first)
		with self.erp.transaction([self.key(order)]):
			self.erp.unlink(self.settings.store, order.id)
		self.bring_about(order)
		assert self.document_of(order) not in ("", first)

	def test_an_order_that_the_store_deleted(self) -> None:
		order = sample_order(unique(), unique())
		self.bring_about(order)
		name = self.document_of(order)
		with self.erp.transaction([self.key(order)]):
			assert self.erp.remove_gone(self.settings.store, order.id) == ("Sales Order", name)
		assert self.seen(order).gone
		assert self.erp.sales_order(name).docstatus == 2
		with self.erp.transaction([self.key(order)]):
			assert self.erp.remove_gone(self.settings.store, order.id) is None

	def test_a_restored_order_is_imported_anew_and_a_persons_cancel_still_counts(self) -> None:
		order = sample_order(unique(), unique())
		self.bring_about(order)
		with self.erp.transaction([self.key(order)]):
			self.erp.remove_gone(self.settings.store, order.id)
		self.bring_about(order)
		seen = self.seen(order)
		assert (seen.gone, seen.cancelled_by_sync) == (False, False)
		assert seen.document is not None and seen.document.docstatus == 1
		self.cancel_by_hand(seen.document.name)
		with raises(Held):
			self.bring_about(order)

	def test_a_deleted_draft_leaves_no_name_behind(self) -> None:
		settings = self.settings.model_copy(update={"submit": False})
		order = sample_order(unique(), unique())
		self.bring_about(order, settings)
		self.bring_about(later(order, cancelled_at=order.updated_at), settings)
		assert self.seen(order).linked is None
		self.bring_about(later(later(order)), settings)
		assert self.seen(order).document is not None

	def test_unknown_items_are_created_by_policy_once(self) -> None:
		sku = f"NEW-{unique()}"
		line = Line(
			id="1", title="New", quantity=Decimal(1), subtotal=Decimal(5), sku=sku, product_id=unique()
		)
		order = sample_order(unique(), unique(), lines=(line,), shipping=(), total=Decimal(5))
		assert self.seen(order).items == {}
		settings = self.settings.model_copy(update={"unknown_sku": "create_item"})
		self.bring_about(order, settings)
		assert self.seen(order).items["1"].item_code == sku
		before = self.count("Item")
		again = sample_order(unique(), unique(), lines=(line,), shipping=(), total=Decimal(5))
		self.bring_about(again, settings)
		assert self.count("Item") == before
