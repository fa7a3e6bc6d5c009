"""Whole lives of orders against both emulated stores: at the end both sides agree, or the order is Held.

	python checks/lives.py --lives 50 --seeds 20                    # on the embedded ERP
	cd BENCH/sites && SITE=name ../env/bin/python …/checks/lives.py --lives 100 --seeds 3

Orders are placed, paid, edited, shipped in parts by either side, called back, cancelled, refunded and returned,
in any interleaving; their messages come shuffled, twice or not at all, and the sweep finds the rest.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import click
from printed import say, stop_politely, table, verdict

from ecommerce_sync.core.reasons import ALL
from ecommerce_sync.sandbox.life_check import Checker, Verdict
from ecommerce_sync.sandbox.life_check import table as crossed
from ecommerce_sync.sandbox.life_desk import EmbeddedDesk
from ecommerce_sync.sandbox.life_generator import TRAITS, TRANSITIONS, Life, lives
from ecommerce_sync.sandbox.life_run import Desk, LifeRun
from ecommerce_sync.sandbox.life_world import settings_of
from ecommerce_sync.sandbox.sellers import both
from ecommerce_sync.sandbox.traffic import in_worker
from ecommerce_sync.sandbox.world import HELPERS, EmbeddedWorld, World, skus
from ecommerce_sync.sync.machine import Machine

PIECES = 100_000  # of every Item, so that nothing runs out


class Ground(NamedTuple):
	"""Where one seed's orders live."""

	world: World
	desk: Desk
	stores: Mapping[str, str]  # a seller's store to its Store Connection
	receivables: Any  # () to what customers owe by the ledger
	imbalance: Any  # () to what the ledger is off by
	stock: int  # of each Item before the first order


@dataclass
class Tally:
	"""All seeds together."""

	lives: list[Life] = field(default_factory=list)
	verdicts: list[Verdict] = field(default_factory=list)
	wrong: list[str] = field(default_factory=list)
	words: str = ""

	def add(self, other: Tally) -> None:
		"""Take over another seed's."""
		self.lives += other.lives
		self.verdicts += other.verdicts
		self.wrong += other.wrong


@click.command()
@click.option("--lives", "count", default=50, show_default=True, help="For each seed, over both stores.")
@click.option("--seeds", default=20, show_default=True, help="Runs, each with a world of its own.")
@click.option("--first", default=1, show_default=True, help="The first seed.")
@click.option("--processes", default=2, show_default=True, help="Seeds that are lived at the same time.")
@click.option("--currency", default="USD", show_default=True, help="What the stores sell in.")
def main(count: int, seeds: int, first: int, processes: int, currency: str) -> None:
	"""Whole lives of orders: both sides agree at the end, or the order is Held with a known reason."""
	stop_politely()
	tally = Tally()
	with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
		for one in pool.map(partial(_seed, count=count, currency=currency), range(first, first + seeds)):
			tally.add(one)
	sys.exit(_report(tally))


def _seed(seed: int, count: int, currency: str) -> Tally:
	"""In a process of its own."""
	tally = Tally()
	with _ground() as open_ground:
		_live(open_ground, seed, count, currency, tally)
	say(tally.words)  # at once: another seed may still fail
	for each in (*_differing(tally), *tally.wrong):
		say(f"WRONG: {each}")
	return tally


def _differing(tally: Tally) -> list[str]:
	found = [v for v in tally.verdicts if v.differences and v.reason is None]
	return [f"{v.store} {v.order_id}: {'; '.join(v.differences)}" for v in found]


