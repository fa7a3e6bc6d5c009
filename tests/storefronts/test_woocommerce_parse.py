"""wc/v3 orders become neutral ones: recorded payloads, emulated stores, and each feature by itself."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest

from ecommerce_sync.core.errors import PayloadRefused
from ecommerce_sync.core.models import Order
from ecommerce_sync.sandbox.generator import stories
from ecommerce_sync.sandbox.woocommerce.orders import RedeemedGiftCard, write_down
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings
from ecommerce_sync.storefronts.woocommerce.parse import parse_order

from .contract import balance
from .woocommerce_world import recorded

CHECKOUT = recorded("store.webhook.order.updated.refund.json")
MADE_OVER_REST = recorded("store.rest.order.coupon_fee_tax_shipping.json")
D = Decimal


def with_changes(base: dict[str, Any] = MADE_OVER_REST, **changes: Any) -> dict[str, Any]:
	"""A recorded order with some of its fields changed."""
	return {**copy.deepcopy(base), **changes}


def with_line(**changes: Any) -> dict[str, Any]:
	"""The recorded order with one line only, changed."""
	lines = [{**copy.deepcopy(MADE_OVER_REST["line_items"][0]), **changes}]
	return with_changes(line_items=lines)


def meta(**entries: Any) -> list[dict[str, Any]]:
	return [{"id": i, "key": key, "value": value} for i, (key, value) in enumerate(entries.items())]


def parsed_line(**changes: Any) -> Any:
	return parse_order(with_line(**changes)).lines[0]


def settled(order: Order) -> dict[str, Decimal]:
	"""What the order's parts pay of each tax."""
	found: dict[str, Decimal] = {}
	for part in (*order.lines, *order.shipping, *order.charges):
		for tax in part.taxes:
			found[tax.title] = found.get(tax.title, D(0)) + tax.amount
	return found


class TestRecordedOrders:
	@pytest.mark.parametrize(
		"name",
		[
			"store.rest.order.coupon_fee_tax_shipping.json",
			"store.webhook.order.created.json",
			"store.webhook.order.updated.json",
			"store.webhook.order.updated.refund.json",
		],
	)
	def test_parts_come_to_the_total(self, name: str) -> None:
		order = parse_order(recorded(name))
		assert balance(order) == 0
		assert settled(order) == {tax.title: tax.amount for tax in order.taxes}

	def test_checkout_order(self) -> None:
		order = parse_order(CHECKOUT)
		assert (order.platform, order.id, order.name, order.status) == (
			"woocommerce",
			"30",
			"#30",
			"processing",
		)
		assert (order.currency, order.total, order.taxes_included) == ("EUR", D("68.10"), False)
		assert order.created_at == datetime(2026, 11, 22, 2, 14, 24, tzinfo=timezone.utc)
		assert order.payment_status == "partially_refunded"
		assert order.note == "Ring twice" and order.source == "store-api"
		assert order.customer and order.customer.id is None and order.customer.email == "shopper@example.com"
		assert order.billing_address and order.billing_address.country == "France"
		assert order.billing_address.country_code == "FR"
		assert order.discount_codes == ("save10",)
		assert order.raw == CHECKOUT

	def test_variant_line(self) -> None:
		line = parse_order(CHECKOUT).lines[1]
		assert (line.product_id, line.variant_id, line.sku) == ("21", "23", "WOO-TEE-RED-L")
		assert (line.title, line.variant_title) == ("T-shirt", "Red, L")
		assert [(a.name, a.value) for a in line.attributes] == [("Color", "Red"), ("Size", "L")]
		assert (line.subtotal, line.total, line.shown_unit_price) == (D("17.00"), D("15.30"), D("17"))
		assert [(d.amount, d.title, d.code) for d in line.discounts] == [(D("1.70"), "save10", "save10")]
		assert [(t.title, t.amount, t.rate, t.code) for t in line.taxes] == [
			("VAT", D("3.06"), D("0.2"), "FR-VAT-1")
		]

	def test_fee_shipping_and_taxes(self) -> None:
		order = parse_order(MADE_OVER_REST)
		assert [(c.kind, c.title, c.amount, c.taxes[0].amount) for c in order.charges] == [
			("fee", "Handling", D("2.50"), D("0.50"))
		]
		assert [(s.title, s.code, s.price, s.taxes[0].amount) for s in order.shipping] == [
			("Flat rate", "flat_rate", D("5.00"), D("1.00"))
		]
		assert [(t.title, t.amount) for t in order.taxes] == [("VAT", D("12.77"))]


