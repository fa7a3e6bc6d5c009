"""Allocation: which warehouse ships a line, what is split, and what is oversold."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from ecommerce_sync.core import allocation
from ecommerce_sync.core.allocation import Allocation, Demand, allocate
from ecommerce_sync.core.drafts import draft_of
from ecommerce_sync.core.erp import ErpOrder, ItemRef
from ecommerce_sync.core.rows import Rows
from ecommerce_sync.core.settings import LocationRule
from ecommerce_sync.core.stock import StockPart

from .worlds import Balanced, balanced, corrections, erp_for, erpnext_total, line, order, settings

D = Decimal
PARTS = {
	"MUG": (StockPart(item_code="MUG"),),
	"TEE": (StockPart(item_code="TEE"),),
	"BOX": (StockPart(item_code="MUG", quantity=D(2)), StockPart(item_code="TEE")),
	"SERVICE": (),
}


def put(
	demands: dict[str, str | int], free: dict[str, Any], places: str = "ABC", default: str = "A"
) -> Allocation:
	"""Item to pieces (a line each, named by its Item) and `MUG A` to what is free."""
	stock = {tuple(key.split()): D(str(value)) for key, value in free.items()}
	wanted = [Demand(key=item, item_code=item, quantity=D(str(n))) for item, n in demands.items()]
	return allocate(wanted, stock, PARTS, tuple(places), default)


def shown(found: Allocation) -> dict[str, str]:
	"""Line to its portions, like `2 A, 1 B`."""
	return {
		key: ", ".join(f"{portion.quantity.normalize():f} {portion.warehouse}" for portion in portions)
		for key, portions in found.portions.items()
	}


def missing(found: Allocation) -> dict[str, Decimal]:
	return {f"{each.item_code} {each.warehouse}": each.quantity for each in found.oversold}


@pytest.mark.parametrize(
	("demands", "free", "lines"),
	[
		({"MUG": 2}, {"MUG A": 5, "MUG B": 5}, {"MUG": "2 A"}),
		({"MUG": 2}, {"MUG B": 5, "MUG C": 5}, {"MUG": "2 B"}),
		(
			{"MUG": 2, "TEE": 1},
			{"MUG A": 2, "TEE A": 0, "MUG C": 2, "TEE C": 1},
			{"MUG": "2 C", "TEE": "1 C"},
		),
		({"MUG": 2, "TEE": 1}, {"MUG A": 2, "TEE B": 1, "TEE C": 1}, {"MUG": "2 A", "TEE": "1 B"}),
		({"MUG": 3}, {"MUG A": 2, "MUG B": 1, "MUG C": 1}, {"MUG": "2 A, 1 B"}),
		({"MUG": 3, "TEE": 1}, {"MUG A": 2, "MUG B": 3, "TEE C": 1}, {"MUG": "3 B", "TEE": "1 C"}),
		({"BOX": 1}, {"MUG A": 1, "TEE A": 9, "MUG B": 2, "TEE B": 1}, {"BOX": "1 B"}),
		({"BOX": 2}, {"MUG A": 3, "TEE A": 9, "MUG B": 3, "TEE B": 1}, {"BOX": "1 A, 1 B"}),
		({"MUG": "2.5"}, {"MUG A": 1, "MUG B": "1.5"}, {"MUG": "1 A, 1.5 B"}),
		({"MUG": 2, "SERVICE": 1}, {"MUG B": 2}, {"MUG": "2 B", "SERVICE": "1 B"}),
		({"SERVICE": 1}, {}, {"SERVICE": "1 A"}),
	],
)
def test_where_lines_go(demands: dict[str, Any], free: dict[str, Any], lines: dict[str, str]) -> None:
	found = put(demands, free)
	assert shown(found) == lines
	assert found.oversold == ()


def test_what_nobody_has_goes_to_the_default_and_is_oversold() -> None:
	found = put({"MUG": 5, "TEE": 1}, {"MUG B": 2, "MUG C": 2, "TEE C": 1}, default="B")
	assert shown(found) == {"MUG": "5 B", "TEE": "1 C"}
	assert missing(found) == {"MUG B": D(3)}


def test_what_is_missing_counts_over_all_lines_and_components() -> None:
	found = put({"BOX": 2, "MUG": 1}, {"MUG A": 3, "TEE A": 1})
	assert shown(found) == {"BOX": "2 A", "MUG": "1 A"}
	assert missing(found) == {"MUG A": D(2), "TEE A": D(1)}


def test_what_was_oversold_before_is_not_counted_again() -> None:
	assert missing(put({"MUG": 2}, {"MUG A": -4})) == {"MUG A": D(2)}


def test_without_any_warehouse_it_is_said_too() -> None:
	found = allocate([Demand(key="1", item_code="MUG", quantity=D(1))], {}, PARTS, (), None)
	assert found.portions["1"][0].warehouse is None
	assert [(each.warehouse, each.quantity) for each in found.oversold] == [(None, D(1))]


def test_one_of_two_lines_of_an_item_is_oversold() -> None:
	demands = [Demand(key=key, item_code="MUG", quantity=D(2)) for key in "12"]
	found = allocate(demands, {("MUG", "B"): D(2)}, PARTS, ("A", "B"), "A")
	assert shown(found) == {"1": "2 B", "2": "2 A"}
	assert missing(found) == {"MUG A": D(2)}


def test_many_warehouses() -> None:
	places = tuple(f"W{n}" for n in range(40))
	free = {("MUG", place): D(1) for place in places} | {("MUG", "W30"): D(8), ("TEE", "W35"): D(1)}
	demands = [
		Demand(key="1", item_code="MUG", quantity=D(9)),
		Demand(key="2", item_code="TEE", quantity=D(1)),
	]
	found = allocate(demands, free, PARTS, places, "W0")
	assert found.oversold == ()
	assert len({p.warehouse for portions in found.portions.values() for p in portions}) <= 3


_stocks = st.dictionaries(
	st.tuples(st.sampled_from(["MUG", "TEE"]), st.sampled_from("ABCD")), st.integers(-3, 6).map(D)
)
_demands = st.lists(st.tuples(st.sampled_from(sorted(PARTS)), st.integers(1, 5)), min_size=1, max_size=4)


@given(stock=_stocks, wanted=_demands, limit=st.sampled_from([12, 0]))
@profile(max_examples=300)
def test_an_allocation_keeps_its_promises(
	stock: dict[tuple[str, str], Decimal], wanted: list[tuple[str, int]], limit: int
) -> None:
	"""Lines are whole, nothing is taken twice, oversold is the rest; one warehouse ships all if any can."""
	demands = [Demand(key=str(n), item_code=i, quantity=D(q)) for n, (i, q) in enumerate(wanted)]
	with pytest.MonkeyPatch.context() as patch:
		patch.setattr(allocation, "EXACT", limit)
		found = allocate(demands, stock, PARTS, tuple("ABCD"), "A")
	taken: Counter[tuple[str, str | None]] = Counter()
	for demand in demands:
		portions = found.portions[demand.key]
		assert sum(p.quantity for p in portions) == demand.quantity
		assert len({p.warehouse for p in portions}) == len(portions)
		assert all(p.quantity > 0 and not p.quantity % 1 for p in portions)
		for portion in portions:
			for part in PARTS[demand.item_code]:
				taken[part.item_code, portion.warehouse] += part.quantity * portion.quantity
	over = {key: n - max(stock.get(key, D(0)), D(0)) for key, n in taken.items()}
	assert {(o.item_code, o.warehouse): o.quantity for o in found.oversold} == {
		k: n for k, n in over.items() if n > 0
	}
	able = [place for place in "ABCD" if _ships_all(place, demands, stock)]
	if any(PARTS[demand.item_code] for demand in demands) and able:
		used = {p.warehouse for portions in found.portions.values() for p in portions}
		assert used == {able[0]} if limit else len(used) == 1


def _ships_all(place: str, demands: list[Demand], stock: dict[tuple[str, str], Decimal]) -> bool:
	need: Counter[str] = Counter()
	for demand in demands:
		for part in PARTS[demand.item_code]:
			need[part.item_code] += part.quantity * demand.quantity
	return all(stock.get((item, place), D(0)) >= n for item, n in need.items())


@given(
	stock=_stocks,
	wanted=st.lists(st.tuples(st.sampled_from(["MUG", "TEE"]), st.integers(1, 6)), min_size=1, max_size=3),
)
@profile(max_examples=200)
def test_no_fewer_warehouses_would_do(
	stock: dict[tuple[str, str], Decimal], wanted: list[tuple[str, int]]
) -> None:
	"""For plain Items the least number of warehouses is known by counting."""
	demands = [Demand(key=str(n), item_code=i, quantity=D(q)) for n, (i, q) in enumerate(wanted)]
	found = allocate(demands, stock, PARTS, tuple("ABCD"), "A")
	need: Counter[str] = Counter()
	for item, quantity in wanted:
		need[item] += quantity

	def enough(places: tuple[str, ...]) -> bool:
		return all(sum(max(stock.get((i, p), D(0)), D(0)) for p in places) >= n for i, n in need.items())

	sizes = [size for size in range(1, 5) if any(map(enough, combinations("ABCD", size)))]
	used = {p.warehouse for portions in found.portions.values() for p in portions}
	assert bool(sizes) == (not found.oversold)
	assert not sizes or len(used) == sizes[0]


# in an order

PLACES = (LocationRule(location_id="", warehouses=("A", "B", "C")),)


def world(one: Any, free: dict[tuple[str, str], Decimal]) -> ErpOrder:
	codes = {ref.item_code for ref in erp_for(one).items.values()} | {"CUSTOM", "GIFT CARD"}
	return erp_for(one, parts={code: (StockPart(item_code=code),) for code in codes}, free=free)


def rows_in(one: Any, free: dict[str, int], **changes: Any) -> list[tuple[str, str | None, Decimal, Decimal]]:
	stock = {tuple(key.split()): D(value) for key, value in free.items()}
	draft = draft_of(one, world(one, stock), settings(**{"locations": PLACES, **changes}))
	return [(row.item_code, row.warehouse, row.quantity, row.rate) for row in draft.rows]


def test_a_line_split_over_warehouses_keeps_its_amount() -> None:
	one = order(lines=(line("10.00", "3"),))
	assert rows_in(one, {"MUG A": 1, "MUG B": 2}) == [
		("MUG", "B", D(2), D("3.33")),
		("MUG", "A", D(1), D("3.34")),
	]


def test_a_fraction_stays_whole() -> None:
	one = order(lines=(line("10.00", "2.5"),))
	assert rows_in(one, {"MUG A": 1, "MUG B": 2}) == [
		("MUG", "B", D(2), D(4)),
		("MUG", "A", D("0.5"), D(4)),
	]


@pytest.mark.parametrize(
	("location", "changes", "place"),
	[
		(None, {}, "C"),
		(None, {"allocate": False, "warehouse": "B"}, "A"),
		("5", {"locations": (LocationRule(location_id="5", warehouses=("B", "D")),)}, "D"),
		("5", {"locations": (LocationRule(location_id="5", warehouses=("B", "D")),), "allocate": False}, "B"),
		("6", {"locations": (LocationRule(location_id="5", warehouses=("B", "D")),), "warehouse": "E"}, "E"),
		("6", {"warehouse": "E"}, "C"),
		(None, {"locations": (LocationRule(location_id="5", warehouses=("B", "D")),)}, "D"),
		(None, {"locations": (), "warehouse": "E"}, "E"),
	],
)
def test_the_warehouses_of_an_order(location: str | None, changes: dict[str, Any], place: str) -> None:
	((_, found, _, _),) = rows_in(order(location_id=location), {"MUG C": 1, "MUG D": 1}, **changes)
	assert found == place


def test_nothing_known_is_as_before() -> None:
	one = order(lines=(line(), line("-1", id="2")), total="9.00")
	draft = draft_of(one, ErpOrder(items={"1": ItemRef(item_code="MUG")}), settings(locations=PLACES))
	assert [row.warehouse for row in draft.rows] == ["A"]
	assert draft.oversold == ()


def test_an_order_tells_what_is_oversold() -> None:
	one = order(lines=(line("10", "2"), line("10", "1", id="2")), total="20.00")
	draft = draft_of(one, world(one, {("MUG", "B"): D(1)}), settings(locations=PLACES))
	assert sum(each.quantity for each in draft.oversold) == 2
	assert sum(row.quantity for row in draft.rows) == 3


def test_lines_that_have_one_id_are_placed_each() -> None:
	one = order(lines=(line("10", "2"), line("5", "1")), total="15.00")
	found = rows_in(one, {"MUG A": 2, "MUG B": 1})
	assert [(place, quantity) for _, place, quantity, _ in found] == [("A", D(2)), ("B", D(1))]


@given(
	case=balanced(),
	free=st.dictionaries(
		st.tuples(st.sampled_from(["MUG", "TEE", "CAP", "CUSTOM", "GIFT CARD"]), st.sampled_from("ABC")),
		st.integers(0, 900).map(lambda n: D(n) / 2),
	),
)
@profile(max_examples=150)
def test_totals_are_exact_wherever_lines_ship_from(
	case: Balanced, free: dict[tuple[str, str], Decimal]
) -> None:
	"""The same amounts by line, the same charges and quantities as without allocation, and the store's total."""
	known = world(case.order, free)
	chosen = settings(site_digits=case.site_digits, locations=PLACES)
	placed = Rows(case.order, known, chosen)
	plain = Rows(case.order, erp_for(case.order), chosen)
	assert erpnext_total(placed, case.site_digits) == case.order.total
	assert placed.charges == plain.charges
	assert not corrections(placed)
	assert placed.tolerance == plain.tolerance
	for measure in (_quantities, _amounts):
		assert measure(placed) == measure(plain)
	assert all(row.warehouse in ("A", "B", "C") for row in placed.rows)


def _quantities(rows: Rows) -> Counter[tuple[str, str]]:
	found: Counter[tuple[str, str]] = Counter()
	for row in rows.rows:
		found[row.line_id, row.item_code] += row.quantity
	return found


def _amounts(rows: Rows) -> Counter[tuple[str, Decimal]]:
	"""Pieces by rate: cutting a line changes no price."""
	found: Counter[tuple[str, Decimal]] = Counter()
	for row in rows.rows:
		found[row.line_id, row.rate] += row.quantity
	return found
