"""The demo's result for people: a table on the terminal and a page for the browser."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from jinja2 import Environment, PackageLoader, select_autoescape

from .goods_page import CATALOGUE_HEAD, as_text, catalogue_rows, left_rows, step_head, step_rows, table
from .life_page import LIFE_HEAD, life_text, order_rows
from .report import Report, Row

_HEAD = (
	"Store",
	"Orders",
	"Imported",
	"Left out",
	"Held",
	"Failed",
	"Store total",
	"ERP total",
	"Difference",
)


def as_table(report: Report) -> str:
	"""Plain text, with the reasons under it."""
	text = [
		*as_text(report.goods),
		"",
		*life_text(report.lives),
		"",
		"Orders",
		*table(_HEAD, [_cells(row) for row in report.rows]),
	]
	for row in report.rows:
		text += ["", *_reasons(row)]
	answers = ", ".join(f"{count} x {status}" for status, count in sorted(report.answers.items()))
	text += [
		"",
		f"{report.sent} webhooks answered: {answers}",
		f"{report.healed} events went on by themselves after the missing Items were created",
	]
	text.append(
		f"{_rate(report)} in {report.seconds:.1f} s: {'both sides agree' if report.ok else 'THE SIDES DIFFER'}"
	)
	return "\n".join(text)


def as_page(report: Report, title: str) -> str:
	"""One self-contained HTML page."""
	loader = PackageLoader("ecommerce_sync.sandbox", "templates")
	environment = Environment(loader=loader, autoescape=select_autoescape())
	rows = [(_cells(row), row) for row in report.rows]
	return environment.get_template("report.html").render(
		report=report,
		title=title,
		head=_HEAD,
		rows=rows,
		rate=_rate(report),
		catalogue=(CATALOGUE_HEAD, catalogue_rows(report.goods)),
		left=left_rows(report.goods),
		steps=(step_head(report.goods), step_rows(report.goods)),
		lives=[(order, order_rows(order)) for order in report.lives.orders],
		life_head=LIFE_HEAD,
	)


def _rate(report: Report) -> str:
	imported = sum(row.imported for row in report.rows)
	return f"{imported} Sales Orders"


def _cells(row: Row) -> tuple[str, ...]:
	counts = (row.orders, row.imported, _sum(row.skipped), _sum(row.held), _sum(row.failed))
	money = (row.store_total, row.erp_total, row.difference)
	return (row.store, *(str(count) for count in counts), *(_money(amount) for amount in money))


def _money(amount: Decimal) -> str:
	return f"{amount:,.2f}"


def _sum(counts: Counter[str]) -> int:
	return sum(counts.values())


def _reasons(row: Row) -> list[str]:
	parts = [("left out", row.skipped), ("held", row.held), ("failed", row.failed)]
	found = [
		f"  {count:4} {word}: {reason}" for word, counts in parts for reason, count in counts.most_common()
	]
	return [f"{row.store}:", *found, *(f"  WRONG: {wrong}" for wrong in row.wrong)]
