"""How the Shopify connector creates and updates products, against the emulated Shopify and prepared answers."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from ecommerce_sync.core.errors import Fixable, Gone, Transient
from ecommerce_sync.core.models import Attribute
from ecommerce_sync.core.products import Option, Price, Product, ProductDraft, VariantDraft
from ecommerce_sync.sandbox.catalogue import PRODUCTS, generated
from ecommerce_sync.sandbox.shopify.goods import ONLINE_STORE
from ecommerce_sync.sandbox.shopify.shop import ALL_SCOPES
from ecommerce_sync.storefronts.shopify import PLATFORM
from ecommerce_sync.storefronts.shopify import metafields as fields_of
from ecommerce_sync.storefronts.shopify.client import Admin
from ecommerce_sync.storefronts.shopify.product_inputs import (
	handle_of,
	missing_images,
	used_options,
	variant_input,
)
from ecommerce_sync.storefronts.shopify.product_writes import save_product
from tests.storefronts.answers import Answers
from tests.storefronts.contract_goods import by_sku, draft
from tests.storefronts.test_shopify_client import admin
from tests.storefronts.test_shopify_contract import emulated
from tests.storefronts.test_shopify_goods_contract import ShopifyGoodsWorld
from tests.storefronts.test_shopify_stock import sent

PICTURE = "https://erp.example.com/files/red shirt.png"


@pytest.fixture
def world() -> Iterator[ShopifyGoodsWorld]:
	with emulated() as store:
		yield ShopifyGoodsWorld(store)


def api(world: ShopifyGoodsWorld) -> Admin:
	"""The emulated store's Admin API."""
	found = PLATFORM.connect(world.credentials)._admin  # type: ignore[attr-defined]
	assert isinstance(found, Admin)
	return found


def save(world: ShopifyGoodsWorld, wanted: ProductDraft) -> Product:
	"""The product after it was written."""
	return PLATFORM.parse_product(save_product(api(world), wanted))


class Interrupted:
	"""An Admin API whose answer to one write is lost: before it reached the store, or after."""

	def __init__(self, inner: Admin, at: int, arrives: bool) -> None:
		self._inner, self._left, self._arrives = inner, at, arrives
		self.is_over = False

	def __getattr__(self, name: str) -> Any:
		return getattr(self._inner, name)

	def mutate(self, *given: Any, **named: Any) -> Any:
		"""A write that may be the one."""
		return self._guarded(self._inner.mutate, *given, **named)

	def attempt(self, *given: Any, **named: Any) -> Any:
		"""Likewise."""
		return self._guarded(self._inner.attempt, *given, **named)

	def _guarded(self, write: Any, *given: Any, **named: Any) -> Any:
		self._left -= 1
		self.is_over = self._left < 0
		if not self.is_over:
			return write(*given, **named)
		if self._arrives:
			write(*given, **named)
		raise Transient("network", detail="lost")