class TestEmulatedOrders:
	@pytest.mark.parametrize("currency", ["EUR", "USD", "JPY", "KWD"])
	@pytest.mark.parametrize("places", [None, 4])
	def test_every_story_balances(self, currency: str, places: int | None) -> None:
		settings = StoreSettings(currency=currency, price_decimals=places)
		for story in stories(11, 150, currency, "woocommerce"):
			payload = write_down(story, settings).as_json()
			order = parse_order(payload)
			assert balance(order) == 0, payload["id"]
			assert {t: a for t, a in settled(order).items() if a} == {
				t.title: t.amount for t in order.taxes if t.amount
			}

	def test_rounding_on_the_whole_leaves_at_most_a_unit_for_each_line(self) -> None:
		settings = StoreSettings(round_at_subtotal=True)
		for story in stories(12, 150, "EUR", "woocommerce"):
			order = parse_order(write_down(story, settings).as_json())
			parts = len(order.lines) + len(order.shipping) + len(order.charges) + len(order.taxes)
			assert abs(balance(order)) <= D("0.01") * parts

	def test_redeemed_gift_card_explains_the_total(self) -> None:
		card = RedeemedGiftCard(5, "GIFT-1", D("4.00"))
		story = next(s for s in stories(13, 50, "EUR", "woocommerce") if not s.cancelled_at)
		order = parse_order(write_down(story, gift_cards=(card,)).as_json())
		(charge,) = (c for c in order.charges if c.kind == "gift_card_redeemed")
		assert (charge.amount, charge.title) == (D("-4.0"), "Gift card GIFT-1")
		assert balance(order) == 0


