"""Shopify's REST-shaped order becomes the neutral one: amounts, kinds, people, oddities and refusals."""

from __future__ import annotations

import copy
import json
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecommerce_sync.core.errors import PayloadRefused
from ecommerce_sync.core.models import Order
from ecommerce_sync.sandbox.generator import stories, story
from ecommerce_sync.sandbox.shopify.orders import write_down
from ecommerce_sync.sandbox.shopify.server import EmulatedShopify
from ecommerce_sync.sandbox.shopify.shop import Shop
from ecommerce_sync.sandbox.spoiled import SPOILINGS, Spoiling
from ecommerce_sync.storefronts.shopify import PLATFORM
from ecommerce_sync.storefronts.shopify.documents import document
from ecommerce_sync.storefronts.shopify.parse import parse_order
from tests.storefronts.contract import balance, comparable

Json = dict[str, Any]
SPOILED = [spoiling for spoiling in SPOILINGS if spoiling.platform == "shopify"]


def told(count: int, currency: str = "USD", seed: int = 3, tip_on_line: bool = True) -> list[Json]:
	"""Payloads of orders/create as the emulated store sends them."""
	orders = (write_down(said, tip_on_line=tip_on_line) for said in stories(seed, count, currency))
	return [json.loads(json.dumps(order.as_webhook())) for order in orders]


PAYLOADS = told(25)


def money(amount: str, presentment: str | None = None) -> Json:
	"""A `…_set` in US dollars, and in euros where a second amount is given."""
	buyer = {"amount": presentment or amount, "currency_code": "EUR" if presentment else "USD"}
	return {"shop_money": {"amount": amount, "currency_code": "USD"}, "presentment_money": buyer}


def line(price: str, quantity: int = 1, **fields: Any) -> Json:
	"""A line item with a product."""
	known = {"id": 7, "title": "Tea", "sku": "TEA", "product_id": 1, "variant_id": 2}
	return {**known, "price": price, "quantity": quantity, **fields}


def order(total: str, *lines: Json, **fields: Any) -> Json:
	"""The least of an order."""
	least = {
		"id": 1,
		"name": "#1",
		"currency": "USD",
		"total_price": total,
		"created_at": "2026-07-01T10:00:00+02:00",
		"updated_at": "2026-07-01T10:00:01+02:00",
		"financial_status": "paid",
		"line_items": [{**item, "id": 7 + place} for place, item in enumerate(lines)],
	}
	return {**least, **fields}