class TestCreation:
	@pytest.mark.parametrize("sizes", [(), ("S", "M", "L")])
	@pytest.mark.parametrize("arrives", [False, True])
	def test_interrupted_creation_goes_on_where_it_stopped(self, sizes: Any, arrives: bool) -> None:
		wanted, at = draft("NEW", sizes, fields={"custom.care": "cold"}), 0
		while True:
			with emulated(catalogue=generated(2, 2)) as store:
				world = ShopifyGoodsWorld(store)
				interrupted = Interrupted(api(world), at, arrives)
				try:
					save_product(interrupted, wanted)  # type: ignore[arg-type]
				except Transient:
					made = save(world, wanted)
					assert made.status == "active" and len(store.goods.products) == 3
					assert sorted(by_sku(made)) == sorted(variant.sku for variant in wanted.variants)  # type: ignore[type-var]
					assert all(variant.price for variant in made.variants)
			if not interrupted.is_over:
				break
			at += 1
		assert at >= 4  # creation, variants, metafields, status

	def test_nothing_is_on_sale_before_its_price_is_set(self, world: ShopifyGoodsWorld) -> None:
		seen: list[tuple[str, Decimal]] = []

		def look(_call: Any) -> None:
			for product in list(world.emulated.goods.products.values())[len(PRODUCTS) :]:
				seen.extend((product.status, Decimal(variant.price)) for variant in product.variants)

		world.emulated.before_write = look
		save(world, draft("NEW", ("S", "M")))
		assert ("DRAFT", Decimal(0)) in seen
		assert not [price for status, price in seen if status == "ACTIVE" and not price]

	def test_what_is_created_active_is_shown_in_the_online_store(self, world: ShopifyGoodsWorld) -> None:
		goods = world.emulated.goods
		made = save(world, draft("NEW"))
		assert set(goods[int(made.id)].published) == {ONLINE_STORE}
		goods[int(made.id)].published.clear()  # the merchant takes it off
		save(world, draft("NEW", product_id=made.id, status="draft"))
		save(world, draft("NEW", product_id=made.id, status="active"))
		assert not goods[int(made.id)].published
		hidden = save(world, draft("OTHER", status="draft"))
		assert not goods[int(hidden.id)].published

	@pytest.mark.parametrize("granted", [set(), {"read_publications"}])
	def test_without_the_scope_it_is_created_all_the_same(self, granted: set[str]) -> None:
		scopes = ALL_SCOPES - {"read_publications", "write_publications"} | granted
		with emulated(catalogue=generated(2, 2), scopes=scopes) as store:
			made = save(ShopifyGoodsWorld(store), draft("NEW"))
			assert made.status == "active" and not store.goods[int(made.id)].published

	def test_product_that_somebody_else_called_so_is_left_alone(self, world: ShopifyGoodsWorld) -> None:
		first = save(world, draft("NEW"))
		other = draft("NEW").variants[0].model_copy(update={"sku": "OTHER"})
		second = save(world, draft("NEW").model_copy(update={"variants": (other,)}))
		assert second.id != first.id and list(by_sku(first)) == ["NEW"]

	def test_foreign_product_with_one_of_the_skus_wins_no_majority(self, world: ShopifyGoodsWorld) -> None:
		made = save(world, draft("NEW", ("S", "M", "L")))
		again = save(world, draft("NEW", ("S", "M", "XL")))
		assert again.id == made.id and len(again.variants) == 4

	def test_variant_fields_are_written(self, world: ShopifyGoodsWorld) -> None:
		given = {
			"barcode": "4000000000006",
			"customs_code": "6109.10.00",
			"origin_country": "pt",
			"tracked": False,
			"fields": {"custom.fabric": "cotton"},
		}
		plain = draft("NEW", categories=("Shirts",), fields={"custom.year": 2026, "custom.new": True})
		wanted = plain.model_copy(update={"variants": (plain.variants[0].model_copy(update=given),)})
		made = save(world, wanted)
		(variant,) = made.variants
		assert (variant.barcode, variant.customs_code, variant.origin_country) == (
			"4000000000006",
			"61091000",
			"PT",
		)
		assert variant.stock_holder == "nobody" and made.categories == ("Shirts",)
		kept = {field["key"]: (field["value"], field["type"]) for field in made.raw["metafields"]}
		assert kept == {"year": ("2026", "number_integer"), "new": ("true", "boolean")}
		assert variant.raw["metafields"][0]["value"] == "cotton"


class TestUpdate:
	def test_second_save_writes_nothing_but_the_variants(self, world: ShopifyGoodsWorld) -> None:
		wanted = draft("NEW", ("S", "M"), fields={"custom.care": "cold"}, images=(PICTURE,))
		made = save(world, wanted)
		world.emulated.calls.clear()
		again = save(world, wanted)
		assert world.emulated.calls.by_field["productVariantsBulkUpdate"] == world.emulated.calls.writes == 1
		assert len(again.images) == len(made.images) == 1

	def test_disabled_item_becomes_a_draft(self, world: ShopifyGoodsWorld) -> None:
		made = save(world, draft("NEW"))
		off = save(world, ProductDraft(item_code="NEW", product_id=made.id, status="draft"))
		assert off.status == "draft" and off.variants[0].price == made.variants[0].price

	def test_variant_is_taken_off_sale_and_put_back(self, world: ShopifyGoodsWorld) -> None:
		wanted = draft("NEW", ("S", "M"))
		made = save(world, wanted)
		first = wanted.variants[0].model_copy(update={"active": False, "tracked": False})
		off = save(world, wanted.model_copy(update={"variants": (first, wanted.variants[1])}))
		kept = world.emulated.goods.find(int(off.variants[0].id))
		assert (kept.policy, kept.tracked) == ("DENY", True)
		assert (off.status, [v.id for v in off.variants]) == ("active", [v.id for v in made.variants])
		back = save(
			world, wanted.model_copy(update={"variants": (first.model_copy(update={"active": True}),)})
		)
		assert back.variants[0].stock_holder == "nobody"

	def test_whether_more_is_sold_than_there_is_stays_the_stores_choice(
		self, world: ShopifyGoodsWorld
	) -> None:
		made = save(world, draft("NEW"))
		world.emulated.goods.find(int(made.variants[0].id)).policy = "CONTINUE"
		save(world, draft("NEW"))
		assert world.emulated.goods.find(int(made.variants[0].id)).policy == "CONTINUE"

	def test_product_in_one_form_gets_options(self, world: ShopifyGoodsWorld) -> None:
		made = save(world, draft("NEW-S"))
		grown = draft("NEW", ("S", "M"), product_id=made.id)
		after = save(world, grown)
		assert {v.sku: v.options[0].value for v in after.variants} == {"NEW-S": "S", "NEW-M": "M"}
		assert after.variants[0].id == made.variants[0].id

	def test_bound_variant_is_found_by_its_id(self, world: ShopifyGoodsWorld) -> None:
		made = save(world, draft("NEW", ("S", "M")))
		second = made.variants[1]
		renamed = VariantDraft(
			item_code="N", variant_id=second.id, sku="RENAMED", price=Price(price=Decimal(3))
		)
		after = save(world, ProductDraft(item_code="N", product_id=made.id, variants=(renamed,)))
		assert [variant.sku for variant in after.variants] == ["NEW-S", "RENAMED"]
		assert after.variants[1].price == Price(price=Decimal("3.00"))

	def test_variant_that_is_gone_is_told(self, world: ShopifyGoodsWorld) -> None:
		made = save(world, draft("NEW"))
		missing = VariantDraft(item_code="N", variant_id=world.missing_id, sku="X")
		with pytest.raises(Gone):
			save(world, ProductDraft(item_code="N", product_id=made.id, variants=(missing,)))

	def test_what_the_store_says_is_told(self, world: ShopifyGoodsWorld) -> None:
		made = save(world, draft("NEW", ("S", "M")))
		taken = draft("OTHER", ("S",), product_id=made.id)
		with pytest.raises(Fixable) as caught:
			save(world, taken)
		assert caught.value.reason == "store_refused"


