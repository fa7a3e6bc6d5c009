"""The catalogue planner: what becomes of a product, and that planning again finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from ecommerce_sync.core.catalogue import (
	BindListing,
	CreateBundle,
	CreateItem,
	EnsureAttributes,
	UpdateItem,
	codes_of,
)
from ecommerce_sync.core.errors import Fixable
from ecommerce_sync.core.mapping import FieldRule
from ecommerce_sync.core.models import Attribute
from ecommerce_sync.core.products import BundlePart, Option, Product, Variant
from ecommerce_sync.core.settings import Masters, SkuRule

from .warehouse import Thing, Warehouse, product, variant
from .worlds import settings

ALL_STORE = Masters(weight="store", barcode="store", customs="store")
TEES = (variant("1", "TEE-S", Size="S"), variant("2", "TEE-M", Size="M"))


def warehouse(**changes: Any) -> Warehouse:
	return Warehouse(settings=settings(**changes))


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


# updates


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
		('<p><a href="/b">Hot</a> tea</p>', False),
	],
)
def test_a_cleaned_description_is_the_same(html: str, same: bool) -> None:
	house = bound({"values": {"title": "Mug", "description": "<p>Hot tea</p>"}})
	assert (house.plan(product(variant("1"), description=html)) == []) is same


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


def rule(name: str, entity: str, source: str, field: str, transform: str = "None") -> FieldRule:
	return FieldRule(
		name=name,
		entity=entity,
		source=source,
		target_doctype="Item",
		target_field=field,
		transform=transform,
	)


RULES = (
	rule("brand", "Product", "vendor", "brand"),
	rule("since", "Product", "created_at", "since", "Date"),
	rule("cost", "Variant", "cost", "cost", "Number"),
	rule("flag", "Variant", "flag", "flag"),
	rule("order", "Order", "vendor", "po_no"),
)
RAW = {"vendor": "ACME", "created_at": "2026-10-01T12:00:00Z"}


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


# any product

_texts = st.one_of(
	st.none(), st.text(max_size=6), st.sampled_from(["A", "a ", "B-1", "B-2", "web-B-1", "Mug"])
)
_sizes = st.sampled_from(["S", "M", "s", "", " "])


@st.composite
def variants(draw: Any, number: int, names: list[str]) -> Variant:
	options = tuple(
		Attribute(name=name, value=draw(_sizes) + f"{number}" * draw(st.booleans())) for name in names
	)
	parts = tuple(BundlePart(product_id=p) for p in draw(st.sets(st.sampled_from(["8", "9"]), max_size=2)))
	return Variant(
		id=str(number) if names else draw(st.sampled_from(["", "1"])),
		title=draw(_texts),
		sku=draw(_texts),
		barcode=draw(st.sampled_from([None, "4006", "4007"])),
		options=_distinct(options, number),
		weight=draw(st.sampled_from([None, Decimal(0), Decimal("0.0005"), Decimal("1.5")])),
		customs_code=draw(st.sampled_from([None, "6912"])),
		origin_country=draw(st.sampled_from([None, "DE"])),
		image=draw(st.sampled_from([None, "v.png"])),
		parts=parts if draw(st.integers(0, 3)) == 0 else (),
		raw={"cost": draw(st.sampled_from([None, "1.50", 2, True, "x"])), "flag": draw(st.booleans())},
	)


def _distinct(options: tuple[Attribute, ...], number: int) -> tuple[Attribute, ...]:
	"""No store has two variants with the same options."""
	first = (
		Attribute(name=o.name, value=f"{o.value}{number}" if o.value.strip() else o.value)
		for o in options[:1]
	)
	return (*first, *options[1:])


@st.composite
def products(draw: Any) -> Product:
	names = draw(st.sampled_from([[], ["Size"], ["Size", "Colour"]]))
	count = draw(st.integers(1, 4)) if names else 1
	return product(
		*(draw(variants(number, names)) for number in range(count)),
		title=draw(st.sampled_from(["Mug", "A", "x" * 200, "  "])),
		description=draw(st.sampled_from([None, "", "<p>Hot</p>", "<script>x</script>a < b"])),
		categories=draw(st.sampled_from([(), ("Mugs", "All"), (" ",)])),
		images=draw(st.sampled_from([(), ("p.png",)])),
		complete=draw(st.booleans()),
		gift_card=draw(st.booleans()),
		physical=draw(st.booleans()),
		raw=RAW,
	)


@st.composite
def worlds(draw: Any) -> tuple[Warehouse, list[Product]]:
	one = draw(products())
	masters = Masters(**{n: draw(st.sampled_from(["store", "erp", "nobody"])) for n in Masters.model_fields})
	policy = draw(st.sampled_from(["fail", "create_item"]))
	prefix = draw(st.sampled_from(["", "web-"]))
	fields = tuple(r for r in RULES[:4] if r.name != "cost") if draw(st.booleans()) else ()
	house = warehouse(masters=masters, unknown_sku=policy, sku_rule=SkuRule(prefix=prefix), fields=fields)
	for code in draw(st.sets(st.sampled_from(["A", "B-1", "B", "Mug", "Mug 7", "Z"]), max_size=4)):
		house.add(
			code,
			usable=draw(st.booleans()),
			stock=draw(st.booleans()),
			barcodes=draw(st.sampled_from([[], ["4006"]])),
		)
	usable = [thing.code for thing in house.things.values() if thing.usable]
	for each in one.variants:
		how = draw(st.sampled_from(["open", "create", "create", "chosen", "ignored", "name"]))
		if how == "chosen" and usable:
			house.decide(each.id, match="ambiguous", item_code=draw(st.sampled_from(usable)))
		elif how in ("create", "ignored", "name"):
			house.decide(each.id, match=how)
	later = draw(products()).model_copy(update={"options": one.options})
	return house, [one, later]


@given(world=worlds())
@profile(max_examples=300)
def test_planning_again_finds_nothing(world: tuple[Warehouse, list[Product]]) -> None:
	"""Whatever the product, the plan keeps ERPNext's rules, comes to an end and is then empty."""
	house, versions = world
	for one in versions:
		for _ in range(2):
			for missing in _taken(house, one):
				house.components[missing] = "Z"
		assert _quiet(house, one)
		for variant_id, code in house.listings.items():
			assert house.things[code].usable
			assert house.decided.get(variant_id) is None or house.decided[variant_id].match != "ignored"


def _taken(house: Warehouse, one: Product) -> Iterator[str]:
	"""Take the product; the keys of parts that it waits for."""
	house.things.setdefault("Z", Thing("Z"))
	try:
		house.take(one)
	except Fixable as error:
		assert error.reason == "bundle_part_unbound"
		yield from (f"{part.product_id}:{part.variant_id}" for v in one.variants for part in v.parts)


def _quiet(house: Warehouse, one: Product) -> bool:
	return house.take(one) == []