class TestLines:
	def test_sku_and_barcode(self) -> None:
		assert parsed_line(sku="").sku is None
		assert parsed_line(sku=None).sku is None
		assert parsed_line(sku=4711).sku == "4711"
		assert parsed_line(global_unique_id="4006381333931").barcode == "4006381333931"

	def test_kinds(self) -> None:
		assert parsed_line().kind == "product"
		custom = parsed_line(product_id=0, sku=None)
		assert (custom.kind, custom.product_id) == ("custom", None)
		assert parsed_line(meta_data=meta(wc_gc_giftcard_to="a@example.com")).kind == "gift_card"
		assert parsed_line(meta_data=meta(_ywgc_product_as_present="1")).kind == "gift_card"
		assert parsed_line(name="Gift card holder").kind == "product"

	def test_title_falls_back(self) -> None:
		assert parsed_line(name="").title == "WOO-MUG"
		assert parsed_line(name=None, sku=None).title == "Product 13"
		assert parsed_line(name=None, sku=None, product_id=0).title == "Item"

	def test_entities_and_odd_scripts(self) -> None:
		assert parsed_line(name="Salt &amp; Pepper &ndash; 茶 🫖").title == "Salt & Pepper – 茶 🫖"
		assert parsed_line(name="half \ud83d emoji\x00").title == "half ? emoji"

	def test_zero_price_and_zero_quantity(self) -> None:
		free = parsed_line(subtotal="0", total="0", taxes=[], total_tax="0", subtotal_tax="0")
		assert (free.total, free.discounts, free.shown_unit_price) == (D(0), (), D(0))
		assert parsed_line(quantity=0).shown_unit_price is None

	def test_price_raised_by_hand_is_the_price(self) -> None:
		line = parsed_line(subtotal="30.00", total="34.99")
		assert (line.subtotal, line.total, line.discounts) == (D("34.99"), D("34.99"), ())

	def test_missing_subtotal_or_total(self) -> None:
		assert parsed_line(subtotal="").total == D("34.99")
		assert parsed_line(total=None).total == D("37.50")

	def test_discount_is_named_by_the_coupons(self) -> None:
		def named(*codes: str) -> tuple[str | None, str | None]:
			order = with_line()
			order["coupon_lines"] = [{"id": i, "code": code} for i, code in enumerate(codes)]
			discount = parse_order(order).lines[0].discounts[0]
			return discount.title, discount.code

		assert named("fix5") == ("fix5", "fix5")
		assert named("fix5", "vip") == ("Coupons", None)
		assert named() == ("Discount", None)

	def test_shown_price_is_with_tax_where_prices_are(self) -> None:
		order = with_line(quantity=3, subtotal="24.79", subtotal_tax="5.21", total="24.79")
		order["prices_include_tax"] = True
		assert parse_order(order).lines[0].shown_unit_price == D("10")
		assert parsed_line(quantity=3, subtotal="10.00", total="9.00").shown_unit_price == D("3.33")
		assert parsed_line(quantity=1000, subtotal="12.50", total="12.50").shown_unit_price == D("0.0125")

	def test_fractional_quantity(self) -> None:
		assert parsed_line(quantity="2.5").quantity == D("2.5")
		assert parsed_line(quantity=1.25).quantity == D("1.25")

	def test_attributes_are_what_people_may_see(self) -> None:
		line = parsed_line(
			meta_data=[
				{"key": "_hidden", "value": "x"},
				{
					"key": "engraving",
					"value": "Für Ömer",
					"display_key": "Engraving",
					"display_value": "<p>Für Ömer</p>\n",
				},
				{"key": "options", "value": [{"name": "Wrap", "value": True}]},
				{"key": "length", "value": "< 3 cm > 2 cm"},
				{"key": "empty", "value": ""},
				"junk",
				{"value": "no key"},
			]
		)
		assert [(a.name, a.value) for a in line.attributes] == [
			("Engraving", "Für Ömer"),
			("options", '[{"name": "Wrap", "value": true}]'),
			("length", "< 3 cm > 2 cm"),
		]

	@pytest.mark.parametrize(
		("parent", "child"),
		[
			(
				{"meta_data": meta(_bundle_cart_key="k1", _bundled_items=["k2"])},
				{"meta_data": meta(_bundled_by="k1", _bundle_cart_key="k2")},
			),
			(
				{"meta_data": meta(_composite_cart_key="k1")},
				{"meta_data": meta(_composite_parent="k1", _composite_cart_key="k2")},
			),
			(
				{"product_id": 99, "meta_data": meta(_woosb_ids="13/1")},
				{"meta_data": meta(_woosb_parent_id="99")},
			),
			({"id": 11, "bundled_by": "", "bundled_items": [12]}, {"bundled_by": 11, "bundled_items": []}),
		],
	)
	def test_lines_of_a_bundle_share_a_group(self, parent: dict[str, Any], child: dict[str, Any]) -> None:
		line = MADE_OVER_REST["line_items"][0]
		other = {**line, "id": 99}
		lines = [{**line, **parent}, {**line, "id": 12, **child}, other]
		groups = [each.group for each in parse_order(with_changes(line_items=lines)).lines]
		assert groups[0] and groups[0] == groups[1] and groups[2] is None


