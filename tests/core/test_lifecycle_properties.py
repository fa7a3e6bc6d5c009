"""Random orders with random refunds: what credit notes and lowered orders come to, to the last minor unit."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ecommerce_sync.core.erp import ErpOrder
from ecommerce_sync.core.lifecycle import reduced
from ecommerce_sync.core.lifecycle.view import pieces_of
from ecommerce_sync.core.money import total

from .lives import Lived, Sold, credited, lived, notes_of, refunded, shipped, sold
from .worlds import erpnext_total, rows_of

ZERO = Decimal(0)
CAME_BACK = ("return", "no_restock", "unknown")
ANY = ("cancel", "return", "no_restock", "unknown", "unknown_kept")


def _through(books: Sold, life: Lived, at_once: bool, sent: bool) -> ErpOrder:
	told = shipped(life.before) if sent else life.before
	seen = books.tell(told)
	if at_once:
		return books.tell(refunded(told, *life.refunds))
	for each in life.refunds:
		told = refunded(told, each)
		seen = books.tell(told)
	return seen


def _nothing_is_credited_twice(seen: ErpOrder) -> None:
	billed = {r.name: r.quantity for e in seen.invoices if not e.is_return for r in e.rows}
	for note in notes_of(seen):
		for row in note.rows:
			if row.source_row and row.quantity:
				billed[row.source_row] += row.quantity
	assert all(n >= 0 for n in billed.values())


@given(lived(CAME_BACK), st.sampled_from(["on_payment", "on_shipment"]), st.booleans())
@settings(max_examples=60)
def test_refunds_of_what_was_shipped_and_billed(life: Lived, policy: str, at_once: bool) -> None:
	with sold(invoice=policy) as books:
		seen = _through(books, life, at_once, sent=True)
	for each in life.refunds:
		assert credited(seen, each.id) == each.credited(life.before.taxes_included)
	assert total(each.total for each in seen.invoices) == life.before.total - life.credited
	_nothing_is_credited_twice(seen)
	back = pieces_of(row for e in seen.deliveries if e.is_return for row in e.rows)
	wanted = {each.id: ZERO for each in life.before.lines}
	for part in (part for each in life.refunds for part in each.lines):
		wanted[part.line_id] += part.quantity if part.restock != "no_restock" else ZERO
	assert {line: -n for line, n in back.items() if n} == {line: n for line, n in wanted.items() if n}


@given(lived(ANY), st.booleans())
@settings(max_examples=60)
def test_refunds_of_what_is_not_billed_lower_the_order(life: Lived, at_once: bool) -> None:
	with sold(invoice="never") as books:
		seen = _through(books, life, at_once, sent=False)
	document = seen.document
	if document and document.docstatus == 1:
		assert document.total == life.before.total - life.credited
	else:
		assert life.before.total == life.credited
	assert not seen.invoices and not seen.deliveries


@given(lived(ANY), st.booleans())
@settings(max_examples=60)
def test_refunds_of_what_is_billed_but_not_shipped(life: Lived, at_once: bool) -> None:
	with sold(invoice="on_payment") as books:
		seen = _through(books, life, at_once, sent=False)
	for each in life.refunds:
		assert credited(seen, each.id) == each.credited(life.before.taxes_included)
	_nothing_is_credited_twice(seen)
	paid = total(each.amount for each in seen.payments)
	assert paid == life.before.total - life.credited == total(each.total for each in seen.invoices)


@given(lived(ANY), st.data())
def test_a_reduced_order_balances(life: Lived, data: st.DataObject) -> None:
	some = [each for each in life.refunds if data.draw(st.booleans())]
	chosen = {each.id for each in some}
	told = refunded(life.before, *life.refunds)
	left = reduced(told, [each for each in told.refunds if each.id in chosen])
	off = total(each.credited(life.before.taxes_included) for each in some)
	assert left.total == life.before.total - off
	assert {each.id for each in left.refunds} == {each.id for each in life.refunds} - chosen
	assert all(each.quantity >= 0 and each.total >= 0 for each in left.lines)
	assert erpnext_total(rows_of(left, site_digits=3), 3) == left.total
