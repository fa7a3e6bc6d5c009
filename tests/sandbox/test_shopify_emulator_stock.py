"""Stock of the emulated Shopify: compare-and-set, idempotency, activation, and what orders do to it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ecommerce_sync.sandbox.catalogue import generated
from ecommerce_sync.sandbox.shopify import EmulatedShopify, StoreLocation
from ecommerce_sync.sandbox.story import Bought

from .shopify_shop import HERE, SET, THERE, ask, codes, item, place, push, quantity, refused, shop
from .shopify_stories import story

LEVEL = """query Levels($id: ID!, $all: Boolean) { inventoryItem(id: $id) { tracked
	inventoryLevels(first: 9, includeInactive: $all) { nodes { isActive location { id }
		quantities(names: ["available", "on_hand", "committed"]) { name quantity } } } } }"""
ACTIVATE = """mutation($item: ID!, $place: ID!, $available: Int, $key: String!) {
	inventoryActivate(inventoryItemId: $item, locationId: $place, available: $available)
	@idempotent(key: $key) {
		inventoryLevel { id isActive quantities(names: ["available"]) { quantity } }
		userErrors { field message } } }"""
TOGGLE = """mutation($item: ID!, $updates: [InventoryBulkToggleActivationInput!]!) {
	inventoryBulkToggleActivation(inventoryItemId: $item, inventoryItemUpdates: $updates) {
		inventoryItem { id } inventoryLevels { location { id } isActive } userErrors { code field } } }"""
ITEM = """mutation($id: ID!, $input: InventoryItemInput!) { inventoryItemUpdate(id: $id, input: $input) {
	inventoryItem { sku tracked harmonizedSystemCode countryCodeOfOrigin
		measurement { weight { value unit } } }
	userErrors { field message } } }"""


def levels(store: EmulatedShopify, sku: str, **variables: Any) -> dict[int, dict[str, int]]:
	found = ask(store, LEVEL, id=item(store, sku), **variables)["inventoryItem"]["inventoryLevels"]["nodes"]
	return {
		int(node["location"]["id"].rpartition("/")[2]): {q["name"]: q["quantity"] for q in node["quantities"]}
		for node in found
	}


def only_here(_sku: str | None, location_id: int) -> int | None:
	return 100 if location_id == HERE else None


def test_stock_opens_as_told() -> None:
	assert shop().available("TEE-S") == 100
	places = [StoreLocation(7, "A"), StoreLocation(8, "B"), StoreLocation(9, "Shut", is_active=False)]
	store = shop(locations=places, stock=lambda sku, at: 5 if sku == "MUG-WHITE" and at == 8 else None)
	assert levels(store, "MUG-WHITE") == {8: {"available": 5, "on_hand": 5, "committed": 0}}
	assert levels(store, "MUG-WHITE", all=True).keys() == {7, 8, 9}
	assert levels(store, "BAG") == {}


def test_quantities_are_set_and_told_of() -> None:
	store = shop()
	done = push(store, [quantity(store, "TEE-S", 7, 100), quantity(store, "TEE-M", 100, 100)])
	assert done["userErrors"] == []
	changes = done["inventoryAdjustmentGroup"]["changes"]
	assert [(c["name"], c["delta"], c["quantityAfterChange"]) for c in changes] == [
		("available", -93, 7),
		("on_hand", -93, 7),
	]
	assert (store.available("TEE-S"), store.available("TEE-S", THERE)) == (7, 100)


def test_on_hand_leaves_what_is_committed() -> None:
	store = shop()
	store.sell("TEE-S", 3)
	assert levels(store, "TEE-S")[HERE] == {"available": 97, "on_hand": 100, "committed": 3}
	assert push(store, [quantity(store, "TEE-S", 50, 100)], name="on_hand")["userErrors"] == []
	assert levels(store, "TEE-S")[HERE] == {"available": 47, "on_hand": 50, "committed": 3}


def test_a_stale_number_stops_all_and_is_named() -> None:
	store = shop()
	store.set_available("TEE-M", HERE, 9)
	given = [
		quantity(store, "TEE-S", 1, 100),
		quantity(store, "TEE-M", 2, 100),
		quantity(store, "TEE-L", 3, 99),
	]
	answer = push(store, given)
	assert answer["inventoryAdjustmentGroup"] is None
	assert codes(answer) == [
		("CHANGE_FROM_QUANTITY_STALE", ["input", "quantities", "1", "changeFromQuantity"]),
		("CHANGE_FROM_QUANTITY_STALE", ["input", "quantities", "2", "changeFromQuantity"]),
	]
	assert [store.available(sku) for sku in ("TEE-S", "TEE-M", "TEE-L")] == [100, 9, 100]
	assert push(store, [quantity(store, "TEE-M", 2, None)], key="b")["userErrors"] == []  # null: no compare
	assert store.available("TEE-M") == 2


@pytest.mark.parametrize(
	("change", "code", "field"),
	[
		({"inventoryItemId": "gid://shopify/InventoryItem/1"}, "INVALID_INVENTORY_ITEM", "inventoryItemId"),
		({"locationId": "gid://shopify/Location/1"}, "INVALID_LOCATION", "locationId"),
		({"quantity": -1}, "INVALID_QUANTITY_NEGATIVE", "quantity"),
		({"quantity": 1_000_000_001}, "INVALID_QUANTITY_TOO_HIGH", "quantity"),
	],
)
def test_wrong_quantities_are_refused(change: dict[str, Any], code: str, field: str) -> None:
	store = shop()
	answer = push(store, [quantity(store, "TEE-S", 1, 100), quantity(store, "TEE-M", 1, 100) | change])
	assert codes(answer) == [(code, ["input", "quantities", "1", field])]
	assert store.available("TEE-S") == 100


def test_a_variant_is_no_inventory_item_and_a_bundle_has_no_number() -> None:
	store = shop()
	variant = {"inventoryItemId": store.goods.find("TEE-S").gid}
	assert codes(push(store, [quantity(store, "TEE-S", 1, None) | variant]))[0][0] == "INVALID_INVENTORY_ITEM"
	bundle = push(store, [quantity(store, "SET-DESK", 1, None)], key="b")
	assert codes(bundle)[0][0] == "NON_MUTABLE_INVENTORY_ITEM"
	twice = push(store, [quantity(store, "TEE-S", 1, None), quantity(store, "TEE-S", 2, None)], key="c")
	assert codes(twice)[0][0] == "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"


@pytest.mark.parametrize(
	("change", "code"),
	[
		({"name": "reserved"}, "INVALID_NAME"),
		({"reason": "because"}, "INVALID_REASON"),
		({"referenceDocumentUri": "no address"}, "INVALID_REFERENCE_DOCUMENT"),
	],
)
def test_wrong_heads_are_refused(change: dict[str, str], code: str) -> None:
	store = shop()
	assert codes(push(store, [quantity(store, "TEE-S", 1, 100)], **change))[0][0] == code


def test_a_key_is_demanded_and_works_once() -> None:
	store = shop()
	first = push(store, [quantity(store, "TEE-S", 90, 100)])
	store.sell("TEE-S", 5)
	assert push(store, [quantity(store, "TEE-S", 90, 100)]) == first  # not done again: 85 stays
	assert store.available("TEE-S") == 85
	other = push(store, [quantity(store, "TEE-S", 91, 100)])
	assert codes(other) == [("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", None)]
	push(store, [quantity(store, "TEE-M", 1, 5)], key="failed")
	again = push(store, [quantity(store, "TEE-M", 1, 5)], key="failed")
	assert codes(again) == [("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", None)]
	given = {"name": "available", "reason": "correction", "quantities": [quantity(store, "TEE-S", 1, 85)]}
	bare = SET.replace("@idempotent(key: $key)", "").replace(", $key: String!", "")
	assert "@idempotent directive is required" in refused(store, bare, input=given)["message"]
	del given["quantities"][0]["changeFromQuantity"]  # type: ignore[index]
	assert refused(store, SET, input=given, key="x")["extensions"]["code"] == "INVALID_FIELD_ARGUMENTS"


def test_251_quantities_are_too_many() -> None:
	store = shop(catalogue=generated(300, 300))
	given = [quantity(store, f"G-{100_000 + n}", 1, 100) for n in range(251)]
	head = {"name": "available", "reason": "correction"}
	error = refused(store, SET, input={**head, "quantities": given}, key="k")
	assert error["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"
	assert push(store, given[:250])["userErrors"] == []
	assert (store.available("G-100249"), store.available("G-100250")) == (1, 100)


def test_what_is_set_without_activation_piles_up() -> None:
	store = shop(stock=only_here)
	for key, number in (("a", 5), ("b", 7)):
		assert push(store, [quantity(store, "TEE-S", number, None, THERE)], key)["userErrors"] == []
	assert THERE not in levels(store, "TEE-S")
	given = {"item": item(store, "TEE-S"), "place": place(THERE), "key": "c"}
	answer = ask(store, ACTIVATE, **given)["inventoryActivate"]
	assert answer["inventoryLevel"]["quantities"] == [{"quantity": 12}]
	assert store.available("TEE-S", THERE) == 12


def test_activation_first_makes_a_set_right() -> None:
	store = shop(stock=only_here)
	given = {"item": item(store, "TEE-S"), "place": place(THERE)}
	assert ask(store, ACTIVATE, **given, key="a")["inventoryActivate"]["userErrors"] == []
	assert push(store, [quantity(store, "TEE-S", 5, 0, THERE)])["userErrors"] == []
	assert push(store, [quantity(store, "TEE-S", 7, 5, THERE)], "b")["userErrors"] == []
	assert levels(store, "TEE-S")[THERE]["available"] == 7
	late = ask(store, ACTIVATE, **given, available=3, key="late")["inventoryActivate"]
	assert "already active" in late["userErrors"][0]["message"]


def test_places_are_switched_in_bulk() -> None:
	store = shop(stock=only_here)
	store.sell("TEE-S", 1)

	def toggle(sku: str, at: int, activate: bool) -> Any:
		updates = [{"locationId": place(at), "activate": activate}]
		return ask(store, TOGGLE, item=item(store, sku), updates=updates)["inventoryBulkToggleActivation"]

	assert toggle("TEE-M", THERE, True)["inventoryLevels"][0]["isActive"] is True
	assert codes(toggle("TEE-S", HERE, False))[0][0] == "COMMITTED_INVENTORY_AT_LOCATION"
	assert codes(toggle("TEE-L", HERE, False))[0][0] == "CANNOT_DEACTIVATE_FROM_ONLY_LOCATION"
	assert codes(toggle("TEE-L", 99, True))[0][0] == "LOCATION_NOT_FOUND"
	assert toggle("TEE-M", HERE, False)["userErrors"] == []
	assert levels(store, "TEE-M").keys() == {THERE}


def test_orders_move_stock_and_cancelling_brings_it_back() -> None:
	store = shop()
	order = store.place(
		story(
			lines=(
				Bought("Organic T-Shirt", Decimal("24.90"), 4, sku="TEE-S", variant_title="S"),
				Bought("Desk Starter Set", Decimal("99.00"), 2, sku="SET-DESK"),
				Bought("Engraving", Decimal("5.00"), 9, "custom"),
			),
			location_id=THERE,
		)
	)
	assert levels(store, "TEE-S")[THERE] == {"available": 96, "on_hand": 100, "committed": 4}
	assert (store.available("LAMP", THERE), store.available("PEN-BLACK", THERE)) == (98, 94)
	assert store.available("SET-DESK", THERE) == 31  # 94 pens, three a set
	store.update(order.id, quantities={0: 1})
	assert store.available("TEE-S", THERE) == 99
	store.cancel(order.id)
	assert levels(store, "TEE-S")[THERE] == {"available": 100, "on_hand": 100, "committed": 0}
	assert store.available("LAMP", THERE) == 100


def test_lines_name_the_variants_of_the_catalogue() -> None:
	store = shop(catalogue=generated(3, 9))
	order = store.sell("G-100001-2", 2)
	variant = store.goods.find("G-100001-2")
	line = order.as_webhook()["line_items"][0]
	assert (line["product_id"], line["variant_id"]) == (variant.product.id, variant.id)
	query = (
		"query($id: ID!) { order(id: $id) { lineItems(first: 1) { nodes { variant { id sku price } } } } }"
	)
	shown = ask(store, query, id=order.gid)["order"]["lineItems"]["nodes"][0]["variant"]
	assert shown == {"id": variant.gid, "sku": "G-100001-2", "price": str(variant.price)}
	store.goods.delete(variant.product.id)
	assert ask(store, query, id=order.gid)["order"]["lineItems"]["nodes"][0]["variant"] is None
	assert store.order(order.id).as_webhook()["line_items"][0]["variant_id"] == variant.id


def test_a_sale_steps_in_before_a_write() -> None:
	store = shop()

	def sale(call: Any) -> None:
		if call.name == "Push" and not store.orders():
			store.sell("TEE-S", 2)

	store.before_write = sale
	answer = push(store, [quantity(store, "TEE-S", 50, 100)])
	assert codes(answer)[0][0] == "CHANGE_FROM_QUANTITY_STALE"
	assert store.available("TEE-S") == 98
	assert push(store, [quantity(store, "TEE-S", 50, 98)], "b")["userErrors"] == []


def test_calls_are_counted() -> None:
	store = shop()
	levels(store, "TEE-S")
	push(store, [quantity(store, "TEE-S", 1, 100)])
	ask(store, "{ shop { name } location { id } }")
	assert (store.calls.reads, store.calls.writes) == (2, 1)
	assert store.calls.by_name == {"Levels": 1, "Push": 1, "shop, location": 1}
	assert store.calls.by_field["inventorySetQuantities"] == 1
	store.calls.clear()
	assert store.calls.reads == 0


def test_items_are_changed() -> None:
	store = shop()
	weight = {"weight": {"value": 1.5, "unit": "KILOGRAMS"}}
	given = {
		"sku": "TEE-SMALL",
		"tracked": False,
		"harmonizedSystemCode": "6109.10",
		"countryCodeOfOrigin": "PT",
		"measurement": weight,
	}
	answer = ask(store, ITEM, id=item(store, "TEE-S"), input=given)["inventoryItemUpdate"]
	assert answer == {"inventoryItem": given, "userErrors": []}
	assert store.goods.find("TEE-SMALL").tracked is False
	wrong = ask(store, ITEM, id=item(store, "TEE-M"), input={"harmonizedSystemCode": "12"})
	assert wrong["inventoryItemUpdate"]["userErrors"][0]["field"] == ["input", "harmonizedSystemCode"]
	none = ask(store, ITEM, id="gid://shopify/InventoryItem/1", input={})["inventoryItemUpdate"]
	assert none["inventoryItem"] is None and none["userErrors"][0]["field"] == ["id"]
