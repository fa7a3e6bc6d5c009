"""Products out: created once, updated where they differ, never deleted; refusals in the store's words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import requests
from pydantic import SecretStr

from ecommerce_sync.core.errors import Fixable, Gone, Transient
from ecommerce_sync.core.models import Attribute
from ecommerce_sync.core.products import Option, Price, Product, ProductDraft, VariantDraft
from ecommerce_sync.sandbox import catalogue
from ecommerce_sync.sandbox.woocommerce import batches
from ecommerce_sync.sandbox.woocommerce.calls import Write
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings
from ecommerce_sync.storefronts.woocommerce import PLATFORM
from ecommerce_sync.storefronts.woocommerce.client import WooCommerceStore

from .test_woocommerce_stock import answered
from .woocommerce_world import https_store, recorded

FEW = catalogue.generated(3, 7)


def shop(**given: Any) -> EmulatedWooCommerce:
	return EmulatedWooCommerce(seed=8, catalogue=FEW, **given)


def saved(store: WooCommerceStore, draft: ProductDraft) -> Product:
	return PLATFORM.parse_product(store.save_product(draft))


def mug(**changes: Any) -> ProductDraft:
	"""One that comes in one form."""
	variant = {"item_code": "MUG-9", "sku": "MUG-9", "price": Price(price=Decimal("9.00"))}
	given = {
		key: changes.pop(key) for key in list(changes) if key in VariantDraft.model_fields and key != "fields"
	}
	draft = {"item_code": "MUG-9", "title": "Mug", "status": "active", **changes}
	return ProductDraft(variants=(VariantDraft(**{**variant, **given}),), **draft)


def shirt(*sizes: str, **changes: Any) -> ProductDraft:
	"""One with a variant for each size."""
	variants = tuple(
		VariantDraft(
			item_code=f"SHIRT-{size}",
			sku=f"SHIRT-{size}",
			options=(Attribute(name="Size", value=size),),
			price=Price(price=Decimal("20")),
		)
		for size in sizes
	)
	known = {"options": (Option(name="Size", values=sizes),), "title": "Shirt", "status": "active"}
	return ProductDraft(item_code="SHIRT", **{**known, "variants": variants, **changes})


def writes_of(shelves: EmulatedWooCommerce) -> list[Write]:
	"""What will be written from now on."""
	found: list[Write] = []
	shelves.before_write = found.append
	return found


class Lost:
	"""The answer to the n-th write never comes, though the store did what was asked."""

	def __init__(self, number: int) -> None:
		self.left = number

	def attach(self, adapter: Any) -> None:
		send = adapter.send

		def sending(request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
			answer: requests.Response = send(request, *args, **kwargs)
			self.left -= request.method == "POST"
			if request.method == "POST" and self.left == 0:
				raise requests.ReadTimeout("the answer was lost")
			return answer

		adapter.send = sending


class TestCreation:
	def test_everything_of_a_simple_product(self) -> None:
		shelves = shop(settings=StoreSettings(weight_unit="g"))
		store, _ = https_store(shelves)
		draft = mug(
			barcode="4012345678901",
			weight=Decimal("0.25"),
			customs_code="6912.00",
			origin_country="PT",
			description="<p>Good &amp; cheap</p>",
			images=("https://erp.example/files/mug%20one.jpg",),
			categories=("Cups & Mugs", "Goods"),
			fields={"_care": "by hand", "_size": Decimal("1.5")},
		)
		product = saved(store, draft)
		(variant,) = product.variants
		assert (product.title, product.status, product.single) == ("Mug", "active", True)
		assert product.description == "<p>Good &amp; cheap</p>"
		assert set(product.categories) == {"Cups & Mugs", "Goods"} and len(product.images) == 1
		assert (variant.sku, variant.barcode, variant.weight) == ("MUG-9", "4012345678901", Decimal("0.25"))
		assert (variant.customs_code, variant.origin_country) == ("6912.00", "PT")
		assert variant.price == Price(price=Decimal("9.00")) and variant.stock_holder == "variant"
		meta = {row["key"]: row["value"] for row in product.raw["meta_data"]}
		assert (meta["_care"], meta["_size"]) == ("by hand", "1.5")
		assert product.raw["weight"] == "250"

	def test_item_without_stock_is_not_counted(self) -> None:
		store, _ = https_store(shop())
		assert saved(store, mug(tracked=False)).variants[0].stock_holder == "nobody"

	def test_draft_without_a_title_is_called_by_its_code(self) -> None:
		store, _ = https_store(shop())
		product = saved(store, mug(title=None, status="archived"))
		assert (product.title, product.status) == ("MUG-9", "draft")

	def test_variations(self) -> None:
		shelves = shop()
		store, _ = https_store(shelves)
		product = saved(store, shirt("S", "M"))
		assert [(v.sku, v.options[0].value, v.stock_holder) for v in product.variants] == [
			("SHIRT-S", "S", "variant"),
			("SHIRT-M", "M", "variant"),
		]
		assert product.options == (Option(name="Size", values=("S", "M")),)
		assert shelves.calls.writes == 2

	def test_global_attribute_of_the_same_name_is_used(self) -> None:
		shelves = shop()
		store, _ = https_store(shelves)
		product = saved(store, shirt("S"))
		assert product.raw["attributes"][0]["id"] and product.variants[0].options[0].value == "S"

	def test_attribute_that_the_store_does_not_have(self) -> None:
		store, _ = https_store(shop())
		size = (Attribute(name="Länge", value="Groß"),)
		variant = VariantDraft(item_code="A-1", sku="A-1", options=size)
		options = (Option(name="Länge", values=("Groß", "Klein")),)
		product = saved(store, ProductDraft(item_code="A", options=options, variants=(variant,)))
		assert product.raw["attributes"][0]["id"] == 0 and product.options == options
		assert product.variants[0].options == size

	def test_three_hundred_variations(self) -> None:
		shelves = shop()
		store, _ = https_store(shelves)
		product = saved(store, shirt(*map(str, range(300))))
		assert len({variant.sku for variant in product.variants}) == 300
		assert shelves.calls.of("products/<id>/variations/batch", "write") == 3

	def test_store_that_takes_fewer_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
		monkeypatch.setattr(batches, "LIMIT", 10)
		store, _ = https_store(shop())
		assert len(saved(store, shirt(*map(str, range(33)))).variants) == 33


class TestInterrupted:
	@pytest.mark.parametrize(("count", "number"), [(0, 1), (150, 1), (150, 2), (150, 3)])
	def test_done_again_creates_nothing_twice(self, count: int, number: int) -> None:
		shelves, sizes = shop(), [str(size) for size in range(count)]
		draft = shirt(*sizes) if sizes else mug()
		store, adapter = https_store(shelves)
		Lost(number).attach(adapter)
		with pytest.raises(Transient):
			store.save_product(draft)
		product = saved(store, draft)
		assert len(product.variants) == (len(sizes) or 1)
		assert len({variant.sku for variant in product.variants}) == len(product.variants)
		assert len(list(store.products())) == len(FEW) + 1

	def test_sku_that_the_search_did_not_find(self) -> None:
		"""Somebody was quicker between the search and the creation."""
		shelves = shop()
		store, _ = https_store(shelves)
		taken: list[Any] = []

		def first(write: Write) -> None:
			if not taken:
				taken.append(shelves.add_product(name="By hand", sku="MUG-9", regular_price="1"))

		shelves.before_write = first
		product = saved(store, mug())
		assert (product.id, product.title) == (str(taken[0].id), "Mug")
		assert product.variants[0].price == Price(price=Decimal("9.00"))

	def test_recorded_refusal_of_a_sku(self) -> None:
		error = recorded("store.rest.error.duplicate_sku.json")
		taken = recorded("store.rest.product.simple.json")
		unit = {"id": "woocommerce_weight_unit", "value": "kg"}
		store, adapter = answered((200, []), (400, error), (200, taken), (200, unit), (200, taken))
		product = PLATFORM.parse_product(store.save_product(mug()))
		assert product.id == "13"
		put = [request for request in adapter.asked if request.method == "PUT"]
		assert [str(request.url).rpartition("/")[2] for request in put] == ["13"]

	def test_refusal_that_names_no_product(self) -> None:
		error = {
			"code": "product_invalid_sku",
			"message": "Invalid or duplicated SKU.",
			"data": {"status": 400},
		}
		store, _ = answered((200, []), (400, error))
		with pytest.raises(Fixable) as caught:
			store.save_product(mug())
		assert "Invalid or duplicated SKU" in str(caught.value)


class TestUpdate:
	def test_nothing_but_what_is_given_is_sent(self) -> None:
		shelves = shop()
		store, _ = https_store(shelves)
		made = saved(store, mug())
		writes = writes_of(shelves)
		saved(store, ProductDraft(item_code="MUG-9", product_id=made.id, status="draft"))
		assert [(write.method, dict(write.body)) for write in writes] == [("PUT", {"status": "draft"})]
		saved(store, ProductDraft(item_code="MUG-9", product_id=made.id))
		assert len(writes) == 1

	def test_simple_product_is_bound_by_an_empty_id(self) -> None:
		store, _ = https_store(shop())
		made = saved(store, mug())
		again = saved(store, mug(product_id=made.id, variant_id="", barcode="4012345678901", title=None))
		assert (again.id, again.variants[0].barcode, again.title) == (made.id, "4012345678901", "Mug")

	def test_counting_is_left_as_it_is(self) -> None:
		shelves = shop()
		store, _ = https_store(shelves)
		made = saved(store, mug())
		shelves.set_stock(int(made.id), 12)
		saved(store, mug(product_id=made.id, variant_id=""))
		assert shelves.stock_of(int(made.id)) == 12

	def test_variation_is_taken_off_sale_and_put_back(self) -> None:
		shelves = shop()
		store, _ = https_store(shelves)
		made = saved(store, shirt("S", "M"))
		first, second = shirt("S", "M").variants
		off = first.model_copy(update={"active": False, "fields": {"_care": "cold"}})
		writes = writes_of(shelves)
		after = saved(store, shirt("S", "M", product_id=made.id, variants=(off, second)))
		assert [v.raw["status"] for v in after.variants] == ["private", "publish"]
		assert [v.id for v in after.variants] == [v.id for v in made.variants] and after.status == "active"
		saved(store, shirt("S", "M", product_id=made.id, variants=(off, second)))
		assert not any("status" in row for row in writes[-1].body["update"])
		back = saved(store, shirt("S", "M", product_id=made.id))
		assert [v.raw["status"] for v in back.variants] == ["publish", "publish"]
		saved(store, shirt("S", "M", product_id=made.id))
		assert not any("status" in row for row in writes[-1].body["update"])

	def test_variation_that_the_store_hid_stays_hidden(self) -> None:
		shelves = shop()
		store, _ = https_store(shelves)
		made = saved(store, shirt("S", "M"))
		shelves.edit_product(int(made.variants[0].id), status="private")
		off = shirt("S").variants[0].model_copy(update={"active": False})
		saved(store, shirt("S", "M", product_id=made.id, variants=(off,)))
		back = saved(store, shirt("S", "M", product_id=made.id))
		assert [v.raw["status"] for v in back.variants] == ["private", "publish"]

	def test_simple_product_has_its_own_status_only(self) -> None:
		store, _ = https_store(shop())
		made = saved(store, mug())
		again = saved(store, mug(product_id=made.id, variant_id="", active=False, status=None))
		assert again.raw["status"] == "publish"

	def test_pictures_are_not_loaded_twice(self) -> None:
		shelves = shop()
		store, _ = https_store(shelves)
		first, second = "https://erp.example/files/a.jpg", "https://erp.example/files/b.jpg"
		made = saved(store, mug(images=(first,)))
		writes = writes_of(shelves)
		saved(store, mug(product_id=made.id, images=(first,)))
		assert "images" not in writes[-1].body
		saved(store, mug(product_id=made.id, images=(second, first)))
		assert [set(row) for row in writes[-1].body["images"]] == [{"src", "name"}, {"id"}]

	def test_attributes_of_the_store_stay(self) -> None:
		shelves = shop()
		store, _ = https_store(shelves)
		made = saved(store, shirt("S"))
		fabric = {"name": "Fabric", "options": ["Cotton"], "visible": True, "variation": False}
		shelves.edit_product(int(made.id), attributes=[*made.raw["attributes"], fabric])
		grown = saved(store, shirt("M", product_id=made.id))
		names = {row["name"]: row["options"] for row in grown.raw["attributes"]}
		assert names == {"Size": ["S", "M"], "Fabric": ["Cotton"]}
		assert [variant.options[0].value for variant in grown.variants] == ["S", "M"]

	def test_variation_is_found_by_its_values(self) -> None:
		"""One that a person typed in without a SKU, in another spelling."""
		shelves = shop()
		store, _ = https_store(shelves)
		made = saved(store, shirt("Small"))
		hand = shelves.product(int(made.variants[0].id))
		shelves.edit_product(hand.id, sku="")
		again = saved(store, shirt("SMALL", product_id=made.id))
		assert [(v.id, v.sku) for v in again.variants] == [(str(hand.id), "SHIRT-SMALL")]
		assert again.options == (Option(name="Size", values=("Small",)),)

	def test_variation_by_its_id(self) -> None:
		store, _ = https_store(shop())
		made = saved(store, shirt("S", "M"))
		other = VariantDraft(item_code="OTHER", sku="OTHER", variant_id=made.variants[1].id)
		again = saved(store, ProductDraft(item_code="SHIRT", product_id=made.id, variants=(other,)))
		assert [variant.sku for variant in again.variants] == ["SHIRT-S", "OTHER"]

	@pytest.mark.parametrize("variant_id", ["987654321", "junk"])
	def test_variation_that_is_gone_is_told(self, variant_id: str) -> None:
		store, _ = https_store(shop())
		made = saved(store, shirt("S"))
		gone = VariantDraft(item_code="X", sku="X", variant_id=variant_id)
		with pytest.raises(Fixable) as caught:
			store.save_product(ProductDraft(item_code="SHIRT", product_id=made.id, variants=(gone,)))
		assert "Invalid ID" in str(caught.value)

	def test_product_in_the_trash_is_gone(self) -> None:
		shelves = shop()
		shelves.trash_product(FEW[0].id)
		store, _ = https_store(shelves)
		with pytest.raises(Gone):
			store.save_product(ProductDraft(item_code="X", product_id=str(FEW[0].id), title="No"))

	def test_customs_go_where_the_store_keeps_them(self) -> None:
		shelves = shop()
		store, _ = https_store(shelves)
		made = saved(store, mug())
		shelves.edit_product(int(made.id), meta_data=[{"key": "_wc_hs_code", "value": "1"}])
		again = saved(store, mug(product_id=made.id, variant_id="", customs_code="6912"))
		meta = {row["key"]: row["value"] for row in again.raw["meta_data"]}
		assert meta == {"_wc_hs_code": "6912"} and again.variants[0].customs_code == "6912"


class TestRefusals:
	def refused(self, store: WooCommerceStore, draft: ProductDraft) -> str:
		with pytest.raises(Fixable) as caught:
			store.save_product(draft)
		assert caught.value.reason == "store_refused"
		return str(caught.value)

	def test_simple_product_is_not_made_variable(self) -> None:
		shelves = shop()
		store, _ = https_store(shelves)
		made = saved(store, mug())
		writes = writes_of(shelves)
		assert "no variations" in self.refused(store, shirt("S", product_id=made.id))
		assert writes == []

	def test_variation_elsewhere_is_not_taken_for_the_product(self) -> None:
		store, _ = https_store(shop())
		saved(store, shirt("S"))
		taken = VariantDraft(item_code="SHIRT-S", sku="SHIRT-S")
		assert "has variations" in self.refused(store, ProductDraft(item_code="SHIRT-S", variants=(taken,)))

	def test_skus_of_several_products(self) -> None:
		shelves = shop()
		shelves.add_product(name="One", sku="SHIRT-S")
		shelves.add_product(name="Two", sku="SHIRT-M")
		store, _ = https_store(shelves)
		assert "several products" in self.refused(store, shirt("S", "M"))

	def test_barcode_in_use(self) -> None:
		shelves = shop()
		store, _ = https_store(shelves)
		shelves.add_product(name="One", global_unique_id="4012345678901")
		assert "GTIN" in self.refused(store, mug(barcode="4012345678901"))

	def test_one_bad_variation_does_not_hold_up_the_others(self) -> None:
		shelves = shop()
		store, _ = https_store(shelves)
		shelves.add_product(name="One", global_unique_id="4012345678901")
		draft = shirt("S", "M", "L")
		bad = draft.variants[1].model_copy(update={"barcode": "4012345678901"})
		words = self.refused(
			store, draft.model_copy(update={"variants": (draft.variants[0], bad, draft.variants[2])})
		)
		assert "GTIN" in words
		skus = {shelves.product(shelves.id_of(sku)).sku for sku in ("SHIRT-S", "SHIRT-L")}
		assert skus == {"SHIRT-S", "SHIRT-L"}


class TestCategories:
	def test_created_once_and_found_again(self) -> None:
		shelves = shop()
		store, _ = https_store(shelves)
		made = saved(store, mug(categories=("Cups & Mugs",)))
		writes = writes_of(shelves)
		other = mug(item_code="CUP", sku="CUP", categories=("cups & mugs",))
		assert saved(store, other).categories == ("Cups & Mugs",)
		assert [write.endpoint for write in writes] == ["products"]
		assert made.categories == ("Cups & Mugs",)

	def test_term_that_exists_under_another_spelling(self) -> None:
		"""WordPress compares slugs: what the search does not find may be there all the same."""
		exists = {"code": "term_exists", "message": "Exists.", "data": {"status": 400, "resource_id": 31}}
		product = recorded("store.rest.product.simple.json")
		unit = {"id": "woocommerce_weight_unit", "value": "kg"}
		store, adapter = answered(
			(200, []), (200, []), (400, exists), (200, product), (200, product), (200, unit)
		)
		store.save_product(mug(categories=("Café",)))
		created = [request for request in adapter.asked if request.method == "POST"][-1]
		assert b'"categories": [{"id": 31}]' in (created.body or b"")


def test_key_that_may_only_read() -> None:
	shelves = shop()
	key = shelves.add_key("read")
	store, _ = https_store(shelves, client_id=key.consumer_key, client_secret=SecretStr(key.consumer_secret))
	assert len(list(store.products())) == len(FEW)
	with pytest.raises(Fixable) as caught:
		store.save_product(mug())
	assert caught.value.reason == "credentials_refused"
