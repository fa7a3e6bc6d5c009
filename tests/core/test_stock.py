"""The stock planner: compared with a plain recount, and examples of every rule."""

from __future__ import annotations

from decimal import Decimal
from math import floor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from ecommerce_sync.core.settings import LocationRule, StoreSettings
from ecommerce_sync.core.stock import KnownLevel, Listing, StockPart, plan_stock, unreserved

from .worlds import CREATED, line, order, settings

D = Decimal
KIEL = LocationRule(location_id="1", warehouses=("A", "B"))
BONN = LocationRule(location_id="2", warehouses=("C",), buffer=D(1))


def listing(item: str = "MUG", **more: Any) -> Listing:
	given_: dict[str, Any] = {
		"name": f"L-{item}",
		"store": "Shop",
		"product_id": f"P-{item}",
		"item_code": item,
	}
	parts = more.pop("parts", {item: 1})
	found = tuple(StockPart(item_code=code, quantity=D(str(n))) for code, n in parts.items())
	return Listing(**{**given_, "parts": found, **more})


def knows(**shown: int | None) -> tuple[KnownLevel, ...]:
	"""`at1=5` is five at location 1; `at` is a place without a name."""
	return tuple(KnownLevel(location_id=key[2:], quantity=n) for key, n in shown.items())


def planned(listings: list[Listing], free: dict[str, Any], **changes: Any) -> dict[str, int]:
	"""Listing and location to the new number, like `L-MUG 1`."""
	stock = {tuple(key.split()): D(str(value)) for key, value in free.items()}
	found = plan_stock(listings, stock, settings(**{"locations": (KIEL, BONN), **changes}))
	return {f"{each.listing.name} {each.location_id}": each.quantity for each in found}


def test_each_location_has_its_warehouses_and_buffer() -> None:
	assert planned([listing()], {"MUG A": 5, "MUG B": 2, "MUG C": 4, "MUG D": 9}) == {
		"L-MUG 1": 7,
		"L-MUG 2": 3,
	}


@pytest.mark.parametrize(
	("own", "changes", "numbers"),
	[
		(None, {"stock_buffer": D(2)}, (8, 9)),
		(D(0), {"stock_buffer": D(2)}, (10, 10)),
		(D("2.5"), {}, (7, 7)),
		(D(99), {}, (0, 0)),
	],
)
def test_the_listing_s_buffer_goes_before_the_location_s_and_the_store_s(
	own: Decimal | None, changes: dict[str, Any], numbers: tuple[int, int]
) -> None:
	found = planned([listing(own_buffer=own)], {"MUG A": 10, "MUG C": 10}, **changes)
	assert tuple(found.values()) == numbers


@pytest.mark.parametrize(
	("parts", "free", "number"),
	[
		({"MUG": 1}, {"MUG A": "2.9"}, 2),
		({"MUG": 1}, {"MUG A": -3}, 0),
		({"MUG": 1}, {"MUG A": -3, "MUG B": 5}, 2),
		({"MUG": 6}, {"MUG A": 11, "MUG B": 2}, 2),
		({"MUG": "0.5"}, {"MUG A": "1.25"}, 2),
		({"MUG": 2, "TEE": 1}, {"MUG A": 9, "TEE A": 3}, 3),
		({"MUG": 2, "TEE": 1}, {"MUG A": 9}, 0),
		({"MUG": 2, "TEE": 1}, {"MUG A": 3, "TEE B": 3}, 1),
	],
)
def test_whole_pieces_of_what_one_piece_takes(
	parts: dict[str, Any], free: dict[str, Any], number: int
) -> None:
	assert planned([listing(parts=parts)], free, locations=(KIEL,)) == {"L-MUG 1": number}


def test_only_differences_are_planned() -> None:
	known = knows(at1=7, at2=4)
	assert planned([listing(levels=known)], {"MUG A": 7, "MUG C": 4}) == {"L-MUG 2": 3}
	assert planned([listing(levels=knows(at1=7, at2=3))], {"MUG A": 7, "MUG C": 4}) == {}


def test_what_was_never_read_is_planned() -> None:
	assert planned([listing(levels=knows(at1=None))], {}) == {"L-MUG 1": 0, "L-MUG 2": 0}


