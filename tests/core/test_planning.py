"""What holds for every run of plans: they come to an end, repeat nothing, and do not mind the order of arrival."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from ecommerce_sync.core.models import Address, Company, Customer, Order

from .books import Books, Document
from .worlds import CREATED, Balanced, balanced, line, order, settings

_PLACES = (None, Address(line1="1 Main St", city="London"), Address(line1="Hafen 2", city="Kiel"))


def books(**changes: Any) -> Books:
	return Books(settings(unknown_sku="create_item", **changes))


@given(balanced(), st.booleans(), st.booleans())
@profile(max_examples=50, deadline=None)
def test_what_was_applied_is_not_planned_again(case: Balanced, submit: bool, company: bool) -> None:
	one = case.order.model_copy(
		update={
			"billing_address": _PLACES[1],
			"customer": Customer(id="5", email="a@b.co"),
			"company": Company(id="7", name="Acme") if company else None,
		}
	)
	ledger = books(submit=submit, site_digits=case.site_digits)
	outcome = ledger.receive(one)
	assert outcome in ("CreateSalesOrder", "no_lines")
	again = ledger.plan(one)
	assert (again.commands, again.skip) == ((), "unchanged" if ledger.live else "no_lines")
	assert [document.total for document in ledger.live] == ([one.total] if ledger.live else [])


def version(number: int, **changes: Any) -> Order:
	return order(updated_at=CREATED + timedelta(minutes=number), **changes)


soft = st.fixed_dictionaries(
	{
		"note": st.sampled_from([None, "Ring twice", "🎁"]),
		"po_number": st.sampled_from([None, "PO 7"]),
		"status": st.sampled_from(["paid", "fulfilled"]),
		"cancelled_at": st.sampled_from([None, None, CREATED]),
	}
)
hard = st.fixed_dictionaries(
	{
		"prices": st.lists(st.integers(0, 30), min_size=0, max_size=3),
		"shipping_address": st.sampled_from(_PLACES),
	}
)


def with_prices(prices: list[int], **changes: Any) -> dict[str, Any]:
	lines = tuple(line(str(price), id=str(n), sku=f"S{n}") for n, price in enumerate(prices))
	return {**changes, "lines": lines, "total": Decimal(sum(prices))}


def endings(versions: list[Order], **options: Any) -> list[list[Document]]:
	"""The live documents after every order of arrival."""
	found = []
	for arrival in permutations(versions):
		ledger = books(**options)
		for one in arrival:
			ledger.receive(one)
		assert len(ledger.live) <= 1
		found.append(ledger.live)
	return found


@given(st.lists(soft, min_size=2, max_size=4))
@profile(max_examples=25, deadline=None)
def test_a_submitted_order_ends_the_same_however_its_messages_arrive(changes: list[dict[str, Any]]) -> None:
	versions = [version(number, **change) for number, change in enumerate(changes)]
	found = endings(versions)
	assert all(one == found[0] for one in found)
	assert bool(found[0]) == versions[-1].live


@given(st.lists(st.tuples(soft, hard), min_size=2, max_size=3))
@profile(max_examples=30, deadline=None)
def test_a_draft_follows_the_store_however_its_messages_arrive(changes: list[Any]) -> None:
	versions = [
		version(number, **with_prices(**hard_), **soft_) for number, (soft_, hard_) in enumerate(changes)
	]
	found = endings(versions, submit=False)
	assert all(one == found[0] for one in found)
	newest = versions[-1]
	wanted = newest.live and bool(newest.lines)
	assert [(d.total, d.note, d.po_number, d.status) for d in found[0]] == (
		[(newest.total, newest.note, newest.po_number, newest.status)] if wanted else []
	)


def test_an_amendment_is_followed_and_then_left_alone() -> None:
	ledger = books()
	ledger.receive(order())
	(name,) = ledger.documents
	ledger.documents[f"{name}-1"] = Document(
		**{**vars(ledger.documents[name]), "total": Decimal(7), "docstatus": 1}
	)
	ledger.documents[name].docstatus, ledger.documents[name].amended_to = 2, f"{name}-1"
	assert ledger.receive(version(1)) == "unchanged"
	assert ledger.linked == f"{name}-1"
	assert [document.total for document in ledger.live] == [Decimal(7)]


def test_cancelled_and_reinstated_and_cancelled() -> None:
	ledger = books()
	told = [ledger.receive(version(n, cancelled_at=CREATED if n % 2 else None)) for n in range(4)]
	assert told == ["CreateSalesOrder", "CancelSalesOrder", "CreateSalesOrder", "CancelSalesOrder"]
	assert ledger.receive(version(5, cancelled_at=CREATED, note="Sorry")) == "unchanged"
	assert [document.docstatus for document in ledger.documents.values()] == [2, 2]
