"""What wc/v3 says of an order after its checkout: refunds, money, shipments, customers."""

from __future__ import annotations

import copy
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest

from ecommerce_sync.core.errors import PayloadRefused
from ecommerce_sync.core.life import Refund
from ecommerce_sync.core.models import Order
from ecommerce_sync.storefronts.woocommerce.parse import parse_order

from .woocommerce_world import recorded

D = Decimal
SUMMARY = recorded("store.webhook.order.updated.refund.json")  # 68.10, cash on delivery, not paid
DETAILS = recorded("store.rest.refunds_of_order.json")
MUG, SHIRT, WRAP = "6", "7", "8"
PAID = {"payment_method": "stripe", "date_paid_gmt": "2026-11-22T02:14:25", "transaction_id": "ch_1"}


def order_with(*refunds: dict[str, Any], **changes: Any) -> dict[str, Any]:
	"""The recorded order with these refunds in whole."""
	return {**copy.deepcopy(SUMMARY), "refunds": list(refunds), **changes}


def refund_of(
	refund_id: int, amount: str, lines: dict[str, tuple[int, str, str]] | None = None, **changes: Any
) -> dict[str, Any]:
	"""A refund; `lines` are pieces, net amount and tax by line id."""
	rows = [_row(line_id, *values) for line_id, values in (lines or {}).items()]
	made = {"id": refund_id, "amount": amount, "date_created_gmt": "2026-11-22T02:20:00", "reason": ""}
	return {**made, "line_items": rows, "refunded_payment": False, **changes}


def _row(item: str, pieces: int, net: str, tax: str) -> dict[str, Any]:
	return {
		"id": 900,
		"quantity": -pieces,
		"total": f"-{net}",
		"total_tax": f"-{tax}",
		"taxes": [{"id": 1, "total": f"-{tax}"}],
		"meta_data": [{"key": "_refunded_item_id", "value": item}],
	}


def restocked(payload: dict[str, Any], **pieces: int) -> dict[str, Any]:
	"""The order whose lines tell how many pieces went back on the shelf."""
	for row in payload["line_items"]:
		back = pieces.get(f"line_{row['id']}", 0)
		row["meta_data"] = [{"key": "_restock_refunded_items", "value": str(back)}] if back else []
	return payload


def credited(order: Order) -> Decimal:
	return sum((refund.credited(order.taxes_included) for refund in order.refunds), D(0))


def only(order: Order) -> Refund:
	(refund,) = order.refunds
	return refund


