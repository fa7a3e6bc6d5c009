"""Products and variations as stores send them become neutral ones, or are refused by the field's path."""

from __future__ import annotations

import copy
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecommerce_sync.core.errors import PayloadRefused
from ecommerce_sync.core.models import Attribute
from ecommerce_sync.core.products import Option, Price, Product, Variant
from ecommerce_sync.storefronts.woocommerce import PLATFORM

from .test_woocommerce_tolerance import JSON, ODD, places
from .woocommerce_world import recorded

SIMPLE = recorded("store.rest.product.simple.json")
VARIABLE = recorded("store.rest.product.variable.json")
VARIATIONS = recorded("store.rest.product.variable.variations.json")
VARIATION = recorded("store.rest.product.variation.json")
WHOLE = {**VARIABLE, "variations_data": VARIATIONS, "weight_unit": "kg"}


def parsed(payload: dict[str, Any], **changes: Any) -> Product:
	return PLATFORM.parse_product({**payload, **changes})


def single(**changes: Any) -> Variant:
	"""The one variant of the recorded simple product with changes."""
	(variant,) = parsed(SIMPLE, **changes).variants
	return variant


class TestSimple:
	def test_recorded_product(self) -> None:
		product = parsed(SIMPLE, weight_unit="kg")
		assert (product.id, product.title, product.status, product.single) == (
			"13",
			"Enamel mug",
			"active",
			True,
		)
		assert product.updated_at == datetime(2026, 11, 22, 2, 14, 26, tzinfo=timezone.utc)
		assert (
			product.categories == ("Test goods",) and product.description == "<p>Enamel mug, full text.</p>"
		)
		assert product.admin_url == "http://127.0.0.1:8085/wp-admin/post.php?post=13&action=edit"
		(variant,) = product.variants
		assert (variant.id, variant.sku, variant.weight) == ("", "WOO-MUG", Decimal("0.25"))
		assert variant.price == Price(price=Decimal("12.50"))
		(level,) = variant.levels
		assert (level.product_id, level.variant_id, level.location_id, level.quantity) == ("13", "", "", 93)
		assert level.at == product.updated_at and variant.stock_holder == "variant"

	def test_order_lines_name_it_by_the_same_ids(self) -> None:
		order = PLATFORM.parse_order(recorded("store.rest.order.coupon_fee_tax_shipping.json"))
		keys = {(line.product_id, line.variant_id or "") for line in order.lines if line.sku == "WOO-MUG"}
		assert keys == {("13", single().id)}

	def test_message_knows_no_unit(self) -> None:
		assert single(weight="0.25").weight is None

	@pytest.mark.parametrize(
		("unit", "text", "kilograms"),
		[
			("g", "250", "0.25"),
			("lbs", "1", "0.453592"),
			("oz", "16", "0.453592"),
			("kg", "0,25", "0.25"),
			("stone", "1", None),
			("kg", "", None),
			("kg", "0", None),
			("kg", "heavy", None),
			("kg", None, None),
			("kg", [], None),
		],
	)
	def test_weight_in_the_unit_of_the_store(self, unit: str, text: Any, kilograms: str | None) -> None:
		assert single(weight=text, weight_unit=unit).weight == (Decimal(kilograms) if kilograms else None)

	@pytest.mark.parametrize(
		("status", "neutral"),
		[
			("publish", "active"),
			("draft", "draft"),
			("pending", "draft"),
			("private", "draft"),
			("future", "draft"),
			("trash", "archived"),
			("my-plugin", "draft"),
			(None, "active"),
		],
	)
	def test_status(self, status: str | None, neutral: str) -> None:
		assert parsed(SIMPLE, status=status).status == neutral

	@pytest.mark.parametrize("barcode", ["global_unique_id", "_ean", "hwp_product_gtin", "_barcode"])
	def test_barcode_of_a_field_or_of_a_plugin(self, barcode: str) -> None:
		meta = [{"id": 1, "key": barcode, "value": "4012345678901"}]
		changes = {barcode: "4012345678901"} if barcode == "global_unique_id" else {"meta_data": meta}
		assert single(**changes).barcode == "4012345678901"

	def test_customs(self) -> None:
		meta = [{"key": "_hs_code", "value": "6912.00"}, {"key": "country_of_origin", "value": "pt"}]
		variant = single(meta_data=meta)
		assert (variant.customs_code, variant.origin_country) == ("6912.00", "PT")
		assert single(meta_data=[{"key": "country_of_origin", "value": "Portugal"}]).origin_country is None

	def test_words(self) -> None:
		product = parsed(
			SIMPLE,
			name="Salt &amp; Pepper",
			description="<p>3 &lt; 4</p>",
			brands=[{"id": 5, "name": "Acme"}],
			categories=[{"name": "Uncategorized", "slug": "uncategorized"}, {"name": "A &amp; B"}],
			tags=[{"name": "new"}, {"name": "new"}],
			images=[{"src": "https://x/1.jpg"}, {"src": ""}],
		)
		assert product.title == "Salt & Pepper" and product.description == "<p>3 &lt; 4</p>"
		assert (product.vendor, product.categories, product.tags) == ("Acme", ("A & B",), ("new",))
		assert product.images == ("https://x/1.jpg",)

	def test_services_and_gift_cards(self) -> None:
		assert not parsed(SIMPLE, virtual=True).physical and parsed(SIMPLE, virtual=False).physical
		assert parsed(SIMPLE, type="gift-card").gift_card and not parsed(SIMPLE).gift_card
		assert parsed(SIMPLE, meta_data=[{"key": "_gift_card", "value": "yes"}]).gift_card

	def test_nameless_product_is_called_by_its_code(self) -> None:
		assert parsed(SIMPLE, name="").title == "WOO-MUG"
		assert parsed(SIMPLE, name=None, sku=None).title == "Product 13"

	@pytest.mark.parametrize("key", ["id", "date_modified_gmt"])
	def test_what_cannot_be_missing(self, key: str) -> None:
		payload = {k: v for k, v in SIMPLE.items() if k != key and not k.startswith("date_")}
		with pytest.raises(PayloadRefused) as caught:
			PLATFORM.parse_product(payload)
		assert caught.value.path == key

	def test_error_instead_of_a_product(self) -> None:
		with pytest.raises(PayloadRefused) as caught:
			PLATFORM.parse_product(recorded("store.rest.error.401.json"))
		assert "woocommerce_rest_cannot_view" in str(caught.value)


