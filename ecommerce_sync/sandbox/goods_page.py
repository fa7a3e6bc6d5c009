"""What became of catalogue, stock and prices, for people: rows for the page, lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .goods_report import GoodsReport, Opening, Step

CATALOGUE_HEAD = (
	"Store",
	"Products",
	"Known by SKU",
	"By barcode",
	"Left to a person",
	"Items made",
	"Bound",
	"Second reading",
)
_SURE = ("sku", "barcode", "create", "bound")
_WHY = {
	"no_sku": "no SKU",
	"duplicate_sku": "the same SKU twice",
	"ambiguous": "several Items fit",
	"name": "only the name is similar",
	"create": "not imported",
}
Rows = list[tuple[str, ...]]


def catalogue_rows(goods: GoodsReport) -> Rows:
	"""One for each store, in the order of `CATALOGUE_HEAD`."""
	return [_opening(each) for each in goods.openings]


def left_rows(goods: GoodsReport) -> Rows:
	"""Store, what it is, and why nobody but a person can bind it."""
	return [(each.store, name, _WHY.get(why, why)) for each in goods.openings for name, why in each.left]


def step_head(goods: GoodsReport) -> tuple[str, ...]:
	"""What happens, the SKU, each store, the ERP."""
	return ("What happens", "SKU", *(each.store for each in goods.openings), "ERPNext")


def step_rows(goods: GoodsReport) -> Rows:
	"""In the order of `step_head`; a store's cell says before and after."""
	stores = [each.store for each in goods.openings]
	return [(s.title, s.sku, *(_change(s, store) for store in stores), s.erp) for s in goods.steps]


def agreement_lines(goods: GoodsReport) -> list[str]:
	"""What was compared at the end, and what was wrong."""
	lines = []
	for each in goods.agreements:
		lines.append(f"{each.store}: {each.compared} {each.what} compared, {len(each.wrong)} differ")
		lines += [f"  WRONG: {wrong}" for wrong in each.wrong]
	return lines


def as_text(goods: GoodsReport) -> Iterator[str]:
	"""Lines for the terminal."""
	yield from ("Catalogue", *table(CATALOGUE_HEAD, catalogue_rows(goods)), "")
	yield from (f"  {store}: {name} is left to a person: {why}" for store, name, why in left_rows(goods))
	yield from (
		"",
		"Stock and prices, as the stores show them",
		*table(step_head(goods), step_rows(goods), 2),
		"",
	)
	yield from (f"  {whom}: {words}" for whom, words in goods.told)
	yield from ("", *agreement_lines(goods))


def table(head: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> list[str]:
	"""Columns of text, the first `left` of them to the left."""
	lines = [head, *rows]
	widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
	text = [
		"  ".join(
			cell.ljust(w) if i < left else cell.rjust(w)
			for i, (cell, w) in enumerate(zip(line, widths, strict=True))
		).rstrip()
		for line in lines
	]
	return [text[0], "-" * max(map(len, text)), *text[1:]]


def _opening(each: Opening) -> tuple[str, ...]:
	changed = f"{each.changed_again} changed" if each.changed_again else "changes nothing"
	counts = (
		each.products,
		each.matches["sku"] + each.matches["bound"],
		each.matches["barcode"],
		len(each.left),
		each.created,
		each.bound,
	)
	return (each.store, *(str(count) for count in counts), changed)


def _change(step: Step, store: str) -> str:
	"""What changed on the way, like "3 → 2 → 0"."""
	seen = (step.before[store], step.at_once[store], step.after[store])
	return " → ".join(cell for at, cell in enumerate(seen) if at == 0 or cell != seen[at - 1])
