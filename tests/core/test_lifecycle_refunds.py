"""Credit notes, returns and lowered orders by example, on the embedded ERP."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ecommerce_sync.core.errors import Held
from ecommerce_sync.core.followups import ChangeSalesOrder, CloseSalesOrder, CreateCreditNote, CreateInvoice
from ecommerce_sync.core.life import LineQuantity, Return
from ecommerce_sync.core.lifecycle import absorbable, reduced
from ecommerce_sync.core.models import Shipping

from .lives import CREATED, credited, notes_of, of_line, of_shipping, placed, refund, refunded, shipped, sold
from .worlds import line, rows_of, settings, tax

D = Decimal
MUG = line("30.00", "3", taxes=(tax("6.00"),))
TEE = line("20.00", "2", id="2", sku="TEE", variant_id="TEE", taxes=(tax("4.00"),))
POST = Shipping(id="1", title="Post", price=D("5.00"), taxes=(tax("1.00"),))
ORDER = placed((MUG, TEE), shipping=(POST,))


class TestCreditNotes:
	def test_goods_with_their_taxes(self) -> None:
		with sold() as books:
			told = shipped(ORDER)
			books.tell(told)
			seen = books.tell(refunded(told, refund("1", of_line(MUG, 2))))
		[note] = notes_of(seen)
		assert note.total == D("-24.00") and [row.quantity for row in note.rows] == [-2]
		assert [(c.kind, c.amount, c.shares) for c in note.charges if c.amount] == [
			("tax", D("-4.00"), {"1": D("-4.00")})
		]

	def test_shipping_alone(self) -> None:
		with sold() as books:
			told = shipped(ORDER)
			books.tell(told)
			seen = books.tell(refunded(told, refund("1", parts=(of_shipping(POST),))))
		[note] = notes_of(seen)
		assert {c.kind: c.amount for c in note.charges if c.amount} == {"shipping": D(-5), "tax": D(-1)}

	def test_an_amount_stands_without_pieces(self) -> None:
		with sold() as books:
			told = shipped(ORDER)
			books.tell(told)
			seen = books.tell(refunded(told, refund("1", adjustment=D("2.50"))))
		[note] = notes_of(seen)
		assert [(row.quantity, row.amount) for row in note.rows] == [(0, D("-2.50"))]

	def test_of_two_invoices_each_bears_its_pieces(self) -> None:
		with sold(invoice="on_shipment") as books:
			told = shipped(shipped(ORDER, {"1": D(2)}), {"1": D(1), "2": D(2)})
			books.tell(told)
			seen = books.tell(refunded(told, refund("1", of_line(MUG, 3))))
		notes = notes_of(seen, "1")
		assert sorted(-row.quantity for note in notes for row in note.rows) == [1, 2]
		assert credited(seen) == D("36.00") and len({note.return_against for note in notes}) == 2

	def test_less_than_the_goods_are_worth(self) -> None:
		with sold() as books:
			told = shipped(ORDER)
			books.tell(told)
			seen = books.tell(refunded(told, refund("1", of_line(MUG, 3), adjustment=D("-6.00"))))
		[note] = notes_of(seen)
		assert note.total == D("-30.00") and sum(row.quantity for row in note.rows) == -3
		assert -sum(c.amount for c in note.charges) == D("6.00")  # the tax is the refund's

	def test_more_is_kept_than_the_goods_are_worth(self) -> None:
		with sold() as books:
			told = shipped(ORDER)
			books.tell(told)
			wrong = refund("1", of_line(MUG, 1), parts=(of_shipping(POST),), adjustment=D("-12.50"))
			with pytest.raises(Held) as held:
				books.tell(refunded(told, wrong))
		assert (held.value.reason, held.value.params["refund"]) == ("credit_mismatch", "1")

	def test_shipping_that_the_order_never_had(self) -> None:
		with sold() as books:
			told = shipped(placed((MUG,)))
			books.tell(told)
			with pytest.raises(Held) as held:
				books.tell(refunded(told, refund("1", parts=(of_shipping(POST),))))
		assert held.value.reason == "credit_mismatch"

	def test_an_open_invoice_is_credited_against_itself(self) -> None:
		with sold(invoice="on_shipment") as books:
			told = shipped(placed((MUG, TEE), payment_status="pending"))
			books.tell(told)
			seen = books.tell(refunded(told, refund("1", of_line(TEE, 1)), pay=False))
		[invoice] = [each for each in seen.invoices if not each.is_return]
		assert (invoice.outstanding, notes_of(seen)[0].outstanding) == (D("48.00"), 0)

	def test_nothing_is_credited_where_nothing_is_billed(self) -> None:
		with sold(invoice="never") as books:
			told = shipped(ORDER)
			books.tell(told)
			books.tell(refunded(told, refund("1", of_line(MUG, 2))))
		assert not [each for each in books.applied if isinstance(each, CreateCreditNote)]

	def test_all_notes_of_a_refund_are_one_step(self) -> None:
		with sold(invoice="on_shipment") as books:
			told = shipped(shipped(ORDER, {"1": D(1)}), {"1": D(2), "2": D(2)})
			books.tell(told)
			books.tell(
				refunded(told, refund("1", of_line(MUG, 3), of_line(TEE, 2), parts=(of_shipping(POST),)))
			)
		places = [n for n, each in enumerate(books.applied) if isinstance(each, CreateCreditNote)]
		assert len(places) == 2 and places[1] == places[0] + 1


class TestWhatIsNeverShipped:
	def test_billed_pieces_are_credited_and_leave_the_order(self) -> None:
		with sold() as books:
			books.tell(ORDER)
			seen = books.tell(refunded(ORDER, refund("1", of_line(MUG, 1, "cancel"))))
		assert seen.document is not None and seen.document.total == ORDER.total - D("12.00")
		assert credited(seen) == D("12.00")

	def test_what_is_kept_of_them_is_a_fee(self) -> None:
		with sold() as books:
			books.tell(ORDER)
			told = refunded(ORDER, refund("1", of_line(TEE, 2, "cancel"), adjustment=D("-4.00")))
			seen = books.tell(told)
		[note] = notes_of(seen)
		assert [(c.account, c.amount) for c in note.charges if c.kind == "fee"] == [("Fees", D("4.00"))]
		assert note.total == D("-20.00")
		assert seen.document is not None and {row.line_id for row in seen.document.rows} == {"1"}

	def test_a_minor_unit_that_the_store_rounded_away_is_no_obstacle(self) -> None:
		off = of_line(TEE, 2, "cancel", amount=D("19.99"))
		with sold() as books:
			books.tell(ORDER)
			seen = books.tell(refunded(ORDER, refund("1", off)))
		assert credited(seen) == D("23.99")
		assert seen.document is not None and {row.line_id for row in seen.document.rows} == {"1"}

	def test_an_amount_after_a_line_has_left_stands_on_another(self) -> None:
		with sold() as books:
			books.tell(ORDER)
			told = refunded(ORDER, refund("1", of_line(MUG, 3, "cancel")))
			books.tell(told)
			seen = books.tell(refunded(told, refund("2", adjustment=D("1.00"))))
		[row] = notes_of(seen, "2")[0].rows
		assert (row.line_id, row.amount) == ("2", D("-1.00"))

	def test_a_line_that_left_does_not_join_again(self) -> None:
		with sold() as books:
			books.tell(ORDER)
			told = refunded(ORDER, refund("1", of_line(TEE, 2, "cancel")))
			books.tell(told)
			books.tell(refunded(told, refund("2", of_line(MUG, 1, "cancel"))))
		last = [each for each in books.applied if isinstance(each, ChangeSalesOrder)][-1]
		assert [(row.line_id, row.quantity) for row in last.draft.rows] == [("1", 2)]

	def test_nothing_left_closes_the_order(self) -> None:
		both = placed((MUG, TEE))
		with sold() as books:
			books.tell(both)
			seen = books.tell(
				refunded(both, refund("1", of_line(MUG, 3, "cancel"), of_line(TEE, 2, "cancel")))
			)
		assert any(isinstance(each, CloseSalesOrder) for each in books.applied)
		assert sum(each.total for each in seen.invoices) == 0


class TestReduced:
	def test_a_refund_of_goods(self) -> None:
		told = refunded(ORDER, refund("1", of_line(MUG, 3, "cancel")))
		left = reduced(told, told.refunds)
		assert [each.quantity for each in left.lines] == [0, 2]
		assert (left.total, left.refunds) == (D("30.00"), ())

	def test_an_amount_lowers_prices_by_what_lines_cost(self) -> None:
		told = refunded(ORDER, refund("1", adjustment=D("5.00")))
		left = reduced(told, told.refunds)
		assert [each.total for each in left.lines] == [D("27.00"), D("18.00")]

	def test_what_is_kept_of_everything_is_a_fee(self) -> None:
		told = refunded(ORDER, refund("1", of_line(MUG, 3), of_line(TEE, 2), adjustment=D("-9.00")))
		left = reduced(told, told.refunds)
		assert [(each.kind, each.amount) for each in left.charges] == [("fee", D("9.00"))]
		assert left.total == D("15.00")

	def test_more_than_the_lines_cost(self) -> None:
		told = refunded(ORDER, refund("1", adjustment=D("52.00")))
		left = reduced(told, told.refunds)
		charges = sum(charge.amount for charge in rows_of(left).charges)
		assert left.total == D("14.00")
		assert sum(row.rate * row.quantity for row in rows_of(left).rows) + charges == D("14.00")

	def test_more_is_given_back_for_some_pieces_than_the_whole_line_cost(self) -> None:
		told = refunded(ORDER, refund("1", of_line(MUG, 2, amount=D("33.00"))))
		left = reduced(told, told.refunds)
		assert [(each.quantity, each.total >= 0) for each in left.lines] == [(1, True), (2, True)]
		assert left.total == ORDER.total - D("37.00")

	def test_nothing_to_take_off_is_the_same_order(self) -> None:
		assert reduced(ORDER, ()) is ORDER


class TestAbsorbable:
	def test_goods_that_went_out_are_not(self) -> None:
		out = refund("1", of_line(MUG, 2, "return"))
		kept = refund("2", of_line(TEE, 1, "cancel"))
		told = refunded(shipped(ORDER, {"1": D(2)}), out, kept, pay=False)
		assert [each.id for each in absorbable(told, settings(deliveries_in="submit"))] == ["2"]

	def test_where_the_stores_shipments_do_not_count_all_are(self) -> None:
		told = refunded(shipped(ORDER), refund("1", of_line(MUG, 2, "return")), pay=False)
		assert absorbable(told, settings(deliveries_in="no")) == told.refunds

	def test_money_alone_is(self) -> None:
		told = refunded(shipped(ORDER), refund("1", adjustment=D(1)), pay=False)
		assert absorbable(told, settings(deliveries_in="submit")) == told.refunds


class TestReturns:
	def test_announced_goods_wait_as_a_draft(self) -> None:
		lines = (LineQuantity(line_id="1", quantity=D(2)),)
		said = Return(id="7", status="open", lines=lines, created_at=CREATED)
		with sold() as books:
			told = shipped(ORDER)
			books.tell(told)
			announced = told.model_copy(update={"returns": (said,)})
			seen = books.tell(announced)
			assert [(e.docstatus, e.return_id) for e in seen.deliveries if e.is_return] == [(0, "7")]
			arrived = refund("1", of_line(MUG, 2), return_id="7")
			seen = books.tell(refunded(announced, arrived))
		assert [(e.docstatus, e.refund_id) for e in seen.deliveries if e.is_return] == [(1, "1")]

	def test_each_delivery_takes_back_its_own(self) -> None:
		with sold() as books:
			told = shipped(shipped(ORDER, {"1": D(1)}), {"1": D(2)})
			books.tell(told)
			seen = books.tell(refunded(told, refund("1", of_line(MUG, 3))))
		back = [each for each in seen.deliveries if each.is_return]
		assert sorted(-row.quantity for each in back for row in each.rows) == [1, 2]
		assert len({each.return_against for each in back}) == 2


def test_an_order_is_billed_once() -> None:
	with sold() as books:
		books.tell(ORDER)
		books.tell(shipped(ORDER))
	assert len([each for each in books.applied if isinstance(each, CreateInvoice)]) == 1