class TestInputs:
	def test_open_fields_are_not_named(self) -> None:
		fields = variant_input(VariantDraft(item_code="A", sku="A"), None, [])
		assert fields == {"inventoryItem": {"sku": "A", "tracked": True}}

	def test_first_variant_comes_first_in_every_option(self) -> None:
		options = (Option(name="Size", values=("S", "M", "L")), Option(name="Colour", values=("Red", "Blue")))
		pairs = [("M", "Blue"), ("S", "Red"), ("L", "Blue")]
		variants = tuple(
			VariantDraft(
				item_code=f"{size}{colour}",
				sku=f"{size}{colour}",
				options=(Attribute(name="Size", value=size), Attribute(name="Colour", value=colour)),
			)
			for size, colour in pairs
		)
		found = used_options(ProductDraft(item_code="T", options=options, variants=variants))
		assert [option.values for option in found] == [("M", "S", "L"), ("Blue", "Red")]

	@pytest.mark.parametrize(
		("title", "code", "handle"),
		[
			("Organic T-Shirt", "TEE/1", "organic-t-shirt-tee-1"),
			("Käse", "K", "kase-k"),
			(None, "A 1", "a-1"),
		],
	)
	def test_handles(self, title: str | None, code: str, handle: str) -> None:
		assert handle_of(ProductDraft(item_code=code, title=title)) == handle

	def test_handle_of_what_has_no_letters(self) -> None:
		first, second = (handle_of(ProductDraft(item_code=code, title="茶")) for code in ("茶", "杯"))
		assert first and first != second and first.isascii()

	def test_pictures_are_known_by_their_file_names(self) -> None:
		current = {"images": [{"src": "https://cdn.shopify.com/s/files/1/a_1f0c.png?v=1"}, {"src": None}]}
		given = draft("N", images=("https://x.example/files/A.png", "https://x.example/files/b.png"))
		assert missing_images(given, current) == ["https://x.example/files/b.png"]
		assert missing_images(given, {**current, "has_pending_media": True}) == []


class TestMetafields:
	def test_only_differences_are_sent_25_at_a_time(self) -> None:
		answers = Answers((200, {"data": {"metafieldsSet": {"userErrors": []}}}))
		current = {"metafields": [{"namespace": "a", "key": "k0", "value": "v", "type": "url"}]}
		values = {f"a.k{n}": "v" for n in range(53)}
		assert fields_of.save(admin(answers), [("gid://shopify/Product/1", current, values)])
		assert [len(variables["metafields"]) for variables in sent(answers)] == [25, 25, 2]

	def test_nothing_is_sent_when_nothing_differs(self) -> None:
		current = {"metafields": [{"namespace": "custom", "key": "k", "value": "1.50", "type": "x"}]}
		owner = ("gid://shopify/Product/1", current, {"k": Decimal("1.50"), "other": None})
		assert not fields_of.save(admin(Answers((500, b""))), [owner])

	def test_type_that_the_store_refuses_is_left_to_its_definition(self) -> None:
		wrong = {"code": "INVALID_TYPE", "elementIndex": 1, "field": None, "message": "must be consistent"}
		answers = Answers(
			(200, {"data": {"metafieldsSet": {"userErrors": [wrong]}}}),
			(200, {"data": {"metafieldsSet": {"userErrors": []}}}),
		)
		values = {"a.b": "x", "a.c": [1]}
		fields_of.save(admin(answers), [("gid://shopify/Product/1", {}, values)])
		first, second = (variables["metafields"] for variables in sent(answers))
		assert [field.get("type") for field in first] == ["single_line_text_field", "json"]
		assert [field.get("type") for field in second] == ["single_line_text_field", None]

	def test_value_that_the_store_refuses_is_told_with_its_name(self) -> None:
		wrong = {"code": "INVALID_VALUE", "elementIndex": 0, "field": None, "message": "no"}
		answers = Answers((200, {"data": {"metafieldsSet": {"userErrors": [wrong]}}}))
		with pytest.raises(Fixable) as caught:
			fields_of.save(admin(answers), [("gid://shopify/Product/1", {}, {"a.b": "x"})])
		assert "a.b: no" in str(caught.value)
