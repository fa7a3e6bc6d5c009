"""Answers of the emulated Admin GraphQL endpoint: right by the real schema, and refused as Shopify refuses."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type, is_required_argument
from hypothesis import HealthCheck, given, settings

from ecommerce_sync.sandbox.shopify import ALL_SCOPES, EmulatedShopify, Shop, StoreLocation
from ecommerce_sync.sandbox.shopify.schema import schema
from ecommerce_sync.sandbox.story import Story

from .shopify_stories import PLACED, everything, random_stories, story

# Types asked for by their id only, where they would lead back or away from the order.
BY_ID = {
	"Order",
	"Product",
	"ProductVariant",
	"Location",
	"PaymentTerms",
	"InventoryItem",
	"Metafield",
	"Image",
	"Publication",
}
# What no order needs of these; asking for it is an error that says so.
NOT_EMULATED = {
	"Customer": """amountSpent canDelete companyContactProfiles createdAt image lastOrder lifetimeDuration
		metafields multipassIdentifier numberOfOrders orders productSubscriberStatus updatedAt""",
	"CustomerEmailAddress": """marketingOptInLevel marketingState marketingUnsubscribeUrl marketingUpdatedAt
		openTrackingLevel openTrackingUrl sourceLocation""",
	"Company": """contactsCount createdAt customerSince defaultCursor lifetimeDuration locationsCount metafields orders
		ordersCount totalSpent updatedAt""",
	"CompanyContact": "createdAt lifetimeDuration orders updatedAt",
	"CompanyLocation": """catalogsCount createdAt defaultCursor inCatalog metafields orders ordersCount
		totalSpent updatedAt""",
	"OrderApp": "icon",
	"LineItem": "image",
	"OrderTransaction": "paymentIcon",
	"CompanyAddress": "createdAt formattedAddress updatedAt",
}


def ask(store: EmulatedShopify, query: str, /, **variables: Any) -> Any:
	answer = store.graphql(query, variables)
	assert "errors" not in answer, answer["errors"]
	return answer["data"]


def refused(store: EmulatedShopify, query: str, /, **variables: Any) -> Any:
	return store.graphql(query, variables)["errors"][0]


def stocked(**settings_: Any) -> EmulatedShopify:
	return EmulatedShopify(clock=lambda: PLACED + timedelta(days=1), points=100_000, **settings_)


def selection(type_: Any, path: tuple[str, ...] = ()) -> str:
	"""Every field of a type that the emulated store answers, down to amounts and ids."""
	if hasattr(type_, "types") or not isinstance(type_, GraphQLObjectType):
		members = schema().get_possible_types(type_)
		parts = [
			f"... on {m.name} {selection(m, (*path, type_.name))}" for m in members if m.name not in path
		]
		return "{ __typename " + " ".join(parts) + " }"
	if path and (type_.name in BY_ID or type_.name in path):
		return "{ id }" if "id" in type_.fields else "{ __typename }"
	skipped = NOT_EMULATED.get(type_.name, "").split()
	fields = [whole(n, f, (*path, type_.name)) for n, f in type_.fields.items() if n not in skipped]
	return "{ __typename " + " ".join(part for part in fields if part) + " }"


def whole(name: str, field: Any, path: tuple[str, ...]) -> str:
	if any(is_required_argument(argument) for argument in field.args.values()):
		return ""
	returned = get_named_type(field.type)
	if is_leaf_type(returned):
		return name
	pages = "(first: 3)" if returned.name.endswith("Connection") else ""
	return f"{name}{pages} {selection(returned, path)}"


@pytest.mark.parametrize("state", ["placed", "cancelled", "edited"])
def test_every_field_of_an_order_is_answered_by_the_schema(state: str) -> None:
	store = stocked()
	order = store.place(everything())
	if state == "cancelled":
		store.cancel(order.id)
	elif state == "edited":
		store.update(order.id, quantities={0: 1}, paid=True)
	fields = schema().type_map["Order"].fields  # type: ignore[attr-defined]
	for name, definition in fields.items():
		asked = whole(name, definition, ("Order",)) or f'{name}(key: "a.b") {{ id }}'
		query = f'{{ order(id: "{order.gid}") {{ {asked} }} }}'
		assert name in ask(store, query)["order"]


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(random_stories())
def test_both_forms_of_an_order_say_the_same(told: Story) -> None:
	store = stocked()
	order = store.place(told)
	bag = "{ shopMoney { amount } presentmentMoney { amount } }"
	query = f"""query($id: ID!) {{ order(id: $id) {{ totalPriceSet {bag} totalTaxSet {bag}
		totalDiscountsSet {bag} currentTotalPriceSet {bag} totalOutstandingSet {bag} subtotalPriceSet {bag}
		taxLines {{ title rate priceSet {bag} }}
		lineItems(first: 9) {{ nodes {{ id sku quantity originalUnitPriceSet {bag}
			discountAllocations {{ allocatedAmountSet {bag} }} taxLines {{ title rate priceSet {bag} }} }} }}
		shippingLines(first: 9) {{ nodes {{ title discountedPriceSet {bag} taxLines {{ title }} }} }} }} }}"""
	data, payload = ask(store, query, id=order.gid)["order"], order.as_webhook()
	for ours, theirs in (
		("totalPriceSet", "total_price_set"),
		("totalTaxSet", "total_tax_set"),
		("totalDiscountsSet", "total_discounts_set"),
		("subtotalPriceSet", "subtotal_price_set"),
		("currentTotalPriceSet", "current_total_price_set"),
	):
		assert amounts(data[ours]) == amounts(payload[theirs])
	assert amounts(data["totalOutstandingSet"])[0] == Decimal(payload["total_outstanding"])
	assert taxes(data["taxLines"], "priceSet") == taxes(payload["tax_lines"], "price_set")
	for node, line in zip(data["lineItems"]["nodes"], payload["line_items"], strict=True):
		assert node["id"] == line["admin_graphql_api_id"]
		assert (node["sku"], node["quantity"]) == (line["sku"], line["quantity"])
		assert amounts(node["originalUnitPriceSet"]) == amounts(line["price_set"])
		assert taxes(node["taxLines"], "priceSet") == taxes(line["tax_lines"], "price_set")
		given_off = [amounts(a["allocatedAmountSet"]) for a in node["discountAllocations"]]
		assert given_off == [amounts(a["amount_set"]) for a in line["discount_allocations"]]
	for node, line in zip(data["shippingLines"]["nodes"], payload["shipping_lines"], strict=True):
		assert amounts(node["discountedPriceSet"]) == amounts(line["discounted_price_set"])


def amounts(price_set: Any) -> tuple[Decimal, Decimal]:
	shop, presentment = price_set.values()
	return Decimal(shop["amount"]), Decimal(presentment["amount"])


def taxes(lines: Any, money: str) -> list[Any]:
	return [(line["title"], line["rate"], amounts(line[money])) for line in lines]


def test_decimals_look_like_recorded_ones() -> None:
	# A recorded answer shows 679 kroner as "679.0".
	store = stocked()
	order = store.place(story())
	data = ask(store, f'{{ order(id: "{order.gid}") {{ totalPriceSet {{ shopMoney {{ amount }} }} }} }}')
	assert data["order"]["totalPriceSet"]["shopMoney"]["amount"] == "30.0"


def test_an_unknown_order_is_null_and_an_invalid_id_an_error() -> None:
	store = stocked()
	assert ask(store, '{ order(id: "gid://shopify/Order/1") { id } }') == {"order": None}
	assert refused(store, '{ order(id: "1001") { id } }')["message"] == "Invalid global id '1001'"


@pytest.mark.parametrize(
	("query", "code", "words"),
	[
		("{ shop { nmae } }", "undefinedField", "Field 'nmae' doesn't exist on type 'Shop'"),
		('{ order(id: "x") { totalPrice } }', "undefinedField", "Field 'totalPrice' doesn't exist"),
		("{ shop { name(loud: true) } }", "argumentNotAccepted", "loud"),
		("{ order { id } }", "missingRequiredArguments", "id"),
		("{ shop }", "selectionMismatch", "shop"),
		("query($id: String!) { order(id: $id) { id } }", "variableMismatch", "id"),
		(
			"query { orders(first: 1, sortKey: BEST) { nodes { id } } }",
			"argumentLiteralsIncompatible",
			"BEST",
		),
		("{ orders(first: 1) { nodes { customer { lastOrder { id } } } } }", "NOT_EMULATED", "lastOrder"),
		("{ orders { nodes { id } } }", "BAD_REQUEST", "you must provide one of first or last"),
		("{ orders(first: 251) { nodes { id } } }", "BAD_REQUEST", "250"),
		('{ orders(first: 1, after: "junk") { nodes { id } } }', "BAD_REQUEST", "cursor"),
		('{ orders(first: 1, query: "colour:red") { nodes { id } } }', "BAD_REQUEST", "colour"),
	],
)
def test_what_the_real_store_refuses_is_refused(query: str, code: str, words: str) -> None:
	store = stocked()
	store.place(story())
	error = refused(store, query)
	assert error["extensions"]["code"] == code
	assert words in error["message"]


def test_a_variable_of_the_wrong_type_and_bad_syntax_are_errors() -> None:
	store = stocked()
	error = refused(store, "query($n: Int!) { orders(first: $n) { nodes { id } } }", n="ten")
	assert error["extensions"]["code"] == "INVALID_VARIABLE"
	assert "Syntax Error" in refused(store, "{ shop { ")["message"]


def test_a_missing_scope_denies_the_field_and_keeps_the_rest() -> None:
	store = stocked(scopes=ALL_SCOPES - {"read_customers"})
	order = store.place(story())
	answer = store.graphql(f'{{ order(id: "{order.gid}") {{ name customer {{ id }} }} }}')
	assert answer["data"] == {"order": {"name": "#1001", "customer": None}}
	assert answer["errors"][0]["message"].startswith("Access denied for customer field. Required access:")
	assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
	assert "read_customers" in answer["errors"][0]["extensions"]["requiredAccess"]
	assert answer["errors"][0]["path"] == ["order", "customer"]


def test_a_missing_scope_on_what_cannot_be_null_leaves_no_data() -> None:
	answer = stocked(scopes=["read_locations"]).graphql("{ orders(first: 1) { nodes { id } } }")
	assert answer["data"] is None
	assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


def test_writing_orders_includes_reading_them() -> None:
	store = stocked(scopes=["write_orders"])
	assert ask(store, "{ orders(first: 1) { nodes { id } } }") == {"orders": {"nodes": []}}


def test_orders_older_than_60_days_need_their_own_scope() -> None:
	now = datetime(2026, 11, 1, tzinfo=timezone.utc)
	for scopes, seen in ((ALL_SCOPES, 1), (ALL_SCOPES - {"read_all_orders"}, 0)):
		store = EmulatedShopify(clock=lambda: now, scopes=scopes)
		store.place(story())
		assert len(ask(store, "{ orders(first: 5) { nodes { id } } }")["orders"]["nodes"]) == seen


PAGES = """query($after: String, $query: String, $reverse: Boolean) {
	orders(first: 3, after: $after, query: $query, sortKey: UPDATED_AT, reverse: $reverse) {
		pageInfo { hasNextPage endCursor } nodes { name updatedAt } edges { cursor } } }"""


def many(count: int = 10) -> EmulatedShopify:
	store = stocked()
	for n in range(count):
		store.place(story(number=1001 + n, created_at=PLACED + timedelta(minutes=n)))
	return store


def read_all(store: EmulatedShopify, **variables: Any) -> list[str]:
	names: list[str] = []
	page: Any = {"hasNextPage": True, "endCursor": None}
	while page["hasNextPage"]:
		orders = ask(store, PAGES, after=page["endCursor"], **variables)["orders"]
		assert len(orders["nodes"]) == len(orders["edges"]) <= 3
		names += [node["name"] for node in orders["nodes"]]
		page = orders["pageInfo"]
	return names


def test_pages_follow_each_other_in_the_order_of_change() -> None:
	store = many()
	first = store.orders()[0]
	store.update(first.id, at=PLACED + timedelta(hours=1), note="changed")
	expected = [f"#{1001 + n}" for n in (*range(1, 10), 0)]
	assert read_all(store) == expected
	assert read_all(store, reverse=True) == expected[::-1]


def test_an_order_that_changes_while_paging_is_met_again() -> None:
	store = many(6)
	page = ask(store, PAGES)["orders"]
	store.update(store.orders()[1].id, at=PLACED + timedelta(hours=1), note="changed")
	rest = ask(store, PAGES, after=page["pageInfo"]["endCursor"])["orders"]["nodes"]
	assert [node["name"] for node in page["nodes"]] == ["#1001", "#1002", "#1003"]
	assert [node["name"] for node in rest] == ["#1004", "#1005", "#1006"]
	last = ask(store, PAGES, query="updated_at:>='2026-09-01T09:00:00Z'")["orders"]["nodes"]
	assert [node["name"] for node in last] == ["#1002"]


@pytest.mark.parametrize(
	("query", "names"),
	[
		("updated_at:>='2026-09-01T08:38:00Z'", ["#1009", "#1010"]),
		("updated_at:>2026-09-01T08:38:00Z", ["#1010"]),
		("updated_at:<2026-09-01T10:31:00", ["#1001"]),  # the shop's time
		(
			"created_at:>=2026-09-01T10:31:00+02:00 AND created_at:<=2026-09-01T10:32:00+02:00",
			["#1002", "#1003"],
		),
		("name:1004", ["#1004"]),
		("name:#1004 test:false", ["#1004"]),
		("status:cancelled", []),
		("id:5400000001002", ["#1002"]),
		("-created_at:>2026-09-01T10:30:00", ["#1001"]),
	],
)
def test_filters_find_what_they_say(query: str, names: list[str]) -> None:
	assert read_all(many(), query=query) == names


def test_last_and_before_page_backwards() -> None:
	store = many(5)
	query = """query($before: String) { orders(last: 2, before: $before, sortKey: CREATED_AT) {
		nodes { name } pageInfo { startCursor hasPreviousPage hasNextPage } } }"""
	page = ask(store, query)["orders"]
	assert [node["name"] for node in page["nodes"]] == ["#1004", "#1005"]
	before = ask(store, query, before=page["pageInfo"]["startCursor"])["orders"]
	assert [node["name"] for node in before["nodes"]] == ["#1002", "#1003"]
	assert before["pageInfo"]["hasPreviousPage"] and before["pageInfo"]["hasNextPage"]


def test_the_shop_its_app_and_its_locations() -> None:
	places = (StoreLocation(1, "B"), StoreLocation(2, "A"), StoreLocation(3, "Old", is_active=False))
	shop = Shop(domain="x.myshopify.com", currency="JPY", time_zone="Asia/Tokyo", locations=places)
	store = stocked(shop=shop, scopes=["read_locations", "read_orders"])
	data = ask(
		store,
		"""{ shop { name myshopifyDomain currencyCode taxesIncluded ianaTimezone timezoneOffset
			plan { publicDisplayName } enabledPresentmentCurrencies }
		currentAppInstallation { accessScopes { handle } app { title } }
		active: locations(first: 5) { nodes { name isActive address { countryCode } } }
		all: locations(first: 5, includeInactive: true) { nodes { name } }
		location(id: "gid://shopify/Location/1") { name } }""",
	)
	assert (data["shop"]["currencyCode"], data["shop"]["timezoneOffset"]) == ("JPY", "+0900")
	granted = [scope["handle"] for scope in data["currentAppInstallation"]["accessScopes"]]
	assert granted == ["read_locations", "read_orders"]
	assert [node["name"] for node in data["active"]["nodes"]] == ["A", "B"]
	assert [node["name"] for node in data["all"]["nodes"]] == ["A", "B", "Old"]
	assert data["location"] == {"name": "B"}


def test_what_is_sold_without_being_listed_is_listed_from_then_on() -> None:
	store = stocked(catalogue=())
	store.place(everything())
	data = ask(
		store,
		"""{ productVariants(first: 9, query: "sku:CUP") { nodes { sku product { title } inventoryItem { id } } }
		products(first: 9) { nodes { id title } } }""",
	)
	assert [node["sku"] for node in data["productVariants"]["nodes"]] == ["CUP"]
	titles = {node["title"] for node in data["products"]["nodes"]}
	assert titles == {"Teapot", "Cup", "Saucer", "Gift card"}


def test_nodes_are_found_by_id() -> None:
	store = stocked()
	order = store.place(story())
	ids = [order.gid, "gid://shopify/Location/61", "gid://shopify/Order/9"]
	data = ask(store, "query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }", ids=ids)
	assert [node and node["__typename"] for node in data["nodes"]] == ["Order", "Location", None]