class TestTaxes:
	def test_unrounded_line_taxes_come_to_the_tax_line(self) -> None:
		"""A store with prices that include tax: three lines of 10.00 gross, taxes as WooCommerce keeps them."""
		tax = {"id": 1, "total": "1.666667", "subtotal": "1.666667"}
		line = {
			"quantity": 1,
			"product_id": 13,
			"subtotal": "8.33",
			"total": "8.33",
			"total_tax": "1.67",
			"taxes": [tax],
		}
		order = with_changes(
			line_items=[{**line, "id": i} for i in (1, 2, 3)],
			shipping_lines=[],
			fee_lines=[],
			coupon_lines=[],
			tax_lines=[
				{
					"rate_id": 1,
					"label": "VAT",
					"tax_total": "5.00",
					"shipping_tax_total": "0",
					"rate_percent": 20,
				}
			],
			total="29.99",
			total_tax="5.00",
		)
		taxes = [tax.amount for line in parse_order(order).lines for tax in line.taxes]
		assert sorted(taxes) == [D("1.66"), D("1.67"), D("1.67")]

	def test_rows_count_where_tax_lines_miss_the_total(self) -> None:
		"""A rebate's tax enters the tax line unrounded: 10.555 - 1.0549 is shown as 9.50, charged are 9.51."""
		order = with_line(taxes=[{"id": 1, "total": "10.56"}], total_tax="10.56")
		rebate = {
			"id": 1,
			"name": "Rebate",
			"total": "-5.27",
			"taxes": [{"id": 1, "total": "-1.05"}],
			"total_tax": "-1.05",
		}
		order |= {"fee_lines": [rebate], "shipping_lines": [], "total_tax": "9.51"}
		order["tax_lines"] = [
			{"rate_id": 1, "label": "VAT", "tax_total": "9.50", "shipping_tax_total": "0.00"}
		]
		parsed = parse_order(order)
		assert [tax.amount for tax in parsed.taxes] == [D("9.51")]
		assert settled(parsed) == {"VAT": D("9.51")}

	def test_taxes_that_only_the_line_total_tells(self) -> None:
		line = parsed_line(taxes=[])
		assert [(t.title, t.amount) for t in line.taxes] == [("VAT", D("7.00"))]
		order = parse_order({**with_line(taxes=[]), "tax_lines": []})
		assert [(t.title, t.amount) for t in order.lines[0].taxes] == [("Tax", D("7.00"))]
		assert [(t.title, t.amount) for t in order.taxes] == [("Tax", D("12.77"))]

	def test_rate_of_a_tax_service_has_no_id(self) -> None:
		order = parse_order(with_line(taxes=[{"id": 0, "total": "7.00"}]))
		assert order.lines[0].taxes[0].title == "VAT"

	def test_two_rates_and_a_rate_that_is_not_charged(self) -> None:
		order = with_line(taxes=[{"id": 1, "total": "2"}, {"id": 2, "total": "1"}, {"id": 3, "total": ""}])
		order["tax_lines"] = [
			{"rate_id": 1, "label": "GST", "rate_percent": 5, "tax_total": "2"},
			{"rate_id": 2, "label": "PST", "rate_percent": "7.0000", "tax_total": "1"},
			{"rate_id": 3, "label": "HST", "rate_percent": None, "tax_total": "0"},
		]
		taxes = [(t.title, t.amount, t.rate) for t in parse_order(order).lines[0].taxes]
		assert taxes == [("GST", D(2), D("0.05")), ("PST", D(1), D("0.07"))]

	def test_taxes_in_their_stored_form(self) -> None:
		line = parsed_line(taxes={"total": {"1": "7.00"}, "subtotal": {"1": "7.50"}})
		assert [(t.title, t.amount) for t in line.taxes] == [("VAT", D("7.00"))]


class TestCharges:
	def test_rebate_and_tip(self) -> None:
		fees = [
			{"id": 1, "name": "Treuerabatt", "total": "-3.00", "taxes": [{"id": 1, "total": "-0.60"}]},
			{"id": 2, "name": "Pourboire", "total": "2"},
			{"id": 3, "name": "Tipping truck", "total": "9"},
		]
		charges = parse_order(with_changes(fee_lines=fees)).charges
		assert [(c.kind, c.amount) for c in charges] == [("fee", D("-3.00")), ("tip", D(2)), ("fee", D(9))]
		assert charges[0].taxes[0].amount == D("-0.60")

	@pytest.mark.parametrize(
		"redeemed",
		[
			{"gift_cards": [{"id": 1, "code": "A", "amount": 20.0}]},
			{"pw_gift_cards_redeemed": [{"number": "A", "amount": "20"}]},
			{"meta_data": meta(_ywgc_applied_gift_cards={"A": 20})},
			{"meta_data": meta(smart_coupons_contribution={"A": "20.00"})},
			{
				"gift_cards": [{"code": "B", "amount": 1}],
				"meta_data": meta(_ywgc_applied_gift_cards={"A": 20}),
			},
		],
	)
	def test_gift_card_that_only_lowers_the_total(self, redeemed: Mapping[str, Any]) -> None:
		order = parse_order(with_changes(total="56.62", **redeemed))
		assert [(c.title, c.amount) for c in order.charges if c.kind == "gift_card_redeemed"] == [
			("Gift card A", D(-20))
		]
		assert balance(order) == 0

	def test_unexplained_difference_stays(self) -> None:
		cards = [{"code": "A", "amount": 19}]
		assert balance(parse_order(with_changes(total="56.62", gift_cards=cards))) == D("-20.00")

	def test_gift_card_that_is_a_fee_already_is_not_taken_twice(self) -> None:
		cards = [{"code": "A", "amount": 20}]
		assert len(parse_order(with_changes(gift_cards=cards)).charges) == 1