def test_a_place_that_does_not_keep_it_needs_no_nothing() -> None:
	nowhere = tuple(KnownLevel(location_id=place, stocked=False) for place in "12")
	assert planned([listing(levels=nowhere)], {"MUG A": 1}) == {"L-MUG 1": 1}
	uncounted = (KnownLevel(location_id="", stocked=False),)
	assert planned([listing(levels=uncounted)], {}, locations=(), warehouse="A") == {"L-MUG ": 0}


@pytest.mark.parametrize("changes", [{"parts": {}}, {"stock_holder": "nobody"}])
def test_what_keeps_no_stock_is_left_alone(changes: dict[str, Any]) -> None:
	assert planned([listing(**changes)], {"MUG A": 1}) == {}


def test_variants_share_their_product_s_number() -> None:
	shared = {"product_id": "P", "stock_holder": "product"}
	group = [
		listing("TEE", variant_id="2", levels=knows(at1=1), **shared),
		listing("MUG", variant_id="1", levels=knows(at1=5), **shared),
		listing("MUG", name="L-X", variant_id="3", **shared),
		listing("CAP", variant_id="4", product_id="P"),
	]
	free = {"MUG A": 3, "TEE A": 2, "CAP A": 1}
	assert planned(group, free, locations=(KIEL,)) == {"L-CAP 1": 1}
	assert planned(group, {**free, "TEE A": 3}, locations=(KIEL,)) == {"L-MUG 1": 6, "L-CAP 1": 1}
	assert planned(group[::-1], {**free, "TEE A": 3}, locations=(KIEL,)) == {"L-CAP 1": 1, "L-MUG 1": 6}


@pytest.mark.parametrize(
	("changes", "numbers"),
	[
		({"locations": (), "warehouse": "A"}, {"L-MUG ": 1}),
		({"locations": (), "warehouse": None}, {}),
		({"locations": (LocationRule(location_id="", warehouses=("A", "B"), buffer=D(1)),)}, {"L-MUG ": 2}),
		({"locations": (LocationRule(location_id="", warehouses=("C",)), KIEL)}, {"L-MUG 1": 3}),
		({"locations": (LocationRule(location_id="1", warehouses=()),)}, {"L-MUG 1": 0}),
	],
)
def test_the_places_that_are_pushed(changes: dict[str, Any], numbers: dict[str, int]) -> None:
	assert planned([listing()], {"MUG A": 1, "MUG B": 2, "MUG C": 4}, **changes) == numbers


# compared with counting

ITEMS, WAREHOUSES = ("MUG", "TEE", "CAP"), ("A", "B", "C", "D")
_amounts = st.one_of(st.integers(-5, 30).map(D), st.integers(-500, 3000).map(lambda n: D(n).scaleb(-2)))
_buffers = st.one_of(st.none(), st.integers(0, 4).map(D), st.just(D("1.5")))


@st.composite
def worlds(draw: Any) -> tuple[list[Listing], dict[tuple[str, str], Decimal], StoreSettings]:
	free = draw(st.dictionaries(st.tuples(st.sampled_from(ITEMS), st.sampled_from(WAREHOUSES)), _amounts))
	named = draw(st.booleans())
	rules = tuple(
		LocationRule(
			location_id=str(n) if named else "",
			warehouses=tuple(draw(st.lists(st.sampled_from(WAREHOUSES), unique=True, max_size=3))),
			buffer=draw(_buffers),
		)
		for n in range(draw(st.integers(0, 3 if named else 1)))
	)
	listings = []
	for n in range(draw(st.integers(1, 6))):
		item = draw(st.sampled_from(ITEMS))
		parts = draw(st.sampled_from([{item: 1}, {item: 12}, {item: "0.25"}, {"MUG": 2, "TEE": 3}, {}]))
		shown = draw(
			st.dictionaries(st.sampled_from(["", "0", "1", "2"]), st.one_of(st.none(), st.integers(0, 9)))
		)
		listings.append(
			listing(
				item,
				name=f"L{n}",
				product_id=draw(st.sampled_from("PQ")),
				variant_id=str(n),
				parts=parts,
				stock_holder=draw(st.sampled_from(["variant", "variant", "product", "nobody"])),
				own_buffer=draw(_buffers),
				levels=tuple(KnownLevel(location_id=key, quantity=value) for key, value in shown.items()),
			)
		)
	chosen = settings(
		locations=rules, warehouse=draw(st.sampled_from([None, "A"])), stock_buffer=D(draw(st.integers(0, 3)))
	)
	return listings, free, chosen