class TestRefunds:
	def test_recorded_refund(self) -> None:
		refund = only(parse_order({**SUMMARY, "refunds": DETAILS}))
		(line,) = refund.lines
		assert (line.line_id, line.quantity, line.amount, line.restock) == (MUG, 1, D("11.25"), "unknown")
		assert [(tax.title, tax.amount, tax.rate) for tax in line.taxes] == [("VAT", D("2.25"), D("0.2"))]
		assert (refund.id, refund.note, refund.adjustment) == ("32", "one broken", 0)
		assert refund.credited(False) == D("13.50")
		assert refund.created_at == datetime(2026, 11, 22, 2, 14, 26, tzinfo=timezone.utc)

	def test_sum_alone_is_an_adjustment(self) -> None:
		refund = only(parse_order(SUMMARY))
		assert (refund.id, refund.lines, refund.adjustment) == ("32", (), D("13.50"))
		assert (
			only(parse_order({**SUMMARY, "refunds": recorded("store.rest.refunds_of_order.json")})) != refund
		)

	def test_order_stays_as_ordered(self) -> None:
		order = parse_order({**SUMMARY, "refunds": DETAILS})
		assert order.total == D("68.10") and [line.quantity for line in order.lines] == [3, 1, 1]

	def test_documented_refunds_without_tax_lines_and_without_lines(self) -> None:
		first = refund_of(724, "9.00", {WRAP: (1, "9.00", "0.00")}, refunded_payment=None)
		first["line_items"][0]["taxes"] = []
		order = parse_order(order_with({**refund_of(726, "10.00"), "meta_data": []}, first))
		assert [(refund.id, refund.credited(False)) for refund in order.refunds] == [("724", 9), ("726", 10)]
		assert order.refunds[1].adjustment == 10 and not order.refunds[0].adjustment

	def test_shipping_and_fees(self) -> None:
		fee = {
			"id": 12,
			"name": "Wrapping",
			"total": "2.00",
			"total_tax": "0.40",
			"taxes": [{"id": 1, "total": "0.40"}],
		}
		payload = order_with(
			refund_of(
				40,
				"5.40",
				shipping_lines=[{**_row("9", 0, "2.50", "0.50"), "method_id": "flat_rate"}],
				fee_lines=[_row("12", 0, "2.00", "0.40")],
			),
			fee_lines=[fee],
			total="70.50",
		)
		refund = only(parse_order(payload))
		assert [(part.part_id, part.amount) for part in refund.parts] == [
			("shipping:9", D("2.50")),
			("charge:12", 2),
		]
		assert refund.adjustment == 0 and refund.credited(False) == D("5.40")

	@pytest.mark.parametrize(
		("amount", "adjustment"), [("20.00", "6.50"), ("10.00", "-3.50"), ("13.50", "0")]
	)
	def test_what_rows_do_not_explain(self, amount: str, adjustment: str) -> None:
		refund = only(parse_order(order_with(refund_of(40, amount, {MUG: (1, "11.25", "2.25")}))))
		assert (refund.adjustment, refund.credited(False)) == (D(adjustment), D(amount))

	def test_amount_of_a_line_without_pieces(self) -> None:
		refund = only(parse_order(order_with(refund_of(40, "3.00", {SHIRT: (0, "2.50", "0.50")}))))
		assert [(line.line_id, line.quantity, line.amount) for line in refund.lines] == [(SHIRT, 0, D("2.5"))]

	def test_rows_of_lines_that_are_gone_and_without_a_name(self) -> None:
		unnamed = {**_row(MUG, 1, "11.25", "2.25"), "meta_data": [], "product_id": 13, "variation_id": 0}
		gone = {**_row("4711", 1, "1.00", "0.20")}
		refund = only(parse_order(order_with(refund_of(40, "14.70", line_items=[unnamed, gone]))))
		assert [(line.line_id, line.amount) for line in refund.lines] == [(MUG, D("11.25"))]
		assert refund.adjustment == D("1.20") and refund.credited(False) == D("14.70")

	def test_status_set_to_refunded_names_all_that_was_left(self) -> None:
		first = refund_of(40, "13.50", {MUG: (1, "11.25", "2.25")})
		second = refund_of(41, "2.00")
		payload = order_with(
			first, second, refund_of(42, "52.60", reason="Order fully refunded."), status="refunded"
		)
		last = parse_order(payload).refunds[-1]
		assert {line.line_id: line.quantity for line in last.lines} == {MUG: 2, SHIRT: 1, WRAP: 1}
		assert [part.part_id for part in last.parts] == ["shipping:9"]
		assert last.adjustment == -2 and last.credited(False) == D("52.60")
		assert {line.restock for line in last.lines} <= {"unknown", "unknown_kept"}

	def test_amounts_that_leave_something_name_nothing(self) -> None:
		refund = only(parse_order(order_with(refund_of(40, "68.09"))))
		assert not refund.lines and refund.adjustment == D("68.09")

	def test_restocked_pieces_oldest_first(self) -> None:
		two, one = (
			refund_of(40, "27.00", {MUG: (2, "22.50", "4.50")}),
			refund_of(41, "13.50", {MUG: (1, "11.25", "2.25")}),
		)
		for back, expected in (
			(0, ["unknown"] * 2),  # the product may not be counted
			(1, ["unknown_kept", "unknown"]),
			(2, ["unknown", "unknown_kept"]),
			(3, ["unknown"] * 2),
		):
			order = parse_order(restocked(order_with(two, one), line_6=back))
			assert [refund.lines[0].restock for refund in order.refunds] == expected

	def test_lists_as_php_writes_them(self) -> None:
		refunds = {
			"1": refund_of(40, "13.50", {MUG: (1, "11.25", "2.25")}),
			"2": refund_of(41, "1.00", line_items=None),
		}
		order = parse_order({**SUMMARY, "refunds": refunds})
		assert credited(order) == D("14.50")
		nothing = parse_order({**SUMMARY, "refunds": ""})
		assert nothing.refunds == () and nothing.payment_status == "pending"

	def test_junk_is_refused_with_its_path(self) -> None:
		with pytest.raises(PayloadRefused) as caught:
			parse_order(order_with(refund_of(40, "x")))
		assert caught.value.path == "refunds[0].amount"


