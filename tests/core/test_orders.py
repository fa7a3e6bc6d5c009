"""The planner: what becomes of an order, by what the ERP has for it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from ecommerce_sync.core.commands import (
	CancelSalesOrder,
	CreateItems,
	CreateSalesOrder,
	EnsureCustomer,
	ReplaceSalesOrder,
	SalesOrderDraft,
	TakeOver,
	UpdateSalesOrder,
)
from ecommerce_sync.core.digests import changes, digest
from ecommerce_sync.core.drafts import draft_of
from ecommerce_sync.core.erp import ErpOrder, SalesOrderState
from ecommerce_sync.core.errors import Fixable, Held
from ecommerce_sync.core.followups import ChangeSalesOrder
from ecommerce_sync.core.models import Address, Charge, Company, Customer, Order
from ecommerce_sync.core.orders import plan_order

from .worlds import CREATED, erp_for, line, order, settings, tax

D = Decimal
HOME = Address(first_name="Ada", line1="1 Main St", city="London", country_code="GB")


def imported(one: Order, docstatus: int = 1, total: str | None = None, **more: Any) -> ErpOrder:
	"""The ERP after the order was imported as SO-1."""
	state = {
		k: more.pop(k) for k in ("amended_to", "per_billed", "per_delivered", "advance_paid") if k in more
	}
	document = SalesOrderState(
		name="SO-1", docstatus=docstatus, total=D(total) if total else one.total, **state
	)
	given = {"document": document, "linked": "SO-1", "digest": digest(one), "version": one.updated_at}
	return erp_for(one, **{**given, "customer": "CUST-1", **more})


def held(one: Order, erp: ErpOrder, **changes_: Any) -> Held:
	with pytest.raises(Held) as found:
		plan_order(one, erp, settings(**changes_))
	return found.value


def draft(one: Order, **changes_: Any) -> SalesOrderDraft:
	return draft_of(one, erp_for(one), settings(**changes_))


# -- new ---------------------------------------------------------------------------------------------


def test_a_new_order_of_a_new_customer() -> None:
	plan = plan_order(order(), erp_for(order()), settings())
	assert [type(c) for c in plan.commands] == [EnsureCustomer, CreateSalesOrder]


def test_a_new_order_of_a_known_customer() -> None:
	one = order(billing_address=HOME)
	known = {a.key for a in draft(one).customer.addresses}
	plan = plan_order(one, erp_for(one, customer="CUST-1", addresses=known), settings())
	assert [type(c) for c in plan.commands] == [CreateSalesOrder]


def test_a_known_customer_at_a_new_address() -> None:
	one = order(billing_address=HOME)
	plan = plan_order(one, erp_for(one, customer="CUST-1"), settings())
	assert [type(c) for c in plan.commands] == [EnsureCustomer, CreateSalesOrder]


def test_a_known_company_with_a_new_buyer() -> None:
	one = order(company=Company(id="7", name="Acme"), customer=Customer(id="5", email="a@b.co"))
	new = plan_order(one, erp_for(one, customer="CUST-1"), settings()).commands
	known = plan_order(one, erp_for(one, customer="CUST-1", contact_known=True), settings()).commands
	assert [type(c) for c in new] == [EnsureCustomer, CreateSalesOrder]
	assert [type(c) for c in known] == [CreateSalesOrder]


def test_unknown_items_are_created_by_policy_each_once() -> None:
	one = order(lines=(line(), line(id="2"), line(id="3", kind="custom", sku=None)), total="30")
	plan = plan_order(one, ErpOrder(), settings(unknown_sku="create_item", item_group="Goods"))
	(command,) = plan.commands
	assert isinstance(command, CreateItems)
	assert [(i.item_code, i.name, i.item_group, i.variant_id) for i in command.items] == [
		("MUG", "Mug", "Goods", "11")
	]


def test_an_ambiguous_sku_is_no_reason_to_create_an_item() -> None:
	with pytest.raises(Fixable) as found:
		plan_order(order(), ErpOrder(ambiguous={"1": ("A", "B")}), settings(unknown_sku="create_item"))
	assert found.value.reason == "sku_ambiguous"


@pytest.mark.parametrize(
	("changed", "options", "reason"),
	[
		({"cancelled_at": CREATED}, {}, "cancelled_before_import"),
		({"test": True}, {}, "test_order"),
		({"status": "on-hold"}, {"statuses": ("processing",)}, "status_not_imported"),
		({"payment_status": "pending"}, {"import_unpaid": False}, "unpaid"),
		({"payment_status": "authorized"}, {"import_unpaid": False}, "unpaid"),
		({"payment_status": "voided"}, {"import_unpaid": False}, "unpaid"),
		({"lines": (), "total": "0"}, {}, "no_lines"),
		({"lines": (line("0", "0"),), "total": "0"}, {}, "no_lines"),
	],
)
def test_orders_that_nobody_wants(changed: dict[str, Any], options: dict[str, Any], reason: str) -> None:
	plan = plan_order(order(**changed), ErpOrder(), settings(**options))
	assert (plan.commands, plan.skip) == ((), reason)


@pytest.mark.parametrize(
	("changed", "options"),
	[
		({"test": True}, {"import_test": True}),
		({"status": "processing"}, {"statuses": ("processing",)}),
		({"payment_status": "pending"}, {}),
		({"payment_status": "partially_paid"}, {"import_unpaid": False}),
		({"payment_status": "refunded"}, {"import_unpaid": False}),
		({"lines": (), "charges": (Charge(id="1", kind="fee", title="Fee", amount=D(10)),)}, {}),
	],
)
def test_orders_that_are_wanted(changed: dict[str, Any], options: dict[str, Any]) -> None:
	one = order(**changed)
	assert isinstance(plan_order(one, erp_for(one), settings(**options)).commands[-1], CreateSalesOrder)


# -- imported before ---------------------------------------------------------------------------------


def test_the_same_order_again() -> None:
	plan = plan_order(order(), imported(order()), settings())
	assert (plan.commands, plan.skip) == ((), "unchanged")


@pytest.mark.parametrize("docstatus", [0, 1])
def test_a_soft_change(docstatus: int) -> None:
	changed = order(note="Ring twice", po_number="PO 7", status="fulfilled")
	plan = plan_order(changed, imported(order(), docstatus), settings())
	assert plan.commands == (
		UpdateSalesOrder(document="SO-1", po_number="PO 7", note="Ring twice", status="fulfilled"),
	)


MONEY = order(lines=(line("12"),), total="12.00")
MOVED = order(shipping_address=HOME)


@pytest.mark.parametrize("changed", [MONEY, MOVED])
def test_a_changed_draft_is_written_anew(changed: Order) -> None:
	plan = plan_order(changed, imported(order(), 0), settings(submit=False))
	replaced = plan.commands[-1]
	assert isinstance(replaced, ReplaceSalesOrder)
	assert (replaced.document, replaced.draft.total) == ("SO-1", changed.total)


def test_a_draft_whose_order_became_empty_is_cancelled() -> None:
	empty = order(lines=(line("0", "0"),), total="0")
	plan = plan_order(empty, imported(order(), 0), settings())
	assert plan.commands == (CancelSalesOrder(document="SO-1"),)


@pytest.mark.parametrize("changed", [MONEY, MOVED])
def test_a_submitted_order_of_which_nothing_is_delivered_or_billed_follows_the_store(changed: Order) -> None:
	change = plan_order(changed, imported(order()), settings()).commands[-1]
	assert isinstance(change, ChangeSalesOrder)
	assert (change.document, change.draft.total) == ("SO-1", changed.total)


def test_a_submitted_order_that_a_person_edited_is_held() -> None:
	error = held(MONEY, imported(order(), total="9.00"))
	assert error.reason == "edited_in_erpnext"


def test_a_draft_that_a_person_edited_is_held() -> None:
	error = held(MONEY, imported(order(), 0, total="9.00"))
	assert error.reason == "edited_in_erpnext"
	assert error.params == {"document": "SO-1", "applied": "10", "ours": "9.00", "theirs": "12.00"}


@pytest.mark.parametrize("docstatus", [0, 1])
def test_a_change_that_a_person_made_in_erpnext_too(docstatus: int) -> None:
	followed = imported(order(), docstatus, total="12.00")
	assert plan_order(MONEY, followed, settings()).skip == "unchanged"
	noted = MONEY.model_copy(update={"note": "Ring twice"})
	assert [type(c) for c in plan_order(noted, followed, settings()).commands] == [UpdateSalesOrder]


def test_cancelled_in_the_store() -> None:
	for docstatus in (0, 1):
		plan = plan_order(order(cancelled_at=CREATED), imported(order(), docstatus), settings())
		assert plan.commands == (CancelSalesOrder(document="SO-1"),)


@pytest.mark.parametrize(
	("progress", "words"),
	[("per_delivered", "delivered"), ("per_billed", "billed")],
)
def test_cancelled_in_the_store_after_something_followed(progress: str, words: str) -> None:
	error = held(order(cancelled_at=CREATED), imported(order(), **{progress: D("0.5")}))
	assert error.reason == "cancelled_after_progress"
	assert words in error.params["progress"]


def test_cancelled_in_erpnext() -> None:
	assert held(order(), imported(order(), 2)).reason == "cancelled_in_erpnext"
	assert held(order(), erp_for(order(), linked="SO-1")).params == {"document": "SO-1"}  # deleted


def test_cancelled_in_erpnext_and_then_in_the_store() -> None:
	plan = plan_order(order(cancelled_at=CREATED), imported(order(), 2), settings())
	assert (plan.commands, plan.skip) == ((), "unchanged")


def test_cancelled_by_the_sync_stays_so() -> None:
	gone = imported(order(), 2, cancelled_by_sync=True)
	plan = plan_order(order(cancelled_at=CREATED), gone, settings())
	assert (plan.commands, plan.skip) == ((), "unchanged")


def test_an_amendment_of_what_the_sync_cancelled_is_left_to_its_author() -> None:
	gone = imported(order(), 2, cancelled_by_sync=True, amended_to="SO-1-1")
	assert plan_order(order(cancelled_at=CREATED), gone, settings()).skip == "unchanged"


def test_a_reinstated_order_is_imported_anew() -> None:
	gone = imported(order(), 2, cancelled_by_sync=True)
	assert [type(c) for c in plan_order(order(), gone, settings()).commands] == [CreateSalesOrder]


@pytest.mark.parametrize("by_sync", [False, True])
def test_an_amended_document_takes_over(by_sync: bool) -> None:
	amended = imported(order(), 2, amended_to="SO-1-1", cancelled_by_sync=by_sync)
	plan = plan_order(order(), amended, settings())
	assert plan.commands == (TakeOver(document="SO-1", amended="SO-1-1"),)


def test_policies_are_for_new_orders_only() -> None:
	plan = plan_order(order(test=True, status="x"), imported(order(status="x")), settings(statuses=("y",)))
	assert plan.skip == "unchanged"


# -- the print of an order ---------------------------------------------------------------------------


def test_a_digest_sees_what_matters_and_nothing_else() -> None:
	base = digest(order())
	assert changes(base, digest(order(total="10"))) == []  # how a number is written
	assert changes(base, digest(order(tags=("a",), raw={"x": 1}, updated_at=CREATED + timedelta(1)))) == []
	assert changes(base, digest(order(currency="EUR"))) == ["m"]
	taxed, other = (digest(order(lines=(line(taxes=(tax(amount),)),))) for amount in ("2.00", "2.01"))
	assert changes(base, taxed) == changes(taxed, other) == ["m"]
	assert changes(base, digest(order(lines=(line(quantity="2"),)))) == ["m"]
	assert changes(base, digest(order(billing_address=HOME, note="x"))) == ["a", "s"]
	assert changes(None, base) == ["m", "a", "s"]