class TestUnlistedShipping:
	BARE = with_changes(
		line_items=[{"id": 1, "name": "Tea", "quantity": 2, "total": "20.00", "total_tax": "4.00"}],
		fee_lines=[], coupon_lines=[], tax_lines=[], shipping_lines=[],
		shipping_total="7.50", shipping_tax="1.50", total_tax="5.50",
	)  # fmt: skip

	def test_shipping_that_only_the_order_tells(self) -> None:
		order = parse_order({**self.BARE, "total": "33.00"})
		assert [(part.price, part.taxes[0].amount) for part in order.shipping] == [(D("7.50"), D("1.50"))]
		assert balance(order) == 0

	def test_its_tax_is_named_by_the_tax_lines(self) -> None:
		rate = {"rate_id": 3, "label": "VAT", "tax_total": "4.00", "shipping_tax_total": "1.50"}
		order = parse_order({**self.BARE, "total": "33.00", "tax_lines": [rate]})
		assert [(tax.title, tax.amount) for tax in order.shipping[0].taxes] == [("VAT", D("1.50"))]
		assert balance(order) == 0

	def test_what_shipping_lines_lack(self) -> None:
		listed = [{"id": 5, "method_title": "Post", "total": "3.00", "total_tax": "1.50"}]
		order = parse_order({**self.BARE, "total": "33.00", "shipping_lines": listed})
		assert [part.price for part in order.shipping] == [D("3.00"), D("4.50")]
		assert balance(order) == 0

	@pytest.mark.parametrize("total", ["25.50", "40.00"])
	def test_only_where_the_total_lacks_it(self, total: str) -> None:
		assert parse_order({**self.BARE, "total": total}).shipping == ()


class TestPayment:
	@pytest.mark.parametrize(
		("changes", "expected"),
		[
			({"status": "pending", "payment_method": "stripe"}, "pending"),
			({"status": "on-hold", "payment_method": "bacs"}, "pending"),
			({"status": "processing", "payment_method": "stripe"}, "paid"),
			({"status": "processing", "payment_method": "cod"}, "pending"),
			({"status": "completed", "payment_method": "cod"}, "paid"),
			({"status": "on-hold", "date_paid_gmt": "2026-11-22T02:14:26"}, "paid"),
			({"status": "cancelled"}, "voided"),
			({"status": "failed"}, "voided"),
			({"status": "refunded"}, "refunded"),
			({"status": "completed", "refunds": [{"id": 1, "total": "-76.62"}]}, "refunded"),
			({"status": "completed", "refunds": [{"id": 1, "total": "-6.62"}]}, "partially_refunded"),
			({"status": "wc-packing", "payment_method": "stripe"}, "pending"),
		],
	)
	def test_payment_status(self, changes: dict[str, Any], expected: str) -> None:
		assert parse_order(with_changes(**changes)).payment_status == expected

	def test_payment(self) -> None:
		order = parse_order(
			with_changes(payment_method="stripe", transaction_id="ch_1", date_paid_gmt="2026-11-22T02:14:26")
		)
		(payment,) = order.payments or ()
		assert (payment.id, payment.reference, payment.gateway) == ("31-payment", "ch_1", "stripe")
		assert (payment.kind, payment.status, payment.amount) == ("sale", "success", D("76.62"))
		assert payment.processed_at == datetime(2026, 11, 22, 2, 14, 26, tzinfo=timezone.utc)
		assert order.gateways == ("stripe",)

	def test_failed_attempt_is_no_success(self) -> None:
		(payment,) = parse_order(with_changes(status="failed", transaction_id="ch_1")).payments or ()
		assert payment.status == "failure"

	def test_unpaid_order_has_no_payment_and_cash_on_delivery_one_that_waits(self) -> None:
		assert parse_order(with_changes(status="on-hold", payment_method="bacs")).payments == ()
		(payment,) = parse_order(MADE_OVER_REST).payments or ()
		assert (payment.gateway, payment.status, payment.moved) == ("cod", "pending", 0)