class TestMoney:
	def test_unpaid_order_pays_nothing_back(self) -> None:
		order = parse_order({**SUMMARY, "refunds": DETAILS})
		(waiting,) = order.payments or ()
		assert (waiting.id, waiting.gateway, waiting.status, waiting.amount) == (
			"30-payment",
			"cod",
			"pending",
			D("54.60"),
		)
		assert only(order).payment_ids == ()

	def test_paid_order_pays_back(self) -> None:
		payload = order_with(refund_of(40, "13.50", {MUG: (1, "11.25", "2.25")}), **PAID)
		sale, back = parse_order(payload).payments or ()
		assert (sale.kind, sale.moved, sale.reference) == ("sale", D("68.10"), "ch_1")
		assert (back.id, back.kind, back.moved, back.parent_id) == (
			"refund-40",
			"refund",
			D("-13.50"),
			sale.id,
		)
		assert only(parse_order(payload)).payment_ids == ("refund-40",)

	def test_what_was_credited_before_the_payment_was_never_paid(self) -> None:
		early = refund_of(40, "13.50", date_created_gmt="2026-11-22T02:14:20")
		late = refund_of(41, "1.00", date_created_gmt="2026-11-23T02:14:20")
		order = parse_order(order_with(early, late, status="completed", date_paid_gmt="2026-11-22T09:00:00"))
		assert [(payment.kind, payment.moved) for payment in order.payments or ()] == [
			("sale", D("54.60")),
			("refund", -1),
		]
		assert [refund.payment_ids for refund in order.refunds] == [(), ("refund-41",)]

	def test_refund_by_the_gateway_has_its_reference(self) -> None:
		meta = [{"key": "_wcpay_refund_id", "value": "re_7"}]
		order = parse_order(order_with(refund_of(40, "1.00", refunded_payment=True, meta_data=meta), **PAID))
		assert [payment.reference for payment in order.payments or ()] == ["ch_1", "re_7"]

	@pytest.mark.parametrize(
		("meta", "fee"),
		[
			({"_stripe_fee": "1.25", "_stripe_currency": "EUR"}, "1.25"),
			({"_stripe_fee": "1.25", "_stripe_currency": "USD"}, "0"),
			({"Stripe Fee": "1.25"}, "1.25"),
			({"_wcpay_transaction_fee": "1.75", "_wcpay_intent_currency": "eur"}, "1.75"),
			({"_paypal_transaction_fee": 0.99}, "0.99"),
			({"_ppcp_paypal_fees": {"paypal_fee": {"currency_code": "EUR", "value": "2.94"}}}, "2.94"),
			({"_ppcp_paypal_fees": {"paypal_fee": {"currency_code": "USD", "value": "2.94"}}}, "0"),
			({"_ppcp_paypal_fees": ["paypal_fee"], "_stripe_fee": "many"}, "0"),
			({"_stripe_fee": "100.00"}, "0"),
		],
	)
	def test_fee_of_the_gateway(self, meta: dict[str, Any], fee: str) -> None:
		entries = [{"key": key, "value": value} for key, value in meta.items()]
		(sale,) = parse_order(order_with(**PAID, meta_data=entries)).payments or ()
		assert (sale.fee, sale.amount) == (D(fee), D("68.10"))
