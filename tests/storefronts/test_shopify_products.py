"""Shopify's products and levels as neutral ones: messages, answers of the Admin API, and junk."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecommerce_sync.core.errors import PayloadRefused
from ecommerce_sync.core.models import Attribute
from ecommerce_sync.core.products import BundlePart, Option, Price, Product, StockLevel
from ecommerce_sync.storefronts.shopify import PLATFORM
from ecommerce_sync.storefronts.shopify.webhooks import PRODUCT_TOPICS, envelope

IMAGE = "https://cdn.shopify.com/s/files/1/0001/red.png?v=1"
VARIANT: dict[str, Any] = {
	"id": 642667041472714000,
	"admin_graphql_api_id": "gid://shopify/ProductVariant/642667041472713922",
	"title": "S / Red",
	"price": "19.99",
	"compare_at_price": "24.99",
	"option1": "S",
	"option2": "Red",
	"option3": None,
	"sku": " TEE-S-RED ",
	"barcode": "4000000000006",
	"grams": 567,
	"weight": 1.25,
	"weight_unit": "lb",
	"image_id": 31,
	"inventory_item_id": 77,
	"inventory_management": "shopify",
	"inventory_quantity": 75,
	"requires_shipping": True,
}
MESSAGE: dict[str, Any] = {
	"id": 788032119674292900,
	"admin_graphql_api_id": "gid://shopify/Product/788032119674292922",
	"title": "T-Shirt",
	"body_html": "<p>Good</p>",
	"vendor": "Acme",
	"product_type": "Shirts",
	"handle": "t-shirt",
	"created_at": "2026-07-01T10:00:00Z",
	"updated_at": "2026-07-02T10:00:00Z",
	"status": "active",
	"tags": "summer, cotton",
	"variants": [VARIANT],
	"options": [{"name": "Size", "values": ["S"]}, {"name": "Colour", "values": ["Red"]}],
	"images": [{"id": 31, "src": IMAGE, "variant_ids": [642667041472714000]}],
	"variant_gids": [{"admin_graphql_api_id": "gid://shopify/ProductVariant/642667041472713922"}],
	"has_variants_that_requires_components": False,
	"category": {"name": "T-Shirts", "full_name": "Apparel > T-Shirts"},
}
LEVEL = {
	"inventory_item_id": 271878346596884000,
	"location_id": 24826418,
	"available": 10,
	"updated_at": "2026-07-02T10:00:00Z",
	"admin_graphql_api_id": "gid://shopify/InventoryLevel/24826418?inventory_item_id=271878346596884015",
}
ANSWER: dict[str, Any] = {
	"id": "gid://shopify/Product/5",
	"title": "Set",
	"descriptionHtml": "",
	"vendor": "Acme",
	"productType": "",
	"handle": "set",
	"status": "UNLISTED",
	"createdAt": "2026-07-01T10:00:00Z",
	"updatedAt": "2026-07-02T10:00:00Z",
	"publishedAt": None,
	"tags": ["b", "a"],
	"isGiftCard": False,
	"hasVariantsThatRequiresComponents": True,
	"onlineStoreUrl": "https://acme.example.com/products/set",
	"category": None,
	"options": [{"id": "gid://shopify/ProductOption/1", "name": "Title", "values": ["Default Title"]}],
	"media": {"nodes": [{"id": "gid://shopify/MediaImage/3", "alt": None, "image": {"url": IMAGE}}, {}]},
	"metafields": {"nodes": [{"namespace": "custom", "key": "care", "value": "cold", "type": "x"}]},
	"variants": {
		"nodes": [
			{
				"id": "gid://shopify/ProductVariant/6",
				"title": "Default Title",
				"price": "29.00",
				"compareAtPrice": None,
				"sku": "SET",
				"barcode": "",
				"requiresComponents": True,
				"selectedOptions": [{"name": "Title", "value": "Default Title"}],
				"inventoryItem": {
					"id": "gid://shopify/InventoryItem/7",
					"tracked": True,
					"requiresShipping": True,
					"harmonizedSystemCode": "090121",
					"countryCodeOfOrigin": "ET",
					"measurement": {"weight": {"unit": "GRAMS", "value": 1400.0}},
				},
				"media": {"nodes": [{"id": "gid://shopify/MediaImage/3", "image": {"url": IMAGE}}]},
				"productVariantComponents": {
					"nodes": [
						{
							"quantity": 2,
							"productVariant": {
								"id": "gid://shopify/ProductVariant/9",
								"sku": "MUG",
								"product": {"id": "gid://shopify/Product/8"},
							},
						}
					]
				},
			}
		]
	},
}


def parsed(**changed: Any) -> Product:
	"""The message with other fields."""
	return PLATFORM.parse_product({**MESSAGE, **changed})


def variant(**changed: Any) -> Any:
	"""The message's variant with other fields."""
	return parsed(variants=[{**VARIANT, **changed}]).variants[0]


