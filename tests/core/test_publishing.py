"""What a store is given of an Item: which parts, when, and when nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ecommerce_sync.core.catalogue import ItemState, VariantState, plan_publish
from ecommerce_sync.core.mapping import FieldRule
from ecommerce_sync.core.models import Attribute
from ecommerce_sync.core.products import Option, ProductDraft
from ecommerce_sync.core.settings import Masters, SkuRule

from .worlds import settings

VALUES = {
	"title": "Mug",
	"description": "<p>Hot</p>",
	"images": "https://x/a.png",
	"categories": "Mugs",
	"weight": Decimal("0.4"),
	"customs": ("6912", "DE"),
}
ERP = Masters(title="erp", description="erp", images="erp", categories="erp")
NOBODY = Masters(**dict.fromkeys(Masters.model_fields, "nobody"))
IDS = {"product_id": "7"}


def mug(**changes: Any) -> ItemState:
	"""An Item by itself."""
	own = {"item_code": "MUG", "values": VALUES, "barcode": "4006", **changes.pop("variant", {})}
	return ItemState(**{"item_code": "MUG", "values": VALUES, "variants": (VariantState(**own),), **changes})


def tee(*sizes: str, **changes: Any) -> ItemState:
	"""A template with variants."""
	variants = tuple(
		VariantState(
			item_code=f"TEE-{size}",
			attributes=(Attribute(name="Size", value=size),),
			values={**VALUES, "images": f"{size}.png"},
			document={"item_code": f"TEE-{size}", "cost": size},
		)
		for size in sizes
	)
	options = (Option(name="Size", values=sizes),)
	return ItemState(
		**{"item_code": "TEE", "values": VALUES, "options": options, "variants": variants, **changes}
	)


def draft(state: ItemState, **changes: Any) -> ProductDraft:
	found = plan_publish(state, settings(**changes))
	assert found
	return found[0]


def pushed(state: ItemState, **changes: Any) -> ItemState:
	"""The state after its draft was written."""
	found = plan_publish(state, settings(**changes))
	assert found
	return known(state).model_copy(update={"pushed": found[1]})


def known(state: ItemState) -> ItemState:
	"""With the ids that the store gave."""
	variants = tuple(v.model_copy(update={"variant_id": f"7{v.item_code}"}) for v in state.variants)
	return state.model_copy(update={**IDS, "variants": variants})


def test_a_new_product_gets_all_that_anybody_decides_about() -> None:
	made = draft(mug())
	assert (made.product_id, made.title, made.description) == (None, "Mug", "<p>Hot</p>")
	assert (made.images, made.categories, made.status) == (("https://x/a.png",), ("Mugs",), "draft")
	(variant,) = made.variants
	assert (variant.variant_id, variant.sku, variant.barcode) == (None, "MUG", "4006")
	assert (variant.weight, variant.customs_code, variant.origin_country) == (Decimal("0.4"), "6912", "DE")
	assert (variant.tracked, variant.price, variant.image) == (True, None, None)


def test_a_new_product_has_a_title_whoever_decides() -> None:
	made = draft(mug(), masters=NOBODY)
	assert (made.title, made.description, made.images, made.categories) == ("Mug", None, None, None)
	assert (made.variants[0].barcode, made.variants[0].weight) == (None, None)
	assert draft(mug(values={}), masters=NOBODY).title == "MUG"


def test_later_only_what_erpnext_decides_about_is_written() -> None:
	made = draft(known(mug()))
	assert (made.title, made.description, made.images, made.categories, made.status) == (None,) * 5
	assert (made.variants[0].barcode, made.variants[0].weight) == ("4006", Decimal("0.4"))
	ours = draft(known(mug()), masters=ERP)
	assert (ours.title, ours.categories, ours.status) == ("Mug", ("Mugs",), None)


@pytest.mark.parametrize(("publish", "status"), [(True, "active"), (False, "draft")])
def test_the_status_of_what_is_created(publish: bool, status: str) -> None:
	assert draft(mug(), publish=publish).status == status
	assert draft(known(mug()), publish=publish).status is None


def test_a_disabled_item_is_not_created_and_becomes_a_draft() -> None:
	assert plan_publish(mug(disabled=True), settings(publish=True)) is None
	off = known(mug(disabled=True))
	assert draft(off, publish=True).status == "draft"
	again = pushed(off, publish=True)
	assert plan_publish(again, settings(publish=True)) is None
	on = again.model_copy(update={"disabled": False})
	assert draft(on, publish=True).status == "active"
	assert plan_publish(pushed(on, publish=True), settings(publish=True)) is None


def test_a_template_whose_variants_are_all_disabled_is_off() -> None:
	state = tee("S", "M")
	off = tuple(v.model_copy(update={"disabled": True}) for v in state.variants)
	assert plan_publish(state.model_copy(update={"variants": off}), settings()) is None
	some = draft(state.model_copy(update={"variants": (off[0], state.variants[1])}))
	assert [variant.item_code for variant in some.variants] == ["TEE-M"]


def test_a_disabled_variant_is_taken_off_sale_and_put_back() -> None:
	before = pushed(tee("S", "M"))
	off = before.variants[0].model_copy(update={"disabled": True})
	state = before.model_copy(update={"variants": (off, before.variants[1])})
	assert [(v.sku, v.active) for v in draft(state).variants] == [("TEE-S", False), ("TEE-M", True)]
	again = pushed(state)
	assert plan_publish(again, settings()) is None
	assert all(v.active for v in draft(again.model_copy(update={"variants": before.variants})).variants)


def test_a_disabled_variant_that_the_store_does_not_have_is_not_created() -> None:
	first, second = tee("S", "M").variants
	state = tee("S", "M").model_copy(
		update={"variants": (first.model_copy(update={"disabled": True}), second)}
	)
	assert [v.sku for v in draft(state).variants] == ["TEE-M"]
	done = pushed(state)
	missing = done.variants[0].model_copy(update={"variant_id": None})
	done = done.model_copy(update={"pushed": plan_publish(state, settings())[1]})  # type: ignore[index]
	assert plan_publish(done.model_copy(update={"variants": (missing, done.variants[1])}), settings()) is None


def test_a_template_with_its_variants() -> None:
	made = draft(tee("S", "M"), sku_rule=SkuRule(prefix="WEB-"))
	assert made.options == (Option(name="Size", values=("S", "M")),)
	assert [(v.sku, v.options, v.image) for v in made.variants] == [
		(f"WEB-TEE-{size}", (Attribute(name="Size", value=size),), f"{size}.png") for size in "SM"
	]


def test_what_keeps_no_stock_is_not_counted() -> None:
	assert not draft(mug(variant={"stock": False})).variants[0].tracked


@pytest.mark.parametrize("state", [mug(), tee("S", "M"), known(mug()), known(tee("S"))])
@pytest.mark.parametrize("masters", [Masters(), ERP, NOBODY])
def test_what_was_written_is_not_written_again(state: ItemState, masters: Masters) -> None:
	assert plan_publish(pushed(state, masters=masters), settings(masters=masters)) is None


@pytest.mark.parametrize(
	("changes", "masters", "differs"),
	[
		({"values": {**VALUES, "title": "Cup"}}, Masters(), False),
		({"values": {**VALUES, "title": "Cup"}}, ERP, True),
		({"variant": {"values": {**VALUES, "weight": Decimal(1)}}}, Masters(), True),
		({"variant": {"values": {**VALUES, "weight": Decimal(1)}}}, NOBODY, False),
		({"variant": {"barcode": "4007"}}, Masters(), True),
		({"variant": {"stock": False}}, NOBODY, True),
		({"disabled": True}, NOBODY, True),
	],
)
def test_what_counts_as_a_change(changes: dict[str, Any], masters: Masters, differs: bool) -> None:
	before = pushed(mug(), masters=masters)
	after = known(mug(**changes)).model_copy(update={"pushed": before.pushed})
	assert (plan_publish(after, settings(masters=masters)) is not None) is differs


def test_a_variant_that_the_store_does_not_have_is_written() -> None:
	state = pushed(tee("S", "M"))
	gone = state.variants[1].model_copy(update={"variant_id": None})
	(first, second) = draft(state.model_copy(update={"variants": (state.variants[0], gone)})).variants
	assert (first.variant_id, second.variant_id) == ("7TEE-S", None)


def test_a_simple_product_of_woocommerce_has_a_variant_without_id() -> None:
	state = pushed(mug())
	simple = state.model_copy(update={"variants": (state.variants[0].model_copy(update={"variant_id": ""}),)})
	assert plan_publish(simple, settings()) is None


def test_mapped_fields_go_to_the_product_and_its_variants() -> None:
	rules = (
		FieldRule(name="a", entity="Item", source="brand", target_field="custom.brand"),
		FieldRule(name="b", entity="Item", source="cost", target_field="custom.cost"),
		FieldRule(name="c", entity="Product", source="brand", target_doctype="Item", target_field="brand"),
	)
	made = draft(tee("S", document={"brand": "ACME"}), fields=rules)
	assert (made.fields, made.variants[0].fields) == ({"custom.brand": "ACME"}, {"custom.cost": "S"})
	alone = draft(mug(document={"brand": "ACME"}, variant={"document": {"brand": "ACME"}}), fields=rules)
	assert (alone.fields, alone.variants[0].fields) == ({"custom.brand": "ACME"}, {})
	before = pushed(mug(document={"brand": "ACME"}), fields=rules)
	renamed = before.model_copy(update={"document": {"brand": "Other"}})
	assert draft(renamed, fields=rules).fields == {"custom.brand": "Other"}
