"""Rows and charges of an order, by example."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ecommerce_sync.core.errors import Fixable, Held
from ecommerce_sync.core.models import Attribute, Charge, Discount, Shipping
from ecommerce_sync.core.settings import LocationRule, MethodRule, TaxRule

from .worlds import corrections, erpnext_total, line, order, rows_of, tax

D = Decimal


def test_a_template_leaves_prices_as_the_shopper_saw_them() -> None:
	one = order(taxes_included=True, lines=(line("12", taxes=(tax("2"),)),), total="12")
	rows = rows_of(one, tax_mode="template")
	assert [row.rate for row in rows.rows] == [D(12)]
	assert rows.charges == []


def test_by_template_the_taxes_of_what_is_no_row_are_charged() -> None:
	tip = line("2", id="2", kind="tip", title="Tip", taxes=(tax("0.40"),))
	post = Shipping(id="9", title="Post", price=D(5), taxes=(tax("1.00"),))
	one = order(lines=(line(taxes=(tax("2.00"),)), tip), shipping=(post,), total="20.40")
	rows = rows_of(one, tax_mode="template")
	assert [row.line_id for row in rows.rows] == ["1"]
	assert {(c.kind, c.amount) for c in rows.charges} == {
		("tip", D(2)),
		("shipping", D(5)),
		("tax", D("1.40")),
	}


def test_by_template_charges_alone_stay_charges() -> None:
	fee = Charge(id="1", kind="fee", title="Deposit", amount=D(10), taxes=(tax(2),))
	rows = rows_of(order(lines=(), charges=(fee,), total="12"), tax_mode="template")
	assert [(row.item_code, row.rate) for row in rows.rows] == [("CUSTOM", D(0))]
	assert {c.kind for c in rows.charges} == {"fee", "tax"}


def test_a_line_that_does_not_divide() -> None:
	one = order(lines=(line("15", "4", discounts=(Discount(amount=D("5.01")),)),), total="9.99")
	rows = rows_of(one).rows
	assert [(row.quantity, row.rate, row.list_rate) for row in rows] == [
		(D(1), D("2.49"), D("3.75")),
		(D(3), D("2.50"), D("3.75")),
	]
	assert {row.line_id for row in rows} == {"1"}


def test_a_small_discount_on_many_pieces_leaves_no_rate_above_the_list() -> None:
	one = order(lines=(line("2004", "1000", discounts=(Discount(amount=D(1)),)),), total="2003")
	rows = [(row.quantity, row.rate, row.list_rate) for row in rows_of(one).rows]
	assert rows == [(D(700), D("2.00"), D("2.00")), (D(300), D("2.01"), D("2.01"))]


def test_an_inclusive_price_is_taken_apart() -> None:
	sold = line("24", "2", discounts=(Discount(amount=D(12)),), taxes=(tax("2.00"),))
	rows = rows_of(order(taxes_included=True, lines=(sold,), total="12"))
	assert [(row.quantity, row.rate, row.list_rate) for row in rows.rows] == [(D(2), D(5), D(10))]
	assert [(c.account, c.amount, c.rate) for c in rows.charges] == [("VAT", D(2), D("0.2"))]


def test_a_list_rate_is_net_of_tax_also_where_a_cent_is_left() -> None:
	sold = line("120", discounts=(Discount(amount=D("119.99")),), taxes=(tax("0.00"),))
	row = rows_of(order(taxes_included=True, lines=(sold,), total="0.01")).rows[0]
	assert (row.rate, row.list_rate) == (D("0.01"), D(100))


def test_a_list_rate_follows_what_was_taxed_where_no_rate_explains_it() -> None:
	sold = line("200", discounts=(Discount(amount=D(100)),), taxes=(tax("10.00"),))
	row = rows_of(order(taxes_included=True, lines=(sold,), total="100")).rows[0]
	assert (row.rate, row.list_rate) == (D(90), D(180))


def test_two_taxes_inside_a_price_are_rounded_together_with_it() -> None:
	sold = line("10", taxes=(tax("0.8333", "0.1", "A"), tax("0.8333", "0.1", "B")))
	rows = rows_of(order(taxes_included=True, lines=(sold,), total="10"))
	assert [row.rate for row in rows.rows] == [D("8.34")]
	assert [c.amount for c in rows.charges] == [D("0.83"), D("0.83")]


def test_everything_off_with_tax_inside() -> None:
	sold = line("12", discounts=(Discount(amount=D(12)),), taxes=(tax("0.00"),))
	rows = rows_of(order(taxes_included=True, lines=(sold,), total="0"))
	assert [(row.rate, row.list_rate) for row in rows.rows] == [(D(0), D(10))]
	assert rows.charges == []


def test_the_sum_of_a_tax_is_what_was_charged() -> None:
	"""WooCommerce: four decimals on the lines, rounded in `tax_lines` only."""
	lines = tuple(line("9.1667", id=str(n), taxes=(tax("1.8333"),)) for n in range(3))
	one = order(lines=lines, taxes=(tax("5.50"),), total="33.01")
	charges = [c for c in rows_of(one).charges if c.kind == "tax"]
	assert [c.amount for c in charges] == [D("5.50")]
	assert sorted(share.amount for share in charges[0].shares) == [D("1.83"), D("1.83"), D("1.84")]


def test_taxes_below_a_minor_unit_count_in_their_sum() -> None:
	lines = tuple(line("0.40", id=str(n), taxes=(tax("0.004", "0.01"),)) for n in range(100))
	rows = rows_of(order(lines=lines, taxes=(tax("0.40", "0.01"),), total="40.40"))
	assert [(c.kind, c.amount) for c in rows.charges] == [("tax", D("0.40"))]


def test_equal_titles_of_two_rates_keep_their_own_sums() -> None:
	lines = (
		*(line("1", id=f"a{n}", taxes=(tax("0.1998", "0.1998"),)) for n in range(2)),
		*(line("1", id=f"b{n}", taxes=(tax("0.0748", "0.0748"),)) for n in range(2)),
	)
	sums = (tax("0.40", "0.1998"), tax("0.15", "0.0748"))
	rows = rows_of(order(lines=lines, taxes=sums, total="4.55"))
	assert {c.rate: c.amount for c in rows.charges} == {D("0.1998"): D("0.40"), D("0.0748"): D("0.15")}


def test_a_sum_that_more_than_rounding_explains_is_not_believed() -> None:
	one = order(lines=(line(taxes=(tax("2.00"),)),), taxes=(tax("9.00"),), total="12.00")
	assert [c.amount for c in rows_of(one).charges] == [D("2.00")]


def test_a_line_below_zero_is_a_charge() -> None:
	refund = line("-4", id="2", kind="custom", title="Trade-in", taxes=(tax("-0.80"),))
	rows = rows_of(order(lines=(line(taxes=(tax("2.00"),)), refund), total="7.20"))
	assert [row.line_id for row in rows.rows] == ["1"]
	assert {(c.kind, c.description, c.amount) for c in rows.charges} == {
		("fee", "Trade-in", D(-4)),
		("tax", "VAT", D("1.20")),
	}


def test_a_line_of_no_pieces_is_no_row() -> None:
	gone = line("0", "0", id="2")
	assert [row.line_id for row in rows_of(order(lines=(line(), gone))).rows] == ["1"]


def test_the_same_variant_twice_stays_two_rows() -> None:
	rows = rows_of(order(lines=(line(), line(id="2", discounts=(Discount(amount=D(10)),))))).rows
	assert [(row.line_id, row.rate, row.list_rate) for row in rows] == [
		("1", D(10), D(10)),
		("2", D(0), D(10)),
	]


def test_a_free_tip_or_charge_needs_no_account() -> None:
	tip = line("0", id="2", kind="tip", title="Tip")
	charge = Charge(id="1", kind="duty", title="Duties", amount=D(0))
	rows = rows_of(order(lines=(line(), tip), charges=(charge,)), tip_account=None, duty_account=None)
	assert rows.charges == []


def test_charges_alone_become_rows() -> None:
	charges = (
		Charge(id="1", kind="fee", title="Deposit", amount=D(30), taxes=(tax("6.00"),)),
		Charge(id="2", kind="gift_card_redeemed", title="Gift card", amount=D(-11)),
	)
	rows = rows_of(order(lines=(), charges=charges, total="25"))
	assert [(row.item_code, row.title, row.rate) for row in rows.rows] == [("CUSTOM", "Deposit", D(30))]
	assert {(c.kind, c.amount) for c in rows.charges} == {("gift_card", D(-11)), ("tax", D(6))}


def test_charges_below_zero_alone_stand_beside_an_empty_row() -> None:
	charge = Charge(id="2", kind="gift_card_redeemed", title="Gift card", amount=D(-11))
	rows = rows_of(order(lines=(line("0", "0"),), charges=(charge,), total="-11"))
	assert [(row.title, row.rate, row.quantity) for row in rows.rows] == [("#1001", D(0), D(1))]


def test_a_rebate_larger_than_the_goods() -> None:
	charge = Charge(id="2", kind="fee", title="Rebate", amount=D(-15))
	post = Shipping(id="1", title="Post", price=D(7))
	rows = rows_of(order(charges=(charge,), shipping=(post,), total="2"))
	assert erpnext_total(rows, 2) == D(2)


def test_a_currency_that_is_finer_than_the_site_is_held() -> None:
	with pytest.raises(Held) as held:
		rows_of(order(currency="KWD", total="10.000"))
	assert held.value.reason == "currency_precision"
	assert held.value.params == {"currency": "KWD", "digits": 3, "site_digits": 2}
	assert rows_of(order(currency="KWD", total="10.000"), site_digits=3).digits == 3


def test_a_store_that_counts_finer_than_its_currency() -> None:
	one = order(lines=(line("9.999", "1"),), total="9.999")
	assert rows_of(one, site_digits=3).digits == 3
	with pytest.raises(Held, match="3 decimals"):
		rows_of(one)


def test_minor_units_that_cldr_calls_out_of_use_are_counted() -> None:
	one = order(currency="RSD", lines=(line("10.50"), line("9.50", id="2")), total="20")
	rows = rows_of(one)
	assert [row.rate for row in rows.rows] == [D("10.50"), D("9.50")]
	assert not corrections(rows)


def test_a_fractional_quantity_on_a_site_that_rounds_finer() -> None:
	one = order(currency="JPY", lines=(line("101", "2.5"),), total="101")
	rows = rows_of(one, site_digits=2)
	assert erpnext_total(rows, 2) == D(101)
	assert sum(row.quantity for row in rows.rows) == D("2.5")


def test_missing_accounts_are_named() -> None:
	cases: list[tuple[dict[str, Any], dict[str, Any], str]] = [
		({"shipping": (Shipping(id="1", title="Post", price=D(5)),)}, {"shipping_account": None}, "shipping"),
		(
			{"charges": (Charge(id="1", kind="cash_rounding", title="", amount=D("0.02")),)},
			{"rounding_account": None},
			"rounding",
		),
		({"total": "10.01"}, {"rounding_account": None}, "rounding"),
		({"lines": (line(), line("5", id="2", kind="tip"))}, {"tip_account": None}, "tips"),
	]
	for changes, without, word in cases:
		with pytest.raises(Fixable) as found:
			rows_of(order(**changes), **without)
		assert found.value.reason == "setting_missing" and word in found.value.params["label"]
		assert found.value.cause.startswith("setting:Shop:")


def test_a_charge_without_a_title_has_a_name() -> None:
	charge = Charge(id="1", kind="gift_card_redeemed", title="", amount=D(-1))
	assert rows_of(order(charges=(charge,), total="9")).charges[0].description == "Gift card"


def test_taxes_go_to_the_account_of_title_and_rate() -> None:
	taxes = (
		TaxRule(title="vat", rate=D("0.2"), account="VAT 20", cost_center="North"),
		TaxRule(title="VAT", account="VAT any"),
	)
	lines = (line(taxes=(tax("2.00"),)), line(id="2", taxes=(tax("0.70", "0.07"),)))
	rows = rows_of(order(lines=lines, total="22.70"), taxes=taxes, cost_center="Main")
	assert [(c.account, c.cost_center) for c in rows.charges] == [("VAT 20", "North"), ("VAT any", "Main")]


def test_a_tax_without_an_account_is_named() -> None:
	with pytest.raises(Fixable) as found:
		rows_of(order(lines=(line(taxes=(tax("2.00"),)),), total="12"), tax_account=None)
	assert (found.value.reason, found.value.cause) == ("tax_unmapped", "tax:Shop:VAT")
	zero = order(lines=(line(taxes=(tax("0.00"),)),))
	assert rows_of(zero, tax_account=None).charges == []


def test_shipping_goes_to_its_methods_account() -> None:
	methods = (MethodRule(method="Express", account="Courier"), MethodRule(method="post", account="Post"))
	post = Shipping(id="1", title="By post", price=D(5), code="POST", discounts=(Discount(amount=D(1)),))
	rows = rows_of(order(shipping=(post,), total="14"), shipping_methods=methods)
	assert [(c.account, c.amount, c.shares[0].line_id) for c in rows.charges] == [
		("Post", D(4), "shipping:1")
	]


def test_a_row_carries_what_people_want_to_see() -> None:
	sold = line(
		variant_title="Large",
		group="7",
		shown_unit_price=D(12),
		attributes=(Attribute(name="Engraving", value="Ada 🎂"),),
	)
	places = (LocationRule(location_id="61", warehouses=("East", "West")),)
	row = rows_of(order(lines=(sold,), location_id="61"), locations=places).rows[0]
	assert (row.title, row.group, row.shown_unit_price) == ("Mug - Large", "7", D(12))
	assert (row.note, row.warehouse) == ("Engraving: Ada 🎂", "East")