class TestMessages:
	def test_product_is_read(self) -> None:
		product = parsed()
		assert (product.id, product.title, product.status) == ("788032119674292922", "T-Shirt", "active")
		assert product.categories == ("Shirts", "T-Shirts") and product.tags == ("cotton", "summer")
		assert product.options == (
			Option(name="Size", values=("S",)),
			Option(name="Colour", values=("Red",)),
		)
		assert product.images == (IMAGE,) and product.description == "<p>Good</p>"
		assert product.complete and not product.single and product.raw["handle"] == "t-shirt"

	def test_variant_is_read(self) -> None:
		read = variant()
		assert (read.id, read.sku, read.barcode) == ("642667041472713922", "TEE-S-RED", "4000000000006")
		assert read.options == (
			Attribute(name="Size", value="S"),
			Attribute(name="Colour", value="Red"),
		)
		assert read.price == Price(price=Decimal("19.99"), compare_at=Decimal("24.99"))
		assert (read.inventory_id, read.stock_holder, read.image) == ("77", "variant", IMAGE)

	def test_sum_over_places_is_no_level(self) -> None:
		assert variant().levels == ()

	@pytest.mark.parametrize(
		("given", "kilograms"),
		[
			({"weight": 1.25, "weight_unit": "kg"}, "1.25"),
			({"weight": 250, "weight_unit": "g"}, "0.25"),
			({"weight": 2, "weight_unit": "lb"}, "0.907185"),
			({"weight": 1, "weight_unit": "oz"}, "0.02835"),
			({"weight": None, "weight_unit": None, "grams": 180}, "0.18"),
			({"weight": 3, "weight_unit": "stone", "grams": 1000}, "1"),
		],
	)
	def test_weights_are_kilograms(self, given: dict[str, Any], kilograms: str) -> None:
		assert variant(**given).weight == Decimal(kilograms)

	def test_weight_that_nobody_typed_is_none(self) -> None:
		assert variant(weight=0.0, weight_unit="kg", grams=0).weight is None
		assert variant(weight=None, weight_unit=None, grams=None).weight is None

	def test_former_price_that_is_not_more_is_none(self) -> None:
		assert variant(compare_at_price="19.99").price == Price(price=Decimal("19.99"))
		assert variant(compare_at_price="").price == Price(price=Decimal("19.99"))
		assert variant(price=None).price is None

	def test_one_form_has_no_options(self) -> None:
		only = {**VARIANT, "title": "Default Title", "option1": "Default Title", "option2": None}
		options = [{"name": "Title", "values": ["Default Title"]}]
		product = parsed(variants=[only], options=options)
		assert product.single and product.options == () and product.variants[0].title is None

	def test_option_called_default_title_among_others_is_one(self) -> None:
		assert variant(option1="Default Title").options[0].value == "Default Title"

	def test_options_without_names_are_numbered(self) -> None:
		product = parsed(options=[])
		assert [option.name for option in product.options] == ["Option 1", "Option 2"]
		assert [option.name for option in product.variants[0].options] == ["Option 1", "Option 2"]

	def test_left_out_variants_are_noticed(self) -> None:
		more = {"admin_graphql_api_id": "gid://shopify/ProductVariant/1"}
		product = parsed(variant_gids=[*MESSAGE["variant_gids"], more])
		assert not product.complete and not product.single

	def test_parts_that_messages_do_not_tell_are_noticed(self) -> None:
		assert not parsed(has_variants_that_requires_components=True).complete

	@pytest.mark.parametrize(
		("given", "status"),
		[("draft", "draft"), ("archived", "archived"), ("unlisted", "active"), (None, "active")],
	)
	def test_statuses(self, given: str | None, status: str) -> None:
		assert parsed(status=given).status == status

	def test_gift_card_is_told_by_its_service(self) -> None:
		product = parsed(variants=[{**VARIANT, "fulfillment_service": "gift_card"}])
		assert product.gift_card and not product.physical

	def test_what_is_not_shipped_is_not_physical(self) -> None:
		assert not parsed(variants=[{**VARIANT, "requires_shipping": False}]).physical
		assert parsed(variants=[{**VARIANT, "requires_shipping": None}]).physical

	def test_uncounted_variant_is_counted_by_nobody(self) -> None:
		assert variant(inventory_management=None).stock_holder == "nobody"
		silent = {key: value for key, value in VARIANT.items() if key != "inventory_management"}
		assert parsed(variants=[silent]).variants[0].stock_holder == "variant"

	@pytest.mark.parametrize(
		("changed", "path"),
		[
			({"id": None}, "id"),
			({"id": "abc", "admin_graphql_api_id": None}, "id"),
			({"admin_graphql_api_id": "gid://shopify/Order/1"}, "admin_graphql_api_id"),
			({"variants": None}, "variants"),
			({"variants": [{**VARIANT, "price": "cheap"}]}, "variants[0].price"),
			({"variants": [{**VARIANT, "id": None, "admin_graphql_api_id": None}]}, "variants[0].id"),
			({"updated_at": "yesterday"}, "updated_at"),
			({"updated_at": None, "created_at": None}, "created_at"),
			({"options": {}}, "options"),
		],
	)
	def test_refusal_names_the_field(self, changed: dict[str, Any], path: str) -> None:
		with pytest.raises(PayloadRefused) as caught:
			parsed(**changed)
		assert caught.value.path == path


