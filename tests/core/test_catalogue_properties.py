"""The catalogue planner: whatever the product, ERPNext's rules are kept and planning again finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from ecommerce_sync.core.errors import Fixable
from ecommerce_sync.core.models import Attribute
from ecommerce_sync.core.products import BundlePart, Product, Variant
from ecommerce_sync.core.settings import Masters, SkuRule

from .warehouse import RAW, RULES, Thing, Warehouse, product, warehouse

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