class TestPrice:
	def test_reduced_for_a_time(self) -> None:
		price = single(
			regular_price="12.50",
			sale_price="9.99",
			date_on_sale_from_gmt="2026-11-01T00:00:00",
			date_on_sale_to_gmt="2026-11-30T22:59:59",
		).price
		assert price == Price(
			price=Decimal("9.99"),
			compare_at=Decimal("12.50"),
			sale_from=datetime(2026, 11, 1, tzinfo=timezone.utc),
			sale_until=datetime(2026, 11, 30, 22, 59, 59, tzinfo=timezone.utc),
		)

	@pytest.mark.parametrize(
		("fields", "price"),
		[
			({"regular_price": "", "sale_price": "", "price": ""}, None),
			({"regular_price": None, "sale_price": None, "price": None}, None),
			({"regular_price": "10", "sale_price": "10"}, "10"),
			({"regular_price": "10", "sale_price": "11"}, "10"),
			({"regular_price": "", "price": "7.5"}, "7.5"),
			({"regular_price": 12.5, "sale_price": ""}, "12.5"),
			({"regular_price": "0", "sale_price": ""}, "0"),
		],
	)
	def test_odd_prices(self, fields: dict[str, Any], price: str | None) -> None:
		assert single(**fields).price == (Price(price=Decimal(price)) if price else None)

	def test_given_away_in_a_sale(self) -> None:
		assert single(sale_price="0").price == Price(price=Decimal(0), compare_at=Decimal("12.50"))

	def test_no_price(self) -> None:
		with pytest.raises(PayloadRefused) as caught:
			single(regular_price="ask us")
		assert caught.value.path == "regular_price"


