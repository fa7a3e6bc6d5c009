"""What the emulated Shopify sells, as queries show it, and the webhooks that tell of its changes."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type, is_required_argument
from jsonschema import Draft202012Validator

from ecommerce_sync.sandbox.catalogue import PRODUCTS, generated
from ecommerce_sync.sandbox.shopify import EmulatedShopify
from ecommerce_sync.sandbox.shopify.schema import schema, webhook_schemas

from .shopify_shop import HERE, THERE, ask, heard, item, push, quantity, shop

# What no store without these features has; asking for it is an error that says so.
NOT_EMULATED = {
	"Product": "productComponentsCount",
	"ProductVariant": """availablePublicationsCount resourcePublications resourcePublicationsCount
		resourcePublicationsV2 unpublishedPublications""",
	"Collection": """availablePublicationsCount resourcePublications resourcePublicationsCount
		resourcePublicationsV2 unpublishedPublications""",
}
TOPICS = """products/create products/update products/delete inventory_levels/update inventory_levels/connect
	inventory_items/create inventory_items/update orders/create""".split()


def listening(**settings: Any) -> EmulatedShopify:
	store = shop(**settings)
	store.subscribe(*TOPICS)
	return store


def nodes(store: EmulatedShopify, root: str, fields: str, **variables: Any) -> list[dict[str, Any]]:
	query = f"query($q: String) {{ {root}(first: 250, query: $q) {{ nodes {{ {fields} }} }} }}"
	found: list[dict[str, Any]] = ask(store, query, **variables)[root]["nodes"]
	return found


@pytest.mark.parametrize(
	"kind", ["Product", "ProductVariant", "InventoryItem", "InventoryLevel", "Collection"]
)
def test_every_field_is_answered_by_the_schema(kind: str) -> None:
	store = shop()
	bundle, lamp = store.goods.find("SET-DESK"), store.goods.find("LAMP")
	level = f"gid://shopify/InventoryLevel/{HERE}?inventory_item_id={lamp.item_id}"
	ids = {
		"Product": bundle.product.gid,
		"ProductVariant": bundle.gid,
		"InventoryItem": item(store, "LAMP"),
		"InventoryLevel": level,
		"Collection": "gid://shopify/Collection/301",
	}
	of = schema().type_map[kind]
	assert isinstance(of, GraphQLObjectType)
	for name, field in of.fields.items():
		needs = any(is_required_argument(argument) for argument in field.args.values())
		if needs or name in NOT_EMULATED.get(kind, "").split():
			continue
		query = f'{{ node(id: "{ids[kind]}") {{ ... on {kind} {{ {name}{_below(field)} }} }} }}'
		assert name in ask(store, query)["node"]


def _below(field: Any) -> str:
	of = get_named_type(field.type)
	if is_leaf_type(of):
		return ""
	return "(first: 3) { nodes { __typename } }" if of.name.endswith("Connection") else " { __typename }"


def test_pages_of_products_come_once_each_in_order() -> None:
	store = shop(catalogue=generated(23, 60))
	query = """query($after: String, $reverse: Boolean) { products(first: 5, after: $after, reverse: $reverse) {
		nodes { id variants(first: 9) { nodes { sku } } } pageInfo { hasNextPage endCursor } } }"""
	for reverse in (False, True):
		seen: list[str] = []
		after, more = None, True
		while more:
			page = ask(store, query, after=after, reverse=reverse)["products"]
			seen += [node["id"] for node in page["nodes"]]
			after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
		expected = [store.goods[number].gid for number in store.goods.product_ids]
		assert seen == (expected[::-1] if reverse else expected)


def test_all_that_the_catalogue_says_is_shown() -> None:
	store = shop()
	assert len(nodes(store, "products", "id")) == len(PRODUCTS)
	shown = nodes(
		store,
		"productVariants",
		"sku title barcode price selectedOptions { name value } inventoryQuantity "
		"product { title vendor productType } inventoryItem { tracked measurement { weight { value unit } } }",
		q="sku:'COFF-250G'",
	)
	assert shown == [
		{
			"sku": "COFF-250G",
			"title": "250 g",
			"barcode": store.goods.find("COFF-250G").barcode,
			"price": "13.80",
			"selectedOptions": [{"name": "Option", "value": "250 g"}],
			"inventoryQuantity": 200,
			"product": {"title": "Coffee Beans", "vendor": "Northwind Supply", "productType": "Food"},
			"inventoryItem": {
				"tracked": True,
				"measurement": {"weight": {"value": 1.0, "unit": "KILOGRAMS"}},
			},
		}
	]


def test_bundles_name_their_parts() -> None:
	store = shop()
	fields = """requiresComponents productVariantComponents(first: 9) { nodes { quantity productVariant { sku } } }
		product { hasVariantsThatRequiresComponents bundleComponents(first: 9) { nodes {
			quantity componentProduct { title } } } }"""
	found = nodes(store, "productVariants", fields, q="sku:SET-COFF")[0]
	parts = [(p["productVariant"]["sku"], p["quantity"]) for p in found["productVariantComponents"]["nodes"]]
	assert found["requiresComponents"] and parts == [("COFF-250G", 1), ("MUG-WHITE", 2)]
	titles = [n["componentProduct"]["title"] for n in found["product"]["bundleComponents"]["nodes"]]
	assert titles == ["Coffee Beans", "Stoneware Mug"]


def test_searches_find_by_sku_id_and_time() -> None:
	store = shop()
	bag, mug = store.goods.find("BAG"), store.goods.find("MUG-WHITE")
	either = nodes(store, "productVariants", "sku", q="sku:'bag' OR sku:MUG-WHITE OR sku:none")
	assert {node["sku"] for node in either} == {"BAG", "MUG-WHITE"}
	of_product = nodes(store, "productVariants", "sku", q=f"product_id:{mug.product.id}")
	assert [node["sku"] for node in of_product] == ["MUG-WHITE", "MUG-SLATE", "MUG-MOSS"]
	assert nodes(store, "products", "id", q=f"id:{bag.product.id}") == [{"id": bag.product.gid}]
	assert nodes(store, "inventoryItems", "id", q="sku:BAG") == [{"id": item(store, "BAG")}]
	store.edits.touch(bag.product)
	assert nodes(store, "products", "id", q="updated_at:>='2026-09-01T00:00:00Z'") == [
		{"id": bag.product.gid}
	]
	by_handle = """query { productByIdentifier(identifier: {handle: "canvas-tote-bag"}) { id }
		collections(first: 1, query: "title:Food") { nodes { title productsCount { count } } } }"""
	found = ask(store, by_handle)
	assert found["productByIdentifier"] == {"id": bag.product.gid}
	assert found["collections"]["nodes"] == [{"title": "Food", "productsCount": {"count": 5}}]


def test_levels_are_found_by_item_by_place_and_by_id() -> None:
	store = shop(stock=lambda sku, at: {HERE: 3, THERE: None if sku == "BAG" else 4}[at])
	query = """query($ids: [ID!]!, $there: ID!) { nodes(ids: $ids) { __typename ... on InventoryItem {
		inventoryLevel(locationId: $there) { id quantities(names: ["available"]) { quantity } } } }
		location(id: $there) { inventoryLevels(first: 250) { nodes { id } } } }"""
	ids = [item(store, "BAG"), item(store, "MUG-WHITE"), "gid://shopify/InventoryItem/5"]
	found = ask(store, query, ids=ids, there=f"gid://shopify/Location/{THERE}")
	bag, mug, none = found["nodes"]
	assert none is None and bag["inventoryLevel"] is None
	assert mug["inventoryLevel"]["quantities"] == [{"quantity": 4}]
	at_place = {node["id"] for node in found["location"]["inventoryLevels"]["nodes"]}
	assert mug["inventoryLevel"]["id"] in at_place and len(at_place) == len(store.goods.variants) - 1
	by_id = "query($id: ID!) { inventoryLevel(id: $id) { item { sku } location { name } } }"
	level = ask(store, by_id, id=mug["inventoryLevel"]["id"])["inventoryLevel"]
	assert level == {"item": {"sku": "MUG-WHITE"}, "location": {"name": "Shop"}}


# Webhooks


def valid(topic: str, payload: dict[str, Any]) -> dict[str, Any]:
	"""Right by the topic's JSON Schema, which was made of samples: it knows no null of some fields."""
	known = {name: value for name, value in payload.items() if value is not None}
	Draft202012Validator({**webhook_schemas()[topic], "required": list(known)}).validate(known)
	assert set(webhook_schemas()[topic]["required"]) <= set(payload)
	return payload