def _live(open_ground: Any, seed: int, count: int, currency: str, tally: Tally) -> None:
	with both(seed, currency, f" L{seed}") as sellers, open_ground(sellers, seed, currency) as ground:
		told = [
			(seller, life)
			for seller in sellers
			for life in lives(seed, count // len(sellers), seller.platform, currency)
		]
		ground.world.receive_goods(dict.fromkeys([s for s in skus() if s not in HELPERS], PIECES))
		for seller in sellers:
			seller.listen()
		run = LifeRun(ground.world, ground.desk, told, seed)
		run.run()
		verdicts = _verdicts(ground, told, run)
		tally.lives += [life for _, life in told]
		tally.verdicts += verdicts
		tally.wrong += [f"seed {seed}: {each}" for each in _ledger(ground, verdicts)]
		tally.wrong += [f"seed {seed}: {each}" for each in _stock(ground, told, run, verdicts)]
		agreed = sum(not v.differences and v.reason is None for v in verdicts)
		tally.words = f"seed {seed}: {agreed} of {len(verdicts)} agree; {run.sent} messages, {run.lost} lost"


def _verdicts(ground: Ground, told: Sequence[Any], run: LifeRun) -> list[Verdict]:
	events = ground.world.events()

	def read(machine: Machine) -> list[Verdict]:
		checker = Checker(machine, events)
		return [
			checker.verdict(ground.stores[seller.store], seller, run.orders[n])
			for n, (seller, _) in enumerate(told)
		]

	return in_worker(ground.world, read)


def _ledger(ground: Ground, verdicts: Sequence[Verdict]) -> Iterator[str]:
	"""The ledger balances, and customers owe what the stores say; not those with an order that is held."""
	if off := ground.imbalance():
		yield f"the General Ledger is off by {off}"
	held = {v.customer for v in verdicts if v.reason is not None or v.differences}
	owed: dict[str, Decimal] = {}
	for each in verdicts:
		if each.customer and each.customer not in held:
			owed[each.customer] = owed.get(each.customer, Decimal(0)) + each.owed
	booked = ground.receivables()
	for customer, amount in owed.items():
		if booked.get(customer, Decimal(0)) != amount:
			yield f"{customer} owes {booked.get(customer, 0)}, by the stores {amount}"


def _stock(ground: Ground, told: Sequence[Any], run: LifeRun, verdicts: Sequence[Verdict]) -> Iterator[str]:
	"""What is free is what came less what the stores sold and did not get back; held orders' Items are left out."""
	free, gone, unclear = ground.world.ledger(), Counter[str](), set[str]()
	for n, (seller, life) in enumerate(told):
		figures = seller.figures(run.orders[n])
		added = [line for act in life.acts for line in act.details.get("added", ())]
		lost = _lost(life)
		for place, (line, pieces) in enumerate(
			zip((*life.story.lines, *added), figures.lines.values(), strict=False)
		):
			agrees = verdicts[n].reason is None and not verdicts[n].differences and pieces.counted
			if not agrees or (place in lost and pieces.removed):
				unclear.add(line.sku or "")
			elif figures.live:
				gone[line.sku or ""] += pieces.ordered - pieces.removed - pieces.returned
	for sku, pieces in gone.items():
		there = free.get(sku, Decimal(0))
		if sku and sku not in unclear and there != ground.stock + PIECES - pieces:
			yield f"{sku}: {there} are free, by the stores {ground.stock + PIECES - pieces}"


def _lost(life: Life) -> set[int]:
	"""Lines of which staff said that refunded pieces do not go back: unshipped ones are lost to the store alone."""
	kept = [act.details for act in life.acts if act.details.get("restock") == "no_restock"]
	return {place for details in kept for place in details["lines"]}


def _report(tally: Tally) -> int:
	differing = [v for v in tally.verdicts if v.differences and v.reason is None]
	reasons = Counter(v.reason for v in tally.verdicts if v.reason is not None)
	found = crossed(tally.lives)
	table(
		"Trait and transition", ("", *TRANSITIONS), [(t, *(found[t, x] for x in TRANSITIONS)) for t in TRAITS]
	)
	agreed = len(tally.verdicts) - len(differing) - sum(reasons.values())
	shares = [("agree", agreed), *reasons.most_common(), ("DIFFER", len(differing))]
	table(
		"How the orders ended",
		("", "orders", "share"),
		[(word, n, f"{n / len(tally.verdicts):.1%}") for word, n in shares],
	)
	wrong = _differing(tally)
	wrong += [f"no life has {' and '.join(pair)}" for pair, n in found.items() if not n]
	wrong += [f"{reason} is no reason of the list" for reason in reasons if reason not in ALL]
	return verdict(
		[*wrong, *tally.wrong], f"{agreed} of {len(tally.verdicts)} orders agree, the others are held"
	)


@contextmanager
def _ground() -> Iterator[Any]:
	"""What opens a world for one seed: on the site of the variable SITE, else embedded."""
	if not os.environ.get("SITE"):
		yield _embedded
		return
	from bench_site import connected, prepare, site_name

	with connected(site_name()):
		company = prepare(["USD", "EUR"])
		yield lambda sellers, seed, currency: _on_site(sellers, company, currency)


@contextmanager
def _embedded(sellers: Sequence[Any], seed: int, currency: str) -> Iterator[Ground]:
	with tempfile.TemporaryDirectory() as folder:
		world = EmbeddedWorld(Path(folder) / "erp.db", [each.shop() for each in sellers], settings_of)
		with world.database.transaction():
			for sku in skus():
				if sku not in HELPERS:
					world.erp.add_item(sku)
		stores = {each.store: each.store for each in sellers}
		yield Ground(world, EmbeddedDesk(world), stores, world.erp.receivables, lambda: Decimal(0), 0)


@contextmanager
def _on_site(sellers: Sequence[Any], company: str, currency: str) -> Iterator[Ground]:
	import frappe
	from life_site import imbalance, policies, receivables

	from ecommerce_sync.demo_site import SiteDesk, SiteWorld, connect_shop, retire
	from ecommerce_sync.demo_site.person import prepare

	frappe.db.sql("select get_lock('lives of orders', 120)")  # warehouses are a tree: one seed at a time
	run = int(frappe.generate_hash(length=6), 16)  # seeds begin at the same time
	ground = prepare(run, company, frappe.get_cached_value("Company", company, "default_currency"))
	for seller in sellers:
		seller.store = f"{seller.store} {run}"
	stores = {
		each.store: connect_shop(each.shop(), company, **policies(ground, each.shop(), company))
		for each in sellers
	}
	frappe.db.commit()
	frappe.db.sql("select release_lock('lives of orders')")
	world = SiteWorld(list(stores.values()), ground)
	try:
		names = list(stores.values())
		yield Ground(
			world, SiteDesk(world), stores, lambda: receivables(names), lambda: imbalance(company), 0
		)
	finally:
		retire(list(stores.values()))


if __name__ == "__main__":
	main()