class TestStock:
	@pytest.mark.parametrize(
		("manage", "quantity", "holder", "level"),
		[
			(True, 5, "variant", 5),
			(True, "5.7", "variant", 5),
			(True, 5.7, "variant", 5),
			(True, -2, "variant", -2),
			(True, -2.5, "variant", -3),
			(True, None, "variant", None),
			("yes", 5, "variant", 5),
			(1, 5, "variant", 5),
			(None, 5, "variant", 5),
			("parent", 5, "product", 5),
			(False, 5, "nobody", None),
			("no", None, "nobody", None),
			(None, None, "nobody", None),
		],
	)
	def test_who_keeps_the_number(self, manage: Any, quantity: Any, holder: str, level: int | None) -> None:
		variant = single(manage_stock=manage, stock_quantity=quantity)
		(found,) = variant.levels
		assert (variant.stock_holder, found.quantity, found.stocked) == (holder, level, holder != "nobody")

	def test_number_of_the_product_for_its_variations(self) -> None:
		rows = [{**row, "manage_stock": "parent", "stock_quantity": None} for row in VARIATIONS]
		product = parsed(WHOLE, variations_data=rows, manage_stock=True, stock_quantity=12)
		assert {variant.stock_holder for variant in product.variants} == {"product"}
		assert {(level.quantity, level.at) for v in product.variants for level in v.levels} == {
			(12, datetime(2026, 11, 22, 2, 14, 24, tzinfo=timezone.utc))
		}

	def test_levels_of_a_message(self) -> None:
		(level,) = PLATFORM.parse_levels(VARIATION)
		assert (level.product_id, level.variant_id, level.quantity) == ("21", "22", 9)


class TestVariable:
	def test_recorded_product_with_its_variations(self) -> None:
		product = parsed(WHOLE)
		assert product.complete and [variant.id for variant in product.variants] == ["25", "24", "23", "22"]
		assert product.options == (
			Option(name="Color", values=("Blue", "Red")),
			Option(name="Size", values=("L", "S")),
		)
		first = product.variants[0]
		assert (first.title, first.sku, first.price) == (
			"Blue, L",
			"WOO-TEE-BLUE-L",
			Price(price=Decimal(17)),
		)
		assert first.options == (Attribute(name="Color", value="Blue"), Attribute(name="Size", value="L"))

	def test_message_tells_no_variant(self) -> None:
		product = parsed(VARIABLE)
		assert not product.complete and not product.single and product.variants == ()

	def test_product_without_any_variation(self) -> None:
		product = parsed(VARIABLE, variations=[], variations_data=[])
		assert product.complete and product.variants == ()

	def test_message_of_a_variation(self) -> None:
		product = parsed(VARIATION)
		assert (product.id, product.title, product.complete) == ("21", "", False)
		(variant,) = product.variants
		assert (variant.id, variant.sku, variant.title) == ("22", "WOO-TEE-RED-S", "Red, S")
		assert product.updated_at == variant.levels[0].at

	def test_codes_that_the_store_shows_of_the_product_are_not_the_variations(self) -> None:
		rows = [{**VARIATIONS[0], "sku": "WOO-TEE", "global_unique_id": "4012345678901"}]
		variant = parsed(WHOLE, variations_data=rows, global_unique_id="4012345678901").variants[0]
		assert variant.sku is None and variant.barcode is None

	def test_changed_when_a_variation_was(self) -> None:
		rows = [{**VARIATIONS[0], "date_modified_gmt": "2026-11-23T00:00:00"}]
		assert parsed(WHOLE, variations_data=rows).updated_at == datetime(2026, 11, 23, tzinfo=timezone.utc)

	def test_value_that_only_a_variation_has(self) -> None:
		attributes = [{"name": "Size", "option": "XXL"}, {"name": "Color", "option": ""}]
		product = parsed(WHOLE, variations_data=[{**VARIATIONS[0], "attributes": attributes}])
		assert product.options[1] == Option(name="Size", values=("L", "S", "XXL"))
		assert product.variants[0].options == (Attribute(name="Size", value="XXL"),)

	def test_rows_of_older_stores(self) -> None:
		"""They have no type, no name and no parent_id."""
		new = ("type", "name", "parent_id", "global_unique_id")
		rows = [{key: value for key, value in row.items() if key not in new} for row in VARIATIONS]
		assert [variant.sku for variant in parsed(WHOLE, variations_data=rows).variants] == [
			row["sku"] for row in VARIATIONS
		]

	def test_picture_and_weight(self) -> None:
		rows = [{**VARIATIONS[0], "image": {"id": 5, "src": "https://x/5.jpg"}, "weight": ""}]
		variant = parsed(WHOLE, variations_data=rows, weight="0.2").variants[0]
		assert (variant.image, variant.weight) == ("https://x/5.jpg", Decimal("0.2"))

	def test_types_of_plugins(self) -> None:
		assert len(parsed(WHOLE, type="variable-subscription").variants) == 4
		assert single(type="subscription").sku == "WOO-MUG"

	def test_field_of_a_variation_is_named(self) -> None:
		rows = [VARIATIONS[0], {**VARIATIONS[1], "regular_price": "x"}]
		with pytest.raises(PayloadRefused) as caught:
			parsed(WHOLE, variations_data=rows)
		assert caught.value.path == "variations_data[1].regular_price"