class TestAmounts:
	@pytest.mark.parametrize("currency", ["USD", "EUR", "JPY", "KWD"])
	@pytest.mark.parametrize("tip_on_line", [True, False])
	def test_every_told_order_balances(self, currency: str, tip_on_line: bool) -> None:
		for payload in told(40, currency, 5, tip_on_line):
			for presentment in (False, True):
				assert balance(parse_order(payload, presentment)) == 0, payload["name"]

	def test_line_discount_comes_from_allocations_with_code_and_title(self) -> None:
		applications = [{"type": "discount_code", "code": "TEN"}, {"type": "automatic", "title": "Summer"}]
		shares = [{"amount": "1.00", "discount_application_index": 0}]
		shares.append({"amount": "0.50", "discount_application_index": 1})
		item = line("5.00", 2, discount_allocations=shares, total_discount="9.99")
		parsed = parse_order(order("8.50", item, discount_applications=applications))
		sold = parsed.lines[0]
		assert (sold.subtotal, sold.discount, sold.total) == (Decimal(10), Decimal("1.5"), Decimal("8.5"))
		assert [(d.code, d.title) for d in sold.discounts] == [("TEN", None), (None, "Summer")]

	def test_allocation_of_an_unknown_application_still_counts(self) -> None:
		shares = [{"amount": "1.00", "discount_application_index": 4}]
		assert parse_order(order("9.00", line("10.00", discount_allocations=shares))).lines[0].discount == 1

	def test_total_discount_counts_only_where_the_sum_proves_it(self) -> None:
		item = line("10.00", total_discount="2.00")
		assert parse_order(order("8.00", item)).lines[0].discount == 2
		assert parse_order(order("10.00", item)).lines[0].discount == 0
		assert balance(parse_order(order("7.00", item))) == -3

	def test_a_discount_that_no_line_tells_is_left_for_a_person(self) -> None:
		"""Shopify allocates every discount; a total without one is not explained by guessing."""
		found = parse_order(order("3.00", line("10.00"), total_discounts="7.00"))
		assert (found.lines[0].discount, balance(found)) == (0, -7)

	def test_shipping_discount_from_allocation_or_lowered_price(self) -> None:
		shares = [{"amount": "5.00", "discount_application_index": 0}]
		allocated = {"id": 1, "title": "Post", "price": "5.00", "discount_allocations": shares}
		lowered = {"id": 2, "title": "Van", "price": "5.00", "discounted_price": "4.00"}
		parsed = parse_order(order("14.00", line("10.00"), shipping_lines=[allocated, lowered]))
		assert [shipping.total for shipping in parsed.shipping] == [0, 4]

	def test_noise_of_binary_floats_refuses_nothing(self) -> None:
		taxes = [{"title": "Tax", "price": "0.31", "rate": 0.03144408811829065}]
		item = {**line("10.00", tax_lines=taxes), "price": 10.000000000000002}
		parsed = parse_order(order("10.31", item))
		assert (parsed.lines[0].subtotal, parsed.lines[0].taxes[0].rate) == (10, Decimal("0.031444088118"))
		assert balance(parsed) == 0

	def test_order_level_tax_is_shared_among_taxable_lines(self) -> None:
		items = (line("10.00"), line("20.00"), line("5.00", taxable=False))
		taxes = [{"title": "VAT", "price": "3.01", "rate": 0.1}]
		parsed = parse_order(order("38.01", *items, tax_lines=taxes, total_tax="3.01"))
		assert [[tax.amount for tax in sold.taxes] for sold in parsed.lines] == [
			[Decimal("1.00")],
			[Decimal("2.01")],
			[],
		]
		assert balance(parsed) == 0

	def test_included_tax_does_not_add_to_the_total(self) -> None:
		taxes = [{"title": "VAT", "price": "2.00", "rate": "0.2"}]
		parsed = parse_order(order("12.00", line("12.00", tax_lines=taxes), taxes_included=True))
		assert (balance(parsed), parsed.lines[0].taxes[0].rate) == (0, Decimal("0.2"))

	def test_buyers_currency_with_its_rate(self) -> None:
		item = line("10.00", price_set=money("10.00", "9.00"))
		fields = {"presentment_currency": "EUR", "total_price_set": money("10.00", "9.00")}
		buyers = parse_order(order("10.00", item, **fields), presentment=True)
		shops = parse_order(order("10.00", item, **fields))
		assert (buyers.currency, buyers.total, buyers.lines[0].subtotal) == ("EUR", 9, 9)
		assert buyers.exchange_rate == Decimal("1.111111111")
		assert (shops.currency, shops.total, shops.exchange_rate) == ("USD", 10, 1)

	def test_amount_missing_in_the_buyers_currency_is_refused(self) -> None:
		fields = {"presentment_currency": "EUR", "total_price_set": money("10.00", "9.00")}
		with pytest.raises(PayloadRefused) as caught:
			parse_order(order("10.00", line("10.00"), **fields), presentment=True)
		assert caught.value.path == "line_items[0].price"

	def test_unbalanced_order_is_not_made_to_balance(self) -> None:
		parsed = parse_order(order("9.00", line("10.00"), total_tip_received="3.00"))
		assert (balance(parsed), parsed.charges) == (-1, ())