def recount(
	one: Listing, place: LocationRule, free: dict[tuple[str, str], Decimal], store: StoreSettings
) -> int:
	"""Take pieces off the shelves one after another."""
	shelves = {
		item: sum((n for (i, w), n in free.items() if i == item and w in place.warehouses), D(0))
		for item in ITEMS
	}
	pieces = 0
	while all(shelves[part.item_code] >= part.quantity for part in one.parts):
		for part in one.parts:
			shelves[part.item_code] -= part.quantity
		pieces += 1
	if any(amount < 0 for amount in (shelves[part.item_code] for part in one.parts)):
		pieces = 0
	kept = next(b for b in (one.own_buffer, place.buffer, store.stock_buffer) if b is not None)
	return max(0, floor(pieces - kept))


@given(world=worlds())
@profile(max_examples=300)
def test_the_plan_is_what_counting_gives(
	world: tuple[list[Listing], dict[tuple[str, str], Decimal], StoreSettings],
) -> None:
	listings, free, store = world
	places = [rule for rule in store.locations if rule.location_id] or [
		LocationRule(
			location_id="",
			warehouses=(store.locations[0].warehouses if store.locations else ())
			or (("A",) if store.warehouse else ()),
			buffer=store.locations[0].buffer if store.locations else None,
		)
	]
	wanted: dict[tuple[str, str], int] = {}
	for place in places:
		if not place.location_id and not place.warehouses:
			continue
		pushed = [one for one in listings if one.parts and one.stock_holder != "nobody"]
		for number in {_number(one) for one in pushed}:
			group = [one for one in pushed if _number(one) == number]
			counts = [
				max(recount(one, place, free, store) for one in group if _items(one) <= common)
				for common in _common(group)
			]
			wanted[min(one.name for one in group), place.location_id] = sum(counts)
	known = {one.name: {level.location_id: level.quantity for level in one.levels} for one in listings}
	expected = {key: n for key, n in wanted.items() if known[key[0]].get(key[1]) != n}
	found = plan_stock(listings, free, store)
	assert {(each.listing.name, each.location_id): each.quantity for each in found} == expected
	assert len(found) == len(expected)


def _items(one: Listing) -> set[str]:
	return {part.item_code for part in one.parts}


def _common(group: list[Listing]) -> list[set[str]]:
	"""Items that are taken together, as far as that leads."""
	found: list[set[str]] = []
	for item in ITEMS:
		reached = {item} if any(item in _items(one) for one in group) else set()
		for _ in ITEMS:
			reached |= set().union(*(_items(one) for one in group if reached & _items(one)))
		if reached and reached not in found:
			found.append(reached)
	return found


def _number(one: Listing) -> str:
	return one.product_id if one.stock_holder == "product" else one.name


@given(world=worlds())
@profile(max_examples=100)
def test_what_was_confirmed_is_not_planned_again(
	world: tuple[list[Listing], dict[tuple[str, str], Decimal], StoreSettings],
) -> None:
	listings, free, store = world
	levels = {one.name: {level.location_id: level for level in one.levels} for one in listings}
	for each in plan_stock(listings, free, store):
		level = KnownLevel(location_id=each.location_id, quantity=each.quantity)
		levels[each.listing.name][each.location_id] = level
	confirmed = [one.model_copy(update={"levels": tuple(levels[one.name].values())}) for one in listings]
	assert plan_stock(confirmed, free, store) == []


_few = st.dictionaries(st.sampled_from(ITEMS), st.integers(1, 2), min_size=1, max_size=2)


