"""The catalogue planner: which values of the store go to bound Items."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ecommerce_sync.core.catalogue import (
	UpdateItem,
)
from ecommerce_sync.core.settings import Masters

from .warehouse import RAW, RULES, Warehouse, product, variant, warehouse

ALL_STORE = Masters(weight="store", barcode="store", customs="store")
TEES = (variant("1", "TEE-S", Size="S"), variant("2", "TEE-M", Size="M"))


def bound(thing: dict[str, Any] | None = None, **changes: Any) -> Warehouse:
	house = warehouse(**changes)
	house.add("SKU-1", **(thing or {}))
	house.listings = {"1": "SKU-1"}
	return house


def test_only_what_the_store_decides_about_is_written() -> None:
	house = bound({"values": {"title": "Old", "categories": "mugs "}})
	told = variant("1", weight=Decimal(1), barcode="4006", customs_code="6912")
	(update,) = house.take(product(told, description="<p>Hot</p>", categories=("Mugs", "All")))
	assert update == UpdateItem(item_code="SKU-1", values={"title": "Mug", "description": "<p>Hot</p>"})


def test_all_parts_of_the_store() -> None:
	house = bound({"values": {"title": "Mug", "customs": ("6911", "FR")}}, masters=ALL_STORE)
	told = variant("1", weight=Decimal("0.25"), barcode="4006", customs_code="6912", image="v.png")
	(update,) = house.take(product(told, images=("p.png",)))
	assert update.values == {
		"images": "v.png",
		"weight": Decimal("0.25"),
		"barcode": "4006",
		"customs": ("6912", "FR"),
	}


@pytest.mark.parametrize(
	"values",
	[
		{"update_items": False},
		{"masters": Masters(title="erp", description="nobody", images="erp", categories="erp")},
	],
)
def test_nothing_is_written_where_the_store_decides_nothing(values: dict[str, Any]) -> None:
	told = product(variant("1"), description="x", images=("p.png",), categories=("Mugs",))
	assert bound(None, **values).take(told) == []


def test_what_the_store_leaves_empty_wipes_nothing() -> None:
	house = bound(
		{"values": {"title": "Mug", "description": "Ours", "weight": Decimal(2)}}, masters=ALL_STORE
	)
	assert house.take(product(variant("1", weight=Decimal(0)), description="")) == []


@pytest.mark.parametrize(
	("html", "same"),
	[
		('<div>Hot  <b style="x">tea</b></div>', True),
		("<p>Hot tea</p><script>alert('x')</script><style>p {}</style>", True),
		("Hot &amp; tea", False),
		("<p>Hot</p>", False),
		('<p><a href="/b">Hot</a> tea <img src="https://shop.example.com/tea.png"></p>', True),
		("<h2>Hot</h2><h3>tea</h3>", True),
	],
)
def test_a_cleaned_description_is_the_same(html: str, same: bool) -> None:
	house = bound({"values": {"title": "Mug", "description": "<p>Hot tea</p>"}})
	assert (house.plan(product(variant("1"), description=html)) == []) is same


def test_a_description_that_kept_its_links_follows_them() -> None:
	house = bound({"values": {"title": "Mug", "description": '<p><a href="/a">Hot</a> tea</p>'}})
	assert house.plan(product(variant("1"), description='<p><a href="/b">Hot</a> tea</p>'))
	assert not house.plan(product(variant("1"), description='<p><a href="/a">Hot</a>  tea</p>'))


def test_a_long_title_is_cut_once() -> None:
	house = bound()
	long = product(variant("1"), title="x" * 300)
	(update,) = house.take(long)
	assert len(update.values["title"]) == 140


def test_a_template_follows_with_its_variants() -> None:
	house = warehouse()
	house.decide("1", "2")
	house.take(product(*TEES, title="Tee"))
	updates = house.take(product(*TEES, title="Shirt"))
	assert [(u.item_code, u.values["title"]) for u in updates] == [
		("TEE", "Shirt"),
		("TEE-S", "Shirt - S"),
		("TEE-M", "Shirt - M"),
	]


def test_an_item_of_two_products_belongs_to_neither() -> None:
	assert bound({"shared": True}).take(product(variant("1"))) == []


def test_an_item_of_two_variants_follows_the_first() -> None:
	house = bound()
	house.listings["2"] = "SKU-1"
	(update,) = house.take(product(variant("1", Size="S"), variant("2", Size="M")))
	assert update.values["title"] == "Mug - S"


def test_an_incomplete_product_touches_only_what_it_carries() -> None:
	house = warehouse()
	house.decide("1", "2")
	house.take(product(*TEES, title="Tee"))
	updates = house.take(product(TEES[0], title="Shirt", complete=False))
	assert [update.item_code for update in updates] == ["TEE", "TEE-S"]


def test_mapped_fields_go_to_items_and_the_product_s_to_the_template() -> None:
	house = warehouse(fields=RULES)
	house.decide("1", "2")
	tees = [tee.model_copy(update={"raw": {"cost": "1.50", "flag": True}}) for tee in TEES]
	_, template, first, _ = house.take(product(*tees, raw=RAW))
	assert set(template.fields) == {"brand", "since"}
	assert first.fields["cost"] == Decimal("1.50")
	house.things["TEE-S"].fields.update(cost="1.5", flag=1)
	assert house.take(product(*tees, raw=RAW)) == []
	assert house.take(product(*tees, raw={**RAW, "vendor": None})) == []
	changed = tees[0].model_copy(update={"raw": {"cost": 2}})
	assert house.take(product(changed, tees[1], raw=RAW)) == [
		UpdateItem(item_code="TEE-S", fields={"cost": Decimal(2)})
	]
