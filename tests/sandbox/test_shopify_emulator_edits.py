"""Products and prices of the emulated Shopify: created, changed, published and refused by its rules."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ecommerce_sync.sandbox.shopify import EmulatedShopify

from .shopify_shop import HERE, ask, codes, place, refused, shop

CREATE = """mutation($product: ProductCreateInput!, $media: [CreateMediaInput!]) {
	productCreate(product: $product, media: $media) { product { id handle status publishedAt
		options { name values optionValues { id name hasVariants } }
		media(first: 5) { nodes { id alt ... on MediaImage { image { url } } } }
		collections(first: 5) { nodes { title } } metafield(namespace: "erp", key: "code") { value type }
		variants(first: 5) { nodes { id title price sku inventoryItem { tracked } } } }
	userErrors { field message } } }"""
UPDATE = """mutation($product: ProductUpdateInput!, $media: [CreateMediaInput!]) {
	productUpdate(product: $product, media: $media) { product { id title descriptionHtml status tags
		mediaCount { count } } userErrors { field message } } }"""
VARIANTS = "productVariants { id title sku barcode price compareAtPrice } userErrors { code field message }"
ADD = f"""mutation($id: ID!, $variants: [ProductVariantsBulkInput!]!) {{
	productVariantsBulkCreate(productId: $id, variants: $variants) {{ {VARIANTS} }} }}"""
CHANGE = f"""mutation($id: ID!, $variants: [ProductVariantsBulkInput!]!, $partial: Boolean) {{
	productVariantsBulkUpdate(productId: $id, variants: $variants, allowPartialUpdates: $partial) {{ {VARIANTS} }} }}"""
OPTIONS = """mutation($id: ID!, $options: [OptionCreateInput!]!) {
	productOptionsCreate(productId: $id, options: $options) {
		product { options { name values } variants(first: 9) { nodes { title } } }
		userErrors { code field } } }"""
METAFIELDS = """mutation($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) {
	metafields { namespace key value compareDigest } userErrors { code field } } }"""


def create(store: EmulatedShopify, media: Any = None, **given: Any) -> Any:
	return ask(store, CREATE, product={"title": "Lantern", **given}, media=media)["productCreate"]


def change(store: EmulatedShopify, sku: str, partial: bool = False, **given: Any) -> Any:
	variant = store.goods.find(sku)
	variables = {"id": variant.product.gid, "variants": [{"id": variant.gid, **given}], "partial": partial}
	return ask(store, CHANGE, **variables)["productVariantsBulkUpdate"]


def test_a_product_is_created_with_its_first_variant_unpublished() -> None:
	store = shop()
	options = [{"name": "Size", "values": [{"name": "S"}, {"name": "M"}]}]
	metafield = {"namespace": "erp", "key": "code", "type": "single_line_text_field", "value": "LAN"}
	media = [{"originalSource": "https://erp.example/a.jpg", "mediaContentType": "IMAGE", "alt": "Lit"}]
	joined = ["gid://shopify/Collection/301"]
	made = create(
		store, media, productOptions=options, metafields=[metafield], collectionsToJoin=joined, status="DRAFT"
	)["product"]
	assert (made["status"], made["publishedAt"], made["handle"]) == ("DRAFT", None, "lantern")
	assert made["options"][0]["values"] == ["S"]
	assert [value["hasVariants"] for value in made["options"][0]["optionValues"]] == [True, False]
	assert [v["title"] for v in made["variants"]["nodes"]] == ["S"]
	assert made["metafield"] == {"value": "LAN", "type": "single_line_text_field"}
	assert made["collections"]["nodes"] == [{"title": "Goods"}]
	assert "cdn.shopify.com" in made["media"]["nodes"][0]["image"]["url"]
	assert create(store)["product"]["handle"] == "lantern-1"


@pytest.mark.parametrize(
	("given", "field"),
	[
		({"title": " "}, "title"),
		({"title": "x" * 256}, "title"),
		({"collectionsToJoin": ["gid://shopify/Collection/9"]}, "collectionsToJoin"),
		({"productOptions": [{"name": "A"}, {"name": "a"}]}, "productOptions"),
	],
)
def test_a_wrong_product_is_not_created(given: dict[str, Any], field: str) -> None:
	store = shop()
	answer = create(store, **given)
	assert answer["product"] is None and answer["userErrors"][0]["field"] == [field]
	assert len(store.goods.products) == 40


def test_a_product_is_updated_and_what_is_not_named_stays() -> None:
	store = shop()
	product = store.goods.find("BAG").product
	media = [{"originalSource": "https://erp.example/b.png", "mediaContentType": "IMAGE"}]
	given = {"id": product.gid, "descriptionHtml": "<b>Big</b>", "status": "ARCHIVED"}
	done = ask(store, UPDATE, product=given, media=media)["productUpdate"]["product"]
	assert done == {
		"id": product.gid,
		"title": "Canvas Tote Bag",
		"descriptionHtml": "<b>Big</b>",
		"status": "ARCHIVED",
		"tags": ["goods"],
		"mediaCount": {"count": 1},
	}
	media[0]["originalSource"] = "b.png"
	wrong = ask(store, UPDATE, product=given, media=media)["productUpdate"]["userErrors"][0]
	assert wrong["field"] == ["media", "0", "originalSource"]
	none = ask(store, UPDATE, product={"id": "gid://shopify/Product/1"})["productUpdate"]
	assert none["userErrors"] == [{"field": ["id"], "message": "Product does not exist"}]


def test_variants_replace_the_standalone_one() -> None:
	store = shop()
	made = create(store, productOptions=[{"name": "Size", "values": [{"name": "S"}]}])["product"]
	variants = [
		{
			"optionValues": [{"optionName": "Size", "name": size}],
			"price": "12.345",
			"inventoryItem": {"sku": f"LAN-{size}"},
			"inventoryQuantities": [{"locationId": place(HERE), "availableQuantity": 4}],
		}
		for size in ("M", "L")
	]
	added = ask(store, ADD, id=made["id"], variants=variants)["productVariantsBulkCreate"]
	assert [(v["title"], v["sku"], v["price"]) for v in added["productVariants"]] == [
		("M", "LAN-M", "12.35"),
		("L", "LAN-L", "12.35"),
	]
	assert store.available("LAN-L") == 4
	again = ask(store, ADD, id=made["id"], variants=variants[:1])["productVariantsBulkCreate"]
	assert codes(again)[0][0] == "VARIANT_ALREADY_EXISTS"
	bare = ask(store, ADD, id=made["id"], variants=[{"price": "1"}])["productVariantsBulkCreate"]
	assert codes(bare) == [("NEED_TO_ADD_OPTION_VALUES", ["variants", "0", "optionValues"])]
	plain = create(store)["product"]
	assert [v["title"] for v in plain["variants"]["nodes"]] == ["Default Title"]


def test_prices_change_and_what_is_not_named_stays() -> None:
	store = shop()
	done = change(store, "TEE-S", price="19.9", compareAtPrice="24.90")["productVariants"][0]
	assert (done["price"], done["compareAtPrice"], done["sku"]) == ("19.90", "24.90", "TEE-S")
	done = change(store, "TEE-S", compareAtPrice=None, barcode="4000")["productVariants"][0]
	assert (done["price"], done["compareAtPrice"], done["barcode"]) == ("19.90", None, "4000")


def test_several_products_are_priced_in_one_document() -> None:
	store = shop()
	skus = ("BAG", "SCARF", "PLATE")
	fields = " ".join(
		f'{sku}: productVariantsBulkUpdate(productId: "{store.goods.find(sku).product.gid}", variants:'
		f' [{{id: "{store.goods.find(sku).gid}", price: "1.25"}}]) {{ userErrors {{ code }} }}'
		for sku in skus
	)
	answer = store.graphql(f"mutation {{ {fields} }}")
	assert all(not answer["data"][sku]["userErrors"] for sku in skus)
	assert {store.goods.find(sku).price for sku in skus} == {Decimal("1.25")}
	assert answer["extensions"]["cost"]["actualQueryCost"] == 30
	assert (store.calls.writes, store.calls.by_field["productVariantsBulkUpdate"]) == (1, 3)


@pytest.mark.parametrize(
	("given", "code"),
	[
		({"price": "-1"}, "GREATER_THAN_OR_EQUAL_TO"),
		({"price": "dear"}, "INVALID_INPUT"),
		({"id": None}, "PRODUCT_VARIANT_ID_MISSING"),
		({"id": "gid://shopify/ProductVariant/1"}, "PRODUCT_VARIANT_DOES_NOT_EXIST"),
		(
			{"inventoryQuantities": [{"locationId": place(HERE), "availableQuantity": 1}]},
			"NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE",
		),
		({"optionValues": [{"optionName": "Option", "name": "M"}]}, "VARIANT_ALREADY_EXISTS"),
	],
)
def test_one_wrong_variant_stops_all_unless_parts_are_allowed(given: dict[str, Any], code: str) -> None:
	store = shop()
	wrong, right = store.goods.find("TEE-S"), store.goods.find("TEE-L")
	variants = [{"id": wrong.gid, **given}, {"id": right.gid, "price": "3"}]
	variables = {"id": right.product.gid, "variants": variants}
	answer = ask(store, CHANGE, **variables)["productVariantsBulkUpdate"]
	assert [found for found, _ in codes(answer)] == [code]
	assert right.price == Decimal("24.90")
	answer = ask(store, CHANGE, **variables, partial=True)["productVariantsBulkUpdate"]
	assert [v["sku"] for v in answer["productVariants"]] == ["TEE-L"]
	assert right.price == Decimal("3.00")


def test_options_are_added() -> None:
	store = shop()
	product = store.goods.find("BAG").product
	options = [{"name": "Colour", "values": [{"name": "Red"}, {"name": "Blue"}]}]
	done = ask(store, OPTIONS, id=product.gid, options=options)["productOptionsCreate"]
	assert done["product"]["options"] == [{"name": "Colour", "values": ["Red"]}]
	assert done["product"]["variants"]["nodes"] == [{"title": "Red"}]
	again = ask(store, OPTIONS, id=product.gid, options=options)["productOptionsCreate"]
	assert codes(again) == [("OPTION_ALREADY_EXISTS", ["options", "0"])]
	more = [{"name": name, "values": [{"name": "x"}]} for name in "ABC"]
	assert codes(ask(store, OPTIONS, id=product.gid, options=more)["productOptionsCreate"])[0][0] == (
		"OPTIONS_OVER_LIMIT"
	)


def test_option_values_are_added_renamed_and_removed() -> None:
	store = shop()
	product = store.goods.find("TEE-S").product
	option = product.options[0]
	update = """mutation($id: ID!, $option: OptionUpdateInput!, $add: [OptionValueCreateInput!],
		$update: [OptionValueUpdateInput!], $delete: [ID!]) { productOptionUpdate(productId: $id, option: $option,
		optionValuesToAdd: $add, optionValuesToUpdate: $update, optionValuesToDelete: $delete) {
		product { options { name optionValues { name } } } userErrors { code } } }"""
	given = {"id": product.gid, "option": {"id": f"gid://shopify/ProductOption/{option.id}", "name": "Size"}}
	renamed = [{"id": f"gid://shopify/ProductOptionValue/{option.values['S']}", "name": "Small"}]
	done = ask(store, update, **given, add=[{"name": "XXL"}], update=renamed)["productOptionUpdate"]
	names = [value["name"] for value in done["product"]["options"][0]["optionValues"]]
	assert (done["product"]["options"][0]["name"], names) == ("Size", ["Small", "M", "L", "XL", "XXL"])
	assert store.goods.find("TEE-S").title == "Small"
	used = [f"gid://shopify/ProductOptionValue/{option.values['M']}"]
	kept = ask(store, update, **given, delete=used)["productOptionUpdate"]
	assert kept["userErrors"] == [{"code": "OPTION_VALUE_HAS_VARIANTS"}]


def test_pictures_are_hung_on_variants() -> None:
	store = shop()
	variant = store.goods.find("TEE-S")
	media = [{"originalSource": "https://erp.example/c.png", "mediaContentType": "IMAGE"}]
	ask(store, UPDATE, product={"id": variant.product.gid}, media=media)
	picture = f"gid://shopify/MediaImage/{variant.product.media[0].id}"
	append = """mutation($id: ID!, $pairs: [ProductVariantAppendMediaInput!]!) {
		productVariantAppendMedia(productId: $id, variantMedia: $pairs) {
		productVariants { media(first: 1) { nodes { id } } } userErrors { code field } } }"""
	pairs = [{"variantId": variant.gid, "mediaIds": [picture]}]
	done = ask(store, append, id=variant.product.gid, pairs=pairs)["productVariantAppendMedia"]
	assert done["productVariants"][0]["media"]["nodes"] == [{"id": picture}]
	pairs[0]["mediaIds"] = ["gid://shopify/MediaImage/1"]
	wrong = ask(store, append, id=variant.product.gid, pairs=pairs)["productVariantAppendMedia"]
	assert codes(wrong)[0][0] == "MEDIA_DOES_NOT_EXIST_ON_PRODUCT"


def test_metafields_are_set_together_or_not_at_all() -> None:
	store = shop()
	owner = store.goods.find("TEE-S")
	good = {"ownerId": owner.gid, "namespace": "erp", "key": "bin", "type": "number_integer", "value": "7"}

	def write(*metafields: dict[str, Any]) -> Any:
		return ask(store, METAFIELDS, metafields=list(metafields))["metafieldsSet"]

	wrong = write(good, good | {"key": "row", "value": "seven"})
	assert codes(wrong) == [("INVALID_VALUE", ["metafields", "1", "value"])]
	assert owner.metafields == {}
	first = write(good)["metafields"][0]
	stale = good | {"compareDigest": "0" * 64}
	assert codes(write(stale))[0][0] == "STALE_OBJECT"
	assert write(good | {"value": "8", "compareDigest": first["compareDigest"]})["userErrors"] == []
	assert codes(write(good | {"type": "boolean", "value": "true"}))[0][0] == "INVALID_TYPE"
	assert codes(write(*[good] * 26))[0][0] == "LESS_THAN_OR_EQUAL_TO"
	assert codes(write(good | {"ownerId": "gid://shopify/Product/1"}))[0][0] == "INVALID"


def test_products_are_published_where_there_is_a_channel() -> None:
	store = shop()
	made = create(store)["product"]
	publish = """mutation($id: ID!, $input: [PublicationInput!]!) { publishablePublish(id: $id, input: $input) {
		publishable { publishedOnPublication(publicationId: "gid://shopify/Publication/71") }
		userErrors { field message } } }"""
	found = ask(store, "{ publications(first: 5) { nodes { id } } }")["publications"]["nodes"]
	given = [{"publicationId": node["id"]} for node in found]
	done = ask(store, publish, id=made["id"], input=given)["publishablePublish"]
	assert done == {"publishable": {"publishedOnPublication": True}, "userErrors": []}
	wrong = [{"publicationId": "gid://shopify/Publication/1"}]
	errors = ask(store, publish, id=made["id"], input=wrong)["publishablePublish"]["userErrors"]
	assert errors[0]["field"] == ["input", "0", "publicationId"]


def test_writing_needs_its_scope() -> None:
	store = shop(scopes=["read_products"])
	error = refused(store, CREATE, product={"title": "X"})
	assert error["extensions"]["code"] == "ACCESS_DENIED"
