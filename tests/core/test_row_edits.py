"""Rows of a submitted Sales Order that become a draft: nothing is lost, settled pieces stay, totals agree."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest

from ecommerce_sync.core.commands import Row
from ecommerce_sync.core.erp import SalesOrderRow
from ecommerce_sync.core.money import split_evenly
from ecommerce_sync.core.row_edits import RowEdit, row_edits

ZERO = Decimal(0)


def known(
	name: str, quantity: str, rate: str, line: str = "1", warehouse: str = "A", **more: str
) -> SalesOrderRow:
	item = more.get("item", "X")
	return SalesOrderRow(
		name=name,
		line_id=line,
		item_code=item,
		quantity=Decimal(quantity),
		rate=Decimal(rate),
		warehouse=warehouse,
	)


def row(quantity: str, rate: str, line: str = "1", warehouse: str = "A", item: str = "X") -> Row:
	return Row(
		line_id=line,
		item_code=item,
		quantity=Decimal(quantity),
		rate=Decimal(rate),
		list_rate=Decimal(rate),
		warehouse=warehouse,
	)


def short(edits: list[RowEdit]) -> list[tuple[str | None, str, str, str | None]]:
	return [(name, f"{each.quantity:f}", f"{each.rate:f}", each.warehouse) for name, each in edits]


def test_what_does_not_differ_stays() -> None:
	rows = [known("a", "2", "3.33"), known("b", "1", "3.34")]
	edits = row_edits(rows, [row("2", "3.33"), row("1", "3.34")], {}, 2)
	assert short(edits) == [("a", "2", "3.33", "A"), ("b", "1", "3.34", "A")]


def test_two_rows_of_a_line_keep_their_rates() -> None:
	rows = [known("a", "2", "3.33"), known("b", "1", "3.34")]
	assert short(row_edits(rows, [row("3", "3.33"), row("2", "3.34")], {}, 2)) == [
		("a", "3", "3.33", "A"),
		("b", "2", "3.34", "A"),
	]


def test_another_price_changes_the_row_in_place() -> None:
	rows = [known("a", "2", "10"), known("b", "1", "5", line="2")]
	assert short(row_edits(rows, [row("2", "9"), row("1", "5", line="2")], {}, 2)) == [
		("a", "2", "9", "A"),
		("b", "1", "5", "A"),
	]


def test_lines_come_and_go() -> None:
	rows = [known("a", "2", "10"), known("b", "1", "5", line="2")]
	edits = row_edits(rows, [row("1", "5", line="2"), row("4", "1", line="3")], {}, 2)
	assert short(edits) == [("b", "1", "5", "A"), (None, "4", "1", "A")]


def test_another_item_is_another_row() -> None:
	assert short(row_edits([known("a", "2", "10")], [row("2", "10", item="Y")], {}, 2)) == [
		(None, "2", "10", "A")
	]


def test_goods_stay_where_they_were_allocated() -> None:
	rows = [known("a", "1", "10"), known("b", "2", "10", warehouse="B")]
	assert short(row_edits(rows, [row("3", "10")], {}, 2)) == [("a", "1", "10", "A"), ("b", "2", "10", "B")]
	assert short(row_edits(rows, [row("3", "9")], {}, 2)) == [("a", "1", "9", "A"), ("b", "2", "9", "B")]
	assert short(row_edits(rows, [row("5", "10")], {}, 2)) == [("a", "3", "10", "A"), ("b", "2", "10", "B")]
	assert short(row_edits(rows, [row("2", "10")], {}, 2)) == [("a", "1", "10", "A"), ("b", "1", "10", "B")]


def test_settled_pieces_keep_their_rate() -> None:
	rows = [known("a", "2", "3.33"), known("b", "1", "3.34")]
	edits = row_edits(rows, [row("3", "5.00")], {"a": Decimal(2)}, 2)
	assert short(edits) == [("a", "2", "3.33", "A"), ("b", "1", "8.34", "A")]


def test_less_than_is_settled_is_left_to_be_refused() -> None:
	edits = row_edits([known("a", "3", "10")], [row("1", "10")], {"a": Decimal(2)}, 2)
	assert short(edits) == [("a", "1", "10", "A")]
	assert row_edits([known("a", "3", "10")], [], {"a": Decimal(2)}, 2) == []
	assert short(row_edits([known("a", "3", "10")], [row("2", "4")], {"a": Decimal(2)}, 2)) == [
		("a", "2", "4", "A")
	]


@pytest.mark.parametrize("seed", range(20))
def test_any_edit_comes_to_the_draft(seed: int) -> None:
	random = Random(seed)
	for _ in range(100):
		rows = [
			known(
				f"r{n}",
				str(random.randint(1, 4)),
				f"{random.randint(300, 310) / 100}",
				warehouse=random.choice("AB"),
			)
			for n in range(random.randint(1, 3))
		]
		settled = {
			each.name: Decimal(random.randint(0, int(each.quantity)))
			for each in rows
			if random.random() < 0.4
		}
		done = sum(settled.values())
		paid = sum((settled[each.name] * each.rate for each in rows if each.name in settled), ZERO)
		pieces = done + random.randint(1, 5)
		amount = paid + Decimal(random.randint(1, 2000)) / 100
		wanted = [row(str(n), str(at)) for n, at in split_evenly(amount, pieces, 2, 2)]
		edits = row_edits(rows, wanted, settled, 2)
		assert sum(each.quantity for _, each in edits) == pieces
		assert sum(each.quantity * each.rate for _, each in edits) == amount
		by_name = {name: each for name, each in edits if name}
		assert len(by_name) == sum(name is not None for name, _ in edits)
		for each in rows:
			if settled.get(each.name):
				assert by_name[each.name].rate == each.rate
				assert by_name[each.name].quantity >= settled[each.name]
