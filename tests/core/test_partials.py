"""Partial documents come to the order's taxes and charges, whatever the split, the order and what is undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ecommerce_sync.core.money import total
from ecommerce_sync.core.partials import Coverage, shares_here

D = Decimal
Draw = Callable[[st.SearchStrategy[int]], int]
ZERO = D(0)


def part(quantity: str, before: str, here: str, value: str = "0", returned: str = "0") -> Coverage:
	return Coverage(
		quantity=D(quantity), before=D(before), here=D(here), value=D(value), returned=D(returned)
	)


def test_a_document_takes_the_shares_of_its_lines_and_of_the_value() -> None:
	shares = {"1": D("4.00"), "2": D("1.00"), "shipping:5": D("0.50")}
	lines = {"1": part("2", "0", "1", "40"), "2": part("1", "0", "0", "10")}
	assert shares_here(shares, {}, lines, 2) == {"1": D("2.00"), "shipping:5": D("0.20")}


def test_the_last_document_takes_the_remainder() -> None:
	shares, taken = {"1": D("1.00")}, {"1": D("0.66")}
	assert shares_here(shares, taken, {"1": part("3", "2", "1", "9")}, 2) == {"1": D("0.34")}


def test_more_than_ordered_carries_no_more_tax() -> None:
	assert (
		shares_here({"1": D(1), "x": D(2)}, {"1": D(1), "x": D(2)}, {"1": part("1", "1", "1", "9")}, 2) == {}
	)


def test_gifts_alone_share_by_their_pieces() -> None:
	lines = {"1": part("3", "0", "1"), "2": part("1", "0", "0")}
	assert shares_here({"shipping:1": D("4.00")}, {}, lines, 2) == {"shipping:1": D("1.00")}


def test_what_came_back_and_goes_out_again_brings_its_charges_back() -> None:
	shares = {"1": D("4.00"), "shipping:1": D("3.00")}
	lines = {"1": part("2", "2", "1", "10", returned="1")}
	given = {"1": D("2.00"), "shipping:1": D("1.50")}
	assert shares_here(shares, shares, lines, 2, given) == {"1": D("2.00"), "shipping:1": D("1.50")}


def test_shipping_that_was_not_paid_back_is_not_billed_again() -> None:
	shares = {"1": D("4.00"), "shipping:1": D("3.00")}
	lines = {"1": part("2", "2", "1", "10", returned="1")}
	assert shares_here(shares, shares, lines, 2, {"1": D("2.00")}) == {"1": D("2.00")}


def test_a_return_of_one_line_leaves_the_other_lines_charges_alone() -> None:
	"""The first of two lines was billed and credited with its shipping; the second is billed now."""
	shares = {"1": D("1.00"), "2": D("1.00"), "shipping:1": D("3.00")}
	taken = {"1": D("1.00"), "shipping:1": D("1.50")}
	lines = {"1": part("1", "1", "0", "10", returned="1"), "2": part("1", "0", "1", "10")}
	due = shares_here(shares, taken, lines, 2, {"1": D("1.00"), "shipping:1": D("1.50")})
	assert due == {"2": D("1.00"), "shipping:1": D("1.50")}


@dataclass
class Paper:
	"""A document of the model, with the returns made against it."""

	pieces: dict[str, int]
	shares: dict[str, Decimal]
	returns: list[Paper] = field(default_factory=list)

	def left(self, line: str) -> int:
		return self.pieces.get(line, 0) - sum(back.pieces.get(line, 0) for back in self.returns)


@dataclass
class Books:
	"""An order and its live documents."""

	lines: dict[str, tuple[int, Decimal]]
	shares: dict[str, Decimal]
	digits: int
	papers: list[Paper] = field(default_factory=list)

	def covered(self, line: str) -> int:
		return sum(paper.left(line) for paper in self.papers)

	def write(self, pieces: dict[str, int]) -> None:
		back = [back for paper in self.papers for back in paper.returns]
		lines = {
			line: Coverage(
				quantity=D(quantity),
				before=D(sum(paper.pieces.get(line, 0) for paper in self.papers)),
				here=D(pieces.get(line, 0)),
				value=value,
				returned=D(sum(one.pieces.get(line, 0) for one in back)),
			)
			for line, (quantity, value) in self.lines.items()
		}
		here = shares_here(self.shares, _sum(self.papers), lines, self.digits, _sum(back))
		self.papers.append(Paper(pieces, here))

	def give_back(self, paper: Paper, pieces: dict[str, int]) -> None:
		lines = {
			line: Coverage(
				quantity=D(quantity),
				before=D(quantity - paper.left(line)),
				here=D(pieces.get(line, 0)),
				value=self.lines[line][1] * quantity / self.lines[line][0],
			)
			for line, quantity in paper.pieces.items()
		}
		here = shares_here(paper.shares, _sum(paper.returns), lines, self.digits)
		paper.returns.append(Paper(pieces, here))

	def net(self) -> dict[str, Decimal]:
		gross, back = _sum(self.papers), _sum([back for paper in self.papers for back in paper.returns])
		return {name: gross.get(name, ZERO) - back.get(name, ZERO) for name in self.shares}


def _sum(papers: list[Paper]) -> dict[str, Decimal]:
	names = {name for paper in papers for name in paper.shares}
	return {name: total(paper.shares.get(name, ZERO) for paper in papers) for name in names}


@st.composite
def orders(draw: st.DrawFn) -> Books:
	digits = draw(st.sampled_from((0, 2, 3)))
	amount = st.integers(-300, 5000).map(lambda units: D(units).scaleb(-digits))
	count = draw(st.integers(1, 4))
	value = st.integers(0, 9999).map(lambda units: D(units).scaleb(-digits))
	lines = {str(n): (draw(st.integers(1, 5)), draw(value)) for n in range(count)}
	names = [*lines, "shipping:1", "charge:2"]
	return Books(lines, {name: draw(amount) for name in names}, digits)


def _some(draw: Draw, most: dict[str, int]) -> dict[str, int]:
	found = {line: draw(st.integers(0, pieces)) for line, pieces in most.items() if pieces > 0}
	return {line: pieces for line, pieces in found.items() if pieces}


def _open(books: Books) -> dict[str, int]:
	return {line: quantity - books.covered(line) for line, (quantity, _) in books.lines.items()}


@given(st.data())
def test_all_documents_together_come_to_the_order(data: st.DataObject) -> None:
	"""Parts in any order, some cancelled, some returned and sent again; at last all is covered once."""
	books = data.draw(orders())
	for _ in range(data.draw(st.integers(0, 8))):
		act = data.draw(st.sampled_from(("write", "write", "cancel", "return", "undo")))
		paper = data.draw(st.sampled_from(books.papers)) if books.papers else None
		if act == "write" and (pieces := _some(data.draw, _open(books))):
			books.write(pieces)
		elif act == "cancel" and paper and not paper.returns:
			books.papers.remove(paper)
		elif act == "return" and paper:
			left = {line: paper.left(line) for line in paper.pieces}
			if back := _some(data.draw, left):
				books.give_back(paper, back)
		elif act == "undo" and paper and paper.returns and not _exceeds(books, paper.returns[-1]):
			paper.returns.pop()
	if last := {line: pieces for line, pieces in _open(books).items() if pieces}:
		books.write(last)
	assert books.net() == books.shares


def _exceeds(books: Books, back: Paper) -> bool:
	"""Without the return more would be out than was ordered."""
	return any(books.covered(line) + n > books.lines[line][0] for line, n in back.pieces.items())


@given(orders(), st.data())
def test_a_document_returned_in_parts_gives_back_all_that_it_carried(
	books: Books, data: st.DataObject
) -> None:
	pieces = _some(data.draw, _open(books))
	if not pieces:
		return
	books.write(pieces)
	paper = books.papers[0]
	while left := {line: n for line in pieces if (n := paper.left(line))}:
		books.give_back(paper, _some(data.draw, left) or left)
	assert books.net() == dict.fromkeys(books.shares, ZERO)