def test_own_writes_of_stock_echo() -> None:
	store = listening()
	push(store, [quantity(store, "TEE-S", 7, 100), quantity(store, "TEE-M", 100, 100)])
	told = [valid("inventory_levels/update", payload) for payload in heard(store, "inventory_levels/update")]
	assert [(p["inventory_item_id"], p["location_id"], p["available"]) for p in told] == [
		(store.goods.find("TEE-S").item_id, HERE, 7)
	]
	assert heard(store, "products/update") == []


def test_changes_by_hand_and_sales_are_told() -> None:
	store = listening()
	store.set_available("TEE-S", THERE, 5)
	assert [p["available"] for p in heard(store, "inventory_levels/update")] == [5]
	store.sell("TEE-S", 2)
	assert [p["available"] for p in heard(store, "inventory_levels/update")] == [98]
	product = valid("products/update", heard(store, "products/update")[0])
	assert product["variants"][0]["inventory_quantity"] == 103
	order = store.orders()[0]
	assert len(heard(store, "orders/create")) == 1
	store.cancel(order.id)
	assert [p["available"] for p in heard(store, "inventory_levels/update")] == [100]
	store.cancel(
		store.place(store.sales.story(store.goods.find("BAG"), 1, store.now(), None), notify=False).id
	)
	assert [p["available"] for p in heard(store, "inventory_levels/update")] == [100]