class TestAnswers:
	def test_answer_of_the_api_is_read_alike(self) -> None:
		for payload in (ANSWER, {"product": ANSWER}, {"data": {"product": ANSWER}}):
			product = PLATFORM.parse_product(payload)
			assert (product.id, product.status, product.tags) == ("5", "active", ("a", "b"))
			assert product.single and product.complete and product.images == (IMAGE,)
			assert product.raw["metafields"][0]["key"] == "care"

	def test_bundle_is_read_with_its_parts(self) -> None:
		read = PLATFORM.parse_product(ANSWER).variants[0]
		assert read.parts == (BundlePart(product_id="8", variant_id="9", sku="MUG", quantity=Decimal(2)),)
		assert (read.stock_holder, read.weight, read.image) == ("nobody", Decimal("1.4"), IMAGE)
		assert (read.customs_code, read.origin_country, read.barcode) == ("090121", "ET", None)

	def test_first_page_of_variants_alone_is_refused(self) -> None:
		page = {**ANSWER["variants"], "pageInfo": {"hasNextPage": True}}
		with pytest.raises(PayloadRefused):
			PLATFORM.parse_product({**ANSWER, "variants": page})


class TestLevels:
	def test_level_is_read_with_its_exact_item(self) -> None:
		(level,) = PLATFORM.parse_levels(LEVEL)
		assert (level.inventory_id, level.location_id) == ("271878346596884015", "24826418")
		assert (level.quantity, level.stocked) == (10, True) and level.at is not None

	def test_disconnected_place_keeps_nothing(self) -> None:
		(level,) = PLATFORM.parse_levels({"inventory_item_id": 5, "location_id": 6})
		assert level == StockLevel(inventory_id="5", location_id="6", stocked=False)

	def test_uncounted_level_is_stocked(self) -> None:
		(level,) = PLATFORM.parse_levels({**LEVEL, "available": None})
		assert (level.quantity, level.stocked) == (None, True)

	@pytest.mark.parametrize("key", ["location_id", "inventory_item_id"])
	def test_level_of_nothing_is_refused(self, key: str) -> None:
		with pytest.raises(PayloadRefused) as caught:
			PLATFORM.parse_levels({**LEVEL, "admin_graphql_api_id": None, key: None})
		assert caught.value.path == key