class TestCharges:
	def test_tip_beside_the_lines(self) -> None:
		parsed = parse_order(order("12.00", line("10.00"), total_tip_received="2.00"))
		assert [(charge.kind, charge.amount) for charge in parsed.charges] == [("tip", 2)]

	@pytest.mark.parametrize("title", ["Tip", "Trinkgeld", "Thanks!"])
	def test_tip_among_the_lines(self, title: str) -> None:
		tip = {"id": 8, "title": title, "price": "2.00", "quantity": 1}
		parsed = parse_order(order("12.00", line("10.00"), tip, total_tip_received="2.00"))
		assert [item.kind for item in parsed.lines] == ["product", "tip"]
		assert parsed.charges == ()

	def test_custom_line_beside_a_tip_stays_custom(self) -> None:
		custom = {"title": "Engraving", "price": "3.00", "quantity": 1}
		tip = {"title": "Danke", "price": "2.00", "quantity": 1}
		parsed = parse_order(order("15.00", line("10.00"), custom, tip, total_tip_received="2.00"))
		assert [item.kind for item in parsed.lines] == ["product", "custom", "tip"]

	def test_duties_with_their_tax(self) -> None:
		duty = {"id": 1, **money("4.00"), "tax_lines": [{"title": "VAT", "price": "0.80"}]}
		parsed = parse_order(order("14.80", line("10.00", duties=[duty])))
		assert [(c.kind, c.amount, c.taxes[0].amount) for c in parsed.charges] == [
			("duty", 4, Decimal("0.8"))
		]
		assert balance(parsed) == 0

	def test_duties_inside_the_prices_are_no_charge(self) -> None:
		duty = {"id": 1, **money("4.00"), "tax_lines": []}
		assert parse_order(order("10.00", line("10.00", duties=[duty]), duties_included=True)).charges == ()

	@pytest.mark.parametrize(
		("field", "kind", "amount"),
		[
			("original_total_duties_set", "duty", "4.00"),
			("original_total_additional_fees_set", "fee", "1.50"),
			("total_cash_rounding_payment_adjustment_set", "cash_rounding", "-0.02"),
		],
	)
	def test_charge_that_the_total_holds(self, field: str, kind: str, amount: str) -> None:
		fields = {field: money(amount)}
		held = parse_order(order(str(Decimal("10.00") + Decimal(amount)), line("10.00"), **fields))
		assert [(charge.kind, charge.amount) for charge in held.charges] == [(kind, Decimal(amount))]
		assert parse_order(order("10.00", line("10.00"), **fields)).charges == ()

	def test_several_charges_at_once(self) -> None:
		fields = {
			"total_tip_received": "2.00",
			"original_total_duties_set": money("4.00"),
			"original_total_additional_fees_set": money("1.00"),
		}
		parsed = parse_order(order("15.00", line("10.00"), **fields))
		assert {charge.kind for charge in parsed.charges} == {"duty", "fee"}
		assert balance(parsed) == 0

	def test_lines_before_refunds_make_the_total(self) -> None:
		parsed = parse_order(order("20.00", line("10.00", 2, current_quantity=0), current_total_price="0.00"))
		assert (parsed.lines[0].quantity, balance(parsed)) == (2, 0)

	def test_removed_parts_are_left_out_where_the_total_leaves_them_out(self) -> None:
		gone = {"id": 1, "title": "Post", "price": "5.00", "is_removed": True}
		items = (line("10.00", current_quantity=1), line("7.00", current_quantity=0))
		parsed = parse_order(order("10.00", *items, shipping_lines=[gone]))
		assert [item.quantity for item in parsed.lines] == [1]
		assert (parsed.shipping, balance(parsed)) == ((), 0)

	def test_pieces_removed_by_an_edit(self) -> None:
		taxes = [{"title": "VAT", "price": "6.00"}]
		item = line("10.00", 3, current_quantity=1, tax_lines=taxes)
		assert parse_order(order("12.00", item)).lines[0].quantity == 1
		assert parse_order(order("36.00", item)).lines[0].quantity == 3
		edited = parse_order(order("36.00", item, refunds=[]))
		assert (edited.lines[0].quantity, edited.total, balance(edited)) == (1, 12, 0)


