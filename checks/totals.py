"""Generated orders of both platforms on real ERPNext: every Sales Order's total equals the order's.

	cd BENCH/sites && SITE=name ../env/bin/python …/checks/totals.py --orders 2000

Healthy orders in several currencies go as signed messages through the journal and worker processes into
submitted Sales Orders. Then the database is asked: totals, rounded totals, pieces, doubles and base prices.
The second half runs on a site that would write Item Prices by itself and has a Pricing Rule for everything.
A currency with more decimals than the site rounds to must be Held, every order of it.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import click
import frappe
from babel.numbers import get_currency_precision
from base_prices import BasePrices, Ordinary, Tempted
from bench_site import connected, digits, fresh, prepare, site_name
from features import features
from printed import say, stop_politely, table, verdict
from shops import CheckedShop, deliver, next_prefix, open_shop, orders_of, retire
from workers import wait_until_done, workers

from ecommerce_sync.core.reasons import describe
from ecommerce_sync.sandbox.generator import stories
from ecommerce_sync.sandbox.story import Story

PLATFORMS = ("shopify", "woocommerce")
_ORDERS = """select l.external_id, d.name, d.docstatus, d.currency, d.disable_rounded_total,
	cast(d.grand_total as char), cast(d.rounded_total as char), cast(d.rounding_adjustment as char),
	cast(d.total_qty as char)
	from `tabStore Link` l join `tabSales Order` d on d.name = l.document
	where l.kind = 'Order' and l.store = %s"""
_DOUBLES = """select store_order_id, count(*) from `tabSales Order` where ecommerce_store = %s and docstatus < 2
	group by store_order_id having count(*) > 1"""
_STOPPED = """select state, reason, external_id, params, store from `tabSync Log` where store in %(stores)s
	and state not in ('Done', 'Skipped') order by creation"""


@dataclass
class Tally:
	"""What one store came to."""

	shop: CheckedShop
	exact: int = 0
	stopped: Counter[str] = field(default_factory=Counter)
	theirs: Decimal = Decimal(0)
	ours: Decimal = Decimal(0)
	wrong: list[str] = field(default_factory=list)


@click.command()
@click.option("--orders", default=2000, show_default=True, help="Over all platforms and currencies.")
@click.option("--currencies", default="", help="Comma separated; by the site's precision when left out.")
@click.option("--seed", default=1, show_default=True, help="The same seed tells the same orders.")
@click.option("--workers", "count", default=2, show_default=True, help="Worker processes.")
def main(orders: int, currencies: str, seed: int, count: int) -> None:
	"""Generated orders on real ERPNext: every Sales Order's total equals the order's."""
	stop_politely()
	with ExitStack() as stack:
		stack.enter_context(connected(site_name()))
		wanted = currencies.upper().split(",") if currencies else _usual()
		company = prepare(wanted, home="KWD" if wanted[0] == "KWD" else "USD")
		sys.exit(_check(_shops(stack, wanted, company), orders, seed, count))


def _usual() -> list[str]:
	"""KWD on a site set up for it, else currencies with 2 and 0 decimals, and KWD to be refused."""
	home = frappe.defaults.get_global_default("currency")
	return ["KWD", "USD", "JPY"] if home == "KWD" else ["USD", "EUR", "GBP", "CHF", "JPY", "KWD"]


def _shops(stack: ExitStack, currencies: Sequence[str], company: str) -> list[CheckedShop]:
	prefix = next_prefix("Check Totals")
	shops = [
		open_shop(stack, prefix, platform, currency, company)
		for platform in PLATFORMS
		for currency in currencies
	]
	frappe.db.commit()
	return shops


def _check(shops: list[CheckedShop], orders: int, seed: int, count: int) -> int:
	for place, shop in enumerate(shops):
		share = orders // len(shops) + (place < orders % len(shops))
		for story in stories(seed, share, shop.currency, shop.platform, healthy=True):
			shop.place(story)
	table(
		"What the orders contain",
		("feature", "orders"),
		features([story for shop in shops for story in shop.stories.values()]),
	)
	queue, stores = list(orders_of(shops)), [shop.store for shop in shops]
	before = BasePrices.now()
	seconds = _import(queue[: len(queue) // 2], stores, count)
	middle = BasePrices.now()
	with Tempted() as control:
		seconds += _import(queue[len(queue) // 2 :], stores, count)
		after = BasePrices.now()
	tallies = [_tally(shop) for shop in shops]
	wrong = [*_report(tallies, len(queue), seconds), *_prices_kept(before, middle, after, control)]
	retire(stores)
	return verdict(wrong, _well(tallies, len(queue)))


def _well(tallies: list[Tally], orders: int) -> str:
	exact = sum(tally.exact for tally in tallies)
	held = f"; {orders - exact} Held in a currency finer than the site" if exact < orders else ""
	return f"{exact} of {orders} orders imported, every total exact{held}"


def _import(queue: list[tuple[CheckedShop, str]], stores: list[str], count: int) -> float:
	"""Store the messages, let the workers do them; the seconds that they took."""
	for shop, order in queue:
		deliver(shop.created(order))
	say(f"{len(queue)} messages stored; {count} workers begin")
	with workers(count) as team:
		seconds = wait_until_done(stores, team)
	say(f"done in {seconds:.0f} s, {len(queue) / max(seconds, 0.1):.1f} orders a second")
	return seconds


def _tally(shop: CheckedShop) -> Tally:
	fresh()
	tally, totals = Tally(shop), shop.totals()
	found = {row[0]: row for row in frappe.db.sql(_ORDERS, shop.store)}
	for order, double in frappe.db.sql(_DOUBLES, shop.store):
		tally.wrong.append(f"{shop.store}: order {order} has {double} Sales Orders")
	for order, story in shop.stories.items():
		if row := found.get(order):
			_compare(tally, story, totals[order], row)
	for state, reason, *_rest in _stopped([shop.store]):
		tally.stopped[f"{state} {reason}"] += 1
	missing = len(shop.stories) - len(found) - sum(tally.stopped.values())
	if missing:
		tally.wrong.append(f"{shop.store}: {missing} orders have neither Sales Order nor a reason")
	return tally


def _compare(tally: Tally, story: Story, theirs: Decimal, row: Any) -> None:
	"""One Sales Order against its order."""
	order, name, docstatus, currency, no_rounding, grand, rounded, adjustment, pieces = row
	where = f"{tally.shop.store} #{story.number} ({order}), {name}"
	checks = (
		(Decimal(grand) == theirs, f"grand total {grand}, the store's {theirs}"),
		(Decimal(rounded) in (0, Decimal(grand)), f"rounded total {rounded}, grand total {grand}"),
		(bool(no_rounding) and not Decimal(adjustment), "rounded totals are not disabled"),
		(docstatus == 1, f"docstatus {docstatus}, not submitted"),
		(currency == tally.shop.currency, f"currency {currency}"),
		(Decimal(pieces) == _pieces(story), f"{pieces} pieces, ordered were {_pieces(story)}"),
	)
	wrong = [f"{where}: {text}" for right, text in checks if not right]
	tally.exact += not wrong
	tally.wrong += wrong
	tally.theirs += theirs
	tally.ours += Decimal(grand)


def _pieces(story: Story) -> int:
	return sum(line.quantity for line in story.lines if line.kind != "tip")


def _stopped(stores: Sequence[str]) -> list[Any]:
	fresh()
	return list(frappe.db.sql(_STOPPED, {"stores": tuple(stores)}))


def _report(tallies: list[Tally], orders: int, seconds: float) -> list[str]:
	head = ("store", "orders", "exact", "stopped", "store total", "ERPNext total", "difference")
	table("Stores", head, (_store_row(tally) for tally in tallies))
	print(f"  {orders} orders in {seconds:.0f} s: {orders / max(seconds, 0.1):.2f} a second")
	stopped = sum(sum(tally.stopped.values()) for tally in tallies)
	healthy = sum(sum(tally.stopped.values()) for tally in tallies if not _too_fine(tally))
	print(
		f"  Stopped: {stopped} ({stopped / orders:.1%}), of those in currencies that the site can do: {healthy}"
	)
	_explain([tally.shop.store for tally in tallies])
	return [text for tally in tallies for text in (*tally.wrong, *_undue(tally))]


def _store_row(tally: Tally) -> tuple[object, ...]:
	stopped = ", ".join(f"{number} {reason}" for reason, number in tally.stopped.items()) or "none"
	difference = tally.ours - tally.theirs
	ours = (
		tally.ours.quantize(tally.theirs) if difference == difference.quantize(tally.theirs) else tally.ours
	)
	return (
		tally.shop.store,
		len(tally.shop.stories),
		tally.exact,
		stopped,
		tally.theirs,
		ours,
		difference.quantize(tally.theirs),
	)


def _undue(tally: Tally) -> Iterator[str]:
	"""A healthy order may be stopped for one reason only: a currency finer than the site."""
	due = {"Held currency_precision": len(tally.shop.stories)} if _too_fine(tally) else {}
	if dict(tally.stopped) != due:
		yield f"{tally.shop.store}: stopped {dict(tally.stopped)}, should be {due}"


def _too_fine(tally: Tally) -> bool:
	return get_currency_precision(tally.shop.currency) > digits()


def _explain(stores: list[str]) -> None:
	"""Each kind of stop once, as the Desk words it."""
	kinds: dict[str, tuple[int, Any]] = {}
	for row in _stopped(stores):
		key = f"{row[0]} {row[1]}"
		kinds[key] = (kinds.get(key, (0, row))[0] + 1, kinds.get(key, (0, row))[1])
	for key, (number, row) in kinds.items():
		words = describe(row[1] or "", frappe.parse_json(row[3]) or {})
		print(
			f"\n  {number} × {key}, for example order {row[2]} of {row[4]}:\n    {words.message}\n    {words.remedy}"
		)


def _prices_kept(before: BasePrices, middle: BasePrices, after: BasePrices, control: Ordinary) -> list[str]:
	head = ("Item Price", "rows", "last change", "checksum")
	moments = {"before": before, "after the first half": middle, "after the half on the tempted site": after}
	table("Base prices", head, ((name, p.rows, p.modified, p.checksum) for name, p in moments.items()))
	halved = "is halved by the Pricing Rule" if control.ruled else "is not touched by the Pricing Rule"
	print(
		f"  On the tempted site an ordinary Sales Order {halved} and adds {control.added} Item Price (undone)."
	)
	wrong = [] if all(control) else ["an ordinary Sales Order was not changed: the site was not tempted"]
	return wrong + ([] if before == middle == after else ["Item Prices were added or changed"])


if __name__ == "__main__":
	main()
