"""The catalogue planner: what is bound and created of a product, and bundles."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ecommerce_sync.core.catalogue import (
	BindListing,
	CreateBundle,
	CreateItem,
	EnsureAttributes,
	UpdateItem,
	codes_of,
)
from ecommerce_sync.core.errors import Fixable
from ecommerce_sync.core.models import Attribute
from ecommerce_sync.core.products import BundlePart, Option
from ecommerce_sync.core.settings import SkuRule

from .warehouse import product, variant, warehouse

TEES = (variant("1", "TEE-S", Size="S"), variant("2", "TEE-M", Size="M"))

# binding


@pytest.mark.parametrize("match", ["sku", "barcode", "name", "ambiguous", "no_sku", "duplicate_sku"])
def test_what_was_decided_or_chosen_is_bound(match: str) -> None:
	house = warehouse(update_items=False)
	house.add("CUP")
	house.decide("1", match=match, item_code="CUP")
	assert house.take(product(variant("1"))) == [BindListing(variant_id="1", item_code="CUP")]


@pytest.mark.parametrize("match", ["name", "ambiguous", "no_sku", "duplicate_sku", "ignored"])
def test_what_was_not_decided_stays_open(match: str) -> None:
	house = warehouse(unknown_sku="create_item")
	house.add("SKU-1")
	house.decide("1", match=match)
	assert house.take(product(variant("1"))) == []


def test_what_comes_new_is_bound_by_its_code() -> None:
	house = warehouse(update_items=False)
	house.add("sku-1")
	assert house.take(product(variant("1"))) == [BindListing(variant_id="1", item_code="sku-1")]


def test_what_comes_new_is_not_guessed() -> None:
	house = warehouse(unknown_sku="create_item")
	house.add("A", barcodes=["4006"])
	house.add("B", barcodes=["4006"])
	house.add("SAME")
	twins = (variant("1", "SAME", Size="S"), variant("2", "same ", Size="M"))
	assert house.take(product(*twins, variant("3", None, Size="L", barcode="4006"))) == []


@pytest.mark.parametrize(("policy", "count"), [("fail", 0), ("create_item", 1)])
def test_what_comes_new_and_fits_nothing_follows_the_policy(policy: str, count: int) -> None:
	done = warehouse(unknown_sku=policy).take(product(variant("1")))
	assert [type(command) for command in done] == [CreateItem] * count


def test_an_item_made_meanwhile_is_bound_and_not_made_twice() -> None:
	house = warehouse(update_items=False)
	house.add("SKU-1")
	house.decide("1")
	assert house.take(product(variant("1"))) == [BindListing(variant_id="1", item_code="SKU-1")]


def test_an_item_that_cannot_be_sold_is_in_the_way() -> None:
	house = warehouse()
	house.add("SKU-1", usable=False)
	house.decide("1")
	assert house.take(product(variant("1"))) == []


# creating


def test_a_single_product_becomes_one_item() -> None:
	house = warehouse(sku_rule=SkuRule(prefix="web-"), item_group="Goods")
	house.decide("1")
	mug = variant("1", "WEB-Mug 1", barcode="4006", weight=Decimal("0.4"), customs_code="6912")
	(created,) = house.take(product(mug, description="<p>Hot</p>", images=("https://x/a.png",)))
	assert created == CreateItem(
		item_code="Mug 1",
		variant_id="1",
		values={
			"title": "Mug",
			"description": "<p>Hot</p>",
			"images": "https://x/a.png",
			"categories": "Goods",
			"weight": Decimal("0.4"),
			"barcode": "4006",
			"customs": ("6912", None),
		},
	)


def test_variants_become_a_template_with_attributes() -> None:
	house = warehouse()
	house.decide("1", "2")
	ensured, template, *items = house.take(product(*TEES, title="Tee"))
	assert ensured == EnsureAttributes(options=(Option(name="Size", values=("S", "M")),))
	assert (template.item_code, template.template, template.variant_id) == ("TEE", True, None)
	assert template.attributes == (Attribute(name="Size", value=""),)
	assert [(i.item_code, i.variant_of, i.values["title"]) for i in items] == [
		("TEE-S", "TEE", "Tee - S"),
		("TEE-M", "TEE", "Tee - M"),
	]


@pytest.mark.parametrize(
	("skus", "taken", "code"),
	[
		(("TEE-RED-S", "TEE-ROSE-S"), (), "TEE"),
		(("TEE.1", "TEE.2"), ("tee",), "Mug"),
		(("A1", "B2"), (), "Mug"),
		(("A1", "B2"), ("MUG",), "Mug 7"),
		(("MUG", "MUG-2"), (), "Mug 7"),
		(("AB-1", "AB-2"), (), "Mug"),
	],
)
def test_the_templates_code(skus: tuple[str, ...], taken: tuple[str, ...], code: str) -> None:
	house = warehouse()
	for each in taken:
		house.add(each, usable=False)
	variants = [variant(str(n), sku, Size=str(n)) for n, sku in enumerate(skus)]
	house.decide("0", "1")
	_, template, *_ = house.take(product(*variants))
	assert template.item_code == code
	assert code in codes_of(product(*variants), house.settings)


def test_where_all_template_codes_are_taken_variants_stand_alone() -> None:
	house = warehouse()
	for each in ("TEE", "Mug", "Mug 7"):
		house.add(each, usable=False)
	house.decide("1", "2")
	assert [(i.item_code, i.variant_of) for i in house.take(product(*TEES))] == [
		("TEE-S", None),
		("TEE-M", None),
	]


@pytest.mark.parametrize(("length", "count"), [(140, 1), (141, 0)])
def test_a_sku_that_is_no_item_code_is_not_created(length: int, count: int) -> None:
	house = warehouse()
	house.decide("1")
	assert len(house.take(product(variant("1", "x" * length)))) == count


def test_a_variant_without_sku_is_not_created() -> None:
	house = warehouse()
	house.decide("1", "2")
	done = house.take(product(variant("1", None, Size="S"), variant("2", Size="M")))
	assert [command.item_code for command in done if isinstance(command, CreateItem)] == ["Mug", "SKU-2"]


def test_a_template_gets_new_variants() -> None:
	house = warehouse()
	house.decide("1", "2")
	house.take(product(*TEES))
	house.decide("3")
	larger = product(*TEES, variant("3", "TEE-L", Size="L"))
	ensured, created = house.take(larger)
	assert ensured.options == (Option(name="Size", values=("S", "M", "L")),)
	assert (created.item_code, created.variant_of) == ("TEE-L", "TEE")


def test_a_new_option_does_not_fit_the_old_template() -> None:
	house = warehouse()
	house.decide("1", "2")
	house.take(product(*TEES))
	house.decide("3")
	done = house.take(product(*TEES, variant("3", "TEE-L-RED", Size="L", Colour="Red")))
	assert [(c.item_code, c.variant_of) for c in done] == [("TEE-L-RED", None)]


def test_where_items_stand_alone_new_ones_do_too() -> None:
	house = warehouse(update_items=False)
	house.add("TEE-S")
	house.decide("1", match="sku", item_code="TEE-S")
	house.decide("2")
	bound, created = house.take(product(*TEES))
	assert isinstance(bound, BindListing)
	assert (created.item_code, created.variant_of) == ("TEE-M", None)


@pytest.mark.parametrize("changes", [{"gift_card": True}, {"physical": False}])
def test_what_is_not_shipped_keeps_no_stock(changes: dict[str, Any]) -> None:
	house = warehouse()
	house.decide("1")
	(created,) = house.take(product(variant("1"), **changes))
	assert not created.stock


# bundles

PARTS = (
	BundlePart(product_id="8", variant_id="81", quantity=Decimal(2)),
	BundlePart(product_id="9", sku="CUP"),
	BundlePart(product_id="9", quantity=Decimal(3)),
)


def test_a_bundle_waits_for_its_parts() -> None:
	house = warehouse()
	house.decide("1")
	box = product(variant("1", "BOX", parts=PARTS), title="Box")
	(created,) = house.plan(box)
	assert not created.stock
	house.apply(created)
	house.components = {"8:81": "PLATE"}
	with pytest.raises(Fixable) as raised:
		house.plan(box)
	assert (raised.value.reason, raised.value.cause) == ("bundle_part_unbound", "listing:Shop:9")
	assert str(raised.value) == "'Box' is a bundle, and its part CUP is bound to no Item."
	house.components["9:"] = "CUP"
	house.add("PLATE")
	house.add("CUP")
	assert house.take(box) == [
		CreateBundle(item_code="BOX", parts=(("PLATE", Decimal(2)), ("CUP", Decimal(4))))
	]


def test_a_bundle_that_waits_holds_up_nothing_else() -> None:
	house = warehouse()
	house.add("BOX", stock=False)
	house.listings = {"1": "BOX"}
	(update,) = house.plan(product(variant("1", "BOX", parts=PARTS), title="Box"))
	assert isinstance(update, UpdateItem)


def test_a_bundle_that_is_kept_in_stock_stays_what_it_is() -> None:
	house = warehouse(update_items=False)
	house.add("BOX")
	assert house.take(product(variant("1", "BOX", parts=PARTS))) == [
		BindListing(variant_id="1", item_code="BOX")
	]