def test_products_are_told_whole() -> None:
	store = listening()
	product = store.goods.find("TEE-S").product
	store.edits.add_media(product, [{"originalSource": "https://erp.example/tee.png", "alt": "Tee"}])
	product.variants[1].media_ids = [product.media[0].id]
	store.edits.touch(product)
	payload = valid("products/update", heard(store, "products/update")[0])
	assert payload["options"][0]["values"] == ["S", "M", "L", "XL"]
	assert payload["image"]["variant_ids"] == [product.variants[1].id]
	assert payload["variants"][1]["image_id"] == payload["image"]["id"]
	assert payload["variants"][0]["inventory_item_id"] == product.variants[0].item_id
	store.goods.delete(product.id)
	assert heard(store, "products/delete") == [{"id": product.id}]
	assert nodes(store, "productVariants", "id", q="sku:TEE-S") == []


def test_variants_behind_the_hundredth_are_named_only() -> None:
	store = listening(catalogue=generated(1, 130))
	store.sell("G-100000-1")
	payload = heard(store, "products/update")[0]
	assert (len(payload["variants"]), len(payload["variant_gids"])) == (100, 130)


def test_own_writes_of_products_echo() -> None:
	store = listening()
	create = """mutation { productCreate(product: {title: "Lantern"}) { product { id
		variants(first: 1) { nodes { id inventoryItem { id } } } } userErrors { message } } }"""
	made = ask(store, create)["productCreate"]["product"]
	variant = made["variants"]["nodes"][0]
	created = [valid("products/create", payload) for payload in heard(store, "products/create")]
	assert [payload["admin_graphql_api_id"] for payload in created] == [made["id"]]
	assert [p["admin_graphql_api_id"] for p in heard(store, "inventory_items/create")] == [
		variant["inventoryItem"]["id"]
	]
	change = """mutation($id: ID!, $variants: [ProductVariantsBulkInput!]!) { productVariantsBulkUpdate(
		productId: $id, variants: $variants) { userErrors { message } } }"""
	given = [{"id": variant["id"], "price": "5", "inventoryItem": {"sku": "LAN"}}]
	ask(store, change, id=made["id"], variants=given)
	assert [p["variants"][0]["price"] for p in heard(store, "products/update")] == ["5.00"]
	items = [
		valid("inventory_items/update", payload | {"weight_value": 0})
		for payload in heard(store, "inventory_items/update")
	]
	assert [payload["sku"] for payload in items] == ["LAN"]


def test_nobody_listens_to_what_he_did_not_subscribe_to() -> None:
	store = shop()
	store.subscribe("orders/create")
	store.sell("TEE-S")
	assert [message.topic for message in store.take()] == ["orders/create"]
	assert store.webhooks.pending() == []