class TestOrder:
	@pytest.mark.parametrize("status", ["cancelled", "trash", "wc-cancelled"])
	def test_cancelled(self, status: str) -> None:
		order = parse_order(with_changes(status=status))
		assert order.cancelled_at == order.updated_at and not order.live
		assert order.status == status.removeprefix("wc-")

	def test_failed_and_refunded_are_not_cancelled(self) -> None:
		assert parse_order(with_changes(status="failed")).live
		assert parse_order(with_changes(status="refunded")).live

	def test_number_may_differ_from_the_id(self) -> None:
		order = parse_order(with_changes(number="2026/00017-B"))
		assert (order.id, order.name) == ("31", "#2026/00017-B")

	def test_local_times_where_gmt_is_missing(self) -> None:
		payload = with_changes(date_created_gmt=None, date_modified_gmt="", date_modified=None)
		order = parse_order(payload)
		assert order.created_at == order.updated_at == datetime(2026, 11, 22, 3, 14, 25, tzinfo=timezone.utc)
		assert parse_order(with_changes(date_created_gmt="2026-11-22T04:14:25+02:00")).created_at == datetime(
			2026, 11, 22, 2, 14, 25, tzinfo=timezone.utc
		)

	def test_meta_data_that_plugins_write(self) -> None:
		entries = meta(
			_billing_vat_number="FR40303265045",
			_po_number="PO-7",
			is_vat_exempt="yes",
			_payment_terms="Net 30",
			_wcpay_mode="test",
			_wcpay_multi_currency_order_exchange_rate="0.8",
			_wcpay_multi_currency_order_default_currency="USD",
		)
		order = parse_order(with_changes(meta_data=entries))
		assert order.customer and order.customer.tax_id == "FR40303265045" and order.customer.tax_exempt
		assert order.po_number == "PO-7" and order.test
		assert order.payment_terms and order.payment_terms.due_in_days == 30
		assert (order.shop_currency, order.exchange_rate) == ("USD", D("1.25"))

	def test_meta_data_as_an_object(self) -> None:
		assert parse_order(with_changes(meta_data={"_po_number": "PO-8"})).po_number == "PO-8"
		keyed = {"7": {"key": "po_number", "value": "PO-9"}}
		assert parse_order(with_changes(meta_data=keyed)).po_number == "PO-9"

	def test_addresses(self) -> None:
		order = parse_order(
			with_changes(
				billing={"email": "a@example.com", "first_name": ""},
				shipping={"address_1": "1 Main St", "country": "us", "state": "KY"},
			)
		)
		assert order.billing_address is None
		assert order.customer and order.customer.name is None and order.customer.email == "a@example.com"
		place = order.shipping_address
		assert place and (place.country, place.country_code) == ("United States", "US")
		assert (place.state, place.state_code) == ("KY", "KY")

	@pytest.mark.parametrize("empty", [None, [], {}, "", False])
	def test_nobody_and_nowhere(self, empty: Any) -> None:
		order = parse_order(with_changes(billing=empty, shipping=empty, customer_note=empty))
		assert (order.customer, order.billing_address, order.shipping_address, order.note) == (None,) * 4

	def test_registered_customer(self) -> None:
		customer = parse_order(with_changes(customer_id="12")).customer
		assert customer and customer.id == "12" and customer.name == "Jean Dupont"

	def test_lists_as_php_arrays(self) -> None:
		lines = MADE_OVER_REST["line_items"]
		order = with_changes(line_items={"11": lines[0], "12": lines[1]}, refunds={}, fee_lines=None)
		assert [line.id for line in parse_order(order).lines] == ["11", "12"]

	def test_rows_that_the_store_doubled_count_once(self) -> None:
		doubled = {key: MADE_OVER_REST[key] * 2 for key in ("line_items", "shipping_lines", "fee_lines")}
		order = parse_order(with_changes(**copy.deepcopy(doubled)))
		assert (order.lines, balance(order)) == (parse_order(MADE_OVER_REST).lines, 0)

	def test_noise_of_binary_floats_refuses_nothing(self) -> None:
		fee = {"id": 99, "name": "Rounding", "total": "-1.4210854715202E-14", "total_tax": "0.00"}
		order = parse_order(with_changes(fee_lines=[*MADE_OVER_REST["fee_lines"], fee]))
		assert balance(order) == 0
		assert parsed_line(quantity=2.0000000000000004).quantity == 2

	def test_numbers_as_numbers(self) -> None:
		payload = json.loads(json.dumps(MADE_OVER_REST), parse_float=float)
		payload["total"], payload["line_items"][0]["total"] = 76.62, 34.99
		assert balance(parse_order(payload)) == 0