class TestGraphql:
	"""The emulated store's answer, as it comes."""

	@staticmethod
	def answer(number: int = 0) -> tuple[Json, Json]:
		store = EmulatedShopify(1, shop=Shop(currency="USD"), points=1e6)
		placed = store.place(story(4, number, "USD", "shopify", datetime.now(timezone.utc)))
		told = json.loads(json.dumps(placed.as_webhook()))
		return store.graphql(document("order"), {"id": placed.gid, "lines": 250}), told

	@pytest.mark.parametrize("number", range(12))
	def test_answer_and_message_agree_in_both_currencies(self, number: int) -> None:
		answer, told = self.answer(number)
		for presentment in (False, True):
			asked = parse_order(answer, presentment)
			assert comparable(asked) == comparable(parse_order(told, presentment))
			assert asked == parse_order(answer["data"], presentment)
			assert asked == parse_order(answer["data"]["order"], presentment)

	def test_edges_are_taken_too(self) -> None:
		answer, told = self.answer()
		found = answer["data"]["order"]
		for field in ("lineItems", "shippingLines", "discountApplications"):
			found[field] = {"edges": [{"node": node} for node in found[field]["nodes"]]}
		assert comparable(parse_order(answer)) == comparable(parse_order(told))

	def test_first_page_of_lines_is_no_order(self) -> None:
		answer, _told = self.answer()
		answer["data"]["order"]["lineItems"]["pageInfo"]["hasNextPage"] = True
		with pytest.raises(PayloadRefused) as caught:
			parse_order(answer)
		assert caught.value.path == "lineItems"

	@pytest.mark.parametrize("fields", [{"lineItems": 1}, {"lineItems": {"nodes": [{}]}}, {"customer": "x"}])
	def test_answer_that_is_none(self, fields: Json) -> None:
		answer, _told = self.answer()
		with pytest.raises(PayloadRefused):
			parse_order({**answer["data"]["order"], **fields})
		assert parse_order(answer).id


class TestParts:
	def test_kinds_of_lines(self) -> None:
		items = (line("1"), line("1", gift_card=True), line("1", product_id=None, variant_id=None))
		assert [i.kind for i in parse_order(order("3", *items)).lines] == ["product", "gift_card", "custom"]

	def test_odd_lines_are_kept(self) -> None:
		items = (
			line("0.00", sku=""),
			line("5.00", 0, sku="  "),
			line("5.00", sku=None),
			line("5.00", title=None),
		)
		parsed = parse_order(order("10.00", *items))
		assert [item.sku for item in parsed.lines] == [None, None, None, "TEA"]
		assert [item.title for item in parsed.lines] == ["Tea", "Tea", "Tea", "TEA"]
		assert balance(parsed) == 0

	def test_ids_above_two_to_the_53rd_come_from_the_graphql_id(self) -> None:
		exact = {"id": 820982911946154500, "admin_graphql_api_id": "gid://shopify/Order/820982911946154508"}
		assert parse_order(order("1", line("1"), **exact)).id == "820982911946154508"

	def test_group_properties_and_location(self) -> None:
		item = line("1", sales_line_item_group_id=77, properties=[{"name": "Text", "value": "Für Zoë 🎁"}])
		parsed = parse_order(order("1", item, location_id=61))
		assert (parsed.lines[0].group, parsed.location_id) == ("77", "61")
		assert [(a.name, a.value) for a in parsed.lines[0].attributes] == [("Text", "Für Zoë 🎁")]

	def test_company_terms_and_purchase_order_number(self) -> None:
		schedules = [
			{"due_at": "2026-08-01T00:00:00Z", "amount": "4.00"},
			{"due_at": "2026-09-01T00:00:00Z", "amount": "6.00"},
		]
		terms = {"payment_terms_name": "Net 30", "due_in_days": 30, "payment_schedules": schedules}
		fields = {"company": {"id": 5, "location_id": 6}, "po_number": "PO-1", "payment_terms": terms}
		parsed = parse_order(order("10", line("10"), **fields))
		assert parsed.company and (parsed.company.id, parsed.company.location_id) == ("5", "6")
		assert parsed.po_number == "PO-1"
		assert parsed.payment_terms and (parsed.payment_terms.name, parsed.payment_terms.due_in_days) == (
			"Net 30",
			30,
		)
		assert [(i.due_on, i.amount) for i in parsed.payment_terms.schedule] == [
			(date(2026, 8, 1), 4),
			(date(2026, 9, 1), 6),
		]

	def test_guest_is_known_by_the_orders_own_email(self) -> None:
		guest = parse_order(order("1", line("1"), email="", contact_email="a@example.com")).customer
		assert guest and (guest.id, guest.email) == (None, "a@example.com")
		assert parse_order(order("1", line("1"))).customer is None

	def test_customer_without_access_to_personal_data(self) -> None:
		bare = {"id": 9, "email": None, "first_name": None, "last_name": None, "phone": None}
		parsed = parse_order(order("1", line("1"), customer=bare, billing_address=None))
		assert parsed.customer and (parsed.customer.id, parsed.customer.name) == ("9", None)

	def test_times_status_and_tags(self) -> None:
		fields = {"cancelled_at": "2026-07-02T00:00:00.5Z", "financial_status": None, "tags": " b, a,,b "}
		parsed = parse_order(order("1", line("1"), **fields))
		assert parsed.created_at == datetime(2026, 7, 1, 8, tzinfo=timezone.utc)
		assert not parsed.live and (parsed.status, parsed.payment_status) == ("pending", "pending")
		assert parsed.tags == ("a", "b")

	def test_admin_url_only_from_the_stores_own_domain(self) -> None:
		own = order("1", line("1"), order_status_url="https://acme.myshopify.com/1/orders/x")
		other = order("1", line("1"), order_status_url="https://acme.example/1/orders/x")
		assert parse_order(own).admin_url == "https://acme.myshopify.com/admin/orders/1"
		assert parse_order(other).admin_url is None

	def test_wrapped_order_is_the_same(self) -> None:
		assert parse_order({"order": PAYLOADS[0]}) == parse_order(PAYLOADS[0])

	def test_payments_only_where_the_message_carries_them(self) -> None:
		sale = {"id": 3, "kind": "sale", "status": "success", "amount": "1.00", "gateway": "bogus"}
		assert parse_order(order("1", line("1"))).payments is None
		parsed = parse_order(order("1", line("1"), transactions=[sale]))
		assert parsed.payments and (parsed.payments[0].amount, parsed.payments[0].currency) == (1, "USD")

	@pytest.mark.parametrize("text", ["1234.5", " 1234.50 ", "1,234.50", 1234.5, "1.2345e3"])
	def test_numbers_in_all_their_forms(self, text: Any) -> None:
		assert parse_order(order(text, line(text))).total == Decimal("1234.5")