@given(
	takes=st.lists(_few, min_size=1, max_size=3),
	held=st.dictionaries(st.sampled_from(ITEMS), st.integers(0, 5)),
)
@profile(max_examples=200)
def test_a_shared_number_can_be_sold_and_hides_nothing_of_one(
	takes: list[dict[str, int]], held: dict[str, int]
) -> None:
	"""At least what any one of them allows, at most what all together do; just that where they share nothing."""
	group = [
		listing(str(n), variant_id=str(n), product_id="P", stock_holder="product", parts=parts)
		for n, parts in enumerate(takes)
	]
	free = {(item, "A"): D(n) for item, n in held.items()}
	(found,) = plan_stock(group, free, settings(warehouse="A"))
	alone = [_together([parts], held) for parts in takes]
	assert max(alone) <= found.quantity <= _together(takes, held)
	if len({item for parts in takes for item in parts}) == sum(map(len, takes)):
		assert found.quantity == _together(takes, held) == sum(alone)


def _together(takes: list[dict[str, int]], held: dict[str, int]) -> int:
	"""The most pieces that can be sold of all together, by trying everything."""
	if not takes:
		return 0
	first, most = takes[0], 0
	for pieces in range(6):
		left = {item: n - first.get(item, 0) * pieces for item, n in held.items()}
		if pieces and any(held.get(item, 0) < n * pieces for item, n in first.items()):
			break
		most = max(most, pieces + _together(takes[1:], left))
	return most


@pytest.mark.parametrize(
	("takes", "number"),
	[
		([{"MUG": 1, "TEE": 1}, {"MUG": 1, "CAP": 1}], 7),
		([{"MUG": 6}, {"MUG": 1}], 9),
		([{"MUG": 1}, {"TEE": 1}, {"TEE": 2, "CAP": 1}], 14),
		([{"MUG": 1}, {"TEE": 1}, {"MUG": 1, "TEE": 1}], 9),
	],
)
def test_bundles_of_a_common_component_do_not_add_up(takes: list[dict[str, int]], number: int) -> None:
	group = [
		listing(f"SET-{n}", variant_id=str(n), product_id="P", stock_holder="product", parts=parts)
		for n, parts in enumerate(takes)
	]
	free = {"MUG A": 9, "TEE A": 5, "CAP A": 7}
	assert list(planned(group, free, locations=(KIEL,)).values()) == [number]


# what open orders take

MUG_PARTS = {"1": (StockPart(item_code="MUG"),)}
BOX_PARTS = {"1": (StockPart(item_code="MUG", quantity=D(2)), StockPart(item_code="TEE"))}


def test_open_orders_take_from_the_first_warehouse_of_their_location() -> None:
	orders = [
		(order(location_id="1", lines=(line("10", "3"),)), MUG_PARTS),
		(order(location_id="1", lines=(line("10", "2"),)), BOX_PARTS),
		(order(location_id="9", lines=(line("10", "0.5"),)), MUG_PARTS),
		(order(lines=(line("10", "1"), line("10", "7", id="2", kind="custom"))), MUG_PARTS),
	]
	assert unreserved(orders, settings(locations=(KIEL,), warehouse="W")) == {
		("MUG", "A"): D(7),
		("TEE", "A"): D(2),
		("MUG", "W"): D("1.5"),
	}


def test_cancelled_orders_and_lines_of_nothing_take_nothing() -> None:
	cancelled = order(cancelled_at=CREATED)
	nothing = order(lines=(line("10", "0"), line("10", "-2")))
	assert unreserved([(cancelled, MUG_PARTS), (nothing, MUG_PARTS)], settings(warehouse="W")) == {}


@pytest.mark.parametrize(
	("changes", "place"),
	[
		({"locations": (LocationRule(location_id="", warehouses=("A", "B")),), "warehouse": "W"}, "A"),
		({"locations": (KIEL,)}, "A"),
		({"locations": (KIEL,), "warehouse": "W"}, "W"),
	],
)
def test_an_order_without_a_location(changes: dict[str, Any], place: str) -> None:
	assert unreserved([(order(), MUG_PARTS)], settings(**changes)) == {("MUG", place): D(1)}


def test_without_any_warehouse_nothing_is_taken() -> None:
	assert unreserved([(order(), MUG_PARTS)], settings()) == {}