class TestRefusals:
	@pytest.mark.parametrize(
		("changes", "path"),
		[
			({"id": None}, "id"),
			({"id": 0}, "id"),
			({"id": 1.5}, "id"),
			({"id": "x"}, "id"),
			({"id": True}, "id"),
			({"currency": ""}, "currency"),
			({"currency": "EURO"}, "currency"),
			({"total": None}, "total"),
			({"total": "12,50"}, "total"),
			({"total": float("nan")}, "total"),
			({"total": float("inf")}, "total"),
			({"total": "1e99"}, "total"),
			({"total": {"a": 1}}, "total"),
			({"date_created_gmt": "yesterday"}, "date_created_gmt"),
			({"date_created_gmt": "2026-13-01T00:00:00"}, "date_created_gmt"),
			({"line_items": "none"}, "line_items"),
			({"line_items": [5]}, "line_items[0]"),
			({"line_items": [{"quantity": 1, "total": "abc"}]}, "line_items[0].total"),
			({"line_items": [{"quantity": -1}]}, "line_items[0].quantity"),
			({"line_items": [{"name": "x"}]}, "line_items[0].quantity"),
			({"line_items": [{"id": 7, "quantity": 1}, {"id": 7, "quantity": 2}]}, "line_items[1].id"),
			(
				{"line_items": [{"quantity": 1, "taxes": [{"id": 1, "total": "x"}]}]},
				"line_items[0].taxes[0].total",
			),
			(
				{"line_items": [{"quantity": 1, "taxes": {"total": {"1": "x"}}}]},
				"line_items[0].taxes.total.1.total",
			),
			({"billing": "Jean"}, "billing"),
			({"billing": {"email": ["a"]}}, "billing.email"),
			({"shipping_lines": [{"total": "free"}]}, "shipping_lines[0].total"),
			({"refunds": [{"total": []}, {"total": "x"}]}, "refunds[1].total"),
		],
	)
	def test_the_offending_field_is_named(self, changes: dict[str, Any], path: str) -> None:
		with pytest.raises(PayloadRefused) as caught:
			parse_order(with_changes(**changes))
		assert caught.value.path == path

	def test_no_dates_at_all(self) -> None:
		dates = {key: None for key in MADE_OVER_REST if key.startswith("date_")}
		with pytest.raises(PayloadRefused) as caught:
			parse_order(with_changes(**dates))
		assert caught.value.path == "date_created_gmt"

	def test_the_stores_own_error(self) -> None:
		with pytest.raises(PayloadRefused) as caught:
			parse_order(recorded("store.rest.error.401.json"))
		assert caught.value.path == "code"
		assert "woocommerce_rest_cannot_view" in str(caught.value)

	@pytest.mark.parametrize(
		"name", ["store.webhook.product.updated.json", "store.webhook.customer.created.json"]
	)
	def test_other_things_are_no_orders(self, name: str) -> None:
		with pytest.raises(PayloadRefused):
			parse_order(recorded(name))

	@pytest.mark.parametrize("payload", [None, [], "order", 5, {1: 2}])
	def test_what_is_no_object(self, payload: Any) -> None:
		with pytest.raises(PayloadRefused):
			parse_order(payload)