class TestRefusals:
	def test_draft_order_is_no_order(self) -> None:
		draft = order("10.00", line("10.00"), admin_graphql_api_id="gid://shopify/DraftOrder/1")
		with pytest.raises(PayloadRefused) as refused:
			parse_order(draft)
		assert refused.value.params["path"] == "admin_graphql_api_id"

	@pytest.mark.parametrize("spoiling", SPOILED, ids=lambda spoiling: spoiling.wrong)
	def test_spoiled_payload_is_refused_with_its_field(self, spoiling: Spoiling) -> None:
		with pytest.raises(PayloadRefused) as caught:
			parse_order(spoiling.spoil(PAYLOADS[0]))
		assert caught.value.path == spoiling.field
		assert spoiling.field in str(caught.value)

	@pytest.mark.parametrize(
		("path", "fields"),
		[
			("line_items", {"line_items": None}),
			("line_items", {"line_items": {}}),
			("line_items[0].price", {"line_items": [{"quantity": 1}]}),
			("line_items[0].price", {"line_items": [{"quantity": 1, "price": True}]}),
			("line_items[0].price", {"line_items": [{"quantity": 1, "price": "1e999"}]}),
			("line_items[0].price", {"line_items": [{"quantity": 1, "price": "1" * 30}]}),
			("line_items[0].quantity", {"line_items": [{"price": "1", "quantity": None}]}),
			("line_items[0].tax_lines[0]", {"line_items": [line("1", tax_lines=["VAT"])]}),
			("customer", {"customer": "Zoë"}),
			("customer.default_address", {"customer": {"id": 1, "default_address": "Paris"}}),
			("shipping_address.city", {"shipping_address": {"city": ["Paris"]}}),
			("payment_terms.due_in_days", {"payment_terms": {"due_in_days": 1.5}}),
			("note_attributes[0]", {"note_attributes": ["x"]}),
			("tags", {"tags": ["a"]}),
			("id", {"id": "12; drop"}),
			("currency", {"currency": "dollars"}),
			("updated_at", {"updated_at": "2026-13-01T00:00:00Z"}),
			("total_price", {"total_price": float("nan")}),
		],
	)
	def test_path_of_the_offending_field(self, path: str, fields: Json) -> None:
		with pytest.raises(PayloadRefused) as caught:
			parse_order({**order("1", line("1")), **fields})
		assert caught.value.path == path

	@pytest.mark.parametrize(
		("path", "both"),
		[
			("price_set", "1"),
			("price_set.presentment_money", {"presentment_money": 1}),
			("price_set.presentment_money.amount", {"presentment_money": {"amount": "one"}}),
			("price_set.presentment_money.currency_code", money("1.00", None)),
		],
	)
	def test_path_inside_the_amounts_of_both_currencies(self, path: str, both: Any) -> None:
		fields = {"presentment_currency": "EUR", "total_price_set": money("1.00", "0.90")}
		with pytest.raises(PayloadRefused) as caught:
			parse_order(order("1", line("1", price_set=both), **fields), presentment=True)
		assert caught.value.path == f"line_items[0].{path}"

	def test_plain_amount_is_the_shops_own_word(self) -> None:
		parsed = parse_order(order("10.00", line("10.00", price_set=money("9.00"))))
		assert (parsed.lines[0].subtotal, balance(parsed)) == (10, 0)

	def test_amounts_beyond_all_proportion(self) -> None:
		items = (line("999999999999999"), line("-999999999999998.999999999999"))
		taxes = [{"title": "VAT", "price": "999999999999999"}]
		with pytest.raises(PayloadRefused) as caught:
			parse_order(order("1.00", *items, tax_lines=taxes))
		assert caught.value.path == "line_items"
		fields = {
			"presentment_currency": "EUR",
			"total_price_set": money("999999999999999", "0.000000000001"),
		}
		with pytest.raises(PayloadRefused):
			parse_order(order("999999999999999", **fields), presentment=True)

	@pytest.mark.parametrize("payload", [{}, {"order": None}, {"order": []}, {"order": {}}, {"orders": [{}]}])
	def test_what_is_no_order(self, payload: Json) -> None:
		with pytest.raises(PayloadRefused):
			parse_order(payload)