class TestEnvelopes:
	def read(self, topic: str, payload: Any, event: str = "e-1") -> Any:
		"""The envelope of a message."""
		headers = {"X-Shopify-Topic": topic, "X-Shopify-Event-Id": event}
		return envelope(headers, json.dumps(payload).encode())

	def test_product_message(self) -> None:
		read = self.read("products/update", MESSAGE)
		assert (read.kind, read.external_id, read.whole) == ("product", "788032119674292922", True)

	@pytest.mark.parametrize("left_out", ["variants", "options"])
	def test_message_with_fields_left_out_is_not_whole(self, left_out: str) -> None:
		part = {key: value for key, value in MESSAGE.items() if key != left_out}
		assert not self.read("products/update", part).whole
		assert not self.read("products/update", {**MESSAGE, left_out: []}).whole or left_out == "variants"

	@pytest.mark.parametrize("odd", [{"options": {}}, {"variants": [1]}, {"variant_gids": "x"}])
	def test_message_of_odd_shape_is_asked_for(self, odd: dict[str, Any]) -> None:
		assert not self.read("products/update", {**MESSAGE, **odd}).whole

	def test_deleted_product_has_only_its_id(self) -> None:
		read = self.read("products/delete", {"id": 5})
		assert (read.kind, read.external_id, read.deleted, read.whole) == ("product", "5", True, False)

	@pytest.mark.parametrize("topic", [topic for topic in PRODUCT_TOPICS if "levels" in topic])
	def test_level_message(self, topic: str) -> None:
		read = self.read(topic, LEVEL)
		assert (read.kind, read.external_id) == ("stock", "271878346596884015")

	def test_every_event_has_its_own_key(self) -> None:
		messages = [(topic, event) for topic in PRODUCT_TOPICS for event in ("e-1", "e-2")]
		keys = {
			self.read(topic, {**MESSAGE, **LEVEL, "admin_graphql_api_id": None}, event).event_key
			for topic, event in messages
		}
		assert len(keys) == len(messages)

	@pytest.mark.parametrize("topic", PRODUCT_TOPICS)
	@pytest.mark.parametrize("junk", [b"", b"[]", b"{}", b'{"id": []}', b'{"inventory_item_id": "x"}'])
	def test_junk_is_refused(self, topic: str, junk: bytes) -> None:
		with pytest.raises(PayloadRefused):
			envelope({"X-Shopify-Topic": topic}, junk)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
	"""Every field of a document, by its path."""
	if isinstance(value, dict):
		return [p for key, inner in value.items() for p in ((*path, key), *places(inner, (*path, key)))]
	if isinstance(value, list):
		return [p for n, inner in enumerate(value) for p in ((*path, n), *places(inner, (*path, n)))]
	return []


JUNK = st.one_of(
	st.none(),
	st.booleans(),
	st.integers(),
	st.floats(allow_nan=False, allow_infinity=False),
	st.text(max_size=20),
	st.sampled_from(
		[[], {}, [None], [{}], "", "0", "-1", "1e9", "\ud83d", 10**400, "gid://shopify/Product/"]
	),
)


@pytest.mark.parametrize("whole", [MESSAGE, ANSWER])
@given(data=st.data())
def test_any_shape_parses_or_is_refused_with_its_path(whole: dict[str, Any], data: st.DataObject) -> None:
	payload = copy.deepcopy(whole)
	for path in data.draw(st.lists(st.sampled_from(places(whole)), max_size=4)):
		spoil(payload, path, data)
	try:
		assert PLATFORM.parse_product(payload).id.isdigit()
	except PayloadRefused as refused:
		assert refused.path


@given(data=st.data())
def test_any_level_parses_or_is_refused_with_its_path(data: st.DataObject) -> None:
	payload = dict(LEVEL)
	for path in data.draw(st.lists(st.sampled_from(places(LEVEL)), max_size=3)):
		spoil(payload, path, data)
	try:
		assert PLATFORM.parse_levels(payload)[0].inventory_id
	except PayloadRefused as refused:
		assert refused.path


def spoil(payload: Any, path: tuple[Any, ...], data: st.DataObject) -> None:
	"""Replace or remove one field, where it is still there."""
	holder = payload
	try:
		for step in path[:-1]:
			holder = holder[step]
		holder[path[-1]]
	except (KeyError, IndexError, TypeError):
		return
	if isinstance(holder, (dict, list)):
		if data.draw(st.booleans()):
			del holder[path[-1]]
		else:
			holder[path[-1]] = data.draw(JUNK)