class TestBundles:
	def parts(self, **changes: Any) -> list[tuple[str, str, Decimal]]:
		return [(part.product_id, part.variant_id, part.quantity) for part in single(**changes).parts]

	def test_grouped(self) -> None:
		found = self.parts(type="grouped", grouped_products=[14, "15", 0, None])
		assert found == [("14", "", Decimal(1)), ("15", "", Decimal(1))]
		assert self.parts(grouped_products=[14]) == []

	def test_product_bundles(self) -> None:
		rows = [
			{"bundled_item_id": 1, "product_id": 14, "quantity_min": 2, "quantity_default": 3},
			{"bundled_item_id": 2, "product_id": 21, "quantity_min": 1, "allowed_variations": [22]},
			{"bundled_item_id": 3, "product_id": 21, "quantity_min": 1, "allowed_variations": [22, 23]},
			{"bundled_item_id": 4, "product_id": 15, "quantity_min": 1, "optional": True},
			{"bundled_item_id": 5, "product_id": 16, "quantity_min": 0},
		]
		assert self.parts(type="bundle", bundled_items=rows) == [
			("14", "", Decimal(3)),
			("21", "22", Decimal(1)),
			("21", "", Decimal(1)),
		]

	@pytest.mark.parametrize(
		"value",
		[
			"14/2,15/1",
			{"a": {"id": "14", "qty": "2"}, "b": {"id": "15", "qty": 1}},
			[{"id": 14, "qty": 2}, {"id": 15}],
		],
	)
	def test_wpc_product_bundles(self, value: Any) -> None:
		found = self.parts(type="woosb", meta_data=[{"key": "woosb_ids", "value": value}])
		assert found == [("14", "", Decimal(2)), ("15", "", Decimal(1))]

	def test_yith(self) -> None:
		value = {"1": {"product_id": "14", "bp_quantity": "2"}, "2": {"product_id": "15", "bp_optional": "1"}}
		found = self.parts(type="yith_bundle", meta_data=[{"key": "_yith_wcpb_bundle_data", "value": value}])
		assert found == [("14", "", Decimal(2))]


BASES = [SIMPLE, VARIABLE, VARIATION, WHOLE]


@st.composite
def spoiled(draw: st.DrawFn) -> dict[str, Any]:
	"""A good product with a few values replaced, removed or moved elsewhere."""
	payload: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(BASES)))
	for _ in range(draw(st.integers(1, 4))):
		container, key = draw(st.sampled_from(places(payload)))
		if draw(st.booleans()) and isinstance(container, dict):
			container.pop(key, None)
		elif not isinstance(container, dict) or key in container:
			container[key] = copy.deepcopy(draw(ODD | JSON))
	return payload


@settings(max_examples=400)
@given(spoiled())
def test_spoiled_products_are_read_or_refused(payload: dict[str, Any]) -> None:
	try:
		product = PLATFORM.parse_product(payload)
	except PayloadRefused as refusal:
		assert refusal.path and str(refusal)
		return
	assert product.id.isdigit() and product.updated_at.tzinfo
	assert all(variant.price is None or variant.price.price.is_finite() for variant in product.variants)
	product.model_dump_json(exclude={"raw": True, "variants": {"__all__": {"raw"}}}).encode()


@settings(max_examples=80)
@given(JSON)
def test_anything_is_read_or_refused(payload: Any) -> None:
	with pytest.raises(PayloadRefused) as caught:
		PLATFORM.parse_product(payload)
	assert caught.value.path