JUNK = st.recursive(
	st.none()
	| st.booleans()
	| st.integers()
	| st.floats()
	| st.text()
	| st.sampled_from(
		["-0", "1e400", "１２", "\ud800", "\x00", "2026-99-99T00:00:00Z", "gid://shopify/Order/"]
	),
	lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
	max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
	"""Paths of everything inside a JSON value."""
	steps: list[tuple[Any, Any]] = []
	if isinstance(value, dict):
		steps = list(value.items())
	elif isinstance(value, list):
		steps = list(enumerate(value))
	found = [(*path, step) for step, _ in steps]
	return found + [deeper for step, inner in steps for deeper in places(inner, (*path, step))]


def replaced(payload: Json, path: tuple[Any, ...], value: Any) -> None:
	"""Put a value in; the path may be gone by an earlier replacement."""
	here: Any = payload
	for step in path[:-1]:
		try:
			here = here[step]
		except (KeyError, IndexError, TypeError):
			return
	if isinstance(here, dict) or (
		isinstance(here, list) and isinstance(path[-1], int) and path[-1] < len(here)
	):
		here[path[-1]] = value


ANSWERS = [TestGraphql.answer(number)[0] for number in range(4)]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_mutated_payload_is_an_order_or_refused(data: st.DataObject) -> None:
	payload = copy.deepcopy(data.draw(st.sampled_from([*PAYLOADS, *ANSWERS])))
	for _ in range(data.draw(st.integers(1, 4))):
		replaced(payload, data.draw(st.sampled_from(places(payload))), data.draw(JUNK))
	try:
		parsed = PLATFORM.parse_order(payload, data.draw(st.booleans()))
	except PayloadRefused as refused:
		assert isinstance(refused.path, str) and str(refused)
	else:
		assert isinstance(parsed, Order) and parsed.total.is_finite()
		balance(parsed)
